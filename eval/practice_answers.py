"""Asks the practice questions that the cross-encoder was not trained on, and counts what is shown and refused.

Their answers are not written down, only where they stand, so an answer is right as far as it cites such a place. The
linear models are fitted on these questions (``eval.fit``, ``eval.fit_refusal``), so their part in it is not unseen.
``datasets/typical`` holds collections of the same form that nothing is fitted on: documents as people have them, and
plain questions.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.metrics import auroc
from eval.practice import Collection, collections
from eval.practice_data import holds, indexed, spans_of, unseen
from qa.read.quote import QuoteReader
from qa.system import Assistant


def figures(every: Sequence[Collection], report: Callable[[str], None]) -> dict[str, float]:
    """Return shares of the answerable and unanswerable questions of collections, and AUROC of confidence."""
    shown: list[tuple[bool, bool, bool]] = []
    refused: list[bool] = []
    sure: tuple[list[float], list[float]] = ([], [])
    for one in every:
        with tempfile.TemporaryDirectory() as work:
            index = indexed(one, Path(work))
            assistant = Assistant(index, QuoteReader())
            for example in one.questions:
                answer = assistant.ask(example.question)
                spans = spans_of(example, index)
                right = [
                    any(holds(c.passage.doc_id, c.start, c.end, spans) for c in claim.citations)
                    for claim in sorted(answer.claims, key=lambda claim: claim.context)  # leads last
                ]
                sure[example.answerable].append(answer.confidence)
                if example.answerable:
                    shown.append((any(right), right[:1] == [True], answer.abstained))
                else:
                    refused.append(answer.abstained)
        report(f"{one.name}: {len(shown)} answerable and {len(refused)} unanswerable questions asked")
    there, first, wrongly = np.mean(shown, axis=0)
    return {
        "answerable": len(shown), "right sentence shown": float(there), "right sentence first": float(first),
        "answerable refused": float(wrongly), "unanswerable": len(refused),
        "unanswerable refused": float(np.mean(refused)), "AUROC of confidence": auroc(sure[True], sure[False]),
    }  # fmt: skip


def main(
    limit: Annotated[int, typer.Option("--limit", help="Collections to ask; 0 asks all.")] = 0,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of collections to ask instead.")] = None,
) -> None:
    """Ask the held-out practice collections (about half an hour on two cores), or those of a folder."""
    every = collections(data) if data else unseen()
    found = figures(every[: limit or None], lambda line: typer.echo(line, err=True))
    typer.echo(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    typer.run(main)
