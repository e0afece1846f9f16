"""Conversations where programs crash, write at once or cannot write; the index beside them is not disturbed."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from conversing import QUESTIONS, TEXTS, answered, bytes_of
from fakes import Library

import qa.__main__ as cli
from corpus.errors import ConversationError
from qa.answer import Answer
from qa.web.conversations import Conversations, beside, forget

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
    conversation, _ = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
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

    answered(kept, shelf, "At what hour does the Quillback ferry sail?")
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
    answer = shelf.assistant().ask("At what hour does the Quillback ferry sail?")
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
