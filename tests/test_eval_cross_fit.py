"""What the training of the cross-encoder hides, drops and teaches."""

import math
from pathlib import Path

import pytest
import torch

from eval import cross_fit
from eval.cross_data import Data, save
from eval.cross_fit import UNSEEN, WIDTH, Model, hidden, loss_of
from eval.cross_pairs import FIRST, MARK, Pairs


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


@pytest.mark.parametrize("short", [False, True])
def test_that_there_is_no_short_answer_is_taught_only_beside_short_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: bool
) -> None:
    ends = (0, 1) if short else (-1, -1)
    # in the order of FIELDS: group, question, passage, label, marked, first, last, gold, held_out, kind
    rows = [(0, 0, 0, 1, 1, *ends, 1, 0, 0), (0, 0, 1, 0, 1, -1, -1, 0, 0, 0)]
    save(Data([[2000, 2001]], [[3000, 3001], [3002, 3003]], [[0, 0], [0, 1]], rows), tmp_path / "pairs.npz")
    batch = Pairs(tmp_path / "pairs.npz", "cpu").batch([0])
    assert batch["spans"].tolist() == ([[4, 5], [0, 0]] if short else [[-1, -1], [-1, -1]])
    sizes = (len(batch["gold"]), 2, batch["ids"].shape, batch["ids"].shape)
    losses = []
    for high in (0.0, 5.0):  # what is said of the short answer
        logits = [torch.zeros(size) for size in sizes]
        logits[2][:, 0] += high
        monkeypatch.setattr(cross_fit, "score", lambda *_, told=logits: told)
        losses.append(float(loss_of(Model({}), batch, 0.0)))
    assert (losses[0] != losses[1]) == short and all(map(math.isfinite, losses))
