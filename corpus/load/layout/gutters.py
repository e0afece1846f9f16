"""Gutters: upright strips of a page that no words cross over several rows, and what they part.

Between columns of text the words flow on below one another; between the columns of a table they answer one another
across, and the file draws them row by row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.load.layout.lines import WIDE, Row

NARROW = 0.6  # of the font's size: what must stay free of words along a gutter
APART = 2.0  # of a row's height: white between two rows above which a gutter ends
LONG, FAR = 6, 12.0  # a gutter between so many rows goes on past so much white, and past one line that is too long
CROWDED = 60  # fragments of one row from which on they are no cells


@dataclass(slots=True)
class Gutter:
    """A strip from ``left`` to ``right`` that no words cross from row ``first`` to ``last``."""

    left: float
    right: float
    first: int
    last: int
    both: int = 1  # rows with words on both sides
    passed: int = -2  # the last row that was too long for its side

    def meets(self, other: "Gutter") -> bool:
        """Whether the two share at least half of the rows of the shorter one."""
        shared = min(self.last, other.last) - max(self.first, other.first) + 1
        return shared * 2 >= min(self.last - self.first, other.last - other.first) + 1


@dataclass(slots=True)
class Side:
    """What stands on one side of a gutter, row by row."""

    rows: list[Row] = field(default_factory=list)

    @property
    def lines(self) -> list[Row]:
        """The rows that have words."""
        return [row for row in self.rows if row]


def gutters(lines: list[Row]) -> list[Gutter]:
    """Return every strip that begins between two neighbours of a row, followed down and up until words cross it."""
    found: list[Gutter] = []
    running: list[Gutter] = []
    for n, row in enumerate(lines):
        white = white_between(lines[n - 1], row) / max(1.0, row[0].height) if n else 0.0
        still: list[Gutter] = []
        for one in running:
            apart = white > (FAR if one.both >= LONG else APART)
            free = None if apart or _ends(row, one) else free_part(row, one.left, one.right)
            if free is None and not apart and _overflows(row, one, lines[n - 1], n):
                one.last = one.passed = n
                still.append(one)
                continue
            if free is None:
                found.append(one)
                continue
            one.left, one.right = free
            one.last = n
            one.both += bool(left_of(row, one) and right_of(row, one))
            still.append(one)
        for before, after in pairwise(row if len(row) < CROWDED else []):
            if not any(one.left < after.left and one.right > before.right for one in still):
                still.append(Gutter(before.right, after.left, n, n))
        running = still
    found += running
    for one in found:
        _extend_up(one, lines)
    return sorted(found, key=lambda one: (one.left, one.first))


def _ends(row: Row, gutter: Gutter) -> bool:
    """Whether a ruled table ends a gutter: a short one is between cells, and cells do not go on past another table."""
    return gutter.both < LONG and any(one.grid for one in row)


def _overflows(row: Row, gutter: Gutter, before: Row, n: int) -> bool:
    """Whether a line that crosses a long gutter only is too long for its column: set like those around, and alone."""
    crossing = [one for one in row if one.left < gutter.right and one.right > gutter.left]
    if gutter.both < LONG or n - gutter.passed < 3 or len(crossing) != 1 or crossing[0].grid:
        return False
    one, other = crossing[0], before[0]
    alike = abs(one.size - other.size) < 0.08 * other.size and abs(one.bold - other.bold) < 0.5
    begins = one.left < gutter.left - 4 * one.size and abs(one.left - other.left) < 2 * one.size
    return alike and begins and white_between(before, row) < 0.6 * one.size and one.right < gutter.right + 12 * one.size


def _extend_up(gutter: Gutter, lines: list[Row]) -> None:
    while gutter.first > 0:
        row = lines[gutter.first - 1]
        if _ends(row, gutter) or (
            white_between(row, lines[gutter.first]) > APART * row[0].height
            or free_part(row, gutter.left, gutter.right) is None
        ):
            return
        gutter.left, gutter.right = free_part(row, gutter.left, gutter.right) or (gutter.left, gutter.right)
        gutter.first -= 1


def white_between(above: Row, below: Row) -> float:
    """Return the points from the foot of one row to the top of the next."""
    return min(one.top for one in below) - max(one.bottom for one in above)


def free_part(row: Row, left: float, right: float) -> tuple[float, float] | None:
    """Return the widest part of a strip that no words of the row touch, or None where it is too narrow."""
    free = (left, right)
    for one in row:
        if one.right > free[0] and one.left < free[1]:
            parts = ((free[0], one.left), (one.right, free[1]))
            free = max(parts, key=lambda part: part[1] - part[0])
    return free if free[1] - free[0] >= NARROW * row[0].size else None


def left_of(row: Row, gutter: Gutter) -> Row:
    """Return what of a row stands left of a gutter."""
    return [one for one in row if (one.left + one.right) / 2 < (gutter.left + gutter.right) / 2]


def right_of(row: Row, gutter: Gutter) -> Row:
    """Return what of a row stands right of a gutter."""
    return [one for one in row if (one.left + one.right) / 2 >= (gutter.left + gutter.right) / 2]


def is_strong(gutter: Gutter, lines: list[Row]) -> bool:
    """Whether enough rows show a gutter: three; two that are drawn apart; one beside a column of flowing text."""
    if gutter.both >= 3:
        return True
    left, right = _sides(gutter, (), lines)
    if gutter.both == 2 and _switches(left, right) == 1:
        return True
    return gutter.last - gutter.first >= 5 and (flows(left) or flows(right))


def _sides(gutter: Gutter, others: Sequence[Gutter], lines: list[Row]) -> tuple[Side, Side]:
    """Return what stands left and right of a gutter, up to the next ones."""
    beside = [one for one in others if one is not gutter and gutter.meets(one)]
    low = max((one.right for one in beside if one.right <= gutter.left), default=float("-inf"))
    high = min((one.left for one in beside if one.left >= gutter.right), default=float("inf"))
    left, right = Side(), Side()
    for row in lines[gutter.first : gutter.last + 1]:
        left.rows.append([one for one in left_of(row, gutter) if one.left >= low])
        right.rows.append([one for one in right_of(row, gutter) if one.right <= high])
    return left, right


def parts_columns(gutter: Gutter, gutters: Sequence[Gutter], lines: list[Row]) -> bool:
    """Whether a gutter parts columns of text, not of a table."""
    left, right = _sides(gutter, gutters, lines)
    if not left.lines or not right.lines:
        return False
    switches = _switches(left, right)
    flowing = flows(left), flows(right)
    if switches <= 1 + gutter.both // 8:  # the file draws one side, then the other
        return any(flowing) or not _answers(left, right)
    if 3 <= switches <= 1.2 * gutter.both and _takes_turns(left, right):
        return False  # cells of several lines, one after the other
    return all(flowing)


def parts_cells(gutter: Gutter, gutters: Sequence[Gutter], lines: list[Row]) -> bool:
    """Whether a gutter parts cells: its rows are two at least, and the words beside it stand below one another.

    In justified text wide blanks may fall on a few lines together, but the words beside them do not line up.
    """
    left, right = _sides(gutter, gutters, lines)
    pairs = [(a[-1], b[0]) for a, b in zip(left.rows, right.rows, strict=True) if a and b]
    if len(pairs) < 2:
        return False
    few = len(pairs) < 5 and gutter.right - gutter.left < pairs[0][0].size
    if few and sum(_is_figure(b.text.text) for _, b in pairs) * 2 < len(pairs):
        return False
    edges = (
        [b.left for _, b in pairs], [b.right for _, b in pairs], [b.left + b.right for _, b in pairs],
        [a.right for a, _ in pairs],
    )  # fmt: skip
    least = 0.6 * len(pairs) if len(pairs) >= 5 else len(pairs) - len(pairs) // 4
    return any(_lined_up(places) >= least for places in edges)


def _is_figure(text: str) -> bool:
    return sum(map(str.isdigit, text)) * 2 >= len(text)


def _lined_up(places: list[float]) -> int:
    """Return how many places at most lie within the width of a stroke."""
    return max(sum(abs(one - other) < 2 for other in places) for one in places)


def _switches(left: Side, right: Side) -> int:
    """Return how often the drawing goes from one side to the other."""
    drawn = sorted([(one.first, 0) for row in left.rows for one in row] + [(o.first, 1) for r in right.rows for o in r])
    return sum(before[1] != after[1] for before, after in pairwise(drawn))


def _takes_turns(left: Side, right: Side) -> bool:
    """Whether each time that the drawing returns to a side, it goes on below what it drew there before."""
    drawn = sorted(
        [(one.first, 0, one) for row in left.rows for one in row] + [(o.first, 1, o) for r in right.rows for o in r],
        key=lambda item: item[0],
    )
    reached = [float("-inf"), float("-inf")]
    side = -1
    for _, own, one in drawn:
        if own != side and one.top < reached[own] - 0.5 * one.height:
            return False
        side = own
        reached[own] = max(reached[own], one.bottom)
    return True


def flows(side: Side) -> bool:
    """Whether lines are running text: full ones that go on in the next."""
    lines = side.lines
    if len(lines) < 4:
        return False
    texts = [" ".join(one.text.text for one in row) for row in lines]
    sizes = sorted(len(text.split()) + len(WIDE.findall(text)) // 2 for text in texts)
    if sizes[len(sizes) // 2] < 4:
        return False
    start = min(row[0].left for row in lines)
    width = max(row[-1].right for row in lines) - start
    full = sum(row[-1].right - start >= 0.8 * width for row in lines)
    goes_on = sum(
        text[:1].islower() or before[-1:] == "-" or WIDE.match(text) is not None for before, text in pairwise(texts)
    )
    return full * 2 >= len(lines) and goes_on >= 0.25 * (len(lines) - 1)


def _answers(left: Side, right: Side) -> bool:
    """Whether one side labels what stands on the same height of the other: "Total:" and "310"."""
    pairs = [(a, b) for a, b in zip(left.rows, right.rows, strict=True) if a and b]
    fewer = min(len(left.lines), len(right.lines))
    if len(pairs) < 2 or len(pairs) < 0.7 * fewer:
        return False
    level = sum(abs(a[-1].bottom - b[0].bottom) < 0.2 * a[-1].size for a, b in pairs)
    labels = sum(a[-1].text.text.endswith((":", "：")) for a, _ in pairs)
    figures = sum(_is_figure(b[0].text.text) for _, b in pairs)
    return level >= 0.8 * len(pairs) and max(labels, figures) >= 0.5 * len(pairs)
