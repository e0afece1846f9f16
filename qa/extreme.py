"""The row that a superlative asks for: "the largest flat", "which model is the lightest?", "the most chairs".

No row says of itself that it holds the largest value of its table; it is found by comparing them (the aggregation
over cells that Herzig et al., 2020, "TaPas", learn). The column is the one that the words beside the superlative
name, else one for what the adjective measures. Where no column, or no row, can be told for sure, nothing changes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.retrieve import Index
from index.words import STOP, has_cjk, stem, terms, words
from qa.answer import Citation
from qa.column import figures
from qa.evidence import Evidence, Judged
from qa.features import COUNTS
from qa.points import ORDINALS
from qa.rows import cells, is_row

LARGEST = 500  # passages of a document up to which the rows of its tables are compared
_HELD = 0.7  # share of the rows that must hold a value in the column
_BESIDE = 0.5  # share of the best sentence's chance from which one from elsewhere is still told
_NEAR = 3  # words after a superlative that may name the column
_AGES = "age born built founded established opened introduced launched released year"
_MEASURES = (  # words for most and for least, and words or units of the columns that they are of
    ("largest biggest", "smallest tiniest", "size area m2 m² sqm ha capacity volume population inhabitants residents"),
    ("heaviest", "lightest", "weight mass kg g t"),
    ("longest", "shortest", "length duration time km min minutes hours h days weeks months years period term m"),
    ("tallest highest", "lowest", "height altitude elevation m"),
    ("dearest costliest priciest", "cheapest", "price cost fee rent rate tariff charge total € $ £ eur usd gbp sek"),
    ("fastest quickest", "slowest", "speed km/h mph knots time"),
    ("deepest", "shallowest", "depth"),
    ("widest broadest", "narrowest", "width"),
    ("hottest warmest", "coldest coolest", "temperature °c °f"),
    ("newest youngest", "oldest", _AGES),
    ("latest", "earliest", ""),
)  # fmt: skip
_COLUMNS = {word: columns.split() for *pair, columns in _MEASURES for side in pair for word in side.split()}
_MOST = {word for most, *_ in _MEASURES for word in most.split()} | {"most", "greatest"}
_PLAIN = frozenset("most greatest highest fewest least lowest".split())
_HIGH = frozenset(
    map(stem, "mountain peak hill summit tower building waterfall dam pass hut tree bridge point".split())
)
_EXPENSIVE = re.compile(r"\b(most|least) (?:expensive|costly)\b")
_NO_SUPERLATIVE = re.compile(r"\b(?:at (?:the )?(?:most|least)|most of|(?:most|least) (?:recent|likely)\w*)\b")
_MEASURED_BY = re.compile(r"\b(?:by|in terms of|measured by|with respect to) (?:its |their )?([a-z]+)")
_ASKED_FOR = re.compile(r"\b(?:which|what)((?: [a-z'-]+){1,3}?) (?:is|are|was|were|has|have|had|does|do|did|[a-z]+s)\b")
_TOTAL = re.compile(r"(?:grand |sub-?)?(?:total|sum)s?\b|all\b|overall\b|average\b|mean\b|median\b|altogether\b", re.I)
_SINCE = frozenset(terms("since joined hired started leased until rank position place version no"))
_NUMBER = re.compile(r"\d")
_COUNTS = {word: str(n) for word, n in COUNTS.items()} | {word: str(n) for n, word in enumerate(ORDINALS, 1)}


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question asks for the extreme of: ``near`` may name the column, ``columns`` are what measures it."""

    word: str
    near: frozenset[str]
    columns: tuple[str, ...]

    @property
    def largest(self) -> bool:
        """Whether the largest value is asked for."""
        return self.word in _MOST


def superlative(question: str) -> Superlative | None:
    """Return the superlative of a question, or None where it has none or several.

    >>> superlative("Which flat is the cheapest?").columns[:2], superlative("Which hall has the most seats?").near
    (('price', 'cost'), frozenset({'seat'}))
    >>> superlative("How many seats are there?") is None
    True
    """
    text = _EXPENSIVE.sub(lambda m: "dearest" if m[1] == "most" else "cheapest", question.lower())
    tokens = words(_NO_SUPERLATIVE.sub(" ", text))
    found = [n for n, word in enumerate(tokens) if word in _COLUMNS or word in _PLAIN]
    if len(found) != 1 or has_cjk(question):
        return None
    at = found[0]
    beside = tokens[at + 1 : at + 1 + _NEAR] or tokens[max(0, at - 1) : at]  # "which shop opens earliest?"
    if measured := _MEASURED_BY.search(text):
        beside = [measured[1]]
    near = frozenset(stem(word) for word in beside if word not in STOP or word in ("first", "last"))
    columns = _COLUMNS.get(tokens[at], [])
    if tokens[at] in _PLAIN and near - _HIGH:  # "the highest scorer" is not the tallest
        columns = []
    return Superlative(tokens[at], near, tuple(columns))


def extreme_first(judged: Judged, question: str, index: Index) -> Judged:
    """Return the evidence with the row that a superlative asks for first, no other of its table, and little beside.

    Only where the best sentence is a row. Several rows with the same value stay together.
    """
    asked = superlative(question)
    if asked is None or judged.parts > 1 or not judged.evidence or not is_row(judged.evidence[0].citation.line):
        return judged
    highest = judged.evidence[0].score
    rows = _table(judged.evidence[0].citation, index)
    best = _extreme(asked, question, rows)
    if not best:
        return judged
    keys = {row.key for row in rows}
    top = [Evidence(citation, highest / len(best)) for citation in best]
    rest = (e for e in judged.evidence if e.citation.key not in keys and e.score >= _BESIDE * highest)
    return replace(judged, evidence=(*top, *rest))


def _table(citation: Citation, index: Index) -> list[Citation]:
    """Return the rows of the table that a row is one of, in order: those beside it with its first column."""
    own, name = citation.passage, next(iter(cells(citation.line)))
    pieces = index.pieces(own.doc_id)
    if len(pieces) > LARGEST:
        return []
    spans = {span: passage for passage, _ in pieces if passage.heading == own.heading for span in passage.sentences}
    every = [Citation(spans[span], *span, citation.title) for span in sorted(spans)]
    alike = [name in cells(one.line) for one in every]
    first = last = next((n for n, one in enumerate(every) if one.start == citation.start), 0)
    while first > 0 and alike[first - 1]:
        first -= 1
    while last + 1 < len(every) and alike[last + 1]:
        last += 1
    return every[first : last + 1]


def _extreme(asked: Superlative, question: str, rows: Sequence[Citation]) -> list[Citation]:
    """Return the rows with the extreme value of the column that is meant, among those the question's words allow."""
    own = [row for row in rows if not _TOTAL.match(next(iter(cells(row.line).values()), ""))]
    table = [cells(row.line) for row in own]
    column = _column(asked, question, table) if len(own) > 1 else None
    read = figures([row.get(column, "") for row in table]) if column is not None else None
    if column is None or read is None:
        return []
    told = {n: figure for n in _allowed(asked, question, table, column) if (figure := read[n]) is not None}
    if not told:
        return []
    shorter = asked.word in ("fastest", "quickest", "slowest") and not set(_tokens(column)) & {"speed", "km/h", "mph"}
    reversed_ = shorter or ("age" in _tokens(column) and asked.columns == tuple(_AGES.split()))
    best = (max if asked.largest != reversed_ else min)(told.values())
    return [own[n] for n, figure in told.items() if figure == best]


def _column(asked: Superlative, question: str, table: Sequence[dict[str, str]]) -> str | None:
    """Return the column that a superlative is of: named beside it, else of what its adjective measures; the only one.

    Of several the one whose other words the question holds too.
    """
    names = list(dict.fromkeys(name for row in table for name in row))[1:]
    counts = {name: sum(_NUMBER.search(row.get(name, "")) is not None for row in table) for name in names}
    valued = [name for name in names if counts[name] >= _HELD * len(table) and not _SINCE & set(terms(name))]
    groups = [[name for name in valued if asked.near & set(map(stem, words(name)))]]
    groups += [[name for name in valued if _measures(wanted, name)] for wanted in asked.columns]
    groups += [[n for n in valued if all(_measures(w, row[n]) for row in table if n in row)] for w in asked.columns]
    said = set(map(stem, words(question)))
    for found in filter(None, groups):
        held = [len(said & set(map(stem, words(name)))) for name in found]
        best = [name for name, count in zip(found, held, strict=True) if count == max(held)]
        return best[0] if len(best) == 1 else None
    return None


def _measures(wanted: str, text: str) -> bool:
    """Return whether a word stands in the name of a column, or a unit of up to three letters at its end."""
    tokens = _tokens(text)
    return wanted in (tokens if len(wanted) > 3 or not wanted.isalnum() else tokens[-1:])


def _allowed(asked: Superlative, question: str, table: Sequence[dict[str, str]], column: str) -> list[int]:
    """Return the rows that hold most of those words of the question which only some rows hold.

    The noun that is asked for counts only in a column of kinds: "Lake Orta" is no more of a lake than "Loch Varn".
    "On the second floor" and "two-room" are words of the columns "Floor" and "Rooms".
    """
    noun = _ASKED_FOR.search(question.lower())
    nouns = asked.near | set(terms(noun[1] if noun else ""))
    wanted = set(terms(question)) - {t for name in table[0] for t in terms(name)}
    kinds = {name for name in list(table[0])[1:] if len({row.get(name) for row in table}) < len(table)}
    held = [
        (wanted - nouns) & set(terms(" ".join(v for k, v in row.items() if k != column)))
        | wanted & nouns & set(terms(" ".join(v for k, v in row.items() if k in kinds)))
        for row in table
    ]
    for number, after in pairwise(words(question.replace("-", " "))):
        figure = _COUNTS.get(number, number)
        for name in (name for name in table[0] if figure.isdigit() and stem(after) in terms(name)):
            held = [own | ({after} if row.get(name) == figure else set()) for own, row in zip(held, table, strict=True)]
    telling = {t for own in held for t in own if sum(t in other for other in held) < len(table)}
    most = max(len(own & telling) for own in held)
    return [n for n, own in enumerate(held) if len(own & telling) == most]


def _tokens(text: str) -> list[str]:
    return re.findall(r"[€$£]|[a-z°][\w°²/]*", text.lower())
