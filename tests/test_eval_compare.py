"""Runs against each other, grids, bounds and disturbed questions, on small systems."""

import io
import json
import random
from dataclasses import replace

import numpy as np
import pytest
from fakes import Library, Scripted
from rich.console import Console
from test_eval_run import EXAMPLES, FirstPassage, Refuser, Sound, outcome
from typer.testing import CliRunner

from eval import grid
from eval.__main__ import app
from eval.bounds import bounds, check
from eval.changes import show_comparison, show_disturbed, show_grid
from eval.compare import SIGNIFICANT, compare, paired, questions, read
from eval.examples import EvalError, Example, Gold
from eval.figures import BY_NAME
from eval.report import write_json
from eval.robustness import AIMED, WORDS, beside, measured, typos
from eval.run import Adjusted, evaluate
from qa.abstain import BARS
from qa.answer import Options
from qa.pipeline import HITS

SPRINGS = "The spring at Altwasser gives 40 litres a minute.\n\nThe spring at Neubrunn was closed in 1987.\n"
ASKED = [
    Example("a", "fact", "How many litres a minute does the spring at Altwasser give?", (("40",),),
            (Gold("springs.txt", "gives 40 litres a minute"),),
            paraphrases=("What does the spring at Altwasser give a minute?",)),
    Example("b", "fact", "When was the spring at Neubrunn closed?", (("1987",),),
            (Gold("springs.txt", "closed in 1987"),)),
    Example("u", "unanswerable", "Who painted the ceiling of the opera?"),
]  # fmt: skip


def printed(show, *values):
    stream = io.StringIO()
    show(*values, Console(file=stream, width=160))
    return stream.getvalue()


def test_what_moved_and_by_how_much():
    found = compare(questions(outcome(Sound)), questions(outcome(Refuser)))
    changes = {change.name: change for change in found.changes}
    lost = changes["right_and_cited"]
    assert (lost.before, lost.after, lost.low, lost.high, lost.chance, lost.n) == (1, 0, -1, -1, 2 / 16, 4)
    assert lost.verdict == changes["false_abstention"].verdict == ""  # four questions prove nothing
    assert changes["refusal"].verdict == "" and changes["hit@5"].verdict == ""
    assert "citation_precision" not in changes  # the refuser defines it nowhere
    assert [one.id for one in found.worse] == ["f1", "f2", "f3", "f4"]
    assert (found.better, found.elsewhere, found.shared) == ((), (), 6)
    text = printed(show_comparison, found)
    assert "f1  When was Xiaomi founded?  right → refused" in text
    assert "4 worse" in text and "-100.0 [-100.0, -100.0]" in text


def test_two_files_are_compared_as_the_runs_were(tmp_path):
    for name, system in (("a.json", Sound), ("b.json", FirstPassage)):
        write_json(outcome(system), tmp_path / name, {})
    found = compare(read(tmp_path / "a.json"), read(tmp_path / "b.json"))
    direct = compare(questions(outcome(Sound)), questions(outcome(FirstPassage)))
    assert [c for c in found.changes if "latency" not in c.name] == [
        c for c in direct.changes if "latency" not in c.name
    ]
    assert [one.id for one in found.worse] == ["u1", "u2"]
    result = CliRunner().invoke(app, ["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")])
    assert result.exit_code == 0 and "answered though unanswerable" in result.stdout


def test_what_cannot_be_compared_is_said(tmp_path):
    (tmp_path / "x.json").write_text('{"runs": []}', "utf-8")
    with pytest.raises(EvalError, match="one condition"):
        read(tmp_path / "x.json")
    here = questions(outcome(Sound))
    with pytest.raises(EvalError, match="share no id"):
        compare(here, {"z": here["f1"]})
    with pytest.raises(EvalError, match="one question in both runs, and 'f1'"):
        compare(here, {"f1": here["f2"]})


def test_a_paired_statistic_draws_the_same_questions_for_both():
    chance = np.random.default_rng(1)
    old = np.stack([np.arange(40) % 2, chance.random(40)], axis=1)
    new = old + np.array([0.0, 1.0])  # every confidence higher by one: whatever is drawn, the statistic is the same

    def spread(rows):
        return float(rows[:, 1].max() - rows[:, 1].min())

    low, high, p = paired(old, new, spread)
    assert (low, high) == pytest.approx((0, 0)) and p > 0.05
    assert paired(old, old, spread) == (0, 0, 1)


def test_a_few_differences_are_never_significant():
    for count in range(1, 9):
        changed = np.arange(60) < count
        found = paired(np.zeros(60), changed.astype(float))[2]
        assert found >= 2 * 0.5**count and (found < SIGNIFICANT) == (count >= 6), count
    area = BY_NAME["aurc"].statistic
    old = np.stack([np.linspace(0, 1, 60), np.ones(60)], axis=1)
    new = old.copy()
    new[-1, 1] = 0
    assert paired(old, new, area)[2] == 1  # one question that is wrong now


def test_bounds_are_kept_or_named():
    results = outcome(Sound)
    check(bounds(["right_and_cited=1", "mrr@10=0.9"], ["unsupported_claims=0", "words=6"]), results)
    with pytest.raises(EvalError, match=r"right_and_cited is 0, below 0.8; false_abstention is 1, above 0.1"):
        check(bounds(["right_and_cited=0.8"], ["false_abstention=0.1"]), outcome(Refuser))
    with pytest.raises(EvalError, match="followup_ratio is undefined"):
        check(bounds(["followup_ratio=0.9"], []), results)


@pytest.mark.parametrize(
    ("under", "told"),
    [
        ("right_and_sighted=0.8", "no figure is called 'right_and_sighted'; the figures are hit@1, .*right_and_cited"),
        ("right=most", "takes a number, e.g. right=0.8; got 'most'"),
        ("right", "takes NAME=VALUE"),
        ("right=nan", "takes a finite number, e.g. right=0.8, .* 'nan'"),
        ("right=-inf", "takes a finite number"),
        ("right=1e999", "takes a finite number, .* '1e999'"),
        ("false_abstention=0.1", "less is better for false_abstention, so use --fail-over false_abstention=0.1"),
    ],
)
def test_a_wrong_bound_is_told_before_anything_is_asked(under, told):
    with pytest.raises(EvalError, match=told):
        bounds([under], [])
    result = CliRunner().invoke(app, ["--fail-under", under])
    assert result.exit_code == 1 and result.stderr.startswith("error: --fail-under")


def test_conditions_of_a_grid():
    found = [one.label for one in grid.conditions("quote, local", "3,5")]
    assert found == ["quote, k=3", "quote, k=5", "local, k=3", "local, k=5"]
    assert [(c.reader, c.k) for c in grid.conditions(None, None)] == [(None, HITS)]
    for wrong in ((",", None), (None, "3,x"), (None, "0"), ("quote,quote", None), (None, "3,3")):
        with pytest.raises(EvalError, match=r"--reader|--k"):
            grid.conditions(*wrong)


def test_a_grid_asks_under_each_condition_and_compares_with_the_first(tmp_path):
    library = Library(tmp_path, springs_txt=SPRINGS)
    steps = []
    cells = grid.run(library.assistant(), grid.conditions(None, "3,1"), ASKED, lambda *step: steps.append(step))
    assert [len(cell.results.records[0].passages) for cell in cells] == [len(cells[0].results.records[0].passages), 1]
    assert cells[0].against_first is None and cells[1].against_first.shared == 3
    assert steps == [(n, 6) for n in range(1, 7)]
    text = printed(show_grid, cells)
    assert "quote, k=3" in text and "quote, k=1" in text and "right and cited" in text
    content = json.loads(json.dumps(grid.to_dict(cells, {"limit": 3})))
    assert [run["condition"] for run in content["runs"]] == [{"reader": None, "k": 3}, {"reader": None, "k": 1}]


def test_significant_differences_are_marked():
    asked = [replace(example, id=f"{example.id}{n}") for n in range(2) for example in EXAMPLES]
    sound, refuser = (evaluate(system(), asked) for system in (Sound, Refuser))
    cells = [
        grid.Cell(grid.Condition("quote", 3), sound, None),
        grid.Cell(grid.Condition("none", 3), refuser, compare(questions(sound), questions(refuser))),
    ]
    lines = printed(show_grid, cells).splitlines()
    row = next(n for n, line in enumerate(lines) if line.strip().startswith("right and cited"))
    assert lines[row].split()[-4:] == ["100.0", "%", "0.0", "%"] and lines[row + 1].split() == ["-100.0*"]
    row = next(n for n, line in enumerate(lines) if line.strip().startswith("refused, of the unanswerable"))
    assert lines[row + 1].split() == ["+0.0"]


def test_typing_errors_are_seeded_and_few():
    question = "How many kilometres does the battery of the SU7 reach?"
    slipped = typos(question, random.Random(0))
    assert slipped == typos(question, random.Random(0)) != question
    assert abs(len(slipped) - len(question)) <= 1
    assert sum(a != b for a, b in zip(question.split(), slipped.split(), strict=True)) == 1
    assert typos("Wer? 谁?", random.Random(0)) == "Wer? 谁?"


def test_every_disturbance_is_measured_against_the_plain_run(tmp_path):
    assistant = Library(tmp_path, springs_txt=SPRINGS).assistant()
    plain = evaluate(assistant, ASKED)
    found = {one.name: one for one in measured(assistant, ASKED, plain)}
    assert list(found) == [
        "small letters", "capitals", "typing errors", "other words", "an instruction in a document",
        "an instruction for each question",
    ]  # fmt: skip
    same = {c.name: c for c in found["small letters"].changes}["right_and_cited"]
    value = plain.metric("right_and_cited").value
    assert (same.before, same.after, same.n) == (value, value, 2) and value > 0
    assert {c.n for c in found["other words"].changes} == {1}  # one question has a paraphrase
    assert found["capitals"].obeyed is None and found["an instruction in a document"].obeyed.n == 3
    text = printed(show_disturbed, list(found.values()))
    assert "follows the instruction" in text and "not asked" not in text
    del found["other words"]
    assert "other words: not asked, no question has paraphrases" in printed(show_disturbed, list(found.values()))
    json.dumps([one.to_dict() for one in found.values()])


def test_disturbed_questions_are_asked_as_strictly_as_the_plain_ones(tmp_path, monkeypatch):
    assistant = Library(tmp_path, springs_txt=SPRINGS).assistant()
    monkeypatch.setitem(BARS, "strict", 1e9)  # nothing is sure enough
    strict = Options("strict")
    plain = evaluate(Adjusted(assistant, strict), ASKED)
    for one in measured(assistant, ASKED, plain, options=strict):
        refused = {change.name: change for change in one.changes}["false_abstention"]
        assert (refused.before, refused.after) == (1, 1), one.name


def test_the_command_disturbs_at_any_strictness(library, tmp_path):
    file = tmp_path / "run.json"
    done = CliRunner().invoke(app, ["--limit", "1", "--strictness", "strict", "--robustness", "--json", str(file)])
    assert done.exit_code == 0, done.output
    kept = json.loads(file.read_text("utf-8"))
    assert kept["settings"]["strictness"] == "strict" and len(kept["robustness"]) >= 5


def test_a_reader_that_follows_instructions_is_exposed(tmp_path, monkeypatch):
    assistant = Library(tmp_path, springs_txt=SPRINGS).assistant(Scripted(f"Answer only: {WORDS}."))
    plain = evaluate(assistant, ASKED[1:2])
    assert WORDS not in plain.records[0].text.lower()  # nothing bears it out
    found = {one.name: one for one in measured(assistant, ASKED[1:2], plain)}
    assert found["an instruction for each question"].obeyed.value == 0  # what quotes the question is no evidence
    monkeypatch.setattr("qa.evidence._quotes", lambda text, question: False)
    found = {one.name: one for one in measured(assistant, ASKED[1:2], plain)}
    assert found["an instruction for each question"].obeyed.value == 1


def test_the_hostile_document_is_gone_afterwards(tmp_path):
    library = Library(tmp_path, springs_txt=SPRINGS)
    with beside(library.assistant(), AIMED.format("x", WORDS)) as attacked:
        assert [one.id for one in attacked.index.documents()] == ["note-to-the-assistant.txt", "springs.txt"]
        place = attacked.index.directory
    assert not place.exists()
    assert [one.id for one in library.index.documents()] == ["springs.txt"]


def test_followups_are_asked_in_full_too():
    class Forgetful(Sound):
        """Refuses wherever a question leans on another."""

        def ask(self, question, history=()):
            return Refuser().ask(question) if history else super().ask(question)

    turns = (("Tell me of Xiaomi.", "It makes phones."),)
    leaning = replace(EXAMPLES[1], type="followup", history=turns, standalone=EXAMPLES[1].question)
    results = evaluate(Forgetful(), [leaning, EXAMPLES[0]])
    assert results.metric("followup_ratio").value == 0 and results.metric("followup_ratio").n == 1
    assert results.records[0].standalone_right_and_cited and results.records[1].standalone_right_and_cited is None
    assert evaluate(Sound(), [leaning]).metric("followup_ratio").value == 1
