"""One score from two retrievers: a convex combination of their scores, each put on one scale by its possible least.

Theoretical min-max normalisation (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM
TOIS 42, 2023): a score is measured from the least that its retriever can give (cosine -1, BM25 0) to the best of the
question's own, so that a weak best stays weak beside the rest, which ranks alone would hide.
"""

from collections.abc import Mapping


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
