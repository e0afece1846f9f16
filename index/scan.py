"""Walks folders for the files to index: their ids, sizes and times, and why others are passed over.

Symbolic links below a root are never followed, so nothing outside the roots is read and no loop is walked; a root
that is itself a link is. Indexes inside a root are left alone, and so are hidden files.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import Failure
from corpus.load import readable
from index.database import FILE

_TYPE = "a type that is not read"
_SPECIAL = "no ordinary file (a pipe, socket or device)"
_OUTSIDE = "a link, which is not followed; name what it points to"
_REMOVED = "removed before; index it by its own path to have it back"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to index: ``doc_id`` is its path relative to its root; ``path`` its place; size in bytes, times in ns."""

    doc_id: str
    path: str
    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(slots=True)
class Scan:
    """What lies below the roots: files, folders that may not be listed, and what is passed over with the reason."""

    found: list[Found] = field(default_factory=list)
    denied: list[Path] = field(default_factory=list)
    passed: list[Failure] = field(default_factory=list)


def scan(roots: Sequence[Path], excluded: Collection[str] = (), taken: Collection[str] = ()) -> Scan:
    """Return the files below the roots, in order of root and path.

    An id is the path relative to its root; where two roots hold the same relative path, the later one's ids begin
    with its root's name; so do those of which the path is an id ``taken`` by another file. A file given by name is
    always found; a document whose id is in ``excluded`` is not, unless it is.
    """
    result = Scan()
    ids: set[str] = set(taken)
    places: set[str] = set()
    shut: dict[str, str] = {}  # what was removed from one root stays away from a root around it
    for root in roots:
        for relative, path in _below(root, result):
            named = path == os.fspath(root)
            if path in places or (path in shut and not named):
                continue
            doc_id = shut.pop(path, None) or _id(relative, root, ids)
            if not named and doc_id in excluded:
                shut[path] = doc_id
                ids.add(doc_id)  # its file is there, so no other takes its name, and its removal
                result.passed.append(Failure(doc_id, _REMOVED))
                continue
            try:
                stat = os.stat(path)  # noqa: PTH116 - a Path for each file costs more than its stat
            except OSError as error:  # it went while the folder was read, or its folder may not be entered
                if not isinstance(error, FileNotFoundError):
                    result.denied.append(Path(path))
                continue
            ids.add(doc_id)
            places.add(path)
            result.found.append(Found(doc_id, path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return result


def _id(relative: str, root: Path, taken: set[str]) -> str:
    """Return an id that no other file has."""
    doc_id, n = relative, 1
    while doc_id in taken:
        prefix = root.name if root.is_dir() else root.parent.name
        doc_id = f"{prefix}/{relative}" if n == 1 else f"{prefix}-{n}/{relative}"
        n += 1
    return doc_id


def _below(root: Path, result: Scan) -> Iterator[tuple[str, str]]:
    """Yield (path relative to the root, place) of each file, folder by folder, by name."""
    if not root.is_dir():
        yield clean(root.name), os.fspath(root)
        return
    seen: set[tuple[int, int]] = set()  # a folder may be mounted inside itself
    waiting = [("", os.fspath(root))]
    while waiting:
        prefix, folder = waiting.pop()
        files, folders = _listed(folder, prefix, result, seen, is_root=not prefix)
        for name, path in files:
            yield clean(prefix + name), path
        waiting += [(f"{prefix}{name}/", path) for name, path in reversed(folders)]


def _listed(
    folder: str, prefix: str, result: Scan, seen: set[tuple[int, int]], *, is_root: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the files and folders of one folder as (name, path), by name; what is passed over is told."""
    files: list[tuple[str, str]] = []
    folders: list[tuple[str, str]] = []
    try:
        stat = os.stat(folder)  # noqa: PTH116
        with os.scandir(folder) as entries:
            listed = sorted((entry for entry in entries if not entry.name.startswith((".", "~$"))), key=_by_name)
    except OSError:
        result.denied.append(Path(folder))
        return files, folders
    if (stat.st_dev, stat.st_ino) in seen or (not is_root and any(entry.name == FILE for entry in listed)):
        return files, folders
    seen.add((stat.st_dev, stat.st_ino))
    for entry in listed:
        if entry.is_symlink():
            result.passed.append(Failure(clean(prefix + entry.name), _OUTSIDE))
        elif entry.is_dir(follow_symlinks=False):
            folders.append((entry.name, entry.path))
        elif not entry.is_file(follow_symlinks=False):
            result.passed.append(Failure(clean(prefix + entry.name), _SPECIAL))
        elif not readable(Path(entry.name)):
            result.passed.append(Failure(clean(prefix + entry.name), _TYPE))
        else:
            files.append((entry.name, entry.path))
    return files, folders


def _by_name(entry: "os.DirEntry[str]") -> str:
    return entry.name


def clean(text: str) -> str:
    r"""Return a path or message as text that can be stored and shown: no lone surrogates, no control characters.

    >>> clean("a\nb\udcff.txt")
    'a?b?.txt'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if c < " " or c == "\x7f" else c for c in text.encode("utf-8", "replace").decode())
