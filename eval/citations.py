"""Citations, sentence by sentence and character by character; pure functions, each with its source."""

from collections.abc import Callable, Mapping, Sequence

from eval.examples import Gold
from eval.metrics import Span, intact, locate

Supports = Callable[[str, Sequence[Span]], bool]
Cited = tuple[str, Sequence[Span]]  # a sentence and its citations


def sentence_recall(sentences: Sequence[Cited], supports: Supports) -> float | None:
    """Share of an answer's sentences whose citations, together, support them; None without sentences.

    ALCE's citation recall (Gao et al., 2023, section 4.3). ``supports(sentence, citations)`` stands in for its
    entailment model; a sentence without citations counts as not supported.
    """
    if not sentences:
        return None
    return sum(bool(spans) and supports(text, spans) for text, spans in sentences) / len(sentences)


def sentence_precision(sentences: Sequence[Cited], supports: Supports) -> float | None:
    """Share of an answer's citations that are needed or enough; None without citations.

    ALCE's citation precision (Gao et al., 2023, section 4.3). A citation counts if the citations of its sentence
    support it together, and it is not irrelevant: alone it supports the sentence, or without it the others do not.
    """
    count = sum(len(spans) for _, spans in sentences)
    if not count:
        return None
    good = 0
    for text, spans in sentences:
        if spans and supports(text, spans):
            good += sum(_relevant(text, spans, n, supports) for n in range(len(spans)))
    return good / count


def _relevant(text: str, spans: Sequence[Span], n: int, supports: Supports) -> bool:
    others = [span for m, span in enumerate(spans) if m != n]
    return supports(text, [spans[n]]) or not (others and supports(text, others))


def span_recall(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> float | None:
    """Share of the characters of the gold quotes that citations cover; None without gold.

    The character-level recall of SemEval's span scoring (Da San Martino et al., 2019), on the union of the spans. A
    quote that stands at several places of its document counts at the one that is covered best; one that is nowhere
    in it is not covered. ``texts`` maps document ids to texts.
    """
    if not golds:
        return None
    covered, wanted = _covered(spans, texts), _wanted(spans, golds, texts)
    lost = sum(len(gold.quote) for gold in golds if not locate(gold.quote, texts.get(gold.doc, "")))
    return len(covered & wanted) / (len(wanted) + lost)


def span_precision(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> float | None:
    """Share of the cited characters that stand in a gold quote; None without citations or gold.

    Counterpart of :func:`span_recall`. What a citation claims to quote but does not is counted as cited, and as wrong.
    """
    if not spans or not golds:
        return None
    covered, wanted = _covered(spans, texts), _wanted(spans, golds, texts)
    false = sum(max(1, len(s.quote)) for s in spans if not intact(s, texts.get(s.doc, "")))
    return len(covered & wanted) / (len(covered) + false)


def _covered(spans: Sequence[Span], texts: Mapping[str, str]) -> set[tuple[str, int]]:
    """Return the characters that intact spans cover, as (document, offset)."""
    sound = (span for span in spans if intact(span, texts.get(span.doc, "")))
    return {(span.doc, n) for span in sound for n in range(span.start, span.end)}


def _wanted(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> set[tuple[str, int]]:
    """Return the characters of the gold quotes, each at its place that the spans cover best."""
    covered = _covered(spans, texts)
    wanted: set[tuple[str, int]] = set()
    for gold in golds:
        places = [
            {(gold.doc, n) for n in range(start, end)} for start, end in locate(gold.quote, texts.get(gold.doc, ""))
        ]
        if places:
            wanted |= max(places, key=lambda place: len(place & covered))
    return wanted
