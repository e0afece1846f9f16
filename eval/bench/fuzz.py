"""Mutated files through every loader: nothing but a LoadError may come out, and nothing may take long.

``python -m eval.bench.fuzz FOLDER --inputs 2000`` mutates each file of FOLDER that often (bytes changed, cut, put in,
the end cut off; for ZIP containers also inside their members), reads it in this process, and prints a line a file:
inputs, refused, the longest processor time. An exception that is not ours, or a time over 10 seconds, ends with exit
code 1.
"""

import argparse
import io
import random
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import LoadError
from corpus.load import load_all
from corpus.load.limits import Limits

SECONDS_MAX = 10.0
BOUNDS = Limits(ocr_pages=0)  # a damaged font makes a page one to be read as a picture, which takes seconds by design


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with one to ten places changed; a ZIP container half the time inside a member."""
    if data.startswith(b"PK") and chance.random() < 0.5:
        return _repacked(data, chance)
    return _changed(data, chance)


def _changed(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 10))):
        at, how = chance.randrange(len(out)), chance.random()
        if how < 0.5:
            out[at] = chance.randrange(256)
        elif how < 0.7:
            del out[at : at + chance.randrange(1, 40)]
        elif how < 0.9:
            out[at:at] = chance.randbytes(chance.randrange(1, 20))
        else:
            del out[at:]
        out = out or bytearray(b"a")
    return bytes(out)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    """Change one member and pack the container anew, so that the damage reaches the parser behind it."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.randrange(len(old.infolist()))
        for n, info in enumerate(old.infolist()):
            content = old.read(info)
            new.writestr(info.filename, _changed(content, chance) if n == chosen and content else content)
    return into.getvalue()


def run(file: Path, inputs: int, seed: int = 0) -> tuple[int, float]:
    """Read ``inputs`` mutations of a file; returns how many were refused, and the longest processor time in seconds.

    Raises whatever a loader lets out that is not a LoadError.
    """
    chance = random.Random(f"{seed} {file.name}")
    data = file.read_bytes()
    refused, longest = 0, 0.0
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries say of broken files
        path = Path(place, file.name)
        for _ in range(inputs):
            path.write_bytes(mutated(data, chance))
            begun = time.process_time()
            try:
                for _ in load_all(path, limits=BOUNDS):
                    pass
            except LoadError:
                refused += 1
            longest = max(longest, time.process_time() - begun)
    return refused, longest


def _files(places: list[Path]) -> Iterator[Path]:
    for place in places:
        yield from sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--inputs", type=int, default=2000)
    options = parser.parse_args()
    slow = False
    for file in _files(options.places):
        refused, longest = run(file, options.inputs)
        slow |= longest > SECONDS_MAX
        sys.stdout.write(f"{file.name:<24} {options.inputs} inputs, {refused} refused, longest {longest:.2f} s\n")
        sys.stdout.flush()
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
