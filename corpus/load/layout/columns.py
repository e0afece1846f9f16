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


@dataclass(frozen=True, slots=True)
class Text:
    """Rows of running text, from the top down."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Rows of a table without lines; ``edges`` are the middles of the gutters between its columns."""

    rows: tuple[Row, ...]
    edges: tuple[float, ...]


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
    """Return the rows in order, those along gutters as tables; a row of one column at the end of a table is text."""
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
        first = max(done, min(one.first for one in group))
        last = max(one.last for one in group)
        while first <= last and len(occupied(lines[first], edges)) < 2:
            first += 1
        while last >= first and len(occupied(lines[last], edges)) < 2:
            last -= 1
        if last - first < 1 or _is_sparse(lines[first : last + 1], edges):
            continue
        if lines[done:first]:
            out.append(Text(tuple(lines[done:first])))
        out.append(Lanes(tuple(lines[first : last + 1]), edges))
        done = last + 1
    if lines[done:]:
        out.append(Text(tuple(lines[done:])))
    return out


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
