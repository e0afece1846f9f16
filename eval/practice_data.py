"""Training data of the cross-encoder's second stage: the practice questions with the passages that the product finds.

The passages of one collection resemble one another, so the ones that do not answer are hard negatives; the kinds of
unanswerable questions are those of ``eval.cross_data``, with the collections' own near misses.
"""

import json
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.cross_data import FIELDS, Data, changes, is_held_out, names_of, save
from eval.metrics import locate
from eval.practice import Collection, collections
from eval.question import Example
from index.encode import Encoder, make_encoder
from index.hit import Hit
from index.retrieve import Index
from index.sync import sync
from qa.cross_encoder import Pairs

HITS = 6  # passages of a question that are learned from
_MARKS = re.compile(r"[|*`_]+|\[|\]\([^)]*\)|^(?:#+|[-+]|\d+\.) ")
Spans = dict[str, list[tuple[int, int]]]


def collect(every: Sequence[Collection], work: Path, report: Callable[[str], None]) -> Data:
    """Index each collection, ask its questions, and keep what was found."""
    pairs, out, draw = Pairs(), Data(), random.Random(0)
    indexes = [indexed(one, work) for one in every]
    names = sorted({name for one in every for example in one.questions for name in names_of(example.question)})
    for n, (one, index) in enumerate(zip(every, indexes, strict=True)):
        for place, example in enumerate(one.questions):
            spans, hits = spans_of(example, index), index.retrieve([example.question], 2 * HITS)
            best = [hit for hit in hits if _bits(hit, spans)][:2]
            _add(out, pairs, (example.question, 0), [*hits[:HITS], *best], spans, one.name)
            if place % 5 == 0:
                _add(out, pairs, (example.question, 1), indexes[n - 1].retrieve([example.question], 3), {}, one.name)
            near = " ".join(hit.passage.text for hit in hits)
            for changed in changes(example.question, names, draw, near) if best else ():
                _add(out, pairs, (changed, 2), [*best, *hits[:1]], {}, one.name)
        report(f"{one.name}: {len(out.rows)} pairs")
    return out


def unseen() -> list[Collection]:
    """Return the practice collections that the cross-encoder was not trained on."""
    return [one for one in collections() if is_held_out(one.name)]


def indexed(one: Collection, work: Path) -> Index:
    """Return the index of a collection, made below ``work``."""
    sync([one.write(work / one.name)], work / f"{one.name}-index", _encoder())
    return Index(work / f"{one.name}-index", _encoder())


@lru_cache(maxsize=1)
def _encoder() -> Encoder:
    """Return one encoder for all collections: each holds 90 MB."""
    return make_encoder()


def spans_of(example: Example, index: Index) -> Spans:
    """Return, for each document that answers a question, where in it."""
    spans: Spans = {}
    for gold in example.gold:
        spans.setdefault(gold.doc, []).extend(_places(gold.quote, index.document(gold.doc).text))
    return spans


def _places(quote: str, text: str) -> list[tuple[int, int]]:
    """Return where a quote stands in a document as it was read: rows of tables by their cells, marks left out."""
    if found := locate(quote, text):
        return list(found)
    pieces = [re.escape(piece.strip()) for piece in _MARKS.split(quote) if piece.strip()]
    return [match.span() for match in re.finditer(r"[^\n]{0,80}?".join(pieces), text)] if pieces else []


def holds(doc_id: str, start: int, end: int, spans: Spans) -> bool:
    """Return whether a part of a document, by its characters, holds something of a span."""
    return any(a < end and start < b for a, b in spans.get(doc_id, ()))


def _bits(hit: Hit, spans: Spans) -> int:
    """Return the bits of the sentences of a passage that hold one of the spans of its document."""
    doc_id = hit.passage.doc_id
    return sum(1 << n for n, (start, end) in enumerate(hit.passage.sentences) if holds(doc_id, start, end, spans))


def _add(out: Data, pairs: Pairs, asked: tuple[str, int], hits: Sequence[Hit], spans: Spans, name: str) -> None:
    """Add one question, with its kind, and its passages; see ``eval.cross_data.FIELDS``."""
    group, key = (out.rows[-1][0] + 1 if out.rows else 0), out.question(asked[0], pairs)
    for hit in dict.fromkeys(hits):
        cut, gold = pairs.passage(hit), _bits(hit, spans)
        unread = gold and not any(gold >> n & 1 for n in set(cut.sentences) if n >= 0)
        label = -1 if unread else int(gold > 0)
        passage = out.passage((name, hit), cut)
        out.rows.append((group, key, passage, label, 1, -1, -1, gold, int(is_held_out(name)), asked[1]))


def main(out: Annotated[Path, typer.Option("--out", help="Where the pairs go, an .npz file.")]) -> None:
    """Make the data of the second stage (some minutes on two cores)."""
    with tempfile.TemporaryDirectory() as work:
        made = collect(collections(), Path(work), lambda line: typer.echo(line, err=True))
    save(made, out)
    labels = np.array(made.rows)[:, FIELDS.index("label")]
    typer.echo(json.dumps({"pairs": len(labels), "answering": int((labels == 1).sum())}))


if __name__ == "__main__":
    typer.run(main)
