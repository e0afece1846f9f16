"""An index equals its folders after every sync: what came, changed, moved, went, and what could not be read."""

import os
import sys
import threading
import time
import zipfile

import pytest
from fakes import Library, everything
from filelock import FileLock

from corpus.errors import EncoderMismatch, StoreError
from index.lock import LOCK
from index.retrieve import Index
from index.scan import scan
from index.sync import remove, sync

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


def test_a_second_sync_opens_and_encodes_nothing(shelf):
    shelf.encoder.encoded.clear()
    generation = shelf.index.store.generation
    opened = []
    watching = [True]
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if watching and event == "open" else None)
    try:
        report = shelf.sync()
    finally:
        watching.clear()
    assert report.unchanged == ["cafe.txt", "ferry.md"]
    assert opened and not [path for path in opened if path.startswith(str(shelf.folder))]
    assert shelf.encoder.encoded == []
    assert shelf.index.store.generation == generation


def test_other_bytes_of_the_same_size_and_time_are_noticed(shelf):
    path = shelf.path("cafe_txt")
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1987", b"1978"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shelf.sync().changed == ["cafe.txt"]
    assert "1978" in shelf.index.document("cafe.txt").text


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
    assert shelf.index.status().failures == tuple(report.failed)
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
    os.mkfifo(folder / "pipe")
    result = scan([folder])
    assert [file.doc_id for file in result.found] == ["NOTES", "c.html", "sub/b.md"]
    assert [(one.doc_id, one.reason.split()[:2]) for one in result.passed] == [
        ("e.jpg", ["a", "type"]), ("gone.txt", ["a", "link,"]), ("pipe", ["no", "ordinary"]),
    ]  # fmt: skip
    named = [folder / "e.jpg", folder, folder / "c.html"]
    assert [file.doc_id for file in scan(named).found] == ["e.jpg", "NOTES", "c.html", "sub/b.md"]


def test_links_are_never_followed_and_an_index_is_no_folder_of_documents(folder, tmp_path, hashes):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("The password is zanzibarquux.")
    (folder / "notes.txt").write_text("A note on apples.")
    (folder / "loop").symlink_to(folder)
    (folder / "away").symlink_to(outside)
    (folder / "secret.txt").symlink_to(outside / "secret.txt")
    report = sync([folder], folder / "index", hashes)
    assert report.added == ["notes.txt"]
    assert [one.doc_id for one in report.skipped] == ["away", "loop", "secret.txt"]
    assert sync([folder], folder / "index", hashes).unchanged == ["notes.txt"]
    with pytest.raises(StoreError, match="is an index; name another folder"):
        sync([folder / "index"], tmp_path / "other", hashes)
    (tmp_path / "linked").symlink_to(outside)
    assert sync([tmp_path / "linked"], tmp_path / "other", hashes).added == ["secret.txt"]


def test_progress_counts_what_has_to_be_read(shelf):
    told = []
    sync([shelf.folder], shelf.directory, shelf.encoder, told.append)
    assert [(step.name, step.files, step.bytes, step.passages) for step in told] == [("", 0, 0, 0)]
    shelf.write(tower_txt="The tower of Skerra is 31 metres high.", zoo_txt="The zoo keeps two bears.")
    told.clear()
    sync([shelf.folder], shelf.directory, shelf.encoder, told.append)
    size = sum(shelf.path(name).stat().st_size for name in ("tower_txt", "zoo_txt"))
    assert {(step.files, step.bytes) for step in told} == {(2, size)}
    assert [step.name for step in told][:2] == ["tower.txt", "zoo.txt"]
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    last = told[-1]
    assert (last.files_done, last.bytes_done, last.passages) == (2, size, 2)
    assert last.rate > 0 and last.remaining == 0 and told[0].remaining is None


def test_a_dry_run_tells_and_touches_nothing(shelf, tmp_path):
    shelf.write(cafe_txt="Another text.", new_txt="A new text.")
    (shelf.folder / "boats").mkdir()
    shelf.path("ferry_md").rename(shelf.folder / "boats" / "ferry.md")
    before = everything(shelf.directory)
    report = sync([shelf.folder], shelf.directory, shelf.encoder, dry_run=True)
    assert (report.added, report.changed, report.removed) == (["new.txt"], ["cafe.txt"], [])
    assert report.moved == ["boats/ferry.md"]
    assert everything(shelf.directory) == before
    assert sync([shelf.folder], tmp_path / "none", dry_run=True).added == ["cafe.txt", "new.txt", "boats/ferry.md"]
    assert not (tmp_path / "none").exists()


def test_a_removed_document_stays_away_until_it_is_named(shelf):
    shelf.write(secret_txt=SECRET)
    shelf.sync()
    remove(["secret.txt"], shelf.directory)
    assert ids(shelf.index) == ["cafe.txt", "ferry.md"]
    assert b"zanzibarquux" not in everything(shelf.directory).lower()
    report = shelf.sync()
    assert report.added == [] and [one.doc_id for one in report.skipped] == ["secret.txt"]
    with pytest.raises(StoreError, match=r"no document 'nowhere\.txt'"):
        remove(["cafe.txt", "nowhere.txt"], shelf.directory)
    assert ids(shelf.index) == ["cafe.txt", "ferry.md"]
    sync([shelf.folder, shelf.path("secret_txt")], shelf.directory, shelf.encoder)
    assert ids(shelf.index) == ["cafe.txt", "ferry.md", "secret.txt"]
    assert shelf.sync().unchanged == ["cafe.txt", "ferry.md", "secret.txt"]


def test_only_what_is_new_of_a_changed_document_is_encoded(shelf):
    parts = [f"## Part {n}\n\n" + f"Sentence {n} tells of harbours and boats of the coast. " * 12 for n in range(6)]
    shelf.write(long_md="# Harbours\n\n" + "\n\n".join(parts))
    shelf.sync()
    shelf.encoder.encoded.clear()
    parts[3] = "## Part 3\n\nThis part is about lighthouses now."
    shelf.write(long_md="# Harbours\n\n" + "\n\n".join(parts))
    assert shelf.sync().changed == ["long.md"]
    assert len(shelf.encoder.encoded) == 1 and "lighthouses" in shelf.encoder.encoded[0]
    (shelf.folder / "copy").mkdir()
    (shelf.folder / "copy" / "long.md").write_bytes(shelf.path("long_md").read_bytes())
    assert shelf.sync().added == ["copy/long.md"] and len(shelf.encoder.encoded) == 1


def test_a_file_that_failed_is_not_opened_again_until_it_changes(shelf):
    shelf.path("bad_txt").write_bytes(b"")
    first = shelf.sync()
    again = shelf.sync()
    assert again.failed == first.failed and [one.doc_id for one in again.failed] == ["bad.txt"]
    shelf.write(bad_txt="It is good now.")
    assert shelf.sync().added == ["bad.txt"] and shelf.index.status().failures == ()


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
        pytest.raises(StoreError, match=r"one process writes.*wait for it to end, or end it, and try again"),
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


def test_a_file_that_is_being_written_is_read_when_it_is_whole(shelf):
    path = shelf.folder / "growing.txt"
    parts = [f"Part {n} of the report. " for n in range(8)]

    def write():
        with path.open("w") as file:
            for part in parts:
                file.write(part)
                file.flush()
                time.sleep(0.08)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.1)
    report = shelf.sync()
    writer.join()
    assert report.added == ["growing.txt"]
    assert shelf.index.document("growing.txt").text == "".join(parts)


def test_names_with_newlines_are_one_line_everywhere(shelf):
    (shelf.folder / "two\nlines.txt").write_text("A note on anchors.")
    assert shelf.sync().added == ["two?lines.txt"]
    assert shelf.sync().unchanged == ["cafe.txt", "ferry.md", "two?lines.txt"]


def test_an_archive_is_its_members_and_only_what_changed_in_it_is_embedded(shelf):
    def pack(**members):
        with zipfile.ZipFile(shelf.folder / "box.zip", "w") as box:
            for name, text in members.items():
                box.writestr(f"{name}.txt", text)

    pack(one="Anchors are made of iron.", two="Ropes are made of hemp.", bad="")
    report = shelf.sync()
    assert report.added == ["box.zip/one.txt", "box.zip/two.txt"]
    assert [one.doc_id for one in report.failed] == ["box.zip/bad.txt"]
    shelf.encoder.encoded.clear()
    pack(one="Anchors are made of iron.", three="Sails are made of flax.")
    report = shelf.sync()
    assert (report.added, report.removed) == (["box.zip/three.txt"], ["box.zip/two.txt"])
    assert "box.zip/one.txt" in report.unchanged and len(shelf.encoder.encoded) == 1 and report.failed == []
    (shelf.folder / "box.zip").rename(shelf.folder / "crate.zip")
    assert shelf.sync().moved == ["crate.zip"]
    assert ids(shelf.index)[-3:] == ["crate.zip/one.txt", "crate.zip/three.txt", "ferry.md"]
    remove(["crate.zip/one.txt"], shelf.directory)
    os.utime(shelf.folder / "crate.zip")
    shelf.sync()
    assert "crate.zip/one.txt" not in ids(shelf.index)
    (shelf.folder / "crate.zip").unlink()
    assert shelf.sync().removed == ["crate.zip/three.txt"]
