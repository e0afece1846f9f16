"""The outline of a plain text: its title, its headings and their levels.

Levels come from numbering where there is any; otherwise from kinds of heading, as in reStructuredText: a kind
first seen under another is inside it. Which lines are headings is ``corpus.headings``'s to say.
"""

from collections import Counter
from itertools import pairwise

from corpus.document import Heading
from corpus.headings import ADDRESS, DATE, Candidate, Kind, candidates, capitalised, is_prose
from corpus.lines import Line, lines

TITLE_MAX = 120  # characters


def headings(text: str) -> tuple[Heading, ...]:
    r"""Return the headings of a plain text, ordered and disjoint, each on whole lines.

    A worked example: in ``"1. Oils\nOlive oil is ...\n2. Fats\nButter is ..."`` the first and third lines.
    """
    rows = lines(text)
    top = _title_lines(rows)
    found = candidates(rows)
    if top and not (found and found[0].first < top):
        name = " ".join(row.text for row in rows[:top])
        found = [Candidate(0, top - 1, name, "title", 0), *found]
    levels = zip(found, _levels(found), strict=True)
    return tuple(Heading(rows[one.first].start, rows[one.last].end, level) for one, level in levels)


def title(text: str) -> str | None:
    """Return the title that the text gives: a "Title:" or "Subject:" line among its first five, else the first line.

    None where the first line is too long for a title. A first line that recurs and stands before no prose, like
    the words of a logo, is passed over; where the first lines together recur as one, they are a wrapped title.
    """
    rows = lines(text)
    for row in rows[:5]:
        key, _, value = row.text.partition(":")
        if key.strip().lower() in ("title", "subject") and value.strip():
            return value.strip()
    count = Counter(row.text for row in rows)
    rows = [row for row in rows if any(char.isalnum() for char in row.text)]
    passed = (count[row.text] < 3 or is_prose(after) for row, after in pairwise(rows))
    rows = rows[next((i for i, stays in enumerate(passed) if stays), max(0, len(rows) - 1)) :]
    if not rows:
        return None
    wrapped = " ".join(row.text for row in rows[: _wrapped_title(rows)])
    return wrapped or (rows[0].text if len(rows[0]) <= TITLE_MAX else None)


def _wrapped_title(rows: list[Line]) -> int:
    """Return over how many lines the title is wrapped: two or three that recur as one line (a header), else 0."""
    recurring = {row.text.rstrip(".") for row in rows}
    return next((n for n in (3, 2) if len(rows) > n and " ".join(row.text for row in rows[:n]) in recurring), 0)


def _title_lines(rows: list[Line]) -> int:
    """Return how many lines at the top are the title and so a heading: a wrapped one, or one set apart by a blank."""
    if _wrapped_title(rows) or len(rows) < 2:
        return _wrapped_title(rows)
    first = rows[0]
    apart = rows[1].gap and not rows[1].lower and len(first) <= TITLE_MAX and not first.finished
    named = not (first.is_row or ADDRESS.search(first.text) or DATE.search(first.text))
    times = sum(row.text == first.text for row in rows)
    return int(apart and named and first.text[0].isalpha() and capitalised(first) and times < 3)


def _levels(found: list[Candidate]) -> list[int]:
    """Give each heading its level, 1 the outermost: numbers by their depth, other kinds by nesting."""
    tally = Counter(one.kind for one in found)
    top = {
        one.name for one in found if one.first == 0 and one.kind == "title"
    }  # the document's own title says nothing of its sections
    kinds = [one.kind for one in found if one.kind != "matter" and one.name not in top]
    unnumbered_first = bool(kinds) and kinds[0] != "number"
    levels: list[int] = []
    open_kinds: list[Kind] = []
    base = 0
    for place, one in enumerate(found):
        if one.kind == "number":
            base, open_kinds = one.depth, []
            levels.append(one.depth)
        elif one.kind == "matter" or (tally["number"] >= 2 and unnumbered_first):
            base, open_kinds = 0, []
            levels.append(1)
            if one.kind != "matter":
                open_kinds = [one.kind]
        else:
            open_kinds = _nest(open_kinds, one.kind, found, place, tally)
            levels.append(base + len(open_kinds))
    return levels


def _nest(open_kinds: list[Kind], kind: Kind, found: list[Candidate], place: int, tally: Counter[Kind]) -> list[Kind]:
    """Return the stack of open kinds with ``kind`` on top: popped to where it is open, else put inside."""
    if kind in open_kinds:
        return open_kinds[: open_kinds.index(kind) + 1]
    if not open_kinds:
        return [kind]
    outer = open_kinds[-1]
    several = sum(one.kind == kind for one in found[place : place + 2]) >= 2 or tally[kind] >= 3
    inside = (outer == "title" and kind in ("group", "caps") and several and tally[outer] >= 2) or outer == "caps"
    return [*open_kinds, kind] if inside else [*open_kinds[:-1], kind]
