"""Question sets as a spreadsheet writes them: the rows of a CSV file, and their cells as the fields of a JSON line.

One row a question, the first row names the columns; ``,``, ``;`` or tab between them. Within a cell::

    answers      lei jun|jun lei; 2010                       groups between ";", alternatives between "|"
    gold         history.md :: was founded in April 2010     one entry a line of the cell
    history      Who founded Xiaomi? :: Lei Jun.             one turn a line of the cell
    paraphrases  In what year did Xiaomi start?              one a line of the cell
    tags         table; negation

Does not check: a cell that breaks its form becomes a value that ``eval.examples`` refuses, with line and column.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

FORMS = {  # what a cell must look like, for errors
    "answers": 'must hold groups between ";" with alternatives between "|", none empty, e.g. lei jun|jun lei; 2010',
    "gold": 'must hold "document :: quote", one entry a line of the cell, e.g. history.md :: founded in April 2010',
    "history": 'must hold "question :: answer", one turn a line of the cell, e.g. Who leads Xiaomi? :: Lei Jun.',
    "tags": 'must hold words between ";", none empty, e.g. table; negation',
}
_PAIR = "::"  # quotes hold single colons


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line the row begins on, its cells), the row of names first; rows without a word are passed over.

    Raises:
        csv.Error: a quoted cell does not end, or goes on after its closing quotation mark.
    """
    head = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    begins = 1
    for row in reader:
        cells = [cell.replace("\r\n", "\n").replace("\r", "\n").strip() for cell in row]
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


def fields(columns: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """Return the fields of a JSON line that a row stands for; an empty cell is a field left out."""
    named = zip(columns, cells, strict=False)
    return {name: _READERS.get(name, str)(cell) for name, cell in named if cell}


def _groups(cell: str) -> list[list[str]]:
    return [[option.strip() for option in group.split("|")] for group in cell.split(";")]


def _golds(cell: str) -> list[dict[str, str]]:
    return [dict(zip(("doc", "quote"), pair, strict=False)) for pair in _pairs(cell)]


def _pairs(cell: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(_PAIR, 1)] for line in _lines(cell)]


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.split("\n") if line.strip()]


def _tags(cell: str) -> list[str]:
    return [tag.strip() for tag in cell.split(";")]


_READERS: dict[str, Callable[[str], object]] = {
    "answers": _groups,
    "gold": _golds,
    "history": _pairs,
    "paraphrases": _lines,
    "tags": _tags,
}
