"""Conflicts: sentences that answer one question with different values.

Two sentences are compared only where both answer the question, about the same thing at the same time
(``qa.scope``, ``qa.contrast``). Then they conflict where they differ in the values asked for, in the people or places
they name as the answer, or in the side they take (``qa.differ``). The classes are those of de Marneffe, Rafferty and
Manning (2008), "Finding contradictions in text": antonymy, negation, numeric mismatch, and the answer's name as a case
of their structural one. A sentence that itself reports a disagreement is one as well (``qa.disputed``).
"""

import re
from collections.abc import Iterable, Sequence, Set
from itertools import combinations

from index.words import has_cjk, stem, terms
from qa.answer import Citation, Conflict
from qa.contrast import contrasted, same_subject
from qa.differ import opposite, other_names, other_pole, other_values
from qa.disputed import disputed
from qa.question import kind
from qa.scope import Told, names, same_marks, same_names, same_period, unattributed
from qa.synonyms import content, same
from qa.values import Value

_SECTION = re.compile(
    r"^[\W\d]*(?:abstract|summary|introduction|overview|background|methods?|results?|discussion|conclusions?|details|"
    r"general|outlook|appendix|notes?)\b",
    re.IGNORECASE,
)  # sections of every document, which name nothing
MOST = 3  # conflicts that are told
_SHARED = 0.6  # share of the shorter sentence's terms that the other must hold where the question says little
_COVERED = 0.6  # share of the question's terms that each side must hold, with its surroundings
_CHINESE_KINDS = (
    ("number", re.compile(r"多少|多长|多大|多高|多重|几(?!点)")),
    ("date", re.compile(r"哪一?年|何时|什么时候|日期|几点|几月")),
    ("person", re.compile(r"谁|哪位|创始人")), ("place", re.compile(r"哪里|何处|在哪|什么地方")),
    ("yesno", re.compile(r"吗|是否|能否|可否")),
)  # fmt: skip
_CHINESE_ASKING = re.compile(
    r"有?多少[名个位人元]?钱?|多[长大高重]|哪一?年|什么时候|何时|哪里|是?谁|几点|吗|是否|的|是|有|[？?]|在"
)
_GENERIC = frozenset(
    stem(w)
    for w in """much many long tall high wide deep heavy far old big large hot cold fast number share percentage percent
    amount rate year date day time month name people person happen happened occur take place work come go cost price fee
    exactly total value up whether between each say said author write wrote does one ones next others other""".split()
)


def conflicts(
    chosen: Sequence[Citation],
    question: str = "",
    evidence: Sequence[Citation] = (),
    common: Set[str] = frozenset(),
) -> tuple[Conflict, ...]:
    """Return the disagreements among the chosen sentences, and between them and further evidence, best first.

    Each names the differing words and one citation for each. Without a question, sentences are compared that share
    most of their words. Where none is found, a sentence that reports one stands alone, or with the next, their words
    the values; ``common`` are the terms of names that do not tell what such a report is about.
    """
    found: dict[frozenset[str], Conflict] = {}
    keys = {c.key for c in chosen}
    further = [c for c in evidence if c.key not in keys]
    pairs = [*combinations(chosen, 2), *((a, b) for b in further for a in chosen)]
    told = {c.key: Told.of(c) for c in (*chosen, *further)}
    for one, other in pairs:
        values = differing(told[one.key], told[other.key], question)
        if values:
            found.setdefault(frozenset(v.lower() for v in values), Conflict(values, (one, other)))
    if found or not question:
        return tuple(found.values())[:MOST]
    sides = disputed(chosen, question, asked_kind(question), _wanted(question) - common, further)
    return (Conflict(tuple(c.line for c in sides), sides),) if sides else ()


def differing(one: Told, other: Told, question: str = "") -> tuple[str, str] | None:
    """Return the words in which two sentences contradict each other on a question, or None where they do not."""
    asked = asked_kind(question)
    if one.text == other.text or not _answers(one, other, question, asked):
        return None
    first, second = unattributed(one.text), unattributed(other.text)
    marked = None
    if asked in ("person", "place"):
        found, heads = other_names(one, other, question, asked), (first, second)
    elif values := other_values(first, second, question, asked):
        found = (values[0].text, values[1].text)
        heads = (_head(first, values[0]), _head(second, values[1]))
    else:
        found, heads = other_pole(first, second, question, asked), (first, second)
        marked = (_until(first, found[0]), _until(second, found[1])) if found else heads
    if not found or not same_marks(*(marked or heads)) or contrasted(one, other, heads, found):
        return None
    if not same_subject(*heads, question) or not _same_section(one, other, question):
        return None
    if not same_period(one, other, question, dated=asked == "date"):
        return None
    if asked == "date" and opposite(first, second):
        return None  # opened and closed are two events
    return found if same_names(one, other, question, asked) else None


def _head(text: str, value: Value) -> str:
    """Return a sentence up to the end of the clause that holds a value; what follows tells of something else."""
    end = re.compile(r"[,;，；](?!\d)").search(text, value.end)
    return text[: end.start()] if end else text


def _until(text: str, words: str) -> str:
    """Return a sentence up to the end of the words in which it differs."""
    at = text.find(words)
    return text[: at + len(words)] if at >= 0 else text


def asked_kind(question: str) -> str:
    """Return the kind of answer a question expects, in English or Chinese.

    >>> asked_kind("Who leads it?"), asked_kind("蓝湖公司有多少名员工？")
    ('person', 'number')
    """
    if has_cjk(question):
        return next((name for name, pattern in _CHINESE_KINDS if pattern.search(question)), "other")
    if re.search(r"\b(?:fee|tax|fine|rent|price|cost|costs|range|memory|harvest|turnover)\b", question.lower()):
        found = kind(question)
        return "number" if found in ("other", "list") else found
    return kind(question) if question else "other"


def _answers(one: Told, other: Told, question: str, asked: str) -> bool:
    """Return whether both sentences are about what is asked.

    Each must hold, with its heading, title and the sentence before, the question's names and most of its other words;
    and the two must share the words of the question that they hold themselves, or most of their own.
    """
    mine, theirs = content(unattributed(one.text)), content(unattributed(other.text))
    alike = len(mine & theirs) >= max(3, _SHARED * min(len(mine), len(theirs)))
    if not question:
        return alike
    if has_cjk(question):
        left = content(_CHINESE_ASKING.sub(" ", question))
        return all(len(left & content(t.context)) >= 0.5 * len(left) for t in (one, other))
    wanted = _wanted(question)
    polar = {same(stem(w)) for p in _asked_poles(question) for w in p.split()}
    if asked != "date":
        wanted -= polar
    if asked == "number":
        wanted -= {"people"}
    event = next((t for t in reversed([same(t) for t in terms(question)]) if t in wanted), "")
    owns = [content(t.text if asked in ("person", "place") else t.own) for t in (one, other)]
    if any(t.row and wanted - names(question) and not wanted & content(t.text) - names(question) for t in (one, other)):
        return False
    for told, own in zip((one, other), owns, strict=True):
        if not names(question) <= set(re.findall(r"[\w'’&.-]*\w", told.context.lower().replace("'s", ""))):
            return False
        if wanted and len(wanted & content(told.context)) < _COVERED * len(wanted):
            return False
        if wanted and len(wanted & own) < 0.5 * len(wanted):
            return False
    if asked == "date" and event and not all(event in own for own in owns):
        return alike and not any(event in own for own in owns)  # the event must be told, not only its subject
    return alike or (bool(wanted) and (asked not in ("other", "list") or wanted <= mine & theirs))


def _wanted(question: str) -> set[str]:
    """Return the terms of a question that tell what it asks about."""
    return {same(t) for t in terms(question) if t not in _GENERIC and not t[0].isdigit()}


def _asked_poles(question: str) -> Iterable[str]:
    return re.findall(
        r"\b(?:cheaper|cheap|dear|expensive|more|less|rise|fall|up|down|open|closed|louder|quieter|higher|lower|"
        r"increase|decrease|include|allowed|many|few|grow|shrink|better|worse|faster|slower)\b",
        question.lower(),
    )


def _same_section(one: Told, other: Told, question: str) -> bool:
    """Return whether two sentences of unlike sections still speak of one thing.

    Under different headings of one document, or of documents with one title, a sentence without a name of its
    own ("The hospital has 300 beds.") speaks of what its heading names.
    """
    if one.heading == other.heading or (one.doc_id != other.doc_id and one.title != other.title):
        return True
    if any(not t.heading or _SECTION.search(t.heading) for t in (one, other)):
        return True
    return bool(names(question))
