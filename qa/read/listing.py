"""Lists in sources: the entries that belong together, with what labels or announces them.

A list is a run of bullets, numbered entries or table rows of one section, also where it goes on in the next passage;
or the sentences after one that announces how many points follow ("Wong draws four lessons.").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from qa.answer import Citation
from qa.evidence import Evidence
from qa.features import COUNTS
from qa.points import points
from qa.read.labels import is_label
from qa.rows import ROW

ITEMS = 8  # entries of a list
MOST, _WORDS = 20, 150  # entries of a list of short ones, and their words together
_DEEP = 20  # pieces of evidence around which a list is looked for
_GAP = 4  # characters between two passages that follow each other
BULLET = re.compile(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_ANNOUNCES = re.compile(rf"\b({'|'.join(COUNTS)}|[2-9]|10) (?:\w+ ){{0,2}}[a-z]+s\b")
_SHORT = 14  # words of a sentence that only announces


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a source: its entries in order, and the sentence before them, if any.

    ``announced`` tells that it is running text.
    """

    entries: tuple[Citation, ...]
    lead: Citation | None
    announced: bool = False

    @property
    def label(self) -> str:
        """The line that labels the entries, else the heading above them, or nothing."""
        if self.announced:
            return ""
        if self.lead:
            return self.lead.quote if is_label(self.lead.quote) else ""
        heading = self.entries[0].passage.heading
        return heading[-1] if heading else ""

    def holds(self, citation: Citation) -> bool:
        """Return whether a citation lies in one of the entries."""
        return any(within(entry, citation) for entry in self.entries)

    @property
    def readable(self) -> list[Citation]:
        """As many entries as a person reads: eight, and of short ones more, so that no procedure loses its end."""
        words = list(accumulate(len(entry.quote.split()) for entry in self.entries))
        kept = (n < ITEMS or (n < MOST and words[n] <= _WORDS) for n in range(len(words)))
        return [entry for entry, keep in zip(self.entries, kept, strict=True) if keep]


def within(entry: Citation, own: Citation) -> bool:
    """Return whether a citation lies in an entry."""
    return entry.passage.doc_id == own.passage.doc_id and entry.start <= own.start and own.end <= entry.end


def listings(evidence: Sequence[Evidence]) -> Iterator[Listing]:
    """Yield the lists around the best pieces of evidence, each once; of a table also the rows that are evidence."""
    keys = {e.citation.key for e in evidence}
    seen: set[tuple[tuple[str, int, int], bool]] = set()
    for piece in evidence[:_DEEP]:
        sentences = _section(piece.citation, evidence)
        place = _place(piece.citation, sentences)
        for announced, run in ((False, _run(sentences, place)), (True, _announced(sentences, place))):
            if len(run) < 2 or (sentences[run[0]].key, announced) in seen:
                continue
            seen.add((sentences[run[0]].key, announced))
            lead = sentences[run[0] - 1] if run[0] > 0 else None
            found = tuple(sentences[n] for n in run)
            yield Listing(found, lead, announced=announced)
            some = tuple(entry for entry in found if entry.key in keys)
            if ROW.match(found[0].quote) and 1 < len(some) < len(found):
                yield Listing(some, lead)


def _section(citation: Citation, evidence: Sequence[Evidence]) -> list[Citation]:
    """Return the sentences of a citation's passage and of those retrieved that adjoin it in its section, in order.

    What goes on behind an entry on the same line belongs to it.
    """
    own = citation.passage
    others = {e.citation.passage for e in evidence}
    near = {p for p in others if p.doc_id == own.doc_id and p.heading == own.heading} | {own}
    same = sorted(near, key=lambda p: p.start)
    middle = same.index(own)
    first = last = middle
    while first > 0 and same[first].start - same[first - 1].end <= _GAP:
        first -= 1
    while last + 1 < len(same) and same[last + 1].start - same[last].end <= _GAP:
        last += 1
    found: list[Citation] = []
    for p in same[first : last + 1]:
        for n, (start, end) in enumerate(p.sentences):
            on = n > 0 and BULLET.match(found[-1].quote) and "\n" not in p.slice(found[-1].end, start)
            if on:
                found[-1] = replace(found[-1], end=end)
            else:
                found.append(Citation(p, start, end, citation.title))
    return found


def _place(citation: Citation, sentences: Sequence[Citation]) -> int:
    """Return the place of the sentence or entry that holds a citation."""
    return next(n for n, c in enumerate(sentences) if c.start <= citation.start and citation.end <= c.end)


def _run(sentences: Sequence[Citation], place: int) -> list[int]:
    """Return the places of the entries that a sentence is one of, or that follow it at once; they are of one form."""
    for form in (BULLET, ROW):
        marked = [form.match(c.quote) is not None for c in sentences]
        begin = place if marked[place] else place + 1
        if begin < len(marked) and marked[begin]:
            while marked[begin - 1] and begin > 0:
                begin -= 1
            end = begin
            while end < len(marked) and marked[end]:
                end += 1
            return list(range(begin, end))
    return []


def counted(citation: Citation, evidence: Sequence[Evidence]) -> Listing | None:
    """Return the points counted off that a sentence is one of, or that it announces, or None."""
    sentences = _section(citation, evidence)
    found = points([c.line for c in sentences], _place(citation, sentences))
    return Listing(tuple(sentences[n] for n in found), None, announced=True) if found else None


def _announced(sentences: Sequence[Citation], place: int) -> list[int]:
    """Return a short sentence that announces a number of points, and as many sentences after it."""
    text = sentences[place].line
    found = _ANNOUNCES.search(text)
    if not found or len(text.split()) > _SHORT:
        return []
    count = COUNTS.get(found[1]) or int(found[1])
    run = list(range(place, place + count + 1))
    return run if run[-1] < len(sentences) else []
