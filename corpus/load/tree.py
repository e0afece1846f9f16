"""The tree of a web page in reading order, without what is not for reading.

A lost paragraph cannot be found again, so only what is plainly a script, hidden or navigation is passed over.
The walk keeps an explicit stack, so that a page nested thousands deep is read like any other.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resiliparse.parse.html.node import ElementNode

# fmt: off
_HIDDEN = frozenset([
    "script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object", "embed", "audio",
    "video", "select", "button", "dialog", "head", "datalist", "progress", "meter", "input", "textarea",
])
# fmt: on
_FURNITURE = frozenset(["nav", "footer", "header", "aside", "form"])
_ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar"])


def events(body: "ElementNode", everything: bool) -> Iterator["str | tuple[bool, ElementNode]"]:
    """Yield the tree in reading order: a text, or an element entered (True) or left (False).

    Comments and scripts are passed over, and (unless ``everything``) the page's furniture.
    """
    from resiliparse.parse.html.node import ElementNode, TextNode

    stack: list[tuple[bool, object]] = [(True, body)]
    while stack:
        entering, node = stack.pop()
        if isinstance(node, TextNode):
            yield node.text or ""
        elif isinstance(node, ElementNode):
            if not entering:
                yield False, node
            elif not _left_out(node, everything):
                yield True, node
                stack.append((False, node))
                stack.extend((True, child) for child in reversed(list(node.child_nodes)))


def _left_out(node: "ElementNode", everything: bool) -> bool:
    """Whether an element is not for reading: a script, something hidden, or a page's furniture."""
    tag = node.tag
    if tag in _HIDDEN or node.hasattr("hidden"):
        return True
    if everything:
        return False
    if (node.getattr("role") or "") in _ROLES:
        return True
    if tag not in _FURNITURE:
        return False
    if tag == "form":  # some sites wrap the whole page in one form
        return not node.query_selector("p, h1, h2, table, article")
    own = tag in ("header", "aside") and node.closest("article, main") is not None
    return not own  # an article's own headline and the notes within the text stay


def is_data(table: "ElementNode") -> bool:
    """Whether a table holds data, not the layout of a page: no table, list of blocks or heading inside."""
    return not table.query_selector("table, h1, h2, h3, h4, article, section")
