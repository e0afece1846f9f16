"""PDFium, through pypdfium2: opens a PDF and tells what its pages draw, and shows a page as a picture.

PDFium tells each character with its box, in the order in which the file draws them. It is not safe for threads
(https://pypdfium2.readthedocs.io), so one lock is held from opening a file to closing it.
"""

import ctypes
import io
import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from corpus.errors import LoadError
from corpus.load.content import one_line
from corpus.load.layout.glyph import Sheet, composed
from corpus.load.limits import Limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pypdfium2 import PdfDocument as PdfDocument
    from pypdfium2 import PdfPage

_LOCK = Lock()
_FPDF_ERR_PASSWORD = 4  # fpdfview.h
_FLATTENED = 1  # fpdf_flatten.h: FLATTEN_SUCCESS
_SCALE = 1000  # of a page's size, when its transformation is asked for: PDFium answers in whole units
PIXELS_MAX = 20_000_000  # of a page's picture; 80 MB while it is read
SIDE_MAX = 16_000  # pixels; WebP has 14 bits for each side
_LESS = 1 - 1e-9  # so that no error of rounding adds a pixel
_QUALITY, _METHOD = 85, 0  # of WebP, for text without seams: half of PNG's bytes in the same time


@contextmanager
def opened(data: bytes) -> Iterator["PdfDocument"]:
    """Open a PDF, alone in this process.

    Raises:
        LoadError: the file is damaged or locked by a password.
    """
    import pypdfium2
    import pypdfium2.raw

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == _FPDF_ERR_PASSWORD:
                raise LoadError(
                    "a PDF must open without a password, and this one asks for it; save it unlocked"
                ) from error
            raise LoadError(
                f"a PDF must be whole, and this one is damaged ({error}); save or download it again"
            ) from error
        try:
            if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
                document.init_forms()  # so that what is filled in is drawn
            yield document
        finally:
            document.close()


def sheet(document: "PdfDocument", index: int, limits: Limits) -> Sheet:
    """Return what the page of a 0-based index draws; what lies outside the page is left out.

    Raises:
        LoadError: the page is damaged, or draws more characters than ``limits`` allow.
    """
    import pypdfium2

    from corpus.load.pdfium_objects import objects
    from corpus.load.pdfium_text import glyphs

    try:
        with _page(document, index) as page, closing(page.get_textpage()) as layer:
            limits.check("page_characters", layer.count_chars(), f"page {index + 1}")
            width, height = page.get_size()
            place = _transformation(page)
            found, unknown = glyphs(layer.raw, place, width, height)
            drawn = objects(page, place, width, height)
    except (pypdfium2.PdfiumError, AssertionError, ctypes.ArgumentError) as error:  # pypdfium2 asserts its counts
        raise LoadError(
            f"a PDF must be whole, and page {index + 1} is damaged ({one_line(str(error))}); save or download it again"
        ) from error
    return Sheet(width, height, tuple(composed(found)), drawn.rules, drawn.pictured, unknown, drawn.paths)


@contextmanager
def _page(document: "PdfDocument", index: int) -> Iterator["PdfPage"]:
    """Open a page; what is filled into its forms and written on it counts as its own text."""
    import pypdfium2.raw as pdfium

    page = document[index]
    try:
        if pdfium.FPDFPage_GetAnnotCount(page) > 0 and pdfium.FPDFPage_Flatten(page, 0) == _FLATTENED:
            page.close()
            page = document[index]  # only a page opened anew shows what was flattened
        yield page
    finally:
        page.close()


def title(document: "PdfDocument") -> str:
    """Return the title that the file gives itself on one line; none where its bytes are no characters."""
    try:
        return one_line(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def picture(document: "PdfDocument", index: int, scale: float) -> "NDArray[np.uint8] | None":
    """Return a page as it is shown, (height, width, 3), RGB, at ``scale`` pixels a point or less.

    It has at most PIXELS_MAX pixels. None where the page cannot be shown.
    """
    import numpy as np
    import pypdfium2

    try:
        with _page(document, index) as page:
            width, height = page.get_size()
            scale = min(scale, math.sqrt(PIXELS_MAX / max(1.0, width * height)))
            image = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
            return np.ascontiguousarray(image[:, :, :3])
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None


def image(document: "PdfDocument", index: int, width: int) -> tuple[bytes, str, int, int]:
    """Return the page of a 0-based index as an image file, its media type, and its width and height in pixels.

    It is ``width`` pixels wide, or less where it would be higher than SIDE_MAX or have more than PIXELS_MAX pixels.

    Raises:
        LoadError: the page cannot be shown.
    """
    import pypdfium2
    from PIL import Image

    told = f"page {index + 1} of a PDF cannot be shown; it is damaged or of no size: save or download the file again"
    try:
        across, down = document.get_page_size(index)
        scale = _LESS * min(width / max(across, 1e-6), SIDE_MAX / max(down, 1e-6))
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise LoadError(told) from error
    shown = picture(document, index, scale)
    if shown is None:
        raise LoadError(told)
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, "WEBP", quality=_QUALITY, method=_METHOD)
    return buffer.getvalue(), "image/webp", shown.shape[1], shown.shape[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point of the page's own space is shown: an affine map that takes in its rotation and crop box."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    @property
    def turn(self) -> float:
        """How far the page is turned, clockwise in degrees."""
        return math.degrees(math.atan2(self.b, self.a))

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point is shown."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) of where a box is shown."""
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def after(self, a: float, b: float, c: float, d: float, e: float, f: float) -> "Place":
        """Return the map of points that a matrix, as PDF writes it, takes into this map's space."""
        return Place(
            self.a * a + self.c * b, self.b * a + self.d * b, self.a * c + self.c * d, self.b * c + self.d * d,
            *self.point(e, f),
        )  # fmt: skip


def _transformation(page: "PdfPage") -> Place:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    size = (max(1, round(width * _SCALE)), max(1, round(height * _SCALE)))
    across, down = ctypes.c_int(), ctypes.c_int()

    def shown(x: float, y: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        return across.value / _SCALE, down.value / _SCALE

    (e, f), (ax, ay), (cx, cy) = shown(0, 0), shown(100, 0), shown(0, 100)
    return Place((ax - e) / 100, (ay - f) / 100, (cx - e) / 100, (cy - f) / 100, e, f)
