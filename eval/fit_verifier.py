"""Fits the logistic weights of ``qa.verify`` on claims made of QED and SQuAD 2.0 and scores them on others.

One half of the passages fits, the other is for the figures; SciFact (Wadden et al., 2020) is outside the fit, and so
is WiCE, which ``python -m eval verifier`` measures.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from eval.claims import ClaimPair, halves, pairs
from eval.fit import fit_answerable
from eval.metrics import auroc
from eval.public_verify import ELSEWHERE, QUESTIONS
from index.encode import make_encoder
from qa.verify import FEATURES, LexicalVerifier, contradicted, copied

OUTSIDE = "scifact"
PENALTY = 10.0  # on weights of standardised features, which move together: a small one makes some of them negative


def fit(data: Path, questions: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Return ``{"weights", "intercept", "held_out", "scifact"}``; the last two are AUROC outside the fit."""
    verifier = LexicalVerifier(make_encoder())

    def rows(found: Sequence[ClaimPair]) -> NDArray[np.float64]:
        return np.array([verifier.measure(pair.claim, pair.evidence) for pair in found])

    made = [pair for name in ELSEWHERE for pair in pairs(data, name, questions)]
    learnt, kept = (judged(part) for part in halves(made))
    report(f"{len(learnt)} pairs to fit on, {len(kept)} to check on")
    gold = np.array([pair.supported for pair in learnt])
    measured = rows(learnt)
    mean, scale = measured.mean(0), measured.std(0)
    w = fit_answerable((measured - mean) / scale, gold, PENALTY)
    w = np.append(w[:-1] / scale, w[-1] - mean @ (w[:-1] / scale))  # of features as they are measured
    other = judged(random.Random(0).sample(whole := pairs(data, OUTSIDE), min(questions, len(whole))))
    return {
        "weights": dict(zip(FEATURES, (round(float(x), 2) for x in w[:-1]), strict=True)),
        "intercept": round(float(w[-1]), 2),
        "held_out": _separation(rows(kept) @ w[:-1], kept),
        OUTSIDE: _separation(rows(other) @ w[:-1], other),
    }


def judged(found: Sequence[ClaimPair]) -> list[ClaimPair]:
    """Return the pairs that the score decides on: neither copied verbatim nor contradicted."""
    return [p for p in found if not (copied(p.claim, p.evidence) or contradicted(p.claim, p.evidence))]


def _separation(scores: NDArray[np.float64], found: Sequence[ClaimPair]) -> float:
    gold = np.array([pair.supported for pair in found])
    return round(auroc(scores[gold], scores[~gold]), 3)


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder of public sets, as eval/README.md describes.")],
    questions: Annotated[int, typer.Option("--questions", help="Questions of each set.")] = QUESTIONS,
) -> None:
    """Fit the verifier's weights and print them with their scores outside the fit."""
    typer.echo(fit(data, questions, lambda line: typer.echo(line, err=True)))


if __name__ == "__main__":
    typer.run(main)
