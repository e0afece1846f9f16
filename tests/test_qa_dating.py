"""Rules that were replaced: two wordings of one sentence in documents of different dates, asked for now and without."""

import pytest
from fakes import Library

from qa.dating import asks_now, document_date

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


def test_versions_of_one_document_are_told_newer_first_unless_what_was_is_asked(rules):
    for question in ("From which day of an illness is a doctor's note needed?", "What does a soup cost a guest?"):
        answer = rules.ask(question)
        assert answer.claims[0].citations[0].passage.doc_id == "b_new.md" and not answer.conflicts
    before = rules.ask("From which day of an illness was a doctor's note needed in 2023?")
    assert not before.conflicts and {"a_old.md", "b_new.md"} == {c.passage.doc_id for c in before.citations}


def test_papers_of_other_titles_are_no_versions_of_one(tmp_path, encoder):
    other = NEW.replace("# Staff rules", "# Canteen of the harbour")
    place = Library(tmp_path, encoder, a_old_md=OLD, b_new_md=other)
    answer = place.assistant().ask("How many days of paid holiday are there?")
    assert answer.claims and not any(conflict.newest_first for conflict in answer.conflicts)


@pytest.mark.parametrize(
    ("old", "new", "question", "told"),
    [
        (
            "# Kettle K100 manual\n\nPublished on 3 May 2022.\n\nThe warranty lasts 24 months.\n",
            "# Kettle K200 manual\n\nPublished on 3 May 2024.\n\nThe warranty lasts 36 months.\n",
            "How long is the warranty of the K100?", "24 months",
        ),
        (
            "# FAQ\n\nUpdated on 3 May 2022.\n\nThe Ripple kayak is of ash. It carries 120 kg.\n",
            "# FAQ\n\nUpdated on 3 May 2024.\n\nThe Otter canoe is of elm. It carries 300 kg.\n",
            "How much does the Ripple kayak carry?", "120 kg",
        ),
        (
            "# Room prices 2023\n\n| Room | Price | Guests |\n|---|---|---|\n| Lake | 80 | 2 |\n| Tower | 95 | 2 |\n",
            "# Room prices 2025\n\n| Room | Price | Guests |\n|---|---|---|\n| Lake | 90 | 2 |\n| Attic | 60 | 2 |\n",
            "What is the price of the Tower room?", "95",
        ),
        (
            "# Warranty terms\n\nPublished on 3 May 2022.\n\nThe warranty of the pump covers 24 months.\n",
            "# Warranty terms\n\nPublished on 3 May 2024.\n\nThe warranty of the motor covers 36 months.\n",
            "How long is the warranty of the pump?", "24 months",
        ),
        (
            "# Travel policy\n\nPublished on 3 May 2022.\n\nThe daily allowance is 40 euros.\n",
            "# Travel policy\n\nDraft, not approved. Published on 3 May 2024.\n\nThe daily allowance is 55 euros.\n",
            "How many euros is the daily allowance?", "40 euros",
        ),
        (
            "# Travel policy\n\nEffective from 1 March 2021.\n\nThe daily allowance is 40 euros.\n",
            "# Travel policy\n\nEffective from 1 March 2199.\n\nThe daily allowance is 55 euros.\n",
            "How many euros is the daily allowance?", "40 euros",
        ),
    ],
)  # fmt: skip
def test_what_is_no_newer_version_in_force_changes_nothing(tmp_path, encoder, old, new, question, told):
    answer = Library(tmp_path, encoder, a_old_md=old, b_new_md=new).assistant().ask(question)
    assert told in answer.text and not any(conflict.newest_first for conflict in answer.conflicts)


def test_a_paper_is_not_of_the_day_on_which_it_ends():
    assert document_date("a.md", "Prices", "Valid until 31 December 2025.") == ""
    assert document_date("a.md", "Prices", "Valid from 1 June 2025.") == "1 June 2025"


def test_a_cell_that_is_not_asked_for_is_no_difference(rules):
    assert not rules.ask("Which meals are there?").conflicts


def test_words_that_ask_for_now():
    assert all(map(asks_now, ("What are the rules in force?", "What holds as things stand?", "Is that still so?")))
    assert not asks_now("How large is the police force?") and not asks_now("Which force moves the piston?")
