import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import has_cjk, terms, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Xiaomi's SU7 costs 215,900 yuan.", ["xiaomi", "su7", "costs", "215900", "yuan"]),
        ("Café NAÏVE ﬁnal", ["cafe", "naive", "final"]),
        ("14.1% of 1,234,567 and 3,5", ["14.1", "of", "1234567", "and", "3,5"]),
        ("AT&T don’t", ["at&t", "don't"]),
        ("小米汽车 SU7 发布", ["小米汽车", "su7", "发布"]),
        ("--- !? 🚗", []),
    ],
)
def test_words(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The companies' prices are 4.5% lower", ["compani", "price", "4.5", "lower"]),
        ("小米汽车", ["小米", "米汽", "汽车"]),
        ("米", ["米"]),
        ("What is it?", []),
    ],
)
def test_terms(text, found):
    assert terms(text) == found


def test_stop_words_are_kept_on_demand():
    assert terms("What is it?", stop=False) == ["what", "is", "it"]


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_terms_hold_no_blanks_for_any_text(text):
    for term in [*words(text), *terms(text), *terms(text, stop=False)]:
        assert term and term.split() == [term]
    assert not has_cjk(text) or terms(text, stop=False)
