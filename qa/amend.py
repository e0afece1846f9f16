"""Sentences that change a value which another one states: "closes 10 days before the exam instead of 14".

They stand in a list of amendments or in a letter, and speak less of the subject than the rule they change does. An
exception ("on Sundays … instead of") has the same form, so they count only where a question asks for now.
"""

import re

from index.words import terms
from qa.features import COUNTS

_SHARED = 2  # terms that both have, beside their numbers
_NUMBER = re.compile(rf"\d(?:[\d.,:]{{0,12}}\d)?|\b(?:{'|'.join(COUNTS)})\b", re.IGNORECASE)
_COUNT = rf"[$€£¥₹]?(?:{_NUMBER.pattern})"
_VERB = (
    r"(?:rais|increas|lower|reduc|cut|shorten|lengthen|extend|chang|mov|brought|put|ris|goes|go|went|gone|drop|fall|fell)"
    r"[a-z]*"
)
_CHANGES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?:instead of|rather than|and no longer|up from|down from|previously|formerly) (?:the |only )?({_COUNT})",
        rf"\b{_VERB} (?:\w+ ){{0,2}}?from ({_COUNT})(?: [\w%-]+){{0,3}}? to {_COUNT}",
        rf"({_COUNT})(?: [\w%-]+){{0,3}}? (?:is|are|was|were|(?:has|have|will) (?:been|be)) {_VERB} (?:\w+ ){{0,2}}?"
        rf"to {_COUNT}",
    )
)
_ONLY_THOUGHT = re.compile(
    r"\b(?:would|could|should|might|if|whether|draft|plan\w*|propos\w+|suggest\w+|recommend\w*|reject\w*|consider\w*|asks?|"
    r"wants?|oppose\w*|not)\b",
    re.IGNORECASE,
)


def amends(new: str, old: str) -> bool:
    """Return whether a sentence changes a value that another one states, and speaks of the same otherwise.

    One that only proposes to do so, or says that it was not done, does not.

    >>> amends("The list closes 10 days before the exam instead of 14.", "The list closes 14 days before the exam.")
    True
    >>> amends("The list closes 14 days before the exam.", "The list closes 10 days before the exam instead of 14.")
    False
    """
    changed = None if _ONLY_THOUGHT.search(new) else _changed(new)
    if changed is None or _changed(old) or changed not in map(_figure, _NUMBER.findall(old)):
        return False
    shared = set(terms(new)) & set(terms(old))
    return sum(not term[0].isdigit() and term not in COUNTS for term in shared) >= _SHARED


def _changed(text: str) -> str | None:
    """Return the value that a sentence says no longer holds, or None."""
    match = next(filter(None, (form.search(text) for form in _CHANGES)), None)
    return _figure(match[1]) if match else None


def _figure(number: str) -> str:
    """Return a number in figures."""
    plain = number.strip("$€£¥₹").lower()
    return str(COUNTS.get(plain, plain))
