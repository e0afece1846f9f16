"""``python -m eval public`` and ``python -m eval verifier``: public sets by name, from a folder the user gives.

Registered by ``eval/__main__.py``; what is measured is in ``public_answers``, ``public_figures`` and ``public_verify``.
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus.errors import GroundedError
from eval.command import bars
from eval.examples import EvalError
from eval.record import Metric
from eval.report import revision

NUMBERS = ("confidence_auroc", "aurc", "auroc", "calibration_error")  # shown as numbers, not per cent
Data = Annotated[Path, typer.Option(help="Folder that holds a folder for each set.")]
Output = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write figures and rows here.")]


def public(
    data: Data,
    sets: Annotated[list[str], typer.Option("--set", metavar="NAME", help="A set; may be given several times.")],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask so many of its questions, drawn by a fixed seed.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option(help="quote, local, a model name or path, or the URL of a server.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Where indexes are kept. Default: below QA_HOME.")] = None,
    json_file: Output = None,
) -> None:
    """Ask the questions of public sets and measure answers, citations and abstention."""
    from eval.public_answers import evaluate  # here, so that --help does not wait for it
    from eval.public_figures import LABELS, figures, row, to_dict, write
    from index.encode import make_encoder
    from qa.home import home
    from qa.system import make_reader

    with _told(json_file):
        encoder, chosen, place = make_encoder(), make_reader(reader), work or home() / "eval"
        done = {}
        for name in sets:
            with bars() as (indexing, asking):
                told = evaluate(data / name, place, encoder, chosen, limit, indexing, asking)
            found = figures([row(one) for one in told], [one.query.conversation for one in told])
            kinds = [one.query.answerable for one in told]
            title = (
                f"{name}: {sum(kinds)} answerable and {len(kinds) - sum(kinds)} unanswerable questions, {chosen.name}"
            )
            show(title, found, LABELS)
            done[name] = to_dict(told, found)
        if json_file is not None:
            write(done, json_file, {"version": revision(), "reader": chosen.name, "limit": limit})


def verifier(
    data: Data,
    claims: Annotated[str, typer.Option("--set", metavar="NAME", help="A set of claims.")] = "wice_dev",
    name: Annotated[
        str | None, typer.Option("--verifier", help="A Hugging Face checker by name or path. Default: the product's.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Score so many claims, drawn by a fixed seed.")] = None,
    json_file: Output = None,
) -> None:
    """Measure the verifier alone on claims with evidence, its threshold set on other sets."""
    from eval.public_verify import LABELS, evaluate, to_dict  # here, so that --help does not wait for it
    from index.encode import make_encoder
    from qa.system import make_verifier

    with _told(json_file):
        with bars() as (_, scoring):
            found = evaluate(data, claims, make_verifier(name, make_encoder()), limit, scoring)
        place = f"threshold {found.threshold:.3f} from {len(found.elsewhere.pairs)} claims elsewhere"
        show(f"{claims}: {len(found.claims.pairs)} claims, {place}", list(found.figures), LABELS)
        console = Console()
        for said, was, n in found.reliability:
            console.print(Text(f"support {said:.2f} on average: {100 * was:.0f} % supported (n={n})"))
        console.print(Text(f"calibration error elsewhere {found.calibration_error:.3f}"))
        if json_file is not None:
            settings = {"version": revision(), "verifier": name, "limit": limit}
            json_file.write_text(json.dumps({"settings": settings, **to_dict(found)}, indent=1, sort_keys=True) + "\n")


def show(title: str, found: Sequence[Metric], labels: dict[str, str]) -> None:
    """Print figures, each with its interval and the number of questions it is taken over."""
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    table.add_column("metric")
    for heading in ("value", "95 % interval", "n"):
        table.add_column(heading, justify="right")
    for metric in found:
        table.add_row(labels[metric.name], *_shown(metric), str(metric.n))
    Console().print(table)


def _shown(metric: Metric) -> tuple[str, str]:
    value, low, high = metric.value or 0.0, metric.low or 0.0, metric.high or 0.0
    if metric.name in NUMBERS:
        return f"{value:.3f}", f"{low:.3f}–{high:.3f}"
    if metric.name == "words":
        return f"{value:.1f}", f"{low:.1f}–{high:.1f}"
    return f"{100 * value:.1f} %", f"{100 * low:.1f}–{100 * high:.1f}"


@contextlib.contextmanager
def _told(json_file: Path | None) -> Iterator[None]:
    """Tell a failure as one line on standard error, exit code 1; a place that cannot be written before all work."""
    try:
        if json_file is not None and not json_file.parent.is_dir():
            raise EvalError(f"{json_file}: its folder does not exist; make it, or give another file to --json")
        yield
    except GroundedError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
