"""Ends a process that writes an index, at random moments, and checks the index after each.

``python -m eval.bench.kill --kills 200``. In every round the documents of a folder are changed, added and removed, a
process begins to index them and is killed (SIGKILL) after a random time. Then, before anything repairs it: the file
opens, every document is one whole version of its file, old or new, every invariant that ``index.verify`` knows holds,
and a search returns only what the store holds. After a last, undisturbed run the index equals the folder, and its files
hold no words of another version.
"""

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eval.bench.hashing import HashingEncoder
from index.retrieve import Index
from index.sync import sync
from index.verify import verify

_WRITE = """
import sys
from pathlib import Path
from eval.bench.hashing import HashingEncoder
from index.sync import sync
import index.ingest as ingest
ingest.BATCH = 4
print("begun", flush=True)
sync([Path(sys.argv[1])], Path(sys.argv[2]), HashingEncoder(), wait=60)
"""
FILES = 24
_VERSION = re.compile(rb"Report \d+ of version v\d+x")
SECONDS = 0.5  # about as long as an undisturbed run takes


def text(n: int, version: int) -> str:
    """Return the text of document ``n``; each sentence names the version, so that a mixture would show."""
    return f"# Report {n}\n\n" + "\n\n".join(
        f"## Part {part}\n\nReport {n} of version v{version}x says that harbour {part} holds {part * n} boats."
        for part in range(4)
    )


def run(kills: int, seed: int = 0) -> dict[str, int]:
    """Kill ``kills`` times; returns how often the writer was ended while it wrote, and how many documents were checked.

    Raises:
        AssertionError: an invariant does not hold; the message says which.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder, directory = Path(place, "documents"), Path(place, "index")
        folder.mkdir()
        sync([folder], directory, HashingEncoder())
        versions: dict[str, set[str]] = {}
        told = {"kills": 0, "while writing": 0, "documents checked": 0}
        for n in range(kills):
            _change(folder, versions, n, chance)
            told["while writing"] += _kill(folder, directory, chance.uniform(0, SECONDS))
            told["kills"] += 1
            told["documents checked"] += check(directory, versions)
        sync([folder], directory, HashingEncoder(), wait=60)
        index = Index(directory, HashingEncoder())
        held = {info.id: index.document(info.id).text for info in index.documents()}
        index.store.close()
        assert held == {path.name: path.read_text("utf-8").strip() for path in folder.iterdir()}, (
            "not equal to the folder"
        )
        words = b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())
        left = set(_VERSION.findall(words)) - {
            found for one in held.values() for found in _VERSION.findall(one.encode())
        }
        assert not left, f"the files still hold words of {len(left)} versions that are gone"
        return told


def _change(folder: Path, versions: dict[str, set[str]], n: int, chance: random.Random) -> None:
    for number in chance.sample(range(FILES), 8):
        path = folder / f"{number}.txt"
        if path.exists() and chance.random() < 0.3:
            path.unlink()
        else:
            path.write_text(text(number, n), "utf-8")
            versions.setdefault(path.name, set()).add(text(number, n))


def _kill(folder: Path, directory: Path, seconds: float) -> bool:
    """Begin a sync in another process and kill it; returns whether it was still at work."""
    arguments = [sys.executable, "-c", _WRITE, str(folder), str(directory)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, start_new_session=True) as writer:
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(seconds)
        at_work = writer.poll() is None
        writer.send_signal(signal.SIGKILL)
    return at_work


def check(directory: Path, versions: dict[str, set[str]]) -> int:
    """Check what a killed writer left, then verify it; returns the number of documents."""
    index = Index(directory, HashingEncoder())
    try:
        held = {info.id: index.document(info.id).text for info in index.documents()}
        for doc_id, words in held.items():
            assert words in versions[doc_id], f"{doc_id} is no version that it ever had: {words[:80]!r}"
        for hit in index.search("harbour boats report", 50):
            assert hit.passage.text in held[hit.passage.doc_id], f"a hit of {hit.passage.doc_id} is not in it"
    finally:
        index.store.close()
    problems = verify(directory).problems
    assert not problems, problems
    return len(held)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun = time.monotonic()
    found = run(options.kills, options.seed)
    told = ", ".join(f"{count} {name}" for name, count in found.items())
    sys.stdout.write(f"{told}; every invariant held; {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    main()
