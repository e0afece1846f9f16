"""Which form the vectors take, by their number: exact up to ``EXACT_UP_TO``, above it an inverted file.

An inverted file is trained on a bounded sample, and its recall@10 is measured: queries are vectors of the store moved
as far as a question stands from its answer, the truth is every vector of the store, and what is counted is what a
search returns, whose scores the store makes exact. ``nprobe`` is raised until that recall is kept. Vectors come
and go without training; once a tenth has changed it is measured again, and it is made anew where the recall would
cost more than twice the lists, or where twice or half as many vectors are held as when it was trained.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.dense import DEPTH, Dense, Tuning
from index.store import Store

EXACT_UP_TO = 200_000  # vectors: an exact search of 384 components takes 10 ms and 155 MB there
RECALL, K = 0.97, 10  # what is kept: of the nearest 10, this share is found
_MARGIN = 0.005  # a sample of _QUERIES is that unsure (one standard error at .97)
_QUERIES = 256
_COSINE = 0.5  # of a query with the vector it was made from; that of real questions with the nearest passage: .54
_OTHERS = 2048  # vectors whose covariance a query is moved by
_SAMPLE = 32  # vectors a list that are trained on
_DRIFT = 0.1  # share of vectors that may change before recall is measured again
_STEP = 1.25  # by which nprobe is raised
_SLACK = 1e-5  # two sums of one product differ by that much


def build(store: Store) -> Dense:
    """Return all vectors of a store in the form that their number asks for; few of them in memory at a time."""
    keys = store.keys()
    if len(keys) <= EXACT_UP_TO:
        dense = Dense()
        for some, vectors in store.vectors():
            dense.add(some, vectors)
        return dense
    chance = np.random.default_rng(0)
    lists = 2 ** round(math.log2(4 * math.sqrt(len(keys))))  # faiss's guidelines: 4 to 16 times the root
    dense = Dense.inverted(lists, _sampled(store, keys, _SAMPLE * lists, chance))
    dense.tuning = Tuning(1, 0.0, len(keys))
    queries = _queries(store, keys, chance)
    least = tenth(queries, _added(dense, store))
    tuned = _tuned(dense, store, queries, least, lists)
    dense.tuning = replace(tuned, first=tuned.nprobe)
    return dense


def update(dense: Dense, store: Store, added: NDArray[np.int64], removed: NDArray[np.int64]) -> bool:
    """Take vectors out and put those of the store in; False where all have to be made anew instead."""
    count = len(dense) - len(removed) + len(added)
    tuning = dense.tuning
    if count > EXACT_UP_TO if tuning is None else not tuning.trained / 2 <= count <= tuning.trained * 2:
        return False
    dense.remove(removed)
    for keys, vectors in store.vectors(added.tolist()):
        dense.add(keys, vectors)
    if tuning is None:
        return True
    dense.tuning = tuning = replace(tuning, changed=tuning.changed + len(added) + len(removed))
    if tuning.changed <= _DRIFT * count:
        return True
    queries = _queries(store, store.keys(), np.random.default_rng(0))
    least = tenth(queries, (vectors for _, vectors in store.vectors()))
    dense.tuning = tuning = _tuned(dense, store, queries, least, 2 * tuning.first)
    return tuning.recall >= RECALL


def describe(count: int, lists: int, tuning: Tuning | None) -> str:
    """Return one line on what is searched, and how.

    >>> describe(250_000, 2048, Tuning(64, 0.981, 250_000))
    'IVF2048 SQ8, nprobe 64, recall@10 .981 measured, 250,000 vectors'
    """
    if tuning is None:
        return f"exact, {count:,} vectors"
    since = f", {tuning.changed:,} changed since" if tuning.changed else ""
    recall = f"{tuning.recall:.3f}".removeprefix("0")
    return f"IVF{lists} SQ8, nprobe {tuning.nprobe}, recall@{K} {recall} measured{since}, {count:,} vectors"


def _sampled(store: Store, keys: NDArray[np.int64], count: int, chance: np.random.Generator) -> NDArray[np.float32]:
    """Return the vectors of up to ``count`` passages drawn without replacement."""
    drawn = chance.choice(keys, min(count, len(keys)), replace=False)
    return np.concatenate([vectors for _, vectors in store.vectors(drawn.tolist())])


def _queries(store: Store, keys: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.float32]:
    """Return unit vectors at a cosine of about ``_COSINE`` from vectors of the store, shape (_QUERIES, dim).

    What moves them is drawn with the covariance of the store's vectors, as what parts a question from its answer is
    made of meanings too. Noise alike in all directions is far too easy a question: an inverted file of 250,000 vectors
    that found .986 for it found .70 for real questions; for these it finds what it does for real ones, or less.
    """
    near = _sampled(store, keys, _QUERIES, chance)
    others = _sampled(store, keys, _OTHERS, chance)
    noise = chance.standard_normal((len(near), len(others)), np.float32) @ (others - others.mean(axis=0))
    return _unit(near + _unit(noise) * np.float32(math.sqrt(1 / _COSINE**2 - 1)))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return unit


def _added(dense: Dense, store: Store) -> Iterator[NDArray[np.float32]]:
    """Add every vector of a store, yielding them a block at a time."""
    for keys, vectors in store.vectors():
        dense.add(keys, vectors)
        yield vectors


def tenth(queries: NDArray[np.float32], blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the cosine of each query's K-th nearest among all vectors, shape (queries,)."""
    best = np.full((len(queries), K), -1.0, np.float32)
    for vectors in blocks:
        every = np.concatenate([best, queries @ vectors.T], axis=1)
        best = np.partition(every, -K, axis=1)[:, -K:]
    least: NDArray[np.float32] = best.min(axis=1)
    return least


def _tuned(dense: Dense, store: Store, queries: NDArray[np.float32], least: NDArray[np.float32], most: int) -> Tuning:
    """Return the least ``nprobe`` from the present one to ``most`` that keeps the recall, and what it was there."""
    assert dense.tuning is not None
    nprobe = dense.tuning.nprobe
    while True:
        dense.tuning = replace(dense.tuning, nprobe=min(nprobe, dense.lists), changed=0)
        recall = measured(dense, store, queries, least)
        if recall >= RECALL + _MARGIN or nprobe >= min(most, dense.lists):
            return replace(dense.tuning, recall=recall)
        nprobe = min(math.ceil(nprobe * _STEP), most)


def measured(dense: Dense, store: Store, queries: NDArray[np.float32], least: NDArray[np.float32]) -> float:
    """Return recall@10 in [0, 1]: how many of the best that a search returns are at least as near as the 10th nearest.

    ``queries`` are unit vectors of shape (n, dim), ``least`` the cosines of their 10th nearest, shape (n,).
    """
    found = 0
    for query, hits, bound in zip(queries, dense.search(queries, DEPTH), least, strict=True):
        cosines = sorted(store.cosines([key for key, _ in hits], query).values())[-K:]
        found += sum(cosine >= bound - _SLACK for cosine in cosines)
    return float(found) / (K * len(queries))
