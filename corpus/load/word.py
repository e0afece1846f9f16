"""DOCX by mammoth: to HTML, then the way of every web page. Inserted text counts, deleted text and comments do not."""

import io
from xml.parsers.expat import ExpatError

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.package import DAMAGED, opened
from corpus.load.walk import Walker

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a Word document: headings, lists and tables as such, notes at the end.

    Raises:
        LoadError: the file is damaged, locked, or larger than the limits.
    """
    import mammoth
    from resiliparse.parse.html import HTMLTree

    with opened(data, limits):
        pass
    try:
        found = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda image: {})
        )
    except (  # mammoth trusts the parts of a file to be there and of their form
        *DAMAGED, ExpatError, KeyError, AttributeError, TypeError, IndexError,
        RecursionError,
    ) as error:  # fmt: skip
        what = one_line(f"{type(error).__name__}: {error}")[:160]
        raise LoadError(f"a Word document must be whole, and this one is damaged ({what}); save it again") from error
    limits.check("characters", len(found.value) // 4, "the document")
    walker = Walker(Blocks(), guess_heads=True)
    walker.walk(HTMLTree.parse(normalise(found.value)).body, everything=True)
    text, headings = walker.blocks.finish()
    first = next((text[one.start : one.end] for one in headings), None)
    return Content(text, first, headings)
