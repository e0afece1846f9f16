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


def test_versions_of_one_document_are_told_newer_first_unless_what_was_is_asked(rules):
    for question in ("From which day of an illness is a doctor's note needed?", "What does a soup cost a guest?"):
        answer = rules.ask(question)
        assert answer.claims[0].citations[0].passage.doc_id == "b_new.md" and answer.conflicts[0].newest_first
    before = rules.ask("From which day of an illness was a doctor's note needed in 2023?")
    assert not before.conflicts and {"a_old.md", "b_new.md"} == {c.passage.doc_id for c in before.citations}


def test_papers_of_other_titles_are_no_versions_of_one(tmp_path, encoder):
    other = NEW.replace("# Staff rules", "# Canteen of the harbour")
    place = Library(tmp_path, encoder, a_old_md=OLD, b_new_md=other)
    answer = place.assistant().ask("How many days of paid holiday are there?")
    assert answer.claims and not any(conflict.newest_first for conflict in answer.conflicts)


def test_a_cell_that_is_not_asked_for_is_no_difference(rules):
    assert not rules.ask("Which meals are there?").conflicts


def test_words_that_ask_for_now():
    assert all(map(asks_now, ("What are the rules in force?", "What holds as things stand?", "Is that still so?")))
    assert not asks_now("How large is the police force?") and not asks_now("Which force moves the piston?")
