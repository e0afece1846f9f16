"""Upkeep: an index of an earlier version, checked, exported, imported, watched, killed, read while it is written."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder, Library, everything

from corpus.errors import StoreError
from eval.bench import kill
from index.database import FILE
from index.retrieve import Index
from index.sync import sync
from index.transfer import export_index, import_index
from index.verify import verify
from index.watch import watch

ROOT = Path(__file__).resolve().parent.parent
CAFE = "The Harbour Cafe opened in March 1987. Its founder was Ines Valente, a baker from Porto."
FERRY = "# The ferry\n\nThe ferry to Skerra sails four times a day.\n\n## Fares\n\nA crossing costs 12 euros."
VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (position INTEGER PRIMARY KEY, path TEXT NOT NULL);
CREATE TABLE documents (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, page_starts TEXT NOT NULL,
  headings TEXT NOT NULL, media_type TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE passages (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, doc_pk INTEGER NOT NULL REFERENCES documents(pk) ON DELETE CASCADE,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, sentences TEXT NOT NULL,
  vector BLOB NOT NULL);
CREATE INDEX passages_doc ON passages(doc_pk);
CREATE TABLE failures (id TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, cafe_txt=CAFE, ferry_md=FERRY)
    yield shelf
    shelf.index.store.close()


def as_version_1(shelf, directory):
    """Write what the index holds as version 1 would have."""
    directory.mkdir()
    store = shelf.index.store
    with sqlite3.connect(directory / FILE) as db:
        db.executescript(VERSION_1)
        db.execute("INSERT INTO meta VALUES ('encoder', 'hash-64')")
        db.execute("INSERT INTO roots VALUES (1, ?)", (os.fsencode(shelf.folder),))
        for n, (doc_id, file) in enumerate(store.files().items(), 1):
            document = store.document(doc_id)
            row = (n, doc_id, file.path, file.size, file.mtime_ns, document.title, document.text)
            outline = json.dumps([(h.start, h.end, h.level) for h in document.headings])
            db.execute(
                "INSERT INTO documents VALUES (?,?,?,?,?,?,?,'[]',?,?,?)",
                (*row, outline, document.media_type, file.sha256),
            )
            for passage, _, _, vector in store.pieces(doc_id):
                place = (n, passage.start, passage.end, passage.page)
                db.execute(
                    "INSERT INTO passages VALUES (NULL,?,?,?,?,?,?,?)",
                    (
                        *place,
                        json.dumps(passage.heading),
                        json.dumps(passage.sentences),
                        vector.astype(np.float32).tobytes(),
                    ),
                )
    db.close()


def test_an_index_of_version_1_is_renewed_with_all_it_holds(shelf, tmp_path):
    as_version_1(shelf, tmp_path / "old")
    old = Index(tmp_path / "old", shelf.encoder)
    assert [old.document(d.id).text for d in old.documents()] == [CAFE, shelf.index.document("ferry.md").text]
    assert old.search("ferry fares")[0].passage == shelf.index.search("ferry fares")[0].passage
    assert verify(tmp_path / "old").problems == ()
    shelf.encoder.encoded.clear()
    sync([shelf.folder], tmp_path / "old", shelf.encoder)
    assert shelf.encoder.encoded == []  # read again by the new loaders, embedded by none
    assert sync([shelf.folder], tmp_path / "old", shelf.encoder).unchanged == ["cafe.txt", "ferry.md"]
    old.store.close()


def change(shelf, statement):
    with sqlite3.connect(shelf.directory / FILE) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE passages SET text = text || ' More.' WHERE pk = 1", "slice|vector of other words|sentences"),
        ("UPDATE passages SET before = 'lost words ' WHERE pk = 1", "only blanks"),
        ("UPDATE documents SET tail = ' a lost end' WHERE id = 'cafe.txt'", "cover every word"),
        ("UPDATE passages SET vector = zeroblob(128) WHERE pk = 1", "length 1"),
        ("UPDATE passages SET digest = zeroblob(16) WHERE pk = 1", "other words"),
        ("UPDATE passages SET page = 7 WHERE pk = 1", "page"),
        ("UPDATE passages SET sentences = '[[0, 9999]]' WHERE pk = 1", "sentences"),
        ("UPDATE documents SET title = 'Another' WHERE id = 'cafe.txt'", "other words"),
    ],
)
def test_verify_finds_what_is_damaged(shelf, statement, told):
    assert verify(shelf.directory) == verify(shelf.directory)
    assert verify(shelf.directory).problems == ()
    change(shelf, statement)
    with pytest.raises(AssertionError):
        assert verify(shelf.directory).problems == ()
    import re

    assert re.search(told, " ".join(verify(shelf.directory).problems))


def test_verify_repairs_what_is_derived(shelf):
    for path in shelf.directory.glob("dense-*"):
        path.unlink()  # what is mapped is not cut
        path.write_bytes(b"")
    assert "made anew" in verify(shelf.directory).repaired[0]
    assert verify(shelf.directory).repaired == ()


def test_an_exported_index_answers_elsewhere(shelf, tmp_path):
    (shelf.directory / "uploads").mkdir()
    (shelf.directory / "uploads" / "note.txt").write_text("An uploaded note on lamps.")
    sync([shelf.folder, shelf.directory / "uploads"], shelf.directory, shelf.encoder)
    export_index(shelf.directory, tmp_path / "out.zip")
    import_index(tmp_path / "out.zip", tmp_path / "elsewhere")
    there = Index(tmp_path / "elsewhere", shelf.encoder)
    assert {d.id: there.document(d.id) for d in there.documents()} == {
        d.id: shelf.index.document(d.id) for d in shelf.index.documents()
    }
    assert there.search("ferry fares")[0].passage == shelf.index.search("ferry fares")[0].passage
    assert (tmp_path / "elsewhere" / "uploads" / "note.txt").exists()
    assert verify(tmp_path / "elsewhere").problems == ()
    there.store.close()
    for file, directory, said in (
        (tmp_path / "out.zip", tmp_path / "elsewhere", "not empty"),
        (shelf.path("cafe_txt"), tmp_path / "n1", "qa export"),
        (tmp_path / "nowhere.zip", tmp_path / "n2", "qa export"),
    ):
        with pytest.raises(StoreError, match=said):
            import_index(file, directory)
        assert directory.name == "elsewhere" or not directory.exists()
    with pytest.raises(StoreError, match="exists; choose another"):
        export_index(shelf.directory, tmp_path / "out.zip")


def test_a_watched_folder_is_followed(shelf):
    stop = threading.Event()
    reports = watch([shelf.folder], shelf.directory, shelf.encoder, stop)
    found = []
    follower = threading.Thread(target=lambda: found.extend(reports))
    follower.start()
    try:
        time.sleep(0.5)
        shelf.write(lamp_txt="The lamp reaches 31 kilometres.")
        for _ in range(100):
            if any(hit.passage.doc_id == "lamp.txt" for hit in shelf.index.search("lamp kilometres")):
                break
            time.sleep(0.1)
        else:
            pytest.fail("the new file is not found")
    finally:
        stop.set()
        follower.join(20)
    assert found[0].added == ["lamp.txt"]


def test_a_killed_writer_leaves_a_whole_index():
    found = kill.run(12, seed=1)
    assert found["kills"] == 12 and found["while writing"] >= 1 and found["documents checked"] > 50


WRITER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from fakes import HashEncoder
from index.sync import sync
folder, directory = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(6):
    (folder / f"new{n}.txt").write_text(f"Boat number {n} carries {n * 11} lamps to Skerra.")
    if n % 2:
        (folder / f"new{n - 1}.txt").unlink()
    sync([folder], directory, HashEncoder(), wait=60)
    print(n, flush=True)
"""
READER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from fakes import HashEncoder
from index.retrieve import Index
index = Index(Path(sys.argv[1]), HashEncoder())
print("open", flush=True)
sys.stdin.readline()
hits = index.search("Harbour Cafe founder ferry", 20)
print([hit.passage.doc_id for hit in hits], flush=True)
"""


def start(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def test_readers_go_on_while_a_process_writes_and_see_what_it_wrote(shelf):
    failures, asked = [], 0
    with start(WRITER, shelf.folder, shelf.directory, ROOT / "tests") as writer:
        while writer.poll() is None:
            hits = shelf.index.search("ferry fares crossing")
            asked += 1
            failures += [] if hits and hits[0].passage.doc_id == "ferry.md" else [hits]
            texts = {hit.passage.text for hit in shelf.index.search("Boat number lamps Skerra")}
            failures += [text for text in texts if not text.strip()]
        assert writer.stdout.read().split() == list("012345")
    assert asked > 10 and failures == []
    names = {hit.passage.doc_id for hit in shelf.index.search("Boat number lamps", 20)}
    assert {"new1.txt", "new3.txt", "new5.txt"} <= names and "new4.txt" not in names


def test_what_is_deleted_is_gone_from_another_process_and_from_every_file(shelf):
    question = "When did the Harbour Cafe open?"
    assistant = shelf.assistant()
    answer = assistant.ask(question)
    assert "1987" in answer.text and assistant.still(answer) == answer
    assert b"Valente" in everything(shelf.directory)
    with start(READER, shelf.directory, ROOT / "tests") as reader:
        assert reader.stdout.readline() == "open\n"
        shelf.path("cafe_txt").unlink()
        shelf.sync()
        assert b"valent" not in everything(shelf.directory).lower()
        told, _ = reader.communicate("go\n")
    assert "cafe.txt" not in told and "ferry.md" in told
    assert "1987" not in str(assistant.still(answer).to_dict())
    again = assistant.ask("And who founded it?", [(question, answer.text)])
    assert "1987" not in str(again.to_dict()) and "Valente" not in str(again.to_dict())


def test_a_second_writer_is_told_who_writes(shelf):
    from index.lock import writing

    with writing(shelf.directory, 0), pytest.raises(StoreError, match=rf"process {os.getpid()} \(.*since 20"):
        sync([shelf.folder], shelf.directory, HashEncoder(), wait=0)


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from fakes import HashEncoder
from index.sync import sync
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
try:
    sync([Path(sys.argv[1])], Path(sys.argv[2]), HashEncoder())
except Exception as error:
    print(type(error).__name__, error, flush=True)
"""


def test_a_disk_that_is_full_is_told_and_nothing_is_lost(shelf):
    (shelf.folder / "big.txt").write_text("\n\n".join(f"Sentence {n} tells of boat {n}." for n in range(20_000)))
    with start(FULL, shelf.folder, shelf.directory, ROOT / "tests") as writer:
        told = writer.communicate()[0]
    assert told.startswith("StoreError") and "disk" in told
    assert shelf.index.search("ferry fares")[0].passage.doc_id == "ferry.md"
    assert verify(shelf.directory).problems == ()
    assert shelf.sync().added == ["big.txt"]


def test_a_directory_that_cannot_be_written_is_read(shelf):
    shelf.index.store.close()
    code = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import faiss, tantivy
from fakes import HashEncoder
from corpus.errors import StoreError
from index.retrieve import Index
from index.sync import sync
from index.words import terms
terms("boats")
if os.getuid() == 0:
    os.setuid(65534)
print(Index(Path(sys.argv[1]), HashEncoder()).search("ferry fares")[0].passage.doc_id)
try:
    sync([Path(sys.argv[2])], Path(sys.argv[1]), HashEncoder())
except StoreError as error:
    print(error)
"""
    for folder in (shelf.directory, *shelf.directory.parents):
        if folder == Path("/tmp") or folder.owner() != Path.home().owner():
            break
        folder.chmod(0o555 if folder == shelf.directory else folder.stat().st_mode | 0o055)
    with start(code, shelf.directory, shelf.folder, ROOT / "tests") as reader:
        told = reader.communicate()[0].splitlines()
    shelf.directory.chmod(0o755)
    assert told[0] == "ferry.md" and "must be writable" in told[1]
    shelf.index = Index(shelf.directory, shelf.encoder)
