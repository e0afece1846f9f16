"""One answer against what is known of its question: the record of it, and the stage that lost it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from eval.answers import best, exact_match, rouge_l, token_f1, token_recall
from eval.citations import sentence_precision, sentence_recall, span_precision, span_recall
from eval.examples import Example
from eval.figures import scored
from eval.grounding import unsupported
from eval.metrics import Span, citation_precision, citation_recall, cited, intact, locate, right
from eval.ranking import gold_rank
from eval.record import Record, Retrieved, Statement
from index.hit import Hit
from qa.answer import Answer, Citation, Claim

READ = 5  # passages whose share of the gold's characters is taken


def score(
    example: Example, answer: Answer, texts: Mapping[str, str], latency_ms: float, alone: Answer | None = None
) -> Record:
    """Return the record of one answer; ``texts`` maps document ids to their texts.

    ``alone`` is the answer to the question's stand-alone form, where it has one.
    """
    spans = tuple(map(_span, answer.citations))
    carried = [_span(citation) for citation in _carried(answer)]
    said = statement(answer)
    shown = [(claim.text, tuple(map(_span, claim.citations))) for claim in answer.claims]
    passages = tuple(map(_retrieved, answer.hits))
    ranks = tuple(gold_rank(gold, answer.hits) for gold in example.gold)
    is_right, is_cited = right(said, example.answers), cited(spans, example.gold, texts)

    def supports(text: str, cited: Sequence[Span]) -> bool:
        return not unsupported(text, cited, texts)

    return scored(
        Record(
            example=example,
            text=answer.text,
            abstained=answer.abstained,
            confidence=float(answer.confidence),
            claims=tuple(_statement(claim, texts) for claim in answer.claims),
            dropped=tuple(_statement(claim, texts) for claim in answer.dropped),
            passages=passages,
            passage_recall=span_recall([p.span for p in passages[:READ]], example.gold, texts),
            right=is_right,
            exact_match=best(exact_match, said, example.answers),
            token_recall=best(token_recall, said, example.answers),
            token_f1=best(token_f1, said, example.answers),
            rouge_l=best(rouge_l, said, example.answers),
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
            standalone_right_and_cited=None if alone is None else right_and_cited(example, alone, texts),
            quotes=len(carried),
            intact_quotes=sum(intact(span, texts.get(span.doc, "")) for span in carried),
            sentences=len(answer.claims),
            words=len(said.split()),
            stage=_stage(example, answer, is_right, is_cited, any(ranks), texts),
            latency_ms=latency_ms,
            timings_ms=tuple(asdict(answer.timings).items()),
        )
    )


def statement(answer: Answer) -> str:
    """Return the answer without markers; nothing where it abstained."""
    return " ".join(claim.text for claim in answer.claims)


def right_and_cited(example: Example, answer: Answer, texts: Mapping[str, str]) -> bool:
    """Return the headline of one answer alone."""
    spans = tuple(map(_span, answer.citations))
    return right(statement(answer), example.answers) and cited(spans, example.gold, texts)


def _statement(claim: Claim, texts: Mapping[str, str]) -> Statement:
    spans = tuple(map(_span, claim.citations))
    return Statement(claim.text, float(claim.support), unsupported(claim.text, spans, texts), spans)


def _retrieved(hit: Hit) -> Retrieved:
    passage = hit.passage
    where = (passage.doc_id, hit.title, passage.heading, passage.start, passage.end)
    return Retrieved(*where, float(hit.score), passage.text, hit.legs)


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
