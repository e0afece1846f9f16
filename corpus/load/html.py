"""HTML: parsed by resiliparse, walked to plain text without its menus and scripts.

Not an article extractor: whatever is not plainly navigation stays, for a lost paragraph cannot be found.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.errors import LoadError
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.walk import Walker

if TYPE_CHECKING:
    from resiliparse.parse.html import HTMLTree
    from resiliparse.parse.html.node import ElementNode

_META = {
    "author": "Author",
    "article:author": "Author",
    "date": "Date",
    "article:published_time": "Date",
    "description": "Description",
}


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a web page.

    Raises:
        LoadError: the bytes are binary.

    """
    return convert(decode(data))


def decode(data: bytes) -> str:
    """Return the characters of a page: by its byte order mark, else its meta tag, else the likeliest encoding."""
    from resiliparse.parse.encoding import detect_encoding

    from corpus.load import text

    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return text.decode(data)
    if b"\0" in data:
        raise LoadError(f"HTML has no NUL bytes, and this file has {data.count(0)}; it is binary, convert it to text")
    named = re.search(rb"<meta[^>]+charset|<\?xml[^>]+encoding", data[:2048], re.I)
    if named:
        encoding = detect_encoding(data[:2048], from_html_meta=True) or "utf-8"
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            pass  # the page is wrong about itself: guess, as for plain text
    return text.decode(data)


def convert(source: str) -> Content:
    """Return the content of a page given as characters: title, "Author: ..." lines, then the body's blocks."""
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(normalise(source))
    title = one_line(str(tree.title or ""))
    walker = Walker()
    first = next((one_line(node.text or "") for node in _all(tree, "h1")), "")
    if title:
        walker.blocks.heading(title, 1)
    for line in _meta(tree):
        walker.blocks.line(line, "row")
    walker.walk(tree.body, skip_heading=title)
    if not walker.blocks.has_text:
        walker.walk(tree.body, everything=True)
    text, headings = walker.blocks.finish()
    return Content(text, title or first or None, headings)


def _all(tree: "HTMLTree", selector: str) -> "list[ElementNode]":
    return list(tree.document.query_selector_all(selector)) if tree.document else []


def _meta(tree: "HTMLTree") -> Iterator[str]:
    """Yield "Author: ..." and the like from the head's meta tags, each once."""
    seen: set[str] = set()
    for node in _all(tree, "meta"):
        name = (node.getattr("name") or node.getattr("property") or "").lower()
        value = one_line(node.getattr("content") or "")
        line = f"{_META.get(name)}: {value}"
        if name in _META and value and line not in seen:
            seen.add(line)
            yield line
