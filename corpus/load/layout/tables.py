"""Tables, ruled or not, to rows that read alone: "Model: A1; Price: 300", each character traced to its glyph."""

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


def lane_lines(table: Lanes, rules: Sequence[Rule]) -> list[Traced]:
    """Return the rows of a table without upright lines; ``rules`` may part its head from its body."""
    if _is_contents(table.rows):
        return [joined(row).text for row in table.rows]
    wide = len(table.edges) + 1
    body = _logical_rows(table)
    texts = [[_words([one for one in row if lane(one, table.edges) == n]) for n in range(wide)] for row in body]
    heads = _ruled_off(body, rules) or _heads(texts)
    cells: list[list[Cell]] = []
    traced: dict[int, Traced] = {}
    for n, row in enumerate(texts):
        cells.append([Cell(one.words.text, n < heads) for one in row])
        traced |= {id(cell): one.words for cell, one in zip(cells[-1], row, strict=True)}
    return _lines(cells, traced)


def _is_contents(lines: Sequence[Row]) -> bool:
    """Whether rows are a table of contents: most end in a page number, and these never fall."""
    ends = [joined(row).text.text.split()[-1] for row in lines]
    numbers = [int(end) for end in ends if end.isdecimal() and len(end) < 5]
    rising = all(a <= b for a, b in pairwise(numbers))
    leaders = sum(LEADERS.search(joined(row).text.text) is not None for row in lines)
    return rising and len(numbers) >= 0.8 * len(lines) and (leaders > 0 or len(numbers) > 8)


def _words(pieces: Sequence[Fragment]) -> _Traced:
    """Return a cell's lines as one, a hyphen at the end of a line as it stands."""
    if not pieces:
        return _EMPTY
    lines = [joined(row) for row in rows(pieces)]
    words = lines[0].text
    for one in lines[1:]:
        words = flow(words, one.text)
    count = sum(len(one.glyphs) for one in lines)
    return _Traced(words, sum(one.bold * len(one.glyphs) for one in lines) >= 0.8 * count)


def _heads(texts: list[list[_Traced]]) -> int:
    """Return how many rows at the top are the head: those in bold above others, else one whose words say so."""
    bold = [all(one.bold for one in row if one.words.text) and any(one.words.text for one in row) for row in texts]
    count = next((n for n, is_bold in enumerate(bold) if not is_bold), len(bold))
    if 0 < count <= HEADS_MAX and count < len(texts):
        return count
    return int(_names([[one.words.text for one in row] for row in texts]))


def _names(texts: list[list[str]]) -> bool:
    """Whether the first row names the columns by its words: none is a figure, and a column below is mostly figures."""
    if not has_head(texts) or any(any(map(str.isdigit, text)) for text in texts[0]):
        return False
    columns = list(zip_longest(*texts[1:], fillvalue=""))
    return any(sum(map(_is_figure, column)) * 2 > sum(map(bool, column)) for column in columns)


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
    """Gather the lines of each row of the table: a line that fills fewer columns, drawn close below, goes on.

    A line without a first cell goes on with the row above; so does one whose words are drawn before the row above is
    finished, as where a cell wraps.
    """
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
    own, held = {lane(one, edges) for one in row}, {lane(one, edges) for one in above}
    near = min(one.top for one in row) - max(one.bottom for one in above) < 0.8 * row[0].height
    if not near or not own <= held:
        return False
    if not by_column and min(one.first for one in row) < max(one.first for one in above):
        return True  # drawn before the row above was finished
    step = _middle(row) - _middle([one for one in above if lane(one, edges) in own])
    return len(own) < len(held) and 0 not in own and step <= 1.05 * pitch


def _pitch(table: Lanes) -> float:
    """Return the usual distance between lines."""
    steps = sorted(_middle(b) - _middle(a) for a, b in zip(table.rows, table.rows[1:], strict=False))
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
