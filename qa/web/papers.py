"""What the page's events do with documents: add, follow folders, take out, bring back, read, choose. No gradio."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from corpus.document import Failure
from corpus.errors import GroundedError, LoadError
from index.report import SyncReport
from qa.web import arrivals, catalogue, leaf, lists
from qa.web.html import notice
from qa.web.reading import Reading, Stage, Work
from qa.web.seen import Seen
from qa.web.tab import Data, Tab
from qa.web.texts import Phrase, say

AGAIN = 60.0  # seconds
ARRIVAL = 5.0  # seconds within which a file that was received lies in its place


@dataclass(frozen=True, slots=True)
class Papers:
    """What of the documents' view is drawn anew, each None where it stays: what was told, the head, the list."""

    told: str | None = None
    head: str | None = None
    listed: str | None = None


class Desk:
    """The documents of one assistant; files arrive in the folder ``arrived``; ``privacy`` says what leaves here.

    Followed folders are looked at again after ``again`` seconds while a page is open.
    """

    def __init__(
        self, assistant: Seen, arrived: Callable[[], Path], privacy: Sequence[Phrase], again: float = AGAIN
    ) -> None:
        self.assistant, self.privacy, self.again = assistant, privacy, again
        self.reading = Reading()
        self._arrived = arrived
        self._synced = time.monotonic()

    def overview(self, tab: Tab, told: str | None = None) -> Papers:
        """Return the head of the page, and the documents with their folders and what could not be read."""
        infos, store = self.assistant.index.documents(), self.assistant.index.store
        shown = catalogue.Held(
            infos, store.failures(), self.assistant.hidden(), self.assistant.folders(), self.assistant.manages
        )
        privacy = " ".join(say(tab.language, text, **values) for text, values in self.privacy)
        head = lists.top(len(infos), privacy, tab.language)
        return Papers(told, str(head), str(catalogue.documents(shown, tab.documents, tab.language)))

    # -- changes that take a while -----------------------------------------------------------------

    def upload(self, tab: Tab, data: Data) -> Iterator[Papers]:
        """Add files that have arrived, each under its path in the folder it was dropped with."""
        names = [str(file["name"]) for file in data["files"]]
        try:
            paths = [self._place(str(file["path"])) for file in data["files"]]
        except LoadError as error:
            yield Papers(str(notice(str(error))))
            return

        def work(progress: Any, stop: Any) -> SyncReport:  # noqa: ANN401 - as ``Work`` has them
            try:
                report = self.assistant.add(paths, progress, stop, names)
                places = dict(zip(names, map(str, paths), strict=True))  # which nobody has seen
                report.failed = [Failure(f.doc_id, f.reason.replace(places[f.doc_id], f.doc_id)) for f in report.failed]
                return report
            finally:
                for path in paths:
                    path.unlink(missing_ok=True)

        yield from self._change(tab, work, tuple(names))

    def _place(self, path: str) -> Path:
        """Return where a file has arrived; whatever a page says, only there is anything read."""
        folder, place = self._arrived().resolve(), Path(path).resolve()
        if not place.is_relative_to(folder):
            raise LoadError(f"a file that is added lies where the page receives files, and {path!r} does not; send it")
        end = time.monotonic() + ARRIVAL
        while not place.is_file() and time.monotonic() < end:  # the server may still be moving it there
            time.sleep(0.02)
        return place

    def follow(self, tab: Tab, data: Data) -> Iterator[Papers]:
        """Add a folder of the server's to those that the index is kept equal to."""
        if not str(data["text"]).strip():
            yield Papers(str(notice(say(tab.language, "name folder"))))
            return
        yield from self._change(tab, partial(self.assistant.follow, Path(str(data["text"]).strip())))

    def unfollow(self, tab: Tab, data: Data) -> Iterator[Papers]:
        """Follow a folder no longer."""
        yield from self._change(tab, lambda progress, _: self.assistant.unfollow(Path(str(data["id"])), progress))

    def sync(self, tab: Tab, data: Data) -> Iterator[Papers]:
        """Bring all folders up to date."""
        self._synced = time.monotonic()
        yield from self._change(tab, self.assistant.sync)

    def finish(self, tab: Tab, data: Data) -> Iterator[Papers]:
        """Remove documents for good that were taken out."""
        wanted = [str(data["id"])] if data.get("id") else None
        yield from self._change(tab, lambda *_: SyncReport(removed=self.assistant.finish(wanted)))

    def _change(self, tab: Tab, work: Work, names: tuple[str, ...] = ()) -> Iterator[Papers]:
        if not self.reading.begin(work, names, self.assistant.user):
            yield Papers(str(notice(say(tab.language, "one at a time"))))
            return
        yield from self.watch(tab)

    def watch(self, tab: Tab) -> Iterator[Papers]:
        """Show how far the change that is being made has come, and at its end what came of it."""
        number = self.reading.stage.number
        tab.watching = True
        while (stage := self.reading.stage).running and stage.number == number:
            yield Papers(str(arrivals.stage(self._stage(), tab.language)))
            self.reading.watch(stage)
        yield self._ended(tab)

    def _stage(self) -> Stage:
        """Return the change as far as the asker may know of it: others' names no files to who sees only some."""
        stage = self.reading.stage
        if self.assistant.whole:
            return stage
        if stage.owner != self.assistant.user:
            return Stage()
        own = stage.step is not None and stage.step.name in stage.names
        return stage if own else replace(stage, step=None)

    def _ended(self, tab: Tab) -> Papers:
        tab.watching, tab.seen = False, self.assistant.index.revision
        return self.overview(tab, str(arrivals.stage(self._stage(), tab.language)))

    def halt(self, tab: Tab, data: Data) -> Papers:
        """Stop the change that is being made; what has been read stays."""
        if self._stage().running:
            self.reading.halt()
        return Papers(str(arrivals.stage(self._stage(), tab.language)))

    def refresh(self, tab: Tab) -> Papers:
        """Show a change that another tab began, or this one before a reload; look at followed folders now and then."""
        stage, now = self._stage(), time.monotonic()
        if stage.running:
            tab.watching = True
            return Papers(str(arrivals.stage(stage, tab.language)))
        if tab.watching:
            return self._ended(tab)
        if now - self._synced > self.again and self.assistant.manages and self.assistant.folders():
            self._synced = now
            self.reading.quietly(self.assistant.sync)
        return Papers()

    # -- at once -----------------------------------------------------------------------------------

    def hide(self, tab: Tab, data: Data) -> Papers:
        """Take a document out of every answer; it can be brought back until it is removed for good."""
        return self._at_once(tab, lambda: self.assistant.hide([str(data["id"])]))

    def restore(self, tab: Tab, data: Data) -> Papers:
        """Bring a document back."""
        return self._at_once(tab, lambda: self.assistant.restore([str(data["id"])]))

    def _at_once(self, tab: Tab, act: Callable[[], None]) -> Papers:
        try:
            act()
        except GroundedError as error:
            return self.overview(tab, str(notice(str(error))))
        return self.overview(tab, "")

    def read(self, tab: Tab, data: Data) -> str:
        """Return a document to read, from the place that was asked for."""
        at = int(data["at"]) if str(data.get("at", "")).isdecimal() else 0
        try:
            return str(leaf.shown(self.assistant.index.document(str(data["id"])), at, tab.language))
        except GroundedError as error:
            return str(notice(str(error)))
