"""Answers of this product beside those of paper-qa, LlamaIndex and Haystack: same model, encoder, documents, questions.

``python -m eval bench answers`` makes a virtual environment for each system, serves one model to all by
``transformers serve`` (or asks the server given), has each system of ``eval.bench.answer_systems`` answer the same
questions one after the other, and scores what they say with one scorer (``eval.bench.answer_claims`` has the rules).
A system that cannot be installed or fails is reported with its reason, and the others go on.

The product reads the files; the others are given the texts that it reads from them, so that no one is measured by
how it reads files, and cut them as they do by default. Follow-ups are asked in their stand-alone form.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from corpus.document import Document
from corpus.load import load
from eval.bench.answer_claims import read
from eval.bench.peer_venvs import PRODUCT, Installed, System, install
from eval.bench.watched import run
from eval.examples import EvalError, Example
from eval.figures import aggregate
from eval.metrics import percentile
from eval.report import revision
from eval.score import score

SCRIPT = Path(__file__).with_name("answer_systems.py")
MODEL_ROW = f"{PRODUCT} + model"
PAPER_QA = System("paper-qa", ("paper-qa[local]==2026.8.12",))
LLAMAINDEX = System(
    "llamaindex",
    (
        "llama-index-core==0.14.25",
        "llama-index-embeddings-huggingface==0.8.0",
        "llama-index-llms-openai-like==0.8.1",
    ),
)
HAYSTACK = System("haystack", ("haystack-ai==3.4.1", "sentence-transformers-haystack==2.0.0"))
ROWS = {PRODUCT: System(PRODUCT), MODEL_ROW: System(PRODUCT), **{s.name: s for s in (PAPER_QA, LLAMAINDEX, HAYSTACK)}}
LABELS = {
    "right": "right",
    "right_and_cited": "right and cited",
    "right_and_sourced": "right, evidence among sources",
    "unsupported": "unsupported by what is cited",
    "unsupported_sourced": "unsupported by all sources",
    "refusal": "refused, unanswerable",
    "false_abstention": "refused, answerable",
    "cited_words": "words cited",
    "words": "words",
    "p50_s": "p50 s",
    "p95_s": "p95 s",
}
SHARES = frozenset(list(LABELS)[:7])
Installer = Callable[[System, Path], Installed]


@dataclass(frozen=True, slots=True)
class Model:
    """The model that all ask: its server's address with ``/v1``, its name there, and the most tokens of an answer."""

    url: str
    name: str
    tokens: int


@dataclass(slots=True)
class Row:
    """What was measured of a system by the keys of LABELS, or why it ``failed``; ``said`` are its answers."""

    name: str
    figures: dict[str, float | None] = field(default_factory=dict)
    failed: str = ""
    lost: int = 0  # sources not found in their document
    quoted: int = 0  # answers made of quotes alone
    said: list[dict[str, Any]] = field(default_factory=list)
    packages: tuple[str, ...] = ()


def chosen(names: Sequence[str]) -> list[str]:
    """Return the rows of these names, all where none is named.

    Raises:
        EvalError: there is no row of a name.
    """
    if wrong := [name for name in names if name not in ROWS]:
        raise EvalError(f"a system to compare is one of {', '.join(ROWS)}, and {wrong[0]!r} is none; mend --only")
    return [name for name in ROWS if not names or name in names]


def sample(examples: Sequence[Example], count: int) -> list[Example]:
    """Return ``count`` questions drawn with a fixed seed, the unanswerable in their share; follow-ups in full form."""
    full = [replace(one, question=one.standalone or one.question, standalone="", history=()) for one in examples]
    groups = [[one for one in full if one.answerable], [one for one in full if not one.answerable]]
    if count >= len(full):
        return full
    refused = round(count * len(groups[1]) / len(full))
    return [
        one for group, n in zip(groups, (count - refused, refused), strict=True) for one in Random(0).sample(group, n)
    ]


def prepare(folder: Path, source: Path, examples: Sequence[Example]) -> dict[str, str]:
    """Write what the systems read, and return the texts of the documents in ``source`` by id."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found = [(path.relative_to(source).as_posix(), load(path)) for path in sorted(source.rglob("*")) if path.is_file()]
    documents = {name: one for name, one in found if isinstance(one, Document)}
    lines = ({"id": name, "title": one.title, "text": one.text} for name, one in documents.items())
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "documents.jsonl").write_text(text, "utf-8")
    asked = [{"id": one.id, "question": one.question} for one in examples]
    (folder / "questions.json").write_text(json.dumps(asked, ensure_ascii=False), "utf-8")
    (folder / "source.json").write_text(json.dumps(str(source)), "utf-8")
    return {name: one.text for name, one in documents.items()}


def figures(examples: Sequence[Example], said: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> Row:
    """Return a row without name: what a system said, scored, ``said`` in the order of ``examples``.

    Raises:
        EvalError: it answered other questions than were asked.
    """
    if [one["id"] for one in said] != [example.id for example in examples]:
        raise EvalError(f"a system answers every question once and in order, and this one gave {len(said)} answers")
    answers = [read(example.question, one, texts) for example, one in zip(examples, said, strict=True)]
    pairs = list(zip(examples, answers, said, strict=True))
    marked = [score(example, answer.marked, texts, one["ms"]) for example, answer, one in pairs]
    sourced = [score(example, answer.sourced, texts, one["ms"]) for example, answer, one in pairs]
    by_marks, by_sources = ({metric.name: metric.value for metric in aggregate(some)} for some in (marked, sourced))
    words = [sum(len(span.quote.split()) for span in record.citations) for record in marked if not record.abstained]
    times = [one["ms"] / 1e3 for one in said]
    names = ("right", "right_and_cited", "refusal", "false_abstention", "words")
    row = Row("", {name: by_marks[name] for name in names}, lost=sum(answer.lost for answer in answers))
    row.quoted = sum(one["quoted"] for one in said)
    row.figures |= {"unsupported": by_marks["unsupported_claims"], "cited_words": median(words) if words else None}
    row.figures |= {"right_and_sourced": by_sources["right_and_cited"]}
    row.figures |= {"unsupported_sourced": by_sources["unsupported_claims"]}
    row.figures |= {"p50_s": percentile(times, 50), "p95_s": percentile(times, 95)}
    return row


def measure(
    name: str,
    examples: Sequence[Example],
    texts: Mapping[str, str],
    model: Model,
    work: Path,
    installer: Installer = install,
    script: Path = SCRIPT,
) -> Row:
    """Let one system answer all, and return its row, or one that says why it failed."""
    try:
        installed = installer(ROWS[name], work)
        place = work / "answers" / name.replace(" + ", "-")
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        words = [installed.python, "-P", script, name, work / "texts", place, model.url, model.name, model.tokens]
        ready, *said = run([str(word) for word in words], work).lines
        if ready["documents"] != len(texts):
            raise EvalError(f"a system takes in all {len(texts)} documents, and this one took in {ready['documents']}")
        row = figures(examples, said, texts)
    except (EvalError, KeyError, ValueError, OSError) as error:
        return Row(name, failed=str(error))
    row.name, row.said, row.packages = name, said, installed.packages
    return row


def compare(
    names: Sequence[str],
    examples: Sequence[Example],
    source: Path,
    model: Model,
    work: Path,
    say: Callable[[str], None],
) -> Iterator[dict[str, Any]]:
    """Run the comparison below the folder ``work``; yield it as plain data, for JSON and :func:`report`.

    Once after each system, with the systems so far, so that a run which is broken off leaves what was measured.
    """
    texts = prepare(work / "texts", source, examples)
    settings = {
        "questions": len(examples),
        "unanswerable": sum(not one.answerable for one in examples),
        "documents": len(texts),
        "model": Path(model.name).name,
        "tokens": model.tokens,
        "cores": os.cpu_count(),
        "version": revision(),
    }
    rows: list[Row] = []
    for name in names:
        say(f"{name}: {len(examples)} questions")
        rows.append(measure(name, examples, texts, model, work))
        yield {"settings": settings, "systems": [asdict(row) for row in rows]}


def report(result: Mapping[str, Any]) -> str:
    """Return what a person reads of :func:`compare`'s result: a Markdown table, and what failed or was lost."""
    settings, rows = result["settings"], [Row(**row) for row in result["systems"]]
    lines = [["system", *LABELS.values()]]
    lines += [[row.name, *(_cell(name, row.figures.get(name)) for name in LABELS)] for row in rows if not row.failed]
    lines.insert(1, ["---", *["--:"] * len(LABELS)])
    return (
        f"{settings['questions']} questions, {settings['unanswerable']} of them unanswerable, on "
        f"{settings['documents']} documents; {settings['model']}, at most {settings['tokens']} tokens an answer; "
        f"{settings['cores']} cores\n\n"
        + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
        + "".join(f"\n{row.name} failed: {row.failed}\n" for row in rows if row.failed)
        + "".join(f"\n{row.name}: {row.lost} sources not found in their document\n" for row in rows if row.lost)
        + "".join(
            f"\n{row.name}: in {row.quoted} answers quotes stood in for the model, none of whose sentences held\n"
            for row in rows
            if row.quoted and row.name == MODEL_ROW
        )
    )


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.0f} %" if name in SHARES else f"{value:.3g}"
