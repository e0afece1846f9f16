"""The lines of a plain text: what each one is, and which newlines are only wrapping.

A text file does not say whether a newline ends a thought or merely the width of a page. This module
decides it from the lines alone: their marks ("- ", "1.", "Key:"), their lengths beside those of their
neighbours, and how the next line begins. It does not read meaning and keeps no list of words.
"""

import re
from dataclasses import dataclass

_ITEM = re.compile(r"(?:[•◦▪▫‣●○■□◆➢➤✓✔–—*+·-]|\(?\d{1,3}[.)]|\(?[a-z]\)|\([A-Z]\)|\(?[ivx]{2,4}[.)])[ \t\u00a0]+\S")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)][ \t\u00a0]")
_REFERENCE = re.compile(
    r"\[\d{1,3}\]|[A-Z][\w'’-]+, ?(?:[A-Z]\.[ -]?){1,3}(?:,|&|\(|$| and\b| ?\d{4}\b)|"
    r"[A-Z][^()]{2,100}\. \((?:19|20)\d\d[^()]{0,20}\)\."
)
_KEY = re.compile(r"[^\W\d_][^:.!?;,]{0,40}: *\S")
_ROW = re.compile(r"[^:;|\t]{1,60}: [^;|\t]*(?:; [^:;|\t]{1,60}: [^;|\t]*)+$")
_PAGE_NUMBER = re.compile(r"(?:[-–—] ?)?(?:[Pp]age )?\d{1,4}(?: ?(?:/|of) ?\d{1,4})?(?: ?[-–—])?$")
_FINISHED = re.compile(r"[.!?。！？…:;；：][\"'”’»)\]）」』]*(?:\[\d+\])?$")
_OPEN = re.compile(
    r"(?:,|\b(?:a|an|and|as|at|but|by|for|from|has|have|in|into|is|its|not|of|on|or|our|so|than|that|the|their|this|to|was|"
    r"were|which|who|will|with))$"
)
_GOES_ON = re.compile(
    r"(?:and|as|at|because|but|by|for|from|has|in|into|is|of|on|or|than|that|the|to|was|were|when|where|which|who|will|with)\b"
)
_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")
_NO_CASE = re.compile(r"[\u0590-\u08ff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

WRAP_MIN, WRAP_MAX = 30, 130  # widths at which people and programs wrap prose; longer lines are paragraphs


@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line: the span of its words, its indent, and whether a blank line stands before it.

    Its length is in columns: a Chinese, Japanese or Korean character takes two.
    """

    start: int
    end: int
    text: str
    indent: int
    gap: bool

    def __len__(self) -> int:
        wide = 0 if self.text.isascii() else len(_WIDE.findall(self.text))
        return self.end - self.start + wide

    @property
    def finished(self) -> bool:
        """Whether the line ends in punctuation that can end a sentence or introduce something."""
        return _FINISHED.search(self.text) is not None

    @property
    def is_row(self) -> bool:
        """Whether it is one row of a table: "Model: A; Price: 3", or cells parted by bars or tabs."""
        return self.text.count("|") >= 2 or "\t" in self.text or " | " in self.text or bool(_ROW.match(self.text))

    @property
    def is_key(self) -> bool:
        """Whether it reads "Key: value", the key in one to four words of which the first begins in upper case."""
        key = self.text.split(":", 1)[0]
        return bool(_KEY.match(self.text)) and len(key.split()) <= 4 and not key[0].islower()

    @property
    def is_reference(self) -> bool:
        """Whether it begins an entry of a list of references: "[3]", "Surname, N.", "Name. (2020)."."""
        return _REFERENCE.match(self.text) is not None

    @property
    def is_page_number(self) -> bool:
        """Whether nothing but a page number stands on it."""
        return _PAGE_NUMBER.match(self.text) is not None

    @property
    def lower(self) -> bool:
        """Whether its first word is in lower case, as where a sentence goes on; a name such as iPhone is not."""
        return self.text[0].islower() and not self.text[1:2].isupper()


def lines(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Return the non-blank lines of ``text[start:end]``; a form feed ends a line and counts as a blank one."""
    found: list[Line] = []
    gap = True
    position = start
    for piece in re.split(r"([\n\f])", text[start:end]):
        words = piece.strip()
        if words:
            indent = len(piece) - len(piece.lstrip())
            begin = position + indent
            found.append(Line(begin, begin + len(words), words, indent, gap))
            gap = False
        elif piece == "\f" or (piece != "\n" and _blank_line(text, position)):
            gap = True
        position += len(piece)
    return found


def _blank_line(text: str, position: int) -> bool:
    """Whether the empty piece at ``position`` is a whole line, not the nothing after a last newline."""
    return position == 0 or text[position - 1] in "\n\f"


def item_flags(rows: list[Line]) -> list[bool]:
    """Tell for each line whether it starts a list item.

    A number needs a neighbour: "62. The rest" is an item only where 61 came before or 63 comes after,
    or where it is 1; otherwise it is a sentence that was wrapped before a number.
    """
    numbers = [int(match.group(1)) if (match := _NUMBER.match(row.text)) else None for row in rows]
    seen: set[int] = set()
    flags = []
    ahead = {number for number in numbers if number is not None}
    for row, number in zip(rows, numbers, strict=True):
        flag = _ITEM.match(row.text) is not None
        if flag and number is not None and number > 1:
            flag = number - 1 in seen or (row.gap and number + 1 in ahead)
        if flag and number is not None:
            seen.add(number)
        flags.append(flag)
    return flags


def furniture(rows: list[Line]) -> frozenset[str]:
    """Return the texts of running headers and footers: lines that recur beside page numbers or page starts."""
    beside: dict[str, int] = {}
    count: dict[str, int] = {}
    for i, row in enumerate(rows):
        name = row.text.rstrip(".")
        count[name] = count.get(name, 0) + 1
        near = rows[max(0, i - 1) : i] + rows[i + 1 : i + 2]
        if not row.lower and any(other.is_page_number for other in near):
            beside[name] = beside.get(name, 0) + 1
    return frozenset(name for name, times in beside.items() if count[name] >= 2 and times * 2 >= count[name])


def continues(rows: list[Line], i: int) -> bool:
    """Tell whether the newline before line ``i`` is only wrapping, so that line ``i`` goes on with ``i - 1``.

    Only for two adjacent lines of running prose; marks (items, rows, headings) are the caller's to exclude.
    """
    before, line = rows[i - 1], rows[i]
    if line.lower and not before.finished and len(before) > WRAP_MAX:  # a sentence goes on, whatever the width
        return _OPEN.search(before.text) is not None or _GOES_ON.match(line.text) is not None
    if not WRAP_MIN - 5 <= len(before) <= WRAP_MAX:
        return False
    if re.search(r"[^\W\d_]-$", before.text) and line.lower:
        return True
    if line.lower and not before.text.endswith(":"):
        return True
    if _WIDE.match(line.text) and _WIDE.search(before.text):
        return not before.finished and len(before) >= 40  # no case to go by; an unfinished line goes on
    return _fills(rows, i - 1, len(line.text.split(None, 1)[0]))


def _fills(rows: list[Line], i: int, word: int) -> bool:
    """Whether line ``i`` is as full as its like-long neighbours, so that a word of ``word`` letters did not fit."""
    length = len(rows[i])
    if not WRAP_MIN <= length <= WRAP_MAX:
        return False
    near = [row for row in rows[max(0, i - 3) : i] + rows[i + 1 : i + 4] if 0.8 <= len(row) / length <= 1.25]
    if len(near) < 2:
        return False
    around = rows[max(0, i - 6) : i + 8]
    flowing = sum(row.lower or _NO_CASE.match(row.text) is not None for row in around)
    return flowing * 4 >= len(around) and length + 1 + word >= 0.9 * max(len(row) for row in near)
