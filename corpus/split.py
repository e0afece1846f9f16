"""Sentences packed into passages that fit the encoder's window.

Whole units, packed greedily up to about ``size`` tokens, never across a heading or a page, never over ``limit``.
Passages do not overlap: the search joins neighbours when it needs more words, and a quote is found once.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from corpus.document import Document, Passage
from corpus.sentences import Unit, sentences

VERSION = 5  # raised when the passages of a document change; the index then reads its files again
CHARACTERS = 12  # a token stands for no more than this many characters, so that no passage is a wall of letters
QUESTION = 40  # tokens of a question that stays with its answer, at most
BRIEF = 4  # words below which an answer is not all of it: "Yes."
TAIL = 15  # tokens; a last passage below this joins the one before it

CountTokens = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A unit, or a part of one too long for a passage, with its tokens, page and section."""

    start: int
    end: int
    tokens: int
    page: int | None
    section: int
    is_heading: bool
    is_item: bool
    leads: bool  # a heading, a sentence that introduces what follows, or a question before its answer


def split(document: Document, count_tokens: CountTokens, size: int = 100, limit: int = 250) -> list[Passage]:
    """Cut a document into passages of whole sentences.

    ``count_tokens`` maps texts to their lengths as the encoder counts them, special tokens left out or not.
    A passage aims at ``size`` tokens and never holds more than ``limit``; a list that fits into ``limit`` stays in
    one passage, with the sentence that introduces it. Headings belong to the passage that follows them, and a
    question to the sentence that answers it. The passages are ordered, disjoint and cover every non-blank character.

    Raises:
        ValueError: not 1 <= size <= limit.

    """
    if not 1 <= size <= limit:
        raise ValueError(f"passages need 1 <= size <= limit, and size is {size}, limit {limit}; change one of them")
    units = sentences(document.text, document.headings, document.page_starts)
    paths = _paths(document)
    pieces = _pieces(document, units, count_tokens, limit)
    groups = [list(group) for section in _sections(pieces) for group in _packed(section, size, limit)]
    fitting = _checked(document.text, groups, count_tokens, limit)
    return [_passage(document, group, paths) for group in fitting]


def _paths(document: Document) -> list[tuple[str, ...]]:
    """Return the path of headings of each section: [0] before the first heading, [i] under heading i."""
    paths: list[tuple[str, ...]] = [()]
    above: list[tuple[int, str]] = []
    for heading in document.headings:
        name = " ".join(document.text[heading.start : heading.end].split())
        above = [one for one in above if one[0] < heading.level] + [(heading.level, name)]
        paths.append(tuple(words for _, words in above if words and words.casefold() != document.title.casefold()))
    return paths


def _pieces(document: Document, units: list[Unit], count_tokens: CountTokens, limit: int) -> list[_Piece]:
    """Count every unit in one call, and cut those over ``limit``."""
    text = document.text
    counts = _lengths([text[unit.start : unit.end] for unit in units], count_tokens)
    pieces: list[_Piece] = []
    section = 0
    answered = _answered(text, units, counts)
    for unit, count, asked in zip(units, counts, answered, strict=True):
        is_heading = unit.kind == "heading"
        section += is_heading
        for start, end, tokens in _cut(text, unit.start, unit.end, count, count_tokens, limit):
            page = document.page_at(start)
            leads = is_heading or asked or (unit.kind == "sentence" and text[end - 1] in ":：")
            pieces.append(_Piece(start, end, tokens, page, section, is_heading, unit.kind == "item", leads))
    return pieces


def _answered(text: str, units: list[Unit], counts: list[int]) -> list[bool]:
    """Return of each unit whether it is a question, or a word of answer, that the next unit answers or explains.

    One at the end of a long paragraph asks its reader; of several in a row the last is answered.
    """
    found: list[bool] = []
    before = 0  # sentences on the line before this one
    for n, unit in enumerate(units):
        before = before + 1 if n and "\n" not in text[units[n - 1].end : unit.start] else 0
        following = units[n + 1] if n + 1 < len(units) else None
        ends = following is None or "\n" in text[unit.end : following.start]
        asks = _asks(text, unit) and counts[n] <= QUESTION and not (ends and before > 1)
        brief = (
            bool(found) and found[-1] and unit.kind == "sentence" and len(text[unit.start : unit.end].split()) < BRIEF
        )
        found.append((asks or brief) and not (following and _asks(text, following)))
    return found


def _asks(text: str, unit: Unit) -> bool:
    return unit.kind == "sentence" and text[unit.start : unit.end].rstrip('"”’」』)').endswith(("?", "？"))


def _lengths(texts: list[str], count_tokens: CountTokens) -> list[int]:
    """Return how many tokens each text takes, and no fewer than its characters allow.

    To a tokenizer of word pieces any word of over a hundred letters is one unknown token.
    """
    return [max(count, -(-len(text) // CHARACTERS)) for text, count in zip(texts, count_tokens(texts), strict=True)]


def _cut(
    text: str, start: int, end: int, tokens: int, count_tokens: CountTokens, limit: int
) -> Iterator[tuple[int, int, int]]:
    """Yield the span whole where it fits, else in as many even parts as it needs, each again."""
    if tokens <= limit or end - start < 2:
        yield start, end, tokens
        return
    parts = min(-(-tokens * 10 // (9 * limit)), end - start)  # a tenth less full, as parts are not quite even
    step = (end - start) / parts
    cuts = [start, *(_near(text, round(start + n * step), step / 4) for n in range(1, parts)), end]
    spans: list[tuple[int, int]] = []
    for a, b in pairwise(cuts):
        words = text[a:b].strip()
        if words:
            first = a + len(text[a:b]) - len(text[a:b].lstrip())
            spans.append((first, first + len(words)))
    counts = _lengths([text[a:b] for a, b in spans], count_tokens)
    for (a, b), count in zip(spans, counts, strict=True):
        yield from _cut(text, a, b, count, count_tokens, limit)


def _near(text: str, middle: int, reach: float) -> int:
    """Return where to cut near ``middle``: after a clause's mark, else at a blank, else between characters."""
    steps = range(int(reach) + 1)
    around = [place for step in steps for place in ((middle + step, middle - step) if step else (middle,))]
    for marks in (";:。；", ",，、)", ""):
        for place in around:
            if text[place].isspace() and (not marks or text[place - 1] in marks):
                return place
    return next((place for place in around if not _binds(text, place)), middle)


def _binds(text: str, i: int) -> bool:
    """Whether the character at ``i`` belongs to the one before it (an accent, a joiner, an emoji's tone)."""
    joins = "\u200d\ufe0e\ufe0f"
    return unicodedata.combining(text[i]) > 0 or text[i] in joins or text[i - 1] == "\u200d" or "🏻" <= text[i] <= "🏿"


def _sections(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Yield runs of pieces that may share a passage: one section with its headings, on one page."""
    run: list[_Piece] = []
    for piece in pieces:
        turned = bool(run) and piece.page != run[-1].page
        opened = piece.is_heading and bool(run) and not run[-1].is_heading
        if turned or opened:
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _packed(run: list[_Piece], size: int, limit: int) -> Iterator[list[_Piece]]:
    """Pack one run greedily; a tiny last passage joins the one before it where both fit."""
    groups: list[list[_Piece]] = []
    for atom in _atoms(run, limit):
        together = _tokens(groups[-1]) + _tokens(atom) if groups else 0
        small = bool(groups) and _tokens(groups[-1]) < size // 4  # a heading and one line before a long list
        if groups and together <= (limit if small else size):
            groups[-1].extend(atom)
        else:
            groups.append(list(atom))
    if len(groups) > 1 and _tokens(groups[-1]) < TAIL and _tokens(groups[-2]) + _tokens(groups[-1]) <= limit:
        groups[-2].extend(groups.pop())
    yield from groups


def _tokens(pieces: list[_Piece]) -> int:
    return sum(piece.tokens for piece in pieces)


def _atoms(run: list[_Piece], limit: int) -> Iterator[list[_Piece]]:
    """Yield what stays together: headings and introductions with what follows, a list that fits ``limit`` whole."""
    lead: list[_Piece] = []
    i = list_end = 0
    while i < len(run):
        j = i + 1
        if run[i].is_item and i >= list_end:
            list_end = next((k for k in range(i, len(run)) if not run[k].is_item), len(run))
            j = list_end if _tokens(lead) + _tokens(run[i:list_end]) <= limit else i + 1
        if lead and _tokens(lead) + _tokens(run[i:j]) > limit:
            yield lead
            lead = []
        lead = lead + run[i:j]
        if not run[j - 1].leads:
            yield lead
            lead = []
        i = j
    if lead:
        yield lead


def _checked(text: str, groups: list[list[_Piece]], count_tokens: CountTokens, limit: int) -> list[list[_Piece]]:
    """Count the passages as they will be encoded, in one call; halve those over ``limit`` until none is."""
    fitting: dict[int, list[_Piece]] = {}
    open_groups = groups
    while open_groups:
        counts = _lengths([text[group[0].start : group[-1].end] for group in open_groups], count_tokens)
        over: list[list[_Piece]] = []
        for group, count in zip(open_groups, counts, strict=True):
            if count <= limit or len(group) == 1:
                fitting[group[0].start] = group
            else:
                over += [group[: len(group) // 2], group[len(group) // 2 :]]
        open_groups = over
    return [fitting[start] for start in sorted(fitting)]


def _passage(document: Document, group: list[_Piece], paths: list[tuple[str, ...]]) -> Passage:
    start, end = group[0].start, group[-1].end
    spans = tuple((piece.start, piece.end) for piece in group if not piece.is_heading)
    return Passage(
        doc_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        page=document.page_at(start),
        heading=paths[group[-1].section],
        sentences=spans or tuple((piece.start, piece.end) for piece in group),
    )
