"""A document to read in full as safe HTML, its pages marked; a long one in parts. No gradio."""

from bisect import bisect_right
from pathlib import PurePath

from markupsafe import Markup

from corpus.document import Document
from qa.texts import Language
from qa.web.html import NONE, joined
from qa.web.texts import say

PART = 60_000  # characters shown at a time


def shown(document: Document, at: int, language: Language) -> Markup:
    """Return the part of a document in which the character ``at`` stands, with ways to the parts around it."""
    text = document.text
    part = min(max(at, 0), max(0, len(text) - 1)) // PART
    first, last = part * PART, min(len(text), (part + 1) * PART)
    parts = -(-len(text) // PART)
    ways = NONE
    if parts > 1:
        ways = Markup('<p class="ways">{}<span class="dim">{}</span>{}</p>').format(
            _way(document, first - PART, say(language, "previous part")) if part else NONE,
            say(language, "part", n=part + 1, all=parts),
            _way(document, last, say(language, "next part")) if last < len(text) else NONE,
        )
    return Markup(
        '<section class="leaf" tabindex="-1" aria-label="{1}">'
        '<button type="button" class="small" data-do="unread">‹ {0}</button>'
        '<h2 dir="auto">{1}</h2><p class="dim" dir="auto">{2}</p>{3}{4}{3}</section>'
    ).format(
        say(language, "documents"),
        document.title,
        PurePath(document.id).as_posix(),
        ways,
        joined(_pages(document, first, last, language)),
    )


def _way(document: Document, at: int, label: str) -> Markup:
    return Markup('<button type="button" class="small" data-do="read" data-id="{}" data-at="{}">{}</button>').format(
        document.id, at, label
    )


def _pages(document: Document, first: int, last: int, language: Language) -> list[Markup]:
    """Return the text from ``first`` to ``last``, each page under its number."""
    starts, text = document.page_starts, document.text
    if not starts:
        return [Markup('<div class="passage" dir="auto">{}</div>').format(text[first:last])]
    found = []
    page = max(0, bisect_right(starts, first) - 1)
    while page < len(starts) and starts[page] < last:
        end = starts[page + 1] if page + 1 < len(starts) else len(text)
        piece = text[max(first, starts[page]) : min(last, end)].strip("\n")
        found.append(
            Markup('<h3 class="folio">{}</h3><div class="passage" dir="auto">{}</div>').format(
                say(language, "folio", n=page + 1), piece
            )
        )
        page += 1
    return found
