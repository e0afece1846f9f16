"""faiss and tantivy files are derived: whatever happens to them, the next search is right again."""

import json
import shutil

import pytest
from fakes import Library
from filelock import FileLock

from index.derive import DENSE, LEXICAL, STAMP
from index.lock import LOCK
from index.retrieve import Index

FACTS = {
    "cafe_txt": "The Harbour Cafe opened in March 1987.",
    "ferry_txt": "The ferry to Skerra sails four times a day.",
    "tower_txt": "The tower of Dunmore is 31 metres high.",
}


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, **FACTS)
    yield shelf
    shelf.index.store.close()


def lexical(directory):
    (folder,) = directory.glob(f"{LEXICAL}-*")
    return folder


def dense(directory):
    (file,) = directory.glob(f"{DENSE}-*")
    return file


def put(path, data):
    """Write other bytes in place of a file; whoever has mapped it keeps what was there, as a failed disk would not."""
    path.unlink()
    path.write_bytes(data)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    put(path, data)


def restamp(directory, **changes):
    stamp = json.loads((directory / STAMP).read_text())
    (directory / STAMP).write_text(json.dumps(stamp | changes))


def rewrite(path, text):
    path.write_text(text)


DAMAGE = {
    "dense file missing": lambda d: dense(d).unlink(),
    "dense file empty": lambda d: put(dense(d), b""),
    "dense file cut": lambda d: put(dense(d), dense(d).read_bytes()[:-9]),
    "dense file flipped": lambda d: flip(dense(d)),
    "lexical folder missing": lambda d: shutil.rmtree(lexical(d)),
    "lexical folder empty": lambda d: [p.unlink() for p in lexical(d).iterdir()],
    "lexical meta cut": lambda d: put(lexical(d) / "meta.json", b"{"),
    "lexical files flipped": lambda d: [flip(p) for p in lexical(d).iterdir() if p.stat().st_size],
    "lexical files cut": lambda d: [put(p, p.read_bytes()[:-3]) for p in lexical(d).iterdir()],
    "lexical file missing": lambda d: next(lexical(d).glob("*.idx")).unlink(),
    "stamp missing": lambda d: (d / STAMP).unlink(),
    "stamp no JSON": lambda d: rewrite(d / STAMP, "{"),
    "stamp a list": lambda d: rewrite(d / STAMP, "[]"),
    "stamp stale": lambda d: restamp(d, generation=1),
    "stamp of the future": lambda d: restamp(d, generation=10**6),
    "stamp of another format": lambda d: restamp(d, format=0),
    "stamp miscounts": lambda d: restamp(d, passages=2),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_files_are_made_again_at_the_next_open(shelf, damage):
    before = [(h.passage, h.score, h.legs) for h in shelf.index.search("When does the ferry sail?")]
    shelf.encoder.encoded.clear()
    damage(shelf.directory)
    fresh = Index(shelf.directory, shelf.encoder)
    assert [(h.passage, h.score, h.legs) for h in fresh.search("When does the ferry sail?")] == before
    assert shelf.encoder.encoded == []
    fresh.store.close()
    again = Index(shelf.directory, shelf.encoder)
    assert again.search("tower metres")[0].passage.doc_id == "tower.txt"
    again.store.close()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_files_are_made_again_by_a_sync(shelf, damage):
    damage(shelf.directory)
    assert shelf.sync().unchanged == ["cafe.txt", "ferry.txt", "tower.txt"]
    fresh = Index(shelf.directory, shelf.encoder)
    assert fresh.search("ferry")[0].passage.doc_id == "ferry.txt"
    fresh.store.close()


def test_an_open_index_sees_a_sync_without_opening_again(shelf):
    assert shelf.index.search("lighthouse lamp")[0].passage.doc_id != "lamp.txt"
    shelf.write(lamp_txt="The lamp of the lighthouse reaches 31 kilometres.")
    shelf.sync()
    assert shelf.index.search("lighthouse lamp")[0].passage.doc_id == "lamp.txt"
    assert shelf.index.document_frequency("lighthous") == 1 / 4
    shelf.path("lamp_txt").unlink()
    shelf.sync()
    assert "lamp.txt" not in {h.passage.doc_id for h in shelf.index.search("lighthouse lamp")}


def test_while_a_writer_is_at_work_the_last_whole_state_answers(shelf):
    assert shelf.index.search("ferry")
    with FileLock(shelf.directory / LOCK):
        shelf.index.store.remove_file("tower.txt")  # by a writer, before the derived files are new
        assert shelf.index.search("ferry")[0].passage.doc_id == "ferry.txt"
        assert "tower.txt" not in {h.passage.doc_id for h in shelf.index.search("tower of Dunmore metres")}
    assert len(shelf.index.search("tower ferry cafe")) == 2


def test_what_an_interrupted_writer_left_goes_with_the_next_sync(shelf):
    for name in ("dense-1.faiss", "dense-9.faiss.tmp"):
        (shelf.directory / name).write_bytes(b"vectors")
    shutil.copytree(lexical(shelf.directory), shelf.directory / "lexical-1")
    shelf.sync()
    assert lexical(shelf.directory).name != "lexical-1" and dense(shelf.directory).name != "dense-1.faiss"


def test_only_one_generation_of_lexical_files_stays(shelf):
    for n in range(3):
        shelf.write(cafe_txt=f"The Harbour Cafe opened in March 198{n}.")
        shelf.sync()
    assert lexical(shelf.directory).is_dir()
    assert not list(shelf.directory.glob("*.tmp"))
