"""What a page draws beside its characters: rules, for tables, and pictures."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.load.layout.glyph import Rule
from corpus.load.pdfium import Place

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

RULES_MAX = 20_000  # of one page; a drawing has more, and no table
DEPTH_MAX = 5  # forms within forms
SEGMENTS_MAX = 5_000  # of one path; a table drawn as one has fewer
CELLS = 20  # across and down, by which it is told how much of a page pictures cover
_THIN = 2.5  # points; a filled box no thicker is a rule
_LEVEL = 1.0  # points by which a rule may slope


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rules of a page, the share of it in [0, 1] that pictures cover, and how many objects it draws."""

    rules: tuple[Rule, ...]
    pictured: float
    paths: int


def objects(page: "PdfPage", place: Place, width: float, height: float) -> Drawn:
    """Return what a page draws; no rules where there are too many for a table."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    covered = [[False] * CELLS for _ in range(CELLS)]
    paths = 0
    for drawn in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE], DEPTH_MAX):
        paths += 1
        if paths >= RULES_MAX:
            break
        own = _within(place, drawn.container)
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            _cover(covered, own.box(*drawn.get_bounds()), width, height)
        elif len(rules) < RULES_MAX:
            rules += _rules(drawn, own)
    few = paths < RULES_MAX and len(rules) < RULES_MAX
    return Drawn(tuple(rules) if few else (), sum(map(sum, covered)) / CELLS**2, paths)


def _within(place: Place, container: Any) -> Place:  # noqa: ANN401 - pypdfium2 has one class for all objects
    """Return where points of a form's own space are shown, forms in forms included."""
    if container is None:
        return place
    return _within(place, container.container).after(*container.get_matrix().get())


def _cover(covered: list[list[bool]], box: tuple[float, float, float, float], width: float, height: float) -> None:
    """Mark the cells of the page whose middle lies in a box."""
    left, top, right, bottom = box
    for row in range(CELLS):
        if top <= (row + 0.5) * height / CELLS <= bottom:
            for column in range(CELLS):
                if left <= (column + 0.5) * width / CELLS <= right:
                    covered[row][column] = True


def _rules(drawn: Any, place: Place) -> Iterator[Rule]:  # noqa: ANN401
    """Yield a path as rules: itself where it is thin, its straight level lines where it is drawn as lines."""
    import pypdfium2.raw as pdfium

    left, top, right, bottom = place.box(*drawn.get_bounds())
    if min(right - left, bottom - top) <= _THIN:
        yield Rule(left, top, right, bottom)
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke)
    count = pdfium.FPDFPath_CountSegments(drawn)
    if not stroke.value or not 0 < count <= SEGMENTS_MAX:
        return
    own = place.after(*drawn.get_matrix().get())
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for n in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, n)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        kind, now = pdfium.FPDFPathSegment_GetType(segment), own.point(x.value, y.value)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = now
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _level(last, now)
        last = now
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _level(last, start)
            last = start


def _level(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rule]:
    if a != b and min(abs(a[0] - b[0]), abs(a[1] - b[1])) <= _LEVEL:
        yield Rule(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
