"""Reranking: a cross-encoder reads question and passage together and orders anew what the search found.

A cross-encoder (Nogueira and Cho, "Passage Re-ranking with BERT", 2019) sees every word of both at once, which vectors
made apart cannot, at the price of one pass of the model a passage. So it reads the best few of a search only: ``POOL``.
None is in use by default; any sentence-transformers cross-encoder by the folder of its files.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ReaderError
from index.entry import entry
from index.hit import Hit
from index.retrieve import Retriever

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

POOL = 50  # passages that are read again where no more are asked for
WINDOW = 512  # most tokens of a question and a passage together; a passage has at most 256 of the default encoder's
BATCH = 16
_HEADS = ("ForSequenceClassification", "ForCausalLM")  # what ends the name of a model that scores pairs


class Reranker(Protocol):
    """Scores passages for a question."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each passage answers, shape (n,); higher is better, comparable within one call only."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder, loaded at the first use. Needs the extra `models`; downloads nothing."""

    def __init__(self, folder: Path) -> None:
        """Name a model.

        Raises:
            ReaderError: the folder holds no model that scores pairs of texts.
        """
        self.folder = folder
        self._lock = Lock()  # a fast tokenizer must not be borrowed by two threads at once
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            (architecture, *_) = config["architectures"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ReaderError(
                f"a reranker is the folder of a cross-encoder, with a config.json that names its architecture; "
                f"{str(folder)!r} has none; fetch one with `qa pull cross-encoder/ms-marco-MiniLM-L6-v2`"
            ) from error
        if not str(architecture).endswith(_HEADS):  # it would be given a head of random weights
            raise ReaderError(
                f"a reranker is a model that scores a pair of texts, and {str(folder)!r} is a {architecture}; "
                "fetch one with `qa pull cross-encoder/ms-marco-MiniLM-L6-v2`"
            )

    @cached_property
    def _model(self) -> "CrossEncoder":
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            from huggingface_hub.utils.tqdm import disable_progress_bars

            disable_progress_bars()  # before transformers is imported, which asks this once
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise ReaderError(
                "a reranker needs sentence-transformers; run `pip install 'grounded-qa[models]'`, or leave it out"
            ) from error
        try:
            model: CrossEncoder = CrossEncoder(str(self.folder), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            told = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
            raise ReaderError(
                f"the reranker in {str(self.folder)!r} could not be loaded ({told}); delete the folder and fetch the "
                "model again with `qa pull`"
            ) from error
        if model.num_labels != 1:
            raise ReaderError(
                f"a reranker gives a pair of texts one score, and the model in {str(self.folder)!r} gives "
                f"{model.num_labels}; fetch one with `qa pull cross-encoder/ms-marco-MiniLM-L6-v2`"
            )
        model.max_seq_length = min(model.max_seq_length or WINDOW, WINDOW)
        return model

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return the model's logits, shape (n,): a sigmoid would make the best ones equal.

        Raises:
            ReaderError: the model cannot be loaded, or gives more than one score a pair.
        """
        if not passages:
            return np.zeros(0, np.float32)
        with self._lock:
            rows = self._model.predict(
                [(question, passage) for passage in passages],
                batch_size=BATCH,
                show_progress_bar=False,
                activation_fn=lambda logits: logits,
            )
        return np.asarray(rows, np.float32)


class Reranked:
    """A retriever whose best hits a reranker has put in order."""

    def __init__(self, retriever: Retriever, reranker: Reranker, pool: int = POOL) -> None:
        self._retriever = retriever
        self._reranker = reranker
        self._pool = pool

    def retrieve(self, queries: Sequence[str], k: int, weights: Sequence[float] = ()) -> list[Hit]:
        """Return up to ``k`` hits, best first, of the ``pool`` that the search finds, or ``k`` where that is more.

        A question in several forms has the weighted mean of their scores. Equal scores keep the search's order;
        ``legs`` tell its rank there too.
        """
        hits = self._retriever.retrieve(queries, max(k, self._pool), weights)
        texts = [entry(hit.passage, hit.title) for hit in hits]
        asked = [
            (query, weight) for query, weight in zip(queries, weights or [1.0] * len(queries), strict=True) if weight
        ]
        rows = np.array([self._reranker.scores(query, texts) for query, _ in asked])  # (n_forms, n_hits)
        scores = np.average(rows, axis=0, weights=[weight for _, weight in asked])
        order = np.argsort(-scores, kind="stable")
        return [
            replace(hits[n], score=float(scores[n]), legs=(*hits[n].legs, ("search", int(n) + 1))) for n in order[:k]
        ]
