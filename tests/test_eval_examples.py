"""Question files: what is read, and that each error names place, rule and remedy."""

import json

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
    unknown = {"id": "q3", "type": "unanswerable", "question": "Why?"}
    first, second, third = read(write(tmp_path, FACT, "", followup, {**unknown, "answers": [], "gold": []}, " "))
    assert first == Example("q1", "fact", "When?", (("2010",), ("april", "spring")), (Gold("a.txt", "April 2010"),))
    assert second.history == (("Who?", "Lei Jun."),)
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
