"""Lines to paragraphs, list items and headings by what a page shows: white, indents, sizes, weights and full lines.

A line that ended although the next word would have fitted ended a paragraph; a lone line in a bigger or bolder hand is
a heading. What no sign decides stays two lines, for ``corpus.lines`` to judge by the words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal

from corpus.load.layout.lines import MARKER, WIDE, Fragment, Traced, flow, put, whole

Sort = Literal["paragraph", "item", "row"]

SHORT = 30  # columns; a shorter line is not wrapped prose unless the next goes on in lower case
NEAR = 8  # lines around that tell how far lines reach
TYPED = 0.95  # of the letters: from so many of one breadth on a page is typed, not a listing
PASSED_MAX = 5  # captions and notes between the two halves of a paragraph

_ITEM = re.compile(f"({MARKER.pattern.removesuffix('$')})" + r"[ \u00a0]+\S")
_WEAK = re.compile(r"o$|\d{1,2}\.\d")  # marks that begin other lines as well: a word, the number of a section
_FINISHED = re.compile(r"[.!?。！？…:;：；][\"'”’»)\]）」』]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item or a table's row, with the size and weight of its hand.

    ``lines`` are how many it took; ``loose`` says that no white parts it from the block before; ``full`` that its last
    line reaches as far as the others.
    """

    text: Traced
    sort: Sort
    size: float
    bold: float
    lines: int = 1
    loose: bool = False
    full: bool = False

    @property
    def finished(self) -> bool:
        """Whether it ends as a sentence does."""
        return _FINISHED.search(self.text.text) is not None


def paragraphs(lines: Sequence[Fragment]) -> list[Block]:
    """Gather the lines of one column, from the top down, to blocks."""
    if sum(one.leftward for one in lines) * 2 > len(lines):
        lines = [replace(one, left=-one.right, right=-one.left) for one in lines]
    if sum(one.fixed * len(one.glyphs) for one in lines) < TYPED * sum(len(one.glyphs) for one in lines):
        lines = _indented(lines)
    else:  # a page from a typewriter, not a listing
        lines = [replace(one, fixed=False) for one in lines]
    lines = [replace(one, marked=_marked(lines, i)) for i, one in enumerate(lines)]
    out: list[Block] = []
    run: list[Fragment] = []
    loose = False
    for i, line in enumerate(lines):
        parted = _parted(lines, i, run) if run else ""
        if parted:
            out.append(_block(run, loose))
            run, loose = [], parted == "loose"
        run.append(line)
    if run:
        out.append(_block(run, loose))
    return out


def _indented(lines: Sequence[Fragment]) -> list[Fragment]:
    """Return the lines with blanks before each in letters of one breadth that stands right of those around it."""
    out = list(lines)
    for fixed, run in groupby(range(len(lines)), key=lambda i: lines[i].fixed):
        listing = list(run) if fixed else []
        start = min((lines[i].left for i in listing), default=0.0)
        for i in listing:
            one = lines[i]
            blanks = round((one.left - start) / max(1.0, (one.right - one.left) / len(one.text.text)))
            out[i] = replace(one, text=whole([put(" " * blanks), one.text]))
    return out


def _marked(lines: Sequence[Fragment], i: int) -> Literal["", "near", "apart"]:
    """Tell how line ``i`` begins with an item's mark, if it does; of marks that begin other lines two stand near."""
    found = _ITEM.match(lines[i].text.text)
    if found is None or lines[i].marked:
        return lines[i].marked if found else ""
    if _WEAK.match(found[1]):
        near = (_ITEM.match(one.text.text) for one in lines[max(0, i - NEAR) : i + NEAR])
        return "near" if sum(other is not None and _WEAK.match(other[1]) is not None for other in near) > 1 else ""
    return "near"


def _block(run: Sequence[Fragment], loose: bool) -> Block:
    text = flow([line.text for line in run])
    longest = max(run, key=lambda one: len(one.glyphs))
    count = sum(len(one.glyphs) for one in run)
    bold = sum(one.bold * len(one.glyphs) for one in run) / count
    sort: Sort = "item" if run[0].marked else "paragraph"
    full = run[-1].right >= max(one.right for one in run) - 2 * longest.size
    return Block(text, sort, longest.size, bold, len(run), loose, full)


def _parted(lines: Sequence[Fragment], i: int, run: Sequence[Fragment]) -> Literal["", "loose", "apart"]:
    """Tell how line ``i`` is parted from the lines of the block before it, if it is."""
    before, line = lines[i - 1], lines[i]
    text, next_text = before.text.text, line.text.text
    white = line.top - before.bottom
    if before.fixed and line.fixed:
        return "loose" if white < line.size else "apart"
    resized = abs(line.size - before.size) > 0.08 * before.size
    goes_on = next_text[:1].islower() and not _FINISHED.search(text)
    if not resized and text[-1:] in "-\u2010" and next_text[:1].isalnum() and white < line.size:
        return ""
    if resized or abs(line.bold - before.bold) > 0.7:
        return "apart"
    if _is_item(lines, i):
        return "loose" if run[0].marked and white < 1.2 * line.size else "apart"
    if white > max(0.35 * line.size, 1.4 * _white(lines, i)) and not (goes_on and white < 1.5 * line.size):
        return "apart"
    around = lines[max(0, i - NEAR) : i + NEAR]
    edge = max(one.right for one in around)
    start = min(one.left for one in around)
    if _is_centred(before, start, edge) and _is_centred(line, start, edge):
        return "" if abs(before.left + before.right - line.left - line.right) < 2 * line.size else "loose"
    room = edge - before.right - _first_word(line) - 0.3 * line.size
    if min(before.bold, line.bold) > 0.7 and room < 0 and not text[-1:].isdigit():
        return ""  # a heading that wraps may hang
    if _opens(lines, i, run, start):
        return "apart"
    if next_text[:1].islower() or text[-1:] in ",，、":
        return "apart" if room > 0.3 * (edge - start) and not goes_on else ""
    if room > 0:
        return "apart" if _FINISHED.search(text) or len(run) > 1 else "loose"
    return "" if _columns(text) >= SHORT or _fills(around, start, edge) else "loose"


def _is_item(lines: Sequence[Fragment], i: int) -> bool:
    """Whether line ``i`` begins an item: a bullet, or a number or letter that no sentence was wrapped before."""
    text, before = lines[i].text.text, lines[i - 1]
    if not lines[i].marked:
        return False
    around = lines[max(0, i - NEAR) : i + NEAR]
    wrapped = before.right > max(one.right for one in around) - 3 * before.size
    return (
        not text[0].isalnum() or not wrapped or lines[i].marked == "apart" or bool(_FINISHED.search(before.text.text))
    )


def _fills(around: Sequence[Fragment], start: float, edge: float) -> bool:
    """Whether lines are those of a narrow column: most reach nearly as far as the furthest."""
    full = sum(one.right - start > 0.75 * (edge - start) for one in around)
    return len(around) >= 4 and full >= 0.6 * len(around)


def _opens(lines: Sequence[Fragment], i: int, run: Sequence[Fragment], start: float) -> bool:
    """Whether line ``i`` is indented as a paragraph's first, or juts out as a reference's first."""
    before, line = lines[i - 1], lines[i]
    ahead = line.left - before.left
    after = lines[i + 1] if i + 1 < len(lines) else None
    if ahead > 0.8 * line.size:
        hanging = after is not None and abs(after.left - line.left) < 0.5 * line.size
        return not run[0].marked and not hanging and (len(run) > 1 or before.left < start + 0.5 * line.size)
    if ahead < -0.8 * line.size and len(run) > 1:
        return run[-1].left - run[0].left > 0.8 * line.size and abs(line.left - run[0].left) < 0.5 * line.size
    return False


def _white(lines: Sequence[Fragment], i: int) -> float:
    """Return the usual white between the lines around, where they are of one size: the middle one.

    Of one or two lines it is not known: then that of single spacing, at most.
    """
    around = lines[max(0, i - NEAR) : i + NEAR]
    steps = sorted(b.top - a.bottom for a, b in pairwise(around) if abs(a.size - b.size) < 0.08 * a.size)
    usual = max(0.0, steps[(len(steps) - 1) // 2]) if steps else 0.0
    return usual if len(steps) > 2 else min(usual, 0.3 * lines[i].size)


def _is_centred(line: Fragment, start: float, edge: float) -> bool:
    left, right = line.left - start, edge - line.right
    return left > line.size and abs(left - right) < max(2 * line.size, 0.1 * (edge - start))


def _first_word(line: Fragment) -> float:
    """Return about how wide a line's first word is, with the blank before it."""
    text = line.text.text
    letters = 1 if WIDE.match(text) else len(text.split(" ", 1)[0]) + 1
    return (line.right - line.left) * letters / max(1, len(text))


def _columns(text: str) -> int:
    return len(text) + len(WIDE.findall(text))


def rejoined(blocks: Sequence[Block]) -> list[Block]:
    """Join a paragraph that breaks off at the foot of a column with where it goes on, past notes and captions."""
    out = list(blocks)
    i = 0
    while i < len(out):
        found = _continuation(out, i)
        if found is None:
            i += 1
            continue
        one, other = out[i], out.pop(found)
        out[i] = replace(one, text=flow([one.text, other.text]), lines=one.lines + other.lines, full=other.full)
    return out


def _continuation(blocks: Sequence[Block], i: int) -> int | None:
    """Return the place of the block in which block ``i`` goes on, if it breaks off and one does."""
    one = blocks[i]
    if one.sort != "paragraph" or one.lines < 2 or one.finished:
        return None
    passed = 0
    for j in range(i + 1, len(blocks)):
        other = blocks[j]
        if _goes_on(one, other, adjacent=j == i + 1):
            return j
        passed += other.sort != "row"
        if passed > PASSED_MAX or (other.sort != "row" and abs(other.size - one.size) < 0.04 * one.size):
            break
    return None


def _goes_on(one: Block, other: Block, *, adjacent: bool) -> bool:
    """Whether a paragraph that breaks off goes on in another: in lower case, or at once after a full line."""
    alike = other.sort == "paragraph" and abs(other.size - one.size) < 0.04 * one.size
    begins = other.text.text[:1].islower() or (adjacent and one.full and other.lines > 1 and not other.loose)
    return alike and begins and abs(other.bold - one.bold) < 0.5
