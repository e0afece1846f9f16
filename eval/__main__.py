"""The command line: ``python -m eval``.

Exit codes: 0 done, 1 failure (one line on standard error), 2 usage.
"""

import contextlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.errors import GroundedError
from eval import run
from eval.examples import EvalError, read
from eval.public_command import public, verifier
from eval.report import revision, show, show_retrieval, write_json
from index.report import Progress as SyncProgress
from index.report import Step

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
bench = typer.Typer(help="Measure speed, memory and size.")
app.add_typer(bench, name="bench")
app.command()(public)
app.command()(verifier)

EPILOG = """
Examples:

    python -m eval

    python -m eval --reader local --json results.json

    python -m eval --questions mine.jsonl --index my-index

    python -m eval retrieval --data public --set scifact --json now.json --against before.json

    python -m eval bench peers --passages 300 --only grounded-qa --only chroma

eval/README.md defines the metrics and the form of a question file.
"""


@app.callback(invoke_without_command=True, epilog=EPILOG)
def main(
    context: typer.Context,
    questions: Annotated[
        Path | None, typer.Option(help="Questions, JSON Lines. Default: those on the library that ships.")
    ] = None,
    index: Annotated[
        Path | None, typer.Option(help="Index to ask, made by `qa index`. Default: the library that ships.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option(help="quote, local, a model name or path, or the URL of a server.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write metrics and every answer to this file.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first N questions only.")] = None,
) -> None:
    """Ask a set of questions and measure whether the answers are right, cited, grounded and honest."""
    if context.invoked_subcommand:
        return
    with _told():
        _evaluate(questions, index, reader, json_file, limit)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell a failure as one line on standard error, exit code 1."""
    try:
        yield
    except GroundedError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def _check_place(json_file: Path | None) -> None:
    """Refuse a file that cannot be written now, not after minutes of work."""
    if json_file is not None and not json_file.parent.is_dir():
        raise EvalError(f"{json_file}: its folder does not exist; make it, or give another file to --json")


def _evaluate(
    questions: Path | None, index: Path | None, reader: str | None, json_file: Path | None, limit: int | None
) -> None:
    path = questions if questions is not None else Path(str(files("eval") / "datasets" / "library.jsonl"))
    examples = read(path)[:limit]
    _check_place(json_file)
    from qa.system import Assistant  # here, so that --help and a wrong question file do not wait for it

    with _bars() as (indexing, asking):
        assistant = Assistant.open(index, reader, indexing) if index else Assistant.library(reader, indexing)
        results = run.evaluate(assistant, examples, asking)
    show(results, Console())
    if json_file is not None:
        settings = {
            "questions": path.name if questions is None else str(questions),
            "index": None if index is None else str(index),
            "reader": reader,
            "limit": limit,
        }
        write_json(results, json_file, settings)


@contextlib.contextmanager
def _bars() -> Iterator[tuple[SyncProgress, run.Progress]]:
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


@app.command()
def retrieval(
    data: Annotated[Path, typer.Option(help="Folder that holds a folder for each set.")],
    sets: Annotated[list[str], typer.Option("--set", metavar="NAME", help="A set; may be given several times.")],
    work: Annotated[Path | None, typer.Option(help="Where indexes are kept. Default: below QA_HOME.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write figures and rows here.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with what an earlier --json wrote.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Add the figures here, in a file named after the commit.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Fail where a figure is below what eval/expected.toml says.")
    ] = False,
) -> None:
    """Search public question sets and measure whether the right documents are found."""
    from eval import retrieval as measure  # here, so that --help does not wait for it
    from index.encode import make_encoder
    from qa.home import home

    with _told():
        before = measure.read(against) if against else {}
        _check_place(json_file)
        if results is not None and not results.is_dir():
            raise EvalError(f"{results}: the folder for --results does not exist; make it, or give another")
        encoder, place = make_encoder(), work or home() / "eval"
        runs, missed = [], []
        for name in sets:
            with _bars() as (indexing, _):
                runs.append(measure.evaluate(data / name, place, encoder, indexing))
            show_retrieval(runs[-1], measure.compared(runs[-1], before[name]) if name in before else {}, Console())
            missed += [(name, one) for one in measure.expected(name) if not one.holds(runs[-1])]
        if json_file is not None:
            measure.write(runs, json_file, revision())
        if results is not None:
            measure.write(runs, results / f"retrieval-{revision()}.json", revision(), rows=False)
        if check and missed:
            told = "; ".join(f"{name} {one.metric} {one.score} - {one.tolerance}" for name, one in missed)
            raise EvalError(f"a run reaches what eval/expected.toml says, and this one lies below: {told}")


@bench.command()
def peers(
    passages: Annotated[int, typer.Option(min=1, help="Ingest at least so many.")] = 2000,
    questions: Annotated[int, typer.Option(min=1, help="Ask so many.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="Start each system and ask so many times.")] = 3,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A system; may be given several times.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of a public set. Default: docstrings of Python's library.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Where virtual environments are kept. Default: below QA_HOME.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")] = None,
) -> None:
    """Measure the product beside LlamaIndex, Haystack, txtai, Chroma and LangChain; pip fetches them."""
    from eval.bench.peer_venvs import chosen  # here, so that --help does not wait for it
    from eval.bench.peers import compare, report
    from qa.home import home

    with _told():
        _check_place(json_file)
        place = (work or home() / "eval" / "peers").absolute()
        result = compare(chosen(only or []), place, passages, questions, rounds, data, _say)
    typer.echo(report(result), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    app(prog_name="python -m eval")
