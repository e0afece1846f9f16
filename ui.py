"""The web page: layout and events. No retrieval, no text logic; what is shown is made in ``qa.web``.

One :class:`Tab` a browser tab is the state of every event. What a person clicks inside our HTML reaches the server as
an event of the source panel, whose script (``qa/web/page.js``) listens for the whole page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
import typer
from gradio.context import LocalContext

from corpus.errors import GroundedError
from qa.answer import Answer, Claim
from qa.suggest import suggest
from qa.web import answers, lists, panel
from qa.web.doors import PRIVATE, RATE, Doors
from qa.web.html import notice as noted
from qa.web.login import MESSAGE
from qa.web.seen import Asker, Seen
from qa.web.shapes import Api
from qa.web.tab import VERDICTS, Exchange, Tab
from qa.web.texts import NAMES, say, spoken

EXAMPLES = ["When was Xiaomi founded?", "What are Xiaomi's marketing weaknesses?", "When did the SU7 fire happen?"]
EXAMPLES += ["Are Xiaomi's cars cheaper or more expensive than comparable electric cars?"]  # about the shipped library
SAMPLE = 40  # passages, spread over all documents, of which questions to begin with are made
REFRESH = 3  # seconds after which a page that lies open follows the index
PROGRESS = gr.Progress()  # a default value of this type is how gradio knows where to pass its progress bar
UNCHANGED = (gr.skip(), gr.skip(), gr.skip())  # a view of a chat that leaves everything as it is
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
AUTOMATIC = ""  # the choice of language that follows the browser


class Page:
    """What the page's events do, bound to one assistant; a tab's state travels with its browser tab."""

    def __init__(self, assistant: Seen, examples: Sequence[str], privacy: str) -> None:
        self.assistant, self.examples, self.privacy = assistant, tuple(examples), privacy
        self.answering: set[Exchange] = set()  # whoever waits for an answer goes before whoever might like a suggestion
        self.first: dict[
            frozenset[str], tuple[int, tuple[str, ...]]
        ] = {}  # by what an asker may see: questions to begin

    def overview(self, tab: Tab) -> tuple[str, str]:
        """Return the head of the page, and the list of documents with what could not be read."""
        store = self.assistant.index.store
        infos = self.assistant.index.documents()
        listed = lists.documents(infos, store.failures(), store.notes(), tab.language)
        return str(lists.top(len(infos), self.privacy, tab.language)), str(listed)

    def reply(self, question: str, tab: Tab, text: str | None = "") -> Iterator[tuple[Any, ...]]:
        """Stream an answer into the chat; on an error the chat is as before and the question back in its box.

        ``text`` is what the box holds meanwhile, None for what is being typed there.
        """
        if tab.running or not question.strip():
            yield *UNCHANGED[:2], str(noted(say(tab.language, "wait" if tab.running else "empty")))
            return
        replaced = tab.turns[tab.editing - 1 :] if tab.editing else []
        del tab.turns[len(tab.turns) - len(replaced) :]
        tab.editing = 0
        self.view(tab)  # forgets what was deleted since
        history = [(past.answer.question, past.answer.text) for past in tab.turns]
        turn = Exchange(Answer(question, ()))
        tab.turns.append(turn)
        self.answering.add(turn)
        try:
            yield self.view(tab, text=text)
            for step in self.assistant.stream(question, history):
                if turn.state == "stopped":
                    break
                if isinstance(step, Claim):
                    turn.answer = replace(turn.answer, claims=(*turn.answer.claims, step))
                else:
                    turn.answer, turn.state = step, "done"
                yield self.view(tab)
        except GroundedError as error:
            if turn.state == "running":
                turn.answer = Answer(question, ())
                stopped = self.stop(tab, str(error))
                tab.turns += replaced
                yield self.view(tab)[0], *stopped[1:]
        finally:
            self.answering.discard(turn)
        if turn.state == "stopped":
            yield UNCHANGED  # gradio shows the last thing yielded once more: let it not be from before the stop

    def stop(self, tab: Tab, notice: str = "") -> tuple[Any, ...]:
        """End the running answer with what has been checked; a question without any goes back to its box."""
        if tab.running:
            tab.turns[-1].state = "stopped"
            if not tab.turns[-1].answer.claims:
                return self.view(tab, text=tab.turns.pop().answer.question, notice=notice)
        return self.view(tab, notice=notice)

    def broken(self, tab: Tab) -> tuple[Any, ...]:
        """End an answer that an unforeseen error broke off."""
        return self.stop(tab, say(tab.language, "broken"))

    def fresh(self, tab: Tab) -> tuple[Any, ...]:
        """Begin a new chat; an answer still being written stays with the old one."""
        self.stop(tab)
        tab.turns, tab.editing = [], 0
        return self.view(tab, text="")

    def pick(self, tab: Tab, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask the question that was clicked."""
        yield from self.reply(str(event._data["text"]), tab, text=None)

    def again(self, tab: Tab) -> Iterator[tuple[Any, ...]]:
        """Ask the last question once more, in its own place."""
        if tab.turns and not tab.running:
            tab.editing = len(tab.turns)
            yield from self.reply(tab.turns[-1].answer.question, tab, text=None)

    def revise(self, tab: Tab, event: gr.EventData) -> tuple[Any, ...]:
        """Put a question back into its box; asking it will replace it and what came after."""
        if (turn := tab.turn(event._data["turn"])) is None or tab.running:
            return UNCHANGED
        tab.editing = int(event._data["turn"])
        return self.view(tab, text=turn.answer.question)

    def keep(self, tab: Tab) -> tuple[Any, ...]:
        """Give up editing a question."""
        tab.editing = 0
        return self.view(tab, text="")

    def rate(self, tab: Tab, event: gr.EventData) -> str:
        """Keep what a person thinks of an answer."""
        turn, verdict = tab.turn(event._data["turn"]), event._data.get("verdict")
        if turn is not None and verdict in VERDICTS:
            turn.verdict, turn.note = verdict, str(event._data.get("note", ""))[:2000]
        return self.shown(tab)

    def cite(self, tab: Tab, event: gr.EventData) -> str:
        """Return the source panel for a citation of a turn, or one that says that its source is gone."""
        turn, number = int(event._data["turn"]), int(event._data["n"])
        cited = tab.turns[turn - 1].numbered if 1 <= turn <= len(tab.turns) else ()
        if not 1 <= number <= len(cited) or not self.assistant.index.holds(cited[number - 1].passage):
            return str(panel.gone(tab.language))
        document = self.assistant.index.document(cited[number - 1].passage.doc_id)
        return str(panel.source(document, cited, turn, number, tab.language))

    def shown(self, tab: Tab) -> str:
        """Return the chat as HTML, or a first visit's page while it is empty."""
        if tab.turns:
            return str(answers.log(tab))
        infos = self.assistant.index.documents()
        generation, first = self.first.get(frozenset(info.id for info in infos), (-1, ()))
        first *= generation == self.assistant.index.store.generation
        return str(lists.welcome(infos, self.examples or first, tab.language))

    def follow(self, tab: Tab) -> Any:  # noqa: ANN401 - HTML, or nothing new
        """Add questions to go on with below the last answer, or to begin with on a first visit."""
        store = self.assistant.index.store
        generation, turn = store.generation, tab.turns[-1] if tab.turns else None
        seen = frozenset() if turn else frozenset(info.id for info in self.assistant.index.documents())
        made = self.first.get(seen, (-1, ()))[0] == generation
        if self.answering or (turn.state != "done" if turn else self.examples or made):
            return gr.skip()
        asked = [past.answer.question for past in tab.turns]
        passages = [hit.passage for hit in turn.answer.hits] if turn else store.sample(SAMPLE)
        found = suggest(passages, partial(self.assistant.ask, counted=False), asked)
        if turn:
            turn.follow_ups, turn.generation = found, generation
        else:
            self.first = {**self.first, seen: (generation, found)}
        return gr.skip() if tab.running else self.view(tab)[0]

    def view(self, tab: Tab, text: str | None = None, notice: str = "") -> tuple[Any, ...]:
        """Return the chat, its box and notice; without ``text`` the box keeps what is being typed."""
        for past in tab.turns:  # what was deleted since is not shown again
            past.follow_ups *= past.generation == self.assistant.index.store.generation
            past.answer = past.answer if past.state == "running" else self.assistant.still(past.answer)
        told = noted(notice) or answers.editing(tab)
        more = {} if text is None else {"value": text}
        return self.shown(tab), self.box(tab, **more), str(told)

    def box(self, tab: Tab, **more: Any) -> gr.Textbox:  # noqa: ANN401 - whatever a Textbox takes
        """Return the question's box with the button that fits: Ask, or Stop while an answer is written."""
        submit, stop = say(tab.language, "ask"), say(tab.language, "stop")
        return gr.Textbox(submit_btn=not tab.running and submit, stop_btn=tab.running and stop, **more)

    def refresh(self, tab: Tab) -> tuple[Any, ...]:
        """Take what was deleted since from a page that lies open, and list the documents anew."""
        now = self.assistant.index.store.generation
        if now == tab.seen or tab.running:
            return UNCHANGED
        tab.seen = now
        return self.view(tab)[0], *self.overview(tab)

    def upload(self, files: list[str], tab: Tab, progress: gr.Progress = PROGRESS) -> tuple[Any, ...]:
        """Add files to the index and say what became of each; returns the drop area emptied, report, overview."""
        try:
            report = self.assistant.add([*map(Path, files)], lambda s: progress((s.files_done, s.files), desc=s.name))
            told = lists.report(report, [Path(file).name for file in files], tab.language)
        except GroundedError as error:
            told = noted(str(error))
        return None, str(told), *self.overview(tab)

    def speak(self, tab: Tab, choice: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the page in the language chosen, or in the browser's; returns everything that holds a text."""
        chosen = next((code for code in NAMES.values() if code == choice), None)
        tab.language = chosen or spoken(request.headers.get("accept-language", ""))
        tab.seen = self.assistant.index.store.generation
        text: Callable[[str], str] = partial(say, tab.language)
        log, _, told = self.view(tab)
        box = self.box(tab, label=text("question"), placeholder=text("placeholder"))
        choices = [(text("as browser"), AUTOMATIC), *NAMES.items()]
        radio = gr.Radio(choices, value=chosen or AUTOMATIC, label=text("language"), info=text("language how"))
        head, listed = self.overview(tab)
        side, files = str(lists.side(tab.language)), gr.File(label=text("add"))
        return log, box, told, head, listed, side, files, radio, chosen or AUTOMATIC


def asker() -> Asker:
    """Return who caused the event that is being handled."""
    request = LocalContext.request.get(None)
    return Asker() if request is None else Asker(request.username, request.client.host)


def build(assistant: Seen, examples: Sequence[str] = (), privacy: str = PRIVATE) -> gr.Blocks:
    """Return the page; ``examples`` are offered on an empty chat, ``privacy`` says what leaves this machine."""
    page = Page(assistant, examples, privacy)
    drawn = partial(gr.HTML, apply_default_css=False, js_on_load=TOLD)
    blocks = gr.Blocks(title="Grounded QA", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True)
    with blocks:
        tab, choice = gr.State(Tab()), gr.BrowserState(AUTOMATIC, storage_key="language", secret="grounded-qa")
        head = drawn(elem_id="top")
        with gr.Row(elem_id="shell", equal_height=True):
            side = drawn(elem_id="side")
            with gr.Column(elem_id="chat", elem_classes="view", min_width=0):
                log = drawn(elem_id="log")
                told = drawn(elem_id="told")
                box = gr.Textbox(max_lines=6, lines=1, submit_btn=say("en", "ask"), autofocus=True, elem_id="box")
            with gr.Column(elem_id="documents", elem_classes="view", min_width=0):
                files = gr.File(file_count="multiple", height=140)
                report, listed = drawn(), drawn(elem_id="listed")
            with gr.Column(elem_id="settings", elem_classes="view", min_width=0):
                radio = gr.Radio()
            shown = drawn(elem_id="panel", js_on_load=SCRIPT)
        chat: list[Any] = [log, box, told]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        for asked, reply, given in (
            (box.submit, page.reply, [box, tab]), (shown.pick, page.pick, tab), (shown.again, page.again, tab),
        ):  # fmt: skip
            # "multiple": after a stop the next question need not wait until the stopped one has noticed
            answered = asked(reply, given, chat, trigger_mode="multiple", **quiet, **AT_ONCE)
            answered.failure(page.broken, tab, chat, **quiet)
            answered.success(page.follow, tab, log, concurrency_id="follow", **quiet)
        box.stop(page.stop, tab, chat, **quiet)
        shown.fresh(page.fresh, tab, chat, **quiet)
        shown.revise(page.revise, tab, chat, **quiet)
        shown.keep(page.keep, tab, chat, **quiet)
        shown.rate(page.rate, tab, log, **quiet)
        shown.cite(page.cite, tab, shown, **quiet)
        uploaded = [files, report, head, listed]
        files.upload(page.upload, [files, tab], uploaded, show_progress_on=files, api_visibility="private")
        texts = [*chat, head, listed, side, files, radio, choice]
        spoken_to = blocks.load(page.speak, [tab, choice], texts, **quiet)
        spoken_to.success(page.follow, tab, log, concurrency_id="follow", **quiet)
        radio.input(page.speak, [tab, radio], texts, **quiet)
        gr.Timer(REFRESH).tick(page.refresh, tab, [log, head, listed], **quiet)
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
