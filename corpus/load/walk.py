"""From the tree of a web page to blocks of plain text. Markdown takes the same way, through HTML.

Inline words are collected until an element of the block sort begins or ends; then they are written as what
stands open: an item, a cell, a definition, a heading or a paragraph.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from corpus.load.blocks import Blocks, Cell, table_lines
from corpus.load.content import printable
from corpus.load.tree import events, is_data

if TYPE_CHECKING:
    from resiliparse.parse.html.node import ElementNode

# fmt: off
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "main", "nav", "p",
    "section", "summary", "caption", "legend",
])
# fmt: on
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"[ \t\n\r\f]+")


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int


@dataclass(slots=True)
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(slots=True)
class Walker:
    """Walks a tree once and writes to ``blocks``."""

    blocks: Blocks = field(default_factory=Blocks)
    guess_heads: bool = False  # whether a table without header cells may have a head in its first row
    _inline: list[str] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _mark: str = ""
    _pre: int = 0
    _tables: list[_Table] = field(default_factory=list)
    _cell: int = 0
    _term: str = ""
    _skip_heading: str = ""

    def walk(self, body: "ElementNode | None", *, everything: bool = False, skip_heading: str = "") -> None:
        """Write every block under ``body``; ``everything`` keeps menus too.

        The first h1 that repeats ``skip_heading`` is left out, since the title was written already.
        """
        self._skip_heading = skip_heading
        if body is None:
            return
        for event in events(body, everything):
            if isinstance(event, str):
                words = printable(event)  # an entity may stand for any character
                self._inline.append(words if self._pre else _SPACE.sub(" ", words))
            elif event[0]:
                self._enter(event[1], event[1].tag or "")
            else:
                self._leave(event[1], event[1].tag or "")
        self._flush()

    def _enter(self, node: "ElementNode", tag: str) -> None:
        if tag == "br":
            self._inline.append(" " if self._cell else "\n")
        elif tag == "img":
            self._inline.append(printable(node.getattr("alt") or ""))
        elif self._cell:
            self._enter_in_cell(tag)
        elif tag in ("ul", "ol", "menu"):
            self._flush()
            self._lists.append(_List(tag == "ol", _integer(node, "start", 1)))
        elif tag == "li":
            self._flush()
            self._mark = self._next_mark(_integer(node, "value", -1))
        elif tag == "table":
            self._flush()
            if is_data(node):
                self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif tag in ("td", "th") and self._tables and self._tables[-1].rows:
            self._flush()
            self._cell += 1
        elif tag == "pre":
            self._flush()
            self._pre += 1
        elif tag in _BLOCKS or tag in _HEADINGS or tag in ("tr", "td", "th"):
            self._flush()

    def _enter_in_cell(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS or tag in ("li", "pre", "ul", "ol"):
            self._inline.append(" ")

    def _leave(self, node: "ElementNode", tag: str) -> None:
        if tag in ("td", "th") and self._cell and self._tables:
            self._cell -= 1
            cell = Cell(self._take(), tag == "th", _integer(node, "colspan", 1), _integer(node, "rowspan", 1))
            self._tables[-1].rows[-1].append(cell)
        elif self._cell:
            self._enter_in_cell(tag)
        elif tag in _HEADINGS:
            self._heading(_HEADINGS[tag])
        elif tag in ("ul", "ol", "menu"):
            self._flush()
            if self._lists:
                self._lists.pop()
            if not self._lists:
                self.blocks.end()
        elif tag == "li":
            self._flush()
            self._mark = ""
        elif tag == "table":
            self._flush()
            if self._tables and is_data(node):
                self.blocks.end()
                for line in table_lines(self._headed(self._tables.pop().rows)):
                    self.blocks.line(line, "row")
                self.blocks.end()
        elif tag == "pre":
            self._flush()
            self._pre -= 1
        elif tag == "dt":
            self._term = self._take()
        elif tag == "dd":
            self._definition()
        elif tag in _BLOCKS or tag in ("tr", "td", "th"):
            self._flush()

    def _headed(self, rows: list[list[Cell]]) -> list[list[Cell]]:
        """Return the rows of a table, the first as its head where no cell says so and its words do."""
        from corpus.load.table import has_head

        if not self.guess_heads or any(cell.is_header for row in rows for cell in row):
            return rows
        if not has_head([[cell.text for cell in row] for row in rows]):
            return rows
        return [[replace(cell, is_header=True) for cell in rows[0]], *rows[1:]]

    def _take(self) -> str:
        """Return the collected inline text, blanks folded on each line, and start anew."""
        text = "".join(self._inline).replace("\u00ad", "")
        self._inline.clear()
        if self._pre:
            return text.strip("\n")
        return "\n".join(line for part in text.split("\n") if (line := _SPACE.sub(" ", part).strip(" ")))

    def _flush(self) -> None:
        """Write the collected text as a paragraph, or as the item whose mark waits."""
        text = self._take()
        if not text.strip():
            return
        if self._mark:
            self.blocks.line(self._mark + text, "item")
        elif self._lists:
            self.blocks.line("  " * len(self._lists) + text, "item")
        elif self._term:
            self.blocks.line(f"{self._term}: {text}", "row")
        else:
            self.blocks.line(text, "paragraph")
        self._mark = self._term = ""

    def _heading(self, level: int) -> None:
        text = " ".join(self._take().split())
        if self._mark:
            text, self._mark = self._mark + text, ""
        if text and text == self._skip_heading:
            self._skip_heading = ""
            return
        self.blocks.heading(text, level)

    def _definition(self) -> None:
        text = self._take()
        if text or self._term:
            self.blocks.line(f"{self._term}: {text}" if text and self._term else text or self._term, "row")
        self._term = ""

    def _next_mark(self, number: int) -> str:
        if not self._lists:
            return "- "
        current = self._lists[-1]
        current.number = number if number >= 0 else current.number
        current.number += 1
        return "  " * (len(self._lists) - 1) + (f"{current.number - 1}. " if current.ordered else "- ")


def _integer(node: "ElementNode", name: str, default: int) -> int:
    value = (node.getattr(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
