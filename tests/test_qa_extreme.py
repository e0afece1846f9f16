"""The row that a superlative asks for."""

import pytest
from fakes import Library

from qa.extreme import superlative

BOATS = (
    "Boat,Deck,Berths,Length m,Built,Price per day,Skipper,Top speed\nAlba,1,4,9.5,1998,120 EUR,Mia Holm,7 knots\n"
    "Brisa,2,6,12.2,2011,210 EUR,Tom Lee,9 knots\nCala,2,8,11.8,2004,195 EUR,Ada Birch,12 knots\n"
    'Dune,1,2,6.4,2019,"1,040 EUR",Jon Rask,31 knots\n'
)
MILLS = "# Mills\n\n| | 2023 | 2024 |\n|---|---|---|\n| Visitors | 4,100 | 3,900 |\n| Largest group | 52 | 61 |\n"


@pytest.fixture(scope="module")
def boats(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("boats"), encoder, boats_csv=BOATS, mills_md=MILLS).assistant()


@pytest.mark.parametrize(
    ("question", "boats_told"),
    [
        ("Which boat has the most berths?", ["Cala"]),
        ("Which boat has the fewest berths?", ["Dune"]),
        ("What is the longest boat?", ["Brisa"]),
        ("Who is the skipper of the shortest boat?", ["Dune"]),
        ("Which is the cheapest boat?", ["Alba"]),
        ("Which is the most expensive boat?", ["Dune"]),
        ("Which boat is the oldest?", ["Alba"]),
        ("Which boat is the newest?", ["Dune"]),
        ("Which boat is the fastest?", ["Dune"]),
        ("What is the price per day of the slowest boat?", ["Alba"]),
        ("What is the longest boat on the first deck?", ["Alba"]),
        ("Which of the boats on deck 1 has the most berths?", ["Alba"]),
    ],
)
def test_the_row_with_the_largest_or_smallest_value_is_told(boats, question, boats_told):
    answer = boats.ask(question)
    assert [c.text.split(";")[0].removeprefix("Boat: ") for c in answer.claims] == boats_told


def test_rows_of_one_value_are_told_together(tmp_path, encoder):
    huts = "Hut,Beds,Warden\nAsp,12,Mia Holm\nBirk,30,Tom Lee\nCedar,30,Ada Birch\n"
    answer = Library(tmp_path, encoder, huts_csv=huts).assistant().ask("Which hut has the most beds?")
    assert sorted(c.text.split(";")[0] for c in answer.claims) == ["Hut: Birk", "Hut: Cedar"]


@pytest.mark.parametrize(
    "question", ["Which boat is the prettiest?", "Who is the skipper of Cala?", "Is Alba at most 10 m?"]
)
def test_what_no_column_measures_changes_nothing(boats, question, monkeypatch):
    told = boats.ask(question)
    monkeypatch.setattr("qa.pipeline.extreme_first", lambda judged, question, index: judged)
    assert boats.ask(question).claims == told.claims


def test_a_row_that_tells_an_extreme_itself_is_told_as_it_is(boats):
    assert boats.ask("How large was the largest group in 2024?").claims[0].text.startswith("Largest group | 2023: 52")


@pytest.mark.parametrize("question", ["What is the newest and oldest boat?", "哪条船最长？", "Most of the boats sail."])
def test_no_or_several_superlatives_are_none(question):
    assert superlative(question) is None
