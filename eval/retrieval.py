"""Retrieval on public question sets, through the product's own ingestion, understanding of follow-ups and search.

Each document of a set is a file; passages that a search returns count for their document, the first of each. Two runs
are compared question by question by a paired bootstrap.
"""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import numpy as np

from eval.examples import EvalError
from eval.metrics import (
    bootstrap_interval,
    clustered,
    paired_bootstrap,
    percentile,
    pooled,
)
from eval.public import Query, doc_id, queries, write_documents
from eval.ranking import ndcg, recall_at, reciprocal_rank
from index.encode import Encoder
from index.report import Progress
from index.rerank import Reranked, Reranker
from index.retrieve import Index, Retriever
from index.sync import sync
from qa.answer import Turn
from qa.conversation import understand

DEPTH = 60  # passages retrieved; several may be of one document
METRICS: dict[str, Callable[[Sequence[str], frozenset[str]], float]] = {
    "ndcg@10": lambda ranked, gold: ndcg(ranked, gold, 10),
    "recall@3": lambda ranked, gold: recall_at(ranked, gold, 3),
    "recall@5": lambda ranked, gold: recall_at(ranked, gold, 5),
    "recall@10": lambda ranked, gold: recall_at(ranked, gold, 10),
    "mrr@10": lambda ranked, gold: reciprocal_rank(
        next((n for n, one in enumerate(ranked, 1) if one in gold), None), 10
    ),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions with its 95 % bootstrap interval over conversations."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Run:
    """One set: the figures, each question's own values and its conversation by its id; times in milliseconds."""

    name: str
    documents: int
    passages: int
    figures: dict[str, Figure]
    rows: dict[str, dict[str, float]]
    conversations: dict[str, str]
    median_ms: float


def evaluate(
    folder: Path, work: Path, encoder: Encoder, progress: Progress | None = None, reranker: Reranker | None = None
) -> Run:
    """Index a set below ``work`` (what is there already is kept) and search all its answerable questions.

    Raises:
        EvalError: the folder is no set.
    """
    asked = [query for query in queries(folder) if query.gold]
    if not asked:
        raise EvalError(f"{folder}: retrieval needs questions with gold documents, and this set has none")
    place = work / folder.name
    documents = write_documents(folder, place / "documents")
    sync([place / "documents"], place / "index", encoder, progress, wait=60)
    index = Index(place / "index", encoder)
    try:
        index.search("warm up", 1)
        retriever = Reranked(index, reranker) if reranker else index
        rows, times = {}, []
        for query in asked:
            begun = perf_counter()
            ranked = ranking(retriever, query)
            times.append(1e3 * (perf_counter() - begun))
            rows[query.id] = {name: metric(ranked, query.gold) for name, metric in METRICS.items()}
        passages = index.store.counts()[1]
    finally:
        index.store.close()
    conversations = {query.id: query.conversation for query in asked}
    figures = {}
    for name in METRICS:
        units = clustered([row[name] for row in rows.values()], list(conversations.values()))
        figures[name] = Figure(pooled(units), *bootstrap_interval(units, pooled))
    return Run(folder.name, documents, passages, figures, rows, conversations, percentile(times, 50))


def ranking(retriever: Retriever, query: Query) -> list[str]:
    """Return the ids of the documents that a question finds, best first, each once."""
    understood = understand(query.question, [Turn(*turn) for turn in query.history])
    hits = retriever.retrieve(understood.forms, DEPTH, understood.weights)
    return list(dict.fromkeys(doc_id(hit.passage.doc_id) for hit in hits))


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure changed between two runs, over the questions both asked; ``chance`` is the two-sided p-value."""

    before: float
    after: float
    low: float
    high: float
    chance: float


def compared(run: Run, before: Mapping[str, Mapping[str, float]]) -> dict[str, Difference]:
    """Return the differences of a run from the rows of an earlier one.

    Raises:
        EvalError: they share no question.
    """
    shared = [name for name in run.rows if name in before]
    if not shared:
        raise EvalError(f"two runs are compared over the questions both asked, and those on {run.name} share none")
    out = {}
    for metric in METRICS:
        old = np.array([before[name][metric] for name in shared])
        new = np.array([run.rows[name][metric] for name in shared])
        change = paired_bootstrap(new - old, [run.conversations[name] for name in shared])
        out[metric] = Difference(float(old.mean()), float(new.mean()), *change)
    return out


@dataclass(frozen=True, slots=True)
class Expected:
    """A score that a set is known to reach, and how far below it a run may lie (``eval/expected.toml``)."""

    metric: str
    score: float
    tolerance: float

    def holds(self, run: Run) -> bool:
        """Return whether a run reaches it."""
        return run.figures[self.metric].value >= self.score - self.tolerance


def expected(name: str) -> list[Expected]:
    """Return what ``eval/expected.toml`` says of a set."""
    rows = tomllib.loads((files("eval") / "expected.toml").read_text("utf-8"))["retrieval"]
    return [Expected(row["metric"], row["score"], row["tolerance"]) for row in rows if row["set"] == name]


def write(runs: Sequence[Run], path: Path, version: str, *, rows: bool = True) -> None:
    """Write runs as JSON, for people and, where it has the rows, for :func:`read`; what a clock says is left out."""
    without = {"median_ms"} if rows else {"median_ms", "rows", "conversations"}
    sets = {run.name: {key: value for key, value in asdict(run).items() if key not in without} for run in runs}
    path.write_text(json.dumps({"version": version, "sets": sets}, indent=1, sort_keys=True) + "\n", "utf-8")


def read(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return the rows of an earlier run, by set and question.

    Raises:
        EvalError: the file is none that :func:`write` wrote.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        return {name: one["rows"] for name, one in data["sets"].items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvalError(f"{path}: a run to compare with is a file that --json wrote; {error!r}") from error
