"""Answers, citations, risk-coverage and grounding on the worked examples of their papers, or done by hand."""

import math
from importlib.resources import files

import numpy as np
import pytest

from eval.abstention import aurc, excess_aurc, rejected_at, risk_coverage
from eval.answers import best, exact_match, rouge_l, token_f1, token_recall, tokens
from eval.citations import sentence_precision, sentence_recall, span_precision, span_recall
from eval.examples import Gold, read
from eval.grounding import lacking, overlap, supported, unsupported
from eval.metrics import Span
from eval.shipped import questions

TEXT = "Xiaomi was founded in April 2010. It sells phones. It sells phones. It also sells cars."
TEXTS = {"a.txt": TEXT}


def span(quote, start=None):
    start = TEXT.index(quote) if start is None else start
    return Span("a.txt", start, start + len(quote), quote)


def test_squad_normalisation():
    # the order of SQuAD's script: lower case, punctuation away, articles away, blanks made one
    assert tokens("The  Denver Broncos!") == ["denver", "broncos"]
    assert tokens("an apple-pie; U.S.A.") == ["applepie", "usa"]
    assert tokens("小米SU7的价格。") == ["小", "米", "su7", "的", "价", "格"]
    assert exact_match("the Denver Broncos.", "Denver Broncos") == 1
    assert exact_match("Denver Broncos team", "Denver Broncos") == 0
    assert exact_match("a the", "") == 1


def test_token_recall_by_hand():
    assert token_recall("It was founded in April 2010 by Lei Jun.", "April 2010") == 1  # however long the answer
    assert token_recall("In 2010.", "April 2010") == 0.5
    assert token_recall("to", "to be to be") == 0.25
    assert (token_recall("", "2010"), token_recall("2010", "the")) == (0, 1)


def test_token_f1_by_hand():
    # SQuAD 1.1, "What causes precipitation to fall?", ground truth "gravity"
    assert token_f1("gravity", "gravity") == 1
    assert token_f1("under gravity", "gravity") == pytest.approx(2 / 3)
    assert token_f1("to be to be", "to be") == pytest.approx(2 * 0.5 * 1 / 1.5)  # bags: each token is met once
    assert token_f1("rain", "gravity") == 0
    assert token_f1("", "gravity") == 0
    assert token_f1("雷军创立", "雷军") == pytest.approx(2 * 0.5 * 1 / 1.5)


def test_rouge_l_is_that_of_its_paper():
    # Lin, 2004, section 3.1; the articles fall away here, so "the" is written as a name
    reference = "police killed der gunman"
    assert rouge_l("police kill der gunman", reference) == 3 / 4
    assert rouge_l("der gunman kill police", reference) == 2 / 4
    assert rouge_l("der gunman police killed", reference) == 2 / 4
    # section 3.2: LCS of w1..w5 with w1 w2 w6 w7 w8 is 2, with w1 w3 w8 w9 w5 it is 3
    assert rouge_l("w1 w2 w6 w7 w8", "w1 w2 w3 w4 w5") == 2 / 5
    assert rouge_l("w1 w3 w8 w9 w5", "w1 w2 w3 w4 w5") == 3 / 5
    assert rouge_l("", reference) == 0


def test_the_best_alternative_counts_and_several_groups_have_no_reference():
    assert best(token_f1, "in April 2010", [["2010", "april 2010"]]) == pytest.approx(4 / 5)
    assert best(token_f1, "in April 2010", [["2010"], ["april"]]) is None
    assert best(token_f1, "", []) is None


def alce(facts):
    """ALCE's entailment with known facts: a sentence holds when the citations hold all of its letters."""
    return lambda sentence, spans: set(sentence) <= set("".join(facts[s.quote] for s in spans))


def test_sentence_citations_are_alce_s():
    # Gao et al., 2023, section 4.3: of three citations, two support the sentence together and the third is irrelevant
    one, two, three = (Span("a.txt", n, n + 1, str(n)) for n in (1, 2, 3))
    supports = alce({"1": "ab", "2": "c", "3": "x"})
    assert sentence_recall([("abc", [one, two, three])], supports) == 1
    assert sentence_precision([("abc", [one, two, three])], supports) == 2 / 3
    # a citation that is enough alone counts even where the others would do without it
    again = alce({"1": "ab", "2": "ab", "3": "x"})
    assert sentence_precision([("ab", [one, two])], again) == 1
    # a sentence that its citations do not support loses all of them; one without citations loses recall only
    answer = [("abc", [one, two]), ("d", [three]), ("e", [])]
    assert sentence_recall(answer, supports) == 1 / 3
    assert sentence_precision(answer, supports) == 2 / 3
    assert sentence_recall([], supports) is sentence_precision([("e", [])], supports) is None


def test_overlap_with_gold_spans_by_character():
    gold = [Gold("a.txt", "founded in April 2010")]  # 21 characters, 11 to 32
    assert span_recall([span("founded in")], gold, TEXTS) == 10 / 21
    assert span_precision([span("founded in")], gold, TEXTS) == 1
    assert span_precision([span("Xiaomi was founded in")], gold, TEXTS) == 10 / 21
    twice = [span("founded in"), span("in April 2010"), span("founded")]  # characters count once
    assert span_recall(twice, gold, TEXTS) == span_precision(twice, gold, TEXTS) == 1
    assert span_recall([], gold, TEXTS) == 0
    assert span_precision([], gold, TEXTS) is span_recall([span("It")], [], TEXTS) is None


def test_a_repeated_quote_counts_where_it_is_cited_and_a_false_one_nowhere():
    second = TEXT.index("It sells phones.", TEXT.index("It sells phones.") + 1)
    gold = [Gold("a.txt", "sells phones")]
    assert span_recall([span("It sells phones.", second)], gold, TEXTS) == 1
    assert span_precision([span("It sells phones.", second)], gold, TEXTS) == 12 / 16
    false = Span("a.txt", 0, 12, "sells phones")  # not what stands there
    assert span_recall([false], gold, TEXTS) == span_precision([false], gold, TEXTS) == 0
    assert span_recall([span("sells phones")], [*gold, Gold("a.txt", "sells boats.")], TEXTS) == 12 / 24


def test_risk_and_coverage_by_hand():
    coverage, risk = risk_coverage([0.9, 0.6, 0.8, 0.7], [1, 1, 1, 0])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4])
    assert aurc([0.9, 0.6, 0.8, 0.7], [1, 1, 1, 0]) == pytest.approx((1 / 3 + 1 / 4) / 4)
    assert aurc([3, 2, 1], [1, 1, 1]) == 0
    assert aurc([3, 2, 1], [0, 0, 0]) == 1


def test_the_best_area_is_above_zero_where_something_is_wrong_and_the_excess_is_not():
    # right, right, right, wrong at best: (1/4)/4; as they stand, (1/3 + 1/4)/4
    assert excess_aurc([0.9, 0.6, 0.8, 0.7], [1, 1, 1, 0]) == pytest.approx(1 / 3 / 4)
    assert excess_aurc([4, 3, 2, 1], [1, 1, 1, 0]) == excess_aurc([1, 1, 1], [0, 0, 0]) == 0
    # Geifman et al., 2019: at an error rate r the best area is close to r + (1 - r) ln(1 - r)
    for wrong, n in ((45, 195), (34, 150), (2000, 10_000)):
        perfect = [1] * (n - wrong) + [0] * wrong
        assert excess_aurc(perfect, perfect) == 0
        known = sum(i / (n - wrong + i) for i in range(1, wrong + 1)) / n
        rate = wrong / n
        assert aurc(perfect, perfect) == pytest.approx(known)
        assert known == pytest.approx(rate + (1 - rate) * math.log(1 - rate), abs=2 / n)


def test_the_readme_gives_the_best_areas_of_the_sets_that_ship():
    told = (files("eval") / "README.md").read_text("utf-8")
    for name, said in (("library", "{} for the library's"), ("care", "{} for care's")):
        wanted = [example.answerable for example in read(questions(name))]
        best = f"{aurc(wanted, wanted):.3f}".removeprefix("0")
        assert f"{said.format(best)} {sum(wanted)} and {len(wanted) - sum(wanted)}" in told


def test_confidence_that_tells_nothing_has_the_error_rate_as_risk():
    assert risk_coverage([0.5] * 4, [1, 0, 0, 0])[1].tolist() == pytest.approx([0.75] * 4)
    assert aurc([0.5] * 4, [1, 0, 0, 0]) == aurc([0.5] * 4, [0, 0, 0, 1]) == pytest.approx(0.75)


def test_unanswerable_questions_rejected_where_nine_of_ten_stay():
    answerable = np.arange(1, 11) / 10  # the bar is .2: nine of ten reach it
    assert rejected_at(answerable, [0.1, 0.15, 0.2, 0.9]) == 0.5
    assert rejected_at([0.5], [0.4]) == 1
    assert math.isnan(rejected_at([], [0.4])) and math.isnan(rejected_at([0.4], []))


def test_grounding_wants_numbers_names_and_denials():
    source = "Xiaomi sold 40,000 cars in May, more than NIO."
    assert supported("It sold 40,000 cars in May.", [source])
    assert lacking("It sold 50,000 cars in May.", source) == ["50000"]
    assert lacking("In May, Tesla sold 40,000 cars.", source) == ["tesla"]
    assert lacking("It did not sell 40,000 cars in May.", source) == ["not"]
    assert lacking("The SU7 caught fire.", "No report says that the SU7 caught fire.") == ["not"]
    assert lacking("Its range is 12 months.", "The range is twelve months.") == []
    assert lacking("1234568 were sold.", "1,234,567 were sold.") == ["1234568"]  # numbers are never cut to a prefix
    assert not supported("Xiaomi sold 40,000 cars.", []) and not supported("?!", [source])


def test_grounding_sees_a_sentence_copied_from_elsewhere():
    said = "The charging port sits behind the left rear wheel."
    assert supported(said, [said]) and overlap(said, said) == 1
    assert supported("Behind the left rear wheel sits its charging port.", [said])
    assert not supported(said, ["The charging network has left its rivals behind."])
    assert not supported(said, ["Xiaomi was founded in April 2010."])


def test_grounding_in_chinese():
    assert supported("小米在2010年成立。", ["小米公司在2010年4月成立。"])
    assert not supported("小米在2010年没有成立。", ["小米公司在2010年4月成立。"])
    assert not supported("雷军喜欢滑雪和音乐。", ["小米公司在2010年4月成立。"])


def test_a_quote_that_is_not_at_its_offsets_carries_nothing():
    said = "It also sells cars."
    assert not unsupported(said, [span(said)], TEXTS)
    assert unsupported(said, [Span("a.txt", 0, len(said), said)], TEXTS)
    assert unsupported(said, [Span("b.txt", 0, len(said), said)], TEXTS)
