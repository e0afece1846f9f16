"""Spreadsheets (XLSX, XLS, ODS) by python-calamine: a page a sheet, a row "column: value; column: value".

Values are those last computed, as the file keeps them; formulas and number formats are not read. Hidden sheets are.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, one_line
from corpus.load.limits import Limits
from corpus.load.table import write

_CELLS_MAX = 20_000_000  # of one sheet's area


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a workbook.

    Raises:
        LoadError: the file is damaged, locked, or larger than the limits.
    """
    import python_calamine

    if data.startswith(b"PK"):
        from corpus.load.package import opened

        with opened(data, limits):
            pass
    blocks = Blocks()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        limits.check("pages", len(book.sheet_names), "the workbook")
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            limits.check("rows", sheet.total_height, "a sheet")
            if sheet.total_height * sheet.total_width > _CELLS_MAX:
                raise LoadError(f"a sheet has at most {_CELLS_MAX:,} cells, and {one_line(name)!r} has more; split it")
            _sheet(blocks, name, [[_words(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)])
            limits.check("characters", blocks.length, "the workbook")
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise LoadError(
            f"a workbook must be whole and unlocked, and this one is not ({one_line(str(error))})"
        ) from error
    text, headings, pages = blocks.finish_pages()
    return Content(text, None, headings, pages)


def _sheet(blocks: Blocks, name: str, rows: list[list[str]]) -> None:
    blocks.page()
    if any(any(row) for row in rows):
        blocks.heading(one_line(name), 1)
    for table in _tables(rows):
        while len(table) > 1 and sum(map(bool, table[0])) == 1 and len(table[0]) > 1:
            blocks.line(next(text for text in table.pop(0) if text), "paragraph")  # a title above the table
        write(blocks, table)


def _tables(rows: list[list[str]]) -> Iterator[list[list[str]]]:
    """Yield runs of rows between empty ones, their empty columns left out."""
    run: list[list[str]] = []
    for row in [*rows, []]:
        if any(row):
            run.append(row)
        elif run:
            filled = [i for i in range(max(map(len, run))) if any(i < len(one) and one[i] for one in run)]
            yield [[one[i] if i < len(one) else "" for i in filled] for one in run]
            run = []


def _words(value: object) -> str:
    """Return a cell's value as a person reads it: dates in ISO form, whole numbers without a point."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return one_line(str(value))
