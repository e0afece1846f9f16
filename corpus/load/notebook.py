"""Jupyter notebooks: Markdown cells as Markdown, code cells and their printed output as paragraphs."""

import json

from corpus.errors import LoadError
from corpus.load import markdown
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise
from corpus.load.limits import Limits
from corpus.load.text import decode
from corpus.load.walk import Walker

_OUTPUT_MAX = 20_000  # characters of one output


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a notebook.

    Raises:
        LoadError: the bytes are no notebook.
    """
    try:
        cells = json.loads(decode(data))["cells"]
        blocks = Blocks()
        for cell in cells:
            _cell(blocks, str(cell["cell_type"]), _joined(cell["source"]))
            for output in cell.get("outputs", ()):
                words = output.get("text") or output.get("data", {}).get("text/plain", "")
                blocks.line(normalise(_joined(words))[:_OUTPUT_MAX], "paragraph")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LoadError(f"a notebook is JSON with cells, and this file is not ({error!r}); save it again") from error
    text, headings = blocks.finish()
    return Content(text, next((text[one.start : one.end] for one in headings), None), headings)


def _cell(blocks: Blocks, kind: str, source: str) -> None:
    if kind == "markdown":
        from resiliparse.parse.html import HTMLTree

        walker = Walker(blocks)
        walker.walk(HTMLTree.parse(markdown.to_html(normalise(source))).body, everything=True)
    else:
        blocks.line(normalise(source), "paragraph")
    blocks.end()


def _joined(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
