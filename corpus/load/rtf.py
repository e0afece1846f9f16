"""RTF by striprtf: its paragraphs, list items and table rows, without pictures and styles."""

from collections.abc import Callable
from itertools import groupby

from corpus import outline
from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.table import write

_BULLETS = "•◦▪▫‣●○■□·-*–"


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of an RTF file.

    Raises:
        LoadError: the file is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    convert: Callable[..., str] = rtf_to_text
    try:
        found = convert(data.decode("latin-1"), encoding="cp1252", errors="replace")
    except (ValueError, LookupError, IndexError, TypeError, OverflowError) as error:
        what = one_line(f"{type(error).__name__}: {error}")[:160]
        raise LoadError(f"an RTF file must be whole, and this one is damaged ({what}); save it again") from error
    limits.check("characters", len(found), "the document")
    whole = found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # emoji come in two halves
    blocks = Blocks()
    for is_row, lines in groupby(normalise(whole).split("\n"), key=lambda line: line.endswith("|")):
        if is_row:  # striprtf ends each cell with a bar
            write(blocks, [[one_line(cell) for cell in line.removesuffix("|").split("|")] for line in lines])
            continue
        for line in lines:
            words = line.strip()
            item = words[:1] in _BULLETS and words[1:2].isspace()
            blocks.line(f"- {one_line(words[1:])}" if item else words, "item" if item else "paragraph")
    text, _ = blocks.finish()
    return Content(text, outline.title(text), outline.headings(text))
