"""A conversation as Markdown, JSON or one HTML page: what was asked and answered, with its sources and times.

Pure functions over turns. Every word of a person, a document or a model is text there and nothing else: no link, no
picture, no markup comes of it, whatever it says.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

from qa.answer import Answer, Citation, Claim
from qa.recall import FORGOTTEN
from qa.texts import Language
from qa.texts import language as in_language
from qa.web.texts import say
from qa.web.turns import Conversation, StoredTurn, clean

FORM = 1  # of the JSON
STATES = {"running": "being answered", "stopped": "stopped", "failed": "failed"}
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&@$^!]")  # what begins something in Markdown or in a dialect of it
_ADDRESS = re.compile(r":(?=//)|(?<=\w)\.(?=\w*[^\W\d])")  # what dialects make a link without any mark
_OPENING = re.compile(r"^(\d*)([-+=:.)])")  # at the start of a line: lists, rules, underlines of headings
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_CSS = """
:root { color-scheme: light dark; } body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
  font-family: system-ui, sans-serif; overflow-wrap: anywhere; }
article { border-top: 1px solid; margin-top: 1.5rem; } h2, blockquote { white-space: pre-wrap; }
h2 { font-size: 1.1rem; } h3 { font-size: .9rem; } blockquote { margin: .2rem 0 .6rem 1rem; }
time, .dim { opacity: .75; font-size: .85rem; }
"""


def to_markdown(conversation: Conversation, turns: Sequence[StoredTurn], language: Language = "en") -> str:
    """Return a conversation as Markdown (CommonMark), its own words in a language."""
    title = conversation.title or say(language, "untitled")
    lines = [f"# {_md(title)}", "", _span(conversation, language), ""]
    for turn in turns:
        lines += [f"## {_md(turn.question)}", "", say(language, "asked at", when=_when(turn.asked)), ""]
        for claim, marks in _claims(turn.answer):
            lines += [f"{'- ' * claim.item}{_md(claim.text)} {_md(marks)}", ""]
        for line in _beside(turn, language):
            lines += [_md(line), ""]
        heading, citations = _sources(turn.answer, language)
        lines += [f"**{heading}**", ""] if citations else []
        for n, citation in enumerate(citations, start=1):
            lines += [f"{n}. {_md(_place(citation))}", "", f"   > {_md(citation.quote)}", ""]
    return _written("\n".join(lines))


def to_json(conversation: Conversation, turns: Sequence[StoredTurn], _: Language = "en") -> str:
    """Return a conversation as JSON, in no language: answers as ``qa ask --json`` has them, times in ISO 8601, UTC."""
    value = {
        "form": FORM,
        "title": conversation.title,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
        "documents": conversation.documents,
        "turns": [_entry(turn) for turn in turns],
    }
    return clean(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def to_html(conversation: Conversation, turns: Sequence[StoredTurn], language: Language = "en") -> str:
    """Return a conversation as one page of HTML that asks nothing of any other file or machine."""
    title = escape(conversation.title or say(language, "untitled"))
    # the policy is a second fence: even markup that got through could load, run and send nothing
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_CSS}</style>'
    )
    body = "\n".join(_article(turn, language) for turn in turns)
    return _written(
        f'<!doctype html>\n<html lang="{language}"><head>{head}</head>\n<body><h1 dir="auto">{title}</h1>'
        f'<p class="dim">{_span(conversation, language)}</p>\n{body}\n</body></html>\n'
    )


def _entry(turn: StoredTurn) -> dict[str, object]:
    said = turn.feedback
    feedback = said and {"kind": said.kind, "note": said.note, "given": said.given.isoformat()}
    told = {**turn.answer.to_dict(), "message": turn.answer.message}
    return {"asked": turn.asked.isoformat(), "state": turn.state, **told, "feedback": feedback}


def _article(turn: StoredTurn, language: Language) -> str:
    """Return one question with its answer as HTML."""
    told = ""
    for claim, marks in _claims(turn.answer):
        tag = "li" if claim.item else "p"
        told += f'<{tag}><span dir="auto">{escape(claim.text)}</span> {escape(marks)}</{tag}>'
    told = re.sub(r"((?:<li>.*?</li>)+)", r"<ul>\1</ul>", told, flags=re.DOTALL)  # all else in it is escaped
    told += "".join(f'<p dir="auto">{escape(line)}</p>' for line in _beside(turn, language))
    heading, citations = _sources(turn.answer, language)
    if citations:
        entries = "".join(
            f'<li><span dir="auto">{escape(_place(c))}</span><blockquote dir="auto">{escape(c.quote)}</blockquote></li>'
            for c in citations
        )
        told += f"<h3>{heading}</h3><ol>{entries}</ol>"
    when = say(language, "asked at", when=_when(turn.asked))
    asked = f'<time datetime="{turn.asked.isoformat()}">{when}</time>'
    return f'<article><h2 dir="auto">{escape(turn.question)}</h2>{asked}{told}</article>'


def _claims(answer: Answer) -> list[tuple[Claim, str]]:
    """Return the sentences, each with its markers, e.g. ``"[1][3]"``."""
    numbers = {c.key: n for n, c in enumerate(answer.numbered, start=1)}
    return [(c, "".join(f"[{n}]" for n in sorted({numbers[x.key] for x in c.citations}))) for c in answer.claims]


def _beside(turn: StoredTurn, language: Language) -> list[str]:
    """Return what stands below the sentences, a line each: conflicts, the message, and how the turn ended."""
    answer = turn.answer
    numbers = {c.key: n for n, c in enumerate(answer.numbered, start=1)}
    spoken = in_language(answer.question)
    conflicts = answer.conflicts if answer.claims else ()
    told = [c.told([f" [{numbers[x.key]}]" for x in c.citations], spoken) for c in conflicts]
    state = say(language, STATES[turn.state]) if turn.state in STATES else ""
    message = say(language, "forgotten") if answer.message == FORGOTTEN else answer.message
    return [line for line in (*told, *message.splitlines(), state) if line.strip()]


def _sources(answer: Answer, language: Language) -> tuple[str, list[Citation]]:
    """Return the citations in order of their markers, or the nearest passages of an answer that claims nothing."""
    return say(language, "nearest" if answer.abstained else "sources"), list(answer.numbered)


def _place(citation: Citation) -> str:
    """Return where a quote stands, e.g. ``Annual report (report.pdf, p. 4, Sales > Europe)``."""
    passage = citation.passage
    places = [passage.doc_id, f"p. {passage.page}" if passage.page else "", " > ".join(passage.heading)]
    return f"{citation.title} ({', '.join(filter(None, places))})"


def _md(text: str) -> str:
    r"""Return text on one line with what Markdown, or a common dialect of it, would read as markup escaped.

    >>> _md("1. [a](http://b.example) <b>*c*</b>")
    '1\\. \\[a\\](http\\://b\\.example) \\<b\\>\\*c\\*\\</b\\>'
    """
    line = _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    return _OPENING.sub(r"\1\\\2", _ADDRESS.sub(r"\\\g<0>", line))


def _written(text: str) -> str:
    """Return a file's text without control characters and without halves of characters."""
    return clean(_UNSEEN.sub("", text))


def _span(conversation: Conversation, language: Language) -> str:
    return say(language, "span", first=_when(conversation.created), last=_when(conversation.updated))


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
