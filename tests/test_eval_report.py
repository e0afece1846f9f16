"""What a person gets: the tables, the failures, the JSON file, the command's exit codes."""

import io
import json
import sys
from types import ModuleType

import pytest
from rich.console import Console
from test_eval_run import EXAMPLES, FirstPassage, Refuser, Sound, outcome
from typer.testing import CliRunner

from corpus.errors import StoreError
from eval import grid, robustness  # noqa: F401  before a test puts another composition root in place
from eval.__main__ import app
from eval.examples import EvalError, Example, Gold
from eval.record import Metric
from eval.report import show, shown, write_json
from eval.run import evaluate
from qa.pipeline import HITS

SETTINGS = {"questions": "set.jsonl", "index": None}


def printed(results):
    stream = io.StringIO()
    show(results, Console(file=stream, width=100))
    return stream.getvalue()


def test_every_figure_is_printed_with_interval_and_n():
    lines = printed(outcome(Sound))
    assert "6 questions, reader quote" in lines
    row = next(line for line in lines.splitlines() if "right and cited" in line)
    assert row.split() == ["right", "and", "cited", "100.0", "%", "100.0–100.0", "4"]
    for label in ("hit@1", "MRR@10", "citation precision", "offset integrity", "latency p95", "unanswerable", "fact"):
        assert label in lines
    assert "no failures" in lines


def test_failures_say_what_was_said_and_which_stage_lost_it():
    lines = printed(outcome(Refuser))
    assert "4 failures: 4 refused" in lines
    assert "f1  refused  When was Xiaomi founded?" in lines
    assert "said: Not found; was it 2010 or 215,900?" in lines
    assert "gold: founded in April 2010 (history.txt, hit 1)" in lines
    recited = printed(outcome(FirstPassage))
    assert "answered though unanswerable" in recited
    assert "[1]" in recited  # markers are not eaten as markup


def test_missing_gold_is_named():
    strange = Example("x", "fact", "Who?", (("x",),), (Gold("absent.txt", "any[thing]"),))
    lines = printed(evaluate(Sound(), [*EXAMPLES, strange]))
    assert "1 gold quotes are not in the index" in lines
    assert "absent.txt: any[thing]" in lines


def test_figures_in_words():
    assert shown(Metric("right", 0.8333, 0.7, 0.95, 30)) == ("83.3 %", "70.0–95.0")
    assert shown(Metric("mrr@10", 0.75, 0.5, 1.0, 30)) == ("0.750", "0.500–1.000")
    assert shown(Metric("words", 12.25, 10, 14, 30)) == ("12.2", "10.0–14.0")
    assert shown(Metric("latency_p50_ms", 41.7, 40, 50, 30)) == ("42 ms", "40–50")
    assert shown(Metric("right", None, None, None, 0)) == ("–", "–")


def test_json_holds_everything_and_can_be_recomputed(tmp_path):
    results = outcome(FirstPassage)
    write_json(results, tmp_path / "a.json", SETTINGS)
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps({"settings": SETTINGS, **results.to_dict()}))
    records = [r for r in content["records"] if r["type"] != "unanswerable"]
    again = sum(r["right"] and r["cited"] for r in records) / len(records)
    assert content["metrics"]["right_and_cited"]["value"] == again
    assert records[0]["citations"][0]["quote"] == "Xiaomi was founded in April 2010 in Beijing."
    assert set(content["timings"]["latency_ms"]) == {example.id for example in EXAMPLES}


def test_two_runs_differ_in_timings_only(tmp_path):
    contents = []
    for name in ("a.json", "b.json"):
        write_json(evaluate(Sound(), EXAMPLES), tmp_path / name, SETTINGS)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        contents.append({**json.loads(text), "timings": None})
    assert contents[0] == contents[1]


def test_json_that_cannot_be_written(tmp_path):
    with pytest.raises(EvalError, match="cannot be written"):
        write_json(outcome(Sound), tmp_path, SETTINGS)


@pytest.fixture
def system(monkeypatch):
    """A composition root that opens the small sound system."""

    class Assistant(Sound):
        k = HITS

        @classmethod
        def open(cls, index=None, reader=None, progress=None, reranker=None):
            if index is not None:
                raise StoreError(f"{index}: is no index; make it with `qa index`")
            return cls()

        @classmethod
        def library(cls, reader=None, progress=None, reranker=None):
            return cls()

    module = ModuleType("qa.system")
    module.Assistant = Assistant
    monkeypatch.setitem(sys.modules, "qa.system", module)


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "set.jsonl"
    lines = [
        {"id": e.id, "type": e.type, "question": e.question, "answers": e.answers, "gold": [vars_of(g) for g in e.gold]}
        for e in EXAMPLES
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def vars_of(gold):
    return {"doc": gold.doc, "quote": gold.quote}


def test_the_command(system, questions, tmp_path):
    target = tmp_path / "out.json"
    result = CliRunner().invoke(app, ["--questions", str(questions), "--limit", "2", "--json", str(target)])
    assert result.exit_code == 0, result.output
    assert "2 questions, reader quote" in result.stdout
    content = json.loads(target.read_text(encoding="utf-8"))
    assert content["settings"] == {
        "questions": str(questions),
        "index": None,
        "reader": None,
        "reranker": None,
        "k": None,
        "limit": 2,
        "strictness": "usual",
    }
    assert len(content["records"]) == 2


def test_exit_codes(system, questions, tmp_path):
    def run(*arguments):
        return CliRunner().invoke(app, list(arguments))

    missing = run("--questions", str(tmp_path / "absent.jsonl"))
    assert missing.exit_code == 1
    assert missing.stderr.startswith("error: ") and missing.stderr.count("\n") == 1
    no_index = run("--questions", str(questions), "--index", str(tmp_path))
    assert (no_index.exit_code, no_index.stderr.count("\n")) == (1, 1)
    assert "qa index" in no_index.stderr
    no_folder = run("--questions", str(questions), "--json", str(tmp_path / "absent" / "out.json"))
    assert no_folder.exit_code == 1
    assert "--json" in no_folder.stderr
    assert run("--limit", "0").exit_code == 2
    assert run("--colour").exit_code == 2


def test_help_shows_examples():
    result = CliRunner().invoke(app, ["--help"], env={"NO_COLOR": "1", "TERM": "dumb"})
    assert result.exit_code == 0
    assert "python -m eval --reader local --json results.json" in result.stdout
