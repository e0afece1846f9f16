"""An index equals its folders after every sync: what came, changed, moved, went, and what could not be read."""

import os

import pytest
from fakes import Library, everything
from filelock import FileLock

from corpus.errors import EncoderMismatch, StoreError
from index.retrieve import LOCK, Index
from index.sync import discover, sync

CAFE = "The Harbour Cafe opened in March 1987. Its founder was Ines Valente, a baker from Porto."
FERRY = "The ferry to Skerra sails four times a day. The crossing takes 45 minutes."
SECRET = "The password of the safe is zanzibarquux."


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, cafe_txt=CAFE, ferry_md=FERRY)
    yield shelf
    shelf.index.store.close()


def keys(shelf):
    return {key: passage.doc_id for key, (passage, _) in shelf.index.store.passages().items()}


def ids(index):
    return [d.id for d in index.documents()]


def found(index, query):
    return {hit.passage.doc_id for hit in index.search(query)}


def test_the_first_sync_adds_all(shelf):
    assert ids(shelf.index) == ["cafe.txt", "ferry.md"]
    assert shelf.index.search("Harbour Cafe founder")[0].passage.doc_id == "cafe.txt"
    assert shelf.index.document("ferry.md").text == FERRY
    assert shelf.index.store.roots == [shelf.folder]


def test_a_second_sync_reads_and_encodes_nothing(shelf):
    shelf.encoder.encoded.clear()
    generation = shelf.index.store.generation
    for name in ("cafe.txt", "ferry.md"):  # other bytes, same size and time: what is unchanged is not opened
        path = shelf.folder / name
        stat = path.stat()
        path.write_bytes(path.read_bytes().swapcase())
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    report = shelf.sync()
    assert report.unchanged == ["cafe.txt", "ferry.md"]
    assert shelf.encoder.encoded == []
    assert shelf.index.store.generation == generation


def test_a_file_that_was_only_touched_is_not_encoded_again(shelf):
    shelf.encoder.encoded.clear()
    os.utime(shelf.folder / "cafe.txt", ns=(1, 1))
    assert shelf.sync().unchanged == ["cafe.txt", "ferry.md"]
    assert shelf.encoder.encoded == []
    assert shelf.index.store.files()["cafe.txt"].mtime_ns == 1


def test_added_changed_and_removed(shelf):
    shelf.encoder.encoded.clear()
    shelf.write(cafe_txt=CAFE + " Coffee costs 3.20 euros.", tower_txt="The tower of Skerra is 31 metres high.")
    shelf.path("ferry_md").unlink()
    report = shelf.sync()
    assert (report.added, report.changed, report.removed) == (["tower.txt"], ["cafe.txt"], ["ferry.md"])
    assert (report.moved, report.unchanged, report.failed) == ([], [], [])
    assert len(shelf.encoder.encoded) == 2
    assert ids(shelf.index) == ["cafe.txt", "tower.txt"]
    assert "3.20" in shelf.index.document("cafe.txt").text
    assert found(shelf.index, "ferry crossing minutes Skerra") <= {"cafe.txt", "tower.txt"}


def test_a_moved_file_keeps_its_passages_and_is_not_encoded_again(shelf):
    before = keys(shelf)
    shelf.encoder.encoded.clear()
    (shelf.folder / "trips").mkdir()
    shelf.path("ferry_md").rename(shelf.folder / "trips" / "ferry.md")
    report = shelf.sync()
    assert (report.moved, report.added, report.removed) == (["trips/ferry.md"], [], [])
    assert shelf.encoder.encoded == []
    assert keys(shelf) == {k: "trips/ferry.md" if d == "ferry.md" else d for k, d in before.items()}
    assert shelf.index.search("ferry crossing")[0].passage.doc_id == "trips/ferry.md"
    with pytest.raises(StoreError, match=r"ferry\.md"):
        shelf.index.document("ferry.md")
    assert shelf.sync().unchanged == ["cafe.txt", "trips/ferry.md"]


def test_a_copy_is_a_document_of_its_own(shelf):
    (shelf.folder / "copy.txt").write_text(CAFE)
    assert shelf.sync().added == ["copy.txt"]
    assert ids(shelf.index) == ["cafe.txt", "copy.txt", "ferry.md"]
    shelf.path("cafe_txt").unlink()
    assert shelf.sync().removed == ["cafe.txt"]
    assert shelf.index.document("copy.txt").text == CAFE


def test_a_file_that_gets_another_suffix_is_read_anew(shelf):
    shelf.write(page_txt="# A heading\n\nThe *lamp* of the tower reaches 31 kilometres.")
    shelf.sync()
    shelf.path("page_txt").rename(shelf.folder / "page.md")
    report = shelf.sync()
    assert (report.added, report.removed, report.moved) == (["page.md"], ["page.txt"], [])
    assert "*lamp*" not in shelf.index.document("page.md").text


def test_a_file_that_has_its_name_for_a_title_is_read_anew_when_renamed(shelf):
    text = "This first line is far too long for a title, " * 8
    shelf.write(draft_txt=text)
    shelf.sync()
    assert shelf.index.document("draft.txt").title == "draft"
    shelf.path("draft_txt").rename(shelf.folder / "final.txt")
    shelf.sync()
    assert shelf.index.document("final.txt").title == "final"


def test_two_files_that_swap_their_names(shelf):
    one, other = shelf.folder / "one.txt", shelf.folder / "other.txt"
    one.write_text("Saturn has rings of ice.")
    other.write_text("Mars has two small moons and red dust.")
    shelf.sync()
    one.rename(shelf.folder / "third.txt")
    other.rename(one)
    (shelf.folder / "third.txt").rename(other)
    shelf.sync()
    assert shelf.index.document("one.txt").text.startswith("Mars")
    assert shelf.index.document("other.txt").text.startswith("Saturn")


def test_a_bad_file_does_not_stop_the_rest_and_is_told(shelf):
    (shelf.folder / "a-empty.txt").write_bytes(b"")
    (shelf.folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    shelf.write(zoo_txt="The zoo of Dunmore keeps two bears.")
    report = shelf.sync()
    assert report.added == ["zoo.txt"]
    assert [f.doc_id for f in report.failed] == ["a-empty.txt", "binary.txt"]
    assert "0 bytes" in report.failed[0].reason and "binary" in report.failed[1].reason
    assert shelf.index.status().failures == tuple((f.doc_id, f.reason) for f in report.failed)
    (shelf.folder / "a-empty.txt").write_text("No longer empty, this file tells of a lighthouse.")
    (shelf.folder / "binary.txt").unlink()
    assert shelf.sync().added == ["a-empty.txt"]
    assert shelf.index.status().failures == ()


def test_a_file_that_turns_bad_leaves_the_index(shelf):
    shelf.path("ferry_md").write_bytes(b"")
    report = shelf.sync()
    assert [f.doc_id for f in report.failed] == ["ferry.md"]
    assert ids(shelf.index) == ["cafe.txt"]
    assert found(shelf.index, "ferry crossing") <= {"cafe.txt"}


def test_a_name_that_is_no_utf8_is_indexed_or_told(shelf):
    folder = os.fsencode(shelf.folder)
    for name, data in ((b"caf\xe9.txt", b"The cafe at the end."), (b"bad\xff.txt", b"")):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(data)
    report = shelf.sync()
    assert report.added == ["caf?.txt"]
    assert [f.doc_id for f in report.failed] == ["bad?.txt"]
    assert shelf.index.document("caf?.txt").text == "The cafe at the end."
    assert "caf?.txt" in shelf.sync().unchanged


def test_a_deleted_document_is_gone_from_every_answer_and_from_the_files(shelf):
    shelf.write(secret_txt=SECRET)
    shelf.sync()
    word = b"zanzibarquux"
    assert found(shelf.index, "zanzibarquux") >= {"secret.txt"}
    assert word in everything(shelf.directory)
    shelf.path("secret_txt").unlink()
    shelf.sync()
    assert "secret.txt" not in found(shelf.index, "zanzibarquux")
    with pytest.raises(StoreError, match=r"secret\.txt.*qa status"):
        shelf.index.document("secret.txt")
    answer = shelf.assistant().ask("What is the password of the safe zanzibarquux?")
    assert "secret.txt" not in {c.passage.doc_id for c in (*answer.nearest, *answer.citations)}
    assert "secret.txt" not in {h.passage.doc_id for h in answer.hits}
    assert word not in everything(shelf.directory).lower()


def test_words_that_a_changed_document_no_longer_holds_leave_the_files(shelf):
    shelf.write(secret_txt=SECRET)
    shelf.sync()
    shelf.write(secret_txt="The safe is empty now.")
    assert shelf.sync().changed == ["secret.txt"]
    assert b"zanzibarquux" not in everything(shelf.directory).lower()


def test_removing_all_leaves_an_index_that_answers_nothing(shelf):
    for path in shelf.folder.iterdir():
        path.unlink()
    assert shelf.sync().removed == ["cafe.txt", "ferry.md"]
    assert shelf.index.search("ferry") == []
    assert shelf.index.status().documents == 0
    assert shelf.assistant().ask("How long does the ferry take?").abstained


def test_the_same_relative_path_in_two_roots_is_two_documents(tmp_path, hashes):
    for name, text in (("first", "Apples are red fruit."), ("second", "Plums are blue fruit.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text(text)
    roots = [tmp_path / "first", tmp_path / "second"]
    assert sync(roots, tmp_path / "index", hashes).added == ["notes.txt", "second/notes.txt"]
    index = Index(tmp_path / "index", hashes)
    assert index.document("second/notes.txt").text == "Plums are blue fruit."
    assert sync(roots, tmp_path / "index", hashes).unchanged == ["notes.txt", "second/notes.txt"]
    index.store.close()


def test_what_is_found_below_the_roots(folder):
    (folder / ".hidden").mkdir()
    (folder / "sub").mkdir()
    for name in (".hidden/a.txt", "sub/b.md", "c.html", ".d.txt", "e.jpg", "~$f.md", "NOTES"):
        (folder / name).write_text("text")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    assert [doc_id for doc_id, _ in discover([folder])] == ["NOTES", "c.html", "sub/b.md"]
    named = [folder / "e.jpg", folder, folder / "c.html"]
    assert [doc_id for doc_id, _ in discover(named)] == ["e.jpg", "NOTES", "c.html", "sub/b.md"]


def test_progress_is_told_for_each_file_and_at_the_end(shelf):
    told = []
    sync([shelf.folder], shelf.directory, shelf.encoder, lambda *step: told.append(step))
    assert told == [("cafe.txt", 0, 2), ("ferry.md", 1, 2), ("", 2, 2)]


def test_a_root_that_does_not_exist_changes_nothing(shelf, tmp_path):
    with pytest.raises(StoreError, match=r"must exist.*nowhere.*check the spelling"):
        sync([shelf.folder, tmp_path / "nowhere"], shelf.directory, shelf.encoder)
    with pytest.raises(StoreError, match="nowhere"):
        sync([tmp_path / "nowhere"], tmp_path / "new", shelf.encoder)
    assert not (tmp_path / "new").exists()
    assert ids(shelf.index) == ["cafe.txt", "ferry.md"]


def test_a_second_writer_is_told_to_wait(shelf):
    with (
        FileLock(shelf.directory / LOCK),
        pytest.raises(StoreError, match=r"one process writes.*wait for it to end and try again"),
    ):
        shelf.sync()
    assert shelf.sync().unchanged == ["cafe.txt", "ferry.md"]


def test_another_encoder_is_refused_and_nothing_is_lost(shelf):
    from fakes import HashEncoder

    other = HashEncoder("hash-32", dim=32)
    for use in (lambda: sync([shelf.folder], shelf.directory, other), lambda: Index(shelf.directory, other)):
        with pytest.raises(EncoderMismatch, match=r"'hash-64', not 'hash-32'.*into another directory"):
            use()
    assert found(shelf.index, "ferry crossing") >= {"ferry.md"}


def test_an_index_path_with_blanks_and_other_scripts(tmp_path, hashes):
    documents = tmp_path / "meine Ordner 文件 ü"
    documents.mkdir()
    (documents / "Straße 小米.txt").write_text("Lei Jun founded the firm in 2010.")
    directory = tmp_path / "an index 索引 #1 %20"
    assert sync([documents], directory, hashes).added == ["Straße 小米.txt"]
    index = Index(directory, hashes)
    assert index.search("founded")[0].passage.doc_id == "Straße 小米.txt"
    index.store.close()


def test_an_index_directory_that_is_a_file_is_told(folder, hashes):
    (folder / "notes.txt").write_text("A note.")
    with pytest.raises(StoreError, match=r"must be writable.*choose another with --index"):
        sync([folder], folder / "notes.txt", hashes)
