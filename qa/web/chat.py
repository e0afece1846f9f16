"""What the events of a chat do to a tab, and the view of it that they return. No gradio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from corpus.errors import ConversationNotFound, GroundedError, LoadError, QuestionError, StoreError
from qa.answer import USUAL, Answer
from qa.question import check
from qa.suggest import suggest
from qa.web import answers, lists, panel
from qa.web.html import NONE
from qa.web.html import notice as noted
from qa.web.seen import Seen
from qa.web.shelf import Shelf
from qa.web.tab import Data, Exchange, Revision, Tab
from qa.web.texts import say
from qa.web.turns import KINDS

SAMPLE = 40  # passages, spread over all documents, of which questions to begin with are made
WIDE = 1000  # pixels of a page's image


@dataclass(frozen=True, slots=True)
class View:
    """What of a chat is drawn anew, each None where it stays: the turns, the notice, the conversations, the box.

    ``text`` is put into the box; it offers to stop while ``running``.
    """

    log: str | None = None
    told: str | None = None
    past: str | None = None
    text: str | None = None
    running: bool | None = None


UNCHANGED = View()


class Chat:
    """The chats of all tabs about one assistant; ``examples`` are offered on an empty one."""

    def __init__(self, assistant: Seen, shelf: Shelf, examples: Sequence[str] = ()) -> None:
        self.assistant, self.shelf, self.examples = assistant, shelf, tuple(examples)
        self.first: dict[frozenset[str], tuple[Revision, tuple[str, ...]]] = {}  # by what may be seen: questions

    def reply(self, question: str, tab: Tab, text: str | None = "") -> Iterator[View]:
        """Stream an answer into the chat; what cannot be asked leaves the chat as it was and the question in its box.

        ``text`` is what the box holds meanwhile, None for what is being typed there.
        """
        if tab.running or not question.strip():
            yield View(told=str(noted(say(tab.language, "wait" if tab.running else "empty"))))
            return
        try:
            self._begin(check(question), tab)
        except GroundedError as error:
            yield View(told=str(noted(str(error))), text=question, running=False)
            return
        yield from self.watch(tab, text)

    def _begin(self, question: str, tab: Tab) -> None:
        """Add a question to the open conversation, or to a new one, and have it answered."""
        kept, owner, replaced = self.shelf.kept, self.shelf.who(), tab.replaced
        documents = self._asked(tab)
        if not tab.conversation:
            tab.conversation = kept.create(owner, tab.documents).id
        self.view(tab)  # forgets what was deleted since
        before = tab.turns[: len(tab.turns) - len(replaced)]
        history = [(past.answer.question, past.answer.text) for past in before if past.answer.claims]
        turn = Exchange(Answer(question, ()))
        place = partial(self._replace, owner, replaced[0].id, question) if replaced else None
        turn.id = 0 if replaced else kept.ask(owner, tab.conversation, question).id
        asked = self.assistant.stream(question, history, documents, options=tab.options)
        self.shelf.asking.begin(owner, turn, asked, place)
        tab.turns, tab.aside, tab.editing = [*before, turn], replaced, 0

    def _asked(self, tab: Tab) -> list[str] | None:
        """Return which documents a tab asks, those that are still here; None for all."""
        if tab.documents is None:
            return None
        if not (asked := [name for name in tab.documents if self.assistant.index.title(name) is not None]):
            raise QuestionError(say(tab.language, "none left"))
        return asked

    def _replace(self, owner: str, turn: int, question: str) -> int:
        return self.shelf.kept.ask_again(owner, turn, question).id

    def watch(self, tab: Tab, text: str | None = None) -> Iterator[View]:
        """Show the last turn of a tab while it is answered, for as long as the tab shows it."""
        turn, face = tab.turns[-1], None
        while tab.turns and (tab.turns[-1] is turn or tab.turns[-1].id == turn.id != 0):
            turn = tab.turns[-1]  # once done it may have been read again (``refresh``) before it was seen here
            if turn.face == face:
                self.shelf.asking.watch(turn, face)
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
        turn = tab.turns[-1]
        self.shelf.asking.stop(self.shelf.who(), turn)
        if turn.state != "stopped" or turn.answer.claims:
            return self.view(tab)
        try:
            self.shelf.take_back(tab)
        except ConversationNotFound:  # it was deleted in another tab
            tab.show("", [])
        return self.view(tab, text=turn.answer.question)

    def fresh(self, tab: Tab) -> View:
        """Begin a new conversation; an answer that is being written goes on in the old one."""
        tab.show("", [])
        return self.view(tab, text="")

    def pick(self, tab: Tab, data: Data) -> Iterator[View]:
        """Ask the question that was clicked."""
        yield from self.reply(str(data["text"]), tab, text=None)

    def again(self, tab: Tab, data: Data) -> Iterator[View]:
        """Ask the last question once more, in its own place."""
        if tab.turns and not tab.running:
            turns, tab.editing = tab.turns, len(tab.turns)
            yield from self.reply(tab.turns[-1].answer.question, tab, text=None)
            if tab.turns is turns:  # it could not be asked: the next question must not replace this one
                tab.editing = 0

    def revise(self, tab: Tab, data: Data) -> View:
        """Put a question back into its box; asking it will replace it and what came after."""
        if (turn := tab.turn(data["turn"])) is None or tab.running:
            return UNCHANGED
        tab.editing = int(data["turn"])
        return self.view(tab, text=turn.answer.question)

    def keep(self, tab: Tab, data: Data) -> View:
        """Give up editing a question."""
        tab.editing = 0
        return self.view(tab, text="")

    def rate(self, tab: Tab, data: Data) -> View:
        """Keep what a person thinks of an answer; without a verdict, take back what they said."""
        turn, verdict, kept = tab.turn(data["turn"]), data.get("verdict"), self.shelf.kept
        try:
            if turn is not None and verdict in KINDS:
                kept.rate(self.shelf.who(), turn.id, verdict, note := str(data.get("note", ""))[:2000])
                turn.verdict, turn.note = verdict, note
            elif turn is not None and verdict is None:
                kept.unrate(self.shelf.who(), turn.id)
                turn.verdict = None
        except GroundedError as error:
            return self.view(tab, notice=str(error))
        return self.view(tab)

    # -- conversations -----------------------------------------------------------------------------

    def open(self, tab: Tab, data: Data) -> Iterator[View]:
        """Show a conversation as it is kept; one that is being answered is watched to its end."""
        notice = self.shelf.load(str(data["id"]), tab)
        if tab.turns and self.shelf.asking.is_live(tab.turns[-1]):
            yield from self.watch(tab, "")
        else:
            yield self.view(tab, "", notice)

    def rename(self, tab: Tab, data: Data) -> View:
        """Give a conversation a name."""
        notice = self.shelf.rename(data)
        return self.view(tab, notice=notice)

    def erase(self, tab: Tab, data: Data) -> View:
        """Delete a conversation."""
        notice = self.shelf.erase(tab, data)
        return self.view(tab, notice=notice)

    def refresh(self, tab: Tab) -> View:
        """Take what was deleted since from a page that lies open; show what other tabs and processes changed."""
        if tab.running and self.shelf.asking.is_live(tab.turns[-1]):
            return View(past=self.shelf.past(tab))
        stale, now = self.shelf.is_stale(tab), self.assistant.index.revision
        if not stale and now == tab.seen:
            return View(past=self.shelf.past(tab))
        tab.seen = now
        return self.view(tab)

    def choose(self, tab: Tab, data: Data) -> View:
        """Let the open conversation ask only some documents; without any named, all."""
        ids = data.get("ids")
        if ids is not None and not ids:
            return self.view(tab, notice=say(tab.language, "tick first"))
        tab.documents = None if ids is None else tuple(map(str, ids))
        if tab.conversation:
            try:
                self.shelf.kept.choose(self.shelf.who(), tab.conversation, tab.documents)
            except GroundedError as error:
                return self.view(tab, notice=str(error))
        return self.view(tab)

    def _scope(self, tab: Tab) -> Markup:
        """Return which documents the conversation asks, where it does not ask all."""
        if tab.documents is None:
            return NONE
        titles = map(self.assistant.index.title, tab.documents)
        return lists.scope([title for title in titles if title is not None], tab.language)

    # -- showing -----------------------------------------------------------------------------------

    def cite(self, tab: Tab, data: Data) -> str:
        """Return the source panel for a citation of a turn, or one that says that its source is gone."""
        turn, number = int(data["turn"]), int(data["n"])
        tab.cited = (0, 0)
        cited = tab.turns[turn - 1].answer.numbered if 1 <= turn <= len(tab.turns) else ()
        if not 1 <= number <= len(cited) or not self.assistant.index.holds(cited[number - 1].passage):
            return str(panel.gone(tab.language))
        tab.cited = (turn, number)
        document = self.assistant.index.document(cited[number - 1].passage.doc_id)
        return str(panel.source(document, cited, turn, number, tab.language))

    def sheet(self, tab: Tab) -> str:
        """Return the page of the open source's PDF with the quote marked in it; "" for what has no pages."""
        turn, number = tab.cited
        cited = tab.turns[turn - 1].answer.numbered if 1 <= turn <= len(tab.turns) else ()
        if not 1 <= number <= len(cited) or not (chosen := cited[number - 1]).passage.page:
            return ""
        index, doc_id = self.assistant.index, chosen.passage.doc_id
        try:
            areas = index.areas(doc_id, chosen.start, chosen.end)
            if not areas:
                return ""
            return str(panel.sheet(index.page_image(doc_id, areas[0].page, WIDE), areas, tab.language))
        except (LoadError, StoreError) as error:
            return str(panel.no_sheet(str(error), tab.language))

    def shown(self, tab: Tab) -> str:
        """Return the chat as HTML, or a first visit's page while it is empty."""
        if tab.turns:
            return str(answers.log(tab))
        infos = self.assistant.index.documents()
        revision, first = self.first.get(frozenset(info.id for info in infos), (None, ()))
        first *= revision == self.assistant.index.revision
        return str(lists.welcome(infos, self.examples or first, tab.language))

    def follow(self, tab: Tab) -> str | None:
        """Add questions to go on with below the last answer, or to begin with on a first visit; None for none."""
        index, turn = self.assistant.index, tab.turns[-1] if tab.turns else None
        revision = index.revision
        seen = frozenset[str]() if turn else frozenset(info.id for info in index.documents())
        made = self.first.get(seen, (None, ()))[0] == revision
        waits = self.shelf.asking.busy  # whoever waits for an answer goes before whoever might like a suggestion
        if waits or (turn.state != "done" if turn else self.examples or made):
            return None
        asked = [past.answer.question for past in tab.turns]
        passages = [hit.passage for hit in turn.answer.hits] if turn else index.store.sample(SAMPLE)
        options = replace(tab.options if turn else USUAL, reader="quote")  # a model, maybe elsewhere, is not asked
        try:
            documents = self._asked(tab) if turn else None
            ask = partial(self.assistant.ask, documents=documents, options=options, counted=False)
            found = suggest(passages, ask, asked)
        except (QuestionError, StoreError):  # what the conversation asks has gone meanwhile
            return None
        if turn:
            turn.follow_ups, turn.revision = found, revision
        else:
            self.first = {**self.first, seen: (revision, found)}
        return None if tab.running else self.shown(tab)

    def view(self, tab: Tab, text: str | None = None, notice: str = "") -> View:
        """Return the whole view of a tab; without ``text`` the box keeps what is being typed."""
        for past in tab.turns:  # what was deleted since is not shown again
            past.follow_ups *= past.revision == self.assistant.index.revision
            past.answer = past.answer if past.state == "running" else self.assistant.still(past.answer)
        told = noted(notice) or answers.editing(tab) or self._scope(tab)
        return View(self.shown(tab), str(told), self.shelf.past(tab), text, tab.running)
