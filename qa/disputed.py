"""Sentences that report a disagreement themselves: "the first survey found 312, while the second found 280".

A sentence does where it says so, or where its section or document is said to hold such differences. It tells of the
question where the question or the answer holds most of its words, or where the question names the point in dispute:
the first cell of its row, or the short label before it.
"""

import re
from collections.abc import Sequence

from qa.answer import Citation
from qa.scope import Told, names
from qa.synonyms import content

_SAYS = re.compile(
    r"\b(?:disagree\w*|contradict(?:s|ed|ing)? (?:each|one|itself|themselves|the)|discrepanc\w+|at odds with|"
    r"(?:one|another|other) version|swaps|two (?:names|dates|values|figures|versions)|"
    r"(?:conflicting|differing|inconsistent) (?:figures?|reports?|accounts?|dates?|claims?|statements?|numbers?|values?|"
    r"versions?|sources?|names?))\b|矛盾|不一致|说法不同",
    re.IGNORECASE,
)
_CELL = re.compile(r"^[^:;|]{1,30}: ([^;|]+)[;|]")
_LABEL = 30  # characters of a sentence before, at most, that is a label
_TOLD = 0.5  # share of its words that the question and the answer hold
_POINT = 0.6  # share of the point's words that the question holds
_ASKED = 0.3, 0.5, 0.75  # share of the question's words, names aside, that it holds: told, by its point, by neither
_COMMON = 0.3  # share of the evidence that holds a name which tells nothing


def reports(citation: Citation) -> bool:
    """Return whether a sentence reports that sources disagree, or stands where such differences are collected."""
    places = (" ".join(citation.quote.split()), citation.title, *citation.passage.heading)
    return any(map(_SAYS.search, places))


def disputed(
    chosen: Sequence[Citation], question: str, wanted: set[str], evidence: Sequence[Citation]
) -> Citation | None:
    """Return the first sentence of answer and evidence that reports a disagreement on the question, or None.

    ``wanted`` are the terms that the question asks about.
    """
    asked, known = content(question), _common(question, (*chosen, *evidence))
    said = asked.union(*(content(c.quote) for c in chosen if not reports(c)))
    for citation in (*chosen, *evidence):
        told = Told.of(citation)
        if len(told.text) <= _LABEL or not reports(citation):
            continue
        own, point = content(told.text) - known, _point(told) - known
        covered = _share(wanted - known, own | point)
        if (
            (covered >= _ASKED[0] and _share(own, said) >= _TOLD)
            or (covered >= _ASKED[1] and _share(point, asked) >= _POINT)
            or (covered >= _ASKED[2] and citation in chosen and len(wanted - known) > 1)
        ):
            return citation
    return None


def _common(question: str, evidence: Sequence[Citation]) -> set[str]:
    """Return the names of a question that so much of the evidence holds that they tell no point of it."""
    found = [content(Told.of(c).context) for c in evidence]
    return {t for t in content(" ".join(names(question))) if sum(t in held for held in found) >= _COMMON * len(found)}


def _share(part: set[str], whole: set[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _point(told: Told) -> set[str]:
    """Return the words of what is in dispute: the row's first cell, or the label before the sentence."""
    if cell := _CELL.match(told.text):
        return content(cell[1])
    return content(told.before) if len(told.before) <= _LABEL else set()
