"""The quote reader: answers with the source sentences themselves, the best first; no model.

Grounded by construction. A list that is asked for comes as its entries; a sentence that nearly repeats an
earlier one is left out.
"""

import re
from collections.abc import Iterator, Sequence

from index.words import terms
from qa.answer import Citation, Turn
from qa.evidence import Evidence
from qa.question import listed
from qa.read.draft import Draft

SENTENCES = 3  # a person reads one to three sentences, not a page
ITEMS = 8  # entries of a list
ENOUGH = 0.85  # chance mass of the sentences already chosen at which no more are added
WORTH = 0.1  # share of the best sentence's chance below which a further one only distracts
_REPEATS = 0.8  # share of a sentence's terms found in one chosen before
_BULLET = re.compile(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_WRAPPED_HYPHEN = re.compile(r"(?<=\w)-\s*\n\s*(?=\w)")


class QuoteReader:
    """Picks the sentences that answer; see :class:`qa.read.draft.Reader`."""

    name = "quote"

    def __init__(self, sentences: int = SENTENCES) -> None:
        self._sentences = sentences

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        """Yield up to three quoted sentences, or the entries of the list that answers."""
        if (noun := listed(question)) and (entries := _list(noun, evidence)):
            yield from entries
            return
        chosen: list[Evidence] = []
        mass = 0.0
        for piece in evidence:
            if len(chosen) == self._sentences or (chosen and mass > ENOUGH):
                return
            mass += piece.score
            if chosen and piece.score < WORTH * chosen[0].score:
                return
            if not _repeats(piece, chosen):
                chosen.append(piece)
                yield Draft(plain(piece.citation.quote), (piece.citation,))


def plain(quote: str) -> str:
    """Return a quote as a sentence of running text: one line, no bullet, a word cut at a line's end made whole."""
    return _BULLET.sub("", " ".join(_WRAPPED_HYPHEN.sub("-", quote).split()))


def _repeats(piece: Evidence, chosen: Sequence[Evidence]) -> bool:
    own = set(terms(piece.citation.quote))
    return any(len(own & set(terms(c.citation.quote))) >= _REPEATS * max(1, len(own)) for c in chosen)


def _list(noun: str, evidence: Sequence[Evidence]) -> list[Draft]:
    """Return the entries of the list that the best evidence belongs to, if it is a list of what was asked for.

    That is so when its heading or introduction holds the noun, or when most of the best sentences are in it.
    """
    best = evidence[:SENTENCES]
    for piece in best:
        entries = _entries(piece.citation)
        passage = piece.citation.passage
        above = " ".join((*passage.heading[-1:], passage.slice(passage.start, entries[0].start))) if entries else ""
        inside = sum(e.citation.passage == passage for e in best)
        if len(entries) > 1 and (set(terms(noun)) & set(terms(above)) or inside == len(best)):
            return [Draft(plain(c.quote), (c,), item=True) for c in entries[:ITEMS]]
    return []


def _entries(citation: Citation) -> list[Citation]:
    """Return the list entries of a citation's passage that it is one of, or that follow it."""
    passage = citation.passage
    spans = [span for span in passage.sentences if _BULLET.match(passage.slice(*span))]
    if (citation.start, citation.end) not in spans:
        spans = [span for span in spans if span[0] >= citation.end]
    return [Citation(passage, start, end, citation.title) for start, end in spans]
