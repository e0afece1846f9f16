"""Many people ask the page's server at once: errors, lost messages, waiting times and memory.

``python -m eval.bench.load [--users 20] [--minutes 5] [--passages 5000]`` starts ``ui.py`` on a generated index of
about so many passages and lets users ask through gradio's client, each one question after another, with no pause. Each
question asks for the number that one document gives, so that an answer which went to another user is told from one
that is right. With ``--chat`` they chat instead, each in a tab of their own, by what the page's events call, in this
process: answers stream, conversations are kept, and at the end the file of conversations must hold every turn of each.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gradio_client import Client

from eval.bench.served import served
from eval.bench.watched import resident
from eval.metrics import percentile
from index.retrieve import Index
from index.sync import sync
from qa.read.quote import QuoteReader
from qa.system import Assistant
from qa.web.chat import Chat
from qa.web.conversations import Conversations, beside
from qa.web.seen import Access, Asker
from qa.web.seen import Seen as Asked
from qa.web.shelf import Shelf
from qa.web.tab import Tab

PLACES = ("Dunmore", "Skerra", "Quillback", "Ottoline", "Marrow", "Tarn", "Velin", "Hask", "Orrin", "Brale")
TURNS = 10  # questions of one conversation
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


def use(address: str, documents: int, user: int, end: float, seen: Seen) -> None:
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


def talk(chat: Chat, owner: threading.local, documents: int, user: int, end: float, seen: Seen) -> None:
    """Chat until the time is over, a new conversation now and then; then look for every turn in the file."""
    tab, turn, owner.name = Tab(), 0, f"user {user}"
    while time.monotonic() < end:
        question, wanted = asked(user, turn, documents)
        begun = time.monotonic()
        if turn % TURNS == 0:
            chat.fresh(tab)
        for _ in chat.reply(question, tab):
            pass
        chat.refresh(tab)
        told = tab.turns[-1]
        with seen.lock:
            seen.seconds.append(time.monotonic() - begun)
            seen.lost += told.state != "done" or wanted not in told.answer.text.replace(",", "")
        turn += 1
    kept = chat.shelf.kept
    listed = [one.id for one in kept.listed(owner.name)]
    held = sorted(stored.question for one in listed for stored in kept.turns(owner.name, one) if stored.state == "done")
    with seen.lock:
        seen.lost += held != sorted(asked(user, n, documents)[0] for n in range(turn))


def chats(users: int, minutes: float, passages: int) -> dict[str, object]:
    """Run the load of people who chat and return its figures, as :func:`load` does."""
    with _indexed(passages) as (place, documents):
        index, owner = Index(place), threading.local()
        assistant = Asked(Assistant(index, QuoteReader()), Access(index), Asker)
        kept = Conversations(beside(place), index.store)
        chat = Chat(assistant, Shelf(kept, lambda: str(owner.name), assistant.still))
        try:
            found = _measured(partial(talk, chat, owner, documents), os.getpid(), users, minutes)
        finally:
            chat.shelf.asking.close()
            kept.close()
            index.store.close()
        return found


def load(users: int, minutes: float, passages: int) -> dict[str, object]:
    """Run the load and return its figures; times in seconds, memory in megabytes.

    Raises:
        EvalError: the server did not start.
    """
    with _indexed(passages) as (index, documents):
        command = ["ui.py", "--index", str(index), "--rate", "0"]
        with served(command, "is ready", index.parent) as (address, pid):
            return _measured(partial(use, address, documents), pid, users, minutes)


@contextmanager
def _indexed(passages: int) -> Iterator[tuple[Path, int]]:
    """Write and index documents of about so many passages; yields the index directory and their number."""
    with tempfile.TemporaryDirectory() as work:
        folder, index = Path(work) / "documents", Path(work) / "index"
        folder.mkdir()
        write(folder, passages)
        sync([folder], index)
        yield index, len(list(folder.iterdir()))


def _measured(act: Callable[[int, float, Seen], None], pid: int, users: int, minutes: float) -> dict[str, object]:
    seen, begun = Seen(), time.monotonic()
    end = begun + 60 * minutes
    threads = [threading.Thread(target=act, args=(user, end, seen)) for user in range(users)]
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
    parser.add_argument("--chat", action="store_true")
    given = parser.parse_args()
    run = chats if given.chat else load
    sys.stdout.write(json.dumps(run(given.users, given.minutes, given.passages), indent=1) + "\n")


if __name__ == "__main__":
    main()
