"""One page to blocks in reading order: the tables that rules draw, then columns, then paragraphs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot
from unicodedata import bidirectional

from corpus.load.layout.columns import Lanes, arrange
from corpus.load.layout.glyph import Glyph, Sheet, Turn, rule_turned, turned
from corpus.load.layout.leftward import in_reading_order
from corpus.load.layout.lines import Fragment, Row, Traced, fragments, joined, rows, shortened
from corpus.load.layout.paragraphs import Block, paragraphs, rejoined
from corpus.load.layout.ruled import Grid, grids
from corpus.load.layout.tables import lane_lines, ruled_lines

EDGE = 2  # rows at the top and at the foot of a page that may be running heads or feet


class Page:
    """One page, cut into fragments; ``blocks`` reads it, with or without rows at its edges."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        turns = Counter(one.turn for one in sheet.glyphs)
        self._main: Turn | None = turns.most_common(1)[0][0] if turns else 0
        self._glyphs = [turned(one) for one in sheet.glyphs]
        own = [i for i, one in enumerate(sheet.glyphs) if one.turn == self._main]
        self._upright = own if self._main is not None and not _is_vertical(self._glyphs, own) else []
        if any(bidirectional(one.text[0]) in ("R", "AL") for one in self._glyphs):
            self._glyphs, self._upright = in_reading_order(self._glyphs, self._upright)
        self._rules = [rule_turned(one, self._main) for one in sheet.rules] if self._upright else []
        masked = [self._glyphs[i] for i in self._upright]
        self._grids = [_numbered(one, self._upright) for one in grids(self._rules, masked) if one.is_table]
        inside = {i for grid in self._grids for slot in grid.slots for i in slot.glyphs}
        self._pieces = without_line_numbers(fragments(self._glyphs, (i for i in self._upright if i not in inside)))

    @property
    def row_count(self) -> int:
        """The number of rows above, below or without ruled tables."""
        return len(self._edge_rows())

    def edges(self) -> tuple[list[str], list[str]]:
        """Return the texts of the outer rows: from the top inwards, and from the foot inwards."""
        lines = self._edge_rows()
        texts = [joined(row).text.text for row in lines]
        return texts[:EDGE], texts[::-1][:EDGE]

    def inner(self) -> list[str]:
        """Return the texts of all rows but those that :meth:`edges` gives."""
        return [joined(row).text.text for row in self._edge_rows()[EDGE:-EDGE]]

    def _edge_rows(self) -> list[Row]:
        found = rows(self._pieces)
        if not self._grids or not found:
            return found
        top, foot = min(one.top for one in self._grids), max(one.bottom for one in self._grids)
        return [row for row in found if row[0].bottom <= top or row[0].top >= foot] or found

    def blocks(self, top: int = 0, foot: int = 0) -> list[Block]:
        """Return the page's blocks in reading order, without its ``top`` first and ``foot`` last rows."""
        lines = self._edge_rows()
        left_out = {id(one) for row in (*lines[:top], *lines[len(lines) - foot :]) for one in row}
        pieces = [one for one in self._pieces if id(one) not in left_out]
        out: list[Block] = []
        for part in arrange([*pieces, *(_stand_in(grid, pieces) for grid in self._grids)]):
            if isinstance(part, Lanes):
                out += _rows(lane_lines(part, self._rules), part.rows[0][0].size)
            else:
                out += self._text(part.rows)
        return [replace(one, text=shortened(one.text)) for one in [*rejoined(out), *self._rest()]]

    def _text(self, lines: Sequence[Row]) -> list[Block]:
        out: list[Block] = []
        run: list[Fragment] = []
        for row in lines:
            words = [one for one in row if one.grid is None]
            if words:
                run.append(joined(words))
            for one in row:
                if one.grid:
                    out += paragraphs(run)
                    run = []
                    out += _rows(ruled_lines(one.grid, self._glyphs), one.size)
        return out + paragraphs(run)

    def _rest(self) -> list[Block]:
        """Return what does not run as the page's lines do: lines turned sideways, then what stands slanted."""
        held = set(self._upright)
        others = [i for i in range(len(self._glyphs)) if i not in held]
        out: list[Block] = []
        for turn in sorted({one for i in others if (one := self._glyphs[i].turn) is not None and one != self._main}):
            pieces = fragments(self._glyphs, (i for i in others if self._glyphs[i].turn == turn))
            for part in arrange(pieces):
                out += paragraphs([joined(row) for row in part.rows])
        drawn = [i for i in others if self._glyphs[i].turn in (None, self._main)]
        return out + [self._as_drawn(run) for run in _near(self._glyphs, drawn)]

    def _as_drawn(self, run: Sequence[int]) -> Block:
        ones = [self._glyphs[i] for i in run]
        text = Traced()
        for n, (i, one) in enumerate(zip(run, ones, strict=True)):
            blank = n and one.after and _distance(ones[n - 1], one) > 1.3 * one.size
            text = text + Traced(" " if blank else "", (-1,) if blank else ()) + Traced(one.text, (i,) * len(one.text))
        return Block(text, "paragraph", ones[0].size, sum(one.bold for one in ones) / len(ones))


def _near(glyphs: Sequence[Glyph], run: Sequence[int]) -> list[list[int]]:
    """Cut glyphs in their order of drawing where one stands far from the one before."""
    out: list[list[int]] = []
    for i in run:
        if out and _distance(glyphs[out[-1][-1]], glyphs[i]) < 2.5 * glyphs[i].size:
            out[-1].append(i)
        else:
            out.append([i])
    return out


def _distance(before: Glyph, one: Glyph) -> float:
    """Return the points between the middles of two glyphs."""
    across = before.left + before.right - one.left - one.right
    down = before.top + before.bottom - one.top - one.bottom
    return hypot(across, down) / 2


def without_line_numbers(pieces: list[Fragment]) -> list[Fragment]:
    """Return the fragments without numbers in the margin that count the lines of running text, as drafts have."""
    lines = [row for row in rows(pieces) if len(row) > 1]
    for end in (0, -1):
        counts = [row[end] for row in lines if row[end].text.text.isdecimal() and len(row[end].text.text) < 6]
        numbers = [int(one.text.text) for one in counts]
        steps = Counter(b - a for a, b in pairwise(numbers))
        step, times = steps.most_common(1)[0] if steps else (0, 0)
        words = sum(len(row) > 1 and len(joined(row).text.text.split()) > 5 for row in lines)
        if len(counts) >= 8 and step in (1, 5) and times >= 0.8 * steps.total() and words * 2 > len(lines):
            column = min(one.left for one in counts), max(one.right for one in counts)
            kept = (one for one in pieces if not (one.text.text.isdecimal() and _within(one, *column)))
            return list(kept)
    return pieces


def _within(one: Fragment, left: float, right: float) -> bool:
    return left - 1 <= one.left and one.right <= right + 1


def _is_vertical(glyphs: Sequence[Glyph], own: Sequence[int]) -> bool:
    """Whether most glyphs stand right below the one before: a page in upright columns."""
    pairs = [(glyphs[a], glyphs[b]) for a, b in pairwise(own)]
    below = sum(abs(a.left - b.left) < 0.5 * a.size and 0.5 * a.size < b.top - a.top < 2 * a.size for a, b in pairs)
    return len(pairs) >= 8 and below > 0.6 * len(pairs)


def _numbered(grid: Grid, indices: Sequence[int]) -> Grid:
    """Return the grid with its glyphs counted in the whole page's."""
    slots = tuple(replace(one, glyphs=tuple(indices[i] for i in one.glyphs)) for one in grid.slots)
    return replace(grid, slots=slots)


def _stand_in(grid: Grid, pieces: Sequence[Fragment]) -> Fragment:
    """Return a fragment that holds a ruled table's place on the page."""
    first = min(i for one in grid.slots for i in one.glyphs)
    size = pieces[len(pieces) // 2].size if pieces else 10.0
    return Fragment((first,), grid.left, grid.top, grid.right, grid.bottom, size, 0.0, Traced(), grid=grid)


def _rows(lines: Sequence[Traced], size: float) -> list[Block]:
    return [Block(one, "row", size, 0.0, loose=n > 0) for n, one in enumerate(lines) if one.text]
