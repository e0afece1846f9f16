"""One writer an index, across processes: the lock, and who holds it.

The lock is the operating system's (``filelock``), so it ends with its process, however that ends.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import StoreError, WriterBusy

LOCK = "writer.lock"
HOLDER = "writer.json"  # beside the lock: a locked file cannot be read everywhere


@contextmanager
def writing(directory: Path, wait: float) -> Iterator[None]:
    """Hold the right to write an index, waiting for it up to ``wait`` seconds.

    Raises:
        WriterBusy: another process holds it; the message says which and since when.
        StoreError: the directory cannot be written.
    """
    lock = FileLock(directory / LOCK)
    try:
        lock.acquire(timeout=wait)
    except Timeout as timeout:
        raise WriterBusy(
            f"one process writes an index at a time; {holder(directory)} is writing {str(directory)!r}; "
            "wait for it to end, or end it, and try again"
        ) from timeout
    except OSError as error:
        raise StoreError(
            f"an index directory must be writable, and {str(directory)!r} is not ({error.strerror}); "
            "change its permissions or choose another with --index"
        ) from error
    try:
        _sign(directory)
        yield
    finally:
        (directory / HOLDER).unlink(missing_ok=True)
        lock.release()


def _sign(directory: Path) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]).strip()
    signature = {"pid": os.getpid(), "command": command or "python", "since": time.strftime("%Y-%m-%d %H:%M:%S")}
    try:
        (directory / HOLDER).write_text(json.dumps(signature), "utf-8")
    except OSError as error:
        raise StoreError(
            f"an index directory must be writable, and {str(directory)!r} is not ({error.strerror}); "
            "free some disk space or change its permissions"
        ) from error


def holder(directory: Path) -> str:
    """Return who writes an index, for a message: "process 4711 (qa index, since 2024-05-01 10:00:00)"."""
    try:
        found = json.loads((directory / HOLDER).read_text("utf-8"))
        return f"process {found['pid']} ({found['command']}, since {found['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def alone(file: Path, wait: float = 10.0) -> Iterator[None]:
    """Hold the right to change one small file, waiting up to ``wait`` seconds for whoever changes it now.

    Raises:
        WriterBusy: another process holds it for longer.
        StoreError: its directory cannot be written.
    """
    lock = FileLock(file.with_name(f"{file.name}.lock"))
    try:
        lock.acquire(timeout=wait)
    except Timeout as timeout:
        raise WriterBusy(
            f"one process changes {str(file)!r} at a time, and another has for {wait:.0f} seconds; try again"
        ) from timeout
    except OSError as error:
        raise StoreError(
            f"an index directory must be writable, and {str(file.parent)!r} is not ({error.strerror}); "
            "change its permissions or choose another with --index"
        ) from error
    try:
        yield
    finally:
        lock.release()
