"""The row that a superlative asks for: "the largest flat", "which model is the lightest?", "the most chairs".

No row says of itself that it holds the largest value of its table; it is found by comparing them (the aggregation
over cells that Herzig et al., 2020, "TaPas", learn). The column is the one that the words after the superlative
name, else one for what the adjective measures. Where no column, or no row, can be told, nothing changes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.retrieve import Index
from index.words import STOP, has_cjk, stem, terms, words
from qa.answer import Citation
from qa.evidence import Evidence, Judged
from qa.features import COUNTS
from qa.rows import cells, is_row
from qa.values import clocks, dates, quantities

LARGEST = 500  # passages of a document up to which the rows of its tables are compared
_HELD = 0.7  # share of the rows that must hold a value in the column
_LOOKED_AT = 3  # sentences among which a row is looked for
_BESIDE = 0.5  # share of the best sentence's chance from which one from elsewhere is still told
_NEAR = 3  # words after a superlative that may name the column
_SINCE = "year founded opened built born joined since started introduced launched date"
_MEASURES = (  # words for most and for least, and the columns, or units in a column's name or cells, that they are of
    ("largest biggest", "smallest tiniest", "size area m2 m² sqm ha capacity volume population inhabitants residents"),
    ("heaviest", "lightest", "weight mass kg g t"),
    ("longest", "shortest", "length duration time km min minutes hours h days weeks months years period term m"),
    ("tallest highest", "lowest", "height altitude elevation m"),
    ("dearest costliest priciest", "cheapest", "price cost fee rent rate tariff charge total € $ £ eur usd gbp sek"),
    ("fastest quickest", "slowest", "speed km/h mph knots"),
    ("deepest", "shallowest", "depth"),
    ("widest broadest", "narrowest", "width"),
    ("hottest warmest", "coldest coolest", "temperature °c °f"),
    ("newest youngest", "oldest earliest", _SINCE),
)  # fmt: skip
_UP = {word: columns.split() for most, _, columns in _MEASURES for word in most.split()}
_DOWN = {word: columns.split() for _, least, columns in _MEASURES for word in least.split()}
_PLAIN = {"most": True, "greatest": True, "highest": True, "fewest": False, "least": False, "lowest": False}
_EXPENSIVE = re.compile(r"\b(most|least) (?:expensive|costly)\b")
_TIMES = re.compile(r"\b(?:at (?:the )?(?:most|least)|most of)\b")
_COUNTS = {word: str(n) for word, n in COUNTS.items()} | {
    word: str(n) for n, word in enumerate("first second third fourth fifth sixth seventh eighth".split(), 1)
}
_AGE = frozenset(terms("age"))
_NUMBER = re.compile(r"\d[\d,\u202f ]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question asks for the extreme of: the largest or smallest value, what may name it, what measures it."""

    largest: bool
    near: frozenset[str]
    columns: tuple[str, ...]
    word: str


def superlative(question: str) -> Superlative | None:
    """Return the superlative of a question, or None where it has none or several.

    >>> superlative("Which flat is the cheapest?").columns[:2], superlative("Which hall has the most seats?").near
    (('price', 'cost'), frozenset({'seat'}))
    >>> superlative("How many seats are there?") is None
    True
    """
    text = _EXPENSIVE.sub(lambda m: "dearest" if m[1] == "most" else "cheapest", question.lower())
    tokens = words(_TIMES.sub(" ", text))
    found = [n for n, word in enumerate(tokens) if word in _UP or word in _DOWN or word in _PLAIN]
    if len(found) != 1 or has_cjk(question):
        return None
    word = tokens[found[0]]
    near = frozenset(stem(w) for w in tokens[found[0] + 1 : found[0] + 1 + _NEAR] if w not in STOP)
    columns = _UP.get(word) or _DOWN.get(word) or []
    return Superlative(_PLAIN.get(word, word in _UP), near, tuple(columns), word)


def extreme_first(judged: Judged, question: str, index: Index) -> Judged:
    """Return the evidence with the row that a superlative asks for first, no other of its table, and little beside.

    Several rows with the same value stay together.
    """
    asked = superlative(question)
    first = _row(question, judged.evidence) if asked and judged.parts == 1 else None
    rows = _table(first.citation, index) if first else []
    best = _extreme(asked, question, rows) if asked and rows else []
    if not best:
        return judged
    highest, keys = judged.evidence[0].score, {row.key for row in rows}
    top = [Evidence(citation, highest / len(best)) for citation in best]
    rest = (e for e in judged.evidence if e.citation.key not in keys and e.score >= _BESIDE * highest)
    return replace(judged, evidence=(*top, *rest))


def _row(question: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the row among the best sentences: the best one, or one of a table of what the question asks for."""
    for n, piece in enumerate(evidence[:_LOOKED_AT]):
        text = _text(piece.citation)
        if is_row(text) and (n == 0 or set(terms(next(iter(cells(text))))) & set(terms(question))):
            return piece
    return None


def _table(citation: Citation, index: Index) -> list[Citation]:
    """Return the rows of the table that a row is one of, in order; those under one heading with its first column."""
    own = citation.passage
    key = next(iter(cells(_text(citation))))
    pieces = index.pieces(own.doc_id)
    if len(pieces) > LARGEST:
        return []
    every = (
        Citation(passage, start, end, citation.title)
        for passage, _ in pieces
        if passage.heading == own.heading
        for start, end in passage.sentences
    )
    return [c for c in every if key in cells(_text(c))]


def _extreme(asked: Superlative, question: str, rows: Sequence[Citation]) -> list[Citation]:
    """Return the rows with the extreme value of the column that is meant, among those the question's words allow."""
    table = [cells(_text(row)) for row in rows]
    column = _column(asked, question, table) if len(rows) > 1 else None
    if column is None:
        return []
    figures = _figures([row.get(column, "") for row in table])
    told = {n: figure for n in _allowed(question, table, column) if (figure := figures[n]) is not None}
    if not told:
        return []
    aged = asked.columns == tuple(_SINCE.split()) and bool(set(terms(column)) & _AGE)  # the oldest has the highest age
    best = (max if asked.largest != aged else min)(told.values())
    return [rows[n] for n, figure in told.items() if figure == best]


def _column(asked: Superlative, question: str, table: Sequence[dict[str, str]]) -> str | None:
    """Return the column that a superlative is of: named beside it, else of what its adjective measures."""
    names = list(dict.fromkeys(name for row in table for name in row))[1:]
    counts = {name: sum(_NUMBER.search(row.get(name, "")) is not None for row in table) for name in names}
    valued = [name for name in names if counts[name] >= _HELD * len(table)]
    if near := [name for name in valued if asked.near & set(terms(name))]:
        return near[0]
    for wanted in (*asked.columns, *(_AGE if asked.columns == tuple(_SINCE.split()) else ())):
        if named := [name for name in valued if wanted in _tokens(name)]:
            return named[0]
    said = [name for name in valued if set(terms(question)) & set(terms(name))]
    if len(said) == 1:
        return said[0]
    for wanted in asked.columns:
        held = [name for name in valued if all(wanted in _tokens(row[name]) for row in table if name in row)]
        if len(held) == 1:
            return held[0]
    return None


def _allowed(question: str, table: Sequence[dict[str, str]], column: str) -> list[int]:
    """Return the rows that hold most of those words of the question which only some rows hold.

    "On the second floor" and "two-room" are words of the columns "Floor" and "Rooms".
    """
    wanted = set(terms(question)) - {t for name in table[0] for t in terms(name)}
    held = [wanted & set(terms(" ".join(v for k, v in row.items() if k != column))) for row in table]
    tokens = words(question.replace("-", " "))
    for number, after in pairwise(tokens):
        figure = _COUNTS.get(number, number)
        for name in (name for name in table[0] if figure.isdigit() and stem(after) in terms(name)):
            held = [own | ({after} if row.get(name) == figure else set()) for own, row in zip(held, table, strict=True)]
    telling = {t for own in held for t in own if sum(t in other for other in held) < len(table)}
    most = max(len(own & telling) for own in held)
    return [n for n, own in enumerate(held) if len(own & telling) == most]


def _figures(column: Sequence[str]) -> list[float | None]:
    """Return the cells of a column as numbers: dates, times or amounts where all are of one kind, else figures."""
    told = [cell for cell in column if _NUMBER.search(cell)]
    for read in (dates, clocks, quantities):
        found = {cell: read(cell) for cell in told}
        if all(found.values()) and len({values[0].dimension for values in found.values()}) == 1:
            return [found[cell][0].low if cell in found else None for cell in column]
    first = (_NUMBER.search(cell) for cell in column)
    return [float(re.sub(r"[,\u202f ]", "", match.group())) if match else None for match in first]


def _tokens(text: str) -> list[str]:
    return re.findall(r"[€$£]|[a-z°][\w°²/]*", text.lower())


def _text(citation: Citation) -> str:
    return " ".join(citation.quote.split())
