"""Two runs of one question set against each other: paired differences, and what got better and worse.

Runs are compared over the questions that both asked. A difference is significant where its p-value is below .05; of
twenty figures that did not change, one will look so by chance.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.examples import EvalError
from eval.figures import FIGURES, Figure, Statistic
from eval.metrics import Array, least_chance, mean, paired_bootstrap, percentile
from eval.record import Results, Row

SIGNIFICANT = 0.05
RESAMPLES = 2000  # of figures that are no means
_LATENCY = Figure("latency_p50_ms", lambda r: r.latency_ms, partial(percentile, percent=50), better=-1)
COMPARED = {figure.name: figure for figure in (*FIGURES, _LATENCY)}


@dataclass(frozen=True, slots=True)
class Question:
    """What a comparison needs of one question of a run: its words, the stage that lost it, its row of each figure."""

    question: str
    stage: str
    scores: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure differs between two runs, over the ``n`` questions for which both define it.

    ``low`` and ``high`` bound the difference (95 %, paired bootstrap), ``chance`` is its two-sided p-value.
    """

    name: str
    before: float
    after: float
    low: float
    high: float
    chance: float
    n: int

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` where the difference is significant, ``differs`` where neither; else empty."""
        if self.chance >= SIGNIFICANT or self.after == self.before:
            return ""
        sign = COMPARED[self.name].better * (1 if self.after > self.before else -1)
        return {1: "better", -1: "worse", 0: "differs"}[sign]


@dataclass(frozen=True, slots=True)
class Moved:
    """A question that something else loses now than before; an empty stage means that nothing does."""

    id: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All figures' changes, and the questions that moved: won, lost again, or lost elsewhere."""

    shared: int
    changes: tuple[Change, ...]
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    elsewhere: tuple[Moved, ...]


def questions(results: Results) -> dict[str, Question]:
    """Return a run's questions by id."""
    return {
        r.example.id: Question(r.example.question, r.stage, {**dict(r.scores), _LATENCY.name: r.latency_ms})
        for r in results.records
    }


def read(path: Path) -> dict[str, Question]:
    """Return the questions of a run that ``--json`` wrote, by id.

    Raises:
        EvalError: the file cannot be read, or is no such run.
    """
    try:
        run = json.loads(path.read_text("utf-8"))
        times = run["timings"]["latency_ms"]
        return {one["id"]: _question(one, times[one["id"]]) for one in run["records"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "make both with `python -m eval --json FILE` of this version"
        raise EvalError(
            f"{path}: a run to compare is a file that --json wrote of one condition ({error!r}); {remedy}"
        ) from error


def _question(record: Mapping[str, Any], latency: float) -> Question:
    scores = {name: tuple(row) if isinstance(row, list) else row for name, row in record["scores"].items()}
    return Question(record["question"], record["stage"], {**scores, _LATENCY.name: latency})


def compare(before: Mapping[str, Question], after: Mapping[str, Question]) -> Comparison:
    """Return how two runs differ.

    Raises:
        EvalError: they share no question, or one id stands for different questions.
    """
    shared = [name for name in before if name in after]
    if not shared:
        raise EvalError("two runs are compared over the questions that both asked, and these share no id")
    for name in shared:
        if before[name].question != after[name].question:
            raise EvalError(
                f"an id stands for one question in both runs, and {name!r} is {before[name].question!r} in the first "
                f"and {after[name].question!r} in the second; compare runs of one question file"
            )
    pairs = [(before[name].scores, after[name].scores) for name in shared]
    changes = (_change(figure, pairs) for figure in COMPARED.values())
    moved = [Moved(name, before[name].question, before[name].stage, after[name].stage) for name in shared]
    moved = [one for one in moved if one.before != one.after]
    return Comparison(
        len(shared),
        tuple(change for change in changes if change is not None),
        tuple(one for one in moved if not one.after),
        tuple(one for one in moved if not one.before),
        tuple(one for one in moved if one.before and one.after),
    )


def _change(figure: Figure, pairs: Sequence[tuple[Mapping[str, Row], Mapping[str, Row]]]) -> Change | None:
    """Return the change of one figure; None where no question defines it in both runs, or all together do not."""
    both = [(a[figure.name], b[figure.name]) for a, b in pairs if figure.name in a and figure.name in b]
    if not both:
        return None
    old, new = (np.asarray(rows, dtype=float) for rows in zip(*both, strict=True))
    values = figure.statistic(old), figure.statistic(new)
    if np.isnan(values).any():
        return None
    return Change(figure.name, *values, *paired(old, new, figure.statistic), len(both))


def paired(old: Array, new: Array, statistic: Statistic = mean) -> tuple[float, float, float]:
    """Return (low, high, p) for the difference of a statistic of paired rows, each (n,) or (n, columns).

    Questions are drawn with replacement, the same ones for both runs (Efron and Tibshirani, 1993, chapter 16).
    """
    if statistic is mean:
        return paired_bootstrap(new - old)
    if (old == new).all():
        return 0.0, 0.0, 1.0
    draws = np.random.default_rng(0).integers(len(old), size=(RESAMPLES, len(old)))
    found = np.array([statistic(new[draw]) - statistic(old[draw]) for draw in draws])
    found = found[~np.isnan(found)]
    low, high = np.percentile(found, [2.5, 97.5])
    side = min((found <= 0).mean(), (found >= 0).mean())
    differing = int((old != new).reshape(len(old), -1).any(axis=1).sum())
    return float(low), float(high), min(1.0, max(2 * float(side), least_chance(differing)))
