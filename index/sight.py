"""A file on disk while it is indexed: its size and times of now, and whether it is being written."""

import time
from dataclasses import replace
from pathlib import Path

from index.scan import Found

_STILL_NS = 200_000_000  # a file is read when it has not been written for this long
_PATIENCE = 5.0  # seconds for which a file that is being written is waited for


def unsettled(file: Found) -> Found:
    """Return a file with a time that it cannot have, so that the next sync looks at it again."""
    return replace(file, mtime_ns=-1)


def still(file: Found) -> Found:
    """Return a file as it is now, once it has not been written for a moment or patience ends."""
    end = time.monotonic() + _PATIENCE
    now = status(file)
    while now is not None and 0 <= time.time_ns() - now.mtime_ns < _STILL_NS and time.monotonic() < end:
        time.sleep(_STILL_NS / 1e9 / 4)
        now = status(file)
    return now or file


def status(file: Found) -> Found | None:
    """Return a file with its size and times of now, or None where it is gone."""
    try:
        stat = Path(file.path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # its folder may no longer be entered: nothing tells that it changed
        return file
    return Found(file.doc_id, file.path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def opens(path: str) -> bool:
    """Return whether a file can be opened for reading."""
    try:
        with Path(path).open("rb"):
            return True
    except OSError:
        return False
