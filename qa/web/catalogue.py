"""The documents of an index as safe HTML: list, choice, folders, what could not be read, what was taken out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from corpus.document import Failure
from corpus.load.sniff import kind
from index.documents import DocumentInfo
from qa.sources import Folder
from qa.texts import Language
from qa.web.html import NONE, deed, joined, size
from qa.web.texts import named, say


@dataclass(frozen=True, slots=True)
class Held:
    """What an index is made of, with the ids that were taken out; ``manages``: who sees it may change it."""

    infos: Sequence[DocumentInfo]
    failures: Sequence[Failure]
    hidden: Sequence[str]
    folders: Sequence[Folder]
    manages: bool


def _row(info: DocumentInfo, chosen: Collection[str] | None, manages: bool, language: Language) -> Markup:
    pages = say(language, "pages", n=info.pages) if info.pages else say(language, "passages", n=info.passages)
    facts = " · ".join(filter(None, (named(language, kind(info.media_type)), pages, size(info.size), info.id)))
    read = Markup(' · {} <time datetime="{}" data-day></time>').format(say(language, "read on"), info.read_at)
    out = deed("hide", info.id, say(language, "take out"), say(language, "take out of", title=info.title))
    notes = [Failure(info.id, problem) for problem in info.problems]
    return Markup(
        '<li data-find="{}"><input type="checkbox" data-id="{}" aria-label="{}"{}><div>'
        '<button type="button" class="title" data-do="read" data-id="{}" dir="auto">{}</button>'
        '<span class="dim" dir="auto">{}{}</span>{}</div>{}</li>'
    ).format(
        f"{info.title} {info.id}".lower(),
        info.id,
        say(language, "tick", title=info.title),
        Markup(" checked") if chosen is not None and info.id in chosen else NONE,
        info.id,
        info.title,
        facts,
        read if info.read_at else NONE,
        _problems(f"partly-{info.id}", "partly", notes, language),
        out if manages else NONE,
    )


def documents(held: Held, chosen: Collection[str] | None, language: Language) -> Markup:
    """Return the documents with their search, what could not be read, what was taken out, and the folders.

    ``chosen`` are the ids that the open conversation asks, None for all.
    """
    find, all_ = say(language, "find document"), len(held.infos)
    search = Markup('<input type="search" data-finds="found" aria-label="{}" placeholder="{}">').format(find, find)
    ticked = all_ if chosen is None else sum(info.id in chosen for info in held.infos)
    choice = Markup(
        '<div class="choice"><span class="dim">{}</span>'
        '<button type="button" class="small" data-do="choose">{}</button>'
        '<button type="button" class="small" data-do="every"{}>{}</button></div>'
    ).format(
        say(language, "asks all") if chosen is None else say(language, "asks some", n=ticked, all=all_),
        say(language, "ask ticked"),
        Markup(" disabled") if chosen is None else NONE,
        say(language, "ask every"),
    )
    rows = joined([_row(info, chosen, held.manages, language) for info in held.infos])
    return Markup(
        '{}{}<h2>{}</h2>{}{}<ul class="found" aria-label="{}" data-chosen="{}">{}</ul><p class="none" hidden>{}</p>{}'
    ).format(
        _hidden(held, language),
        _folders(held, language) if held.manages else NONE,
        say(language, "have", n=all_),
        search if all_ > 1 else NONE,
        choice if all_ > 1 else NONE,
        say(language, "documents"),
        "*" if chosen is None else " ".join(sorted(chosen)),
        rows,
        say(language, "none found"),
        _problems("problems", "problems", held.failures, language),
    )


def _hidden(held: Held, language: Language) -> Markup:
    """Return what was taken out and can be brought back."""
    if not held.hidden:
        return NONE
    rows = [
        Markup('<li><span dir="auto">{}</span>{}{}</li>').format(
            name, deed("restore", name, say(language, "undo")), deed("finish", name, say(language, "for good"))
        )
        for name in held.hidden
    ]
    return Markup('<section class="notice out" role="status"><p>{}</p><ul>{}</ul></section>').format(
        say(language, "taken out"), joined(rows)
    )


def _folders(held: Held, language: Language) -> Markup:
    """Return the folders that are followed, and the way to follow another."""
    rows = []
    for folder in held.folders:
        told = say(language, "have", n=folder.documents)
        told = told if folder.there else f"{told} · {say(language, 'not there')}"
        drop = NONE if folder.ships else deed("unfollow", str(folder.path), say(language, "unfollow"))
        rows.append(
            Markup('<li><span dir="auto">{}</span> <span class="dim">{}</span>{}</li>').format(
                say(language, "ships") if folder.ships else folder.path, told, drop
            )
        )
    sync = deed("sync", "", say(language, "sync")) if any(not folder.ships for folder in held.folders) else NONE
    return Markup(
        '<details class="folders" data-keep="folders"><summary>{}</summary><ul>{}</ul>{}<p class="dim">{}</p>'
        '<div class="follow"><label>{}<input type="text" spellcheck="false" placeholder="/home/…/reports"></label>'
        '<button type="button" class="small" data-do="follow">{}</button></div></details>'
    ).format(
        say(language, "folders", n=len(held.folders)),
        joined(rows),
        sync,
        say(language, "folders how"),
        say(language, "folder"),
        say(language, "follow"),
    )


def _problems(key: str, heading: str, problems: Sequence[Failure], language: Language) -> Markup:
    """Return files with what was wrong with them; nothing for none."""
    if not problems:
        return NONE
    lines = [
        Markup('<li dir="auto"><strong>{}</strong> <span class="dim">{}</span></li>').format(p.doc_id, p.reason)
        for p in problems
    ]
    summary = say(language, heading, n=len(problems))
    return Markup('<details data-keep="{}"><summary>{}</summary><ul>{}</ul></details>').format(
        key, summary, joined(lines)
    )
