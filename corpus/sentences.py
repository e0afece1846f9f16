"""From a document's text to its units: headings, sentences, list items, table rows.

``blocks`` finds the paragraphs, ``sentences`` the units inside them. Both work on offsets alone and never
change a character. What is wrapping and what is structure is decided in ``corpus.lines``; sentence
boundaries are sentencex's (https://github.com/wikimedia/sentencex), mended where it parts an
abbreviation or an initial from what follows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from corpus.document import Heading
from corpus.lines import WRAP_MAX, Line, continues, furniture, item_flags, lines

Kind = Literal["sentence", "item", "row", "heading"]

AHEAD = 80  # characters read after a boundary to judge it
REFERENCE_MAX = 600  # characters; a reference entry up to this long is one unit

_NUMBERED_AFTER = re.compile(
    r"\b(?:[Nn]os?|[Vv]ols?|[Ff]igs?|[Ee]qs?|[Ss]ecs?|[Cc]h|[Aa]rt|[Nn]r|pp?|[Tt]ab|[Cc]a|[Aa]pprox)\.$"
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|et al|cf|vs|viz|resp|incl|Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|Rev|Gen|Gov|Sen|Hon|eds?|[Ff]igs?)\.$"
)
_INITIAL = re.compile(r"(?:^|[\s(.&-])[A-Z]\.$")
_ENUMERATOR = re.compile(r"\W*(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})?\W*$")
_OPENS_SENTENCE = re.compile(
    r"(?:The|This|That|These|Those|It|He|She|We|They|You|I|In|On|At|For|But|And|However|As|If|When|There|Our|Its|His|Her|Their)\b"
)
_CLOSING = re.compile(r"[\s)\]}”’»\"'.,;:!?。！？…）】」』]*$")
# Two places at which sentencex parts nothing: behind "(1) " no sentence of the block, and "。" before a digit.
_OPENS_BLOCK = re.compile(r"^\(\w{1,3}\)(?= )")
_DIGIT_AFTER_STOP = re.compile(r"(?<=[。！？])\d")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or heading: ``text[start:end]``, without blanks at its ends."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is cited: a sentence, or an item, row or heading, as ``text[start:end]``."""

    start: int
    end: int
    kind: Kind


def blocks(text: str, headings: Sequence[Heading] = (), page_starts: Sequence[int] = ()) -> list[Block]:
    """Cut ``text`` into blocks that are ordered, disjoint and cover every non-blank character.

    ``headings`` are ordered, disjoint spans of ``text``; each becomes one block. At a page start the
    paragraph goes on where its last line is unfinished and the next begins in lower case.
    """
    found: list[Block] = []
    recurring = furniture(lines(text))
    position = 0
    for heading in [*headings, None]:
        stop = heading.start if heading else len(text)
        found.extend(_prose(text, position, stop, recurring, frozenset(page_starts)))
        if heading:
            found.extend(_trimmed(text, heading.start, heading.end, "heading"))
            position = heading.end
    return found


def sentences(text: str, headings: Sequence[Heading] = (), page_starts: Sequence[int] = ()) -> list[Unit]:
    r"""Cut ``text`` into units that are ordered, disjoint, trimmed and cover every non-blank character.

    A worked example: ``"Intro: two things.\n- One. More.\n- Two"`` gives a sentence, then the items
    ``"- One."``, ``"More."`` and ``"- Two"``.
    """
    units: list[Unit] = []
    for block in blocks(text, headings, page_starts):
        whole = block.kind in ("heading", "row") or _is_reference(text, block)
        cuts = [] if whole else _boundaries(text[block.start : block.end])
        edges = [block.start, *(block.start + cut for cut in cuts), block.end]
        for start, end in pairwise(edges):
            units.extend(Unit(piece.start, piece.end, piece.kind) for piece in _trimmed(text, start, end, block.kind))
    return units


def _trimmed(text: str, start: int, end: int, kind: Kind) -> Iterator[Block]:
    """Yield the span without the blanks at its ends, or nothing where it is blank."""
    piece = text[start:end]
    words = piece.strip()
    if words:
        begin = start + len(piece) - len(piece.lstrip())
        yield Block(begin, begin + len(words), kind)


def _is_reference(text: str, block: Block) -> bool:
    words = text[block.start : block.end]
    return len(words) <= REFERENCE_MAX and Line(0, len(words), words, 0, False).is_reference


def _prose(text: str, start: int, end: int, recurring: frozenset[str], pages: frozenset[int]) -> Iterator[Block]:
    """Yield the blocks of a stretch that holds no heading."""
    rows = lines(text, start, end)
    items = item_flags(rows)
    first = 0
    for i in range(1, len(rows) + 1):
        if i < len(rows) and not _breaks(rows, items, recurring, first, i, pages):
            continue
        kind: Kind = "item" if items[first] or rows[first].is_reference else "row" if rows[first].is_row else "sentence"
        yield Block(rows[first].start, rows[i - 1].end, kind)
        first = i


def _breaks(
    rows: list[Line], items: list[bool], recurring: frozenset[str], first: int, i: int, pages: frozenset[int]
) -> bool:
    """Whether line ``i`` begins a block, given that the current one began at line ``first``."""
    before, line = rows[i - 1], rows[i]
    overleaf = line.start - line.indent in pages and _goes_on_overleaf(before, line)
    if line.gap and not overleaf:
        return True
    if items[i] or line.is_reference or line.is_row or before.is_row or line.is_page_number or before.is_page_number:
        return True
    if line.text.rstrip(".") in recurring or before.text.rstrip(".") in recurring:
        return True
    if overleaf:
        return False
    if items[first] and line.indent > rows[first].indent:
        return False  # hanging indent: the item's own continuation
    longest = max(len(row) for row in rows[max(first, i - 12) : i])
    if before.finished and not line.lower and i - 1 > first and len(before) < 0.75 * longest:
        return not before.text.endswith((":", ";"))  # the short last line of a paragraph
    if rows[first].is_reference:
        return len(before) > WRAP_MAX
    return line.is_key or not continues(rows, i)


def _goes_on_overleaf(before: Line, line: Line) -> bool:
    """Whether the last line of a page is unfinished prose that the first line of the next goes on with."""
    if before.finished or before.is_row or line.is_row:
        return False
    return len(before) >= 25 if line.lower else len(before) > WRAP_MAX and line.finished


def _boundaries(words: str) -> list[int]:
    """Return the offsets inside ``words`` at which a new sentence begins; newlines count as blanks."""
    import sentencex  # lazy: a compiled module that ``import corpus`` does not need

    flat = _OPENS_BLOCK.sub(lambda mark: " " * len(mark.group()), re.sub(r"\s", " ", words))
    flat = _DIGIT_AFTER_STOP.sub("一", flat)
    cuts: list[int] = []
    last = 0
    for boundary in sentencex.get_sentence_boundaries(_language(flat), flat):
        cut = int(boundary["start_index"])
        if cut > last and not _joined(flat[last:cut], flat[cut : cut + AHEAD]):
            cuts.append(cut)
            last = cut
    return cuts


def _joined(before: str, after: str) -> bool:
    """Whether the boundary between two pieces is false: an abbreviation, an initial, a stray mark."""
    head, rest = before.rstrip(), after.lstrip()
    if not rest or _ENUMERATOR.fullmatch(head) or not _LETTER.search(head):
        return True
    if _CLOSING.fullmatch(re.split(r"\s", rest, maxsplit=1)[0]):
        return True
    if _NUMBERED_AFTER.search(head):
        return rest[0].isdigit() or rest[0] in "([#"
    if _ABBREVIATION.search(head):
        return True
    if _INITIAL.search(head):
        return not _OPENS_SENTENCE.match(rest)
    return head.endswith(".") and rest[0].islower() and rest[1:2].islower()


def _language(words: str) -> str:
    """Guess from the script: "ja" with kana, "zh" where Han characters are the majority, else "en"."""
    kana = len(re.findall(r"[\u3040-\u30ff]", words))
    han = len(re.findall(r"[\u3400-\u9fff]", words))
    other = len(_LETTER.findall(words)) - kana - han
    if kana + han <= other // 2:
        return "en"
    return "ja" if kana else "zh"
