"""Answers beside other systems: one scorer for all, by rules that a reader can check on tiny answers."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.bench import answer_systems
from eval.bench.answer_claims import REFUSALS, read
from eval.bench.answer_server import at
from eval.bench.answers import ROWS, Model, Row, chosen, figures, measure, prepare, report, sample
from eval.bench.peer_venvs import Installed
from eval.examples import EvalError, Example, Gold

TEXT = "Title\n\nThe ferry was built in 1912. It carried  40 people.\n\nThe lamp burned oil. Nobody painted it."
TEXTS = {"ferry.txt": TEXT}
BUILT = Example(
    "built", "fact", "When was it built?", (("1912",),), (Gold("ferry.txt", "The ferry was built in 1912."),)
)
OWNER = Example("owner", "unanswerable", "Who owned it?")
CHUNK = {"doc": "ferry.txt", "text": "The ferry was built in 1912. It carried 40 people."}
OTHER = {"doc": "ferry.txt", "text": "The lamp burned oil. Nobody painted it."}


def said(text, *sources, sentinel=False, claims=None, name="built", ms=2000.0):
    return {
        "id": name,
        "text": text,
        "sources": sources,
        "sentinel": sentinel,
        "claims": claims,
        "quoted": False,
        "ms": ms,
    }


def cited(answer):
    return [(claim.text, [citation.quote for citation in claim.citations]) for claim in answer.claims]


def test_a_mark_cites_the_sentences_of_its_chunk_and_what_has_none_cites_nothing():
    found = read(
        "When?", said("It was built in 1912. [1] It carried 40 people [2, 1]. It burned oil.", CHUNK, OTHER), TEXTS
    )
    chunk = ["The ferry was built in 1912.", "It carried  40 people."]
    other = ["The lamp burned oil.", "Nobody painted it."]
    assert cited(found.marked) == [
        ("It was built in 1912.", chunk),
        ("It carried 40 people.", other + chunk),
        ("It burned oil.", []),
    ]
    assert [quotes for _, quotes in cited(found.sourced)] == [chunk + other] * 3
    assert found.lost == 0


def test_marks_in_brackets_out_of_bounds_and_alone_on_a_line():
    found = read("When?", said("It was built in 1912 ([1], [9]).\n\n[2]", CHUNK, OTHER), TEXTS)
    ((text, quotes),) = cited(found.marked)
    assert text == "It was built in 1912." and len(quotes) == 4


def test_a_source_that_is_not_in_its_document_is_counted_and_cites_nothing():
    found = read("When?", said("In 1912 [1].", {"doc": "ferry.txt", "text": "The ferry was built in 1913."}), TEXTS)
    assert cited(found.marked) == [("In 1912.", [])] and found.lost == 1


def test_spans_and_sentences_that_a_system_tells_are_kept():
    start = TEXT.index("It carried")
    span = {"doc": "ferry.txt", "start": start, "end": start + 22}
    found = read("How many?", said("Whatever [1]", span, claims=[["It carried 40.", [1]]]), TEXTS)
    assert cited(found.marked) == cited(found.sourced) == [("It carried 40.", ["It carried  40 people."])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "I cannot answer this question due to insufficient information.",
        "I don't know.",
        "The sources do not mention the owner. The ferry was built in 1912.",
        "The provided documents don't specify who owned the ferry [1].",
        "There is no information about the owner.",
        "None of the sources are helpful.",
        "The owner is not mentioned in the sources.",
        "It is not possible to determine the owner.",
    ],
)
def test_refusals_in_words(text):
    assert read("Who?", said(text, CHUNK), TEXTS).marked.abstained


@pytest.mark.parametrize(
    "text", ["The ferry was built in 1912.", "Nobody painted it.", "It was not repaired.", "It could not carry more."]
)
def test_denials_are_answers(text):
    assert not read("Who?", said(text, CHUNK), TEXTS).marked.abstained and not REFUSALS.search(text)


def test_a_refusal_in_a_systems_own_way():
    assert read("Who?", said("Empty Response", sentinel=True), TEXTS).marked.abstained
    quoted = said("x", CHUNK, claims=[["The text does not say who owned it.", [1]]])
    assert not read("Who?", quoted, TEXTS).marked.abstained  # the product says itself whether it abstained


def test_figures_of_answers_that_are_right_cited_or_made_up():
    examples = [BUILT, OWNER]
    good = figures(
        examples,
        [said("It was built in 1912 [1].", CHUNK), said("I don't know.", CHUNK, name="owner", ms=4000.0)],
        TEXTS,
    )
    assert good.figures["right"] == good.figures["right_and_cited"] == good.figures["refusal"] == 1.0
    assert good.figures["unsupported"] == good.figures["false_abstention"] == 0.0
    assert (good.figures["p50_s"], good.figures["p95_s"]) == (3.0, pytest.approx(3.9))
    assert good.figures["cited_words"] == 10
    bare = figures(
        examples, [said("It was built in 1912.", CHUNK), said("King Harald owned it.", OTHER, name="owner")], TEXTS
    )
    assert bare.figures["right"] == bare.figures["right_and_sourced"] == 1.0 and bare.figures["right_and_cited"] == 0.0
    assert bare.figures["refusal"] == 0.0 and bare.figures["unsupported"] == 1.0
    assert bare.figures["unsupported_sourced"] == 0.5  # the second is made up whatever it cites
    with pytest.raises(EvalError, match="every question once and in order, and this one gave 1"):
        figures(examples, [said("It was built in 1912.", CHUNK)], TEXTS)


def test_a_sample_holds_the_unanswerable_in_their_share_and_is_always_the_same():
    examples = [Example(f"a{n}", "fact", "q") for n in range(15)] + [
        Example(f"u{n}", "unanswerable", "q") for n in range(5)
    ]
    some = sample(examples, 8)
    assert [one.answerable for one in some] == [True] * 6 + [False] * 2 and some == sample(examples, 8)
    (full,) = sample(
        [Example("f", "followup", "And then?", history=(("Who?", "Lei."),), standalone="Who came then?")], 5
    )
    assert (full.question, full.history, full.standalone) == ("Who came then?", (), "")


# A system of a few lines: "haystack" answers, "llamaindex" fails half way, "paper-qa" cannot be installed.
SCRIPT = """
import json, sys
name, folder, place, url, model, tokens = sys.argv[1:]
assert (url, model, tokens) == ("http://here/v1", "tiny", "9")
print(json.dumps({"documents": 1}), flush=True)
if name == "llamaindex":
    sys.exit("the server said no")
for one in json.load(open(folder + "/questions.json")):
    source = {"doc": "ferry.txt", "text": "The ferry was built in 1912."}
    line = {"id": one["id"], "text": "In 1912 [1].", "sources": [source], "sentinel": False}
    print(json.dumps(line | {"claims": None, "quoted": False, "ms": 1.0}))
"""


def test_each_system_has_its_row_and_one_that_fails_is_told_with_its_reason(tmp_path):
    source, script = tmp_path / "source", tmp_path / "systems.py"
    source.mkdir()
    (source / "ferry.txt").write_text(TEXT)
    script.write_text(SCRIPT)
    examples = [BUILT, OWNER]
    texts = prepare(tmp_path / "texts", source, examples)
    assert texts == {"ferry.txt": TEXT} and len(answer_systems.documents(tmp_path / "texts")) == 1

    def installer(system, work):
        if system.name == "paper-qa":
            raise EvalError("pip install paper-qa: ERROR: No matching distribution")
        return Installed(Path(sys.executable), 1.0, ("a-1",))

    model = Model("http://here/v1", "tiny", 9)
    names = ("haystack", "llamaindex", "paper-qa")
    rows = [measure(name, examples, texts, model, tmp_path, installer, script) for name in names]
    assert rows[0].figures["right_and_cited"] == 1.0 and rows[0].packages == ("a-1",) and len(rows[0].said) == 2
    assert rows[1].failed == "exit code 1: the server said no" and "No matching" in rows[2].failed
    settings = {"questions": 2, "unanswerable": 1, "documents": 1, "model": "tiny", "tokens": 9, "cores": 2}
    rows[0].lost = 3
    result = {"settings": settings, "systems": [vars_of(row) for row in rows]}
    text = report(json.loads(json.dumps(result)))
    assert "| haystack | 100 % | 100 % | 100 % |" in text and "\nllamaindex failed: exit code 1" in text
    assert "| llamaindex" not in text and "haystack: 3 sources not found in their document" in text


def vars_of(row):
    return {name: getattr(row, name) for name in Row.__dataclass_fields__}


def test_the_product_answers_through_its_part(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "ferry.txt").write_text(TEXT)
    texts = prepare(tmp_path / "texts", source, [BUILT])
    setting = answer_systems.Setting(tmp_path / "texts", tmp_path / "index", "http://127.0.0.1:9/v1", "none", 9)
    found = answer_systems.product(setting)("When was the ferry built?")
    (claim,) = read("When?", as_line(found), texts).marked.claims
    assert [citation.quote for citation in claim.citations] == ["The ferry was built in 1912."]


def as_line(found):
    return {name: getattr(found, name) for name in ("text", "sources", "sentinel", "claims")}


def test_every_row_has_its_part_and_what_is_wrong_is_told():
    assert list(ROWS) == list(answer_systems.SYSTEMS)
    assert chosen(["haystack", "grounded-qa"]) == ["grounded-qa", "haystack"]
    failed = CliRunner().invoke(app, ["bench", "answers", "--only", "nosuch"])
    assert failed.exit_code == 1 and "'nosuch' is none; mend --only" in failed.output
    assert at("http://host:1/v1#a%20b") == ("http://host:1/v1", "a b")
    with pytest.raises(EvalError, match="with its model"):
        at("http://host:1/v1")
