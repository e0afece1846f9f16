"""Rows of tables and lines of records: which of them a question is about.

A row ("Item: Rye bread; Price: 4.20") tells of one thing, and looks to any measure like the rows of all others. Where
the question's words stand in the values of some rows only, the rest of the table tells of something else. A record is a
thing over several lines ("Customer: Hollmann", "Fault: leak"): each line speaks of what the others name.
"""

import re
from collections.abc import Sequence

from index.words import has_cjk, terms, words
from qa.answer import Citation
from qa.bands import fitting
from qa.polarity import denial
from qa.question import names

_BARS = r"[^|]{1,120}(?: \| [^|:]{1,60}: [^|]+)+$"
ROW = re.compile(  # "Bread | Price: 4.20 | Note: sliced; fresh", or "Item: Rye bread; Price: 4.20"
    rf"^(?:{_BARS}|[^:;]{{1,60}}: .*; [^:;]{{1,60}}: )"
)
_CELL = re.compile(r"(?:^|; )[^:;]{1,60}: ")
_BAR = " | "
_KEYED = re.compile(r"^(?P<key>[^\W\d_][^:：.!?;,。，；]{0,40})[:：] *(?P<value>\S.*)$", re.DOTALL)
_KEY_WORDS = 4
_LINES = 3  # that a record has at least
CLEARLY = 0.5  # share of the best row's fit below which a row tells of something else
_KIND = frozenset(terms("year date day time month number name kind cost price"))  # name the answer, not what it is of
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_LIMIT = re.compile(r"\b(?:than|over|under|above|below|least|most|between|up to)\b", re.IGNORECASE)
_BAND = 4.0  # what it counts that a row's band holds an amount of the question


def is_row(text: str) -> bool:
    """Return whether a text is a row of a table with the names of its columns.

    >>> is_row("Item: Rye bread; Price: 4.20"), is_row("Price: 4.20")
    (True, False)
    """
    return ROW.match(text) is not None


def told(text: str) -> str:
    """Return what a line of a record tells beside its key, any other text whole.

    >>> told("Customer: Brauerei Hollmann"), told("It leaks.")
    ('Brauerei Hollmann', 'It leaks.')
    """
    match = None if is_row(text) else _KEYED.match(text)
    return match["value"] if match and len(match["key"].split()) <= _KEY_WORDS else text


def values(text: str) -> str:
    """Return what the cells of a row or a line of a record hold, without the names of columns; any other text whole."""
    return "; ".join(value for _, value in _pairs(text)) if is_row(text) else told(text)


def cells(text: str) -> dict[str, str]:
    """Return what the cells of a row hold by the names of their columns, "" without one, empty for any other text.

    >>> cells("Item: Rye bread; Price: 4.20"), cells("Rye bread | Price: 4.20")
    ({'Item': 'Rye bread', 'Price': '4.20'}, {'': 'Rye bread', 'Price': '4.20'})
    """
    return dict(_pairs(text)) if is_row(text) else {}


def _pairs(row: str) -> list[tuple[str, str]]:
    """Return the name of each cell's column and what the cell holds."""
    if re.match(_BARS, row):
        split = (cell.partition(": ") for cell in row.split(_BAR))
        return [(name, value) if mark else ("", name) for name, mark, value in split]
    names = [name.strip("; :") for name in _CELL.findall(row)]
    return list(zip(names, _CELL.split(row)[1:], strict=True))


def record(citation: Citation) -> list[str]:
    """Return the lines of the record that a sentence is one of, in order; none where it is in none."""
    passage = citation.passage
    lines = [(start, " ".join(passage.slice(start, end).split())) for start, end in passage.sentences]
    keyed = [told(text) != text for _, text in lines]
    at = next((n for n, (start, _) in enumerate(lines) if start == citation.start), None)
    if at is None or not keyed[at]:
        return []
    first = last = at
    while first > 0 and keyed[first - 1]:
        first -= 1
    while last + 1 < len(lines) and keyed[last + 1]:
        last += 1
    run = [text for _, text in lines[first : last + 1]]
    return run if len(run) >= _LINES else []


def beside(question: str, citations: Sequence[Citation]) -> set[tuple[str, int, int]]:
    """Return the keys of the rows that tell of something else than the question: their table has rows that fit better.

    A row fits by the words of the question in its values that not all rows of its table have, and that neither title
    nor heading holds. Rows without a code of the question ("409") fit nothing where any of the citations holds it.
    """
    tables: dict[tuple[str, tuple[str, ...], str], list[Citation]] = {}
    for one in citations:
        if is_row(text := one.line):
            tables.setdefault((one.passage.doc_id, one.passage.heading, next(iter(cells(text)))), []).append(one)
    codes = {t for t, w in names(question).items() if any(c.isdigit() for c in w) and not _YEAR.fullmatch(w)}
    if has_cjk(question) or not tables:
        codes = set()
    held = {code for code in codes if any(code in terms(c.line) for c in citations) and len(code) > 2}
    found: set[tuple[str, int, int]] = set()
    for one in citations:
        if not is_row(text := one.line) and told(text) != text and _other_line(question, one):
            found.add(one.key)
    for rows in tables.values():
        weights = _weights(question, rows)
        best = max(weights)
        found |= {row.key for row, weight in zip(rows, weights, strict=True) if weight < CLEARLY * best}
        if held and not any(held & set(terms(f"{_above(row)} {row.line}")) for row in rows):
            found |= {row.key for row in rows}
    return found


def _other_line(question: str, citation: Citation) -> bool:
    """Return whether the question names the key of another line of a sentence's record in full, and not this one's."""
    asked = set(terms(question))
    lines = [line for line in record(citation) if set(terms(told(line))) - asked]  # those that tell something new
    keys = [set(terms(line.removesuffix(told(line)))) for line in lines]
    own = set(terms(citation.line.removesuffix(told(citation.line))))
    return any(key and key <= asked for key in keys) and not own <= asked


def _weights(question: str, rows: Sequence[Citation]) -> list[float]:
    """Return how well each row fits: each word that tells rows apart counts the more, the fewer rows hold it."""
    wanted = set(terms(question)) - set(terms(_above(rows[0]))) - _KIND
    if _LIMIT.search(question):
        wanted = {t for t in wanted if not t[0].isdigit()}
    if denial(question):
        wanted.add("no")
    seen = [set(terms(text)) | ({"no"} & set(words(text))) for text in (values(row.line) for row in rows)]
    weights = [_BAND * fits for fits in fitting(question, [cells(row.line) for row in rows])]
    for term in wanted:
        holding = sum(term in one for one in seen)
        if 0 < holding < len(rows):
            weights = [w + (term in one) / holding for w, one in zip(weights, seen, strict=True)]
    return weights


def _above(citation: Citation) -> str:
    return " ".join((citation.passage.doc_id, citation.title, *citation.passage.heading))
