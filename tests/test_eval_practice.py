"""Practice collections: what ships keeps the form, and what does not is told with its line; the pairs made of them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval.cross_data import FIELDS, is_held_out
from eval.practice import collections, read
from eval.practice_answers import figures, main
from eval.practice_data import collect, indexed, spans_of
from eval.question import EvalError

GOOD = """=== doc mill.md
# The mill

The mill was built in 1921. It belongs to the Novak family.
=== doc oven.txt
The oven needs an hour to warm up. Bread is baked on Fridays.
=== questions
Q: Who owns the mill?
G: mill.md | It belongs to the Novak family.
Q: How hot is the oven?
"""


command = typer.Typer()
command.command()(main)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "works.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_file_holds_documents_and_what_is_asked_of_them(tmp_path: Path) -> None:
    one = read(write(tmp_path, GOOD))
    assert list(one.documents) == ["mill.md", "oven.txt"]
    assert one.documents["oven.txt"] == "The oven needs an hour to warm up. Bread is baked on Fridays.\n"
    assert [(e.question, e.answerable) for e in one.questions] == [
        ("Who owns the mill?", True), ("How hot is the oven?", False),
    ]  # fmt: skip
    assert one.questions[0].gold[0].quote == "It belongs to the Novak family."


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("belongs to the Novak family.\nQ", "belongs to Novak.\nQ", "does not stand in mill.md"),
        ("G: mill.md", "G: mills.md", "there is no document 'mills.md'"),
        ("Q: How hot", "How hot", "neither document nor question"),
        ("=== questions", "=== question", "holds no questions"),
    ],
)
def test_what_breaks_the_form_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(EvalError, match=told):
        read(write(tmp_path, GOOD.replace(old, new)))


def test_what_ships_is_large_and_varied_and_part_of_it_is_kept_from_training() -> None:
    every = collections()  # each quote is checked as it is read
    asked = [e for one in every for e in one.questions]
    unanswerable = sum(not e.answerable for e in asked)
    assert len(every) >= 100
    assert 0.2 < unanswerable / len(asked) < 0.4
    assert 0.1 < sum(is_held_out(one.name) for one in every) / len(every) < 0.3


def test_typical_collections_are_kept_apart_from_practice() -> None:
    typical = collections(Path(__file__).parents[1] / "eval" / "datasets" / "typical")
    assert len(typical) == 12
    assert not {one.name for one in typical} & {one.name for one in collections()}
    assert all(len(one.documents) == 5 and sum(not e.answerable for e in one.questions) == 12 for one in typical)


def test_the_collections_of_a_folder_are_asked(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    found = CliRunner().invoke(command, ["--data", str(tmp_path)])
    assert json.loads(found.stdout)["unanswerable"] == 1


def test_without_the_files_it_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="repository"):
        collections(tmp_path)


def test_pairs_say_which_sentence_answers_and_what_nothing_answers(tmp_path: Path) -> None:
    one = read(write(tmp_path, GOOD))
    data = collect([one], tmp_path / "work", lambda line: None)
    rows = [dict(zip(FIELDS, row, strict=True)) for row in data.rows]
    asked = [r for r in rows if r["kind"] == 0]
    right = [r for r in asked if r["label"] == 1]
    assert len(right) == 1
    assert right[0]["gold"] == 0b10  # the second sentence
    assert all(r["gold"] == 0 for r in asked if r["group"] != right[0]["group"])
    assert {r["kind"] for r in rows} >= {0, 1}


def test_rows_of_tables_and_marked_words_are_found_as_they_were_read(tmp_path: Path) -> None:
    table = "| Ticket | Mill | Both |\n|---|---|---|\n| Adult | 7.50 | 12.00 |\n| Child | 3.00 | 5.00 |\n"
    text = GOOD.replace("the Novak family.\n=", f"the **Novak** family.\n\n{table}=", 1)
    text = text.replace("| It belongs to the Novak family.", "| It belongs to the **Novak** family.")
    one = read(write(tmp_path, text + "Q: What does a child pay at the mill?\nG: mill.md | | Child | 3.00 | 5.00 |\n"))
    index = indexed(one, tmp_path / "work")
    document = index.document("mill.md").text
    quotes = [document[a:b] for e in one.questions for a, b in spans_of(e, index).get("mill.md", ())]
    assert quotes[0] == "It belongs to the Novak family."
    assert quotes[1].startswith("Child") and quotes[1].endswith("5.00") and "Adult" not in quotes[1]


def test_answers_count_as_right_where_they_cite_a_place_that_answers(tmp_path: Path) -> None:
    found = figures([read(write(tmp_path, GOOD))], lambda line: None)
    assert (found["answerable"], found["unanswerable"]) == (1, 1)
    assert found["right sentence shown"] == found["right sentence first"] == 1.0
    assert found["answerable refused"] == 0.0
