"""What the training of the cross-encoder hides and drops."""

import torch

from eval.cross_fit import UNSEEN, WIDTH, Model, hidden
from eval.cross_pairs import FIRST, MARK


def test_word_pieces_are_put_out_of_sight_and_marks_and_padding_never() -> None:
    torch.manual_seed(0)
    ids = torch.tensor([[FIRST, *range(2000, 2100), MARK, *range(3000, 3100), MARK, 0, 0]])
    batch = {"ids": ids, "mask": (ids > 0).long()}
    seen = hidden(batch, 0.5)["ids"]
    changed = seen != ids
    assert 70 < int(changed.sum()) < 130
    assert set(seen[changed].tolist()) == {UNSEEN}
    kept = (ids == FIRST) | (ids == MARK) | (ids == 0)
    assert not changed[kept].any()
    assert torch.equal(hidden(batch, 0.0)["ids"], ids)
    assert torch.equal(batch["ids"], ids) and not (ids == UNSEEN).any()  # the batch itself is as it was


def test_all_tokens_of_a_pair_lose_the_same_states_and_none_when_measured() -> None:
    torch.manual_seed(0)
    model, x = Model({}), torch.ones(2, 5, WIDTH)
    out = model.train().dropped(x, 0.25)
    assert torch.equal(out, out[:, :1].expand_as(out))
    assert not torch.equal(out[0], out[1])
    assert 0.15 < float((out == 0).float().mean()) < 0.35
    assert torch.allclose(out[out > 0], torch.tensor(1 / 0.75))
    assert torch.equal(model.eval().dropped(x, 0.25), x)
