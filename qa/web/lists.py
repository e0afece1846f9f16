"""What stands around a chat, as safe HTML: head, conversations, documents, what became of an upload, a first visit."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from corpus.load.sniff import kind
from index.documents import DocumentInfo
from qa.texts import Language
from qa.web.html import asks, deed, joined
from qa.web.texts import named, say

TITLES = 4  # documents named on a first visit
VIEWS = ("chat", "documents", "settings")


def top(documents: int, privacy: str, language: Language) -> Markup:
    """Return the head of the page: its name, what is asked and what leaves this machine."""
    menu = say(language, "menu")
    return Markup(
        '<button type="button" class="icon" data-do="menu" aria-label="{}" title="{}" aria-controls="side"'
        ' aria-expanded="true">☰</button><h1>Grounded QA</h1><p class="dim" data-lang="{}">{} {}</p>'
    ).format(menu, menu, language, say(language, "ask have", n=documents), privacy)


def side(language: Language) -> Markup:
    """Return the head of the sidebar: a new chat, the views, and the search of the conversations below."""
    views = [
        Markup('<li><button type="button" class="view" data-do="view" data-view="{}">{}</button></li>').format(
            view, say(language, view)
        )
        for view in VIEWS
    ]
    return Markup(
        '<button type="button" class="fresh" data-do="fresh">{}</button><nav aria-label="{}"><ul>{}</ul></nav>'
        '<h2>{}</h2><input type="search" data-search aria-label="{}" placeholder="{}">'
    ).format(
        say(language, "new chat"),
        say(language, "views"),
        joined(views),
        say(language, "past"),
        say(language, "find past"),
        say(language, "find past"),
    )


def welcome(infos: Sequence[DocumentInfo], examples: Sequence[str], language: Language) -> Markup:
    """Return what stands in an empty chat: what is asked, questions that work, and how to ask."""
    if not infos:
        return Markup(
            '<section class="welcome" data-conversation=""><h2>{}</h2>'
            '<button type="button" class="fresh" data-do="view" data-view="documents">{}</button></section>'
        ).format(say(language, "nothing"), say(language, "add first"))
    kinds = Counter(named(language, kind(info.media_type)) for info in infos)
    counts = ", ".join(f"{name} {count}" for name, count in kinds.most_common())
    titles = [Markup('<li dir="auto">{}</li>').format(info.title) for info in infos[:TITLES]]
    hows = [Markup("<li>{}</li>").format(say(language, how)) for how in ("how whole", "how list", "how more")]
    return Markup(
        '<section class="welcome" data-conversation=""><h2>{}</h2>'
        '<p>{}</p><p>{} {}</p><ul class="titles">{}</ul>{}<h3>{}</h3><ul>{}</ul>'
        "</section>"
    ).format(
        say(language, "welcome"),
        say(language, "promise"),
        say(language, "kinds", what=say(language, "have", n=len(infos)), kinds=counts),
        say(language, "among") if len(infos) > TITLES else "",
        joined(titles),
        asks(examples, say(language, "examples")),
        say(language, "how"),
        joined(hows),
    )


def scope(titles: Sequence[str], language: Language) -> Markup:
    """Return which documents a conversation asks, and the way back to all."""
    names = ", ".join(titles[:TITLES]) + (f" + {len(titles) - TITLES}" if len(titles) > TITLES else "")
    told = say(language, "only", names=names) if titles else say(language, "none left")
    return Markup('<div class="notice" role="status" dir="auto">{} {}</div>').format(
        told, deed("every", "", say(language, "ask every"))
    )
