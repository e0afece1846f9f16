"""What a sentence is about: its periods, names and qualifiers, and whether two sentences are about the same thing.

A value holds for a scope: a year, a product, a place, a part, a plan or a result. Two values contradict each other
only where their scopes are the same, which is the event coreference that de Marneffe, Rafferty and Manning (2008) find
to be the condition of contradiction. What both sentences leave unsaid is taken as the same.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.words import stem, terms
from qa.answer import Citation
from qa.rows import is_row

_CJK = r"[\u3400-\u9fff]"
_YEARS = re.compile(r"(?<![\w(.,-])(?:(?:FY\s?)?((?:19|20)\d\d))(?![\d)]|[.,]\d|-\d{2,4}\b)")
_QUARTER = re.compile(
    r"\bQ([1-4])\b|\b(first|second|third|fourth) (?:quarter|half)\b|第?([一二三四])季度", re.IGNORECASE
)
_MONTHS = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December|spring|summer|autumn|"
    r"winter|Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?|weekdays?|weekends?)\b|"
    r"(?<!\d)(1[0-2]|[1-9])月"
)
_VERSION = re.compile(r"\b(?:version|release|edition|revision|notes|v\.?|rev\.?)\s?(\d+(?:\.\d+)*)\b", re.IGNORECASE)
_EDITION = re.compile(r"\b((?:19|20)\d\d) edition\b", re.IGNORECASE)
_REPLACED = re.compile(
    r"\b(?:superseded|obsolete|withdrawn|outdated|archived?|drafts?|(?:old|former|previous|earlier) (?:version|edition|"
    r"rules|terms))\b|旧版|已废止",
    re.IGNORECASE,
)
# A sentence that has one of these marks is not compared with one that lacks it.
_MARKS = {
    "plan": r"plan(?:s|ned|ning)?|expect(?:s|ed|ing)?|forecast(?:s|ed)?|projected|projections?|"
    r"targets?|goals?|aims?|aimed|budgeted|(?:was|were|is|are) to be|supposed|intend(?:s|ed)?|proposed|envisaged|"
    r"计划|预计|目标|预期|拟",
    "before": r"until|before|previous(?:ly)?|former(?:ly)?|used to|original(?:ly)?|initial(?:ly)?|at first|in the past|"
    r"no longer|once (?:was|were|had)|superseded|原来|此前|曾经|之前|原先",
    "part": r"of these|of them|of which|of whom|among (?:them|these)|half of (?:them|these)|其中",
    "gross": r"gross|before tax(?:es)?|excluding|without tax|plus tax|税前|不含税",
    "estimate": r"if|would|could|might|如果",
    "median": r"median|中位数",
    "region": r"(?:north|south|east|west)(?:ern)?|cent(?:re|er) of|region(?:al)?",
    "reply": r"denie[sd]|den(?:y|ying)|rumou?rs?|wrongly|falsely|mistakenly|myth|传闻|谣言",
}
_MARK = {name: re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", re.IGNORECASE) for name, words in _MARKS.items()}
# Of these words, which stand for rival parts of one thing, two compared sentences may not have different ones.
_RIVALS = tuple(
    {word: n for n, group in enumerate(line.split("|")) for word in group.split()}
    for line in (
        "minimum least lowest smallest shortest|maximum most highest largest longest|average mean",
        "first|second|third|fourth|fifth|last|next", "before|after|during", "net|operating", "upper|lower",
        "new|old|used", "daily|weekly|monthly|quarterly|annual yearly", "domestic|foreign abroad|worldwide global",
        "print printed|online",
    )
)  # fmt: skip
_NAME = re.compile(
    r"\b(?:[A-Z][\w'’&.-]*\w|[A-Z])(?: (?:of |de |van |von )?(?:[A-Z][\w'’&-]*|\d{1,3}(?![\d.,%]|\s?[a-z%])))*"
)
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z]\w+\b")
_REFERS = re.compile(r"(?:It|They|He|She|This|These|Its|Their)\b")
_SAYING = (
    r"says?|said|reports?|reported|writes?|wrote|dates?|dated|gives?|gave|claims?|claimed|states?|stated|notes?|noted|"
    r"calls?|called|mentions?|mentioned|speaks?|spoke|puts?|cites?|cited|quotes?|finds?|found|answered|adds?|added"
)
# Who tells it is no part of what is told: "Mao (2025): …", "according to the ministry, …", "Wong reports that …".
_ATTRIBUTION = re.compile(
    rf"^(?:in )?(?:[A-Z][\w'’-]*(?: (?:et al\.?|and|&|[A-Z][\w'’-]*))*) ?(?:\((?:19|20)\d\d[a-z]?\))?:\s|"
    rf"\b[A-Z][\w-]*(?: (?:et al\.?|and|&|[A-Z][\w-]*))*(?:['’]s (?:[a-z]+ ){{1,4}}?)? ?(?:\((?:19|20)\d\d[a-z]?\),? )?"
    rf"(?:{_SAYING})\b|"
    r"\baccording to (?:the )?[\w’'-]+(?: [A-Z][\w-]*)*,?|\([A-Z][\w .&-]*,? (?:19|20)\d\d[a-z]?\)|"
    r"(?<=[A-Z][a-z]) ?\((?:19|20)\d\d[a-z]?\)|(?:\b[A-Z][\w-]*|\bal\.?) \((?:19|20)\d\d[a-z]?\)"
)
_EVERYDAY = frozenset(
    """
    the a an in on at of to for from by and but or as it its he she they we i this that these those there here if when
    while since until before after with without under over no not each every all most some many our their his her one
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december am pm although though whereas however thus despite even also because
    """.split()
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as it is compared: its words on one line, its heading, title, document, and the sentence before."""

    text: str
    heading: str
    title: str
    doc_id: str
    before: str = ""

    @classmethod
    def of(cls, citation: Citation) -> "Told":
        """Return the sentence of a citation."""
        passage = citation.passage
        earlier = [span for span in passage.sentences if span[0] < citation.start]
        before = " ".join(passage.slice(*earlier[-1]).split()) if earlier else ""
        heading = next((h for h in reversed(passage.heading) if h != citation.title), "")
        text = citation.line
        return cls(text, heading, citation.title, passage.doc_id, "" if is_row(text) else before)

    @property
    def place(self) -> str:
        """The title and heading under which it stands."""
        return f"{self.title} {self.heading}"

    @property
    def row(self) -> bool:
        """Whether it is a row of a table, which names its thing in the title or the heading."""
        return is_row(self.text)

    @property
    def own(self) -> str:
        """The sentence with what it is told of: a row's title and heading, what "it" refers to."""
        if self.row:
            return self.context
        return f"{self.before} {self.text}" if _REFERS.match(self.text) else self.text

    @property
    def context(self) -> str:
        """Everything around the sentence that tells what it is about."""
        name = re.sub(r"[\W_]+", " ", self.doc_id.rsplit(".", 1)[0])
        return " ".join((self.text, self.before, self.heading, self.title, name))


@lru_cache(maxsize=4000)
def unattributed(text: str) -> str:
    """Return a sentence without who tells it.

    >>> unattributed("Mao (2025): the margin is 5%."), unattributed("Wong reports that it has 44 million followers.")
    ('the margin is 5%.', 'that it has 44 million followers.')
    """
    return " ".join(_ATTRIBUTION.sub(" ", text).split())


@lru_cache(maxsize=4000)
def names(text: str) -> frozenset[str]:
    """Return the folded words of the names in a text: capitalised words that do not open it, and codes like "SU7".

    >>> sorted(names("The Pinto Plus tent and the X20 pump are sold in Hull."))
    ['hull', 'pinto', 'plus', 'x20']
    """
    found: set[str] = {m.group().lower() for m in _CODE.finditer(text)}
    for match in _NAME.finditer(text):
        opens = match.start() == 0 or text[: match.start()].rstrip().endswith((*".!?:;|•-",))
        parts = match.group().removesuffix("'s").removesuffix("’s").split()
        if opens and (len(parts) == 1 or parts[0].lower() in _EVERYDAY):
            parts = parts[1:]
        found |= {p.lower().removesuffix("'s") for p in parts if p.lower() not in _EVERYDAY}
    return frozenset(found)


@lru_cache(maxsize=4000)
def periods(text: str) -> dict[str, frozenset[str]]:
    """Return the years, quarters, months or days, and versions that a text names."""
    found = {
        "year": {m.group(1) for m in _YEARS.finditer(text)} | set(re.findall(r"((?:19|20)\d\d)年", text)),
        "quarter": {_first(m).lower() for m in _QUARTER.finditer(text)},
        "month": {_first(m).lower() for m in _MONTHS.finditer(text)},
        "version": {_first(m).lower() for m in (*_VERSION.finditer(text), *_EDITION.finditer(text))},
    }
    return {kind: frozenset(values) for kind, values in found.items()}


def _first(match: re.Match[str]) -> str:
    found = next(group for group in match.groups() if group)
    return {"first": "1", "second": "2", "third": "3", "fourth": "4", "一": "1", "二": "2", "三": "3", "四": "4"}.get(
        found.lower(), found
    )


def same_period(one: Told, other: Told, question: str, *, dated: bool) -> bool:
    """Return whether two sentences speak of the same time and version.

    The sentence counts before its heading, the heading before the title. Different periods part them; so does a
    period that only one has, unless the question names it. Where a date is asked (``dated``), only versions count.
    """
    if bool(_REPLACED.search(one.place)) != bool(_REPLACED.search(other.place)):
        return False
    asked = periods(question)
    for kind in ("version",) if dated else ("version", "year", "quarter", "month"):
        mine, theirs = _period(one, kind), _period(other, kind)
        if mine and theirs and not mine & theirs:
            return False
        only = mine or theirs
        if kind != "version" and bool(mine) != bool(theirs) and not only & asked[kind]:
            return False
    return True


def _period(told: Told, kind: str) -> frozenset[str]:
    return next((p for text in (told.text, told.heading, told.title) if (p := periods(text)[kind])), frozenset())


def same_marks(one: str, other: str) -> bool:
    """Return whether two sentences agree in plan or result, before or now, part or whole, least or most."""
    if any(bool(mark.search(one)) != bool(mark.search(other)) for mark in _MARK.values()):
        return False
    mine, theirs = set(re.findall(r"[a-z-]+", one.lower())), set(re.findall(r"[a-z-]+", other.lower()))
    for rivals in _RIVALS:
        ours, others = {rivals[w] for w in mine if w in rivals}, {rivals[w] for w in theirs if w in rivals}
        if ours and others and not ours & others:
            return False
    return True


def same_names(one: Told, other: Told, question: str, asked_for: str) -> bool:
    """Return whether two sentences name the same products, places and people.

    Each naming one that the other lacks parts them; so does one that directly continues a shared name ("Pinto Plus"),
    or where one holds for a place or group only ("in France"). Where a person or place is asked for, the names are
    the answer; where a date is, only names count that tell which thing is meant.
    """
    if asked_for in ("person", "place"):
        return True
    first, second = unattributed(one.text), unattributed(other.text)
    if asked_for == "date":
        places, others = _located(first, question), _located(second, question)
        return not (places and others and not places & others)
    asked = names(question)
    mine, theirs = names(first) - asked, names(second) - asked
    shared = (names(first) | frozenset(asked)) & (names(second) | frozenset(asked))
    for text, extra in ((first, mine - theirs), (second, theirs - mine)):
        for name in extra:
            if _continues(name, shared, text):
                return False
            if re.search(rf"\b(?:in|at|for|of|by|to|from) (?:the )?{re.escape(name)}\b", text, re.IGNORECASE):
                return False
    return not (mine - theirs and theirs - mine)


def _located(text: str, question: str) -> frozenset[str]:
    """Return the names that say which of the things asked about is meant: "Oakham" in "the library in Oakham"."""
    asked = set(terms(question, stop=False))
    found = re.finditer(r"([\w-]+) (?:in|at|of|for) (?:the )?([A-Z][\w'’-]*)", text)
    return frozenset(
        m.group(2).lower()
        for m in found
        if stem(m.group(1).lower()) in asked and m.group(2).lower() not in names(question)
    )


def _continues(name: str, shared: frozenset[str], text: str) -> bool:
    """Return whether a name makes another product of a shared one by standing next to it: "Pinto Plus"."""
    found = re.findall(r"[\w'’&.-]*\w", text.lower())
    return any({a, b} & shared and name in (a, b) and a != b for a, b in pairwise(found))
