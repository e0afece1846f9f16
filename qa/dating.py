"""When a document is from: a date in its front matter, its title, its file name, or near its beginning.

The first of these that gives a date is taken, in this order. A date inside the prose says what
the text is about and is no date of the document, unless words such as "published on" stand before it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations

from index.retrieve import Index
from index.words import terms
from qa.amend import amends
from qa.answer import Citation, Conflict
from qa.evidence import Judged
from qa.features import WORD, is_value
from qa.rows import cells, is_row
from qa.synonyms import content
from qa.values import Value, dates

LOOKED_AT = 12  # sentences among which two wordings of one are looked for
ALIKE = 0.5  # share of their words that two wordings of a sentence have in common
MOST = 3  # words in which they differ, for these to be told
_SAID = re.compile(rf"[$€£¥₹]?{WORD.pattern}%?")
OPENING = 2000  # characters of a document in which its date is looked for
_FIELD = re.compile(
    r"^[ \t]*(?:source[_ ])?(?:date|published|publication date|updated|last updated|modified|created|as of|"
    r"日期|发布日期|更新日期)(?: on)?[ \t]*[:：][ \t]*(.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|updated|released|issued|posted|dated|revised|effective|as of|(?:valid|in (?:force|effect))"
    r"(?= (?:from|since|as of|on)\b))(?: on| in| from| as of| since)?:? (.{4,24})|"
    r"(?:发布|更新|印发)于?(.{4,14})",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|currently|current|at present|today|nowadays|latest|most recent|newest|up[- ]to[- ]date|at the moment|"
    r"these days|still|in (?:force|effect)|as (?:things|it|matters) stands?|(?:present|new|valid) (?:rules?|version|"
    r"fees?|prices?|rates?|terms|policy|handbook|agreement|regulations?|guidelines?))\b|现在|目前|最新|当前|如今",
    re.IGNORECASE,
)
_PAST = re.compile(  # asks for what was, for a year or month, or for what changed
    r"\b(?:did|was|were|had|used to|before|previous(?:ly)?|former(?:ly)?|old|earlier|until|ago|last|since|as of|"
    r"change[sd]?|differ\w*|compar\w*|versions?|history|"
    r"in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b|\d{4}|以前|之前|过去|曾",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?:19|20)\d\d|v?\d+|versions?|editions?|revis\w*|old|new|former|previous|current|replac\w*")
_DRAFT = re.compile(
    r"\b(?:draft|proposal|proposed|not (?:yet )?(?:approved|in force|valid))\b|草案|草稿", re.IGNORECASE
)
_CITED = re.compile(r"\(((?:19|20)\d\d)\)|\([A-Z][\w .&-]*, ((?:19|20)\d\d)\)")


def document_date(doc_id: str, title: str, opening: str) -> str:
    """Return the date of a document as it is written, or "" where none is given.

    >>> document_date("a.md", "Prices", "Date: 9 June 2025"), document_date("s-2024.pdf", "Sales", "Up in 2020.")
    ('9 June 2025', '2024')
    """
    head = opening[:OPENING]
    name = re.sub(r"[_/.]+|-(?!\d\d(?!\d))", " ", doc_id)
    fields = [m.group(1) for m in _FIELD.finditer(head)]
    told = [m.group(1) or m.group(2) for m in _PUBLISHED.finditer(head)]
    lines = [line for line in head.split("\n")[:12] if len(line.strip()) <= 24]
    for text in (*fields, title, name, *told, *lines):
        if found := [d for d in dates(text) if d.dimension == "date"]:
            return found[0].text
    return ""


def asks_now(question: str) -> bool:
    """Return whether a question asks for what holds now, so that the newer document is preferred.

    >>> asks_now("What does it cost now?"), asks_now("What did it cost?")
    (True, False)
    """
    return _NOW.search(question) is not None


def newer_first(judged: Judged, question: str, index: Index) -> Judged:
    """Return the evidence with the newer of two wordings of a sentence first, unless the question asks for what was.

    A rule that was replaced says the same but for a number or day, or stands in like words in the same place of a newer
    version of the same document; of one that asks for now also where the other changes its value. Both are told.
    """
    evidence = list(judged.evidence)
    looked = [e.citation for e in evidence[:LOOKED_AT]]
    for n, m in combinations(range(len(looked)), 2):
        one, other = evidence[n], evidence[m]
        pair = (other.citation, one.citation)
        if (
            _replaces(*pair, question, index)
            or (_counterparts(*pair, question, looked) and _newer(*pair, question, index))
            or _amended(*pair, question, index)
        ):
            evidence[n], evidence[m] = replace(other, score=one.score), replace(one, score=other.score)
    return replace(judged, evidence=tuple(evidence))


def replaced(cited: Sequence[Citation], question: str, index: Index) -> tuple[Conflict, ...]:
    """Return what the first sentence and an older wording of it differ in, where a question asks for now."""
    for old in cited[1:] if asks_now(question) else ():
        new = cited[0]
        if said := _replaces(new, old, question, index):
            return (Conflict(said, (new, old), (_date(new, index), _date(old, index)), newest_first=True),)
    return ()


def _replaces(new: Citation, old: Citation, question: str, index: Index) -> tuple[str, str] | None:
    """Return the values in which a sentence is a newer wording of another, None where it is not."""
    said = _differing(new.quote, old.quote, question) if one_title(new, old) else None
    return said if said and _newer(new, old, question, index) else None


def _amended(new: Citation, old: Citation, question: str, index: Index) -> bool:
    """Return whether a sentence changes another one's value, where a question asks for now.

    It does so not only in time to come, and is not of a document that is dated earlier.
    """
    if not asks_now(question) or not amends(new.line, old.line):
        return False
    newer, older, today = (_when(day) for day in (_date(new, index), _date(old, index), date.today().isoformat()))
    if newer and older and newer.high < older.low:
        return False
    return not any(today and day.low > today.high for day in dates(new.line) if day.dimension == "date")


def _counterparts(new: Citation, old: Citation, question: str, looked: Sequence[Citation]) -> bool:
    """Return whether two sentences under one heading share most words, and each with none of the other's text more.

    The newer one lacks no word of the question that the older one holds.
    """
    if not one_title(new, old) or new.passage.heading[1:] != old.passage.heading[1:]:
        return False
    if set(terms(question)) & set(terms(old.quote)) - set(terms(new.quote)):
        return False
    shared = _shared(new, old)
    mine = (_shared(new, c) for c in looked if c.passage.doc_id == old.passage.doc_id and c.key != old.key)
    theirs = (_shared(old, c) for c in looked if c.passage.doc_id == new.passage.doc_id and c.key != new.key)
    return shared >= ALIKE and all(shared > other for other in (*mine, *theirs))


def _shared(one: Citation, other: Citation) -> float:
    """Return the share of the words of two sentences that both hold (Jaccard), in [0, 1]."""
    mine, theirs = set(terms(one.quote)), set(terms(other.quote))
    return len(mine & theirs) / max(1, len(mine | theirs))


def _newer(new: Citation, old: Citation, question: str, index: Index) -> bool:
    """Return whether a sentence is of a newer version of the document of another one, and no past one is asked for.

    Their documents have one title but for years and versions, and that of the newer one lacks no word of the question
    which the older one holds; it is neither a draft nor dated later than today.
    """
    if _PAST.search(question) and not asks_now(question):
        return False
    newer, older, today = (_when(day) for day in (_date(new, index), _date(old, index), date.today().isoformat()))
    if not newer or not older or not today or not older.high < newer.low <= today.low:
        return False
    texts = [f"{c.title} {index.document(c.passage.doc_id).text}" for c in (new, old)]
    if _DRAFT.search(texts[0][:OPENING]):
        return False
    held = [set(terms(text)) for text in texts]  # of whole documents, so the last thing that is looked at
    return not set(terms(question)) & (held[1] - held[0])


def one_title(one: Citation, other: Citation) -> bool:
    """Return whether two sentences are of two documents whose titles are the same but for years and versions."""
    if one.passage.doc_id == other.passage.doc_id:
        return False
    return all(_MARK.fullmatch(term) for term in set(terms(one.title)) ^ set(terms(other.title)))


def _differing(one: str, other: str, question: str) -> tuple[str, str] | None:
    """Return the few values in which alone two texts differ; of two rows of one thing the cell that is asked for."""
    if is_row(one) and is_row(other):
        mine, theirs = cells(one), cells(other)
        keys = [key for key in mine if mine[key] != theirs.get(key, mine[key]) and content(key) & content(question)]
        same = list(mine) == list(theirs) and next(iter(mine.values())) == next(iter(theirs.values()))
        return (mine[keys[0]], theirs[keys[0]]) if same and len(keys) == 1 else None
    words = _SAID.findall(one), _SAID.findall(other)
    new, old = ([w for w in words[n] if w not in words[1 - n]] for n in (0, 1))
    if not all(said and len(said) <= MOST and all(map(_is_value, said)) for said in (new, old)):
        return None
    return _joined(new, one), _joined(old, other)


def _joined(said: Sequence[str], text: str) -> str:
    """Return words as they stand together in a text, else parted by commas."""
    together = " ".join(said)
    return together if together in " ".join(text.split()) else ", ".join(said)


def _is_value(word: str) -> bool:
    return is_value(word.lower().strip("$€£¥₹%"))


def dated(found: Sequence[Conflict], question: str, index: Index) -> tuple[Conflict, ...]:
    """Return conflicts with the date of each side; the newest first where the question asks for now."""
    return tuple(_ordered(replace(c, dates=tuple(_date(x, index) for x in c.citations)), question) for c in found)


def _date(citation: Citation, index: Index) -> str:
    """Return the year a sentence gives to its own source ("Mao (2025)"), else its document's date."""
    if match := _CITED.search(citation.quote):
        return match.group(1) or match.group(2)
    doc_id = citation.passage.doc_id
    return document_date(doc_id, citation.title, index.document(doc_id).text)


def _ordered(conflict: Conflict, question: str) -> Conflict:
    whens = [_when(date) for date in conflict.dates]
    if not asks_now(question) or not all(whens):
        return conflict
    starts = [when.low for when in whens if when]
    order = sorted(range(len(starts)), key=lambda n: -starts[n])
    if starts[order[0]] == starts[order[-1]]:
        return conflict
    pick = [(conflict.values[n], conflict.citations[n], conflict.dates[n]) for n in order]
    values, citations, days = zip(*pick, strict=True)
    return Conflict(values, citations, days, newest_first=True)


def _when(date: str) -> Value | None:
    return next(iter(dates(date)), None)
