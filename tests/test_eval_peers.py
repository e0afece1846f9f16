"""The comparison with other systems: same texts for all, figures and ratios, failures told, the limit of arithmetic."""

import gzip
import json
import sys
from pathlib import Path
from time import perf_counter

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.bench import peer_systems
from eval.bench.gemm import encoder_flops, gemm_rate
from eval.bench.peer_texts import prepare
from eval.bench.peer_venvs import ROOT, SHARED, SYSTEMS, Installed, System, chosen, reason
from eval.bench.peers import Comparison, Row, compare, limit, report, table
from eval.bench.watched import run
from eval.examples import EvalError
from index.entry import entry
from index.retrieve import Index

# A system of a few lines: "sound" works, each other one goes wrong in its own way.
SCRIPT = """
import json, sys, time
from pathlib import Path
name, verb, folder, place = sys.argv[1:]
if name == "broken":
    sys.exit("no such library")
if verb == "ingest":
    Path(place).mkdir()
    Path(place, "index").write_bytes(bytes(2_000_000))
    count = len(Path(folder, "passages.jsonl").read_text().splitlines())
    print(json.dumps({"seconds": 0.5, "passages": count - (name == "lossy")}))
else:
    print("Loading..." if name == "chatty" else json.dumps({"hits": 0 if name == "blind" else 10}), flush=True)
    time.sleep(0.15)
    print(json.dumps({"ms": [1.0, 2.0, 3.0, 4.0, 5.0], "found": 0.8}))
"""


@pytest.fixture(scope="module")
def texts(encoder, tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("peers") / "texts", encoder, 20, 5)


def installer(system, work):
    if system.name == "absent":
        raise EvalError("pip install absent: ERROR: No matching distribution")
    return Installed(Path(sys.executable), 100.0 if system.name == "sound" else 250.0, ("a-1", "b-2"))


def test_the_product_indexes_the_very_passages_that_its_peers_are_given(texts, encoder, tmp_path):
    (line,) = peer_systems.ingested("grounded-qa", texts.folder, tmp_path / "index")
    assert line["passages"] == len(texts.tokens) >= 20 and line["seconds"] > 0
    given = peer_systems.passages(texts.folder)
    index = Index(tmp_path / "index", encoder)
    titles = {one.id: one.title for one in index.documents()}
    held = [entry(hit.passage, titles[hit.passage.doc_id]) for hit in index.search("the", len(given))]
    index.store.close()
    assert sorted(held) == sorted(given) and len(set(given)) == len(given)
    first, last = peer_systems.queried("grounded-qa", texts.folder, tmp_path / "index")
    assert first == {"hits": 10} and len(last["ms"]) == texts.questions == 5 and last["found"] >= 0.8


def test_texts_are_the_same_every_time_and_tokens_are_counted_as_the_encoder_reads(texts, encoder, tmp_path):
    again = prepare(tmp_path / "texts", encoder, 20, 5)
    for name in ("passages.jsonl", "questions.json"):
        assert (again.folder / name).read_bytes() == (texts.folder / name).read_bytes()
    given = peer_systems.passages(texts.folder)
    assert list(texts.tokens) == encoder.count_tokens(given) and max(texts.tokens) <= 256
    joined = " ".join(" ".join(given).split())
    assert all(question in joined for question in json.loads((texts.folder / "questions.json").read_text()))


def test_a_public_set_gives_texts_and_questions_and_repeats_are_left_out(hashes, tmp_path):
    data = tmp_path / "harbour"
    data.mkdir()
    words = [
        "A rope of hemp lasts three winters.",
        "The lamp burned oil until the storm.",
        "A rope of hemp lasts three winters.",
    ]
    lines = {"corpus": [{"id": str(n), "title": "", "text": text} for n, text in enumerate(words)]}
    lines["queries"] = [{"id": "q", "question": "What did the lamp burn?", "gold": [{"id": "1"}]}]
    for name, some in lines.items():
        with gzip.open(data / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(line) + "\n" for line in some)
    texts = prepare(tmp_path / "texts", hashes, 2, 9, data)
    assert (len(texts.tokens), texts.questions, texts.drawn) == (2, 1, False)
    with pytest.raises(EvalError, match="holds 2, not 3; lower --passages"):
        prepare(tmp_path / "texts", hashes, 3, 9, data)
    assert len(list((tmp_path / "texts" / "documents").iterdir())) == 2


def test_systems_are_measured_from_outside_and_one_that_fails_is_told_with_its_reason(texts, tmp_path):
    script, said = tmp_path / "systems.py", []
    script.write_text(SCRIPT)
    names = ("sound", "absent", "broken", "lossy", "blind", "chatty")
    comparison = Comparison([System(name) for name in names], texts, tmp_path / "work", said.append, script)
    comparison.measure(2, installer)
    rows = {row.name: row for row in comparison.rows}
    sound = rows["sound"].figures
    assert len(comparison.rates) == 5 and not rows["sound"].failed and len(rows["sound"].rounds) == 2
    assert sound["passages_s"] == len(texts.tokens) / 0.5 and sound["index_mb"] == 2.0
    assert (sound["p50_ms"], sound["p95_ms"], sound["found"]) == (3.0, pytest.approx(4.8), 0.8)
    assert sound["cold_s"] > 0 and (not Path("/proc").exists() or 5 < sound["query_mb"] < 100)
    assert "No matching distribution" in rows["absent"].failed and rows["absent"].failed.startswith("install: ")
    assert rows["broken"].failed == "ingest: exit code 1: no such library"
    assert "every passage" in rows["lossy"].failed and "first one has none" in rows["blind"].failed
    assert "printed 'Loading...\\n'" in rows["chatty"].failed
    assert rows["broken"].figures["packages"] == 2  # what was measured before the failure stays
    asked = [line for line in said if ": ask" in line]
    assert asked == [
        "sound: ask, round 1 of 2",
        "blind: ask, round 1 of 2",
        "chatty: ask, round 1 of 2",
        "sound: ask, round 2 of 2",
    ]
    shown = table(comparison.rows)
    assert all(f"{name} failed at {rows[name].failed}" in shown for name in names[1:]) and "broken (failed)" in shown


def test_the_time_to_the_first_hits_does_not_hold_the_questions_after_it(tmp_path):
    begun = perf_counter()
    ran = run([sys.executable, "-c", "import time; print('{}', flush=True); time.sleep(0.6); print('{}')"], tmp_path)
    assert ran.lines == [{}, {}] and ran.seconds <= perf_counter() - begun - 0.6
    with pytest.raises(EvalError, match="ended after 0 s"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, longest=0.2)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="memory is measured on Linux only")
def test_memory_counts_the_processes_that_a_process_starts(tmp_path):
    child = "b = bytearray(80_000_000); print(flush=True); input()"
    start = f"p = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)"
    alone = "b = bytearray(80_000_000); time.sleep(0.5); print('{}')"
    both = f"{start}; p.stdout.readline(); {alone}; p.communicate(b'end')"
    run_one = [run([sys.executable, "-c", f"import subprocess, sys, time; {body}"], tmp_path) for body in (alone, both)]
    one, two = (ran.megabytes for ran in run_one)
    assert 80 < one < 130 and 160 < two < 260


def test_the_table_shows_ratios_to_the_product_and_what_is_missing():
    ours = Row("grounded-qa", {"passages_s": 20.0, "cold_s": 0.5, "packages": 80})
    theirs = Row(
        "haystack", {"passages_s": 10.0, "packages": 120}, failed="ask, round 1 of 3: exit code 1: out of memory"
    )
    lines = table([ours, theirs]).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == ["grounded-qa", "20", "0.5", "80"]
    assert [cell.strip() for cell in lines[3].split("|")[1:-1]] == ["haystack (failed)", "10 (0.5×)", "–", "120 (1.5×)"]
    assert len({len(line) for line in lines[:4]}) == 1
    assert lines[-1] == "haystack failed at ask, round 1 of 3: exit code 1: out of memory"
    assert "×" not in table([theirs])  # without the product there is nothing to compare with


def test_the_arithmetic_counts_every_product_of_the_encoder():
    n, heads = 7, 12
    products = [(n, 384, 384)] * 4 + [(n, 384, 1536), (n, 1536, 384)]
    products += [(n, 384 // heads, n), (n, n, 384 // heads)] * heads
    assert encoder_flops([n]) == 6 * sum(2 * a * b * c for a, b, c in products)
    assert encoder_flops([7, 7, 9]) == 2 * encoder_flops([7]) + encoder_flops([9])


def test_the_limit_is_the_rate_over_the_arithmetic():
    flops = encoder_flops([100])
    bound = limit([Row("grounded-qa", {"passages_s": 5.0})], [100, 100], [8 * flops, 10 * flops, 4 * flops])
    assert bound["passages_s"] == pytest.approx(10) and bound["share"] == pytest.approx(0.5)
    assert bound["gflop_s_median"] == pytest.approx(8 * flops / 1e9)
    assert limit([Row("chroma", {"passages_s": 5.0})], [100], [flops])["share"] is None
    assert 1e8 < gemm_rate(0.01) < 1e14


def test_the_report_says_what_was_measured_on_what(tmp_path):
    result = compare([], tmp_path / "work", 20, 5, 1, None, print)
    assert result["settings"]["passages"] >= 20 and result["settings"]["source"] == "docstrings of Python's library"
    result["limit"] |= {"gflop_s": 80.0, "gflop": 2.0, "passages_s": 40.0, "share": 0.5}
    result["systems"] = [{"name": "chroma", "failed": "install: no"}]
    text = report(json.loads(json.dumps(result)))
    assert (
        "80.0 GFLOP/s" in text
        and "(median " in text
        and "2.00 GFLOP a passage: 40.0 passages/s; grounded-qa reaches 50 % of it." in text
    )
    assert "5 questions, 1 rounds" in text and "chroma failed at install: no" in text


def test_every_system_has_its_part_and_a_name_that_is_none_is_told():
    assert {system.name for system in SYSTEMS} == set(peer_systems.SYSTEMS)
    assert [system.name for system in chosen(["txtai", "grounded-qa"])] == ["grounded-qa", "txtai"]
    failed = CliRunner().invoke(app, ["bench", "peers", "--only", "nosuch"])
    assert failed.exit_code == 1 and "'nosuch' is none; mend --only" in failed.output
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert pinned >= SHARED  # all run the encoder with the same versions
    assert reason("WARNING: a\nERROR: b\nnotice: c\n") == "ERROR: b" and reason("one\ntwo\n\n") == "two"
    pip = "Collecting a\nThe conflict is caused by:\n    a 1 depends on b>2\n    constraint b==1\n\nTo fix this"
    assert reason("ERROR: no.\n", pip) == "ERROR: no. a 1 depends on b>2 constraint b==1"
