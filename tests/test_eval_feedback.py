"""What readers said of answers becomes questions: ready where they are sure, drafts where a person has to finish."""

import json

import pytest
from conversing import FERRY, MUSEUM
from fakes import Library
from typer.testing import CliRunner

from eval.__main__ import app
from eval.examples import EvalError, read
from eval.feedback import questions
from index.sync import remove
from qa.answer import Answer
from qa.web.conversations import beside


def asked(kept, shelf, question, kind, note="", conversation=None, owner=""):
    conversation = conversation or kept.create(owner).id
    turn = kept.ask(owner, conversation, question)
    kept.answered(owner, turn.id, shelf.assistant().ask(question), "done")
    kept.rate(owner, turn.id, kind, note)
    return conversation


def lines(made):
    return [json.loads(one.line()) for one in made]


def test_a_good_answer_is_a_question_to_ask_again(shelf, kept, tmp_path):
    asked(kept, shelf, FERRY, "good", "exactly")
    asked(kept, shelf, "How much is the moon?", "good")
    found = questions(kept.rated())
    ferry, moon = lines(found.made)
    assert ferry["type"] == "fact" and ferry["reviewed"] is True and ferry["note"] == "rated good: exactly"
    assert ferry["answers"] == [["The Quillback ferry sails at noon."]]
    assert ferry["gold"] == [{"doc": "harbour.md", "quote": "The Quillback ferry sails at noon."}]
    assert (moon["type"], moon["answers"], moon["gold"], moon["reviewed"]) == ("unanswerable", [], [], True)


def test_the_file_is_fit_to_measure_with(shelf, kept, tmp_path):
    asked(kept, shelf, FERRY, "good")
    asked(kept, shelf, "How much is the moon?", "should have refused")
    kept.close()
    out, command = tmp_path / "mine.jsonl", ["feedback", "--index", str(shelf.directory)]
    done = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert done.exit_code == 0 and "2 questions" in done.stderr and "complete" not in done.stderr, done.output
    assert [example.type for example in read(out)] == ["fact", "unanswerable"]
    checked = CliRunner().invoke(app, ["check", str(out), "--index", str(shelf.directory)])
    assert checked.exit_code == 0, checked.output
    again = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert again.exit_code == 1 and "may hold your edits" in again.stderr


def test_a_bad_answer_is_a_draft_that_nobody_asks(shelf, kept, tmp_path):
    asked(kept, shelf, FERRY, "wrong citation", "it is on page 3")
    asked(kept, shelf, MUSEUM, "bad")
    kept.close()
    out = tmp_path / "mine.jsonl"
    command = ["feedback", "--conversations", str(beside(shelf.directory)), "--index", str(shelf.directory)]
    done = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert done.exit_code == 0 and 'complete the 2 with "reviewed": false' in done.stderr
    first = json.loads(out.read_text("utf-8").splitlines()[0])
    assert (first["answers"], first["gold"], first["reviewed"]) == ([], [], False)
    assert "it is on page 3" in first["note"] and "harbour.md" in first["note"] and "noon" in first["note"]
    with pytest.raises(EvalError, match="is a draft"):
        read(out)
    for arguments in (["check", str(out)], ["--questions", str(out)]):
        refused = CliRunner().invoke(app, [*arguments, "--index", str(shelf.directory)])
        assert refused.exit_code == 1 and "is a draft" in refused.stderr
    out.write_text(out.read_text("utf-8").replace('"reviewed": false', '"reviewed": true'), "utf-8")
    with pytest.raises(EvalError, match="needs one"):  # accepted, but never completed
        read(out)


def test_a_later_turn_is_a_follow_up_and_the_last_word_counts(shelf, kept):
    conversation = asked(kept, shelf, FERRY, "bad")
    asked(kept, shelf, MUSEUM, "good", conversation=conversation)
    asked(kept, shelf, FERRY, "good", owner="ada")  # the same question of another reader, later
    made = lines(questions(kept.rated()).made)
    assert [(one["question"], one["type"]) for one in made] == [(FERRY, "fact"), (MUSEUM, "followup")]
    assert made[1]["history"] == [[FERRY, "The Quillback ferry sails at noon. [1]"]]
    assert made[0]["reviewed"] is True and made[0]["tags"] == ["feedback"]


def test_what_says_nothing_of_the_documents_is_left_out(shelf, kept):
    asked(kept, shelf, "Hello!", "good")
    asked(kept, shelf, FERRY, "good")
    asked(kept, shelf, MUSEUM, "good")
    conversation = kept.create("").id
    turn = kept.ask("", conversation, "Half?")
    kept.answered("", turn.id, Answer("Half?", ()), "stopped")
    kept.rate("", turn.id, "good")
    remove(["harbour.md"], shelf.directory)
    found = questions(kept.rated())
    assert [one.example.question for one in found.made] == [MUSEUM]
    assert [line.split(": ", 1) for line in found.left_out] == [
        ["'Hello!'", "what it quotes was removed or changed since"],
        [repr(FERRY), "what it quotes was removed or changed since"],
        ["'Half?'", "the answer was not whole (stopped)"],
    ]


def test_the_wrong_index_spoils_nothing(shelf, kept, tmp_path):
    conversation = asked(kept, shelf, FERRY, "good")
    other = Library(tmp_path / "other", pier_md="# Pier\n\nIt is long.\n")
    other.index.store.close()
    command = ["feedback", "--conversations", str(beside(shelf.directory)), "--index", str(other.directory)]
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "a.jsonl")])
    assert done.exit_code == 1 and "no rating gives a question" in done.stderr
    assert "noon" in kept.turns("", conversation)[0].answer.text


def test_nothing_to_make_is_told(shelf, kept, tmp_path):
    command = ["feedback", "--index", str(shelf.directory), "--out", str(tmp_path / "a.jsonl")]
    assert "rate answers on the page" in CliRunner().invoke(app, command).stderr
    missing = CliRunner().invoke(app, [*command, "--conversations", str(tmp_path / "none")])
    assert missing.exit_code == 1 and "there are no conversations" in missing.stderr
    assert not (tmp_path / "a.jsonl").exists() and not (tmp_path / "none").exists()
