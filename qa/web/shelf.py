"""What the page does with kept conversations: list, search, open, name, delete, save. No gradio."""

from collections.abc import Callable
from dataclasses import replace

from corpus.errors import ConversationError
from qa.answer import Answer
from qa.web import history
from qa.web.asking import Asking
from qa.web.conversations import Conversations
from qa.web.tab import Data, Exchange, Tab


class Shelf:
    """The conversations that ``who`` names the owner of, at each call; acts return why they could not be, or ""."""

    def __init__(self, kept: Conversations, who: Callable[[], str], still: Callable[[Answer], Answer]) -> None:
        """Take care of ``kept``; ``still`` returns an earlier answer as it may be told now."""
        self.kept, self.who, self._still = kept, who, still
        self.asking = Asking(kept)

    def past(self, tab: Tab) -> str | None:
        """Return the list of conversations as HTML where it has changed since the tab last showed it."""
        listed = str(history.past(self.kept.listed(self.who(), tab.search), tab.search, tab.language))
        if listed == tab.past:
            return None
        tab.past = listed
        return listed

    def find(self, tab: Tab, data: Data) -> str | None:
        """List the conversations that hold the words searched for."""
        tab.search = str(data["text"])
        return self.past(tab)

    def load(self, conversation: str, tab: Tab) -> str:
        """Read a conversation into a tab, with the answer that is being written now."""
        try:
            one = self.kept.get(self.who(), conversation)
            turns = [self.asking.live(Exchange.of(turn)) for turn in self.kept.turns(self.who(), conversation)]
        except ConversationError as error:
            tab.show("", [])
            return str(error)
        tab.show(one.id, turns, one.documents)
        tab.updated = one.updated.isoformat()
        return ""

    def is_stale(self, tab: Tab) -> bool:
        """Read the open conversation again where another tab or process went on with it; return whether it did."""
        if not tab.conversation or tab.editing:
            return False
        try:
            updated = self.kept.get(self.who(), tab.conversation).updated.isoformat()
        except ConversationError:  # deleted there
            tab.show("", [])
            return True
        if updated == tab.updated:
            return False
        held = {turn.id: turn for turn in tab.turns}
        self.load(tab.conversation, tab)
        for turn in tab.turns:
            if (before := held.get(turn.id)) is not None:
                turn.follow_ups, turn.revision = before.follow_ups, before.revision
        return True

    def rename(self, data: Data) -> str:
        """Give a conversation a name."""
        try:
            self.kept.rename(self.who(), str(data["id"]), str(data["text"]))
        except ConversationError as error:
            return str(error)
        return ""

    def erase(self, tab: Tab, data: Data) -> str:
        """Delete a conversation; an answer that is being written for it ends."""
        conversation = str(data["id"])
        if conversation == tab.conversation:
            if tab.running:
                self.asking.stop(self.who(), tab.turns[-1])
            tab.show("", [])
        try:
            self.kept.delete(self.who(), conversation)
        except ConversationError as error:
            return str(error)
        return ""

    def take_back(self, tab: Tab) -> None:
        """Take the last turn out, which was stopped with nothing to show; an edited question's turns are there again.

        Raises:
            ConversationError: the file of conversations cannot be written.
        """
        turn = tab.turns[-1]
        if not turn.id:
            tab.turns[-1:] = tab.aside
        elif len(tab.turns) > 1:
            tab.turns.pop()
            self.kept.drop(self.who(), turn.id)
        else:
            conversation = tab.conversation
            tab.show("", [])
            self.kept.delete(self.who(), conversation)

    def export(self, tab: Tab, data: Data) -> str:
        """Return a conversation as a file for the browser to save, its headings in the tab's language.

        Raises:
            ConversationError: there is no such conversation, or no such form of a file.
        """
        owner, conversation, form = self.who(), str(data["id"]), str(data["form"])
        if form not in history.FORMS:
            raise ConversationError(f"a conversation is saved as {', '.join(history.FORMS)}, not {form!r}")
        one, turns = self.kept.get(owner, conversation), self.kept.turns(owner, conversation)
        return str(
            history.file(one, [replace(turn, answer=self._still(turn.answer)) for turn in turns], form, tab.language)
        )
