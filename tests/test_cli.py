"""The command line: what it prints, where, and with which exit code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import Library

import qa.__main__ as cli

ROOT = Path(__file__).resolve().parent.parent


def qa(*arguments):
    """Run ``python -m qa`` in a process of its own."""
    command = [sys.executable, "-m", "qa", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def here(monkeypatch, capsys):
    """Run the same command line in this process, where the models are loaded; gives (exit code, stdout, stderr)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["qa", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def shelf(tmp_path, encoder):
    shelf = Library(tmp_path, encoder, **{"cafe_md": "# Cafe\n\nThe Harbour Cafe opened in March 1987 in Dunmore."})
    yield shelf
    shelf.index.store.close()


# --- in a process of its own


def test_index_then_ask_as_json(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "cafe.md").write_text("# Cafe\n\nThe Harbour Cafe opened in March 1987 in Dunmore.")
    made = qa("index", tmp_path / "docs", "--index", tmp_path / "an index")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines() == [
        "added     cafe.md",
        "1 added, 0 changed, 0 moved, 0 removed, 0 unchanged, 0 failed",
        f"1 document, 1 passage in {tmp_path / 'an index'}",
    ]
    asked = qa("ask", "When did the Harbour Cafe open?", "--json", "--index", tmp_path / "an index")
    assert (asked.returncode, asked.stderr) == (0, "")
    data = json.loads(asked.stdout)
    (citation,) = data["claims"][0]["citations"]
    assert "1987" in citation["quote"]
    assert (citation["n"], citation["doc_id"], citation["title"]) == (1, "cafe.md", "Cafe")
    assert {
        "question",
        "text",
        "abstained",
        "claims",
        "dropped",
        "nearest",
        "conflicts",
        "reader",
        "timings_ms",
    } <= set(data)


def test_a_failure_is_one_line_and_debug_shows_where(tmp_path):
    failed = qa("ask", "Why?", "--index", tmp_path / "nowhere")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert len(failed.stderr.splitlines()) == 1
    assert failed.stderr.startswith("error: an index is a directory made by `qa index`")
    shown = qa("--debug", "ask", "Why?", "--index", tmp_path / "nowhere")
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr and "StoreError" in shown.stderr


def test_wrong_usage_is_exit_code_2():
    for arguments in (("ask",), ("frobnicate",), ("ask", "Why?", "--no-such-option")):
        wrong = qa(*arguments)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "Usage: qa" in wrong.stderr and "Traceback" not in wrong.stderr


def test_importing_the_command_line_is_light():
    code = "import qa.__main__, sys; print({'torch', 'faiss', 'transformers'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "set()\n"


# --- in this process


@pytest.mark.parametrize("command", [(), ("index",), ("ask",), ("status",), ("pull",)])
def test_help_shows_examples(here, command):
    code, out, err = here(*command, "--help")
    assert (code, err) == (0, "")
    assert "Usage: qa" in out
    assert command == () or ("Example" in out and f"qa {command[0]}" in out)


def test_every_command_is_in_the_help(here):
    _, out, _ = here("--help")
    assert all(re.search(rf"\b{name}\b", out) for name in ("index", "ask", "status", "pull"))


def test_an_answer_is_printed_with_its_sources(here, shelf):
    code, out, err = here("ask", "When did the Harbour Cafe open?", "--index", shelf.directory)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "The Harbour Cafe opened in March 1987 in Dunmore. [1]",
        "",
        "Sources",
        "[1] Cafe (cafe.md)",
        "    “The Harbour Cafe opened in March 1987 in Dunmore.”",
    ]


def test_a_refusal_is_an_answer(here, shelf):
    code, out, err = here("ask", "Who painted the Mona Lisa?", "--index", shelf.directory)
    assert (code, err) == (0, "")
    assert out.startswith("I found no answer to this in the one document searched.")
    assert "Nearest passages" in out and "Harbour Cafe" in out


def test_status_lists_what_is_there_and_what_is_not(here, shelf):
    (shelf.folder / "empty.txt").write_bytes(b"")
    shelf.sync()
    code, out, err = here("status", "--index", shelf.directory)
    assert (code, err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in out.splitlines() if not line.startswith((" ", "made of")))
    assert (rows["documents"], rows["passages"], rows["encoder"]) == ("1", "1", "all-MiniLM-L6-v2")
    assert rows["index"] == str(shelf.directory)
    assert "  cafe.md  Cafe" in out
    assert "not read empty.txt" in out and "0 bytes" in out


def test_what_a_sync_did_is_printed(here, shelf):
    shelf.write(tower_txt="The tower of Dunmore is 31 metres high.", b_txt="A bench stands on the quay of Dunmore.")
    here("index", shelf.folder, "--index", shelf.directory)
    (shelf.folder / "tower.txt").unlink()
    shelf.write(cafe_md="# Cafe\n\nThe Harbour Cafe opened in May 1988.")
    (shelf.folder / "b.txt").rename(shelf.folder / "sub-b.txt")
    code, out, err = here("index", shelf.folder, "--index", shelf.directory)
    assert (code, err) == (0, "")
    assert out.splitlines()[-2:] == [
        "0 added, 1 changed, 1 moved, 1 removed, 0 unchanged, 0 failed",
        f"2 documents, 2 passages in {shelf.directory}",
    ]
    assert {"changed   cafe.md", "moved     sub-b.txt", "removed   tower.txt"} <= set(out.splitlines())


def test_documents_cannot_write_to_the_terminal(here, tmp_path, encoder):
    hostile = "The lamp [bold]reaches[/bold] 31 km \u202e\u200eto the sea [link=x]."
    shelf = Library(tmp_path, encoder, lamp_txt=hostile)
    _, out, _ = here("ask", "How far does the lamp reach to the sea?", "--index", shelf.directory)
    assert "[bold]reaches[/bold]" in out
    assert "\u202e" not in out and "\x1b" not in out
    shelf.index.store.close()


def test_the_upkeep_of_an_index(here, shelf, tmp_path):
    index = ("--index", shelf.directory)
    shelf.write(lamp_txt="The lamp of Dunmore reaches 31 kilometres.")
    code, out, _ = here("index", shelf.folder, *index, "--dry-run")
    assert code == 0 and "added     lamp.txt" in out and out.splitlines()[-1] == "Nothing was done."
    assert [d.id for d in shelf.index.documents()] == ["cafe.md"]
    here("index", shelf.folder, *index)
    assert here("remove", "lamp.txt", *index)[1] == "1 document removed\n"
    assert here("index", shelf.folder, *index)[1].splitlines()[0].startswith("skipped   1: lamp.txt (removed before")
    assert here("verify", *index)[:2] == (0, "1 document, 1 passage checked\n")
    assert here("export", tmp_path / "out.zip", *index)[0] == 0
    code, out, _ = here("import", tmp_path / "out.zip", "--index", tmp_path / "there")
    assert (code, out) == (0, f"1 document, 1 passage in {tmp_path / 'there'}\n")
    assert "1987" in here("ask", "When did the Harbour Cafe open?", "--index", tmp_path / "there")[1]
    code, _, err = here("remove", "nowhere.txt", *index)
    assert code == 1 and "no document 'nowhere.txt'" in err


def test_an_index_of_nothing_that_can_be_read_is_a_failure(here, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, _ = here("index", tmp_path / "empty.txt", "--index", tmp_path / "index")
    assert code == 1 and "0 bytes" in out
