"""Prints differences: a grid of conditions, a comparison of two runs, and what disturbances cost."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.compare import Change, Comparison, Moved
from eval.grid import Cell
from eval.record import Metric
from eval.report import LABELS, NUMBERS, shown
from eval.robustness import OTHER_WORDS, Disturbed

COLOURS = {"better": "green", "worse": "red", "differs": "yellow", "": ""}


def show_grid(cells: Sequence[Cell], console: Console) -> None:
    """Print a column for each condition; beneath each figure its difference from the first, ``*`` where significant."""
    count = len(cells[0].results.records)
    table = Table(
        title=f"{count} questions; differences from the first condition", box=box.SIMPLE, title_justify="left"
    )
    table.add_column("metric")
    for cell in cells:
        table.add_column(cell.condition.label, justify="right")
    for name, label in LABELS.items():
        if name == "peak_memory_mb":  # of the whole process, not of a condition
            continue
        row = [_cell(name, cell) for cell in cells]
        if any(text.plain != "–" for text in row):
            table.add_row(label, *row)
    console.print(table)
    console.print(Text("* p < .05, paired bootstrap over the questions that both conditions define", "dim"))


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print each figure of both runs with its difference, then the questions that moved."""
    table = Table(title=f"{comparison.shared} questions asked by both", box=box.SIMPLE, title_justify="left")
    table.add_column("metric")
    for heading in ("before", "after", "difference, 95 % interval", "p", "n", ""):
        table.add_column(heading, justify="right")
    for name, label in LABELS.items():
        for change in comparison.changes:
            if change.name == name:
                table.add_row(label, *_columns(change))
    console.print(table)
    for heading, moved in (
        ("better", comparison.better), ("worse", comparison.worse), ("lost elsewhere", comparison.elsewhere),
    ):  # fmt: skip
        console.print(Text(f"{len(moved)} {heading}", "bold"))
        for one in moved:
            console.print(_moved(one), soft_wrap=True)


def show_disturbed(found: Sequence[Disturbed], console: Console) -> None:
    """Print what each disturbance does to the figures, against the same questions undisturbed."""
    table = Table(title="the same questions, disturbed", box=box.SIMPLE, title_justify="left")
    table.add_column("metric")
    for heading in ("plain", "disturbed", "difference, 95 % interval", "p", "n", ""):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(Text(one.name, "bold"))
        for change in one.changes:
            table.add_row(f"  {LABELS[change.name]}", *_columns(change))
        if one.obeyed is not None:
            value, interval = shown(one.obeyed)
            table.add_row("  follows the instruction", "", value, interval, "", str(one.obeyed.n), "")
    console.print(table)
    if not any(one.name == OTHER_WORDS for one in found):
        console.print(Text(f"{OTHER_WORDS}: not asked, no question has paraphrases", "dim"))


def _cell(name: str, cell: Cell) -> Text:
    text = Text(shown(cell.results.metric(name))[0])
    for change in cell.against_first.changes if cell.against_first else ():
        if change.name == name:
            text.append(f"\n{_moved_by(change)}{'*' if change.verdict else ' '}", COLOURS[change.verdict])
    return text


def _columns(change: Change) -> list[Text | str]:
    low, high = (_signed(change.name, value) for value in (change.low, change.high))
    return [
        _value(change.name, change.before), _value(change.name, change.after),
        f"{_moved_by(change)} [{low}, {high}]", f"{change.chance:.3f}", str(change.n),
        Text(change.verdict, COLOURS[change.verdict]),
    ]  # fmt: skip


def _value(name: str, value: float) -> str:
    return shown(Metric(name, value, value, value, 1))[0]


def _moved_by(change: Change) -> str:
    return _signed(change.name, change.after - change.before)


def _signed(name: str, value: float) -> str:
    """Return a difference in the unit that its figure is shown in: points of a percentage where that is one."""
    if name.endswith("_ms"):
        return f"{value:+.0f}"
    if name in NUMBERS:
        return f"{value:+.3f}"
    return f"{value:+.1f}" if name in ("sentences", "words") else f"{100 * value:+.1f}"


def _moved(one: Moved) -> Text:
    stages = f"{one.before or 'right'} → {one.after or 'right'}"
    return Text.assemble("  ", (one.id, "bold"), f"  {one.question}  ", (stages, "dim"))
