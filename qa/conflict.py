"""Conflicts: sentences that answer one question with different values.

Two sentences are compared only where both answer the question, about the same thing at the same time
(``qa.scope``). Then they conflict where the values asked for cannot both be so (``qa.values``: numbers, dates, times,
identifiers), where they name different people or places as the answer, or where one says the opposite of the other or
denies it (``qa.polarity``). The classes are those of de Marneffe, Rafferty and Manning (2008), "Finding contradictions
in text": antonymy, negation, numeric mismatch, and the answer's name as a case of their structural one.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from index.words import STOP, has_cjk, stem, terms
from qa.answer import Citation, Conflict
from qa.polarity import denial, poles
from qa.question import kind
from qa.scope import Told, names, same_marks, same_names, same_period, same_subject, unattributed
from qa.values import Value, clocks, dates, identifiers, quantities

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
_SYNONYMS = {
    stem(w): group.split()[0]
    for group in (
        "employ employs employed employee staff work works working worker workers people",
        "employees people", "car cars vehicle vehicles automobile auto automobiles",
        "found founded founding establish established create created founder",
        "begin begins start starts started began",
        "build built construct constructed erected", "open opened opens opening inaugurated",
        "buy bought acquire acquired purchase", "show shows showed display", "company firm business group corporation",
        "similar comparable rival rivals competing peer peers competitors competitor compared",
        "phone telephone number", "holiday leave vacation", "seat seats seated", "permit permitted allow allowed",
        "catch caught fire burn burned burnt fires", "deliver delivers delivered delivery deliveries",
        "headquarters headquartered head-office office", "ceo executive chief", "big size area",
        "run runs operate operates",
    )
    for w in group.split()
}  # fmt: skip


def conflicts(
    chosen: Sequence[Citation], question: str = "", evidence: Sequence[Citation] = ()
) -> tuple[Conflict, ...]:
    """Return the disagreements among the chosen sentences, and between them and further evidence, best first.

    Each names the differing words and one citation for each. Without a question, sentences are compared that share
    most of their words.
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
    return tuple(found.values())[:MOST]


def differing(one: Told, other: Told, question: str = "") -> tuple[str, str] | None:
    """Return the words in which two sentences contradict each other on a question, or None where they do not."""
    if one.text == other.text:
        return None
    first, second = unattributed(one.text), unattributed(other.text)
    asked = asked_kind(question)
    if not _answers(one, other, question, asked) or not same_marks(first, second):
        return None
    if not same_subject(first, second, question) or not _same_section(one, other, question):
        return None
    if not same_period(one, other, question, dated=asked == "date"):
        return None
    if asked == "date" and _opposite(first, second):
        return None  # opened and closed are two events
    if not same_names(one, other, question, asked):
        return None
    if asked in ("person", "place"):
        return _other_names(one, other, question, asked)
    if asked in ("number", "date", "other", "list", "yesno") and (
        found := _other_values(first, second, question, asked)
    ):
        return found
    return _other_pole(first, second, question, asked)


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


def _content(text: str) -> set[str]:
    """Return the terms of a text that carry meaning, synonyms made one, numbers left out."""
    return {_SYNONYMS.get(t, t) for t in terms(text) if not t[0].isdigit()}


def _answers(one: Told, other: Told, question: str, asked: str) -> bool:
    """Return whether both sentences are about what is asked.

    Each must hold, with its heading, title and the sentence before, the question's names and most of its other words;
    and the two must share the words of the question that they hold themselves, or most of their own.
    """
    mine, theirs = _content(unattributed(one.text)), _content(unattributed(other.text))
    alike = len(mine & theirs) >= max(3, _SHARED * min(len(mine), len(theirs)))
    if not question:
        return alike
    if has_cjk(question):
        wanted = _content(_CHINESE_ASKING.sub(" ", question))
        return all(len(wanted & _content(t.context)) >= 0.5 * len(wanted) for t in (one, other))
    wanted = {_SYNONYMS.get(t, t) for t in terms(question) if t not in _GENERIC and not (t[0].isdigit())}
    polar = {_SYNONYMS.get(stem(w), stem(w)) for p in _asked_poles(question) for w in p.split()}
    if asked != "date":
        wanted -= polar
    if asked not in ("person", "place"):
        wanted -= {"people"} if asked == "number" else set()
    known = set(names(question))
    key = [_SYNONYMS.get(t, t) for t in terms(question) if _SYNONYMS.get(t, t) in wanted and t not in known]
    bar = 0.75 if asked in ("date", "yesno") else _COVERED
    for told, own in ((one, _content(one.text)), (other, _content(other.text))):
        if not names(question) <= set(re.findall(r"[\w'’&.-]*\w", told.context.lower().replace("'s", ""))):
            return False
        if wanted and len(wanted & _content(told.context)) < bar * len(wanted):
            return False
        if (wanted and not wanted & own) or len(set(key) & own) < 0.5 * len(set(key)):
            return False
        if asked == "date" and key and key[-1] not in own:
            return False  # the event itself must be told, not only its subject
    return alike or (
        bool(wanted) and (asked not in ("other", "list") or wanted <= _content(one.text) & _content(other.text))
    )


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
    if not one.heading or not other.heading:
        return True
    return bool(names(question))


def _other_values(first: str, second: str, question: str, asked: str) -> tuple[str, str] | None:
    """Return the values asked for in both sentences where they are comparable and cannot be the same."""
    readers = {"number": (quantities, identifiers), "date": (dates, clocks)}.get(
        asked, (identifiers, quantities, clocks)
    )
    for read in readers:
        mine, theirs = read(first), read(second)
        if read is quantities:
            mine, theirs = _wanted(mine, first, question), _wanted(theirs, second, question)
        if read is identifiers:
            mine, theirs = _nearest(mine, first, question), _nearest(theirs, second, question)
        pairs = [(a, b) for a in mine for b in theirs if a.comparable(b)]
        agreed = {a.dimension for a, b in pairs if a.agrees(b)}
        for a, b in pairs:
            if (
                a.dimension not in agreed
                and sum(a.comparable(x) for x in mine) == 1
                and sum(b.comparable(x) for x in theirs) == 1
            ):
                return a.text, b.text
        if pairs and not agreed and read is dates and asked == "date":
            return pairs[0][0].text, pairs[0][1].text
    return None


def _wanted(values: list[Value], text: str, question: str) -> list[Value]:
    """Return the quantities that a question may ask for: of its unit or counted thing where one has it, else all."""
    asked = set(terms(question, stop=False))
    q = question.lower()
    hints = (
        (r"how (?:long|tall|far|wide|high|deep)\b", ("length", "time")), (r"how heavy|weigh", ("mass",)),
        (r"\bhow much .*(?:cost|pay|paid|earn|charge)|\b(?:price|cost|costs|fee|rent|fine|salary)\b|"
         r"\b(?:revenue|turnover|profit)\b|多少钱|价格|收入",
         ("money",)),
        (r"share|percent|proportion|\brate\b", ("%",)), (r"temperature|how (?:hot|cold|warm)", ("temperature",)),
    )  # fmt: skip
    for pattern, dimensions in hints:
        if re.search(pattern, q):
            kept = [v for v in values if v.dimension.startswith(dimensions)]
            return kept or [v for v in values if v.dimension != "count"]
    if re.search(r"\bhow many\b|多少[名个位人]", q):
        people = bool(asked & {stem(w) for w in "people employees staff members workers".split()})
        counted = [v for v in values if v.dimension == "count" or v.nouns]
        exact = [v for v in counted if v.nouns & asked or (people and "people" in v.nouns)]
        timed = [v for v in values if {"hour", "day", "month", "week", "year"} & asked and v.dimension == "time"]
        return exact or timed or [v for v in counted if not v.nouns or "people" in v.nouns or not text.isascii()]
    return values


def _nearest(values: list[Value], text: str, question: str) -> list[Value]:
    """Return the one identifier whose label in the text is the question's ("print ISSN"), where there are several."""
    if len(values) < 2:
        return values
    labels = [w for w in re.findall(r"[a-z]{4,}", question.lower()) if w not in STOP and text.lower().count(w) == 1]
    for label in labels:
        at = text.lower().find(label)
        reach = [(v.start - at - len(label) if v.start > at else at - v.end, v.start, v) for v in values]
        best = min(reach, key=lambda r: r[:2])
        return [best[2]]
    return []


def _other_names(one: Told, other: Told, question: str, asked: str) -> tuple[str, str] | None:
    """Return the names that two sentences give as the answer, where they share no part."""
    if has_cjk(question):
        found = [re.search(r"(?:是|为|由|叫|在|位于)([\u3400-\u9fff·]{2,8})[。，,.]?", t.text) for t in (one, other)]
        if found[0] and found[1] and not set(found[0].group(1)) & set(found[1].group(1)):
            return found[0].group(1), found[1].group(1)
        return None
    first, second = _candidates(one.text, question, asked), _candidates(other.text, question, asked)
    if not first or not second:
        return None
    mine, theirs = ({w for name in group for w in name.lower().split()} for group in (first, second))
    return None if mine & theirs else (first[0], second[0])


def _candidates(text: str, question: str, asked: str) -> list[str]:
    """Return the names of a sentence that the question does not hold; for a place, those after "in" or "at"."""
    known = set(re.findall(r"\w+", question.lower()))
    opening = r"(?:\b(?:in|at|near|from|to|of) (?:the )?)" if asked == "place" else ""
    found = []
    for match in re.finditer(rf"{opening}(\b[A-Z][\w'’.-]*(?: [A-Z][\w'’-]*)*)", text):
        parts = [p for p in match.group(1).split() if p.lower().strip(".,") not in known]
        clean = [p.removesuffix("'s").strip(".,") for p in parts]
        if match.start(1) == 0 and len(clean) == 1:
            continue
        if clean and all(names(f"x {p}") for p in clean):
            found.append(" ".join(clean))
    return found


def _other_pole(first: str, second: str, question: str, asked: str) -> tuple[str, str] | None:
    """Return the words in which one sentence says the opposite of the other, or denies what it says."""
    mine, theirs = poles(first), poles(second)
    for axis in mine.keys() & theirs.keys():
        said = {mine[axis].text, theirs[axis].text}
        clauses = _clause(first, mine[axis].start), _clause(second, theirs[axis].start)
        if mine[axis].side != theirs[axis].side and _close(*clauses, said, question):
            return mine[axis].text, theirs[axis].text
    denied, denied_too = denial(first), denial(second)
    if asked != "yesno" or bool(denied) == bool(denied_too):
        return None
    denying, plain = (first, second) if denied else (second, first)
    if not _close(denying, plain, {denied or denied_too}, question, both=False):
        return None
    last = (denied or denied_too).split()[-1]
    shown = next((w for w in re.findall(r"[A-Za-z]+", plain) if stem(w.lower()) == stem(last.lower())), last)
    shown = re.sub(r"^[不没未]有?", "", shown)
    return (denied, shown) if denied else (shown, denied_too)


def _clause(text: str, position: int) -> str:
    """Return the part of a text between commas, semicolons or dashes that holds a position."""
    cuts = [m.start() for m in re.finditer(r"[,;:，；：]|\s[-–—]\s", text)]
    start = max((c + 1 for c in cuts if c < position), default=0)
    return text[start : min((c for c in cuts if c >= position), default=len(text))]


def _opposite(first: str, second: str) -> bool:
    mine, theirs = poles(first), poles(second)
    return any(mine[axis].side != theirs[axis].side for axis in mine.keys() & theirs.keys())


def _close(first: str, second: str, said: set[str], question: str, *, both: bool = True) -> bool:
    """Return whether two sentences, the opposed words aside, say of one thing.

    At most one word that is not in the question may stand in the first only; or, with ``both``, in either of them only.
    """
    if has_cjk(question):
        rest = set(first) - set(second) - set(question) - set("".join(said)) - set("。，的了")
        return len(rest) <= 2
    asked = _content(question)
    skip = {stem(w.lower()) for phrase in said for w in phrase.split()}
    mine, theirs = _content(first) - skip, _content(second) - skip
    extra = len(mine - theirs - asked)
    if both:
        extra = min(extra, len(theirs - mine - asked))
    return bool(mine & theirs) and extra <= 1
