"""What is measured of a sentence that may answer a question: one row of numbers a sentence.

Lexical features weigh a question's terms by inverse document frequency (Robertson and Spärck Jones 1976);
the soft ones match each question word to the most similar token of the sentence in the encoder's context
vectors (MaxSim, Khattab and Zaharia 2020). The weights over them are fitted by ``python -m eval.fit``.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.encode import TokenVectors
from index.words import STOP, has_cjk, terms, words
from qa import chinese
from qa.question import Kind, kind, names

NAMES = (
    "cosine", "passage_cosine", "covered", "covered_in_context", "covered_in_passage", "rarest_missing", "bigrams",
    "has_number", "has_date", "has_person", "has_place", "has_reason", "length", "rank", "first", "is_question",
    "soft_covered", "softest", "soft_in_context", "soft_missing", "soft_missing_in_context",
    "name_missing", "name_missing_in_context", "name_missing_in_passage", "scope_differs", "heading_covered", "search",
    "cross_sentence", "cross_passage", "heading_cosine",
)  # fmt: skip

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")
# What a fact holds for: a year, or a model or version with its number ("TW-200", "SU7", "Q3")
_SCOPE = re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b|\b[A-Za-z]+-?[0-9]+\b")
_DATE_WORD = re.compile(r"\d{1,2}(?:st|nd|rd|th)|\d{3,4}s|century|centuries|q[1-4]|today|yesterday")
_CAPITALS = re.compile(r"[A-Z][\w'’.&-]*(?:\s+(?:of |de |van |von |the |and )?[A-Z][\w'’.&-]*)*")
_PLACE = re.compile(r"\b(?:in|at|from|near|to|of|on)\s+(?:the\s+)?[A-Z]|[A-Z]\w+, [A-Z]")
_REASON = re.compile(
    r"\b(?:because|due to|since|therefore|thus|so that|in order to|as a result|caus(?:e|ed|es)|leads?|led|reasons?)\b",
    re.IGNORECASE,
)
NUMBER_WORDS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion half third
    quarter dozen twice once
    """.split()
)
COUNTS = dict(zip("two three four five six seven eight nine ten".split(), range(2, 11), strict=True))  # of lists
_MONTHS = frozenset(
    """
    january february march april june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday
    """.split()
)
WORD = re.compile(r"\w(?:[\w.,:'’-]*\w)?")  # a word or figure with the marks inside it
_HOURS = frozenset("midnight noon midday".split())
_ORDINALS = frozenset("first second fourth fifth sixth seventh eighth ninth tenth eleventh twelfth last".split())
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what surrounds it; ``rank`` is its passage's 1-based rank, ``position`` its own in the passage.

    ``score`` is the passage's in the search; ``crossed`` are the sentence's and the passage's log-odds to answer.

    ``before`` is the text whose topic it continues: the sentence before, or a list's introduction.
    """

    text: str
    before: str
    heading: str
    passage: str
    rank: int
    position: int
    score: float = 0.0
    crossed: tuple[float, float] = (math.nan, math.nan)


class Measure:
    """A question, prepared once, that measures candidates; ``frequency`` maps a term to its share of passages."""

    def __init__(self, question: str, view: TokenVectors, frequency: Callable[[str], float], passages: int) -> None:
        self.question = question
        self._view = view
        self._terms = list(dict.fromkeys(terms(question))) or list(dict.fromkeys(terms(question, stop=False)))
        self._max = math.log(1 + 2 * max(1, passages))
        self._weights = {t: self._idf(frequency(t), passages) for t in self._terms}
        self._total = sum(self._weights.values()) or 1.0
        self._kind: Kind = kind(question)
        self._names = set(names(question))
        self._words, self._word_weights = self._question_words()

    def _idf(self, share: float, passages: int) -> float:
        found = share * passages
        return math.log(1 + (passages - found + 0.5) / (found + 0.5))

    def _question_words(self) -> tuple[Matrix, Matrix]:
        """Return a unit vector (n_words, dim) and a weight (n_words,) for each content word of the question."""
        vectors, weights = [], []
        for match in _WORD.finditer(self.question):
            inside = [n for n, (a, b) in enumerate(self._view.spans) if match.start() <= a and b <= match.end()]
            found = terms(match.group())
            if inside and found:
                mean = self._view.tokens[inside].astype(np.float64).mean(0)
                vectors.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
                weights.append(max(self._weights.get(t, self._max) for t in found))
        if not vectors:
            return self._view.vector[None].astype(np.float64), np.ones(1)
        return np.stack(vectors), np.maximum(np.asarray(weights), 1e-6)

    @cached_property
    def _bigrams(self) -> set[tuple[str, str]]:
        found = terms(self.question)
        return set(pairwise(found))

    def soft(self, view: TokenVectors) -> Matrix:
        """Return, for each question word, its similarity to the nearest token of a text, shape (n_words,)."""
        if not len(view.tokens):
            return np.zeros(len(self._words))
        return np.asarray((self._words @ view.tokens.astype(np.float64).T).max(axis=1))

    def row(
        self, candidate: Candidate, view: TokenVectors, before: TokenVectors | None, cosines: tuple[float, float]
    ) -> Matrix:
        """Return the features of one candidate, in the order of ``NAMES``; NaN where one is not known.

        ``cosines`` are those of its passage and of the heading it stands under.
        """
        listed = terms(candidate.text)
        own = set(listed)
        context = own | set(terms(candidate.before)) | set(terms(candidate.heading))
        whole = context | set(terms(candidate.passage))
        soft = self.soft(view)
        wide = np.maximum(soft, self.soft(before)) if before is not None else soft
        share = self._word_weights / self._word_weights.sum()
        height = self._word_weights / self._max
        gone = [n for n in self._names if n not in own]
        return np.array([
            float(view.vector @ self._view.vector), cosines[0],
            self._cover(own), self._cover(context), self._cover(whole),
            max((self._weights[t] for t in self._terms if t not in context), default=0.0) / self._max,
            len(self._bigrams & set(pairwise(listed))) / max(1, len(self._bigrams)),
            *self._types(candidate.text),
            math.log1p(len(listed)), 1 / candidate.rank, float(candidate.position == 0),
            float(candidate.text.rstrip().endswith(("?", "？"))),
            float(share @ soft), float(soft.min()), float(share @ wide),
            float((height * (1 - soft)).max()), float((height * (1 - wide)).max()),
            float(bool(gone)), float(any(n not in context for n in gone)), float(any(n not in whole for n in gone)),
            float(differs(self.question, f"{candidate.heading} {candidate.text}")),
            self._cover(set(terms(candidate.heading))), candidate.score, *candidate.crossed, cosines[1],
        ])  # fmt: skip

    def _cover(self, found: set[str]) -> float:
        return sum(w for t, w in self._weights.items() if t in found) / self._total

    def _types(self, text: str) -> tuple[float, ...]:
        """Return, for each typed kind, 1.0 if it is asked for and the text holds a new value of it."""
        kinds: tuple[Kind, ...] = ("number", "date", "person", "place", "reason")
        return tuple(float(k == self._kind and holds(k, text, self.question)) for k in kinds)


def differs(question: str, text: str) -> bool:
    """Return whether a text speaks of other years, or of other models, than a question that names some.

    >>> differs("What did it earn in 2024?", "Report 2023. It earned 3 million.")
    True
    """
    asked, told = _scopes(question), _scopes(text)
    return any(a and t and not a & t for a, t in zip(asked, told, strict=True))


def _scopes(text: str) -> tuple[set[str], set[str]]:
    """Return the years of a text, and its models and versions."""
    found = {match.lower().replace("-", "") for match in _SCOPE.findall(text)}
    years = {one for one in found if one.isdigit()}
    return years, found - years


def holds(expected: Kind, text: str, question: str = "") -> bool:
    """Return whether a text holds a value of the expected kind that the question does not already give.

    >>> holds("number", "It sold 40,000 cars."), holds("number", "It was founded in 2010.")
    (True, False)
    """
    if has_cjk(text):
        return chinese.holds(expected, text)
    asked = set(words(question))
    if expected in ("number", "date"):
        test = _is_number if expected == "number" else _is_date
        return any(test(w) and w not in asked for w in words(text))
    if expected in ("person", "place"):
        if expected == "place" and not _PLACE.search(text):
            return False
        return any(_is_new_name(m, asked) for m in _CAPITALS.finditer(text))
    return _REASON.search(text) is not None if expected == "reason" else True


def is_value(word: str) -> bool:
    """Return whether a word in small letters is a number, in figures or words, or a part of a date or time.

    >>> is_value("26"), is_value("fourth"), is_value("june"), is_value("days")
    (True, True, True, False)
    """
    return _is_number(word) or _is_date(word) or word in _ORDINALS or word in _HOURS


def _is_number(word: str) -> bool:
    return (word[0].isdigit() and not _YEAR.fullmatch(word)) or word in NUMBER_WORDS


def _is_date(word: str) -> bool:
    return word in _MONTHS or _YEAR.fullmatch(word) is not None or _DATE_WORD.fullmatch(word) is not None


def _is_new_name(match: re.Match[str], asked: set[str]) -> bool:
    found = [w for w in words(match.group()) if w not in STOP]
    return bool(found) and not all(w in asked for w in found) and (match.start() > 0 or len(found) > 1)


def matrix(rows: Sequence[Matrix]) -> Matrix:
    """Stack rows into shape (n_candidates, n_features)."""
    return np.stack(rows) if rows else np.zeros((0, len(NAMES)))
