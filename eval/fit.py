"""Fits the constants of ``qa/weights.json`` on public question sets, through the product's own ingestion.

Ranking: a conditional logit over the sentences of each answerable question. Answerability: a logistic
regression on answerable questions, SQuAD 2.0's adversarial unanswerable ones, and questions asked of the
wrong collection. Both are then fitted again to the question sets that ship, held near their first constants by a
penalty (MAP adaptation; Chelba and Acero 2006), because headings, lists, tables and scopes hardly vary in the public
sets. All of it is small and convex: the same data gives the same constants on any machine.
"""

import gzip
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from index.encode import make_encoder
from index.retrieve import Index
from index.sync import sync
from qa.conversation import Asked
from qa.evidence import DEPTH, WEIGHTS, Scorer, summarise
from qa.features import NAMES

SETS = ("squad2", "qed", "xquad_en")
WRONG = {"answerable": False, "gold": []}
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question: features of its candidates (n, n_features), which hold the answer (n,), whether any does."""

    source: str
    question: str
    rows: Array
    gold: NDArray[np.bool_]
    answerable: bool


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def collect(data: Path, questions: int, report: Callable[[str], None]) -> list[Case]:
    """Index each public set in a folder of its own, ask its questions and measure the candidates."""
    encoder = make_encoder()
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as work:
        indexes = {}
        for name in SETS:
            folder = Path(work) / name
            folder.mkdir()
            for passage in lines(data / name / "corpus.jsonl.gz"):
                title = passage["title"].replace("_", " ")
                (folder / f"{passage['id']}.txt").write_text(f"Title: {title}\n\n{passage['text']}\n", "utf-8")
            sync([folder], Path(work) / f"{name}-index", encoder)
            indexes[name] = Index(Path(work) / f"{name}-index", encoder)
            report(f"{name}: {indexes[name].status().passages} passages")
        scorers = {name: Scorer(index) for name, index in indexes.items()}
        for n_set, name in enumerate(SETS):
            asked = lines(data / name / "queries.jsonl.gz")
            random.Random(0).shuffle(asked)
            other = SETS[(n_set + 1) % len(SETS)]
            for n, query in enumerate(asked[:questions]):
                cases.append(_case(name, query, indexes[name], scorers[name]))
                if n % 8 == 0:  # the wrong collection: nothing there answers
                    cases.append(_case(f"{name}-at-{other}", query | WRONG, indexes[other], scorers[other]))
            report(f"{name}: measured")
    return [c for c in cases if len(c.rows)]


def _case(source: str, query: dict[str, Any], index: Index, scorer: Scorer) -> Case:
    """Return what one question finds in one index."""
    question = query["question"]
    asked = Asked(question, question, (question,), (1.0,))
    hits = index.retrieve([question], DEPTH)
    wanted = {f"{g['id']}.txt": _norm(g["quote"]) for g in query.get("gold", ())} if query["answerable"] else {}
    citations, rows = scorer.measure(asked, hits)
    gold = np.array([_holds(_norm(c.quote), wanted.get(c.passage.doc_id, "")) for c in citations], bool)
    return Case(source, question, rows, gold, query["answerable"])


def _norm(text: str) -> str:
    return " ".join(text.split())


def _holds(sentence: str, quote: str) -> bool:
    return bool(quote) and (quote in sentence or (len(quote) > 40 and sentence in quote))


def fit_ranking(cases: Sequence[Case], mean: Array, scale: Array, penalty: float = 60.0) -> Array:
    """Return weights (n_features,) that maximise the chance of drawing a sentence with the answer."""
    usable = [((c.rows - mean) / scale, c.gold) for c in cases if c.gold.any()]

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = penalty * float(weights @ weights), 2 * penalty * weights
        for rows, gold in usable:
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            right = np.where(gold, chances, 0.0)
            total -= float(np.log(right.sum() / chances.sum()))
            slope = slope + rows.T @ (chances / chances.sum() - right / right.sum())
        return total, slope

    return np.asarray(minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x)


def fit_answerable(summaries: Array, answerable: NDArray[np.bool_], weight: Array, penalty: float = 10.0) -> Array:
    """Return logistic weights, the intercept last, over standardised summaries (n, n_summary)."""
    design = np.hstack([summaries, np.ones((len(summaries), 1))])
    signs = np.where(answerable, 1.0, -1.0)

    def loss(w: Array) -> tuple[float, Array]:
        margin = signs * (design @ w)
        held = np.append(w[:-1], 0.0)
        total = float((weight * np.logaddexp(0, -margin)).sum() + penalty * held @ held)
        slope = -(design.T @ (weight * signs / (1 + np.exp(margin)))) + 2 * penalty * held
        return total, slope

    return np.asarray(minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x)


def fit(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the constants in the form of ``weights.json``."""
    every = np.vstack([c.rows for c in cases])
    mean, scale = every.mean(0), _spread(every)
    rank = fit_ranking(cases, mean, scale)
    summaries = np.stack([summary(c, mean, scale, rank) for c in cases])
    centre, spread = summaries.mean(0), _spread(summaries)
    answerable = np.array([c.answerable for c in cases])
    balance = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    w = fit_answerable((summaries - centre) / spread, answerable, balance)
    return {
        "features": list(NAMES), "mean": _round(mean), "scale": _round(scale), "rank": _round(rank),
        "answerable": _round(w[:-1]), "answerable_mean": _round(centre), "answerable_scale": _round(spread),
        "intercept": round(float(w[-1]), 5),
    }  # fmt: skip


def summary(case: Case, mean: Array, scale: Array, rank: Array) -> Array:
    """Return the summary of a case under ranking weights."""
    scores = ((case.rows - mean) / scale) @ rank
    order = np.argsort(-scores, kind="stable")
    return summarise(scores[order], case.rows[order])


def _spread(values: Array) -> Array:
    """Return standard deviations by column; 1 for a feature that hardly varies, which then keeps no weight."""
    found = values.std(0)
    return np.where(found < 0.01, 1.0, found)


def _round(values: Array) -> list[float]:
    return [round(float(v), 5) for v in values]


def top(cases: Sequence[Case], constants: dict[str, Any], k: int) -> float:
    """Return the share of answerable questions with the answer among the best ``k`` sentences."""
    mean, scale, rank = (np.asarray(constants[f]) for f in ("mean", "scale", "rank"))
    found = [
        c.gold[np.argsort(-(((c.rows - mean) / scale) @ rank), kind="stable")[:k]].any() for c in cases if c.answerable
    ]
    return float(np.mean(found))


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder of public sets, as eval/README.md describes.")],
    questions: Annotated[int, typer.Option("--questions", help="Questions of each set.")] = 500,
    out: Annotated[Path, typer.Option("--out", help="Where the constants go.")] = WEIGHTS,
) -> None:
    """Fit the constants that rank evidence and decide on abstention (about ten minutes on two cores)."""
    cases = collect(data, questions, lambda line: typer.echo(line, err=True))
    constants = fit(cases)
    out.write_text(json.dumps(constants, indent=1) + "\n", "utf-8")
    for k in (1, 2, 3):
        typer.echo(f"answer among the best {k}: {top(cases, constants, k):.3f}")
    typer.echo(f"answer among the candidates: {np.mean([c.gold.any() for c in cases if c.answerable]):.3f}")


if __name__ == "__main__":
    typer.run(main)
