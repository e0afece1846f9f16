"""Questions to chosen documents: no other is searched, quoted, listed or named, whatever the question says."""

import json

import pytest
from fakes import Library, Scripted
from typer.testing import CliRunner

from corpus.errors import StoreError
from eval.replay import read, replay
from qa import ask
from qa.__main__ import app
from qa.read.quote import QuoteReader
from qa.system import Assistant
from qa.trace import Trace

FOUNDER, POSITION = "founder-marketing.pdf", "stp-positioning.md"
FOLLOWERS = "How many followers does Lei Jun have on Douyin?"
LISTED = "Xiaomi went public in Hong Kong on 9 July 2018, on the Main Board of the Stock Exchange. [1]"


def sources(answer):
    places = [c.passage.doc_id for c in (*answer.citations, *answer.nearest)]
    places += [c.passage.doc_id for conflict in answer.conflicts for c in conflict.citations]
    return {*places, *(hit.passage.doc_id for hit in answer.hits)}


def test_only_the_chosen_documents_answer(library):
    assert "44 million" in library.ask(FOLLOWERS, documents=[FOUNDER]).text
    answer = library.ask(FOLLOWERS, documents=[POSITION])
    assert answer.abstained and answer.text.startswith("I found no answer to this in the one document searched.")
    assert sources(answer) == {POSITION} and answer.nearest
    assert "44 million" in ask(FOLLOWERS, documents=[POSITION, FOUNDER]).text
    assert library.ask(FOLLOWERS).to_dict()["claims"] == library.ask(FOLLOWERS, documents=None).to_dict()["claims"]


@pytest.mark.parametrize(
    "question",
    [
        f"What does {FOUNDER} say about Douyin?", "What does “Lei Jun as the face of Xiaomi” tell about followers?",
        f"Summarise {FOUNDER}", "Compare Lei Jun and Musk", "Which files mention Douyin?", "Who founded Xioami?",
        "What documents do you have?", "hello", "What can you do?", "How much does it cost?",
        "What did the author conclude?", "Summarise this document", "where do the sources disagree?",
        "文件里有哪些？", "总结一下founder-marketing.pdf",
    ],
)  # fmt: skip
def test_no_words_bring_another_document_in(library, question):
    others = {info.id: info.title for info in library.index.documents() if info.id not in (POSITION, "okr-2025-q4.md")}
    for chosen in ([POSITION], [POSITION, "okr-2025-q4.md"]):
        answer = library.ask(question, documents=chosen)
        assert sources(answer) <= set(chosen)
        said = answer.text.replace(question, "").replace(FOUNDER, "")  # it may repeat the name that was asked for
        assert not [i for i, title in others.items() if i in said or f"“{title}”" in said]


def test_requests_keep_to_the_choice(library):
    assert library.ask("What documents do you have?", documents=[FOUNDER]).text.count("\n- ") == 1
    assert "2 documents" in library.ask("How many files are there?", documents=[FOUNDER, POSITION]).text
    summary = library.ask("Summarise this document", documents=[FOUNDER])
    assert len(summary.claims) >= 4 and sources(summary) == {FOUNDER}
    history = [("When did Xiaomi go public?", LISTED)]
    assert sources(library.ask("Where does it say that?", history, [POSITION])) == {POSITION}
    assert "no longer find" in library.ask("Where does it say that?", history, [FOUNDER]).text


def test_a_conflict_is_told_where_both_sides_are_chosen(tmp_path, encoder):
    shelf = Library(
        tmp_path, encoder,
        one_md="# A leaflet\n\nThe Skerra lighthouse has 212 steps.",
        two_md="# A guide\n\nThe Skerra lighthouse has 198 steps.",
        far_md="# Ferries\n\nThe ferry sails at noon.",
    )  # fmt: skip
    question, assistant = "How many steps does the Skerra lighthouse have?", shelf.assistant()
    assert assistant.ask(question, documents=["one.md", "two.md"]).conflicts
    alone = assistant.ask(question, documents=["one.md", "far.md"])
    assert "212" in alone.text and not alone.conflicts and sources(alone) <= {"one.md", "far.md"}
    shelf.index.store.close()


def test_a_choice_answers_as_an_index_of_its_documents(library, tmp_path, encoder):
    from index.retrieve import Index
    from index.sync import sync
    from qa.sources import library as shipped

    sync([shipped() / POSITION], tmp_path / "own", encoder)
    own = Assistant(Index(tmp_path / "own", encoder), QuoteReader())
    alike = "What is the positioning of Xiaomi?"  # several sentences count alike, and may change places
    for question in ("When did Xiaomi go public in Hong Kong?", "Who wrote this?", "When was Xiaomi set up?", alike):
        expected, found = own.ask(question), library.ask(question, documents=[POSITION])
        texts, same = ([c.text for c in answer.claims] for answer in (found, expected))
        assert sorted(texts) == sorted(same) and (texts == same or question == alike)
        assert found.confidence == pytest.approx(expected.confidence, abs=0.05)
    own.index.store.close()


def test_what_cannot_be_chosen_is_told(library):
    with pytest.raises(StoreError, match=r"no document 'nowhere\.md'"):
        library.ask(FOLLOWERS, documents=[FOUNDER, "nowhere.md"])
    with pytest.raises(StoreError, match="names one or more"):
        library.ask(FOLLOWERS, documents=[])


def test_the_command_line_asks_what_is_named(library):
    run = CliRunner().invoke
    named = run(app, ["ask", FOLLOWERS, "--document", POSITION, "--document", "okr-2025-q4.md", "--json"])
    told = json.loads(named.stdout)
    assert told["abstained"] and {place["doc_id"] for place in told["nearest"]} <= {POSITION, "okr-2025-q4.md"}
    assert "44 million" in run(app, ["ask", FOLLOWERS, "--document", FOUNDER]).stdout
    assert "no document 'x'" in str(run(app, ["ask", FOLLOWERS, "--document", "x"]).exception)


def test_a_choice_is_traced_and_asked_again(tmp_path):
    shelf = Library(tmp_path, a_md="Reports are due on 3 May 2024.", b_md="Reports are read by Ada Brown.")
    assistant = Assistant(shelf.index, Scripted("Reports are due on 3 May 2024."), trace=Trace(tmp_path / "t.jsonl"))
    assistant.ask("When are reports due?", documents=["b.md"])
    assistant.ask("When are reports due?")
    chosen, whole = read(tmp_path / "t.jsonl")
    assert chosen.documents == ("b.md",) and whole.documents is None
    assert {place[0] for place in chosen.hits} == {"b.md"} != {place[0] for place in whole.hits}
    assert all(not one.changes for one in replay([chosen, whole], lambda one: assistant))
    shelf.index.store.close()
