"""Questions about what an author says, whose name stands in a byline alone."""

import pytest
from fakes import Library

from qa.answer import Options
from qa.attribution import attributed, written_by
from qa.conversation import understand

FILES = {
    "ferry_md": "# Ferries of the north\n\nAda Brown 1*\n\nHarbour College, Dunmore\n\n## Results\n\n"
    "Ferries are late because of fog in the bay.\n\n## Advice\n\nThe harbour should buy a radar for its ferries.\n",
    "bus_md": "# Buses of the north\n\nBy Carl Stone and Ida Berg\n\nBuses are late because of road works near "
    "the bay. The town should repair the coast road before winter.\n\nAda Brown wrote about ferries.\n",
    "people_md": "# People of the harbour\n\nThey meet each week.\n\n## Nora Quill\n\nShe keeps the light.\n",
    "press_md": "# Press\n\nNora Quill said that tolls at the light will not rise.\n",
    "fare_md": "# Fares\n\nFares of buses and ferries rose by 4 percent in 2024. Zoe Lind collected the figures.\n",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("bylines"), encoder, **FILES)


@pytest.mark.parametrize(
    ("question", "plain", "documents"),
    [
        ("What does Brown say about fog?", "What about fog?", {"ferry.md"}),
        ("According to Ada Brown, why are ferries late?", "Why are ferries late?", {"ferry.md"}),
        ("Why are buses late in the view of Stone?", "Why are buses late?", {"bus.md"}),
        ("What are the dangers that Brown sees coming?", "What are the dangers coming?", {"ferry.md"}),
        ("Why are buses late, as Stone sees it?", "Why are buses late?", {"bus.md"}),
        ("What did Dr. Berg recommend?", "What recommend?", {"bus.md"}),
        ("What are Brown's recommendations?", "What are the recommendations?", {"ferry.md"}),
        ("What does Lind say about fares?", "What does Lind say about fares?", set()),  # in prose: no author's line
        ("What did Quill say about tolls?", "What did Quill say about tolls?", set()),  # a heading signs nothing
        ("What is Brown's college?", "What is Brown's college?", set()),  # nothing that she says
        ("What do Brown and Stone say?", "What do Brown and Stone say?", set()),  # asked one by one
    ],
)
def test_a_question_for_an_author_s_words_loses_the_name(place, question, plain, documents):
    asked, theirs = attributed(understand(question, ()), place.index)
    assert asked.question == asked.full == plain and theirs == documents


def test_only_a_line_of_names_signs_a_document(place):
    assert written_by("Ada Brown", place.index) == {"ferry.md"}
    assert written_by("Ida Berg", place.index) == written_by("Berg", place.index) == {"bus.md"}
    assert written_by("Ferries", place.index) == written_by("Nobody", place.index) == frozenset()


def test_an_author_s_words_are_quoted_from_what_that_author_wrote(place):
    assistant = place.assistant()
    why = assistant.ask("According to Brown, why are ferries late?")
    assert "fog" in why.text and {c.passage.doc_id for c in why.citations} == {"ferry.md"}
    nothing = assistant.ask("What does Brown say about road works?")
    assert {c.passage.doc_id for c in (*nothing.citations, *nothing.nearest)} <= {"ferry.md"}
    both = assistant.ask("What do Brown and Stone each recommend to buy or repair?")
    assert {c.passage.doc_id for c in both.citations} == {"ferry.md", "bus.md"}


def test_who_wrote_a_document_is_told_in_its_own_line(place):
    answer = place.assistant().ask("Who wrote the article about ferries of the north?")
    assert [c.quote for c in answer.citations] == ["Ada Brown"] and "names its author" in answer.message
    unsigned = place.assistant().ask("Who wrote the report on fares?")
    assert "names its author" not in unsigned.message


@pytest.mark.parametrize(
    "line", ["By Lena Orr, 3 May 2024.", "Written by Lena Orr on May 3, 2024", "by Lena Orr | 2024-05-03"]
)
def test_a_line_of_names_and_a_date_signs_a_document_and_answers_nothing_else(tmp_path, encoder, line):
    text = f"# The island tram\n\n{line}\n\nThe tram runs each hour between the pier and the inn.\n"
    place = Library(tmp_path, encoder, tram_md=text)
    assert written_by("Orr", place.index) == {"tram.md"}
    wrote = place.assistant().ask("Who wrote the article about the island tram?")
    assert [c.quote for c in wrote.citations] == [line] and "names its author" in wrote.message
    owner = place.assistant().ask("Who owns the tram?", options=Options("lenient"))
    assert all("Orr" not in c.quote for c in owner.citations)
