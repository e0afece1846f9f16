"""Tables, ruled or not, to rows that read alone: "Model: A1; Price: 300", each character traced to its glyph."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from corpus.load.blocks import Cell, table_rows
from corpus.load.layout.columns import Lanes, lane
from corpus.load.layout.glyph import Glyph, Rule
from corpus.load.layout.lines import LEADERS, Fragment, Row, Traced, flow, fragments, joined, rows
from corpus.load.layout.ruled import Grid
from corpus.load.table import has_head

HEADS_MAX = 3  # rows of a head
CLOSER = 0.8  # of the usual distance of rows: a line nearer than that is a part of the row above
_ROMAN = re.compile(r"[ivxlcdm]+|[IVXLCDM]+")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z]|[IVX]+)\.?\s")
_PERIOD = re.compile(r"(?:19|20)\d\d\b|\b(?:Q[1-4]|H[12]|FY ?\d\d)\b")


@dataclass(frozen=True, slots=True)
class _Traced:
    """A cell's words and whether all of them are bold."""

    words: Traced
    bold: bool


_EMPTY = _Traced(Traced(), False)


def ruled_lines(grid: Grid, glyphs: Sequence[Glyph]) -> list[Traced]:
    """Return the rows of a table drawn with lines."""
    wide = max(one.column + one.across for one in grid.slots)
    high = max(one.row + one.down for one in grid.slots)
    cells: list[list[Cell]] = [[] for _ in range(high)]
    traced: dict[int, Traced] = {}
    words = {slot: _words(fragments(glyphs, slot.glyphs)) for slot in grid.slots}
    heads = _heads([[words[slot] for slot in grid.slots if slot.row == n] for n in range(high)])
    for slot in sorted(grid.slots, key=lambda one: (one.row, one.column)):
        is_head = slot.row + slot.down <= heads
        cell = Cell(words[slot].words.text, is_head, min(slot.across, wide), min(slot.down, high))
        traced[id(cell)] = words[slot].words
        cells[slot.row].append(cell)
    return _lines(cells, traced)


def lane_lines(
    table: Lanes, rules: Sequence[Rule], names: Sequence[list[str]] = ()
) -> tuple[list[Traced], list[list[str]]]:
    """Return the rows of a table without upright lines, and the rows that are its head.

    ``rules`` may part its head from its body; ``names`` are the head of the table that this one goes on with.
    """
    if _is_contents(table.rows):
        return [joined(row).text for row in table.rows], []
    wide = len(table.edges) + 1
    body = _logical_rows(table)
    texts = [[_words([one for one in row if lane(one, table.edges) == n]) for n in range(wide)] for row in body]
    heads = _ruled_off(body, rules) or _heads(texts)
    lent = [] if heads or not table.goes_on else [row for row in names if len(row) == wide]
    cells = [[Cell(text, True) for text in row] for row in lent]
    traced = {id(cell): Traced(cell.text, (-1,) * len(cell.text)) for row in cells for cell in row}
    for n, row in enumerate(texts):
        cells.append([Cell(one.words.text, n < heads) for one in row])
        traced |= {id(cell): one.words for cell, one in zip(cells[-1], row, strict=True)}
    return _lines(cells, traced), lent or [[cell.text for cell in row] for row in cells[:heads]]


def _is_contents(lines: Sequence[Row]) -> bool:
    """Whether rows are a table of contents: most end in a page number, none falls, no figures stand before."""
    if sum(any(one.text.text.isdecimal() for one in row[1:-1]) for row in lines) * 2 > len(lines):
        return False
    texts = [joined(row).text.text for row in lines]
    ends = [text.split()[-1] for text in texts]
    numbers = [int(end) for end in ends if end.isdecimal() and len(end) < 5]
    paged = len(numbers) + sum(_ROMAN.fullmatch(end) is not None for end in ends)
    dated = sum(1900 <= one < 2100 for one in numbers) * 2 > len(numbers)
    rising = len(numbers) > 1 and not dated and all(a <= b for a, b in pairwise(numbers))
    numbered = sum(_NUMBERED.match(text) is not None for text in texts)
    signs = any(LEADERS.search(text) for text in texts) or len(numbers) > 8 or numbered * 2 > len(texts) > 3
    return rising and paged >= 0.8 * len(lines) and signs


def _words(pieces: Sequence[Fragment]) -> _Traced:
    """Return a cell's lines as one, a hyphen at the end of a line as it stands."""
    if not pieces:
        return _EMPTY
    lines = [joined(row) for row in rows(pieces)]
    words = flow([one.text for one in lines])
    count = sum(len(one.glyphs) for one in lines)
    return _Traced(words, sum(one.bold * len(one.glyphs) for one in lines) >= 0.8 * count)


def _heads(texts: list[list[_Traced]]) -> int:
    """Return how many rows at the top are the head: those in bold above others, else one whose words say so."""
    bold = [all(one.bold for one in row if one.words.text) and any(one.words.text for one in row) for row in texts]
    count = next((n for n, is_bold in enumerate(bold) if not is_bold), len(bold))
    plain = [[one.words.text for one in row] for row in texts]
    figures = any(_is_figure(text) and not _PERIOD.fullmatch(text) for row in plain[:count] for text in row)
    rest = bold[count:]
    if 0 < count <= HEADS_MAX and rest and sum(rest) * 3 < len(rest) and not figures:
        return count
    return int(_names(plain))


def _names(texts: list[list[str]]) -> bool:
    """Whether the first row names the columns: by words above figures, or by years and quarters above figures.

    The corner of a table may be empty.
    """
    if len(texts) < 2 or len(texts[0]) < 2:
        return False
    head, columns = texts[0], list(zip_longest(*texts[1:], fillvalue=""))
    figures = [sum(map(_is_figure, column)) * 2 > sum(map(bool, column)) for column in columns]
    if all(_PERIOD.search(text) for text in head[1:]) and all(figures[1 : len(head)]) and not figures[0]:
        return True
    named = [head[0] or "-", *head[1:]]
    return has_head([named, *texts[1:]]) and not any(any(map(str.isdigit, text)) for text in head) and any(figures)


def _is_figure(text: str) -> bool:
    return sum(map(str.isdigit, text)) * 2 >= len(text.replace(" ", "")) > 0


def _ruled_off(body: Sequence[Row], rules: Sequence[Rule]) -> int:
    """Return how many rows stand above the first rule inside the table, 0 where there is none or one below each row."""
    left, right = min(o.left for row in body for o in row), max(o.right for row in body for o in row)
    long = [
        one
        for one in rules
        if one.is_horizontal and min(one.right, right) - max(one.left, left) >= 0.6 * (right - left)
    ]
    above = [
        sum(_middle(row) < one.top for row in body)
        for one in long
        if body[0][0].top - 20 <= one.top <= body[-1][0].bottom + 20
    ]
    inside = sorted({n for n in above if 0 < n < len(body)})
    if len(inside) > max(1, (len(body) - 1) // 2) and len(body) > 3:
        return int(inside[0] == 1 and 0 in above and len(inside) < len(body) - 1)
    return inside[0] if inside and inside[0] <= HEADS_MAX else 0


def _middle(row: Row) -> float:
    return sum(one.top + one.bottom for one in row) / (2 * len(row))


def _logical_rows(table: Lanes) -> list[Row]:
    """Gather the lines of each row of the table, as where a cell wraps."""
    out: list[Row] = []
    pitch, by_column = _pitch(table), _by_column(table)
    for row in table.rows:
        if out and _goes_on(out[-1], row, table.edges, pitch, by_column=by_column):
            out[-1] = out[-1] + row
        else:
            out.append(list(row))
    return out


def _by_column(table: Lanes) -> bool:
    """Whether the file draws the first column before all others."""
    drawn = [(one.first, lane(one, table.edges)) for row in table.rows for one in row]
    later = [first for first, column in drawn if column]
    return bool(later) and max((first for first, column in drawn if not column), default=0) < min(later)


def _goes_on(above: Row, row: Row, edges: Sequence[float], pitch: float, *, by_column: bool) -> bool:
    """Whether a line goes on with the cells of the row above.

    It does where its words are drawn before that row is finished; where it stands closer below than rows do, without a
    figure; and where it fills fewer columns, and goes on in lower case.
    """
    own, held = {lane(one, edges) for one in row}, {lane(one, edges) for one in above}
    near = min(one.top for one in row) - max(one.bottom for one in above) < 0.8 * row[0].height
    if not near or not own <= held:
        return False
    if not by_column and min(one.first for one in row) < max(one.first for one in above):
        return True
    words = [one.text.text for one in row]
    if any(map(_is_figure, words)):
        return False  # figures do not wrap
    last = max((one for one in above if lane(one, edges) in own), key=lambda one: one.bottom)
    lower = [text[:1].islower() for text in words]
    if max(one.bottom for one in row) - last.bottom < CLOSER * pitch:
        return len(own) < len(held) or any(lower)
    return len(own) < len(held) and all(lower)


def _pitch(table: Lanes) -> float:
    """Return the usual distance between rows that fill the first column and another."""
    whole = [row for row in table.rows if {0} < {lane(one, table.edges) for one in row}]
    steps = sorted(_middle(b) - _middle(a) for a, b in pairwise(whole))
    return steps[len(steps) // 2] if steps else 0.0


def _lines(cells: list[list[Cell]], traced: dict[int, Traced]) -> list[Traced]:
    """Return each row's line, its cells traced and the names of columns not."""
    out: list[Traced] = []
    for line, names, row in table_rows(cells):
        marks = [-1] * len(line)
        place = 0
        before: Cell | None = None
        for name, cell in zip(names, row, strict=False):
            words = traced[id(cell)]
            if not cell.text or cell is before:
                continue
            before = cell
            found = line.find(f"{name}: {cell.text}" if name else cell.text, place)
            if found < 0:
                continue  # a cell that says the same as one before it
            start = found + (len(name) + 2 if name else 0)
            marks[start : start + len(words.marks)] = words.marks
            place = start + len(words.marks)
        out.append(Traced(line, tuple(marks)))
    return out
