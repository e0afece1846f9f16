"""Many people ask the page's server at once: errors, lost messages, waiting times and memory.

``python -m eval.bench.load [--users 20] [--minutes 5] [--passages 5000]`` starts ``ui.py`` on a generated index of
about so many passages and lets users ask through gradio's client, each one question after another, with no pause. Each
question asks for the number that one document gives, so that an answer which went to another user is told from one
that is right.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from gradio_client import Client

from eval.bench.served import served
from eval.bench.watched import resident
from eval.metrics import percentile
from index.sync import sync

PLACES = ("Dunmore", "Skerra", "Quillback", "Ottoline", "Marrow", "Tarn", "Velin", "Hask", "Orrin", "Brale")
SETTLED = 0.2  # share of the run after which memory is taken as that of a server at work


@dataclass(slots=True)
class Seen:
    """What the users saw: seconds of each answer, how many were wrong or missing, and errors by their text."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def write(folder: Path, passages: int) -> None:
    """Write documents of ten passages each, one fact a passage: which shelf of which place holds how many books."""
    for n in range(max(1, passages // 10)):
        place = f"{PLACES[n % len(PLACES)]}{n:04}"
        parts = [
            f"## Hall {hall}\n\nHall {hall} of the {place} library holds {number(n, hall)} books. " + "It is dry. " * 12
            for hall in range(10)
        ]
        (folder / f"{place}.md").write_text(f"# The {place} library\n\n" + "\n\n".join(parts), encoding="utf-8")


def number(document: int, hall: int) -> int:
    """Return how many books a hall holds: another number for each."""
    return 10_000 + 10 * document + hall


def asked(user: int, turn: int, documents: int) -> tuple[str, str]:
    """Return a user's question, and the number that answers it."""
    document, hall = (user * 7919 + turn * 104_729) % documents, (user + turn) % 10
    place = f"{PLACES[document % len(PLACES)]}{document:04}"
    return f"How many books does hall {hall} of the {place} library hold?", str(number(document, hall))


def use(address: str, user: int, documents: int, end: float, seen: Seen) -> None:
    """Ask until the time is over."""
    client, turn = Client(address, verbose=False), 0
    while time.monotonic() < end:
        question, wanted = asked(user, turn, documents)
        begun = time.monotonic()
        try:
            answer = client.predict(question, api_name="/ask")
        except (ValueError, OSError, RuntimeError) as error:  # gradio's client raises these for what a server refuses
            with seen.lock:
                seen.errors.append(str(error)[:200])
            return
        with seen.lock:
            seen.seconds.append(time.monotonic() - begun)
            seen.lost += wanted not in json.dumps(answer).replace(",", "")
        turn += 1


def load(users: int, minutes: float, passages: int) -> dict[str, object]:
    """Run the load and return its figures; times in seconds, memory in megabytes.

    Raises:
        EvalError: the server did not start.
    """
    with tempfile.TemporaryDirectory() as work:
        folder, index = Path(work) / "documents", Path(work) / "index"
        folder.mkdir()
        write(folder, passages)
        sync([folder], index)
        command = ["ui.py", "--index", str(index), "--rate", "0"]
        with served(command, "is ready", Path(work)) as (address, pid):
            return _measured(address, pid, users, minutes, len(list(folder.iterdir())))


def _measured(address: str, pid: int, users: int, minutes: float, documents: int) -> dict[str, object]:
    seen, begun = Seen(), time.monotonic()
    end = begun + 60 * minutes
    threads = [threading.Thread(target=use, args=(address, user, documents, end, seen)) for user in range(users)]
    for thread in threads:
        thread.start()
    memory = []
    while any(thread.is_alive() for thread in threads):
        memory.append(resident(pid) / 1e6)
        time.sleep(1)
    settled = memory[int(SETTLED * len(memory)) :]
    seconds = seen.seconds or [0.0]
    return {
        "users": users,
        "seconds": round(time.monotonic() - begun),
        "answered": len(seen.seconds),
        "errors": len(seen.errors),
        "lost or wrong": seen.lost,
        "p50": round(percentile(seconds, 50), 2),
        "p95": round(percentile(seconds, 95), 2),
        "MB settled": round(settled[0]),
        "MB at the end": round(settled[-1]),
        "MB each minute": [round(size) for size in memory[::60]],
        "first errors": seen.errors[:3],
    }


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--passages", type=int, default=5000)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(load(given.users, given.minutes, given.passages), indent=1) + "\n")


if __name__ == "__main__":
    main()
