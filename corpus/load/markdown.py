"""Markdown (CommonMark with tables and strikethrough): to HTML by markdown-it, then the way of every web page.

Front matter is read here as lines of "key: value"; nested YAML stays as its lines.
"""

import re
from html import escape
from typing import TYPE_CHECKING

from corpus.lines import Line
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise
from corpus.load.limits import Limits
from corpus.load.text import decode
from corpus.load.walk import Walker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_FRONT = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.S)
_PAIR = re.compile(r"([A-Za-z_][\w -]*):[ \t]*(.*)$")
_TAG = re.compile(
    r"<!--|</?(?:a|abbr|b|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|"
    r"ins|kbd|li|mark|ol|p|picture|pre|q|s|samp|small|source|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|"
    r"tr|tt|u|ul|var|video|script|style|nav|section|article|header|footer|aside|main)\b",
    re.I,
)


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a Markdown file: marks removed, structure kept.

    Raises:
        LoadError: the bytes are not text.

    """
    from resiliparse.parse.html import HTMLTree

    source = normalise(decode(data))
    pairs, body = _front_matter(source)
    walker = Walker()
    _write(pairs, walker.blocks)
    walker.walk(HTMLTree.parse(to_html(body)).body, everything=True)
    text, headings = walker.blocks.finish()
    named = next((value for key, value in pairs if key.lower() == "title" and value), None)
    first = next((text[one.start : one.end] for one in headings), None)
    return Content(text, named or first, headings)


def _front_matter(source: str) -> tuple[list[tuple[str, str]], str]:
    """Return the pairs at the top of the file, and the rest. A list's items are joined by commas."""
    match = _FRONT.match(source)
    if match is None:
        return [], source
    pairs: list[tuple[str, str]] = []
    for line in match.group(1).splitlines():
        pair = _PAIR.match(line)
        if pair:
            pairs.append((pair.group(1).strip(), _unquoted(pair.group(2))))
        elif line.strip() and pairs:
            key, value = pairs[-1]
            more = _unquoted(line.strip().removeprefix("- "))
            pairs[-1] = (key, f"{value}, {more}" if value and value not in ("|", ">") else more)
    return (pairs, source[match.end() :]) if pairs else ([], source)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    if len(value) >= 2 and value[0] == "[" and value[-1] == "]":
        return ", ".join(_unquoted(part) for part in value[1:-1].split(","))
    return value


def _write(pairs: list[tuple[str, str]], blocks: Blocks) -> None:
    for key, value in pairs:
        name = key.replace("_", " ")
        blocks.line(f"{name[0].upper()}{name[1:]}: {value}" if value else f"{name[0].upper()}{name[1:]}", "row")


def to_html(body: str) -> str:
    """Render to HTML; what only looks like a tag (``List<String>``) stays as words."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    def inline(_: object, tokens: "Sequence[Token]", index: int, *rest: object) -> str:
        content = tokens[index].content
        return content if _TAG.match(content.lstrip()) else escape(content)

    def block(_: object, tokens: "Sequence[Token]", index: int, *rest: object) -> str:
        content = tokens[index].content
        return content if _TAG.match(content.lstrip()) else f"<p>{escape(content)}</p>"

    def wrapped(_: object, tokens: "Sequence[Token]", index: int, *rest: object) -> str:
        return "<br>\n" if _between_keys(tokens, index) else "\n"

    parser.add_render_rule("softbreak", wrapped)
    parser.add_render_rule("html_inline", inline)
    parser.add_render_rule("html_block", block)
    return str(parser.render(body))


def _between_keys(tokens: "Sequence[Token]", index: int) -> bool:
    """Whether a line's end stands between two lines of "Key: value", which Markdown would join to one paragraph."""
    breaks = [n for n, token in enumerate(tokens) if token.type in ("softbreak", "hardbreak")]
    first = max((n for n in breaks if n < index), default=-1) + 1
    last = min((n for n in breaks if n > index), default=len(tokens))
    sides = ("".join(token.content for token in part) for part in (tokens[first:index], tokens[index + 1 : last]))
    return all(words and Line(0, len(words), words, 0, False).is_key for words in sides)
