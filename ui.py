"""The web page: layout, events, and an answer as safe HTML. No retrieval, no text logic.

Every word of a document, a file name or a question passes through :func:`escape`. A chat message is one HTML
block on one line, which gradio's Markdown hands through untouched; its sanitiser stays on as a second fence.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal

import gradio as gr
import typer
from gradio.context import LocalContext

from corpus.errors import GroundedError
from corpus.load.sniff import kind
from index.report import SyncReport
from qa.answer import Answer, Citation, Claim, Conflict
from qa.web.doors import PRIVATE, RATE, Doors
from qa.web.login import MESSAGE
from qa.web.seen import Asker, Seen
from qa.web.shapes import Api

EXAMPLES = ["When was Xiaomi founded?", "What are Xiaomi's marketing weaknesses?", "When did the SU7 fire happen?"]
EXAMPLES += ["Are Xiaomi's cars cheaper or more expensive than comparable electric cars?"]  # about the shipped library
BROKEN = "Something went wrong here; the terminal says what. Your question is kept."
REFRESH = 3  # seconds after which a page that lies open follows the index
WEAK = 0.5  # support below this is called weak beside its sentence
LONG = 500  # characters; a longer passage is shown around its quotes, the whole of it on demand
PROGRESS = gr.Progress()  # a default value of this type is how gradio knows where to pass its progress bar
UNCHANGED = (gr.skip(), gr.skip(), gr.skip())  # a view of a chat that leaves everything as it is
AT_ONCE: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "ask"}  # questions answered at a time
CLOSED: dict[str, Any] = {"footer_links": [], "run_history": False, "enable_monitoring": False, "mcp_server": False}
CLOSED |= {"ssr_mode": False, "pwa": False, "show_error": False}  # nothing opens that was not asked for
CLOSED |= {"max_file_size": "100mb", "allowed_paths": [], "app_kwargs": {"openapi_url": None}}
FONTS = ("system-ui", "sans-serif")  # fonts of the system: the page asks nothing of any other machine
THEME = gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("ui-monospace", "monospace"))
INDEX = "Directory; default: the index that `qa index` fills by default, or the library that ships while there is none."
CSS = """
:root { --mark: #ffe27a; --ink: #1d4ed8; --warn: #92400e; --dim: #5b6b80; }
.dark { --mark: #6b5300; --ink: #93c5fd; --warn: #fcd34d; --dim: #a3b1c6; }
.gradio-container { max-width: 1280px !important; --input-placeholder-color: var(--dim); }
.gradio-container .app { padding: 1rem clamp(.5rem, 2.5vw, 2rem) !important; }
#top { align-items: center; flex-wrap: nowrap; } h1 { margin: 0 !important; font-size: 1.5rem !important; }
.dim, #side small, #side .or { color: var(--dim) !important; font-weight: 400; }
:focus-visible { outline: 2px solid var(--ink) !important; } #chat .example { min-height: 0; }
.submit-button { background: #1d4ed8 !important; color: #fff !important; } .input-container { gap: .5rem; }
#chat { height: calc(100dvh - var(--rest)) !important; --rest: 15rem; } .column:has(.notice) > #chat { --rest: 19rem; }
#chat .md { opacity: 1; } #chat .message { max-width: 100%; margin: 0; } #chat .message-row { padding: 1rem .5rem; }
#chat .message-row:last-child { min-height: calc(100dvh - 20rem); } /* lets a new question scroll to the top */
#chat [aria-label=Clear] { display: none; } /* New chat does that, and empties the chat's state too */
#chat .placeholder-content { padding: 12vh 1rem 0; } .block:has(> .html-container > .prose:empty) { display: none; }
#chat .examples { grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); margin: auto; }
.question, blockquote { white-space: pre-wrap; } .answer p, .answer ul { margin: 0 0 .6rem !important; }
.answer a { font-weight: 600; text-decoration: none; padding: 0 .15em; color: var(--ink) !important; }
.answer h2 { margin: 1rem 0 .4rem !important; font-size: .85rem !important; color: var(--dim) !important; }
.sources { list-style: none !important; margin: 0; padding: 0 !important; display: grid; gap: .5rem; }
.sources > li { border: 1px solid var(--border-color-primary); border-radius: 6px; padding: .55rem .75rem; margin: 0;
  background: var(--background-fill-primary); font-size: .9rem; min-width: 0; }
.answer blockquote { margin: .35rem 0 0 !important; padding: 0; border: 0; } .answer sup { line-height: 0; }
.answer mark { background: var(--mark); color: inherit; scroll-margin: 6rem; border-radius: 2px; }
.answer mark:target { outline: 2px solid var(--ink); } .answer details { margin-top: .35rem; font-size: .85rem; }
.conflict, .notice { border-left: 4px solid var(--warn); padding: .2rem .75rem; margin: .6rem 0; }
.weak { border: 1px solid var(--warn); color: var(--warn); border-radius: 9px; padding: 0 .5em; font-size: .75rem; }
.question, .answer, .notice, #side { overflow-wrap: anywhere; } #side small { display: block; }
summary { cursor: pointer; } #side ul { list-style: none; margin: 0; padding: 0; max-height: 50vh; overflow-y: auto; }
#side li { padding: .35rem 0; margin: 0; border-bottom: 1px solid var(--border-color-primary); }
"""

# Scrolls to a new question; and drops labels by gradio that would read our markup out loud, or are no list.
SETTLE = """() => setTimeout(() => {
  document.querySelectorAll('#chat [aria-label$="div>"]').forEach(message => message.removeAttribute('aria-label'));
  const asked = [...document.querySelectorAll('#chat .question')], pane = document.querySelector('#chat [role=log]');
  if (pane && asked.length > (window.asked || 0))
    pane.scrollTop += asked.at(-1).getBoundingClientRect().top - pane.getBoundingClientRect().top - 16;
  window.asked = asked.length; document.querySelector('#chat .examples')?.removeAttribute('role'); }, 60)"""


@dataclass(slots=True, eq=False)
class Exchange:
    """One question of a chat and what has been answered so far."""

    answer: Answer
    state: Literal["running", "done", "stopped"] = "running"


Chat = list[Exchange]  # what one browser tab has asked; only the last can be running
Numbered = tuple[int, Citation]
Numbers = dict[tuple[str, int, int], int]  # a citation's key and the number of its marker


def escape(text: str) -> str:
    """Return ``text`` as HTML on one line, white space kept, so that neither HTML nor Markdown reads it as markup."""
    return html.escape(text).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def count(number: int, noun: str) -> str:
    """Return a number with its noun, e.g. ``1 document``, ``2 documents``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def running(chat: Chat) -> bool:
    """Whether an answer is being written."""
    return bool(chat) and chat[-1].state == "running"


def notice_html(line: str) -> str:
    """Return what went wrong as a visible note; nothing for an empty line."""
    return line and f'<div class="notice" role="alert" dir="auto">{escape(line)}</div>'


def _grouped(numbered: Sequence[Numbered]) -> list[list[Numbered]]:
    """Put the quotes of one passage together, but not overlapping ones: their marks would cross."""
    groups: list[list[Numbered]] = []
    for number, new in numbered:
        for group in groups:
            apart = all(new.end <= old.start or old.end <= new.start for _, old in group)
            if group[0][1].passage == new.passage and apart:
                group.append((number, new))
                break
        else:
            groups.append([(number, new)])
    return groups


def _marked(group: Sequence[Numbered], start: int, end: int, anchor: str = "") -> str:
    """Return the passage between two document offsets as HTML, each quote in a ``<mark>`` with its id."""
    passage, parts, at = group[0][1].passage, [], start
    for number, citation in sorted(group, key=lambda pair: pair[1].start):
        label = f'<sup class="dim">{number} </sup>' if len(group) > 1 else ""
        mark = f'<mark id="{anchor}{number}" dir="auto">' if anchor else '<mark dir="auto">'
        parts += [escape(passage.slice(at, citation.start)), label, mark, escape(citation.quote), "</mark>"]
        at = citation.end
    return "".join([*parts, escape(passage.slice(at, end))])


def _card(group: Sequence[Numbered], anchor: str) -> str:
    """Return one source: numbers, title, page, headings, and the quotes within their passage."""
    passage, title = group[0][1].passage, group[0][1].title
    first, last = min(c.start for _, c in group), max(c.end for _, c in group)
    start, end, whole = passage.start, passage.end, ""
    if len(passage.text) > LONG:  # the quotes with the sentence before and after, the rest on demand
        start = max((s for s, e in passage.sentences if e <= first), default=start)
        end = min((e for s, e in passage.sentences if s >= last), default=end)
    if (start, end) != (passage.start, passage.end):
        text = _marked(group, passage.start, passage.end)
        whole = f'<details><summary>Whole passage</summary><blockquote dir="auto">{text}</blockquote></details>'
    path = " › ".join(heading for heading in passage.heading if heading != title)
    places = [place for place in (passage.page and f"p. {passage.page}", path) if place]
    where = "".join(f' <span class="dim">· <span dir="auto">{escape(place)}</span></span>' for place in places)
    text = f"{'… ' * (start > passage.start)}{_marked(group, start, end, anchor)}{' …' * (end < passage.end)}"
    head = f'<strong>{" ".join(f"[{n}]" for n, _ in group)} <span dir="auto">{escape(title)}</span></strong>{where}'
    return f'<li>{head}<blockquote dir="auto">{text}</blockquote>{whole}</li>'


def _sources(heading: str, citations: Sequence[Citation], anchor: str) -> str:
    cards = "".join(_card(group, anchor) for group in _grouped(list(enumerate(citations, start=1))))
    return f'<h2>{heading}</h2><ol class="sources">{cards}</ol>' if cards else ""


def _links(citations: Sequence[Citation], numbers: Numbers, anchor: str) -> str:
    """Return the markers of some citations as links to their quotes below."""
    cited = sorted({numbers[c.key]: c.title for c in citations}.items())
    marks = (f'<a href="#{anchor}{n}" title="Source {n}: {escape(title)}">[{n}]</a>' for n, title in cited)
    return f"<sup>{''.join(marks)}</sup>"


def _claims(answer: Answer, numbers: Numbers, anchor: str) -> str:
    """Return the sentences, each with links to its sources; entries of a list as a list."""
    blocks = ""
    for item, claims in groupby(answer.claims, lambda claim: claim.item):
        told = []
        for claim in claims:
            weak = ' <span class="weak">weak support</span>' if claim.support < WEAK else ""
            told.append(f'<span dir="auto">{escape(claim.text)}</span>{_links(claim.citations, numbers, anchor)}{weak}')
        blocks += f"<ul><li>{'</li> <li>'.join(told)}</li></ul>" if item else f"<p>{' '.join(told)}</p>"
    return blocks


def _conflict(conflict: Conflict, numbers: Numbers, anchor: str) -> str:
    """Return the values that differ, each beside its source."""
    sides = ""
    for value, citation in zip(conflict.values, conflict.citations, strict=True):
        source = f'<span dir="auto">{escape(citation.title)}</span>{_links([citation], numbers, anchor)}'
        sides += f'<li><strong dir="auto">{escape(value)}</strong> – {source}</li>'
    return f'<div class="conflict"><strong>The sources disagree</strong><ul>{sides}</ul></div>'


def answer_html(exchange: Exchange, turn: int) -> str:
    """Return an answer as one line of HTML; ``turn`` numbers it in its chat, for links to its own sources."""
    answer, anchor = exchange.answer, f"s{turn}-"
    conflicting = (c for conflict in answer.conflicts for c in conflict.citations)
    shown = list({c.key: c for c in (*answer.citations, *conflicting)}.values())
    numbers = {c.key: n for n, c in enumerate(shown, start=1)}
    parts = [_claims(answer, numbers, anchor), f'<p dir="auto">{escape(answer.message)}</p>' * bool(answer.message)]
    doing = "Checking the next sentence…" if shown else "Searching the documents…"
    if exchange.state != "done":
        parts.append(f'<p class="dim">{doing if exchange.state == "running" else "Stopped here."}</p>')
    parts += [*(_conflict(c, numbers, anchor) for c in answer.conflicts), _sources("Sources", shown, anchor)]
    parts.append(_sources("Nearest passages", answer.nearest * answer.abstained, anchor))
    if answer.dropped:
        items = "".join(f'<li dir="auto">{escape(claim.text)}</li>' for claim in answer.dropped)
        summary = f"{count(len(answer.dropped), 'sentence')} removed: not supported"
        parts.append(f"<details><summary>{summary}</summary><ul>{items}</ul></details>")
    return f'<div class="answer">{"".join(parts)}</div>'


def messages(chat: Chat) -> list[dict[str, str]]:
    """Return a chat as gradio's messages."""
    shown = []
    for turn, exchange in enumerate(chat, start=1):
        question = f'<div class="question" dir="auto">{escape(exchange.answer.question)}</div>'
        shown += [{"role": "user", "content": question}, {"role": "assistant", "content": answer_html(exchange, turn)}]
    return shown


def report_html(report: SyncReport, names: Sequence[str]) -> str:
    """Return what became of the uploaded files ``names``: added, already there, or why not."""
    reasons = {Path(failure.doc_id).name: failure.reason for failure in report.failed}
    new = {part for doc in (*report.added, *report.changed, *report.moved) for part in Path(doc).parts}
    old = {part for doc in report.unchanged for part in Path(doc).parts}
    added: list[str] = []
    same: list[str] = []
    lost = ""
    for name in names:
        if name in reasons or name not in new | old:
            lost += notice_html(f"{name} was not added: {reasons.get(name, 'files of this kind cannot be read')}")
        else:
            (added if name in new else same).append(name)
    told = f'<p role="status" dir="auto">Added {escape(", ".join(added))}. You can ask about it now.</p>' * bool(added)
    told += f'<p role="status" dir="auto">{escape(", ".join(same))}: already here, nothing changed.</p>' * bool(same)
    return told + lost


class Page:
    """What the page's events do, bound to one assistant; a chat's state travels with its browser tab."""

    def __init__(self, assistant: Seen, privacy: str) -> None:
        self.assistant, self.privacy = assistant, privacy

    def overview(self) -> tuple[str, str]:
        """Return the title with what is asked, and the list of documents."""
        infos, rows = self.assistant.index.documents(), []
        for info in infos:
            pages = count(info.pages, "page") if info.pages else ""
            facts = " · ".join(fact for fact in (kind(info.media_type), pages, info.id) if fact)
            rows.append(f'<li><span dir="auto">{escape(info.title)}</span><small>{escape(facts)}</small></li>')
        have = count(len(infos), "document")
        head = f'<h1>Grounded QA</h1><span class="dim">Ask {have}. {escape(self.privacy)}</span>'
        return head, f'<details open><summary>{have}</summary><ul tabindex="0">{"".join(rows)}</ul></details>'

    def reply(self, question: str, chat: Chat) -> Iterator[tuple[Any, ...]]:
        """Stream an answer into the chat; on an error the chat is as before and the question back in its box."""
        if running(chat) or not question.strip():
            wait = "Wait for the answer or stop it, then ask again." if running(chat) else "Type a question first."
            yield *UNCHANGED[:2], notice_html(wait)
            return
        self.view(chat)  # forgets what was deleted since
        history = [(past.answer.question, past.answer.text) for past in chat]
        turn = Exchange(Answer(question, ()))
        chat.append(turn)
        try:
            yield self.view(chat, text="")
            for step in self.assistant.stream(question, history):
                if turn.state == "stopped":
                    break
                if isinstance(step, Claim):
                    turn.answer = replace(turn.answer, claims=(*turn.answer.claims, step))
                else:
                    turn.answer, turn.state = step, "done"
                yield self.view(chat)
        except GroundedError as error:
            if turn.state == "running":
                turn.answer = Answer(question, ())
                yield self.stop(chat, str(error))
        if turn.state == "stopped":
            yield UNCHANGED  # gradio shows the last thing yielded once more: let it not be from before the stop

    def stop(self, chat: Chat, notice: str = "") -> tuple[Any, ...]:
        """End the running answer with what has been checked; a question without any goes back to its box."""
        if running(chat):
            chat[-1].state = "stopped"
            if not chat[-1].answer.claims:
                return self.view(chat, text=chat.pop().answer.question, notice=notice)
        return self.view(chat, notice=notice)

    def clear(self, chat: Chat) -> tuple[Any, ...]:
        """Begin a new chat; an answer still being written stays with the old one."""
        self.stop(chat)
        return *self.view([], text=""), []

    def pick(self, picked: gr.SelectData) -> str:
        """Return the example question that was clicked."""
        return str(picked.value["text"])

    def view(self, chat: Chat, text: str | None = None, notice: str = "") -> tuple[Any, ...]:
        """Return the chat's messages, box and notice; without ``text`` the box keeps what is being typed."""
        for past in chat:  # what was deleted since is not shown again
            past.answer = past.answer if past.state == "running" else self.assistant.still(past.answer)
        buttons: dict[str, Any] = {"submit_btn": not running(chat) and "Ask", "stop_btn": running(chat) and "Stop"}
        box = gr.Textbox(**buttons) if text is None else gr.Textbox(value=text, **buttons)
        return messages(chat), box, notice_html(notice)

    def refresh(self, chat: Chat, seen: int) -> tuple[Any, ...]:
        """Take what was deleted since from a page that lies open, and list the documents anew."""
        now = self.assistant.index.store.generation
        if now == seen or running(chat):
            return *UNCHANGED, seen
        return self.view(chat)[0], *self.overview(), now

    def upload(self, files: list[str], progress: gr.Progress = PROGRESS) -> tuple[Any, ...]:
        """Add files to the index and say what became of each; returns the drop area emptied, report, overview."""
        try:
            report = self.assistant.add([*map(Path, files)], lambda s: progress((s.files_done, s.files), desc=s.name))
            told = report_html(report, [Path(file).name for file in files])
        except GroundedError as error:
            told = notice_html(str(error))
        return None, told, *self.overview()


def asker() -> Asker:
    """Return who caused the event that is being handled."""
    request = LocalContext.request.get(None)
    return Asker() if request is None else Asker(request.username, request.client.host)


def build(assistant: Seen, examples: Sequence[str] = (), privacy: str = PRIVATE) -> gr.Blocks:
    """Return the page; ``examples`` are offered on an empty chat, ``privacy`` says what leaves this machine."""
    page = Page(assistant, privacy)
    hint = "Each sentence of an answer is cited to the exact words of your documents."
    plain: dict[str, Any] = {"show_label": False, "label": "Conversation", "elem_id": "chat", "layout": "panel"}
    plain |= {"buttons": [], "latex_delimiters": [], "allow_tags": False, "autoscroll": False}  # nothing but our HTML
    blocks = gr.Blocks(title="Grounded QA", analytics_enabled=False, delete_cache=(3600, 3600))
    with blocks:
        chat = gr.State([])
        with gr.Row(elem_id="top"):
            head = gr.HTML()
            clear = gr.Button("New chat", size="sm", scale=0, min_width=96)
        with gr.Row():
            with gr.Column(scale=7, min_width=320):
                chatbot = gr.Chatbot(placeholder=hint, examples=[{"text": text} for text in examples], **plain)
                notice = gr.HTML()
                box = gr.Textbox(label="Your question", max_lines=6, submit_btn="Ask", autofocus=True)
            with gr.Column(scale=3, min_width=320, elem_id="side"):
                files = gr.File(label="Add documents", file_count="multiple", height=140)
                told, listed = gr.HTML(), gr.HTML()
        outputs: list[Any] = [chatbot, box, notice]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        for asked in (box.submit, chatbot.example_select(page.pick, None, box, **quiet).then):
            # "multiple": after a stop the next question need not wait until the stopped one has noticed
            answered = asked(page.reply, [box, chat], outputs, trigger_mode="multiple", **quiet, **AT_ONCE)
            answered.failure(partial(page.stop, notice=BROKEN), chat, outputs, **quiet)
        box.stop(page.stop, chat, outputs, **quiet)
        clear.click(page.clear, chat, [*outputs, chat], **quiet)
        gr.on([chatbot.change, blocks.load], None, js=SETTLE)
        files.upload(page.upload, files, [files, told, head, listed], show_progress_on=files, api_visibility="private")
        blocks.load(page.overview, None, [head, listed], **quiet)
        seen = gr.State(assistant.index.store.generation)
        gr.Timer(REFRESH).tick(page.refresh, [chat, seen], [chatbot, head, listed, seen], **quiet)
        api = Api(assistant, lambda line: gr.Error(line, print_exception=False))
        for function in (api.ask, api.search, api.documents):
            gr.events.api(function, api_name=function.__name__, **AT_ONCE)
    return blocks


def main(
    index: Annotated[Path | None, typer.Option(help=INDEX)] = None,
    reader: Annotated[str | None, typer.Option(help="quote, a model's name or path, or a server's URL.")] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder's name or path.")] = None,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = 7860,
    trace: Annotated[Path | None, typer.Option(help="Add each answer to this file as a line of JSON.")] = None,
    auth: Annotated[bool, typer.Option("--auth", help="Demand a login (see `qa user`).")] = False,
    rate: Annotated[int, typer.Option(help="Questions a minute for each asker; 0: no limit.", min=0)] = RATE,
    root_path: Annotated[str, typer.Option(help="The page's URL at a reverse proxy.")] = "",
    mcp: Annotated[bool, typer.Option("--mcp", help="Serve the Model Context Protocol at /mcp.")] = False,
) -> None:
    """Serve the chat page on this machine."""
    try:
        doors = Doors.open(
            index, reader, reranker, trace, host, port, accounts=auth, rate=rate, root=root_path, mcp=mcp
        )
        app, login = doors.app(), {"auth": doors.login.check, "auth_message": MESSAGE} if doors.login else {}
        blocks = build(doors.page(asker), EXAMPLES if doors.shipped else (), doors.privacy)
        gr.mount_gradio_app(app, blocks, "/", root_path=root_path or None, theme=THEME, css=CSS, **login, **CLOSED)
        if doors.sessions is not None:
            blocks.app.tokens = doors.sessions  # type: ignore[assignment]  # gradio's own outlive their user
        doors.serve(app)
    except GroundedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
