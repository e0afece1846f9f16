"""The benchmark of a question's legs: every leg that it names is one that a search takes."""

from eval.bench.query import LEGS, questions, shares, timed


def test_each_leg_of_a_search_is_found_and_they_are_no_more_than_the_whole(library):
    asked = questions(library.index, 5)
    assert len(set(asked)) == 5 and asked == questions(library.index, 5)
    found = shares(library.index.search, asked)
    assert set(found) == set(LEGS) - {"sentences' vectors"}
    assert all(share > 0 for share in found.values()) and sum(found.values()) <= 1
    assert len(timed(library.index.search, asked)) == 5
