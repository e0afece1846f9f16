"""Sentences that introduce what a question asks for."""

import pytest
from fakes import Library

from qa.define import introduces, term

GUILD = (
    "# The bell guild of Marrow\n\nThe guild buys its bronze from Oswin Tarrant, a scrap dealer at Low Pell who never "
    "haggles. The frame was drawn in 1908 by the Danish engineer Karen Holm. Visitors climb on Sundays. Complaints go "
    "to the tower captain, Ida Vance. Since the fire the keys are kept at the Pell Fund, a charity that also mends "
    "organs. Ropes are spliced every March. Minutes: present were Jon Rask (chair), Mia Lund and the vicar. A ringer "
    "who is ill asks for a Relief Ringer Form (RRF) at the desk. The wind that the ringers call the Clapper blows "
    "in autumn and moves the ropes.\n"
)


@pytest.fixture(scope="module")
def guild(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("guild"), encoder, guild_md=GUILD).assistant()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who was Karen Holm?", ("Karen Holm", True)),
        ("and who's the tower captain?", ("tower captain", True)),
        ("what exactly is an RRF", ("RRF", False)),
        ("What does RRF stand for?", ("RRF", False)),
        ("Can you tell me who Oswin Tarrant is?", ("Oswin Tarrant", True)),
        ("Define bell wheel.", ("bell wheel", False)),
        ("What is it?", None),
        ("Who built the tower?", None),
        ("What is the name of the man who built the tower in 1908?", None),
    ],
)
def test_what_a_question_wants_introduced(question, found):
    assert term(question) == found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is Oswin Tarrant?", "They buy from Oswin Tarrant, a dealer at Low Pell."),
        ("who is oswin tarrant", "They buy from Oswin Tarrant (now the mayor), a dealer."),
        ("Who was Karen Holm?", "It was drawn by the Danish engineer Karen Holm."),
        ("Who was Karen Holm?", "Karen Holm, who died in 1931, drew it."),
        ("What is the Pell Fund?", "The keys are at the Pell Fund – a charity."),
        ("What is madder?", "They traded in madder, a red dye got from roots."),
        ("What is the Clapper?", "In autumn a wind called the “Clapper” blows."),
        ("What is stubbing?", "She sorted the journeys by day, a procedure she called stubbing."),
        ("What's an RRF?", "Ask for a Relief Ringer Form (RRF) at the desk."),
        ("What's an RRF?", "Ask for an RRF (Relief Ringer Form) at the desk."),
        ("Who is Ilka Brand?", "Ilka Brand (1889–1961): engineer, dykes of Marrow."),
        ("What is Tillbox?", "Tillbox: the expenses system"),
        ("What is a falling number?", "Falling number: the seconds that a plunger sinks."),
        ("Who is Ilka Brand?", "Part A is by Ilka Brand, Information Security Lead."),
        ("Who is Ilka Brand?", "Prepared by Ilka Brand, project manager, Marrow Trust."),
        ("Who is Ilka Brand?", "An evening with crime writer Ilka Brand."),
        ("who is ilka brand?", "An evening with Ilka Brand, author of the Harker novels."),
        ("Who is Ilka Brand?", "Write to the Customer Relations Manager, Ilka Brand"),
        ("Who is Ilka Brand?", "Name: Ilka Brand; Role: Caretaker; Days: Monday to Friday"),
        ("Who is the tower captain?", "Complaints go to the tower captain, Ida Vance."),
        ("Who is the tower captain?", "Speakers: Ida Vance, tower captain; Jon Rask, mayor."),
        ("Who is the tower captain of Marrow?", "Tower captain: Ida Vance"),
        ("Who is the tower captain?", "Present: Jon Rask, tower captain Ida Vance."),
        ("Who is the tower captain?", "Write to our Tower Captain, Dr Ida Vance."),
        ("Who is Ida Vance?", "We thank the Fund and its programme officer Mrs Ida Vance for patience."),
        ("Who is Ida Vance?", "My site foreman will be Ida Vance and she has the key."),
        ("Who is Ida Vance?", "| Chief executive | Ida Vance (since May 2019) |"),
        ("Who is Ida Vance?", "Chief of staff: Ida Vance"),
        ("Who are the Tide Keepers?", "It has the Tide Keepers, 40 unpaid guards who watch the flats."),
        ("What is tide_reader?", "Yes, with the read-only account tide_reader."),
    ],
)
def test_a_sentence_that_introduces(question, text):
    assert introduces(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is Oswin Tarrant?", "They buy from Oswin Tarrant and never haggle."),
        ("Who is Oswin Tarrant?", "They buy from Oswin Tarrant, but never on Sundays."),
        ("Who is the minister of finance?", "The minister is Theo Marnix."),
        ("Who is Oswin?", "They buy from Oswin's brother, a dealer."),
        ("Who is Oswin Tarrant?", "They buy from Oswin Tarrant, however."),
        ("who is oswin tarrant", "Present: Oswin Tarrant, Ida Miller and the vicar."),
        ("Who is Ilka Brand?", "Name: Ilka Brand; Days: Monday to Friday"),
        ("Who is Ilka Brand?", "The vicar wrote after Ilka Brand rang."),
        ("Who was Karen Holm?", "The engineer said that Karen Holm drew it."),
        ("Who was Karen Holm?", "The frame stood before Karen Holm came."),
        ("What is the swap table?", "What went well: the swap table, the babysitters, the soup."),
        ("What is dark mode?", "New: split a bill by photo, dark mode, a quieter sound."),
        ("What is alum?", "A pigment of iron and alum, the most lightfast of all."),
        ("What is the Ottery board?", "The Ottery board, which she drew on a train, is now standard."),
        ("What is estover?", "Estover: look it up."),
        ("What is the Ghent rule?", "They follow the so-called Ghent rule."),
        ("Who was Ivy Mott?", "The street is to be called Ivy Mott Road."),
        ("What is an RRF?", "Bring the blue form (RRF) to the desk."),
        ("Who is the tower captain?", "The tower captain, who is paid, opens the door."),
        ("Who is the tower captain?", "Present: Jon Rask, tower captain Ida."),
        ("who is jon rask", "Present: Jon Rask, Ida Vance and the vicar."),
        ("Who is Ida Vance?", "With the annual results, Ida Vance showed what she called a map."),
        ("Who is Ida Vance?", "It was Ida Vance who rang."),
        ("Who is Ida Vance?", "Moreover, Ida Vance was late."),
        ("Who is Ida Vance?", "Dinner: Ida Vance brings the salad."),
        ("Who is Ida Vance?", "The only one absent was Ida Vance."),
        ("Who is Ida Vance?", "The reason for the delay was Ida Vance being ill."),
        ("Who are the Tide Keepers?", "They paid the Tide Keepers, 40 pounds in all."),
        ("What is tide_reader?", "Sign in with tide_reader."),
        ("What is tide_reader?", "The team renamed tide_reader."),
        ("What is tide_reader?", "Who has the account tide_reader?"),
        ("Who are the Tide Keepers?", "According to the Tide Keepers, 40 guests who ate there were ill."),
        ("What is the Tide Tower?", "In the Tide Tower, 300 people who had no tickets were turned away."),
        ("When was Karen Holm born?", "It was drawn by the Danish engineer Karen Holm."),
    ],
)
def test_a_sentence_that_only_mentions(question, text):
    assert not introduces(question, text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who is Oswin Tarrant?", "a scrap dealer at Low Pell"),
        ("who was karen holm", "the Danish engineer"),
        ("What is the Pell Fund?", "a charity that also mends organs"),
        ("Who is the tower captain?", "Ida Vance"),
        ("What's an RRF?", "Relief Ringer Form"),
        ("Who is Jon Rask?", "Jon Rask (chair)"),
        ("What is the Clapper?", "The wind that the ringers call"),
    ],
)
def test_what_is_introduced_beside_its_name_is_told_first(guild, question, told):
    answer = guild.ask(question)
    assert not answer.abstained
    assert told in answer.claims[0].text


def test_of_what_is_only_introduced_beside_its_name_nothing_else_is_told(guild):
    assert [c.text.split(",")[0] for c in guild.ask("Who is Oswin Tarrant?").claims] == [
        "The guild buys its bronze from Oswin Tarrant"
    ]


@pytest.mark.parametrize("question", ["Who is Mia Lund?", "Who is the verger?", "What is the Pell Trophy?"])
def test_what_is_only_mentioned_or_not_at_all_is_not_lifted(guild, question, monkeypatch):
    told = guild.ask(question)
    monkeypatch.setattr("qa.abstain.introduces", lambda question, text: False)
    assert guild.ask(question).confidence == told.confidence


def test_a_byline_that_tells_a_position_introduces_a_person(tmp_path, encoder):
    plan = (
        "# The path\n\nPrepared by Ilka Brand, project manager.\n\nThe path is two miles long.\n\n## Thanks\n\n"
        "Ilka Brand rang every farmer herself.\n"
    )
    answer = Library(tmp_path, encoder, plan_md=plan, mail_md="To: Ilka Brand; Tom Birk\n").assistant()
    assert "project manager" in answer.ask("Who is Ilka Brand?").claims[0].text


def test_what_stands_first_under_its_heading_comes_before_what_only_mentions_it(tmp_path, encoder):
    soaps = (
        "# Brands\n\n## Wuff Royale\n\nShampoo bars for long-haired dogs. Sold in tins of six.\n\n## Sales\n\n"
        "Wuff Royale is what the office in Ghent likes best. Wuff Royale sold 4,000 tins in 2023.\n"
    )
    answer = Library(tmp_path, encoder, soaps_md=soaps).assistant().ask("What is Wuff Royale?")
    assert answer.claims[0].text == "Shampoo bars for long-haired dogs."


def test_what_stands_on_one_line_behind_the_term_explains_it(tmp_path, encoder):
    text = (
        "# Soils\n\nPodzols are poor farmland and often left to sheep.\n\n"
        "**Podzol.** An acid one of sandy ground, with an ash-grey layer.\n\nA podzol.\n\nSheep are counted in May.\n"
    )
    place = Library(tmp_path, encoder, soils_md=text).assistant()
    assert "An acid one" in place.ask("What is a podzol?").claims[0].text
