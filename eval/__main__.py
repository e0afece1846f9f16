"""The command line: ``python -m eval``.

Exit codes: 0 done, 1 failure (one line on standard error), 2 usage.
"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from eval import shipped as sets
from eval.answers_command import answers
from eval.bounds import bounds
from eval.command import bars, several, single
from eval.examples import EvalError, read
from eval.public_command import public, verifier
from eval.report import revision, show_retrieval
from eval.subcommands import add_to, check_place, told
from index.report import Progress as SyncProgress
from qa.answer import Strictness

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
bench = typer.Typer(help="Measure beside other systems.")
app.add_typer(bench, name="bench")
add_to(app)
app.command()(public)
app.command()(verifier)
bench.command()(answers)

EPILOG = """
Examples:

    python -m eval

    python -m eval --reader local --json results.json

    python -m eval --set care

    python -m eval --questions mine.jsonl --index my-index --fail-under right_and_cited=0.8

    python -m eval --reader quote,local --k 3,5,8

    python -m eval compare before.json after.json

    python -m eval check mine.jsonl --index my-index

    python -m eval retrieval --data public --set scifact --json now.json --against before.json

    python -m eval bench peers --passages 300 --only grounded-qa --only chroma

eval/README.md defines the metrics and the form of a question file.
"""


@app.callback(invoke_without_command=True, epilog=EPILOG)
def main(
    context: typer.Context,
    questions: Annotated[
        Path | None, typer.Option(help="Questions, JSON Lines or CSV. Default: those on the library that ships.")
    ] = None,
    shipped: Annotated[
        str, typer.Option("--set", metavar="NAME", help="Questions that ship: library, care or conversations.")
    ] = ("library"),
    index: Annotated[
        Path | None, typer.Option(help="Index to ask, made by `qa index`. Default: the library that ships.")
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(help="quote, local, a model name or path, or the URL of a server; several parted by commas."),
    ] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder's name or path.")] = None,
    k: Annotated[
        str | None, typer.Option("--k", metavar="N,N", help="Passages retrieved; several parted by commas.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write metrics and every answer to this file.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report for the browser to this file.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first N questions only.")] = None,
    work: Annotated[Path | None, typer.Option(help="Where a set's index is kept. Default: below QA_HOME.")] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option(metavar="NAME=X", help="Fail where a figure is below X; may be given often.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option(metavar="NAME=X", help="Fail where a figure is above X; may be given often.")
    ] = None,
    strictness: Annotated[
        Strictness, typer.Option(help="How sure the evidence has to be: the stricter, the more is refused.")
    ] = "usual",
    robustness: Annotated[
        bool,
        typer.Option("--robustness", help="Ask disturbed questions too: casing, typing errors, hostile documents."),
    ] = False,
) -> None:
    """Ask a set of questions and measure whether the answers are right, cited, grounded and honest."""
    if context.invoked_subcommand:
        return
    with told():
        kept = bounds(fail_under or (), fail_over or ())
        path = questions if questions is not None else sets.questions(shipped)
        examples = read(path)[:limit]
        check_place(json_file)
        check_place(html, "--html")
        from qa.trace import without_password  # here, so that --help and a wrong question file do not wait for it

        settings = {
            "questions": path.name if questions is None else str(questions),
            "index": None if index is None else str(index),
            "reader": reader and ",".join(map(without_password, reader.split(","))),
            "reranker": reranker,
            "k": k,
            "limit": limit,
            "strictness": strictness,
        }
        from eval.grid import conditions  # here, so that --help and a wrong question file do not wait for it
        from qa.system import Assistant

        def opened(name: str | None, progress: SyncProgress) -> Assistant:
            if index:
                return Assistant.open(index, name, progress, reranker)
            return sets.assistant(shipped, name, work, progress, reranker)

        cells = conditions(reader, k)
        if strictness != "usual" and len(cells) > 1:
            raise EvalError("--strictness takes one condition; give one --reader and one --k")
        if len(cells) == 1:
            single(cells[0], opened, examples, json_file, html, settings, kept, robustness, strictness)
        elif robustness or html:
            given = "--robustness" if robustness else "--html"
            raise EvalError(f"{given} takes one condition; give one --reader and one --k")
        else:
            several(cells, opened, examples, json_file, settings, kept)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="A.json", help="What --json wrote of one run.")],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="What --json wrote of another.")],
) -> None:
    """Show what got better and worse from one run to another, question by question."""
    from eval import compare as comparison
    from eval.changes import show_comparison

    with told():
        show_comparison(comparison.compare(comparison.read(before), comparison.read(after)), Console())


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Questions, JSON Lines or CSV.")],
    index: Annotated[
        Path | None,
        typer.Option(help="Index they are about. Default: the folder beside FILE of its name, else the library."),
    ] = None,
) -> None:
    """Check that a set is fit to measure with: quotes verbatim, nothing twice, no answer given away."""
    from eval import validate  # here, so that --help does not wait for it

    with told():
        examples = read(file)
        texts = (
            validate.index_texts(index, examples) if index else validate.folder_texts(sets.documents(file), examples)
        )
        found = validate.validate(examples, texts)
        typer.echo(validate.report(examples, found), nl=False)
        if found:
            raise EvalError(
                f"{file}: a set is fit to measure with when no question breaks a rule; mend those named above"
            )


@app.command()
def retrieval(
    data: Annotated[Path, typer.Option(help="Folder that holds a folder for each set.")],
    sets: Annotated[list[str], typer.Option("--set", metavar="NAME", help="A set; may be given several times.")],
    work: Annotated[Path | None, typer.Option(help="Where indexes are kept. Default: below QA_HOME.")] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder's name or path.")] = None,
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
    from qa.system import make_reranker

    with told():
        before = measure.read(against) if against else {}
        check_place(json_file)
        if results is not None and not results.is_dir():
            raise EvalError(f"{results}: the folder for --results does not exist; make it, or give another")
        encoder, place, ranker = make_encoder(), work or home() / "eval", make_reranker(reranker)
        runs, missed = [], []
        for name in sets:
            with bars() as (indexing, _):
                runs.append(measure.evaluate(data / name, place, encoder, indexing, ranker))
            show_retrieval(runs[-1], measure.compared(runs[-1], before[name]) if name in before else {}, Console())
            missed += [(name, one) for one in measure.expected(name) if not one.holds(runs[-1])]
        if json_file is not None:
            measure.write(runs, json_file, revision())
        if results is not None:
            measure.write(runs, results / f"retrieval-{revision()}.json", revision(), rows=False)
        if check and missed:
            below = "; ".join(f"{name} {one.metric} {one.score} - {one.tolerance}" for name, one in missed)
            raise EvalError(f"a run reaches what eval/expected.toml says, and this one lies below: {below}")


@app.command()
def conflicts() -> None:
    """Measure whether contradicting sources are told from look-alikes."""
    from eval import conflicts as measure  # here, so that --help does not wait for it

    with told():
        cases = [measure.tell(case) for case in measure.read()]
    for one in cases:
        if bool(one.case.values) != one.found or (one.pairs and not one.found):
            typer.echo(f"{'missed' if one.case.values else 'alarm'} {one.case.id} ({one.case.kind}): {one.pairs}")
    for split in measure.SPLITS:
        s = measure.score([t for t in cases if t.case.split == split])
        typer.echo(
            f"{split}: precision {s.precision:.3f}, recall {s.recall:.3f} "
            f"({s.found + s.missed} conflicts, {s.look_alikes} look-alikes)"
        )


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

    with told():
        check_place(json_file)
        place = (work or home() / "eval" / "peers").absolute()
        result = compare(chosen(only or []), place, passages, questions, rounds, data, _say)
    typer.echo(report(result), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")


def _say(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    app(prog_name="python -m eval")
