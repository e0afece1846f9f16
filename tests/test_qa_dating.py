"""Rules that were replaced: two wordings of one sentence in documents of different dates, asked for now and without."""

import pytest
from fakes import Library

from qa.dating import asks_now

OLD = (
    "# Staff rules\n\nVersion 3.0, in force from 1 January 2023. Kept for reference only.\n\n"
    "A doctor's note is needed from the third day of an illness on.\n\nEvery employee has 26 days of paid holiday.\n\n"
    "## Prices\n\n| Meal | Staff | Guest |\n|---|---|---|\n| Soup | £2 | £4 |\n| Roast | £5 | £9 |\n"
)
NEW = (
    "# Staff rules\n\nVersion 4.2, in force from 1 March 2025.\n\n"
    "A doctor's note is needed from the fourth day of an illness on.\n\nEvery employee has 28 days of paid holiday.\n\n"
    "## Prices\n\n| Meal | Staff | Guest |\n|---|---|---|\n| Soup | £3 | £6 |\n| Roast | £5 | £10 |\n"
)


@pytest.fixture(scope="module")
def rules(tmp_path_factory, encoder):
    place = Library(tmp_path_factory.mktemp("rules"), encoder, a_old_md=OLD, b_new_md=NEW)
    return place.assistant()


@pytest.mark.parametrize(
    ("question", "new", "old"),
    [
        ("From which day of an illness is a doctor's note needed now?", "fourth", "third"),
        ("How many days of paid holiday does every employee have at present?", "28", "26"),
        ("What does a soup cost a guest now?", "£6", "£4"),
        ("How many days of paid holiday are there under the present rules?", "28", "26"),
    ],
)
def test_who_asks_for_now_is_told_the_newer_wording_first_and_that_the_older_differs(rules, question, new, old):
    answer = rules.ask(question)
    assert new in answer.claims[0].text and any(old in claim.text for claim in answer.claims[1:])
    (conflict,) = answer.conflicts
    assert conflict.newest_first and [v.split()[0] for v in conflict.values] == [new, old]
    assert conflict.dates == ("1 March 2025", "1 January 2023")


def test_who_does_not_ask_for_now_is_told_both_wordings(rules):
    told = [claim.text for claim in rules.ask("From which day of an illness is a doctor's note needed?").claims]
    assert any("third" in text for text in told) and any("fourth" in text for text in told)


@pytest.mark.parametrize(
    "question", ["What are the rules in force?", "What holds as things stand?", "Is that still so?"]
)
def test_words_that_ask_for_now(question):
    assert asks_now(question)


def test_a_force_is_not_now():
    assert not asks_now("How large is the police force?") and not asks_now("Which force moves the piston?")
