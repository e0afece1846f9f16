"""The commands beside the evaluation itself: ``report``, ``draft``, ``feedback``, ``replay``, ``reproduce``."""

import contextlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import GroundedError
from eval.examples import EvalError


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Tell a failure as one line on standard error, exit code 1."""
    try:
        yield
    except GroundedError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def check_place(file: Path | None, option: str = "--json") -> None:
    """Refuse a file that cannot be written now, not after minutes of work."""
    if file is not None and not file.parent.is_dir():
        raise EvalError(f"{file}: its folder does not exist; make it, or give another file to {option}")


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What an earlier --json wrote.")],
    html: Annotated[Path, typer.Option(metavar="FILE", help="Write the report to this file.")],
) -> None:
    """Make the HTML report of an evaluation that is kept as JSON."""
    from eval.html import read, write  # here, so that --help does not wait for numpy

    with told():
        write(read(results), html)
    typer.echo(f"Written: {html}")


def replay(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="A file that --trace wrote.")],
    index: Annotated[Path | None, typer.Option(help="Ask this index. Default: the one that was asked.")] = None,
    reader: Annotated[str | None, typer.Option(help="Let this reader answer. Default: the one that did.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Fail where an answer differs.")] = False,
) -> None:
    """Ask again what a trace holds, and tell what differs: answer, order of hits, claims, what was dropped."""
    from eval import replay as again
    from qa.system import Assistant

    @cache
    def kept(directory: str, name: str, reranker: str | None, verifier: str | None) -> Assistant:
        return Assistant.open(directory, name, reranker=reranker, verifier=verifier)

    def opened(one: again.Traced) -> Assistant:
        return kept(str(index or one.index), reader or one.reader, one.reranker, one.verifier)

    different = 0
    with told():
        answers = again.read(trace)
        for one in again.replay(answers, opened):
            different += bool(one.changes)
            for change in one.changes:
                typer.echo(
                    f"{one.traced.question}\n  {change.part}\n    then: {change.before}\n    now:  {change.after}"
                )
        typer.echo(f"{len(answers)} answers asked again, {different} differ")
        if check and different:
            raise EvalError(f"an answer is the same when asked again, and {different} of {len(answers)} are not")


def draft(
    index: Annotated[Path, typer.Option(help="Index whose documents are asked about, made by `qa index`.")],
    count: Annotated[int, typer.Option(min=1, help="At most so many; a quarter of them unanswerable.")] = 30,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them to this new file. Default: print them.")
    ] = None,
) -> None:
    """Propose questions from the documents of an index, for you to accept or edit; none is asked before."""
    from eval import draft as drafting
    from index.store import Store

    with told():
        store = Store(index)
        try:
            made = drafting.drafts([store.document(one.id) for one in store.documents()], count)
        finally:
            store.close()
        if out is not None:
            drafting.write(made, out)
    if out is None:
        for one in made:
            typer.echo(one.line())
    where = f" in {out}" if out else ""
    few = f"; no more sentences of the documents stand alone, {count} were wanted" * (len(made) < count)
    typer.echo(f'{len(made)} drafts{where}; read each, mend it, and set "reviewed" to true{few}', err=True)


def feedback(
    index: Annotated[Path, typer.Option(help="Index that was asked, made by `qa index`.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write the questions to this new file.")],
    conversations: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The conversations. Default: those kept beside the index.")
    ] = None,
) -> None:
    """Make a question set of what readers said of answers: good ones to ask again, bad ones for you to complete."""
    from eval.draft import write
    from eval.feedback import read
    from qa.web.conversations import beside

    with told():
        file = conversations or beside(index)
        found = read(file, index)
        if not found.made:
            raise EvalError(f"{file}: no rating gives a question; rate answers on the page, then run this again")
        write(found.made, out)
    for line in found.left_out:
        typer.echo(f"left out  {line}", err=True)
    drafts = sum(not one.reviewed for one in found.made)
    todo = f'; complete the {drafts} with "reviewed": false before they are asked' * bool(drafts)
    typer.echo(f"{len(found.made)} questions in {out}{todo}", err=True)


def reproduce(
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the public sets.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A set, e.g. library; may be given several times.")
    ] = None,
) -> None:
    """Run again what eval/expected.toml says, and tell what still comes out; exit code 1 where a figure fails."""
    from eval.reproduce import reproduce as again
    from eval.reproduce import stated

    failed = 0
    with told():
        rows = stated()
        sets = sorted({row.set for row in rows})
        if unknown := sorted(set(only or ()) - set(sets)):
            raise EvalError(f"a set of eval/expected.toml is one of {', '.join(sets)}, and this is {unknown[0]!r}")
        chosen = [row for row in rows if not only or row.set in only]
        for one in again(chosen, data, lambda command: typer.echo(f"{command} ...", err=True)):
            came = one.why if one.value is None else f"{one.value:.3f}"
            said = f"{one.stated.score:.3f} ± {one.stated.tolerance:.3f}"
            typer.echo(f"{one.verdict:<17}{one.stated.set:<16}{one.stated.metric:<18}{said:<16}{came}")
            failed += one.verdict == "FAIL"
        if failed:
            raise EvalError(f"every figure comes out within its tolerance, and {failed} of {len(chosen)} did not")


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    for command in (report, draft, feedback, replay, reproduce):
        app.command()(command)
