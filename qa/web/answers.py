"""A chat as safe HTML: questions, answers with their markers, conflicts, sources, and what can be done with each."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath

from markupsafe import Markup

from qa.answer import Answer, Citation, Conflict
from qa.recall import FORGOTTEN
from qa.texts import Language
from qa.web.html import NONE, asks, button, joined, marker, place
from qa.web.tab import Exchange, Tab
from qa.web.texts import say
from qa.web.turns import KINDS

WEAK = 0.5  # support below this is called weak beside its sentence
Numbers = dict[tuple[str, int, int], int]  # a citation's key and the number of its marker


def _markers(citations: Sequence[Citation], numbers: Numbers, turn: int, language: Language) -> Markup:
    cited = {numbers[c.key]: c for c in citations}
    return Markup("<sup>{}</sup>").format(joined([marker(cited[n], n, turn, language) for n in sorted(cited)]))


def _claims(answer: Answer, numbers: Numbers, turn: int, language: Language) -> Markup:
    """Return the sentences, each with its markers; entries of a list as a list."""
    blocks = NONE
    for item, claims in groupby(answer.claims, lambda claim: claim.item):
        told = []
        for claim in claims:
            weak = Markup(' <span class="weak" title="{}">{}</span>').format(
                say(language, "weak why"), say(language, "weak")
            )
            told.append(
                Markup('<span dir="auto">{}</span>{}{}').format(
                    claim.text,
                    _markers(claim.citations, numbers, turn, language),
                    weak if claim.support < WEAK else NONE,
                )
            )
        if item:
            blocks += Markup("<ul><li>{}</li></ul>").format(joined(told, "</li><li>"))
        else:
            blocks += Markup("<p>{}</p>").format(joined(told, " "))
    return blocks


def _conflict(conflict: Conflict, numbers: Numbers, turn: int, language: Language) -> Markup:
    """Return the values that differ side by side, each over its source, date and words."""
    sides = []
    dates = conflict.dates or ("",) * len(conflict.values)
    for value, citation, date in zip(conflict.values, conflict.citations, dates, strict=True):
        source = " · ".join(filter(None, (citation.title, place(citation, language), date)))
        told = value.split() != citation.quote.split()  # else the value is the whole sentence
        words = Markup('<blockquote dir="auto">{}</blockquote>').format(citation.quote) if told else Markup()
        side = '<li><strong dir="auto">{}</strong><span class="dim" dir="auto">{}</span>{}{}</li>'
        markers = _markers([citation], numbers, turn, language)
        sides.append(Markup(side).format(value, source, markers, words))
    heading = say(language, "as of", date=dates[0]) if conflict.newest_first else say(language, "disagree")
    return Markup('<section class="conflict"><h3>{}</h3><ul>{}</ul></section>').format(heading, joined(sides))


def _where(citation: Citation, citations: Sequence[Citation], language: Language) -> str:
    """Return where a quote stands, with the file's name where another document of these has the same title."""
    twins = {c.passage.doc_id for c in citations if c.title == citation.title}
    name = PurePath(citation.passage.doc_id).name if len(twins) > 1 else ""
    return " · ".join(filter(None, (name, place(citation, language))))


def _sources(citations: Sequence[Citation], turn: int, language: Language) -> Markup:
    """Return one line for each place that is cited: its markers, title and place."""
    places: dict[tuple[str, str, str], list[Markup]] = {}
    for number, citation in enumerate(citations, start=1):
        key = (citation.passage.doc_id, citation.title, _where(citation, citations, language))
        places.setdefault(key, []).append(marker(citation, number, turn, language))
    lines = []
    for (doc_id, title, where), marks in places.items():
        name = where or PurePath(doc_id).name
        lines.append(
            Markup('<li>{} <span dir="auto">{}</span> <span class="dim" dir="auto">{}</span></li>').format(
                joined(marks), title, name
            )
        )
    return Markup('<section class="sources"><h3>{}</h3><ul>{}</ul></section>').format(
        say(language, "sources"), joined(lines)
    )


def _nearest(citations: Sequence[Citation], turn: int, language: Language) -> Markup:
    """Return what a refusal offers: the closest passages' best sentences with their places."""
    lines = []
    for number, citation in enumerate(citations, start=1):
        source = " · ".join(filter(None, (citation.title, _where(citation, citations, language))))
        lines.append(
            Markup('<li><blockquote dir="auto">{}</blockquote>{} <span class="dim" dir="auto">{}</span></li>').format(
                citation.quote, marker(citation, number, turn, language), source
            )
        )
    return Markup('<section class="nearest"><h3>{}</h3><ul>{}</ul></section>').format(
        say(language, "nearest"), joined(lines)
    )


def _support(answer: Answer, language: Language) -> Markup:
    """Return in one line how well the whole answer is supported."""
    n, weak = len(answer.claims), sum(claim.support < WEAK for claim in answer.claims)
    text = say(language, "some weak", n=n, weak=weak) if weak else say(language, "all supported", n=n)
    return Markup('<p class="support dim">{}</p>').format(text)


def _dropped(answer: Answer, turn: int, language: Language) -> Markup:
    items = joined([Markup('<li dir="auto">{}</li>').format(claim.text) for claim in answer.dropped])
    summary = say(language, "removed", n=len(answer.dropped))
    return Markup('<details data-keep="dropped-{}"><summary>{}</summary><ul>{}</ul></details>').format(
        turn, summary, items
    )


def plain(exchange: Exchange, language: Language) -> str:
    """Return an answer with its sources as text to paste elsewhere, numbered like its markers."""
    lines = [exchange.answer.text]
    if exchange.answer.numbered:
        lines += ["", say(language, "nearest" if exchange.answer.abstained else "sources")]
    for number, citation in enumerate(exchange.answer.numbered, start=1):
        where = ", ".join(filter(None, (citation.passage.doc_id, place(citation, language))))
        lines.append(f"[{number}] {citation.title} ({where}): “{' '.join(citation.quote.split())}”")
    return "\n".join(lines)


def _feedback(exchange: Exchange, turn: int, language: Language) -> Markup:
    """Return the form that says what is right or wrong with an answer."""
    if exchange.verdict is not None:
        told = f"{say(language, exchange.verdict)}: {say(language, 'thanks')}"
        back = button("unrate", turn, say(language, "take back"))
        return Markup('<span class="rated dim" role="status">{}</span>{}').format(told, back)
    choices = [
        Markup('<label><input type="radio" name="verdict-{}" value="{}">{}</label>').format(
            turn, verdict, say(language, verdict)
        )
        for verdict in KINDS
    ]
    return Markup(
        '<details class="rate" data-keep="rate-{}"><summary>{}</summary><fieldset><legend>{}</legend>{}'
        '<label class="note">{}<textarea rows="2" maxlength="2000"></textarea></label>{}</fieldset></details>'
    ).format(
        turn,
        say(language, "feedback"),
        say(language, "verdict"),
        joined(choices),
        say(language, "note"),
        button("rate", turn, say(language, "send")),
    )


def _deeds(exchange: Exchange, turn: int, last: bool, language: Language) -> Markup:
    """Return what can be done with an answer."""
    deeds = [
        button(
            "copy",
            turn,
            say(language, "copy"),
            aria_label=say(language, "copy all"),
            data_copy=plain(exchange, language),
            data_done=say(language, "copied"),
        )
    ]
    deeds.append(_feedback(exchange, turn, language))  # before what comes and goes: a note being typed stays in place
    if last:
        deeds.append(button("again", turn, say(language, "again")))
    return Markup('<div class="deeds">{}</div>').format(joined(deeds))


def _doing(exchange: Exchange) -> str:
    """Return the name of the text that says where an unfinished answer stands."""
    if exchange.state in ("stopped", "failed"):
        return exchange.state
    if not exchange.begun:
        return "waiting"
    return "checking" if exchange.answer.claims else "searching"


def answer(exchange: Exchange, turn: int, language: Language, last: bool = True) -> Markup:
    """Return an answer; ``turn`` numbers it in its chat, from 1; the ``last`` one can be asked again."""
    given, numbered = exchange.answer, exchange.answer.numbered
    numbers = {c.key: n for n, c in enumerate(numbered, start=1)}
    parts = [_claims(given, numbers, turn, language)]
    if said := say(language, "forgotten") if given.message == FORGOTTEN else given.message:
        parts.append(Markup('<p class="message" dir="auto">{}</p>').format(said))
    if exchange.state != "done":
        parts.append(Markup('<p class="doing dim">{}</p>').format(say(language, _doing(exchange))))
    parts += [_conflict(c, numbers, turn, language) for c in given.conflicts]
    if given.claims:
        parts.append(_sources(numbered, turn, language))
    elif given.nearest:
        parts.append(_nearest(given.nearest, turn, language))
    if given.claims and exchange.state == "done":
        parts.append(_support(given, language))
    if given.dropped:
        parts.append(_dropped(given, turn, language))
    if exchange.state != "running":
        parts.append(_deeds(exchange, turn, last, language))
        parts.append(asks(exchange.follow_ups * last, say(language, "next")))
    busy = "true" if exchange.state == "running" else "false"
    return Markup('<div class="answer" aria-busy="{}">{}</div>').format(busy, joined(parts))


def log(tab: Tab) -> Markup:
    """Return the whole chat of a tab; what an edited question will replace is dimmed."""
    language, turns = tab.language, NONE
    for number, exchange in enumerate(tab.turns, start=1):
        replaced = bool(tab.editing) and number >= tab.editing
        edit = NONE
        if not tab.running:
            label = say(language, "edit question", n=number)
            edit = button("revise", number, say(language, "edit"), aria_label=label)
        turns += Markup(
            '<section class="turn{}" aria-label="{}"><div class="asked"><div class="question" dir="auto">{}</div>'
            "{}</div>{}</section>"
        ).format(
            " replaced" if replaced else "",
            say(language, "turn", n=number),
            exchange.answer.question,
            edit,
            answer(exchange, number, language, number == len(tab.turns)),
        )
    return Markup('<div class="turns" role="log" tabindex="0" aria-label="{}" data-conversation="{}">{}</div>').format(
        say(language, "conversation"), tab.conversation, turns
    )


def editing(tab: Tab) -> Markup:
    """Return what asking an edited question replaces, and the way out of it; nothing where none is edited."""
    if not tab.editing:
        return NONE
    text = say(tab.language, "replaces", n=len(tab.turns) - tab.editing + 1)
    return Markup('<div class="notice" role="status">{} {}</div>').format(
        text, button("keep", tab.editing, say(tab.language, "keep"))
    )
