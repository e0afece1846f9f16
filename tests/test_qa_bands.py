"""Rows whose band holds an amount of the question."""

import pytest
from fakes import Library

from qa.bands import fitting, within
from qa.question import names

RULES = (
    "# Spending at Marrow\n\nWhoever spends the guild's money asks first.\n\n| Amount | Who signs |\n|---|---|\n"
    "| Up to £500 | the steward |\n| £501 to £2,500 | the treasurer |\n| Above £2,500 | the whole guild |\n\n"
    "## Sick pay\n\n| Service | Full pay | Half pay |\n|---|---|---|\n| Under 6 months | as by law | none |\n"
    "| 6 months to 2 years | 4 weeks | 5 weeks |\n| 2 to 5 years | 8 weeks | 9 weeks |\n"
    "| Over 5 years | 13 weeks | 14 weeks |\n\n## Tickets for the tower\n\n| Age | Price |\n|---|---|\n"
    "| 0–5 | free |\n| 6–15 | £2 |\n| 16–64 | £5 |\n| 65+ | £3 |\n"
)


@pytest.fixture(scope="module")
def rules(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("rules"), encoder, rules_md=RULES).assistant()


@pytest.mark.parametrize(
    ("column", "bands", "question", "held"),
    [
        ("Service", "Under 6 months|6 months to 2 years|2 to 5 years|Over 5 years", "What after three years?", [2]),
        ("Service", "Under 6 months|6 months to 2 years|2 to 5 years|Over 5 years", "What after 5 years?", [2]),
        ("Service", "Under 6 months|6 months to 2 years|2 to 5 years|Over 5 years", "What after two years?", [1, 2]),
        ("Service", "Under 6 months|6 months to 2 years|2 to 5 years|Over 5 years", "What after 20 weeks?", [0]),
        ("Sum", "Up to £500|£501 to £2,500|£2,501–10,000|Above £10,000", "Who signs £1,800?", [1]),
        ("Sum", "Up to £500|£501 to £2,500|£2,501–10,000|Above £10,000", "Who signs 20000 pounds?", [3]),
        ("Age", "0–11|12–17|18 and over", "My son is 12, what does he pay?", [1]),
        ("Age in years", "0–11|12–17|18–64|65+", "I'm 70. What do I pay?", [3]),
        ("Weight (kg)", "0–2|2.1–5|5.1–10", "What does a parcel of 3 kg cost?", [1]),
        ("Guests", "up to 10|11 to 25|26 to 60", "What is a room for 20 people?", [1]),
        ("Order", "from 50 boxes|from 100 boxes|from 500 boxes", "What do 600 boxes cost?", [2]),
        ("Order", "up to 200 boxes|up to 500 boxes|up to 900 boxes", "What do 300 boxes cost?", [1]),
        ("Age", "0–11|12–17|18–64", "What do 2 adults pay?", []),
        ("Guests", "10 people|25 people|60 people", "What is a room for 20 people?", []),
        ("Open", "9.30 am - 5.30 pm|10 am - 4 pm", "Is it 10 km away?", []),
        ("Year", "2021-22|2023-24", "How many came in 2023?", []),
        ("Sum", "Up to £500|£501 to £2,500", "Who signs 1,800 euros?", []),
        ("Sum", "Up to £500|every other sum", "Who signs £400?", []),
        ("Age", "0–11 years|12–17 years|valid for 1 year", "Which is valid for one year?", [2]),
        ("Nights", "3|2|1", "Which 2 rooms are free?", []),
    ],
)
def test_rows_that_hold_an_amount(column, bands, question, held):
    rows = [{column: band, "What": "x"} for band in bands.split("|")]
    assert [n for n, fits in enumerate(fitting(question, rows)) if fits] == held


def test_one_row_that_holds_an_amount():
    assert within("Who signs £1,800?", {"Sum": "£501 to £2,500", "Who": "the treasurer"})
    assert not within("Who signs £180?", {"Sum": "£501 to £2,500", "Who": "the treasurer"})
    assert not within("Who signs?", {"Sum": "£501 to £2,500", "Who": "the treasurer"})


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who signs for £1,800?", "the treasurer"),
        ("Who signs for 90 pounds of spending?", "the steward"),
        ("Who has to sign for £12,000?", "the whole guild"),
        ("How long is full sick pay after three years?", "8 weeks"),
        ("How long is full sick pay after four months?", "as by law"),
        ("How long is full sick pay after eleven years?", "13 weeks"),
        ("What does a ticket for the tower cost when you are aged 40?", "£5"),
        ("My daughter is 8. What does her ticket for the tower cost?", "£2"),
    ],
)
def test_the_row_is_told_alone_of_its_table(rules, question, told):
    answer = rules.ask(question)
    assert told in answer.claims[0].text
    assert sum(": " in claim.text for claim in answer.claims) == 1


def test_a_number_with_thousands_is_one_name():
    assert names("Did they sell 1,234,567 cars, or 3.5 million?") == {"1234567": "1,234,567", "3.5": "3.5"}
