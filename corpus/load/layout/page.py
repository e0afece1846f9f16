"""One page to blocks in reading order: the tables that rules draw, then columns, then paragraphs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from math import hypot
from unicodedata import bidirectional

from corpus.load.layout.columns import Lanes, arrange
from corpus.load.layout.glyph import Glyph, Rule, Sheet, Turn, rule_turned, turned
from corpus.load.layout.gutters import Side, flows, free_part
from corpus.load.layout.leftward import in_reading_order
from corpus.load.layout.lines import Fragment, Row, Traced, fragments, joined, rows, shortened, whole
from corpus.load.layout.paragraphs import Block, paragraphs, rejoined
from corpus.load.layout.ruled import Grid, grids
from corpus.load.layout.tables import lane_lines, ruled_lines

EDGE = 2  # rows at the top and at the foot of a page that may be running heads or feet
COUNTED = 8  # rows that numbers in the margin count, at least
_YEAR = range(1700, 2200)


class Page:
    """One page, cut into fragments; ``blocks`` reads it, with or without rows at its edges."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        turns = Counter(one.turn for one in sheet.glyphs)
        self._main: Turn | None = turns.most_common(1)[0][0] if turns else 0
        self._glyphs = [turned(one) for one in sheet.glyphs]
        own = [i for i, one in enumerate(sheet.glyphs) if one.turn == self._main]
        upright = own if self._main is not None and not _is_vertical(self._glyphs, own) else []
        if any(bidirectional(one.text[0]) in ("R", "AL") for one in self._glyphs):
            self._glyphs, upright = in_reading_order(self._glyphs, upright)
        self._body = _Stretch(self._glyphs, upright, [rule_turned(one, self._main) for one in sheet.rules])
        self._body.pieces = without_line_numbers(self._body.pieces)
        self._upright = frozenset(upright)

    @property
    def size(self) -> float:
        """The size of most of the page's letters, in points."""
        sizes: Counter[float] = Counter()
        for one in self._body.pieces:
            sizes[one.size] += len(one.glyphs)
        return sizes.most_common(1)[0][0] if sizes else 0.0

    @cached_property
    def _edge_rows(self) -> list[Fragment]:
        """The rows above and below ruled tables, or all where there are none, each as one fragment."""
        found, tables = self._body.rows, self._body.grids
        if tables and found:
            top, foot = min(one.top for one in tables), max(one.bottom for one in tables)
            found = [row for row in found if row[0].bottom <= top or row[0].top >= foot]
        return [joined(row) for row in found]

    @property
    def row_count(self) -> int:
        """The number of rows above, below or without ruled tables."""
        return len(self._edge_rows)

    @property
    def has_table(self) -> bool:
        """Whether rules draw a table."""
        return bool(self._body.grids)

    def edges(self) -> tuple[list[Fragment], list[Fragment]]:
        """Return the outer rows: from the top inwards, and from the foot inwards; a table's head is none."""
        lines = self._edge_rows
        top = lines[:EDGE]
        if len(top) == EDGE and _heads_table(self._body.rows, EDGE - 1):
            top = top[:-1]
        return top, lines[::-1][:EDGE]

    def inner(self) -> list[str]:
        """Return the texts of all rows but the outer ones."""
        return [one.text.text for one in self._edge_rows[EDGE:-EDGE]]

    def blocks(self, top: int = 0, foot: int = 0) -> list[Block]:
        """Return the page's blocks in reading order, without its ``top`` first and ``foot`` last rows."""
        lines = self._edge_rows
        left_out = {i for one in (*lines[:top], *lines[len(lines) - foot :]) for i in one.glyphs}
        pieces = [one for one in self._body.pieces if one.glyphs[0] not in left_out]
        found = [*rejoined(self._body.blocks(pieces)), *self._rest()]
        return [replace(one, text=shortened(one.text)) for one in found]

    def _rest(self) -> list[Block]:
        """Return what does not run as the page's lines do: lines turned sideways, then what stands slanted."""
        others = [i for i in range(len(self._glyphs)) if i not in self._upright]
        out: list[Block] = []
        for turn in sorted({one for i in others if (one := self._glyphs[i].turn) is not None and one != self._main}):
            own = [i for i in others if self._glyphs[i].turn == turn]
            stretch = _Stretch(self._glyphs, own, [rule_turned(one, turn) for one in self.sheet.rules])
            out += stretch.blocks(stretch.pieces)
        drawn = [i for i in others if self._glyphs[i].turn in (None, self._main)]
        return out + [_as_drawn(self._glyphs, run) for run in _near(self._glyphs, drawn)]


class _Stretch:
    """Glyphs whose lines run one way: the tables that rules draw among them, and the fragments beside these."""

    def __init__(self, glyphs: Sequence[Glyph], own: Sequence[int], rules: Sequence[Rule]) -> None:
        self._glyphs = glyphs
        self._rules = rules if own else ()
        found = grids(self._rules, [glyphs[i] for i in own])
        self.grids = [_numbered(one, own) for one in found if one.is_table]
        inside = {i for grid in self.grids for slot in grid.slots for i in slot.glyphs}
        self.pieces = fragments(glyphs, (i for i in own if i not in inside))

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the fragments beside ruled tables."""
        return rows(self.pieces)

    def blocks(self, pieces: Sequence[Fragment]) -> list[Block]:
        """Return the ruled tables and the given fragments in reading order."""
        out: list[Block] = []
        names: list[list[str]] = []
        for part in arrange([*pieces, *(_stand_in(grid, pieces) for grid in self.grids)]):
            if isinstance(part, Lanes):
                lines, names = lane_lines(part, self._rules, names)
                out += _rows(lines, part.rows[0][0].size)
            else:
                out += self._text(part.rows)
        return out

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


def _heads_table(lines: Sequence[Row], n: int) -> bool:
    """Whether row ``n`` names the columns of the two rows below it: its gaps go on through them."""
    if len(lines) < n + 3 or len(lines[n]) < 2:
        return False
    if not all(len(below) >= len(lines[n]) - 1 > 0 for below in lines[n + 1 : n + 3]):
        return False
    for before, after in pairwise(lines[n]):
        strip: tuple[float, float] | None = (before.right, after.left)
        for below in lines[n + 1 : n + 3]:
            strip = free_part(below, *strip) if strip else None
        if strip is None:
            return False
    return True


def _as_drawn(glyphs: Sequence[Glyph], run: Sequence[int]) -> Block:
    ones = [glyphs[i] for i in run]
    parts: list[Traced] = []
    for n, (i, one) in enumerate(zip(run, ones, strict=True)):
        if n and one.after and _distance(ones[n - 1], one) > 1.3 * one.size:
            parts.append(Traced(" ", (-1,)))
        parts.append(Traced(one.text, (i,) * len(one.text)))
    return Block(whole(parts), "paragraph", ones[0].size, sum(one.bold for one in ones) / len(ones))


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
    """Return the fragments without numbers in the margin that count the lines of running text, as drafts have.

    They count by one or five, one at each of nearly all lines; the text beside them flows on from line to line, as the
    entries of a numbered list or the years of a chronicle do not.
    """
    found = rows(pieces)
    for end in (0, -1):
        counts = [row[end] for row in found if len(row) > 1 and _is_count(row[end])]
        numbers = [int(one.text.text) for one in counts]
        steps = Counter(b - a for a, b in pairwise(numbers))
        step, times = steps.most_common(1)[0] if steps else (0, 0)
        if len(counts) < COUNTED or step not in (1, 5) or times < 0.8 * steps.total():
            continue
        left, right = min(one.left for one in counts), max(one.right for one in counts)
        kept = [one for one in pieces if not (_is_count(one) and left - 1 <= one.left and one.right <= right + 1)]
        text = Side([row for row in rows(kept) if row])
        if len(counts) * step >= 0.7 * len(text.rows) and flows(text):
            return kept
    return pieces


def _is_count(one: Fragment) -> bool:
    words = one.text.text
    return words.isdecimal() and len(words) < 6 and int(words) not in _YEAR


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
