"""Rows that tell an amount of the question, or a band that holds it: "2 to 5 years" for "I am here three years".

Tables of rates, tariffs and limits tell what holds from one amount to another; no word of the question stands in the
row that answers.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.words import stem, words
from qa.units import NUMBER, PEOPLE, UNITS, number
from qa.values import quantities

_SIDES = [
    rf"(?P<sign{side}>[€$£¥₹])? ?(?<![\w.,])(?P<n{side}>{NUMBER})"
    rf"(?: ?(?P<unit{side}>%|(?!(?:to|until|up|and|or)\b)°?[a-zA-Z²³]+))?"
    for side in (1, 2)
]
_BAND = re.compile(
    r"(?:(?P<below>(?:under|below|less than|fewer than|up to|until|at most|max(?:imum|\.)?|no more than|[<≤]) ?)|"
    r"(?P<above>(?:over|above|more than|from|at least|min(?:imum|\.)?|[>≥]) ?))?"
    rf"{_SIDES[0]}(?: ?(?:to|-|–|—|until|up to|and) ?{_SIDES[1]})?"
    r"(?P<upwards>\+|,? (?:and|or) (?:over|more|above|older|longer|up(?:wards)?|later)\b)?"
    r"(?P<downwards>,? (?:and|or) (?:under|less|below|fewer|younger|shorter)\b)?",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:i(?:['’]m| am)|(?:he|she|who|daughter|son|child|girl|boy|mother|father|(?:grand)?\w*parent) is|aged?|age of|"
    r"turn(?:s|ing)?) (?P<age>\d{1,3})\b(?! ?(?:%|[a-z]*(?:km|min|hour|day|week|month|metre|meter|euro|pound)))|"
    r"\b(?P<old>\d{1,3})[- ]years?[- ]old\b",
    re.IGNORECASE,
)
_GROUP = PEOPLE | {"group", "party", "size"}
_MEASURES = {dimension for dimension, *_ in UNITS.values()}
_LEAST = 2  # rows that must tell a band in the same column


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number in the base unit of its dimension, or of the thing counted; "" where neither is told."""

    value: float
    of: str


def fitting(question: str, rows: Sequence[Mapping[str, str]]) -> list[bool]:
    """Return of each row of a table, as cells by column, whether it tells an amount of the question, or a band of it.

    Of several bands the narrower ones count. All are False where none tells it, or all do.

    >>> fitting("How long is sick pay after three years?", [{"Service": "up to 2 years"}, {"Service": "2 to 5 years"}])
    [False, True]
    """
    asked = _asked(question)
    told = [[one for column, cell in row.items() for one in _amounts(cell, column)] for row in rows] if asked else []
    for amount in asked:  # a row that tells it needs no band
        exact = [amount in amounts for amounts in told]
        if any(exact):
            return exact if amount.of in _MEASURES and not all(exact) else [False] * len(rows)
    columns = dict.fromkeys(name for row in rows for name in row) if asked else ()
    for column in columns:
        bands = [_band(row.get(column, ""), column) for row in rows]
        if sum(band is not None for band in bands) < _LEAST:
            continue
        for amount in asked:
            held = [_width(band) if band and _holds(band, amount, column) else math.inf for band in bands]
            fits = [width == min(held) or (width < 0 and math.isfinite(width)) for width in held]
            if math.isfinite(min(held)) and not all(fits):
                return fits
    return [False] * len(rows)


def within(question: str, row: Mapping[str, str]) -> bool:
    """Return whether a band of a row, as cells by column, holds an amount of the question.

    >>> within("Who signs 1,800 euros?", {"Amount": "€501 to €2,500", "Who": "Head of department"})
    True
    """
    asked = _asked(question) if row else []
    told = ((band, column) for column, cell in row.items() if (band := _band(cell, column)))
    return any(_holds(band, amount, column) for band, column in told for amount in asked)


def _asked(question: str) -> list[_Amount]:
    """Return the amounts of a question, ages in years first."""
    ages = [_of(float(m["age"] or m["old"]), "years") for m in _AGE.finditer(question)]
    found = []
    for value in quantities(question):
        measures = (value.nouns or {""}) if value.dimension == "count" else {value.dimension}
        if not value.open:
            found += [_Amount((value.low + value.high) / 2, of) for of in sorted(measures)]
    return ages + found


def _of(value: float, unit: str) -> _Amount:
    """Return an amount as it is told, in its base unit."""
    dimension, factor, shift = UNITS.get(unit.lower(), (stem(unit.lower()), 1.0, 0.0))
    return _Amount((value - shift) * factor, dimension)


def _band(cell: str, column: str) -> tuple[_Amount, _Amount] | None:
    """Return the limits that a cell tells, or None where it tells no band."""
    return next(filter(None, (_limits(match, column) for match in _BAND.finditer(cell))), None)


def _amounts(cell: str, column: str) -> list[_Amount]:
    """Return the amounts that a cell tells without limits."""
    limits = ("n2", "below", "above", "upwards", "downwards")
    plain = (match for match in _BAND.finditer(cell) if not any(match[name] for name in limits))
    return [_of(number(match["n1"]), match["sign1"] or match["unit1"] or _unit(column)) for match in plain]


def _unit(column: str) -> str:
    """Return the unit that the name of a column tells, or ""."""
    told = (word for word in re.findall(r"[^\W\d_]+[²³]?|[%€$£]", column.lower()) if word in UNITS)
    return next(told, "years" if "age" in words(column) else "")


def _limits(match: re.Match[str], column: str) -> tuple[_Amount, _Amount] | None:
    one, two = match["sign1"] or match["unit1"] or "", match["sign2"] or match["unit2"] or ""
    of = two or one or _unit(column)
    low = high = _of(number(match["n1"]), one or of)
    if match["n2"]:
        high = _of(number(match["n2"]), of)
    elif match["below"] or match["downwards"]:
        low = _Amount(-math.inf, high.of)
    elif match["above"] or match["upwards"]:
        high = _Amount(math.inf, low.of)
    return (low, high) if low.value < high.value and low.of == high.of else None


def _width(band: tuple[_Amount, _Amount]) -> float:
    """Return a number that is the smaller, the narrower a band is; below 0 where it has both limits."""
    low, high = (amount.value for amount in band)
    return -1.0 if math.isfinite(high - low) else high if math.isinf(low) else 1 / max(low, 1e-9)


def _holds(band: tuple[_Amount, _Amount], amount: _Amount, column: str) -> bool:
    """Return whether an amount lies within limits of the same measure, or of the one that the column names."""
    low, high = band
    if not low.value <= amount.value <= high.value:
        return False
    named = {"people" if word in _GROUP else stem(word) for word in words(column)} | {""}
    return low.of == amount.of or (not low.of and amount.of in named)
