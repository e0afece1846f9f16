"""Fills indexes of given sizes and measures how building, opening, asking and changing them grow.

``python -m eval.bench.scale --passages 100000 --passages 1000000 --results scale.json --plot scale.svg``. Texts are
joined from halves of real passages (system documentation and Python's library), each with a number of its own. Vectors
are mixtures: a real passage's vector, some of another's and noise, from 2,000 passages that the shipped encoder
embeds once; questions are words of real passages, embedded too. They go into the product's own store by
``Store.write``, and all that is timed is the product's: ``derive.build``, ``Index``, ``retrieve``, ``sync.remove``.
Each phase runs in a process of its own, whose peak memory is its own. Embedding is in no figure.

What it does not show: a vocabulary that grows with the text (each passage adds one word), and the disk's speed where
an index is larger than memory.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from corpus.document import Document, Passage
from eval.bench.grown import Prepared, Real, grow, kept
from eval.bench.plot import panels
from index import derive, inverted
from index.database import FILE
from index.dense import DEPTH
from index.lexical import Lexical
from index.retrieve import Index
from index.store import FileState, Store
from index.sync import remove

A_DOCUMENT, CHANGED = 50, 1000  # passages
Row = dict[str, Any]


def fill(directory: Path, real: Real, first: int, count: int) -> None:
    """Write documents of passages ``first`` to ``first + count`` to a store, many in one transaction."""
    store = Store(directory, create=True)
    store.put("encoder", Prepared.name)
    for start in range(first, first + count, A_DOCUMENT * 100):
        with store.transaction():
            for begin in range(start, min(start + A_DOCUMENT * 100, first + count), A_DOCUMENT):
                _document(store, real, begin, min(A_DOCUMENT, first + count - begin))
    store.scrub()
    store.close()


def _document(store: Store, real: Real, first: int, count: int) -> None:
    texts, vectors = grow(real, first, count)
    name, passages, place = f"{first}.txt", [], 0
    for text in texts:
        passages.append(Passage(name, place, place + len(text), text, None, (), ((place, place + len(text)),)))
        place += len(text) + 1
    store.put_file(name, FileState(name, place, 0, 0))
    store.write(
        name, Document(name, f"Report {first}", "\n".join(texts), (), (), "text/plain", ""), passages, list(vectors)
    )


def build(directory: Path) -> Row:
    """Derive both forms anew; returns seconds of each and bytes on disk."""
    took: dict[str, float] = {}
    store = Store(directory)
    begun = time.perf_counter()
    with (
        patch.object(inverted, "build", _timed(took, "dense", inverted.build)),
        patch.object(Lexical, "build", _timed(took, "lexical", Lexical.build)),
    ):
        derive.build(store, directory, anew=True)
    total = time.perf_counter() - begun
    generation = store.generation
    store.close()
    return {
        "build s": total, "dense s": took["dense"], "lexical s": took["lexical"], "build MB": _peak(),
        "kind": derive.described(directory), "store bytes": (directory / FILE).stat().st_size,
        "dense bytes": derive.dense_file(directory, generation).stat().st_size,
        "lexical bytes": sum(f.stat().st_size for f in derive.lexical_folder(directory, generation).iterdir()),
    }  # fmt: skip


def _timed(took: dict[str, float], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: object) -> object:
        begun = time.perf_counter()
        found = call(*arguments)
        took[name] = time.perf_counter() - begun
        return found

    return timed


def ask(directory: Path, real: Real) -> Row:
    """Open an index and ask; returns seconds to open, milliseconds a question by leg, recall@10 of the vectors."""
    begun = time.perf_counter()
    index = Index(directory, Prepared(real))
    index.search(real.questions[0])
    opened = time.perf_counter() - begun
    derived = index._current()
    legs: dict[str, Callable[[int], object]] = {
        "dense": lambda n: index._nearest(derived.dense, real.asked[n], DEPTH),
        "lexical": lambda n: derived.lexical.search([(real.questions[n], 1.0)], DEPTH),
        "search": lambda n: index.search(real.questions[n]),
    }
    row: Row = {"open s": opened}
    for name, leg in legs.items():
        times = sorted(_seconds(leg, n) for n in range(len(real.questions)))
        row[f"{name} p50 ms"], row[f"{name} p95 ms"] = (1000 * float(np.quantile(times, q)) for q in (0.5, 0.95))
    row["ask MB"] = _peak()
    bounds = inverted.tenth(real.asked, (vectors for _, vectors in index.store.vectors()))
    row["recall@10"] = inverted.measured(derived.dense, index.store, real.asked, bounds)
    index.store.close()
    return row


def _seconds(leg: Callable[[int], object], n: int) -> float:
    begun = time.perf_counter()
    leg(n)
    return time.perf_counter() - begun


def change(directory: Path, real: Real, count: int) -> Row:
    """Add ``CHANGED`` passages, then delete as many; returns the seconds until each can be searched."""
    begun = time.perf_counter()
    fill(directory, real, count, CHANGED)
    store = Store(directory)
    derive.build(store, directory)
    store.close()
    added = time.perf_counter()
    first = count // 2 // A_DOCUMENT * A_DOCUMENT  # neighbours, as the documents of a folder that goes
    remove([f"{n}.txt" for n in range(first, first + CHANGED, A_DOCUMENT)], directory)
    return {"add s": added - begun, "delete s": time.perf_counter() - added, "change MB": _peak()}


def _peak() -> float:
    """Return the most memory that this process has held, in MB, mapped files that were read included."""
    import resource

    try:  # what getrusage tells of a process includes the one that started it
        line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def measure(passages: int, real: Real, place: Path) -> Row:
    """Return all figures of one size."""
    row: Row = {"passages": passages}
    with tempfile.TemporaryDirectory(dir=place) as folder:
        directory = Path(folder) / "index"
        begun = time.perf_counter()
        _apart(fill, directory, real, 0, passages)
        row["fill s"] = time.perf_counter() - begun
        row |= _apart(build, directory) | _apart(ask, directory, real) | _apart(change, directory, real, passages)
    return row


def _apart(phase: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """Run a phase in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(phase, *arguments).result()


def table(rows: list[Row]) -> Iterator[str]:
    """Yield lines of a table in Markdown, a row for each figure."""
    yield "| passages | " + " | ".join(f"{row['passages']:,}" for row in rows) + " |"
    yield "|---|" + "---|" * len(rows)
    for name in rows[-1]:
        if name != "passages":
            yield f"| {name} | " + " | ".join(_said(name, row[name]) for row in rows) + " |"


def _said(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return value
    if name.endswith("bytes"):
        return f"{value / 1e6:,.0f} MB"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--passages", type=int, action="append", help="a size; may be given several times")
    parser.add_argument("--results", type=Path, help="a JSON file of rows, read first and written with the new ones")
    parser.add_argument("--plot", type=Path, help="an SVG file of the growth, over all rows")
    parser.add_argument("--real", type=Path, help="an NPZ file that keeps what was embedded for the next run")
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()), help="where indexes are made")
    options = parser.parse_args()
    held = json.loads(options.results.read_text("utf-8")) if options.results and options.results.exists() else []
    rows = {row["passages"]: row for row in held}
    real = kept(options.real) if options.passages else None
    for passages in options.passages or ():
        assert real is not None
        rows[passages] = measure(passages, real, options.place)
        if options.results:  # at once: the next size may take an hour
            options.results.write_text(json.dumps([rows[n] for n in sorted(rows)], indent=1) + "\n", "utf-8")
    ordered = [rows[passages] for passages in sorted(rows)]
    if options.plot:
        options.plot.write_text(panels(ordered), "utf-8")
    sys.stdout.write("\n".join(table(ordered)) + "\n")


if __name__ == "__main__":
    main()
