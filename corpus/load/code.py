"""Source code: its text untouched; classes and functions are its headings, nested by their indentation."""

import re

from corpus.document import Heading
from corpus.load.content import Content, normalise
from corpus.load.limits import Limits
from corpus.load.text import decode

_DEFINITION = re.compile(
    r"^([ \t]*)((?:(?:export|default|public|private|protected|static|abstract|final|async|pub(?:\([a-z]+\))?)[ ]+){0,4}"
    r"(?:def|class|function|func|fn|interface|trait|struct|enum|impl|module|namespace)[ ]+\w[\w:.<>]{0,78}(?<!:))",
    re.M,
)
_STEP = 2  # columns of indentation that make a level, at least
_LEVELS = 6


def read(data: bytes, limits: Limits) -> Content:
    """Return a source file.

    Raises:
        LoadError: the bytes are no text.
    """
    text = normalise(decode(data))
    headings: list[Heading] = []
    open_indents: list[int] = []
    for match in _DEFINITION.finditer(text):
        indent = len(match.group(1).expandtabs(4))
        while open_indents and open_indents[-1] > indent - _STEP:
            open_indents.pop()
        open_indents.append(indent)
        headings.append(Heading(match.start(2), match.end(2), min(len(open_indents), _LEVELS)))
    return Content(text, None, tuple(headings))
