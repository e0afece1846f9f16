"""The derived indexes on disk, stamped with the generation and checksum that make them valid.

``stamp.json`` is written last and atomically, so whatever was interrupted before it leaves an old stamp,
which no longer matches the store's generation, and the derived files are made again from the store.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Passage
from index.dense import Dense
from index.lexical import Lexical
from index.store import Store

DENSE, LEXICAL, STAMP = "dense.faiss", "lexical", "stamp.json"
_FORMAT = 3  # raised when the derived files change their meaning
CONTEXT_TOKENS = 60  # of the encoder's window, left free for a passage's title and headings
_CONTEXT_WORDS = 30  # about 50 tokens


@dataclass(frozen=True, slots=True)
class Derived:
    """Both searchable forms of one generation of a store."""

    generation: int
    dense: Dense
    lexical: Lexical


def entry(passage: Passage, title: str) -> str:
    """Return what is searched of a passage: title and headings give its words their context."""
    context = " ".join(" > ".join(dict.fromkeys((title, *passage.heading))).split()[:_CONTEXT_WORDS])
    return f"{context}\n{passage.text}" if context else passage.text


def build(store: Store, directory: Path) -> Derived:
    """Make both forms anew from the store and stamp them."""
    generation = store.generation
    (directory / STAMP).unlink(missing_ok=True)
    keys, vectors = store.vectors()
    dense = Dense(keys, vectors)
    lexical = _lexical(store, directory)
    temporary = directory / f"{DENSE}.tmp"
    dense.save(temporary)
    temporary.replace(directory / DENSE)
    checksum = _checksum(directory, generation)
    stamp = {"format": _FORMAT, "generation": generation, "sha256": checksum, "passages": len(keys)}
    temporary = directory / f"{STAMP}.tmp"
    temporary.write_text(json.dumps(stamp), "utf-8")
    temporary.replace(directory / STAMP)
    return Derived(generation, dense, lexical)


def _lexical(store: Store, directory: Path) -> Lexical:
    """Build the lexical index in a folder of its own, so that open readers of the old one go on undisturbed."""
    for old in directory.glob(f"{LEXICAL}-*"):
        shutil.rmtree(old, ignore_errors=True)
    lexical = Lexical(directory / f"{LEXICAL}-{store.generation}", fresh=True)
    lexical.add((key, entry(passage, title)) for key, (passage, title) in store.passages().items())
    return lexical


def _checksum(directory: Path, generation: int) -> str:
    """Return the digest of both forms' files; tantivy's hidden ones are locks and lists of what to delete."""
    lexical = (directory / f"{LEXICAL}-{generation}").glob("[!.]*")
    digest = hashlib.sha256()
    for path in (directory / DENSE, *sorted(lexical)):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load(store: Store, directory: Path) -> Derived | None:
    """Return the derived forms if they are whole and of the store's generation, else None."""
    generation = store.generation
    try:
        stamp = json.loads((directory / STAMP).read_text("utf-8"))
        if stamp["format"] != _FORMAT or stamp["generation"] != generation:
            return None
        if _checksum(directory, generation) != stamp["sha256"]:
            return None
        lexical = Lexical(directory / f"{LEXICAL}-{generation}", fresh=False)
        dense = Dense.load(directory / DENSE)
    except (OSError, ValueError, KeyError, TypeError):  # missing, cut short or not ours: made again by the caller
        return None
    whole = len(dense) == len(lexical) == stamp["passages"]
    return Derived(generation, dense, lexical) if whole else None
