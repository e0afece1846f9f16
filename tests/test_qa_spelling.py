"""Words of a question as the documents write them."""

import pytest

from qa.spelling import as_written, corrected, truecased

TEXTS = ["The brewery in Ostrava employs 340 people.", "Sales in Ostrava rose, as Novak Beer grew in Brno."]
HELD = {"breweri", "ostrava", "employ", "peopl", "sale", "rose", "novak", "beer", "grew", "brno", "mani", "how", "in"}


def frequency(term: str) -> float:
    return float(term in HELD)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how many people work in ostrava?", "how many people work in Ostrava?"),
        ("HOW MANY PEOPLE WORK IN OSTRAVA?", "how many people work in Ostrava?"),
        ("How many people work in ostrava?", "How many people work in ostrava?"),
        ("what does lisbon sell?", "what does lisbon sell?"),
    ],
)
def test_names_get_their_capitals_where_one_case_was_typed(typed: str, meant: str) -> None:
    assert truecased(typed, TEXTS) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How many people work in Ostarva?", "How many people work in Ostrava?"),
        ("How many peple work in Ostrava?", "How many people work in Ostrava?"),
        ("Who owns the brewery in Lisbon?", "Who owns the brewery in Lisbon?"),
        ("What grew in Brn?", "What grew in Brn?"),
    ],
)
def test_slips_are_put_right_and_other_names_left_alone(typed: str, meant: str) -> None:
    assert corrected(typed, TEXTS, frequency) == meant


def test_both_at_once() -> None:
    assert as_written("how many people work in ostarva?", TEXTS, frequency) == "how many people work in Ostrava?"
