"""What once went wrong: questions taken for follow-ups or thanks, denials for support, near misses for answers."""

import numpy as np
import pytest
from fakes import HashEncoder, Library

from corpus.document import Passage
from qa import ask
from qa.answer import Citation, Turn
from qa.conversation import leans, understand
from qa.evidence import Evidence
from qa.question import asks_particulars, listed, smalltalk
from qa.said import missing_names
from qa.verify import LexicalVerifier


@pytest.mark.parametrize(
    "question",
    [
        "Who said that marketing cannot sell a bad product?",
        "Is there a factory for the SU7?",
        "What did Xiaomi say about this year's goals in India?",
        "What does the company Apple sell?",
    ],
)
def test_a_question_that_stands_alone_is_not_polluted_by_history(question):
    history = [Turn("How many followers does Lei Jun have on Douyin?", "44 million")]
    asked = understand(question, history)
    assert asked.full == question == asked.forms[0]  # evidence is weighed against the question alone
    assert asked.weights[0] > 2 * asked.weights[1]


@pytest.mark.parametrize("question", ["How old is it?", "And in India?", "What about those?", "What is the average?"])
def test_a_question_that_leans_does(question):
    assert leans(question)


def test_history_does_not_change_a_right_answer(library):
    question = "Who said that marketing cannot sell a bad product?"
    history = [("How many followers does Lei Jun have on Douyin?", "44 million")]
    assert "Lu Weibing" in ask(question, history=history).text


@pytest.mark.parametrize("text", ["Great Wall Motors", "cool new features?", "OK computer"])
def test_words_of_products_are_no_thanks(text):
    assert smalltalk(text) is None


@pytest.mark.parametrize("text", ["Thanks a lot!", "thank you very much", "ok, thanks"])
def test_thanks_are_thanks(text):
    assert smalltalk(text) == "thanks"


def test_a_request_for_a_poem_is_told_what_this_is_for():
    assert smalltalk("Write me a poem about Xiaomi") == "about"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Xiaomi was founded in 2010.", "It is not true that Xiaomi was founded in 2010."),
        ("The SU7 caught fire.", "No report says that the SU7 caught fire."),
    ],
)
def test_words_inside_a_denial_are_not_supported(claim, evidence):
    assert np.all(LexicalVerifier(HashEncoder()).support([(claim, evidence)]) < 0.5)


@pytest.mark.parametrize("question", ["How old is Lei Jun?", "How many followers does Lei Jun have on Weibo?"])
def test_a_sentence_without_what_is_asked_for_does_not_answer(library, question):
    assert ask(question).abstained


HARBOUR = {
    "ferry_md": "The Dunmore Ferry\n\nThis text will look at the ferry in two main ways. The ferry of Dunmore "
    "sells tickets on board. The ferry has three decks. "
    "The captain likes Skerra, the rival of Dunmore, and Brennan Lines.\n",
    "lamp_md": "The Lamp\n\nThe lamp of Skerra reaches 31 kilometres. The keepers paint the tower each spring.\n",
}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many people work on the ferry of Dunmore?", ""),  # "two main ways" counts no people
        ("How many decks does the ferry have?", "three decks"),
        ("Does the ferry of Dunmore sell tickets in the United States?", ""),
        ("Does the ferry of Dunmore sell tickets on board?", "on board"),
        ("Who founded Brennan Lines?", ""),
        ("how many kilometres does the lamp reach on instagram?", ""),
        ("how many kilometres does the lamp of skerra reach?", "31 kilometres"),
    ],
)
def test_near_misses_are_refused_and_their_neighbours_answered(harbour, question, said):
    answer = harbour.ask(question)
    assert answer.abstained == (not said) and said in answer.text


@pytest.fixture(scope="module")
def harbour(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("harbour"), encoder, **HARBOUR).assistant()


CHINESE = {
    "guan_txt": "图书馆每天上午九点开门，周日下午五点关门。馆内有三百个座位。\n",
    "cha_txt": "茶馆的龙井茶每壶四十八元。茶馆位于西湖旁边，由陈明创办。\n",
}


@pytest.mark.parametrize(
    ("question", "said"),
    [("图书馆几点开门？", "九点"), ("谁创办了茶馆？", "陈明"), ("博物馆的门票多少钱？", ""), ("谁发明了电灯？", "")],
)
def test_chinese_is_judged_by_what_is_covered(tmp_path, encoder, question, said):
    answer = Library(tmp_path, encoder, **CHINESE).assistant().ask(question)
    assert answer.abstained == (not said) and said in answer.text


def test_front_matter_answers_only_questions_about_the_document(library):
    answer = ask("When did Xiaomi enter the Indian market?")
    assert "2014" in answer.text and "Title:" not in answer.text
    assert asks_particulars("Who wrote the article?") and not asks_particulars("When did sales begin?")


def test_a_verb_in_s_is_no_list():
    assert listed("What happens to earnings above the limit?") == ""
    assert listed("What are Xiaomi's marketing weaknesses?") == "weaknesses"


def test_a_name_that_the_file_bears_is_there():
    text = "Each contributor grants a patent license."
    held = {
        name: [
            Evidence(
                Citation(Passage(name, 0, len(text), text, None, (), ((0, len(text)),)), 0, len(text), "Terms"), 0.9
            )
        ]
        for name in ("licences/Apache-2.0", "licences/terms.txt")
    }
    question = "Who grants patents under Apache 2.0?"
    assert missing_names(question, held["licences/Apache-2.0"]) == []
    assert missing_names(question, held["licences/terms.txt"])


@pytest.mark.parametrize(
    ("text", "missing"), [("It goes into research and development.", []), ("Read a document.", ["R&D"])]
)
def test_letters_joined_by_and_are_spelled_out(text, missing):
    passage = Passage("a.md", 0, len(text), text, None, (), ((0, len(text)),))
    assert missing_names("How much goes into R&D?", [Evidence(Citation(passage, 0, len(text), "Sums"), 0.9)]) == missing


def test_a_note_of_one_sentence_answers_though_its_sentence_is_its_title(tmp_path, encoder):
    notes = {
        "quay_txt": "The quay of Dunmore is 220 metres long.\n",
        "ferry_txt": "The Dunmore ferry\n\nThe ferry between Dunmore and Skerra sails. The crossing takes 45 minutes.",
    }
    answer = Library(tmp_path, encoder, **notes).assistant().ask("How long is the quay of Dunmore?")
    assert "220 metres" in answer.claims[0].text
    assert "45 minutes" not in answer.text
