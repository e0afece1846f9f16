"""CSV and TSV: a row reads "column: value; column: value" where the first row names the columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from corpus.errors import LoadError
from corpus.load.blocks import Blocks, Cell, table_lines
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.text import decode

_SAMPLE = 50  # rows by which the delimiter is chosen
_NUMBER = re.compile(r"[-+]?[\d.,  %€$£¥:/-]*\d[\d.,  %€$£¥:/-]*")


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a table, a line a row.

    Raises:
        LoadError: the bytes are no text, or the table is wider or longer than the limits.
    """
    text = normalise(decode(data))
    rows = _rows(text, _delimiter(text, limits), limits)
    blocks = Blocks()
    write(blocks, rows)
    words, headings = blocks.finish()
    return Content(words, None, headings)


def write(blocks: Blocks, rows: Sequence[Sequence[str]]) -> None:
    """Write a table: its head names the columns where :func:`has_head` finds one."""
    head = has_head(rows)
    cells = [[Cell(text, head and n == 0) for text in row] for n, row in enumerate(rows)]
    blocks.end()
    for line in table_lines(cells):
        blocks.line(line, "row")
    blocks.end()


def has_head(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: all filled, different, no numbers, and two rows or columns of others.

    A table of two columns needs a number below the head, since its rows may be names and values themselves.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    head = rows[0]
    if any(not text or _NUMBER.fullmatch(text) or len(text) > 60 for text in head) or len(set(head)) < len(head):
        return False
    if len(head) > 2:
        return True
    below = [row[1] for row in rows[1:] if len(row) > 1 and row[1]]
    return bool(below) and sum(_NUMBER.fullmatch(text) is not None for text in below) * 2 > len(below)


def _delimiter(text: str, limits: Limits) -> str:
    """Return the delimiter under which most rows of the sample have the same number of columns, above one."""
    lines = text.split("\n")
    for mark in ",;\t|":
        limits.check("columns", max(line.count(mark) for line in lines) + 1, "the table")
    best, score = ",", (0.0, 0)
    for mark in ",;\t|":
        widths = Counter(len(row) for row in _rows("\n".join(lines[:_SAMPLE]), mark, limits, strict=False))
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and (times / widths.total(), width) > score:
            best, score = mark, (times / widths.total(), width)
    return best


def _rows(text: str, delimiter: str, limits: Limits, *, strict: bool = True) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            cells = [one_line(cell) for cell in row]
            if any(cells):
                rows.append(cells)
                limits.check("rows", len(rows), "the table")
    except csv.Error as error:
        if strict:
            raise LoadError(f"a table is rows of short cells, and this one is not ({error}); save it again") from error
    return rows
