"""Kinds of documents people bring: tables, records, steps, an FAQ, numbered rules; and what stands nowhere in them."""

import re

import pytest
from fakes import Library

from corpus.document import Passage
from qa.answer import Citation, Options, Turn
from qa.conversation import Asked, understand
from qa.rows import told, values
from qa.sought import could_answer, uncited, unnamed

PRICES = (
    "Item,Size,Price,Available,Allergens\nRye bread,750 g,4.20,daily,gluten\nApple cake,150 g,3.40,weekends,egg\n"
    "Vegan brownie,90 g,2.90,daily,nuts\n"
)
VISIT = (
    "Date: 14 November 2026\nCustomer: Brauerei Hollmann\nTechnician: Farid Aziz\nFault: conveyor belt slips\n"
    "Hours: 3.5\nNext visit: February 2027\n"
)
KETTLE = (
    "# Kettle manual\n\n## Descaling\n\nDescale the kettle every four weeks.\n\n1. Mix vinegar with water.\n"
    "2. Pour it into the kettle. Do not boil it.\n3. Rinse the kettle three times.\n\n## Guarantee\n\n"
    "The guarantee lasts three years.\n"
)
FAQ = (
    "# Deliveries\n\n**How much does delivery cost?**\nDelivery is free for boxes over 30 euros.\n\n"
    "**Do you deliver to islands?**\nNo, not at present.\n\n**Can I pause my subscription?**\n"
    "You can pause your subscription for eight weeks.\n"
)
SALES = (
    "# Acme in figures\n\n| | 2023 | 2024 |\n|---|---|---|\n| Kettles sold | 1,610 | 1,870 |\n"
    "| Coffee grinders sold | 240 | 228 |\n| Note | as planned; twice audited | late |\n"
)
MUSEUM = "# The canal\n\nThe canal has 22 locks. A museum of the canal opened in 2003. Nineteen men died in a flood.\n"
DOSES = "Dosage\n\nBy age:\n\nAge: 1 to 3 years; Single dose: 2.5 ml\nAge: 4 to 6 years; Single dose: 3.75 ml\n"


def asked(tmp_path, encoder, question, strictness="usual", **files):
    return Library(tmp_path, encoder, **files).assistant().ask(question, options=Options(strictness))


def test_only_the_row_that_the_question_names_is_quoted(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "What allergens are in the vegan brownie?", prices_csv=PRICES)
    assert "nuts" in answer.text and "Rye" not in answer.text and "Apple" not in answer.text


def test_a_row_without_a_name_for_its_first_column_is_told_from_the_others(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "How many kettles were sold in 2023?", year_md=SALES)
    assert [c.text for c in answer.claims] == ["Kettles sold | 2023: 1,610 | 2024: 1,870"]
    assert not answer.conflicts


def test_an_amount_finds_the_row_in_whose_range_it_lies(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "What is the single dose for a child of 2 years?", dose_txt=DOSES)
    assert "2.5 ml" in answer.text and "3.75" not in answer.text


def test_a_cell_without_a_currency_answers_what_a_thing_costs(tmp_path, encoder):
    assert "4.20" in asked(tmp_path, encoder, "What does the rye bread cost?", prices_csv=PRICES).text


def test_the_lines_of_a_record_speak_of_one_thing(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "What was the fault at Brauerei Hollmann?", visit_txt=VISIT)
    assert [c.text for c in answer.claims] == ["Fault: conveyor belt slips"]


def test_steps_are_told_whole_and_with_all_their_sentences(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "How do I descale the kettle?", kettle_md=KETTLE)
    steps = ["Mix vinegar with water.", "Pour it into the kettle. Do not boil it.", "Rinse the kettle three times."]
    assert [c.text for c in answer.claims[:3]] == [c.text for c in answer.claims if c.item] == steps


def test_what_follows_the_same_question_in_an_faq_answers(tmp_path, encoder):
    answer = asked(tmp_path, encoder, "Do you deliver to islands?", faq_md=FAQ)
    assert answer.claims[0].text == "No, not at present."


@pytest.mark.parametrize(
    ("question", "files"),
    [
        ("How many visitors does the museum have?", {"canal_md": MUSEUM}),
        ("What is the single dose for adults?", {"dose_txt": DOSES}),
        ("What is the telephone extension of Farid Aziz?", {"visit_txt": VISIT}),
    ],
)
def test_what_is_counted_done_or_meant_must_stand_in_the_evidence(tmp_path, encoder, question, files):
    assert asked(tmp_path, encoder, question, **files).abstained


def test_a_number_in_words_up_to_twenty_counts(tmp_path, encoder):
    assert "Nineteen" in asked(tmp_path, encoder, "How many men died in the flood?", canal_md=MUSEUM).text


def test_the_sentence_that_goes_on_with_the_best_one_answers(tmp_path, encoder):
    pool = "# Pool\n\nThe beginners' course runs for ten weeks from 12 January. It costs 95 euros. Bring a towel.\n"
    answer = asked(tmp_path, encoder, "What does the beginners' course cost?", pool_md=pool)
    assert next(c.text for c in answer.claims if not c.context) == "It costs 95 euros."


def test_a_sentence_of_the_questions_own_words_tells_with_the_one_before_it(tmp_path, encoder):
    inn = "# The inn\n\nOlga Brandt sold the inn to Carl Hall in 1954. He added the sauna.\n\nThe roof is of 2019.\n"
    answer = asked(tmp_path, encoder, "Who added the sauna?", inn_md=inn)
    assert "Carl Hall in 1954. [1] He added the sauna. [2]" in answer.text


def test_someone_without_a_name_answers_who(tmp_path, encoder):
    question = "To whom is damage reported?"
    damage = Asked(question, question, (question,), (1.0,))
    assert could_answer(damage, "Damage is reported to the caretaker at once.")
    assert not could_answer(damage, "Smoking is forbidden.")
    rules = "House rules\n\nDamage is reported to the caretaker at once. Smoking is forbidden.\n"
    assert "caretaker" in asked(tmp_path, encoder, question, rules_txt=rules).text


def test_when_one_may_asks_for_a_condition(tmp_path, encoder):
    question = "When may I book first class?"
    assert could_answer(Asked(question, question, (question,), (1.0,)), "It is allowed for journeys over four hours.")
    policy = "Travel policy\n\nFirst class is allowed for journeys over four hours. Meals are paid.\n"
    assert "four hours" in asked(tmp_path, encoder, question, "lenient", policy_txt=policy).text
    other = "When was first class booked?"
    assert not could_answer(Asked(other, other, (other,), (1.0,)), "It is allowed for journeys over four hours.")


def test_values_are_told_without_their_keys():
    assert told("Fault: leak") == "leak"
    assert values("Item: Rye bread; Price: 4.20") == "Rye bread; 4.20"
    assert values("Rye bread | Price: 4.20 | Note: sliced; fresh") == "Rye bread; 4.20; sliced; fresh"


@pytest.mark.parametrize("question", ["What is hunger marketing?", "How many people sing?", "Is the lamp portable?"])
def test_what_a_short_question_turns_on_stands_beside_its_answer(tmp_path, encoder, question):
    notes = (
        "The lamp of Skerra is the subject of marketing in Dunmore. The marketing costs 300 euros and 20 people see it."
    )
    assistant = Library(tmp_path, encoder, lamp_md=f"# The lamp\n\n{notes}").assistant()
    assert assistant.ask(question).abstained
    assert not assistant.ask("How many people see the marketing of the lamp?").abstained


@pytest.mark.parametrize("question", ["How does hunger marketing work at Skerra?", "Explain hunger marketing."])
def test_a_concept_that_stands_nowhere_is_not_explained_by_its_kind(tmp_path, encoder, question):
    notes = (
        "# Marketing at Skerra\n\nSkerra turns its guests into fans, who do the marketing for nothing. The marketing "
        "of Skerra lives from word of mouth and keeps prices low.\n"
    )
    assistant = Library(tmp_path, encoder, notes_md=notes).assistant()
    assert assistant.ask(question).abstained
    assert not assistant.ask("How does the marketing of Skerra work?").abstained


def test_a_caption_answers_nothing(tmp_path, encoder):
    page = "# Skerra\n\nSkerra logo\n\nSkerra was founded in 2010 and makes lamps for ships.\n"
    answer = asked(tmp_path, encoder, "What is Skerra?", "lenient", page_md=page)
    assert "makes lamps" in answer.text and "logo" not in answer.text


def test_each_part_of_a_question_is_answered_and_nothing_beside_it(tmp_path, encoder):
    shops = {
        f"shop{n}_md": f"# Shop {n}\n\nShop {n} sells tea at {n + 2} euros. It closes at {n + 5}." for n in range(5)
    }
    cafe = "# The Harbour Cafe\n\nThe Harbour Cafe opened in March 1987 in Dunmore. Its founder was Ines Valente.\n\n"
    cafe += "## Prices\n\nA cup of coffee costs 3.20 euros. Breakfast is served until 11 o'clock and costs 12 euros.\n"
    ferry = "The ferry\n\nThe ferry between Dunmore and Skerra sails four times a day. The crossing takes 45 minutes.\n"
    assistant = Library(tmp_path, encoder, cafe_md=cafe, ferry_txt=ferry, **shops).assistant()
    answer = assistant.ask("What does coffee cost at the Harbour Cafe, and how long does the ferry crossing take?")
    assert [claim.text for claim in answer.claims] == [
        "A cup of coffee costs 3.20 euros.",
        "The crossing takes 45 minutes.",
    ]
    answer = assistant.ask("When did the Harbour Cafe open and who founded it?")
    assert "1987" in answer.claims[0].text and "Ines Valente" in answer.claims[1].text


def test_a_sentence_that_answers_is_not_replaced_by_paragraphs_of_a_list_below_it(tmp_path, encoder):
    text = (
        "# The bakery\n\n## Selling bread online\n\n"
        "The bakery sells its bread on the platforms Loafly, Crumb and Bakernet. Sales on platforms began in 2019.\n\n"
        "- Early bread: The bakery shows new bread on platforms before it is sold. This brings people in.\n"
        "- Answers: The bakers answer questions on platforms themselves. People like it.\n"
    )
    assistant = Library(tmp_path, encoder, bakery_md=text).assistant()
    answer = assistant.ask("Which online platforms does the bakery sell on?")
    assert "Loafly, Crumb and Bakernet" in answer.claims[0].text
    assert not any(claim.item for claim in answer.claims)


@pytest.mark.parametrize(
    ("quote", "fits"),
    [
        ("Shih et al. (2014) studied the mill.", False),
        ("The mill is old (Wong, 2021).", False),
        ("The mill was built in 1702 (Wong, 2021).", True),
        ("The mill (built 1702) grinds rye.", True),
    ],
)
def test_the_year_of_a_work_that_is_cited_is_no_date_of_what_is_asked(quote, fits):
    question = "When was the mill built?"
    assert could_answer(Asked(question, question, (question,), (1.0,)), uncited(quote)) == fits


@pytest.mark.parametrize(
    ("question", "text", "nameless"),
    [
        ("Which three shops sell the bread?", "The bread is sold by 3 shops in the old town.", True),
        ("What are the names of the three shops?", "It is sold by three shops.", True),
        ("Which three shops sell the bread?", "It is sold by three shops: Alder, Birch and Cole.", False),
        ("Which three shops sell the bread?", "It is sold by three shops, Alder, Birch and Cole.", False),
        ("Which three shops sell the bread?", "It is sold by three shops.|\n- Alder\n- Birch\n- Cole\n", False),
        ("Which three shops sell the bread?", "It is sold by three shops.| The first is Alder.", False),
        ("Which three shops sell the bread?", "Alder, Birch and Cole sell the bread.", False),
        ("Which two shops sell it?", "Alder and Birch are the two shops that have it.", False),
        ("Which bank bought the mill?", "The mill was bought by a bank in 2019.", True),
        ("What is the name of the bank?", "The mill was bought by a small bank.", True),
        ("Which bank bought the mill?", "The mill was bought by a bank, Alder & Sons.", False),
        ("How many shops sell it?", "It is sold by three shops.", False),
        ("Which two rules does Ada draw?", "Ada draws two rules.| Never rest. Bake on.", False),
        ("Which two rules does Ada draw?", "Ada draws two rules.| Never rest.", True),
        ("Which three shops sell the bread?", "- Find 3 shops that sell the bread.|\n- Bake more.\n", True),
        ("Which two shops sell it?", "Item: Bread; Key: Sale, City; Target: Find 2 shops", True),
        ("At which price is it sold?", "It is sold at a price of two euros.", False),
    ],
)
def test_what_only_mentions_or_counts_something_does_not_name_it(question, text, nameless):
    quote, _, after = text.partition("|")
    whole = quote + after
    spans = [
        (0, len(quote)),
        *((m.start(), m.end()) for m in re.finditer(r"\w[^.]*\.", whole) if m.start() > len(quote)),
    ]
    passage = Passage("a.md", 0, len(whole), whole, None, (), tuple(spans))
    assert unnamed(question, Citation(passage, 0, len(quote), "Bread")) == nameless


def test_a_number_of_unnamed_things_is_no_answer_to_which(tmp_path, encoder):
    bread = "# Bread\n\nThe rye bread is sold by three shops in the old town. The mill was bought by a bank in 2019.\n"
    assistant = Library(tmp_path, encoder, bread_md=bread).assistant()
    assert assistant.ask("Which three shops sell the rye bread?").abstained
    assert "three" in assistant.ask("How many shops sell the rye bread?").text
    assert assistant.ask("Which bank bought the mill?").abstained
    assert "2019" in assistant.ask("When was the mill bought?").text


def test_a_short_question_is_answered_by_itself_or_after_the_one_before_whichever_the_documents_answer(
    tmp_path, encoder
):
    handbook = "# Handbook\n\nThe summer dinner is on 14 July. The fleet has nine vans. A van costs 41,000 euros.\n"
    assistant = Library(tmp_path, encoder, handbook_md=handbook, museum_md=MUSEUM).assistant()
    other = [("What happened in the flood?", "Nineteen men died in a flood. [1]")]
    assert "14 July" in assistant.ask("OK. When is the dinner?", other).text
    vans = [("How many vans has the fleet?", "The fleet has nine vans. [1]")]
    assert "41,000" in assistant.ask("What is the price?", vans).text


NOTES = {
    "shop_txt": "Nolan's, Quay Street. Lamps, bulbs and fuses. Shut on Tuesdays. Keys are cut while you wait.\n",
    "log_txt": "14 May. Lift stuck between two and three. A worn roller had jumped its rail; Ines swapped it.\n",
    "rule_txt": "Guests may use the sauna after eight in the evening. Towels are lent at the desk for ten euros.\n",
}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which day is the electrical shop closed?", "Tuesdays"),
        ("Where can I have a key copied?", "cut while you wait"),
        ("Why did the elevator stop?", "roller"),
        ("How do I get a towel?", "at the desk"),
        ("Does Nolan's sell batteries?", ""),
        ("What did the new roller cost?", ""),
        ("What is the sauna's temperature?", ""),
    ],
)
def test_notes_of_a_few_sentences_are_asked_in_other_words(tmp_path, encoder, question, told):
    answer = asked(tmp_path, encoder, question, **NOTES)
    assert answer.abstained == (not told) and told in (answer.text if told else "")


@pytest.mark.parametrize(
    ("question", "note", "told"),
    [
        ("What is hunger marketing?", "Guerrilla marketing is promotion by cheap surprises in the street.", False),
        ("What is a hunger marketing?", "Guerrilla marketing is promotion by cheap surprises in the street.", False),
        ("What is guerrilla marketing?", "Guerrilla marketing is promotion by cheap surprises in the street.", True),
        ("What is causing delays?", "Delays come from the old signalling of the harbour line.", True),
        ("What is driving tenants away?", "Higher rents make tenants leave.", True),
        ("What is vacation policy?", "Holiday policy\n\nHolidays are booked six weeks ahead.", True),
        ("What is labor cost?", "Labour costs 40 euros an hour.", True),
        ("What is co-operative bank?", "The cooperative bank holds the savings plan.", True),
    ],
)
def test_what_qualifies_a_term_is_missed_and_other_words_are_not(tmp_path, encoder, question, note, told):
    assert asked(tmp_path, encoder, question, note_txt=f"{note}\n").abstained != told


def test_a_term_asked_for_with_what_qualifies_it_stands_alone_in_a_conversation(tmp_path, encoder):
    assistant = Library(tmp_path, encoder, one_md=f"# Notes\n\n{NOTES['shop_txt']}{NOTES['log_txt']}").assistant()
    before = [("Why did the lift stop?", "A worn roller had jumped its rail. [1]")]
    assert understand("What is hunger marketing?", [Turn(*before[0])]).full == "What is hunger marketing?"
    assert assistant.ask("What is hunger marketing?", before).abstained
