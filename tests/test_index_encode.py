"""The real encoder, and the fake that stands in for it: both keep the protocol."""

import numpy as np
import pytest

from corpus.errors import StoreError
from index.encode import SentenceEncoder

TEXTS = ["Xiaomi was founded in 2010.", "", "小米汽车 🚗", "word " * 400]


@pytest.fixture(params=["encoder", "hashes"])
def any_encoder(request):
    return request.getfixturevalue(request.param)


def test_rows_are_of_unit_length(any_encoder):
    for rows in (any_encoder.encode_queries(TEXTS), any_encoder.encode_passages(TEXTS)):
        assert rows.dtype == np.float32
        assert rows.shape[0] == len(TEXTS)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert any_encoder.encode_passages([]).shape[0] == 0


def test_tokens_are_of_unit_length_and_lie_where_their_spans_say(any_encoder):
    assert any_encoder.encode_tokens([]) == []
    for text, view in zip(TEXTS, any_encoder.encode_tokens(TEXTS), strict=True):
        assert len(view.tokens) == len(view.spans)
        assert np.allclose(np.linalg.norm(view.tokens, axis=1), 1, atol=1e-5)
        assert np.isclose(np.linalg.norm(view.vector), 1, atol=1e-5)
        assert all(0 <= start < end <= len(text) for start, end in view.spans)
    assert "2010" in [TEXTS[0][a:b] for a, b in any_encoder.encode_tokens(TEXTS[:1])[0].spans]


def test_tokens_are_counted_beyond_the_window(any_encoder):
    short, long = any_encoder.count_tokens(["one two", TEXTS[3]])
    assert short <= 5 < any_encoder.window < 400 <= long


def test_what_is_near_in_meaning_is_near_in_vectors(encoder):
    near, same, far = encoder.encode_queries(["the price of a car", "what the automobile costs", "a bowl of soup"])
    assert near @ same > near @ far + 0.2


def test_an_encoder_does_not_depend_on_its_batch(encoder):
    alone = encoder.encode_passages(TEXTS[:1])
    together = encoder.encode_passages(TEXTS)[:1]
    assert np.allclose(alone, together, atol=1e-5)


def test_an_encoder_that_does_not_exist_is_told_with_a_remedy(tmp_path):
    missing = SentenceEncoder(str(tmp_path / "no-model"))
    with pytest.raises(StoreError, match=r"no-model.*could not be loaded.*use the default 'all-MiniLM-L6-v2'"):
        missing.encode_queries(["a"])
