"""What a store holds of documents, read: one whole, all in a list; and which of them readers do not see.

A hidden document is kept as it is, so that it can be brought back at once, until it is removed for good.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Failure, Heading
from corpus.errors import StoreError
from index.passages import Passages


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One line of a document list.

    ``pages`` is None where the format has none; ``size`` in bytes, of an archive's or mail's parts that of the whole
    file; ``read_at`` is when it was read, in ISO 8601, UTC, "" where an earlier version of this program read it;
    ``root`` is the file or folder of the index that it came with, None where that is no longer one; ``problems`` tell
    what of it could not be read.
    """

    id: str
    title: str
    media_type: str
    pages: int | None
    passages: int
    size: int = 0
    read_at: str = ""
    root: Path | None = None
    problems: tuple[str, ...] = ()


class Documents(Passages):
    """The documents of an open file."""

    @property
    def roots(self) -> list[Path]:
        """The files and folders the index was last made equal to."""
        return [Path(self._placed(row[0])) for row in self._run("SELECT path FROM roots ORDER BY position")]

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
        """Return one line a document that is not hidden, ordered by id."""
        rows = self._run(
            "SELECT d.id, d.title, d.media_type, json_array_length(d.page_starts),"
            " (SELECT count(*) FROM passages WHERE doc_pk = d.pk), f.size, d.read_at, f.path, d.notes,"
            " CASE f.state WHEN 'failed' THEN f.reason END FROM shown d JOIN files f ON f.pk = d.file_pk ORDER BY d.id"
        )
        roots = sorted(self.roots, key=lambda root: -len(root.parts))  # the innermost that holds a file
        places = [(root, os.fspath(root), os.path.join(root, "")) for root in roots]  # noqa: PTH118 - with its last "/"
        found = []
        for doc_id, title, media_type, pages, passages, size, read_at, path, notes, failed in rows:
            place = self._placed(path)
            root = next((r for r, whole, below in places if place == whole or place.startswith(below)), None)
            problems = (*json.loads(notes), *([failed] if failed else []))
            numbers = (pages or None, passages, size)
            found.append(DocumentInfo(doc_id, title, media_type, *numbers, read_at, root, problems))
        return found

    def notes(self) -> list[Failure]:
        """Return what of a document could not be read, a line each, ordered by document id."""
        rows = self._run("SELECT id, notes FROM shown WHERE notes <> '[]' ORDER BY id")
        return [Failure(row[0], note) for row in rows for note in json.loads(row[1])]

    # -- hiding ------------------------------------------------------------------------------------

    def hide(self, doc_ids: Sequence[str]) -> None:
        """Keep documents out of every reader's sight, all or none, without touching what is stored of them.

        Raises:
            StoreError: the index holds no document of such an id that is not hidden already.
        """
        with self.transaction():
            if unknown := sorted(set(doc_ids) - self.shown(doc_ids)):
                raise StoreError(f"no document {unknown[0]!r} in this index; `qa status` lists what is there")
            for doc_id in dict.fromkeys(doc_ids):
                self._run("INSERT INTO hidden SELECT pk FROM documents WHERE id = ?", (doc_id,))
            self._turn()

    def restore(self, doc_ids: Sequence[str]) -> None:
        """Show hidden documents again, all or none.

        Raises:
            StoreError: no hidden document has such an id.
        """
        with self.transaction():
            if unknown := sorted(set(doc_ids) - set(self.hidden())):
                raise StoreError(
                    f"only what is hidden is brought back, and {unknown[0]!r} is not, or was removed for good; "
                    "index it by its own path to have it back"
                )
            for doc_id in doc_ids:
                self._run("DELETE FROM hidden WHERE doc_pk = (SELECT pk FROM documents WHERE id = ?)", (doc_id,))
            self._turn()

    def hidden(self) -> list[str]:
        """Return the ids of hidden documents, ordered."""
        return [row[0] for row in self._run("SELECT d.id FROM hidden h JOIN documents d ON d.pk = h.doc_pk ORDER BY 1")]

    @property
    def revision(self) -> tuple[int, int]:
        """Changes with what readers see: the generation, and how often documents were hidden or brought back."""
        ((generation, turns),) = self._run(
            "SELECT (SELECT value FROM meta WHERE key = 'generation'), (SELECT value FROM meta WHERE key = 'turns')"
        )
        return int(generation or 0), int(turns or 0)

    def _turn(self) -> None:
        self.put("turns", str(int(self.get("turns") or 0) + 1))
