"""Reads files in a process of its own, so that no file can crash, hang or fill the program.

The child is started by ``subprocess``, not ``multiprocessing``: a script without a main guard is not run again. It
speaks frames of JSON over its pipes, no pickle, so that a hostile file cannot send code to the parent.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from corpus.document import Document, Failure
from corpus.errors import LoadError, UnknownType
from corpus.load.limits import Limits
from corpus.load.worker import document_of, fields, receive, send
from corpus.locate import Area, check_span
from corpus.picture import PDF, Picture, check_page, check_width

_START = "import sys; sys.path[:0] = [sys.argv[1]]; from corpus.load.worker import main; main(sys.argv[2])"
_ROOT = Path(__file__).resolve().parent.parent.parent


class FileReader:
    """Reads files in a child process, one ahead of the caller, within limits of time and memory.

    ``seconds`` are counted for each document that a file holds. A child that hangs or dies costs its file alone: the
    rest is read by a fresh one. The bound on memory is the operating system's, where it has one (not on Windows).
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: _Child | None = None

    def __enter__(self) -> "FileReader":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._child:
            self._child.end()
            self._child = None

    def read(self, files: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, Iterator[Document | Failure]]]:
        """Yield (document id, what the file holds) for each file, in order; ``files`` is pulled one ahead.

        Iterating what a file holds raises LoadError where the file as a whole cannot be read.
        """
        waiting = iter(files)
        ahead = next(waiting, None)
        if ahead:
            self._submit(*ahead)
        while ahead:
            now, child = ahead, self._child
            ahead = next(waiting, None)
            if ahead:
                self._submit(*ahead)
            found = self._results(now[0])
            yield now[0], found
            with suppress(LoadError):
                for _ in found:  # what the caller left over
                    pass
            if ahead and self._child is not child:
                self._submit(*ahead)

    def areas(self, path: Path, document: Document, start: int, end: int) -> tuple[Area, ...]:
        """Return what :func:`corpus.locate.areas` does, found in the child.

        Raises:
            ValueError: not 0 <= start <= end <= len(text).
            LoadError: the file is gone, is not the one that was read, or takes too long.
        """
        check_span(document, start, end)
        if document.media_type != PDF:
            return ()
        self._submit(document.id, path, {"document": fields(document), "start": start, "end": end})
        return tuple(Area(*one) for frame in self._frames(document.id) for one in frame["areas"])

    def picture(self, path: Path, document: Document, page: int, width: int) -> Picture:
        """Return what :func:`corpus.picture.picture` does, made in the child.

        Raises:
            ValueError: the width is not within ``corpus.picture.WIDTHS``.
            LoadError: the document is no PDF or has no such page; the file is gone, is not the one that was read,
                cannot be drawn, or takes too long.
        """
        check_width(width)
        check_page(document, page)
        self._submit(document.id, path, {"document": fields(document, whole=False), "page": page, "width": width})
        (frame,) = self._frames(document.id)
        made = frame["picture"]
        return Picture(b64decode(made["data"]), made["media_type"], made["width"], made["height"])

    def _submit(self, doc_id: str, path: Path, where: dict[str, Any] | None = None) -> None:
        if self._child is None:
            self._child = _Child(self._limits)
        self._child.submit({"id": doc_id, "path": os.fsencode(path).decode("latin-1"), "where": where})

    def _results(self, doc_id: str) -> Iterator[Document | Failure]:
        for frame in self._frames(doc_id):
            yield Failure(**frame["failure"]) if "failure" in frame else document_of(frame["document"])

    def _frames(self, doc_id: str) -> Iterator[dict[str, Any]]:
        """Yield the child's answers until it says that there is no more, within the time that a document may take."""
        started = monotonic()
        while child := self._child:
            allowed = self._limits.seconds + child.allowed
            try:
                frame = child.frames.get(timeout=max(0.0, started + allowed - monotonic()))
            except queue.Empty:
                if child.allowed > allowed - self._limits.seconds:
                    continue
                self.close()
                raise LoadError(
                    f"{doc_id}: reading a document takes at most {allowed:g} seconds, and this one took "
                    "more; split it, or raise Limits.seconds"
                ) from None
            if frame is None:
                signal = self._child.end()
                self._child = None
                raise LoadError(
                    f"{doc_id}: reading must not end the process that reads; this file did ({signal}); save it again"
                )
            if "end" in frame:
                return
            if "error" in frame:
                raise (UnknownType if frame["unknown"] else LoadError)(frame["error"])
            yield frame
            started = monotonic()


class _Child:
    """One child process, and the thread that takes its frames."""

    def __init__(self, limits: Limits) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(_ROOT), json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt from the keyboard is the parent's to deal with
        )
        self.frames: queue.Queue[dict[str, Any] | None] = queue.Queue(maxsize=4)
        self.allowed = 0.0  # seconds beyond the limit for the document that is being read
        self._ended = False
        threading.Thread(target=self._take, daemon=True).start()

    def submit(self, request: dict[str, Any]) -> None:
        with suppress(OSError):  # a child that died is noticed when its frames end
            assert self._process.stdin
            send(self._process.stdin, request)

    def _take(self) -> None:
        assert self._process.stdout
        frame: dict[str, Any] | None = {}
        while frame is not None and not self._ended:
            try:
                frame = receive(self._process.stdout)
            except (OSError, ValueError):
                frame = None
            if frame and "allow" in frame:
                self.allowed += frame["allow"]
                continue
            self.allowed = 0.0
            while not self._ended:
                with suppress(queue.Full):
                    self.frames.put(frame, timeout=0.2)
                    break

    def end(self) -> str:
        """Kill the child; returns how it ended before that."""
        self._ended = True
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.05)
        code = self._process.poll()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        return f"signal {-code}" if code and code < 0 else f"exit code {code}"
