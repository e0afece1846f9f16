"""Lines that run from right to left, put into the order in which they are read by where their letters stand.

Files draw Arabic and Hebrew in either order, and some in both; the place of a letter is what a reader goes by. Figures
and Latin words within such a line run from left to right (the reverse of Unicode's UAX 9, for one level).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from unicodedata import bidirectional

from corpus.load.layout.glyph import Break, Glyph

BLANK = 0.2  # of the font's size: a gap from which on a blank is read
SLIT = 0.04  # where the file says that there is one
_LEFTWARD = frozenset(["R", "AL"])
_FORWARD = frozenset(["L", "EN", "AN"])
_BETWEEN = frozenset(["CS", "ES", "ET"])  # what parts the figures of one number, or belongs to it


def in_reading_order(glyphs: Sequence[Glyph], indices: Sequence[int]) -> tuple[list[Glyph], list[int]]:
    """Return the glyphs and the order of the given ones, with each line that mostly runs leftward as it is read."""
    whole, order = list(glyphs), []
    leftward = False
    for line in _lines(glyphs, indices):
        letters = [kind for i in line if (kind := bidirectional(glyphs[i].text[0])) in (*_LEFTWARD, "L")]
        if letters:  # a line of figures alone runs as the one before it
            leftward = sum(kind in _LEFTWARD for kind in letters) * 2 > len(letters)
        if leftward:
            line = _logical(glyphs, line)
            texts = _paired([glyphs[i].text for i in line])
            for before, i, text in zip([None, *line], line, texts, strict=False):
                apart = before is not None and _is_apart(glyphs, before, i)
                after: Break = "\n" if before is None else " " if apart else ""
                whole[i] = replace(glyphs[i], text=text, after=after, leftward=True)
        order += line
    return whole, order


def _lines(glyphs: Sequence[Glyph], indices: Sequence[int]) -> Iterator[list[int]]:
    """Yield runs of glyphs that the file draws one after the other on one height."""
    line: list[int] = []
    for i in indices:
        if line:
            before, one = glyphs[line[-1]], glyphs[i]
            level = min(before.bottom, one.bottom) - max(before.top, one.top)
            if one.after == "\n" or level < 0.3 * min(before.bottom - before.top, one.bottom - one.top):
                yield line
                line = []
        line.append(i)
    if line:
        yield line


def _logical(glyphs: Sequence[Glyph], line: Sequence[int]) -> list[int]:
    """Return a line's glyphs from the right to the left, numbers and Latin words in it the other way round."""
    shown = sorted(line, key=lambda i: glyphs[i].left + glyphs[i].right, reverse=True)
    kinds = [bidirectional(glyphs[i].text[0]) for i in shown]
    forward = [kind in _FORWARD for kind in kinds]
    for n in range(1, len(shown) - 1):
        if kinds[n] in _BETWEEN and forward[n - 1] and kinds[n + 1] in _FORWARD:
            forward[n] = _gap(glyphs[shown[n - 1]], glyphs[shown[n + 1]]) < glyphs[shown[n]].size
    out: list[int] = []
    for is_forward, run in groupby(range(len(shown)), key=lambda n: forward[n]):
        part = [shown[n] for n in run]
        out += part[::-1] if is_forward else part
    return out


def _paired(texts: list[str]) -> list[str]:
    """Return the characters of a line with its brackets as they are meant: files give some by their shape."""
    for opening, closing in ("()", "[]", "{}", "«»"):
        places = [n for n, text in enumerate(texts) if text in (opening, closing)]
        if len(places) > 1:
            for n, place in enumerate(places):
                texts[place] = closing if n % 2 else opening
    return texts


def _is_apart(glyphs: Sequence[Glyph], before: int, i: int) -> bool:
    """Whether a blank stands between two neighbours: by the gap, or a small one where the file draws a blank."""
    drawn = glyphs[max(before, i)].after if abs(before - i) == 1 else ""
    return _gap(glyphs[before], glyphs[i]) > (SLIT if drawn else BLANK) * glyphs[i].size


def _gap(before: Glyph, one: Glyph) -> float:
    return max(before.left - one.right, one.left - before.right)
