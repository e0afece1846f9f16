"""Pages that are pictures, read by RapidOCR (PP-OCR models, bundled in its package): Chinese, English and more.

An optional extra. What it reads becomes glyphs, so that columns, tables and paragraphs are found as on any page.
"""

from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Any

from corpus.load.content import printable
from corpus.load.layout.glyph import Break, Glyph, Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INSTALL = 'pip install "grounded-qa[ocr]"'
SCALE = 200 / 72  # pixels a point: 200 dots an inch
PAGE_SECONDS = 20.0  # what reading one picture may take
SURE = 0.5  # the least score of a line that is kept
FEW = 20  # characters; a page with no more beside a picture of it is read from the picture
LINE = 1.15  # the height of a line's box in sizes of its font
NEARLY = 0.2  # of the usual size: lines within it are of one size
PICTURED = 0.5  # the share of a page that pictures of it cover
STAMP, COVERED = 200, 0.85  # characters that may be a stamp on a page, where pictures cover so much of it
RATIO_MAX = 20  # of a picture's longer to its shorter side; a strip is no page
PATHS = 100  # shapes on a page without characters from which on they may be letters
UNKNOWN = 0.3  # the share of characters that a file does not tell from which on the page is read as a picture


def is_needed(sheet: Sheet) -> bool:
    """Whether a page's text stands in pictures, in shapes, or in a font whose characters the file does not tell.

    A stamp over a scan does not make it a page of text: a few characters, where pictures cover nearly all.
    """
    count = len(sheet.glyphs)
    if count <= FEW:
        return sheet.pictured >= PICTURED or sheet.paths >= PATHS
    return sheet.unknown > UNKNOWN or (count <= STAMP and sheet.pictured >= COVERED)


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


@lru_cache(maxsize=1)
def _engine() -> Any:  # noqa: ANN401 - RapidOCR has no stubs
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error"})


def read(sheet: Sheet, image: "NDArray[np.uint8]") -> Sheet | None:
    """Return the page with the characters that its picture shows, those drawn over it included.

    ``image``: (height, width, 3), RGB, the page as it is shown. None where the picture cannot be read.
    """
    if max(image.shape[:2]) > RATIO_MAX * min(image.shape[:2]):
        return None
    try:
        found = _engine()(image[:, :, ::-1], return_word_box=True)
    except Exception:  # noqa: BLE001 - the boundary: whatever recognition raises of a picture leaves the page unread
        return None
    across, down = sheet.width / image.shape[1], sheet.height / image.shape[0]
    glyphs: list[Glyph] = []
    for text, score, words in zip(found.txts or (), found.scores or (), found.word_results or (), strict=False):
        if score >= SURE:
            glyphs += _line(printable(text), words, across, down)
    return Sheet(sheet.width, sheet.height, tuple(_levelled(glyphs)), sheet.rules, sheet.pictured)


def _line(text: str, words: Any, across: float, down: float) -> list[Glyph]:  # noqa: ANN401 - RapidOCR has no stubs
    """Return a line's characters, those of a word side by side in its box."""
    out: list[Glyph] = []
    after: Break = "\n"
    place = 0
    top = min(y for _, _, box in words for _, y in box) * down if words else 0.0
    bottom = max(y for _, _, box in words for _, y in box) * down if words else 0.0
    for word, _, box in words:
        found = text.find(word, place)
        if found > place and out:
            after = " "
        place = max(place, found) + len(word)
        left, right = min(x for x, _ in box) * across, max(x for x, _ in box) * across
        step = (right - left) / max(1, len(word))
        for n, char in enumerate(word):
            if not char.isspace():
                edges = left + n * step, left + (n + 1) * step
                out.append(Glyph(char, edges[0], top, edges[1], bottom, (bottom - top) / LINE, after=after))
                after = ""
    return out


def _levelled(glyphs: list[Glyph]) -> list[Glyph]:
    """Give lines of nearly one height or one breadth of letters the same size: the height of boxes varies."""
    if not glyphs:
        return []
    size = sorted(one.size for one in glyphs)[len(glyphs) // 2]
    breadth = sorted(one.right - one.left for one in glyphs)[len(glyphs) // 2]
    out: list[Glyph] = []
    for _, line in groupby(glyphs, key=lambda one: (one.top, one.bottom)):
        run = list(line)
        broad = sum(one.right - one.left for one in run) / len(run)
        alike = len(run) > 15 and abs(broad - breadth) < NEARLY * breadth
        level = alike or abs(run[0].size - size) < NEARLY * size
        out += [replace(one, size=size) for one in run] if level else run
    return out
