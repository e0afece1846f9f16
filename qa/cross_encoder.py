"""A small trained model that reads a question and a passage together: which sentence answers, and whether any does.

A cross-encoder (Nogueira and Cho 2019) of the default encoder's size: its embeddings, six layers trained further on
public question sets (``eval/cross_data.py``) and then on practice collections (``eval/practice_data.py``) by
``eval/cross_fit.py``, and two linear heads, one over the mean of a sentence's states, one over the first state. Weights
have 8 bits, with a scale for each output.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.hit import Hit
from index.minilm import session, tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FILE = Path(__file__).with_name("cross_encoder.safetensors")
QUESTION, HEADING, PASSAGE = 64, 32, 190  # word pieces read of each; with three marks they fit the encoder
FIRST, MARK = 101, 102  # [CLS], [SEP]
_BATCH = 640  # word pieces of one run, padding included
_KEPT = 2000  # pairs whose scores are kept
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage as the model reads it: word pieces, the sentence of each (-1: heading), their characters' offsets."""

    ids: list[int]
    sentences: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Score:
    """Log-odds that a passage holds an answer, and those of each of its sentences; NaN for one that was not read."""

    passage: float
    sentences: tuple[float, ...]


class Pairs:
    """Cuts questions and passages into word pieces."""

    def __init__(self) -> None:
        self._lock = Lock()

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return tokenizer()

    def question(self, text: str) -> list[int]:
        """Return the word pieces of a question."""
        with self._lock:
            return list(self._tokenizer.encode(text, add_special_tokens=False).ids[:QUESTION])

    def passage(self, hit: Hit) -> Cut:
        """Return the word pieces of a passage, after those of its title and headings."""
        passage = hit.passage
        above = " > ".join(dict.fromkeys((hit.title, *passage.heading)))
        with self._lock:
            head = self._tokenizer.encode(f"{above}:", add_special_tokens=False)
            body = self._tokenizer.encode(passage.text, add_special_tokens=False)
        ids, sentences, offsets = list(head.ids[:HEADING]), [-1] * min(HEADING, len(head.ids)), [(0, 0)] * HEADING
        offsets = offsets[: len(ids)]
        spans = [(a - passage.start, b - passage.start) for a, b in passage.sentences]
        at = 0
        for piece, (start, end) in list(zip(body.ids, body.offsets, strict=True))[:PASSAGE]:
            while at < len(spans) and spans[at][1] <= start:
                at += 1
            ids.append(piece)
            sentences.append(at if at < len(spans) and spans[at][0] < end else -1)
            offsets.append((start, end))
        return Cut(ids, sentences, offsets)


class CrossEncoder:
    """Scores passages against a question; thread-safe, loaded at the first use."""

    def __init__(self, path: Path = FILE) -> None:
        self._path = path
        self._pairs = Pairs()
        self._kept: dict[tuple[str, str, str], Score] = {}
        self._lock = Lock()

    @classmethod
    @lru_cache(maxsize=2)
    def load(cls, path: Path = FILE) -> "CrossEncoder":
        """Return the model of a file, one for the whole process."""
        return cls(path)

    @cached_property
    def _loaded(self) -> "tuple[InferenceSession, dict[str, Array]]":
        trained = read(self._path)
        heads = {name: trained.pop(name) for name in list(trained) if name.startswith("head.")}
        return session(trained), heads

    def score(self, question: str, hits: Sequence[Hit]) -> list[Score]:
        """Return the scores of each passage, in order."""
        keys = [(question, hit.title, hit.passage.text) for hit in hits]
        with self._lock:
            new = {k: h for k, h in zip(keys, hits, strict=True) if k not in self._kept}
            for key, found in zip(new, self._score(question, list(new.values())), strict=True):
                self._kept[key] = found
            scores = [self._kept[k] for k in keys]
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return scores

    def _score(self, question: str, hits: Sequence[Hit]) -> list[Score]:
        if not hits:
            return []
        model, heads = self._loaded
        asked = [FIRST, *self._pairs.question(question), MARK]
        cuts = [self._pairs.passage(hit) for hit in hits]
        order = sorted(range(len(cuts)), key=lambda n: -len(cuts[n].ids))
        found: list[Score] = [Score(0.0, ())] * len(cuts)
        while order:
            length = len(asked) + len(cuts[order[0]].ids) + 1
            run, order = order[: max(1, _BATCH // length)], order[max(1, _BATCH // length) :]
            ids, mask = np.zeros((len(run), length), np.int32), np.zeros((len(run), length), np.int32)
            for row, n in enumerate(run):
                own = [*asked, *cuts[n].ids, MARK]
                ids[row, : len(own)], mask[row, : len(own)] = own, 1
            (states,) = model.run(["states"], {"input_ids": ids, "attention_mask": mask})
            for row, n in enumerate(run):
                found[n] = _heads(states[row], len(asked), cuts[n], len(hits[n].passage.sentences), heads)
        return found


def _heads(states: Array, begin: int, cut: Cut, count: int, heads: dict[str, Array]) -> Score:
    """Return the scores of one pair from its states, shape (length, 384)."""
    of = np.asarray(cut.sentences)
    own = states[begin : begin + len(of)]
    rows = []
    for n in range(count):
        inside = own[of == n]
        rows.append(float(inside.mean(0) @ heads["head.sentence"] + heads["head.sentence.bias"][0])
                    if len(inside) else float("nan"))  # fmt: skip
    return Score(float(states[0] @ heads["head.passage"] + heads["head.passage.bias"][0]), tuple(rows))


def read(path: Path) -> dict[str, Array]:
    """Return the trained weights in 32 bits; matrices are kept as 8-bit integers with a scale for each row."""
    from safetensors.numpy import load_file

    held = load_file(path)
    return {
        name: value.astype(np.float32) * held[f"{name}.scale"][:, None] if value.dtype == np.int8 else value
        for name, value in held.items()
        if not (name.endswith(".scale") and held.get(name.removesuffix(".scale"), value).dtype == np.int8)
    }
