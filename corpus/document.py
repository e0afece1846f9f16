"""The nouns of the corpus: a document, a passage of it, and a file that could not be read.

All offsets are code-point indices into ``Document.text``; spans are half-open; pages are 1-based.
Identity is location, not content: two files with the same text are two documents.
"""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line of a document.

    ``start`` and ``end`` span the heading's words in the document's text (no ``#`` marks); ``level``
    is 1 for the outermost.
    """

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read once and normalised once.

    ``id`` is the path relative to its root (or a URI); ``page_starts`` holds the offset at which each
    page begins, empty where the format has no pages; ``sha256`` is the hex digest of the file's bytes.
    """

    id: str
    title: str
    text: str
    page_starts: tuple[int, ...]
    headings: tuple[Heading, ...]
    media_type: str
    sha256: str
    notes: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the 1-based page that holds ``offset``, or None where the format has no pages."""
        return max(1, bisect_right(self.page_starts, offset)) if self.page_starts else None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a member of an archive, that could not be read, and why: one line for a person."""

    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document, small enough for the encoder's window.

    ``text == document.text[start:end]``. ``page`` is the page of ``start``. ``heading`` is the path of
    headings above the passage, outermost first. ``sentences`` are the spans, in document offsets, of
    the sentences (or list items, table rows) that the passage is made of, ordered and disjoint.
    """

    doc_id: str
    start: int
    end: int
    text: str
    page: int | None
    heading: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]

    def slice(self, start: int, end: int) -> str:
        """Return the text between two document offsets that lie inside this passage.

        Raises:
            ValueError: the span is not inside the passage.

        """
        if not self.start <= start <= end <= self.end:
            raise ValueError(f"span {start}:{end} is not inside the passage {self.start}:{self.end} of {self.doc_id}")
        return self.text[start - self.start : end - self.start]
