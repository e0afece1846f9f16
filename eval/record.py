"""What an evaluation leaves behind: a record for each question, and the metrics over all of them.

Values only. ``to_dict`` keeps everything that depends on the clock under ``"timings"``, so that two
runs of one system differ nowhere else.
"""

from dataclasses import asdict, dataclass
from typing import Any

from eval.examples import Example, Gold
from eval.metrics import Span

STAGES = (
    "not in the corpus",
    "not retrieved",
    "not read",
    "cited wrongly",
    "dropped by the verifier",
    "refused",
    "answered though unanswerable",
)


Row = float | tuple[float, float]  # what one question adds to a figure


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, shown or dropped: the verifier's ``support`` in [0, 1] and its citations.

    ``unsupported`` is the word of the check in ``grounding``, which is not the verifier.
    """

    text: str
    support: float
    unsupported: bool
    citations: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was retrieved, with its offsets; ``legs`` holds its 1-based rank in each leg that found it."""

    doc: str
    title: str
    heading: tuple[str, ...]
    start: int
    end: int
    score: float
    text: str
    legs: tuple[tuple[str, int], ...]

    @property
    def span(self) -> Span:
        """The passage as words of its document."""
        return Span(self.doc, self.start, self.end, self.text)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able values; ``legs`` becomes an object."""
        return {**asdict(self), "score": round(self.score, 6), "legs": dict(self.legs)}


@dataclass(frozen=True, slots=True)
class Record:
    """One question, what was answered, and how it scored.

    ``text`` is the answer with its markers. ``claims`` are shown, ``dropped`` are not. ``passages`` are what was
    retrieved, best first. ``gold_ranks`` gives each gold quote's 1-based rank among them. What is None is undefined
    for the question. ``quotes`` and ``intact_quotes`` count every quote the answer carries (cited, nearest, dropped,
    conflicting) and those equal to their slice. ``stage`` names what lost the question, one of ``STAGES``; empty
    where nothing did. ``timings_ms`` are the answer's own times by stage, ``scores`` the question's row of every figure
    that it defines (``figures.FIGURES``).
    """

    example: Example
    text: str
    abstained: bool
    confidence: float
    claims: tuple[Statement, ...]
    dropped: tuple[Statement, ...]
    passages: tuple[Retrieved, ...]
    passage_recall: float | None
    right: bool
    exact_match: float | None
    token_recall: float | None
    token_f1: float | None
    rouge_l: float | None
    cited: bool
    gold_ranks: tuple[int | None, ...]
    citations: tuple[Span, ...]
    citation_precision: float | None
    citation_recall: float | None
    sentence_precision: float | None
    sentence_recall: float | None
    span_precision: float | None
    span_recall: float | None
    conflict_shown: bool
    standalone_right_and_cited: bool | None
    quotes: int
    intact_quotes: int
    sentences: int
    words: int
    stage: str
    latency_ms: float
    timings_ms: tuple[tuple[str, float], ...] = ()
    scores: tuple[tuple[str, Row], ...] = ()

    @property
    def rank(self) -> int | None:
        """Rank of the first hit that holds any gold quote."""
        return min((rank for rank in self.gold_ranks if rank is not None), default=None)

    @property
    def right_and_cited(self) -> bool:
        """The headline: the facts are in the answer, and their evidence in a citation."""
        return self.right and self.cited

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON-able values, without what the clock says."""
        values = asdict(self)
        del values["latency_ms"], values["timings_ms"]
        values["scores"] = dict(self.scores)
        values["passages"] = [passage.to_dict() for passage in self.passages]
        for statement in (*values["claims"], *values["dropped"]):
            statement["support"] = round(statement["support"], 4)
        example = values.pop("example")
        values["confidence"] = round(self.confidence, 4)
        return {**example, **values, "rank": self.rank, "right_and_cited": self.right_and_cited}


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its 95 % bootstrap interval over ``n`` questions (quotes, for offset integrity).

    ``value``, ``low`` and ``high`` are None where no question defines the figure.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as plain values, rounded to six digits."""
        return {name: _rounded(getattr(self, name)) for name in ("value", "low", "high", "n")}


@dataclass(frozen=True, slots=True)
class Results:
    """One evaluation: records in the order asked, metrics over all, and metrics by question type.

    ``timings`` are the metrics that depend on the clock. ``missing`` lists gold quotes that the index does
    not hold, as (question id, gold). ``reader`` names what drafted the answers.
    """

    records: tuple[Record, ...]
    metrics: tuple[Metric, ...]
    timings: tuple[Metric, ...]
    by_type: tuple[tuple[str, tuple[Metric, ...]], ...]
    missing: tuple[tuple[str, Gold], ...]
    reader: str

    @property
    def failures(self) -> tuple[Record, ...]:
        """The records that something lost."""
        return tuple(record for record in self.records if record.stage)

    def metric(self, name: str) -> Metric:
        """Return a metric by its name.

        Raises:
            KeyError: there is none of that name.
        """
        return {metric.name: metric for metric in (*self.metrics, *self.timings)}[name]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON-able values; the layout is documented in ``eval/README.md``."""
        return {
            "reader": self.reader,
            "metrics": {metric.name: metric.to_dict() for metric in self.metrics},
            "by_type": {kind: {metric.name: metric.to_dict() for metric in group} for kind, group in self.by_type},
            "missing": [{"id": name, "doc": gold.doc, "quote": gold.quote} for name, gold in self.missing],
            "records": [record.to_dict() for record in self.records],
            "timings": {
                "metrics": {metric.name: metric.to_dict() for metric in self.timings},
                "latency_ms": {record.example.id: round(record.latency_ms, 1) for record in self.records},
                "timings_ms": {
                    record.example.id: {stage: round(time, 1) for stage, time in record.timings_ms}
                    for record in self.records
                },
            },
        }


def _rounded(value: float | None) -> float | None:
    return round(value, 6) if isinstance(value, float) else value
