"""What the README states is what ``eval/expected.toml`` expects, and running it again tells what still holds."""

import itertools
import json
import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from eval import reproduce as module
from eval.__main__ import app
from eval.examples import EvalError
from eval.reproduce import Stated, reproduce, stated
from qa.answer import Strictness

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def row(command, score=0.75, tolerance=0.02, metric="right_and_cited"):
    return Stated("answers", command, "mine", metric, score, tolerance, "")


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def readme_figures():
    """Every cell of every table of the README that is a share or a figure, as ((first cell, heading), cell)."""
    heads = []
    for before, line in itertools.pairwise(README.splitlines()):
        if line.startswith("|---"):
            heads = cells(before)
        elif line.startswith("|"):
            named = list(zip(heads, cells(line), strict=False))
            yield from (
                ((named[0][1], head), cell)
                for head, cell in named[1:]
                if re.fullmatch(r"\d+(?:\.\d+)? %|1?\.\d+", cell)
            )


def test_every_figure_of_the_readme_has_its_row_with_that_value():
    told = dict(readme_figures())
    assert len(told) >= 25
    expected = {(one.readme, one.column): one.score for one in stated() if one.readme}
    assert told.keys() == expected.keys()
    for name, cell in told.items():
        score = expected[name]
        forms = {f"{100 * score:.1f} %", f"{100 * score:.0f} %", f"{score:.3f}".removeprefix("0")}
        assert cell in forms, f"the README says {cell} of {name!r}, eval/expected.toml {score}"


def test_what_a_row_names_is_what_its_command_asks():
    strict = [one for one in stated() if one.column in get_args(Strictness)]
    assert len(strict) == 12
    for one in strict:
        words = shlex.split(one.command)
        assert (words[words.index("--strictness") + 1] if "--strictness" in words else "usual") == one.column
        assert (words[words.index("--set") + 1] if "--set" in words else "library") == one.set
        assert one.readme.replace("`", "").startswith(f"{one.set}, ")
        assert ("unanswerable" in one.readme) == (one.metric == "refusal") != (one.metric == "false_abstention")


def test_a_verdict_by_hand():
    one = row("python -m eval", 0.694, 0.017)
    assert [one.verdict(v) for v in (0.6935, 0.694, 0.71, 0.678, 0.712, 0.676)] == [
        "OK", "OK", "within tolerance", "within tolerance", "FAIL", "FAIL",
    ]  # fmt: skip


def test_rows_are_checked(tmp_path, monkeypatch):
    text = (files("eval") / "expected.toml").read_text("utf-8")
    (tmp_path / "expected.toml").write_text(text.replace('metric = "hit@5"\n', ""), "utf-8")
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    with pytest.raises(EvalError, match=r"\[\[answers\]\] lacks 'metric'"):
        stated()


def test_commands_are_run_once_and_judged(library, tmp_path):
    line = {"id": "a", "type": "fact", "question": "When is the festival for Mi Fans held?", "answers": [["6 April"]]}
    line["gold"] = [{"doc": "mi-fan-community.txt", "quote": "takes place on 6 April"}]
    (tmp_path / "q.jsonl").write_text(json.dumps(line), "utf-8")
    command = f"python -m eval --questions '{tmp_path / 'q.jsonl'}'"
    heard = []
    rows = [row(command, 1.0), row(command, 0.5, metric="right"), row(command, 0.5, metric="depth")]
    rows += [row("python -m eval retrieval --data DIR --set x"), row(f"{command} --index '{tmp_path}'")]
    found = list(reproduce(rows, None, heard.append))
    assert [one.verdict for one in found] == ["OK", "FAIL", "FAIL", "not run", "FAIL"]
    assert [one.value for one in found] == [1.0, 1.0, None, None, None]
    assert heard == [command, f"{command} --index '{tmp_path}'"]
    assert "gives no depth" in found[2].why and "--data" in found[3].why and "error:" in found[4].why


def test_the_command_fails_where_a_figure_does(monkeypatch):
    wrong = row("python -m eval retrieval --data DIR --set none")
    monkeypatch.setattr(module, "stated", lambda: [wrong])
    skipped = CliRunner().invoke(app, ["reproduce"])
    assert skipped.exit_code == 0 and "not run" in skipped.stdout and "0.750 ± 0.020" in skipped.stdout
    failed = CliRunner().invoke(app, ["reproduce", "--data", "/nonexistent"])
    assert failed.exit_code == 1 and "1 of 1 did not" in failed.stderr
    unknown = CliRunner().invoke(app, ["reproduce", "--only", "elsewhere"])
    assert unknown.exit_code == 1 and "one of mine" in unknown.stderr
