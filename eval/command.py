"""What ``python -m eval`` does once its options are read: asks, prints, writes, and checks the bounds."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval import run
from eval.bounds import Bound, check
from eval.examples import Example
from eval.report import show, write, write_json
from index.report import Progress as SyncProgress
from index.report import Step
from qa.answer import USUAL, Options, Strictness

if TYPE_CHECKING:
    from eval.grid import Condition
    from qa.system import Assistant

Opened = Callable[[str | None, SyncProgress], "Assistant"]  # opens an index with a reader


@contextlib.contextmanager
def bars() -> Iterator[tuple[SyncProgress, run.Progress]]:
    """Show bars on standard error, gone when done: one for building the shipped library's index, one for asking."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        documents = bars.add_task("indexing", visible=False)
        questions = bars.add_task("asking", visible=False)

        def indexing(step: Step) -> None:
            bars.update(documents, completed=step.bytes_done, total=step.bytes, visible=step.files_done < step.files)

        def asking(done: int, count: int) -> None:
            bars.update(questions, completed=done, total=count, visible=True)

        yield indexing, asking


def single(
    condition: "Condition", opened: Opened, examples: Sequence[Example], json_file: Path | None, html: Path | None,
    settings: Mapping[str, object], kept: Sequence[Bound], robustness: bool, strictness: Strictness = "usual",
) -> None:  # fmt: skip
    """Ask under one condition, print and write what comes of it, and check the bounds."""
    from eval.changes import show_disturbed
    from eval.robustness import measured

    with bars() as (indexing, asking):
        assistant = _open(condition, opened, indexing)
        options = Options(strictness)
        asked = assistant if options == USUAL else run.Adjusted(assistant, options)
        results = run.evaluate(asked, examples, asking)
        disturbed = list(measured(assistant, examples, results, asking, options)) if robustness else []
    show(results, Console())
    if disturbed:
        show_disturbed(disturbed, Console())
    if json_file is not None:
        write_json(results, json_file, settings, {"robustness": [d.to_dict() for d in disturbed]} if robustness else {})
    if html is not None:
        from eval.html import write as write_html

        write_html({"settings": settings, **json.loads(json.dumps(results.to_dict()))}, html)
    check(kept, results)


def several(
    wanted: "Sequence[Condition]", opened: Opened, examples: Sequence[Example], json_file: Path | None,
    settings: Mapping[str, object], kept: Sequence[Bound],
) -> None:  # fmt: skip
    """Ask under several conditions, print and write what comes of it, and check the bounds of each."""
    from eval import grid
    from eval.changes import show_grid

    with bars() as (indexing, asking):
        cells = grid.run(_open(wanted[0], opened, indexing), wanted, examples, asking)
    show_grid(cells, Console())
    if json_file is not None:
        write(grid.to_dict(cells, settings), json_file)
    for cell in cells:
        check(kept, cell.results)


def _open(condition: "Condition", opened: Opened, progress: SyncProgress) -> "Assistant":
    """Return an assistant as a condition wants it."""
    from qa.system import Assistant

    found = opened(condition.reader, progress)
    return found if condition.k == found.k else Assistant(found.index, found.reader, found.reranker, condition.k)
