"""Overwrites with zeros what SQLite leaves behind in the pages of a file; run as a program, ``python blank.py FILE``.

``secure_delete`` overwrites the rows that are deleted. But where rows move between pages because others came or went,
copies of them stay in the free space of the pages that they left, and are there still when the rows are deleted.
SQLite never reads free space, so zeros there change nothing for whoever reads the file meanwhile, and whatever
interrupts this leaves a whole file. The work is a fraction of a VACUUM's, and needs no space on the disk.

It is a program of its own because closing a file ends every POSIX lock that its process has on it, those of SQLite's
connections too; and as it holds SQLite's write lock itself, it may outlive its caller. Only Python's own modules are
imported, so that it starts in 50 ms. Pages are as https://www.sqlite.org/fileformat2.html describes them (1.3, 1.6).
"""

import os
import sqlite3
import struct
import sys
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

MARK = "scrubbed"  # the key in ``meta`` that says: nothing was taken away since free space was last overwritten
_INTERIOR, _LEAF = (2, 5), (10, 13)  # the kinds of pages, each of indexes and of tables
_WAIT = 30.0  # seconds for which others that write or read are waited for


def blank(db: sqlite3.Connection, raw: FileIO, log: Path) -> int:
    """Overwrite the free space of every page with zeros and set the mark; returns the number of places overwritten.

    ``db`` is a connection to the file that ``raw`` reads and writes, ``log`` its write-ahead log.

    Raises:
        ValueError: a page is damaged, or other processes keep reading and writing.
        OSError, sqlite3.Error: the file cannot be written.
    """
    db.execute("PRAGMA secure_delete=ON")
    _still(db, log)
    roots = [row[0] for row in db.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")]
    count = 0
    for start, end in _left(raw, [1, *roots]):
        raw.seek(start)
        if raw.write(bytes(end - start)) < end - start:
            raise OSError("it was written in part")
        count += 1
    os.fsync(raw.fileno())
    # told to all connections as a change, so that none writes the page that it remembers over the blank one
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, '')", (MARK,))
    db.execute("COMMIT")
    return count


def _still(db: sqlite3.Connection, log: Path) -> None:
    """Begin a transaction with an empty log: while it lasts nobody else writes the file."""
    end = time.monotonic() + _WAIT
    db.execute("BEGIN IMMEDIATE")
    while log.exists() and log.stat().st_size:  # one that was here before, and whose caller was ended, may have written
        db.execute("ROLLBACK")
        if time.monotonic() > end:
            raise ValueError("other processes keep reading and writing it")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("BEGIN IMMEDIATE")


def _left(raw: FileIO, roots: list[int]) -> Iterator[tuple[int, int]]:
    """Yield each place of the file, as (start, end), that is free in a page of these trees and not all zeros."""
    header = raw.read(100)
    size = struct.unpack(">H", header[16:18])[0]
    size = 65536 if size == 1 else size
    usable = size - header[20]
    todo, seen = roots, set[int]()
    while todo:
        number = todo.pop()
        offset = (number - 1) * size
        raw.seek(offset)
        page = raw.read(size)
        if number in seen or len(page) < size:
            raise ValueError(f"page {number} is damaged")
        seen.add(number)
        try:
            children, free = _parts(page, 100 if number == 1 else 0, usable)
        except (ValueError, IndexError, struct.error) as error:
            raise ValueError(f"page {number} is damaged") from error
        todo += children
        yield from ((offset + start, offset + end) for start, end in free if page[start:end].strip(b"\0"))


def _parts(page: bytes, at: int, usable: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the numbers of the pages below a page whose header is ``at``, and its free places as (start, end)."""
    kind, block, cells, content = struct.unpack_from(">BHHH", page, at)
    content = content or 65536
    pointers = at + (12 if kind in _INTERIOR else 8)
    free = [(pointers + 2 * cells, content)]
    while block:
        following, length = struct.unpack_from(">HH", page, block)
        free.append((block + 4, block + length))  # but for the block's own four bytes
        if following and following <= block:
            raise ValueError(following)
        block = following
    starts = (content, *(start - 4 for start, _ in free[1:]))
    if kind not in _INTERIOR + _LEAF or min(starts) < content or any(not s <= e <= usable for s, e in free):
        raise ValueError(kind)
    children = []
    if kind in _INTERIOR:
        places = (at + 8, *struct.unpack_from(f">{cells}H", page, pointers))
        children = [struct.unpack_from(">I", page, place)[0] for place in places]
    return children, free


def main(file: Path) -> None:
    """Run as a program; where the exit status is not 0, the last line of stderr says why.

    Nothing is closed, the process just ends: the last connection to be closed deletes the log, and whether another
    process still uses it, SQLite cannot tell once that process has opened and closed the file for something else.
    """
    status = 0
    raw = file.open("r+b", buffering=0)
    db = sqlite3.connect(file, timeout=_WAIT, isolation_level=None)
    try:
        blank(db, raw, file.with_name(f"{file.name}-wal"))
    except (ValueError, OSError, sqlite3.Error) as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.stderr.flush()
        status = 1
    os._exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
