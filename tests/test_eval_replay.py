"""A trace holds all that led to an answer, and asking again tells what differs."""

import json
import re
from importlib.resources import files

import pytest
from fakes import Library, Scripted
from test_index_rerank import SHELF, cross_encoder
from typer.testing import CliRunner

from corpus.errors import GroundedError
from eval.__main__ import app
from eval.examples import EvalError
from eval.replay import read, replay
from index.sync import sync
from qa.__main__ import app as qa
from qa.answer import Options
from qa.pipeline import HITS
from qa.read.quote import QuoteReader
from qa.system import Assistant
from qa.trace import Trace

PAGE = "Reports are due on 3 May 2024. The reports are read by Ada Brown. Tea is served at noon."
ASKED = "When are reports due?"
INVENTED = "Reports are due on 9 June 2031."
HISTORY = [("Who reads the reports?", "Ada Brown.")]


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, page_md=PAGE)
    yield shelf
    shelf.index.store.close()


def traced(shelf, path, *drafts, reader="scripted"):
    drafting = Scripted(*drafts) if drafts else QuoteReader()
    return Assistant(shelf.index, drafting, trace=Trace(path, reader))


def test_a_line_holds_what_led_to_the_answer(shelf, tmp_path):
    assistant = traced(shelf, tmp_path / "t.jsonl", "Reports are due on 3 May 2024.", INVENTED)
    answer = assistant.ask(ASKED, HISTORY)
    assistant.ask("Hello")
    line, chatter = map(json.loads, (tmp_path / "t.jsonl").read_text("utf-8").splitlines())
    assert (line["question"], line["history"]) == (ASKED, [list(HISTORY[0])])
    assert line["searched"] == [[ASKED, 0.5], [f"{HISTORY[0][0]} {ASKED}", 0.5]]  # it leans
    assert line["answer"] == answer.to_dict()
    assert [(d["text"], d["kept"]) for d in line["drafts"]] == [
        ("Reports are due on 3 May 2024.", True), (INVENTED, False),
    ]  # fmt: skip
    assert line["drafts"][0]["support"] > 0.5 > line["drafts"][1]["support"]
    (hit,) = line["hits"]
    assert hit["legs"]["bm25"]["rank"] == hit["legs"]["dense"]["rank"] == 1
    assert hit["legs"]["bm25"]["score"] > 0 and -1 <= hit["legs"]["dense"]["score"] <= 1
    scores = [e["score"] for e in line["evidence"]]
    assert scores == sorted(scores, reverse=True) and 0 < sum(scores) <= 1.0001
    assert line["evidence"][0]["quote"] == PAGE[line["evidence"][0]["start"] : line["evidence"][0]["end"]]
    assert line["generation"] == shelf.index.store.generation and line["encoder"] == "hash-64"
    assert (line["index"], line["reader"]) == (str(shelf.directory), "scripted")
    assert line["versions"]["python"] and line["versions"]["numpy"]
    assert (chatter["searched"], chatter["drafts"], chatter["hits"]) == ([], [], [])


def test_a_password_in_an_address_is_not_written(shelf, tmp_path):
    assert Trace(tmp_path / "t.jsonl", "http://ann:secret@host:8000/v1").reader == "http://host:8000/v1"


def test_a_trace_that_cannot_be_written_is_told_at_once(tmp_path):
    with pytest.raises(GroundedError, match="no trace can be written"):
        Trace(tmp_path / "none" / "t.jsonl")


def test_an_unchanged_system_differs_nowhere(shelf, tmp_path):
    assistant = traced(shelf, tmp_path / "t.jsonl")
    assistant.ask(ASKED)
    assistant.ask("And who reads them?", [(ASKED, "On 3 May 2024.")])
    again = list(replay(read(tmp_path / "t.jsonl"), lambda one: Assistant(shelf.index, QuoteReader())))
    assert [one.changes for one in again] == [(), ()]
    assert again[1].traced.history == ((ASKED, "On 3 May 2024."),)


def test_a_question_is_asked_again_in_the_way_it_was_asked(shelf, tmp_path):
    model = Scripted("Reports are due on 3 May 2024.")
    made = Assistant(shelf.index, model, trace=Trace(tmp_path / "t.jsonl", "local"), readers={"local": model})
    answers = [made.ask(ASKED), made.ask(ASKED, options=Options("strict", "quote", 1))]
    assert [answer.reader for answer in answers] == ["scripted", "quote"]
    assert len(answers[1].hits) == 1
    lines = read(tmp_path / "t.jsonl")
    assert [(one.reader, one.options) for one in lines] == [
        ("local", Options(k=HITS)), ("quote", Options("strict", k=1)),
    ]  # fmt: skip
    again = list(replay(lines, lambda one: Assistant(shelf.index, made.readers[one.reader])))
    assert [one.changes for one in again] == [(), ()]


def test_what_differs_is_told(shelf, tmp_path):
    traced(shelf, tmp_path / "t.jsonl", "Reports are due on 3 May 2024.", INVENTED).ask(ASKED)
    shelf.write(page_md=PAGE.replace("3 May", "7 May"), more_md="Reports are due when reports are due: reports!")
    shelf.sync()
    heard = []

    def opened(one):
        heard.append((one.index, one.reader))
        return Assistant(shelf.index, Scripted("Reports are due on 7 May 2024."))

    (one,) = replay(read(tmp_path / "t.jsonl"), opened)
    found = {change.part: change for change in one.changes}
    assert heard == [(str(shelf.directory), "scripted")]
    assert found.keys() == {"answer", "hits", "claims", "dropped"}
    assert found["claims"].before == "Reports are due on 3 May 2024."
    assert found["claims"].after == "Reports are due on 7 May 2024."
    assert (found["dropped"].before, found["dropped"].after) == (INVENTED, "")
    assert found["hits"].before == "1" and set(found["hits"].after.split()) > {"1"}


def line(**changed):
    """A line of a trace with some of its parts changed."""
    answer = {"text": "At noon.", "claims": [], "dropped": []}
    known = {"form": 1, "question": "When?", "history": [], "index": "i", "generation": 3, "encoder": "e"}
    return json.dumps(known | {"reader": "quote", "hits": [], "answer": answer} | changed)


def test_a_line_of_an_older_version_is_read(tmp_path):
    (tmp_path / "t.jsonl").write_text(line(), "utf-8")
    (one,) = read(tmp_path / "t.jsonl")
    assert (one.documents, one.options, one.reranker, one.verifier) == (None, Options(), None, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no answer"),
        ("{", "line 1: is not JSON"),
        ("[]", "form 1"),
        ('{"form": 1}', "'answer'"),
        (line(strictness="severe"), "line 1: .*strictness is one of lenient, usual, strict; got 'severe'"),
        (f"{line()}\n{line(strictness=['usual'])}", "line 2: .*strictness is one of"),
        (line(k=0), "line 1: .*k is a whole number of 1 or more, or null; got 0"),
        (line(k=-1), "line 1: .*k is"),
        (line(k=2.0), "line 1: .*k is"),
        (line(k=True), "line 1: .*k is"),
        (line(k="8"), "line 1: .*k is"),
        (line(generation=float("inf")), "line 1: .*OverflowError"),
        (line(documents="a.md"), "line 1: .*documents is a list of ids"),
        (line(reranker=3), "line 1: .*reranker is a name"),
        (line(verifier=["x"]), "line 1: .*verifier is a name"),
    ],
)
def test_a_file_that_is_no_trace_is_told(tmp_path, text, words):
    (tmp_path / "t.jsonl").write_text(text, "utf-8")
    with pytest.raises(EvalError, match=words):
        read(tmp_path / "t.jsonl")
    with pytest.raises(EvalError, match="cannot be read"):
        read(tmp_path)
    told = CliRunner().invoke(app, ["replay", str(tmp_path / "t.jsonl")])
    assert told.exit_code == 1 and told.stderr.startswith("error: ") and isinstance(told.exception, SystemExit)


def test_the_parts_that_were_chosen_are_noted_and_chosen_again(tmp_path, encoder):
    documents, trace = tmp_path / "documents", tmp_path / "t.jsonl"
    documents.mkdir()
    for name, text in SHELF.items():
        (documents / name.replace("_", ".")).write_text(text, "utf-8")
    sync([documents], tmp_path / "index", encoder)
    model = str(cross_encoder(tmp_path / "model"))
    asked = "How long does a rope of hemp last?"
    for options in ({}, {"reranker": model}):
        assistant = Assistant.open(tmp_path / "index", trace=trace, **options)
        assistant.k = 2
        assistant.ask(asked)
        assistant.ask(asked, options=Options(k=3))
        assistant.index.store.close()
    assistant = Assistant.open(tmp_path / "index", trace=trace, verifier="none/such")
    assistant.ask("Hello")  # the verifier is not loaded for it
    assistant.index.store.close()
    plain, _, ordered, most, chatter = lines = [json.loads(one) for one in trace.read_text("utf-8").splitlines()]
    assert [(one["k"], one["reranker"], one["verifier"]) for one in lines] == [
        (2, None, None), (3, None, None), (2, model, None), (3, model, None), (HITS, None, "none/such"),
    ]  # fmt: skip
    assert [len(one["hits"]) for one in lines] == [2, 3, 2, 3, 0]
    assert plain["hits"][0]["doc_id"] == "rope.txt" != ordered["hits"][0]["doc_id"]  # which shows that it orders
    same = CliRunner().invoke(app, ["replay", str(trace), "--check"])
    assert same.exit_code == 0 and "5 answers asked again, 0 differ" in same.output, same.output
    trace.write_text(json.dumps(most | {"reranker": None}), "utf-8")
    assert "1 of 1 are not" in CliRunner().invoke(app, ["replay", str(trace), "--check"]).stderr
    trace.write_text(json.dumps(chatter), "utf-8")
    assert read(trace)[0].verifier == "none/such"


def test_the_commands(library, tmp_path):
    trace = tmp_path / "t.jsonl"
    question = "When is the festival for Mi Fans held?"
    assert CliRunner().invoke(qa, ["ask", question, "--trace", str(trace)]).exit_code == 0
    same = CliRunner().invoke(app, ["replay", str(trace), "--check"])
    assert same.exit_code == 0 and "1 answers asked again, 0 differ" in same.output
    trace.write_text(trace.read_text("utf-8").replace("6 April", "7 April"), "utf-8")
    changed = CliRunner().invoke(app, ["replay", str(trace), "--check"])
    assert changed.exit_code == 1 and "1 of 1 are not" in changed.stderr
    assert "then: " in changed.stdout and "7 April" in changed.stdout and "6 April" in changed.stdout


def test_the_readme_lists_every_field_of_a_line(shelf, tmp_path):
    traced(shelf, tmp_path / "t.jsonl").ask(ASKED)
    section = (files("eval") / "README.md").read_text("utf-8").split("## A trace of answers")[1]
    rows = [row.split("|")[1] for row in section.split("\n## ")[0].splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == json.loads((tmp_path / "t.jsonl").read_text("utf-8")).keys()
