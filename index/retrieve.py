"""``Index``: the door for readers of an index: search, documents, status.

A search always looks passages up in the store after ranking, so a document that was removed a moment ago,
even by another process, cannot be returned whatever the derived files still hold.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Failure, Passage
from corpus.errors import EncoderMismatch, StoreError
from corpus.load.isolated import FileReader
from corpus.locate import Area
from index import derive
from index.database import FILE
from index.dense import DEPTH, Dense
from index.encode import Encoder, make_encoder
from index.fuse import convex_combination, distinct
from index.hit import Hit
from index.lock import writing
from index.store import DocumentInfo, Store
from index.words import has_cjk

FIRST_SECONDS = 60.0  # how long the first complete generation of an index is waited for
# Share of the cosine by script of the question: the default encoder hardly reads Chinese or Japanese.
DENSE_SHARE = {False: 0.8, True: 0.2}


class Retriever(Protocol):
    """Finds passages for a question."""

    def retrieve(self, queries: Sequence[str], k: int, weights: Sequence[float] = ()) -> list[Hit]:
        """Return up to ``k`` hits, best first, for one question in one or several forms, of equal weight by default."""
        ...


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds; ``size`` in bytes on disk.

    ``synced`` is when the last sync ended, in ISO 8601, None before the first did. ``failures`` are files that could
    not be read, ``notes`` what of a document could not be. ``vectors`` says how the nearest are searched.
    """

    directory: Path
    documents: int
    passages: int
    generation: int
    encoder: str
    vectors: str
    size: int
    roots: tuple[Path, ...]
    synced: str | None
    failures: tuple[Failure, ...]
    notes: tuple[Failure, ...]


class Index:
    """An index directory opened for reading."""

    def __init__(self, directory: Path, encoder: Encoder | None = None) -> None:
        """Open an index.

        Raises:
            StoreError: there is no index at ``directory``, or it cannot be read.
            EncoderMismatch: it was built by another encoder than ``encoder``.
        """
        self.directory = Path(directory)
        self.store = Store(self.directory)
        built_by = self.store.get("encoder")
        if encoder is not None and built_by not in (None, encoder.name):
            self.store.close()
            raise EncoderMismatch(
                f"an index answers with the encoder that built it: {str(directory)!r} was built with "
                f"{built_by!r}, not {encoder.name!r}; open it with {built_by!r} or index into "
                "another directory"
            )
        self.encoder: Encoder = encoder or make_encoder(built_by)
        self._derived: derive.Derived | None = None
        self._identity = identity(self.directory)

    def _current(self) -> derive.Derived:
        """Return the derived forms of the newest complete generation."""
        if identity(self.directory) != self._identity:  # the open file would go on answering from what was deleted
            raise StoreError(
                f"the index {str(self.directory)!r} was deleted or replaced while it was open; open it again"
            )
        generation = self.store.generation
        if self._derived and self._derived.generation == generation:
            return self._derived
        held, stamped = self._derived and self._derived.generation, derive.stamped(self.directory)
        while stamped not in (None, held):
            if fresh := derive.load(self.directory):
                self._derived = fresh
                break
            before, stamped = stamped, derive.stamped(self.directory)
            if before == stamped:  # damaged; had it changed, a writer would have swept the files while they were read
                break
        if self._derived is None or not derive.belongs(self._derived, self.store):
            self._catch_up()
        assert self._derived is not None
        return self._derived

    def _catch_up(self) -> None:
        """Make the derived forms anew; while a writer is at work, the last complete generation goes on answering."""
        if self.store.read_only:
            if self._derived is None:
                raise StoreError(
                    f"the searchable files of {str(self.directory)!r} are missing, damaged or of another version, and "
                    "the directory cannot be written; change its permissions, or copy it to a writable place"
                )
            return
        try:
            with writing(self.directory, wait=0 if self._derived else FIRST_SECONDS):
                self._derived = derive.build(self.store, self.directory)
        except StoreError:  # a writer is at work, or the disk is full
            if self._derived is None:
                raise

    def retrieve(self, queries: Sequence[str], k: int, weights: Sequence[float] = ()) -> list[Hit]:
        """Return up to ``k`` hits for one question in one or several forms, best first.

        The forms become one query: the weighted sum of their vectors, and of their terms.

        Raises:
            ValueError: there is no form, or not a weight for each.
        """
        weights = weights or [1.0] * len(queries)
        if not queries or len(weights) != len(queries) or min(weights) < 0 or sum(weights) <= 0:
            raise ValueError(
                f"a question has one form or more, each with a weight >= 0, and this one has {len(queries)} forms and "
                f"{len(weights)} weights: {list(weights)}"
            )
        mean = np.average(self.encoder.encode_queries(queries), axis=0, weights=np.asarray(weights))
        vector = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        shares = [weight / sum(weights) for weight in weights]
        derived = self._current()
        depth, forms, share = DEPTH, list(zip(queries, shares, strict=True)), DENSE_SHARE[has_cjk(queries[0])]
        while True:
            dense, bm25 = self._nearest(derived.dense, vector, depth), dict(derived.lexical.search(forms, depth))
            cosines = dense | self.store.cosines([key for key in bm25 if key not in dense], vector)
            scores = convex_combination(cosines, bm25, share)
            found = distinct(sorted(scores, key=lambda key: (-scores[key], key)), self.store.passages, k)
            if len(found) == k or depth >= len(derived.lexical):
                break
            depth *= 8  # one document repeats itself throughout: look below it
        ranks = [
            (leg, {key: rank for rank, key in enumerate(hits, 1)}) for leg, hits in (("bm25", bm25), ("dense", dense))
        ]
        return [
            Hit(
                found[key][0],
                scores[key],
                tuple((leg, rank[key]) for leg, rank in ranks if key in rank),
                found[key][1],
                (("bm25", bm25.get(key, 0.0)), ("dense", cosines[key])),
            )
            for key in found
        ]

    def _nearest(self, dense: Dense, vector: NDArray[np.float32], depth: int = DEPTH) -> dict[int, float]:
        """Return the cosines of the passages nearest to a unit vector of shape (dim,), best first.

        They are the store's where the searchable form is compressed, so that no score depends on its form.
        """
        found = dict(dense.search(vector[None], depth)[0])
        if dense.tuning is None:
            return found
        exact = self.store.cosines(list(found), vector)
        return {key: exact[key] for key in sorted(exact, key=lambda key: (-exact[key], key))}

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Return up to ``k`` passages for one query, best first."""
        return self.retrieve([query], k)

    def document_frequency(self, term: str) -> float:
        """Return the share of passages in [0, 1] that hold an index term (see ``index.words``)."""
        lexical = self._current().lexical
        return lexical.document_frequency(term) / max(1, len(lexical))

    def document(self, doc_id: str) -> Document:
        """Return a document; its ``text`` is what every citation's offsets count in.

        Raises:
            StoreError: the index holds no such document.
        """
        return self.store.document(doc_id)

    def areas(self, doc_id: str, start: int, end: int) -> tuple[Area, ...]:
        """Return where a span of a PDF's text stands on its pages; none for other formats and members of archives.

        Raises:
            StoreError: the index holds no such document.
            LoadError: its file is gone or has changed since it was read.
        """
        document, path = self.store.document(doc_id), self.store.path(doc_id)
        if path is None:
            return ()
        with FileReader() as reader:  # a page is read again, in a process that no file's fault can harm but its own
            return reader.areas(path, document, start, end)

    def holds(self, passage: Passage) -> bool:
        """Return whether the index still holds a passage that it once returned, word for word at its place.

        What was answered before may quote a document that has been removed or changed since.
        """
        return self.store.holds(passage)

    def documents(self) -> list[DocumentInfo]:
        """Return one line a document, ordered by id."""
        return self.store.documents()

    def status(self) -> Status:
        """Return what the index holds and what could not be read."""
        documents, passages = self.store.counts()
        size = 0
        for place, _, names in os.walk(self.directory):
            for name in names:
                with suppress(FileNotFoundError):  # a writer may be at work
                    size += Path(place, name).stat().st_size
        return Status(
            self.directory,
            documents,
            passages,
            self.store.generation,
            self.encoder.name,
            derive.described(self.directory),
            size,
            tuple(self.store.roots),
            self.store.get("synced"),
            tuple(self.store.failures()),
            tuple(self.store.notes()),
        )


def identity(directory: Path) -> tuple[int, int] | None:
    """Return what tells an index's file from another at the same place, or None where there is none."""
    try:
        stat = (directory / FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (stat.st_dev, stat.st_ino)


def exists(directory: Path) -> bool:
    """Return whether there is an index at ``directory``."""
    return (directory / FILE).is_file()
