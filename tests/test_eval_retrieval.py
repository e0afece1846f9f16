"""Retrieval on question sets: through sync and search as users have them, figures by document, two runs compared."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval.__main__ import app
from eval.examples import EvalError
from eval.metrics import clustered, paired_bootstrap, pooled
from eval.public import Query, doc_id, queries, write_documents
from eval.ranking import ndcg, recall_at
from eval.retrieval import Expected, compared, evaluate, expected, read, write

CORPUS = [
    {"id": "a/1", "title": "Ropes_of_hemp", "text": "A rope of hemp lasts three winters on deck."},
    {"id": "b?", "title": "", "text": "The lamp burned oil until the year of the great storm."},
    {"id": "c", "title": "Bells", "text": "When fog came in the bell was rung by hand, once a minute."},
]
QUERIES = [
    {"id": "q1", "question": "How long does a hemp rope last?", "answerable": True, "gold": [{"id": "a/1"}]},
    {
        "id": "q2",
        "question": "What did the lamp burn?",
        "gold": [{"id": "b?"}],
        "history": [["When was fog?", "Never."]],
    },
    {"id": "q3", "question": "Who owns the pier?", "answerable": False, "gold": []},
]


def put(folder, name, lines):
    with gzip.open(folder / name, "wt", encoding="utf-8") as file:
        file.writelines((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data" / "harbour"
    folder.mkdir(parents=True)
    put(folder, "corpus.jsonl.gz", CORPUS)
    put(folder, "queries.jsonl.gz", QUERIES)
    return folder


def test_gain_and_recall_by_hand():
    ranked, gold = ["x", "a", "y", "b"], {"a", "b", "c"}
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert ndcg(ranked, gold, 10) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)
    assert ndcg(["a", "b", "c"], gold, 10) == 1.0 and ndcg(["x"], gold, 10) == 0.0 == ndcg(ranked, set(), 10)
    assert ndcg(["a", "x"], gold, 1) == 1.0
    assert recall_at(ranked, gold, 3) == pytest.approx(1 / 3) and recall_at(ranked, gold, 4) == pytest.approx(2 / 3)


@given(st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=1, max_size=30))
def test_a_paired_bootstrap_holds_the_mean_and_turns_with_the_sign(differences):
    low, high, chance = paired_bootstrap(differences, resamples=500)
    assert min(differences) - 1e-9 <= low <= high <= max(differences) + 1e-9 and 0 <= chance <= 1
    other = paired_bootstrap([-one for one in differences], resamples=500)
    assert (other[0], other[1]) == pytest.approx((-high, -low)) and other[2] == chance


def test_a_clear_gain_is_told_from_noise():
    clear, noise = np.full(50, 0.1), np.resize([0.1, -0.1], 50)
    assert paired_bootstrap(clear)[2] < 1e-9 and paired_bootstrap(noise)[2] > 0.5
    with pytest.raises(ValueError, match="at least one"):
        paired_bootstrap([])


def test_turns_of_one_conversation_are_drawn_together():
    differences, talks = [0.1] * 30 + [-0.05] * 30, ["a"] * 30 + ["b"] * 30
    assert paired_bootstrap(differences)[0] > 0  # taken for sixty questions it would be a gain beyond doubt
    low, high, chance = paired_bootstrap(differences, talks)
    assert (low, high) == pytest.approx((-0.05, 0.1)) and chance > 0.2
    assert pooled(clustered([1, 0, 0], "xxy")) == pytest.approx(1 / 3)
    first, later = Query("1", "When?", frozenset()), Query("2", "Why?", frozenset(), (("When?", "Then."),))
    assert first.conversation == later.conversation == "When?"


def test_documents_are_files_that_name_them_again(data, tmp_path):
    into = tmp_path / "documents"
    assert write_documents(data, into) == 3
    assert {doc_id(path.name) for path in into.iterdir()} == {"a/1", "b?", "c"}
    assert (into / "a%2F1.txt").read_text() == "Title: Ropes of hemp\n\nA rope of hemp lasts three winters on deck.\n"
    (into / "gone.txt").write_text("A document of an earlier version.")
    before = (into / "c.txt").stat().st_mtime_ns
    write_documents(data, into)
    assert not (into / "gone.txt").exists() and (into / "c.txt").stat().st_mtime_ns == before


def test_a_run_measures_and_is_compared(data, tmp_path, encoder):
    run = evaluate(data, tmp_path / "work", encoder)
    assert (run.name, run.documents, set(run.rows)) == ("harbour", 3, {"q1", "q2"})
    assert run.figures["ndcg@10"].value == run.figures["mrr@10"].value == 1.0
    write([run], tmp_path / "now.json", "abc")
    earlier = read(tmp_path / "now.json")["harbour"]
    earlier["q1"]["ndcg@10"] = 0.5
    change = compared(run, earlier)["ndcg@10"]
    assert (change.before, change.after) == (0.75, 1.0) and change.low <= 0.25 <= change.high
    with pytest.raises(EvalError, match="share none"):
        compared(run, {"another": {}})


def test_the_command(data, tmp_path):
    common = ["retrieval", "--data", str(data.parent), "--set", "harbour", "--work", str(tmp_path / "work")]
    first = CliRunner().invoke(app, [*common, "--json", str(tmp_path / "a.json")])
    assert first.exit_code == 0 and "harbour: 2 questions, 3 documents" in first.output and "ndcg@10" in first.output
    second = CliRunner().invoke(app, [*common, "--against", str(tmp_path / "a.json")])
    assert second.exit_code == 0 and "+0.000 [+0.000, +0.000]" in second.output
    for wrong, told in (
        (["--against", str(data)], "that --json wrote"),
        (["--json", "no/where.json"], "folder does not"),
    ):
        failed = CliRunner().invoke(app, [*common, *wrong])
        assert failed.exit_code == 1 and told in failed.output
    nothing = CliRunner().invoke(app, [*common[:4], "pier"])
    assert nothing.exit_code == 1 and "nothing is there" in nothing.output


def test_what_is_expected_is_checked(data, tmp_path, monkeypatch):
    common = ["retrieval", "--data", str(data.parent), "--set", "harbour", "--work", str(tmp_path / "work"), "--check"]
    monkeypatch.setattr("eval.retrieval.expected", lambda name: [Expected("ndcg@10", 1.004, 0.005)])
    assert CliRunner().invoke(app, [*common, "--results", str(tmp_path)]).exit_code == 0
    (kept,) = tmp_path.glob("retrieval-*.json")
    assert "ndcg@10" in kept.read_text() and "rows" not in kept.read_text()
    monkeypatch.setattr("eval.retrieval.expected", lambda name: [Expected("mrr@10", 1.01, 0.005)])
    failed = CliRunner().invoke(app, common)
    assert failed.exit_code == 1 and "harbour mrr@10 1.01 - 0.005" in failed.output
    missing = CliRunner().invoke(app, [*common, "--results", str(tmp_path / "none")])
    assert missing.exit_code == 1 and "does not exist" in missing.output


def test_what_is_expected_reaches_the_goals():
    goals = {
        ("scifact", "ndcg@10"): 0.70,
        ("xquad_en", "ndcg@10"): 0.965,
        ("xquad_zh", "ndcg@10"): 0.955,
        ("feedbackqa", "ndcg@10"): 0.654,
        ("anthropic_docs", "recall@3"): 0.72,
        ("anthropic_docs", "mrr@10"): 0.88,
    }
    for (name, metric), goal in goals.items():
        assert [one.score >= goal for one in expected(name) if one.metric == metric] == [True]
    assert expected("no set") == []


@pytest.mark.parametrize(
    ("line", "told"),
    [("{", "one JSON object"), ('{"id": 1}', "id, question and gold"), ("[]", "id, question and gold")],
)
def test_a_wrong_line_is_named(data, line, told):
    put(data, "queries.jsonl.gz", [QUERIES[0], line])
    with pytest.raises(EvalError, match=rf"line 2: .*{told}"):
        queries(data)


def test_a_set_without_gold_is_told(data, tmp_path, hashes):
    put(data, "queries.jsonl.gz", QUERIES[2:])
    with pytest.raises(EvalError, match="gold documents"):
        evaluate(data, tmp_path / "work", hashes)
    put(data, "queries.jsonl.gz", [])
    with pytest.raises(EvalError, match="has none"):
        queries(data)


def test_the_documentation_makes_a_set_of_beir_s_layout(tmp_path):
    readme = (Path(__file__).parent.parent / "eval" / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(import csv.*?)```", readme, re.DOTALL)
    (tmp_path / "qrels").mkdir()
    for name, lines in {
        "corpus": [{"_id": "1", "title": "", "text": "Ropes of hemp."}, {"_id": "2", "text": "Lamps of Größe 2."}],
        "queries": [{"_id": "a", "text": "Which ropes?"}, {"_id": "b", "text": "Which bells?"}],
    }.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\t1\t2\na\t2\t0\nb\t1\t0\n")
    subprocess.run([sys.executable, "-c", code, "sets/harbour"], cwd=tmp_path, check=True)
    made = tmp_path / "sets" / "harbour"
    assert queries(made) == [Query("a", "Which ropes?", frozenset({"1"}))]
    assert write_documents(made, tmp_path / "documents") == 2
    assert (tmp_path / "documents" / "2.txt").read_text("utf-8") == "Lamps of Größe 2.\n"
