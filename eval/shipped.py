"""The question sets that ship: ``library`` and ``conversations`` on the documents the product comes with, ``care``.

``conversations`` holds follow-ups, each with the full question that it stands for. ``care`` has documents of its own.
``care`` asks for facts that need care (rows of tables, negations, replaced rules, two years, products or sites,
short forms explained elsewhere, paragraphs that differ in one number, questions that take something wrong for granted).
"""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from eval.examples import EvalError
from index.report import Progress
from qa.home import home

if TYPE_CHECKING:
    from qa.system import Assistant

SETS = ("library", "care")  # constants are fitted on these
ASKED = (*SETS, "conversations")


def questions(name: str) -> Path:
    """Return the question file of a set.

    Raises:
        EvalError: no set of that name ships.
    """
    if name not in ASKED:
        raise EvalError(f"--set takes a set that ships, one of {', '.join(ASKED)}; got {name!r}")
    return _datasets() / f"{name}.jsonl"


def documents(file: Path) -> Path:
    """Return the folder a question file is about: one beside it of its own name, else the library that ships."""
    from qa.sources import library  # here, so that --help does not wait for it

    beside = file.with_suffix("")
    return beside if beside.is_dir() else library()


def assistant(
    name: str,
    reader: str | None,
    work: Path | None = None,
    progress: Progress | None = None,
    reranker: str | None = None,
) -> "Assistant":
    """Open a set's documents, indexed below ``work`` (default: ``QA_HOME/eval``) or, for the library, at its own place.

    Raises:
        ReaderError: the reader's or the reranker's model is not on this machine.
        StoreError: the index cannot be written.
    """
    from index.sync import sync
    from qa.system import Assistant

    if name != "care" and work is None:
        return Assistant.library(reader, progress, reranker)
    place = (work or home() / "eval") / name
    sync([documents(questions(name))], place, progress=progress, wait=300)
    return Assistant.open(place, reader, reranker=reranker)


def _datasets() -> Path:
    return Path(str(files("eval"))) / "datasets"
