"""The trained model: what it reads and tells apart; its training runs, and writes what is read."""

import math
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from corpus.document import Passage
from eval.cross_data import Data, _add, changes, save
from index.hit import Hit
from index.minilm import folder
from qa import cross_encoder
from qa.cross_encoder import CrossEncoder, Pairs

TEXTS = (
    "The mill in Ostrava was built in 1921. It belongs to the Novak family. Visitors come on Sundays.",
    "Bread is baked from flour, water and salt. The oven needs an hour to warm up.",
    "The brewery in Brno employs 340 people. Its beer is sold in nine countries.",
)


def hit(text: str, doc_id: str = "a.md", title: str = "Works") -> Hit:
    cuts, at = [], 0
    for part in text.split(". "):
        end = min(at + len(part) + 1, len(text))
        cuts.append((at, end))
        at = end + 1
    return Hit(Passage(doc_id, 0, len(text), text, None, (), tuple(cuts)), 1.0, (), title)


@pytest.fixture(scope="module")
def model() -> CrossEncoder:
    return CrossEncoder.load()


@pytest.mark.parametrize(
    ("question", "passage", "sentence"),
    [
        ("When was the mill in Ostrava built?", 0, 0),
        ("Who owns the mill?", 0, 1),
        ("How many people work at the brewery?", 2, 0),
        ("How long does the oven take to warm up?", 1, 1),
    ],
)
def test_the_sentence_that_answers_scores_highest(
    model: CrossEncoder, question: str, passage: int, sentence: int
) -> None:
    scores = model.score(question, [hit(t) for t in TEXTS])
    best = max(((s, p, n) for p, one in enumerate(scores) for n, s in enumerate(one.sentences)))
    assert best[1:] == (passage, sentence)
    assert max(range(3), key=lambda n: scores[n].passage) == passage


def test_another_name_lowers_the_chance_of_an_answer(model: CrossEncoder) -> None:
    right, wrong = (
        model.score(f"When was the mill in {name} built?", [hit(TEXTS[0])])[0].passage for name in ("Ostrava", "Lisbon")
    )
    assert wrong < right - 1


def test_scores_do_not_depend_on_what_else_is_scored(model: CrossEncoder) -> None:
    hits = [hit(t) for t in TEXTS]
    alone = [CrossEncoder().score("Who owns the mill?", [h])[0] for h in hits]
    together = model.score("Who owns the mill?", hits)
    assert np.allclose([a.passage for a in alone], [t.passage for t in together], atol=1e-3)
    assert all(np.allclose(a.sentences, t.sentences, atol=1e-3) for a, t in zip(alone, together, strict=True))


def test_a_sentence_beyond_the_window_is_unknown_and_nothing_fails(model: CrossEncoder) -> None:
    long = " ".join(f"Item {n} of the store is kept in the cellar." for n in range(80)) + " The key is with Anna."
    (score,) = model.score("Who has the key?", [hit(long)])
    assert math.isnan(score.sentences[-1])
    assert not math.isnan(score.sentences[0])
    assert model.score("Who has the key?", []) == []


def test_a_passage_is_cut_with_its_heading_first() -> None:
    cut = Pairs().passage(hit(TEXTS[0]))
    assert cut.sentences[0] == -1
    assert sorted(set(cut.sentences)) == [-1, 0, 1, 2]
    assert len(cut.ids) == len(cut.sentences) == len(cut.offsets)


def test_weights_are_restored_within_half_a_step_of_eight_bits(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    value = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    scale = np.abs(value).max(1) / 127
    path = tmp_path / "w.safetensors"
    save_file({"m": np.round(value / scale[:, None]).astype(np.int8), "m.scale": scale, "b": value[0]}, path)
    held = cross_encoder.read(path)
    assert set(held) == {"m", "b"}
    assert (np.abs(held["m"] - value) <= scale[:, None] / 2 + 1e-6).all()


def test_changed_questions_name_what_stands_nowhere_near() -> None:
    names = ["Brno", "Vienna", "Ostrava"]
    made = list(changes("When did people in Ostrava strike in 1921?", names, Random(1), TEXTS[0] + TEXTS[2]))
    assert made[0] == "When did people in Vienna strike in 1921?"
    assert made[1].startswith("When did people in Ostrava strike in ")
    assert "1921" not in made[1]


def test_training_runs_and_what_it_writes_is_read(tmp_path: Path) -> None:
    data, pairs = Data(), Pairs()
    for n, quote in enumerate(("1921", "flour, water and salt", "340")):
        hits = [hit(t, f"{i}.txt") for i, t in enumerate(TEXTS)]
        _add(data, pairs, f"Question {n} about it?", hits, {f"{n}.txt": quote}, "squad2", 0)
    assert [row[3] for row in data.rows] == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert [row[7] for row in data.rows if row[3] == 1] == [1, 1, 1]
    save(data, tmp_path / "pairs.npz")
    weights = folder() / "model.safetensors"
    command = [
        sys.executable,
        "-m",
        "eval.cross_fit",
        str(tmp_path / "pairs.npz"),
        str(weights),
        str(tmp_path / "out"),
        "--epochs",
        "2",
    ]
    subprocess.run([*command, "--rate", "1e-4", "--hide", "0.1"], check=True, capture_output=True, timeout=300)
    trained = CrossEncoder(tmp_path / "out")
    (score,) = trained.score("Question 0 about it?", [hit(TEXTS[0])])
    assert np.isfinite([score.passage, *score.sentences]).all()
    shipped = cross_encoder.read(cross_encoder.FILE)
    assert {k: v.shape for k, v in cross_encoder.read(tmp_path / "out").items()} == {
        k: v.shape for k, v in shipped.items()
    }
    # a second stage begins where the first ended: at a rate of 0 it ends there, too
    command[5], again = str(tmp_path / "second"), str(tmp_path / "pairs.npz")
    more = ["--start", str(tmp_path / "out"), "--replay", again, "--rate", "0"]
    subprocess.run([*command, *more], check=True, capture_output=True, timeout=300)
    first, second = (cross_encoder.read(tmp_path / name) for name in ("out", "second"))
    assert all(np.allclose(first[name], second[name], atol=1e-6) for name in first)
