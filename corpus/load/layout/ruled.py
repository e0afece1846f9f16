"""Tables drawn with lines: the grid that rules make where they cross, and the cells between them.

Not every grid is a table: a frame around a paragraph, a plot's lines, a page laid out in boxes are told apart by
what stands in their cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.load.layout.glyph import Glyph, Rule

NEAR = 3.0  # points: how far ends may miss each other
SHORT = 5.0  # points: a shorter rule is a mark
PAIRS_MAX = 4_000_000  # of a lying and a standing rule; more are a drawing
CELLS_MAX = 40_000
PROSE = 300  # characters a cell on average from which on a grid is the layout of a page


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a grid: the box between its rules, its row and column, and how many of each it spans."""

    left: float
    top: float
    right: float
    bottom: float
    row: int
    column: int
    across: int
    down: int
    glyphs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of rules with its cells row by row."""

    left: float
    top: float
    right: float
    bottom: float
    slots: tuple[Slot, ...]
    torn: int = 0  # words that a rule runs through

    @property
    def is_table(self) -> bool:
        """Whether words stand in two rows and two columns, none of them torn, and no cell is a page's worth of prose.

        A plot has rules across its words, or many empty cells.
        """
        filled = [one for one in self.slots if one.glyphs]
        rows, columns = {one.row for one in filled}, {one.column for one in filled}
        glyphs = sum(len(one.glyphs) for one in filled)
        crowded = len(filled) * 5 >= len(self.slots) and self.torn * 50 <= glyphs
        return len(rows) > 1 and len(columns) > 1 and crowded and glyphs < PROSE * len(filled)


@dataclass(slots=True)
class _Bar:
    """Rules on one line, as one: ``at`` is where the line lies, ``low`` to ``high`` where it runs."""

    at: float
    low: float
    high: float

    def covers(self, place: float) -> bool:
        return self.low - NEAR <= place <= self.high + NEAR


def grids(rules: Iterable[Rule], glyphs: Sequence[Glyph]) -> list[Grid]:
    """Return the grids that rules make, each with the glyphs that stand in its cells; grids do not overlap."""
    long = [one for one in rules if max(one.right - one.left, one.bottom - one.top) >= SHORT]
    lying = _bars((one.top + one.bottom, one.left, one.right) for one in long if one.is_horizontal)
    standing = _bars((one.left + one.right, one.top, one.bottom) for one in long if not one.is_horizontal)
    if len(lying) * len(standing) > PAIRS_MAX:
        return []
    found: list[Grid] = []
    for across, down in _components(lying, standing):
        one = _grid(across, down)
        clear = one and all(
            one.right <= o.left or one.left >= o.right or one.bottom <= o.top or one.top >= o.bottom for o in found
        )
        if one and clear:
            found.append(_filled(one, glyphs))
    return found


def _bars(parts: Iterable[tuple[float, float, float]]) -> list[_Bar]:
    """Join rules that lie on one line and touch; each part is (twice its place, from, to)."""
    bars: list[_Bar] = []
    for twice, low, high in sorted(parts):
        at = twice / 2
        touching = [
            o for o in bars[-40:] if abs(o.at - at) < NEAR / 2 and o.low - NEAR <= high and low <= o.high + NEAR
        ]
        if touching:
            touching[0].low, touching[0].high = min(touching[0].low, low), max(touching[0].high, high)
        else:
            bars.append(_Bar(at, low, high))
    return bars


def _components(lying: list[_Bar], standing: list[_Bar]) -> list[tuple[list[_Bar], list[_Bar]]]:
    """Return the sets of bars that hang together by crossings."""
    parent = list(range(len(lying) + len(standing)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, bar in enumerate(lying):
        for j, post in enumerate(standing, len(lying)):
            if bar.covers(post.at) and post.covers(bar.at):
                parent[root(i)] = root(j)
    sets: dict[int, tuple[list[_Bar], list[_Bar]]] = {}
    for i, one in enumerate([*lying, *standing]):
        sets.setdefault(root(i), ([], []))[i >= len(lying)].append(one)
    return [(across, down) for across, down in sets.values() if len(across) > 1 and down]


def _places(bars: list[_Bar], others: list[_Bar]) -> list[float]:
    """Return where bars lie, near ones as one, and the ends of the others where these reach beyond."""
    places: list[float] = []
    for at in sorted(bar.at for bar in bars):
        if not places or at - places[-1] > NEAR:
            places.append(at)
    low, high = min(bar.low for bar in others), max(bar.high for bar in others)
    return [*([low] if low < places[0] - 2 * NEAR else []), *places, *([high] if high > places[-1] + 2 * NEAR else [])]


def _grid(lying: list[_Bar], standing: list[_Bar]) -> Grid | None:
    xs, ys = _places(standing, lying), _places(lying, standing)
    wide, high = len(xs) - 1, len(ys) - 1
    if wide < 1 or high < 1 or wide * high < 2 or wide * high > CELLS_MAX:
        return None
    joined_right = [
        [not _walled(standing, xs[c + 1], (ys[r] + ys[r + 1]) / 2) for c in range(wide - 1)] for r in range(high)
    ]
    joined_down = [
        [not _walled(lying, ys[r + 1], (xs[c] + xs[c + 1]) / 2) for c in range(wide)] for r in range(high - 1)
    ]
    taken = [[False] * wide for _ in range(high)]
    slots: list[Slot] = []
    for r in range(high):
        for c in range(wide):
            if taken[r][c]:
                continue
            across = down = 1
            while c + across < wide and joined_right[r][c + across - 1] and not taken[r][c + across]:
                across += 1
            while r + down < high and all(joined_down[r + down - 1][c + i] for i in range(across)):
                down += 1
            for i in range(r, r + down):
                taken[i][c : c + across] = [True] * across
            slots.append(Slot(xs[c], ys[r], xs[c + across], ys[r + down], r, c, across, down))
    return Grid(xs[0], ys[0], xs[-1], ys[-1], tuple(slots))


def _walled(bars: list[_Bar], at: float, place: float) -> bool:
    return any(abs(bar.at - at) <= NEAR and bar.covers(place) for bar in bars)


def _filled(grid: Grid, glyphs: Sequence[Glyph]) -> Grid:
    """Put each glyph into the cell that its middle lies in."""
    held: list[list[int]] = [[] for _ in grid.slots]
    last = torn = 0  # neighbours in the order of drawing mostly share a cell
    for i, glyph in enumerate(glyphs):
        x, y = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
        if grid.left <= x <= grid.right and grid.top <= y <= grid.bottom:
            for n in (last, *range(len(held))):
                one = grid.slots[n]
                if one.left <= x <= one.right and one.top <= y <= one.bottom:
                    torn += n != last and i > 0 and _touch(glyphs[i - 1], glyph)
                    held[n].append(i)
                    last = n
                    break
    slots = (
        Slot(o.left, o.top, o.right, o.bottom, o.row, o.column, o.across, o.down, tuple(own))
        for o, own in zip(grid.slots, held, strict=True)
    )
    return Grid(grid.left, grid.top, grid.right, grid.bottom, tuple(slots), torn)


def _touch(before: Glyph, glyph: Glyph) -> bool:
    """Whether two glyphs are of one word."""
    level = abs(before.bottom - glyph.bottom) < 0.3 * glyph.size
    return not glyph.after and level and abs(glyph.left - before.right) < 0.15 * glyph.size
