"""The quote reader: answers with the source sentences themselves, the best first; no model.

Grounded by construction. A list that likely answers as a whole comes as its entries; a sentence that nearly repeats
an earlier one is left out.
"""

import re
from collections.abc import Iterator, Sequence

from index.words import terms
from qa.answer import Citation, Turn
from qa.compound import parts
from qa.dating import one_title
from qa.evidence import Evidence
from qa.features import COUNTS, WORD, is_value
from qa.polarity import denial
from qa.read.draft import Draft
from qa.read.lead import lead
from qa.read.listing import BULLET, Listing
from qa.read.lists import best

SENTENCES = 4  # a person reads a few sentences, not a page
ENOUGH = 0.99  # chance mass of the sentences already chosen at which no more are added
WORTH = 0.02  # share of the best sentence's chance below which a further one only distracts
WORTH_OF_PARTS = 0.06  # the same where a question has several parts, each with a best one of its own
LED = 0.5  # share of the best sentence's chance from which one brings the sentence that it leans on
_REPEATS = 0.8  # share of a sentence's terms found in one chosen before
_SMALL = {word: str(n) for word, n in COUNTS.items()}
_NUMBERING = re.compile(r"\[\d+(?:, ?\d+)*\]|^\W*\(?\d{1,2}[.)] ")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)|(?<=\d):00\b")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_NAMED = re.compile(r"[A-Z][\w'’-]* [A-Z]|(?<=[\w,;:)] )[A-Z]")  # of two words, or within a sentence
_WRAPPED_HYPHEN = re.compile(r"(?<=\w)-\s*\n\s*(?=\w)")


class QuoteReader:
    """Picks the sentences that answer; see :class:`qa.read.draft.Reader`."""

    name = "quote"

    def __init__(self, sentences: int = SENTENCES) -> None:
        self._sentences = sentences

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        """Yield up to four sentences and those they lean on, a list in place of one of them, or such a list alone."""
        listing, alone = best(question, evidence)
        count = len(parts(question))
        if listing and alone and count == 1:
            yield from _items(listing)
            return
        listed = False
        most = self._sentences if count == 1 else max(self._sentences, 2 * count)
        worth = WORTH if count == 1 else WORTH_OF_PARTS
        chosen: list[Evidence] = []
        leads: list[Evidence] = []  # beside those that are counted
        mass = 0.0
        told = [e for e in evidence if not e.citation.quote.rstrip().endswith(("?", "？"))]  # a question answers none
        told = told or list(evidence)
        for piece in told:
            if len(chosen) == most or (chosen and mass > ENOUGH):
                return
            mass += piece.score
            if piece.score < worth * told[0].score:
                return
            if _repeats(piece, (*chosen, *leads)):
                continue
            if not listing or not listing.holds(piece.citation):
                before = _before(piece, evidence) if piece.score >= LED * told[0].score and most > 1 else None
                again = before and (_repeats(before, (*chosen, *leads)) or (listing and listing.holds(before.citation)))
                if before and not again:
                    leads.append(before)
                    yield Draft(plain(before.citation.quote), (before.citation,), context=True)
                yield Draft(plain(piece.citation.quote), (piece.citation,))
            elif not listed:
                yield from _items(listing)
                listed = True
            chosen.append(piece)


def _before(piece: Evidence, evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the sentence that says what another one is about, where it is evidence itself."""
    found = lead(piece.citation)
    return next((e for e in evidence if found and e.citation.key == found.key), None)


def _items(listing: Listing) -> Iterator[Draft]:
    return (Draft(plain(entry.quote), (entry,), item=True) for entry in listing.readable)


def plain(quote: str) -> str:
    """Return a quote as a sentence of running text: one line, no bullet, a word cut at a line's end made whole."""
    return BULLET.sub("", " ".join(_WRAPPED_HYPHEN.sub("-", quote).split()))


def _repeats(piece: Evidence, chosen: Sequence[Evidence]) -> bool:
    return any(_same(piece.citation, c.citation) for c in chosen)


def _same(one: Citation, earlier: Citation) -> bool:
    """Return whether a sentence says what an earlier one says; of two versions of a document in all its words."""
    return one.key == earlier.key or repeats(one.quote, earlier.quote, 1.0 if one_title(one, earlier) else _REPEATS)


def _plain_figures(text: str) -> str:
    """Return a text without marks of notes and numbers of entries, "two" and "1,000" and "9:00" as figures alone."""
    text = _THOUSANDS.sub("", _NUMBERING.sub("", text))
    return re.sub(r"\b[a-z]+\b", lambda match: _SMALL.get(match[0], match[0]), text)


def repeats(text: str, earlier: str, share: float = _REPEATS) -> bool:
    """Return whether a text says what an earlier one says: in nearly its words, its numbers, days, names and denials.

    ``share`` of its words, in [0, 1], stand in the earlier one.

    >>> repeats("It shuts at six, mostly.", "Mostly it shuts at six."), repeats("It has 26 days.", "It has 28 days.")
    (True, False)
    """
    text, earlier = _plain_figures(text), _plain_figures(earlier)
    own, held = set(terms(text)), set(terms(earlier))
    if len(own & held) < share * max(1, len(own)) or denial(text).lower() != denial(earlier).lower():
        return False
    if not set(_FIGURE.findall(text)) <= set(_FIGURE.findall(earlier)):
        return False
    said = {word.lower() for word in WORD.findall(earlier)}
    new = [match for match in WORD.finditer(text) if match[0].lower() not in said]
    return not any(is_value(m[0].lower()) or _NAMED.match(text, m.start()) for m in new)
