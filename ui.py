"""The web page: layout and events. No retrieval, no text logic; what is shown is made in ``qa.web``.

One :class:`Tab` a browser tab is the state of every event. What a person clicks inside our HTML reaches the server as
an event of the source panel, whose script (``qa/web/page.js``) listens for the whole page.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Annotated, Any
from urllib.parse import urlsplit

import gradio as gr
import typer
from gradio.context import LocalContext
from rich.progress import Progress

from corpus.errors import ConversationError, ConversationNotFound, GroundedError
from qa.address import reachable
from qa.answer import Answer
from qa.question import check
from qa.suggest import suggest
from qa.system import Assistant, library
from qa.web import answers, history, lists, panel
from qa.web.asking import Asking
from qa.web.conversations import Conversations, beside
from qa.web.html import notice as noted
from qa.web.tab import Exchange, Tab
from qa.web.texts import NAMES, say, spoken
from qa.web.turns import KINDS

EXAMPLES = ["When was Xiaomi founded?", "What are Xiaomi's marketing weaknesses?", "When did the SU7 fire happen?"]
EXAMPLES += ["Are Xiaomi's cars cheaper or more expensive than comparable electric cars?"]  # about the shipped library
PRIVATE = "Everything stays on this machine."
OPEN = "This page is open to the network without a password: whoever reaches it can ask, read and add documents."
SAMPLE = 40  # passages, spread over all documents, of which questions to begin with are made
REFRESH = 3  # seconds after which a page that lies open follows the index
PROGRESS = gr.Progress()  # a default value of this type is how gradio knows where to pass its progress bar
View = tuple[Any, Any, Any, Any]  # the chat, its box, its notice, the list of conversations
UNCHANGED: View = (gr.skip(), gr.skip(), gr.skip(), gr.skip())  # a view of a chat that leaves everything as it is
AT_ONCE: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "ask"}  # questions answered at a time
CLOSED: dict[str, Any] = {"share": False, "footer_links": [], "run_history": False, "enable_monitoring": False}
CLOSED |= {"quiet": True, "ssr_mode": False, "max_file_size": "100mb"}  # nothing opens that was not asked for
FONTS = ("system-ui", "sans-serif")  # fonts of the system: the page asks nothing of any other machine
THEME = gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("ui-monospace", "monospace"))
INDEX = "Directory; default: the index that `qa index` fills by default, or the library that ships while there is none."
CSS = resources.files("qa").joinpath("web/page.css").read_text("utf-8")
SCRIPT = resources.files("qa").joinpath("web/page.js").read_text("utf-8")
TOLD = "watch('value', () => document.dispatchEvent(new Event('told')))"  # the script tidies up after each change
SAVED = "watch('value', () => document.dispatchEvent(new CustomEvent('saved', {detail: element})))"
AUTOMATIC = ""  # the choice of language that follows the browser


class Page:
    """What the page's events do, bound to one assistant; a tab's state travels with its browser tab."""

    def __init__(
        self, assistant: Assistant, kept: Conversations, examples: Sequence[str] = (), privacy: str = PRIVATE
    ) -> None:
        self.assistant, self.kept, self.examples, self.privacy = assistant, kept, tuple(examples), privacy
        self.asking = Asking(kept)
        self.first: tuple[int, tuple[str, ...]] = (-1, ())  # the index's generation, and questions to begin with

    def overview(self, tab: Tab) -> tuple[str, str]:
        """Return the head of the page, and the list of documents with what could not be read."""
        store = self.assistant.index.store
        infos = self.assistant.index.documents()
        listed = lists.documents(infos, store.failures(), store.notes(), tab.language)
        return str(lists.top(len(infos), self.privacy, tab.language)), str(listed)

    # -- asking ------------------------------------------------------------------------------------

    def reply(self, question: str, tab: Tab, text: str | None = "") -> Iterator[View]:
        """Stream an answer into the chat; what cannot be asked leaves the chat as it was and the question in its box.

        ``text`` is what the box holds meanwhile, None for what is being typed there.
        """
        if tab.running or not question.strip():
            yield *UNCHANGED[:2], str(noted(say(tab.language, "wait" if tab.running else "empty"))), gr.skip()
            return
        try:
            self.begin(check(question), tab)
        except GroundedError as error:
            yield gr.skip(), self.box(tab, value=question), str(noted(str(error))), gr.skip()
            return
        yield from self.watch(tab, text)

    def begin(self, question: str, tab: Tab) -> None:
        """Add a question to the open conversation, or to a new one, and have it answered."""
        owner, replaced = asker(), tab.replaced
        if not tab.conversation:
            tab.conversation = self.kept.create(owner).id
        self.view(tab)  # forgets what was deleted since
        before = tab.turns[: len(tab.turns) - len(replaced)]
        history = [(past.answer.question, past.answer.text) for past in before if past.answer.claims]
        turn = Exchange(Answer(question, ()))
        place = partial(self._replace, owner, replaced[0].id, question) if replaced else None
        turn.id = 0 if replaced else self.kept.ask(owner, tab.conversation, question).id
        self.asking.begin(owner, turn, self.assistant.stream(question, history), place)
        tab.turns, tab.aside, tab.editing = [*before, turn], replaced, 0

    def _replace(self, owner: str, turn: int, question: str) -> int:
        return self.kept.ask_again(owner, turn, question).id

    def watch(self, tab: Tab, text: str | None = None) -> Iterator[View]:
        """Show the last turn of a tab while it is answered, for as long as the tab shows it."""
        turn, face = tab.turns[-1], None
        while turn in tab.turns[-1:]:
            if turn.face == face:
                self.asking.watch(turn, face)
                continue
            face, notice = turn.face, ""
            if turn.state == "failed" and not turn.id:  # nothing was replaced
                tab.turns[-1:], text, notice = tab.aside, turn.answer.question, turn.answer.message
            yield self.view(tab, text, notice)
            text = None
            if face[1] != "running":
                break
        yield UNCHANGED  # gradio shows the last thing yielded once more: let it not be from before a stop

    def stop(self, tab: Tab) -> View:
        """End the running answer with what has been checked; a question without any goes back to its box."""
        if not tab.running:
            return self.view(tab)
        turn, owner = tab.turns[-1], asker()
        self.asking.stop(owner, turn)
        if turn.state != "stopped" or turn.answer.claims:
            return self.view(tab)
        tab.turns[-1:] = [] if turn.id else tab.aside
        try:
            if turn.id and tab.turns:
                self.kept.drop(owner, turn.id)
            elif turn.id:
                self.kept.delete(owner, tab.conversation)
                tab.show("", [])
        except ConversationNotFound:  # it was deleted in another tab
            tab.show("", [])
        return self.view(tab, text=turn.answer.question)

    def fresh(self, tab: Tab) -> View:
        """Begin a new conversation; an answer that is being written goes on in the old one."""
        tab.show("", [])
        return self.view(tab, text="")

    def pick(self, tab: Tab, event: gr.EventData) -> Iterator[View]:
        """Ask the question that was clicked."""
        yield from self.reply(str(event._data["text"]), tab, text=None)

    def again(self, tab: Tab) -> Iterator[View]:
        """Ask the last question once more, in its own place."""
        if tab.turns and not tab.running:
            tab.editing = len(tab.turns)
            yield from self.reply(tab.turns[-1].answer.question, tab, text=None)

    def revise(self, tab: Tab, event: gr.EventData) -> View:
        """Put a question back into its box; asking it will replace it and what came after."""
        if (turn := tab.turn(event._data["turn"])) is None or tab.running:
            return UNCHANGED
        tab.editing = int(event._data["turn"])
        return self.view(tab, text=turn.answer.question)

    def keep(self, tab: Tab) -> View:
        """Give up editing a question."""
        tab.editing = 0
        return self.view(tab, text="")

    def rate(self, tab: Tab, event: gr.EventData) -> View:
        """Keep what a person thinks of an answer; without a verdict, take back what they said."""
        turn, verdict = tab.turn(event._data["turn"]), event._data.get("verdict")
        try:
            if turn is not None and verdict in KINDS:
                self.kept.rate(asker(), turn.id, verdict, note := str(event._data.get("note", ""))[:2000])
                turn.verdict, turn.note = verdict, note
            elif turn is not None and verdict is None:
                self.kept.unrate(asker(), turn.id)
                turn.verdict = None
        except GroundedError as error:
            return self.view(tab, notice=str(error))
        return self.view(tab)

    # -- conversations -----------------------------------------------------------------------------

    def open(self, tab: Tab, event: gr.EventData) -> Iterator[View]:
        """Show a conversation as it is kept; one that is being answered is watched to its end."""
        notice = self.load(str(event._data["id"]), tab)
        if tab.turns and self.asking.is_live(tab.turns[-1]):
            yield from self.watch(tab, "")
        else:
            yield self.view(tab, "", notice)

    def load(self, conversation: str, tab: Tab) -> str:
        """Read a conversation into a tab; returns why that cannot be, or ""."""
        try:
            one = self.kept.get(asker(), conversation)
            turns = [self.asking.live(Exchange.of(turn)) for turn in self.kept.turns(asker(), conversation)]
        except ConversationError as error:
            tab.show("", [])
            return str(error)
        tab.show(one.id, turns)
        tab.updated = one.updated.isoformat()
        return ""

    def find(self, tab: Tab, event: gr.EventData) -> Any:  # noqa: ANN401 - HTML, or nothing new
        """List the conversations that hold the words searched for."""
        tab.search = str(event._data["text"])
        return self.past(tab)

    def rename(self, tab: Tab, event: gr.EventData) -> View:
        """Give a conversation a name."""
        return self.change(tab, lambda: self.kept.rename(asker(), str(event._data["id"]), str(event._data["text"])))

    def erase(self, tab: Tab, event: gr.EventData) -> View:
        """Delete a conversation; an answer that is being written for it ends."""
        conversation = str(event._data["id"])
        if conversation == tab.conversation:
            if tab.running:
                self.asking.stop(asker(), tab.turns[-1])
            tab.show("", [])
        return self.change(tab, lambda: self.kept.delete(asker(), conversation))

    def change(self, tab: Tab, act: Callable[[], None]) -> View:
        """Change a conversation and return the view, with the reason where it cannot be changed."""
        try:
            act()
        except ConversationError as error:
            return self.view(tab, notice=str(error))
        return self.view(tab)

    def export(self, event: gr.EventData) -> Any:  # noqa: ANN401 - HTML, or nothing
        """Return a conversation as a file for the browser to save."""
        owner, conversation, form = asker(), str(event._data["id"]), str(event._data["form"])
        try:
            one, turns = self.kept.get(owner, conversation), self.kept.turns(owner, conversation)
        except ConversationError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return str(history.file(one, turns, form)) if form in history.FORMS else gr.skip()

    def past(self, tab: Tab) -> Any:  # noqa: ANN401 - HTML, or nothing new
        """Return the list of conversations where it has changed since it was last shown."""
        listed = str(history.past(self.kept.listed(asker(), tab.search), tab.search, tab.language))
        if listed == tab.past:
            return gr.skip()
        tab.past = listed
        return listed

    # -- showing -----------------------------------------------------------------------------------

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
        infos, (generation, first) = self.assistant.index.documents(), self.first
        first *= generation == self.assistant.index.store.generation
        return str(lists.welcome(infos, self.examples or first, tab.language))

    def follow(self, tab: Tab) -> Any:  # noqa: ANN401 - HTML, or nothing new
        """Add questions to go on with below the last answer, or to begin with on a first visit."""
        store = self.assistant.index.store
        generation, turn = store.generation, tab.turns[-1] if tab.turns else None
        waits = self.asking.busy  # whoever waits for an answer goes before whoever might like a suggestion
        if waits or (turn.state != "done" if turn else self.examples or self.first[0] == generation):
            return gr.skip()
        asked = [past.answer.question for past in tab.turns]
        passages = [hit.passage for hit in turn.answer.hits] if turn else store.sample(SAMPLE)
        found = suggest(passages, self.assistant.ask, asked)
        if turn:
            turn.follow_ups, turn.generation = found, generation
        else:
            self.first = (generation, found)
        return gr.skip() if tab.running else self.shown(tab)

    def view(self, tab: Tab, text: str | None = None, notice: str = "") -> View:
        """Return the chat, its box, notice and the conversations; without ``text`` the box keeps what is typed."""
        for past in tab.turns:  # what was deleted since is not shown again
            past.follow_ups *= past.generation == self.assistant.index.store.generation
            past.answer = past.answer if past.state == "running" else self.assistant.still(past.answer)
        told = noted(notice) or answers.editing(tab)
        more = {} if text is None else {"value": text}
        return self.shown(tab), self.box(tab, **more), str(told), self.past(tab)

    def box(self, tab: Tab, **more: Any) -> gr.Textbox:  # noqa: ANN401 - whatever a Textbox takes
        """Return the question's box with the button that fits: Ask, or Stop while an answer is written."""
        submit, stop = say(tab.language, "ask"), say(tab.language, "stop")
        return gr.Textbox(submit_btn=not tab.running and submit, stop_btn=tab.running and stop, **more)

    def refresh(self, tab: Tab) -> tuple[Any, ...]:
        """Take what was deleted since from a page that lies open; show what other tabs and processes changed."""
        now, past = self.assistant.index.store.generation, self.past(tab)
        if tab.running and self.asking.is_live(tab.turns[-1]):
            return gr.skip(), past, gr.skip(), gr.skip()
        anew = self.stale(tab)
        if now == tab.seen:
            return self.view(tab)[0] if anew else gr.skip(), past, gr.skip(), gr.skip()
        tab.seen = now
        return self.view(tab)[0], past, *self.overview(tab)

    def stale(self, tab: Tab) -> bool:
        """Read the open conversation again where another tab went on with it; returns whether it did."""
        if not tab.conversation or tab.editing:
            return False
        try:
            updated = self.kept.get(asker(), tab.conversation).updated.isoformat()
        except ConversationError:  # deleted in another tab
            tab.show("", [])
            return True
        if updated == tab.updated:
            return False
        held = {turn.id: turn for turn in tab.turns}
        self.load(tab.conversation, tab)
        for turn in tab.turns:
            if (before := held.get(turn.id)) is not None:
                turn.follow_ups, turn.generation = before.follow_ups, before.generation
        return True

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
        tab.past = ""
        log, _, told, past = self.view(tab)
        box = self.box(tab, label=text("question"), placeholder=text("placeholder"))
        choices = [(text("as browser"), AUTOMATIC), *NAMES.items()]
        radio = gr.Radio(choices, value=chosen or AUTOMATIC, label=text("language"), info=text("language how"))
        head, listed = self.overview(tab)
        side, files = str(lists.side(tab.language)), gr.File(label=text("add"))
        return log, box, told, past, head, listed, side, files, radio, chosen or AUTOMATIC

    def ask(self, question: str) -> dict[str, Any]:
        """Answer one question. Returns the dictionary that ``qa ask --json`` prints: text, claims, citations."""
        try:
            return self.assistant.ask(question).to_dict()
        except GroundedError as error:
            raise gr.Error(str(error), print_exception=False) from error


def asker() -> str:
    """Return whose conversations the event that is being handled may see: the user's, or "" without accounts."""
    request = LocalContext.request.get(None)
    return (request.username or "") if request is not None else ""


def build(assistant: Assistant, kept: Conversations, examples: Sequence[str] = (), privacy: str = PRIVATE) -> gr.Blocks:
    """Return the page.

    ``kept`` are the conversations about the assistant's index, ``examples`` are offered on an empty chat, ``privacy``
    says what leaves this machine.
    """
    page = Page(assistant, kept, examples, privacy)
    drawn = partial(gr.HTML, apply_default_css=False, js_on_load=TOLD)
    blocks = gr.Blocks(title="Grounded QA", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True)
    with blocks:
        tab, choice = gr.State(Tab()), gr.BrowserState(AUTOMATIC, storage_key="language", secret="grounded-qa")
        head = drawn(elem_id="top")
        with gr.Row(elem_id="shell", equal_height=True):
            with gr.Column(elem_id="side", min_width=0):
                side, past = drawn(), drawn(elem_id="past")
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
            saved = drawn(elem_id="saved", js_on_load=SAVED)
        chat: list[Any] = [log, box, told, past]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        for asked, reply, given in (
            (box.submit, page.reply, [box, tab]), (shown.pick, page.pick, tab), (shown.again, page.again, tab),
            (shown.open, page.open, tab),
        ):  # fmt: skip
            # "multiple": after a stop the next question need not wait until the stopped one has noticed
            answered = asked(reply, given, chat, trigger_mode="multiple", concurrency_limit=None, **quiet)
            answered.success(page.follow, tab, log, concurrency_id="follow", **quiet)
        box.stop(page.stop, tab, chat, **quiet)
        shown.fresh(page.fresh, tab, chat, **quiet)
        shown.revise(page.revise, tab, chat, **quiet)
        shown.keep(page.keep, tab, chat, **quiet)
        shown.rate(page.rate, tab, chat, **quiet)
        shown.find(page.find, tab, past, **quiet)
        shown.rename(page.rename, tab, chat, **quiet)
        shown.erase(page.erase, tab, chat, **quiet)
        shown.export(page.export, None, saved, **quiet)
        shown.cite(page.cite, tab, shown, **quiet)
        uploaded = [files, report, head, listed]
        files.upload(page.upload, [files, tab], uploaded, show_progress_on=files, api_visibility="private")
        texts = [*chat, head, listed, side, files, radio, choice]
        spoken_to = blocks.load(page.speak, [tab, choice], texts, **quiet)
        spoken_to.success(page.follow, tab, log, concurrency_id="follow", **quiet)
        radio.input(page.speak, [tab, radio], texts, **quiet)
        gr.Timer(REFRESH).tick(page.refresh, tab, [log, past, head, listed], **quiet)
        gr.events.api(page.ask, api_name="ask", **AT_ONCE)
    return blocks


def main(
    index: Annotated[Path | None, typer.Option(help=INDEX)] = None,
    reader: Annotated[str | None, typer.Option(help="quote, a model's name or path, or a server's URL.")] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder's name or path.")] = None,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = 7860,
    trace: Annotated[Path | None, typer.Option(help="Add each answer to this file as a line of JSON.")] = None,
) -> None:
    """Serve the chat page on this machine."""
    try:
        exposed = reachable(host, port)  # before a minute of indexing, not after
        with Progress() as bar:
            show = partial(bar.update, bar.add_task("Opening the documents", total=None))
            assistant = Assistant.open(
                index, reader, lambda s: show(completed=s.bytes_done, total=s.bytes), reranker, trace
            )
            show(description="Documents ready", completed=1, total=1)
    except GroundedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    remote = urlsplit(reader or "").hostname
    out = f"Each question, with the passages found for it, is sent to {remote}. " * bool(remote) + OPEN * exposed
    kept = Conversations(beside(assistant.index.directory), assistant.index.store)
    blocks = build(
        assistant, kept, EXAMPLES if library() in assistant.index.store.roots else (), out.strip() or PRIVATE
    )
    blocks.launch(server_name=host, server_port=port, theme=THEME, css=CSS, prevent_thread_lock=True, **CLOSED)
    typer.echo(f"Grounded QA is ready: http://{host}:{port}  (Ctrl+C stops it)" + f"\nWarning: {OPEN}" * exposed)
    Thread(target=assistant.warm, daemon=True).start()  # so that the first question does not wait for the encoder
    blocks.block_thread()


if __name__ == "__main__":
    typer.run(main)
