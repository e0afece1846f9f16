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
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from corpus.document import Document, Failure, Heading
from corpus.errors import LoadError, UnknownType
from corpus.load.limits import Limits
from corpus.load.worker import receive, send

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

    def _submit(self, doc_id: str, path: Path) -> None:
        if self._child is None:
            self._child = _Child(self._limits)
        self._child.submit({"id": doc_id, "path": os.fsencode(path).decode("latin-1")})

    def _results(self, doc_id: str) -> Iterator[Document | Failure]:
        allowed = self._limits.seconds
        deadline = monotonic() + allowed
        while self._child:
            try:
                frame = self._child.frames.get(timeout=max(0.0, deadline - monotonic()))
            except queue.Empty:
                self.close()
                raise LoadError(
                    f"{doc_id}: reading a document takes at most {allowed:g} seconds, and this one took "
                    "more; split it, or raise Limits.seconds"
                ) from None
            if frame and "allow" in frame:
                allowed += frame["allow"]
                deadline += frame["allow"]
                continue
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
            yield Failure(**frame["failure"]) if "failure" in frame else _document(frame["document"])
            allowed = self._limits.seconds
            deadline = monotonic() + allowed


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
        self._ended = False
        threading.Thread(target=self._take, daemon=True).start()

    def submit(self, request: dict[str, str]) -> None:
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


def _document(fields: dict[str, Any]) -> Document:
    headings = tuple(Heading(*one) for one in fields.pop("headings"))
    pages, notes = tuple(fields.pop("page_starts")), tuple(fields.pop("notes"))
    return Document(headings=headings, page_starts=pages, notes=notes, **fields)
