"""Sentences that report a disagreement themselves: "the first survey found 312, while the second found 280".

A sentence does where it says so, or where its section or document is said to hold such differences. It tells of the
question where the question or the answer holds most of its words, or where the question names the point in dispute:
the first cell of its row, or the short label before it.
"""

import re
from collections.abc import Sequence, Set

from qa.answer import Citation
from qa.scope import Told, names
from qa.synonyms import content
from qa.values import dates, quantities

_SAYS = re.compile(
    r"\b(?:disagree\w*|contradict(?:s|ed|ing)? (?:each|one|itself|themselves|the)|discrepanc\w+|at odds with|"
    r"do(?:es)? not (?:fit together|match|agree)|"
    r"(?:one|another|other) version|swaps (?:them|these|those|both)|two (?:names|dates|values|figures|versions)|"
    r"(?:conflicting|differing|inconsistent) (?:figures?|reports?|accounts?|dates?|claims?|statements?|numbers?|"
    r"values?|versions?|sources?|names?))\b|矛盾|不一致|说法不同",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\b(?:while|whereas|but|although|though|yet|elsewhere|instead|against|afterwards)\b|而|但", re.IGNORECASE
)
_CELL = re.compile(r"^[^:;|]{1,30}: ([^;|]+)[;|]")
_COLUMN = re.compile(r"(?:^|[;|] )[^:;|]{1,30}: ")
_LABEL = 30  # characters of a sentence before, at most, that is a label
_LEAST = 3  # words of the other side; a signature is none
_TOLD = 0.5  # share of its words that the question and the answer hold
_POINT = 0.6  # share of the point's words that the question holds
_ASKED = 0.3  # share of the question's words that it holds at least


def reports(told: Told) -> bool:
    """Return whether a sentence says that sources disagree, or tells two things where such differences are told."""
    if _SAYS.search(told.text) or _SAYS.search(told.before):
        return True
    return _SAYS.search(told.place) is not None and bool(_point(told) or _TURNS.search(told.text))


def disputed(
    chosen: Sequence[Citation], question: str, asked_for: str, wanted: Set[str], evidence: Sequence[Citation]
) -> tuple[Citation, ...]:
    """Return the first sentence of answer and evidence that reports a disagreement on the question, if there is any.

    The sentence after "the reports do not agree" comes with the next, which tells the other side. ``wanted`` are the
    terms that the question asks about, without the names that all the documents hold.
    """
    if asked_for == "list" or not chosen:
        return ()  # lists may differ in length only
    asked, known = content(question), content(" ".join(names(question)))
    said = asked.union(*(content(c.quote) for c in chosen if not reports(Told.of(c))))
    first: tuple[Citation, ...] = ()
    for citation in (*chosen, *evidence):
        told = Told.of(citation)
        if len(told.text) <= _LABEL or not reports(told):
            continue
        if not (sides := _sides(citation, told)):
            continue
        values = [v for c in sides for v in (*quantities(c.quote), *dates(c.quote))]
        own, point = content(_COLUMN.sub(" ", told.text)), _point(told)
        covered = _share(wanted, own | point)
        if covered < _ASKED or (asked_for in ("number", "date") and len(values) < 2):
            continue
        if _share(own, said) >= _TOLD or (
            covered >= _TOLD and _share(point, asked) >= _POINT and (len(point) > 1 or point - known)
        ):
            return sides
        if chosen[0] in sides:
            first = sides
    return first


def _sides(citation: Citation, told: Told) -> tuple[Citation, ...]:
    following = [span for span in citation.passage.sentences if span[0] >= citation.end]
    if _SAYS.search(told.before) and not _SAYS.search(f"{told.text} {told.place}"):
        after = [Citation(citation.passage, *span, citation.title) for span in following[:1]]
        return (citation, *after) if after and len(after[0].quote.split()) >= _LEAST else ()
    return (citation,)


def _share(part: Set[str], whole: Set[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _point(told: Told) -> frozenset[str]:
    """Return the words of what is in dispute: the row's first cell, or the label before the sentence."""
    if cell := _CELL.match(told.text):
        return content(cell[1])
    return content(told.before) if len(told.before) <= _LABEL else frozenset()
