"""PDF: pages read in the order in which people read them, by PDFium and the analysis of ``corpus.load.layout``.

Pages that are pictures are read by ``corpus.load.ocr`` where it is installed, and named in the document's notes where
it is not. Headings are told by their hand: bigger or bolder than most of the text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus import outline
from corpus.document import Heading
from corpus.errors import LoadError
from corpus.load import ocr, pdfium
from corpus.load.content import Content, one_line
from corpus.load.layout.glyph import Sheet
from corpus.load.layout.page import Page
from corpus.load.layout.paragraphs import Block
from corpus.load.layout.running import without_running
from corpus.load.layout.words import unhyphenated
from corpus.load.limits import Limits, allow

if TYPE_CHECKING:
    from corpus.load.pdfium import PdfDocument

_BETWEEN = "\n\n"
_PAGE_SECONDS = 0.2  # what reading a page may take beside what the whole document may
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|tab\.|abb(?:ildung|\.)|tabelle|listing|algorithm|[图圖表])\s*[\dIVX]", re.I
)
_BULLET = re.compile(r"[•◦▪▫‣●○■□◆➢➤✓✔–—*·-]")
_PROGRAM = re.compile(
    r"\.(?:docx?|pdf|tex|indd|dvi|pptx?|xlsx?|odt|qxd)$|^(?:untitled|microsoft word|\(anonymous\))", re.I
)
HEADING_MAX = 160  # characters
BIGGER = 1.12  # times the size of most of the text
SMALLER = 0.85  # the least size of a bold heading
BOLD_RUN = 4  # so many bold lines in a row are a list, not headings


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block with its place in the document's text."""

    start: int
    end: int
    page: int
    block: Block


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of every page, with the offset at which each page begins.

    Raises:
        LoadError: the file is damaged, locked by a password, or holds no text that can be read.

    """
    unread: list[int] = []
    taken: list[int] = []
    kept: set[str] = set()
    with pdfium.opened(data) as document:
        limits.check("pages", len(document), "the PDF")
        allow(_PAGE_SECONDS * len(document))
        sheets = (_sheet(document, i, limits, unread, taken) for i in range(len(document)))
        pages = [page.blocks(top, foot) for page, top, foot in without_running(map(Page, sheets), kept)]
        named, count = pdfium.title(document), len(document)
    if not any(pages):
        raise LoadError(_no_text(count, unread))
    text, starts, placed = _joined(unhyphenated(pages))
    headings = _headings(placed)
    title = named if _sensible(named) else _title([one for one in placed if one.block.text.text not in kept])
    return Content(text, title, headings or outline.headings(text), starts, _notes(unread, count, limits))


def page_of(document: "PdfDocument", index: int, limits: Limits) -> Page:
    """Return one page as :func:`read` reads it, by its 0-based index."""
    return Page(_sheet(document, index, limits, [], []))


def _sheet(document: "PdfDocument", index: int, limits: Limits, unread: list[int], taken: list[int]) -> Sheet:
    """Return what a page draws; where that is a picture, what it shows.

    The number of a picture is added to those ``taken``, or to those that stay ``unread``.
    """
    sheet = pdfium.sheet(document, index, limits)
    if not ocr.is_needed(sheet):
        return sheet
    if not ocr.available() or len(taken) >= limits.ocr_pages:
        unread.append(index + 1)
        return sheet
    taken.append(index + 1)
    allow(ocr.PAGE_SECONDS)
    image = pdfium.picture(document, index, ocr.SCALE)
    shown = None if image is None else ocr.read(sheet, image)
    if shown is None:
        unread.append(index + 1)
    return shown or sheet


def _no_text(count: int, unread: Sequence[int]) -> str:
    if not unread or ocr.available():
        return f"a PDF needs text, and none of its {count} pages has any; remove it or add text"
    return (
        f"a PDF needs a text layer, and none of its {count} pages has one (they are pictures); "
        f"install character recognition ({ocr.INSTALL}), then index it again"
    )


def _notes(unread: Sequence[int], count: int, limits: Limits) -> tuple[str, ...]:
    if not unread:
        return ()
    remedy = f"to read them install character recognition ({ocr.INSTALL})"
    if ocr.available():
        remedy = f"at most {limits.ocr_pages} are read of one document, none too large or too narrow to be a page"
    named = ", ".join(map(str, unread[:10])) + (" ..." if len(unread) > 10 else "")
    return (f"{len(unread)} of {count} pages are pictures and were not read: {named}; {remedy}",)


def _joined(pages: Sequence[Sequence[Block]]) -> tuple[str, tuple[int, ...], list[_Placed]]:
    """Return the whole text, the offset of each page, and each block with its place."""
    out: list[str] = []
    starts: list[int] = []
    placed: list[_Placed] = []
    length = 0
    for number, blocks in enumerate(pages, 1):
        if starts:
            out.append(_BETWEEN)
            length += len(_BETWEEN)
        starts.append(length)
        for n, block in enumerate(blocks):
            between = "" if not n else "\n" if block.loose else _BETWEEN
            out += [between, block.text.text]
            start = length + len(between)
            length = start + len(block.text.text)
            placed.append(_Placed(start, length, number, block))
    return "".join(out), tuple(starts), placed


def _headings(placed: Sequence[_Placed]) -> tuple[Heading, ...]:
    """Return the blocks in a bigger or bolder hand than most of the text, the biggest hand outermost."""
    body = _body_size([one.block for one in placed])
    contents = _contents(placed)
    found = [
        one
        for i, one in enumerate(placed)
        if _is_heading(one.block, body)
        and (one.block.size >= BIGGER * body or not _in_bold_run(placed, i))
        and not (one.page in contents and one.block.text.text[-1].isdigit())
    ]
    hands = sorted({_hand(one.block) for one in found})
    return tuple(Heading(one.start, one.end, hands.index(_hand(one.block)) + 1) for one in found)


def _body_size(blocks: Sequence[Block]) -> float:
    sizes: Counter[float] = Counter()
    for one in blocks:
        sizes[round(one.size * 2) / 2] += len(one.text.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _is_heading(block: Block, body: float) -> bool:
    words = block.text.text
    return (
        block.sort != "row"
        and len(words) <= HEADING_MAX
        and block.lines <= 3
        and sum(map(str.isalpha, words)) >= 2
        and words[-1] not in ".,;。，；"
        and not _CAPTION.match(words)
        and not _BULLET.match(words)
        and (block.size >= BIGGER * body or (block.bold > 0.8 and block.size >= SMALLER * body))
    )


def _contents(placed: Sequence[_Placed]) -> set[int]:
    """Return the pages on which most lines end in a number: tables of contents, indexes."""
    lines = Counter(one.page for one in placed)
    numbered = Counter(one.page for one in placed if one.block.text.text[-1].isdigit())
    return {page for page, count in lines.items() if count >= 5 and numbered[page] * 2 > count}


def _in_bold_run(placed: Sequence[_Placed], i: int) -> bool:
    """Whether a block stands among several in bold: a list, or a page all in bold."""
    low = high = i
    while low > 0 and placed[low - 1].block.bold > 0.8:
        low -= 1
    while high + 1 < len(placed) and placed[high + 1].block.bold > 0.8:
        high += 1
    return high - low + 1 >= BOLD_RUN


def _hand(block: Block) -> tuple[float, bool, int]:
    """Return what tells levels apart: the size, the biggest first; the weight; how deep a number is."""
    number = re.match(r"\d{1,2}((?:\.\d{1,2})*)\.?\s", block.text.text)
    return -round(block.size * 2) / 2, block.bold <= 0.8, number[1].count(".") if number else 0


def _title(placed: Sequence[_Placed]) -> str | None:
    """Return the biggest words of the first page where they are bigger than most of the text, else its first line."""
    body = _body_size([one.block for one in placed])
    first = [one for one in placed if one.page == 1 and _is_heading(one.block, body)]
    biggest = max((one.block.size for one in first), default=0.0)
    if biggest >= BIGGER * body:
        big = [i for i, one in enumerate(placed) if one in first and one.block.size > 0.96 * biggest]
        run = [placed[i].block.text.text for n, i in enumerate(big) if i == big[0] + n]
        return one_line(" ".join(run))[:HEADING_MAX]
    if first:
        return one_line(first[0].block.text.text)
    return outline.title("\n".join(one.block.text.text for one in placed[:40]))


def _sensible(title: str) -> bool:
    """Whether a metadata title is one, and not a file name or a program's default."""
    return 3 <= len(title) <= 200 and not _PROGRAM.search(title) and any(char.isalpha() for char in title)
