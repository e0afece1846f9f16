"""Passages grown from real ones, for sizes that would take days to embed: texts of halves, vectors of mixtures."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench.hashing import HashingEncoder
from eval.bench.ingest import PLACES, gather
from index.encode import make_encoder

REAL, POOL, QUESTIONS = 2000, 20_000, 200  # passages embedded, passages for texts, questions
_LENGTH = 600  # characters of a passage
_OTHER, _NOISE = 0.8, 0.5  # most of another vector in a mixture, and the length of the noise


@dataclass(frozen=True, slots=True)
class Real:
    """Real passages and their unit vectors of shape (REAL, dim); questions and theirs of shape (QUESTIONS, dim)."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    questions: tuple[str, ...]
    asked: NDArray[np.float32]


class Prepared(HashingEncoder):
    """An encoder whose questions' vectors are at hand; passages come with theirs."""

    name = "prepared"

    def __init__(self, real: Real) -> None:
        super().__init__(real.vectors.shape[1])
        self._vectors = dict(zip(real.questions, real.asked, strict=True))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the rows of questions, shape (n, dim)."""
        return np.stack([self._vectors[text] for text in texts])


def prepare(places: Sequence[str]) -> Real:
    """Cut real files into passages, and embed some, and questions made of words of others, with the shipped encoder."""
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        gather(places, Path(folder), 5000)
        files = [path.read_text("utf-8", "replace") for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    pieces = [file[i : i + _LENGTH] for file in files for i in range(0, len(file) - _LENGTH, _LENGTH)]
    drawn = chance.choice(len(pieces), min(POOL, len(pieces)), replace=False)
    texts = tuple(pieces[n] for n in drawn)
    words = [text.split() for text in texts[-QUESTIONS:]]
    questions = tuple(" ".join(some[len(some) // 3 :][:10]) for some in words)
    encoder = make_encoder()
    vectors = np.concatenate([encoder.encode_passages(texts[i : i + 50]) for i in range(0, REAL, 50)])
    return Real(texts, vectors, questions, encoder.encode_queries(questions))


def kept(file: Path | None) -> Real:
    """Return what :func:`prepare` makes of the usual places, from a file where it is there, else made and written."""
    if file is None or not file.exists():
        real = prepare(PLACES)
        if file is not None:
            np.savez_compressed(file, *(np.array(getattr(real, field.name)) for field in fields(real)))
        return real
    with np.load(file) as arrays:
        texts, vectors, questions, asked = (arrays[name] for name in sorted(arrays))
    return Real(tuple(texts.tolist()), vectors, tuple(questions.tolist()), asked)


def grow(real: Real, first: int, count: int) -> tuple[list[str], NDArray[np.float16]]:
    """Return ``count`` texts and their unit vectors, shape (count, dim); the same ones for the same ``first``."""
    chance = np.random.default_rng(first + 1)
    halves = chance.integers(len(real.texts), size=(count, 2))
    half = _LENGTH // 2
    texts = [
        f"No. {first + n} {real.texts[a][:half].strip()} {real.texts[b][half:].strip()}"
        for n, (a, b) in enumerate(halves)
    ]
    one, other = chance.integers(len(real.vectors), size=(2, count))
    noise = chance.standard_normal((count, real.vectors.shape[1]), np.float32) * _NOISE / real.vectors.shape[1] ** 0.5
    mixed = real.vectors[one] + chance.uniform(0, _OTHER, (count, 1)) * real.vectors[other] + noise
    return texts, (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float16)
