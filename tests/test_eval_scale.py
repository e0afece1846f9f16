"""The benchmark of growth: its passages, its figures and its plot."""

from xml.etree import ElementTree

import numpy as np
import pytest

from eval.bench import grown, plot, scale
from index.retrieve import Index
from index.store import Store
from index.verify import verify


@pytest.fixture
def real():
    rows = np.random.default_rng(0).standard_normal((60, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    texts = tuple(f"Harbour {n} lies {n * 7} miles from the lighthouse. " * 12 for n in range(50))
    return grown.Real(texts, rows[:50], tuple(f"harbour {n} lighthouse" for n in range(10)), rows[50:])


def test_passages_are_grown_alike_with_vectors_of_length_one(real):
    texts, vectors = grown.grow(real, 100, 40)
    assert texts == grown.grow(real, 100, 40)[0] and texts[3].startswith("No. 103 Harbour")
    assert vectors.dtype == np.float16 and np.linalg.norm(vectors.astype(float), axis=1) == pytest.approx(1, abs=1e-3)


def test_every_phase_of_the_benchmark_measures_the_product(real, tmp_path, monkeypatch):
    monkeypatch.setattr(scale, "CHANGED", 100)
    directory = tmp_path / "index"
    scale.fill(directory, real, 0, 500)
    row = {"passages": 500} | scale.build(directory) | scale.ask(directory, real)
    row |= scale.change(directory, real, 500)
    assert row["kind"] == "exact, 500 vectors" and row["recall@10"] == 1
    store = Store(directory)
    assert store.counts() == (10, 500) and verify(directory).problems == verify(directory).repaired == ()
    store.close()
    index = Index(directory, grown.Prepared(real))
    assert {hit.passage.doc_id for hit in index.search(real.questions[3], 500)} >= {"550.txt", "0.txt"}
    assert "250.txt" not in {info.id for info in index.documents()}
    index.store.close()
    assert "| dense bytes | 0 MB | 0 MB |" in list(scale.table([row, row]))
    drawing = ElementTree.fromstring(plot.panels([row, row | {"passages": 5000}]))
    words = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Building, s", "1k", "10k", "deleted"} <= words


def test_what_was_embedded_is_kept_for_the_next_run(real, tmp_path, monkeypatch):
    monkeypatch.setattr(grown, "prepare", lambda places: real)
    first = grown.kept(tmp_path / "real.npz")
    monkeypatch.setattr(grown, "prepare", lambda places: pytest.fail("embedded again"))
    again = grown.kept(tmp_path / "real.npz")
    assert (first.texts, first.questions) == (again.texts, again.questions)
    assert np.array_equal(first.vectors, again.vectors) and np.array_equal(first.asked, again.asked)
