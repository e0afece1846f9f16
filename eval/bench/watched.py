"""Runs a process that prints JSON lines, and watches its time and memory from outside."""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

from eval.bench.peer_venvs import reason
from eval.examples import EvalError

LONGEST = 7200.0  # seconds a system may take to ingest, or to answer all questions once
SAMPLE = 0.1  # seconds between two looks at a process's memory


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process printed, the seconds from its start to its first line, and its memory's peak in megabytes."""

    lines: list[dict[str, Any]]
    seconds: float
    megabytes: float


def run(command: Sequence[str], work: Path, longest: float = LONGEST) -> Ran:
    """Run a process that prints JSON lines, and watch it from outside.

    Raises:
        EvalError: it failed, printed something else, or took longer than ``longest`` seconds and was ended.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    peaks = [0.0]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        begun = perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=work,
            env=environment,
        )
        watch = threading.Thread(target=_watch, args=(process, peaks, monotonic() + longest))
        watch.start()
        with process:
            assert process.stdout is not None
            first = process.stdout.readline()
            seconds = perf_counter() - begun
            rest = process.stdout.readlines()
        watch.join()
        errors.seek(0)
        told = reason(errors.read())
    if process.returncode:
        late = perf_counter() - begun > longest
        raise EvalError(f"ended after {longest:.0f} s" if late else f"exit code {process.returncode}: {told}")
    try:
        return Ran([json.loads(line) for line in (first, *rest)], seconds, max(peaks))
    except ValueError as error:
        raise EvalError(f"a system prints JSON lines, and this one printed {first[:80]!r}; {told}") from error


def _watch(process: "subprocess.Popen[str]", peaks: list[float], end: float) -> None:
    """Note a process's memory until it ends, and end it when its time is over."""
    while process.poll() is None:
        peaks.append(resident(process.pid) / 1e6)
        if monotonic() > end:
            process.kill()
        sleep(SAMPLE)


def resident(pid: int) -> float:
    """Return the resident memory in bytes of a process and all that it started; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        started = [path.read_text("ascii").split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (OSError, IndexError):  # it has ended
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for some in started for child in some)
