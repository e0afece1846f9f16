"""What is searched and embedded of a document: passages, each under its title and headings, and their digest."""

import hashlib

from corpus.document import Document, Passage
from corpus.split import split
from index.encode import Encoder

_CONTEXT_TOKENS = 60  # of the encoder's window, left free for a passage's title and headings
_CONTEXT_WORDS = 30  # about 50 tokens


def passages_of(document: Document, encoder: Encoder) -> list[Passage]:
    """Return a document's passages, none longer with its title and headings than the encoder reads."""
    return split(document, encoder.count_tokens, limit=encoder.window - _CONTEXT_TOKENS)


def entry(passage: Passage, title: str) -> str:
    """Return what is searched of a passage: title and headings give its words their context."""
    context = " ".join(" > ".join(dict.fromkeys((title, *passage.heading))).split()[:_CONTEXT_WORDS])
    return f"{context}\n{passage.text}" if context else passage.text


def digest(entry: str) -> bytes:
    """Return 16 bytes that tell one entry from another, so that an entry is embedded once (128 bits of SHA-256)."""
    return hashlib.sha256(entry.encode("utf-8", "surrogatepass")).digest()[:16]
