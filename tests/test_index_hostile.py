"""Files made to harm: bounded, told, and the rest is read; and a run that is stopped by hand keeps what is done."""

import os
import signal
import subprocess
import sys
import time

import pytest

from corpus.errors import LoadError
from corpus.load import load
from index.live import exists
from index.store import Store
from index.sync import sync
from index.verify import verify


def pdf(*objects):
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def stream(content, extra=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(content), content)


CATALOG, FONT = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
    b"/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>>>"
)
WORDS = stream(b"BT /F1 12 Tf 72 700 Td (The tide turns at noon.) Tj ET")


@pytest.fixture
def hostile(folder):
    (folder / "plain.txt").write_text("The ferry leaves at noon.")
    with (folder / "huge.txt").open("wb") as file:
        file.write(b"words of a long book\n")
        file.truncate(1 << 30)
    (folder / "wide.csv").write_bytes(b"a," * 10_000_000 + b"a\n" + b"1," * 100 + b"1\n")
    kids = b"<</Type/Pages/Count 1000000/Kids[%s]>>" % (b"3 0 R " * 1_000_000)
    (folder / "million.pdf").write_bytes(pdf(CATALOG, kids, PAGE, WORDS, FONT))
    tree = b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[2 0 R 6 0 R]>>"
    circle = b"<</Type/Pages/Count 4/Kids[3 0 R 2 0 R 6 0 R]>>"
    (folder / "circle.pdf").write_bytes(pdf(CATALOG, circle, PAGE, WORDS, FONT, tree))
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 6 0 R>>>>")
    one = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    (folder / "spiral.pdf").write_bytes(pdf(CATALOG, one, PAGE, stream(b"/X Do"), FONT, form))
    return folder


def test_files_without_end_are_told_and_the_rest_is_read(hostile, tmp_path, hashes):
    report = sync([hostile], tmp_path / "index", hashes)
    told = {failure.doc_id: failure.reason for failure in report.failed}
    assert "plain.txt" in report.added
    limits = {"huge.txt": "268,435,456 file bytes", "wide.csv": "1,000 columns", "million.pdf": "10,000 pages"}
    for name, limit in limits.items():
        assert limit in told[name] and "Limits." in told[name]
    assert "circle.pdf" in report.added or "circle.pdf" in told
    assert told["spiral.pdf"]
    assert not verify(tmp_path / "index").problems


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_run_stopped_by_hand_keeps_what_is_done_and_the_next_goes_on(tmp_path, encoder):
    folder, directory = tmp_path / "notes", tmp_path / "index"
    folder.mkdir()
    for number in range(40):
        lines = (f"Note {number}, line {line}: the harbour master wrote of ropes and lamps." for line in range(40))
        (folder / f"{number:02}.txt").write_text("\n\n".join(lines))
    command = [sys.executable, "-m", "qa", "index", str(folder), "--index", str(directory)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # jobs in the background ignore it
    )
    try:
        while process.poll() is None and not _documents(directory):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130 and "Traceback" not in told
    done = _documents(directory)
    assert 0 < done < 40 and not verify(directory).problems
    report = sync([folder], directory, encoder)
    assert len(report.unchanged) == done and len(report.added) == 40 - done


def _documents(directory):
    if not exists(directory):
        return 0
    store = Store(directory)
    try:
        return store.counts()[0]
    finally:
        store.close()


def test_a_page_of_millions_of_characters_is_refused(tmp_path):
    drawn = b"".join(b"BT /F1 1 Tf 1 %d Td (%s) Tj ET " % (3 * n + 1, b"xy" * 500) for n in range(250))
    one = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    (tmp_path / "dense.pdf").write_bytes(pdf(CATALOG, one, PAGE, stream(drawn), FONT, stream(b"")))
    with pytest.raises(
        LoadError, match=r"at most 200,000 page characters are read, and page 1 has 2.*raise Limits.page_characters"
    ):
        load(tmp_path / "dense.pdf")
