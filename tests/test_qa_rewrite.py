import pytest

from qa.answer import Turn
from qa.conversation import understand
from qa.rewrite import rewrite


@pytest.mark.parametrize(
    ("before", "answer", "question", "stands"),
    [
        ("What does the Lake Club cost?", "Ten.", "And the Hill Club?", "What does the Hill Club cost?"),
        ("How many cars were sold in 2022?", "Ten.", "No, I meant 2023.", "How many cars were sold in 2023?"),
        ("Which rank was it in Q1?", "First.", "Not Q1, Q3.", "Which rank was it in Q3?"),
        ("When was Ames's book printed?", "In May.", "Actually, I want Birch's.", "When was Birch's book printed?"),
        ("When did the ferry open?", "In May.", "Where?", "Where did the ferry open?"),
        ("Who runs the mill?", "Ada Birch has run it. [1]", "Since when?", "Since when Ada Birch runs the mill?"),
        ("Who runs the mill?", "After Ada Birch, Tom Lee. [1]", "Since when?", "Since when runs the mill?"),
        ("Who runs the mill?", "Name: Ada Birch; Role: head [1]", "Since when?", "Since when runs the mill?"),
        ("Who was it painted by?", "By Mia Holm. [1]", "How long?", "How long was it painted by?"),
        ("Who repaired the weir?", "Ida Marsh did. [1]", "When?", "When repaired the weir?"),
        ("Who is the head cook?", "It is Mia Holm. [1]", "Since when?", "Since when is Mia Holm the head cook?"),
        ("Who did they hire?", "Mia Holm. [1]", "When?", "When did they hire?"),
        ("How much is the toll in Norway?", "Two.", "And in Spain?", "How much is the toll in Spain?"),
        ("How much is the toll?", "Two.", "And in Spain?", "How much is the toll in Spain?"),
        ("What was the toll in Wales in 2022?", "Two.", "And in 2023?", "What was the toll in Wales in 2023?"),
        ("How much was the toll in 2022?", "Two.", "And in Spain?", "How much was the toll in 2022 in Spain?"),
        ("What was said about dear products?", "A lot.", "And about the fans?", "What was said about the fans?"),
        ("How many beds are in the annex?", "Two.", "And in the main house?", "How many beds are in the main house?"),
        ("How many beds are there in Vigo?", "Two.", "And what about Graz?", "How many beds are there in Graz?"),
        ("Who edited volume 186?", "Sun did.", "What is its price?", "What is volume 186's price"),
        ("Who is Ada Birch?", "A pilot.", "How old is she?", "How old is Ada Birch"),
        ("Who built the mill?", "Ada Birch built it.", "When was she born?", "When was Ada Birch born"),
        ("Since when is the ferry at sea?", "May.", "Who runs it?", "Who runs the ferry"),
        ("Acme sells boats in Austria?", "Yes.", "Who leads it?", "Who leads Acme"),
        ("Kepler, when was he born?", "1571.", "Where did he live?", "Where did Kepler live"),
        ("Roughly how many boats are on the ferry?", "Ten.", "Who runs it?", "Who runs the ferry"),
        ("Which flat is the largest?", "Flat: 302; Rooms: 5 [1]", "What is its fee?", "What is flat 302's fee"),
        ("Which is the oldest boat?", "Boat: Alba; Berths: 4 [1]", "Who sails it?", "Who sails Alba"),
        ("Who owns flat 302?", "Flat: 302; Owner: Birch [1]", "How big is it?", "How big is flat 302"),
        ("What is Youpin?", "A platform.", "What can users do on it?", "What can users do on Youpin"),
        ("Which strengths does the plan name?", "Two.", "And which threats?", "Which threats does the plan name?"),
        ("How much does it cost?", "Which one: “A7” or “B9”?", "the A7", "How much does the A7 cost?"),
        ("白塔有多高？", "42米。", "那西山呢？", "西山有多高？"),
    ],
)  # fmt: skip
def test_a_follow_up_becomes_the_question_it_stands_for(before, answer, question, stands):
    assert rewrite(question, [Turn(before, answer)]) == stands


def test_what_was_asked_two_turns_before_is_remembered():
    history = [Turn("What is the SU7?", "A car. [1]"), Turn("Where did accidents happen?", "In Anhui. [1]")]
    assert rewrite("What is its price?", history) == "What is SU7's price"


@pytest.mark.parametrize("question", ["When was Xiaomi founded?", "Who edited volume 186?", "猫不能吃什么？"])
def test_a_question_that_stands_alone_is_left_alone(question):
    assert rewrite(question, [Turn("Who leads Tesla?", "Musk. [1]")]) is None
    assert rewrite(question, []) is None


@pytest.mark.parametrize(
    ("answer", "stands"),
    [
        ("Ben Holt founded the mill. [1] Its director today is Ada Lind. [2] It has nine rooms. [3]", "Ada Lind"),
        ("Ada Lind is its director. [1] She lives in Oslo. [2]", "Ada Lind"),
        ("Ada Lind is its director. [1] Ben Holt founded the mill. [2]", "Ada Lind"),
    ],
)
def test_what_only_leads_to_the_answer_is_not_who_is_meant(answer, stands):
    assert rewrite("Where was she born?", [Turn("Who is the director?", answer)]) == f"Where was {stands} born"


@pytest.mark.parametrize("said", ["Who says so?", "Are you sure?", "Thanks!"])
def test_what_is_said_beside_leaves_the_matter_as_it_was(said):
    history = [Turn("How long is the warranty on the kettle?", "Six years. [1]"), Turn(said, "…")]
    assert understand("And the grinder?", history).question == "How long is the warranty on the grinder?"
    assert understand("Since when?", [Turn(said, "…")]) == understand("Since when?", [])


def test_thanks_before_a_question_are_no_part_of_it_later():
    history = [Turn("Thanks. When does the laundry room close?", "At nine. [1]")]
    assert understand("Who cleans it?", history).question == "Who cleans the laundry room"


def test_what_a_row_tells_of_is_remembered_after_an_ellipsis():
    history = [
        Turn("Which flat is the largest?", "Flat: 302; Rooms: 5 [1]"),
        Turn("And the smallest?", "Flat: 7; Rooms: 1 [1]"),
    ]
    assert rewrite("Who owns it?", history) == "Who owns flat 7"


@pytest.mark.parametrize(
    "question",
    [
        "How does the Tern engine work and why should I use it?",
        "I wrote to Ada Birch, but she did not answer.",
        "When did Acme enter India, and how did it sell there?",
        "Can I put a lamp on deck because it gets dark?",
        "Talking of Brisa, does it sail on Sundays?",
        "Is the IT course of the autumn term still free?",
    ],
)
def test_a_pronoun_whose_noun_is_in_the_question_itself_takes_none_from_before(question):
    history = [Turn("What does Xiaomi sell?", "Xiaomi sells phones. [1]")]
    assert rewrite(question, history) is None
    assert understand(question, history).full == question


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("WHAT DOES IT COST?", "WHAT DOES Xiaomi COST"),
        ("In India, what is its share?", "In India, what is Xiaomi's share"),
        ("According to Mao, what is its weakness?", "According to Mao, what is Xiaomi's weakness"),
        ("Do Mao and Wong think it works?", "Do Mao and Wong think Xiaomi works"),
        ("When was it founded and who leads it?", "When was Xiaomi founded and who leads it"),
    ],
)
def test_a_pronoun_of_what_was_spoken_of_before_is_filled_in(question, meant):
    assert rewrite(question, [Turn("What does Xiaomi sell?", "Xiaomi sells phones. [1]")]) == meant
