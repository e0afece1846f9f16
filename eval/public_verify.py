"""The verifier alone: claims with evidence of their own, and no search, reader or citing in between.

The threshold is set on claims made of QED and SQuAD 2.0 (``eval.claims``), on the half of the passages that the
default verifier's weights were not fitted on, and then held fixed; WiCE is measured with it, and with the one the
product uses. The reliability table is of the held-out half.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.claims import ClaimPair, halves, pairs, wice
from eval.metrics import Array, auroc, bootstrap_interval
from eval.record import Metric
from qa.verify import SHOWN, Verifier

ELSEWHERE = ("qed", "squad2")
QUESTIONS = 300  # of each set elsewhere, as the fit draws them
BINS = 5
LABELS = {
    "balanced_accuracy": "balanced accuracy, threshold set elsewhere",
    "balanced_accuracy_shown": f"balanced accuracy at the product's {SHOWN}",
    "auroc": "AUROC",
    "kept": "supported claims kept",
    "dropped": "other claims dropped",
}


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their support, in [0, 1], shape (n,)."""

    pairs: tuple[ClaimPair, ...]
    support: Array

    @property
    def rows(self) -> Array:
        """Supported or not (1 or 0), and the support; shape (n, 2)."""
        return np.column_stack([[float(pair.supported) for pair in self.pairs], self.support])


@dataclass(frozen=True, slots=True)
class Verified:
    """A verifier on claims: the threshold from elsewhere, the figures with it, and how far support is to be believed.

    ``reliability`` holds (mean support, share supported, n) by bin of support on the held-out pairs elsewhere, either
    kind weighing half; ``calibration_error`` is the mean distance of the two, by weight (Guo et al., 2017).
    """

    threshold: float
    figures: tuple[Metric, ...]
    reliability: tuple[tuple[float, float, int], ...]
    calibration_error: float
    elsewhere: Scored
    claims: Scored


def evaluate(
    data: Path,
    name: str,
    verifier: Verifier,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verified:
    """Score the claims of a set (``wice_dev``) and the pairs that set the threshold; ``limit`` draws so many of both.

    Raises:
        EvalError: a set is not there, or a line breaks a rule.
    """
    made = [pair for source in ELSEWHERE for pair in pairs(data, source, QUESTIONS)]
    _, held = halves(made)
    claims = wice(data / name)
    if limit is not None:
        held, claims = (random.Random(0).sample(found, min(limit, len(found))) for found in (held, claims))
    total = len(held) + len(claims)
    elsewhere = _scored(verifier, held, lambda done: progress(done, total) if progress else None)
    told = _scored(verifier, claims, lambda done: progress(len(held) + done, total) if progress else None)
    bar = threshold(elsewhere.rows)
    error, table = reliability(elsewhere.rows)
    return Verified(bar, tuple(figures(told.rows, bar)), tuple(table), error, elsewhere, told)


def _scored(verifier: Verifier, found: Sequence[ClaimPair], progress: Callable[[int], None]) -> Scored:
    support = []
    for done, pair in enumerate(found, 1):
        support.append(float(verifier.support([(pair.claim, pair.evidence)])[0]))
        progress(done)
    return Scored(tuple(found), np.array(support))


def balanced_accuracy(rows: Array, bar: float) -> float:
    """Mean of the shares of supported claims at or above the bar and of others below it; nan where either is missing.

    ``rows`` as :attr:`Scored.rows`. The measure of LLM-AggreFact (Tang, Laban and Durrett, 2024).
    """
    known, above = rows[:, 0] == 1, rows[:, 1] >= bar
    if known.all() or not known.any():
        return float("nan")
    return float((above[known].mean() + (~above[~known]).mean()) / 2)


def threshold(rows: Array) -> float:
    """Return the support from which on balanced accuracy is best, the middle of the best ones where several are."""
    bars = np.unique(rows[:, 1])
    reached = np.array([balanced_accuracy(rows, bar) for bar in bars])
    best = bars[reached >= reached.max() - 1e-12]
    return float(best[len(best) // 2])


def figures(rows: Array, bar: float) -> list[Metric]:
    """Return the figures of some claims with their 95 % bootstrap intervals."""
    known = rows[:, 0] == 1
    found: list[tuple[str, Array, Callable[[Array], float]]] = [
        ("balanced_accuracy", rows, lambda r: balanced_accuracy(r, bar)),
        ("balanced_accuracy_shown", rows, lambda r: balanced_accuracy(r, SHOWN)),
        ("auroc", rows, lambda r: auroc(r[r[:, 0] == 1, 1], r[r[:, 0] == 0, 1])),
        ("kept", rows[known], lambda r: float((r[:, 1] >= bar).mean())),
        ("dropped", rows[~known], lambda r: float((r[:, 1] < bar).mean())),
    ]
    return [
        Metric(name, of(part), *bootstrap_interval(part, of, resamples=1000), len(part)) for name, part, of in found
    ]


def reliability(rows: Array, bins: int = BINS) -> tuple[float, list[tuple[float, float, int]]]:
    """Return the expected calibration error and, by bin, mean support, share supported and n.

    Bins are of equal width (Guo et al., 2017); supported and other claims weigh half each, as in the fit, since no
    share of either is given by nature.
    """
    known = rows[:, 0] == 1
    weight = np.where(known, 0.5 / max(1, known.sum()), 0.5 / max(1, (~known).sum()))
    place = np.minimum((rows[:, 1] * bins).astype(int), bins - 1)
    error, table = 0.0, []
    for n in range(bins):
        inside = place == n
        if inside.any():
            mass = weight[inside].sum()
            said, was = ((weight * column)[inside].sum() / mass for column in (rows[:, 1], rows[:, 0]))
            error += float(mass * abs(said - was))
            table.append((float(said), float(was), int(inside.sum())))
    return error, table


def to_dict(found: Verified) -> dict[str, Any]:
    """Return everything as plain JSON-able values."""
    return {
        "threshold": round(found.threshold, 4),
        "figures": {metric.name: metric.to_dict() for metric in found.figures},
        "calibration_error": round(found.calibration_error, 4),
        "reliability": [[round(said, 4), round(was, 4), n] for said, was, n in found.reliability],
        "rows": [
            {
                "source": pair.source, "made": pair.made, "group": pair.group, "claim": pair.claim,
                "supported": pair.supported, "support": round(float(support), 4),
            }
            for scored in (found.elsewhere, found.claims)
            for pair, support in zip(scored.pairs, scored.support, strict=True)
        ],
    }  # fmt: skip
