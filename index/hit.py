"""A retrieved passage with its score."""

from dataclasses import dataclass

from corpus.document import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search returned.

    ``score``: higher is better, comparable within one result list only. ``legs`` maps each retriever
    that found the passage to its 1-based rank there, e.g. ``(("bm25", 1), ("dense", 3))``. ``title`` is
    the document's title. ``scores`` are the legs' own: BM25 (0 where the words do not meet) and the cosine.
    """

    passage: Passage
    score: float
    legs: tuple[tuple[str, int], ...]
    title: str
    scores: tuple[tuple[str, float], ...] = ()
