"""Fits the logistic weights of ``qa.verify`` on SciFact (Wadden et al. 2020) and scores them on held-out claims.

A claim with its supporting rationale is supported. It is not by a rationale that contradicts it, nor by the
two other sentences of the same abstract that look most like it. Folds are by claim.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from corpus.sentences import sentences
from eval.fit import fit_answerable, lines
from eval.metrics import auroc
from index.encode import make_encoder
from index.words import terms
from qa.verify import disagreements, measure

Pair = tuple[str, str, bool, int]  # claim, evidence, supported, number of the claim
FOLDS = 5
DROPPED = 0.8  # share of unsupported pairs to drop: a wrong sentence costs more than a lost one


def pairs(data: Path) -> list[Pair]:
    """Return labelled (claim, evidence) pairs from the public set."""
    abstracts = {d["id"]: d["text"] for d in lines(data / "scifact" / "corpus.jsonl.gz")}
    found: list[Pair] = []
    for n, query in enumerate(lines(data / "scifact" / "queries.jsonl.gz")):
        if query.get("label") not in ("SUPPORT", "CONTRADICT"):
            continue
        for gold in query["gold"]:
            quotes = gold.get("quotes") or [gold.get("quote")]
            if not all(quotes):
                continue
            claim, evidence = query["question"], " ".join(quotes)
            found.append((claim, evidence, query["label"] == "SUPPORT", n))
            text = abstracts[gold["id"]]
            others = [text[u.start : u.end] for u in sentences(text)]
            others = [o for o in others if o not in evidence]
            wanted = set(terms(claim))
            others.sort(key=lambda o: -len(wanted & set(terms(o))))
            found += [(claim, other, False, n) for other in others[:2]]
    return found


def fit(data: Path, report: Callable[[str], None]) -> dict[str, Any]:
    """Return ``{"weights", "intercept", "auroc", "balanced_accuracy", ...}``; the scores on held-out folds."""
    found = pairs(data)
    encoder = make_encoder()
    views = encoder.encode_tokens([t for p in found for t in p[:2]])
    rows = np.array([measure(p[0], p[1], views[2 * i], views[2 * i + 1]) for i, p in enumerate(found)])
    gold = np.array([p[2] for p in found])
    fold = np.array([p[3] for p in found])
    order = sorted(set(fold.tolist()))
    random.Random(0).shuffle(order)
    place = {n: i % FOLDS for i, n in enumerate(order)}
    folds = np.array([place[n] for n in fold.tolist()])
    report(f"{len(found)} pairs, {int(gold.sum())} supported")
    scores = np.zeros(len(found))
    for k in range(FOLDS):
        w = _weights(rows[folds != k], gold[folds != k])
        scores[folds == k] = rows[folds == k] @ w[:-1] + w[-1]
    failed = np.array([bool(disagreements(p[0], p[1])) for p in found])
    scores = np.where(failed, np.minimum(scores, -2.2), scores)
    shown_from = float(np.quantile(scores[~gold], DROPPED))
    shown = scores >= shown_from
    balanced = float((shown[gold].mean() + (~shown[~gold]).mean()) / 2)
    w = _weights(rows, gold)
    return {
        "weights": [round(float(x), 2) for x in w[:-1]], "intercept": round(float(w[-1]), 2),
        "shown": round(float(1 / (1 + np.exp(-shown_from))), 2), "kept": round(float(shown[gold].mean()), 3),
        "auroc": round(auroc(scores[gold], scores[~gold]), 3), "balanced_accuracy": round(balanced, 3),
    }  # fmt: skip


def _weights(rows: NDArray[np.float64], gold: NDArray[np.bool_]) -> NDArray[np.float64]:
    balance = np.where(gold, 0.5 / gold.mean(), 0.5 / (1 - gold.mean()))
    return fit_answerable(rows, gold, balance, penalty=1.0)


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder of public sets, as eval/README.md describes.")],
) -> None:
    """Fit the verifier's weights and print them with their held-out scores."""
    typer.echo(fit(data, lambda line: typer.echo(line, err=True)))


if __name__ == "__main__":
    typer.run(main)
