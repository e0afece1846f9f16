"""Lists: found whole around the evidence, and told only where the chance that they answer is good."""

import pytest

from corpus.document import Passage
from qa.answer import Citation
from qa.evidence import Evidence
from qa.read.listing import listings
from qa.read.lists import LIKELY, SIGNALS, SURE, best, chance, signals
from qa.read.quote import QuoteReader

THREATS = ["- Rivals press from both sides.", "- Chips may run short.", "- Taxes on imports may rise."]
STRENGTHS = ["- The brand is well liked.", "- Costs are low.", "- Fans help for nothing."]


def section(heading: str, sentences: list[str], chances: list[float], start: int = 0, cosine: float = 0.1):
    """Evidence of one section, a sentence a line, each with its chance; 0 leaves a sentence out."""
    text, spans = "\n".join(sentences), []
    for sentence in sentences:
        begin = spans[-1][1] + 1 if spans else start
        spans.append((begin, begin + len(sentence)))
    passage = Passage("plan.md", start, start + len(text), text, None, (heading,), tuple(spans))
    return [
        Evidence(Citation(passage, a, b, "Plan"), share, cosine)
        for (a, b), share in zip(spans, chances, strict=True)
        if share
    ]


def texts(question, found):
    return [draft.citations[0].quote for draft in QuoteReader().read(question, found)]


def sorted_(*found):
    return sorted((e for part in found for e in part), key=lambda e: -e.score)


def test_a_list_over_which_the_chance_is_spread_is_told_whole_and_its_sibling_is_not():
    found = sorted_(
        section("Threats", THREATS, [0.35, 0.3, 0.25], cosine=0.6),
        section("Strengths", STRENGTHS, [0.04, 0.03, 0.03], 500),
    )
    assert [entry.quote for entry in best("What dangers come from outside?", found)[0].entries] == THREATS
    assert texts("What dangers come from outside?", found) == THREATS


def test_one_entry_that_answers_alone_is_no_list():
    found = sorted_(section("Threats", THREATS, [0.01, 0.97, 0.01]))
    assert best("What may run short?", found) == (None, False)
    assert texts("What may run short?", found) == THREATS[1:2]


def test_a_list_whose_sentences_hardly_count_is_not_told():
    other = section("News", ["The chief said that rivals are the greatest danger."], [0.9], 900)
    found = sorted_(section("Threats", THREATS, [0.03, 0.03, 0.03]), other)
    assert best("Who said what the greatest danger is?", found) == (None, False)


def test_rows_beside_those_that_are_evidence_make_a_list_of_their_own():
    rows = [
        "Town: Brno; Year: 1921; Owner: Kern",
        "Town: Brno; Year: 1924; Owner: Hall",
        "Town: Graz; Year: 1930; Owner: Ott",
    ]
    found = sorted_(section("Mills", rows, [0.5, 0.5, 0]))
    assert [len(one.entries) for one in listings(found)] == [3, 2]


def test_sentences_after_one_that_announces_them_are_a_list():
    told = ["Wong draws four lessons.", "Ask early.", "Test twice.", "Tell the truth.", "Keep spare parts."]
    (one,) = listings(section("Lessons", told, [0.6, 0.1, 0.1, 0.1, 0.1]))
    assert one.announced
    assert [c.quote for c in one.entries] == told


def test_signals_are_finite_and_in_their_order():
    found = sorted_(section("Threats", ["These are threats:", *THREATS], [0.5, 0.2, 0, 0.1]))
    (one,) = listings(found)
    row = dict(zip(SIGNALS, signals("What are the threats?", found, one), strict=True))
    assert row["plural"] == row["sentences"] == 1
    assert row["rows"] == row["numbered"] == row["announced"] == row["value"] == 0
    assert row["lead"] > 0 > row["least"]
    assert 0 < chance("What are the threats?", found, one) < 1


@pytest.mark.parametrize("likely", [SURE, LIKELY, LIKELY - 0.01])
@pytest.mark.parametrize("news", [0.1, 0.4])
def test_a_sure_list_stands_alone_and_a_likely_one_stands_for_its_entries(likely, news, monkeypatch):
    found = sorted_(section("News", ["News."], [news], 900), section("Threats", THREATS, [0.3, 0.2, 0.15]))
    monkeypatch.setattr("qa.read.lists.chance", lambda *_: likely)
    drafts = list(QuoteReader().read("What dangers come from outside?", found))
    told = [draft.citations[0].quote for draft in drafts]
    if likely == SURE and news == 0.1:  # the best sentence is in it
        assert told == THREATS
    else:
        assert told == (["News.", *THREATS] if news == 0.4 else [*THREATS, "News."])
    assert [draft.item for draft in drafts] == [likely >= LIKELY and text in THREATS for text in told]


@pytest.mark.parametrize(("question", "whole"), [("Which threats are there?", True), ("What is dearer?", False)])
def test_where_several_things_are_asked_for_a_likely_list_is_told_beside_a_sure_sentence(question, whole, monkeypatch):
    found = sorted_(section("Threats", THREATS, [0.95, 0.01, 0.01]))
    monkeypatch.setattr("qa.read.lists.chance", lambda *_: LIKELY)
    told = [draft.citations[0].quote for draft in QuoteReader().read(question, found)]
    assert told == (THREATS if whole else THREATS[:1])


def test_of_two_lists_the_one_is_told_whose_label_the_question_names():
    both = ["For:", *STRENGTHS, "Against:", *THREATS]
    found = sorted_(section("The brand", both, [0.01, 0.3, 0.2, 0.2, 0.01, 0.1, 0.09, 0.09]))
    assert texts("What are the arguments against the brand?", found) == THREATS
    assert texts("What are the arguments for the brand?", found) == STRENGTHS
    unnamed = best("What are the arguments on the brand?", found)[0]
    assert unnamed is None or unnamed.entries[0].quote == STRENGTHS[0]


CARDS = [f"Card: {card}; For whom: {who}; Items: {n}" for card, who, n in (
    ("Junior", "up to 11 years", 20), ("Adult", "18 and over", 15), ("Visitor", "people from elsewhere", 4),
    ("Group", "schools and homes", 40), ("Home", "people who cannot come", 12),
)]  # fmt: skip
HOURS = [f"Day: {day}; Library: {hours}" for day, hours in (
    ("Monday", "closed"), ("Tuesday", "9.30 - 17.30"), ("Wednesday", "9.30 - 17.30"), ("Thursday", "9.30 - 19.00"),
    ("Friday", "9.30 - 17.30"),
)]  # fmt: skip


def test_a_table_is_told_whole_where_the_things_of_its_first_column_are_asked_for():
    found = sorted_(
        section("Cards", CARDS, [0.3, 0.2, 0.1, 0.1, 0.05]), section("Cards", ["A card is free."], [0.2], 900)
    )
    assert texts("What types of library card are there?", found) == CARDS
    assert texts("Which things can be lent?", found) != CARDS
    other = sorted_(*([e] for e in found), section("Cards abroad", CARDS[:2], [0.1, 0.1], 1900))
    assert texts("What types of library card are there?", other) != CARDS
    assert texts("What types of card are there?", [e for e in found if "Group" not in e.citation.quote]) != CARDS


def test_a_table_of_days_is_told_whole_where_no_day_is_asked_for():
    found = sorted_(
        section("Hours", HOURS, [0.5, 0.2, 0.1, 0.05, 0.04]), section("Past", ["It opened in 1911."], [0.1], 900)
    )
    assert texts("When is the library open?", found) == HOURS
    assert texts("When is the library open on Mondays?", found) != HOURS
    later = sorted_(
        section("Hours", HOURS, [0.05, 0.02, 0.01, 0.01, 0.01]), section("Past", ["It opened in 1911."], [0.9], 900)
    )
    assert texts("When did the library open?", later)[0] == "It opened in 1911."
