"""The benchmark of a question's legs: the index has the size asked for, and every leg is one that a search takes."""

import pytest

from eval.bench.query import LEGS, build, questions, shares, timed
from index.store import Store


def test_each_leg_of_a_search_is_found_and_they_are_no_more_than_the_whole(library):
    asked = questions(library.index, 5)
    assert len(set(asked)) == 5 and asked == questions(library.index, 5)
    found = shares(library.index.search, asked)
    assert set(found) == set(LEGS) - {"sentences' vectors", "cross-encoder"}
    assert all(share > 0 for share in found.values()) and sum(found.values()) <= 1
    assert len(timed(library.index.search, asked)) == 5


def test_the_index_holds_as_many_passages_as_asked_for(tmp_path, hashes):
    files = tmp_path / "files"
    files.mkdir()
    for n in range(120):
        (files / f"{n}.txt").write_text(
            "\n\n".join(f"Lamp {n} of pier {i}. " + "It burned oil. " * 20 for i in range(n % 4))
        )
    build(tmp_path / "index", 70, [str(files)], hashes)
    store = Store(tmp_path / "index")
    held = store.counts()[1]
    store.close()
    assert 70 <= held < 70 + 3
    with pytest.raises(ValueError, match=r"hold \d+ passages; ask for no more"):
        build(tmp_path / "other", 5000, [str(files)], hashes)
