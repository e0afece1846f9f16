"""Passages: the invariants over any text, then lists, headings, pages and units that are too long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_corpus_sentences import TEXTS

from corpus import outline
from corpus.document import Document, Heading
from corpus.sentences import sentences
from corpus.split import QUESTION, TAIL, split


def count(texts: list[str]) -> list[int]:
    """Tokens as words and marks; a long word costs more, as word pieces do."""
    return [sum(len(word) // 6 + 1 for word in re.findall(r"\w+|[^\w\s]", text)) for text in texts]


def document(text: str, headings=None, page_starts=(), title="Untold") -> Document:
    found = outline.headings(text) if headings is None else tuple(headings)
    return Document("a.txt", title, text, tuple(page_starts), found, "text/plain", "0" * 64)


def words(n: int, seed: str = "tide") -> str:
    return " ".join([seed] * (n - 1) + ["end."]).capitalize()


def assert_invariants(doc: Document, passages, limit: int) -> None:
    position = 0
    units = {(unit.start, unit.end) for unit in sentences(doc.text, doc.headings, doc.page_starts)}
    for passage in passages:
        assert passage.text == doc.text[passage.start : passage.end] == passage.text.strip() != ""
        assert position <= passage.start
        assert not doc.text[position : passage.start].strip()
        assert passage.doc_id == doc.id
        assert passage.page == doc.page_at(passage.start)
        tokens = count([passage.text])[0]
        assert tokens <= limit or len(passage.text.split()[0]) == len(passage.text)
        assert passage.sentences
        inner = passage.start
        for start, end in passage.sentences:
            assert inner <= start < end <= passage.end
            assert passage.slice(start, end) == doc.text[start:end]
            if (start, end) not in units:  # only a unit over the limit is torn
                whole = next(unit for unit in units if unit[0] <= start and end <= unit[1])
                assert count([doc.text[whole[0] : whole[1]]])[0] > limit
            inner = end
        position = passage.end
    assert not doc.text[position:].strip()


@given(TEXTS, st.integers(1, 40), st.integers(0, 60))
def test_invariants_hold_for_any_text_and_size(text, size, more):
    doc = document(text)
    assert_invariants(doc, split(doc, count, size, size + more), size + more)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(5, 40))
def test_invariants_hold_with_pages(pages, size):
    starts, text = [], ""
    for page in pages:
        starts.append(len(text))
        text += page + "\n\n"
    doc = document(text, page_starts=starts)
    passages = split(doc, count, size, size * 2)
    assert_invariants(doc, passages, size * 2)
    for passage in passages:
        first, last = doc.page_at(passage.start), doc.page_at(passage.end - 1)
        assert first == last or doc.page_at(passage.sentences[-1][0]) == first


@given(TEXTS)
def test_the_split_is_deterministic_and_counts_in_two_calls_where_nothing_is_too_long(text):
    calls = []

    def counting(texts: list[str]) -> list[int]:
        calls.append(len(texts))
        return count(texts)

    doc = document(text)
    first = split(doc, counting, 5_000, 10_000)
    assert first == split(doc, count, 5_000, 10_000)
    assert len(calls) == (2 if first else 1)


def test_sentences_are_packed_up_to_the_size():
    doc = document(" ".join(words(30) for _ in range(7)))
    passages = split(doc, count, size=100, limit=250)
    assert [len(passage.sentences) for passage in passages] == [3, 3, 1]


def test_a_tiny_tail_joins_the_passage_before_it():
    doc = document(" ".join([words(45), words(45), words(8)]))
    assert [len(passage.sentences) for passage in split(doc, count, 100, 250)] == [3]
    assert TAIL > 8


def test_a_heading_belongs_to_the_passage_that_follows_and_is_no_sentence():
    text = "1. Tides\n" + words(40) + "\n1.1. Spring tides\n" + words(40) + "\n2. Fog\n" + words(40)
    passages = split(document(text), count, 100, 250)
    assert [passage.heading for passage in passages] == [
        ("1. Tides",),
        ("1. Tides", "1.1. Spring tides"),
        ("2. Fog",),
    ]
    assert passages[1].text.startswith("1.1. Spring tides\nTide")
    assert [len(passage.sentences) for passage in passages] == [1, 1, 1]


def test_consecutive_headings_share_the_passage_that_follows_them():
    text = "Part\nChapter\n" + words(20)
    doc = document(text, [Heading(0, 4, 1), Heading(5, 12, 2)])
    (passage,) = split(doc, count)
    assert passage.heading == ("Part", "Chapter")
    assert passage.start == 0


def test_a_heading_alone_at_the_end_is_a_passage_of_its_own():
    text = words(20) + "\n\nAppendix"
    doc = document(text, [Heading(len(text) - 8, len(text), 1)])
    assert split(doc, count)[-1].sentences == ((len(text) - 8, len(text)),)


def test_the_title_is_left_out_of_the_path():
    doc = document("Tides\n" + words(20), [Heading(0, 5, 1)], title="TIDES")
    assert split(doc, count)[0].heading == ()


def test_a_list_stays_together_with_its_introduction_up_to_the_limit():
    items = "\n".join(f"- {words(20)}" for _ in range(8))
    doc = document(f"{words(60)}\n\nThe boat needs these:\n{items}")
    passages = split(doc, count, 100, 250)
    assert [len(passage.sentences) for passage in passages] == [1, 9]
    assert passages[1].text.startswith("The boat needs these:\n- ")


def test_a_question_stays_with_the_sentence_that_answers_it():
    doc = document(f"{words(90)}\n\nMay I bring a dog?\n\n{words(40)}\n\n{words(60)}")
    first, second, *_ = split(doc, count, 100, 250)
    assert len(first.sentences) == 1
    assert second.text.startswith("May I bring a dog?\n\nTide")


@pytest.mark.parametrize(
    "question", ["**May I bring a dog?**", "“May I bring a dog?”", "I have a dog. May I bring it?", "May I? Yes."]
)
def test_so_does_one_in_bold_or_quoted_after_a_sentence_or_with_a_word_of_answer(question):
    doc = document(f"{words(80)}\n\n{question}\n\n{words(80)}")
    first, second = split(doc, count, 100, 250)
    assert question[question.index("May I") :] in second.text
    assert len(first.sentences) <= 2


def test_a_question_that_ends_a_long_paragraph_stays_in_it():
    doc = document(f"{words(40)} {words(20)} {words(15)} Who would have thought so?\n\n{words(80)}")
    assert split(doc, count, 100, 250)[0].text.endswith("Who would have thought so?")


def test_a_question_too_long_to_be_a_heading_to_its_answer_does_not():
    for length, stays in ((QUESTION - 3, True), (QUESTION + 1, False)):
        doc = document(f"{words(50)}\n\n{words(length).removesuffix('end.')}end?\n\n{words(90)}")
        assert split(doc, count, 100, 250)[0].text.endswith("end?") is not stays


def test_of_several_questions_in_a_row_the_last_stays_with_what_follows():
    doc = document(f"{words(80)}\n\nMay I bring a dog?\n\nOr a cat?\n\n{words(80)}")
    first, second = split(doc, count, 100, 250)
    assert first.text.endswith("May I bring a dog?")
    assert second.text.startswith("Or a cat?")


def test_a_list_over_the_limit_is_packed_and_its_introduction_stays_with_the_first_item():
    items = "\n".join(f"- {words(30)}" for _ in range(12))
    doc = document(f"The boat needs these:\n{items}")
    passages = split(doc, count, 100, 250)
    assert len(passages) > 2
    assert len(passages[0].sentences) >= 2
    assert all(count([passage.text])[0] <= 250 for passage in passages)


def test_a_page_ends_a_passage():
    first = words(20)
    doc = document(f"{first}\n\n{words(20)}", page_starts=(0, len(first) + 2))
    assert [passage.page for passage in split(doc, count)] == [1, 2]


def test_one_sentence_may_cross_a_page():
    first = "The keeper of the lighthouse wrote down every"
    doc = document(f"{first}\n\nship that passed.", page_starts=(0, len(first) + 2))
    (passage,) = split(doc, count)
    assert passage.page == 1
    assert passage.text.endswith("ship that passed.")


def test_a_unit_over_the_limit_is_cut_at_blanks_and_clauses():
    doc = document("The list goes on, " + ", ".join("tide and fog" for _ in range(200)) + ".")
    passages = split(doc, count, 100, 120)
    assert all(count([passage.text])[0] <= 120 for passage in passages)
    assert all(passage.text.endswith((",", ".")) for passage in passages)


def test_a_word_over_the_limit_is_cut_between_whole_characters():
    doc = document("e\u0301" * 400 + "👩🏽" * 100)
    passages = split(doc, lambda texts: [len(text) for text in texts], 50, 60)
    assert max(len(passage.text) for passage in passages) <= 60
    assert not any(passage.text[0] in "\u0301🏽" for passage in passages)


def test_passages_that_count_more_together_than_apart_are_parted_again():
    doc = document(" ".join(words(20) for _ in range(4)))
    dear = [count([text])[0] * (2 if text.count(".") > 1 else 1) for text in [doc.text]]
    assert dear[0] > 100
    passages = split(doc, lambda texts: [count([t])[0] * (2 if t.count(".") > 1 else 1) for t in texts], 90, 90)
    assert all(count([passage.text])[0] * (2 if passage.text.count(".") > 1 else 1) <= 90 for passage in passages)


@pytest.mark.parametrize(("size", "limit"), [(0, 10), (11, 10), (-1, 5)])
def test_sizes_out_of_range_are_refused(size, limit):
    with pytest.raises(ValueError, match="size <= limit"):
        split(document("a"), count, size, limit)


def test_an_empty_text_has_no_passages():
    assert split(document(""), lambda texts: [0 for _ in texts]) == []
