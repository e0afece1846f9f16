"""Citing, verifying, and telling conflicts: what the program decides about a sentence, whoever wrote it."""

import numpy as np
import pytest
from chat_models import evidence
from hypothesis import given
from hypothesis import strategies as st

from qa.cite import POOL, cite
from qa.conflict import conflicts
from qa.read.draft import Draft
from qa.verify import SHOWN, LexicalVerifier, disagreements, verbatim

FACTS = (
    "Xiaomi was founded in April 2010 by Lei Jun.",
    "The SU7 starts at 215,900 yuan.",
    "Mi Fans are invited to a dinner every winter.",
)


def quotes(text, facts=FACTS):
    return [c.quote for c in cite(Draft(text), evidence(*facts))]


# --- cite


def test_a_draft_cites_the_sentence_that_carries_it():
    assert quotes("The price of the SU7 starts at 215,900 yuan.") == [FACTS[1]]
    assert quotes("Lei Jun founded Xiaomi in 2010.") == [FACTS[0]]


def test_a_sentence_fused_from_two_halves_cites_both():
    assert set(quotes("Xiaomi was founded in April 2010 and the SU7 starts at 215,900 yuan.")) == {FACTS[0], FACTS[1]}


def test_nothing_shared_nothing_cited():
    assert quotes("Bananas grow in Ecuador.") == []
    assert quotes("It is.") == []
    assert quotes("Xiaomi", ()) == []


def test_what_a_quoting_reader_copied_is_kept():
    own = (evidence(*FACTS)[2].citation,)
    assert cite(Draft("anything", own), evidence(*FACTS)) == own


def test_only_the_best_evidence_is_searched():
    facts = [f"Filler number {n} says little." for n in range(POOL)] + ["The kraken sleeps below."]
    assert quotes("The kraken sleeps.", facts) == []
    assert quotes("The kraken sleeps.", facts[1:]) == facts[-1:]


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_drafted_at_most_two_distinct_sentences_are_cited(text):
    found = cite(Draft(text + " [0] [99]"), evidence(*FACTS))
    assert len({c.key for c in found}) == len(found) <= 2
    assert all(c.quote in FACTS for c in found)


# --- verify

SOURCE = "Xiaomi delivered 40,000 cars in Q3 2025, said Lei Jun in Beijing; it did not lower the price."


@pytest.mark.parametrize(
    ("claim", "said", "expected"),
    [
        ("It sold 50 cars in Berlin.", "It sold 40 cars in Paris.", ["50", "Berlin"]),
        ("It sold 40 cars.", "It sold 40 cars in Paris.", []),
        ("It has three shops.", "It has 3 shops.", []),
        ("It has 3 shops.", "It has three shops.", []),
        ("It has 215900 users.", "It has 215,900 users.", []),
        ("It has 4.5% of users.", "It has 45% of users.", ["4.5"]),
        ("The firm did not raise the price.", "The firm did raise the price.", ["negation"]),
        ("The firm did raise the price.", "The firm never did raise the price.", ["negation"]),
        ("The firm didn't raise the price.", "The firm did not raise the price.", []),
        ("One of its cars burned.", "A car of the firm burned.", []),
        ("Many like Tesla.", "Many like Xiaomi.", ["Tesla"]),
    ],
)
def test_disagreements(claim, said, expected):
    assert disagreements(claim, said) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Xiaomi delivered 40,000 cars in Q3 2025", True),
        ("• xiaomi   delivered 40,000\ncars in Q3 2025.", True),
        ("delivered 40,000 cars in Q3 2024", False),
        ("aomi delivered 40,000 cars", False),
        ("Xiaomi delivered cars", False),
        ("...", False),
    ],
)
def test_verbatim(claim, expected):
    assert verbatim(claim, SOURCE) is expected


def test_what_is_copied_is_carried_and_what_contradicts_is_not(encoder):
    claims = [
        "Xiaomi delivered 40,000 cars in Q3 2025",
        "Xiaomi delivered 41,000 cars in Q3 2025.",
        "Tesla delivered 40,000 cars, said Elon Musk.",
        "It did lower the price.",
        "Bananas are rich in potassium.",
    ]
    support = LexicalVerifier(encoder).support([(claim, SOURCE) for claim in claims])
    assert support[0] == 1
    assert (support[1:] < SHOWN).all()


def test_a_close_paraphrase_is_carried(encoder):
    said = "The Mi Fan Festival takes place on 6 April every year."
    assert LexicalVerifier(encoder).support([("The Mi Fan Festival is held on 6 April each year.", said)])[0] >= SHOWN


def test_nothing_to_verify(hashes):
    assert LexicalVerifier(hashes).support([]).shape == (0,)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text(st.characters(codec="utf-8"), max_size=60))
def test_support_lies_between_0_and_1(claim, said):
    from fakes import HashEncoder

    support = LexicalVerifier(HashEncoder()).support([(claim, said), (said, claim)])
    assert support.shape == (2,)
    assert np.isfinite(support).all() and (support >= 0).all() and (support <= 1).all()


# --- conflict


def told(*sentences):
    found = conflicts([e.citation for e in evidence(*sentences)])
    return [(c.values, tuple(x.quote for x in c.citations)) for c in found]


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        ("The SU7 costs 215,900 yuan here.", "Here the SU7 costs 229,900 yuan.", ("215,900 yuan", "229,900 yuan")),
        ("The net margin of the hardware is 5%.", "The hardware's net margin is 7%.", ("5%", "7%")),
        ("Mao (2025): the net margin of hardware is 5%.", "Chen (2024): hardware's net margin is 7%.", ("5%", "7%")),
        ("The forum has 78 million members.", "The forum counts 80 million members.", ("78 million", "80 million")),
    ],
)  # fmt: skip
def test_a_planted_conflict_is_told(one, other, values):
    assert told(one, other) == [(values, (one, other))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The SU7 costs 215,900 yuan in China.", "The SU7 costs 215,900 yuan in China today."),
        ("Deliveries in 2024 were high for the firm.", "Deliveries in 2025 were high for the firm."),
        ("The SU7 range is 700 kilometres a charge.", "The SU7 range is 435 miles a charge."),
        ("The price of the SU7 is 215,900 yuan.", "The price of the SU7 is 50,000 yuan below the Model 3."),
        ("The firm sells 100 phones.", "A dinner for fans costs 200 yuan."),
        ("The SU7 costs 215,900 yuan, the Max 299,900 yuan.", "The SU7 costs 215,900 yuan in China."),
        ("The SU7 Max costs 299,900 yuan in China.", "The SU7 Pro costs 245,900 yuan in China."),
        ("The SU7 costs 215,900 yuan in China.", "The YU7 costs 253,500 yuan in China."),
        ("In Q1 the firm sold 40,000 cars.", "In Q2 the firm sold 50,000 cars."),
        ("In May the plant made 40,000 cars.", "In June the plant made 50,000 cars."),
        ("In 2023 the firm sold 40,000 cars in China.", "In 2024 the firm sold 50,000 cars in China."),
        ("The SU7 costs a lot in China.", "The SU7 costs 215,900 yuan in China."),
    ],
)  # fmt: skip
def test_a_look_alike_is_no_conflict(one, other):
    assert told(one, other) == []


def test_one_sentence_is_no_conflict_with_itself():
    assert told("The SU7 costs 215,900 yuan in China.") == []
    assert conflicts([]) == ()
