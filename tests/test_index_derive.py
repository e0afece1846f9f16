"""faiss and tantivy files are derived: whatever happens to them, the next search is right again."""

import json
import shutil

import pytest
from fakes import Library
from filelock import FileLock

from corpus.errors import StoreError
from index.database import FILE
from index.dense import Dense
from index.derive import DENSE, LEXICAL, STAMP
from index.lexical import Lexical
from index.lock import LOCK
from index.retrieve import Index
from index.words import terms

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
    "stamp no JSON": lambda d: put(d / STAMP, b"{"),
    "stamp a list": lambda d: put(d / STAMP, b"[]"),
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


def test_a_store_put_back_from_a_copy_does_not_answer_from_the_files_of_another(tmp_path):
    shelf = Library(tmp_path, **FACTS)
    shelf.index.store.close()
    directory = shelf.directory
    copy = (directory / FILE).read_bytes()
    shelf.write(mill_txt="The windmill of Aske grinds barley.")
    shelf.sync()
    (directory / FILE).write_bytes(copy)
    for side in ("-wal", "-shm"):
        (directory / f"{FILE}{side}").unlink(missing_ok=True)
    shelf.path("mill.txt").unlink()
    shelf.write(bell_txt="The foghorn of Ness sounds each minute.")  # takes the number that the windmill had
    shelf.sync()
    index = Index(directory, shelf.encoder)
    frequency = index.document_frequency
    assert frequency(terms("windmill")[0]) == 0.0 and frequency(terms("foghorn")[0]) == pytest.approx(1 / 4)
    assert index.search("foghorn")[0].passage.doc_id == "bell.txt"
    index.store.close()


def test_no_file_of_words_knows_a_word_that_was_removed(shelf):
    shelf.path("tower.txt").unlink()
    shelf.sync()
    for folder in shelf.directory.glob(f"{LEXICAL}-*"):
        held = Lexical(folder)
        assert held.document_frequency(terms("Dunmore")[0]) == 0 < held.document_frequency(terms("ferry")[0])


def test_what_cannot_be_deleted_is_told(shelf, monkeypatch):
    old = lexical(shelf.directory)
    shelf.path("tower.txt").unlink()

    def denied(path, **options):
        if path != old:
            rmtree(path, **options)
        elif not options.get("ignore_errors"):
            raise PermissionError(13, "Permission denied", str(path))

    rmtree = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", denied)
    with pytest.raises(StoreError, match=rf"{old.name}.* may hold words that were removed"):
        shelf.sync()
    monkeypatch.undo()
    shelf.sync()
    assert not old.exists()


def test_a_reader_goes_on_where_the_new_files_cannot_be_written(shelf, monkeypatch):
    assert shelf.index.search("ferry")
    before = set(shelf.directory.iterdir())
    shelf.index.store.remove_file("tower.txt")

    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Dense, "save", lambda self, path: full(path))
    assert shelf.index.search("ferry")[0].passage.doc_id == "ferry.txt"
    index = Index(shelf.directory, shelf.encoder)
    assert "tower.txt" not in {hit.passage.doc_id for hit in index.search("ferry of Dunmore")}
    index.store.close()
    with pytest.raises(StoreError, match="No space left"):
        shelf.sync()
    assert {path.name for path in shelf.directory.iterdir()} <= {path.name for path in before} | {LOCK}
