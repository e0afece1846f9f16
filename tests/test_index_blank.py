"""What is removed or changed leaves the store's file, wherever its rows have been moved before."""

import random
import re
import sqlite3
import struct
import subprocess
import sys

import numpy as np
import pytest

from corpus.document import Document, Failure, Passage
from corpus.errors import StoreError
from index.blank import MARK
from index.database import FILE
from index.store import FileState, Store
from index.transfer import export_index, import_index

HELD = re.compile(rb"(?:No|no|gone)(\d{5})x")  # in text, titles, names, paths and reasons

READ = "import sys; [sys.stdout.buffer.write(open(name, 'rb').read()) for name in sys.argv[1:]]"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "index", create=True)
    yield store
    store.close()


def name(n):
    return f"no{n:05}x.txt"


def write(store, file_id, n, *sizes):
    """Write a file whose document says its number in each sentence, in passages of so many sentences."""
    texts = [" ".join(f"Here No{n:05}x tells of boat {k}." for k in range(size)) for size in sizes]
    places = [sum(map(len, texts[:i])) + i for i in range(len(texts))]
    passages = [Passage(file_id, p, p + len(t), t, None, (), ()) for p, t in zip(places, texts, strict=True)]
    document = Document(file_id, f"Title No{n:05}x", "\n".join(texts), (), (), "text/plain", "")
    with store.transaction():
        store.put_file(file_id, FileState(f"/place/gone{n:05}x", 0, 0, 0, state="partial"))
        store.write(file_id, document, passages, [np.ones(64, np.float32) / 8] * len(texts))
        store.settle(file_id, FileState(f"/place/gone{n:05}x", 0, 0, 0), [file_id])


def held(tmp_path):
    """Return the numbers that the store's files hold anywhere."""
    with subprocess.Popen(  # in another process: to close the file here would end SQLite's locks
        [sys.executable, "-c", READ, *sorted((tmp_path / "index").glob(f"{FILE}*"))], stdout=subprocess.PIPE
    ) as reader:
        return {int(found) for found in HELD.findall(reader.stdout.read())}


def fill(store, count=60):
    sizes = random.Random(1)
    for n in range(count):
        write(store, name(n), n, *[10] * sizes.choice((1, 3, 9, 40)))


def test_rows_that_moved_leave_no_copy_behind(store, tmp_path):
    chance, now, n = random.Random(3), {}, 0
    for _ in range(4):  # with SQLite 3.40, what was removed in the third stayed
        for file_id in chance.sample([f"f{i:03}" for i in range(60)], 20):
            n += 1
            if file_id in now and chance.random() < 0.5:
                store.remove_file(file_id)
                del now[file_id]
            else:
                write(store, file_id, n, *chance.choices((1, 3, 10, 40, 90), k=chance.randint(1, 6)))
                now[file_id] = n
        store.scrub()
        assert held(tmp_path) == set(now.values())
    assert {info.id: info.title for info in store.documents()} == {f: f"Title No{n:05}x" for f, n in now.items()}
    assert store.damage() == []


def free(file):
    """Return where the free space of each page begins and ends that has some, by the header of the page."""
    data, found = file.read_bytes(), []
    for page in range(1, len(data) // 4096):
        kind, _, cells, content = struct.unpack_from(">BHHH", data, page * 4096)
        start = {2: 12, 5: 12, 10: 8, 13: 8}.get(kind, 4096) + 2 * cells
        if content - start > 40:
            found.append((page * 4096 + start, page * 4096 + content))
    return found


def plant(store, tmp_path):
    """Leave words in the free space of every page, as SQLite may; the store is opened again after it."""
    fill(store)
    store.remove_file(name(7))
    store._cut()
    store.close()
    places = free(tmp_path / "index" / FILE)
    with (tmp_path / "index" / FILE).open("r+b") as file:
        for start, end in places:
            for place in (start, end - 9):
                file.seek(place)
                file.write(b"No00099x.")
    assert len(places) > 20
    return Store(tmp_path / "index")


def test_free_space_is_overwritten_and_nothing_else(store, tmp_path):
    store = plant(store, tmp_path)
    before = {file_id: store.document(file_id) for file_id in store.files()}
    pieces = [store.pieces(file_id) for file_id in before]
    assert 99 in held(tmp_path)
    store.scrub()
    assert held(tmp_path) == set(range(60)) - {7}
    assert store.damage() == []
    assert {file_id: store.document(file_id) for file_id in store.files()} == before
    assert str([store.pieces(file_id) for file_id in before]) == str(pieces)
    write(store, name(60), 60, *[10] * 40)  # by a connection that has read the pages as they were
    store.scrub()
    assert held(tmp_path) == set(range(61)) - {7}
    store.close()


READER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
count = lambda: db.execute("SELECT count(*), sum(length(text)) FROM passages").fetchone()
first = count()
print("open", flush=True)
same = True
while db.execute("SELECT 1 FROM meta WHERE key = 'end'").fetchone() is None:
    same = same and count() == first
print(same)
"""


def test_readers_go_on_meanwhile(store, tmp_path):
    store = plant(store, tmp_path)
    arguments = [sys.executable, "-c", READER, str(tmp_path / "index" / FILE)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "open\n"
        for _ in range(3):
            store._run("DELETE FROM meta WHERE key = ?", (MARK,))
            store.scrub()
        store.put("end", "")
        assert reader.stdout.read() == "True\n"
    assert 99 not in held(tmp_path)
    store.close()


@pytest.mark.parametrize(
    "loss",
    [
        lambda store: store.remove_file(name(1)),
        lambda store: store.exclude(name(1)),
        lambda store: write(store, name(1), 11, 10),
        lambda store: store.rename_file(name(1), "other.txt", FileState("/place/other", 0, 0, 0)),
        lambda store: store.put_file(name(1), FileState("/place/other", 0, 0, 0)),
        lambda store: store.put_file(name(2), FileState("/place/gone00002x", 0, 0, 0)),
        lambda store: store.settle(name(2), FileState("/place/gone00002x", 0, 0, 0, "", "failed", "gone00012x"), []),
        lambda store: store.set_roots([]),
    ],
)
def test_whatever_takes_words_away_is_followed_by_overwriting(store, tmp_path, loss):
    fill(store, 3)
    store.settle(name(2), FileState("/place/gone00002x", 0, 0, 0, "", "failed", "gone00012x"), [], [Failure("a", "b")])
    store.set_roots([tmp_path / "gone00013x"])
    store.scrub()
    assert store.get(MARK) is not None
    loss(store)
    assert store.get(MARK) is None
    store.scrub()
    assert store.get(MARK) is not None


def test_what_only_adds_needs_no_overwriting(store):
    fill(store, 5)
    store.put("synced", "now")
    store.put_file(name(1), FileState("/place/gone00001x", 5, 6, 7))
    assert store.get(MARK) is not None


def test_what_cannot_be_written_is_told_and_done_by_the_next(store, tmp_path):
    resource = pytest.importorskip("resource")
    store = plant(store, tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"removed words.*overwritten.*\(.*too large\).*run `qa index` again"):
            store.scrub()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (store.damage(), store.get(MARK)) == ([], None)
    assert 99 in held(tmp_path)
    store.scrub()
    assert held(tmp_path) == set(range(60)) - {7}
    store.close()


def test_a_damaged_page_is_told_and_left(store, tmp_path):
    store = plant(store, tmp_path)
    store.close()
    file = tmp_path / "index" / FILE
    with file.open("r+b") as raw:
        raw.seek(free(file)[-1][0] // 4096 * 4096)
        raw.write(b"\x07")
    store = Store(tmp_path / "index")
    with pytest.raises(StoreError, match=r"\(page \d+ is damaged\)"):
        store.scrub()
    assert store.get(MARK) is None
    store.close()


def test_a_file_of_before_is_overwritten_at_the_next_run(store, tmp_path):
    store = plant(store, tmp_path)
    store.close()
    with sqlite3.connect(tmp_path / "index" / FILE) as db:
        assert db.execute("SELECT 1 FROM meta WHERE key = ?", (MARK,)).fetchone() is None
    db.close()
    store = Store(tmp_path / "index")
    store.scrub()
    assert 99 not in held(tmp_path)
    store.close()


def test_a_copy_holds_only_what_is_held(store, tmp_path):
    store = plant(store, tmp_path)
    store.put("encoder", "hash-64")
    store.close()
    export_index(tmp_path / "index", tmp_path / "copy.zip")
    (tmp_path / "index").rename(tmp_path / "old")
    import_index(tmp_path / "copy.zip", tmp_path / "index")
    assert held(tmp_path) == set(range(60)) - {7}
