"""The same questions under several conditions: each reader with each number of passages retrieved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from eval.compare import Comparison, compare, questions
from eval.examples import EvalError, Example
from eval.record import Results
from eval.run import Progress, evaluate
from qa.pipeline import HITS
from qa.system import Assistant, make_reader


@dataclass(frozen=True, slots=True)
class Condition:
    """A reader by the name it is opened with, None for the default, and how many passages are retrieved."""

    reader: str | None
    k: int

    @property
    def label(self) -> str:
        """The condition in a few words, e.g. ``quote, k=5``."""
        return f"{self.reader or 'quote'}, k={self.k}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One condition's results, and how they differ from the first condition's; None for the first."""

    condition: Condition
    results: Results
    against_first: Comparison | None

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain values, with the condition's ``reader`` and ``k``."""
        return {"condition": {"reader": self.condition.reader, "k": self.condition.k}, **self.results.to_dict()}


def conditions(readers: str | None, ks: str | None) -> list[Condition]:
    """Return the conditions of ``--reader a,b --k 3,5``: every reader with every k.

    Raises:
        EvalError: a reader is empty, a k is no whole number above 0, or one stands twice.
    """
    names: list[str | None] = [None] if readers is None else [name.strip() for name in readers.split(",")]
    if "" in names:
        raise EvalError(f"--reader takes readers parted by commas, e.g. quote,local; got {readers!r}")
    try:
        counts = [HITS] if ks is None else [int(k) for k in ks.split(",")]
    except ValueError as error:
        raise EvalError(f"--k takes whole numbers parted by commas, e.g. 3,5,8; got {ks!r}") from error
    if min(counts) < 1:
        raise EvalError(f"--k counts passages, so each is 1 or more; got {min(counts)}")
    if len(set(names)) < len(names) or len(set(counts)) < len(counts):
        raise EvalError(f"each reader and each k is given once; got --reader {readers} --k {ks}")
    return [Condition(name, k) for name, k in product(names, counts)]


def run(
    assistant: Assistant, wanted: Sequence[Condition], examples: Sequence[Example], progress: Progress | None = None
) -> list[Cell]:
    """Ask every question under every condition, on one index; the reader of ``assistant`` is the first condition's."""
    readers = {wanted[0].reader: assistant.reader}
    cells: list[Cell] = []
    for n, condition in enumerate(wanted):
        if condition.reader not in readers:
            readers[condition.reader] = make_reader(condition.reader)
        asked = Assistant(assistant.index, readers[condition.reader], condition.k)

        def step(done: int, count: int, before: int = n) -> None:
            if progress is not None:
                progress(before * count + done, len(wanted) * count)

        results = evaluate(asked, examples, step)
        first = compare(questions(cells[0].results), questions(results)) if cells else None
        cells.append(Cell(condition, replace(results, reader=condition.label), first))
    return cells


def to_dict(cells: Sequence[Cell], settings: Mapping[str, object]) -> dict[str, Any]:
    """Return a grid as plain JSON-able values: ``settings``, and under ``runs`` each condition's results."""
    return {"settings": dict(settings), "runs": [cell.to_dict() for cell in cells]}
