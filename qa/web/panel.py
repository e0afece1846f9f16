"""The source panel as safe HTML: a quote marked in its passage, with the text around it. No gradio."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import PurePath

from markupsafe import Markup

from corpus.document import Document
from corpus.locate import Area
from corpus.picture import Picture
from qa.answer import Citation
from qa.texts import Language
from qa.web.html import NONE, joined, place
from qa.web.texts import say

AROUND = 900  # characters of the document shown before and after the passage of a quote


def window(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of a document to show around a passage: cut where a paragraph or a line begins, if one does."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    for stop in ("\n\n", "\n"):
        if first and (at := text.find(stop, first, start)) >= 0:
            first = at + len(stop)
            break
    for stop in ("\n\n", "\n"):
        if last < len(text) and (at := text.rfind(stop, end, last)) >= 0:
            last = at
            break
    return first, last


def _marked(document: Document, chosen: Citation, cited: Sequence[Citation]) -> Markup:
    """Return the text around the chosen quote, which is marked; the answer's other quotes there are marked faintly."""
    text, passage = document.text, chosen.passage
    first, last = window(text, passage.start, passage.end)
    others = [c for c in cited if c.passage.doc_id == document.id and (c.end <= chosen.start or c.start >= chosen.end)]
    spans, at, parts = sorted({(c.start, c.end) for c in others} | {(chosen.start, chosen.end)}), first, []
    for start, end in spans:
        if start < at or end > last:  # outside what is shown, or overlapping the one before
            continue
        name = Markup('id="quote"' if (start, end) == (chosen.start, chosen.end) else 'class="other"')
        parts += [text[at:start], Markup("<mark {}>{}</mark>").format(name, text[start:end])]
        at = end
    dots = ["… " * (first > 0), *parts, text[at:last], " …" * (last < len(text))]
    return Markup('<div class="passage" dir="auto" tabindex="0">{}</div>').format(joined(dots))


def _step(do: str, label: str, symbol: str, disabled: bool) -> Markup:
    return Markup('<button type="button" class="icon" data-do="{}" aria-label="{}" title="{}"{}>{}</button>').format(
        do, label, label, Markup(" disabled") if disabled else NONE, symbol
    )


def source(document: Document, cited: Sequence[Citation], turn: int, number: int, language: Language) -> Markup:
    """Return the panel for citation ``number``, from 1, of a turn's ``cited``; ``document`` is the one it quotes."""
    chosen = cited[number - 1]
    where = " · ".join(filter(None, (PurePath(document.id).name, place(chosen, language))))
    steps = [
        _step("previous", say(language, "previous"), "‹", number == 1),
        Markup('<span class="dim">{}</span>').format(say(language, "of", n=number, all=len(cited))),
        _step("following", say(language, "following"), "›", number == len(cited)),
        _step("close", say(language, "close"), "×", False),
    ]
    return Markup(
        '<section class="source" tabindex="-1" aria-label="{}" data-turn="{}" data-n="{}" data-all="{}">'
        '<div class="steps">{}</div><h2 dir="auto">[{}] {}</h2><p class="dim" dir="auto">{}</p>{}'
        '<p class="dim keys">{}</p></section>'
    ).format(
        say(language, "panel"),
        turn,
        number,
        len(cited),
        joined(steps),
        number,
        chosen.title,
        where,
        _marked(document, chosen, cited),
        say(language, "keys"),
    )


def gone(language: Language) -> Markup:
    """Return the panel for a source that the index no longer holds."""
    close = _step("close", say(language, "close"), "×", False)
    return Markup(
        '<section class="source" tabindex="-1" aria-label="{}"><div class="steps">{}</div><p>{}</p></section>'
    ).format(say(language, "panel"), close, say(language, "gone"))


def sheet(picture: Picture, areas: Sequence[Area], language: Language) -> Markup:
    """Return a page as an image that needs no other request, with the areas of a quote marked in it."""
    page = areas[0].page
    boxes = [
        Markup('<i class="area" style="left:{:.2%};top:{:.2%};width:{:.2%};height:{:.2%}"></i>').format(
            area.left, area.top, area.right - area.left, area.bottom - area.top
        )
        for area in areas
        if area.page == page
    ]
    told = say(language, "sheet", n=page)
    return Markup(
        '<figure class="sheet"><figcaption>{}</figcaption><div><img src="data:{};base64,{}" alt="{}" width="{}"'
        ' height="{}">'
        "{}</div></figure>"
    ).format(
        told, picture.media_type, b64encode(picture.data).decode(), told, picture.width, picture.height, joined(boxes)
    )


def no_sheet(reason: str, language: Language) -> Markup:
    """Return why a page cannot be shown."""
    return Markup('<p class="dim" dir="auto">{}</p>').format(say(language, "no sheet", reason=reason))
