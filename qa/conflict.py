"""Conflicts: cited sentences that give different values for what seems the same thing.

Deliberately narrow: two sentences are in conflict when they share most of their words and a number of the
same unit (the word after it, or a sign) differs, and neither sentence holds the other's number. Different
years, units and products are no conflict.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from index.words import terms, words
from qa.answer import Citation, Conflict

_VALUE = re.compile(r"([$€£¥]|USD |CNY |HK\$)?(\d+(?:[.,]\d+)*)\s*(%|percent|[a-zA-Z]+)?")
_DIFFERENCE = re.compile(r"\W*(?:\w+\W+)?(?:lower|below|above|higher|less|more|cheaper|dearer|fewer|under|over)\b")
# What a sentence is about: a product or period with a digit ("SU7 Max", "Q3"), a month, a year that is no reference
_SUBJECT = re.compile(
    r"\b[A-Za-z]+\d\w*(?: [A-Z]\w+)?|(?<!\()\b(?:19|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b"
)
_SHARED = 0.6  # share of the shorter sentence's terms that the other must hold


def conflicts(citations: Sequence[Citation]) -> tuple[Conflict, ...]:
    """Return the pairs of citations that disagree on a number."""
    found = []
    for one, other in combinations(citations, 2):
        values = _differing(one.quote, other.quote)
        if values:
            found.append(Conflict(values, (one, other)))
    return tuple(found)


def _differing(one: str, other: str) -> tuple[str, str] | None:
    mine = {t for t in terms(one) if not t[0].isdigit()}
    theirs = {t for t in terms(other) if not t[0].isdigit()}
    if len(mine & theirs) < max(3, _SHARED * min(len(mine), len(theirs))):
        return None
    subjects, other_subjects = set(_SUBJECT.findall(one)), set(_SUBJECT.findall(other))
    if subjects - other_subjects and other_subjects - subjects:
        return None
    first, second = _values(one), _values(other)
    numbers_one, numbers_other = set(words(one)), set(words(other))
    for unit, (number, shown) in first.items():
        if unit in second:
            opposite, other_shown = second[unit]
            if number != opposite and number not in numbers_other and opposite not in numbers_one:
                return (shown, other_shown)
    return None


def _values(text: str) -> dict[str, tuple[str, str]]:
    """Return, for units that occur once, the number and the words as written; bare numbers and years are left out."""
    found: dict[str, tuple[str, str]] = {}
    repeated = set()
    for match in _VALUE.finditer(text):
        sign, number, unit = match.groups()
        if _DIFFERENCE.match(text[match.end() :]):
            continue  # "50,000 yuan below" is a difference, not the value itself
        key = (sign or "").strip() or (
            terms(unit, stop=True)[0] if unit and terms(unit) else "%" if unit == "%" else ""
        )
        if not key:
            continue
        if key in found:
            repeated.add(key)
        found[key] = (number.replace(",", ""), " ".join(match.group().split()))
    return {k: v for k, v in found.items() if k not in repeated}
