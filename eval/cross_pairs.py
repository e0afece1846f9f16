"""The pairs that the cross-encoder is trained on, and batches of them; see ``eval/cross_fit.py``."""

import random
from pathlib import Path

import numpy as np
import torch

FIRST, MARK = 101, 102
WINDOW = 16  # steps whose questions are put in order of their passages' length, so that little is padded
GROUP, QUESTION, PASSAGE, LABEL, MARKED, START, END, GOLD, HELD, KIND = range(10)


class Pairs:
    """The training data, and batches of it."""

    def __init__(self, path: Path, device: str) -> None:
        held = np.load(path)
        cut = {n: np.split(held[n], held[f"{n}_ends"][:-1]) for n in ("questions", "passages", "sentences")}
        self.questions, self.passages, self.sentences = cut["questions"], cut["passages"], cut["sentences"]
        self.rows = held["rows"]
        self.device = device
        native = any(held and name.endswith("_bf16") for name, held in torch.cpu.get_capabilities().items())
        self.half = device == "cuda" or native  # twice as fast
        self.groups: dict[int, list[int]] = {}
        for n, group in enumerate(self.rows[:, GROUP]):
            self.groups.setdefault(int(group), []).append(n)

    def of(self, *, held: bool | None) -> list[int]:
        """Return the groups that are held out, or not, or all."""
        return [g for g, rows in self.groups.items() if held is None or bool(self.rows[rows[0], HELD]) == held]

    def add(self, other: "Pairs") -> list[int]:
        """Take the pairs of another file in; return the numbers that its groups that are not held out have here."""
        shift = max(self.groups) + 1
        self.groups |= {g + shift: [n + len(self.rows) for n in numbers] for g, numbers in other.groups.items()}
        rows = other.rows.copy()
        rows[:, [GROUP, QUESTION, PASSAGE]] += [shift, len(self.questions), len(self.passages)]
        self.rows = np.concatenate([self.rows, rows])
        self.questions, self.passages = self.questions + other.questions, self.passages + other.passages
        self.sentences = self.sentences + other.sentences
        return [group + shift for group in other.of(held=False)]

    def length(self, group: int) -> int:
        """Return the word pieces of the longest pair of a group."""
        rows = self.rows[self.groups[group]]
        asked = len(self.questions[rows[0, QUESTION]])
        return asked + max(len(self.passages[n]) for n in rows[:, PASSAGE])

    def order(self, groups: list[int], each: int, draw: random.Random) -> list[list[int]]:
        """Return the groups of each step, ``each`` a step, drawn anew; those of like length together."""
        drawn = draw.sample(groups, len(groups))
        size = each * WINDOW
        windows = [sorted(drawn[n : n + size], key=self.length) for n in range(0, len(drawn), size)]
        steps = [w[n : n + each] for w in windows for n in range(0, len(w), each)]
        return draw.sample(steps, len(steps))

    def batch(self, groups: list[int]) -> dict[str, torch.Tensor]:
        """Return the pairs of some groups as tensors; ``sentence`` numbers sentences over the batch, -1 none."""
        rows = [r for g in groups for r in self.groups[g]]
        asked = [np.concatenate([[FIRST], self.questions[self.rows[r, QUESTION]], [MARK]]) for r in rows]
        told = [self.passages[self.rows[r, PASSAGE]] for r in rows]
        length = max(len(a) + len(t) + 1 for a, t in zip(asked, told, strict=True))
        ids, mask = np.zeros((len(rows), length), np.int64), np.zeros((len(rows), length), np.int64)
        sentence = np.full((len(rows), length), -1, np.int64)
        spans = np.full((len(rows), 2), -1, np.int64)
        gold, of_row, count = [], [], 0
        short = bool((self.rows[:, START] >= 0).any())  # else no short answer is taught, nor that there is none
        for n, r in enumerate(rows):
            own = np.concatenate([asked[n], told[n], [MARK]])
            ids[n, : len(own)], mask[n, : len(own)] = own, 1
            numbers = self.sentences[self.rows[r, PASSAGE]].astype(np.int64)
            present = sorted(set(numbers[numbers >= 0].tolist()))
            place = {s: count + i for i, s in enumerate(present)}
            sentence[n, len(asked[n]) : len(asked[n]) + len(numbers)] = [place.get(int(s), -1) for s in numbers]
            gold += [int(self.rows[r, GOLD]) >> s & 1 if self.rows[r, MARKED] else -1 for s in present]
            of_row += [n] * len(present)
            count += len(present)
            if self.rows[r, LABEL] == 0 and short:
                spans[n] = 0
            elif self.rows[r, START] >= 0:
                spans[n] = self.rows[r, [START, END]] + len(asked[n])
        numbers = {g: i for i, g in enumerate(groups)}
        out = {
            "ids": ids, "mask": mask, "sentence": sentence, "spans": spans, "gold": np.array(gold),
            "of_row": np.array(of_row), "label": self.rows[rows, LABEL],
            "group": np.array([numbers[int(g)] for g in self.rows[rows, GROUP]]),
        }  # fmt: skip
        return {k: torch.as_tensor(v, device=self.device) for k, v in out.items()}
