"""Points that a running text counts off: "First, … Second, … Finally, …", each with what is said of it in between.

They are looked for in the section around, as the later ones are seldom retrieved: they say only what they add.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.retrieve import Index
from qa.answer import Citation
from qa.evidence import Evidence, Judged
from qa.question import listed

LOOKED_AT = 2  # sentences of the evidence that may be one of the points, or announce them
_REACH = 10_000  # characters before and after it in which the other points are looked for
_APART = 20  # sentences from one point to the next
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_POINT = "(?: (?:one|reason|point|step|stage|goal|rule|lesson|problem|challenge|advantage|aspect|factor|way))?"
_FIRST = re.compile(rf"(?:^|[:;]\s+)(?:(?:the )?first{_POINT} (?:is|was)\b|first(?:ly)?(?: of all)?,)", re.IGNORECASE)
_LATER = re.compile(
    rf"(?:and )?(?:(?:the )?(?P<is>{'|'.join(ORDINALS[1:])}|last|final){_POINT} (?:is|was)\b|"
    rf"(?P<ly>{'|'.join(ORDINALS[1:])}|last|final)(?:ly)?(?: but not least)?,)",
    re.IGNORECASE,
)
_ANY = re.compile(rf"\b(?:{'|'.join(ORDINALS)}|last|final)", re.IGNORECASE)


def points(texts: Sequence[str], place: int) -> list[int]:
    """Return the places of the sentences that count off points, if the one at ``place`` is one, or right before them.

    >>> points(["It has two aims.", "First, speed.", "That means less waiting.", "Second, comfort."], 0)
    [1, 3]
    """
    opens = [n for n in range(len(texts)) if _FIRST.search(texts[n])]
    for begin in opens:
        found = [begin]
        for n in range(begin + 1, len(texts)):
            match = _LATER.match(texts[n])
            word = (match["is"] or match["ly"]).lower() if match else ""
            if n in opens or n - found[-1] > _APART:
                break
            if word in ("last", "final") or (len(found) < len(ORDINALS) and word == ORDINALS[len(found)]):
                found.append(n)
            if word in ("last", "final"):
                break
        if len(found) > 1 and place in (begin - 1, *found):
            return found
    return []


def completed(question: str, judged: Judged, index: Index) -> Judged:
    """Return the evidence with, at its end, the sentences of the points that one of the best is of, or announces.

    Nothing is looked up where one thing is asked for.
    """
    if not listed(question):
        return judged
    held = {e.citation.key for e in judged.evidence}
    added: dict[tuple[str, int, int], Evidence] = {}
    for piece in judged.evidence[:LOOKED_AT]:
        section = _section(piece.citation, index) if _ANY.search(piece.citation.passage.text) else []
        place = next((n for n, c in enumerate(section) if c.key == piece.citation.key), None)
        found = points([c.line for c in section], place) if place is not None else []
        for citation in section[found[0] : found[-1] + 1] if found else ():
            if citation.key not in held:
                added.setdefault(citation.key, Evidence(citation, 0.0))
    return replace(judged, evidence=(*judged.evidence, *added.values())) if added else judged


def _section(citation: Citation, index: Index) -> list[Citation]:
    """Return the sentences that stand near one under the same headings, in order."""
    own = citation.passage
    near = [p for p, _ in index.pieces(own.doc_id) if p.heading == own.heading and abs(p.start - own.start) < _REACH]
    return [Citation(p, start, end, citation.title) for p in near for start, end in p.sentences]
