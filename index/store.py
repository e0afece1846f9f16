"""The truth: files, documents, passages, vectors and roots, in one SQLite file.

One transaction a document. Every change raises ``generation``, which the derived indexes carry. Vectors are
kept in 16 bits; a document's text is stored once, as its passages and what stands between them.
"""

import hashlib
import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Failure, Heading, Passage
from corpus.errors import StoreError
from index.entry import digest, entry
from index.passages import Passages

State = Literal["read", "failed", "skipped", "partial"]


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file: what tells whether it changed, and what became of it.

    ``size`` in bytes, times in nanoseconds, ``sha256`` of the bytes ("" where they were not needed); ``reason`` says
    why it is ``failed`` or ``skipped``; ``partial`` is an archive whose reading was interrupted. ``reader`` names the
    version of what read it.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    sha256: str = ""
    state: State = "read"
    reason: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One line of a document list; ``pages`` is None where the format has none."""

    id: str
    title: str
    media_type: str
    pages: int | None
    passages: int


class Store(Passages):
    """What an index knows, over one open file."""

    @property
    def roots(self) -> list[Path]:
        """The files and folders the index was last made equal to."""
        return [Path(os.fsdecode(row[0])) for row in self._run("SELECT path FROM roots ORDER BY position")]

    def set_roots(self, roots: Sequence[Path]) -> None:
        """Replace the roots."""
        if list(roots) == self.roots:
            return
        with self.transaction():
            self._run("DELETE FROM roots")
            for root in roots:
                self._run("INSERT INTO roots(path) VALUES (?)", (os.fsencode(root),))

    # -- files -------------------------------------------------------------------------------------

    def files(self) -> dict[str, FileState]:
        """Return what is known of each file, by its id."""
        rows = self._run("SELECT id, path, size, mtime_ns, ctime_ns, sha256, state, reason, reader FROM files")
        return {row[0]: FileState(os.fsdecode(row[1]), *row[2:]) for row in rows}

    def put_file(self, file_id: str, file: FileState) -> int:
        """Record what is known of a file and return its key; its documents stay as they are."""
        ((key,),) = self._run(
            "INSERT INTO files(id, path, size, mtime_ns, ctime_ns, sha256, state, reason, reader)"
            " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET path=excluded.path, size=excluded.size,"
            " mtime_ns=excluded.mtime_ns, ctime_ns=excluded.ctime_ns, sha256=excluded.sha256, state=excluded.state,"
            " reason=excluded.reason, reader=excluded.reader RETURNING pk",
            (
                file_id, os.fsencode(file.path), file.size, file.mtime_ns, file.ctime_ns, file.sha256, file.state,
                file.reason, file.reader,
            ),
        )  # fmt: skip
        return int(key)

    def has_file(self, file_id: str) -> bool:
        """Return whether anything is known of a file."""
        return bool(self._run("SELECT 1 FROM files WHERE id = ?", (file_id,)))

    def settle(self, file_id: str, file: FileState, documents: Sequence[str], failures: Sequence[Failure] = ()) -> None:
        """End the reading of a file: documents of it that are not among ``documents`` go, in one transaction."""
        with self.transaction():
            key = self.put_file(file_id, file)
            held = {row[0] for row in self._run("SELECT id FROM documents WHERE file_pk = ?", (key,))}
            for doc_id in held.difference(documents):
                self._delete(doc_id)
            self._run("DELETE FROM failures WHERE file_pk = ?", (key,))
            for failure in failures:
                self._run("INSERT INTO failures VALUES (?,?,?)", (key, failure.doc_id, failure.reason))

    def remove_file(self, file_id: str) -> None:
        """Delete a file's documents, and what is known of it."""
        with self.transaction():
            self._run("DELETE FROM files WHERE id = ?", (file_id,))
            self._bump()

    def rename_file(self, old: str, new: str, file: FileState) -> None:
        """Move a file, and with it its documents, to another id without touching passages or vectors."""
        with self.transaction():
            self._run("DELETE FROM files WHERE id = ?", (new,))
            key = self.put_file(old, file)
            self._run("UPDATE files SET id = ? WHERE pk = ?", (new, key))
            for table in ("documents", "failures"):
                self._run(f"UPDATE {table} SET id = ? || substr(id, ?) WHERE file_pk = ?", (new, len(old) + 1, key))
            self._bump()

    def failures(self) -> list[Failure]:
        """Return the files, and members of archives, that could not be read, ordered by id."""
        rows = self._run(
            "SELECT id, reason FROM files WHERE state = 'failed' UNION SELECT id, reason FROM failures ORDER BY id"
        )
        return [Failure(*row) for row in rows]

    # -- documents ---------------------------------------------------------------------------------

    def write(
        self, file_id: str, document: Document, passages: Sequence[Passage], vectors: Sequence[NDArray[Any]]
    ) -> None:
        """Replace one document of a known file in one transaction; a vector of shape (dim,) for each passage.

        Raises:
            StoreError: another file already holds a document of this id, or a vector is not finite.
        """
        if not all(np.isfinite(vector).all() for vector in vectors):
            raise StoreError(f"vectors are finite, and the encoder's of {document.id!r} are not; use another encoder")
        with self.transaction():
            ((file_pk,),) = self._run("SELECT pk FROM files WHERE id = ?", (file_id,))
            other = self._run("SELECT 1 FROM documents WHERE id = ? AND file_pk <> ?", (document.id, file_pk))
            if other:
                raise StoreError(f"two documents would be called {document.id!r}; rename the archive or the folder")
            self._delete(document.id)
            last = passages[-1].end if passages else 0
            ((doc_pk,),) = self._run(
                "INSERT INTO documents(file_pk, id, title, tail, page_starts, headings, media_type, sha256, notes)"
                " VALUES (?,?,?,?,?,?,?,?,?) RETURNING pk",
                (
                    file_pk, document.id, document.title, document.text[last:], json.dumps(document.page_starts),
                    json.dumps([(h.start, h.end, h.level) for h in document.headings]),
                    document.media_type, document.sha256, json.dumps(document.notes),
                ),
            )  # fmt: skip
            last = 0
            for passage, vector in zip(passages, vectors, strict=True):
                self._run(
                    'INSERT INTO passages(doc_pk, start, "end", page, heading, sentences, before, text, digest, vector)'
                    " VALUES (?,?,?,?,?,?,?,?,?,?)",
                    (
                        doc_pk, passage.start, passage.end, passage.page, json.dumps(passage.heading),
                        json.dumps(passage.sentences), document.text[last : passage.start], passage.text,
                        digest(entry(passage, document.title)), vector.astype(np.float16).tobytes(),
                    ),
                )  # fmt: skip
                last = passage.end
            self._bump()

    def _delete(self, doc_id: str) -> None:
        self._run("DELETE FROM documents WHERE id = ?", (doc_id,))
        self._bump()

    def exclude(self, doc_id: str) -> None:
        """Delete a document and remember that it shall not come back with its folder.

        Raises:
            StoreError: the index holds no such document.
        """
        with self.transaction():
            rows = self._run("SELECT f.id FROM documents d JOIN files f ON f.pk = d.file_pk WHERE d.id = ?", (doc_id,))
            if not rows:
                raise StoreError(f"no document {doc_id!r} in this index; `qa status` lists what is there")
            self._run("INSERT OR IGNORE INTO excluded VALUES (?)", (doc_id,))
            self._delete(doc_id)
            if rows[0][0] == doc_id:
                self._run("DELETE FROM files WHERE id = ?", (doc_id,))

    def excluded(self) -> set[str]:
        """Return the ids of documents that were removed by hand and stay away."""
        return {row[0] for row in self._run("SELECT id FROM excluded")}

    def readmit(self, doc_id: str) -> None:
        """Let a document that was removed by hand come back."""
        self._run("DELETE FROM excluded WHERE id = ?", (doc_id,))

    def document(self, doc_id: str) -> Document:
        """Return a document with its text.

        Raises:
            StoreError: the index holds no such document.
        """
        rows = self._run(  # one statement, so that the text is of one version
            "SELECT -1 AS place, id, title, tail, page_starts, headings, media_type, sha256, notes FROM documents"
            " WHERE id = ?1 UNION ALL SELECT p.start, p.before, p.text, '', '', '', '', '', '' FROM passages p"
            " JOIN documents d ON d.pk = p.doc_pk WHERE d.id = ?1 ORDER BY place",
            (doc_id,),
        )
        if not rows:
            raise StoreError(f"no document {doc_id!r} in this index; `qa status` lists what is there")
        (_, own_id, title, tail, page_starts, headings, media_type, sha256, notes), *pieces = rows
        text = "".join([part for piece in pieces for part in piece[1:3]] + [tail])
        outline = tuple(Heading(*h) for h in json.loads(headings))
        pages, told = tuple(json.loads(page_starts)), tuple(json.loads(notes))
        return Document(own_id, title, text, pages, outline, media_type, sha256, told)

    def title(self, doc_id: str) -> str | None:
        """Return a document's title, or None where the index holds no such document."""
        rows = self._run("SELECT title FROM documents WHERE id = ?", (doc_id,))
        return str(rows[0][0]) if rows else None

    def documents(self) -> list[DocumentInfo]:
        """Return one line a document, ordered by id."""
        rows = self._run(
            "SELECT d.id, d.title, d.media_type, json_array_length(d.page_starts), count(p.pk) FROM documents d"
            " LEFT JOIN passages p ON p.doc_pk = d.pk GROUP BY d.pk ORDER BY d.id"
        )
        return [DocumentInfo(r[0], r[1], r[2], r[3] or None, r[4]) for r in rows]

    def digests(self, file_id: str) -> dict[str, str]:
        """Return the SHA-256 of each document of a file, by document id."""
        return dict(
            self._run(
                "SELECT d.id, d.sha256 FROM documents d JOIN files f ON f.pk = d.file_pk WHERE f.id = ?", (file_id,)
            )
        )

    def versions(self, doc_ids: Collection[str]) -> dict[str, str]:
        """Return what tells a document as it is from every other that had its id; ids not held are left out."""
        found: dict[str, str] = {}
        for doc_id in doc_ids:  # keys of a new index begin anew, hence the digest beside the key
            found |= dict(self._run("SELECT id, pk || ':' || sha256 FROM documents WHERE id = ?", (doc_id,)))
        return found

    def census(self, last: int | None = None) -> str:
        """Return the documents whose key is not above ``last`` (default: all) as "last key:digest".

        While none of those that were there is removed or changed, ``census(last)`` gives the same again: what is added
        has a higher key.
        """
        rows = self._run("SELECT pk, sha256 FROM documents WHERE ?1 IS NULL OR pk <= ?1 ORDER BY pk", (last,))
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
        return f"{rows[-1][0] if rows and last is None else last or 0}:{digest}"

    def notes(self) -> list[Failure]:
        """Return what of a document could not be read, a line each, ordered by document id."""
        rows = self._run("SELECT id, notes FROM documents WHERE notes <> '[]' ORDER BY id")
        return [Failure(row[0], note) for row in rows for note in json.loads(row[1])]

    def noted(self) -> set[str]:
        """Return the ids of files of which something could not be read."""
        rows = self._run("SELECT DISTINCT f.id FROM files f JOIN documents d ON d.file_pk = f.pk WHERE d.notes <> '[]'")
        return {row[0] for row in rows}

    def path(self, doc_id: str) -> Path | None:
        """Return the file that is a document, or None where it is a part of one, or where there is none."""
        rows = self._run("SELECT path FROM files WHERE id = ?", (doc_id,))
        return Path(os.fsdecode(rows[0][0])) if rows else None
