"""The quote reader: answers with the source sentences themselves, the best first; no model.

Grounded by construction. A list that is asked for comes as its entries; a sentence that nearly repeats an
earlier one is left out.
"""

import re
from collections.abc import Iterator, Sequence

from index.words import terms
from qa.answer import Citation, Turn
from qa.evidence import Evidence
from qa.question import wants_list
from qa.read.draft import Draft

SENTENCES = 3  # a person reads one to three sentences, not a page
ITEMS = 8  # entries of a list
ENOUGH = 0.85  # chance mass of the sentences already chosen at which no more are added
_REPEATS = 0.8  # share of a sentence's terms found in one chosen before
_BULLET = re.compile(r"^(?:[•\-*–]|\(?\w{1,2}[.)])\s+")
_WRAPPED_HYPHEN = re.compile(r"(?<=\w)-\s*\n\s*(?=\w)")


class QuoteReader:
    """Picks the sentences that answer; see :class:`qa.read.draft.Reader`."""

    name = "quote"

    def __init__(self, sentences: int = SENTENCES) -> None:
        self._sentences = sentences

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        """Yield up to three quoted sentences, or the entries of the list that answers."""
        if wants_list(question) and (entries := _list(evidence)):
            yield from entries
            return
        chosen: list[Evidence] = []
        mass = 0.0
        for piece in evidence:
            if len(chosen) == self._sentences or (chosen and mass > ENOUGH):
                return
            mass += piece.score
            if not _repeats(piece, chosen):
                chosen.append(piece)
                yield Draft(plain(piece.citation.quote), (piece.citation,))


def plain(quote: str) -> str:
    """Return a quote as a sentence of running text: one line, no bullet, a word cut at a line's end made whole."""
    return _BULLET.sub("", " ".join(_WRAPPED_HYPHEN.sub("-", quote).split()))


def _repeats(piece: Evidence, chosen: Sequence[Evidence]) -> bool:
    own = set(terms(piece.citation.quote))
    return any(len(own & set(terms(c.citation.quote))) >= _REPEATS * max(1, len(own)) for c in chosen)


def _list(evidence: Sequence[Evidence]) -> list[Draft]:
    """Return the entries of the list that holds the best evidence, or nothing if that is no list."""
    for piece in evidence[:2]:
        entries = _entries(piece.citation)
        if len(entries) > 1:
            return [Draft(plain(c.quote), (c,), item=True) for c in entries[:ITEMS]]
    return []


def _entries(citation: Citation) -> list[Citation]:
    """Return the list entries of a citation's passage when it is one of them or introduces them."""
    passage = citation.passage
    spans = [span for span in passage.sentences if _BULLET.match(passage.slice(*span))]
    introduces = citation.quote.rstrip().endswith(":")
    if (citation.start, citation.end) not in spans and not introduces:
        return []
    return [Citation(passage, start, end, citation.title) for start, end in spans]
