"""Safe HTML and its parts: every word of a document, a file name or a question is escaped by construction.

Markup is put together by ``Markup.format`` and ``join`` alone, which escape whatever is no ``Markup`` itself; a plain
string can therefore never become a tag or an attribute. No gradio, no retrieval.
"""

from collections.abc import Sequence

from markupsafe import Markup

from qa.answer import Citation
from qa.texts import Language
from qa.web.texts import say

NONE = Markup()


def joined(parts: Sequence[str], between: str = "") -> Markup:
    """Return texts and markup one after another, texts escaped."""
    return Markup(between).join(parts)


def place(citation: Citation, language: Language) -> str:
    """Return where a quote stands in its document: page and headings, ``p. 3 · Cars › Price``; "" for neither."""
    passage = citation.passage
    path = " › ".join(heading for heading in passage.heading if heading != citation.title)
    page = say(language, "page", n=passage.page) if passage.page else ""
    return " · ".join(part for part in (page, path) if part)


def marker(citation: Citation, number: int, turn: int, language: Language) -> Markup:
    """Return the marker of a source: a button that opens it, with what its card shows."""
    return Markup(
        '<button type="button" class="cite" data-do="cite" data-turn="{}" data-n="{}" data-title="{}" data-place="{}"'
        ' data-quote="{}" aria-label="{}">[{}]</button>'
    ).format(
        turn,
        number,
        citation.title,
        place(citation, language),
        citation.quote,
        say(language, "source", n=number, title=citation.title),
        number,
    )


def button(do: str, turn: int, label: str, **more: str) -> Markup:
    """Return a small button of an answer; ``more`` are further attributes, ``_`` standing for ``-``."""
    return _small(do, label, data_turn=str(turn), **more)


def deed(do: str, name: str, label: str, told: str = "", **more: str) -> Markup:
    """Return a small button that does something with what bears a name; ``told`` says so to a screen reader."""
    return _small(do, label, data_id=name, aria_label=told or label, **more)


def _small(do: str, label: str, **attributes: str) -> Markup:
    told = joined([Markup(' {}="{}"').format(name.replace("_", "-"), value) for name, value in attributes.items()])
    return Markup('<button type="button" class="small" data-do="{}"{}>{}</button>').format(do, told, label)


def asks(questions: Sequence[str], heading: str) -> Markup:
    """Return questions as buttons that ask them; nothing for none."""
    if not questions:
        return NONE
    buttons = [
        Markup(
            '<li><button type="button" class="ask" data-do="pick" data-text="{}" dir="auto">{}</button></li>'
        ).format(question, question)
        for question in questions
    ]
    return Markup('<section class="asks"><h3>{}</h3><ul>{}</ul></section>').format(heading, joined(buttons))


def notice(line: str) -> Markup:
    """Return what went wrong as a visible note; nothing for an empty line."""
    return Markup('<div class="notice" role="alert" dir="auto">{}</div>').format(line) if line else NONE


def size(count: int) -> str:
    """Return a number of bytes in words.

    >>> size(900), size(1_536_000)
    ('900 B', '1.5 MB')
    """
    number, units = float(count), iter(("B", "KB", "MB", "GB"))
    unit = next(units)
    while number >= 1000 and unit != "GB":
        number, unit = number / 1000, next(units)
    return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"
