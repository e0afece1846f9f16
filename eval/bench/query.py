"""Where the time of a question goes, from the command's start and with the product loaded.

``python -m eval.bench.query --passages 5000`` indexes files as ``eval.bench.ingest`` draws them until the index holds
so many passages, asks questions made of words of its own sentences, and prints: the median and 95th percentile of a
search, of the first verified sentence and of a whole answer (the quoting reader's), the share of each leg of them by
the profiler, and the time from the start of a process to a cited answer on its output. ``--index DIR`` takes an index
that is there already.
"""

import argparse
import cProfile
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.bench.ingest import PLACES, gather
from eval.metrics import percentile
from index.encode import Encoder, make_encoder
from index.retrieve import Index
from index.store import Store
from index.sync import sync
from qa.system import Assistant

WORDS = 10  # of a question
FIRST = 20  # files indexed before the number of passages a file is known
LEGS = {  # what a leg is called, and the functions whose time it is: file and name
    "embedding the question": [("encode.py", "encode_queries"), ("minilm.py", "encode_queries")],
    "nearest vectors": [("dense.py", "search"), ("passages.py", "cosines")],
    "BM25": [("lexical.py", "search")],
    "passages from the store": [("passages.py", "passages")],
    "cross-encoder": [("cross_encoder.py", "score")],
    "sentences' vectors": [("encode.py", "encode_tokens"), ("minilm.py", "encode_tokens")],
}


def build(directory: Path, passages: int, places: Sequence[str] = PLACES, encoder: Encoder | None = None) -> None:
    """Index files until the index holds ``passages``, or a last file's more.

    Raises:
        ValueError: all files of ``places`` together hold fewer.
    """
    encoder = encoder or make_encoder()
    with tempfile.TemporaryDirectory() as place:
        files, held = FIRST, 0
        while True:
            found = gather(places, Path(place), files)
            sync([Path(place)], directory, encoder)
            store = Store(directory)
            held = store.counts()[1]
            store.close()
            if held >= passages:
                return
            if found < files:
                raise ValueError(f"the files of {' '.join(places)} hold {held} passages; ask for no more")
            missing = (passages - held) * files // held if held else FIRST  # at the number a file holds so far
            files += max(1, missing // 2)  # of half, since files differ in length


def questions(index: Index, count: int) -> list[str]:
    """Return questions made of the first words of sentences, drawn with a fixed seed."""
    rng = random.Random(0)
    texts = [" ".join(p.slice(*rng.choice(p.sentences)).split()[:WORDS]) for p, _ in index.store.passages().values()]
    return rng.sample([f"What about {text}?" for text in texts if len(text.split()) == WORDS], count)


def timed(call: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Return the milliseconds of each call, after one that is not counted."""
    call(asked[0])
    out = []
    for question in asked:
        begun = time.perf_counter()
        call(question)
        out.append(1e3 * (time.perf_counter() - begun))
    return out


def shares(call: Callable[[str], object], asked: Sequence[str]) -> dict[str, float]:
    """Return the share of the time within each leg, in [0, 1], by the profiler (it slows Python more than the rest)."""
    profile = cProfile.Profile()
    profile.enable()
    for question in asked:
        call(question)
    profile.disable()
    stats = pstats.Stats(profile)
    whole: float = stats.total_tt  # type: ignore[attr-defined]
    found = {(Path(file).name, name): row[3] for (file, _, name), row in stats.stats.items()}  # type: ignore[attr-defined]
    legs = {leg: max(found.get(one, 0.0) for one in names) for leg, names in LEGS.items()}
    legs["nearest vectors"] = sum(found.get(one, 0.0) for one in LEGS["nearest vectors"])
    return {leg: seconds / whole for leg, seconds in legs.items() if seconds}


def cold(directory: Path, question: str) -> float:
    """Return the seconds from the start of ``qa ask`` to its end."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "qa", "ask", question, "--index", str(directory)], check=True, capture_output=True
    )
    return time.perf_counter() - begun


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--index", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        directory = options.index or Path(place, "index")
        if options.index is None:
            try:
                build(directory, options.passages)
            except ValueError as error:
                parser.error(str(error))
        assistant = Assistant.open(directory)
        index = assistant.index
        asked = questions(
            index, 3 * options.questions
        )  # others for each call, as sentences' vectors are kept for a while
        sys.stdout.write(f"{index.store.counts()[1]:,} passages, {options.questions} questions\n")
        calls: dict[str, Callable[[str], object]] = {
            "search": index.search,
            "first verified sentence": lambda question: next(assistant.stream(question)),
            "answer": assistant.ask,
        }
        for number, (name, call) in enumerate(calls.items()):
            own = asked[number::3]
            times = timed(call, own[::2])
            sys.stdout.write(f"{name}: p50 {percentile(times, 50):.1f} ms, p95 {percentile(times, 95):.1f} ms\n")
            for leg, share in shares(call, own[1::2]).items():
                sys.stdout.write(f"  {leg}: {100 * share:.0f} %\n")
        starts = sorted(cold(directory, question) for question in asked[:5])
        sys.stdout.write(f"from the start of `qa ask` to its cited answer: {starts[2]:.2f} s (median of five)\n")


if __name__ == "__main__":
    main()
