"""PDF: the text layer of each page, by pypdfium2. Not layout analysis, and no character recognition.

PDFium gives the characters in the order in which the file draws them, with a line end at each drawn line.
It is not safe for threads (https://pypdfium2.readthedocs.io), so one lock is held around every call.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

from corpus import outline
from corpus.errors import LoadError
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_LOCK = Lock()
_HYPHEN = re.compile("[\ufffe\u0002](?:\r?\n)?|\u00ad\r?\n")
_SENTENCE = re.compile(r"[a-z,;].*[.!?]$|[,;-]$|^[a-z]")
_BETWEEN = "\n\n"
RUNNING_MAX = 100  # characters; a longer line is text
_FPDF_ERR_PASSWORD = 4  # fpdfview.h


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of every page, joined by a blank line, with the offset at which each page begins.

    Raises:
        LoadError: the file is damaged, locked by a password, or has no text layer.

    """
    with _LOCK, _opened(data) as document:
        limits.check("pages", len(document), "the PDF")
        whole = [normalise(_page(document, i)).rstrip() for i in range(len(document))]
        named = _metadata_title(document)
    pages = without_running_lines(whole, keep_first=True)
    if not any(page.strip() for page in pages):
        raise LoadError(
            f"a PDF needs a text layer, and none of its {len(pages)} pages has one (they are images); "
            "run character recognition on it first, for example ocrmypdf"
        )
    text = _BETWEEN.join(pages)
    starts = tuple(accumulate((len(page) + len(_BETWEEN) for page in pages[:-1]), initial=0))
    if not _sensible(named):
        named = outline.title(_BETWEEN.join(without_running_lines(whole, keep_first=False))) or ""
    return Content(text, named or None, outline.headings(text), starts)


@contextmanager
def _opened(data: bytes) -> Iterator["PdfDocument"]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _FPDF_ERR_PASSWORD:
            raise LoadError("a PDF must open without a password, and this one asks for it; save it unlocked") from error
        raise LoadError(f"a PDF must be whole, and this one is damaged ({error}); save or download it again") from error
    try:
        yield document
    finally:
        document.close()


def _page(document: "PdfDocument", index: int) -> str:
    """Return one page's text; the mark that PDFium puts for a hyphen at a line's end becomes a hyphen."""
    import pypdfium2

    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as layer:
            return _HYPHEN.sub("-\n", layer.get_text_range())
    except (pypdfium2.PdfiumError, AssertionError) as error:  # pypdfium2 asserts that PDFium's counts agree
        raise LoadError(
            f"a PDF must be whole, and page {index + 1} is damaged ({one_line(str(error))}); save or download it again"
        ) from error


def _metadata_title(document: "PdfDocument") -> str:
    """Return the title that the file gives itself on one line; none where its bytes are no characters."""
    try:
        return one_line(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def without_running_lines(pages: list[str], *, keep_first: bool) -> list[str]:
    """Return the pages without what stands at the edge of many: running headers and footers, page numbers.

    A line runs where it is among the outer two lines of at least two pages and of a third of all, the same but for
    the page's own number. With ``keep_first`` its first occurrence stays, so that none of its words are lost;
    bare page numbers never stay. So a sentence goes on from page to page.
    """
    edges = Counter(
        key for number, page in enumerate(pages, 1) for key in {_key(line, number) for line in _edge_lines(page)}
    )
    running = {key: keep_first for key, times in edges.items() if times >= 2 and times * 3 >= len(pages)}
    return [_stripped(page, number, running) for number, page in enumerate(pages, 1)]


def _key(line: str, number: int) -> str:
    """Return the line with the page's own number as "#", and a bare number as its distance from it."""
    words = one_line(line)
    if words.isdecimal():
        return f"#{int(words) - number}" if len(words) < 9 else words
    return re.sub(rf"(?<!\d){number}(?!\d)", "#", words, count=1)


def _edge_lines(page: str) -> set[str]:
    filled = [line for line in page.split("\n") if line.strip()]
    return {line for line in filled[:2] + filled[-2:] if len(line) <= RUNNING_MAX and not _SENTENCE.search(line)}


def _stripped(page: str, number: int, running: dict[str, bool]) -> str:
    """Take running lines off both ends of a page, two at most at each; a page of nothing else stays whole."""
    rows = page.split("\n")
    for end in (0, -1):
        for _ in range(2):
            key = _key(rows[end], number) if rows and len(rows[end]) <= RUNNING_MAX else ""
            if key not in running:
                break
            if running[key] and any(char.isalpha() for char in key.lower().replace("page", "")):
                running[key] = False
                break
            rows.pop(end)
    return "\n".join(rows) if any(row.strip() for row in rows) else page


def _sensible(title: str) -> bool:
    """Whether a metadata title is one, and not a file name or a program's default."""
    return (
        3 <= len(title) <= 200
        and not re.search(
            r"\.(?:docx?|pdf|tex|indd|dvi|pptx?|xlsx?|odt|qxd)$|^(?:untitled|microsoft word|\(anonymous\))", title, re.I
        )
        and any(char.isalpha() for char in title)
    )
