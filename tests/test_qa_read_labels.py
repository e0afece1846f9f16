"""Lists by their labels: named by the question, or of what is good or bad."""

import pytest
from test_qa_read_lists import STRENGTHS, THREATS, section, sorted_, texts

from qa.read.labels import is_label, names, side
from qa.read.lists import best

VALUES = ["VALUES", "- Close to our users", "- Aiming high", "- Honesty"]
PROSE = ["The report was written in spring.", "It is about marketing and its worth."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Strengths", 1), ("Not so well", -1), ("What didn't go so well:", -1), ("Weaknesses", -1), ("Cons", -1),
        ("What went badly?", -1), ("Where does it fall short?", -1), ("What are the advantages of a lease?", 1),
        ("Pros and cons", 0), ("Does it sell phones as well?", 0), ("What are the goods?", 0), ("Threats", 0),
    ],
)  # fmt: skip
def test_what_is_good_and_what_is_bad(text, expected):
    assert side(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Against:", True), ("VALUES", True), ("", False), ("Open.", False)])
def test_a_label(text, expected):
    assert is_label(text) is expected


def test_a_label_is_named_in_full_and_is_what_is_asked_for():
    assert names("Company values", "What are the values of the company?", "values")
    assert not names("Brand values", "What are the values of the company?", "values")
    assert not names("Company", "What are the values of the company?", "values")
    assert not names("", "What are the values of the company?", "values")


def test_the_list_under_the_label_that_is_asked_for_is_told_though_its_entries_hardly_count():
    found = sorted_(section("", VALUES, [0.001] * 4), section("Report", PROSE, [0.6, 0.3], 900))
    assert texts("What company values are named in the report?", found) == VALUES[1:]
    assert best("What risks are named in the report?", found) == (None, False)


def test_no_list_is_told_for_its_label_where_the_best_sentence_is_of_another_list():
    rules = ["- Rules of AI change.", "- AI rivals are ahead."]
    found = sorted_(section("Threats", THREATS, [0.01] * 3), section("AI", rules, [0.5, 0.4], 900))
    assert texts("Which threats does it name?", found)[0] == rules[0]


def test_what_is_bad_is_told_where_the_best_sentence_is_of_what_is_good():
    weak = ["- Sales lean on phones.", "- Prices are pressed."]
    found = sorted_(
        section("What went well", STRENGTHS, [0.5, 0.3, 0.1]), section("Not so well", weak, [0.02] * 2, 200)
    )
    assert texts("What went badly?", found) == weak
    assert texts("Name its weak points.", found) == weak
    assert texts("What went well?", found) == STRENGTHS
    assert texts("How much did badly made phones cost?", found) != weak
    assert texts("What should I do if a phone goes badly?", found) != weak


def test_a_list_of_what_is_bad_is_told_before_prose_only_with_some_chance_of_its_own():
    weak = ["- No platform of its own.", "- Few people who know it."]
    likely = sorted_(section("Weaknesses", weak, [0.15, 0.1]), section("Report", PROSE, [0.6, 0.1], 900))
    unlikely = sorted_(section("Weaknesses", weak, [0.05, 0.05]), section("Report", PROSE, [0.6, 0.3], 900))
    assert texts("Where does it fall short in marketing?", likely) == weak
    assert texts("Where does it fall short in marketing?", unlikely)[0] == PROSE[0]


@pytest.mark.parametrize(
    "question",
    [
        "What should I do if something goes wrong?",
        "Where is the well?",
        "Who pays the benefit?",
        "Which benefits are there?",
    ],
)
def test_a_word_for_good_or_bad_in_another_question_asks_for_no_such_list(question):
    fair = section("Strengths", STRENGTHS, [0.1] * 3)
    poor = section("Limits and failures", ["- Closed at night.", "- Calls are charged."], [0.15, 0.1], 300)
    found = sorted_(fair, poor, section("Report", PROSE, [0.9, 0.01], 900))
    assert texts(question, found)[0] == PROSE[0]


def test_of_several_things_the_other_list_of_the_same_one_is_told():
    good, bad = (
        [["- Fast van.", "- Big van."], ["- Red van.", "- Light van."]],
        [["- Small boot.", "- Loud."], ["- Thirsty.", "- Wide."]],
    )
    parts = [
        section("Pros", good[0], [0.1, 0.1]), section("Cons", bad[0], [0.05, 0.05], 100),
        section("Pros", good[1], [0.3, 0.2], 130), section("Cons", bad[1], [0.01, 0.01], 230),
    ]  # fmt: skip
    assert texts("What are the drawbacks of the Holm van?", sorted_(*parts)) == bad[1]
