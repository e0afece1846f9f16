"""Nearest neighbours by faiss: inner product over unit vectors, keyed by passage; exact, or an inverted file.

Exact: every vector, in 16 bits as the store keeps them. Inverted file: vectors in lists by their nearest centroid, of
which a search reads ``nprobe``, with 8 bits a component (Jégou, Douze and Schmid, "Product Quantization for Nearest
Neighbor Search", TPAMI 2011; the scalar quantiser is faiss's). ``index.inverted`` says which, and sets ``nprobe``.

The only module that imports faiss. faiss is kept to one thread: where torch is loaded in the same process,
two OpenMP runtimes can crash each other on macOS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.choice import Choice

if TYPE_CHECKING:
    import faiss

DEPTH = 100  # how many passages a search asks for, before scores are made exact and joined
_ITERATIONS = 8  # of k-means: more moved recall at one nprobe by less than .002


@dataclass(frozen=True, slots=True)
class Tuning:
    """How an inverted file is searched, and what was measured of it.

    ``trained``: vectors held when its centroids were trained, ``first``: what ``nprobe`` was then; ``recall``:
    recall@10 in [0, 1] at ``nprobe`` lists searched, when last measured; ``changed``: vectors added and removed since.
    """

    nprobe: int
    recall: float
    trained: int
    changed: int = 0
    first: int = 1


class Dense:
    """A faiss index with passage keys; derived from the store, never the truth. It is exact where it has no tuning."""

    def __init__(self) -> None:
        self._index: Any = None
        self._tuning: Tuning | None = None

    @classmethod
    def inverted(cls, lists: int, sample: NDArray[np.float32]) -> "Dense":
        """Return an empty inverted file of that many lists, trained on vectors of shape (n, dim), n >= lists."""
        import faiss

        faiss.omp_set_num_threads(1)
        dim = sample.shape[1]
        quantizer = faiss.IndexFlatIP(dim)
        index = faiss.IndexIVFScalarQuantizer(
            quantizer, dim, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.cp.niter, index.cp.min_points_per_centroid = _ITERATIONS, 1  # the caller chose the sample
        index.train(np.ascontiguousarray(sample, np.float32))
        dense = cls()
        dense._index = index
        dense.tuning = Tuning(1, 0.0, 0)
        return dense

    @property
    def tuning(self) -> Tuning | None:
        """How it is searched, where it is an inverted file."""
        return self._tuning

    @tuning.setter
    def tuning(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._index.nprobe = tuning.nprobe

    @property
    def lists(self) -> int:
        """The number of an inverted file's lists."""
        return int(self._index.nlist) if self._tuning else 0

    def add(self, keys: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape (n, dim) under their passage keys."""
        import faiss

        faiss.omp_set_num_threads(1)
        if self._index is None:
            half = faiss.ScalarQuantizer.QT_fp16
            flat = faiss.IndexScalarQuantizer(vectors.shape[1], half, faiss.METRIC_INNER_PRODUCT)
            self._index = faiss.IndexIDMap(flat)
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(keys, np.int64))

    def remove(self, keys: NDArray[np.int64]) -> None:
        """Take vectors out, and their bytes out of what :meth:`save` writes; not after ``load(mapped=True)``."""
        if self._index is not None:
            self._index.remove_ids(np.ascontiguousarray(keys, np.int64))

    @classmethod
    def load(cls, path: Path, tuning: Tuning | None = None, *, mapped: bool = True) -> "Dense":
        """Read a file written by :meth:`save`; mapped, it is opened at once, and cannot be changed."""
        import faiss

        faiss.omp_set_num_threads(1)
        dense = cls()
        if path.stat().st_size:
            dense._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0)
        if tuning:
            dense.tuning = tuning
        return dense

    def save(self, path: Path) -> None:
        """Write the index, whole or not at all; an empty index is an empty file."""
        part = path.with_name(f"{path.name}.tmp")  # whoever has mapped an older file of this name keeps that one
        if not len(self):
            part.write_bytes(b"")
        else:
            import faiss

            faiss.write_index(self._index, str(part))
        part.replace(path)

    def keys(self) -> NDArray[np.int64]:
        """Return the passage keys that it holds, ascending, shape (n,)."""
        import faiss

        if self._index is None:
            return np.zeros(0, np.int64)
        if self._tuning is None:
            return np.sort(faiss.vector_to_array(self._index.id_map))
        lists = self._index.invlists
        held = [
            faiss.rev_swig_ptr(lists.get_ids(i), lists.list_size(i)) for i in range(self.lists) if lists.list_size(i)
        ]
        return np.sort(np.concatenate([*held, np.zeros(0, np.int64)]))

    def __len__(self) -> int:
        return 0 if self._index is None else int(self._index.ntotal)

    def search(
        self, vectors: NDArray[np.float32], k: int, choice: Choice | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return, for each row of ``vectors`` (n, dim), up to k (passage key, cosine), best first.

        Cosines of an inverted file are those of its 8 bits; the store has the exact ones. What a choice allows is
        looked for in every list.
        """
        if not len(self):
            return [[] for _ in vectors]
        k = min(k, len(self))
        scores, keys = self._index.search(
            np.ascontiguousarray(vectors, np.float32), k, params=self._parameters(choice) if choice else None
        )
        return [
            [(int(key), float(score)) for key, score in zip(ks, ss, strict=True) if key >= 0]
            for ks, ss in zip(keys, scores, strict=True)
        ]

    def _parameters(self, choice: Choice) -> "faiss.SearchParameters":
        """Return what has faiss pass over the vectors that a choice does not allow."""
        import faiss

        chosen = faiss.IDSelectorBatch(choice.keys)
        allowed = faiss.IDSelectorNot(chosen) if choice.but else chosen
        if self._tuning is None:
            parameters = faiss.SearchParameters()
        else:
            parameters = faiss.SearchParametersIVF()
            parameters.nprobe = self._tuning.nprobe if choice.but else self.lists
        parameters.sel = allowed
        return parameters
