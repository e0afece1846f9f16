"""Nearest neighbours by faiss: exact inner product over unit vectors, keyed by passage.

The only module that imports faiss. faiss is kept to one thread: where torch is loaded in the same process,
two OpenMP runtimes can crash each other on macOS.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Dense:
    """A faiss flat index with passage keys; derived from the store, never the truth."""

    def __init__(self) -> None:
        self._index: Any = None

    def add(self, keys: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape (n, dim) under their passage keys."""
        import faiss

        faiss.omp_set_num_threads(1)
        if self._index is None:
            self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(keys, np.int64))

    @classmethod
    def load(cls, path: Path) -> "Dense":
        """Read a file written by :meth:`save`."""
        import faiss

        faiss.omp_set_num_threads(1)
        dense = cls()
        dense._index = faiss.read_index(str(path)) if path.stat().st_size else None
        return dense

    def save(self, path: Path) -> None:
        """Write the index; an empty index is an empty file."""
        if self._index is None:
            path.write_bytes(b"")
            return
        import faiss

        faiss.write_index(self._index, str(path))

    def keys(self) -> set[int]:
        """Return the passage keys that it holds."""
        import faiss

        return set() if self._index is None else set(faiss.vector_to_array(self._index.id_map).tolist())

    def __len__(self) -> int:
        return 0 if self._index is None else int(self._index.ntotal)

    def search(self, vectors: NDArray[np.float32], k: int) -> list[list[tuple[int, float]]]:
        """Return, for each row of ``vectors`` (n, dim), up to k (passage key, cosine), best first."""
        if self._index is None:
            return [[] for _ in vectors]
        scores, keys = self._index.search(np.ascontiguousarray(vectors, np.float32), min(k, len(self)))
        return [
            [(int(key), float(score)) for key, score in zip(ks, ss, strict=True) if key >= 0]
            for ks, ss in zip(keys, scores, strict=True)
        ]

    def cosines(self, keys: Sequence[int], vector: NDArray[np.float32]) -> list[float]:
        """Return the cosine of each passage of ``keys``, all held, with a unit vector of shape (dim,)."""
        if not keys:
            return []
        found: NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(keys, np.int64))
        return [float(cosine) for cosine in found @ vector]
