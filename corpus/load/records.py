"""JSON and JSON Lines: a flat record reads "key: value; key: value", what is nested stands under its key.

Numbers stay as they are written, keys that occur twice stay twice.
"""

import json
from collections.abc import Iterator

from corpus.errors import LoadError
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.text import decode

_LONG = 200  # characters; a longer text is a paragraph of its own
_LEVELS = 6  # depth to which keys become headings


class Pairs(list[tuple[str, object]]):
    """A JSON object with its keys in order, repeated ones too."""


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a JSON file; one that holds a value a line is read as JSON Lines.

    Raises:
        LoadError: the bytes are no JSON, or nested too deep.
    """
    text = normalise(decode(data))
    try:
        value = _parsed(text)
    except json.JSONDecodeError as error:
        if text.strip().count("\n") and text.lstrip().startswith(("{", "[")):
            return _lines(text, error)
        raise LoadError(f"JSON must be whole, and this is not ({error}); mend it") from error
    blocks = Blocks()
    _write(blocks, value, "", 1)
    words, headings = blocks.finish()
    return Content(words, None, headings)


def read_lines(data: bytes, limits: Limits) -> Content:
    """Return the text of a JSON Lines file, a record a line; lines that are no JSON are told in the notes.

    Raises:
        LoadError: no line is JSON.
    """
    return _lines(normalise(decode(data)), None)


def _lines(text: str, whole: json.JSONDecodeError | None) -> Content:
    blocks = Blocks()
    bad: list[int] = []
    filled = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    for n, line in filled:
        try:
            _write(blocks, [_parsed(line)], "", 1)
        except json.JSONDecodeError:
            bad.append(n)
    if len(bad) * 2 > len(filled):
        why = whole or f"{len(bad)} of {len(filled)} lines are none"
        raise LoadError(f"JSON must be whole, and this is not ({why}); mend it")
    shown = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
    words, headings = blocks.finish()
    return Content(
        words, None, headings, (), (f"{len(bad)} lines are no JSON and were left out: {shown}",) if bad else ()
    )


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=Pairs)
    except RecursionError as error:
        raise LoadError("JSON is read to a depth of some hundred, and this is nested deeper; flatten it") from error


def _write(blocks: Blocks, value: object, key: str, level: int) -> None:
    """Write a value: flat records and scalars as rows, the rest under a heading."""
    if isinstance(value, Pairs):
        pairs = list(_flat(value)) if level > _LEVELS else value
        for name, inner in pairs:
            if isinstance(inner, list) and inner:
                blocks.heading(one_line(name), level)
                _write(blocks, inner, name, level + 1)
            else:
                _row(blocks, [(name, inner)])
        return
    if not isinstance(value, list):
        _row(blocks, [(key, value)] if key else [("", value)])
        return
    for item in value:
        if isinstance(item, list):
            _row(blocks, list(_flat(item)))
        else:
            text = _scalar(item)
            blocks.line(f"- {text}" if text else "", "item")


def _row(blocks: Blocks, pairs: list[tuple[str, object]]) -> None:
    """Write one record as one line; values of several sentences become paragraphs below it."""
    short = [(k, _scalar(v)) for k, v in pairs if len(_scalar(v)) <= _LONG]
    line = "; ".join(f"{one_line(k)}: {v}" if k else v for k, v in short if v)
    blocks.line(line, "row")
    for k, v in pairs:
        if len(text := _scalar(v)) > _LONG:
            blocks.end()
            blocks.line(f"{one_line(k)}: {text}" if k else text, "paragraph")


def _flat(value: object) -> Iterator[tuple[str, object]]:
    """Yield the scalars of a value under their paths: ("address.city", "Porto"). Without recursion: depth is input."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, Pairs):
            waiting += [(f"{path}.{name}" if path else name, inner) for name, inner in reversed(one)]
        elif isinstance(one, list) and any(isinstance(inner, list) for inner in one):
            waiting += [(f"{path}.{n}" if path else str(n), inner) for n, inner in reversed(list(enumerate(one, 1)))]
        elif isinstance(one, list):
            yield path, ", ".join(_scalar(inner) for inner in one)
        else:
            yield path, one


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return one_line(str(value)) if isinstance(value, str) else ""
