"""Where on the page of a PDF a span of its text stands, as rectangles to mark in the page's image.

The page is read again as the loader read it, and its characters are traced to what was drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path

from corpus.document import Document
from corpus.load.layout.glyph import Glyph, bounds
from corpus.load.layout.lines import SOFT
from corpus.load.layout.page import EDGE, Page
from corpus.load.limits import Limits
from corpus.picture import PDF, bytes_of

_IGNORED = frozenset("-\u2010" + SOFT)  # hyphens at the ends of lines may be gone from the document's text
_APART = 1.5  # of the height of a line: a wider gap between characters of one line parts two rectangles


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a page: ``page`` is 1-based, the edges are shares of its width and height from the top left."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


def areas(path: Path, document: Document, start: int, end: int, limits: Limits | None = None) -> tuple[Area, ...]:
    """Return the rectangles, in reading order, in which ``document.text[start:end]`` stands; a line or cell each.

    ``path`` is the PDF that ``document`` was read from. Words that the loader put between cells, as the names of a
    table's columns, have no place of their own. A document that is no PDF gives none.

    Raises:
        ValueError: not 0 <= start <= end <= len(text).
        LoadError: the file is gone, or is not the one that was read.
    """
    check_span(document, start, end)
    if document.media_type != PDF:
        return ()
    data = bytes_of(path, document)
    from corpus.load import pdfium
    from corpus.load.pdf import page_of

    found: list[Area] = []
    with pdfium.opened(data) as file:
        for number, low, high in _pages(document, start, end):
            page = page_of(file, number - 1, limits or Limits())
            found += _on_page(page, number, document.text[low:high], max(start, low) - low, min(end, high) - low)
    return tuple(found)


def check_span(document: Document, start: int, end: int) -> None:
    """Raise ValueError unless 0 <= start <= end <= len(text)."""
    if not 0 <= start <= end <= len(document.text):
        raise ValueError(f"a span needs 0 <= start <= end <= {len(document.text)}, and this one is {start}:{end}")


def _pages(document: Document, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield each page that the span touches: its number, and where its text begins and ends."""
    starts = document.page_starts
    for number, low in enumerate(starts, 1):
        high = starts[number] if number < len(starts) else len(document.text)
        if low < end and high > start:
            yield number, low, high


def _on_page(page: Page, number: int, text: str, start: int, end: int) -> list[Area]:
    before, wanted = len(_squeezed(text[:start])), len(_squeezed(text[start:end]))
    marks = _marks(page, _squeezed(text))[before : before + wanted]
    pieces = [[one for one, _ in groupby(run)] for drawn, run in groupby(marks, lambda mark: mark >= 0) if drawn]
    return [_area(page, number, run) for piece in pieces for run in _runs([page.sheet.glyphs[one] for one in piece])]


def _area(page: Page, number: int, run: list[Glyph]) -> Area:
    left, top, right, bottom = bounds(run)
    width, height = page.sheet.width, page.sheet.height
    return Area(
        number, max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height)
    )


def _marks(page: Page, wanted: str) -> list[int]:
    """Return for each character of a page's squeezed text the glyph that it came from.

    Which rows at the page's edges the loader took for running heads and feet depends on the other pages; the ones are
    found that leave just the wanted text.
    """
    for top, foot in sorted(product(range(EDGE + 1), repeat=2), key=sum):
        marks: list[int] = []
        text: list[str] = []
        for block in page.blocks(top, foot):
            for char, mark in zip(block.text.text, block.text.marks, strict=True):
                if not char.isspace() and char not in _IGNORED:
                    text.append(char)
                    marks.append(mark)
        if "".join(text) == wanted:
            return marks
    return []


def _squeezed(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in _IGNORED)


def _runs(glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    """Yield glyphs that follow one another on one line."""
    run: list[Glyph] = []
    for one in glyphs:
        if run and not _beside(run, one):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _beside(run: list[Glyph], one: Glyph) -> bool:
    """Whether a glyph stands on the line of others, near them on either side."""
    if run[-1].turn != one.turn:
        return False
    left, top, right, bottom = bounds(run)
    across, down = (left, right, one.left, one.right), (top, bottom, one.top, one.bottom)
    along, over = (across, down) if one.turn in (0, 180, None) else (down, across)
    height = max(over[1] - over[0], over[3] - over[2])
    level = min(over[1], over[3]) - max(over[0], over[2]) > 0.3 * min(over[1] - over[0], over[3] - over[2])
    return level and max(along[0], along[2]) - min(along[1], along[3]) < _APART * height
