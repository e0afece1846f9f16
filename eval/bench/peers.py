"""Measures this product beside LlamaIndex, Haystack, txtai, Chroma and LangChain: same encoder, passages and machine.

``python -m eval bench peers`` makes a virtual environment for each system (for the product too, so that sizes compare)
and runs ``eval.bench.peer_systems`` in it. Each ingests once, one after the other; then in each round each opens its
index from disk and answers the questions, so that what slows the machine down slows all. A system that cannot be
installed or fails is reported with its reason, and the others go on. Threads and batches are each library's own.

- passages/s: from the first passage to a complete index on disk, the encoder loaded before. The product's time holds
  what its peers are spared: files read in a process of their own, splitting, BM25
- cold start: from the start of the process to the first question's hits; the files are in the operating system's cache
- query p50, p95: one question at a time in the same process afterwards; medians of the rounds, as the cold start is
- memory: the largest sum of resident memory of a process and those it started, sampled ten times a second; Linux only
- index, installed: bytes of files, the latter those in site-packages, with the encoder's weights; packages: how many
- found: share of questions with a hit that holds their words, which shows that a system works, not its quality; only
  where questions are words drawn from passages
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.gemm import encoder_flops, gemm_rate
from eval.bench.peer_texts import Texts, prepare
from eval.bench.peer_venvs import PRODUCT, Installed, System, install, megabytes
from eval.bench.watched import Ran, run
from eval.examples import EvalError
from eval.metrics import percentile
from eval.report import revision
from index.encode import make_encoder

SCRIPT = Path(__file__).with_name("peer_systems.py")
Installer = Callable[[System, Path], Installed]
LABELS = {
    "passages_s": "passages/s",
    "cold_s": "cold start s",
    "p50_ms": "query p50 ms",
    "p95_ms": "query p95 ms",
    "ingest_mb": "memory ingesting MB",
    "query_mb": "memory answering MB",
    "index_mb": "index MB",
    "installed_mb": "installed MB",
    "packages": "packages",
    "found": "found",
}


@dataclass(slots=True)
class Row:
    """What was measured of a system: ``figures`` by the keys of LABELS, and why it ``failed``, if it did."""

    name: str
    figures: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    rounds: list[dict[str, float]] = field(default_factory=list)
    packages: tuple[str, ...] = ()


class Comparison:
    """One run over some systems: a row each, filled step by step; a step that fails ends its system's part only."""

    def __init__(
        self, systems: Sequence[System], texts: Texts, work: Path, say: Callable[[str], None], script: Path = SCRIPT
    ) -> None:
        self.rows = [Row(system.name) for system in systems]
        self.rates: list[float] = []  # in matrix products, FLOP/s, one before each ingestion
        self._systems = systems
        self._texts = texts
        self._work = work
        self._say = say
        self._script = script
        self._pythons: dict[str, Path] = {}

    def measure(self, rounds: int, installer: Installer = install) -> None:
        """Install all, let all ingest, then ask all in turn, ``rounds`` times."""
        for system, row in zip(self._systems, self.rows, strict=True):
            self._attempt(row, "install", partial(self._install, system, installer))
        for row in self.rows:
            self._attempt(row, "ingest", self._ingest)
        for number in range(1, rounds + 1):
            for row in self.rows:
                self._attempt(row, f"ask, round {number} of {rounds}", self._ask)

    def _attempt(self, row: Row, doing: str, step: Callable[[Row], None]) -> None:
        if row.failed:
            return
        self._say(f"{row.name}: {doing}")
        try:
            step(row)
        except (EvalError, KeyError, ValueError, OSError) as error:
            row.failed = f"{doing}: {error}"

    def _install(self, system: System, installer: Installer, row: Row) -> None:
        installed = installer(system, self._work)
        self._pythons[row.name], row.packages = installed.python, installed.packages
        row.figures |= {"installed_mb": installed.megabytes, "packages": len(installed.packages)}

    def _run(self, row: Row, verb: str) -> Ran:
        python, place = self._pythons[row.name], self._work / "indexes" / row.name
        if verb == "ingest":
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
        words = [python, "-P", self._script, row.name, verb, self._texts.folder, place]
        return run([str(word) for word in words], self._work)

    def _ingest(self, row: Row) -> None:
        self.rates.append(gemm_rate())
        ran = self._run(row, "ingest")
        (line,) = ran.lines
        if line["passages"] != len(self._texts.tokens):
            held = f"{line['passages']} of {len(self._texts.tokens)}"
            raise EvalError(f"a system's index must hold every passage, and this one holds {held}")
        row.figures |= {"passages_s": line["passages"] / line["seconds"], **_memory("ingest_mb", ran)}
        row.figures |= {"index_mb": megabytes(self._work / "indexes" / row.name)}

    def _ask(self, row: Row) -> None:
        ran = self._run(row, "query")
        first, last = ran.lines
        if not first["hits"]:
            raise EvalError("every question must have hits, and the first one has none")
        times = {"p50_ms": percentile(last["ms"], 50), "p95_ms": percentile(last["ms"], 95)}
        found = {"found": last["found"]} if self._texts.drawn else {}
        row.rounds.append({"cold_s": ran.seconds, **times, **_memory("query_mb", ran), **found})
        row.figures |= {name: median(one[name] for one in row.rounds) for name in row.rounds[0]}


def _memory(name: str, ran: Ran) -> dict[str, float]:
    return {name: ran.megabytes} if ran.megabytes else {}


def limit(rows: Sequence[Row], tokens: Sequence[int], rates: Sequence[float]) -> dict[str, float | None]:
    """Return what the encoder's arithmetic allows at the best of some rates of matrix products in FLOP/s.

    ``gflop``: of a passage, ``passages_s``: the most there can be, ``share``: what the product's ingestion reaches
    of it, None where that was not measured. A median rate far below the best one tells that other work ran.
    """
    flops, rate = encoder_flops(tokens) / len(tokens), max(rates)
    reached = next((row.figures.get("passages_s") for row in rows if row.name == PRODUCT), None)
    share = None if reached is None else reached * flops / rate
    rated = {"gflop_s": rate / 1e9, "gflop_s_median": median(rates) / 1e9}
    return rated | {"gflop": flops / 1e9, "passages_s": rate / flops, "share": share}


def table(rows: Sequence[Row]) -> str:
    """Return a Markdown table, a line a system, each figure with its ratio to the product's; failures beneath."""
    ours = next((row.figures for row in rows if row.name == PRODUCT), {})
    shown = [name for name in LABELS if any(name in row.figures for row in rows)]
    lines = [["system", *(LABELS[name] for name in shown)]]
    for row in rows:
        cells = [_cell(row.figures.get(name), None if row.name == PRODUCT else ours.get(name)) for name in shown]
        lines.append([f"{row.name} (failed)" if row.failed else row.name, *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [[one[0].ljust(widths[0]), *map(str.rjust, one[1:], widths[1:])] for one in lines]
    padded.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    text = "".join(f"| {' | '.join(cells)} |\n" for cells in padded)
    return text + "".join(f"\n{row.name} failed at {row.failed}\n" for row in rows if row.failed)


def _cell(value: float | None, ours: float | None) -> str:
    """Return a figure to three digits with its ratio to the product's, e.g. ``8.21 (0.41×)``."""
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return f"{shown} ({value / ours:.2g}×)" if ours else shown


def compare(
    systems: Sequence[System],
    work: Path,
    passages: int,
    questions: int,
    rounds: int,
    data: Path | None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Run the whole comparison below the folder ``work``, and return it as plain data, for JSON and :func:`report`.

    Raises:
        EvalError: the source of the texts cannot be used (see ``eval.bench.peer_texts``).
    """
    texts = prepare(work / "texts", make_encoder(), passages, questions, data)
    comparison = Comparison(systems, texts, work, say)
    comparison.measure(rounds)
    settings = {
        "passages": len(texts.tokens),
        "tokens": sum(texts.tokens),
        "questions": texts.questions,
        "rounds": rounds,
        "source": data.name if data else "docstrings of Python's library",
        "cores": os.cpu_count(),
        "version": revision(),
    }
    bound = limit(comparison.rows, texts.tokens, [*comparison.rates, gemm_rate()])
    return {"settings": settings, "limit": bound, "systems": [asdict(row) for row in comparison.rows]}


def report(result: dict[str, Any]) -> str:
    """Return what a person reads of :func:`compare`'s result."""
    settings, bound = result["settings"], result["limit"]
    share = "" if bound["share"] is None else f"; {PRODUCT} reaches {100 * bound['share']:.0f} % of it"
    return (
        f"{settings['passages']:,} passages, {settings['source']}, {settings['tokens'] / settings['passages']:.0f} "
        f"tokens each; {settings['questions']} questions, {settings['rounds']} rounds, {settings['cores']} cores\n\n"
        f"{table([Row(**row) for row in result['systems']])}\n"
        f"The limit: {bound['gflop_s']:.1f} GFLOP/s in matrix products of the encoder's shapes at best (median "
        f"{bound['gflop_s_median']:.1f}), {bound['gflop']:.2f} GFLOP a passage: {bound['passages_s']:.1f} "
        f"passages/s{share}.\n"
    )
