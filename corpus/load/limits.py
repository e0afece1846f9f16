"""What reading one file may cost at most, so that no file can stop or fill the machine.

The defaults are far above what people write and far below what harms: raise one by passing other ``Limits``.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from corpus.errors import LoadError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file; going beyond one is a :class:`~corpus.errors.LoadError` that names it.

    ``file_bytes``: of a file or of one member of an archive. ``characters``: of one document's text;
    ``page_characters``: that one page of a PDF draws (a poster in small print: 50,000). ``pages``: of a
    document (slides, sheets, chapters too). ``columns`` and ``rows``: of one table; ``members``: files in an archive,
    those of archives inside it counted too; ``unpacked_bytes``: of all of them together; ``depth``: archives within
    archives; ``seconds``: for one document, and a little for each of its pages; ``ocr_pages``: pages of one document
    that are read from their picture; ``memory_bytes``: of the process that reads it.
    """

    file_bytes: int = 256 * 2**20
    characters: int = 20_000_000
    page_characters: int = 200_000
    pages: int = 10_000
    columns: int = 1_000
    rows: int = 1_000_000
    members: int = 10_000
    unpacked_bytes: int = 2**30
    depth: int = 3
    seconds: float = 120.0
    ocr_pages: int = 500
    memory_bytes: int = 4 * 2**30

    def check(self, name: str, value: float, what: str) -> None:
        """Raise where ``value`` is above the limit called ``name``; ``what`` says what has it, as in "the file".

        >>> Limits(pages=3).check("pages", 4, "the PDF")
        Traceback (most recent call last):
            ...
        corpus.errors.LoadError: at most 3 pages are read, and the PDF has 4; split it, or raise Limits.pages
        """
        most = getattr(self, name)
        if value > most:
            unit = name.replace("_", " ")
            raise LoadError(
                f"at most {most:,} {unit} are read, and {what} has {value:,}; split it, or raise Limits.{name}"
            )


_waiting: ContextVar[Callable[[float], None] | None] = ContextVar("waiting", default=None)


def allow(seconds: float) -> None:
    """Let a document of many pages take longer: tell whoever waits for it, if anyone does."""
    told = _waiting.get()
    if told:
        told(seconds)


def tell_of_allowances(told: Callable[[float], None]) -> None:
    """Have ``told`` called with the seconds of each :func:`allow` from now on."""
    _waiting.set(told)
