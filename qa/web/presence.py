"""Whether the process that began an answer still lives: it holds a lock of the operating system's as long as it does.

A process number would not tell: it is given out again. The lock ends with its process, however that ends.
"""

import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import ConversationError


class Presence:
    """The mark of one writer of ``file``: a lock on a file beside it, named by a ``token`` that is drawn once."""

    def __init__(self, file: Path) -> None:
        """Draw a token and lock its file.

        Raises:
            ConversationError: the folder cannot be written.
        """
        self.token = secrets.token_hex(8)
        self._path = _lock_file(file, self.token)
        self._lock = FileLock(self._path, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except OSError as error:
            raise ConversationError(
                f"conversations are kept in a folder that can be written, and {str(file.parent)!r} is not "
                f"({error.strerror}); free some disk space or change its permissions"
            ) from error

    def end(self) -> None:
        """Let go of the lock and delete its file."""
        self._lock.release()
        self._path.unlink(missing_ok=True)


def is_gone(file: Path, token: str) -> bool:
    """Return whether the writer of this token has ended; then its lock's file is deleted."""
    path = _lock_file(file, token)
    if not path.exists():
        return True
    lock = FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return False
    lock.release()
    path.unlink(missing_ok=True)
    return True


def _lock_file(file: Path, token: str) -> Path:
    return file.with_name(f"{file.stem}-{token}.lock")
