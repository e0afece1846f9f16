"""A writer of plain text in blocks: what Markdown and HTML become, and how their tables read.

Blocks are parted by a blank line; items of one list, rows of one table and lines of one header by a newline. Pages
are parted by a blank line too, and an empty page keeps its place, so that page numbers are right.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from corpus.document import Heading

Sort = Literal["paragraph", "item", "row", "heading"]

NAME_MAX = 60  # characters of a column's name that ``corpus.lines`` still takes for the name of a row's cell
GRID_MAX = 2_000_000  # cells of a table laid out with its spans; far above what people write

_KEY = re.compile(r"(?=[^\W\d_a-z])[^.!?,]{1,40}$")
_SENTENCES = re.compile(r"[.!?。！？]\s|[。！？].")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    sort: Sort
    level: int
    joined: bool  # whether it goes on with the list or table of the part before it


@dataclass(slots=True)
class Blocks:
    """Collects blocks in order; ``finish`` joins them and gives the headings their offsets.

    ``length`` counts the characters added so far, so that a loader can stop at its limit.
    """

    length: int = 0
    _parts: list[_Part] = field(default_factory=list)
    _pages: list[int] = field(default_factory=list)  # the number of parts before each page
    _ended: bool = True

    def page(self) -> None:
        """Begin a page with the next block; a page without blocks counts."""
        self._pages.append(len(self._parts))
        self._ended = True

    def heading(self, text: str, level: int) -> None:
        """Add a heading of ``level``, 1 the outermost; blank text adds nothing."""
        self._add(" ".join(text.split()), "heading", level)

    def line(self, text: str, sort: Sort) -> None:
        """Add a paragraph, item or row; an item or row follows its like on the next line. Blank text adds nothing."""
        self._add(text.rstrip() if sort == "item" else text.strip("\n").rstrip(), sort, 0)

    def end(self) -> None:
        """End a list or table: the next one begins after a blank line."""
        self._ended = True

    def _add(self, text: str, sort: Sort, level: int) -> None:
        if text.strip():
            joined = not self._ended and sort in ("item", "row") and self._parts[-1].sort == sort
            self._parts.append(_Part(text, sort, level, joined))
            self._ended = False
            self.length += len(text) + 2

    @property
    def has_text(self) -> bool:
        """Whether anything but headings was added."""
        return any(part.sort != "heading" for part in self._parts)

    def finish(self) -> tuple[str, tuple[Heading, ...]]:
        """Return the joined text and its headings."""
        text, headings, _ = self.finish_pages()
        return text, headings

    def finish_pages(self) -> tuple[str, tuple[Heading, ...], tuple[int, ...]]:
        """Return the joined text, its headings, and the offset of each page, the first at 0; none without pages."""
        out: list[str] = []
        headings: list[Heading] = []
        starts: list[int] = []
        length = 0
        for i, part in enumerate([*self._parts, None]):
            while len(starts) < len(self._pages) and self._pages[len(starts)] == i:
                if starts:
                    out.append("\n\n")
                    length += 2
                starts.append(length if starts else 0)
            if part is None:
                break
            between = "" if not length or starts[-1:] == [length] else "\n" if part.joined else "\n\n"
            start = length + len(between)
            length = start + len(part.text)
            out += [between, part.text]
            if part.sort == "heading":
                headings.append(Heading(start, length, part.level))
        return "".join(out), tuple(headings), tuple(starts)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; ``across`` and ``down`` are the columns and rows it spans."""

    text: str
    is_header: bool
    across: int = 1
    down: int = 1


def table_lines(rows: list[list[Cell]]) -> list[str]:
    """Return one line a row that reads alone: ``Model: A1; Price: 300``.

    Without header cells a table of two columns reads ``left: right``, a wider one ``a | b | c``. A header that
    spans two rows reads ``upper lower``; an empty cell is left out. A cell that spans columns is written once in its
    row, under the name of the first; one that spans rows is written in each of them.
    """
    return [line for line, _, _ in table_rows(rows)]


def table_rows(rows: list[list[Cell]]) -> list[tuple[str, list[str], list[Cell]]]:
    """Return each line of :func:`table_lines` with the names of its columns and its cells, one a column."""
    grid = _grid([row for row in rows if row])
    heads: list[list[Cell]] = []
    while len(heads) < len(grid) and all(cell.is_header for cell in grid[len(heads)]):
        heads.append(grid[len(heads)])
    width = max((len(row) for row in grid), default=0)
    names = [column_name([row[i].text for row in heads if i < len(row)]) for i in range(width)]
    body = grid[len(heads) :]
    if not body:
        return [(" | ".join(_once(row)), [""] * len(row), row) for row in heads]
    if not heads:
        return [(line, [""] * len(row), row) for row in body if (line := row_line(None, _once(row, blanks=True)))]
    return [(line, names, row) for row in body if (line := row_line(names, _once(row, blanks=True)))]


def column_name(parts: list[str]) -> str:
    """Return a column's name from the header cells above it, each once: ``["Q1", "Plan"]`` gives ``Q1 Plan``."""
    return " ".join(dict.fromkeys(part for part in parts if part)).rstrip(":")


def row_line(names: list[str] | None, texts: list[str]) -> str:
    """Return a row as one line; ``names`` are those of its columns, None where the table has no header.

    Cells are parted by ``"; "``, and by ``" | "`` where one of them holds a semicolon or has no usable name, so that
    ``corpus.lines`` still sees a row. Cell texts are single lines; empty ones are left out.

    >>> row_line(["Model", "Price"], ["A1", "300"])
    'Model: A1; Price: 300'
    >>> row_line(["Model", "Notes"], ["A1", "small; light"])
    'Model: A1 | Notes: small; light'
    """
    if names is None:
        filled = [text for text in texts if text]
        if len(texts) == 2 and len(filled) == 2 and _KEY.match(filled[0]) and not _SENTENCES.search(filled[1]):
            return f"{filled[0].rstrip(':')}: {filled[1]}"
        return " | ".join(filled)
    pairs = [(name, text) for name, text in zip(names, texts, strict=False) if text]
    fits = all(name and len(name) <= NAME_MAX and not _parts_cells(name + text, name) for name, text in pairs)
    cells = [f"{name}: {text}" if name else text for name, text in pairs]
    return ("; " if fits else " | ").join(cells)


def _parts_cells(both: str, name: str) -> bool:
    return any(mark in both for mark in ";|\t") or ":" in name


def _once(row: list[Cell], *, blanks: bool = False) -> list[str]:
    """Return the texts of a row, a cell that spans columns at its first one; without ``blanks`` only the filled."""
    texts = ["" if i and cell is row[i - 1] else cell.text for i, cell in enumerate(row)]
    return texts if blanks else [text for text in texts if text]


def _grid(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Lay cells out so that each row has a cell in every column; spans repeat their cell.

    Spans reach at most 1,000 columns, and count as one cell when the grid has grown beyond ``GRID_MAX``.
    """
    hanging: dict[int, tuple[Cell, int]] = {}
    grid: list[list[Cell]] = []
    laid = 0
    for row in rows:
        out: list[Cell] = []
        waiting = deque(row)
        while waiting or len(out) in hanging:
            if len(out) in hanging:
                cell, left = hanging.pop(len(out))
                if left > 1 and laid < GRID_MAX:
                    hanging[len(out)] = (cell, left - 1)
                out.append(cell)
                continue
            cell = waiting.popleft()
            for _ in range(max(1, min(cell.across, 1000 - len(out)) if laid < GRID_MAX else 1)):
                if cell.down > 1:
                    hanging[len(out)] = (cell, cell.down - 1)
                out.append(cell)
        laid += len(out)
        grid.append(out)
    return grid
