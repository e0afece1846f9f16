"""The truth: files, documents, passages, vectors and roots, in one SQLite file.

One transaction a document. Every change raises ``generation``, which the derived indexes carry. Vectors are
kept in 16 bits; a document's text is stored once, as its passages and what stands between them.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Failure, Passage
from corpus.errors import StoreError
from index.documents import Documents
from index.entry import digest, entry

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


class Store(Documents):
    """What an index knows, over one open file."""

    def set_roots(self, roots: Sequence[Path]) -> None:
        """Replace the roots."""
        if list(roots) == self.roots:
            return
        with self.transaction():
            self._run("DELETE FROM roots")
            for root in roots:
                self._run("INSERT INTO roots(path) VALUES (?)", (self._stored(root),))

    # -- files -------------------------------------------------------------------------------------

    def files(self) -> dict[str, FileState]:
        """Return what is known of each file, by its id."""
        rows = self._run("SELECT id, path, size, mtime_ns, ctime_ns, sha256, state, reason, reader FROM files")
        return {row[0]: FileState(self._placed(row[1]), *row[2:]) for row in rows}

    def put_file(self, file_id: str, file: FileState) -> int:
        """Record what is known of a file and return its key; its documents stay as they are."""
        ((key,),) = self._run(
            "INSERT INTO files(id, path, size, mtime_ns, ctime_ns, sha256, state, reason, reader)"
            " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET path=excluded.path, size=excluded.size,"
            " mtime_ns=excluded.mtime_ns, ctime_ns=excluded.ctime_ns, sha256=excluded.sha256, state=excluded.state,"
            " reason=excluded.reason, reader=excluded.reader RETURNING pk",
            (
                file_id, self._stored(file.path), file.size, file.mtime_ns, file.ctime_ns, file.sha256, file.state,
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
            hidden = self._run(
                "SELECT 1 FROM hidden h JOIN documents d ON d.pk = h.doc_pk WHERE d.id = ?", (document.id,)
            )
            self._delete(document.id)
            last = passages[-1].end if passages else 0
            ((doc_pk,),) = self._run(
                "INSERT INTO documents(file_pk, id, title, tail, page_starts, headings, media_type, sha256, notes,"
                " read_at) VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING pk",
                (
                    file_pk, document.id, document.title, document.text[last:], json.dumps(document.page_starts),
                    json.dumps([(h.start, h.end, h.level) for h in document.headings]),
                    document.media_type, document.sha256, json.dumps(document.notes),
                    datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )  # fmt: skip
            if hidden:  # a new version of what was removed is no reason to show it
                self._run("INSERT INTO hidden VALUES (?)", (doc_pk,))
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
        """Let a document that was removed by hand come back, with the others of its file."""
        self._run("DELETE FROM excluded WHERE id = ?", (doc_id,))
        if back := self._run(
            "SELECT d.id FROM hidden h JOIN documents d ON d.pk = h.doc_pk JOIN files f ON f.pk = d.file_pk"
            " WHERE f.id = ?1 OR d.id = ?1",
            (doc_id,),
        ):
            self.restore([row[0] for row in back])

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

    def noted(self) -> set[str]:
        """Return the ids of files of which something could not be read."""
        rows = self._run("SELECT DISTINCT f.id FROM files f JOIN documents d ON d.file_pk = f.pk WHERE d.notes <> '[]'")
        return {row[0] for row in rows}

    def file(self, doc_id: str) -> FileState | None:
        """Return what is known of the file that is a document, or None where it is a part of one, or there is none."""
        rows = self._run(
            "SELECT path, size, mtime_ns, ctime_ns, sha256, state, reason, reader FROM files WHERE id = ?", (doc_id,)
        )
        return FileState(self._placed(rows[0][0]), *rows[0][1:]) if rows else None
