"""Draws how figures grow with the number of passages: an SVG file of panels, both axes logarithmic, in plain Python."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

PANELS: tuple[tuple[str, str, dict[str, tuple[str, float]]], ...] = (
    ("Building", "s", {"vectors": ("dense s", 1), "words": ("lexical s", 1)}),
    ("Searching, median", "ms", {"vectors": ("dense p50 ms", 1), "words": ("lexical p50 ms", 1),
                                 "whole": ("search p50 ms", 1)}),
    ("1,000 passages", "s", {"added": ("add s", 1), "deleted": ("delete s", 1)}),
    ("Opening", "s", {"first answer": ("open s", 1)}),
    ("Disk", "MB", {"store": ("store bytes", 1e-6), "vectors": ("dense bytes", 1e-6),
                    "words": ("lexical bytes", 1e-6)}),
    ("Peak memory", "MB", {"building": ("build MB", 1), "asking": ("ask MB", 1), "changing": ("change MB", 1)}),
)  # fmt: skip
_WIDTH, _HEIGHT, _LEFT, _TOP = 300, 220, 50, 40
_COLOURS = ("#1b6ca8", "#c8553d", "#4a7c59")


def panels(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return an SVG document; each row has ``passages`` and the figures that ``PANELS`` name."""
    drawn = [
        f'<g transform="translate({n % 3 * _WIDTH},{n // 3 * _HEIGHT})">{_panel(title, unit, lines, rows)}</g>'
        for n, (title, unit, lines) in enumerate(PANELS)
    ]
    size = f'width="{3 * _WIDTH}" height="{2 * _HEIGHT}" viewBox="0 0 {3 * _WIDTH} {2 * _HEIGHT}"'
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    ground = '<rect width="100%" height="100%" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{ground}{"".join(drawn)}</svg>\n'


def _panel(title: str, unit: str, lines: Mapping[str, tuple[str, float]], rows: Sequence[Mapping[str, Any]]) -> str:
    series = {name: [(row["passages"], row[key] * scale) for row in rows] for name, (key, scale) in lines.items()}
    points = [point for line in series.values() for point in line]
    across = _Axis([x for x, _ in points], _LEFT, _WIDTH - 70)
    up = _Axis([y for _, y in points], _HEIGHT - 30, _TOP)
    parts = [f'<text x="{_LEFT}" y="20" font-weight="bold">{escape(title)}, {unit}</text>']
    for power in across.powers:
        parts.append(
            f'<text x="{across(10**power):.0f}" y="{_HEIGHT - 12}" text-anchor="middle">{_short(power)}</text>'
        )
    for power in up.powers:
        y = up(10**power)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 70}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_short(power)}</text>')
    ends = _apart([up(line[-1][1]) for line in series.values()])
    for colour, (name, line), end in zip(_COLOURS, series.items(), ends, strict=False):
        places = [f"{across(x):.1f},{up(y):.1f}" for x, y in line]
        parts.append(f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{colour}"/>' for p in places]
        parts.append(f'<text x="{_WIDTH - 64}" y="{end + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "".join(parts)


def _apart(places: Sequence[float]) -> list[float]:
    """Return heights moved down where they would lie on one another, in pixels.

    >>> _apart([50.0, 44.0, 10.0])
    [56.0, 44.0, 10.0]
    """
    found, last = dict.fromkeys(range(len(places)), 0.0), -math.inf
    for n in sorted(found, key=lambda n: places[n]):
        found[n] = last = max(places[n], last + 12)
    return list(found.values())


class _Axis:
    """Puts values on a line of pixels, by their logarithm, from one power of ten to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low = math.floor(math.log10(min(values)))
        high = max(low + 1, math.ceil(math.log10(max(values))))
        self.powers = range(low, high + 1)
        self._low, self._start, self._scale = low, start, (end - start) / (high - low)

    def __call__(self, value: float) -> float:
        return self._start + (math.log10(value) - self._low) * self._scale


def _short(power: int) -> str:
    """Return a power of ten in few characters.

    >>> _short(5), _short(6), _short(-1)
    ('100k', '1M', '0.1')
    """
    if power >= 6:
        return f"{10 ** (power - 6)}M"
    return f"{10 ** (power - 3)}k" if power >= 3 else f"{10**power:g}" if power >= 0 else f"{10.0**power:g}"
