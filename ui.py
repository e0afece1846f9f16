"""The web page: layout and events. No retrieval, no text logic; what is shown is made in ``qa.web``.

One :class:`Tab` a browser tab is the state of every event. What a person clicks inside our HTML reaches the server as
an event of the source panel, whose script (``qa/web/page.js``) listens for the whole page.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import resources
from itertools import repeat
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
import typer
from gradio.context import LocalContext
from gradio.utils import get_upload_folder

from corpus.errors import GroundedError
from qa.abstain import BARS
from qa.evidence import DEPTH
from qa.web import arrivals, lists
from qa.web.chat import Chat, View
from qa.web.conversations import Conversations
from qa.web.doors import PRIVATE, RATE, Doors
from qa.web.login import MESSAGE
from qa.web.papers import Desk, Papers
from qa.web.seen import Asker, Seen
from qa.web.shapes import Api
from qa.web.shelf import Shelf
from qa.web.tab import DEPTHS, Data, Tab
from qa.web.texts import NAMES, Phrase, say, spoken

EXAMPLES = ["When was Xiaomi founded?", "What are Xiaomi's marketing weaknesses?", "When did the SU7 fire happen?"]
EXAMPLES += ["Are Xiaomi's cars cheaper or more expensive than comparable electric cars?"]  # about the shipped library
REFRESH = 3  # seconds after which a page that lies open follows the index
AT_ONCE: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "ask"}  # questions answered at a time
CLOSED: dict[str, Any] = {"footer_links": [], "run_history": False, "enable_monitoring": False, "mcp_server": False}
CLOSED |= {"ssr_mode": False, "pwa": False, "show_error": False}  # nothing opens that was not asked for
CLOSED |= {"max_file_size": "100mb", "allowed_paths": [], "app_kwargs": {"openapi_url": None}}
FONTS = ("system-ui", "sans-serif")  # fonts of the system: the page asks nothing of any other machine
THEME = gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("ui-monospace", "monospace"))
INDEX = "Directory; default: the index that `qa index` fills by default, or the library that ships while there is none."
CSS = resources.files("qa").joinpath("web/page.css").read_text("utf-8")
SCRIPT = resources.files("qa").joinpath("web/page.js").read_text("utf-8")
TOLD = "watch('value', () => document.dispatchEvent(new Event('told')))"  # the script tidies up after each change
SAVED = "watch('value', () => document.dispatchEvent(new CustomEvent('saved', {detail: element})))"
QUOTES = "quote"  # the reader that writes nothing
Ways = tuple[str, int, str]  # who answers, from how many passages, how sure the evidence has to be
AS_USUAL: Ways = ("", 0, "")  # of which none is a choice
AUTOMATIC = ""  # the choice of language that follows the browser


class Page:
    """The events of the page as gradio hands them over; a tab's state travels with its browser tab."""

    def __init__(self, chat: Chat, desk: Desk) -> None:
        self.chat, self.desk, self.assistant = chat, desk, chat.assistant

    def reply(self, question: str, tab: Tab) -> Iterator[tuple[Any, ...]]:
        """Answer what was typed."""
        yield from map(drawn, self.chat.reply(question, tab), repeat(tab))

    def refresh(self, tab: Tab) -> tuple[Any, ...]:
        """Follow what changes in the index, in other tabs, and in folders."""
        before, papers = tab.seen, laid(self.desk.refresh(tab))
        log, _, _, past = drawn(self.chat.refresh(tab), tab)
        if tab.seen != before:
            papers = (papers[0], *laid(self.desk.overview(tab))[1:])
        return log, past, *papers

    def choose(self, tab: Tab, event: gr.EventData) -> tuple[Any, ...]:
        """Set which documents the open conversation asks."""
        return *drawn(self.chat.choose(tab, event._data), tab), *laid(self.desk.overview(tab))

    def export(self, tab: Tab, event: gr.EventData) -> str:
        """Return a conversation as a file for the browser to save."""
        try:
            return self.chat.shelf.export(tab, event._data)
        except GroundedError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def enter(self, tab: Tab, choice: str, ways: Ways, request: gr.Request) -> tuple[Any, ...]:
        """Show the page to a browser that keeps how it was set."""
        tab.decide(*ways, self.assistant.readers)
        return self.speak(tab, choice, request)

    def speak(self, tab: Tab, choice: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the page in the language chosen, or in the browser's; returns everything that holds a text."""
        chosen = next((code for code in NAMES.values() if code == choice), None)
        tab.language = chosen or spoken(request.headers.get("accept-language", ""))
        tab.seen, tab.past = self.assistant.index.revision, ""
        text: Callable[[str], str] = partial(say, tab.language)
        log, _, told, past = drawn(self.chat.view(tab), tab)
        question = box(tab.running, tab, label=text("question"), placeholder=text("placeholder"))
        choices = [(text("as browser"), AUTOMATIC), *NAMES.items()]
        radio = gr.Radio(choices, value=chosen or AUTOMATIC, label=text("language"), info=text("language how"))
        side, adder = str(lists.side(tab.language)), str(arrivals.adder(tab.language))
        papers = laid(self.desk.overview(tab))
        return log, question, told, past, *papers, side, adder, *self.settings(tab), radio, chosen or AUTOMATIC

    def settings(self, tab: Tab) -> tuple[gr.Radio, gr.Radio, gr.Radio]:
        """Return the choices of who answers, from how many passages, and how sure the evidence has to be."""
        text: Callable[..., str] = partial(say, tab.language)
        readers, chosen = self.assistant.readers, tab.options
        named = {name: text("quotes") if name == QUOTES else text("model", name=told) for name, told in readers.items()}
        counts = [(str(k) if k != DEPTH else text("depth usual", n=k), k) for k in DEPTHS]
        steps = [(text(step), step) for step in BARS]
        by, k = chosen.reader or next(iter(readers)), chosen.k or DEPTH
        return (
            gr.Radio(
                [(told, name) for name, told in named.items()], value=by, label=text("reader"), info=text("reader how")
            ),
            gr.Radio(counts, value=k, label=text("depth"), info=text("depth how")),
            gr.Radio(steps, value=chosen.strictness, label=text("strictness"), info=text("strictness how")),
        )

    def decide(self, reader: str, k: int, strictness: str, tab: Tab) -> Ways:
        """Set how the tab's next questions are answered; returns what the browser keeps of it."""
        tab.decide(reader, k, strictness, self.assistant.readers)
        return reader, k, strictness


def new(value: Any) -> Any:  # noqa: ANN401 - whatever a component takes
    """Return what a component shows from now on; None leaves it as it is."""
    return gr.skip() if value is None else value


def box(running: bool, tab: Tab, **more: Any) -> gr.Textbox:  # noqa: ANN401 - whatever a Textbox takes
    """Return the question's box with the button that fits: Ask, or Stop while an answer is written."""
    submit, stop = say(tab.language, "ask"), say(tab.language, "stop")
    return gr.Textbox(submit_btn=not running and submit, stop_btn=running and stop, **more)


def drawn(view: View, tab: Tab) -> tuple[Any, Any, Any, Any]:
    """Return a view of a chat for its four components."""
    more = {} if view.text is None else {"value": view.text}
    question = gr.skip() if view.running is None else box(view.running, tab, **more)
    return new(view.log), question, new(view.told), new(view.past)


def laid(papers: Papers) -> tuple[Any, Any, Any]:
    """Return what is drawn anew of the documents for its three components."""
    return new(papers.told), new(papers.head), new(papers.listed)


def handled(act: Callable[[Tab, Data], Papers]) -> Callable[..., Any]:
    """Return the event that a click in the documents causes."""

    def event(tab: Tab, event: gr.EventData) -> tuple[Any, ...]:
        return laid(act(tab, event._data))

    return event


def followed(act: Callable[[Tab, Data], Iterator[Papers]]) -> Callable[..., Any]:
    """Return the event that a click in the documents causes, and that shows how far it has come."""

    def event(tab: Tab, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from map(laid, act(tab, event._data))

    return event


def told(act: Callable[[Tab, Data], View]) -> Callable[..., Any]:
    """Return the event that a click in our HTML causes."""

    def event(tab: Tab, event: gr.EventData) -> tuple[Any, ...]:
        return drawn(act(tab, event._data), tab)

    return event


def found(act: Callable[[Tab, Data], str | None]) -> Callable[..., Any]:
    """Return the event that a click in our HTML causes, and that draws one component."""

    def event(tab: Tab, event: gr.EventData) -> Any:  # noqa: ANN401 - HTML, or nothing new
        return new(act(tab, event._data))

    return event


def streamed(act: Callable[[Tab, Data], Iterator[View]]) -> Callable[..., Any]:
    """Return the event that a click in our HTML causes, and that shows one view after another."""

    def event(tab: Tab, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from map(drawn, act(tab, event._data), repeat(tab))

    return event


def asker() -> Asker:
    """Return who caused the event that is being handled."""
    request = LocalContext.request.get(None)
    return Asker() if request is None else Asker(request.username, request.client.host)


def build(
    assistant: Seen, kept: Conversations, examples: Sequence[str] = (), privacy: Sequence[Phrase] = PRIVATE
) -> gr.Blocks:
    """Return the page.

    ``kept`` are the conversations about the assistant's index, ``examples`` are offered on an empty chat, ``privacy``
    says what leaves this machine.
    """
    chat = Chat(assistant, Shelf(kept, lambda: asker().user or "", assistant.still), examples)
    desk, shelf = Desk(assistant, lambda: Path(get_upload_folder()), privacy), chat.shelf
    page = Page(chat, desk)
    html = partial(gr.HTML, apply_default_css=False, js_on_load=TOLD)
    blocks = gr.Blocks(title="Grounded QA", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True)
    with blocks:
        keep = partial(gr.BrowserState, secret="grounded-qa")
        tab, choice, ways = gr.State(Tab()), keep(AUTOMATIC, storage_key="language"), keep(AS_USUAL, storage_key="ways")
        head = html(elem_id="top")
        with gr.Row(elem_id="shell", equal_height=True):
            with gr.Column(elem_id="side", min_width=0):
                side, past = html(), html(elem_id="past")
            with gr.Column(elem_id="chat", elem_classes="view", min_width=0):
                log = html(elem_id="log")
                notice = html(elem_id="told")
                asked = gr.Textbox(max_lines=6, lines=1, submit_btn=say("en", "ask"), autofocus=True, elem_id="box")
            with gr.Column(elem_id="documents", elem_classes="view", min_width=0):
                leaf = html(elem_id="leaf")
                adder, report, listed = html(elem_id="adder"), html(elem_id="report"), html(elem_id="listed")
            with gr.Column(elem_id="settings", elem_classes="view", min_width=0):
                by, depth, strict, radio = gr.Radio(), gr.Radio(), gr.Radio(), gr.Radio()
            with gr.Column(elem_id="panel", min_width=0):
                source, sheet = html(elem_id="source", js_on_load=SCRIPT), html(elem_id="sheet")
            saved = html(elem_id="saved", js_on_load=SAVED)
        views: list[Any] = [log, asked, notice, past]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        for submitted, reply, given in (
            (asked.submit, page.reply, [asked, tab]), (source.pick, streamed(chat.pick), tab),
            (source.again, streamed(chat.again), tab), (source.open, streamed(chat.open), tab),
        ):  # fmt: skip
            # "multiple": after a stop the next question need not wait until the stopped one has noticed
            answered = submitted(reply, given, views, trigger_mode="multiple", concurrency_limit=None, **quiet)
            answered.success(lambda tab: new(chat.follow(tab)), tab, log, concurrency_id="follow", **quiet)
        asked.stop(lambda tab: drawn(chat.stop(tab), tab), tab, views, **quiet)
        source.fresh(lambda tab: drawn(chat.fresh(tab), tab), tab, views, **quiet)
        for act in (chat.revise, chat.keep, chat.rate, chat.rename, chat.erase):
            getattr(source, act.__name__)(told(act), tab, views, **quiet)
        cited = source.cite(found(chat.cite), tab, source, **quiet)
        cited.success(chat.sheet, tab, sheet, trigger_mode="always_last", **quiet)
        source.find(found(shelf.find), tab, past, **quiet)
        source.export(page.export, tab, saved, **quiet)
        papers: list[Any] = [report, head, listed]
        for change in (desk.upload, desk.follow, desk.unfollow, desk.sync, desk.finish):
            getattr(source, change.__name__)(followed(change), tab, papers, concurrency_limit=None, **quiet)
        for at_once in (desk.hide, desk.restore, desk.halt):
            getattr(source, at_once.__name__)(handled(at_once), tab, papers, **quiet)
        source.read(found(desk.read), tab, leaf, **quiet)
        source.choose(page.choose, tab, [*views, *papers], **quiet)
        texts = [*views, *papers, side, adder, by, depth, strict, radio, choice]
        spoken_to = blocks.load(page.enter, [tab, choice, ways], texts, **quiet)
        spoken_to.success(lambda tab: new(chat.follow(tab)), tab, log, concurrency_id="follow", **quiet)
        gr.on([by.input, depth.input, strict.input], page.decide, [by, depth, strict, tab], ways, **quiet)
        radio.input(page.speak, [tab, radio], texts, **quiet)
        gr.Timer(REFRESH).tick(page.refresh, tab, [log, past, *papers], **quiet)
        api = Api(assistant, lambda line: gr.Error(line, print_exception=False))
        for function in (api.ask, api.search, api.documents):
            gr.events.api(function, api_name=function.__name__, **AT_ONCE)
    return blocks


def main(
    index: Annotated[Path | None, typer.Option(help=INDEX)] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(help="quote, a model's name or path, or a server's URL; repeat it to let people choose."),
    ] = None,
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
        blocks = build(doors.page(asker), doors.conversations(), EXAMPLES if doors.shipped else (), doors.privacy)
        gr.mount_gradio_app(app, blocks, "/", root_path=root_path or None, theme=THEME, css=CSS, **login, **CLOSED)
        if doors.sessions is not None:
            blocks.app.tokens = doors.sessions  # type: ignore[assignment]  # gradio's own outlive their user
        doors.serve(app)
    except GroundedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
