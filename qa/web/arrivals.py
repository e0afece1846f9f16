"""Files on their way into the index as safe HTML: where they are dropped, how far they are, what became of them."""

from collections.abc import Collection, Sequence

from markupsafe import Markup

from index.report import SyncReport
from qa.texts import Language
from qa.web.html import NONE, notice, size
from qa.web.reading import Stage
from qa.web.texts import say

NAMED = 8  # files named one by one after an upload


def adder(language: Language) -> Markup:
    """Return the place where files, folders and archives are dropped or chosen; the script sends them."""
    return Markup(
        '<div class="drop" data-sending="{}" data-refused="{}" data-left="{}" data-large="{}"><p>{}</p>'
        '<button type="button" class="small" data-do="files">{}</button> '
        '<button type="button" class="small" data-do="folder">{}</button>'
        '<input type="file" multiple hidden aria-label="{}"><input type="file" webkitdirectory hidden aria-label="{}">'
        '<p class="transfer" role="status" hidden><span></span> <button type="button" class="small" data-do="cut">{}'
        "</button></p></div>"
    ).format(
        say(language, "sending", n="{n}", all="{all}", name="{name}"),  # the script fills them in
        say(language, "not sent", name="{name}", reason="{reason}"),
        say(language, "left unsent", names="{names}"),
        say(language, "too large"),
        say(language, "drop"),
        say(language, "choose files"),
        say(language, "choose folder"),
        say(language, "add"),
        say(language, "choose folder"),
        say(language, "cancel"),
    )


def stage(stage: Stage, language: Language) -> Markup:
    """Return how far a change of the index has come, with the way to stop it; or what came of it."""
    if stage.running:
        return _progress(stage, language)
    if stage.error:
        return notice(stage.error)
    if stage.report is None:
        return notice(say(language, "broken off")) if stage.number else NONE
    if stage.names:
        return report(stage.report, stage.names, language)
    return _changes(stage.report, language)


def _progress(stage: Stage, language: Language) -> Markup:
    step = stage.step
    told, share = say(language, "looking"), Markup(' value="0"')
    if step is not None:
        n = min(step.files_done + 1, step.files)
        told = say(
            language, "reading", name=step.name, n=n, all=step.files, done=size(step.bytes_done), of=size(step.bytes)
        )
        told = told if step.name else say(language, "finishing")  # every file is read, and some is still to be written
        share = Markup(' value="{}"').format(round(step.bytes_done / step.bytes, 3) if step.bytes else 0)
        if step.remaining is not None and step.remaining >= 1:
            told += " " + say(language, "left", n=round(step.remaining))
    label = say(language, "stopping") if stage.stopping else say(language, "cancel")
    return Markup(
        '<div class="progress" role="status"><progress max="1"{} aria-label="{}"></progress><p dir="auto">{}</p>'
        '<button type="button" class="small" data-do="halt"{}>{}</button></div>'
    ).format(share, say(language, "progress"), told, Markup(" disabled") if stage.stopping else NONE, label)


def _changes(done: SyncReport, language: Language) -> Markup:
    """Return in one line what became of the documents of folders."""
    counts = {"n added": len(done.added), "n changed": len(done.changed), "n moved": len(done.moved)}
    counts |= {"n removed": len(done.removed), "n unread": len(done.unread), "n failed": len(done.failed)}
    said = [say(language, key, n=n) for key, n in counts.items() if n]
    return Markup('<p role="status">{}</p>').format(" · ".join(said) or say(language, "no change"))


def report(done: SyncReport, names: Sequence[str], language: Language) -> Markup:
    """Return what became of the uploaded files ``names``: added, already there, not read any more, or why not."""
    reasons = {failure.doc_id: failure.reason for failure in done.failed}
    new, old = {*done.added, *done.changed, *done.moved}, set(done.unchanged)
    added: list[str] = []
    same: list[str] = []
    lost = NONE
    for name in names:
        if name in done.unread:
            lost += notice(say(language, "not read", name=name))
        elif name in reasons or not _among(name, new | old):
            reason = reasons.get(name, say(language, "unreadable")).removeprefix(f"{name}: ")
            lost += notice(say(language, "not added", name=name, reason=reason))
        else:
            (added if _among(name, new) else same).append(name)
    told = NONE
    for key, kept in (("added", added), ("same", same)):
        if kept:
            more = len(kept) - NAMED
            line = say(language, key, names=", ".join(kept[:NAMED]) + (f" + {more}" if more > 0 else ""))
            told += Markup('<p role="status" dir="auto">{}</p>').format(line)
    return told + lost


def _among(name: str, documents: Collection[str]) -> bool:
    """Return whether a file is one of the documents, or an archive or mail that some of them are parts of."""
    return any(f"/{name}/" in f"/{doc}/" for doc in documents)
