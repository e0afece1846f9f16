r"""What a spreadsheet's number format adds to a value, or changes of it: per cent, a currency, a unit, thousands.

The parts of a format are those of ECMA-376 part 1, 18.8.31: digits (0 # ?), literals ("kg", \x), a place's width (_x),
a filler (*x), and brackets, which hold a currency ([$EUR-407]), a language alone ([$-407]), a colour or a condition.
"""

import re
from typing import NamedTuple

_PART = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|([0#?.,/]+)|(E[+-])|(°[CF]|.)', re.DOTALL)
_SIGNS = "€£¥₹₽₩₺₪฿$%‰°"  # that stand in a format as themselves; other bare letters are codes of dates


class Shape(NamedTuple):
    """How a number is shown: what stands before and after it, and by how much it is multiplied."""

    before: str = ""
    after: str = ""
    percent: bool = False
    thousands: int = 0


def shape(number_format: str) -> Shape:
    """Return the shape that a number format gives to a positive number.

    >>> shape("[$-10409]#,##0.00").before, shape('"€"0.0,,"M"')
    ('', Shape(before='€', after='M', percent=False, thousands=2))
    """
    before, after, percent, thousands, digits = "", "", False, 0, False
    for part in _PART.finditer(number_format):
        quoted, escaped, currency, places, _, bare = part.groups()
        if bare == ";":
            break
        if places:
            digits = digits or any(place in "0#?" for place in places)
            thousands = len(places) - len(places.rstrip(",")) if digits else 0
        elif bare == "%":
            percent = True
        said = quoted or escaped or currency or (bare if bare and bare[0] in _SIGNS else " " if bare == " " else "")
        if said:
            before, after = (before, after + said) if digits else (before + said, after)
    return Shape(_said(before), _said(after), percent, thousands)


def shown(value: float, number_format: str) -> tuple[float, str, str]:
    """Return a number as its format scales it, and what stands before and after it.

    >>> shown(0.125, "0.0%"), shown(12.5, '0.0"%"'), shown(45000, '#,##0,"k"'), shown(300, "[$$-409]#,##0")
    ((12.5, '', '%'), (12.5, '', '%'), (45.0, '', 'k'), (300, '$', ''))
    """
    form = shape(number_format)
    if form.percent:
        value = round(value * 100, 10)
    if form.thousands:
        value = value / 1000**form.thousands
    return value, form.before, form.after


def _said(text: str) -> str:
    """Return a format's literals where they say something: a letter or a sign, not brackets and dashes alone."""
    text = " ".join(text.split())
    return text if any(sign.isalpha() or sign in _SIGNS for sign in text) else ""
