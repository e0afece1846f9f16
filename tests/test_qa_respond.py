import numpy as np
import pytest
from chinese_texts import ANSWERED, TEXTS, UNANSWERED
from fakes import verbatim

from index.retrieve import Index
from index.sync import sync
from qa.clarify import missing
from qa.read.quote import QuoteReader
from qa.summary import centrality
from qa.system import Assistant


@pytest.fixture(scope="module")
def chinese(encoder, tmp_path_factory):
    place = tmp_path_factory.mktemp("chinese")
    (place / "documents").mkdir()
    for name, text in TEXTS.items():
        (place / "documents" / name).write_text(text, "utf-8")
    sync([place / "documents"], place / "index", encoder)
    index = Index(place / "index", encoder)
    yield Assistant(index, QuoteReader())
    index.store.close()


def chat(assistant, *questions):
    history = []
    for question in questions:
        answer = assistant.ask(question, history)
        history.append((question, answer.text))
    assert all(verbatim(c, assistant.index) for c in answer.citations)
    return answer


def test_documents_are_listed_counted_and_searched_for_words(library):
    listed = chat(library, "What documents do you have?").text
    assert "There are 15 documents" in listed and "okr-2025-q4.md" in listed
    assert "15 documents" in chat(library, "how many files are there?").text
    found = chat(library, "Which files mention Flipkart?").text
    assert "1 of 15 documents mentions" in found and "low-cost-growth.html" in found and "okr" not in found
    assert (
        "None of the 15 documents mentions “zeppelins”" in chat(library, "Do you have anything about zeppelins?").text
    )


def test_a_document_is_summarised_from_several_of_its_sections(library):
    answer = chat(library, "Summarise su7-safety-incidents.pdf")
    assert 4 <= len(answer.claims) <= 7
    assert {c.passage.doc_id for c in answer.citations} == {"su7-safety-incidents.pdf"}
    assert len({c.passage.heading for c in answer.citations}) >= 4
    starts = [c.start for c in answer.citations]
    assert starts == sorted(starts) and "Safety incidents" in answer.message


def test_this_document_is_the_one_that_was_quoted_last(library):
    answer = chat(library, "When is the festival for Mi Fans held?", "Summarise this document")
    assert {c.passage.doc_id for c in answer.citations} == {"mi-fan-community.txt"}
    unclear = chat(library, "Summarise this document")
    assert unclear.abstained and unclear.text.startswith("Which document do you mean: “") and "” or “" in unclear.text
    several = chat(library, "Give me an overview of the SWOT").text
    assert "AI in Xiaomi's marketing" in several and "SWOT analysis of Xiaomi's marketing" in several


def test_centrality_is_highest_for_what_is_like_the_rest():
    vectors = [[1, 0, 0], [0.8, 0.6, 0], [0.8, -0.6, 0], [0, 0, 1]]
    found = centrality(np.array(vectors, float))
    assert found.argmax() == 0 and found[1] == pytest.approx(found[2]) and found.sum() == pytest.approx(1)


def test_two_things_are_compared_side_by_side(library):
    answer = chat(library, "SU7 or Redmi 1: which is cheaper?")
    assert any(c.text.startswith("SU7: ") and "215,900" in c.text for c in answer.claims)
    assert any(c.text.startswith("Redmi 1: ") and "799" in c.text for c in answer.claims)
    assert all(c.item and c.citations for c in answer.claims)
    half = chat(library, "Compare the SU7 and the Ford Mustang on price")
    assert "215,900" in half.text and "“Ford Mustang”" in half.message
    assert chat(library, "Compare ChatGPT and Gemini").abstained


def test_two_documents_are_compared_by_what_each_tells(library):
    answer = chat(library, "Compare su7-safety-incidents.pdf with mi-fan-community.txt")
    told = [(c.text.split(": ")[0], c.citations[0].passage.doc_id) for c in answer.claims]
    names = ("su7-safety-incidents.pdf", "mi-fan-community.txt")
    assert told == [(name, name) for name in names for _ in range(3)]


def test_who_says_so_names_source_author_and_place(library):
    first = "What is the cheapest price for an SU7?"
    answer = chat(library, first, "Who says so?")
    assert "“How Xiaomi prices its electric cars” by Tongyue Mao" in answer.text and "Price level" in answer.text
    assert "Tongyue Mao" in [c.quote for c in answer.citations]
    sure = chat(library, first, "Are you sure?")
    assert sure.claims and "exact words of the source" in sure.message
    assert "not claimed anything" in chat(library, "Who says so?").text
    assert "not claimed anything" in chat(library, "Who painted the Mona Lisa?", "Who says so?").text


def test_a_question_without_its_subject_is_asked_back_with_options(library):
    back = chat(library, "When was it founded?")
    assert back.abstained and back.text.startswith("What do you mean by “it”?") and "“Xiaomi”" in back.text
    assert 1 <= back.text.count("“") - 1 <= 4
    assert chat(library, "Who wrote the report?").text.startswith("Which document do you mean")
    assert chat(library, "When was it founded?", "Xiaomi").claims


def test_they_who_did_a_certain_thing_are_whoever_the_documents_are_of():
    assert missing("Why did they go for asphalt?") is None
    assert missing("When did they open?") == "they"
    assert missing("Why did it go for asphalt?") == "it"


def test_chinese_questions_are_answered_with_quotes_or_refused_in_chinese(chinese):
    found = [
        any(words in c.quote and c.passage.doc_id == doc for c in chinese.ask(question).citations)
        for question, doc, words in ANSWERED
    ]
    assert sum(found) >= 13
    refused = [chinese.ask(question) for question in UNANSWERED]
    assert all(answer.abstained and "没有找到答案" in answer.text for answer in refused)


def test_chinese_requests_are_answered_in_chinese(chinese):
    assert "10 份文件" in chat(chinese, "你有哪些文件？").text
    assert "公园.txt" in chat(chinese, "哪些文件提到孔雀？").text
    assert len(chat(chinese, "总结西山公园").claims) >= 4
    assert "《租房合同》" in chat(chinese, "月租金是多少？", "谁说的？").text
    assert "指的是什么" in chat(chinese, "它多少钱？").text
