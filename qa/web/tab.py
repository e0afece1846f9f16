"""What one browser tab holds: the conversation that is open, its language, and what is being edited. No layout."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from qa.abstain import BARS
from qa.answer import USUAL, Answer, Options
from qa.evidence import DEPTH
from qa.texts import Language
from qa.web.turns import Kind, State, StoredTurn

Revision = tuple[int, int] | None  # of an index (``index.retrieve``), None before it was looked at
DEPTHS = (3, 5, DEPTH)  # passages read for an answer, to choose from
Data = dict[str, Any]  # what the page's script sends with an event
Face = tuple[Answer, State, bool]  # of a turn, to tell whether it has changed


@dataclass(slots=True, eq=False)
class Exchange:
    """One question of a chat, what has been answered so far, what was thought of it, and what to ask next.

    ``id`` is the turn's in the store of conversations, 0 while it is not there yet. ``begun`` says whether the answer
    is being looked for, or others' questions come before. ``follow_ups`` were taken from the index at ``revision``; at
    another one they may be a document's that is gone.
    """

    answer: Answer
    state: State = "running"
    verdict: Kind | None = None
    note: str = ""
    follow_ups: tuple[str, ...] = ()
    revision: Revision = None
    id: int = 0
    begun: bool = True

    @classmethod
    def of(cls, turn: StoredTurn) -> "Exchange":
        """Return a kept turn as it is shown."""
        said = turn.feedback
        verdict, note = (said.kind, said.note) if said else (None, "")
        return cls(turn.answer, turn.state, verdict, note, id=turn.id)

    @property
    def face(self) -> Face:
        """What of it changes while it is answered."""
        return self.answer, self.state, self.begun


@dataclass(slots=True, eq=False)
class Tab:
    """The state of a browser tab; only the last turn can be running.

    ``conversation`` is the id of the one that is open, "" before its first question, last written at ``updated``;
    ``past`` is the list of conversations as it was last shown, ``search`` what it is searched for. ``editing`` is the
    number of the turn, from 1, that the next question replaces together with those after it; 0 for none; ``aside`` are
    the turns that the running one replaces once there is something of its answer. ``seen`` is the index's revision
    that the tab shows. ``documents`` are the ids that the conversation asks, None for all; ``options``
    how. ``watching`` says whether a change of the documents is shown as it goes
    on; ``cited`` is the turn and citation of the source that is open.
    """

    turns: list[Exchange] = field(default_factory=list)
    language: Language = "en"
    editing: int = 0
    seen: Revision = None
    conversation: str = ""
    search: str = ""
    documents: tuple[str, ...] | None = None
    options: Options = USUAL
    watching: bool = False
    cited: tuple[int, int] = (0, 0)
    aside: list[Exchange] = field(default_factory=list)
    past: str = ""
    updated: str = ""

    @property
    def running(self) -> bool:
        """Whether an answer is being written."""
        return bool(self.turns) and self.turns[-1].state == "running"

    @property
    def replaced(self) -> list[Exchange]:
        """The turns that the next question replaces."""
        return self.turns[self.editing - 1 :] if self.editing else []

    def turn(self, number: object) -> Exchange | None:
        """Return a finished turn by its number, from 1, as an event names it; None where there is no such turn."""
        if not str(number).isdecimal() or not 1 <= int(str(number)) <= len(self.turns):
            return None
        found = self.turns[int(str(number)) - 1]
        return None if found.state == "running" else found

    def decide(self, reader: object, k: object, strictness: object, readers: Collection[str]) -> None:
        """Set how the next questions are answered; what is no choice, or none any more, is as usual."""
        self.options = Options(
            strictness if strictness in BARS else USUAL.strictness,
            str(reader) if reader in readers else None,
            int(str(k)) if k in DEPTHS and k != DEPTH else None,
        )

    def show(self, conversation: str, turns: list[Exchange], documents: tuple[str, ...] | None = None) -> None:
        """Open a conversation, "" for a new one."""
        self.conversation, self.turns, self.editing, self.documents = conversation, turns, 0, documents
