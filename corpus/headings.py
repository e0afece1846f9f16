"""Which lines of a plain text are headings: numbered, in capitals, or standing before body text.

Precise rather than greedy: a missed heading costs a little context, a false one misleads. Not a typographic
analysis: sizes and weights are not known here. Levels are ``corpus.outline``'s.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from corpus.lines import Line, continues, furniture, item_flags

Kind = Literal["number", "caps", "matter", "group", "title"]

MAX_LENGTH = 90  # characters; a longer line is prose
MAX_WORDS = 14
CAPS_LINES = 5  # an upper-case heading may wrap over this many lines

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})(\.?)[ \t]*(?=[^\W\d_])")
_NAMED = re.compile(
    r"(?:(?:Chapter|Section|Part|Appendix|Article|Annex)\s+|§\s?)(?:\d{1,3}|[IVXLC]{1,6}|[A-Z])\b(\.?$)?", re.I
)
_ROMAN = re.compile(r"([IVX]{1,5})\.[ \t]+(?=[A-Z])")
_LETTER = re.compile(r"([A-Z])\.[ \t]+(?=[A-Z][a-z])")
_NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
_TWO_SENTENCES = re.compile(r"[a-z]{3}[.!?] +[A-Z]|[。！？，]")
_MATTER = re.compile(
    r"(?:abstract|introduction|summary|executive summary|contents|table of contents|preface|foreword|conclusions?|"
    r"references|bibliography|works cited|acknowledge?ments?|appendix|appendices|glossary|index|notes|footnotes|"
    r"data availability|funding|conflicts? of interest|about the authors?)",
    re.I,
)
ADDRESS = re.compile(r"https?://|www\.|\S@\S|\bdoi\b", re.I)
DATE = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_FROM = re.compile(r"From: *\S")
_MAIL = re.compile(r"(?:To|Date|Sent|Subject|Cc|Reply-To): *\S", re.I)
_BUTTON = re.compile(
    r"(?:view|download|share|print|read more|click|sign (?:in|up)|log ?in|subscribe|menu|skip to)\b", re.I
)
_UNFINISHED = re.compile(r"(?:[,;&*†‡、]|\b(?:a|an|and|as|at|by|for|from|in|is|of|on|or|that|the|to|with))$")
_ENDS_CLAUSE = re.compile(r"\b(?:what|how|where|who|which)\b.* (?:at|by|for|from|in|is|of|on|to|with)$", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines ``first`` to ``last`` read as one heading; ``depth`` is 0 where it is not numbered.

    Kinds: "number" (2.1 Scope), "caps" (METHODS), "matter" (Abstract, References), "group" (a label of a list, or
    one that recurs), "title" (any other).
    """

    first: int
    last: int
    name: str
    kind: Kind
    depth: int


def candidates(rows: list[Line]) -> list[Candidate]:
    """Read the lines once and collect what looks like headings."""
    items, recurring, messages = item_flags(rows), furniture(rows), _messages(rows)
    count = Counter(row.text for row in rows)
    found: list[Candidate] = []
    seen: set[str] = set()
    i = 0
    while i < len(rows):
        row = rows[i]
        one = None
        if row.text.rstrip(".") not in recurring and not row.is_page_number:
            one = _numbered(rows, items, i, seen) or _caps(rows, items, i) or _titled(rows, items, i, found, count)
        if i in messages:
            one = Candidate(i, i, row.text, "matter", 0)
        if one:
            found.append(one)
            i = one.last
        i += 1
    starts = {one.first for one in found}
    leading = {one.name for one in found if one.last + 1 not in starts}  # stands before text at least once
    return [one for one in found if count[one.name] < 3 or one.name in leading]  # else a logo, a menu


def _messages(rows: list[Line]) -> frozenset[int]:
    """Return the lines that tell who wrote each message of a thread: "From: …" above "Subject: …" and others."""
    starts = [i for i, row in enumerate(rows) if _FROM.match(row.text)]
    for i in starts:
        block = [row.text for row in rows[i + 1 : i + 5] if _MAIL.match(row.text)]
        subject = any(text.lower().startswith("subject:") for text in block)
        if len(block) < 2 or not subject or (i and _MAIL.match(rows[i - 1].text)):
            return frozenset()
    return frozenset(starts if len(starts) > 1 else ())


def _plain(row: Line) -> bool:
    """Whether the line could be a heading by its form alone: short, not prose, row, address, date or reference."""
    words = row.text.split()
    return (
        len(row) <= MAX_LENGTH
        and len(words) <= MAX_WORDS
        and not (row.finished or row.is_row or row.is_page_number)
        and not (ADDRESS.search(row.text) or DATE.search(row.text))
        and (not _UNFINISHED.search(row.text) or _ENDS_CLAUSE.search(row.text) is not None)
        and not _TWO_SENTENCES.search(row.text)
        and any(char.isalpha() for char in row.text)
    )


def is_prose(row: Line) -> bool:
    """Whether the line reads as body text: it ends as a sentence does, or is longer than any heading."""
    return len(row) > MAX_LENGTH + 10 or (row.finished and len(row) >= 25)


def _body_after(rows: list[Line], items: list[bool], i: int) -> bool:
    """Whether body text or a list follows line ``i``, lines without a word passed over."""
    for j in range(i + 1, min(i + 4, len(rows))):
        row = rows[j]
        if not any(char.isalnum() for char in row.text):
            continue
        if items[j] or row.is_row or is_prose(row):
            return True
        if row.is_key:
            continue  # "Updated: ..." between a heading and its text
        return len(row) >= 40 and j + 1 < len(rows) and not rows[j + 1].gap and continues(rows, j + 1)
    return False


def _numbered(rows: list[Line], items: list[bool], i: int, seen: set[str]) -> Candidate | None:
    """Read "2.1. Title", "3 TITLE" or "Chapter 4": a number in sequence and a heading's form."""
    row = rows[i]
    match = _NUMBERED.match(row.text)
    named = _NAMED.match(row.text)
    if named and (_plain(row) or named.group(1) is not None) and (row.gap or rows[i - 1].finished):
        return Candidate(i, i, row.text, "number", 1)
    if not _plain(row):
        return None
    if match is None:
        return _lettered(rows, items, i, seen)
    number, rest = match.group(1), row.text[match.end() :]
    *outer, last = number.split(".")
    previous = ".".join([*outer, str(int(last) - 1)])
    if rest[0].islower() or not (int(last) <= 1 or previous in seen):
        return None
    if not outer:
        apart = row.gap or rows[i - 1].finished or items[i - 1] or _after_short(rows, i)
        if not match.group(2) and (rest.count(",") > 1 or not (rest.isupper() or apart)):
            return None  # "1 College of Nets, Norvik, Norway" is an affiliation
        if match.group(2) and _in_list(rows, items, i, int(last)):
            return None
    seen.add(number)
    return Candidate(i, _wrapped_to(rows, items, i), row.text, "number", len(outer) + 1)


def _after_short(rows: list[Line], i: int) -> bool:
    """Whether the line before ``i`` ends well before the width of the lines below, as a paragraph's last line does."""
    below = max((len(row) for row in rows[i + 1 : i + 4]), default=0)
    return len(rows[i - 1]) + len(rows[i].text.split()[0]) < 0.75 * below


def _lettered(rows: list[Line], items: list[bool], i: int, seen: set[str]) -> Candidate | None:
    """Read "II. RELATED WORK", and "A. Pots" below such a heading, each in its sequence."""
    row = rows[i]
    if (match := _ROMAN.match(row.text)) and match.group(1) in _NUMERALS:
        before, depth = ["", *_NUMERALS][_NUMERALS.index(match.group(1))], 1
    elif (match := _LETTER.match(row.text)) and "I" in seen:
        before, depth = ("" if match.group(1) == "A" else f"{chr(ord(match.group(1)) - 1)}."), 2
    else:
        return None
    if before and before not in seen:
        return None
    seen.add(match.group(1) if depth == 1 else f"{match.group(1)}.")
    return Candidate(i, _wrapped_to(rows, items, i), row.text, "number", depth)


def _in_list(rows: list[Line], items: list[bool], i: int, number: int) -> bool:
    """Whether "2. Words" is an item among items: its neighbour line carries the neighbour number, or prose does."""
    after = rows[i + 1].text if i + 1 < len(rows) else ""
    before = rows[i - 1].text if i else ""
    if _bears(after, number + 1) or (number > 1 and _bears(before, number - 1)):
        return True
    if i + 1 == len(rows) or (i and before.endswith(":")):
        return True
    return rows[i + 1].indent > rows[i].indent or not (_body_after(rows, items, i) or _plain(rows[i + 1]))


def _bears(text: str, number: int) -> bool:
    """Whether a line begins with a number and a full stop; "1.3 Place of work" begins with no 1."""
    return re.match(rf"{number}\.(?!\d)", text) is not None


def _caps(rows: list[Line], items: list[bool], i: int) -> Candidate | None:
    r"""Read a heading in capitals, wrapped or not: "METHODS", "RESULTS AND\nDISCUSSION"."""
    if not _is_caps(rows[i]) or items[i]:
        return None
    last = _wrapped_to(rows, items, i)
    name = " ".join(row.text for row in rows[i : last + 1])
    letters = [char for char in name if char.isalpha()]
    if len(letters) < 4 or (rows[i].is_key and last == i) or rows[i].is_reference:
        return None
    begins = rows[i].gap or rows[i - 1].finished or items[i - 1] or len(rows[i - 1]) > MAX_LENGTH
    followed = last + 1 < len(rows) and not rows[last + 1].lower
    return Candidate(i, last, name, "matter" if _MATTER.fullmatch(name) else "caps", 0) if begins and followed else None


def _is_caps(row: Line) -> bool:
    return row.text.isupper() and len(row) <= MAX_LENGTH and not row.text.endswith((".", ",", ";"))


def _wrapped_to(rows: list[Line], items: list[bool], i: int) -> int:
    """Return the last line of a heading that begins at line ``i``: capitals go on in capitals, adjacent."""
    last = i
    while (
        rows[i].text.isupper()
        and last + 1 < len(rows)
        and last + 1 - i < CAPS_LINES
        and len(rows[last]) >= 12
        and not rows[last + 1].gap
        and not items[last + 1]
        and _is_caps(rows[last + 1])
        and not rows[last + 1].is_page_number
        and not _NUMBERED.match(rows[last + 1].text)
    ):
        last += 1
    return last


def _titled(
    rows: list[Line], items: list[bool], i: int, found: list[Candidate], count: Counter[str]
) -> Candidate | None:
    """Read an unnumbered heading in ordinary letters, by what stands before and after it."""
    row = rows[i]
    if items[i] or not _plain(row) or row.is_reference or row.lower or not row.text[0].isalpha():
        return None
    if row.is_key or _BUTTON.match(row.text) or i + 1 >= len(rows) or rows[i + 1].lower:
        return None
    after_heading = bool(found) and found[-1].last == i - 1
    if not (row.gap or rows[i - 1].finished or items[i - 1] or len(rows[i - 1]) > MAX_LENGTH + 10 or after_heading):
        return None
    matter = _MATTER.fullmatch(row.text) is not None
    if not row.gap and not matter and _in_wrapped_text(rows, i):
        return None
    body = _body_after(rows, items, i)
    if not body and not matter and not (capitalised(row) and _heads_headings(rows, i)):
        return None
    kind: Kind = "matter" if matter else "group" if items[min(i + 1, len(rows) - 1)] or count[row.text] > 1 else "title"
    return Candidate(i, i, row.text, kind, 0)


def _in_wrapped_text(rows: list[Line], i: int) -> bool:
    """Whether the prose around line ``i`` is wrapped, so that a short line may be a piece of a paragraph."""
    near = rows[max(0, i - 4) : i] + rows[i + 1 : i + 5]
    longest = max((len(row) for row in near), default=0)
    wrapped = longest <= 130 and sum(row.lower for row in near) * 4 >= len(near)
    return wrapped and not (capitalised(rows[i]) and len(rows[i]) < 0.6 * longest)


def capitalised(row: Line) -> bool:
    """Whether most of its longer words begin in upper case, as in a title."""
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", row.text) if len(word) > 3] or [row.text]
    return sum(not word[0].islower() for word in words) >= 0.6 * len(words)


def _heads_headings(rows: list[Line], i: int) -> bool:
    """Whether the next line stands apart from this one and is itself short and capitalised, with text below it."""
    below = rows[i + 1] if i + 1 < len(rows) else None
    if below is None or below.text == rows[i].text or not _plain(below):
        return False
    apart = below.gap or bool(_NUMBERED.match(below.text))
    return apart and capitalised(below) and i + 2 < len(rows) and (is_prose(rows[i + 2]) or len(rows[i + 2]) > 60)
