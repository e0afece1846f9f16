"""Trains the cross-encoder of ``qa/cross_encoder.py`` on the pairs of ``eval/cross_data.py``; needs torch alone.

The default encoder's six layers (Wang et al. 2020) are trained further, its embeddings are not, so the weights take
eleven megabytes. Three losses: whether a passage holds the answer (logistic), which sentence of all a question's
passages answers (softmax over them), and where the short answer stands, as in SQuAD's baseline (Devlin et al. 2019),
which only teaches: its head is not kept. Five minutes on a GPU, some hours without. In two stages (transfer and adapt;
Garg et al. 2020): on public sets, then with ``--start`` on practice collections, some of the first again.
"""

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F  # noqa: N812 - its usual name

from eval.cross_pairs import FIRST, GOLD, KIND, LABEL, MARK, Pairs

LAYERS, HEADS, WIDTH = 6, 12, 384
KEPT = ("head.sentence", "head.passage")
UNSEEN = 103  # [MASK]
FEW = 4  # questions that a CPU takes at once: of a whole step the states would not fit its caches


class Model(torch.nn.Module):
    """BERT with three heads; ``weights`` by the names of the encoder's safetensors file."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.frozen = {k: v for k, v in weights.items() if k.startswith("embeddings.")}
        layers = {k.replace(".", "/"): torch.nn.Parameter(v) for k, v in weights.items() if k.startswith("encoder.")}
        self.layers = torch.nn.ParameterDict(layers)
        self.heads = torch.nn.Linear(WIDTH, 4)  # sentence, passage, start, end
        torch.nn.init.normal_(self.heads.weight, std=0.02)
        torch.nn.init.zeros_(self.heads.bias)
        with torch.no_grad():
            for n, name in enumerate(KEPT):
                if name in weights:
                    self.heads.weight[n], self.heads.bias[n] = weights[name], weights[f"{name}.bias"][0]

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, drop: float) -> torch.Tensor:
        """Return states of shape (n, length, WIDTH)."""
        of = self.frozen
        x = F.embedding(ids, of["embeddings.word_embeddings.weight"])
        x = x + of["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = x + of["embeddings.token_type_embeddings.weight"][0]
        x = F.layer_norm(x, (WIDTH,), of["embeddings.LayerNorm.weight"], of["embeddings.LayerNorm.bias"], 1e-12)
        x = self.dropped(x, drop)
        seen = mask[:, None, None, :].bool()
        for n in range(LAYERS):

            def linear(name: str, value: torch.Tensor, n: int = n) -> torch.Tensor:
                key = f"encoder/layer/{n}/{name}"
                return F.linear(value, self.layers[f"{key}/weight"], self.layers[f"{key}/bias"])

            def norm(name: str, value: torch.Tensor, n: int = n) -> torch.Tensor:
                key = f"encoder/layer/{n}/{name}/LayerNorm"
                return F.layer_norm(value, (WIDTH,), self.layers[f"{key}/weight"], self.layers[f"{key}/bias"], 1e-12)

            q, k, v = (
                linear(f"attention/self/{name}", x).view(*x.shape[:2], HEADS, -1).transpose(1, 2)
                for name in ("query", "key", "value")
            )
            # written out: on a CPU the fused kernel takes two fifths of a step, most of it on its way back
            shares = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).masked_fill(~seen, -1e4).softmax(-1)
            mixed = linear("attention/output/dense", (shares.to(v.dtype) @ v).transpose(1, 2).reshape(x.shape))
            x = norm("attention/output", x + self.dropped(mixed, drop))
            wide = F.gelu(linear("intermediate/dense", x))
            x = norm("output", x + self.dropped(linear("output/dense", wide), drop))
        return x

    def dropped(self, x: torch.Tensor, rate: float) -> torch.Tensor:
        """Return states with some dropped, the same ones of all tokens of a pair (Gal and Ghahramani 2016).

        A mask for each token, and one for the attention, take two fifths of a step on a CPU.
        """
        if not self.training or not rate:
            return x
        return x * ((torch.rand(len(x), 1, WIDTH, device=x.device) >= rate).to(x.dtype) / (1 - rate))


def score(model: Model, batch: dict[str, torch.Tensor], drop: float) -> tuple[torch.Tensor, ...]:
    """Return logits: of sentences (n_sentences,), of passages (n,), of starts and ends (n, length)."""
    states = model(batch["ids"], batch["mask"], drop).float()
    flat, number = states.flatten(0, 1), batch["sentence"].flatten()
    size = len(batch["gold"])
    inside = number >= 0
    total = torch.zeros(size, WIDTH, device=states.device).index_add(0, number[inside], flat[inside])
    pieces = torch.bincount(number[inside], minlength=size).clamp(min=1)
    sentence = (total / pieces[:, None]) @ model.heads.weight[0] + model.heads.bias[0]
    passage = states[:, 0] @ model.heads.weight[1] + model.heads.bias[1]
    allowed = (batch["sentence"] >= 0) | (torch.arange(states.shape[1], device=states.device) == 0)
    ends = (states @ model.heads.weight[2:].T).masked_fill(~allowed[..., None], -1e4)
    return sentence.float(), passage.float(), ends[..., 0].float(), ends[..., 1].float()


def loss_of(model: Model, batch: dict[str, torch.Tensor], drop: float) -> torch.Tensor:
    """Return the sum of the losses."""
    sentence, passage, start, end = score(model, batch, drop)
    label, gold = batch["label"], batch["gold"]
    known = label >= 0
    total = F.binary_cross_entropy_with_logits(passage[known], label[known].float())
    marked = gold >= 0
    total = total + F.binary_cross_entropy_with_logits(sentence[marked], gold[marked].float())
    group = batch["group"][batch["of_row"]]
    right = torch.zeros(int(batch["group"].max()) + 1, device=sentence.device).index_add(0, group, (gold > 0).float())
    usable = marked & (right[group] > 0)
    if usable.any():
        high = sentence.max().detach()
        e = (sentence - high).exp() * usable
        every = torch.zeros_like(right).index_add(0, group, e)
        best = torch.zeros_like(right).index_add(0, group, e * (gold > 0))
        has = right > 0
        total = total + (every[has].clamp(min=1e-20).log() - best[has].clamp(min=1e-20).log()).mean()
    taught = batch["spans"][:, 0] >= 0
    for logits, target in ((start, 0), (end, 1)) if taught.any() else ():
        total = total + 0.5 * F.cross_entropy(logits[taught], batch["spans"][taught, target])
    return total


def hidden(batch: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """Return a batch with a share of its word pieces put out of sight, so that no single one is learned by heart."""
    ids = batch["ids"]
    own = (batch["mask"] > 0) & (ids != FIRST) & (ids != MARK)
    return batch | {"ids": ids.masked_fill(own & (torch.rand(ids.shape, device=ids.device) < share), UNSEEN)}


def train(
    pairs: Pairs, groups: list[int], again: list[int], weights: dict[str, torch.Tensor], args: argparse.Namespace
) -> Model:
    """Return a model trained on some groups and, in each epoch, on a draw a quarter as large of ``again``."""
    torch.manual_seed(0)
    draw = random.Random(0)
    model = Model({k: v.clone() for k, v in weights.items()}).to(pairs.device)
    model.train()
    repeated = min(len(again), len(groups) // 4)
    steps = args.epochs * math.ceil((len(groups) + repeated) / args.questions)
    best = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.01, betas=(0.9, 0.98))
    plan = torch.optim.lr_scheduler.LambdaLR(
        best, lambda n: min((n + 1) / (0.1 * steps), max(0.0, (steps - n) / (0.9 * steps)))
    )
    done = 0
    for epoch in range(args.epochs):
        order = pairs.order(groups + draw.sample(again, repeated), args.questions, draw)
        total, begun = 0.0, time.time()
        for step in order:
            best.zero_grad()
            size = len(step) if pairs.device == "cuda" else FEW
            runs = [step[n : n + size] for n in range(0, len(step), size)]
            loss = 0.0
            for run in runs:
                batch = hidden(pairs.batch(run), args.hide)
                with torch.autocast(pairs.device, torch.bfloat16, enabled=pairs.half):
                    part = loss_of(model, batch, args.drop) / len(runs)
                part.backward()  # type: ignore[no-untyped-call]
                loss += float(part.detach())
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            best.step()
            plan.step()
            total, done = total + loss, done + 1
            if args.steps and done >= args.steps:
                return model
        sys.stdout.write(f"epoch {epoch}: loss {total / len(order):.3f}, {time.time() - begun:.0f} s\n")
    return model


def measure(model: Model, pairs: Pairs, groups: list[int]) -> dict[str, float]:
    """Return how often the best sentence of a question answers, and AUROC of the best passage for answerability."""
    model.eval()
    first, third, chances = [], [], {"answered": [], "unanswerable": [], "elsewhere": [], "changed": []}  # type: ignore[var-annotated]
    with torch.no_grad():
        for at in range(0, len(groups), 32):
            batch = pairs.batch(groups[at : at + 32])
            sentence, passage, *_ = score(model, batch, 0.0)
            of = batch["group"][batch["of_row"]]
            for n, g in enumerate(groups[at : at + 32]):
                rows = pairs.rows[pairs.groups[g]]
                top = float(passage[batch["group"] == n].max())
                if (rows[:, LABEL] == 1).any() and (rows[:, GOLD] > 0).any():
                    gold = batch["gold"][of == n][torch.argsort(-sentence[of == n])]
                    first.append(float((gold[:1] > 0).any()))
                    third.append(float((gold[:3] > 0).any()))
                    chances["answered"].append(top)
                elif (rows[:, LABEL] == 0).all():
                    chances[("unanswerable", "elsewhere", "changed")[int(rows[0, KIND])]].append(top)

    def auroc(good: list[float], bad: list[float]) -> float:
        return float(np.mean([(g > b) + 0.5 * (g == b) for g in good for b in bad])) if good and bad else math.nan

    model.train()
    return {"best 1": float(np.mean(first)), "best 3": float(np.mean(third)), "n": len(first)} | {
        f"AUROC {k}": auroc(chances["answered"], v) for k, v in chances.items() if k != "answered"
    }


def quantised(model: Model) -> dict[str, torch.Tensor]:
    """Return the trained weights as they ship: matrices in 8 bits with a scale for each row (output)."""
    out: dict[str, torch.Tensor] = {}
    for key, value in model.layers.items():
        name, value = key.replace("/", "."), value.detach().float().cpu()
        if value.ndim == 2:
            scale = value.abs().amax(1).clamp(min=1e-8) / 127
            out[name], out[f"{name}.scale"] = torch.round(value / scale[:, None]).to(torch.int8), scale
        else:
            out[name] = value
    weight, bias = model.heads.weight.detach().float().cpu(), model.heads.bias.detach().float().cpu()
    for n, name in enumerate(KEPT):
        out[name], out[f"{name}.bias"] = weight[n].clone(), bias[n : n + 1].clone()
    return out


def restored(held: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights that ``quantised`` wrote, in 32 bits."""
    scales = {name.removesuffix(".scale"): value for name, value in held.items() if name.endswith(".scale")}
    return {
        name: value.float() * scales[name][:, None] if name in scales else value
        for name, value in held.items()
        if not name.endswith(".scale")
    }


def main() -> None:
    """Train, measure on what is held out if wanted, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("encoder", type=Path, help="the default encoder's model.safetensors")
    parser.add_argument("out", type=Path)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--drop", type=float, default=0.1)
    parser.add_argument("--hide", type=float, default=0.0, help="share of the word pieces that are put out of sight")
    parser.add_argument("--questions", type=int, default=32, help="questions of a step")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many, to try the script")
    parser.add_argument("--start", type=Path, help="weights that ship, or an earlier stage's, to go on from")
    parser.add_argument("--replay", type=Path, help="pairs of an earlier stage, of which some are repeated")
    parser.add_argument("--held-out", action="store_true", help="leave the held-out titles out of what is written")
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pairs = Pairs(args.pairs, device)
    weights = {k: v.float().to(device) for k, v in load_file(args.encoder).items() if v.is_floating_point()}
    if args.start:
        weights |= restored(load_file(args.start, device))
    groups, held = pairs.of(held=False if args.held_out else None), pairs.of(held=True)
    again = pairs.add(Pairs(args.replay, device)) if args.replay else []
    if args.held_out and args.start:
        sys.stdout.write(f"before: {json.dumps(measure(Model(weights).to(device), pairs, held))}\n")
    model = train(pairs, groups, again, weights, args)
    if args.held_out:
        sys.stdout.write(json.dumps(measure(model, pairs, held)) + "\n")
    save_file(quantised(model), args.out)


if __name__ == "__main__":
    main()
