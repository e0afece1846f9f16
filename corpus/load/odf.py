"""ODT and ODP: their XML to a web page, then the way of every web page. Deleted text and comments do not count.

A presentation's slides are pages. (ODS is read with the spreadsheets.)
"""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.package import opened, unpacked
from corpus.load.walk import Walker

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE = f"{{{_URN}office:1.0}}", f"{{{_URN}text:1.0}}", f"{{{_URN}table:1.0}}"
_DRAW, _SHOW = f"{{{_URN}drawing:1.0}}", f"{{{_URN}presentation:1.0}}"
_LEFT_OUT = frozenset([
    f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end", f"{_TEXT}note-citation",
    f"{_TEXT}sequence-decls", f"{_OFFICE}forms", f"{_TABLE}covered-table-cell",
])  # fmt: skip
_TAGS = {
    f"{_TEXT}p": "p", f"{_TEXT}list-header": "li", f"{_TABLE}table": "table",
    f"{_TABLE}table-row": "tr", f"{_DRAW}text-box": "div", f"{_TEXT}note-body": "div",
}  # fmt: skip
_BLANKS_MAX = 100
_PARTS = ("content.xml", "styles.xml", "meta.xml")


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of an OpenDocument text or presentation.

    Raises:
        LoadError: the file is damaged, locked, or larger than the limits.
    """
    from resiliparse.parse.html import HTMLTree

    with opened(data, limits) as archive:
        names = archive.namelist()
        content, styles, meta = (
            _parsed(unpacked(archive, part, limits) if part in names else b"<none/>") for part in _PARTS
        )
    body = content.find(f"{_OFFICE}body")
    if body is None:
        raise LoadError(
            "an OpenDocument file has a body, and this one has none; it is damaged or locked, save it again"
        )
    counts = {name: 0 for tree in (content, styles) for name in _numbered(tree)}
    slides = list(body.iter(f"{_DRAW}page"))
    limits.check("pages", len(slides), "the presentation")
    blocks = Blocks()
    for part in slides or [body]:
        if slides:
            blocks.page()
        source = "".join(_html(part, counts))
        limits.check("characters", len(source) // 4, "the document")
        Walker(blocks, guess_heads=True).walk(HTMLTree.parse(normalise(source)).body, everything=True)
    text, headings, pages = blocks.finish_pages()
    title = one_line(meta.findtext(".//{http://purl.org/dc/elements/1.1/}title") or "")
    first = next((text[one.start : one.end] for one in headings), None)
    return Content(text, title or first, headings, pages)


def _parsed(data: bytes) -> "Element":
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data)
    except (LookupError, ParseError, DefusedXmlException, ValueError) as error:
        what = one_line(str(error))[:100]
        raise LoadError(
            f"an OpenDocument file is well-formed XML, and this one is not ({what}); save it again"
        ) from error
    return root


def _numbered(tree: "Element") -> Iterator[str]:
    """Yield the names of the list styles that number their items."""
    for style in tree.iter(f"{_TEXT}list-style"):
        first = next(iter(style), None)
        if first is not None and first.tag == f"{_TEXT}list-level-style-number":
            yield style.get(f"{_TEXT}style-name") or style.get("{" + _URN + "style:1.0}name") or ""


def _html(root: "Element", counts: dict[str, int]) -> Iterator[str]:
    """Yield the page's source; the walk keeps its own stack, so that no nesting is too deep.

    ``counts`` are the last numbers by the names of the list styles that number. A note comes after its paragraph.
    """
    stack: list[tuple[str, Element | None]] = [("", root)]
    notes: list[Element] = []
    in_head = 0
    while stack:
        text, node = stack.pop()
        if node is None:
            in_head -= text == "</thead>"
            yield text
            if text.startswith(("</p", "</h")):
                stack += [("", note) for note in reversed(notes)]
                notes = []
            continue
        tag = str(node.tag)
        if tag in _LEFT_OUT or (tag == f"{_SHOW}notes" and not "".join(node.itertext()).strip()):
            continue
        if tag == f"{_TEXT}note":
            notes += node.findall(f"{_TEXT}note-body")
            continue
        in_head += tag == f"{_TABLE}table-header-rows"
        before, after = _around(node, tag, in_head > 0, counts)
        yield before
        yield escape(node.text or "")
        if after:
            stack.append((after, None))
        for child in reversed(list(node)):
            if child.tail:
                stack.append((escape(child.tail), None))
            stack.append(("", child))


def _around(node: "Element", tag: str, in_head: bool, counts: dict[str, int]) -> tuple[str, str]:
    """Return what stands before and after an element in the page."""
    if tag == f"{_TEXT}h":
        level = min(6, _number(node, f"{_TEXT}outline-level", 1))
        return f"<h{level}>", f"</h{level}>"
    if tag == f"{_DRAW}frame" and node.get(f"{_SHOW}class") == "title":
        return "<h1>", "</h1>"
    if tag == f"{_SHOW}notes":
        return "<p>Notes: ", "</p>"
    if tag == f"{_TEXT}list":
        return _list(node, counts)
    if tag == f"{_TEXT}list-item":
        return f'<li value="{_number(node, f"{_TEXT}start-value", -1)}">', "</li>"
    if tag == f"{_TABLE}table-cell":
        name = "th" if in_head else "td"
        across, down = (_number(node, f"{_TABLE}number-{what}-spanned", 1) for what in ("columns", "rows"))
        return f'<{name} colspan="{across}" rowspan="{down}">', f"</{name}>"
    if tag == f"{_TABLE}table-header-rows":
        return "<thead>", "</thead>"
    if tag == f"{_TEXT}s":
        return " " * min(_BLANKS_MAX, _number(node, f"{_TEXT}c", 1)), ""
    if tag == f"{_TEXT}tab":
        return " ", ""
    if tag == f"{_TEXT}line-break":
        return "<br>", ""
    name = _TAGS.get(tag, "")
    return (f"<{name}>", f"</{name}>") if name else ("", "")


def _list(node: "Element", counts: dict[str, int]) -> tuple[str, str]:
    """Return what stands around a list: a numbered one may go on where the last of its style ended."""
    style = node.get(f"{_TEXT}style-name") or ""
    if style not in counts:
        return "<ul>", "</ul>"
    goes_on = node.get(f"{_TEXT}continue-numbering") == "true" or node.get(f"{_TEXT}continue-list")
    first = last = counts[style] if goes_on else 0
    for item in node.iterfind(f"{_TEXT}list-item"):
        last = _number(item, f"{_TEXT}start-value", last + 1)
    counts[style] = last
    return f'<ol start="{first + 1}">', "</ol>"


def _number(node: "Element", name: str, default: int) -> int:
    value = node.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else default
