"""Fits the constants of ``qa/weights.json`` on public question sets, through the product's own ingestion.

Ranking: a conditional logit over the sentences of each answerable question. Answerability: a logistic
regression on answerable questions, SQuAD 2.0's adversarial unanswerable ones, and questions asked of the
wrong collection. Both are then fitted again to the practice collections that the cross-encoder has not seen, held
near their first constants by a penalty (MAP adaptation; Chelba and Acero 2006), because headings, lists, tables and
scopes hardly vary in the public sets. The sets that ship are only measured. All of it is small and convex: the same
data gives the same constants on any machine.
"""

import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.cross_data import is_held_out
from eval.examples import Example, read
from eval.metrics import auroc
from eval.practice_data import holds, indexed, spans_of, unseen
from eval.public import objects
from eval.shipped import SETS as SHIPPED
from eval.shipped import documents
from eval.shipped import questions as question_file
from index.encode import make_encoder
from index.retrieve import Index
from index.sync import sync
from qa.answer import Turn
from qa.conversation import Asked, understand
from qa.evidence import DEPTH, WEIGHTS, Scorer, summarise
from qa.features import NAMES
from qa.question import kind

SETS = ("squad2", "qed", "xquad_en")
ADAPT_RANKING, ADAPT_ANSWERABLE = 8.0, 8.0  # penalties on leaving the constants of the public sets, by cross-validation
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


def collect(data: Path, questions: int, report: Callable[[str], None]) -> list[Case]:
    """Index each public set in a folder of its own, ask its questions and measure the candidates."""
    encoder = make_encoder()
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as work:
        indexes = {}
        for name in SETS:
            folder = Path(work) / name
            folder.mkdir()
            for passage in objects(data / name / "corpus.jsonl.gz"):
                title = passage["title"].replace("_", " ")
                (folder / f"{passage['id']}.txt").write_text(f"Title: {title}\n\n{passage['text']}\n", "utf-8")
            sync([folder], Path(work) / f"{name}-index", encoder)
            indexes[name] = Index(Path(work) / f"{name}-index", encoder)
            report(f"{name}: {indexes[name].status().passages} passages")
        scorers = {name: Scorer(index) for name, index in indexes.items()}
        for n_set, name in enumerate(SETS):
            asked = objects(data / name / "queries.jsonl.gz")
            random.Random(0).shuffle(asked)
            asked = [q for q in asked if _held_out(q, indexes[name])]  # the cross-encoder has not seen them
            other = SETS[(n_set + 1) % len(SETS)]
            for n, query in enumerate(asked[:questions]):
                cases.append(_case(name, query, indexes[name], scorers[name]))
                if n % 8 == 0:  # the wrong collection: nothing there answers
                    cases.append(_case(f"{name}-at-{other}", query | WRONG, indexes[other], scorers[other]))
            report(f"{name}: measured")
    return [c for c in cases if len(c.rows)]


def _held_out(query: dict[str, Any], index: Index) -> bool:
    """Return whether a question is of the titles that the cross-encoder was not trained on."""
    hits = index.retrieve([query["question"]], 1)
    return bool(hits) and is_held_out(hits[0].title)


def _case(source: str, query: dict[str, Any], index: Index, scorer: Scorer) -> Case:
    """Return what one question finds in one index."""
    question = query["question"]
    asked = Asked(question, question, (question,), (1.0,))
    hits = index.retrieve([question], DEPTH)
    wanted = {f"{g['id']}.txt": _norm(g["quote"]) for g in query.get("gold", ())} if query["answerable"] else {}
    citations, rows = scorer.measure(asked, hits)
    gold = np.array([_holds(_norm(c.quote), wanted.get(c.passage.doc_id, "")) for c in citations], bool)
    return Case(source, question, rows, gold, query["answerable"])


def practised(report: Callable[[str], None]) -> list[Case]:
    """Ask the practice questions that the cross-encoder was not trained on and measure the candidates."""
    every = unseen()
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as work:
        indexes = [indexed(one, Path(work)) for one in every]
        scorers = [Scorer(index) for index in indexes]
        for n, one in enumerate(every):
            for place, example in enumerate(one.questions):
                cases.append(_own(one.name, example, indexes[n], scorers[n]))
                if place % 4 == 0:  # the documents of another collection: nothing there answers
                    elsewhere = replace(example, type="unanswerable", gold=())
                    cases.append(_own(f"{one.name}-elsewhere", elsewhere, indexes[n - 1], scorers[n - 1]))
            report(f"{one.name}: measured")
    return [c for c in cases if len(c.rows)]


def shipped(report: Callable[[str], None]) -> list[Case]:
    """Ask the question sets that ship of their own documents and measure the candidates."""
    encoder = make_encoder()
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as work:
        indexes = {}
        for name in SHIPPED:
            sync([documents(question_file(name))], Path(work) / name, encoder)
            indexes[name] = Index(Path(work) / name, encoder)
        scorers = {name: Scorer(index) for name, index in indexes.items()}
        for name, other in zip(SHIPPED, reversed(SHIPPED), strict=True):
            for n, example in enumerate(read(question_file(name))):
                cases.append(_own(name, example, indexes[name], scorers[name]))
                if n % 4 == 0 and not example.history:  # the other documents: nothing there answers
                    elsewhere = replace(example, type="unanswerable", gold=())
                    cases.append(_own(f"{name}-at-{other}", elsewhere, indexes[other], scorers[other]))
            report(f"{name}: measured")
    return [c for c in cases if len(c.rows)]


def _own(source: str, example: Example, index: Index, scorer: Scorer) -> Case:
    """Return what one question of a set that ships finds in one index."""
    asked = understand(example.question, [Turn(*turn) for turn in example.history])
    citations, rows = scorer.measure(asked, index.retrieve(asked.forms, DEPTH, asked.weights))
    spans = spans_of(example, index)
    held = [holds(c.passage.doc_id, c.start, c.end, spans) for c in citations]
    return Case(source, asked.full, rows, np.array(held, bool), example.answerable)


def _norm(text: str) -> str:
    return " ".join(text.split())


def _holds(sentence: str, quote: str) -> bool:
    return bool(quote) and (quote in sentence or (len(quote) > 40 and sentence in quote))


def fit_ranking(
    cases: Sequence[Case], mean: Array, scale: Array, penalty: float = 60.0, first: Array | None = None
) -> Array:
    """Return weights (n_features,) that make a sentence with the answer likeliest, held near ``first``."""
    start = np.zeros(len(NAMES)) if first is None else first
    usable = [((c.rows - mean) / scale, c.gold) for c in cases if c.gold.any()]

    def loss(weights: Array) -> tuple[float, Array]:
        moved = weights - start
        total, slope = penalty * float(moved @ moved), 2 * penalty * moved
        for rows, gold in usable:
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            right = np.where(gold, chances, 0.0)
            total -= float(np.log(right.sum() / chances.sum()))
            slope = slope + rows.T @ (chances / chances.sum() - right / right.sum())
        return total, slope

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def fit_answerable(
    summaries: Array,
    answerable: NDArray[np.bool_],
    penalty: float = 10.0,
    first: Array | None = None,
) -> Array:
    """Return logistic weights, the intercept last, over standardised summaries (n, n_summary), held near ``first``.

    Both classes count alike, however many questions they have.
    """
    start = np.zeros(summaries.shape[1] + 1) if first is None else first
    weight = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    design = np.hstack([summaries, np.ones((len(summaries), 1))])
    signs = np.where(answerable, 1.0, -1.0)

    def loss(w: Array) -> tuple[float, Array]:
        margin = signs * (design @ w)
        held = np.append((w - start)[:-1], 0.0)
        total = float((weight * np.logaddexp(0, -margin)).sum() + penalty * held @ held)
        slope = -(design.T @ (weight * signs / (1 + np.exp(margin)))) + 2 * penalty * held
        return total, slope

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def fit(public: Sequence[Case], own: Sequence[Case]) -> dict[str, Any]:
    """Return the constants in the form of ``weights.json``: those of the public sets, adapted to ``own``."""
    every = np.vstack([c.rows for c in public])
    mean, scale = np.nanmean(every, 0), _spread(every)
    public, own = ([replace(c, rows=_filled(c.rows, mean)) for c in cases] for cases in (public, own))
    rank = fit_ranking(public, mean, scale)
    summaries = np.stack([summary(c, mean, scale, rank) for c in public])
    centre, spread = summaries.mean(0), _spread(summaries)
    w = fit_answerable((summaries - centre) / spread, np.array([c.answerable for c in public]))
    if own:
        rank = fit_ranking(own, mean, scale, ADAPT_RANKING, rank)
        summaries = np.stack([summary(c, mean, scale, rank) for c in own])
        w = fit_answerable((summaries - centre) / spread, np.array([c.answerable for c in own]), ADAPT_ANSWERABLE, w)
    return {
        "features": list(NAMES), "mean": _round(mean), "scale": _round(scale), "rank": _round(rank),
        "answerable": _round(w[:-1]), "answerable_mean": _round(centre), "answerable_scale": _round(spread),
        "intercept": round(float(w[-1]), 5),
    }  # fmt: skip


def cross_validated(public: Sequence[Case], own: Sequence[Case], folds: int = 5) -> dict[str, float]:
    """Return figures of ``own``, each question judged by constants that were fitted without its collection."""
    judged: list[tuple[Case, dict[str, Any]]] = []
    names = sorted({c.source.removesuffix("-elsewhere") for c in own})
    for fold in range(folds):
        out = {f"{name}{end}" for name in names[fold::folds] for end in ("", "-elsewhere")}
        constants = fit(public, [c for c in own if c.source not in out])
        judged += [(c, constants) for c in own if c.source in out]
    return figures(judged)


def figures(judged: Sequence[tuple[Case, dict[str, Any]]]) -> dict[str, float]:
    """Return how often the best sentences answer, and AUROC of the chance of an answer; cases with their constants."""
    chances: tuple[list[float], list[float]] = ([], [])
    for case, constants in judged:
        chances[case.answerable].append(chance(case, constants))
    found = {
        f"best {k}": float(np.mean([top([case], constants, k) for case, constants in judged if case.answerable]))
        for k in (1, 3)
    }
    return found | {"AUROC": auroc(chances[True], chances[False])}


def chance(case: Case, constants: dict[str, Any]) -> float:
    """Return the logit of the chance that a question is answered."""
    mean, scale, rank, centre, spread, w = (
        np.asarray(constants[f]) for f in ("mean", "scale", "rank", "answerable_mean", "answerable_scale", "answerable")
    )
    return float(((summary(case, mean, scale, rank) - centre) / spread) @ w + constants["intercept"])


def summary(case: Case, mean: Array, scale: Array, rank: Array) -> Array:
    """Return the summary of a case under ranking weights."""
    rows = _filled(case.rows, mean)
    scores = ((rows - mean) / scale) @ rank
    order = np.argsort(-scores, kind="stable")
    return summarise(scores[order], rows[order], kind(case.question))


def _spread(values: Array) -> Array:
    """Return standard deviations by column; 1 for a feature that hardly varies, which then keeps no weight."""
    found = np.nanstd(values, 0)
    return np.where(found < 0.01, 1.0, found)


def _filled(rows: Array, mean: Array) -> Array:
    """Return features with what is not known at its mean, as the product has it."""
    return np.where(np.isnan(rows), mean, rows)


def _round(values: Array) -> list[float]:
    return [round(float(v), 5) for v in values]


def top(cases: Sequence[Case], constants: dict[str, Any], k: int) -> float:
    """Return the share of answerable questions with the answer among the best ``k`` sentences."""
    mean, scale, rank = (np.asarray(constants[f]) for f in ("mean", "scale", "rank"))
    found = [
        c.gold[np.argsort(-(((_filled(c.rows, mean) - mean) / scale) @ rank), kind="stable")[:k]].any()
        for c in cases
        if c.answerable
    ]
    return float(np.mean(found))


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder of public sets, as eval/README.md describes.")],
    questions: Annotated[int, typer.Option("--questions", help="Questions of each set.")] = 500,
    out: Annotated[Path, typer.Option("--out", help="Where the constants go.")] = WEIGHTS,
) -> None:
    """Fit the constants that rank evidence and decide on abstention (about ten minutes on two cores)."""
    cases = collect(data, questions, lambda line: typer.echo(line, err=True))
    own = practised(lambda line: typer.echo(line, err=True))
    for name, value in cross_validated(cases, own).items():
        typer.echo(f"practice, each collection held out: {name} {value:.3f}")
    constants = fit(cases, own)
    ships = shipped(lambda line: typer.echo(line, err=True))
    for name, value in figures([(case, constants) for case in ships]).items():
        typer.echo(f"sets that ship, not fitted on: {name} {value:.3f}")
    out.write_text(json.dumps(constants, indent=1) + "\n", "utf-8")
    for k in (1, 2, 3):
        typer.echo(f"answer among the best {k}: {top(cases, constants, k):.3f}")
    typer.echo(f"answer among the candidates: {np.mean([c.gold.any() for c in cases if c.answerable]):.3f}")


if __name__ == "__main__":
    typer.run(main)
