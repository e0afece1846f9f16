"""The store of conversations, on real SQLite files: answers as bytes, the verbs, owners, feedback."""

import json
import zlib

import pytest
from conversing import answered, bytes_of
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Passage
from corpus.errors import ConversationError, ConversationNotFound
from index.hit import Hit
from qa.answer import Answer, Citation, Claim, Conflict, Timings
from qa.web.conversations import Conversations, beside
from qa.web.turns import from_bytes, to_bytes

# -- an answer as bytes ----------------------------------------------------------------------------

passages = st.builds(
    lambda doc, start, text, page, heading: Passage(
        doc, start, start + len(text), text, page, tuple(heading), ((start, start + len(text)),)
    ),
    st.text(min_size=1),
    st.integers(0, 9999),
    st.text(alphabet=st.characters(), min_size=1),
    st.none() | st.integers(1, 99),
    st.lists(st.text()),
)
citations = st.builds(lambda p, title: Citation(p, p.start, p.end, title), passages, st.text())
unit = st.floats(0, 1)
claims = st.builds(Claim, st.text(), st.lists(citations).map(tuple), unit, st.booleans(), st.booleans())
words = st.lists(st.text()).map(tuple)
ranks = st.lists(st.tuples(st.text(), st.integers(1, 9))).map(tuple)
answers = st.builds(
    Answer,
    st.text(alphabet=st.characters(exclude_categories=())),
    st.lists(claims).map(tuple),
    st.lists(claims).map(tuple),
    st.lists(
        st.builds(Hit, passages, unit, ranks, st.text(), st.lists(st.tuples(st.text(), unit)).map(tuple)), max_size=3
    ).map(tuple),
    st.lists(st.builds(Conflict, words, st.lists(citations).map(tuple), words, st.booleans()), max_size=2).map(tuple),
    st.lists(citations, max_size=3).map(tuple),
    st.text(),
    unit,
    st.text(),
    st.builds(Timings, unit, unit, unit, unit),
)


@given(answers)
def test_an_answer_is_read_back_equal(answer):
    assert from_bytes(to_bytes(answer)) == answer


def test_an_answer_kept_without_what_its_sentences_lean_on_is_read():
    claim = Claim("It sails at six.", (), 1.0, item=True)
    value = json.loads(zlib.decompress(to_bytes(Answer("When?", (claim,)))))
    value["claims"] = [row[:4] for row in value["claims"]]
    assert from_bytes(zlib.compress(json.dumps(value).encode())) == Answer("When?", (claim,))


def test_damaged_and_newer_answers_are_told():
    whole = to_bytes(Answer("When?", ()))
    with pytest.raises(ConversationError, match="damaged"):
        from_bytes(whole[:-5])
    with pytest.raises(ConversationError, match="damaged"):
        from_bytes(b"{}")


# -- the verbs -------------------------------------------------------------------------------------


def test_a_conversation_is_kept_with_its_turns(shelf, kept):
    conversation, _ = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    answered(kept, shelf, "How much is the moon?", conversation=conversation)
    kept.close()
    again = Conversations(beside(shelf.directory), shelf.index.store)
    first, second = again.turns("", conversation)
    assert first.state == second.state == "done" and first.asked.utcoffset().total_seconds() == 0
    fresh = shelf.assistant().ask("At what hour does the Quillback ferry sail?")
    assert (first.answer.claims, first.answer.hits) == (fresh.claims, fresh.hits) and "noon" in first.answer.text
    assert second.answer.abstained and second.question == "How much is the moon?"
    (line,) = again.listed("")
    assert line.title == "At what hour does the Quillback ferry sail?" and line.created <= line.updated
    again.close()
    assert [path.name for path in shelf.directory.glob("conversations*")] == ["conversations.sqlite3"]


def test_the_list_is_newest_first_and_searched(shelf, kept):
    ferry, _ = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    museum, _ = answered(kept, shelf, "At what hour does the Ottoline museum open?")
    assert [line.id for line in kept.listed("")] == [museum, ferry]
    answered(kept, shelf, "What is the fare of the ferry?", conversation=ferry)
    assert [line.id for line in kept.listed("")] == [ferry, museum]
    for search, found in (
        ("FERRY sail", [ferry]),
        ("noon", [ferry]),  # a word of the answer
        ("does the", [ferry, museum]),
        ("ferry museum", []),
        ("100%_", []),
        ("museu", [museum]),
    ):
        assert [line.id for line in kept.listed("", search)] == found, search
    kept.rename("", museum, "  Sunday\nplans ")
    assert [line.title for line in kept.listed("", "sunday")] == ["Sunday plans"]
    kept.rename("", museum, " ")
    assert kept.get("", museum).title == "At what hour does the Ottoline museum open?"


def test_chosen_documents_are_a_setting(kept):
    made = kept.create("", ["harbour.md"])
    assert made.documents == ("harbour.md",) and made.title == ""
    kept.choose("", made.id, None)
    assert kept.get("", made.id).documents is None
    kept.choose("", made.id, [])
    assert kept.get("", made.id).documents == ()


def test_editing_a_question_drops_what_came_after(shelf, kept):
    conversation, first = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    answered(kept, shelf, "And on Gallowsday?", conversation=conversation)
    kept.rate("", first, "good", "Splendid")
    begun = kept.ask_again("", first, "When does the museum open?")
    (only,) = kept.turns("", conversation)
    assert only.id == begun.id and only.state == "running" and only.feedback is None
    assert kept.get("", conversation).title == "When does the museum open?"
    assert kept.answered("", begun.id, Answer(only.question, ()), "failed") is not None
    assert kept.answered("", begun.id, Answer("late", ()), "done") is None  # it has ended
    assert b"gallowsday" not in bytes_of(shelf.directory).lower()
    kept.drop("", begun.id)
    assert kept.turns("", conversation) == [] and kept.get("", conversation).title == ""
    with pytest.raises(ConversationNotFound):
        kept.answered("", begun.id, Answer("late", ()))


def test_no_owner_sees_anothers(shelf, kept):
    conversation, turn = answered(kept, shelf, "When does the ferry sail?", "ada")
    answer = Answer("x", ())
    verbs = {
        "get": lambda who: kept.get(who, conversation),
        "turns": lambda who: kept.turns(who, conversation),
        "rename": lambda who: kept.rename(who, conversation, "mine"),
        "choose": lambda who: kept.choose(who, conversation, None),
        "ask": lambda who: kept.ask(who, conversation, "What?"),
        "ask_again": lambda who: kept.ask_again(who, turn, "What?"),
        "answered": lambda who: kept.answered(who, turn, answer),
        "drop": lambda who: kept.drop(who, turn),
        "rate": lambda who: kept.rate(who, turn, "bad"),
        "unrate": lambda who: kept.unrate(who, turn),
        "delete": lambda who: kept.delete(who, conversation),
    }
    before = kept.turns("ada", conversation)
    for name, verb in verbs.items():
        for who in ("", "bob", "ADA", "ada\udc00"):
            with pytest.raises(ConversationNotFound):
                verb(who)
                pytest.fail(name)
    kept.delete_all("bob")
    assert kept.listed("bob") == kept.listed("") == [] and kept.turns("ada", conversation) == before
    missing = kept.create("bob").id
    for who, what in (("bob", conversation), ("ada", missing)):
        with pytest.raises(ConversationNotFound) as told:
            kept.get(who, what)
        assert "owner" not in str(told.value)
    kept.delete_all("ada")
    assert kept.listed("ada") == []


def test_feedback_is_changed_and_deleted(shelf, kept):
    conversation, turn = answered(kept, shelf, "When does the ferry sail?")
    kept.rate("", turn, "wrong citation", "not on page Zanzibar")
    kept.rate("", turn, "should have refused", " it is closed ")
    (one,) = kept.turns("", conversation)
    assert (one.feedback.kind, one.feedback.note) == ("should have refused", "it is closed")
    assert b"Zanzibar" not in bytes_of(shelf.directory)
    assert [[t.id for t in turns] for turns in kept.rated()] == [[turn]]
    kept.unrate("", turn)
    kept.unrate("", turn)
    assert kept.turns("", conversation)[0].feedback is None and kept.rated() == []
    with pytest.raises(ConversationError, match="one of good, bad"):
        kept.rate("", turn, "superb")


def test_broken_characters_are_kept_and_nothing_is_markup_to_sqlite(kept):
    question = "What\ud800 '; DROP TABLE turns; -- \x00 是？"
    conversation = kept.create("").id
    turn = kept.ask("", conversation, question)
    kept.rate("", turn.id, "bad", "half \udfff")
    (one,) = kept.turns("", conversation)
    assert one.question == question and one.feedback.note == "half ?"
    assert kept.get("", conversation).title.startswith("What? ';")
    assert [line.id for line in kept.listed("", "是？")] == [conversation]
    with pytest.raises(ConversationNotFound):
        kept.get("", "\ud800")
