"""What is searched and embedded of a passage: its words under its title and headings, and their digest."""

import hashlib

from corpus.document import Passage

CONTEXT_TOKENS = 60  # of the encoder's window, left free for a passage's title and headings
_CONTEXT_WORDS = 30  # about 50 tokens


def entry(passage: Passage, title: str) -> str:
    """Return what is searched of a passage: title and headings give its words their context."""
    context = " ".join(" > ".join(dict.fromkeys((title, *passage.heading))).split()[:_CONTEXT_WORDS])
    return f"{context}\n{passage.text}" if context else passage.text


def digest(entry: str) -> bytes:
    """Return 16 bytes that tell one entry from another, so that an entry is embedded once (128 bits of SHA-256)."""
    return hashlib.sha256(entry.encode("utf-8", "surrogatepass")).digest()[:16]
