"""Fits the constants of ``qa/read/lists.json``: which list of a source is the answer as a whole.

A logistic regression over the signals of ``qa.read.lists``, on the practice collections that the cross-encoder has not
seen. A list is right where most of its entries answer and hold half of what answers.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.fit_refusal import Measured, cross_validated, fit
from eval.metrics import auroc
from eval.practice import Collection
from eval.practice_data import Spans, holds, indexed, spans_of, unseen
from qa.abstain import fitting_first
from qa.evidence import Scorer
from qa.pipeline import find, weigh
from qa.read.listing import Listing, listings
from qa.read.lists import LISTS, SIGNALS, signals

MOST, HALF = 0.7, 0.5  # share of a list's entries that answer, and of what answers that they hold


def collect(every: Sequence[Collection], report: Callable[[str], None]) -> list[Measured]:
    """Ask the answerable questions of collections, and measure each list in what is found."""
    found: list[Measured] = []
    for one in every:
        with tempfile.TemporaryDirectory() as work:
            index = indexed(one, Path(work))
            scorer = Scorer(index)
            for example in (e for e in one.questions if e.answerable):
                asked, hits, place, own = find(example.question, (), index, scorer)
                evidence = fitting_first(asked, weigh(asked, hits, place, own)).evidence
                spans = spans_of(example, index)
                for listing in listings(evidence):
                    row = np.array(signals(asked.question, evidence, listing))
                    found.append(Measured(one.name, example.id, row, is_right(listing, spans)))
        report(f"{one.name}: {len(found)} lists")
    return found


def is_right(listing: Listing, spans: Spans) -> bool:
    """Return whether a list is what answers, by where the answers stand."""
    entries = [(c.passage.doc_id, c.start, c.end) for c in listing.entries]
    share = np.mean([holds(*entry, spans) for entry in entries])
    places = [(doc_id, *span) for doc_id, found in spans.items() for span in found]
    told = [any(d == doc and a < end and start < b for d, a, b in entries) for doc, start, end in places]
    return bool(told) and bool(share >= MOST) and float(np.mean(told)) >= HALF


def main(out: Annotated[Path, typer.Option("--out", help="Where the constants go.")] = LISTS) -> None:
    """Fit what decides on lists (about ten minutes on two cores)."""
    asked = collect(unseen(), lambda line: typer.echo(line, err=True))
    found = cross_validated(asked)
    typer.echo(f"{len(found['answerable'])} right of {len(asked)}: AUROC "
               f"{auroc(found['answerable'], found['unanswerable']):.3f}")  # fmt: skip
    out.write_text(json.dumps({"signals": list(SIGNALS), **fit(asked)}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
