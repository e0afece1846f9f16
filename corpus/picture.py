"""A page of a PDF as an image, as PDFium shows it, in which the areas of a quote can be marked (``corpus.locate``)."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from corpus.document import Document
from corpus.errors import LoadError

PDF = "application/pdf"
WIDTHS = range(16, 4001)  # pixels that an image may be wide


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file: ``data`` of ``media_type``, ``width`` and ``height`` in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def picture(path: Path, document: Document, page: int, width: int) -> Picture:
    """Return a page, 1-based, of the PDF that ``document`` was read from, ``width`` pixels wide.

    It is narrower where it would be higher than an image may be. Only the document's identity is looked at, not its
    text. The file is parsed here: call it through ``corpus.load.isolated``.

    Raises:
        ValueError: ``width`` is not within WIDTHS.
        LoadError: the document is no PDF or has no such page; the file is gone, is not the one that was read, or
            cannot be drawn.
    """
    check_width(width)
    check_page(document, page)
    data = bytes_of(path, document)
    from corpus.load import pdfium

    with pdfium.opened(data) as file:
        return Picture(*pdfium.image(file, page - 1, width))


def bytes_of(path: Path, document: Document) -> bytes:
    """Return the bytes that a document was read from.

    Raises:
        LoadError: the file is gone or is not the one that was read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LoadError(
            f"{path}: the file of a quote is needed, and cannot be read ({error.strerror}); "
            "put it back, or index its new place"
        ) from error
    if sha256(data).hexdigest() != document.sha256:
        raise LoadError(f"{path}: the file has changed since it was read; index it again")
    return data


def check_width(width: int) -> None:
    """Raise ValueError unless an image may be so wide."""
    if width not in WIDTHS:
        raise ValueError(f"an image is {WIDTHS.start} to {WIDTHS.stop - 1:,} pixels wide, and {width:,} are asked for")


def check_page(document: Document, page: int) -> None:
    """Raise LoadError unless a document is a PDF with such a page."""
    if document.media_type != PDF:
        raise LoadError(f"{document.id}: pages are shown of PDFs, and this is {document.media_type}; show its text")
    if not 1 <= page <= len(document.page_starts):
        raise LoadError(f"{document.id}: a page is one of 1 to {len(document.page_starts)}, and {page} is asked for")
