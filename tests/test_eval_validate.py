"""The validator: every rule catches what breaks it and lets pass what does not; the sets that ship keep them all."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from eval import shipped, validate
from eval.__main__ import app
from eval.examples import Example, Gold, read
from index.sync import sync

TEXT = "Tidewell sold 5,900 meters in 2023. Parking\nfines are not refunded to anybody who drives a “company” car."
GOOD = Example("q1", "fact", "How many devices were bought?", (("5,900",),), (Gold("a.txt", "sold 5,900 meters"),))


def rules(*examples):
    return [(finding.id, finding.rule) for finding in validate.validate(examples, {"a.txt": TEXT})]


def test_a_good_question_breaks_no_rule():
    assert rules(GOOD) == []
    spaced = Gold("a.txt", 'Parking fines are not refunded to anybody who drives a "company" car')
    assert rules(replace(GOOD, answers=(("not refunded",),), gold=(spaced,))) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"gold": (Gold("a.txt", "sold 5,900 metres"), *GOOD.gold)}, "quote"),
        ({"gold": (Gold("b.txt", "5,900"),)}, "quote"),
        ({"answers": (("5,900",), ("six", "seven"))}, "answer"),
        ({"question": "Were 5,900 devices bought?"}, "leak"),
        ({"standalone": "Were 5,900 devices bought?"}, "leak"),
        ({"paraphrases": ("Were 5,900 devices bought?",)}, "leak"),
        ({"question": "Why not refunded to anybody who drives a company car?"}, "leak"),
    ],
)
def test_each_rule_names_what_breaks_it(change, rule):
    gold = (*GOOD.gold, Gold("a.txt", "not refunded to anybody who drives a “company” car"))
    assert rules(replace(GOOD, **{"gold": gold, **change})) == [("q1", rule)]


def test_a_number_inside_another_and_a_short_run_are_no_leak():
    assert rules(replace(GOOD, question="Were 15,900 devices bought, or what was sold of 5,9001?")) == []
    gold = (*GOOD.gold, Gold("a.txt", "fines are not refunded to anybody"))
    assert rules(replace(GOOD, question="If fines are not refunded, how many devices were bought?", gold=gold)) == []


def test_only_fact_and_list_answers_must_stand_in_the_evidence():
    missing = replace(GOOD, answers=(("six",),))
    assert [rules(replace(missing, type=kind)) for kind in ("multi", "conflict", "followup")] == [[], [], []]
    assert rules(replace(missing, type="list")) == [("q1", "answer")]


def test_near_duplicates_are_told_once_unless_their_answers_differ():
    other = replace(GOOD, id="q2", question="Bought devices: how many were they?")
    assert rules(GOOD, other) == [("q2", "twice")]
    assert rules(GOOD, replace(other, answers=(("2023",),), gold=(Gold("a.txt", "in 2023"),))) == []
    follows = replace(other, type="followup", question="And those?", history=(("Which?", "These."),))
    assert rules(GOOD, follows) == []
    assert rules(GOOD, replace(follows, standalone=GOOD.question)) == [("q2", "twice")]


def test_overlap_is_the_share_of_stems_without_function_words():
    asked = replace(GOOD, question="How many meters has Tidewell been selling?")  # meter, tidewel, sell
    assert validate.overlap(asked) == pytest.approx(1 / 3)
    assert validate.overlap(replace(asked, gold=(Gold("a.txt", TEXT),))) == pytest.approx(2 / 3)
    assert validate.overlap(replace(asked, question="And it?", standalone=asked.question)) == pytest.approx(1 / 3)
    assert validate.overlap(Example("q3", "unanswerable", "Why?")) is None
    measured = validate.overlaps([asked, replace(asked, gold=(Gold("a.txt", TEXT),), type="list")])
    assert list(measured) == ["fact", "list", "all"]
    assert (measured["all"].n, measured["all"].mean, measured["all"].lower) == pytest.approx((2, 0.5, 5 / 12))


@pytest.mark.parametrize(
    ("name", "questions", "unanswerable", "paraphrased"),
    [("library", 160, 40, 20), ("care", 80, 25, 20), ("conversations", 40, 4, 0)],
)
def test_the_sets_that_ship_keep_every_rule(name, questions, unanswerable, paraphrased):
    examples = read(shipped.questions(name))
    texts = validate.folder_texts(shipped.documents(shipped.questions(name)), examples)
    assert validate.validate(examples, texts) == []
    assert [gold for e in examples for gold in e.gold if gold.quote not in texts[gold.doc]] == []  # to the letter
    assert len(examples) >= questions
    assert sum(not example.answerable for example in examples) >= unanswerable
    assert all(example.standalone for example in examples if example.type == "followup")
    assert sum(len(example.paraphrases) == 2 for example in examples) >= paraphrased


def test_check_on_the_command_line(tmp_path, hashes):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text(TEXT, "utf-8")
    table = tmp_path / "mine.csv"
    table.write_text('id;type;question;answers;gold\nq1;fact;How many were bought?;5,900;"a.txt :: 5,900"\n', "utf-8")
    sync([tmp_path / "mine"], tmp_path / "index", hashes)
    for arguments in ([], ["--index", str(tmp_path / "index")]):
        result = CliRunner().invoke(app, ["check", str(table), *arguments])
        assert result.exit_code == 0, result.output
        assert "1 questions, none breaks a rule" in result.output
    table.write_text('id;type;question;answers;gold\nq1;fact;How many were bought?;5,900;"a.txt :: 5.900"\n', "utf-8")
    result = CliRunner().invoke(app, ["check", str(table)])
    assert result.exit_code == 1
    assert "q1  quote: '5.900' is not in 'a.txt'; copy the words from the document" in result.output
    result = CliRunner().invoke(app, ["--set", "nature"])
    assert result.exit_code == 1
    assert "one of library, care, conversations; got 'nature'" in result.output


def test_a_set_that_ships_is_asked_by_name(tmp_path):
    out = tmp_path / "care.json"
    arguments = ["--set", "care", "--limit", "1", "--work", str(tmp_path), "--json", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    kept = json.loads(out.read_text("utf-8"))
    assert kept["settings"]["questions"] == "care.jsonl"
    assert kept["records"][0]["tags"] == ["table", "two-years", "two-products"]
    assert kept["missing"] == [], "its own documents were searched"
