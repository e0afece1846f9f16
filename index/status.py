"""What an index holds, in numbers and lists, for ``qa status`` and the page."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Failure
from index import derive
from index.store import Store


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds; ``size`` in bytes on disk.

    ``synced`` is when the last sync ended, in ISO 8601, None before the first did. ``failures`` are files that could
    not be read, ``notes`` what of a document could not be; ``hidden`` are documents that await their removal, which the
    numbers leave out. ``vectors`` says how the nearest are searched.
    """

    directory: Path
    documents: int
    passages: int
    generation: int
    encoder: str
    vectors: str
    size: int
    roots: tuple[Path, ...]
    synced: str | None
    failures: tuple[Failure, ...]
    notes: tuple[Failure, ...]
    hidden: tuple[str, ...]


def status(store: Store, directory: Path, documents: int, passages: int, encoder: str) -> Status:
    """Return what an index holds and what could not be read; the numbers and the encoder's name are the caller's."""
    return Status(
        directory,
        documents,
        passages,
        store.generation,
        encoder,
        derive.described(directory),
        _size(directory),
        tuple(store.roots),
        store.get("synced"),
        tuple(store.failures()),
        tuple(store.notes()),
        tuple(store.hidden()),
    )


def _size(directory: Path) -> int:
    size = 0
    for place, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):  # a writer may be at work
                size += Path(place, name).stat().st_size
    return size
