"""Reads files, embeds their passages and writes them: the costly part of a sync.

Files are read in a process of their own, one ahead of the embedding. Passages of several files are embedded
together, and those whose words the index knows are not embedded again. Each document is written in one transaction, so
an interruption loses at most the documents that were waiting to be embedded.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Failure, Passage
from corpus.errors import LoadError, UnknownType
from corpus.load.isolated import FileReader
from corpus.load.limits import Limits
from index.encode import Encoder
from index.entry import digest, entry, passages_of
from index.plan import Version, sha256
from index.report import Progress, Step, Stop, SyncReport
from index.scan import Found, clean
from index.sight import opens, status, still, unsettled
from index.store import FileState, State, Store

BATCH = 128  # passages embedded in one call
_GROUP_CHARACTERS = 2_000_000  # of documents that wait to be embedded together
_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that waits to be embedded and written."""

    file_id: str
    document: Document
    passages: Sequence[Passage]
    entries: dict[bytes, str]  # in order of the passages; passages that read the same share one
    digests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class _End:
    """A file whose last document was read; the index keeps only ``documents`` of it."""

    file_id: str
    state: FileState
    documents: Sequence[str]
    failures: Sequence[Failure]
    gone: Sequence[str]  # documents that the index holds of it until this is written


class _Stopped(Exception):
    """The caller wants no more."""


@dataclass(slots=True)
class _Reading:
    """A file while it is read: what the index held of it, and the ids of what was found in it."""

    file: Found
    held: dict[str, str]
    kept: list[str] = field(default_factory=list)
    new: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    digest: str = ""


class Ingest:
    """One run over files that have to be read; fills ``report``."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        report: SyncReport,
        version: Version,
        limits: Limits,
        progress: Progress,
        stop: Stop,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._report = report
        self._version = version
        self._limits = limits
        self._progress = progress
        self._stop = stop
        self._known = store.files()
        self._excluded = store.excluded()
        self._waiting: list[_Read | _End] = []
        self._characters = self._entries = 0  # of what waits
        self._sight: dict[str, Found] = {}  # each file as it was just before it was read
        self._again: list[Found] = []
        self._tries: Counter[str] = Counter()
        self._left: dict[str, None] = {}  # files that are not in the index yet as they are, in order
        self._files = self._files_done = self._bytes = self._bytes_done = self._passages = 0
        self._start = time.monotonic()

    def run(self, files: Sequence[Found], named: Collection[str], written: Callable[[], None]) -> None:
        """Read ``files``; ``named`` are places that were given by name; ``written`` is called after each batch.

        When it is stopped, what is not written yet is dropped, and entered into the report as unread.
        """
        self._files, self._bytes = len(files), sum(file.size for file in files)
        self._left = {file.doc_id: None for file in files}
        with suppress(_Stopped):
            self._read(list(files), named, written)
        self._drop()
        self._tell("")

    def _read(self, todo: list[Found], named: Collection[str], written: Callable[[], None]) -> None:
        with FileReader(self._limits) as reader:
            while todo:
                for file_id, documents in reader.read(self._feed(todo)):
                    self._go_on()
                    self._tell(file_id)
                    self._file(self._sight.pop(file_id), documents, named)
                    if self._entries >= BATCH or self._characters >= _GROUP_CHARACTERS:
                        self._flush(file_id)
                        written()
                todo, self._again = self._again, []
            self._flush("")

    def _go_on(self) -> None:
        if self._stop():
            raise _Stopped

    def _drop(self) -> None:
        """Take what waits out of the queue and out of the report."""
        lost = {one.document.id for one in self._waiting if isinstance(one, _Read)}
        kept = {doc_id for one in self._waiting if isinstance(one, _End) for doc_id in one.gone}
        report = self._report
        report.added = [doc_id for doc_id in report.added if doc_id not in lost]
        report.changed = [doc_id for doc_id in report.changed if doc_id not in lost]
        report.removed = [doc_id for doc_id in report.removed if doc_id not in kept]
        report.unread = list(self._left)
        self._waiting = []

    def _tell(self, name: str) -> None:
        done = (self._files_done, self._files, self._bytes_done, self._bytes, self._passages)
        self._progress(Step(name, *done, time.monotonic() - self._start))

    def _feed(self, files: Sequence[Found]) -> Iterator[tuple[str, Path]]:
        """Yield what the reader is to read, each file once it is not being written."""
        for file in files:
            self._sight[file.doc_id] = still(file)
            yield file.doc_id, Path(file.path)

    # -- one file ----------------------------------------------------------------------------------

    def _file(self, file: Found, documents: Iterator[Document | Failure], named: Collection[str]) -> None:
        """Take one file's documents; a file that cannot be read is reported, not raised."""
        reading = _Reading(file, self._store.digests(file.doc_id))
        error: LoadError | None = None
        try:
            self._documents(reading, documents)
        except LoadError as refused:
            error = refused
        now = status(file)
        if now is None:
            self._vanished(reading)
            del self._left[file.doc_id]
        elif now != file and self._tries[file.doc_id] < _TRIES:  # written while it was read: all of it again
            self._take_back(file.doc_id)
            self._tries[file.doc_id] += 1
            self._again.append(now)
            return
        elif now != file:
            self._take_back(file.doc_id)
            reason = f"{file.doc_id}: a file is read when nobody writes it, and this one kept changing; index it later"
            self._end(reading, unsettled(file), "failed", reason, list(reading.held))
        elif error is None:
            self._end(reading, file, "read", "", reading.kept)
        elif isinstance(error, UnknownType) and file.path not in named:
            self._end(reading, file, "skipped", str(error), ())
        elif not opens(file.path):  # nothing tells that it changed, so what the index holds of it stays
            self._end(reading, unsettled(file), "failed", str(error), list(reading.held))
        else:
            self._end(reading, file, "failed", str(error), reading.kept)
        self._files_done += 1
        self._bytes_done += file.size

    def _documents(self, reading: _Reading, documents: Iterator[Document | Failure]) -> None:
        """Put a file's documents in the queue, but for those that are in the index as they are."""
        file_id = reading.file.doc_id
        old = self._known.get(file_id)
        held = reading.held if old and old.reader.split(" ", 1)[0] == self._version.text else {}
        for one in documents:
            if isinstance(one, Failure):
                reading.failures.append(Failure(one.doc_id, clean(one.reason)))
                continue
            if one.id == file_id:
                reading.digest = one.sha256
            elif one.id in self._excluded:
                continue
            reading.kept.append(one.id)
            if held.get(one.id) != one.sha256:
                reading.new.add(one.id)
                self._add(file_id, one)
                if self._characters >= _GROUP_CHARACTERS:
                    self._flush(one.id)
        if not reading.kept and not reading.failures:
            raise LoadError(f"{file_id}: an archive is read for its documents, and this one holds none that is read")

    def _add(self, file_id: str, document: Document) -> None:
        passages = passages_of(document, self._encoder)
        entries = [entry(passage, document.title) for passage in passages]
        digests = [digest(text) for text in entries]
        self._waiting.append(_Read(file_id, document, passages, dict(zip(digests, entries, strict=True)), digests))
        self._characters += len(document.text)
        self._entries += len(entries)

    def _end(self, reading: _Reading, file: Found, state: State, reason: str, documents: Sequence[str]) -> None:
        """Put the end of a file in the queue, and enter into the report what became of it."""
        digest = (reading.digest or sha256(file.path) or "") if state == "read" else ""
        times = (file.size, file.mtime_ns, file.ctime_ns)
        record = FileState(file.path, *times, digest, state, clean(reason), self._version.full)
        stay = set(documents)
        gone = [doc_id for doc_id in reading.held if doc_id not in stay] if state == "read" else []
        self._waiting.append(_End(file.doc_id, record, documents, reading.failures, gone))
        report = self._report
        for doc_id in documents:
            into = report.unchanged if doc_id not in reading.new else report.added
            (report.changed if doc_id in reading.new and doc_id in reading.held else into).append(doc_id)
        if state == "skipped":
            report.skipped.append(Failure(file.doc_id, record.reason))
        report.removed += gone

    def _vanished(self, reading: _Reading) -> None:
        """Take out a file that went while it was read."""
        self._take_back(reading.file.doc_id)
        if reading.file.doc_id in self._known:
            self._store.remove_file(reading.file.doc_id)
        self._report.removed += list(reading.held)

    def _take_back(self, file_id: str) -> None:
        self._waiting = [one for one in self._waiting if one.file_id != file_id]

    # -- embedding and writing ---------------------------------------------------------------------

    def _flush(self, name: str) -> None:
        """Embed what waits and write it, each file's documents in one transaction."""
        vectors = self._embedded(name)  # or is stopped, and all waits still
        waiting, self._waiting = self._waiting, []
        self._characters = self._entries = 0
        for file_id, group in groupby(waiting, key=lambda one: one.file_id):
            with self._store.transaction():
                if not self._store.has_file(file_id):
                    self._store.put_file(file_id, FileState("", 0, -1, -1, state="partial"))
                for one in group:
                    if isinstance(one, _End):
                        self._store.settle(file_id, one.state, one.documents, one.failures)
                        self._left.pop(file_id, None)
                    else:
                        self._store.write(file_id, one.document, one.passages, [vectors[code] for code in one.digests])

    def _embedded(self, name: str) -> dict[bytes, NDArray[np.float16]]:
        """Return a vector for each entry that waits: the index's own, or embedded now, texts of one length together."""
        entries: dict[bytes, str] = {}
        for one in self._waiting:
            if isinstance(one, _Read):
                entries |= one.entries
        vectors = self._store.known_vectors(list(entries))
        self._passages += len(vectors)
        todo = sorted((item for item in entries.items() if item[0] not in vectors), key=lambda item: -len(item[1]))
        for i in range(0, len(todo), BATCH):
            self._go_on()
            some = todo[i : i + BATCH]
            rows = self._encoder.encode_passages([text for _, text in some]).astype(np.float16)
            vectors |= {code: row for (code, _), row in zip(some, rows, strict=True)}
            self._passages += len(some)
            self._tell(name)
        return vectors
