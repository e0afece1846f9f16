"""The constants that decide on lists: which lists count as right, and that each question's lists are measured."""

import numpy as np
import pytest

from corpus.document import Passage
from eval.fit_lists import collect, is_right
from eval.practice import Collection
from eval.question import Example, Gold
from qa.answer import Citation
from qa.read.listing import Listing
from qa.read.lists import SIGNALS


def listing(*marks: str) -> Listing:
    """A list of one-letter entries in ``a.md``."""
    text = "\n".join(marks)
    passage = Passage("a.md", 0, len(text), text, None, (), tuple((2 * n, 2 * n + 1) for n in range(len(marks))))
    return Listing(tuple(Citation(passage, a, b, "A") for a, b in passage.sentences), None)


@pytest.mark.parametrize(
    ("spans", "right"),
    [
        ({"a.md": [(0, 1), (2, 3), (4, 5)]}, True),
        ({"a.md": [(0, 1), (2, 3)]}, False),  # two of three entries answer
        ({"a.md": [(0, 5)], "b.md": [(0, 1), (5, 6)]}, False),  # holds a third of what answers
        ({"b.md": [(0, 1)]}, False),
        ({}, False),
    ],
)
def test_a_list_is_right_where_most_of_it_answers_and_it_holds_half_of_what_does(spans, right) -> None:
    assert is_right(listing("x", "y", "z"), spans) is right


KETTLE = """# Kettle

## Uses

- It boils water.
- It keeps tea warm.
- It wakes you.

## Made

It is made in Brno.
"""


def test_lists_of_answerable_questions_are_measured() -> None:
    gold = tuple(Gold("k.md", quote) for quote in ("It boils water.", "It keeps tea warm.", "It wakes you."))
    uses = Example("k-1", "fact", "What is the kettle good for?", gold=gold)
    none = Example("k-2", "unanswerable", "Who made it?", gold=())
    found = collect([Collection("kettle", {"k.md": KETTLE}, (uses, none))], lambda line: None)
    assert [one.kind for one in found] == ["k-1"]
    assert found[0].answerable
    assert found[0].row.shape == (len(SIGNALS),)
    assert np.isfinite(found[0].row).all()
