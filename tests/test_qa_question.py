import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import QuestionError
from qa.answer import Turn
from qa.compound import clauses, parts
from qa.conversation import leans, readings, understand
from qa.question import MAX_CHARACTERS, check, is_babble, kind, listed, names, qualifiers, smalltalk


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many users are there?", "number"),
        ("How long ago was it founded?", "date"),
        ("How long is the bridge?", "number"),
        ("What percentage of sales is online?", "number"),
        ("When was it founded?", "date"),
        ("In which year did it open?", "date"),
        ("Who founded it?", "person"),
        ("Which author wrote it?", "person"),
        ("Where is the factory?", "place"),
        ("In which city is it?", "place"),
        ("Why did it fail?", "reason"),
        ("What caused the fire?", "reason"),
        ("Is it cheap?", "yesno"),
        ("What are its weaknesses?", "list"),
        ("Which countries did it enter?", "place"),
        ("Which phones does it sell?", "list"),
        ("What is the mean satisfaction?", "number"),
        ("What does STP mean?", "other"),
        ("Describe the strategy", "other"),
        ("When deciding whether to use it, what matters most?", "other"),  # a clause, which asks for no date
        ("When the key has expired, what should be done?", "other"),
        ("What do people who buy phones want?", "other"),
        ("What happens where roads meet?", "other"),
        ("Tell me when it opened.", "date"),
        ("Since when has it sold cars?", "date"),
        ("Do you know where the shop is?", "place"),
        ("When it opened, who ran it?", "person"),
        ("What does the ferry cost?", "number"),
        ("What is the firm worth?", "number"),
    ],
)
def test_kind(question, expected):
    assert kind(question) == expected


def test_a_list_is_wanted_for_several_things_only():
    assert listed("What are the four goals?") == "goals"
    assert listed("List the goals") == "goals"
    assert listed("What three difficulties may await it?") == "difficulties"
    assert listed("What did Mrs May say?") == ""
    assert listed("What are its weak points?") == "points"
    assert listed("What is its status?") == ""
    assert listed("Who is Lei Jun?") == ""


def test_names_are_what_nothing_can_stand_in_for():
    assert names("How many followers does Lei Jun have on Instagram?") == {
        "lei": "Lei", "jun": "Jun", "instagram": "Instagram",
    }  # fmt: skip
    assert names("What happened in 2024?") == {"2024": "2024"}
    assert names("Berlin is where?") == {}
    assert names("WHO OWNS THE FIRM?") == {}
    assert names("what is it?") == {}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "Which rivals does it have in cars and which in phones?",
            ["Which rivals does it have in cars", "Which rivals does it have in phones?"],
        ),
        ("What does it cost, and which in phones?", ["What does it cost", "which in phones?"]),  # nothing to vary
        (
            "How do the fans and the founder each help?",
            ["How do the fans help?", "How does the founder help?"],
        ),
        (
            "What are the topics of the papers by Zhao and Yi of 2021 and of 2022?",
            [f"What are the topics of the papers by Zhao and Yi of {year}?" for year in (2021, 2022)],
        ),
        ("What is the mayor and the council room?", ["What is the mayor and the council room?"]),
    ],
)  # fmt: skip
def test_questions_in_one(question, found):
    assert parts(question, ["as Zhao and Yi (2021) show"]) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who founded it, and when was that?", ["Who founded it", "when was that?"]),
        ("What is A? Where is B?", ["What is A", "Where is B?"]),
        ("Which phones and cars does it sell?", ["Which phones and cars does it sell?"]),
        ("What is it?", ["What is it?"]),
        ("???", ["???"]),
    ],
)
def test_clauses(question, found):
    assert clauses(question) == found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hi", "greeting"),
        ("hello there!", "greeting"),
        ("Good morning, how are you?", "greeting"),
        ("你好", "greeting"),
        ("Thanks!", "thanks"),
        ("thank you very much", "thanks"),
        ("What can you do?", "about"),
        ("help", "about"),
        ("High tides in March?", None),
        ("How does the ferry work?", None),
        ("When was Xiaomi founded?", None),
    ],
)
def test_smalltalk(question, expected):
    assert smalltalk(question) == expected


def test_babble_has_no_word():
    assert is_babble("?!.. --") and is_babble("🚗🚗") and is_babble("x")
    assert not is_babble("why") and not is_babble("7") and not is_babble("为什么")


def test_check_trims_and_mends():
    assert check("  What\n is\tit? ") == "What is it?"
    assert check("caf\udce9?") == "caf??"
    assert check("a" * MAX_CHARACTERS) == "a" * MAX_CHARACTERS


@pytest.mark.parametrize("question", ["", "   ", "\n\t\u3000"])
def test_an_empty_question_is_told(question):
    with pytest.raises(QuestionError, match=r"at least one word.*empty.*type what you want to know"):
        check(question)


def test_a_question_that_is_too_long_is_told():
    with pytest.raises(QuestionError, match=r"at most 2,000 characters; got 100,000; ask in fewer words"):
        check("x" * 100_000)


@given(st.text(max_size=120))
def test_any_text_is_a_question_or_a_clear_error(text):
    kind(text), listed(text), names(text), smalltalk(text), is_babble(text), leans(text)
    assert clauses(text)
    try:
        checked = check(text)
    except QuestionError:
        assert not text.strip()
    else:
        assert checked.encode("utf-8") and checked == check(checked)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the monthly average?", True),
        ("And in India?", True),
        ("When was it founded?", True),
        ("Why?", True),
        ("What did the company say?", True),
        ("What about Tesla?", True),
        ("When was Xiaomi founded?", False),
        ("How many cars did Xiaomi deliver in 2025?", False),
        ("Who wrote the report on pricing of electric cars?", False),
        ("What is a kiln?", False),
        ("Who reports that?", True),
        ("Who reports that Xiaomi was founded in 2010?", False),
        ("What does a firing ramp mean?", False),
    ],
)
def test_leaning_on_the_conversation(question, expected):
    assert leans(question) is expected


def test_a_follow_up_is_searched_alone_and_with_what_it_leans_on():
    history = [Turn("When was Xiaomi founded?", "In 2010. [1]")]
    asked = understand("And who founded it?", history)
    assert asked.question == asked.full == "who founded Xiaomi"
    typed = ("And who founded it?", "When was Xiaomi founded? And who founded it?")
    assert asked.forms == (*typed, "who founded Xiaomi") and sum(asked.weights) == pytest.approx(1)
    assert understand("By how much?", [Turn("Did prices rise?", "They did. [1]")]).full.endswith("By how much?")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("OK. When did Tesla open a factory?", "When did Tesla open a factory?"),
        ("Thanks! Who leads Tesla?", "Who leads Tesla?"),
        ("Different subject: who leads Tesla?", "who leads Tesla?"),
        ("OK, and who founded it?", "who founded Xiaomi"),
        ("OK Petroleum was founded when?", "OK Petroleum was founded when?"),
        ("Another question raised in 2020: which?", "Another question raised in 2020: which?"),
    ],
)
def test_a_remark_before_a_question_is_no_part_of_it(said, meant):
    assert understand(said, [Turn("When was Xiaomi founded?", "In 2010. [1]")]).question == meant


def test_a_remark_before_a_first_question_is_no_part_of_it():
    assert understand("Hello, who leads Tesla?", []).full == "who leads Tesla?"
    assert understand("Thanks.", []).full == "Thanks."


def test_a_change_of_subject_leaves_the_conversation_out():
    history = [Turn("When was Xiaomi founded?", "In 2010. [1]")]
    assert understand("New topic: who leads Tesla?", history) == understand("who leads Tesla?", [])
    assert understand("New topic: who leads it?", history).full != "who leads it?"


def test_a_short_question_that_points_at_nothing_is_read_also_without_the_turns_before():
    history = [Turn("What does the SU7 cost?", "A lot. [1]")]
    assert readings("OK. When is the dinner?", history) == [history, ()]
    for leaning in ("When is it?", "Why?", "And the dinner?", "Who reports that?", "When was Xiaomi founded?"):
        assert readings(leaning, history) == [history]
    for open_ in ("Does the company pay dividends in spring?", "Have they ever sailed to Norway?"):
        assert readings(open_, history) == [history, ()]
    assert readings("When is the dinner?", []) == [[]]


def test_a_word_that_stands_for_nothing_said_before_does_not_lean():
    for alone in (
        "What does it cost a school to hire the big hall?", "Who steered the last timber raft to sea?",
        "Is it possible to pay the fee later in spring?", "Is the IT course of the autumn term still free?",
    ):  # fmt: skip
        assert not leans(alone)
    for leaning in ("What does it cost?", "Does it cost to enter?", "How long does it last in winter?", "Is the last?"):
        assert leans(leaning)


def test_a_chain_of_follow_ups_keeps_its_topic():
    history = [
        Turn("Who owns Tesla?", "Nobody alone. [1]"),
        Turn("When was Xiaomi founded?", "In 2010. [1]"),
        Turn("By whom was it founded?", "Lei Jun. [1]"),
    ]
    assert understand("And why?", history).full == "Why was Xiaomi founded"


def test_a_question_that_stands_alone_is_weighed_alone_and_searched_with_the_one_before_at_less_weight():
    history = [Turn("When was Xiaomi founded?", "In 2010. [1]")]
    asked = understand("How many cars did Tesla deliver in 2024?", history)
    assert asked.full == asked.question == asked.forms[0]
    assert asked.forms[1] == f"When was Xiaomi founded? {asked.question}"
    assert asked.weights[0] > asked.weights[1] > 0
    first = understand("And it?", [])
    assert first.forms == (first.question,) == (first.full,)


@pytest.mark.parametrize(
    "question", ["What is the annual fee?", "Explain the main goal.", "Tell me about the new manager."]
)
def test_an_ordinary_adjective_qualifies_no_concept(question):
    assert qualifiers(question) == set()
