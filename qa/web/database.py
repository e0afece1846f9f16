"""The SQLite file of conversations opened: its tables, pragmas, transactions and errors.

WAL, so that another process may read and write it too; one connection, handed from thread to thread by a lock.

What is deleted leaves the bytes of the file. ``secure_delete`` alone does not see to that: where SQLite balances its
pages, parts of rows stay behind in unused space (seen after a few hundred deletions of rows of mixed length). So a
deletion also rewrites the file (``VACUUM``) and cuts the log; that this is owed stands in the same transaction as the
deletion, so that it is done at the next opening where the program ended before.
"""

import errno
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from corpus.errors import ConversationError

FILE = "conversations.sqlite3"
VERSION = 1
BUSY_SECONDS = 30.0  # how long another process's write is waited for
_OWED = "erase"  # the setting that says that the file is to be rewritten
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE writers (token TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE conversations (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, title TEXT NOT NULL,
  renamed INTEGER NOT NULL DEFAULT 0, folded TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
  documents TEXT);
CREATE INDEX conversations_owner ON conversations(owner, updated);
CREATE TABLE turns (
  pk INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL REFERENCES conversations(pk) ON DELETE CASCADE,
  answer BLOB NOT NULL, folded TEXT NOT NULL, state TEXT NOT NULL, asked TEXT NOT NULL, writer TEXT);
CREATE INDEX turns_conversation ON turns(conversation);
CREATE INDEX turns_writer ON turns(writer) WHERE writer IS NOT NULL;
CREATE TABLE sources (
  turn INTEGER NOT NULL REFERENCES turns(pk) ON DELETE CASCADE, doc_id TEXT NOT NULL, version TEXT NOT NULL,
  PRIMARY KEY (turn, doc_id)) WITHOUT ROWID;
CREATE INDEX sources_document ON sources(doc_id, version);
CREATE TABLE feedback (
  turn INTEGER PRIMARY KEY REFERENCES turns(pk) ON DELETE CASCADE, kind TEXT NOT NULL, note TEXT NOT NULL,
  given TEXT NOT NULL);
"""


class Database:
    """One open file of conversations; several threads may use it, and several processes may have it open."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it where there is none; only its owner may read it.

        Raises:
            ConversationError: it cannot be opened or written, is damaged, or of a newer version.
        """
        self.path = path
        self._turn = RLock()
        self._depth = 0
        self._owing = False  # whether the transaction under way deletes something
        _make(path)
        self._identity = self._place()
        with self._told():
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        pragmas = ("foreign_keys=ON", "temp_store=MEMORY", "journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON")
        for pragma in pragmas:
            self.run(f"PRAGMA {pragma}")
        with self.transaction():
            version = int(self.run("PRAGMA user_version")[0][0])
            if version > VERSION:
                raise ConversationError(
                    f"this program reads conversations of version {VERSION}, and {str(self.path)!r} has version "
                    f"{version}; update the program, or move the file away"
                )
            if version == 0:
                for statement in filter(str.strip, _TABLES.split(";\n")):
                    self.run(statement)
                self.run(f"PRAGMA user_version = {VERSION}")
        if self.owes():
            self.erase()

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement and return its rows; what SQLite refuses is told as a ConversationError."""
        with self._turn, self._told():
            return self._db.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside one atomic write; other threads and processes wait.

        One inside another is part of it. What it deletes after :meth:`owe` leaves the bytes of the file at its end.
        """
        with self._turn:
            if self._depth:
                yield
                return
            self._check_place()
            self.run("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite has ended it by itself where the disk is full
                    self._db.rollback()
                self._owing = False
                raise
            finally:
                self._depth = 0
            if self._owing:
                self._owing = False  # should it fail, the setting tells that it is owed still
                self.erase()

    def owe(self) -> None:
        """Say within a transaction that what it deletes shall leave the bytes of the file."""
        self.put(_OWED, "1")
        self._owing = True

    def owes(self) -> bool:
        """Return whether an earlier deletion could not be finished."""
        return self.get(_OWED) is not None

    def erase(self) -> None:
        """Rewrite the file and cut its log, so that nothing is left of what was deleted.

        Raises:
            ConversationError: the disk is full, or another process reads for too long; it is done later then.
        """
        with self._turn:
            end = time.monotonic() + BUSY_SECONDS
            self.run("VACUUM")
            while int(self.run("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]):
                if time.monotonic() > end:
                    raise ConversationError(
                        f"what was deleted leaves the log of {str(self.path)!r} when nobody reads, and a process has "
                        f"been reading for {BUSY_SECONDS:.0f} seconds; end it and open the conversations again"
                    )
                time.sleep(0.05)
            self.run("DELETE FROM meta WHERE key = ?", (_OWED,))

    def get(self, key: str) -> str | None:
        """Return a stored setting, or None."""
        rows = self.run("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def put(self, key: str, value: str) -> None:
        """Store a setting."""
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value))

    def copy(self, file: Path) -> None:
        """Write all of it to a new file."""
        self.run("VACUUM INTO ?", (str(file),))

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            self._db.close()

    def _place(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return (stat.st_dev, stat.st_ino)

    def _check_place(self) -> None:
        """Raise where the file was deleted: what is written to it now would be lost without a word."""
        if self._place() != self._identity:
            raise ConversationError(
                f"the conversations in {str(self.path)!r} were deleted or replaced while they were open; open "
                "them again"
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what SQLite refuses inside as a ConversationError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            remedy = "move the file away, and a new one is made"
            if isinstance(error, sqlite3.OperationalError):  # full, read-only, locked
                remedy = "nothing that was kept is lost; check the disk's space and the permissions"
            raise ConversationError(
                f"the conversations in {str(self.path)!r} cannot be used ({error}); {remedy}"
            ) from error


def _make(path: Path) -> None:
    """Make the file of conversations, for its owner's eyes alone; SQLite gives its log the same permissions.

    One that is there is not opened: closing it would drop the locks that SQLite holds for this whole process, another
    program would take itself for the last one, and delete the log under an open connection.

    Raises:
        ConversationError: it cannot be made, or not be written.
    """
    try:
        if not path.exists():
            with suppress(FileExistsError):  # made by another process just now
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if path.is_dir() or not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ConversationError(
            f"conversations are kept in a file that can be written, and {str(path)!r} cannot ({error.strerror}); "
            "change its permissions or free some disk space"
        ) from error
