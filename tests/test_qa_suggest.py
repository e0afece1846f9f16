"""Questions to ask next: taken from the documents, and only such as the product answers from where they were taken."""

import pytest
from fakes import Library

from qa.answer import Answer
from qa.suggest import suggest

CAFE = """# The Harbour Cafe

The Harbour Cafe opened in Dunmore in March 1987. Ines Valente founded the Harbour Cafe with a loan.

## Rules for dogs

Dogs may come in on a lead. They must not sit on chairs.

## 1. Introduction

This guide was made with care.
"""


@pytest.fixture
def cafe(tmp_path):
    library = Library(tmp_path, cafe_md=CAFE)
    yield library
    library.index.store.close()


def test_only_what_is_answered_from_its_own_place_is_suggested(cafe):
    assistant, passages = cafe.assistant(), cafe.index.store.sample(10)
    found = suggest(passages, assistant.ask)
    assert found
    for question in found:
        assert assistant.ask(question).claims
    assert suggest(passages, lambda question: Answer(question, ())) == ()


def test_what_was_asked_is_not_suggested_again_and_headings_that_say_nothing_are_no_questions(cafe):
    passages, seen = cafe.index.store.sample(10), []

    def ask(question):
        seen.append(question)
        return Answer(question, ())

    suggest(passages, ask)
    assert "What is said about “Rules for dogs”?" in seen
    assert not any("ntroduction" in question for question in seen)
    asked = list(seen)
    seen.clear()
    suggest(passages, ask, asked)
    assert not set(seen) & set(asked)


def test_a_sample_is_spread_over_all_passages_and_no_larger_than_asked(cafe):
    every = list(cafe.index.store.passages().values())
    assert [p for p, _ in every] == cafe.index.store.sample(99)
    assert cafe.index.store.sample(2) == [every[0][0], every[-1][0]]
    assert cafe.index.store.sample(1) == [every[0][0]]
