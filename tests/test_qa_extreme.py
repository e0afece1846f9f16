"""The row that a superlative asks for."""

import numpy as np
import pytest
from fakes import Library

from qa.evidence import Evidence, Judged, candidates
from qa.extreme import extreme_first, superlative
from qa.rows import cells, is_row

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


def chosen(place, question):
    """The first cells of the rows that come first, where all sentences of the documents are evidence in their order."""
    found = [c for hit in place.index.retrieve([question], 12) for c, _ in candidates(hit, 1)]
    found = sorted(found, key=lambda c: (not is_row(c.quote), c.passage.doc_id, c.start))
    judged = Judged(tuple(Evidence(c, 0.5 / (n + 1)) for n, c in enumerate(found)), 0.9, np.zeros((len(found), 1)))
    rows = extreme_first(judged, question, place.index).evidence
    return [next(iter(cells(e.citation.quote).values())) for e in rows if is_row(e.citation.quote)]


CLERKS = "Clerk,Joined,Age\nMia,2019,31\nTom,1998,55\nAda,2004,61\n"
TEAS = "Tea,Old price,New price\nA,5,9\nB,7,6\n"


@pytest.mark.parametrize(
    ("table", "question", "rows"),
    [
        ("Flat,Size,For\nElm,80 m2,Mia\nOak,95 m2,Tom\nTotal,175 m2,-\n", "Which flat is the largest?", ["Oak"]),
        ("Branch,Loans\nNorth,410\nSouth,390\nAll branches,800\n", "Which branch has the most loans?", ["North"]),
        ("Town,January\nVik,-12\nAas,3\nMo,-18\n", "Which town has the lowest January?", ["Mo"]),
        ("Shop,Growth\nA,-3.1 %\nB,1.4 %\nC,-0.2 %\n", "Which shop has the highest growth?", ["B"]),
        ("Lake,Depth\nLake Orta,143\nLoch Varn,230\nLake Brin,88\n", "Which lake is the deepest?", ["Loch Varn"]),
        ("Peak,Height\nBlue Mountain,1820\nOld Tooth,2410\n", "Which mountain is the highest?", ["Old Tooth"]),
        ("Film,Length,By\nA,1 h 10 min,Mia\nB,2 h 20 min,Tom\nC,2 h,Ada\n", "Which film is the longest?", ["B"]),
        ("Car,Built\nA,03.06.2019\nB,12.01.2004\nC,01.09.2021\n", "Which car is the newest?", ["C"]),
        ("Runner,Time\nMia,2:31:40\nTom,2:29:01\n", "Who ran the fastest time?", ["Tom"]),
        (CLERKS, "Who is the oldest clerk?", ["Ada"]),
        (CLERKS, "Who is the youngest clerk?", ["Mia"]),
        ("Land,Area,Population\nOr,900,2\nBo,300,8\n", "What is the largest land in terms of population?", ["Bo"]),
        ("Tour,Min. persons,Days\nSea,8,3\nFen,2,5\nMoor,4,4\n", "Which tour is the longest?", ["Fen"]),
        (TEAS, "Which tea has the lowest new price?", ["B"]),
        ("Line,First bus,Last bus\nR1,5:10,23:50\nR2,6:30,22:15\n", "Which line has the earliest last bus?", ["R2"]),
        ("Shop,Opens\nElm,8:30\nOak,7:00\n", "Which shop opens earliest?", ["Oak"]),
        ("Car,Fuel,Price\nA,electric,30\nB,petrol,20\nC,electric,25\n", "Which electric car is cheapest?", ["C"]),
    ],
)
def test_the_row_and_the_column_that_are_meant(tmp_path, encoder, table, question, rows):
    assert chosen(Library(tmp_path, encoder, table_csv=table), question) == rows


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("Clerk,Age,Salary\nMia,31,900\nTom,55,700\n", "What is the age of the highest paid clerk?"),
        ("Player,Height,Goals\nMia,180,9\nTom,170,14\n", "Who is the highest scorer?"),
        ("Field,Leased since\nElm,1987\nOak,2006\n", "Which field has been leased the longest?"),
        (TEAS, "Which tea is the cheapest?"),
        ("Tea,Price\nA,1.200 €\nB,950 €\n", "Which tea is the cheapest?"),
        ("Van,Seats,By\nA,up to 8,Mia\nB,16,Tom\n", "Which van has the most seats?"),
        ("Pot,Found,Built\nA,here,2500 BC\nB,there,120 AD\n", "Which pot is the oldest?"),
        ("Year,Population\n2001,5900\n2021,5200\n", "What was the population in the most recent census?"),
        ("Tool,Version\nA,3.9\nB,3.10\n", "Which tool has the highest version?"),
        ("Hall,Fee,By\nA,$5/h,Mia\nB,€12/h,Tom\n", "Which hall is the cheapest?"),
    ],
)
def test_where_column_or_values_are_not_sure_nothing_changes(tmp_path, encoder, table, question):
    assert len(chosen(Library(tmp_path, encoder, table_csv=table), question)) == len(table.splitlines()) - 1


def test_tables_under_one_heading_are_not_compared_as_one(tmp_path, encoder):
    table = "| Dish | Price |\n|---|---|\n| {} | {} |\n| {} | {} |\n\n"
    menu = f"# Menu\n\nMain courses of the day:\n\n{table.format('Trout', 18, 'Stew', 11)}And the soups:\n\n"
    menu += table.format("Leek", 4, "Pea", 6)
    assert chosen(Library(tmp_path, encoder, menu_md=menu), "Which dish is the cheapest?")[0] == "Stew"


def test_a_sentence_that_answers_stays_first(tmp_path, encoder):
    fields = "# Fields\n\nThe largest field is Long Acre, which covers 14 hectares.\n\n| Field | Size |\n|---|---|\n"
    place = Library(tmp_path, encoder, fields_md=f"{fields}| Church Piece | 11 ha |\n| Mill Field | 9 ha |\n")
    assert "Long Acre" in place.assistant().ask("What is the largest field?").claims[0].text


def test_a_row_that_tells_an_extreme_itself_is_told_as_it_is(boats):
    assert boats.ask("How large was the largest group in 2024?").claims[0].text.startswith("Largest group | 2023: 52")


@pytest.mark.parametrize("question", ["What is the newest and oldest boat?", "哪条船最长？", "Most of the boats sail."])
def test_no_or_several_superlatives_are_none(question):
    assert superlative(question) is None
