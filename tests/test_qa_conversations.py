"""The store of conversations, on real SQLite files: verbs, owners, crashes, two processes, and what is deleted."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import Library
from hypothesis import given
from hypothesis import strategies as st

import qa.__main__ as cli
from corpus.document import Passage
from corpus.errors import ConversationError, ConversationNotFound
from index.hit import Hit
from index.retrieve import Index
from index.sync import remove
from qa.answer import Answer, Citation, Claim, Conflict, Timings
from qa.recall import FORGOTTEN, still
from qa.web.conversations import Conversations, beside, forget
from qa.web.turns import from_bytes, to_bytes

TEXTS = {
    "harbour_md": "# Harbour\n\nThe Quillback ferry sails at noon. The fare is nine crowns.\n",
    "museum_md": "# Museum\n\nThe Ottoline museum opens at ten. Entry is free on Sundays.\n",
}

QUESTIONS = ("When does the Quillback ferry sail?", "At what hour does the Ottoline museum open?")


@pytest.fixture
def shelf(tmp_path):
    made = Library(tmp_path, **TEXTS)
    yield made
    made.index.store.close()


@pytest.fixture
def kept(shelf):
    made = Conversations(beside(shelf.directory), shelf.index.store)
    yield made
    made.close()


def bytes_of(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.glob("conversations*"))


def answered(kept, shelf, question, owner="", conversation=None):
    """Ask the library and keep the answer, sentence by sentence, as the page does."""
    conversation = conversation or kept.create(owner).id
    turn = kept.ask(owner, conversation, question)
    answer = turn.answer
    for step in shelf.assistant().stream(question):
        answer = step if isinstance(step, Answer) else Answer(question, (*answer.claims, step))
        kept.answered(owner, turn.id, answer, "done" if isinstance(step, Answer) else "running")
    return conversation, turn.id


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
claims = st.builds(Claim, st.text(), st.lists(citations).map(tuple), unit, st.booleans())
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


def test_damaged_and_newer_answers_are_told():
    whole = to_bytes(Answer("When?", ()))
    with pytest.raises(ConversationError, match="damaged"):
        from_bytes(whole[:-5])
    with pytest.raises(ConversationError, match="damaged"):
        from_bytes(b"{}")


# -- the verbs -------------------------------------------------------------------------------------


def test_a_conversation_is_kept_with_its_turns(shelf, kept):
    conversation, _ = answered(kept, shelf, "When does the Quillback ferry sail?")
    answered(kept, shelf, "How much is the moon?", conversation=conversation)
    kept.close()
    again = Conversations(beside(shelf.directory), shelf.index.store)
    first, second = again.turns("", conversation)
    assert first.state == second.state == "done" and first.asked.utcoffset().total_seconds() == 0
    fresh = shelf.assistant().ask("When does the Quillback ferry sail?")
    assert (first.answer.claims, first.answer.hits) == (fresh.claims, fresh.hits) and "noon" in first.answer.text
    assert second.answer.abstained and second.question == "How much is the moon?"
    (line,) = again.listed("")
    assert line.title == "When does the Quillback ferry sail?" and line.created <= line.updated
    again.close()
    assert [path.name for path in shelf.directory.glob("conversations*")] == ["conversations.sqlite3"]


def test_the_list_is_newest_first_and_searched(shelf, kept):
    ferry, _ = answered(kept, shelf, "When does the Quillback ferry sail?")
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
    conversation, first = answered(kept, shelf, "When does the Quillback ferry sail?")
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


# -- what is deleted -------------------------------------------------------------------------------


def test_a_deleted_conversation_leaves_the_bytes_of_the_file(shelf, kept):
    """Many of mixed length, because SQLite leaves parts of rows behind where it balances its pages."""
    filler = " ".join(f"gravel{n}" for n in range(400))
    made = {}
    for n in range(120):
        conversation = kept.create("").id
        turn = kept.ask("", conversation, f"secret{n:03}q {filler[: 17 * (n * 7 % 300)]}")
        kept.rate("", turn.id, "bad", f"note{n:03}z")
        made[n] = conversation
    for n in range(0, 120, 3):
        kept.delete("", made.pop(n))
    data = bytes_of(shelf.directory)
    for n in range(120):
        assert (f"secret{n:03}q".encode() in data) == (f"note{n:03}z".encode() in data) == (n in made)


def test_nothing_deleted_answers(shelf, kept):
    ferry, turn = answered(kept, shelf, "When does the Quillback ferry sail?")
    museum, _ = answered(kept, shelf, "At what hour does the Ottoline museum open?")
    kept.rate("", turn, "good")
    stored = [kept._file.run("SELECT answer FROM turns WHERE pk = ?", (turn,))[0][0]]
    before = kept.turns("", museum)[0].answer
    assert kept.forget() == 0 and b"quillback ferry sails at noon" in bytes_of(shelf.directory)
    shelf.assistant().remove(["harbour.md"])
    # asked of the file alone, before anything is read from it
    data = bytes_of(shelf.directory)
    assert b"sails at noon" not in data and not any(one[8:40] in data for one in stored)
    (gone,), (stays,) = kept.turns("", ferry), kept.turns("", museum)
    assert gone.answer == Answer(gone.question, (), message=FORGOTTEN) and gone.feedback.kind == "good"
    assert "ten" in stays.answer.text and stays.answer.claims == before.claims
    assert {hit.passage.doc_id for hit in stays.answer.hits} == {"museum.md"}  # what was only retrieved goes too
    assert [line.id for line in kept.listed("", "noon")] == []


def test_a_changed_document_is_forgotten_and_another_stays(shelf, kept):
    ferry, _ = answered(kept, shelf, "When does the Quillback ferry sail?")
    shelf.write(harbour_md="# Harbour\n\nThe Quillback ferry sails at dusk.\n", pier_md="# Pier\n\nIt is long.\n")
    shelf.sync()
    assert forget(shelf.directory) == 1 and b"noon" not in bytes_of(shelf.directory)
    assert forget(shelf.directory) == 0
    answered(kept, shelf, "When does the Quillback ferry sail?", conversation=ferry)
    old, new = kept.turns("", ferry)
    assert old.answer.message == FORGOTTEN and new.answer.message != FORGOTTEN and new.answer.hits


def test_a_list_of_documents_goes_with_any_of_them(shelf, kept):
    listed, _ = answered(kept, shelf, "Which documents do you have?")
    thanks, _ = answered(kept, shelf, "Thanks!")
    assert b"harbour.md" in bytes_of(shelf.directory)
    shelf.write(pier_md="# Pier\n\nIt is long.\n")
    shelf.sync()
    assert kept.forget() == 0 and "harbour.md" in kept.turns("", listed)[0].answer.text
    remove(["harbour.md"], shelf.directory)
    assert kept.forget() == 1 and b"harbour.md" not in bytes_of(shelf.directory)
    assert kept.turns("", listed)[0].answer.message == FORGOTTEN
    assert "welcome" in kept.turns("", thanks)[0].answer.text


def test_an_answer_that_comes_after_the_removal_is_not_kept(shelf, kept):
    question = "When does the Quillback ferry sail?"
    answer, listing = shelf.assistant().ask(question), shelf.assistant().ask("Which documents do you have?")
    conversation = kept.create("").id
    turn, other = kept.ask("", conversation, question), kept.ask("", conversation, listing.question)
    half = Answer(question, answer.claims)
    assert kept.answered("", turn.id, half) == half
    remove(["harbour.md"], shelf.directory)
    assert kept.answered("", turn.id, half).message == FORGOTTEN
    assert kept.answered("", turn.id, answer, "done").message == FORGOTTEN
    assert kept.answered("", other.id, listing, "done").message == FORGOTTEN
    assert b"sails at noon" not in bytes_of(shelf.directory) and b"harbour.md" not in bytes_of(shelf.directory)


def test_what_stood_in_a_turn_before_leaves_the_file_too(shelf, kept):
    """The first sentence quotes one document, the whole answer another: the first one's words are still in the log."""
    ferry, museum = (shelf.assistant().ask(q) for q in QUESTIONS)
    conversation = kept.create("").id
    turn = kept.ask("", conversation, "When?")
    kept.answered("", turn.id, Answer("When?", ferry.claims))
    kept.answered("", turn.id, Answer("When?", museum.claims), "done")
    assert b"sails at noon" in bytes_of(shelf.directory)
    remove(["harbour.md"], shelf.directory)
    assert kept.forget() == 0 and b"sails at noon" not in bytes_of(shelf.directory)
    assert "ten" in kept.turns("", conversation)[0].answer.text


def test_an_index_made_anew_forgets_what_it_no_longer_holds(shelf, kept, tmp_path):
    answered(kept, shelf, "When does the Quillback ferry sail?")
    answered(kept, shelf, "Which documents do you have?")
    kept.close()
    shelf.index.store.close()
    for path in shelf.directory.glob("store*"):
        path.unlink()
    shelf.path("harbour_md").unlink()
    shelf.write(hangar_md="# Hangar\n\nThe airship leaves at six.\n")  # so that numbers of documents come again
    shelf.sync()
    shelf.index = Index(shelf.directory, shelf.encoder)
    assert forget(shelf.directory) == 2 and b"noon" not in bytes_of(shelf.directory)


def test_a_document_that_is_cut_anew_or_grows_elsewhere_is_no_reason_to_forget(tmp_path):
    text = " ".join(f"The Quillback ferry number {n} sails at noon." for n in range(60))
    shelf = Library(tmp_path, harbour_md=f"# Harbour\n\n{text}\n")
    kept = Conversations(beside(shelf.directory), shelf.index.store)
    conversation, _ = answered(kept, shelf, "When does ferry number 7 sail?")
    before = kept.turns("", conversation)[0].answer
    assert before.claims or before.nearest
    shelf.write(harbour_md=f"# Harbour\n\n{text} One more sails at dusk.\n")
    shelf.sync()
    (after,) = kept.turns("", conversation)
    assert (after.answer.claims, after.answer.nearest) == (before.claims, before.nearest)
    places = [Passage("harbour.md", n, n + 90, shelf.index.document("harbour.md").text[n : n + 90], None, (), ())
              for n in (11, 500, 1500, 2500)]  # fmt: skip
    assert all(shelf.index.holds(place) for place in places)
    assert not any(shelf.index.holds(replace(place, start=place.start + 1, end=place.end + 1)) for place in places)
    assert not shelf.index.holds(replace(places[0], start=0, end=90))
    kept.close()
    shelf.index.store.close()


def test_still_leaves_out_what_was_only_retrieved(shelf):
    answer = shelf.assistant().ask("At what hour does the Ottoline museum open?")
    assert {hit.passage.doc_id for hit in answer.hits} == {"harbour.md", "museum.md"}
    remove(["harbour.md"], shelf.directory)
    kept = still(answer, shelf.index.store)
    assert kept.claims == answer.claims and {hit.passage.doc_id for hit in kept.hits} == {"museum.md"}


def test_a_second_look_costs_nothing_while_the_index_is_as_it_was(shelf, kept):
    answered(kept, shelf, "When does the Quillback ferry sail?")
    kept.forget()
    asked = []
    kept._file._db.set_trace_callback(asked.append)
    kept.forget()
    kept._file._db.set_trace_callback(None)
    assert len(asked) == 1


# -- crashes, threads, processes -------------------------------------------------------------------

SETUP = """
import sys, time
from pathlib import Path
from index.store import Store
from qa.answer import Answer
from qa.web.conversations import Conversations, beside
directory = Path(sys.argv[1])
kept = Conversations(beside(directory), Store(directory))
"""


def start(shelf, code):
    return subprocess.Popen(
        [sys.executable, "-c", SETUP + code, str(shelf.directory)], stdout=subprocess.PIPE, text=True, env=os.environ
    )


def test_a_killed_writer_leaves_what_was_verified_and_a_live_one_is_left_alone(shelf, kept):
    conversation = kept.create("").id
    mine = kept.ask("", conversation, "Mine?")
    code = f"""
turn = kept.ask("", {conversation!r}, "Theirs?")
kept.answered("", turn.id, Answer("Theirs?", (), message="half"))
print(turn.id, flush=True)
n = 0
while True:
    n += 1
    kept.answered("", turn.id, Answer("Theirs?", (), message="half " * (n % 500)))
"""
    for _ in range(3):
        child = start(shelf, code)
        turn = int(child.stdout.readline())
        states = {t.id: t.state for t in kept.turns("", conversation)}
        assert states[turn] == states[mine.id] == "running"
        other = Conversations(beside(shelf.directory), shelf.index.store)  # opening stops no living writer's turn
        assert {t.id: t.state for t in other.turns("", conversation)} == states
        other.close()
        time.sleep(0.1)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        states = {t.id: t.state for t in kept.turns("", conversation)}
        assert states[turn] == "stopped" and states[mine.id] == "running"
        assert kept._file.run("PRAGMA integrity_check") == [("ok",)]
        (theirs,) = [t for t in kept.turns("", conversation) if t.id == turn]
        assert theirs.answer.message.startswith("half") or theirs.answer.message == ""
    assert len(list(shelf.directory.glob("conversations-*.lock"))) == 1  # our own
    kept.close()
    again = Conversations(beside(shelf.directory), shelf.index.store)
    assert {t.state for t in again.turns("", conversation)} == {"stopped"}
    again.close()


def test_a_deletion_that_was_cut_off_is_finished_at_the_next_opening(shelf, kept):
    conversation = kept.create("").id
    kept.ask("", conversation, "What is the Xylograph?")
    kept.close()
    code = f"""
import os
kept._file.erase = lambda: os._exit(9)  # ends between the deletion and the rewriting of the file
kept.delete("", {conversation!r})
"""
    child = start(shelf, code)
    child.communicate()
    assert child.returncode == 9 and b"xylograph" in bytes_of(shelf.directory)
    Conversations(beside(shelf.directory), shelf.index.store).close()
    assert b"xylograph" not in bytes_of(shelf.directory).lower()


def test_two_threads_and_two_processes_write_at_once(shelf, kept):
    conversation = kept.create("").id
    rounds = 25

    def write(name):
        for n in range(rounds):
            turn = kept.ask("", conversation, f"{name} {n}")
            kept.answered("", turn.id, Answer(turn.question, (), message="x"), "done")

    code = f"""
for n in range({rounds}):
    turn = kept.ask("", {conversation!r}, f"child {{n}}")
    kept.answered("", turn.id, Answer(turn.question, (), message="x"), "done")
kept.close()
"""
    children = [start(shelf, code) for _ in range(2)]
    threads = [threading.Thread(target=write, args=(f"thread {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        other = kept.create("").id
        kept.ask("", other, "Will it go?")
        kept.delete("", other)
    for thread in threads:
        thread.join()
    for child in children:
        child.communicate()
        assert child.returncode == 0
    turns = kept.turns("", conversation)
    assert len(turns) == 4 * rounds and {turn.state for turn in turns} == {"done"}
    assert b"will it go" not in bytes_of(shelf.directory)


def test_a_full_disk_is_told_and_what_was_kept_stays(shelf, kept):
    conversation, _ = answered(kept, shelf, "When does the Quillback ferry sail?")
    turn = kept.ask("", conversation, "And then?")
    (pages,) = kept._file.run("PRAGMA page_count")[0]
    kept._file.run(f"PRAGMA max_page_count = {pages}")
    noise = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(20000))
    with pytest.raises(ConversationError, match="disk"):
        kept.answered("", turn.id, Answer("And then?", (), message=noise))
    kept._file.run("PRAGMA max_page_count = 1000000")
    assert [t.state for t in kept.turns("", conversation)] == ["done", "running"]
    kept.answered("", turn.id, Answer("And then?", (), message=noise), "done")
    assert kept.turns("", conversation)[1].answer.message == noise


def test_a_file_that_cannot_be_used_is_told(shelf, tmp_path):
    store = shelf.index.store
    (tmp_path / "text.sqlite3").write_text("this is no database, it is a letter" * 40)
    with pytest.raises(ConversationError, match="move the file away"):
        Conversations(tmp_path / "text.sqlite3", store)
    with pytest.raises(ConversationError, match="written"):
        Conversations(tmp_path / "nowhere" / "a.sqlite3", store)
    with pytest.raises(ConversationError, match="written"):
        Conversations(tmp_path, store)
    made = Conversations(tmp_path / "b.sqlite3", store)
    made._file.run("PRAGMA user_version = 99")
    made.close()
    with pytest.raises(ConversationError, match="update the program"):
        Conversations(tmp_path / "b.sqlite3", store)


def test_a_file_that_was_deleted_while_open_is_told(shelf, kept):
    conversation = kept.create("").id
    beside(shelf.directory).unlink()
    with pytest.raises(ConversationError, match="open them again"):
        kept.ask("", conversation, "Lost?")
    beside(shelf.directory).touch()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another system's there")
def test_only_its_owner_may_read_the_file(shelf, kept):
    kept.create("")
    assert {path.stat().st_mode & 0o077 for path in shelf.directory.glob("conversations.*")} == {0}


# -- beside the index ------------------------------------------------------------------------------


def test_the_index_is_not_disturbed(shelf, kept, tmp_path):
    from index.transfer import export_index, import_index
    from index.verify import verify

    answered(kept, shelf, "When does the Quillback ferry sail?")
    report = shelf.sync()
    assert len(report.unchanged) == 2 and not report.skipped and verify(shelf.directory).problems == ()
    export_index(shelf.directory, tmp_path / "moved.zip")  # what was asked stays with who asked it
    import_index(tmp_path / "moved.zip", tmp_path / "there")
    assert not beside(tmp_path / "there").exists() and b"Quillback" in (tmp_path / "there/store.sqlite3").read_bytes()
    assert forget(tmp_path / "there") == 0 and not beside(tmp_path / "there").exists()


def test_the_command_line_forgets_before_it_returns(tmp_path, encoder, monkeypatch):
    shelf = Library(tmp_path, encoder, **TEXTS)
    kept = Conversations(beside(shelf.directory), shelf.index.store)
    for document in ("harbour.md", "museum.md"):
        answered(kept, shelf, f"Summarise the document {document}")
    assert b"sails at noon" in bytes_of(shelf.directory) and b"opens at ten" in bytes_of(shelf.directory)
    shelf.path("harbour_md").unlink()
    for arguments in (["index", str(shelf.folder)], ["remove", "museum.md"]):
        monkeypatch.setattr(sys, "argv", ["qa", *arguments, "--index", str(shelf.directory)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code and b"sails at noon" not in bytes_of(shelf.directory)
    assert b"opens at ten" not in bytes_of(shelf.directory)
    kept.close()
    shelf.index.store.close()


def test_two_thousand_conversations_are_listed_and_searched(shelf, kept):
    answer = shelf.assistant().ask("When does the Quillback ferry sail?")
    with kept._file.transaction():
        for n in range(2000):
            owner = "ada" if n % 2 else "bob"
            conversation = kept.create(owner).id
            turn = kept.ask(owner, conversation, f"Question {n}?")
            kept.answered(owner, turn.id, replace(answer, question=turn.question), "done")
    listed = kept.listed("ada")
    assert [line.title for line in listed[:2]] == ["Question 1999?", "Question 1997?"] and len(listed) == 1000
    assert len(kept.listed("ada", "question 1999 noon")) == 1
    kept.delete("ada", listed[0].id)
    assert len(kept.listed("ada")) == 999


def test_a_second_look_within_the_process_keeps_the_locks_of_the_first(kept, shelf):
    conversation, turn = answered(kept, shelf, QUESTIONS[0])
    forget(shelf.directory)  # opens the file once more, and closes it
    path = beside(shelf.directory)
    command = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM turns'); db.close()"
    subprocess.run([sys.executable, "-c", command, str(path)], check=True)
    assert path.with_name(f"{path.name}-wal").exists()  # the other program did not take itself for the last
    kept.rate("", turn, "good")
    assert kept.turns("", conversation)[0].feedback is not None
