r"""RTF by striprtf: its paragraphs, list items and table rows, without pictures and styles.

Footnotes and text boxes, which striprtf leaves out, are told of. A table's row is from \trowd to \row (RTF 1.9.1).
"""

import re
from collections.abc import Callable
from itertools import groupby

from corpus import outline
from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.table import write

_ROW = re.compile(r"\\trowd\b.*?\\row\b", re.DOTALL)
_LINE = re.compile(r"\\(?:par|line)\b ?")
_UNREAD = {"footnotes": r"\footnote", "text boxes": r"\shptxt"}
_BULLETS = "•◦▪▫‣●○■□·*–-"
_MARK = re.compile(rf"[{_BULLETS}]\s+(?=\S)|\(?\w{{1,3}}[.)]\t(?=.)")


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of an RTF file.

    Raises:
        LoadError: the file is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    convert: Callable[..., str] = rtf_to_text
    source = data.decode("latin-1")
    notes = tuple(f"its {what} were not read; save it as DOCX" for what, sign in _UNREAD.items() if sign in source)
    one_lined = _ROW.sub(lambda row: _LINE.sub(" ", row[0]), source)  # a cell's paragraphs, since a line is a row
    try:
        found = convert(one_lined, encoding="cp1252", errors="replace")
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
            mark = _MARK.match(words)
            if mark:
                name = "-" if mark[0][0] in _BULLETS else mark[0].strip()
                blocks.line(f"{name} {one_line(words[mark.end() :])}", "item")
            else:
                blocks.line(words, "paragraph")
    text, _ = blocks.finish()
    return Content(text, outline.title(text), outline.headings(text), notes=notes)
