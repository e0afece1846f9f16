"""The command that compares answers with those of other systems: ``bench answers``."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from eval import shipped as sets
from eval.examples import read
from eval.subcommands import check_place, told


def answers(
    questions: Annotated[int, typer.Option(min=2, help="Ask so many of the set that ships.")] = 20,
    model: Annotated[
        str, typer.Option(help="Serve this chat model to all: a name that was pulled, or a folder.")
    ] = "smollm2",
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Ask this OpenAI-compatible server instead: http://host:port/v1#MODEL"),
    ] = None,
    dtype: Annotated[str, typer.Option(help="Number format the model is served in.")] = "bfloat16",
    tokens: Annotated[int, typer.Option(min=1, help="Most tokens of an answer.")] = 100,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A system; may be given several times.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Where virtual environments are kept. Default: below QA_HOME.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures and answers here.")
    ] = None,
) -> None:
    """Compare answers with those of paper-qa, LlamaIndex and Haystack, all with one model; pip fetches them."""
    from eval.bench import answers as comparison  # here, so that --help does not wait for it
    from eval.bench.answer_server import at, serving
    from qa.home import home
    from qa.models import resolve
    from qa.sources import library

    with told():
        check_place(json_file)
        names, place = comparison.chosen(only or []), (work or home() / "eval" / "answers").absolute()
        place.mkdir(parents=True, exist_ok=True)
        examples = comparison.sample(read(sets.questions("library")), questions)
        with nullcontext(at(server)) if server else serving(resolve(model), place, dtype) as (url, name):
            asked = comparison.Model(url, name, tokens)
            for result in comparison.compare(names, examples, library(), asked, place, _say):
                if json_file is not None:
                    text = json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False)
                    json_file.write_text(f"{text}\n", "utf-8")
    typer.echo(comparison.report(result), nl=False)


def _say(line: str) -> None:
    typer.echo(line, err=True)
