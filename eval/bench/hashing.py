"""An encoder without a model: a text's vector is the bag of its hashed stems (Weinberger et al., 2009)."""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.encode import TokenVectors
from index.words import terms

_TOKEN = re.compile(r"[^\W_]+|[^\s]")


class HashingEncoder:
    """Deterministic and fast; ``dim`` buckets."""

    name = "hashing-64"
    window = 256

    def __init__(self, dim: int = 64) -> None:
        self._dim = dim

    def _vector(self, text: str) -> NDArray[np.float32]:
        row = np.zeros(self._dim, np.float32)
        for term in terms(text) or [text]:
            code = crc32(term.encode("utf-8", "replace"))
            row[code % self._dim] += 1.0 if code & 0x10000 else -1.0
        norm = float(np.linalg.norm(row))
        if norm == 0:
            row[0] = norm = 1.0
        return row / np.float32(norm)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows of shape (n, dim)."""
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self._dim)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows of shape (n, dim)."""
        return self.encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's vector and those of its tokens."""
        found = []
        for text in texts:
            matches = list(_TOKEN.finditer(text))
            tokens = self.encode_queries([match.group() for match in matches])
            found.append(TokenVectors(self._vector(text), tokens, tuple(match.span() for match in matches)))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words and marks, and two."""
        return [len(_TOKEN.findall(text)) + 2 for text in texts]
