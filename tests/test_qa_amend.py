"""Sentences that change a value which another one states: which do, and that they come first where asked for now."""

import pytest
from fakes import Library
from test_qa_dating import put_first

from qa.amend import amends

RULE = "The list closes 14 days before the exam."


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("From summer on the list closes 10 days before the exam instead of 14.", RULE),
        ("The list closes later: the ten days are shortened to five.", RULE.replace("14", "10")),
        ("The allowance for meals is raised from £28 to £35.", "Meals: an allowance of £28 a day."),
        ("The fee of the hall is now 50 euros, up from 40.", "The fee of the hall is 40 euros."),
        (
            "The period of seven days has been cut to 3 days for exams.",
            "Exams: up to 7 days, a period without reasons.",
        ),
    ],
)
def test_a_sentence_that_changes_the_value_of_another(new, old):
    assert amends(new, old) and not amends(old, new)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("The list closes 10 days before the exam.", RULE),
        ("The list closes 10 days before the exam instead of 12.", RULE),
        ("The library lends a book for 10 days instead of 14.", RULE),
        ("It was proposed that the list closes 10 days before the exam instead of 14.", RULE),
        ("The list should close 10 days before the exam instead of 14.", RULE),
        ("The plan that the list closes 10 days before the exam instead of 14 was dropped.", RULE),
        ("The list could close 10 days before the exam instead of 14.", RULE),
        (
            "The list closes 10 days before the exam instead of 14.",
            "Once the list closes, the exam is 10 not 14 instead of 9.",
        ),
    ],
)
def test_a_sentence_that_does_not(new, old):
    assert not amends(new, old)


RULES = (
    "# Exam rules\n\nIn force from 1 October 2022.\n\n## Registration\n\nThe list closes 14 days before the exam.\n\n"
    "## Amendments\n\nFrom 1 April 2025 on the list closes 10 days before the exam instead of 14.\n\n"
    "From 1 April 2099 on the fee of the exam is 60 euros instead of 40.\n\n"
    "## Fees\n\nThe fee of the exam is 40 euros.\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("exams"), encoder, rules_md=RULES)


def test_the_amended_value_comes_first_where_a_question_asks_for_now(place):
    assert "10 days" in put_first(place, "When does the list close now?", "closes 14 days", "closes 10 days")
    assert "closes 14" in put_first(place, "When does the list close?", "closes 14 days", "closes 10 days")


def test_what_is_to_change_only_later_does_not_come_first(place):
    assert "is 40 euros" in put_first(
        place, "What is the current fee of the exam?", "exam is 40 euros", "60 euros instead"
    )


def test_an_earlier_document_changes_nothing_of_a_later_one(tmp_path, encoder):
    letter = "# Letter\n\nPublished on 3 May 2020.\n\nThe list closes 10 days before the exam instead of 14.\n"
    rules = "# Rules\n\nPublished on 3 May 2024.\n\nThe list closes 14 days before the exam.\n"
    place = Library(tmp_path, encoder, letter_md=letter, rules_md=rules)
    assert "closes 14" in put_first(place, "When does the list close now?", "closes 14 days", "closes 10 days")
    place = Library(tmp_path / "turned", encoder, letter_md=letter.replace("2020", "2025"), rules_md=rules)
    assert "closes 10" in put_first(place, "When does the list close now?", "closes 14 days", "closes 10 days")
