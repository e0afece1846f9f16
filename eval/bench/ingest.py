"""Indexes a folder of mixed real files and says where the time went.

``python -m eval.bench.ingest [FOLDER...] --files 5000`` copies files, drawn by chance with a fixed seed (default: of
the system's documentation, licences and manual pages, and Python's library), into a scratch folder, compressed ones
unpacked, and prints: files and passages a second, the share of the time spent outside the encoder (which is timed
within the same run), the peak memory of this process, and how many files a second a sync of the unchanged folder looks
at. ``--hashing`` takes an encoder without a model, which shows the cost of all the rest alone.
"""

import argparse
import gzip
import random
import resource
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench.hashing import HashingEncoder
from index.encode import Encoder, TokenVectors, make_encoder
from index.sync import sync

PLACES = ("/usr/share/doc", "/usr/share/common-licenses", "/usr/share/man", sysconfig.get_path("stdlib"))
LARGEST = 20_000  # bytes; of larger ones 5,000 would take hours to embed


class Timed:
    """An encoder that adds up the seconds spent in it."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.seconds = 0.0
        self.passages = 0
        self._encoder = encoder

    @property
    def window(self) -> int:
        """Most tokens of one text that the encoder reads."""
        return self._encoder.window

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows."""
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, and count the time."""
        begun = time.perf_counter()
        rows = self._encoder.encode_passages(texts)
        self.seconds += time.perf_counter() - begun
        self.passages += len(texts)
        return rows

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return the tokens' vectors."""
        return self._encoder.encode_tokens(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the lengths in tokens."""
        return self._encoder.count_tokens(texts)


def gather(places: Sequence[str], into: Path, files: int, largest: int = LARGEST) -> int:
    """Copy up to ``files`` files of up to ``largest`` bytes into a folder; returns how many."""
    count = 0
    for path in _found(places):
        data = path.read_bytes()
        name = path.name
        if name.endswith(".gz"):
            data, name = gzip.decompress(data), name.removesuffix(".gz")
        if 0 < len(data) <= largest:
            folder = into / f"{count // 200:03}"
            folder.mkdir(exist_ok=True)
            (folder / f"{count:05}-{name}").write_bytes(data)
            count += 1
        if count == files:
            break
    return count


def _found(places: Sequence[str]) -> Iterator[Path]:
    paths = sorted(path for place in places for path in Path(place).rglob("*"))
    random.Random(0).shuffle(paths)
    for path in paths:
        if path.is_file() and not path.is_symlink() and not path.name.endswith((".pyc", ".so")):
            yield path


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", default=PLACES)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--largest", type=int, default=LARGEST, help="most bytes of a file that is taken")
    parser.add_argument("--hashing", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, directory = Path(place, "documents"), Path(place, "index")
        folder.mkdir()
        count = gather(options.folders, folder, options.files, options.largest)
        encoder = Timed(HashingEncoder() if options.hashing else make_encoder())
        encoder.encode_queries(["warm up"])
        begun = time.perf_counter()
        report = sync([folder], directory, encoder)
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        again = sync([folder], directory, encoder)
        unchanged = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines = (
            f"{count} files: {len(report.added)} read, {len(report.failed)} refused, {len(report.skipped)} passed over",
            f"first sync {took:.1f} s: {count / took:.1f} files/s, {encoder.passages / took:.1f} passages/s",
            f"outside the encoder: {100 * (1 - encoder.seconds / took):.1f} % of the time",
            f"second sync {unchanged:.2f} s: {count / unchanged:.0f} files/s, {len(again.unchanged)} unchanged",
            f"peak memory of this process: {peak:.0f} MB",
        )
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
