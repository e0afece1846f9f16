"""Bounds that a run must keep, for people's continuous integration: ``--fail-under right_and_cited=0.8``."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.examples import EvalError
from eval.figures import FIGURES
from eval.record import Results

# by name: +1 where more is better, -1 where less is, 0 where neither
DIRECTIONS = {figure.name: figure.better for figure in FIGURES} | {
    "latency_p50_ms": -1, "latency_p95_ms": -1, "peak_memory_mb": -1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure that must not lie below ``least``, or, where ``most``, not above it."""

    name: str
    value: float
    most: bool

    def broken(self, results: Results) -> str:
        """Return what is wrong in words, or "" where the bound is kept."""
        value = {metric.name: metric.value for metric in (*results.metrics, *results.timings)}.get(self.name)
        if value is None:
            return f"{self.name} is undefined over these questions"
        if value > self.value if self.most else value < self.value:
            return f"{self.name} is {value:.4g}, {'above' if self.most else 'below'} {self.value:g}"
        return ""


def bounds(under: Iterable[str], over: Iterable[str]) -> list[Bound]:
    """Return the bounds that ``--fail-under`` and ``--fail-over`` give, each ``NAME=VALUE``.

    Raises:
        EvalError: one has another form, no figure has its name, its value is not finite, or its direction is wrong.
    """
    return [_bound("--fail-under", text, False) for text in under] + [
        _bound("--fail-over", text, True) for text in over
    ]


def check(kept: Sequence[Bound], results: Results) -> None:
    """Raise EvalError, naming each bound that a run breaks."""
    told = [found for bound in kept if (found := bound.broken(results))]
    if told:
        raise EvalError(f"the run fails: {'; '.join(told)}")


def _bound(option: str, text: str, most: bool) -> Bound:
    name, sign, number = text.partition("=")
    if not sign:
        raise EvalError(f"{option} takes NAME=VALUE, e.g. right_and_cited=0.8; got {text!r}")
    if name not in DIRECTIONS:
        raise EvalError(f"{option}: no figure is called {name!r}; the figures are {', '.join(DIRECTIONS)}")
    try:
        value = float(number)
    except ValueError as error:
        raise EvalError(f"{option} takes a number, e.g. {name}=0.8; got {number!r}") from error
    if not math.isfinite(value):
        raise EvalError(f"{option} takes a finite number, e.g. {name}=0.8, since none lies beyond {number!r}")
    if DIRECTIONS[name] == (1 if most else -1):
        other, less = ("--fail-under", "more") if most else ("--fail-over", "less")
        raise EvalError(f"{option}: {less} is better for {name}, so use {other} {name}={number}")
    return Bound(name, value, most)
