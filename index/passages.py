"""What a store holds of passages, read: by key, by document, all in order; and their vectors."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage
from index.database import Database
from index.entry import entry
from index.words import has_cjk, stem, terms

_LOOKUP = 500  # values in one IN (...)
_ROWS = 1000  # passages in memory at a time
_COLUMNS = 'SELECT p.pk, d.id, p.start, p."end", p.text, p.page, p.heading, p.sentences, d.title'
_PASSAGE = f"{_COLUMNS} FROM passages p JOIN documents d ON d.pk = p.doc_pk"
_SHOWN = f"{_COLUMNS} FROM passages p JOIN shown d ON d.pk = p.doc_pk"


class Passages(Database):
    """The passages of an open file."""

    def passages(self, keys: Sequence[int] | None = None) -> dict[int, tuple[Passage, str]]:
        """Return passages with their document titles by key; those that are gone or hidden are left out."""
        if keys is None:
            rows = self._run(f"{_SHOWN} ORDER BY p.pk")
        else:
            marks = ",".join("?" * len(keys))
            rows = self._run(f"{_SHOWN} WHERE p.pk IN ({marks})", list(keys))
        return {row[0]: (_passage(row), row[8]) for row in rows}

    def holds(self, passage: Passage) -> bool:
        """Return whether a document of this id, not hidden, has these words at this place, however it is cut now."""
        rows = self._run(
            "SELECT p.start, p.before, p.text FROM passages p JOIN shown d ON d.pk = p.doc_pk"
            ' WHERE d.id = ? AND p."end" > ? AND p.start < ? ORDER BY p.start',
            (passage.doc_id, passage.start, passage.end),
        )
        if not rows or passage.start < rows[0][0]:
            return False
        there = rows[0][2] + "".join(before + text for _, before, text in rows[1:])
        return bool(there[passage.start - rows[0][0] :][: len(passage.text)] == passage.text)

    def pieces(self, doc_id: str) -> list[tuple[Passage, str, bytes, NDArray[np.float16]]]:
        """Return a document's passages in order, each with the blanks before it, its digest and its vector."""
        columns = _PASSAGE.replace("d.title", "d.title, p.before, p.digest, p.vector", 1)
        rows = self._run(f"{columns} WHERE d.id = ? ORDER BY p.start", (doc_id,))
        return [(_passage(row[:9]), row[9], row[10], np.frombuffer(row[11], np.float16)) for row in rows]

    def keys(self) -> NDArray[np.int64]:
        """Return the key of every passage, ascending, shape (n,).

        What a key names never changes, and no key is used again: a changed document's passages have new ones.
        """
        with self._told():  # of an index over the keys: the rows, with text and vectors, are not read
            return np.sort(np.fromiter((row[0] for row in self._db.execute("SELECT pk FROM passages")), np.int64))

    def sample(self, count: int) -> list[Passage]:
        """Return up to ``count`` passages, evenly spread over all."""
        keys = self.keys()
        places = np.unique(np.linspace(0, len(keys) - 1, min(count, len(keys))).astype(int))
        return [passage for passage, _ in self.passages([int(key) for key in keys[places]]).values()]

    def entries(self, keys: Sequence[int] | None = None) -> Iterator[tuple[int, str]]:
        """Yield the key of each passage, or of those given, and what is searched of it, in order of keys."""
        for rows in self._some(_PASSAGE, keys):
            for row in rows:
                yield row[0], entry(_passage(row), row[8])

    def vectors(self, keys: Sequence[int] | None = None) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yield passage keys, all or those given, and their vectors, shape (n, dim), in order, few at a time."""
        for rows in self._some("SELECT p.pk, p.vector FROM passages p", keys):
            halves = np.frombuffer(b"".join(row[1] for row in rows), np.float16)
            yield [row[0] for row in rows], halves.reshape(len(rows), -1).astype(np.float32)

    def keys_of(self, doc_ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the keys of the passages of some documents that are not hidden, ascending, shape (n,)."""
        rows = self._each(
            "SELECT p.pk FROM passages p JOIN shown d ON d.pk = p.doc_pk WHERE d.id IN ({marks})", doc_ids
        )
        return np.sort(np.array([row[0] for row in rows], np.int64))

    def hidden_keys(self) -> NDArray[np.int64]:
        """Return the keys of the passages of hidden documents, ascending, shape (n,)."""
        rows = self._run("SELECT p.pk FROM hidden h JOIN passages p ON p.doc_pk = h.doc_pk ORDER BY p.pk")
        return np.array([row[0] for row in rows], np.int64)

    def shown(self, doc_ids: Iterable[str]) -> set[str]:
        """Return those of some ids whose documents the index holds and does not hide."""
        return {row[0] for row in self._each("SELECT id FROM shown WHERE id IN ({marks})", doc_ids)}

    def _each(self, statement: str, values: Iterable[Any]) -> Iterator[Any]:
        """Yield the rows of a statement over many values, few of them at a time in place of ``{marks}``."""
        every = list(values)
        for i in range(0, len(every), _LOOKUP):
            some = every[i : i + _LOOKUP]
            yield from self._run(statement.format(marks=",".join("?" * len(some))), some)

    def cosines(self, keys: Sequence[int], vector: NDArray[np.float32]) -> dict[int, float]:
        """Return the cosine of each passage with a unit vector of shape (dim,); keys no longer held are left out."""
        found: dict[int, float] = {}
        for some, vectors in self.vectors(keys):
            found |= zip(some, (vectors @ vector).tolist(), strict=True)
        return found

    def _some(self, select: str, keys: Sequence[int] | None) -> Iterator[list[Any]]:
        """Yield rows of passages in order of keys, few in memory at a time: all of them, or those of ``keys``."""
        if keys is None:
            last = 0
            while rows := self._run(f"{select} WHERE p.pk > ? ORDER BY p.pk LIMIT {_ROWS}", (last,)):
                yield rows
                last = rows[-1][0]
            return
        ordered = sorted(keys)
        for i in range(0, len(ordered), _LOOKUP):
            some = ordered[i : i + _LOOKUP]
            if rows := self._run(f"{select} WHERE p.pk IN ({','.join('?' * len(some))}) ORDER BY p.pk", some):
                yield rows

    def known_vectors(self, digests: Sequence[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """Return the vectors of entries that are embedded already, by their digest."""
        rows = self._each("SELECT digest, vector FROM passages WHERE digest IN ({marks})", digests)
        return {row[0]: np.frombuffer(row[1], np.float16) for row in rows}

    def mentioning(self, phrase: str) -> set[str]:
        """Return the ids of shown documents with a passage that holds, with its title, each word of a phrase."""
        wanted = set(terms(phrase))
        if not wanted:
            return set()
        likes = [_like(word) for word in re.findall(r"[^\W_]+", phrase.lower()) if terms(word)]
        where = " AND ".join(["d.title || ' ' || p.text LIKE ?"] * len(likes))
        rows = self._run(
            f"SELECT d.id, d.title || ' ' || p.text FROM passages p JOIN shown d ON d.pk = p.doc_pk WHERE {where}",
            [f"%{like}%" for like in likes],
        )
        return {doc_id for doc_id, text in rows if wanted <= set(terms(text))}

    def counts(self) -> tuple[int, int]:
        """Return (documents, passages), hidden ones too."""
        rows = self._run("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)")
        return int(rows[0][0]), int(rows[0][1])


def _like(word: str) -> str:
    """Return a pattern that every form of a word meets: its stem; a letter beyond ASCII may be any letter."""
    begin = word if has_cjk(word) else word[: len(stem(word).rstrip("i"))]
    return "".join(char if char.isascii() or has_cjk(char) else "_" for char in begin)


def _passage(row: Sequence[Any]) -> Passage:
    _, doc_id, start, end, text, page, heading, sentences, _ = row
    spans = tuple((s, e) for s, e in json.loads(sentences))
    return Passage(doc_id, start, end, text, page, tuple(json.loads(heading)), spans)
