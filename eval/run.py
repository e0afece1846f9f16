"""Ask the product every question and score what comes back.

Each question is asked once, in order, with its history. The first is asked once more beforehand,
unscored, so that latency is that of a loaded product.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Protocol

import numpy as np

from corpus.document import Document
from corpus.errors import GroundedError
from eval.answers import best, exact_match, rouge_l, token_f1
from eval.citations import sentence_precision, sentence_recall, span_precision, span_recall
from eval.examples import EvalError, Example, Gold
from eval.grounding import unsupported
from eval.metrics import (
    Array,
    Span,
    auroc,
    bootstrap_interval,
    citation_precision,
    citation_recall,
    cited,
    false_abstention,
    gold_rank,
    hit_at,
    intact,
    locate,
    mean,
    percentile,
    reciprocal_rank,
    refusal,
    right,
)
from eval.record import Metric, Record, Results, Retrieved, Statement
from index.hit import Hit
from qa.answer import Answer, Citation, Claim

Progress = Callable[[int, int], None]


class Documents(Protocol):
    """What the evaluation asks of an index: a document by its id."""

    def document(self, doc_id: str) -> Document:
        """Return the document; KeyError or a GroundedError where there is none."""


class Assistant(Protocol):
    """What is evaluated: ``qa.system.Assistant``, or anything that answers as it does."""

    @property
    def index(self) -> Documents:
        """The index the answers come from."""

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer one question."""


def evaluate(assistant: Assistant, examples: Sequence[Example], progress: Progress | None = None) -> Results:
    """Ask every question and return records and metrics; ``progress`` is called with (asked, all).

    Raises:
        EvalError: there are no questions, the index holds none of the gold quotes, or a question fails.
    """
    if not examples:
        raise EvalError("there are no questions to ask; give a file with at least one, or a limit of 1 or more")
    texts = _Texts(assistant.index)
    missing = _missing(examples, texts)
    _ask(assistant, examples[0])
    records: list[Record] = []
    readers: set[str] = set()
    for done, example in enumerate(examples, start=1):
        start = time.perf_counter()
        answer = _ask(assistant, example)
        elapsed = 1000 * (time.perf_counter() - start)
        records.append(score(example, answer, texts, elapsed))
        readers.add(answer.reader)
        if progress is not None:
            progress(done, len(examples))
    kinds = dict.fromkeys(example.type for example in examples)
    groups = ((kind, [record for record in records if record.example.type == kind]) for kind in kinds)
    by_type = tuple((kind, aggregate(group)) for kind, group in groups)
    return Results(tuple(records), aggregate(records), latency(records), by_type, missing, ", ".join(sorted(readers)))


def score(example: Example, answer: Answer, texts: Mapping[str, str], latency_ms: float) -> Record:
    """Return the record of one answer; ``texts`` maps document ids to their texts."""
    spans = tuple(map(_span, answer.citations))
    carried = [_span(citation) for citation in _carried(answer)]
    statement = " ".join(claim.text for claim in answer.claims)  # the answer without markers
    ranks = tuple(gold_rank(gold, answer.hits) for gold in example.gold)
    is_right = right(statement, example.answers)
    is_cited = cited(spans, example.gold, texts)
    shown = [(claim.text, tuple(map(_span, claim.citations))) for claim in answer.claims]
    facts = example.answers

    def supports(text: str, cited: Sequence[Span]) -> bool:
        return not unsupported(text, cited, texts)

    return Record(
        example=example,
        text=answer.text,
        abstained=answer.abstained,
        confidence=float(answer.confidence),
        claims=tuple(_statement(claim, texts) for claim in answer.claims),
        dropped=tuple(_statement(claim, texts) for claim in answer.dropped),
        passages=tuple(map(_retrieved, answer.hits)),
        right=is_right,
        exact_match=best(exact_match, statement, facts),
        token_f1=best(token_f1, statement, facts),
        rouge_l=best(rouge_l, statement, facts),
        cited=is_cited,
        gold_ranks=ranks,
        citations=spans,
        citation_precision=citation_precision(spans, example.gold, texts),
        citation_recall=citation_recall(spans, example.gold, texts),
        sentence_precision=sentence_precision(shown, supports),
        sentence_recall=sentence_recall(shown, supports),
        span_precision=span_precision(spans, example.gold, texts),
        span_recall=span_recall(spans, example.gold, texts),
        conflict_shown=bool(answer.conflicts),
        quotes=len(carried),
        intact_quotes=sum(intact(span, texts.get(span.doc, "")) for span in carried),
        sentences=len(answer.claims),
        words=len(statement.split()),
        stage=_stage(example, answer, is_right, is_cited, any(ranks), texts),
        latency_ms=latency_ms,
        timings_ms=tuple(asdict(answer.timings).items()),
    )


def _statement(claim: Claim, texts: Mapping[str, str]) -> Statement:
    spans = tuple(map(_span, claim.citations))
    return Statement(claim.text, float(claim.support), unsupported(claim.text, spans, texts), spans)


def _retrieved(hit: Hit) -> Retrieved:
    passage = hit.passage
    where = (passage.doc_id, hit.title, passage.heading, passage.start, passage.end)
    return Retrieved(*where, float(hit.score), passage.text, hit.legs)


def aggregate(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Return the metrics over some records, each over the questions that define it."""
    known = [r for r in records if r.example.answerable]
    told = [r for r in records if not r.abstained]
    both = 0 < len(known) < len(records)
    confident = [(float(r.example.answerable), r.confidence) for r in records] if both else []
    quoting = [(float(r.intact_quotes), float(r.quotes)) for r in records if r.quotes]
    integrity = _measure("offset_integrity", quoting, _ratio)
    return (
        *(_measure(f"hit@{k}", [hit_at(r.rank, k) for r in known]) for k in (1, 3, 5)),
        _measure("mrr@10", [reciprocal_rank(r.rank) for r in known]),
        _measure("right", [float(r.right) for r in known]),
        _measure("cited", [float(r.cited) for r in known]),
        _measure("right_and_cited", [float(r.right_and_cited) for r in known]),
        _measure("citation_precision", _defined(r.citation_precision for r in known)),
        _measure("citation_recall", _defined(r.citation_recall for r in known)),
        _measure("false_abstention", _defined(false_abstention(r.example.answerable, r.abstained) for r in records)),
        _measure("refusal", _defined(refusal(r.example.answerable, r.abstained) for r in records)),
        _measure("confidence_auroc", confident, _separation),
        replace(integrity, n=sum(r.quotes for r in records)),
        _measure("sentences", [float(r.sentences) for r in told]),
        _measure("words", [float(r.words) for r in told]),
    )


def latency(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Return the median and the 95th percentile of the time an answer took, in milliseconds."""
    times = [record.latency_ms for record in records]
    return tuple(_measure(f"latency_p{p}_ms", times, partial(percentile, percent=p)) for p in (50, 95))


def _measure(
    name: str, rows: Sequence[float] | Sequence[tuple[float, float]], statistic: Callable[[Array], float] = mean
) -> Metric:
    if not rows:
        return Metric(name, None, None, None, 0)
    low, high = bootstrap_interval(rows, statistic)
    return Metric(name, statistic(np.asarray(rows, dtype=float)), low, high, len(rows))


def _defined(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _ratio(rows: Array) -> float:
    """Sum of the first column over the sum of the second; (n, 2) -> scalar."""
    return float(rows[:, 0].sum() / rows[:, 1].sum())


def _separation(rows: Array) -> float:
    """AUROC of the second column where the first is 1 (answerable) against where it is 0; (n, 2) -> scalar."""
    answerable = rows[:, 0] == 1
    return auroc(rows[answerable, 1], rows[~answerable, 1])


def _stage(
    example: Example, answer: Answer, is_right: bool, is_cited: bool, retrieved: bool, texts: Mapping[str, str]
) -> str:
    """Return the first stage that lost the question, or "" if none did."""
    if not example.answerable:
        return "" if answer.abstained else "answered though unanswerable"
    if is_right:
        return "" if is_cited else "cited wrongly"
    if not any(locate(gold.quote, texts.get(gold.doc, "")) for gold in example.gold):
        return "not in the corpus"
    if not retrieved:
        return "not retrieved"
    drafted = " ".join(claim.text for claim in (*answer.claims, *answer.dropped))
    if right(drafted, example.answers):
        return "dropped by the verifier"
    return "refused" if answer.abstained else "not read"


def _ask(assistant: Assistant, example: Example) -> Answer:
    try:
        return assistant.ask(example.question, example.history)
    except GroundedError as error:
        raise EvalError(f"question {example.id!r} could not be asked: {error}") from error


def _carried(answer: Answer) -> Iterator[Citation]:
    """Yield every citation the answer carries, shown or not."""
    yield from answer.citations
    yield from answer.nearest
    for claim in answer.dropped:
        yield from claim.citations
    for conflict in answer.conflicts:
        yield from conflict.citations


def _span(citation: Citation) -> Span:
    try:
        quote = citation.quote
    except ValueError:  # offsets outside the passage: kept as an empty quote, which offset integrity counts
        quote = ""
    return Span(citation.passage.doc_id, citation.start, citation.end, quote)


class _Texts(Mapping[str, str]):
    """Texts of an index's documents by id, fetched once each; KeyError for an id it does not hold."""

    def __init__(self, index: Documents) -> None:
        self.index = index
        self.fetched: dict[str, str | None] = {}

    def __getitem__(self, doc_id: str) -> str:
        if doc_id not in self.fetched:
            try:
                self.fetched[doc_id] = self.index.document(doc_id).text
            except (KeyError, GroundedError):
                self.fetched[doc_id] = None
        text = self.fetched[doc_id]
        if text is None:
            raise KeyError(doc_id)
        return text

    def __iter__(self) -> Iterator[str]:
        return (doc_id for doc_id, text in self.fetched.items() if text is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _missing(examples: Sequence[Example], texts: Mapping[str, str]) -> tuple[tuple[str, Gold], ...]:
    """Return the gold quotes that the index does not hold.

    Raises:
        EvalError: it holds none of them, so the questions are about other documents.
    """
    golds = [(example.id, gold) for example in examples for gold in example.gold]
    missing = tuple((name, gold) for name, gold in golds if not locate(gold.quote, texts.get(gold.doc, "")))
    if golds and len(missing) == len(golds):
        first = missing[0][1]
        remedy = "give the index of these documents with --index; an id is the path below the folder that was indexed"
        raise EvalError(
            f"the index holds none of the {len(golds)} gold quotes (first: {first.quote!r} in {first.doc!r}); {remedy}"
        )
    return missing
