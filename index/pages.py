"""Images of pages of PDFs, the last ones kept for as long as their file is the one that was indexed."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from corpus.document import Document
from corpus.errors import LoadError
from corpus.load.isolated import FileReader
from corpus.load.limits import Limits
from corpus.picture import Picture, check_page, check_width
from index.store import FileState

SECONDS = 20.0  # for one page; most take a tenth of one
KEPT = 32 * 2**20  # bytes of images kept


class PageImages:
    """Draws pages, each in a process of its own; several threads may ask."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._size = 0
        self._images: OrderedDict[tuple[str, int, int], Picture] = OrderedDict()  # by digest, page and width
        self._lock = Lock()

    def image(self, document: Document, file: FileState | None, page: int, width: int) -> Picture:
        """Return a page of the PDF that ``document`` was read from, in ``file``.

        Raises:
            ValueError: the width is not within ``corpus.picture.WIDTHS``.
            LoadError: the document is no PDF or no file of its own, has no such page, or its file cannot be shown.
        """
        check_width(width)
        check_page(document, page)
        if file is None:
            raise LoadError(
                f"{document.id}: pages are shown of files, and this document is a part of one; take it out of there"
            )
        key = (document.sha256, page, width)
        with self._lock:
            found = self._images.get(key)
            if found and _untouched(file):
                self._images.move_to_end(key)
                return found
        with FileReader(Limits(seconds=SECONDS)) as reader:
            made = reader.picture(Path(file.path), document, page, width)
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, int, int], image: Picture) -> None:
        with self._lock:
            old = self._images.pop(key, None)
            self._size += len(image.data) - (len(old.data) if old else 0)
            self._images[key] = image
            while self._size > self._kept:
                _, gone = self._images.popitem(last=False)
                self._size -= len(gone.data)


def _untouched(file: FileState) -> bool:
    """Return whether a file has the size and times that it was indexed with; else its bytes have to be looked at."""
    try:
        stat = Path(file.path).stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) == (file.size, file.mtime_ns, file.ctime_ns)
