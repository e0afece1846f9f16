"""``Index``: the door for readers of an index: search, documents, status.

A search always looks passages up in the store after ranking, so a document that was removed or hidden a moment ago,
even by another process, cannot be returned whatever the derived files still hold. The store holds hidden documents,
this door does not show them; :meth:`Index.only` narrows it to documents that were chosen.
"""

import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Passage
from corpus.errors import EncoderMismatch, StoreError
from corpus.load.isolated import FileReader
from corpus.locate import Area
from corpus.picture import Picture
from index import derive
from index.choice import Choice
from index.dense import DEPTH, Dense
from index.documents import DocumentInfo
from index.encode import Encoder, make_encoder
from index.fuse import convex_combination, distinct
from index.hit import Hit
from index.live import Live
from index.pages import PageImages
from index.status import Status, status
from index.store import Store
from index.words import has_cjk

# Share of the cosine by script of the question: the default encoder hardly reads Chinese or Japanese.
DENSE_SHARE = {False: 0.8, True: 0.2}


class Retriever(Protocol):
    """Finds passages for a question."""

    def retrieve(self, queries: Sequence[str], k: int, weights: Sequence[float] = ()) -> list[Hit]:
        """Return up to ``k`` hits, best first, for one question in one or several forms, of equal weight by default."""
        ...


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
        self._live = Live(self.store, self.directory)
        self._images = PageImages()
        self._only: frozenset[str] | None = None
        self._chosen: tuple[tuple[int, int], Choice | None] | None = None  # as of which revision
        self._shares: dict[str, float] = {}  # of the words looked up in this choice

    def only(self, doc_ids: Sequence[str]) -> "Index":
        """Return this index as if it held these documents alone; it lives as long as this one, and follows it.

        BM25 goes on weighing words by all passages.

        Raises:
            StoreError: no document is named, or the index shows none of such an id.
        """
        chosen = frozenset(doc_ids)
        if not chosen:
            raise StoreError("a choice of documents names one or more, and this one none; leave it out to ask all")
        if unknown := sorted(chosen - self._shown(chosen)):
            raise StoreError(f"no document {unknown[0]!r} in this index; `qa status` lists what is there")
        narrowed = copy.copy(self)
        narrowed._only, narrowed._chosen, narrowed._shares = chosen, None, {}
        return narrowed

    @property
    def chosen(self) -> list[str] | None:
        """The ids of the documents that this index was narrowed to, ordered; None where it is whole."""
        return None if self._only is None else sorted(self._only)

    def _shown(self, doc_ids: Iterable[str]) -> set[str]:
        """Return which of some documents are there, chosen and not hidden."""
        return self.store.shown(doc_ids if self._only is None else self._only.intersection(doc_ids))

    def _show(self, doc_id: str) -> str:
        """Return an id, or raise StoreError where no such document is shown."""
        if not self._shown([doc_id]):
            raise StoreError(f"no document {doc_id!r} in this index; `qa status` lists what is there")
        return doc_id

    def _now(self) -> tuple[Choice | None, derive.Derived]:
        """Return which passages a search may find, None for all, and the newest complete generation to find them in."""
        revision = self.store.revision
        return self._choice(revision), self._live.current(revision[0])

    def _choice(self, revision: tuple[int, int]) -> Choice | None:
        """Return which passages a search may find at a revision, None for all."""
        if self._chosen is None or self._chosen[0] != revision:
            if self._only is not None:
                choice: Choice | None = Choice(self.store.keys_of(self._only))
            else:
                hidden = self.store.hidden_keys()
                choice = Choice(hidden, but=True) if len(hidden) else None
            self._chosen, self._shares = (revision, choice), {}
        return self._chosen[1]

    @property
    def revision(self) -> tuple[int, int]:
        """Changes whenever what is shown does: documents come, go, change, are hidden or brought back."""
        return self.store.revision

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
        choice, derived = self._now()
        most = len(derived.lexical) if choice is None else choice.count(len(derived.lexical))
        depth, forms, share = DEPTH, list(zip(queries, shares, strict=True)), DENSE_SHARE[has_cjk(queries[0])]
        while True:
            dense = self._nearest(derived.dense, vector, depth, choice)
            bm25 = dict(derived.lexical.search(forms, depth, choice))
            cosines = dense | self.store.cosines([key for key in bm25 if key not in dense], vector)
            scores = convex_combination(cosines, bm25, share)
            found = distinct(sorted(scores, key=lambda key: (-scores[key], key)), self.store.passages, k)
            if len(found) == k or depth >= most:
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

    def _nearest(
        self, dense: Dense, vector: NDArray[np.float32], depth: int = DEPTH, choice: Choice | None = None
    ) -> dict[int, float]:
        """Return the cosines of the passages nearest to a unit vector of shape (dim,), best first.

        They are the store's where the searchable form is compressed, so that no score depends on its form.
        """
        found = dict(dense.search(vector[None], depth, choice)[0])
        if dense.tuning is None:
            return found
        exact = self.store.cosines(list(found), vector)
        return {key: exact[key] for key in sorted(exact, key=lambda key: (-exact[key], key))}

    def _current(self) -> derive.Derived:
        """Return the derived forms of the newest complete generation."""
        return self._now()[1]

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Return up to ``k`` passages for one query, best first."""
        return self.retrieve([query], k)

    def worded(self, query: str, k: int) -> list[Passage]:
        """Return up to ``k`` passages by their words alone (BM25), best first: enough to find a name by."""
        choice, derived = self._now()
        keys = [key for key, _ in derived.lexical.search([(query, 1.0)], k, choice)]
        found = self.store.passages(keys)
        return [found[key][0] for key in keys if key in found]

    def document_frequency(self, term: str) -> float:
        """Return the share of the shown passages, in [0, 1], that hold an index term (see ``index.words``)."""
        choice, derived = self._now()
        if term in self._shares:
            return self._shares[term]
        most = len(derived.lexical) if choice is None else choice.count(len(derived.lexical))
        share = min(1.0, derived.lexical.document_frequency(term, choice) / max(1, most))
        if self._only is not None:  # counted among the passages, and asked for again within a question
            self._shares[term] = share
        return share

    def document(self, doc_id: str) -> Document:
        """Return a document; its ``text`` is what every citation's offsets count in.

        Raises:
            StoreError: the index shows no such document.
        """
        return self.store.document(self._show(doc_id))

    def title(self, doc_id: str) -> str | None:
        """Return a document's title, or None where the index shows no such document."""
        return self.store.title(doc_id) if self._shown([doc_id]) else None

    def pieces(self, doc_id: str) -> list[tuple[Passage, NDArray[np.float16]]]:
        """Return a document's passages in order, each with its vector of shape (dim,); none if it is not shown."""
        return [(p, vector) for p, _, _, vector in self.store.pieces(doc_id)] if self._shown([doc_id]) else []

    def mentioning(self, phrase: str) -> set[str]:
        """Return the ids of the documents with a passage that holds, with its title, each word of a phrase."""
        return self._shown(self.store.mentioning(phrase))

    def counts(self) -> tuple[int, int]:
        """Return how many documents and passages are shown."""
        choice = self._choice(self.store.revision)
        if self._only is not None:
            return len(self.store.shown(self._only)), len(choice.keys if choice else ())
        documents, passages = self.store.counts()
        return (
            (documents, passages) if choice is None else (documents - len(self.store.hidden()), choice.count(passages))
        )

    def areas(self, doc_id: str, start: int, end: int) -> tuple[Area, ...]:
        """Return where a span of a PDF's text stands on its pages; none for other formats and members of archives.

        Raises:
            StoreError: the index shows no such document.
            LoadError: its file is gone or has changed since it was read.
        """
        document, file = self.document(doc_id), self.store.file(doc_id)
        if file is None:
            return ()
        with FileReader() as reader:  # a page is read again, in a process that no file's fault can harm but its own
            return reader.areas(Path(file.path), document, start, end)

    def page_image(self, doc_id: str, page: int, width: int) -> Picture:
        """Return a page of a PDF, 1-based, as an image ``width`` pixels wide, for :meth:`areas` to be marked in.

        Raises:
            ValueError: ``width`` is not within ``corpus.picture.WIDTHS``.
            StoreError: the index shows no such document.
            LoadError: the document is no PDF, is a part of another file or has no such page; its file is gone, has
                changed since it was read, cannot be drawn, or not in time.
        """
        return self._images.image(self.document(doc_id), self.store.file(doc_id), page, width)

    def holds(self, passage: Passage) -> bool:
        """Return whether the index still holds a passage that it once returned, word for word at its place.

        What was answered before may quote a document that has been removed or changed since.
        """
        return self.store.holds(passage)

    def documents(self) -> list[DocumentInfo]:
        """Return one line a document, ordered by id."""
        return [one for one in self.store.documents() if self._only is None or one.id in self._only]

    def hidden(self) -> list[str]:
        """Return the ids of documents that were hidden and not yet removed for good or brought back, ordered."""
        return self.store.hidden()

    def status(self) -> Status:
        """Return what the index holds and what could not be read."""
        documents, passages = self.counts()
        return status(self.store, self.directory, documents, passages, self.encoder.name)
