"""Checks every invariant of an index; what is derived is made anew where it is damaged, what is not is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.document import Document
from corpus.errors import StoreError
from index import derive
from index.entry import digest, entry
from index.lock import writing
from index.store import Store

_UNIT = 0.01  # how far a vector's length may be from 1, in 16 bits


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked; ``problems`` are lines on what is damaged, ``repaired`` on what was and is whole again."""

    documents: int
    passages: int
    problems: tuple[str, ...]
    repaired: tuple[str, ...]


def verify(directory: Path, *, wait: float = 60.0) -> Verification:
    """Check an index, and repair what is derived.

    Raises:
        StoreError: there is no index, or its file cannot be opened at all.
        WriterBusy: another process is writing it.
    """
    store = Store(directory)
    try:
        with writing(directory, wait):
            problems = [*store.damage(), *_documents(store)]
            repaired = [] if problems else list(_derived(store, directory))
            return Verification(*store.counts(), tuple(problems), tuple(repaired))
    finally:
        store.close()


def _documents(store: Store) -> Iterator[str]:
    """Yield what is wrong with documents, passages and vectors."""
    remedy = "delete the index and run `qa index` again"
    widths: set[int] = set()
    for info in store.documents():
        document = store.document(info.id)
        for line in _document(store, document, widths):
            yield f"{info.id}: {line}; {remedy}"
    if len(widths) > 1:
        yield f"vectors are of one length, and those here have {sorted(widths)}; {remedy}"


def _document(store: Store, document: Document, widths: set[int]) -> Iterator[str]:
    text, last = document.text, 0
    if list(document.page_starts) != sorted(document.page_starts) or any(p > len(text) for p in document.page_starts):
        yield "page starts are ordered and inside the text"
    if any(not 0 <= one.start <= one.end <= len(text) for one in document.headings):
        yield "headings are inside the text"
    for passage, before, code, vector in store.pieces(document.id):
        place = f"passage {passage.start}:{passage.end}"
        if not last <= passage.start <= passage.end or text[passage.start : passage.end] != passage.text:
            yield f"{place} is a slice of the text after the one before"
        if before.strip() or text[last : passage.start] != before:
            yield f"between passages stand only blanks, and before {place} stands {before[:40]!r}"
        if any(not passage.start <= s <= e <= passage.end for s, e in passage.sentences):
            yield f"the sentences of {place} are inside it"
        if passage.page != document.page_at(passage.start):
            yield f"the page of {place} is {document.page_at(passage.start)}, not {passage.page}"
        if code != digest(entry(passage, document.title)):
            yield f"{place} has the vector of other words"
        length = float(np.linalg.norm(vector.astype(np.float32)))
        if not abs(length - 1) <= _UNIT:
            yield f"vectors are of length 1, and that of {place} is {length:.3f}"
        widths.add(len(vector))
        last = passage.end
    if text[last:].strip():
        yield f"passages cover every word, and {text[last:].strip()[:40]!r} is in none"


def _derived(store: Store, directory: Path) -> Iterator[str]:
    """Make the derived files anew unless they hold exactly the store's passages; yield what was wrong."""
    found, keys = derive.current(store, directory, thorough=True), store.keys()
    if found and all(np.array_equal(form.keys(), keys) for form in (found.dense, found.lexical)):
        return
    if store.read_only:
        raise StoreError(f"the searchable files of {str(directory)!r} are damaged, and the directory cannot be written")
    derive.build(store, directory, anew=True)
    yield f"the searchable files were missing, stale or damaged, and were made anew over {len(keys)} passages"
