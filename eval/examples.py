"""Question sets: JSON Lines or CSV, one question a line, read and checked before anything is asked.

A line looks like this; ``history`` only where the question leans on earlier turns::

    {"id": "q1", "type": "fact", "question": "When was Xiaomi founded?", "answers": [["2010"]],
     "gold": [{"doc": "history.md", "quote": "was founded in April 2010"}]}

``answers`` is a list of groups: every group must be met, by any one of its alternatives. ``eval.cells`` says how a
row of a CSV file writes the same. A wrong line is an error that names file, line, field or column, rule and remedy;
nothing is skipped silently.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval import cells
from eval.question import FIELDS, TYPES, EvalError, Example, Gold, Line

__all__ = ["FIELDS", "TYPES", "EvalError", "Example", "Gold", "read"]


def read(path: Path) -> list[Example]:
    """Return the questions of a JSON Lines file, or of a CSV file (told by its suffix), in order.

    Raises:
        EvalError: the file cannot be read, holds no question, or a line breaks a rule.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise EvalError(f"{path}: cannot be read ({error.strerror}); give a file of questions") from error
    except UnicodeDecodeError as error:
        raise EvalError(f"{path}: is not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    examples: list[Example] = []
    seen: dict[str, int] = {}
    for number, line in (_rows if path.suffix.lower() == ".csv" else _lines)(path, text):
        example = line.example()
        if example.id in seen:
            raise line.error(
                "id", f"{example.id!r} is used on line {seen[example.id]} already; give each question its own id"
            )
        seen[example.id] = number
        examples.append(example)
    if not examples:
        raise EvalError(f"{path}: holds no question; write one question a line (eval/README.md shows the form)")
    return examples


def _lines(path: Path, text: str) -> Iterator[tuple[int, Line]]:
    """Yield (number, line) of JSON Lines."""
    # split("\n"), not splitlines(): U+2028 inside a JSON string does not end a line
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{path}, line {number}"
            yield number, Line(place, _parsed(place, line))


def _rows(path: Path, text: str) -> Iterator[tuple[int, Line]]:
    """Yield (number of the line it begins on, line) of CSV."""
    columns: list[str] = []
    try:
        for number, row in cells.rows(text):
            place = f"{path}, line {number}"
            if not columns:
                columns = row
                _check_columns(place, columns)
            elif any(row[len(columns) :]):
                remedy = "put a cell that holds the separator in quotation marks"
                raise EvalError(f"{place}: has {len(row)} cells for {len(columns)} columns; {remedy}")
            else:
                yield number, Line(place, cells.fields(columns, row), "column")
    except csv.Error as error:
        raise EvalError(f"{path}: is not CSV ({error}); save it anew from the spreadsheet program") from error


def _check_columns(place: str, columns: Sequence[str]) -> None:
    """Raise unless the first row names each column once, with names of fields, and the required ones are there."""
    for n, name in enumerate(columns):
        if name not in FIELDS:
            raise EvalError(f"{place}, column {name!r}: is not known; the columns are {', '.join(FIELDS)}")
        if name in columns[:n]:
            raise EvalError(f"{place}, column {name!r}: is named twice; keep one of them")
    for name in ("id", "type", "question"):
        if name not in columns:
            raise EvalError(f"{place}, column {name!r}: is missing; add it (eval/README.md shows the form)")


def _parsed(place: str, line: str) -> dict[str, object]:
    """Return the object of one line of JSON."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        remedy = "write one complete JSON object on each line"
        raise EvalError(f"{place}: is not JSON ({error.msg}, column {error.colno}); {remedy}") from error
    except RecursionError as error:
        raise EvalError(f"{place}: is nested too deeply; write one flat JSON object on each line") from error
    if not isinstance(value, dict):
        raise EvalError(f"{place}: is a JSON {type(value).__name__}, not an object; write {{...}} on each line")
    return value
