"""Rules that were replaced: two wordings of one sentence in documents of different dates, asked for now and without."""

import numpy as np
import pytest
from fakes import Library

from qa.dating import asks_now, document_date, newer_first
from qa.evidence import Evidence, Judged, candidates

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


def put_first(place, question, old, new, beside=False):
    """Which of two sentences comes first where the older one had scored better, with further evidence behind them."""
    found = [c for hit in place.index.retrieve([question], 12) for c, _ in candidates(hit, 1)]
    pair = [next(c for c in found if text in c.quote) for text in (old, new)]
    more = [Evidence(c, 0.01) for c in found if c.key not in {p.key for p in pair}] if beside else []
    judged = Judged((Evidence(pair[0], 0.6), Evidence(pair[1], 0.3), *more), 0.9, np.zeros((2, 1)))
    return newer_first(judged, question, place.index).evidence[0].citation.quote


@pytest.fixture(scope="module")
def rules_place(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("rules"), encoder, a_old_md=OLD, b_new_md=NEW)


@pytest.fixture(scope="module")
def rules(rules_place):
    return rules_place.assistant()


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


def test_versions_of_one_document_are_told_newer_first_unless_what_was_is_asked(rules):
    for question in ("From which day of an illness is a doctor's note needed?", "What does a soup cost a guest?"):
        answer = rules.ask(question)
        assert answer.claims[0].citations[0].passage.doc_id == "b_new.md" and not answer.conflicts
    before = rules.ask("From which day of an illness was a doctor's note needed in 2023?")
    assert not before.conflicts and {"a_old.md", "b_new.md"} == {c.passage.doc_id for c in before.citations}


def test_the_newer_wording_comes_first_however_they_score(rules_place):
    question = "How many days of paid holiday are there?"
    assert "28 days" in put_first(rules_place, question, "26 days", "28 days")
    assert "26 days" in put_first(rules_place, "How many days of paid holiday were there?", "26 days", "28 days")


LAUNDRY_OLD = (
    "# House rules\n\nValid from 1 January 2024\n\n## Laundry\n\n"
    "Book the laundry room on the board by the door, three hours at a time.\n\n"
    "Book the garden room on the board by the door, six hours at a time.\n\n"
    "## Quiet\n\nOn Fridays quiet hours are from 21:30 to midnight.\n"
)
LAUNDRY_NEW = (
    "# House rules\n\nValid from 1 January 2026\n\n## Laundry\n\n"
    "Book the laundry room in the app, three hours at a time.\n\n"
    "Book the garden room on the board by the door, six hours at a time.\n\n"
    "## Quiet\n\nOn Fridays quiet hours are from 20:00 to 23:00.\n"
)


@pytest.fixture(scope="module")
def laundry(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("laundry"), encoder, a_md=LAUNDRY_OLD, b_md=LAUNDRY_NEW)


def test_a_rule_in_other_words_of_a_newer_version_comes_first_and_both_are_told(laundry):
    question, old, new = "How do I book the laundry room?", "laundry room on the board", "in the app"
    assert new in put_first(laundry, question, old, new)
    assert old in put_first(laundry, "How was the laundry room booked?", old, new)
    told = laundry.assistant().ask(question).text
    assert 0 <= told.find(new) < told.find(old)


def test_a_rule_on_something_else_of_a_newer_version_does_not_come_first(laundry):
    question = "How do I book the laundry room?"
    assert "garden" not in put_first(laundry, question, "laundry room on the board", "garden room", beside=True)


def test_midnight_is_a_time_in_which_two_versions_differ(laundry):
    (conflict,) = laundry.assistant().ask("When are the quiet hours on Fridays now?").conflicts
    assert conflict.values == ("20:00, 23:00", "21:30, midnight") and conflict.newest_first


def test_papers_of_other_titles_are_no_versions_of_one(tmp_path, encoder):
    other = NEW.replace("# Staff rules", "# Canteen of the harbour")
    place = Library(tmp_path, encoder, a_old_md=OLD, b_new_md=other)
    assert "26 days" in put_first(place, "How many days of paid holiday are there now?", "26 days", "28 days")


@pytest.mark.parametrize(
    ("old", "new", "question", "told", "other"),
    [
        (
            "# Kettle K100 manual\n\nPublished on 3 May 2022.\n\nThe warranty lasts 24 months.\n",
            "# Kettle K200 manual\n\nPublished on 3 May 2024.\n\nThe warranty lasts 36 months.\n",
            "How long is the warranty of the K100?", "24 months", "36 months",
        ),
        (
            "# FAQ\n\nUpdated on 3 May 2022.\n\nThe Ripple kayak is of ash. It carries 120 kg.\n",
            "# FAQ\n\nUpdated on 3 May 2024.\n\nThe Otter canoe is of elm. It carries 300 kg.\n",
            "How much does the Ripple kayak carry?", "120 kg", "300 kg",
        ),
        (
            "# Room prices 2023\n\n| Room | Price | Guests |\n|---|---|---|\n| Lake | 80 | 2 |\n| Tower | 95 | 2 |\n",
            "# Room prices 2025\n\n| Room | Price | Guests |\n|---|---|---|\n| Lake | 90 | 2 |\n| Attic | 60 | 2 |\n",
            "What is the price of the Tower room?", "95", "60",
        ),
        (
            "# Warranty terms\n\nPublished on 3 May 2022.\n\nThe warranty of the pump covers 24 months.\n",
            "# Warranty terms\n\nPublished on 3 May 2024.\n\nA pump.\n\nThe warranty of the motor covers 36 months.\n",
            "How long is the warranty of the pump?", "24 months", "36 months",
        ),
        (
            "# Travel policy\n\nPublished on 3 May 2022.\n\nThe daily allowance is 40 euros.\n",
            "# Travel policy\n\nDraft, not approved. Published on 3 May 2024.\n\nThe daily allowance is 55 euros.\n",
            "How many euros is the daily allowance?", "40 euros", "55 euros",
        ),
        (
            "# Travel policy\n\nEffective from 1 March 2021.\n\nThe daily allowance is 40 euros.\n",
            "# Travel policy\n\nEffective from 1 March 2099.\n\nThe daily allowance is 55 euros.\n",
            "How many euros is the daily allowance?", "40 euros", "55 euros",
        ),
    ],
)  # fmt: skip
def test_what_is_no_newer_version_in_force_changes_nothing(tmp_path, encoder, old, new, question, told, other):
    place = Library(tmp_path, encoder, a_old_md=old, b_new_md=new)
    assert told in put_first(place, question, told, other)


def test_a_paper_is_not_of_the_day_on_which_it_ends():
    assert document_date("a.md", "Prices", "Valid until 31 December 2025.") == ""
    assert document_date("a.md", "Prices", "Valid from 1 June 2025.") == "1 June 2025"


def test_a_cell_that_is_not_asked_for_is_no_difference(rules):
    answer = rules.ask("Which meals are there now?")
    assert len({c.passage.doc_id for c in answer.citations}) == 2 and not answer.conflicts


def test_words_that_ask_for_now():
    assert all(map(asks_now, ("What are the rules in force?", "What holds as things stand?", "Is that still so?")))
    assert not asks_now("How large is the police force?") and not asks_now("Which force moves the piston?")
