"""The derived indexes on disk, stamped with the generation and checksum that make them valid.

Each generation has files of its own (``dense-7.faiss``, ``lexical-7/``), written beside those of the one before;
``stamp.json`` is replaced last and atomically and says which count, then the older ones go. So whoever opens an index
finds a whole generation, whatever was interrupted; one that is not the store's is made again from the store.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import StoreError
from index.database import FILE
from index.dense import Dense
from index.lexical import Lexical
from index.store import Store

DENSE, LEXICAL, STAMP = "dense", "lexical", "stamp.json"
_FORMAT = 4  # raised when the derived files change their meaning


@dataclass(frozen=True, slots=True)
class Derived:
    """Both searchable forms of one generation of a store."""

    generation: int
    dense: Dense
    lexical: Lexical


def dense_file(directory: Path, generation: int) -> Path:
    """Return where the vectors of a generation are."""
    return directory / f"{DENSE}-{generation}.faiss"


def lexical_folder(directory: Path, generation: int) -> Path:
    """Return where the words of a generation are."""
    return directory / f"{LEXICAL}-{generation}"


def build(store: Store, directory: Path) -> Derived:
    """Make both forms anew from the store and stamp them; the caller holds the writer's lock.

    Raises:
        StoreError: the files cannot be written; the store keeps all, and they are made at the next opening.
    """
    try:
        return _built(store, directory)
    except (OSError, RuntimeError, ValueError) as error:  # faiss and tantivy tell a full disk in their own ways
        raise StoreError(
            f"the searchable files of {str(directory)!r} cannot be written ({str(error).splitlines()[0][:200]}); "
            "no document is lost; free some disk space, check the permissions and run `qa verify`"
        ) from error


def _built(store: Store, directory: Path) -> Derived:
    generation = store.generation
    dense = Dense()
    for keys, vectors in store.vectors():
        dense.add(keys, vectors)
    folder = lexical_folder(directory, generation)
    shutil.rmtree(folder, ignore_errors=True)
    lexical = Lexical(folder, fresh=True)
    lexical.add(store.entries())
    for path in folder.iterdir():  # tantivy keeps some to their owner; whoever may read the store may read these
        path.chmod((directory / FILE).stat().st_mode & 0o777)
    dense.save(dense_file(directory, generation))
    stamp = {
        "format": _FORMAT,
        "generation": generation,
        "sha256": _checksum(directory, generation),
        "passages": len(dense),
    }
    temporary = directory / f"{STAMP}.tmp"
    temporary.write_text(json.dumps(stamp), "utf-8")
    temporary.replace(directory / STAMP)
    _sweep(directory, generation)
    return Derived(generation, dense, lexical)


def _sweep(directory: Path, generation: int) -> None:
    """Delete the files of other generations, and so the words of what was removed; open readers keep their handles."""
    for old in directory.glob(f"{DENSE}-*.faiss"):
        if old != dense_file(directory, generation):
            old.unlink(missing_ok=True)
    for old in directory.glob(f"{LEXICAL}-*"):
        if old != lexical_folder(directory, generation):
            shutil.rmtree(old, ignore_errors=True)
    (directory / "dense.faiss").unlink(missing_ok=True)  # of earlier versions


def _files(directory: Path, generation: int) -> Iterator[Path]:
    """Yield both forms' files; tantivy's hidden ones are locks and lists of what to delete."""
    yield dense_file(directory, generation)
    yield from sorted(lexical_folder(directory, generation).glob("[!.]*"))


def _checksum(directory: Path, generation: int) -> str:
    digest = hashlib.sha256()
    for path in _files(directory, generation):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def load(directory: Path) -> Derived | None:
    """Return the derived forms that are stamped, of whatever generation, if they are whole, else None."""
    try:
        stamp = json.loads((directory / STAMP).read_text("utf-8"))
        generation = int(stamp["generation"])
        if stamp["format"] != _FORMAT or _checksum(directory, generation) != stamp["sha256"]:
            return None
        lexical = Lexical(lexical_folder(directory, generation), fresh=False)
        dense = Dense.load(dense_file(directory, generation))
    except (OSError, ValueError, KeyError, TypeError):  # missing, cut short or not ours: made again by the caller
        return None
    whole = len(dense) == len(lexical) == stamp["passages"]
    return Derived(generation, dense, lexical) if whole else None


def stamped(directory: Path) -> int | None:
    """Return the generation that the stamp names, without looking at the files; None where there is none."""
    try:
        return int(json.loads((directory / STAMP).read_text("utf-8"))["generation"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def current(store: Store, directory: Path) -> Derived | None:
    """Return the derived forms if they are whole and of the store's generation, else None."""
    if stamped(directory) != store.generation:
        return None
    found = load(directory)
    return found if found and found.generation == store.generation else None
