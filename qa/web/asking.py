"""Answers questions beside the page's events, and writes them down as they grow.

An answer goes on when its page is reloaded or closed: whoever opens the conversation again watches it to its end.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace

from corpus.errors import ConversationError, ConversationNotFound, GroundedError
from qa.answer import Answer, Claim
from qa.web.conversations import Conversations
from qa.web.tab import Exchange, Face
from qa.web.turns import State

_LOG = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds after which whoever watches an answer looks whether it is still on the page
AT_ONCE = 2  # questions answered at a time; others wait their turn
Steps = Iterator[Claim | Answer]


class Asking:
    """The answers that are being written, for all tabs; several threads may use it."""

    def __init__(self, kept: Conversations, at_once: int = AT_ONCE) -> None:
        self._kept = kept
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="answer")
        self._changed = threading.Condition()
        self._live: dict[int, Exchange] = {}
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an answer."""
        return self._waiting > 0

    def close(self) -> None:
        """Wait until every answer is written."""
        self._pool.shutdown()

    def begin(self, owner: str, turn: Exchange, steps: Steps, place: Callable[[], int] | None = None) -> None:
        """Answer an owner's turn from ``steps`` when those before it are answered.

        With ``place`` it is not kept yet: that is called once there is something of an answer, and returns its id. So
        what an edited question replaces stays until then.
        """
        turn.begun = False
        with self._changed:
            self._waiting += 1
        self._note(turn)
        done = self._pool.submit(copy_context().run, self._answer, owner, turn, steps, place)  # context: who asks
        done.add_done_callback(_told)

    def live(self, turn: Exchange) -> Exchange:
        """Return the turn that is being answered now in place of one that was read from the store."""
        return self._live.get(turn.id, turn)

    def watch(self, turn: Exchange, face: Face) -> None:
        """Wait until a turn does not look like ``face`` any more, a while at most."""
        with self._changed:
            self._changed.wait_for(lambda: turn.face != face, PATIENCE)

    def is_live(self, turn: Exchange) -> bool:
        """Return whether this turn is being answered here."""
        return self._live.get(turn.id) is turn

    def stop(self, owner: str, turn: Exchange) -> None:
        """End a running answer with what has been checked."""
        if self._settle(turn, "stopped") and turn.id:
            self._write(owner, turn, turn.answer, "stopped")

    def _answer(self, owner: str, turn: Exchange, steps: Steps, place: Callable[[], int] | None) -> None:
        try:
            with self._changed:
                turn.begun = True
                self._changed.notify_all()
            for step in steps:
                if turn.state != "running" or not threading.main_thread().is_alive():  # stopped, or the program ends
                    return
                if place is not None and not turn.id:
                    turn.id = place()
                    self._note(turn)
                if not self._grow(owner, turn, step):
                    return
        except GroundedError as error:
            self._fail(owner, turn, str(error))
        finally:
            if threading.main_thread().is_alive():
                self._fail(owner, turn, "")  # where an unforeseen error came between
            self._live.pop(turn.id, None)
            with self._changed:
                self._waiting -= 1

    def _grow(self, owner: str, turn: Exchange, step: Claim | Answer) -> bool:
        """Keep and show one more sentence, or the whole answer; return whether that could be."""
        state: State = "done" if isinstance(step, Answer) else "running"
        grown = step if isinstance(step, Answer) else replace(turn.answer, claims=(*turn.answer.claims, step))
        kept = self._write(owner, turn, grown, state)
        with self._changed:
            if kept is None or turn.state != "running":
                self._settle(turn, "stopped")  # deleted meanwhile
                return False
            turn.answer, turn.state = kept, state
            self._changed.notify_all()
        return True

    def _note(self, turn: Exchange) -> None:
        if turn.id:
            self._live[turn.id] = turn

    def _fail(self, owner: str, turn: Exchange, reason: str) -> None:
        if turn.state != "running":
            return
        if turn.id:
            try:
                self._write(owner, turn, replace(turn.answer, message=reason), "failed")
            except ConversationError as error:  # the reason may be just that
                _LOG.warning("a failed answer is not kept: %s", error)
        self._settle(turn, "failed", reason)

    def _settle(self, turn: Exchange, state: State, message: str = "") -> bool:
        """End a turn unless it has ended; return whether it had not."""
        with self._changed:
            if turn.state != "running":
                return False
            turn.answer, turn.state = replace(turn.answer, message=message), state
            self._changed.notify_all()
            return True

    def _write(self, owner: str, turn: Exchange, answer: Answer, state: State) -> Answer | None:
        """Return the answer as it is kept; None where its turn was deleted or has ended."""
        try:
            return self._kept.answered(owner, turn.id, answer, state)
        except ConversationNotFound:
            return None


def _told(done: "Future[None]") -> None:
    """Let the terminal say what was not foreseen."""
    if (error := done.exception()) is not None:
        _LOG.error("an answer broke off", exc_info=error)
