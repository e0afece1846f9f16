"""What a page is made of before it is read: characters with their boxes, and rules.

Coordinates are points from the page's top left corner as it is shown, x to the right, y down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from unicodedata import normalize

Break = Literal["", " ", "\n"]
Turn = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character; a ligature is one glyph of two or three characters.

    ``size`` is the font's in points; ``fixed`` is set where all its letters are of one breadth; ``turn`` is how far the
    line is turned from the upright, clockwise in degrees, None for a slanted one; ``after`` is what the file's writer
    put before it: nothing, a blank or a new line; ``hyphen`` is set where it parts a word at the end of a line,
    ``leftward`` where its line runs from right to left.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False
    fixed: bool = False
    turn: Turn | None = 0
    after: Break = ""
    hyphen: bool = False
    leftward: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, or an edge of a rectangle: as a thin box, horizontal where it is wider than high."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_horizontal(self) -> bool:
        """Whether it lies rather than stands."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its size in points, its glyphs in the order in which the file draws them, and its rules.

    ``pictured`` is the share of the page that pictures cover, ``unknown`` the share of glyphs for which
    the file does not tell the character, ``paths`` the number of lines and shapes.
    """

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...] = ()
    pictured: float = 0.0
    unknown: float = 0.0
    paths: int = 0


_ACCENTS = {
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "~": "\u0303", "¯": "\u0304",
    "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327",
    "˛": "\u0328",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}


def composed(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return the glyphs with each accent that is drawn over a letter as part of it: "´", "ı" to "í".

    Older TeX fonts draw an accented letter so.
    """
    out: list[Glyph] = []
    waiting: Glyph | None = None
    for one in glyphs:
        if waiting is not None:
            whole = _accented(one, waiting)
            out.append(whole or waiting)
            waiting = None
            if whole:
                continue
        if one.text in _ACCENTS:
            before = _accented(out[-1], one) if out and not one.after else None
            if before:
                out[-1] = before
            else:
                waiting = one
        else:
            out.append(one)
    return [*out, waiting] if waiting else out


def _accented(letter: Glyph, accent: Glyph) -> Glyph | None:
    """Return the letter with the accent, where it stands over it and Unicode has the two as one."""
    middle = (accent.left + accent.right) / 2
    level = min(letter.bottom, accent.bottom) - max(letter.top, accent.top) > 0
    if not (level and letter.left <= middle <= letter.right and letter.text.isalpha()):
        return None
    text = normalize("NFC", _DOTLESS.get(letter.text, letter.text) + _ACCENTS[accent.text])
    after = accent.after or letter.after if accent.after != "\n" else accent.after
    return replace(letter, text=text, after=after) if len(text) == 1 else None


def turned(glyph: Glyph) -> Glyph:
    """Return the glyph as if its line ran from left to right: boxes keep their order, not their place.

    >>> upward = turned(Glyph("a", 10, 700, 20, 705, 10, turn=270))
    >>> upward.left, upward.top, upward.right, upward.bottom
    (-705, 10, -700, 20)
    """
    left, top, right, bottom = glyph.left, glyph.top, glyph.right, glyph.bottom
    if glyph.turn == 270:  # runs upward
        left, top, right, bottom = -bottom, left, -top, right
    elif glyph.turn == 90:  # runs downward
        left, top, right, bottom = top, -right, bottom, -left
    elif glyph.turn == 180:
        left, top, right, bottom = -right, -bottom, -left, -top
    else:
        return glyph
    return replace(glyph, left=left, top=top, right=right, bottom=bottom)


def rule_turned(rule: Rule, turn: Turn | None) -> Rule:
    """Return a rule turned as the glyphs of lines turned by ``turn`` are."""
    one = turned(Glyph("", rule.left, rule.top, rule.right, rule.bottom, 0, turn=turn))
    return Rule(one.left, one.top, one.right, one.bottom)


def bounds(boxes: Sequence[Glyph]) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) around one box or more."""
    return (
        min(one.left for one in boxes),
        min(one.top for one in boxes),
        max(one.right for one in boxes),
        max(one.bottom for one in boxes),
    )
