"""Fits the constants of ``qa/refusal.json``: what of the evidence tells an answered question from an unanswered one.

A logistic regression over the signals of ``qa.abstain``, among them the chance of ``qa.evidence`` (stacking; Wolpert
1992), on the practice collections that the cross-encoder has not seen, and on their answerable questions with a name or
year that stands nowhere near in place of their own.
"""

import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from eval.cross_data import changes, names_of
from eval.fit import fit_answerable
from eval.metrics import auroc
from eval.practice import Collection
from eval.practice_data import HITS, indexed, unseen
from index.retrieve import Index
from qa.abstain import REFUSAL, SIGNALS, signals
from qa.evidence import Scorer
from qa.logistic import Logistic
from qa.pipeline import find, weigh

PENALTY = 1.0
FOLDS = 8
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """One question: its collection, how it came about (asked, changed), its signals, whether it can be answered."""

    collection: str
    kind: str
    row: Array
    answerable: bool


def collect(every: Sequence[Collection], report: Callable[[str], None]) -> list[Measured]:
    """Ask the questions of collections, as typed and changed."""
    names = sorted({name for one in every for example in one.questions for name in names_of(example.question)})
    found: list[Measured] = []
    for one in every:
        draw = random.Random(one.name)
        with tempfile.TemporaryDirectory() as work:
            index = indexed(one, Path(work))
            scorer = Scorer(index)
            for example in one.questions:
                found += _measured(example.question, one.name, "asked", index, scorer, answerable=example.answerable)
                near = " ".join(h.passage.text for h in index.retrieve([example.question], 2 * HITS))
                for changed in changes(example.question, names, draw, near) if example.answerable else ():
                    found += _measured(changed, one.name, "changed", index, scorer, answerable=False)
        report(f"{one.name}: {len(found)} questions")
    return found


def _measured(question: str, name: str, kind: str, index: Index, scorer: Scorer, *, answerable: bool) -> list[Measured]:
    asked, hits, index, scorer = find(question, (), index, scorer)
    judged = weigh(asked, hits, index, scorer)
    return [Measured(name, kind, np.array(signals(asked, judged)), answerable)] if judged.evidence else []


def fit(asked: Sequence[Measured]) -> dict[str, list[float]]:
    """Return the constants in the form of ``refusal.json``."""
    rows = np.stack([one.row for one in asked])
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 0.01)
    w = fit_answerable((rows - mean) / scale, np.array([one.answerable for one in asked]), PENALTY)
    return {
        "mean": [round(float(v), 5) for v in mean],
        "scale": [round(float(v), 5) for v in scale],
        "weights": [round(float(v), 5) for v in w],
    }


def score(constants: dict[str, list[float]], one: Measured) -> float:
    """Return the logit that a question is answered."""
    return float(Logistic.of(constants).logit(one.row.tolist()))


def cross_validated(asked: Sequence[Measured]) -> dict[str, list[float]]:
    """Return logits of the answerable, the unanswerable and the changed, judged by constants of other collections."""
    names = sorted({one.collection for one in asked})
    found: dict[str, list[float]] = {"answerable": [], "unanswerable": [], "changed": []}
    for fold in range(FOLDS):
        out = set(names[fold::FOLDS])
        constants = fit([one for one in asked if one.collection not in out])
        for one in asked:
            if one.collection in out:
                kind = "answerable" if one.answerable else "changed" if one.kind == "changed" else "unanswerable"
                found[kind].append(score(constants, one))
    return found


def main(out: Annotated[Path, typer.Option("--out", help="Where the constants go.")] = REFUSAL) -> None:
    """Fit what decides on refusing (about ten minutes on two cores)."""
    asked = collect(unseen(), lambda line: typer.echo(line, err=True))
    found = cross_validated(asked)
    for kind in ("unanswerable", "changed"):
        refused = {s: np.mean(np.array(found[kind]) < np.quantile(found["answerable"], s)) for s in (0.05, 0.1, 0.15)}
        told = ", ".join(f"{share:.1%} at {s:.0%}" for s, share in refused.items())
        typer.echo(f"{kind} ({len(found[kind])}): AUROC {auroc(found['answerable'], found[kind]):.3f}, refused {told}")
    constants = fit(asked)
    out.write_text(json.dumps({"signals": list(SIGNALS), **constants}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
