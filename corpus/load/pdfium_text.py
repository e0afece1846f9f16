"""The characters of a page as glyphs, with their boxes, sizes and weights."""

import ctypes
import math
import re
from typing import Any

from corpus.load.content import printable
from corpus.load.layout.glyph import Break, Glyph, Turn
from corpus.load.pdfium import Place

_HYPHENS = (0x02, 0xAD, 0xFFFE)  # what PDFium gives for a hyphen that parts a word at the end of a line
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
# Codes of TeX's fonts (OT1, T1) that files give as they are where they do not tell the characters.
_LIGATURES |= dict(zip((*range(0x0B, 0x10), *range(0x1B, 0x20)), ("ff", "fi", "fl", "ffi", "ffl") * 2, strict=True))
_BLANKS = frozenset([0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, *range(0x2000, 0x200B)])
_IGNORED = frozenset([0x00, 0x200B, 0x2060, 0xFEFF])
_LOST = "\ufffd"
_SLANT = 5.0  # degrees from a right angle up to which a line counts as upright
_FIXED, _FORCE_BOLD = 1, 1 << 18  # font descriptor flags (ISO 32000-1, table 123)
_BOLD = re.compile(r"bold|black|heavy|demi|^(?:\w{6}\+)?cm\w*bx", re.I)
_PLAIN = re.compile(r"regular|roman|book|light|thin|italic|oblique|slant", re.I)
_BOLD_FROM = 560  # the weight that PDFium works out from the stems of a font whose name does not tell


def glyphs(layer: Any, place: Place, width: float, height: float) -> tuple[list[Glyph], float]:  # noqa: ANN401
    """Return the glyphs of a page's text layer, and the share of them whose character the file does not tell.

    ``layer`` is PDFium's handle; ``width`` and ``height`` are the page's, in points.
    """
    import pypdfium2.raw as pdfium

    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    run = _Run(layer, place)
    found: list[Glyph] = []
    after: Break = ""
    unknown = high = 0
    for i in range(pdfium.FPDFText_CountChars(layer)):
        code = pdfium.FPDFText_GetUnicode(layer, i)
        if code in _BLANKS and (code != 0x0D or pdfium.FPDFText_IsGenerated(layer, i)):
            after = "\n" if code in (0x0A, 0x0D) or after == "\n" else " "
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        if code in _IGNORED:
            continue
        text, is_known = _character(code)
        pdfium.FPDFText_GetLooseCharBox(layer, i, box)
        pdfium.FPDFText_GetMatrix(layer, i, matrix)
        run.at(i, (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f))
        left, top, right, bottom = place.box(box.left, box.bottom, box.right, box.top)
        if not (right >= 0 and bottom >= 0 and left <= width and top <= height):
            continue  # not on the page that people see, or nowhere
        unknown += not is_known
        size = run.size or bottom - top or 1.0
        hand = (run.bold, run.fixed, run.turn)
        found.append(Glyph(text, left, top, right, bottom, size, *hand, after, code in _HYPHENS))
        after = ""
    return found, unknown / max(1, len(found))


def _character(code: int) -> tuple[str, bool]:
    """Return what a code stands for, U+FFFD where nothing tells, and whether it is sure."""
    if code in _HYPHENS:
        return "-", True
    if code in _LIGATURES:
        return _LIGATURES[code], True
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF or printable(chr(code)).isspace():
        return _LOST, False
    return chr(code), code != 0xFFFD and not 0xE000 <= code < 0xF900


def _turn(degrees: float) -> Turn | None:
    quarter = round(degrees / 90)
    if abs(degrees - 90 * quarter) > _SLANT:
        return None
    return (0, 90, 180, 270)[quarter % 4]


class _Run:
    """What the characters of one text object share; asked again only where the matrix changes."""

    def __init__(self, layer: Any, place: Place) -> None:  # noqa: ANN401 - an opaque pointer
        self.size, self.bold, self.fixed, self.turn = 0.0, False, False, _turn(place.turn)
        self._layer, self._place = layer, place
        self._matrix: tuple[float, ...] = ()
        self._known: dict[int, tuple[bool, bool]] = {}

    def at(self, i: int, matrix: tuple[float, float, float, float, float, float]) -> None:
        """Turn to the character of index ``i``, drawn through ``matrix``."""
        if matrix == self._matrix:
            return
        import pypdfium2.raw as pdfium

        self._matrix = matrix
        a, b, c, d, _, _ = matrix
        self.size = abs(pdfium.FPDFText_GetFontSize(self._layer, i) * (math.hypot(c, d) or 1.0))
        self.turn = _turn(self._place.turn - math.degrees(math.atan2(b, a)))
        font = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(self._layer, i))
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address not in self._known:
            self._known[address] = self._hand(i)
        self.bold, self.fixed = self._known[address]

    def _hand(self, i: int) -> tuple[bool, bool]:
        """Return whether a character's font is bold, and whether all its letters are of one breadth."""
        import pypdfium2.raw as pdfium

        name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._layer, i, name, 256, flags)
        words = name.value.decode("latin-1")
        fixed = bool(flags.value & _FIXED) or "courier" in words.lower() or "mono" in words.lower()
        if _BOLD.search(words) or flags.value & _FORCE_BOLD:
            return True, fixed
        plain = _PLAIN.search(words) is not None
        return not plain and pdfium.FPDFText_GetFontWeight(self._layer, i) >= _BOLD_FROM, fixed
