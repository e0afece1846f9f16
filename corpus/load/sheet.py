"""Spreadsheets: a page a sheet, a row "column: value; column: value". XLSX by openpyxl, XLS and ODS by python-calamine.

Values are those last computed, as the file keeps them; formulas are not read. Of number formats, percentages,
currencies, units and thousands are shown (XLSX only), since they change what a number means. Hidden sheets are read.
"""

import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, one_line
from corpus.load.limits import Limits
from corpus.load.number_format import shown
from corpus.load.package import DAMAGED, opened
from corpus.load.table import write

_CELLS_MAX = 20_000_000  # of one sheet's area


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a workbook.

    Raises:
        LoadError: the file is damaged, locked, or larger than the limits.
    """
    if data.startswith(b"PK"):
        with opened(data, limits) as archive:
            is_xlsx = "[Content_Types].xml" in archive.namelist()
    else:
        is_xlsx = False
    blocks = Blocks()
    for name, rows in _xlsx(data, limits) if is_xlsx else _others(data, limits):
        _sheet(blocks, name, rows)
        limits.check("characters", blocks.length, "the workbook")
    text, headings, pages = blocks.finish_pages()
    return Content(text, None, headings, pages)


def _xlsx(data: bytes, limits: Limits) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each sheet of an XLSX workbook: its name and its rows."""
    from defusedxml import DefusedXmlException
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl says of parts that it does not know
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            limits.check("pages", len(book.worksheets), "the workbook")
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # a sheet may say that it is larger than it is
                rows: list[list[str]] = []
                for row in sheet.iter_rows():
                    limits.check("columns", len(row), "a sheet")
                    limits.check("rows", len(rows) + 1, "a sheet")
                    rows.append([_shown(cell.value, getattr(cell, "number_format", "")) for cell in row])
                yield sheet.title, rows
    except (  # openpyxl trusts the parts of a file to be there and of their form
        InvalidFileException, SyntaxError, DefusedXmlException, *DAMAGED, KeyError, AttributeError, TypeError,
        IndexError, OverflowError, AssertionError,
    ) as error:  # fmt: skip
        what = one_line(f"{type(error).__name__}: {error}")[:160]
        raise LoadError(
            f"a workbook must be whole and unlocked, and this one is not ({what}); save it again"
        ) from error


def _others(data: bytes, limits: Limits) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each sheet of an XLS or ODS workbook: its name and its rows."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        limits.check("pages", len(book.sheet_names), "the workbook")
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            limits.check("rows", sheet.total_height, "a sheet")
            if sheet.total_height * sheet.total_width > _CELLS_MAX:
                raise LoadError(f"a sheet has at most {_CELLS_MAX:,} cells, and {one_line(name)!r} has more; split it")
            yield name, [[_words(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise LoadError(
            f"a workbook must be whole and unlocked, and this one is not ({one_line(str(error))}); save it again"
        ) from error


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


def _shown(value: Any, number_format: str) -> str:  # noqa: ANN401 - openpyxl gives values of many types
    """Return a cell's value with the percent sign, the currency or the unit that its format gives it.

    >>> _shown(0.125, "0.0%"), _shown(300, '#,##0.00 "EUR"'), _shown(300, "[$$-409]#,##0"), _shown(5, "0")
    ('12.5%', '300 EUR', '$300', '5')
    """
    if value is None:
        return ""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return _words(value)
    number, before, after = shown(value, number_format)
    minus = "-" if before and number < 0 else ""
    apart = " " if before[-1:].isalpha() or before[-1:] == "." else ""
    close = "" if not after or after[0] in "%‰°" else " "
    return f"{minus}{before}{apart}{_words(abs(number) if minus else number)}{close}{after}"


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
