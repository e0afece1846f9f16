"""From glyphs to fragments, rows and lines, each character with the glyph that it came from.

A fragment is a run of glyphs without a wide gap; a row is what stands on one height; a line is a row, or a part of one,
as text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.load.layout.glyph import Glyph, bounds

if TYPE_CHECKING:
    from corpus.load.layout.ruled import Grid

GAP = 0.9  # of the font's size: a wider gap parts fragments; justified lines rarely stretch a blank so far
BLANK = 0.2  # of the font's size: a gap from which on a blank is read where the file draws none
SAME_ROW = 0.5  # of the lower height, the least overlap of two fragments on one row

SOFT = "\x1f"  # stands after a hyphen that may only part a word at the end of a line; no text holds it otherwise

LEADERS = re.compile(r"(?:[.·_…] ?){4,}")  # dots that lead the eye to a page number, or a blank to fill in
MARKER = re.compile(r"(?:[•◦▪▫‣●○■□◆➢➤✓✔–—*·-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)]|\[\d{1,3}\])$")
WIDE = re.compile(r"[\u1100-\u115f\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")


@dataclass(frozen=True, slots=True)
class Traced:
    """Text, and for each of its characters the index of the glyph it came from, -1 for what was put between."""

    text: str = ""
    marks: tuple[int, ...] = ()

    def __add__(self, other: "Traced") -> "Traced":
        return Traced(self.text + other.text, self.marks + other.marks)


def put(text: str) -> Traced:
    """Return text that no glyph drew."""
    return Traced(text, (-1,) * len(text))


def flow(before: Traced, after: Traced) -> Traced:
    r"""Return two lines as one text: no blank after a hyphen or a dash, nor between wide characters.

    >>> flow(put("neces-"), put("sary")).text
    'neces-\x1fsary'
    """
    if not before.text or not after.text:
        return before + after
    last, first = before.text[-1], after.text[0]
    inner = before.text[-2:-1]
    if last in "-\u2010" and inner.isalpha() and first.islower():
        return before + put(SOFT) + after
    if (last in "-\u2010—–" and inner.isalnum() and first.isalnum()) or (WIDE.match(last) and WIDE.match(first)):
        return before + after
    return before + put(" ") + after


def shortened(one: Traced) -> Traced:
    """Return the text with each row of leading dots cut to three: "Boats . . . . . . 7" to "Boats ... 7"."""
    text, done = "", 0
    marks: tuple[int, ...] = ()
    for match in LEADERS.finditer(one.text):
        start, end = match.span()
        dots = [i for i in range(start, end) if one.text[i] != " "][:3]
        text += one.text[done:start] + "".join(one.text[i] for i in dots)
        marks += one.marks[done:start] + tuple(one.marks[i] for i in dots)
        done = end - one.text[start:end].endswith(" ")
    return Traced(text + one.text[done:], marks + one.marks[done:]) if done else one


@dataclass(frozen=True, slots=True)
class Fragment:
    """Glyphs that follow one another without a wide gap: their indices, ordered as read, and the box around them."""

    glyphs: tuple[int, ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: float  # the share of bold glyphs
    text: Traced = field(repr=False)
    leftward: bool = False  # whether its line runs from right to left
    grid: "Grid | None" = field(default=None, repr=False)  # the ruled table that stands in this place

    @property
    def first(self) -> int:
        """The place in the order of drawing."""
        return self.glyphs[0]

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return self.bottom - self.top


Row = list[Fragment]


def fragments(glyphs: Sequence[Glyph], indices: Iterable[int]) -> list[Fragment]:
    """Cut the glyphs of the given indices, in their order, where a line ends or a wide gap opens."""
    found: list[Fragment] = []
    run: list[int] = []
    for i in indices:
        if run and not _follows(glyphs[run[-1]], glyphs[i]):
            found.append(_fragment(glyphs, run))
            run = []
        run.append(i)
    if run:
        found.append(_fragment(glyphs, run))
    return found


def _follows(before: Glyph, glyph: Glyph) -> bool:
    overlap = min(before.bottom, glyph.bottom) - max(before.top, glyph.top)
    if overlap < SAME_ROW * min(before.bottom - before.top, glyph.bottom - glyph.top) or before.hyphen:
        return False
    size = max(before.size, glyph.size)
    ahead = glyph.left - before.right
    if -size < ahead < GAP * size:
        return True
    return glyph.leftward and -size < before.left - glyph.right < GAP * size


def _fragment(glyphs: Sequence[Glyph], run: list[int]) -> Fragment:
    ones = [glyphs[i] for i in run]
    sizes = sorted(one.size for one in ones)
    chars: list[str] = []
    marks: list[int] = []
    for n, (i, one) in enumerate(zip(run, ones, strict=True)):
        if n and (one.after or _gap(ones[n - 1], one) > BLANK * one.size) and not _closed(ones[n - 1], one):
            chars.append(" ")
            marks.append(-1)
        chars.append(one.text)
        marks += [i] * len(one.text)
    bold = sum(one.bold for one in ones) / len(ones)
    text = Traced("".join(chars), tuple(marks))
    return Fragment(tuple(run), *bounds(ones), sizes[len(sizes) // 2], bold, text, ones[0].leftward)


def _gap(before: Glyph, glyph: Glyph) -> float:
    return max(glyph.left - before.right, before.left - glyph.right)


def _closed(before: Glyph, glyph: Glyph) -> bool:
    """Whether no blank belongs between two glyphs: wide characters, drawn without a real gap.

    Programs set a wide character a quarter of its breadth apart from a letter or figure.
    """
    wide = (WIDE.match(before.text) is not None) + (WIDE.match(glyph.text) is not None)
    return wide > 0 and _gap(before, glyph) < (0.3, 0.5)[wide - 1] * glyph.size


def rows(pieces: Iterable[Fragment]) -> list[Row]:
    """Gather fragments that stand on one height, from the top down; in a row from left to right, never overlapping."""
    found: list[Row] = []
    for piece in sorted(pieces, key=lambda one: (one.top + one.bottom, one.left)):
        home = next((row for row in reversed(found[-3:]) if _beside(row, piece)), None)
        if home is None:
            found.append([piece])
        else:
            home.append(piece)
    found.sort(key=lambda row: min(one.top + one.bottom for one in row))
    return [sorted(row, key=lambda one: one.left) for row in found]


def _beside(row: Row, piece: Fragment) -> bool:
    for one in row:
        overlap = min(one.bottom, piece.bottom) - max(one.top, piece.top)
        if overlap < SAME_ROW * min(one.height, piece.height):
            return False
        across = min(one.right, piece.right) - max(one.left, piece.left)
        if across > 0.3 * min(one.right - one.left, piece.right - piece.left):
            return False
    return True


def joined(row: Row) -> Fragment:
    """Return the fragments of one row as one, a blank between them where they do not touch."""
    if len(row) == 1:
        return row[0]
    leftward = sum(one.leftward for one in row) * 2 > len(row)
    ordered = sorted(row, key=lambda one: one.right, reverse=True) if leftward else row
    text = ordered[0].text
    for before, one in pairwise(ordered):
        gap = before.left - one.right if leftward else one.left - before.right
        close = gap < BLANK * min(before.size, one.size) or (
            gap < 0.5 * one.size and WIDE.match(one.text.text) and WIDE.match(before.text.text[-1])
        )
        text = text + (Traced() if close else put(" ")) + one.text
    longest = max(row, key=lambda one: len(one.glyphs))
    count = sum(len(one.glyphs) for one in row)
    return Fragment(
        tuple(i for one in ordered for i in one.glyphs),
        min(one.left for one in row), min(one.top for one in row),
        max(one.right for one in row), max(one.bottom for one in row),
        longest.size, sum(one.bold * len(one.glyphs) for one in row) / count, text, leftward,
    )  # fmt: skip


def close_gaps(row: Row) -> Row:
    """Join the neighbours of a row that no wide gap parts, and a list's mark with its words."""
    closed: list[Row] = [[row[0]]]
    for before, one in pairwise(row):
        gap = one.left - before.right
        size = max(before.size, one.size)
        whole = before.grid is None and one.grid is None
        if whole and (gap < GAP * size or (gap < 4 * size and MARKER.match(before.text.text))):
            closed[-1].append(one)
        else:
            closed.append([one])
    return [joined(group) for group in closed]
