"""reStructuredText by docutils: to HTML, then the way of every web page. Files it would include are not read."""

import re
from typing import Any

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.text import decode
from corpus.load.walk import Walker

SIZE_MAX = 4_000_000  # characters; docutils needs about a second for 200,000
_DIRECTIVE = re.compile(r"^([ \t]*)\.\. ([\w:+.-]+)::[ \t]*(.*)$", re.M)
_ROLE = re.compile(r":[\w:+.-]+:`(?:~|!)?([^`<]+?)(?: <[^`>]*>)?`")
_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False, "raw_enabled": False, "_disable_config": True, "report_level": 5, "halt_level": 5,
    "embed_stylesheet": False, "stylesheet_path": "", "syntax_highlight": "none", "initial_header_level": 1,
    "warning_stream": False, "math_output": "LaTeX", "smart_quotes": False,
}  # fmt: skip


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a reStructuredText file.

    Raises:
        LoadError: the bytes are no text, or more than docutils reads in reasonable time.
    """
    import docutils.core
    from docutils.utils import SystemMessage
    from resiliparse.parse.html import HTMLTree

    source = normalise(decode(data))
    if len(source) > SIZE_MAX:
        raise LoadError(
            f"reStructuredText is read up to {SIZE_MAX:,} characters, and this has {len(source):,}; split it"
        )
    try:
        parts = docutils.core.publish_parts(_plain(source), writer="html5", settings_overrides=_SETTINGS)
    except (SystemMessage, RecursionError, ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        what = one_line(f"{type(error).__name__}: {error}")[:160]
        raise LoadError(f"reStructuredText must be readable by docutils, and this is not ({what}); mend it") from error
    walker = Walker(Blocks())
    walker.walk(HTMLTree.parse(normalise(parts["html_body"])).body, everything=True)
    text, headings = walker.blocks.finish()
    return Content(text, one_line(re.sub(r"<[^>]+>", "", parts["title"])) or None, headings)


def _plain(source: str) -> str:
    """Return the source without roles, and with the words of directives that docutils does not know as plain text."""
    from docutils.parsers.rst.directives import _directive_registry

    def directive(match: re.Match[str]) -> str:
        indent, name, words = match.groups()
        if name in _directive_registry and name not in ("include", "raw", "csv-table"):
            return match.group()
        return indent + (words or name)

    return _ROLE.sub(lambda match: match.group(1), _DIRECTIVE.sub(directive, source))
