"""The figures of a run, in one table: over which questions each is taken, and by what statistic.

A figure takes a row from each question that defines it, a number or a pair of numbers, and makes one value of all rows.
So the same table gives the figures of a run, those of each type, and the differences between two runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from eval.abstention import aurc, excess_aurc, rejected_at
from eval.metrics import Array, auroc, bootstrap_interval, mean, percentile
from eval.ranking import hit_at, ndcg_of_quotes, reciprocal_rank
from eval.record import Metric, Record, Row

Statistic = Callable[[Array], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its name: ``row`` is None for a question that does not define it; ``better`` is +1, -1 or 0."""

    name: str
    row: Callable[[Record], Row | None]
    statistic: Statistic = mean
    better: int = 1


def _answerable(value: Callable[[Record], Row | None]) -> Callable[[Record], Row | None]:
    return lambda r: value(r) if r.example.answerable else None


def _answered(value: Callable[[Record], Row | None]) -> Callable[[Record], Row | None]:
    return lambda r: None if r.abstained else value(r)


def _hit(record: Record, k: int) -> Row:
    return hit_at(record.rank, k)


def _unsupported(record: Record) -> Row:
    return sum(claim.unsupported for claim in record.claims) / len(record.claims)


def _sureness(record: Record) -> Row:
    """Its confidence where it answered, and whether it was right; refusals come last."""
    return (-1.0 if record.abstained else record.confidence, float(record.right))


def _disputed(record: Record) -> bool:
    """Whether the sources disagree on what is asked, though the question may ask for one side only."""
    return record.example.type == "conflict" or "disputed" in record.example.tags


def _followup(record: Record) -> Row | None:
    alone = record.standalone_right_and_cited
    return None if alone is None else (float(record.right_and_cited), float(alone))


def _ratio(rows: Array) -> float:
    """Sum of the first column over the sum of the second, nan where that is 0; (n, 2) -> scalar."""
    below = rows[:, 1].sum()
    return float(rows[:, 0].sum() / below) if below else float("nan")


def _separation(rows: Array) -> float:
    """AUROC of the second column where the first is 1 (answerable) against where it is 0; (n, 2) -> scalar."""
    answerable = rows[:, 0] == 1
    return auroc(rows[answerable, 1], rows[~answerable, 1])


def _rejected(rows: Array) -> float:
    answerable = rows[:, 0] == 1
    return rejected_at(rows[answerable, 1], rows[~answerable, 1])


def _area(rows: Array) -> float:
    return aurc(rows[:, 0], rows[:, 1])


def _excess(rows: Array) -> float:
    return excess_aurc(rows[:, 0], rows[:, 1])


FIGURES = (
    *(Figure(f"hit@{k}", _answerable(partial(_hit, k=k))) for k in (1, 3, 5)),
    Figure("mrr@10", _answerable(lambda r: reciprocal_rank(r.rank))),
    Figure("ndcg@10", _answerable(lambda r: ndcg_of_quotes(r.gold_ranks))),
    Figure("passage_recall@5", lambda r: r.passage_recall),
    Figure("right", _answerable(lambda r: float(r.right))),
    Figure("exact_match", lambda r: r.exact_match),
    Figure("token_recall", lambda r: r.token_recall),
    Figure("token_f1", lambda r: r.token_f1),
    Figure("rouge_l", lambda r: r.rouge_l),
    Figure("cited", _answerable(lambda r: float(r.cited))),
    Figure("right_and_cited", _answerable(lambda r: float(r.right_and_cited))),
    Figure("citation_precision", lambda r: r.citation_precision),
    Figure("citation_recall", lambda r: r.citation_recall),
    Figure("sentence_precision", lambda r: r.sentence_precision),
    Figure("sentence_recall", lambda r: r.sentence_recall),
    Figure("span_precision", lambda r: r.span_precision),
    Figure("span_recall", lambda r: r.span_recall),
    Figure("unsupported_claims", _answered(_unsupported), better=-1),
    Figure("wrong_answers", _answered(lambda r: float(not r.right)), better=-1),
    Figure("false_abstention", _answerable(lambda r: float(r.abstained)), better=-1),
    Figure("refusal", lambda r: None if r.example.answerable else float(r.abstained)),
    Figure("confidence_auroc", lambda r: (float(r.example.answerable), r.confidence), _separation),
    Figure("rejected_at_90", lambda r: (float(r.example.answerable), r.confidence), _rejected),
    Figure("aurc", _sureness, _area, better=-1),
    Figure("excess_aurc", _sureness, _excess, better=-1),
    Figure("conflicts_shown", lambda r: float(r.conflict_shown) if r.example.type == "conflict" else None),
    Figure("false_conflicts", _answered(lambda r: None if _disputed(r) else float(r.conflict_shown)), better=-1),
    Figure("followup_ratio", _followup, _ratio),
    Figure("offset_integrity", lambda r: (float(r.intact_quotes), float(r.quotes)) if r.quotes else None, _ratio),
    Figure("sentences", _answered(lambda r: float(r.sentences)), better=0),
    Figure("words", _answered(lambda r: float(r.words)), better=0),
)  # fmt: skip
BY_NAME = {figure.name: figure for figure in FIGURES}


def scored(record: Record) -> Record:
    """Return the record with its row of every figure that it defines."""
    rows = ((figure.name, figure.row(record)) for figure in FIGURES)
    return replace(record, scores=tuple((name, row) for name, row in rows if row is not None))


def aggregate(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Return the figures over some records, each over the questions that define it."""
    scores = [dict(record.scores) for record in records]
    found = [measure(f.name, rows_of(scores, f.name), f.statistic) for f in FIGURES]
    quotes = sum(record.quotes for record in records)
    return tuple(replace(one, n=quotes) if one.name == "offset_integrity" else one for one in found)


def rows_of(scores: Iterable[Mapping[str, Row]], name: str) -> list[Row]:
    """Return a figure's rows, of the questions that define it."""
    return [score[name] for score in scores if name in score]


def measure(name: str, rows: Sequence[Row], statistic: Statistic = mean) -> Metric:
    """Return one figure with its interval; None for all where no question defines it, or all together do not."""
    value = statistic(np.asarray(rows, dtype=float)) if rows else float("nan")
    if np.isnan(value):
        return Metric(name, None, None, None, 0)
    return Metric(name, value, *bootstrap_interval(np.asarray(rows, dtype=float), statistic), len(rows))


def latency(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Return the median and the 95th percentile of the time an answer took, in milliseconds."""
    times = [record.latency_ms for record in records]
    return tuple(measure(f"latency_p{p}_ms", times, partial(percentile, percent=p)) for p in (50, 95))
