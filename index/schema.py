"""The tables of an index, and the way from each earlier version of them to this one.

A file is what lies on disk; a document is what was read from it: one, or several where it is an archive. A
document's text is stored once, as its passages and the blanks before each (``before``) and after the last (``tail``).
``hidden`` documents are kept, but no reader sees them: ``shown`` are the others. Paths below the index's own directory
are relative to it.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from corpus.document import Passage
from index.entry import digest, entry

Run = Callable[[str, Sequence[Any]], list[Any]]

VERSION = 3
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (position INTEGER PRIMARY KEY, path BLOB NOT NULL);
CREATE TABLE files (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, path BLOB NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL,
  reason TEXT NOT NULL, reader TEXT NOT NULL);
CREATE TABLE documents (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, file_pk INTEGER NOT NULL REFERENCES files(pk) ON DELETE CASCADE,
  id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, tail TEXT NOT NULL, page_starts TEXT NOT NULL, headings TEXT NOT NULL,
  media_type TEXT NOT NULL, sha256 TEXT NOT NULL, notes TEXT NOT NULL, read_at TEXT NOT NULL DEFAULT '');
CREATE INDEX documents_file ON documents(file_pk);
CREATE TABLE passages (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, doc_pk INTEGER NOT NULL REFERENCES documents(pk) ON DELETE CASCADE,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, sentences TEXT NOT NULL,
  before TEXT NOT NULL, text TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL);
CREATE INDEX passages_doc ON passages(doc_pk);
CREATE INDEX passages_digest ON passages(digest);
CREATE TABLE failures (
  file_pk INTEGER NOT NULL REFERENCES files(pk) ON DELETE CASCADE, id TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX failures_file ON failures(file_pk);
CREATE TABLE excluded (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_HIDING = """
CREATE TABLE hidden (doc_pk INTEGER PRIMARY KEY REFERENCES documents(pk) ON DELETE CASCADE);
CREATE VIEW shown AS SELECT * FROM documents WHERE pk NOT IN (SELECT doc_pk FROM hidden);
"""

_LOSSES = (  # whatever takes words away
    "DELETE ON main.documents",
    "DELETE ON main.files",
    "DELETE ON main.failures",
    "DELETE ON main.excluded",
    "DELETE ON main.roots",
    "UPDATE ON main.documents",
    "UPDATE ON main.failures",
    "UPDATE ON main.files WHEN old.id <> new.id OR (old.path <> new.path AND old.path <> x'')"
    " OR (old.reason <> new.reason AND old.reason <> '')",
)


def create(run: Run) -> None:
    """Make the tables of a new file."""
    _run_all(run, _TABLES + _HIDING)


def _run_all(run: Run, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            run(statement, ())


def migrate(run: Run, version: int, here: bytes) -> None:
    """Bring the tables of an earlier version to this one; the caller holds the transaction.

    ``here`` is the index's directory as paths below it begin.
    """
    if version < 2:
        _from_1(run)
    else:
        run("ALTER TABLE documents ADD COLUMN read_at TEXT NOT NULL DEFAULT ''", ())
        _run_all(run, _HIDING)
    for table in ("roots", "files"):
        run(f"UPDATE {table} SET path = substr(path, ?) WHERE substr(path, 1, ?) = ?", (len(here) + 1, len(here), here))


def notice(run: Run, mark: str) -> None:
    """Have this connection delete the setting ``mark`` in every transaction that takes words away."""
    for n, event in enumerate(_LOSSES):
        run(f"CREATE TEMP TRIGGER loss_{n} AFTER {event} BEGIN DELETE FROM meta WHERE key = '{mark}'; END", ())


def _from_1(run: Run) -> None:
    """Version 1 had one document a file, its text whole, and vectors of 32 bits.

    Its files are marked as read by no known reader, so the next sync reads them again; vectors are kept.
    """
    old = ("meta", "roots", "documents", "passages", "failures")
    for name in old:
        run(f"ALTER TABLE {name} RENAME TO old_{name}", ())
    run("DROP INDEX passages_doc", ())
    create(run)
    run("INSERT INTO meta SELECT * FROM old_meta", ())
    run("INSERT INTO roots SELECT position, CAST(path AS BLOB) FROM old_roots", ())
    run(
        "INSERT INTO files SELECT pk, id, CAST(path AS BLOB), size, mtime_ns, -1, sha256, 'read', '', ''"
        " FROM old_documents",
        (),
    )
    for row in run("SELECT pk, id, title, text, page_starts, headings, media_type, sha256 FROM old_documents", ()):
        pk, doc_id, title, text = row[:4]
        ((last,),) = run('SELECT coalesce(max("end"), 0) FROM old_passages WHERE doc_pk = ?', (pk,))
        run("INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,'[]','')", (pk, pk, doc_id, title, text[last:], *row[4:]))
        _passages_from_1(run, pk, doc_id, title, text)
    for name in reversed(old):
        run(f"DROP TABLE old_{name}", ())


def _passages_from_1(run: Run, doc_pk: int, doc_id: str, title: str, text: str) -> None:
    last = 0
    rows = run(
        'SELECT pk, start, "end", page, heading, sentences, vector FROM old_passages WHERE doc_pk = ? ORDER BY start',
        (doc_pk,),
    )
    for pk, start, end, page, heading, sentences, vector in rows:
        words = text[start:end]
        passage = Passage(doc_id, start, end, words, page, tuple(json.loads(heading)), ())
        half = np.frombuffer(vector, np.float32).astype(np.float16).tobytes()
        place = (pk, doc_pk, start, end, page, heading, sentences)
        code = digest(entry(passage, title))
        run("INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?,?)", (*place, text[last:start], words, code, half))
        last = end
