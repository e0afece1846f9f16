"""Text to vectors: the protocol, and any sentence-transformers model behind it.

The default encoder is all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019); it runs without torch, in
``index.minilm``. A model reads a limited number of tokens and silently leaves out the rest of a longer text: so
passages are measured with :meth:`Encoder.count_tokens`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT = "all-MiniLM-L6-v2"
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """One text as an encoder sees it: a vector for the whole and one for each token, all of unit length.

    ``vector`` has shape (dim,), ``tokens`` (n_tokens, dim) without special tokens; ``spans`` are the
    tokens' half-open code-point spans in the text.
    """

    vector: Vectors
    tokens: Vectors
    spans: tuple[tuple[int, int], ...]


class Encoder(Protocol):
    """Maps texts to unit vectors; ``name`` is stored with the index it builds."""

    name: str

    @property
    def window(self) -> int:
        """Most tokens of one text that the encoder reads."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, dim), float32."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, dim), float32."""
        ...

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's own vector and its tokens' vectors in context."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens the encoder would see of each text, special tokens included, untruncated."""
        ...


def make_encoder(name: str | None = None) -> Encoder:
    """Return the encoder of a name: the default one, or any sentence-transformers model by name or path."""
    if name in (None, DEFAULT):
        from index.minilm import MiniLM

        return MiniLM()
    return SentenceEncoder(name)


class SentenceEncoder:
    """Any sentence-transformers model by name or path, loaded at the first use. Needs the extra `models`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = RLock()  # a fast tokenizer must not be borrowed by two threads at once

    @cached_property
    def _model(self) -> "SentenceTransformer":
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            from huggingface_hub.utils.tqdm import disable_progress_bars

            disable_progress_bars()  # before transformers is imported, which asks this once
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise StoreError(
                f"the encoder {self.name!r} needs sentence-transformers; run `pip install 'grounded-qa[models]'`, "
                f"or use the default {DEFAULT!r}"
            ) from error
        try:
            return SentenceTransformer(self.name, device="cpu")
        except (OSError, ValueError) as error:
            raise StoreError(
                f"an encoder is a sentence-transformers model by name or path; {self.name!r} could not be loaded "
                f"({_first_line(error)}); use the default {DEFAULT!r} or the path of a downloaded model"
            ) from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        local = Path(self.name) / "tokenizer.json"
        text = local.read_text("utf-8") if local.is_file() else self._model.tokenizer.backend_tokenizer.to_str()
        tokenizer = Tokenizer.from_str(text)  # a copy of our own: the model's must keep its truncation
        tokenizer.no_truncation()  # the shipped file truncates, so every text would seem short
        tokenizer.no_padding()
        return tokenizer

    @property
    def window(self) -> int:
        """Most tokens of one text that the encoder reads."""
        return int(self._model.max_seq_length or 512)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, dim), float32; a model's own query prompt is used where it has one."""
        return self._encode(texts, query=True)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows of shape (n, dim), float32."""
        return self._encode(texts, query=False)

    def _encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        with self._lock:
            encode = self._model.encode_query if query else self._model.encode_document
            rows = encode(list(texts) or [""], batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)[: len(texts)]

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's own vector and its tokens' vectors in context, from one pass of the model."""
        if not texts:
            return []
        with self._lock:
            rows: Any = self._model.encode(list(texts), batch_size=32, output_value=None, show_progress_bar=False)
            encodings = self._tokenizer.encode_batch(list(texts))
        found = []
        for row, encoding in zip(rows, encodings, strict=True):
            states = row["token_embeddings"].numpy()  # (n, dim); padded or cut to the window
            keep = [i for i, special in enumerate(encoding.special_tokens_mask) if not special and i < len(states)]
            tokens = states[keep] / np.maximum(np.linalg.norm(states[keep], axis=1, keepdims=True), 1e-9)
            whole = row["sentence_embedding"].numpy()
            spans = tuple(encoding.offsets[i] for i in keep)
            found.append(TokenVectors(whole / max(float(np.linalg.norm(whole)), 1e-9), tokens, spans))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens the encoder would see of each text, special tokens included, untruncated."""
        with self._lock:
            return [len(e.ids) for e in self._tokenizer.encode_batch(list(texts))]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
