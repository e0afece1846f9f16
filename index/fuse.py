"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Mapping, Sequence

RRF_K = 60  # the constant of the paper; it keeps rank 1 of one leg from drowning agreement of both


def reciprocal_rank_fusion(
    rankings: Mapping[str, Sequence[int]], weights: Mapping[str, float], k: int
) -> list[tuple[int, float, tuple[tuple[str, int], ...]]]:
    """Fuse rankings of keys: score = sum over legs of weight / (60 + rank), rank from 1.

    Returns up to ``k`` (key, score, ((leg, rank), ...)), best first, ties by key.

    >>> [(key, legs) for key, _, legs in reciprocal_rank_fusion({"a": [7, 8], "b": [8]}, {"a": 1, "b": 1}, 2)]
    [(8, (('a', 2), ('b', 1))), (7, (('a', 1),))]
    """
    scores: dict[int, float] = {}
    legs: dict[int, list[tuple[str, int]]] = {}
    for leg, keys in rankings.items():
        for rank, key in enumerate(keys, start=1):
            scores[key] = scores.get(key, 0.0) + weights[leg] / (RRF_K + rank)
            legs.setdefault(key, []).append((leg, rank))
    best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
    return [(key, scores[key], tuple(legs[key])) for key in best]
