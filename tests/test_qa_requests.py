import json
import time
from pathlib import Path

import pytest

from qa.clarify import missing
from qa.requests import parse
from qa.texts import TEXTS, language, say


@pytest.mark.parametrize(
    ("message", "kind", "subject"),
    [
        ("What documents do you have?", "list", ""),
        ("List all files", "list", ""),
        ("How many documents are there?", "count", ""),
        ("Which files mention Flipkart?", "mention", "Flipkart"),
        ("Do you have anything about flash sales?", "mention", "flash sales"),
        ("Please summarise the pricing report", "summary", "pricing report"),
        ("Can you give me an overview of “Mi Fans”?", "summary", "Mi Fans"),
        ("What is notes.md about?", "summary", "notes.md"),
        ("Who says so?", "source", ""),
        ("Where does it say that?", "source", ""),
        ("What is your source?", "source", ""),
        ("According to whom?", "source", ""),
        ("Are you sure?", "sure", ""),
        ("你有哪些文件？", "list", ""),
        ("一共有多少份文件？", "count", ""),
        ("哪些文件提到雷军？", "mention", "雷军"),
        ("总结一下西山公园", "summary", "西山公园"),
        ("谁说的？", "source", ""),
        ("你确定吗？", "sure", ""),
    ],
)
def test_what_is_asked_of_the_documents_as_a_whole(message, kind, subject):
    found = parse(message)
    assert found is not None and (found.kind, found.subject) == (kind, subject)


@pytest.mark.parametrize(
    ("message", "sides"),
    [
        ("Compare the SU7 and the Model 3 on price", ("SU7", "Model 3", "price")),
        ("What is the difference between A1 and B2?", ("A1", "B2", "")),
        ("SU7 or Redmi 1: which is cheaper?", ("SU7", "Redmi 1", "cheaper")),
        ("Which is older, the tower or the bridge?", ("tower", "bridge", "older")),
        ("比较公园和游泳馆的门票", ("公园", "游泳馆", "门票")),
    ],
)
def test_the_sides_of_a_comparison(message, sides):
    found = parse(message)
    assert found is not None and (found.subject, found.other, found.aspect) == sides


FINE = """What did the surveyors find out about the lower bridge?
When was it that the dam broke?
Is it true that the mill burned down in 1911?
How long does it take to walk to the lighthouse?
What happens if it rains on the day of the fair?
Which author wrote about the tides of the northern coast?
Who said that ferries should be free?
Where is the lighthouse?
Who is the mayor?
What do visitors do when they arrive?
How do farmers protect their sheep?
Why did the council sell its harbour?
How many boats does the harbour hold?
What is the price of a ticket?
Which documents must a passenger show?
What sources of income does the village have?
What does the contract say about late payment?
What is the report's advice on flooding?
Who wrote the report on the flood of 1953?
When was the survey of the northern coast published?
Is the bridge open at night?
How much does a ticket cost?
What is the other name of the lighthouse?
What are the first signs of a storm?
Which of the two ferries is faster?
What else does the museum show?
How did the mill burn down?
And what is the opening time of the museum?
What was said about the harbour in March?
Who is responsible for the lighthouse?
Where do the tourists come from?
What evidence is there for a second tower?
How sure are the surveyors of the height?
What does ETA mean?
Name the islands of the bay
List the ferries that run in winter
Tell me about the lighthouse
What is the mill's history?
Does the document on fees mention children?
What is the main cause of erosion?""".splitlines()


@pytest.mark.parametrize("question", FINE)
def test_a_question_that_is_fine_is_neither_a_request_nor_asked_back(question):
    assert parse(question) is None and missing(question) is None


def test_no_question_that_ships_is_a_request_or_asked_back():
    lines = (Path(__file__).parent.parent / "eval" / "datasets" / "library.jsonl").read_text("utf-8").splitlines()
    asked = [row["question"] for row in map(json.loads, lines) if not row.get("history")]
    assert len(asked) > 70
    assert [q for q in asked if missing(q) is not None] == []
    assert {request.kind for q in asked if (request := parse(q))} <= {"compare"}


@pytest.mark.parametrize(
    ("question", "gap"),
    [
        ("How much does it cost?", "it"),
        ("Who is he?", "he"),
        ("How many users does it have?", "it"),
        ("What about the second one?", ""),
        ("Why?", ""),
        ("它多少钱？", "它"),
    ],
)
def test_what_nothing_was_said_about_is_missing(question, gap):
    assert missing(question) == gap


def test_the_products_own_words_follow_the_script_of_the_question():
    assert language("小米SU7多少钱？") == "zh" and language("What does 发烧 mean?") == "en"
    assert say("你好", "one") == TEXTS["one"][1] and say("hello", "one") == TEXTS["one"][0]


@pytest.mark.parametrize(
    "message", ["和在" * 999, "和上在" * 666, "compare " + "a and " * 332, "how do " + "a and " * 332]
)
def test_a_long_message_is_no_request_and_is_told_from_one_at_once(message):
    began = time.perf_counter()
    assert parse(message) is None
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("message", "sides"),
    [
        ("What is the difference between Xiaomi's and Apple's pricing?", ("Xiaomi", "Apple", "pricing")),
        ("Compare the Kea's battery life with the Moa's battery life", ("Kea", "Moa", "battery life")),
        ("Compare the weight of the Kea and the Moa", ("Kea", "Moa", "weight")),
        ("Compare the price of the Kea with the price of the Moa", ("Kea", "Moa", "price")),
        ("Compare the target for sales with the one for profit", ("sales", "profit", "target")),
        ("Compare the price of the Kea with that of the Moa", ("Kea", "Moa", "price")),
        ("Compare the Bank of China and the Bank of India", ("Bank of China", "Bank of India", "")),
        ("Compare Wong's article and Mao's paper", ("Wong's article", "Mao's paper", "")),
        ("How do the Kea and the Moa differ in weight?", ("Kea", "Moa", "weight")),
    ],
)
def test_what_two_sides_have_is_what_they_are_compared_in(message, sides):
    request = parse(message)
    assert (request.subject, request.other, request.aspect) == sides
