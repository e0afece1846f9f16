"""The default encoder without torch: vectors as of sentence-transformers, and the graph as its script makes it."""

import subprocess
import sys

import numpy as np
import pytest

from index import graph
from index.encode import SentenceEncoder
from index.minilm import BATCH_TOKENS, WINDOW, _runs, folder

TEXTS = [
    "Xiaomi was founded in 2010.", "", "小米汽车 🚗 и другие", "word " * 400, "x" * 300, "A\nlonger text. " * 30,
    *(f"Sentence {n} says that the tide rose by {n} metres." for n in range(20)),
]  # fmt: skip


@pytest.fixture(scope="module")
def reference():
    return SentenceEncoder(str(folder()))


def test_vectors_agree_with_sentence_transformers(encoder, reference):
    for own, other in (
        (encoder.encode_passages(TEXTS), reference.encode_passages(TEXTS)),
        (encoder.encode_queries(TEXTS), reference.encode_queries(TEXTS)),
    ):
        assert own.dtype == np.float32 and own.shape == (len(TEXTS), 384)
        assert (own * other).sum(axis=1).min() > 0.999999


def test_token_vectors_agree_and_so_do_their_places(encoder, reference):
    for own, other in zip(encoder.encode_tokens(TEXTS), reference.encode_tokens(TEXTS), strict=True):
        count = min(len(own.spans), WINDOW - 2)
        assert own.spans[:count] == other.spans[:count]
        assert np.allclose((own.tokens[:count] * other.tokens[:count]).sum(axis=1), 1, atol=1e-5)
    assert encoder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)


def test_any_other_model_goes_through_sentence_transformers(reference):
    assert reference.window == WINDOW
    near, same, far = reference.encode_queries(["the price of a car", "what the automobile costs", "a bowl of soup"])
    assert near @ same > near @ far + 0.2


def test_runs_hold_every_text_once_and_are_bounded():
    lengths = [3, 250, 256, 10, 10, 128, 127, 1]
    runs = _runs(lengths)
    assert sorted(i for run in runs for i in run) == list(range(len(lengths)))
    assert all(len(run) == 1 or len(run) * max(lengths[i] for i in run) <= BATCH_TOKENS for run in runs)


def test_the_graph_is_the_one_its_script_makes():
    import onnx

    made, kept = onnx.load_from_string(graph.model()), onnx.load_from_string(graph.FILE.read_bytes())
    assert made.graph == kept.graph


def test_the_default_encoder_needs_no_torch():
    code = (
        "import sys; from index.encode import make_encoder; make_encoder().encode_queries(['a']);"
        "print({'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
