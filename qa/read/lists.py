"""Lists in sources: the entries that belong together, and the chance that they answer as a whole.

A list is a run of bullets, numbered entries or table rows of one section, also where it goes on in the next passage;
or the sentences after one that announces how many points follow ("Wong draws four lessons."). Whether a list is the
answer, rather than the best sentences, is decided by a logistic regression over signals, fitted by
``python -m eval.fit_lists`` and kept in ``lists.json``.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from index.words import terms, words
from qa.answer import Citation
from qa.evidence import Evidence
from qa.features import COUNTS
from qa.logistic import Logistic
from qa.points import points
from qa.question import kind, listed
from qa.rows import ROW, cells

LISTS = Path(__file__).with_name("lists.json")
# Chance from which a list is the whole answer, and from which it is told in place of its entries (eval/LOG.md)
SURE, LIKELY = 0.98, 0.8
ALONE = 0.9  # chance of one sentence above which no list is told where one thing is asked for
STEPS = 0.9  # chance that the entries of numbered steps have together from which they are told whole
ITEMS = 8  # entries of a list
MOST, _WORDS = 20, 150  # entries of a list of short ones, and their words together
_DEEP = 20  # pieces of evidence around which a list is looked for
_GAP = 4  # characters between two passages that follow each other
_LEAST = 1e-5  # chance that counts where a sentence has none
BULLET = re.compile(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)]\s+")
_PROCEDURE = re.compile(r"\bhow (?:do|can|should|must|may|to)\b|\bsteps\b", re.IGNORECASE)
_ANNOUNCES = re.compile(rf"\b({'|'.join(COUNTS)}|[2-9]|10) (?:\w+ ){{0,2}}[a-z]+s\b")
_LABEL = 3  # words of a label
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:mon|tue|wed|thu|fri|sat|sun)\b|to(?:day|morrow|night)\b|weekends?\b",
    re.IGNORECASE,
)
_DAYS, _TABLE = 3, 0.5  # days that a table has at least; chance that rows have together which are told whole
_SHORT = 14  # words of a sentence that only announces
SIGNALS = (
    "together", "least", "outside", "lead", "heading", "plural", "entries", "rows", "numbered", "sentences",
    "announced", "value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a source: its entries in order, and the sentence before them, if any.

    ``announced`` tells that it is running text.
    """

    entries: tuple[Citation, ...]
    lead: Citation | None
    announced: bool = False

    def holds(self, citation: Citation) -> bool:
        """Return whether a citation lies in one of the entries."""
        return any(_within(entry, citation) for entry in self.entries)

    @property
    def readable(self) -> list[Citation]:
        """As many entries as a person reads: eight, and of short ones more, so that no procedure loses its end."""
        words = list(accumulate(len(entry.quote.split()) for entry in self.entries))
        kept = (n < ITEMS or (n < MOST and words[n] <= _WORDS) for n in range(len(words)))
        return [entry for entry, keep in zip(self.entries, kept, strict=True) if keep]


def best(question: str, evidence: Sequence[Evidence]) -> tuple[Listing | None, bool]:
    """Return the list to tell, or None, and whether it is the whole answer.

    One that the best sentence introduces ("The goals are:") is, as are points counted off ("First, …") that it belongs
    to, where several things are asked for, and numbered steps of what somebody wants to do that share the chance. Where
    one thing is asked for and one sentence has nearly all chance, no other list is told but such steps.
    """
    if not evidence:
        return None, False
    first, every = evidence[0].citation, list(listings(evidence))
    if first.quote.rstrip().endswith((":", "：")):
        introduced = (one for one in every if one.lead and one.lead.key == first.key)
        if told := next(introduced, None):
            return told, True
    if listed(question) and (told := _counted(first, evidence)):
        return told, True
    if told := next(filter(None, (pick(question, evidence, every) for pick in (_steps, _labelled, _table))), None):
        return told, True
    alone = evidence[0].score > ALONE and not listed(question)
    if alone and not _PROCEDURE.search(question):
        return None, False
    judged = ((chance(question, evidence, one), one) for one in every)
    likely, likeliest = max(judged, key=lambda pair: pair[0], default=(0.0, None))
    if likeliest is None or likely < LIKELY or (alone and not _NUMBERED.match(likeliest.entries[0].quote)):
        return None, False
    return likeliest, likely >= SURE and likeliest.holds(first)


def _steps(question: str, evidence: Sequence[Evidence], every: Sequence[Listing]) -> Listing | None:
    """Return the numbered steps that share nearly all the chance of a question for how something is done, or None."""
    if not _PROCEDURE.search(question) or evidence[0].score > ALONE:
        return None
    for one in every:
        first = one.holds(evidence[0].citation)
        if _NUMBERED.match(one.entries[0].quote) and first and _mass(one, evidence) >= STEPS:
            return one
    return None


def _labelled(question: str, evidence: Sequence[Evidence], every: Sequence[Listing]) -> Listing | None:
    """Return the list of the best sentence's section whose label the question names, where another has another label.

    "Against:" for "What are the arguments against the dam?", whose other list stands under "For:".
    """
    first, asked = evidence[0].citation, set(words(question))
    if not listed(question):
        return None
    near = [one for one in every if one.lead and not one.announced and _beside(one.entries[0], first)]
    labels = {one.lead.key: set(words(one.lead.quote)) for one in near if one.lead and _is_label(one.lead)}
    named = [one for one in near if one.lead and labels.get(one.lead.key, {""}) <= asked]
    return named[0] if len(named) == 1 and len(labels) > 1 else None


def _is_label(citation: Citation) -> bool:
    text = citation.quote.strip()
    return text.endswith(":") and len(text.split()) <= _LABEL


def _beside(one: Citation, other: Citation) -> bool:
    """Return whether two citations are of one section."""
    return one.passage.doc_id == other.passage.doc_id and one.passage.heading == other.passage.heading


def _table(question: str, evidence: Sequence[Evidence], every: Sequence[Listing]) -> Listing | None:
    """Return the table that a question asks for as a whole, or None: of the things its first column names, or of days.

    "What types of card are there?" asks for a table of cards; "When is it open?" for each day of a week. No row of it
    may fit the question better than another (``qa.rows``).
    """
    keys = {e.citation.key for e in evidence}
    for one in every:
        rows = [cells(entry.line) for entry in one.entries]
        if not all(rows) or not all(entry.key in keys for entry in one.entries):
            continue
        days = sum(_DAY.match(next(iter(row.values()))) is not None for row in rows)
        name = next(iter(rows[0]))
        if any(name in cells(e.citation.line) for e in evidence if not one.holds(e.citation)):
            continue  # of two such tables neither is the whole answer
        thing = set(terms(name))
        week = days == len(rows) >= _DAYS and not _DAY.search(question) and one.holds(evidence[0].citation)
        if week or (thing and thing <= set(terms(listed(question) and question)) and _mass(one, evidence) >= _TABLE):
            return one
    return None


def _mass(one: Listing, evidence: Sequence[Evidence]) -> float:
    """Return the chance that the entries of a list have together."""
    return sum(e.score for e in evidence if one.holds(e.citation))


def chance(question: str, evidence: Sequence[Evidence], one: Listing) -> float:
    """Return the estimated chance in [0, 1] that a list as a whole is what a question asks for."""
    return Logistic.load(LISTS, SIGNALS, "python -m eval.fit_lists").chance(signals(question, evidence, one))


def signals(question: str, evidence: Sequence[Evidence], one: Listing) -> tuple[float, ...]:
    """Return what tells a list that answers from one that does not, in the order of ``SIGNALS``."""
    inside = [[e for e in evidence if _within(entry, e.citation)] for entry in one.entries]
    all_inside = [e for found in inside for e in found]
    logs = [max((_log(e) for e in found), default=math.log(_LEAST)) for found in inside]
    keys = {e.citation.key for e in all_inside} | ({one.lead.key} if one.lead else set())
    lead = max((_log(e) for e in evidence if one.lead and e.citation.key == one.lead.key), default=math.log(_LEAST))
    highest = max(*logs, lead)
    outside = max((_log(e) for e in evidence if e.citation.key not in keys), default=math.log(_LEAST))
    first = one.entries[0]
    return (
        math.log(sum(e.score for e in all_inside) + 1e-4),
        min(logs) - highest,
        outside - highest,
        max(lead - max(logs), -5.0),
        max((e.heading for e in all_inside), default=0.0),
        float(bool(listed(question))),
        math.log(len(one.entries)),
        float(ROW.match(first.quote) is not None),
        float(_NUMBERED.match(first.quote) is not None),
        float(all((entry.start, entry.end) in entry.passage.sentences for entry in one.entries)),
        float(one.announced),
        float(kind(question) in ("number", "date", "person", "place", "yesno")),
    )


def _log(piece: Evidence) -> float:
    return math.log(max(piece.score, _LEAST))


def _within(entry: Citation, own: Citation) -> bool:
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


def _counted(citation: Citation, evidence: Sequence[Evidence]) -> Listing | None:
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
