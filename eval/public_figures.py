"""Figures over the answers on a public set, each with its bootstrap interval over conversations.

Turns of one conversation resemble each other, so whole conversations are drawn; a question without history is one of
its own. A figure that no question defines is left out.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.abstention import aurc, rejected_at, risk_coverage
from eval.answers import best, rouge_l, token_f1, token_recall
from eval.metrics import Array, auroc
from eval.public_answers import Told
from eval.record import Metric

RESAMPLES = 1000
NAN = float("nan")
Row = Mapping[str, float]

# The values of one question; nan where it does not define one.
COLUMNS = (
    "answerable", "confidence", "correct", "retrieved", "right", "token_recall", "token_f1", "rouge_l", "cited",
    "cited_where_retrieved", "cited_document", "right_and_cited", "citation_precision", "error", "hallucination",
    "unsupported", "words",
)  # fmt: skip
MEANS = COLUMNS[3:]
CURVE = ("confidence_auroc", "rejected_at_90", "aurc")
LABELS = {
    "retrieved": "gold among the passages read",
    "right": "answer contained",
    "token_recall": "token recall",
    "token_f1": "token F1",
    "rouge_l": "ROUGE-L",
    "cited": "sentence with the gold quote cited",
    "cited_where_retrieved": "the same, where retrieved",
    "cited_document": "gold document cited",
    "right_and_cited": "right and cited",
    "citation_precision": "citation precision",
    "error": "refused, of the answerable (error)",
    "hallucination": "answered, of the unanswerable (hallucination)",
    "unsupported": "unsupported sentences",
    "words": "words an answer",
    "confidence_auroc": "AUROC of confidence",
    "rejected_at_90": "unanswerable rejected at 90 % coverage",
    "aurc": "area under risk-coverage",
}


def row(told: Told) -> dict[str, float]:
    """Return the values of one question, by :data:`COLUMNS`."""
    query, record = told.query, told.record
    known, told_something = query.answerable, not record.abstained
    statement = " ".join(claim.text for claim in record.claims)
    answers = record.example.answers
    quoted = bool(record.example.gold)
    right = float(record.right) if known and answers and quoted else NAN  # without quotes, references are long
    cited = float(record.cited) if quoted else NAN
    both = right * cited
    claims = [claim.unsupported for claim in record.claims]
    return {
        "answerable": float(known),
        "confidence": record.confidence,
        "correct": float(known) if math.isnan(right) else right,
        "retrieved": float(told.retrieved) if known and query.gold else NAN,
        "right": right,
        "token_recall": _best(token_recall, statement, answers),
        "token_f1": _best(token_f1, statement, answers),
        "rouge_l": _best(rouge_l, statement, answers),
        "cited": cited,
        "cited_where_retrieved": cited if quoted and told.retrieved else NAN,
        "cited_document": float(told.cited_document) if known and query.gold else NAN,
        "right_and_cited": both,
        "citation_precision": NAN if record.citation_precision is None else record.citation_precision,
        "error": float(record.abstained) if known else NAN,
        "hallucination": NAN if known else float(told_something),
        "unsupported": sum(claims) / len(claims) if claims else NAN,
        "words": float(record.words) if told_something else NAN,
    }


def _best(measure: Callable[[str, str], float], said: str, answers: Sequence[Sequence[str]]) -> float:
    found = best(measure, said, answers)
    return NAN if found is None else found


def figures(rows: Sequence[Row], clusters: Sequence[str], resamples: int = RESAMPLES) -> list[Metric]:
    """Return every figure that some question defines, with its 95 % interval; ``clusters`` names each row's own.

    Raises:
        ValueError: not a cluster for each row.
    """
    table = np.array([[one[name] for name in COLUMNS] for one in rows])  # (n, columns)
    members: dict[str, list[int]] = {}
    for n, name in enumerate(clusters):
        members.setdefault(name, []).append(n)
    if len(clusters) != len(rows):
        raise ValueError(f"each row has a cluster; got {len(rows)} rows and {len(clusters)} clusters")
    groups = [np.array(found) for found in members.values()]
    whole = _values(table)
    chosen = np.random.default_rng(0).integers(len(groups), size=(resamples, len(groups)))
    draws = np.array([_values(table[np.concatenate([groups[i] for i in draw])]) for draw in chosen])
    out = []
    for n, name in enumerate((*MEANS, *CURVE)):
        found = draws[:, n][~np.isnan(draws[:, n])]
        if math.isnan(whole[n]) or not found.size:
            continue
        low, high = np.percentile(found, [2.5, 97.5])
        size = int((~np.isnan(table[:, 3 + n])).sum()) if name in MEANS else len(rows)
        out.append(Metric(name, float(whole[n]), float(low), float(high), size))
    return out


def _values(table: Array) -> Array:
    """Return the figures of some questions in the order of MEANS and CURVE; nan where undefined."""
    held = ~np.isnan(table[:, 3:])
    counts = held.sum(axis=0)
    means = np.where(counts > 0, np.where(held, table[:, 3:], 0.0).sum(axis=0) / np.maximum(counts, 1), NAN)
    known = table[:, 0] == 1
    sure = table[:, 1]
    both = bool(known.any() and not known.all())
    area = aurc(sure, table[:, 2]) if both else NAN
    return np.array([*means, auroc(sure[known], sure[~known]), rejected_at(sure[known], sure[~known]), area])


def to_dict(told: Sequence[Told], found: Sequence[Metric]) -> dict[str, Any]:
    """Return a set's figures, rows and risk-coverage curve (101 points at most) as plain values."""
    rows = [row(one) for one in told]
    coverage, risk = risk_coverage([one["confidence"] for one in rows], [one["correct"] for one in rows])
    picked = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), 101)).astype(int))
    return {
        "figures": {metric.name: metric.to_dict() for metric in found},
        "risk_coverage": [[round(float(coverage[n]), 4), round(float(risk[n]), 4)] for n in picked],
        "rows": [
            {
                **one.record.to_dict(),
                "conversation": one.query.conversation,
                "values": {name: None if math.isnan(value) else round(value, 4) for name, value in values.items()},
            }
            for one, values in zip(told, rows, strict=True)
        ],
    }


def write(sets: Mapping[str, Mapping[str, Any]], path: Path, settings: Mapping[str, object]) -> None:
    """Write sets of :func:`to_dict` as JSON."""
    content = {"settings": dict(settings), "sets": sets}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
