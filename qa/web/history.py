"""The list of conversations as safe HTML, with what can be done to each; and one as a file to save."""

import time
from collections.abc import Callable, Sequence

from markupsafe import Markup

from qa.texts import Language
from qa.web import export
from qa.web.html import NONE, deed, joined
from qa.web.texts import say
from qa.web.turns import Conversation, StoredTurn

SHOWN = 60  # conversations listed; older ones are found by searching
FORMS: dict[str, tuple[str, str, Callable[[Conversation, Sequence[StoredTurn], Language], str]]] = {
    "Markdown": ("md", "text/markdown", export.to_markdown),
    "JSON": ("json", "application/json", export.to_json),
    "HTML": ("html", "text/html", export.to_html),
}


def past(conversations: Sequence[Conversation], search: str, language: Language) -> Markup:
    """Return the conversations as a list, in the order given; ``search`` is what they were searched for."""
    if not conversations:
        told = say(language, "none past" if search.strip() else "first past")
        return Markup('<p class="dim">{}</p>').format(told)
    rows = joined([_row(one, language) for one in conversations[:SHOWN]])
    older = len(conversations) - SHOWN
    more = Markup('<p class="dim">{}</p>').format(say(language, "more past", n=older)) if older > 0 else NONE
    return Markup('<ul class="talks" aria-label="{}">{}</ul>{}').format(say(language, "past"), rows, more)


def _row(one: Conversation, language: Language) -> Markup:
    title = one.title or say(language, "untitled")
    more = say(language, "more", title=title)
    saves = [deed("export", one.id, form, data_form=form) for form in FORMS]
    return Markup(
        '<li data-id="{0}"><button type="button" class="talk" data-do="open" data-id="{0}" dir="auto">{1}</button>'
        '<details class="more" data-keep="talk-{0}"><summary aria-label="{2}" title="{2}">⋯</summary><div>'
        '<label>{3}<input type="text" value="{1}" maxlength="80"></label>{4}<p>{5} {6}</p>{7}'
        '<time class="dim" datetime="{8}"></time></div></details></li>'
    ).format(
        one.id,
        title,
        more,
        say(language, "name"),
        deed("rename", one.id, say(language, "rename")),
        say(language, "save as"),
        joined(saves, " "),
        deed("erase", one.id, say(language, "delete"), data_sure=say(language, "delete sure", title=title)),
        one.updated.isoformat(),
    )


def file(one: Conversation, turns: Sequence[StoredTurn], form: str, language: Language) -> Markup:
    """Return a conversation as a file that the page's script hands to the browser; ``form`` is one of ``FORMS``."""
    suffix, media_type, written = FORMS[form]
    name = "".join(c if c.isalnum() else "-" for c in one.title)[:60].strip("-") or "conversation"
    return Markup('<span hidden data-name="{}" data-type="{}" data-text="{}" data-at="{}"></span>').format(
        f"{name}.{suffix}", media_type, written(one, turns, language), time.monotonic_ns()
    )
