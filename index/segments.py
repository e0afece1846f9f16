"""Writes tantivy's files: segments of a bounded number of passages, so that a change writes few of them anew.

tantivy never changes a segment, and keeps the words of a deleted document in it until it merges that segment with
others, which its Python package cannot ask for. So nothing is deleted in tantivy: a segment that holds a removed
passage is left out and what remains of it is indexed again, while the others are linked into the new folder. Each
segment is written in a folder of its own and then entered into the list in ``meta.json``, the one part of tantivy's
format that is read here; where it is not as known, all is written anew. As nothing is ever marked as deleted, BM25
counts exactly what is held, and scores do not depend on how passages are parted into segments.
"""

import json
import math
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.words import terms

if TYPE_CHECKING:
    import tantivy

_HEAP = 32_000_000  # bytes of writer memory; tantivy asks for at least 15 MB a thread
_META, _PART = "meta.json", "part"

Entry = tuple[int, str]


def most(passages: int) -> int:
    """Return how many passages a segment may have where an index has that many: their number grows with its root.

    Removing one passage indexes a segment again (0.1 ms a passage), and each segment costs a search 0.04 ms.

    >>> most(10_000), most(1_000_000)
    (2500, 25000)
    """
    return max(1000, 25 * math.isqrt(passages))


class UnknownLayout(ValueError):
    """The list of segments is not written as it was by the version of tantivy that this was made for."""


def schema() -> "tantivy.Schema":
    """Return the fields of an entry: a passage key and its terms."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True, indexed=True, fast=True)
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def write(
    folder: Path,
    entries: Iterable[Entry],
    size: int,
    kept: Sequence[dict[str, Any]] = (),
    source: Path | None = None,
) -> None:
    """Make a folder of the segments ``kept`` of another, and of (passage key, text) entries in new ones of a size."""
    import tantivy

    delete(folder)
    folder.mkdir(parents=True)
    tantivy.Index(schema(), path=str(folder))
    meta = json.loads((folder / _META).read_text("utf-8"))
    for segment in kept:
        assert source is not None
        for path in _files(source, segment):
            _link(path, folder / path.name)
    meta["segments"] = [*kept, *_written(folder, entries, size)]
    (folder / _META).write_text(json.dumps(meta), "utf-8")


def update(
    folder: Path,
    source: Path,
    added: Sequence[int],
    removed: Iterable[int],
    keys_of: Callable[[int, int], list[int]],
    place_of: Callable[[int], int],
    entries_of: Callable[[Sequence[int]], Iterable[Entry]],
) -> None:
    """Make a folder of what ``source`` holds, without the keys ``removed`` and with those ``added``.

    ``place_of`` returns the number of the segment that holds a key, ``keys_of`` the keys of a segment of that number
    and size, ``entries_of`` the entries of keys.

    Raises:
        UnknownLayout: the segments of ``source`` cannot be told apart.
    """
    segments = listed(source)
    gone, sizes = set(removed), [int(segment["max_doc"]) for segment in segments]
    size = most(sum(sizes) + len(added) - len(gone))
    anew = _renewed(sizes, {place_of(key) for key in gone}, len(added), size)
    keys = list(added)
    for place in anew:
        keys += [key for key in keys_of(place, sizes[place]) if key not in gone]
    kept = [segment for place, segment in enumerate(segments) if place not in anew]
    write(folder, entries_of(keys), size, kept, source)


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return what tantivy's list says of each segment: its id and the number of its documents, none deleted.

    Raises:
        UnknownLayout: it says it in another way.
    """
    try:
        segments = list(json.loads((folder / _META).read_text("utf-8"))["segments"])
        known = all(one["segment_id"].isprintable() and one["max_doc"] > 0 and not one["deletes"] for one in segments)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownLayout(str(error)) from error
    if not known or not all(any(_files(folder, segment)) for segment in segments):
        raise UnknownLayout("a segment is not as it was written")
    return segments


def _renewed(sizes: Sequence[int], touched: set[int], fresh: int, size: int) -> set[int]:
    """Return the numbers of the segments to write anew: those touched, and small ones beside as much that is new.

    So sizes stay in a geometric row, and a passage is written again log2(size) times at most by what is added
    (the logarithmic merging of Büttcher, Clarke and Cormack, "Information Retrieval", 2010, section 7.3).

    >>> sorted(_renewed([25_000, 900, 40, 3], set(), 50, 25_000))
    [2, 3]
    """
    found, total = set(touched), fresh + sum(sizes[place] for place in touched)
    for place in sorted(set(range(len(sizes))) - touched, key=lambda place: sizes[place]):
        if not 0 < sizes[place] <= total <= size - sizes[place]:
            break
        found.add(place)
        total += sizes[place]
    return found


def _written(folder: Path, entries: Iterable[Entry], size: int) -> Iterator[dict[str, Any]]:
    """Index entries, a segment's worth at a time, and yield what tantivy's list says of each."""
    waiting = iter(entries)
    for first in waiting:
        part = folder / _PART
        part.mkdir()
        _index(part, chain([first], islice(waiting, size - 1)))
        for segment in listed(part):
            for path in _files(part, segment):
                path.replace(folder / path.name)
            yield segment
        delete(part)


def _index(folder: Path, entries: Iterable[Entry]) -> None:
    import tantivy

    writer = tantivy.Index(schema(), path=str(folder)).writer(heap_size=_HEAP, num_threads=1)
    for key, text in entries:
        document = tantivy.Document()
        document.add_integer("key", key)
        document.add_text("body", " ".join(terms(text)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _files(folder: Path, segment: dict[str, Any]) -> list[Path]:
    return list(folder.glob(f"{segment['segment_id'].replace('-', '')}.*"))


def delete(folder: Path) -> bool:
    """Delete a folder, patiently: just after it was opened, a thread of tantivy's makes a lock file in it.

    Returns whether it is gone.
    """
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return True
        time.sleep(0.01)
    return False


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system has none, copy it with its times."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
