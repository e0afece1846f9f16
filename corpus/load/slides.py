"""PPTX by python-pptx: a page a slide, its title as heading, its shapes from top to bottom, its notes below."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, one_line
from corpus.load.limits import Limits
from corpus.load.package import DAMAGED, opened
from corpus.load.table import write

if TYPE_CHECKING:
    from pptx.slide import Slide

_ROW = 200_000  # English Metric Units, about half a centimetre: shapes that begin within it stand side by side
_DEPTH = 20  # groups within groups


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a presentation; hidden slides count.

    Raises:
        LoadError: the file is damaged, locked, or larger than the limits.
    """
    from lxml.etree import LxmlError
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    with opened(data, limits):
        pass
    blocks = Blocks()
    try:
        show = Presentation(io.BytesIO(data))
        limits.check("pages", len(show.slides), "the presentation")
        for slide in show.slides:
            blocks.page()
            _slide(blocks, slide)
            limits.check("characters", blocks.length, "the presentation")
        title = one_line(show.core_properties.title or "")
    except (  # python-pptx trusts the parts of a file to be there and of their form
        PythonPptxError, LxmlError, *DAMAGED, KeyError, AttributeError, TypeError, IndexError,
    ) as error:  # fmt: skip
        what = one_line(f"{type(error).__name__}: {error}")[:160]
        raise LoadError(f"a presentation must be whole, and this one is damaged ({what}); save it again") from error
    text, headings, pages = blocks.finish_pages()
    first = next((text[one.start : one.end] for one in headings), None)
    return Content(text, title if title and title != "PowerPoint Presentation" else first, headings, pages)


def _slide(blocks: Blocks, slide: "Slide") -> None:
    title = slide.shapes.title
    if title is not None:
        blocks.heading(one_line(title.text_frame.text), 1)
    for shape in _shapes(slide.shapes, 0):
        if title is None or shape.shape_id != title.shape_id:
            _shape(blocks, shape)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        notes = one_line(frame.text)
        blocks.line(f"Notes: {notes}" if notes else "", "paragraph")


def _shapes(shapes: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 - python-pptx has no common type for shapes
    """Yield shapes in reading order, groups as their members."""
    for shape in sorted(shapes, key=lambda one: ((one.top or 0) // _ROW, one.left or 0)):
        if hasattr(shape, "shapes") and depth < _DEPTH:
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _shape(blocks: Blocks, shape: Any) -> None:  # noqa: ANN401
    if getattr(shape, "has_table", False):
        write(blocks, [[one_line(cell.text) for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False):
        chart = shape.chart
        if chart.has_title:
            blocks.line(one_line(chart.chart_title.text_frame.text), "paragraph")
        for plot in chart.plots:
            names = [str(one) for one in plot.categories]
            rows = [
                [series.name, *(f"{value:g}" for value in series.values if value is not None)] for series in plot.series
            ]
            write(blocks, [["Series", *names], *rows])
    elif getattr(shape, "has_text_frame", False):
        paragraphs = [(one.level, one_line(one.text)) for one in shape.text_frame.paragraphs]
        filled = [(level, text) for level, text in paragraphs if text]
        blocks.end()
        for level, text in filled:
            if len(filled) > 1:
                blocks.line(f"{'  ' * level}- {text}", "item")
            else:
                blocks.line(text, "paragraph")
        blocks.end()
    elif words := one_line(shape._element.xpath("string(.//p:cNvPr/@descr)") if hasattr(shape, "image") else ""):
        blocks.line(words, "paragraph")
