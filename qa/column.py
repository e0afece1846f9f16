"""The cells of a column as numbers that can be compared, or nothing where that is not sure."""

import re
from collections.abc import Sequence

from qa.values import clocks, dates, quantities

_NUMBER = re.compile(r"\d")
_POINT = re.compile(r"(?<![\d.])\d{1,3}\.\d{3}(?![\d.])")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DURATION = re.compile(r"(?:(?P<h>\d+) ?h(?:ours?|rs?)?)?[ ,]*(?:(?P<m>\d+) ?m(?:in(?:ute)?s?)?\.?)?")
_RUN = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d\d)(?:\.\d+)?")  # 2:31:40
_PLAIN = re.compile(  # "-3.1 %", "€1,040", "12 knots", "1909-12"; one figure, or a range
    r"(?P<sign>[-−–+])?(?P<before>[€$£¥]|[A-Z]{3} )?(?P<sign2>[-−–])?(?P<number>\d{1,3}(?:[,\u202f ]\d{3})+|\d+)"
    r"(?P<decimals>\.\d+)?(?:[-–]\d[\d,]*(?:\.\d+)?)?(?P<rest>(?! ?(?:BC|BCE|th|st|nd|rd)\b)[^\d]*)"
)


def figures(column: Sequence[str]) -> list[float | None] | None:
    """Return each cell of a column as a number, None for one without figures; None in all where they do not compare.

    Dates count in days, durations in minutes, quantities of unlike units in their base unit.

    >>> figures(["-12", "n/a", "3"]), figures(["900 g", "1.2 kg"]), figures(["1.200 €", "950 €"])
    ([-12.0, None, 3.0], [900.0, 1200.0], None)
    >>> figures(["1 h 10 min", "45 min"]), figures(["03.06.2019", "12.01.2004"])
    ([70.0, 45.0], [751226.0, 745500.0])
    """
    told = [" ".join(cell.split()) for cell in column if _NUMBER.search(cell)]
    if len({_POINT.search(cell) is not None for cell in told}) > 1:
        return None  # a point may part thousands: "1.200", "950"
    for read in (_days, _runs, _durations, _plain, _values):
        found = read(told)
        if found is not None:
            after = iter(found)
            return [next(after) if _NUMBER.search(cell) else None for cell in column]
    return None


def _days(cells: Sequence[str]) -> list[float] | None:
    found = [_DAY.fullmatch(cell) for cell in cells]
    return [372.0 * int(m[3]) + 31 * (int(m[2]) - 1) + int(m[1]) for m in found if m] if all(found) else None


def _runs(cells: Sequence[str]) -> list[float] | None:
    found = [_RUN.fullmatch(cell) for cell in cells]
    if not all(found) or len({cell.count(":") for cell in cells}) > 1:
        return None
    return [60.0 * int(m[1] or 0) + int(m[2]) + int(m[3]) / 60 for m in found if m]


def _durations(cells: Sequence[str]) -> list[float] | None:
    found = [_DURATION.fullmatch(cell) for cell in cells]
    if not all(m and (m["h"] or m["m"]) for m in found) or not any(m and m["h"] for m in found):
        return None
    return [60.0 * int(m["h"] or 0) + int(m["m"] or 0) for m in found if m]


def _plain(cells: Sequence[str]) -> list[float] | None:
    """Return figures of one unit."""
    found = [_PLAIN.fullmatch(cell) for cell in cells]
    units = {(m["before"], *m["rest"].lower().split()[:1]) for m in found if m}
    if not all(found) or len(units) != 1:
        return None
    return [
        (-1 if m["sign"] in ("-", "−", "–") or m["sign2"] else 1)
        * float(re.sub(r"[,\u202f ]", "", m["number"]) + (m["decimals"] or ""))
        for m in found
        if m
    ]


def _values(cells: Sequence[str]) -> list[float] | None:
    """Return what all cells give one of: dates, times of day, or quantities of one dimension."""
    for read in (dates, clocks, quantities):
        found = [read(cell) for cell in cells]
        alone = all(len(values) == 1 and not values[0].open for values in found)
        signed = any(re.match(r"[-−–] ?\d", cell) for cell in cells)
        if alone and len({values[0].dimension for values in found}) == 1 and not (signed and read is quantities):
            counts = read is quantities and found[0][0].dimension == "count"
            return None if counts else [(values[0].low + values[0].high) / 2 for values in found]
    return None
