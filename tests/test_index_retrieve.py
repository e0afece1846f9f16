"""Search: two legs with one score, forms of a question as one query, what is asked for wrongly told."""

import pytest
from fakes import Library
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import convex_combination
from index.lexical import Lexical

scores = st.dictionaries(st.integers(0, 20), st.floats(-1, 1), min_size=1)


def test_each_score_is_measured_from_the_least_its_leg_can_give():
    fused = convex_combination({1: 0.6, 2: 0.2, 3: -1.0}, {2: 4.0, 3: 1.0}, 0.8)
    assert fused == pytest.approx({1: 0.8, 2: 0.8 * 1.2 / 1.6 + 0.2, 3: 0.2 * 0.25})


@given(scores, st.floats(0, 1))
def test_scores_keep_to_their_range_and_a_leg_alone_keeps_its_order(cosines, share):
    bm25 = {key: 3.0 * (key + 1) for key in cosines}
    assert all(0 <= score <= 1 + 1e-9 for score in convex_combination(cosines, bm25, share).values())
    alone = convex_combination(cosines, bm25, 1.0)
    assert all(alone[a] <= alone[b] + 1e-9 for a in cosines for b in cosines if cosines[a] <= cosines[b])


def test_the_terms_of_several_forms_add_up(tmp_path):
    entries = [(1, "ropes of hemp"), (2, "lamps of brass"), (3, "ropes and lamps")]
    lexical = Lexical.build(tmp_path / "lexical", entries, 3)
    alone = {text: dict(lexical.search([(text, 1.0)], 9)) for text in ("hemp ropes", "lamps")}
    both = dict(lexical.search([("hemp ropes", 0.75), ("lamps", 0.25)], 9))
    assert both == pytest.approx(
        {key: 0.75 * alone["hemp ropes"].get(key, 0) + 0.25 * alone["lamps"].get(key, 0) for key in (1, 2, 3)}
    )
    assert lexical.search([("of the", 1.0)], 9) == lexical.search([("", 1.0)], 9) == []


def test_forms_of_a_question_are_one_query(tmp_path):
    index = Library(tmp_path, rope_txt="A rope of hemp lasts three winters.", lamp_txt="A lamp burns oil.").index
    names = lambda hits: [hit.passage.doc_id for hit in hits]  # noqa: E731
    assert names(index.retrieve(["hemp rope", "oil lamp"], 2, (0.9, 0.1)))[0] == "rope.txt"
    assert names(index.retrieve(["hemp rope", "oil lamp"], 2, (0.1, 0.9)))[0] == "lamp.txt"
    one, other = (index.retrieve([text], 2)[0].score for text in ("hemp rope", "oil lamp"))
    assert one == other == pytest.approx(1.0)
    hit = index.search("hemp rope", 1)[0]
    assert hit.legs == (("bm25", 1), ("dense", 1)) and hit.title


@pytest.mark.parametrize(
    ("queries", "weights"), [([], ()), (["a"], (1.0, 2.0)), (["a", "b"], (0.0, 0.0)), (["a"], (-1.0,))]
)
def test_forms_and_weights_belong_together(tmp_path, queries, weights):
    index = Library(tmp_path, rope_txt="A rope of hemp.").index
    with pytest.raises(ValueError, match="each with a weight"):
        index.retrieve(queries, 2, weights)
