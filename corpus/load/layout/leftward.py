"""Lines that run from right to left, put into the order in which they are read by where their letters stand.

Files draw Arabic and Hebrew in either order, and some in both; the place of a letter is what a reader goes by. Figures
and Latin words within such a line run from left to right (the reverse of Unicode's UAX 9, for two levels).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise
from unicodedata import bidirectional

from corpus.load.layout.glyph import Break, Glyph

BLANK = 0.2  # of the font's size: a gap from which on a blank is read
SLIT = 0.04  # where the file says that there is one
_LEFTWARD = frozenset(["R", "AL"])
_FORWARD = frozenset(["L", "EN", "AN"])
_NEUTRAL = frozenset(["CS", "ES", "ET", "ON", "NSM", "BN"])  # what runs as that which stands on both of its sides


def in_reading_order(glyphs: Sequence[Glyph], indices: Sequence[int]) -> tuple[list[Glyph], list[int]]:
    """Return the glyphs and the order of the given ones, with each line that mostly runs leftward as it is read.

    Of other lines, the words that run leftward are put in order, each run of them in its place.
    """
    whole, order = list(glyphs), []
    leftward = False
    for line in _lines(glyphs, indices):
        letters = [kind for i in line if (kind := _kind(glyphs[i])) in (*_LEFTWARD, "L")]
        if letters:  # a line of figures alone runs as the one before it
            leftward = sum(kind in _LEFTWARD for kind in letters) * 2 > len(letters)
        if leftward:
            order += _turned(whole, line, "\n")
        elif any(kind in _LEFTWARD for kind in letters):
            order += _mixed(whole, line)
        else:
            order += line
    return whole, order


def _mixed(whole: list[Glyph], line: Sequence[int]) -> list[int]:
    """Return the order of a line that runs rightward and holds words that do not, and set what stands before each."""
    order: list[int] = []
    for is_run, run in _runs(whole, line):
        order += _turned(whole, run, whole[min(run)].after) if is_run else run
    texts = _paired([whole[i].text for i in order])
    for before, i, text in zip([None, *order], order, texts, strict=False):
        touches = before is not None and _gap(whole[before], whole[i]) < SLIT * whole[i].size
        whole[i] = replace(whole[i], text=text, after="" if touches else whole[i].after)
    return order


def _turned(whole: list[Glyph], line: Sequence[int], first: Break) -> list[int]:
    """Return the order in which glyphs are read from the right to the left, and set what stands before each."""
    line = _logical(whole, line)
    texts = _paired([whole[i].text for i in line])
    drawn = {i: whole[i].after for i in line}
    for before, i, text in zip([None, *line], line, texts, strict=False):
        apart = before is not None and _is_apart(whole, before, i, drawn)
        after: Break = first if before is None else " " if apart else ""
        whole[i] = replace(whole[i], text=text, after=after, leftward=True)
    return line


def _runs(glyphs: Sequence[Glyph], line: Sequence[int]) -> Iterator[tuple[bool, list[int]]]:
    """Yield the parts of a line that runs rightward: whether a part runs leftward, and its glyphs.

    A part that does reaches from a letter to a letter of such a script, with neither a Latin letter nor a gap between.
    """
    start = 0  # of what is not yet given
    while start < len(line):
        first = next((n for n in range(start, len(line)) if _kind(glyphs[line[n]]) in _LEFTWARD), len(line))
        end = next((n for n in range(first, len(line)) if _kind(glyphs[line[n]]) == "L"), len(line))
        shown = sorted((glyphs[i] for i in line[first:end]), key=lambda one: one.left)
        if any(_gap(before, one) > one.size for before, one in pairwise(shown)):  # two runs, in two columns perhaps
            jumps = (n for n in range(first + 1, end) if _gap(glyphs[line[n - 1]], glyphs[line[n]]) > shown[0].size)
            end = next(jumps, end)
        last = max((n for n in range(first, end) if _kind(glyphs[line[n]]) in _LEFTWARD), default=first)
        yield from ((is_run, part) for is_run, part in (
            (False, list(line[start:first])), (True, list(line[first : last + 1])),
        ) if part)  # fmt: skip
        start = last + 1


def _kind(glyph: Glyph) -> str:
    return bidirectional(glyph.text[0])


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
    shown = sorted(line, key=lambda i: glyphs[i].left + glyphs[i].right)
    kinds = [_kind(glyphs[i]) for i in shown]
    forward = [kind in _FORWARD for kind in kinds]
    close = [_gap(glyphs[a], glyphs[b]) < BLANK * glyphs[a].size for a, b in pairwise(shown)]
    for n, kind in enumerate(kinds):
        if kind == "ET":  # a per cent sign or a currency belongs to the number it touches (UAX 9, W5)
            forward[n] = (n > 0 and kinds[n - 1] == "EN" and close[n - 1]) or (
                n + 1 < len(kinds) and kinds[n + 1] == "EN" and close[n]
            )
    for is_between, signs in groupby(range(len(shown)), key=lambda n: not forward[n] and kinds[n] in _NEUTRAL):
        run = list(signs)
        first, last = run[0] - 1, run[-1] + 1
        inside = is_between and first >= 0 and last < len(shown) and forward[first] and forward[last]
        if not inside or not all(close[first:last]):
            continue
        latin = next((kinds[n] for n in range(first, -1, -1) if kinds[n] in ("L", *_LEFTWARD)), "") == "L"  # N1
        if latin or (len(run) == 1 and kinds[run[0]] in ("CS", "ES")):  # a sign within a number, W4
            forward[run[0] : last] = [True] * len(run)
    out: list[int] = []
    for is_forward, turned in groupby(reversed(range(len(shown))), key=lambda n: forward[n]):
        part = [shown[n] for n in turned]
        out += part[::-1] if is_forward else part
    return out


def _paired(texts: list[str]) -> list[str]:
    """Return the characters of a line with its brackets as they are meant: files give some by their shape."""
    for opening, closing in ("()", "[]", "{}", "«»"):
        places = [n for n, text in enumerate(texts) if text in (opening, closing)]
        depths = list(accumulate(1 if texts[n] == opening else -1 for n in places))
        if len(places) > 1 and (min(depths) < 0 or depths[-1]):
            for n, place in enumerate(places):
                texts[place] = closing if n % 2 else opening
    return texts


def _is_apart(glyphs: Sequence[Glyph], before: int, i: int, drawn: Mapping[int, Break]) -> bool:
    """Whether a blank stands between two neighbours: by the gap, or a small one where the file draws a blank."""
    has_blank = abs(before - i) == 1 and drawn[max(before, i)]
    return _gap(glyphs[before], glyphs[i]) > (SLIT if has_blank else BLANK) * glyphs[i].size


def _gap(before: Glyph, one: Glyph) -> float:
    return max(before.left - one.right, one.left - before.right)
