"""Changes of the index that a page has begun, one at a time, beside its events: how far, stop, what came of it."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace

from corpus.errors import GroundedError
from index.report import Progress, Step, Stop, SyncReport

Work = Callable[[Progress, Stop], SyncReport]
PATIENCE = 5.0  # seconds after which whoever watches looks again


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a change has come, or, no longer ``running``, its report or the reason why it failed.

    ``names`` are the files that were uploaded, () for a change of another kind; ``number`` counts changes from 1;
    ``owner`` is the user who began it.
    """

    number: int = 0
    names: tuple[str, ...] = ()
    running: bool = False
    stopping: bool = False
    step: Step | None = None
    report: SyncReport | None = None
    error: str = ""
    owner: str | None = None


class Reading:
    """The change that is being made, or was made last."""

    def __init__(self) -> None:
        self.stage = Stage()
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reading")

    def begin(self, work: Work, names: tuple[str, ...] = (), owner: str | None = None) -> bool:
        """Begin a change, unless one is being made; return whether it was begun."""
        with self._changed:
            if self.stage.running:
                return False
            self._show(Stage(self.stage.number + 1, names, running=True, owner=owner))
        done = self._pool.submit(copy_context().run, self._work, work)  # who asks is told by context
        done.add_done_callback(_told)
        return True

    def quietly(self, work: Work) -> None:
        """Make a change that nobody asked for and nobody is shown; what is begun meanwhile comes after it."""
        with self._changed:
            if not self.stage.running:
                done = self._pool.submit(copy_context().run, self._unseen, work)
                done.add_done_callback(_told)

    def _unseen(self, work: Work) -> None:
        try:
            work(lambda step: None, lambda: self.stage.running or not threading.main_thread().is_alive())
        except GroundedError as error:  # a folder that is gone, or another process that writes: looked at again later
            logging.getLogger(__name__).warning("folders were not looked at: %s", error)

    def halt(self) -> None:
        """Stop the change that is being made after the file it is at."""
        with self._changed:
            if self.stage.running:
                self._show(replace(self.stage, stopping=True))

    def watch(self, stage: Stage) -> None:
        """Wait until there is another stage than this one, a while at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.stage is not stage, PATIENCE)

    def close(self) -> None:
        """Stop, and wait until it is."""
        self.halt()
        self._pool.shutdown()

    def _work(self, work: Work) -> None:
        report, error = None, ""
        try:
            report = work(self._step, self._stops)
        except GroundedError as broken:
            error = str(broken)
        finally:
            with self._changed:
                ended = replace(self.stage, running=False, stopping=False, step=None)
                self._show(replace(ended, report=report, error=error))

    def _step(self, step: Step) -> None:
        with self._changed:
            self._show(replace(self.stage, step=step))

    def _stops(self) -> bool:
        return self.stage.stopping or not threading.main_thread().is_alive()

    def _show(self, stage: Stage) -> None:
        self.stage = stage
        self._changed.notify_all()


def _told(done: "Future[None]") -> None:
    """Let the terminal say what was not foreseen."""
    if (error := done.exception()) is not None:
        logging.getLogger(__name__).error("a change of the documents broke off", exc_info=error)
