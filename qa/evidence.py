"""Evidence: the sentences of the retrieved passages, scored by how likely each answers the question.

A linear score over ``qa.features`` ranks the sentences of one question (conditional logit, McFadden 1974);
a logistic regression over the best ones estimates the chance that the question is answered at all. Both
are fitted on public question sets by ``python -m eval.fit`` and kept in ``weights.json``.
"""

import json
import math
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import get_args

import numpy as np

from index.encode import TokenVectors
from index.hit import Hit
from index.retrieve import Index
from index.words import has_cjk, terms, words
from qa.answer import Citation
from qa.attribution import HEAD, is_byline
from qa.context import leans
from qa.conversation import Asked
from qa.cross_encoder import CrossEncoder, Score
from qa.define import introduces, introducing
from qa.features import NAMES, Candidate, Matrix, Measure, matrix
from qa.question import Kind, asks_particulars, kind, names, qualifiers
from qa.restated import answering
from qa.rows import beside, record, told

WEIGHTS = Path(__file__).with_name("weights.json")
DEPTH = 24  # passages whose sentences are weighed (measured in eval/LOG.md)
_FRONT_MATTER = re.compile(
    r"(?:title|source\w*|source[ _]\w+|authors?|date|published|publisher|url|link|tags|keywords?|description|doi|"
    r"issn|isbn|volume|series|licen[cs]e|language|category|updated)(?: \(\w+\))?: ",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"^(?:\S+\s+){3,}\S*[.!]$|[。！]$")  # four words or more and a full stop
_REFERENCES = re.compile(r"(?:\d+\.? )?(?:references|bibliography|works cited|literature|sources)$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«‘'「『](.+?)[\"“”»’'」』]")
_NUMBER = re.compile(r"\d{1,4}")  # of a page, on a line of its own
_CAPTION = re.compile(r"(?:[\w'’&-]+ ){0,4}(?:logo|screenshot)s?", re.IGNORECASE)
_COMMON = 0.1  # share of the passages that hold a name which need not stand beside the answer
_THIRD = 1 / 3  # share of a question's words that a quoted question needs to be another wording of it
RESTATED = 3.0  # what a sentence gains in score that answers the same question in its document
AHEAD, MOST = 0.5, 6.0  # how far one that introduces the term asked for comes before the others; what it gains at most
_CACHED = 4000  # sentences whose vectors are kept, about 40 KB each at 25 tokens


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a retrieved passage.

    ``score`` in [0, 1] is its estimated chance to be the one that answers, among those retrieved;
    ``heading`` in [-1, 1] the cosine of the question and the heading it stands under.
    """

    citation: Citation
    score: float
    heading: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence, best first, with the chance in [0, 1] that it answers the question.

    ``rows`` holds the features of each piece of evidence, shape (n, n_features), for fitting and diagnosis.
    ``parts`` is how many questions in one were weighed; ``common`` are the terms of its names that so many passages
    hold that one which does not may still be about them; ``unheld`` those of its names, and of what qualifies a term it
    asks for, that no passage holds; ``unanswered`` are the parts that the evidence hardly answers. ``reading`` is the
    evidence of several parts in the order in which it is read; empty of a question in one part, and where the last
    answer's sentences were put behind.
    """

    evidence: tuple[Evidence, ...]
    confidence: float
    rows: Matrix
    parts: int = 1
    common: frozenset[str] = frozenset()
    unheld: frozenset[str] = frozenset()
    unanswered: tuple[str, ...] = ()
    reading: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted constants: features are standardised by ``mean`` and ``scale`` before either linear model."""

    mean: Matrix
    scale: Matrix
    rank: Matrix
    answerable: Matrix
    answerable_mean: Matrix
    answerable_scale: Matrix
    intercept: float

    @classmethod
    @lru_cache(maxsize=4)
    def load(cls, path: Path = WEIGHTS) -> "Weights":
        """Read the constants that ship, or those of another file of the same form."""
        data = json.loads(path.read_text("utf-8"))
        if tuple(data["features"]) != NAMES:
            raise ValueError(f"{path.name} was fitted for other features; run `python -m eval.fit --data DIR`")
        read = partial(np.asarray, dtype=np.float64)
        return cls(
            read(data["mean"]), read(data["scale"]), read(data["rank"]), read(data["answerable"]),
            read(data["answerable_mean"]), read(data["answerable_scale"]), float(data["intercept"]),
        )  # fmt: skip


class Scorer:
    """Scores the sentences of hits against a question; keeps the vectors of sentences it has seen."""

    def __init__(self, index: Index, weights: Weights | None = None) -> None:
        self._index = index
        self._weights = weights
        self._views: dict[str, TokenVectors] = {}
        self._lock = Lock()

    def over(self, index: Index) -> "Scorer":
        """Return a scorer that counts words in ``index``, of the same encoder, and shares the vectors kept."""
        other = copy(self)
        other._index = index
        return other

    def judge(self, asked: Asked, hits: Sequence[Hit]) -> Judged:
        """Return the sentences of ``hits`` as evidence, best first, and the chance that they answer."""
        weights = self._weights or Weights.load()
        citations, rows = self.measure(asked, hits)
        if not citations:
            return Judged((), 0.0, rows)
        rows = np.where(np.isnan(rows), weights.mean, rows)
        scores = ((rows - weights.mean) / weights.scale) @ weights.rank  # (n_candidates,)
        others = beside(asked.full, citations)  # what they score tells, too, how sure the rest is
        told = scores + RESTATED * np.array(answering(asked.question, citations))
        definitions = np.array(introducing(asked.question, citations))
        if definitions.any() and not definitions[told.argmax()]:
            told += min(told.max() + AHEAD - told[definitions].max(), MOST) * definitions
        order = np.argsort(-told, kind="stable")
        order = np.array([n for n in order if citations[n].key not in others])
        chances = np.exp(told[order] - told[order].max())
        chances /= chances.sum()
        headings = rows[order, NAMES.index("heading_cosine")]
        found = zip(order, chances, headings, strict=True)
        evidence = tuple(Evidence(citations[n], float(p), float(h)) for n, p, h in found)
        fitted = np.argsort(-scores, kind="stable")
        summary = summarise(scores[fitted], rows[fitted], kind(asked.full))
        summary = (summary - weights.answerable_mean) / weights.answerable_scale
        logit = float(summary @ weights.answerable) + weights.intercept
        named = names(asked.full)
        held = {term: self._index.document_frequency(term) for term in (*named, *qualifiers(asked.question))}
        common = frozenset(term for term in named if held[term] >= _COMMON)
        unheld = frozenset(term for term, share in held.items() if not share and not (term.isdigit() and len(term) < 3))
        return Judged(evidence, float(1 / (1 + np.exp(-logit))), rows[order], common=common, unheld=unheld)

    def measure(self, asked: Asked, hits: Sequence[Hit]) -> tuple[list[Citation], Matrix]:
        """Return every distinct sentence of the hits and its features, shape (n, n_features), in rank order."""
        with self._lock:
            return self._measure(asked, hits)

    def _measure(self, asked: Asked, hits: Sequence[Hit]) -> tuple[list[Citation], Matrix]:
        crossed = [] if has_cjk(asked.full) else CrossEncoder.load().score(asked.full, hits)
        found = [(c, k) for rank, hit in enumerate(hits, start=1) for c, k in candidates(hit, rank)]
        found = [(c, replace(k, crossed=_crossed(crossed, k))) for c, k in found]
        if not asks_particulars(asked.full):
            told = (pair for pair in found if not is_particulars(pair[0]) or introduces(asked.question, pair[1].text))
            found = list(told) or found
        found = _telling(found, asked)
        above = {k.rank: heading(c) for c, k in found}
        befores = [k.before for _, k in found if k.before]
        self._see([asked.full, *above.values(), *(k.text for _, k in found), *befores])
        if not found:
            return [], matrix([])
        total = self._index.counts()[1]
        measure = Measure(asked.full, self._views[asked.full], self._index.document_frequency, total)
        cosines = self._passage_cosines(asked.full, [k for _, k in found])
        query = self._views[asked.full].vector
        headings = {rank: float(self._views[text].vector @ query) for rank, text in above.items()}
        rows = []
        for _, candidate in found:
            before = self._views[candidate.before] if candidate.before else None
            rows.append(
                measure.row(
                    candidate, self._views[candidate.text], before, (cosines[candidate.rank], headings[candidate.rank])
                )
            )
        return [c for c, _ in found], matrix(rows)

    def _passage_cosines(self, question: str, found: Sequence[Candidate]) -> dict[int, float]:
        """Return by rank each passage's cosine, its vector taken as the mean of its sentences', which are at hand."""
        query = self._views[question].vector
        cosines = {}
        for rank in {k.rank for k in found}:
            mean = np.mean([self._views[k.text].vector for k in found if k.rank == rank], axis=0)
            cosines[rank] = float(mean @ query / max(float(np.linalg.norm(mean)), 1e-9))
        return cosines

    def _see(self, texts: Sequence[str]) -> None:
        """Encode the texts that were not seen before."""
        new = [t for t in dict.fromkeys(texts) if t not in self._views]
        if len(self._views) + len(new) > _CACHED:
            self._views = {t: self._views[t] for t in texts if t in self._views}
        for text, view in zip(new, self._index.encoder.encode_tokens(new), strict=True):
            self._views[text] = view


def _crossed(scores: Sequence[Score], candidate: Candidate) -> tuple[float, float]:
    """Return the log-odds of a sentence and of its passage; of one that was not read, NaN."""
    if not scores:
        return (math.nan, math.nan)
    score = scores[candidate.rank - 1]
    return score.sentences[candidate.position], score.passage


def candidates(hit: Hit, rank: int) -> list[tuple[Citation, Candidate]]:
    """Return the sentences of a hit, each with its surroundings."""
    passage = hit.passage
    heading = " ".join((hit.title, *passage.heading))
    found = []
    introduction = before = ""
    for position, (start, end) in enumerate(passage.sentences):
        text = " ".join(passage.slice(start, end).split())
        if text.endswith(":"):
            introduction = text
        citation = Citation(passage, start, end, hit.title)
        leans_on = "; ".join(record(citation)) or introduction or before
        candidate = Candidate(text, leans_on, heading, passage.text, rank, position, hit.score)
        found.append((citation, candidate))
        before = text
    return found


def _telling(found: Sequence[tuple[Citation, Candidate]], asked: Asked) -> list[tuple[Citation, Candidate]]:
    """Return the candidates that can tell something: not the question's own words alone, and each of a document's once.

    A line of a record tells its value, the number of a page or a caption ("Our logo") nothing, "He added it" with the
    sentence before. To a question for yes or no its own words may be the answer, where they are no question themselves.
    What quotes the question tells how to answer it ("Whoever asks '…' is to be told …"); it is no evidence.
    """
    own, question, yesno = set(terms(asked.full)), tuple(words(asked.question)), kind(asked.question) == "yesno"
    kept: dict[tuple[str, str], tuple[Citation, Candidate]] = {}
    for citation, candidate in found:
        text = candidate.text
        if _quotes(text, asked.question):
            continue
        if _NUMBER.fullmatch(text) or _CAPTION.fullmatch(text):
            continue
        adds = any(term not in own and (len(term) > 1 or term.isdigit()) for term in terms(told(text)))
        if adds or leans(text) or (yesno and not (text.endswith("?") and tuple(words(text)) == question)):
            kept.setdefault((citation.passage.doc_id, text), (citation, candidate))
    return list(kept.values()) or list(found)


def _quotes(text: str, question: str) -> bool:
    """Return whether a text holds between quotation marks a question with a third of this one's words."""
    wanted = set(terms(question))
    asked = (set(terms(quoted)) for quoted in _QUOTED.findall(text) if quoted.endswith(("?", "？")))
    return any(wanted and len(wanted & own) >= _THIRD * len(wanted) for own in asked)


def heading(citation: Citation) -> str:
    """Return the last heading that a sentence stands under, or its document's title, or file name."""
    return next((h for h in (*reversed(citation.passage.heading), citation.title) if h), citation.passage.doc_id)


def is_particulars(citation: Citation) -> bool:
    """Return whether a sentence only describes its document (front matter, title, byline) or lists references."""
    text = citation.line
    if citation.start < HEAD and is_byline(text):
        return True
    heading = citation.passage.heading[-1] if citation.passage.heading else ""
    named = text == citation.title and not _SENTENCE.search(text)  # a note of one sentence has it for its title
    if named or _FRONT_MATTER.match(text):  # "Date: …" of a record is when it happened, not when it was published
        lines = record(citation)
        return not lines or 2 * sum(_FRONT_MATTER.match(line) is not None for line in lines) >= len(lines)
    return _REFERENCES.match(heading) is not None


def summarise(scores: Matrix, rows: Matrix, asked: Kind) -> Matrix:
    """Return what tells an answered question from an unanswered one: the best scores and features, what is asked for.

    ``scores`` (n,) and ``rows`` (n, n_features) are ordered best first.
    """
    second = scores[1] if len(scores) > 1 else scores[0] - 1
    one_hot = [float(asked == one) for one in get_args(Kind)]
    rest = scores[3:8].mean() if len(scores) > 3 else scores[-1] - 1
    return np.concatenate([[scores[0], scores[0] - second, scores[0] - rest], rows[0], rows[:3].max(axis=0), one_hot])


def merge(whole: Judged, parts: Sequence[Judged]) -> Judged:
    """Return the evidence of a compound question: the best sentence of each part, then the others.

    The parts' best sentences share half of the chance mass evenly, so a reader takes each; any other counts by how far
    it stands out in one of the parts, or half as much for the question as a whole.
    """
    most = 1 / (2 * len(parts))
    first: dict[tuple[str, int, int], Evidence] = {}
    for part in parts:
        new = (piece for piece in part.evidence[:2] if piece.citation.key not in first)
        first |= {piece.citation.key: replace(piece, score=most) for piece in list(new)[:1]}
    of_parts = [piece for part in parts for piece in part.evidence]
    of_whole = [replace(piece, score=piece.score / 2) for piece in whole.evidence]
    every = sorted((*of_parts, *of_whole), key=lambda piece: -piece.score)
    rest: dict[tuple[str, int, int], Evidence] = {}
    for piece in every:
        if piece.citation.key not in first:
            rest.setdefault(piece.citation.key, replace(piece, score=piece.score * most))
    confidence = max([whole.confidence, *(p.confidence for p in parts)])
    evidence = (*first.values(), *rest.values())
    return replace(whole, evidence=evidence, confidence=confidence, parts=len(parts))
