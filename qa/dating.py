"""When a document is from: a date in its front matter, its title, its file name, or near its beginning.

The first of these that gives a date is taken, in this order. A date inside the prose says what
the text is about and is no date of the document, unless words such as "published on" stand before it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.retrieve import Index
from qa.answer import Citation, Conflict
from qa.values import Value, dates

OPENING = 2000  # characters of a document in which its date is looked for
_FIELD = re.compile(
    r"^[ \t]*(?:source[_ ])?(?:date|published|publication date|updated|last updated|modified|created|as of|"
    r"日期|发布日期|更新日期)(?: on)?[ \t]*[:：][ \t]*(.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|updated|released|issued|posted|dated|revised|effective|as of)(?: on| in| from)?:? (.{4,24})|"
    r"(?:发布|更新|印发)于?(.{4,14})",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|currently|current|at present|today|nowadays|latest|most recent|newest|up[- ]to[- ]date|at the moment|"
    r"these days|still)\b|现在|目前|最新|当前|如今",
    re.IGNORECASE,
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
