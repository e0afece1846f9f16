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
from qa.web.turns import Conversation, StoredTurn, clean

FORM = 1  # of the JSON
UNTITLED = "Conversation"
STATES = {
    "done": "",
    "running": "Being answered.",
    "stopped": "Stopped before the end.",
    "failed": "This could not be answered.",
}
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


def to_markdown(conversation: Conversation, turns: Sequence[StoredTurn]) -> str:
    """Return a conversation as Markdown (CommonMark)."""
    lines = [f"# {_md(conversation.title or UNTITLED)}", "", f"{_span(conversation)}.", ""]
    for turn in turns:
        lines += [f"## {_md(turn.question)}", "", f"Asked {_when(turn.asked)}.", ""]
        for claim, marks in _claims(turn.answer):
            lines += [f"{'- ' * claim.item}{_md(claim.text)} {_md(marks)}", ""]
        for line in _beside(turn):
            lines += [_md(line), ""]
        heading, citations = _sources(turn.answer)
        lines += [f"**{heading}**", ""] if citations else []
        for n, citation in enumerate(citations, start=1):
            lines += [f"{n}. {_md(_place(citation))}", "", f"   > {_md(citation.quote)}", ""]
    return _written("\n".join(lines))


def to_json(conversation: Conversation, turns: Sequence[StoredTurn]) -> str:
    """Return a conversation as JSON: answers in the layout of ``qa ask --json``, times in ISO 8601, UTC."""
    value = {
        "form": FORM,
        "title": conversation.title,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
        "documents": conversation.documents,
        "turns": [_entry(turn) for turn in turns],
    }
    return clean(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def to_html(conversation: Conversation, turns: Sequence[StoredTurn]) -> str:
    """Return a conversation as one page of HTML that asks nothing of any other file or machine."""
    title = escape(conversation.title or UNTITLED)
    # the policy is a second fence: even markup that got through could load, run and send nothing
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_CSS}</style>'
    )
    body = "\n".join(map(_article, turns))
    return _written(
        f'<!doctype html>\n<html><head>{head}</head>\n<body><h1 dir="auto">{title}</h1>'
        f'<p class="dim">{_span(conversation)}.</p>\n{body}\n</body></html>\n'
    )


def _entry(turn: StoredTurn) -> dict[str, object]:
    said = turn.feedback
    feedback = said and {"kind": said.kind, "note": said.note, "given": said.given.isoformat()}
    told = {**turn.answer.to_dict(), "message": turn.answer.message}
    return {"asked": turn.asked.isoformat(), "state": turn.state, **told, "feedback": feedback}


def _article(turn: StoredTurn) -> str:
    """Return one question with its answer as HTML."""
    told = ""
    for claim, marks in _claims(turn.answer):
        tag = "li" if claim.item else "p"
        told += f'<{tag}><span dir="auto">{escape(claim.text)}</span> {escape(marks)}</{tag}>'
    told = re.sub(r"((?:<li>.*?</li>)+)", r"<ul>\1</ul>", told, flags=re.DOTALL)  # all else in it is escaped
    told += "".join(f'<p dir="auto">{escape(line)}</p>' for line in _beside(turn))
    heading, citations = _sources(turn.answer)
    if citations:
        entries = "".join(
            f'<li><span dir="auto">{escape(_place(c))}</span><blockquote dir="auto">{escape(c.quote)}</blockquote></li>'
            for c in citations
        )
        told += f"<h3>{heading}</h3><ol>{entries}</ol>"
    asked = f'<time datetime="{turn.asked.isoformat()}">Asked {_when(turn.asked)}</time>'
    return f'<article><h2 dir="auto">{escape(turn.question)}</h2>{asked}{told}</article>'


def _claims(answer: Answer) -> list[tuple[Claim, str]]:
    """Return the sentences, each with its markers, e.g. ``"[1][3]"``."""
    numbers = {c.key: n for n, c in enumerate(_sources(answer)[1], start=1)}
    return [(c, "".join(f"[{n}]" for n in sorted({numbers[x.key] for x in c.citations}))) for c in answer.claims]


def _beside(turn: StoredTurn) -> list[str]:
    """Return what stands below the sentences, a line each: conflicts, the message, and how the turn ended."""
    answer = turn.answer
    numbers = {c.key: n for n, c in enumerate(_sources(answer)[1], start=1)}
    told = [c.told([f" [{numbers[x.key]}]" for x in c.citations]) for c in answer.conflicts if answer.claims]
    return [line for line in (*told, *answer.message.splitlines(), STATES[turn.state]) if line.strip()]


def _sources(answer: Answer) -> tuple[str, list[Citation]]:
    """Return the citations in order of their markers, or the nearest passages of an answer that claims nothing."""
    return "Nearest passages" if answer.abstained else "Sources", list(answer.numbered)


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


def _span(conversation: Conversation) -> str:
    return f"Begun {_when(conversation.created)}, last used {_when(conversation.updated)}"


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
