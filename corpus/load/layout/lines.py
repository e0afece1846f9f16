"""From glyphs to fragments, rows and lines, each character with the glyph that it came from.

A fragment is a run of glyphs without a wide gap; a row is what stands on one height; a line is a row, or a part of one,
as text.
"""

import re
from bisect import bisect, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from corpus.load.layout.glyph import Glyph, bounds

if TYPE_CHECKING:
    from corpus.load.layout.ruled import Grid

GAP = 0.9  # of the font's size: a wider gap parts fragments; justified lines rarely stretch a blank so far
BLANK = 0.2  # of the font's size: a gap from which on a blank is read where the file draws none
SAME_ROW = 0.5  # of the lower height, the least overlap of two fragments on one row

SOFT = "\x1f"  # stands after a hyphen that may only part a word at the end of a line; no text holds it otherwise

LEADERS = re.compile(r"(?:[.·_…] ?){4,}")  # dots that lead the eye to a page number, or a blank to fill in
MARKER = re.compile(
    r"(?:[•◦▪▫‣●○■□◆➢➤✓✔→⇒►–—*·o-]|\(?\d{1,3}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)]|"
    r"\[\d{1,3}\])$"
)
RAISED = dict(zip("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", strict=True))
SMALL = 0.8  # of the size of what stands before: a smaller figure, raised, is a mark or a power
WIDE = re.compile(r"[\u1100-\u115f\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")


@dataclass(frozen=True, slots=True)
class Traced:
    """Text, and for each of its characters the index of the glyph it came from, -1 for what was put between."""

    text: str = ""
    marks: tuple[int, ...] = ()


def put(text: str) -> Traced:
    """Return text that no glyph drew."""
    return Traced(text, (-1,) * len(text))


def whole(parts: Sequence[Traced]) -> Traced:
    """Return texts one after the other as one."""
    return Traced("".join(one.text for one in parts), tuple(mark for one in parts for mark in one.marks))


def flow(lines: Sequence[Traced]) -> Traced:
    r"""Return lines as one text: no blank after a hyphen or a dash, nor between wide characters.

    >>> flow([put("neces-"), put("sary")]).text
    'neces-\x1fsary'
    """
    parts: list[Traced] = []
    end = ""  # the last characters so far
    for line in lines:
        if end and line.text:
            parts.append(_between(end, line.text[0]))
        parts.append(line)
        end = (end + line.text)[-2:]
    return whole(parts)


def _between(end: str, first: str) -> Traced:
    last, inner = end[-1], end[-2:-1]
    if last in "-\u2010" and inner.isalpha() and first.islower():
        return put(SOFT)
    if (last in "-\u2010—–" and inner.isalnum() and first.isalnum()) or (WIDE.match(last) and WIDE.match(first)):
        return Traced()
    return put(" ")


def shortened(one: Traced) -> Traced:
    """Return the text with each row of leading dots cut to three: "Boats . . . . . . 7" to "Boats ... 7"."""
    parts: list[Traced] = []
    done = 0
    for match in LEADERS.finditer(one.text):
        start, end = match.span()
        dots = [i for i in range(start, end) if one.text[i] != " "][:3]
        parts.append(Traced(one.text[done:start], one.marks[done:start]))
        parts.append(Traced("".join(one.text[i] for i in dots), tuple(one.marks[i] for i in dots)))
        done = end - one.text[start:end].endswith(" ")
    return whole([*parts, Traced(one.text[done:], one.marks[done:])]) if done else one


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
    fixed: bool = False  # whether its letters are of one breadth
    marked: Literal["", "near", "apart"] = ""  # whether it begins with a list's mark, and where the words stand
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
    if -size < ahead < GAP * size or (glyph.left == before.left and glyph.right == before.right):
        return True  # the letters of a ligature share its box
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
        chars.append(RAISED[one.text] if n and one.text in RAISED and _is_raised(ones, n) else one.text)
        marks += [i] * len(one.text)
    bold = sum(one.bold for one in ones) / len(ones)
    fixed = sum(one.fixed for one in ones) * 2 > len(ones)
    text = Traced("".join(chars), tuple(marks))
    return Fragment(tuple(run), *bounds(ones), sizes[len(sizes) // 2], bold, text, ones[0].leftward, fixed)


def _is_raised(ones: Sequence[Glyph], n: int) -> bool:
    """Whether a figure stands small and high after what it belongs to: 10⁶, a note's mark."""
    before = next((one for one in reversed(ones[:n]) if one.size * SMALL > ones[n].size), None)
    if before is None or any(one.after for one in ones[ones.index(before) + 1 : n + 1]):
        return False
    return before.bottom - ones[n].bottom > 0.15 * before.size and before.text.isalnum()


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
    found: list[_Level] = []
    for piece in sorted(pieces, key=lambda one: (one.top + one.bottom, one.left)):
        home = next((level for level in reversed(found[-3:]) if level.takes(piece)), None)
        if home is None:
            found.append(_Level(piece))
        else:
            home.add(piece)
    found.sort(key=lambda level: level.middle)
    return [level.row for level in found]


class _Level:
    """A row while it is gathered: its fragments from left to right, and the band in which all of them overlap."""

    def __init__(self, piece: Fragment) -> None:
        self.row = [piece]
        self.middle = piece.top + piece.bottom
        self._top, self._bottom, self._height = piece.top, piece.bottom, piece.height

    def takes(self, piece: Fragment) -> bool:
        """Whether a fragment stands on the row, beside what is there."""
        overlap = min(self._bottom, piece.bottom) - max(self._top, piece.top)
        if overlap < SAME_ROW * min(self._height, piece.height):
            return False
        place = bisect(self.row, piece.left, key=lambda one: one.left)
        return all(not _covers(one, piece) for one in self.row[max(0, place - 1) : place + 1])

    def add(self, piece: Fragment) -> None:
        insort(self.row, piece, key=lambda one: one.left)
        self._top, self._bottom = max(self._top, piece.top), min(self._bottom, piece.bottom)
        self._height = min(self._height, piece.height)


def _covers(one: Fragment, other: Fragment) -> bool:
    """Whether two fragments stand in one place."""
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0.3 * min(one.right - one.left, other.right - other.left)


def joined(row: Row) -> Fragment:
    """Return the fragments of one row as one, a blank between them where they do not touch."""
    if len(row) == 1:
        return row[0]
    count = sum(len(one.glyphs) for one in row)
    leftward = sum(one.leftward * len(one.glyphs) for one in row) * 2 > count
    ordered = sorted(row, key=lambda one: one.right, reverse=True) if leftward else row
    parts = [ordered[0].text]
    for before, one in pairwise(ordered):
        gap = before.left - one.right if leftward else one.left - before.right
        close = gap < BLANK * min(before.size, one.size) or (
            gap < 0.5 * one.size and WIDE.match(one.text.text) and WIDE.match(before.text.text[-1])
        )
        parts += [one.text] if close else [put(" "), one.text]
    longest = max(row, key=lambda one: len(one.glyphs))
    return Fragment(
        tuple(i for one in ordered for i in one.glyphs),
        min(one.left for one in row), min(one.top for one in row),
        max(one.right for one in row), max(one.bottom for one in row),
        longest.size, sum(one.bold * len(one.glyphs) for one in row) / count, whole(parts), leftward,
        sum(one.fixed * len(one.glyphs) for one in row) * 2 > count, ordered[0].marked,
    )  # fmt: skip


def close_gaps(row: Row) -> Row:
    """Join the neighbours of a row that no wide gap parts, and a list's mark with its words."""
    closed: list[Row] = [[row[0]]]
    for before, one in pairwise(row):
        gap = one.left - before.right
        size = max(before.size, one.size)
        words = before.grid is None and one.grid is None
        if words and gap < GAP * size:
            closed[-1].append(one)
        elif words and gap < 4 * size and MARKER.match(before.text.text):
            closed[-1][-1] = replace(before, marked="apart")
            closed[-1].append(one)
        else:
            closed.append([one])
    return [joined(group) for group in closed]
