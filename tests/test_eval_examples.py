"""Question files: what is read, and that each error names place, rule and remedy."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import GroundedError
from eval.examples import EvalError, Example, Gold, read

FACT = {
    "id": "q1",
    "type": "fact",
    "question": "When?",
    "answers": [["2010"], ["april", "spring"]],
    "gold": [{"doc": "a.txt", "quote": "April 2010"}],
}


def write(tmp_path, *lines):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_reads_every_field(tmp_path):
    followup = {**FACT, "id": "q2", "type": "followup", "history": [["Who?", "Lei Jun."]], "note": "hard"}
    followup |= {"standalone": "When was it?", "paraphrases": ["In what year?", "Since when?"], "tags": ["ellipsis"]}
    unknown = {"id": "q3", "type": "unanswerable", "question": "Why?"}
    first, second, third = read(write(tmp_path, FACT, "", followup, {**unknown, "answers": [], "gold": []}, " "))
    assert first == Example("q1", "fact", "When?", (("2010",), ("april", "spring")), (Gold("a.txt", "April 2010"),))
    assert second.history == (("Who?", "Lei Jun."),)
    assert (second.standalone, second.paraphrases) == ("When was it?", ("In what year?", "Since when?"))
    assert (second.tags, first.tags, first.standalone, first.paraphrases) == (("ellipsis",), (), "", ())
    assert first.answerable and not third.answerable
    assert read(write(tmp_path, unknown)) == [third]


def test_a_byte_order_mark_and_line_separators_inside_strings_are_harmless(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text("\ufeff" + json.dumps({**FACT, "question": "a\u2028b"}, ensure_ascii=False), encoding="utf-8")
    assert read(path)[0].question == "a\u2028b"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json", "is not JSON"),
        ("[1]", "not an object"),
        ("[" * 100_000, "line 2"),
        *(({k: v for k, v in FACT.items() if k != name}, f"field '{name}': is missing; add it") for name in FACT),
        ({**FACT, "type": "riddle"}, "field 'type': 'riddle' is not a type; use one of fact, list"),
        ({**FACT, "question": "  "}, "field 'question': must be a non-empty string"),
        ({**FACT, "id": 7}, "field 'id': must be a non-empty string, is 7"),
        ({**FACT, "id": "q0"}, "field 'id': 'q0' is used on line 1 already; give each question its own id"),
        ({**FACT, "answers": []}, "field 'answers': an answerable question needs one"),
        ({**FACT, "answers": "2010"}, "field 'answers': must be a list"),
        ({**FACT, "answers": ["2010"]}, "field 'answers': must be a list"),
        ({**FACT, "answers": [[]]}, "field 'answers': must be a list"),
        ({**FACT, "answers": [[""]]}, "field 'answers': must be a list"),
        ({**FACT, "gold": []}, "field 'gold': an answerable question needs evidence"),
        ({**FACT, "gold": [{"doc": "a.txt"}]}, "field 'gold': must be a list of objects"),
        ({**FACT, "gold": [{"doc": "a.txt", "quote": ""}]}, "field 'gold': must be a list of objects"),
        ({**FACT, "type": "unanswerable"}, "field 'answers': an unanswerable question has no answers"),
        ({**FACT, "type": "followup"}, "field 'history': a followup needs the earlier turns"),
        ({**FACT, "history": [["only one"]]}, "field 'history': must be a list of [question, answer] pairs"),
        ({**FACT, "history": "Who?"}, "field 'history': must be a list of [question, answer] pairs"),
        ({**FACT, "standalone": ""}, "field 'standalone': must be a non-empty string"),
        ({**FACT, "standalone": ["When?"]}, "field 'standalone': must be a non-empty string"),
        ({**FACT, "paraphrases": "Since when?"}, "field 'paraphrases': must be a list of questions"),
        ({**FACT, "paraphrases": ["Since when?", " "]}, "field 'paraphrases': must be a list of questions"),
        ({**FACT, "paraphrases": ["Why?", "Why?"]}, "field 'paraphrases': 'Why?' stands there twice; keep one"),
        ({**FACT, "tags": [7]}, "field 'tags': must be a list of words"),
        ({**FACT, "anwsers": []}, "field 'anwsers': is not known; the fields are id, type"),
    ],
)
def test_a_wrong_line_names_file_line_field_and_remedy(tmp_path, line, says):
    path = write(tmp_path, {**FACT, "id": "q0"}, line)
    with pytest.raises(EvalError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}, line 2")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    assert issubclass(EvalError, GroundedError)
    with pytest.raises(EvalError, match="cannot be read"):
        read(tmp_path / "absent.jsonl")
    with pytest.raises(EvalError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(EvalError, match="holds no question"):
        read(write(tmp_path, "", " "))
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(EvalError, match="not UTF-8"):
        read(tmp_path / "latin.jsonl")


ROWS = """id,type,question,answers,gold,history,paraphrases,tags
q1,fact,When?,2010; april | spring,a.txt :: April 2010,,,

q2,followup,And who?,lei jun,"a.txt :: Lei Jun; b: c, d
b.txt :: the ""founder"" :: Lei Jun","When? :: In 2010.
Sure? :: ",Who was it?,pronoun; ellipsis
q3,unanswerable,Why?,,,,,
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_says_the_same_as_json_lines(tmp_path, separator, newline):
    rows = list(csv.reader(io.StringIO(ROWS)))
    path = tmp_path / "set.CSV"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator=newline).writerows(
            [[cell.replace("\n", newline) for cell in row] for row in rows]
        )
    first, second, third = read(path)
    assert first == Example("q1", "fact", "When?", (("2010",), ("april", "spring")), (Gold("a.txt", "April 2010"),))
    assert second.gold == (Gold("a.txt", "Lei Jun; b: c, d"), Gold("b.txt", 'the "founder" :: Lei Jun'))
    assert second.history == (("When?", "In 2010."), ("Sure?", ""))
    assert (second.paraphrases, second.tags) == (("Who was it?",), ("pronoun", "ellipsis"))
    assert third == Example("q3", "unanswerable", "Why?")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("q9,fact,When?,2010,April 2010,", "line 7, column 'gold': must hold \"document :: quote\""),
        ("q9,fact,When?,2010,a.txt ::,", "line 7, column 'gold': must hold \"document :: quote\""),
        ("q9,fact,When?,2010;;2011,a.txt :: 2010,", "line 7, column 'answers': must hold groups between"),
        ("q9,fact,When?,,a.txt :: 2010,", "line 7, column 'answers': is missing"),
        ("q9,fact,When?,2010,,", "line 7, column 'gold': is missing"),
        ("q9,followup,When?,2010,a.txt :: 2010,Who?", "line 7, column 'history': must hold \"question :: answer\""),
        ("q9,fact,When?,2010,a.txt :: 2010,,,table;", "line 7, column 'tags': must hold words between"),
        ("q9,riddle,When?", "line 7, column 'type': 'riddle' is not a type"),
        ("q9,fact", "line 7, column 'question': is missing"),
        ("q1,unanswerable,Why?", "line 7, column 'id': 'q1' is used on line 2 already"),
        ("q9,fact,When?,2010,a.txt :: 2010,,,,more", "line 7: has 9 cells for 8 columns"),
        ('q9,fact,"When?"now,2010', "is not CSV"),
        ('q9,fact,"When?', "is not CSV"),
    ],
)
def test_a_wrong_row_names_file_line_column_and_remedy(tmp_path, row, says):
    path = tmp_path / "set.csv"
    path.write_text(ROWS.replace("q3,unanswerable,Why?,,,,,", row), "utf-8")
    with pytest.raises(EvalError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("id,type,question,anwsers", "line 1, column 'anwsers': is not known; the columns are id, type"),
        ("id,type,question,id", "line 1, column 'id': is named twice; keep one"),
        ("id,question,answers", "line 1, column 'type': is missing; add it"),
        ("", "holds no question"),
    ],
)
def test_the_first_row_names_the_columns(tmp_path, head, says):
    path = tmp_path / "set.csv"
    path.write_text(head + "\n", "utf-8")
    with pytest.raises(EvalError) as caught:
        read(path)
    assert says in str(caught.value)


def test_the_readme_shows_files_that_are_read(tmp_path):
    readme = (Path(__file__).resolve().parent.parent / "eval" / "README.md").read_text("utf-8")
    (lines,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    (table,) = re.findall(r"```\n(id,type,.*?)```", readme, re.DOTALL)
    (tmp_path / "a.jsonl").write_text(lines, "utf-8")
    (tmp_path / "a.csv").write_text(table, "utf-8")
    from_lines = {example.id: example for example in read(tmp_path / "a.jsonl")}
    for example in read(tmp_path / "a.csv"):
        assert replace(from_lines[example.id], standalone="", tags=()) == example
