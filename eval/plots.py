"""Plots as SVG text: risk against coverage, reliability, hit@k by type, latency. Drawn here, coloured by ``page.css``.

Each takes plain numbers and returns one ``<svg>``; a plot without data says so. Nothing in it comes from documents
but names of question types, which are escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, HEIGHT = 400, 250  # units of the view box; the page scales them
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 12, 42  # margins that hold ticks and labels
BINS = 10  # of a reliability plot
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its range, its ticks as (value, label), and what it shows."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    label: str

    def share(self, value: float) -> float:
        """Return where a value lies between the ends, 0 to 1."""
        return (value - self.low) / ((self.high - self.low) or 1.0)


def shares(label: str) -> Axis:
    """Return an axis from 0 to 100 %."""
    return Axis(0, 1, tuple((n / 4, f"{25 * n} %") for n in range(5)), label)


def reliability(scored: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Return (mean score, share right, count) of each tenth of [0, 1] in use (DeGroot and Fienberg, 1983)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for score, right in scored:
        bins.setdefault(min(int(score * BINS), BINS - 1), []).append((score, right))
    return [
        (sum(s for s, _ in held) / len(held), sum(r for _, r in held) / len(held), len(held))
        for _, held in sorted(bins.items())
    ]


def plot_risk_coverage(points: Sequence[Point], answered: int) -> str:
    """Draw (coverage, risk) of ``eval.abstention``; the dot is where the product stands, with all that it answered."""
    x, y = shares("coverage: share of questions answered"), shares("risk: share wrong")
    if not answered:
        return _empty("nothing was answered")
    path = " ".join(f"{_x(x, a):.1f},{_y(y, b):.1f}" for a, b in points)
    coverage, risk = points[answered - 1]
    end = _dot(x, y, (coverage, risk), 4, f"all answers: coverage {coverage:.1%}, risk {risk:.1%}")
    return _svg("Risk against coverage", x, y, f'<polyline class="line" points="{path}"/>{end}')


def plot_reliability(bins: Sequence[tuple[float, float, int]], score: str) -> str:
    """Draw the share right against each bin's mean score, a dot's area being its number; on the line they agree."""
    x, y = shares(score), shares("share right")
    if not bins:
        return _empty("nothing was answered")
    most = max(count for _, _, count in bins)
    diagonal = f'<line class="guide" x1="{_x(x, 0)}" y1="{_y(y, 0)}" x2="{_x(x, 1)}" y2="{_y(y, 1)}"/>'
    dots = "".join(
        _dot(x, y, (mean, right), 3 + 8 * (count / most) ** 0.5, f"{score} {mean:.2f}: {right:.1%} right of {count}")
        for mean, right, count in bins
    )
    return _svg(f"Reliability of {score}", x, y, diagonal + dots)


def plot_hits(kinds: Sequence[tuple[str, Sequence[tuple[str, float, float, float]]]]) -> str:
    """Draw bars of hit@k by question type, each (label, value, low, high) with its interval."""
    if not kinds:
        return _empty("no question has evidence to find")
    y = shares("share of questions")
    step = 1 / len(kinds)
    ticks = tuple((step * (n + 0.5), kind) for n, (kind, _) in enumerate(kinds))
    x = Axis(0, 1, ticks, "type of question; bars: " + ", ".join(label for label, *_ in kinds[0][1]))
    body = []
    for n, (kind, bars) in enumerate(kinds):
        width = 0.75 * step / max(1, len(bars))
        for m, (label, value, low, high) in enumerate(bars):
            left = n * step + 0.125 * step + m * width
            told = escape(f"{kind}, {label}: {value:.1%} ({low:.1%} to {high:.1%})")
            begin, middle, end = _x(x, left), _x(x, left + width / 2), _x(x, left + width)
            bar = f'<rect class="bar bar{m + 1}" x="{begin + 0.5:.1f}" y="{_y(y, value):.1f}" '
            bar += f'width="{max(1.0, end - begin - 1):.1f}" height="{_y(y, 0) - _y(y, value):.1f}"/>'
            span = f'x1="{middle:.1f}" x2="{middle:.1f}" y1="{_y(y, low):.1f}" y2="{_y(y, high):.1f}"'
            body.append(f'<g><title>{told}</title>{bar}<line class="whisker" {span}/></g>')
    return _svg("hit@k by type of question", x, y, "".join(body))


def plot_latency(times: Sequence[float]) -> str:
    """Draw how many questions took how long, in milliseconds, with the median and the 95th percentile."""
    if not times:
        return _empty("no times were kept")
    values = np.asarray(times, dtype=float)
    top = _round_up(float(values.max()))
    counts, edges = np.histogram(values, bins=24, range=(0.0, top))
    x = Axis(0, top, tuple((top * n / 4, f"{top * n / 4:,.4g}") for n in range(5)), "milliseconds for an answer")
    most = int(counts.max())
    y = Axis(0, 1.15 * most, tuple((n, str(n)) for n in sorted({0, most // 2, most})), "questions")
    bars = "".join(
        f'<rect class="bar bar1" x="{_x(x, a) + 0.5:.1f}" y="{_y(y, n):.1f}" width="{_x(x, b) - _x(x, a) - 1:.1f}" '
        f'height="{_y(y, 0) - _y(y, n):.1f}"><title>{a:.0f} to {b:.0f} ms: {n}</title></rect>'
        for n, a, b in zip(counts, edges, edges[1:], strict=False)
        if n
    )
    marks = ""
    for percent in (50, 95):
        at = _x(x, float(np.percentile(values, percent)))
        marks += f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        marks += f'<text class="note" x="{at - 3:.1f}" y="{TOP + 9}" text-anchor="end">p{percent}</text>'
    return _svg("How long answers took", x, y, bars + marks)


def interval_bar(value: float, low: float, high: float) -> str:
    """Draw a share with its interval on a line from 0 to 1, for a row of a table."""
    return (
        '<svg class="interval" viewBox="0 0 100 12" aria-hidden="true">'
        '<line class="track" x1="1" x2="99" y1="6" y2="6"/>'
        f'<line class="range" x1="{1 + 98 * low:.1f}" x2="{1 + 98 * high:.1f}" y1="6" y2="6"/>'
        f'<circle class="dot" cx="{1 + 98 * value:.1f}" cy="6" r="3.2"/></svg>'
    )


def _x(axis: Axis, value: float) -> float:
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM)


def _dot(x: Axis, y: Axis, point: Point, radius: float, told: str) -> str:
    title = f"<title>{escape(told)}</title>"
    return (
        f'<circle class="dot" cx="{_x(x, point[0]):.1f}" cy="{_y(y, point[1]):.1f}" r="{radius:.1f}">{title}</circle>'
    )


def _svg(title: str, x: Axis, y: Axis, body: str) -> str:
    """Return the plot with its axes, grid and labels."""
    foot, parts = HEIGHT - BOTTOM, []
    for value, label in y.ticks:
        at = _y(y, value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 5}" y="{at + 3.5:.1f}" text-anchor="end">{escape(label)}</text>')
    for value, label in x.ticks:
        at = _x(x, value)
        parts.append(f'<text class="tick" x="{at:.1f}" y="{foot + 15}" text-anchor="middle">{escape(label)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="axis" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x.label)}</text>')
    high = (TOP + foot) / 2
    turned = f'transform="rotate(-90 11 {high})"'
    parts.append(f'<text class="axis" x="11" y="{high}" text-anchor="middle" {turned}>{escape(y.label)}</text>')
    head = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    return f"{head}{''.join(parts)}{body}</svg>"


def _empty(why: str) -> str:
    return f'<p class="none">Not drawn: {escape(why)}.</p>'


def _round_up(value: float) -> float:
    """Return the least of 1, 2, 4, 5, 8 times a power of ten that is not below the value."""
    power = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(next(n * power for n in (1, 2, 4, 5, 8, 10) if n * power >= value))
