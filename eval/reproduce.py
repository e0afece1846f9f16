"""Runs again what ``eval/expected.toml`` says of the product, and tells whether each figure still comes out.

Each row holds a command, the figure it must give and how far from it a run may lie; a command that gives several
figures is run once. A figure better than its row by more than the tolerance fails too: what is stated is then wrong.
"""

import json
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from eval.examples import EvalError

TABLES = ("answers", "retrieval")
DATA = "DIR"  # in a command, the folder of the public sets
Verdict = Literal["OK", "within tolerance", "FAIL", "not run"]


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that is stated: the command that gives it, of which set, its score, how far a run may lie from it.

    ``readme`` is the first cell of the README's row that states it and ``column`` the heading of its column there, both
    "" where the README does not.
    """

    table: str
    command: str
    set: str
    metric: str
    score: float
    tolerance: float
    readme: str
    column: str = ""

    def verdict(self, value: float) -> Verdict:
        """Return "OK" where the value rounds to the score, else whether it lies within the tolerance."""
        if round(value, 3) == round(self.score, 3):
            return "OK"
        return "within tolerance" if abs(value - self.score) <= self.tolerance else "FAIL"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A stated figure and what came out; ``value`` is None where there is none, and ``why`` says why."""

    stated: Stated
    verdict: Verdict
    value: float | None
    why: str = ""


def stated() -> list[Stated]:
    """Return the rows of ``eval/expected.toml``.

    Raises:
        EvalError: a row lacks a field.
    """
    tables = tomllib.loads((files("eval") / "expected.toml").read_text("utf-8"))
    return [_row(table, row) for table in TABLES for row in tables.get(table, [])]


def reproduce(rows: Sequence[Stated], data: Path | None, ran: Callable[[str], None]) -> Iterator[Outcome]:
    """Run each command once and yield every row's outcome; ``ran`` is told each command before it runs.

    Without ``data``, what needs the public sets is not run.
    """
    for command in dict.fromkeys(row.command for row in rows):
        wanted = [row for row in rows if row.command == command]
        if data is None and DATA in shlex.split(command):
            yield from (Outcome(row, "not run", None, "needs the public sets: --data DIR") for row in wanted)
            continue
        ran(command)
        found, why = _run(command, data)
        for row in wanted:
            value = _figure(found, row) if found is not None else None
            if value is None:
                yield Outcome(row, "FAIL", None, why or f"the run gives no {row.metric} of {row.set}")
            else:
                yield Outcome(row, row.verdict(value), value)


def _row(table: str, row: dict[str, Any]) -> Stated:
    try:
        known = (row["command"], row["set"], row["metric"], float(row["score"]), float(row["tolerance"]))
    except KeyError as error:
        remedy = "give command, set, metric, score and tolerance"
        raise EvalError(f"eval/expected.toml: a row of [[{table}]] lacks {error}; {remedy}") from error
    return Stated(table, *known, str(row.get("readme", "")), str(row.get("column", "")))


def _run(command: str, data: Path | None) -> tuple[dict[str, Any] | None, str]:
    """Return the JSON that a command writes, or None and why there is none."""
    words = [str(data.absolute()) if data and word == DATA else word for word in shlex.split(command)]
    if words[:3] != ["python", "-m", "eval"]:
        raise EvalError(f"a command of eval/expected.toml begins with `python -m eval`, and this is {command!r}")
    with TemporaryDirectory() as place:
        kept = Path(place, "results.json")
        done = subprocess.run(
            [sys.executable, *words[1:], "--json", str(kept)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            return None, said[-1] if said else f"exit code {done.returncode}"
        return json.loads(kept.read_text("utf-8")), ""


def _figure(found: dict[str, Any], row: Stated) -> float | None:
    """Return a row's figure from the JSON of its command; None where it is not there or undefined."""
    figures = found["sets"].get(row.set, {}).get("figures", {}) if "sets" in found else found.get("metrics", {})
    value = figures.get(row.metric, {}).get("value")
    return None if value is None else float(value)
