"""Bad input: each a clear line that names the rule, the value and the remedy; nothing lost; still usable."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import HashEncoder, Library
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import EncoderMismatch, GroundedError, QuestionError, ReaderError, StoreError
from index.retrieve import Index
from qa import ask

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "When did the Harbour Cafe open?"
BAD = {
    "zero.txt": (b"", "0 bytes"),
    "blank.md": (b" \n\t\n ", "only blanks"),
    "binary.txt": (bytes(range(256)) * 40, "binary"),
    "image.txt": (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 9, "binary"),
    "damaged.pdf": (b"%PDF-1.7\n%garbage\nstartxref\n12\n%%EOF", "damaged"),
    "renamed.pdf": (b"PK\x03\x04 this is a zip file", "%PDF-"),
}


def locked_pdf():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.drawString(72, 700, "Nobody reads this without the password.")
    canvas.save()
    return buffer.getvalue()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, encoder):
    cafe = "The Harbour Cafe opened in March 1987 in Dunmore."
    shelf = Library(tmp_path_factory.mktemp("bad"), encoder, cafe_txt=cafe)
    yield shelf
    shelf.index.store.close()


@pytest.fixture
def still_usable(shelf):
    """After the test, the same process answers a good question."""
    yield
    assert "1987" in ask(QUESTION, index=shelf.directory).text


def told(error, *words):
    """One line that holds these words."""
    line = str(error.value)
    assert isinstance(error.value, GroundedError)
    assert "\n" not in line and len(line) < 500
    assert [word for word in words if word not in line] == []


@pytest.mark.parametrize("question", ["", "   \n\t "])
def test_an_empty_question(shelf, still_usable, question):
    with pytest.raises(QuestionError) as error:
        ask(question, index=shelf.directory)
    told(error, "at least one word", "empty", "type what you want to know")


def test_a_question_of_100_000_characters(shelf, still_usable):
    with pytest.raises(QuestionError) as error:
        ask("why " * 25_000, index=shelf.directory)
    told(error, "2,000", "99,999", "fewer words")


@pytest.mark.parametrize("question", ["When \ud800did the cafe open?", "caf\udce9 \x00 \x1b[31m open?", "\u202e1987?"])
def test_a_question_with_broken_characters_is_answered_all_the_same(shelf, still_usable, question):
    answer = ask(question, index=shelf.directory)
    assert answer.question.encode("utf-8")
    assert str(answer.to_dict()).encode("utf-8")


def test_an_unknown_index_directory(shelf, still_usable, tmp_path):
    for place in (tmp_path / "nowhere", tmp_path, tmp_path / "file"):
        (tmp_path / "file").write_text("no directory")
        with pytest.raises(StoreError) as error:
            ask(QUESTION, index=place)
        told(error, "an index is a directory made by `qa index`", str(place), "run `qa index PATH... --index DIR`")


def test_an_index_of_another_encoder(shelf, still_usable, tmp_path):
    other = Library(tmp_path, HashEncoder("hash-64"), a_txt="A note on tides.")
    with pytest.raises(StoreError) as error:
        ask("What of tides?", index=other.directory)
    told(error, "sentence-transformers model", "'hash-64' could not be loaded", "use the default 'all-MiniLM-L6-v2'")
    with pytest.raises(EncoderMismatch) as mismatch:
        Index(other.directory, shelf.encoder)
    told(mismatch, "'hash-64', not 'all-MiniLM-L6-v2'", "index into another directory")
    assert other.index.search("tides")
    other.index.store.close()


@pytest.mark.parametrize("reader", ["nobody/no-such-model", "no-such-model", "./no/such/folder"])
def test_a_model_that_does_not_exist(shelf, still_usable, reader):
    with pytest.raises(ReaderError) as error:
        ask(QUESTION, index=shelf.directory, reader=reader)
    told(error, reader, "not on this machine", "qa pull")


def test_bad_files_are_told_one_by_one_and_the_good_one_is_indexed(tmp_path):
    """Through the command line, with everything that can be wrong with a file in one folder."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.txt").write_text("The Harbour Cafe opened in March 1987 in Dunmore.")
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "locked.pdf").write_bytes(locked_pdf())
    command = [sys.executable, "-m", "qa", "index", str(folder), "--index", str(tmp_path / "index")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr + ended.stdout
    lines = ended.stdout.splitlines()
    assert "added     good.txt" in lines
    assert lines[-2] == f"1 added, 0 changed, 0 moved, 0 removed, 0 unchanged, {len(BAD) + 1} failed"
    for name, said in [*((name, said) for name, (_, said) in BAD.items()), ("locked.pdf", "password")]:
        (line,) = [line for line in lines if line.startswith("failed") and f" {name}: " in line]
        assert said in line
    index = Index(tmp_path / "index")
    assert [d.id for d in index.documents()] == ["good.txt"]
    assert {failure.doc_id for failure in index.status().failures} == {*BAD, "locked.pdf"}
    index.store.close()


def test_a_path_that_does_not_exist(shelf, tmp_path):
    from index.sync import sync

    with pytest.raises(StoreError) as error:
        sync([tmp_path / "nowhere"], shelf.directory, shelf.encoder)
    told(error, "must exist", "nowhere", "check the spelling")
    assert shelf.index.status().documents == 1


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    """A link that leads to itself cannot be read by anyone, not even by root."""
    shelf = Library(tmp_path, good_txt="A good note on tides.")
    (shelf.folder / "loop.txt").symlink_to(shelf.folder / "loop.txt")
    report = shelf.sync()
    assert report.unchanged == ["good.txt"]
    assert shelf.index.search("tides")
    shelf.index.store.close()
