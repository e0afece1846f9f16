"""What stands around a chat, as safe HTML: head, conversations, documents, what became of an upload, a first visit."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from corpus.document import Failure
from corpus.load.sniff import kind
from index.documents import DocumentInfo
from index.report import SyncReport
from qa.texts import Language
from qa.web.html import NONE, asks, joined, notice
from qa.web.texts import named, say

TITLES = 4  # documents named on a first visit
VIEWS = ("chat", "documents", "settings")


def top(documents: int, privacy: str, language: Language) -> Markup:
    """Return the head of the page: its name, what is asked and what leaves this machine."""
    menu = say(language, "menu")
    return Markup(
        '<button type="button" class="icon" data-do="menu" aria-label="{}" title="{}" aria-controls="side"'
        ' aria-expanded="true">☰</button><h1>Grounded QA</h1><p class="dim">{} {}</p>'
    ).format(menu, menu, say(language, "ask have", n=documents), privacy)


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


def _row(info: DocumentInfo, language: Language) -> Markup:
    pages = say(language, "pages", n=info.pages) if info.pages else say(language, "passages", n=info.passages)
    facts = " · ".join((named(language, kind(info.media_type)), pages, info.id))
    return Markup(
        '<li data-find="{}"><strong dir="auto">{}</strong><span class="dim" dir="auto">{}</span></li>'
    ).format(f"{info.title} {info.id}".lower(), info.title, facts)


def documents(
    infos: Sequence[DocumentInfo], failures: Sequence[Failure], notes: Sequence[Failure], language: Language
) -> Markup:
    """Return the documents with their search, and what could not be read with its reasons."""
    find = say(language, "find document")
    search = Markup('<input type="search" data-finds="found" aria-label="{}" placeholder="{}">').format(find, find)
    rows = joined([_row(info, language) for info in infos])
    return Markup('<h2>{}</h2>{}<ul class="found" aria-label="{}">{}</ul><p class="none" hidden>{}</p>{}{}').format(
        say(language, "have", n=len(infos)),
        search if len(infos) > 1 else NONE,
        say(language, "documents"),
        rows,
        say(language, "none found"),
        _problems("problems", failures, language),
        _problems("partly", notes, language),
    )


def _problems(heading: str, problems: Sequence[Failure], language: Language) -> Markup:
    """Return files with what was wrong with them; nothing for none."""
    if not problems:
        return NONE
    lines = [
        Markup('<li dir="auto"><strong>{}</strong> <span class="dim">{}</span></li>').format(p.doc_id, p.reason)
        for p in problems
    ]
    summary = say(language, heading, n=len(problems))
    return Markup('<details data-keep="{}"><summary>{}</summary><ul>{}</ul></details>').format(
        heading, summary, joined(lines)
    )


def report(done: SyncReport, names: Sequence[str], language: Language) -> Markup:
    """Return what became of the uploaded files ``names``: added, already there, or why not."""
    reasons = {Path(failure.doc_id).name: failure.reason for failure in done.failed}
    new = {part for doc in (*done.added, *done.changed, *done.moved) for part in Path(doc).parts}
    old = {part for doc in done.unchanged for part in Path(doc).parts}
    added: list[str] = []
    same: list[str] = []
    lost = NONE
    for name in names:
        if name in reasons or name not in new | old:
            reason = reasons.get(name, say(language, "unreadable"))
            lost += notice(say(language, "not added", name=name, reason=reason))
        else:
            (added if name in new else same).append(name)
    told = NONE
    for key, kept in (("added", added), ("same", same)):
        if kept:
            line = say(language, key, names=", ".join(kept))
            told += Markup('<p role="status" dir="auto">{}</p>').format(line)
    return told + lost
