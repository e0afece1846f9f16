"""Reading in a process of its own: what a file does to it costs that file alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from corpus.errors import LoadError
from corpus.load import load
from corpus.load.isolated import FileReader, _Child
from corpus.load.limits import Limits

ROOT = Path(__file__).resolve().parent.parent


def read(files, limits=None):
    """Return what each file gave: its documents, or the message of its error."""
    found = {}
    with FileReader(limits) as reader:
        for doc_id, documents in reader.read((path.name, path) for path in files):
            try:
                found[doc_id] = list(documents)
            except LoadError as error:
                found[doc_id] = str(error)
    return found


def write(folder, **texts):
    paths = [folder / ".".join(name.rsplit("_", 1)) for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, "utf-8")
    return paths


def test_documents_are_those_of_load_and_errors_cost_their_file_alone(tmp_path):
    paths = write(
        tmp_path, a_txt="Apples are red.", b_md="# Pears\n\nPears are green 🍐.", empty_txt="", c_txt="Plums."
    )
    found = read([*paths, tmp_path / "nowhere.txt"])
    assert found["a.txt"] == [load(paths[0])]
    assert found["b.md"] == [load(paths[1])]
    assert found["c.txt"] == [load(paths[3])]
    assert "0 bytes" in found["empty.txt"] and "nothing is there" in found["nowhere.txt"]


def test_odd_names(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"line\nbreak caf\xe9 \xe5\xb0\x8f.txt")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"A note.")
    (documents,) = read([Path(os.fsdecode(path))]).values()
    assert documents[0].text == "A note."


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_is_read(tmp_path):
    slow, quick = write(tmp_path, slow_html="<ul>" + "<li>A long list of many things." * 400_000, quick_txt="A note.")
    found = read([slow, quick, slow, quick], Limits(seconds=0.5))
    assert "at most 0.5 seconds" in found["slow.html"]
    assert found["quick.txt"] == [load(quick)]


def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path):
    big, small = write(tmp_path, big_html="<p>words of many kinds</p>" * 1_000_000, small_txt="A note.")
    found = read([big, small], Limits(memory_bytes=200_000_000))
    assert isinstance(found["big.html"], str)
    assert found["small.txt"] == [load(small)]


def test_a_child_that_dies_costs_its_file_alone(tmp_path):
    big, small = write(tmp_path, big_html="<p>words of many kinds</p>" * 500_000, small_txt="A note.")
    with FileReader() as reader:
        told = {}
        for doc_id, documents in reader.read([("big.html", big), ("small.txt", small)]):
            if doc_id == "big.html":
                (child,) = psutil.Process().children()
                child.send_signal(11)
            try:
                told[doc_id] = list(documents)
            except LoadError as error:
                told[doc_id] = str(error)
    assert "signal 11" in told["big.html"]
    assert told["small.txt"] == [load(small)]


def test_a_file_that_is_left_half_read_does_not_disturb_the_next(tmp_path):
    paths = write(tmp_path, a_txt="Apples.", b_txt="Pears.")
    with FileReader() as reader:
        assert [doc_id for doc_id, _ in reader.read((p.name, p) for p in paths)] == ["a.txt", "b.txt"]
        again = [next(iter(documents)).text for _, documents in reader.read((p.name, p) for p in paths)]
    assert again == ["Apples.", "Pears."]


SCRIPT = """
import os, sys, time
from pathlib import Path
from corpus.load.isolated import FileReader, _Child
reader = FileReader()
for doc_id, documents in reader.read([("a.txt", Path(sys.argv[1]))]):
    print(list(documents)[0].text, flush=True)
import psutil
print(psutil.Process().children()[0].pid, flush=True)
time.sleep(60)
"""


def test_what_a_document_is_allowed_does_not_stand_in_the_way_of_the_document(tmp_path):
    import pdfs

    path = tmp_path / "scans.pdf"
    words = "The keeper wrote down the height of the tide every morning before the boats went out to sea. " * 3
    path.write_bytes(pdfs.merged(*[pdfs.scanned(pdfs.flowing([words]), 100)] * 6))
    child = _Child(Limits())
    child.submit({"id": "scans.pdf", "path": str(path), "where": None})
    deadline = time.monotonic() + 120
    while child.frames.qsize() < 2 and time.monotonic() < deadline:  # a caller that is busy with the file before
        time.sleep(0.05)
    found = [child.frames.get(timeout=1), child.frames.get(timeout=1)]
    child.end()
    assert [next(iter(frame)) for frame in found] == ["document", "end"]


def test_no_child_outlives_its_parent_and_no_script_is_run_twice(tmp_path):
    (path,) = write(tmp_path, a_txt="Apples.")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout.readline() == "Apples.\n"
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    for _ in range(100):
        if not child.is_running() or child.status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the child still runs")
