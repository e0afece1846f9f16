"""In what two sentences differ: the values asked for, the names given as the answer, or the side that is taken.

Nothing here asks whether both speak of the same thing; that is ``qa.conflict``.
"""

import re

from index.words import STOP, has_cjk, stem, terms
from qa.polarity import denial, poles
from qa.question import names as asked_names
from qa.scope import Told, names
from qa.synonyms import content
from qa.values import Value, clocks, dates, identifiers, quantities

_NUMBERED = re.compile(r"\b(?:number|telephone|phone|fax|code|id|serial|account|iban|issn|isbn|doi)\b|号")
# What a question asks for -> the dimensions of a value that answers it.
_HINTS = tuple(
    (re.compile(pattern), dimensions)
    for pattern, dimensions in (
        (r"how (?:long|tall|far|wide|high|deep)\b", ("length", "time")), (r"how heavy|weigh", ("mass",)),
        (r"\bhow much .*(?:cost|pay|paid|earn|charge)|\b(?:price|cost|costs|fee|rent|fine|salary)\b|"
         r"\b(?:revenue|turnover|profit)\b|多少钱|价格|收入",
         ("money",)),
        (r"share|percent|proportion|\brate\b", ("%",)), (r"temperature|how (?:hot|cold|warm)", ("temperature",)),
    )
)  # fmt: skip
_PART = re.compile(r"\W*of (?:them|these|those|which|whom)\b")
_SPAN = re.compile(r"\((?:1\d|20)\d\d\s?[-–]\s?(?:1\d|20)\d\d\)")
_HOW_MANY = re.compile(r"\bhow many\b|多少[名个位人]")
_PEOPLE = frozenset(stem(w) for w in "people employees staff members workers".split())


def other_values(first: str, second: str, question: str, asked: str) -> tuple[Value, Value] | None:
    """Return the values asked for in both sentences where they are comparable and cannot be the same."""
    numbered = (identifiers,) if _NUMBERED.search(question.lower()) else ()
    readers = {"number": (quantities, *numbered), "date": (dates, clocks)}.get(asked, (*numbered, quantities, clocks))
    for read in readers:
        mine, theirs = every = tuple([v for v in read(t) if not _aside(t, v)] for t in (first, second))
        if read is quantities:
            mine, theirs = _wanted(mine, question), _wanted(theirs, question)
        if read is identifiers:
            mine, theirs = _nearest(mine, first, question), _nearest(theirs, second, question)
        pairs = [(a, b) for a in mine for b in theirs if a.comparable(b)]
        agreed = {a.dimension for a, b in pairs if a.agrees(b)}
        for a, b in pairs:
            if _tells(every[1], a) or _tells(every[0], b):  # of two things that one sentence tells
                continue
            if (
                a.dimension not in agreed
                and sum(a.comparable(x) for x in mine) == 1
                and sum(b.comparable(x) for x in theirs) == 1
            ):
                return a, b
        if pairs and not agreed and read is dates and asked == "date":
            return pairs[0]
    return None


def _tells(values: list[Value], value: Value) -> bool:
    return any(value.comparable(own) and value.agrees(own) for own in values)


def _aside(text: str, value: Value) -> bool:
    """Return whether a value only adds to another: "90 places, 12 of them", "Eliot's tenure (1869-1909)"."""
    spans = [m.span() for m in _SPAN.finditer(text)]
    return _PART.match(text[value.end :]) is not None or any(a <= value.start < b for a, b in spans)


def _wanted(values: list[Value], question: str) -> list[Value]:
    """Return the quantities that a question may ask for: of its unit or counted thing where one has it, else all."""
    asked, q = set(terms(question, stop=False)), question.lower()
    for pattern, dimensions in _HINTS:
        if pattern.search(q):
            kept = [v for v in values if v.dimension.startswith(dimensions)]
            return kept or [v for v in values if v.dimension != "count"]
    if not _HOW_MANY.search(q):
        return values
    if exact := [v for v in values if v.nouns & asked or set(terms(v.text)) & asked]:  # "how many hours"
        return exact
    counted = [v for v in values if v.dimension == "count"]
    if asked & _PEOPLE and (exact := [v for v in counted if "people" in v.nouns]):
        return exact
    return counted


def _nearest(values: list[Value], text: str, question: str) -> list[Value]:
    """Return the one identifier whose label in the text is the question's ("print ISSN"), where there are several."""
    if len(values) < 2:
        return values
    labels = [w for w in re.findall(r"[a-z]{4,}", question.lower()) if w not in STOP and text.lower().count(w) == 1]
    for label in labels:
        at = text.lower().find(label)
        reach = [(v.start - at - len(label) if v.start > at else at - v.end, v.start, v) for v in values]
        return [min(reach, key=lambda r: r[:2])[2]]
    return []


def other_names(one: Told, other: Told, question: str, asked: str) -> tuple[str, str] | None:
    """Return the names that two sentences give as the answer, where they share no part.

    A question that only names somebody ("Who is Lei Jun?") asks for no other name.
    """
    if not has_cjk(question) and not content(question) - content(" ".join(asked_names(question).values())):
        return None
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
    """Return the names of a sentence that the question does not hold.

    A person has a name of two words or more; a place stands behind "in" or "at".
    """
    known = set(re.findall(r"\w+", question.lower()))
    opening = r"(?:\b(?:in|at|near|from) (?:the )?)" if asked == "place" else ""
    found = []
    for match in re.finditer(rf"{opening}(\b[A-Z][\w'’.-]*(?: [A-Z][\w'’-]*)*)", text):
        parts = [p for p in match.group(1).split() if p.lower().strip(".,") not in known]
        clean = [p.removesuffix("'s").strip(".,") for p in parts]
        if len(clean) == 1 and (asked == "person" or match.start(1) == 0):
            continue
        if clean and all(names(f"x {p}") for p in clean):
            found.append(" ".join(clean))
    return found


def other_pole(first: str, second: str, question: str, asked: str) -> tuple[str, str] | None:
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


def opposite(first: str, second: str) -> bool:
    """Return whether two sentences take opposite sides of any axis ("opened" and "closed")."""
    mine, theirs = poles(first), poles(second)
    return any(mine[axis].side != theirs[axis].side for axis in mine.keys() & theirs.keys())


def _clause(text: str, position: int) -> str:
    """Return the part of a text between commas, semicolons or dashes that holds a position."""
    cuts = [m.start() for m in re.finditer(r"[,;:，；：]|\s[-–—]\s", text)]
    start = max((c + 1 for c in cuts if c < position), default=0)
    return text[start : min((c for c in cuts if c >= position), default=len(text))]


def _close(first: str, second: str, said: set[str], question: str, *, both: bool = True) -> bool:
    """Return whether two sentences, the opposed words aside, say of one thing.

    At most one word that is not in the question may stand in the first only; or, with ``both``, in either of them only.
    """
    if has_cjk(question):
        rest = set(first) - set(second) - set(question) - set("".join(said)) - set("。，的了")
        return len(rest) <= 2
    asked = content(question)
    skip = {stem(w.lower()) for phrase in said for w in phrase.split()}
    mine, theirs = content(first) - skip, content(second) - skip
    extra = len(mine - theirs - asked)
    if both:
        extra = min(extra, len(theirs - mine - asked))
    return bool(mine & theirs) and extra <= 1
