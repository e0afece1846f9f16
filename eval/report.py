"""What a person reads: tables in the terminal, the failures beneath, and the JSON file.

Prints text only through rich, with markup switched off for anything that came from documents, so that
``[1]`` in an answer stays ``[1]``.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.examples import EvalError
from eval.record import STAGES, Metric, Record, Results

if TYPE_CHECKING:
    from eval.retrieval import Difference, Run

# how each figure is called, in the order of the table
LABELS = {
    "right_and_cited": "right and cited",
    "right": "right",
    "wrong_answers": "wrong, of the answers given",
    "exact_match": "exact match",
    "token_recall": "token recall",
    "token_f1": "token F1",
    "rouge_l": "ROUGE-L",
    "cited": "cited",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "sentence_precision": "sentence citation precision",
    "sentence_recall": "sentence citation recall",
    "span_precision": "cited characters that are gold",
    "span_recall": "gold characters that are cited",
    "unsupported_claims": "unsupported sentences",
    "hit@1": "hit@1",
    "hit@3": "hit@3",
    "hit@5": "hit@5",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "passage_recall@5": "gold characters in 5 passages",
    "refusal": "refused, of the unanswerable",
    "false_abstention": "refused, of the answerable",
    "confidence_auroc": "AUROC of confidence",
    "aurc": "area under risk-coverage",
    "excess_aurc": "risk-coverage above the best order",
    "rejected_at_90": "unanswerable below 90 % coverage",
    "conflicts_shown": "conflicts shown, where there are",
    "false_conflicts": "conflicts shown, elsewhere",
    "followup_ratio": "follow-ups against full questions",
    "offset_integrity": "offset integrity",
    "sentences": "sentences an answer",
    "words": "words an answer",
    "latency_p50_ms": "latency p50",
    "latency_p95_ms": "latency p95",
    "peak_memory_mb": "peak memory",
}
BY_TYPE = {
    "hit@5": "hit@5",
    "right": "right",
    "cited": "cited",
    "right_and_cited": "right and cited",
    "refusal": "refused",
    "false_abstention": "refused",
}
NUMBERS = (
    "mrr@10",
    "ndcg@10",
    "confidence_auroc",
    "aurc",
    "excess_aurc",
    "followup_ratio",
)  # shown as numbers, not per cent
SHOWN = 160  # characters of a failing answer


def show(results: Results, console: Console) -> None:
    """Print the metrics, the table by type, and the failures."""
    console.print(_metrics(results))
    if note := _followups(results):
        console.print(Text(note, "dim"), soft_wrap=True)
    console.print(_types(results))
    if results.missing:
        count, (name, gold) = len(results.missing), results.missing[0]
        warning = (
            f"{count} gold quotes are not in the index and count as lost; the first: {name}, {gold.doc}: {gold.quote}"
        )
        console.print(Text(warning, "yellow"))
    _failures(results, console)


def write_json(
    results: Results, path: Path, settings: Mapping[str, object], more: Mapping[str, object] | None = None
) -> None:
    """Write everything to a file, keys sorted; ``settings`` says what was asked of what, ``more`` is added as it is.

    Raises:
        EvalError: the file cannot be written.
    """
    write({"settings": dict(settings), **results.to_dict(), **(more or {})}, path)


def write(content: Mapping[str, object], path: Path) -> None:
    """Write plain values as JSON, keys sorted; raises what :func:`write_json` raises."""
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror}); give a file in a folder that exists") from error


def shown(metric: Metric) -> tuple[str, str]:
    """Return a figure and its interval in words, e.g. ``("83.3 %", "73.3–93.3")``; dashes where undefined."""
    if metric.value is None or metric.low is None or metric.high is None:
        return "–", "–"
    if metric.name.endswith("_ms"):
        return f"{metric.value:.0f} ms", f"{metric.low:.0f}–{metric.high:.0f}"
    if metric.name.endswith("_mb"):
        return f"{metric.value:.0f} MB", "–"
    if metric.name in NUMBERS:
        return f"{metric.value:.3f}", f"{metric.low:.3f}–{metric.high:.3f}"
    if metric.name in ("sentences", "words"):
        return f"{metric.value:.1f}", f"{metric.low:.1f}–{metric.high:.1f}"
    return f"{100 * metric.value:.1f} %", f"{100 * metric.low:.1f}–{100 * metric.high:.1f}"


def _metrics(results: Results) -> Table:
    table = Table(
        title=f"{len(results.records)} questions, reader {results.reader}", box=box.SIMPLE, title_justify="left"
    )
    table.add_column("metric")
    for heading in ("value", "95 % interval", "n"):
        table.add_column(heading, justify="right")
    for metric in sorted((*results.metrics, *results.timings), key=lambda one: list(LABELS).index(one.name)):
        table.add_row(LABELS[metric.name], *shown(metric), str(metric.n))
    return table


def _followups(results: Results) -> str:
    """Return why follow-ups are not measured against full questions, where there are some and they are not."""
    asked = [record.example for record in results.records if record.example.type == "followup"]
    if not asked or any(example.standalone for example in asked):
        return ""
    return f"{LABELS['followup_ratio']}: none of the {len(asked)} follow-ups has its stand-alone form (`standalone`)"


def _types(results: Results) -> Table:
    table = Table(title="by type", box=box.SIMPLE, title_justify="left")
    table.add_column("type")
    table.add_column("n", justify="right")
    columns = list(dict.fromkeys(BY_TYPE.values()))
    for column in columns:
        table.add_column(column, justify="right")
    for kind, metrics in results.by_type:
        cells = dict.fromkeys(columns, "–")
        for metric in metrics:
            if metric.name in BY_TYPE and metric.value is not None:
                cells[BY_TYPE[metric.name]] = shown(metric)[0]
        count = sum(record.example.type == kind for record in results.records)
        table.add_row(kind, str(count), *cells.values())
    return table


def _failures(results: Results, console: Console) -> None:
    if not results.failures:
        console.print("no failures")
        return
    counts = Counter(record.stage for record in results.failures)
    parts = ", ".join(f"{counts[stage]} {stage}" for stage in STAGES if counts[stage])
    console.print(Text(f"{len(results.failures)} failures: {parts}\n", "bold"), soft_wrap=True)
    for record in results.failures:
        console.print(_failure(record), soft_wrap=True)


def _failure(record: Record) -> Text:
    words = " ".join(record.text.split())
    said = words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"
    example = record.example
    text = Text.assemble((example.id, "bold"), "  ", (record.stage, "red"), f"  {example.question}\n    said: {said}\n")
    for gold, rank in zip(example.gold, record.gold_ranks, strict=True):
        place = f"hit {rank}" if rank else "no hit"
        text.append(f"    gold: {' '.join(gold.quote.split())} ({gold.doc}, {place})\n", "dim")
    return text


def show_retrieval(run: "Run", changes: "Mapping[str, Difference]", console: Console) -> None:
    """Print one set's figures, each with its interval and, where there is a run to compare with, its change."""
    size = f"{len(run.rows):,} questions, {run.documents:,} documents, {run.passages:,} passages"
    console.print(Text(f"{run.name}: {size}, {run.median_ms:.1f} ms a search"))
    table = Table(box=box.SIMPLE)
    table.add_column("metric")
    for column in ("value", "95 % interval", *(("before", "change, 95 % interval", "p") if changes else ())):
        table.add_column(column, justify="right")
    for name, figure in run.figures.items():
        cells = [name, f"{figure.value:.3f}", f"{figure.low:.3f}–{figure.high:.3f}"]
        if change := changes.get(name):
            moved = f"{change.after - change.before:+.3f} [{change.low:+.3f}, {change.high:+.3f}]"
            cells += [f"{change.before:.3f}", moved, f"{change.chance:.3f}"]
        table.add_row(*cells)
    console.print(table)


def revision() -> str:
    """Return the commit of the checkout, with "+" where files differ from it; "unknown" outside a checkout."""
    place = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+"],
            cwd=place,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
