"""One score from two retrievers: a convex combination of their scores, each put on one scale by its possible least.

Theoretical min-max normalisation (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM
TOIS 42, 2023): a score is measured from the least that its retriever can give (cosine -1, BM25 0) to the best of the
question's own, so that a weak best stays weak beside the rest, which ranks alone would hide.
"""

from collections.abc import Callable, Mapping, Sequence

from corpus.document import Passage
from index.words import words


def convex_combination(cosines: Mapping[int, float], bm25: Mapping[int, float], share: float) -> dict[int, float]:
    """Return scores in [0, 1]: ``share`` of the cosine's and the rest of BM25's; a key without a BM25 has 0 there.

    ``cosines`` hold every key.

    >>> convex_combination({7: 1.0, 8: 0.0}, {8: 4.0}, 0.5)
    {7: 0.5, 8: 0.75}
    """
    most = 1 + max(cosines.values(), default=0.0)
    best = max(bm25.values(), default=0.0)
    return {
        key: share * (1 + cosine) / max(most, 1e-9) + (1 - share) * bm25.get(key, 0.0) / max(best, 1e-9)
        for key, cosine in cosines.items()
    }


def distinct(
    ranking: Sequence[int], read: Callable[[Sequence[int]], dict[int, tuple[Passage, str]]], k: int
) -> dict[int, tuple[Passage, str]]:
    """Return the first ``k`` passages with their titles, those left out that repeat a better one of their document.

    So a document of one sentence a thousand times over takes one place, not all. ``read`` gives passages by key.
    """
    kept: dict[int, tuple[Passage, str]] = {}
    seen: set[tuple[object, ...]] = set()
    for start in range(0, len(ranking), k):
        block = read(ranking[start : start + k])
        for key in ranking[start : start + k]:
            if key in block and (mark := _said(block[key][0])) not in seen:
                seen.add(mark)
                kept[key] = block[key]
        if len(kept) >= k:
            break
    return dict(list(kept.items())[:k])


def _said(passage: Passage) -> tuple[object, ...]:
    """Return what is the same for two passages that say the same; where words recur threefold, in any order."""
    found = words(passage.text)
    bag = frozenset(found)
    return passage.doc_id, passage.heading, bag if len(found) >= 3 * len(bag) else tuple(found)
