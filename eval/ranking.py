"""How well passages or documents are ranked, each figure a pure function of ranks with its definition and source."""

import math
from collections.abc import Collection, Iterable, Sequence

from eval.examples import Gold
from eval.metrics import holds
from index.hit import Hit


def gold_rank(gold: Gold, hits: Sequence[Hit]) -> int | None:
    """Return the 1-based rank of the first hit whose passage is of the gold's document and holds its quote."""
    ranks = (
        n for n, hit in enumerate(hits, 1) if hit.passage.doc_id == gold.doc and holds(hit.passage.text, gold.quote)
    )
    return next(ranks, None)


def hit_at(rank: int | None, k: int) -> float:
    """Hit@k (success@k): 1 if the first relevant passage is among the first k, else 0."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None, depth: int = 10) -> float:
    """1/rank of the first relevant passage, 0 beyond ``depth``; the mean is MRR (Voorhees, TREC-8 QA track, 1999)."""
    return 1.0 / rank if rank is not None and rank <= depth else 0.0


def discounted(ranks: Iterable[int]) -> float:
    """Discounted cumulative gain with a gain of 1 at each of these ranks: the sum of 1/log2(rank + 1).

    The gain of Järvelin and Kekäläinen, 2002, with the discount of Burges et al., 2005.

    >>> discounted([1, 3])
    1.5
    """
    return sum(1 / math.log2(rank + 1) for rank in ranks)


def ndcg(ranked: Sequence[str], gold: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain at k, gains binary: :func:`discounted` over that of a perfect ranking."""
    ideal = discounted(range(1, min(k, len(gold)) + 1))
    return discounted(n for n, one in enumerate(ranked[:k], 1) if one in gold) / ideal if ideal else 0.0


def ndcg_of_quotes(ranks: Sequence[int | None], depth: int = 10) -> float:
    """Normalised gain of passages: one is relevant that holds a gold quote which none before it holds (nDCG).

    ``ranks`` are those of the first passage that holds each quote (:func:`gold_rank`), None where none was retrieved;
    several quotes in one passage make it relevant once. The perfect ranking has the relevant passages first, and with
    them one for each quote that was not retrieved. Evidence seen before gains nothing, as in the alpha-nDCG of Clarke
    et al., 2008, with alpha 1.

    >>> round(ndcg_of_quotes([1, 3, None]), 3)  # 1.5 of 1 + 0.631 + 0.5
    0.704
    """
    relevant = {rank for rank in ranks if rank is not None}
    ideal = discounted(range(1, min(depth, len(relevant) + list(ranks).count(None)) + 1))
    return discounted(rank for rank in relevant if rank <= depth) / ideal if ideal else 0.0


def recall_at(ranked: Sequence[str], gold: Collection[str], k: int) -> float:
    """Share of the gold among the first k."""
    return sum(one in gold for one in ranked[:k]) / len(gold) if gold else 0.0
