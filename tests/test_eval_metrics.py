"""Every metric on a worked example done by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Passage
from eval.examples import Gold
from eval.metrics import (
    Span,
    auroc,
    bootstrap_interval,
    citation_precision,
    citation_recall,
    cited,
    false_abstention,
    holds,
    intact,
    joined,
    locate,
    percentile,
    refusal,
    right,
)
from eval.ranking import gold_rank, hit_at, ndcg, ndcg_of_quotes, reciprocal_rank
from index.hit import Hit

TEXT = "Mi was founded in\nApril 2010. It sells phones.\n\n- It also sells cars. Nobody knows why."
TEXTS = {"a.txt": TEXT}


def span(quote: str, doc: str = "a.txt") -> Span:
    start = TEXT.index(quote)
    return Span(doc, start, start + len(quote), quote)


def hit(doc: str, text: str) -> Hit:
    return Hit(Passage(doc, 0, len(text), text, None, (), ((0, len(text)),)), 1.0, (), doc)


def test_matching_ignores_whitespace_and_typographic_quotes_only():
    assert holds("He said “don’t\n  compare”.", '"don\'t compare"')
    assert not holds("He said DON'T compare.", "don't compare")
    assert not holds("4,0000", "40000")


def test_locate_gives_offsets_of_the_text_itself():
    assert locate("founded in April", TEXT) == ((7, 23),)
    assert TEXT[7:23] == "founded in\nApril"
    assert locate("sells", TEXT) == ((33, 38), (58, 63))
    assert locate("(absent", TEXT) == locate("", TEXT) == locate(" ", TEXT) == ()


@given(st.text(max_size=30), st.text(min_size=1, max_size=10).filter(lambda q: q.split()), st.text(max_size=30))
def test_what_is_located_holds(before, quote, after):
    text = f"{before} {quote} {after}"
    places = locate(quote, text)
    assert places
    assert all(holds(text[start:end], quote) for start, end in places)


def test_rank_counts_only_passages_of_the_gold_document():
    hits = [hit("b.txt", "founded in April 2010"), hit("a.txt", "phones"), hit("a.txt", "was founded in\nApril 2010.")]
    assert gold_rank(Gold("a.txt", "founded in April 2010"), hits) == 3
    assert gold_rank(Gold("b.txt", "founded in April 2010"), hits) == 1
    assert gold_rank(Gold("a.txt", "1999"), hits) is None


def test_hit_and_reciprocal_rank():
    assert [hit_at(3, k) for k in (1, 3, 5)] == [0, 1, 1]
    assert hit_at(None, 5) == 0
    assert [reciprocal_rank(rank) for rank in (1, 4, 10, 11, None)] == [1, 0.25, 0.1, 0, 0]


def test_ndcg_of_quotes_by_hand():
    # gains of Järvelin and Kekäläinen (2002), binary, at ranks 1 and 3 of three wanted:
    # (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3) + 1/log2(4)) = 1.5 / 2.1309
    assert ndcg_of_quotes([1, 3, None]) == pytest.approx(1.5 / (1 + 1 / math.log2(3) + 0.5))
    assert ndcg_of_quotes([1, 3, None]) == pytest.approx(ndcg(["a", "x", "b", "y"], {"a", "b", "c"}, 10))
    assert ndcg_of_quotes([2]) == pytest.approx(1 / math.log2(3)) and ndcg_of_quotes([1]) == 1
    assert ndcg_of_quotes([1, 2]) == ndcg_of_quotes([2, 1]) == 1
    assert ndcg_of_quotes([1, 1]) == 1  # both in one passage, which counts once
    assert ndcg_of_quotes([10, 11]) == pytest.approx(1 / math.log2(11) / (1 + 1 / math.log2(3)))  # 11 is too deep
    assert ndcg_of_quotes([11]) == ndcg_of_quotes([None]) == ndcg_of_quotes([]) == 0
    assert ndcg_of_quotes([*range(1, 11), None, None]) == 1  # ten places, all of them taken


def test_a_passage_that_repeats_evidence_gains_nothing():
    hits = [
        hit("a.txt", "was founded in April 2010"),
        hit("a.txt", "April 2010, as said"),
        hit("a.txt", "It sells cars"),
    ]
    golds = [Gold("a.txt", "April 2010"), Gold("a.txt", "sells cars")]
    ranks = [gold_rank(gold, hits) for gold in golds]
    assert ranks == [1, 3] and ndcg_of_quotes(ranks) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))


@pytest.mark.parametrize(
    ("answer", "groups", "expected"),
    [
        ("Founded in April 2010.", [["2010"]], True),
        ("Founded in 2011.", [["2010"]], False),
        ("Some 5B+ impressions.", [["5 billion", "5b"]], True),
        ("They join Forums.", [["forums"], ["testing"]], False),
        ("They join forums and product\ntesting.", [["forums"], ["product testing"]], True),
        ("“Don’t compare” is the slogan.", [["don't compare"]], True),
        ("Anything.", [], False),
        ("", [["2010"]], False),
    ],
)
def test_right(answer, groups, expected):
    assert right(answer, groups) is expected


def test_intact_is_exact():
    good = span("It sells phones.")
    assert intact(good, TEXT)
    assert not intact(Span("a.txt", good.start + 1, good.end + 1, good.quote), TEXT)
    assert not intact(Span("a.txt", 7, 23, "founded in April"), TEXT)  # the text has a line break there
    assert not intact(Span("a.txt", 3, 3, ""), TEXT)
    assert not intact(Span("a.txt", 0, 10_000, TEXT), TEXT)


def test_neighbouring_sentences_are_joined_over_blanks_and_list_marks():
    first, second, third = span("It sells phones."), span("It also sells cars."), span("Nobody knows why.")
    assert joined([second, first], TEXTS) == [span("It sells phones.\n\n- It also sells cars.")]
    assert joined([first, third], TEXTS) == [first, third]
    inner = span("also sells")
    assert joined([second, inner], TEXTS) == [second]
    bogus = Span("a.txt", second.start, second.end, "invented")
    assert joined([first, bogus], TEXTS) == [first, bogus]


def test_cited_needs_the_document_and_the_whole_quote():
    gold = [Gold("a.txt", "founded in April 2010")]
    assert cited([span("Mi was founded in\nApril 2010.")], gold, TEXTS)
    assert not cited([span("April 2010.")], gold, TEXTS)
    assert not cited([Span("b.txt", 0, 28, "Mi was founded in April 2010")], gold, TEXTS)
    assert not cited([], gold, TEXTS)
    assert not cited([span("It sells phones.")], [], TEXTS)


def test_cited_over_two_sentences():
    gold = [Gold("a.txt", "April 2010. It sells phones.")]
    both = [span("Mi was founded in\nApril 2010."), span("It sells phones.")]
    assert cited(both, gold, TEXTS)
    assert not cited(both[:1], gold, TEXTS)


def test_citation_precision_and_recall():
    golds = [Gold("a.txt", "founded in April 2010"), Gold("a.txt", "sells cars"), Gold("a.txt", "1999")]
    spans = [
        span("Mi was founded in\nApril 2010."),  # contains the first
        span("April 2010."),  # overlaps the first
        span("It sells phones."),  # neither
        Span("b.txt", 0, 10, "sells cars"),  # another document
    ]
    assert citation_precision(spans, golds, TEXTS) == 2 / 4
    assert citation_recall(spans, golds, TEXTS) == 1 / 3
    assert citation_precision([], golds, TEXTS) is None
    assert citation_recall([], golds, TEXTS) == 0
    assert citation_recall(spans, [], TEXTS) is None


def test_abstention_rates_are_undefined_on_the_other_kind():
    assert [false_abstention(True, True), false_abstention(True, False), false_abstention(False, True)] == [1, 0, None]
    assert [refusal(False, True), refusal(False, False), refusal(True, True)] == [1, 0, None]


def test_auroc_by_hand():
    # pairs: .9>.5 .9>.1 .5=.5 .5>.1 -> 1 + 1 + 1/2 + 1 of 4
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 3.5 / 4
    assert auroc([1, 1], [1]) == 0.5
    assert auroc([0.1], [0.9]) == 0
    assert math.isnan(auroc([], [1.0]))


def test_auroc_of_its_paper():
    # Hanley and McNeil, 1982, table I: 109 images rated 1 to 5; W = .893
    normal = np.repeat([1, 2, 3, 4, 5], [33, 6, 6, 11, 2])
    abnormal = np.repeat([1, 2, 3, 4, 5], [3, 2, 2, 11, 33])
    assert auroc(abnormal, normal) == pytest.approx(0.893, abs=5e-4)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_auroc_equals_the_count_of_pairs(positive, negative):
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


def test_percentile_interpolates():
    assert percentile([10, 20, 30, 40, 50], 50) == 30
    assert percentile([10, 20], 95) == pytest.approx(19.5)


@given(st.floats(-1e6, 1e6), st.integers(1, 30), st.integers(0, 99))
def test_interval_of_constant_data_is_that_constant(value, n, seed):
    low, high = bootstrap_interval([value] * n, resamples=50, seed=seed)
    assert low == pytest.approx(value)
    assert high == pytest.approx(value)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=60))
def test_interval_lies_within_the_data_and_is_repeatable(values):
    low, high = bootstrap_interval(values, resamples=100)
    assert min(values) <= low <= high <= max(values)
    assert (low, high) == bootstrap_interval(values, resamples=100)


def test_interval_agrees_with_the_normal_one_on_a_large_sample():
    values = [1.0] * 320 + [0.0] * 80  # p = .8, standard error .02
    low, high = bootstrap_interval(values)
    assert low == pytest.approx(0.8 - 1.96 * 0.02, abs=0.005)
    assert high == pytest.approx(0.8 + 1.96 * 0.02, abs=0.005)


def test_interval_of_a_statistic_over_rows():
    def ratio(rows):
        return float(rows[:, 0].sum() / rows[:, 1].sum())

    assert bootstrap_interval([(1, 2), (2, 4)], ratio) == (0.5, 0.5)
    assert bootstrap_interval([1.0, 2.0, 3.0], lambda rows: float(np.median(rows)))[0] == 1.0


def test_interval_without_values_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval([])
    with pytest.raises(ValueError, match="undefined"):
        bootstrap_interval([1.0], lambda rows: float("nan"))
