"""A page cut into columns of text and tables without upright lines, in reading order.

After the recursive cut of Nagy and Seth (1984), along the gutters of ``gutters``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.load.layout.gutters import (
    Gutter,
    free_part,
    gutters,
    is_strong,
    left_of,
    parts_cells,
    parts_columns,
    right_of,
    white_between,
)
from corpus.load.layout.lines import Fragment, Row, close_gaps, rows

HEADING_ROWS = 3  # a heading below two columns takes up to so many rows
DEPTH = 8  # cuts within cuts
PARTED = 1.6  # times the usual distance of rows: two tables


@dataclass(frozen=True, slots=True)
class Text:
    """Rows of running text, from the top down."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Rows of a table without lines; ``edges`` are the middles of the gutters between its columns.

    ``goes_on`` says that it is a part of the table before it, under a heading of its own.
    """

    rows: tuple[Row, ...]
    edges: tuple[float, ...]
    goes_on: bool = False


def arrange(pieces: Sequence[Fragment], depth: int = 0) -> list[Text | Lanes]:
    """Return the text and the tables of a stretch of a page in reading order."""
    lines = [close_gaps(row) for row in rows(pieces)]
    if not lines:
        return []
    strips = [one for one in gutters(lines) if is_strong(one, lines)]
    parting = [one for one in strips if parts_columns(one, strips, lines)]
    if parting and depth < DEPTH:
        return _cut(max(parting, key=lambda one: (one.last - one.first, one.both)), lines, depth)
    if any(one.grid for row in lines for one in row):
        return _around_grids(lines, depth)
    return list(_tables([one for one in strips if parts_cells(one, strips, lines)], lines))


def _around_grids(lines: list[Row], depth: int) -> list[Text | Lanes]:
    """Read what stands before, between and after ruled tables each by itself."""
    out: list[Text | Lanes] = []
    run: list[Fragment] = []
    for row in lines:
        if any(one.grid for one in row):
            out += [*arrange(run, depth), Text((row,))]
            run = []
        else:
            run += row
    return out + arrange(run, depth)


def _cut(gutter: Gutter, lines: list[Row], depth: int) -> list[Text | Lanes]:
    """Read what stands above the gutter, its two sides one after the other, and what stands below."""
    last = _end(gutter, lines)
    middle = (gutter.left + gutter.right) / 2
    band = [one for row in lines[gutter.first : last + 1] for one in row]
    left = [one for one in band if (one.left + one.right) / 2 < middle]
    right = [one for one in band if (one.left + one.right) / 2 >= middle]
    leftward = sum(one.leftward for one in band) * 2 > len(band)
    above = [one for row in lines[: gutter.first] for one in row]
    below = [one for row in lines[last + 1 :] for one in row]
    parts = [above, *([right, left] if leftward else [left, right]), below]
    return [found for part in parts for found in arrange(part, depth + 1)]


def _end(gutter: Gutter, lines: list[Row]) -> int:
    """Return the gutter's last row without what stands after both columns: a heading above full lines."""
    last = gutter.last
    if last == len(lines) - 1 or free_part(lines[last + 1], gutter.left, gutter.right):
        return last
    for n in range(last, max(gutter.first, last - HEADING_ROWS), -1):
        row, before = lines[n], lines[n - 1]
        if left_of(row, gutter) and right_of(row, gutter):
            return last
        size, other = row[0].size, before[0].size
        if (
            white_between(before, row) > 0.6 * size
            or abs(size - other) > 0.08 * other
            or row[0].bold - before[0].bold > 0.5
        ):
            return n - 1
    return last


def _tables(strips: Sequence[Gutter], lines: list[Row]) -> list[Text | Lanes]:
    """Return the rows in order, those along gutters as tables, what stands alone between them as text."""
    groups: list[list[Gutter]] = []
    for one in sorted(strips, key=lambda one: one.first):
        home = next((group for group in groups if any(one.meets(other) for other in group)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    out: list[Text | Lanes] = []
    done = 0
    for group in groups:
        edges = tuple(sorted((one.left + one.right) / 2 for one in group))
        first, last = max(done, min(one.first for one in group)), max(one.last for one in group)
        if last - first < 1 or _is_sparse(lines[first : last + 1], edges):
            continue
        for start, end, goes_on in _segments(lines, first, last, edges):
            if lines[done:start]:
                out.append(Text(tuple(lines[done:start])))
            out.append(Lanes(tuple(lines[start : end + 1]), edges, goes_on))
            done = end + 1
    if lines[done:]:
        out.append(Text(tuple(lines[done:])))
    return out


def _segments(lines: list[Row], first: int, last: int, edges: Sequence[float]) -> list[tuple[int, int, bool]]:
    """Return the tables along a group of gutters: (first row, last row, whether it goes on with the one before).

    Much white parts two tables; a line of its own in another hand, a heading, parts two parts of one.
    """
    steps = sorted(_step(lines[n - 1], lines[n]) for n in range(first + 1, last + 1))
    pitch = steps[(len(steps) - 1) // 2]
    found: list[tuple[int, int, bool]] = []
    start, goes_on = first, False
    for n in range(first, last + 2):
        ends = n > last
        parted = not ends and n > start and _step(lines[n - 1], lines[n]) > PARTED * pitch
        label = not ends and n < last and _is_label(lines, n, edges)
        if ends or parted or label:
            trimmed = _trimmed(lines, start, n - 1, edges)
            if trimmed:
                found.append((*trimmed, goes_on and bool(found)))
            start, goes_on = (n + 1, True) if label else (n, False)
    whole = sum(end - start + 1 for start, end, _ in found)
    return found if whole > 1 else []


def _step(above: Row, below: Row) -> float:
    return sum(one.bottom for one in below) / len(below) - sum(one.bottom for one in above) / len(above)


def _is_label(lines: list[Row], n: int, edges: Sequence[float]) -> bool:
    """Whether row ``n`` is a heading among the rows of a table: alone, in a bigger or bolder hand than the next."""
    row, below = lines[n], lines[n + 1]
    if len(occupied(row, edges)) > 1 or len(row) > 1:
        return False
    return row[0].bold - below[0].bold > 0.5 or row[0].size > 1.08 * below[0].size


def _trimmed(lines: list[Row], start: int, end: int, edges: Sequence[float]) -> tuple[int, int] | None:
    """Return the rows without those at either end that fill one column and are no cell's wrapped words."""
    while start <= end and len(occupied(lines[start], edges)) < 2:
        start += 1
    while end > start and len(occupied(lines[end], edges)) < 2:
        row, before = lines[end][0], lines[end - 1]
        left = min((one.left for one in before if lane(one, edges) == lane(row, edges)), default=row.left - 99)
        close = white_between(before, lines[end]) < 0.5 * row.height and abs(row.left - left) < row.size
        if close and row.text.text[:1].islower():
            break
        end -= 1
    return (start, end) if start <= end and len(occupied(lines[start], edges)) > 1 else None


def _is_sparse(lines: Sequence[Row], edges: Sequence[float]) -> bool:
    """Whether most lines fill one column only and stand by themselves: text with wide gaps in some of its lines."""
    alone = sum(
        len(occupied(row, edges)) < 2 and row[0].top - before[0].bottom > 0.5 * row[0].height
        for before, row in pairwise(lines)
    )
    return alone * 3 > len(lines)


def lane(one: Fragment, edges: Sequence[float]) -> int:
    """Return the column that a fragment stands in: the number of edges left of its middle."""
    return sum(edge < (one.left + one.right) / 2 for edge in edges)


def occupied(row: Row, edges: Sequence[float]) -> set[int]:
    """Return the columns in which a row has words."""
    return {lane(one, edges) for one in row}
