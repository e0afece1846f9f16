"""The truth: one SQLite file with documents, passages, vectors, roots and failures.

WAL, one writer, many readers, one transaction a document. Every change raises ``generation``, which the
derived indexes carry. ``secure_delete`` overwrites what is removed, and the write-ahead log is cut after
each sync, so a deleted document's words leave the files too. A passage's words are not stored twice:
they are the slice of their document's text.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Heading, Passage
from corpus.errors import StoreError

FILE = "store.sqlite3"
SCHEMA_VERSION = 1
_SCHEMA = """
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
"""
_PASSAGE = (
    'SELECT p.pk, d.id, p.start, p."end", substr(d.text, p.start + 1, p."end" - p.start), p.page, p.heading,'
    " p.sentences, d.title FROM passages p JOIN documents d ON d.pk = p.doc_pk"
)


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells whether a file changed: its place, size in bytes, modification time, and digest."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One line of a document list; ``pages`` is None where the format has none."""

    id: str
    title: str
    media_type: str
    pages: int | None
    passages: int


class Store:
    """One open connection to an index's SQLite file; use one a thread."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        path = directory / FILE
        if create:
            directory.mkdir(parents=True, exist_ok=True)
        elif not path.is_file():
            raise StoreError(
                f"an index is a directory made by `qa index`; {str(directory)!r} is none; "
                "run `qa index PATH... --index DIR` first"
            )
        self._path = path
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            self._run(f"PRAGMA {pragma}")
        self._migrate()

    def _run(self, statement: str, values: Sequence[str | int | bytes | None] = ()) -> list[Any]:
        """Run one statement and return its rows; what SQLite refuses is told as a StoreError."""
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error

    def _refused(self, error: sqlite3.DatabaseError) -> StoreError:
        remedy = "delete the directory and run `qa index` again"
        if isinstance(error, sqlite3.OperationalError):  # full, read-only, locked
            remedy = f"check the disk's space and permissions, else {remedy}"
        return StoreError(f"the index file {str(self._path)!r} cannot be used ({error}); {remedy}")

    def _migrate(self) -> None:
        """Create the tables of a new file; refuse a file of a newer version."""
        version = int(self._run("PRAGMA user_version")[0][0])
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"this program reads index version {SCHEMA_VERSION}; the file has version {version}; "
                "update the program or index into another directory"
            )
        if version == 0:
            with self.transaction():
                if int(self._run("PRAGMA user_version")[0][0]) == 0:
                    for statement in _SCHEMA.split(";\n"):
                        if statement.strip():
                            self._run(statement)
                    self._run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside one atomic write."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # SQLite has ended it by itself where the disk is full
                self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    # -- settings and generation -------------------------------------------------------------------

    def get(self, key: str) -> str | None:
        """Return a stored setting, or None."""
        rows = self._run("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def put(self, key: str, value: str) -> None:
        """Store a setting."""
        self._run("INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value))

    @property
    def generation(self) -> int:
        """Counts the changes ever made to documents."""
        return int(self.get("generation") or 0)

    def _bump(self) -> None:
        self.put("generation", str(self.generation + 1))

    @property
    def roots(self) -> list[Path]:
        """The files and folders the index was last made equal to."""
        return [Path(os.fsdecode(row[0])) for row in self._run("SELECT path FROM roots ORDER BY position")]

    def set_roots(self, roots: Sequence[Path]) -> None:
        """Replace the roots."""
        with self.transaction():
            self._run("DELETE FROM roots")
            for root in roots:
                self._run("INSERT INTO roots(path) VALUES (?)", (os.fsencode(root),))

    # -- documents ---------------------------------------------------------------------------------

    def files(self) -> dict[str, FileState]:
        """Return the file behind each document id."""
        rows = self._run("SELECT id, path, size, mtime_ns, sha256 FROM documents")
        return {row[0]: FileState(*row[1:]) for row in rows}

    def write(
        self, document: Document, file: FileState, passages: Sequence[Passage], vectors: NDArray[np.float32]
    ) -> tuple[list[int], list[int]]:
        """Replace one document in one transaction; ``vectors`` has shape (n_passages, dim).

        Returns the passage keys that went and those that came.
        """
        with self.transaction():
            gone = self._delete(document.id)
            self._run("DELETE FROM failures WHERE id = ?", (document.id,))
            ((doc_pk,),) = self._run(
                "INSERT INTO documents(id, path, size, mtime_ns, title, text, page_starts, headings, media_type,"
                " sha256) VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING pk",
                (
                    document.id, file.path, file.size, file.mtime_ns, document.title, document.text,
                    json.dumps(document.page_starts),
                    json.dumps([(h.start, h.end, h.level) for h in document.headings]),
                    document.media_type, document.sha256,
                ),
            )  # fmt: skip
            come = []
            for passage, vector in zip(passages, vectors, strict=True):
                ((key,),) = self._run(
                    'INSERT INTO passages(doc_pk, start, "end", page, heading, sentences, vector)'
                    " VALUES (?,?,?,?,?,?,?) RETURNING pk",
                    (
                        doc_pk,
                        passage.start,
                        passage.end,
                        passage.page,
                        json.dumps(passage.heading),
                        json.dumps(passage.sentences),
                        vector.astype(np.float32).tobytes(),
                    ),
                )
                come.append(int(key))
            self._bump()
        return gone, come

    def _delete(self, doc_id: str) -> list[int]:
        keys = [
            int(row[0])
            for row in self._run(
                "SELECT p.pk FROM passages p JOIN documents d ON d.pk = p.doc_pk WHERE d.id = ?", (doc_id,)
            )
        ]
        self._run("DELETE FROM documents WHERE id = ?", (doc_id,))
        return keys

    def remove(self, doc_id: str) -> list[int]:
        """Delete a document and its words from the file; returns the passage keys that went."""
        with self.transaction():
            gone = self._delete(doc_id)
            self._bump()
        return gone

    def scrub(self) -> None:
        """Cut the write-ahead log, where removed words would otherwise linger."""
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def touch(self, doc_id: str, file: FileState) -> None:
        """Record a file's new place or time when its bytes did not change."""
        self._run(
            "UPDATE documents SET path = ?, size = ?, mtime_ns = ? WHERE id = ?",
            (file.path, file.size, file.mtime_ns, doc_id),
        )

    def rename(self, old: str, new: str, file: FileState) -> None:
        """Move a document to another id without touching its passages or vectors."""
        with self.transaction():
            self._run(
                "UPDATE documents SET id = ?, path = ?, size = ?, mtime_ns = ? WHERE id = ?",
                (new, file.path, file.size, file.mtime_ns, old),
            )
            self._bump()

    def set_failures(self, failures: Iterable[tuple[str, str]]) -> None:
        """Replace the list of (document id, reason) that could not be read."""
        with self.transaction():
            self._run("DELETE FROM failures")
            for failure in failures:
                self._run("INSERT OR REPLACE INTO failures VALUES (?, ?)", failure)

    def failures(self) -> list[tuple[str, str]]:
        """Return (document id, reason) for each file that could not be read."""
        return [(row[0], row[1]) for row in self._run("SELECT id, reason FROM failures ORDER BY id")]

    def document(self, doc_id: str) -> Document:
        """Return a document with its text.

        Raises:
            StoreError: the index holds no such document.
        """
        rows = self._run(
            "SELECT id, title, text, page_starts, headings, media_type, sha256 FROM documents WHERE id = ?", (doc_id,)
        )
        if not rows:
            raise StoreError(f"no document {doc_id!r} in this index; `qa status` lists what is there")
        ((own_id, title, text, page_starts, headings, media_type, sha256),) = rows
        outline = tuple(Heading(*h) for h in json.loads(headings))
        return Document(own_id, title, text, tuple(json.loads(page_starts)), outline, media_type, sha256)

    def documents(self) -> list[DocumentInfo]:
        """Return one line a document, ordered by id."""
        rows = self._run(
            "SELECT d.id, d.title, d.media_type, json_array_length(d.page_starts), count(p.pk) FROM documents d"
            " LEFT JOIN passages p ON p.doc_pk = d.pk GROUP BY d.pk ORDER BY d.id"
        )
        return [DocumentInfo(r[0], r[1], r[2], r[3] or None, r[4]) for r in rows]

    # -- passages ----------------------------------------------------------------------------------

    def passages(self, keys: Sequence[int] | None = None) -> dict[int, tuple[Passage, str]]:
        """Return passages with their document titles by key; keys that no longer exist are left out."""
        if keys is None:
            rows = self._run(f"{_PASSAGE} ORDER BY p.pk")
        else:
            marks = ",".join("?" * len(keys))
            rows = self._run(f"{_PASSAGE} WHERE p.pk IN ({marks})", list(keys))
        return {row[0]: (_passage(row), row[8]) for row in rows}

    def vectors(self) -> tuple[list[int], NDArray[np.float32]]:
        """Return all passage keys and their vectors, shape (n_passages, dim)."""
        rows = self._run("SELECT pk, vector FROM passages ORDER BY pk")
        if not rows:
            return [], np.zeros((0, 0), np.float32)
        return [r[0] for r in rows], np.frombuffer(b"".join(r[1] for r in rows), np.float32).reshape(len(rows), -1)

    def counts(self) -> tuple[int, int]:
        """Return (documents, passages)."""
        rows = self._run("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)")
        return int(rows[0][0]), int(rows[0][1])


def _passage(row: Sequence[str | int | None]) -> Passage:
    _, doc_id, start, end, text, page, heading, sentences, _ = row
    return Passage(
        str(doc_id),
        int(str(start)),
        int(str(end)),
        str(text),
        None if page is None else int(page),
        tuple(json.loads(str(heading))),
        tuple((s, e) for s, e in json.loads(str(sentences))),
    )
