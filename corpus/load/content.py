"""What every loader returns, and the one normalisation that all text goes through."""

import re
from dataclasses import dataclass

from corpus.document import Heading

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Content:
    """The text of one file. ``title`` is None where the file gives none; ``page_starts`` is empty without pages.

    ``notes`` are lines for a person on what could not be read; they become the document's.
    """

    text: str
    title: str | None
    headings: tuple[Heading, ...] = ()
    page_starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def normalise(text: str) -> str:
    r"""Make line ends ``\n``, drop a byte order mark, turn control characters but ``\n \t \f`` into blanks.

    Nothing else changes: no unwrapping, no Unicode normalisation, no folding of blanks, so that a quote is
    found verbatim in the file.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return printable(text)


def printable(text: str) -> str:
    r"""Turn each control character but ``\n \t \f`` into one blank, so that the length stays.

    For words that a library decodes after :func:`normalise`, such as the entities of a page.
    """
    return _CONTROL.sub(" ", text)


def one_line(text: str) -> str:
    """Return ``text`` with every run of blanks and control characters as one blank and none at its ends."""
    return " ".join(printable(text).split())
