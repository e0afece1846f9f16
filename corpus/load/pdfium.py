"""PDFium, through pypdfium2: what a page of a PDF draws, as glyphs and rules, and its picture.

PDFium tells each character with its box, in the order in which the file draws them. It is not safe for threads
(https://pypdfium2.readthedocs.io), so one lock is held from opening a file to closing it.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from corpus.errors import LoadError
from corpus.load.content import one_line, printable
from corpus.load.layout.glyph import Break, Glyph, Rule, Sheet, Turn, composed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pypdfium2 import PdfDocument as PdfDocument
    from pypdfium2 import PdfPage, PdfTextPage

_LOCK = Lock()
_FPDF_ERR_PASSWORD = 4  # fpdfview.h
_HYPHENS = (0x02, 0xAD, 0xFFFE)  # what PDFium gives for a hyphen that parts a word at the end of a line
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BLANKS = frozenset([0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, *range(0x2000, 0x200B)])
_IGNORED = frozenset([0x00, 0x200B, 0x2060, 0xFEFF])
_SLANT = 5.0  # degrees from a right angle up to which a line counts as upright
_THIN = 2.5  # points; a filled box no thicker is a rule
_FORCE_BOLD = 1 << 18  # font descriptor flag (ISO 32000-1, table 123)
_BOLD = re.compile(r"bold|black|heavy|demi|^(?:\w{6}\+)?cm\w*bx", re.I)
_PLAIN = re.compile(r"regular|roman|book|light|thin|italic|oblique|slant", re.I)
_BOLD_FROM = 560  # the weight that PDFium works out from the stems of a font whose name does not tell
_SCALE = 1000  # of a page's size, when its transformation is asked for: PDFium answers in whole units
RULES_MAX = 20_000  # of one page; a drawing has more, and no table
DEPTH_MAX = 5  # forms within forms


@contextmanager
def opened(data: bytes) -> Iterator["PdfDocument"]:
    """Open a PDF, alone in this process.

    Raises:
        LoadError: the file is damaged or locked by a password.
    """
    import pypdfium2

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
            yield document
        finally:
            document.close()


def sheet(document: "PdfDocument", index: int) -> Sheet:
    """Return what the page of a 0-based index draws; what lies outside the page is left out.

    Raises:
        LoadError: the page is damaged.
    """
    import pypdfium2

    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as layer:
            width, height = page.get_size()
            place = _transformation(page)
            glyphs, unknown = _glyphs(page, layer, place, width, height)
            rules, pictured, paths = _objects(page, place, width * height)
    except (pypdfium2.PdfiumError, AssertionError, ctypes.ArgumentError) as error:  # pypdfium2 asserts its counts
        raise LoadError(
            f"a PDF must be whole, and page {index + 1} is damaged ({one_line(str(error))}); save or download it again"
        ) from error
    return Sheet(width, height, tuple(composed(glyphs)), tuple(rules), pictured, unknown, paths)


def title(document: "PdfDocument") -> str:
    """Return the title that the file gives itself on one line; none where its bytes are no characters."""
    try:
        return one_line(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def picture(document: "PdfDocument", index: int, scale: float) -> "NDArray[np.uint8]":
    """Return a page as it is shown, as an image of ``scale`` pixels a point: (height, width, 3), RGB."""
    import numpy as np

    with closing(document[index]) as page:
        image = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
        return np.ascontiguousarray(image[:, :, :3])


class _Place:
    """Where a point of the page's own space is shown: an affine map that takes in its rotation and crop box."""

    def __init__(self, a: float, b: float, c: float, d: float, e: float, f: float) -> None:
        self.a, self.b, self.c, self.d, self.e, self.f = a, b, c, d, e, f
        self.turn = math.degrees(math.atan2(b, a))  # of the page, clockwise

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        x0, y0 = self.a * left + self.c * bottom + self.e, self.b * left + self.d * bottom + self.f
        x1, y1 = self.a * right + self.c * top + self.e, self.b * right + self.d * top + self.f
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _transformation(page: "PdfPage") -> _Place:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    size = (max(1, round(width * _SCALE)), max(1, round(height * _SCALE)))
    across, down = ctypes.c_int(), ctypes.c_int()

    def shown(x: float, y: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        return across.value / _SCALE, down.value / _SCALE

    (e, f), (ax, ay), (cx, cy) = shown(0, 0), shown(100, 0), shown(0, 100)
    return _Place((ax - e) / 100, (ay - f) / 100, (cx - e) / 100, (cy - f) / 100, e, f)


def _glyphs(
    page: "PdfPage", layer: "PdfTextPage", place: _Place, width: float, height: float
) -> tuple[list[Glyph], float]:
    """Return the glyphs of a page, and the share of them whose character the file does not tell."""
    import pypdfium2.raw as pdfium

    handle = layer.raw
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    run = _Run(handle, place)
    glyphs: list[Glyph] = []
    after: Break = ""
    unknown = 0
    high = 0
    for i in range(pdfium.FPDFText_CountChars(handle)):
        code = pdfium.FPDFText_GetUnicode(handle, i)
        if code in _BLANKS:
            after = "\n" if code in (0x0A, 0x0D) or after == "\n" else " "
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        if code in _IGNORED or 0xD800 <= code < 0xE000:
            unknown += 1
            continue
        hyphen = code in _HYPHENS
        text = "-" if hyphen else _LIGATURES.get(code) or printable(chr(code))
        if text.isspace():
            unknown += 1
            continue
        pdfium.FPDFText_GetLooseCharBox(handle, i, box)
        pdfium.FPDFText_GetMatrix(handle, i, matrix)
        run.at(i, (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f))
        left, top, right, bottom = place.box(box.left, box.bottom, box.right, box.top)
        if not (right >= 0 and bottom >= 0 and left <= width and top <= height):
            continue  # not on the page that people see, or nowhere
        unknown += not hyphen and (code == 0xFFFD or 0xE000 <= code < 0xF900)
        size = run.size or bottom - top or 1.0
        glyphs.append(Glyph(text, left, top, right, bottom, size, run.bold, run.turn, after, hyphen))
        after = ""
    return glyphs, unknown / max(1, len(glyphs))


def _turn(degrees: float) -> Turn | None:
    quarter = round(degrees / 90)
    if abs(degrees - 90 * quarter) > _SLANT:
        return None
    return (0, 90, 180, 270)[quarter % 4]


class _Run:
    """What the characters of one text object share; asked again only where the matrix changes."""

    def __init__(self, handle: Any, place: _Place) -> None:  # noqa: ANN401 - an opaque pointer
        self.size, self.bold, self.turn = 0.0, False, _turn(place.turn)
        self._handle, self._place = handle, place
        self._matrix: tuple[float, ...] = ()
        self._known: dict[int, bool] = {}

    def at(self, i: int, matrix: tuple[float, float, float, float, float, float]) -> None:
        """Turn to the character of index ``i``, drawn through ``matrix``."""
        if matrix == self._matrix:
            return
        import pypdfium2.raw as pdfium

        self._matrix = matrix
        a, b, c, d, _, _ = matrix
        self.size = abs(pdfium.FPDFText_GetFontSize(self._handle, i) * (math.hypot(c, d) or 1.0))
        self.turn = _turn(self._place.turn - math.degrees(math.atan2(b, a)))
        font = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(self._handle, i))
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address not in self._known:
            self._known[address] = self._is_bold(i)
        self.bold = self._known[address]

    def _is_bold(self, i: int) -> bool:
        import pypdfium2.raw as pdfium

        name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._handle, i, name, 256, flags)
        words = name.value.decode("latin-1")
        if _BOLD.search(words) or flags.value & _FORCE_BOLD:
            return True
        return not _PLAIN.search(words) and pdfium.FPDFText_GetFontWeight(self._handle, i) >= _BOLD_FROM


def _objects(page: "PdfPage", place: _Place, area: float) -> tuple[list[Rule], float, int]:
    """Return a page's rules, the share of it that its largest picture covers, and how many paths it draws.

    No rules where there are too many for a table.
    """
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    pictured, paths = 0.0, 0
    for drawn in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE], DEPTH_MAX):
        paths += 1
        if paths >= RULES_MAX or len(rules) >= RULES_MAX:
            return [], min(1.0, pictured), paths
        left, top, right, bottom = place.box(*drawn.get_bounds())
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictured = max(pictured, (right - left) * (bottom - top) / max(1.0, area))
        else:
            rules += _edges(drawn, Rule(left, top, right, bottom))
    return rules, min(1.0, pictured), paths


def _edges(drawn: Any, box: Rule) -> list[Rule]:  # noqa: ANN401 - pypdfium2 has one class for all objects
    """Return a path as rules: itself where it is thin, its four edges where it is a stroked rectangle."""
    import pypdfium2.raw as pdfium

    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if min(right - left, bottom - top) <= _THIN:
        return [box]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke)
    if not stroke.value or pdfium.FPDFPath_CountSegments(drawn) > 5:
        return []
    return [
        Rule(left, top, right, top), Rule(left, bottom, right, bottom),
        Rule(left, top, left, bottom), Rule(right, top, right, bottom),
    ]  # fmt: skip
