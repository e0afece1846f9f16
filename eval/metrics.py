"""The metrics, each a pure function with its definition and source; no judge model anywhere.

Matching is deliberately plain: whitespace runs count as one blank and typographic quotation marks as
ASCII ones (documents and question sets rarely agree on either); words, digits and punctuation must be
the same. Rates are means over questions, so that a question with ten citations weighs no more than one
with a single citation. A metric that is undefined for a question is None and that question is left out.

Does not decide which questions a rate is taken over: ``figures`` does. How well passages are ranked is in ``ranking``.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.examples import Gold

Array = npt.NDArray[np.float64]

# one character to one character, so that offsets in folded text are offsets in the text
_QUOTES = str.maketrans("‘’‚‛′“”„‟″", "'''''\"\"\"\"\"")


@dataclass(frozen=True, slots=True)
class Span:
    """Words an answer cites: ``quote`` claims to be the text of ``doc`` from ``start`` to ``end``."""

    doc: str
    start: int
    end: int
    quote: str


def squash(text: str) -> str:
    """Return the text with ASCII quotation marks and every run of whitespace as one blank."""
    return " ".join(text.translate(_QUOTES).split())


def holds(text: str, quote: str) -> bool:
    """Whether the quote stands in the text, after :func:`squash` of both."""
    return squash(quote) in squash(text)


def locate(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of ``text`` where the quote stands, whitespace and quotation marks aside."""
    words = quote.translate(_QUOTES).split()
    if not words:
        return ()
    pattern = r"\s+".join(map(re.escape, words))
    return tuple(match.span() for match in re.finditer(pattern, text.translate(_QUOTES)))


def right(answer: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether every group of required facts is met by one of its alternatives, as a lower-case substring.

    The answer comes without citation markers. The answer patterns of the TREC QA tracks (Voorhees and
    Tice, 2000) with all facts required, as in short-answer recall by string match of ALCE (Gao et al., 2023).
    """
    text = squash(answer).lower()
    return bool(groups) and all(any(squash(option).lower() in text for option in group) for group in groups)


def intact(span: Span, text: str) -> bool:
    """Offset integrity: whether the quote is exactly ``text[start:end]``; no normalisation at all."""
    return 0 <= span.start < span.end <= len(text) and text[span.start : span.end] == span.quote


def joined(spans: Sequence[Span], texts: Mapping[str, str]) -> list[Span]:
    """Return the spans with neighbours of one document made one: those with no letter or digit between them.

    So a gold quote that runs over two cited sentences counts as cited. ``texts`` maps document ids to
    texts. Spans that are not :func:`intact` are never joined.
    """
    runs: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.doc, s.start, s.end)):
        text = texts.get(span.doc, "")
        last = runs[-1] if runs else None
        whole = last is not None and last.doc == span.doc and intact(last, text) and intact(span, text)
        if last is not None and whole and not re.search(r"\w", text[last.end : span.start]):
            end = max(last.end, span.end)
            runs[-1] = Span(span.doc, last.start, end, text[last.start : end])
        else:
            runs.append(span)
    return runs


def citation_recall(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> float | None:
    """Share of the gold quotes that a citation (or neighbouring citations) contains; None without gold.

    After ALCE's citation recall (Gao et al., 2023, section 4.3), with known evidence in place of its
    entailment model.
    """
    if not golds:
        return None
    runs = joined(spans, texts)
    found = [any(run.doc == gold.doc and holds(run.quote, gold.quote) for run in runs) for gold in golds]
    return sum(found) / len(golds)


def cited(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> bool:
    """Whether some citation of a gold's document contains its quote; two neighbouring citations count as one.

    With :func:`right` it makes "right and cited", the supported judgement of the TREC 2001 QA track
    (Voorhees, 2001): a right answer counts only where the document it names bears it out.
    """
    return bool(citation_recall(spans, golds, texts))


def citation_precision(spans: Sequence[Span], golds: Sequence[Gold], texts: Mapping[str, str]) -> float | None:
    """Share of the citations that contain or overlap a gold quote; None without citations or gold.

    After ALCE's citation precision (Gao et al., 2023). A lower bound: a citation that proves the answer
    as well as the gold does, but was not listed as gold, counts against it.
    """
    if not spans or not golds:
        return None
    return sum(_touches(span, golds, texts) for span in spans) / len(spans)


def _touches(span: Span, golds: Sequence[Gold], texts: Mapping[str, str]) -> bool:
    for gold in golds:
        if gold.doc != span.doc:
            continue
        places = locate(gold.quote, texts.get(gold.doc, ""))
        if holds(span.quote, gold.quote) or any(start < span.end and span.start < end for start, end in places):
            return True
    return False


def false_abstention(answerable: bool, abstained: bool) -> float | None:
    """1 where it abstained on an answerable question; the mean is NoMIRACL's error rate (Thakur et al., 2024)."""
    return float(abstained) if answerable else None


def refusal(answerable: bool, abstained: bool) -> float | None:
    """1 where it abstained on an unanswerable question; the mean is 1 - NoMIRACL's hallucination rate."""
    return None if answerable else float(abstained)


def auroc(positive: npt.ArrayLike, negative: npt.ArrayLike) -> float:
    """Probability that a positive scores above a negative, ties counting half; nan where either is empty.

    The Mann-Whitney statistic from average ranks (Hanley and McNeil, 1982).
    """
    above, below = np.asarray(positive, dtype=float), np.asarray(negative, dtype=float)
    if not above.size or not below.size:
        return float("nan")
    _, inverse, counts = np.unique(np.concatenate([above, below]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # (n_positive + n_negative,) ties share their mean rank
    wins = ranks[: above.size].sum() - above.size * (above.size + 1) / 2
    return float(wins / (above.size * below.size))


def percentile(values: npt.ArrayLike, percent: float) -> float:
    """Return the percentile by linear interpolation between order statistics (Hyndman and Fan, 1996, type 7)."""
    return float(np.percentile(np.asarray(values, dtype=float), percent))


def mean(values: Array) -> float:
    """Arithmetic mean."""
    return float(values.mean())


def bootstrap_interval(
    values: npt.ArrayLike, statistic: Callable[[Array], float] = mean, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a statistic (Efron and Tibshirani, 1993, chapter 13).

    ``values`` is (n,) or (n, columns): one row a question, rows are drawn with replacement. Resamples on which the
    statistic is nan (an AUROC with one class only) are left out.

    Raises:
        ValueError: there are no values, or the statistic is nan on every resample.
    """
    rows = np.asarray(values, dtype=float)
    if not len(rows):
        raise ValueError("a bootstrap interval needs at least one value")
    if (rows == rows[0]).all():  # every resample is the sample
        resamples = 1
    draws = np.random.default_rng(seed).integers(len(rows), size=(resamples, len(rows)))  # (resamples, n)
    if statistic is mean and rows.ndim == 1:  # most figures are means: all resamples in one step, not one call each
        found = rows[draws].mean(axis=1)
    else:
        found = np.array([statistic(rows[draw]) for draw in draws])
    found = found[~np.isnan(found)]
    if not len(found):
        raise ValueError("the statistic is undefined on every resample")
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def clustered(values: npt.ArrayLike, clusters: Sequence[Hashable]) -> Array:
    """Return (sum, count) of each cluster's values, shape (clusters, 2): the units that a bootstrap draws."""
    sums: dict[Hashable, list[float]] = {}
    for value, cluster in zip(np.asarray(values, dtype=float), clusters, strict=True):
        sums.setdefault(cluster, []).append(float(value))
    return np.array([(sum(of), len(of)) for of in sums.values()])


def pooled(rows: Array) -> float:
    """Return the mean over all values of the clusters drawn, from rows of :func:`clustered`."""
    return float(rows[:, 0].sum() / rows[:, 1].sum())


def paired_bootstrap(
    differences: npt.ArrayLike, clusters: Sequence[Hashable] = (), resamples: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Return (low, high, p) for the mean of paired differences, shape (n,): the 95 % interval and a two-sided p-value.

    Clusters (by default each question is one) are drawn with replacement, because turns of one conversation resemble
    one another; p is twice the share of resamples on the other side of nought (Efron and Tibshirani, 1993, chapter 16),
    and no less than :func:`least_chance` of the clusters that differ.

    Raises:
        ValueError: there are no differences, or not a cluster for each.
    """
    values = np.asarray(differences, dtype=float)
    if not len(values):
        raise ValueError("a paired bootstrap needs at least one difference")
    rows = clustered(values, clusters or range(len(values)))
    draws = np.random.default_rng(seed).integers(len(rows), size=(resamples, len(rows)), dtype=np.int32)
    means = rows[:, 0][draws].sum(axis=1) / rows[:, 1][draws].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    side = min((means <= 0).mean(), (means >= 0).mean())
    chance = max(2 * float(side), least_chance(int(np.count_nonzero(rows[:, 0]))))
    return float(low), float(high), min(1.0, chance)


def least_chance(differing: int) -> float:
    """Return the least two-sided p-value that so many paired differences can have: 2 ** (1 - n), 1 where none differs.

    If neither side is better, each difference is as likely to have the other sign (Fisher, 1935, section 21), so all of
    them on one side are the rarest of 2 ** n outcomes. A bootstrap does not see that: of one difference it finds p = 0.
    """
    return min(1.0, 2.0 ** (1 - differing))
