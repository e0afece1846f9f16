"""Training data of the cross-encoder: questions of public sets, each with the passages that the product finds for it.

Every passage of an answerable question that does not hold its gold quote is a hard negative (Karpukhin et al. 2020);
so is every passage of a question that is asked of documents without its answer, and of a question whose name or year
was put in place by another one, as in SQuAD 2.0's own unanswerable questions (Rajpurkar et al. 2018).
"""

import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from eval.metrics import locate
from eval.public import objects
from index.encode import make_encoder
from index.hit import Hit
from index.retrieve import Index
from index.sync import sync
from qa.answer import Turn
from qa.conversation import understand
from qa.cross_encoder import Cut, Pairs

SETS = ("squad2", "qed", "xquad_en", "feedbackqa", "anthropic_docs")
MARKED = ("squad2", "qed", "xquad_en")  # whose gold quotes say which sentence answers
HITS = 6  # passages of a question that are learned from
HELD_OUT = 6  # one title in so many is kept for measuring
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
_YEAR = re.compile(r"\b1[5-9]\d\d\b|\b20[0-2]\d\b")


@dataclass
class Data:
    """Texts once each, and what was learned of their pairs."""

    questions: list[list[int]] = field(default_factory=list)
    passages: list[list[int]] = field(default_factory=list)
    sentences: list[list[int]] = field(default_factory=list)  # for each word piece its sentence, -1 of the heading
    rows: list[tuple[int, ...]] = field(default_factory=list)  # see FIELDS
    seen: dict[Any, int] = field(default_factory=dict)

    def question(self, text: str, pairs: Pairs) -> int:
        """Return the number of a question."""
        if text not in self.seen:
            self.seen[text] = len(self.questions)
            self.questions.append(pairs.question(text))
        return self.seen[text]

    def passage(self, key: tuple[str, Hit], cut: Cut) -> int:
        """Return the number of a passage of a set."""
        name = (key[0], key[1].passage.doc_id, key[1].passage.start)
        if name not in self.seen:
            self.seen[name] = len(self.passages)
            self.passages.append(cut.ids)
            self.sentences.append(cut.sentences)
        return self.seen[name]


FIELDS = ("group", "question", "passage", "label", "marked", "first", "last", "gold", "held_out", "kind")
# label: 1 holds the answer, 0 does not, -1 unknown; marked: whether sentences are labelled; first, last: word pieces of
# the short answer, -1 without; gold: bits of the sentences that answer; kind: 0 asked, 1 elsewhere, 2 changed question


def collect(data: Path, work: Path, report: Callable[[str], None]) -> Data:
    """Index each set, ask its questions, and keep what was found."""
    pairs, encoder, out = Pairs(), make_encoder(), Data()
    indexes = {}
    for name in SETS:
        folder = work / name
        if not folder.exists():
            folder.mkdir(parents=True)
            for n, passage in enumerate(objects(data / name / "corpus.jsonl.gz")):
                title = passage["title"].replace("_", " ")
                (folder / f"{n}.txt").write_text(f"Title: {title}\n\n{passage['text']}\n", "utf-8")
        sync([folder], work / f"{name}-index", encoder)
        indexes[name] = Index(work / f"{name}-index", encoder)
        report(f"{name}: {indexes[name].status().passages} passages")
    draw = random.Random(0)
    for n_set, name in enumerate(SETS):
        ids = {p["id"]: f"{n}.txt" for n, p in enumerate(objects(data / name / "corpus.jsonl.gz"))}
        asked = objects(data / name / "queries.jsonl.gz")
        found = sorted({m for q in asked for m in names_of(q["question"])})
        elsewhere = indexes[SETS[(n_set + 1) % len(SETS)]]
        for n, query in enumerate(asked):
            text = understand(query["question"], [Turn(*t) for t in query.get("history", ())]).full
            hits = indexes[name].retrieve([text], 10)
            golds = {ids[g["id"]]: g.get("quote", "") for g in query.get("gold", ())} if query["answerable"] else {}
            _add(out, pairs, text, _chosen(hits, golds, query["answerable"]), golds, name, 0)
            if n % 8 == 0:
                _add(out, pairs, text, elsewhere.retrieve([text], 3), {}, name, 1)
            if query["answerable"] and name in MARKED:
                for changed in changes(text, found, draw, " ".join(h.passage.text for h in hits)):
                    near = [h for h in hits if h.passage.doc_id in golds][:2] + list(hits[:1])
                    _add(out, pairs, changed, near, {}, name, 2)
        report(f"{name}: {len(out.rows)} pairs")
    return out


def names_of(question: str) -> list[str]:
    """Return the names in a question: capitalised words that do not begin a sentence."""
    return _NAME.findall(question)


def changes(question: str, names: Sequence[str], draw: random.Random, near: str) -> Iterator[str]:
    """Yield the question with one name, and with its year, replaced by another that stands nowhere near."""
    if match := draw.choice(list(_NAME.finditer(question)) or [None]):
        size = len(match.group().split())
        other = [n for n in draw.sample(names, min(60, len(names))) if n not in near and n not in question]
        other = [n for n in other if len(n.split()) == size] or other
        if other:
            yield f"{question[: match.start()]}{other[0]}{question[match.end() :]}"
    if match := _YEAR.search(question):
        year = int(match.group()) + draw.choice([-9, -4, -3, -2, -1, 1, 2, 3, 4, 8])
        if str(year) not in near:
            yield f"{question[: match.start()]}{year}{question[match.end() :]}"


def _chosen(hits: Sequence[Hit], golds: dict[str, str], answerable: bool) -> list[Hit]:
    """Return the first passages, and with them the best one that may hold the answer."""
    best = [h for h in hits if h.passage.doc_id in golds][:2]
    kept = list(hits[: HITS if answerable else 3])
    return kept + [h for h in best if h not in kept]


def _add(
    out: Data, pairs: Pairs, question: str, hits: Sequence[Hit], golds: dict[str, str], name: str, kind: int
) -> None:
    """Add one question with its passages."""
    group = out.rows[-1][0] + 1 if out.rows else 0
    key = out.question(question, pairs)
    held = bool(hits) and is_held_out(hits[0].title)
    taken = False
    for hit in dict.fromkeys(hits):
        cut = pairs.passage(hit)
        marked, label, gold, first, last = True, 0, 0, -1, -1
        if hit.passage.doc_id in golds and name in MARKED:
            label, gold, first, last = _marks(question, golds[hit.passage.doc_id], hit, cut)
            first, last = (-1, -1) if name == "qed" else (first, last)  # its quotes are sentences, no short answers
        elif hit.passage.doc_id in golds:
            marked, label, taken = False, -1 if taken else 1, True
        out.rows.append(
            (group, key, out.passage((name, hit), cut), label, int(marked), first, last, gold, int(held), kind)
        )


def _marks(question: str, quote: str, hit: Hit, cut: Cut) -> tuple[int, int, int, int]:
    """Return label, bits of the sentences that hold the quote, and its first and last word piece; see FIELDS."""
    passage = hit.passage
    spans = locate(quote, passage.text)
    if not spans:
        return 0, 0, -1, -1
    start, end = _nearest(spans, question, passage.text)
    gold = sum(
        1 << n for n, (a, b) in enumerate(passage.sentences) if start < b - passage.start and a - passage.start < end
    )
    pieces = zip(cut.sentences, cut.offsets, strict=True)
    inside = [n for n, (sentence, (a, b)) in enumerate(pieces) if sentence >= 0 and start < b and a < end]
    return (1, gold, inside[0], inside[-1]) if inside else (-1, gold, -1, -1)  # -1: beyond what the model reads


def _nearest(spans: Sequence[tuple[int, int]], question: str, text: str) -> tuple[int, int]:
    """Return, of several places of a short answer, the one whose surroundings share most with the question."""
    asked = set(question.lower().split())

    def shared(span: tuple[int, int]) -> int:
        return len(asked & set(text[max(0, span[0] - 120) : span[1] + 120].lower().split()))

    return max(spans, key=shared)


def is_held_out(title: str) -> bool:
    """Return whether the questions whose first passage has this title are kept for measuring."""
    return int.from_bytes(title.encode()[:40], "big") % 1_000_003 % HELD_OUT == 0


def save(data: Data, out: Path) -> None:
    """Write the data as one compressed file of arrays."""

    def flat(name: str, rows: Sequence[Sequence[int]], kind: type) -> dict[str, Any]:
        return {
            name: np.array([i for row in rows for i in row], kind),
            f"{name}_ends": np.cumsum([len(row) for row in rows]).astype(np.int32),
        }

    np.savez_compressed(
        out, **flat("questions", data.questions, np.uint16), **flat("passages", data.passages, np.uint16),
        **flat("sentences", data.sentences, np.int8), rows=np.array(data.rows, np.int64),
    )  # fmt: skip


def main(
    data: Annotated[Path, typer.Option("--data", help="Folder of public sets, as eval/README.md describes.")],
    out: Annotated[Path, typer.Option("--out", help="Where the pairs go, an .npz file.")],
    work: Annotated[Path | None, typer.Option("--work", help="Where the sets' indexes are kept.")] = None,
) -> None:
    """Make the training data of the cross-encoder (a few minutes on two cores)."""
    with tempfile.TemporaryDirectory() as temporary:
        made = collect(data, work or Path(temporary), lambda line: typer.echo(line, err=True))
    save(made, out)
    labels = np.array(made.rows)[:, FIELDS.index("label")]
    typer.echo(json.dumps({"pairs": len(labels), "answering": int((labels == 1).sum())}))


if __name__ == "__main__":
    typer.run(main)
