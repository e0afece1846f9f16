"""Lists as answers: whether one is told, and as a whole.

Some are by their form: steps, tables, lists under a label that the question names. Else whether a list is the answer,
rather than the best sentences, is decided by a logistic regression over signals, fitted by
``python -m eval.fit_lists`` and kept in ``lists.json``.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from index.words import terms, words
from qa.answer import Citation
from qa.evidence import Evidence
from qa.logistic import Logistic
from qa.question import kind, listed
from qa.read.labels import is_label, names, side, wanted
from qa.read.listing import Listing, counted, listings, within
from qa.rows import ROW, cells

LISTS = Path(__file__).with_name("lists.json")
# Chance from which a list is the whole answer, and from which it is told in place of its entries (eval/LOG.md)
SURE, LIKELY = 0.98, 0.8
ALONE = 0.9  # chance of one sentence above which no list is told where one thing is asked for
STEPS = 0.9  # chance that the entries of numbered steps have together from which they are told whole
_LEAST = 1e-5  # chance that counts where a sentence has none
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)]\s+")
_PROCEDURE = re.compile(r"\bhow (?:do|can|should|must|may|to)\b|\bsteps\b", re.IGNORECASE)
_SOME = 0.2  # chance that the entries of a list of what is good or bad have together, at least
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:mon|tue|wed|thu|fri|sat|sun)\b|to(?:day|morrow|night)\b|weekends?\b",
    re.IGNORECASE,
)
_DAYS, _TABLE = 3, 0.5  # days that a table has at least; chance that rows have together which are told whole
SIGNALS = (
    "together", "least", "outside", "lead", "heading", "plural", "entries", "rows", "numbered", "sentences",
    "announced", "value",
)  # fmt: skip


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
    if listed(question) and (told := counted(first, evidence)):
        return told, True
    if told := next(
        filter(None, (pick(question, evidence, every) for pick in (_steps, _labelled, _named, _sided, _table))), None
    ):
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
    leads = [one.lead for one in near if one.lead and one.lead.quote.strip().endswith(":")]
    labels = {lead.key: set(words(lead.quote)) for lead in leads if is_label(lead.quote)}
    named = [one for one in near if one.lead and labels.get(one.lead.key, {""}) <= asked]
    return named[0] if len(named) == 1 and len(labels) > 1 else None


def _named(question: str, evidence: Sequence[Evidence], every: Sequence[Listing]) -> Listing | None:
    """Return the only list whose label is the thing that a question asks for several of, or None.

    The best sentence is not of another list, which may be one of the same things.
    """
    thing, first = listed(question), evidence[0].citation
    found = [one for one in every if names(one.label, question, thing)] if thing else []
    elsewhere = any(one.holds(first) for one in every) and not any(one.holds(first) for one in found)
    return found[0] if len({one.entries[0].key for one in found}) == 1 and not elsewhere else None


def _sided(question: str, evidence: Sequence[Evidence], every: Sequence[Listing]) -> Listing | None:
    """Return the list of what is good, or bad, that a question asks for, or None.

    It stands beside the one of the best sentence, if that has the other label; else it has some chance itself.
    """
    thing, first = listed(question), evidence[0].citation
    asked = wanted(question, thing)
    if not asked:
        return None
    found = [one for one in every if side(one.label) == asked]
    if any(one.holds(first) and side(one.label) == -asked for one in every):
        return min(
            (one for one in found if _one_section(one, first)), key=lambda one: _apart(one, first, asked), default=None
        )
    return next((one for one in found if not thing and _mass(one, evidence) >= _SOME), None)


def _beside(one: Citation, other: Citation) -> bool:
    """Return whether two citations are of one section."""
    return one.passage.doc_id == other.passage.doc_id and one.passage.heading == other.passage.heading


def _one_section(one: Listing, citation: Citation) -> bool:
    """Return whether a list and a citation stand under the same headings but the last."""
    own = one.entries[0].passage
    return own.doc_id == citation.passage.doc_id and own.heading[:-1] == citation.passage.heading[:-1]


def _apart(one: Listing, citation: Citation, asked: int) -> tuple[bool, int]:
    """Return how far a list is from a citation, first one in the usual order: what is good before what is bad."""
    ahead = one.entries[0].start - citation.start
    return (ahead < 0) != (asked > 0), abs(ahead)


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
    inside = [[e for e in evidence if within(entry, e.citation)] for entry in one.entries]
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
