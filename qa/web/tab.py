"""What one browser tab holds: the turns of its chat, its language, and what is being edited. No layout."""

from dataclasses import dataclass, field
from typing import Literal

from qa.answer import Answer, Citation
from qa.texts import Language

Verdict = Literal["good", "bad", "wrong citation", "should refuse"]
VERDICTS: tuple[Verdict, ...] = ("good", "bad", "wrong citation", "should refuse")


@dataclass(slots=True, eq=False)
class Exchange:
    """One question of a chat, what has been answered so far, what was thought of it, and what to ask next.

    ``follow_ups`` were taken from the index of ``generation``; from another one on they may be a deleted document's.
    """

    answer: Answer
    state: Literal["running", "done", "stopped"] = "running"
    verdict: Verdict | None = None
    note: str = ""
    follow_ups: tuple[str, ...] = ()
    generation: int = -1

    @property
    def numbered(self) -> tuple[Citation, ...]:
        """The distinct citations in the order of their markers: of the claims, then of conflicts; else the nearest."""
        answer = self.answer
        conflicting = (c for conflict in answer.conflicts for c in conflict.citations)
        shown = tuple({c.key: c for c in (*answer.citations, *conflicting)}.values())
        return shown or answer.nearest


@dataclass(slots=True, eq=False)
class Tab:
    """The state of a browser tab; only the last turn can be running.

    ``editing`` is the number of the turn, from 1, that the next question replaces together with those after it; 0 for
    none. ``seen`` is the index's generation that the tab shows.
    """

    turns: list[Exchange] = field(default_factory=list)
    language: Language = "en"
    editing: int = 0
    seen: int = -1

    @property
    def running(self) -> bool:
        """Whether an answer is being written."""
        return bool(self.turns) and self.turns[-1].state == "running"

    def turn(self, number: object) -> Exchange | None:
        """Return a finished turn by its number, from 1, as an event names it; None where there is no such turn."""
        if not str(number).isdecimal() or not 1 <= int(str(number)) <= len(self.turns):
            return None
        found = self.turns[int(str(number)) - 1]
        return None if found.state == "running" else found
