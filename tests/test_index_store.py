"""Opening what is no index, and the single truth behind one."""

import sqlite3

import pytest
from fakes import Library

from corpus.errors import GroundedError, StoreError
from index.database import FILE
from index.live import exists
from index.retrieve import Index
from index.schema import VERSION as SCHEMA_VERSION
from index.store import Store


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, tides_md="# Tides\n\n## Cause\n\nThe moon raises the tides twice a day.", a_txt="A note.")
    yield shelf
    shelf.index.store.close()


def test_an_unknown_directory_is_told_and_nothing_is_made(tmp_path):
    for directory in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(
            StoreError, match=r"an index is a directory made by `qa index`.*is none; run `qa index PATH"
        ):
            Index(directory)
        assert not exists(directory)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_version_is_refused(shelf):
    shelf.index.store.close()
    with sqlite3.connect(shelf.directory / FILE) as file:
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    file.close()
    with pytest.raises(StoreError, match=rf"version {SCHEMA_VERSION};.*version {SCHEMA_VERSION + 1}; update"):
        Index(shelf.directory)
    with pytest.raises(StoreError, match="update the program"):
        shelf.sync()


@pytest.mark.parametrize("data", [b"not a database, but a long enough text " * 100, b"\0" * 8192])
def test_a_file_that_is_no_database_is_told(tmp_path, data):
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(StoreError, match=r"cannot be used.*delete the directory and run `qa index` again"):
        Index(tmp_path)


def test_passages_are_slices_and_vectors_belong_to_them(shelf):
    store = shelf.index.store
    ((keys, vectors),) = store.vectors()
    assert vectors.shape == (len(keys), 64)
    assert sorted(store.passages()) == keys
    for passage, title in store.passages().values():
        document = store.document(passage.doc_id)
        assert passage.text == document.text[passage.start : passage.end]
        assert title == document.title
    assert store.passages([]) == store.passages([10**6]) == {}
    assert store.counts() == (2, len(keys))


def test_a_document_comes_back_as_it_was_read(shelf):
    from corpus import load

    assert shelf.index.document("tides.md") == load(shelf.folder / "tides.md")
    (info,) = [d for d in shelf.index.documents() if d.id == "tides.md"]
    assert (info.title, info.media_type, info.pages) == ("Tides", "text/markdown", None)


def test_a_failed_write_leaves_the_old_document(shelf):
    store = shelf.index.store
    old = store.document("a.txt")
    passages = [p for p, _ in store.passages().values() if p.doc_id == "a.txt"]
    generation = store.generation
    with pytest.raises(ValueError, match="zip"):
        store.write("a.txt", old, passages, [])
    assert store.document("a.txt") == old
    assert store.generation == generation
    assert [p for p, _ in store.passages().values() if p.doc_id == "a.txt"] == passages


def test_status_counts_what_is_there(shelf):
    status = shelf.index.status()
    assert (status.documents, status.encoder, status.roots) == (2, "hash-64", (shelf.folder,))
    assert status.size == sum(f.stat().st_size for f in shelf.directory.rglob("*") if f.is_file())
    assert status.failures == ()


def test_a_new_store_has_no_generation(tmp_path):
    store = Store(tmp_path / "new", create=True)
    assert (store.generation, store.counts(), store.roots, store.failures()) == (0, (0, 0), [], [])
    assert list(store.vectors()) == list(store.entries()) == []
    store.close()


def test_a_damaged_page_of_the_store_is_one_clear_error(shelf):
    shelf.index.store.scrub()
    shelf.index.store.close()
    file = shelf.directory / FILE
    data = bytearray(file.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(GroundedError, match="cannot be used"):
        Index(shelf.directory, shelf.encoder).search("tides")
