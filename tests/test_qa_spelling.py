"""Words of a question as the documents write them."""

import pytest

from qa.spelling import as_written, corrected, truecased
from qa.system import Assistant

TEXTS = ["The brewery in Ostrava employs 340 people.", "Sales in Ostrava rose, as Novak Beer grew in Brno."]


def known(word: str) -> bool:
    return word not in ("Ostarva", "peple", "Lisbn")


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
        ("Who owns the brewery in Lisbn?", "Who owns the brewery in Lisbn?"),
        ("What grew in Brn?", "What grew in Brn?"),
    ],
)
def test_slips_are_put_right_and_other_names_left_alone(typed: str, meant: str) -> None:
    assert corrected(typed, TEXTS, known) == meant


def test_a_question_with_slips_is_answered_and_real_words_are_no_slips() -> None:
    assistant = Assistant.library()
    index = assistant.index
    texts = [hit.passage.text for hit in index.search("When was Xiaomi listed in Hong Kong?", 10)]
    assert as_written("when was xiaomi pubilc in hong kong", texts, index) == "when was Xiaomi public in Hong Kong"
    portion = "What portion of the world's EV sales did China account for in 2023?"
    assert as_written(portion, [*texts, "The position of China is strong."], index) == portion
    assert "2018" in assistant.ask("When did Xioami go pubilc in Hong Kong?").text
