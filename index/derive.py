"""The derived indexes on disk, stamped with the generation and checksums that make them valid.

Each generation has files of its own (``dense-7-6.faiss``, ``lexical-7/``), written beside those of the one before;
``stamp.json`` is replaced last and atomically and says which count, then the older ones go. So whoever opens an index
finds a whole generation, whatever was interrupted, and readers go on answering from the last one while the process
that writes makes the next. One that is not the store's is brought up to it by what has come and gone, where it is
whole and most of it stays; else all is made again from the store. A token, drawn at each making and kept by both, tells
that they belong together: a store that was put back from a copy counts, and numbers its passages, once more.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import StoreError
from index import inverted
from index.database import FILE
from index.dense import Dense, Tuning
from index.lexical import Lexical
from index.segments import UnknownLayout, delete
from index.store import Store

DENSE, LEXICAL, STAMP, TOKEN = "dense", "lexical", "stamp.json", "derived"
HASHED = 600_000_000  # bytes: files are hashed at each opening while together they are no more (0.45 s)
_FORMAT = 6  # raised when the derived files change their meaning, or a passage's entry does


@dataclass(frozen=True, slots=True)
class Derived:
    """Both searchable forms of one generation of a store; ``token`` is the store's own while they are of its making."""

    generation: int
    dense: Dense
    lexical: Lexical
    token: str


def dense_file(directory: Path, generation: int) -> Path:
    """Return where the vectors of a generation are."""
    return directory / f"{DENSE}-{generation}-{_FORMAT}.faiss"  # no earlier version writes into a file of this name


def lexical_folder(directory: Path, generation: int) -> Path:
    """Return where the words of a generation are."""
    return directory / f"{LEXICAL}-{generation}"


def build(store: Store, directory: Path, *, anew: bool = False) -> Derived:
    """Make both forms those of the store, from what is there unless ``anew``; the caller holds the writer's lock.

    Raises:
        StoreError: the files cannot be written; the store keeps all, and they are made at the next opening.
    """
    try:
        if not anew and (found := current(store, directory)):
            return found
        older = None if anew else load(directory, mapped=False)
        if older and (older.token != store.get(TOKEN) or older.generation >= store.generation):
            older = None
        return _built(store, directory, older)
    except (OSError, RuntimeError, ValueError) as error:  # faiss and tantivy tell a full disk in their own ways
        if (kept := stamped(directory)) is not None:
            _sweep(directory, kept)  # what is half made would keep the disk full
        raise StoreError(
            f"the searchable files of {str(directory)!r} cannot be written ({str(error).splitlines()[0][:200]}); "
            "no document is lost; free some disk space, check the permissions and run `qa verify`"
        ) from error


def _built(store: Store, directory: Path, older: Derived | None) -> Derived:
    generation = store.generation
    file, folder = dense_file(directory, generation), lexical_folder(directory, generation)
    updated = _updated(store, older, folder) if older else None
    older = None  # and its memory
    dense, lexical = updated or (inverted.build(store), Lexical.build(folder, store.entries(), store.counts()[1]))
    mode = (directory / FILE).stat().st_mode & 0o777
    for path in folder.iterdir():  # tantivy keeps some to their owner; whoever may read the store may read these
        if path.stat().st_mode & 0o777 != mode:  # what was kept may be another user's
            path.chmod(mode)
    dense.save(file)
    token = secrets.token_hex(8)
    store.put(TOKEN, token)
    stamp = {
        "format": _FORMAT,
        "generation": generation,
        "token": token,
        "passages": len(dense),
        "lists": dense.lists,
        "tuning": dense.tuning and asdict(dense.tuning),
        "files": {path.name: _facts(path) for path in _files(directory, generation)},
    }
    temporary = directory / f"{STAMP}.tmp"
    temporary.write_text(json.dumps(stamp), "utf-8")
    temporary.replace(directory / STAMP)
    _sweep(directory, generation)
    return Derived(generation, Dense.load(file, dense.tuning), lexical, token)


def _updated(store: Store, older: Derived, folder: Path) -> tuple[Dense, Lexical] | None:
    """Return an older generation's forms with what has come and gone since, or None where all has to be made anew."""
    keys, held = store.keys(), older.dense.keys()
    added, removed = np.setdiff1d(keys, held, True), np.setdiff1d(held, keys, True)
    if len(added) + len(removed) > len(keys) or not inverted.update(older.dense, store, added, removed):
        return None
    try:
        lexical = older.lexical.updated(folder, added.tolist(), removed.tolist(), store.entries)
        whole = np.array_equal(lexical.keys(), keys)
    except UnknownLayout:
        return None
    return (older.dense, lexical) if whole else None


def clear(directory: Path) -> None:
    """Delete what is left of earlier states, which may hold words that were removed.

    Raises:
        StoreError: something cannot be deleted.
    """
    if (generation := stamped(directory)) is not None and (left := _sweep(directory, generation)):
        raise StoreError(
            f"{str(directory / left)!r} is of an earlier state and may hold words that were removed, and it cannot be "
            "deleted; close the programs that have it open, or change its permissions, and index again"
        )


def _sweep(directory: Path, generation: int) -> str:
    """Delete the files of other generations, and so the words of what was removed; open readers keep their handles.

    Returns the name of one that cannot be deleted, "" where all are gone.
    """
    left = ""
    for old in [*directory.glob(f"{DENSE}*.faiss*"), *directory.glob(f"{LEXICAL}-*")]:
        if old in (dense_file(directory, generation), lexical_folder(directory, generation)):
            continue
        if old.is_dir():
            gone = delete(old)
        else:
            with suppress(OSError):
                old.unlink()
            gone = not old.exists()
        if not gone:
            left = old.name
    return left


def _files(directory: Path, generation: int) -> Iterator[Path]:
    """Yield both forms' files; tantivy's hidden ones are locks and lists of what to delete."""
    yield dense_file(directory, generation)
    yield from sorted(lexical_folder(directory, generation).glob("[!.]*"))


def _facts(path: Path) -> dict[str, Any]:
    """Return what tells that a file is as it was written."""
    stat = path.stat()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": digest}


def _whole(directory: Path, stamp: dict[str, Any], *, thorough: bool) -> bool:
    """Return whether every file is as it was written.

    Above a million passages files are not read through at each opening (5,000,000: 2 s): one of the same size and
    time of change passes, and is hashed by `qa verify`; one that was copied, and so has another time, is hashed.
    """
    files = {path.name: path for path in _files(directory, int(stamp["generation"]))}
    if files.keys() != stamp["files"].keys():
        return False
    thorough = thorough or sum(facts["size"] for facts in stamp["files"].values()) <= HASHED
    for name, facts in stamp["files"].items():
        stat = files[name].stat()
        if stat.st_size != facts["size"]:
            return False
        if (thorough or stat.st_mtime_ns != facts["mtime_ns"]) and _facts(files[name])["sha256"] != facts["sha256"]:
            return False
    return True


def load(directory: Path, *, mapped: bool = True, thorough: bool = False) -> Derived | None:
    """Return the derived forms that are stamped, of whatever generation, if they are whole, else None.

    ``mapped`` vectors are opened at once but cannot be changed; ``thorough`` hashes files of any size.
    """
    try:
        stamp = _stamp(directory)
        generation = int(stamp["generation"])
        if stamp["format"] != _FORMAT or not _whole(directory, stamp, thorough=thorough):
            return None
        lexical = Lexical(lexical_folder(directory, generation))
        tuning = Tuning(**stamp["tuning"]) if stamp["tuning"] else None
        dense = Dense.load(dense_file(directory, generation), tuning, mapped=mapped)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):  # missing, cut short or not ours
        return None
    whole = len(dense) == len(lexical) == stamp["passages"]
    return Derived(generation, dense, lexical, stamp["token"]) if whole else None


def _stamp(directory: Path) -> dict[str, Any]:
    stamp: dict[str, Any] = json.loads((directory / STAMP).read_text("utf-8"))
    return stamp


def stamped(directory: Path) -> int | None:
    """Return the generation that the stamp names, without looking at the files; None where there is none."""
    try:
        return int(_stamp(directory)["generation"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def described(directory: Path) -> str:
    """Return one line on how vectors are searched, from the stamp alone."""
    try:
        stamp = _stamp(directory)
        tuning = Tuning(**stamp["tuning"]) if stamp["tuning"] else None
        return inverted.describe(stamp["passages"], stamp["lists"], tuning)
    except (OSError, ValueError, KeyError, TypeError):
        return "not made yet; the next search makes it"


def current(store: Store, directory: Path, *, thorough: bool = False) -> Derived | None:
    """Return the derived forms if they are whole and of the store's generation, else None."""
    if stamped(directory) != store.generation:
        return None
    found = load(directory, thorough=thorough)
    return found if found and belongs(found, store) else None


def belongs(derived: Derived, store: Store) -> bool:
    """Return whether derived forms are those of a store as it is."""
    return derived.generation == store.generation and derived.token == store.get(TOKEN)
