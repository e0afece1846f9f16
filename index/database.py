"""One SQLite file opened: its pragmas, transactions, version and errors. No other module of an index imports sqlite3.

WAL, one writer, many readers. ``secure_delete`` overwrites what is removed, and :meth:`Database.scrub` the copies that
moved rows leave behind, and cuts the write-ahead log, so that removed words leave the files too. Where nothing can be
written the file is read as it is.
"""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import StoreError
from index import blank, schema

FILE = "store.sqlite3"
SCRUB_SECONDS = 30.0  # how long readers are waited for before the write-ahead log is cut


class Database:
    """One open connection to an index's SQLite file; use one a thread for writing."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        path = directory / FILE
        if create:
            directory.mkdir(parents=True, exist_ok=True)
        elif not path.is_file():
            raise StoreError(
                f"an index is a directory made by `qa index`; {str(directory)!r} is none; "
                "run `qa index PATH... --index DIR` first"
            )
        self._path = path
        self._here = os.path.join(directory.absolute(), "")  # noqa: PTH118 - with its last "/"
        self._depth = 0
        self.read_only = not os.access(directory, os.W_OK) or (path.exists() and not os.access(path, os.W_OK))
        if create and self.read_only:
            raise StoreError(
                f"an index directory must be writable, and {str(directory)!r} is not; "
                "change its permissions or choose another with --index"
            )
        try:
            self._db = self._connect()
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        source = self._path.absolute().as_uri()
        if self.read_only:  # without a log beside it nobody writes, and none can be made: read the file as it is
            log = self._path.with_name(f"{FILE}-wal")
            source += "?mode=ro" if log.exists() else "?mode=ro&immutable=1"
        return sqlite3.connect(source, uri=True, timeout=30, isolation_level=None, check_same_thread=False)

    def _prepare(self) -> None:
        pragmas = ["foreign_keys=ON", "temp_store=MEMORY"]
        if not self.read_only:
            pragmas += ["journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"]
        for pragma in pragmas:
            self._run(f"PRAGMA {pragma}")
        version = self._version()
        if version > schema.VERSION:
            raise StoreError(
                f"this program reads index version {schema.VERSION}; {str(self._path)!r} has version {version}; "
                "update the program or index into another directory"
            )
        if version < schema.VERSION:
            self._migrate()
        if not self.read_only:
            schema.notice(self._run, blank.MARK)
        if 0 < version < schema.VERSION:
            self.scrub()

    def _version(self) -> int:
        return int(self._run("PRAGMA user_version")[0][0])

    def _migrate(self) -> None:
        """Make or renew the tables in one transaction."""
        if self.read_only:
            raise StoreError(
                f"an index of an earlier version is renewed when it is opened, and {str(self._path)!r} cannot be "
                "written; copy it to a writable place, or change its permissions"
            )
        with self.transaction():
            version = self._version()  # another process may have been faster
            if version == 0:
                schema.create(self._run)
                self.put(blank.MARK, "")  # nothing has gone yet
            elif version < schema.VERSION:
                schema.migrate(self._run, version, os.fsencode(self._here))
                if version < 2:  # passages have changed
                    self._bump()
            self._run(f"PRAGMA user_version = {schema.VERSION}")

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement and return its rows; what SQLite refuses is told as a StoreError."""
        with self._told():
            return self._db.execute(statement, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what SQLite refuses inside as a StoreError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error

    def _refused(self, error: sqlite3.DatabaseError) -> StoreError:
        remedy = "delete the directory and run `qa index` again"
        if isinstance(error, sqlite3.OperationalError):  # full, read-only, locked
            remedy = f"nothing is lost; check the disk's space and permissions, else {remedy}"
        return StoreError(f"the index file {str(self._path)!r} cannot be used ({error}); {remedy}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside one atomic write; one inside another is part of it."""
        if self._depth:
            yield
            return
        self._run("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite has ended it by itself where the disk is full
                self._db.rollback()
            raise
        finally:
            self._depth = 0

    def _stored(self, path: str | Path) -> bytes:
        """Return a path as it is stored: one below the index's directory relative to it, so that it may be moved."""
        place = os.fspath(path)
        return os.fsencode(place.removeprefix(self._here) or place)

    def _placed(self, stored: bytes) -> str:
        """Return where a stored path is now."""
        return os.path.join(self._here, os.fsdecode(stored))  # noqa: PTH118 - a Path for each file costs ten times that

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def get(self, key: str) -> str | None:
        """Return a stored setting, or None."""
        rows = self._run("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def put(self, key: str, value: str) -> None:
        """Store a setting."""
        self._run("INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value))

    @property
    def generation(self) -> int:
        """Counts the changes ever made to documents."""
        return int(self.get("generation") or 0)

    def _bump(self) -> None:
        self.put("generation", str(self.generation + 1))

    def scrub(self) -> None:
        """Overwrite what is left of removed words in the file and its write-ahead log.

        Raises:
            StoreError: another process keeps reading for longer than ``SCRUB_SECONDS``, or the file cannot be written;
                the next call does what this one could not.
        """
        self._cut()
        if self.get(blank.MARK) is None:
            self._blank()
            self._cut()

    def _cut(self) -> None:
        """Write all of the write-ahead log into the file and cut it to nothing."""
        end = time.monotonic() + SCRUB_SECONDS
        while int(self._run("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]):
            if time.monotonic() > end:
                raise StoreError(
                    f"the write-ahead log of {str(self._path)!r} is cut when nobody reads, and a process has been "
                    f"reading for {SCRUB_SECONDS:.0f} seconds; end it and run `qa index` again"
                )
            time.sleep(0.05)

    def _blank(self) -> None:
        """Have the free space of the file's pages overwritten, in another process: see :mod:`index.blank`."""
        done = subprocess.run(
            [sys.executable, "-I", blank.__file__, str(self._path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            start_new_session=True,  # an interrupt from the keyboard is this process's to deal with
        )
        if done.returncode:
            told = (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]
            raise StoreError(
                f"what is left of removed words in {str(self._path)!r} must be overwritten, and it cannot be ({told}); "
                "no document is lost; check the disk's space and permissions and run `qa index` again"
            )

    def damage(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file, a line each."""
        found = [str(row[0]) for row in self._run("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [
            f"a row of {row[0]} belongs to none of {row[2]}" for row in self._run("PRAGMA foreign_key_check")
        ]

    def copy(self, file: Path) -> None:
        """Write the whole database, compacted, to a new file."""
        self._run("VACUUM INTO ?", (str(file),))
