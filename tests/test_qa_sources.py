"""What an index is made of: uploads with their folders, followed folders, documents taken out, and cancelling."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import HashEncoder, everything

from corpus.errors import LoadError, StoreError
from index import ingest
from index.database import FILE
from index.retrieve import Index
from index.schema import VERSION
from index.sync import sync
from index.transfer import export_index, import_index
from qa.home import library_index
from qa.read.quote import QuoteReader
from qa.sources import library as shipped
from qa.system import Assistant
from qa.uploads import inside

QUESTION = "What cools from lava?"


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def assistant(tmp_path):
    """An assistant over one folder with two documents, without a model."""
    write(tmp_path / "documents", "a.txt", "Basalt cools from lava.")
    write(tmp_path / "documents", "b.txt", "Slate splits into sheets.")
    encoder = HashEncoder()
    sync([tmp_path / "documents"], tmp_path / "index", encoder)
    made = Assistant(Index(tmp_path / "index", encoder), QuoteReader())
    yield made
    made.index.store.close()


def ids(assistant):
    return [info.id for info in assistant.index.documents()]


def uploads(assistant):
    folder = assistant.index.directory / "uploads"
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def after(calls):
    """Return what says stop from the so-manieth time on that it is asked."""
    asked = iter(range(10**6))
    return lambda: next(asked) >= calls


# --- hiding


def test_a_hidden_document_is_told_of_nowhere_and_comes_back(assistant):
    before = assistant.ask(QUESTION)
    assistant.hide(["a.txt"])
    assert assistant.still(before).abstained and "removed" in assistant.still(before).text
    assert "Basalt" not in assistant.ask(QUESTION).text and ids(assistant) == ["b.txt"]
    assert "Basalt" not in assistant.ask("What documents do you have?").text
    with pytest.raises(StoreError, match=r"no document 'a\.txt'"):
        assistant.ask(QUESTION, documents=["a.txt"])
    assistant.restore(["a.txt"])
    assert assistant.still(before) is before and assistant.ask(QUESTION).claims == before.claims
    assert assistant.finish() == [] and ids(assistant) == ["a.txt", "b.txt"]


def test_hiding_holds_in_other_processes_and_is_told_by_status(assistant):
    assistant.hide(["a.txt"])
    code = "import sys; from index.store import Store; from pathlib import Path; s = Store(Path(sys.argv[1]));"
    code += "print([d.id for d in s.documents()], s.hidden(), s.mentioning('basalt'))"
    run = [sys.executable, "-c", code, str(assistant.index.directory)]
    told = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]).stdout
    assert told == "['b.txt'] ['a.txt'] set()\n"


def test_status_tells_what_is_hidden(assistant, capsys):
    from qa.__main__ import status

    assistant.index.store.put("encoder", "all-MiniLM-L6-v2")
    assistant.hide(["a.txt"])
    status(assistant.index.directory)
    told = capsys.readouterr().out
    assert "hidden a.txt" in told and "documents   1" in told


def test_finishing_is_final_for_what_was_hidden_alone(assistant, tmp_path):
    assistant.add([write(tmp_path / "mine", "m.txt", "Marble is hard limestone.")])
    assistant.hide(["a.txt", "m.txt"])
    assert uploads(assistant) == ["m.txt"]
    assert assistant.finish(["m.txt", "b.txt"]) == ["m.txt"] and uploads(assistant) == []
    assert assistant.index.hidden() == ["a.txt"] and ids(assistant) == ["b.txt"]
    assert assistant.finish() == ["a.txt"] and b"Basalt" not in everything(assistant.index.directory)
    assert (tmp_path / "documents" / "a.txt").exists()
    assert assistant.sync().added == [] and ids(assistant) == ["b.txt"]
    with pytest.raises(StoreError, match="removed for good"):
        assistant.restore(["a.txt"])


def test_a_hidden_upload_that_is_uploaded_again_is_back(assistant, tmp_path):
    path = write(tmp_path / "mine", "m.txt", "Marble is hard limestone.")
    for change in ("", " It takes a polish."):
        assistant.add([path])
        assistant.hide(["m.txt"])
        path.write_text(path.read_text() + change)
        assistant.add([path])
        assert ids(assistant) == ["a.txt", "b.txt", "m.txt"] and assistant.index.hidden() == []


# --- uploads


def test_the_folders_of_uploads_are_kept(assistant, tmp_path):
    one, two = (
        write(tmp_path / "u/a", "x.md", "Granite holds quartz."),
        write(tmp_path / "u/b", "x.md", "Chalk is soft."),
    )
    report = assistant.add([one, two], names=["a/x.md", "b\\x.md"])
    assert report.added == ["a/x.md", "b/x.md"] == uploads(assistant)
    assert "quartz" in assistant.index.document("a/x.md").text and "soft" in assistant.index.document("b/x.md").text
    two.write_text("Chalk is white.")
    assert assistant.add([two], names=["b/x.md"]).changed == ["b/x.md"]
    assistant.remove(["a/x.md"])
    assert uploads(assistant) == ["b/x.md"] and not (assistant.index.directory / "uploads/a").exists()
    export_index(assistant.index.directory, tmp_path / "out.zip")
    import_index(tmp_path / "out.zip", tmp_path / "there")
    assert (tmp_path / "there/uploads/b/x.md").read_text() == "Chalk is white."
    there = Assistant(Index(tmp_path / "there", HashEncoder()), QuoteReader())
    again = there.sync()  # its uploads came along, under the same names
    assert again.unchanged[-1:] == ["b/x.md"] and again.added == again.changed == again.removed == []
    there.index.store.close()


@pytest.mark.parametrize(
    "name",
    [
        "../x.md",
        "/etc/x.md",
        "a/../../x.md",
        "C:\\x.md",
        "",
        "..",
        "a/.git/x.md",
        ".x.md",
        "a\0.md",
        "a\nb.md",
        "\ud800.md",
    ],
)
def test_no_name_leads_out_of_the_uploads(assistant, tmp_path, name):
    with pytest.raises(LoadError, match="rename it"):
        inside(name)
    report = assistant.add([write(tmp_path, "x.md", "Chalk is soft.")], names=[name])
    assert [one.doc_id for one in report.failed] == [name] and uploads(assistant) == []
    assert not (tmp_path / "index" / "x.md").exists()


def test_a_name_is_needed_for_each_file(assistant, tmp_path):
    with pytest.raises(ValueError, match="zip"):
        assistant.add([tmp_path / "x.md"], names=[])


def test_what_a_cancelled_upload_did_not_read_is_not_kept(assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 1)  # each file is embedded before the next
    files = [write(tmp_path / "u", f"{n}.txt", f"Stone number {n} is grey.") for n in range(4)]
    assert assistant.add(files, stop=after(2)).unread == ["0.txt", "1.txt", "2.txt", "3.txt"]  # while copying
    assert ids(assistant) == ["a.txt", "b.txt"] and uploads(assistant) == []
    report = assistant.add(files, stop=after(7))  # four copied, one read
    assert report.added == ["0.txt"] and report.unread == ["1.txt", "2.txt", "3.txt"]
    assert uploads(assistant) == ["0.txt"] and ids(assistant) == ["0.txt", "a.txt", "b.txt"]
    assert assistant.index.status().synced
    report = assistant.add(files)
    assert report.unread == [] and report.added == ["1.txt", "2.txt", "3.txt"]


def test_a_cancelled_new_version_leaves_the_earlier_one(assistant, tmp_path):
    assistant.add([write(tmp_path / "one", "m.txt", "Granite holds quartz.")])
    report = assistant.add([write(tmp_path / "two", "m.txt", "Marble was limestone.")], stop=after(1))
    assert report.unread == ["m.txt"] and report.changed == []
    kept = assistant.index.directory / "uploads" / "m.txt"
    assert kept.read_text() == "Granite holds quartz." == assistant.index.document("m.txt").text.strip()
    assert uploads(assistant) == ["m.txt"] and assistant.sync().changed == []


def test_an_upload_that_fails_as_a_whole_leaves_nothing(assistant, tmp_path):
    def refuse(step):
        if step.passages or step.files_done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assistant.add([write(tmp_path / "u", "m.txt", "Marble is limestone.")], refuse)
    assert uploads(assistant) == [] and assistant.sync().added == []


def test_an_upload_may_be_called_like_what_was_removed_from_a_folder(assistant, tmp_path):
    assistant.remove(["a.txt"])
    report = assistant.add([write(tmp_path / "u", "a.txt", "Marble is limestone.")])
    assert report.added == ["uploads/a.txt"] and ids(assistant) == ["b.txt", "uploads/a.txt"]
    assistant.remove(["b.txt"])
    (tmp_path / "documents" / "b.txt").unlink()
    assert assistant.add([write(tmp_path / "u", "b.txt", "Chalk is soft.")]).added == ["b.txt"]


# --- folders


def test_a_followed_folder_is_kept_up_to_date_until_it_is_given_up(assistant, tmp_path):
    more = write(tmp_path / "more", "deep/c.txt", "Coal burns.").parents[1]
    assert assistant.follow(more).added == ["deep/c.txt"]
    assert [(f.path, f.documents, f.there) for f in assistant.folders()] == [
        (tmp_path / "documents", 2, True), (more, 1, True),
    ]  # fmt: skip
    write(more, "d.txt", "Clay is wet.")
    (more / "deep/c.txt").unlink()
    report = assistant.sync()
    assert report.added == ["d.txt"] and report.removed == ["deep/c.txt"]
    assert assistant.add([write(tmp_path / "u", "m.txt", "Marble.")]).added == ["m.txt"]
    assert len(assistant.folders()) == 2
    assert assistant.unfollow(more).removed == ["d.txt"] and (more / "d.txt").exists()
    assert ids(assistant) == ["a.txt", "b.txt", "m.txt"] and len(assistant.folders()) == 1
    assert assistant.unfollow(tmp_path / "documents").removed == ["a.txt", "b.txt"] and ids(assistant) == ["m.txt"]


def test_what_cannot_be_followed_is_told(assistant, tmp_path, monkeypatch):
    inner = tmp_path / "documents" / "inner"
    inner.mkdir()
    (tmp_path / "link").symlink_to(inner)
    for path, told in (
        (tmp_path / "nowhere", "not there"), (tmp_path / "documents" / "a.txt", "is a file"),
        (tmp_path / "documents", "followed already"), (inner, "which it lies in"),
        (tmp_path / "link", "which it lies in"),
        (tmp_path / "index", "is the index's"), (tmp_path / "index" / "lexical-1", "is the index's|not there"),
    ):  # fmt: skip
        with pytest.raises(StoreError, match=told):
            assistant.follow(path)
    shut = tmp_path / "shut"
    shut.mkdir()
    listing = os.scandir

    def refuse(path="."):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may list every folder, so the system's refusal is played
    with pytest.raises(StoreError, match="must be readable"):
        assistant.follow(shut)
    other = tmp_path / "other"
    sync([], other, HashEncoder())
    with pytest.raises(StoreError, match="is an index"):
        assistant.follow(other)
    for path in (tmp_path / "nowhere", inner, tmp_path / "index" / "uploads"):
        with pytest.raises(StoreError, match=r"only what is followed .* followed: .*documents"):
            assistant.unfollow(path)
    assert [f.path for f in assistant.folders()] == [tmp_path / "documents"] and ids(assistant) == ["a.txt", "b.txt"]


def test_a_folder_that_is_away_keeps_its_documents_and_its_place(assistant, tmp_path):
    more = write(tmp_path / "more", "a.txt", "Coal burns.").parent
    assert assistant.follow(more).added == ["more/a.txt"]
    shutil.move(tmp_path / "documents", tmp_path / "away")
    report = assistant.sync()
    assert report.removed == report.added == report.changed == [] and report.unchanged == ["more/a.txt"]
    assert [(f.path, f.documents, f.there) for f in assistant.folders()] == [
        (tmp_path / "documents", 2, False), (more, 1, True),
    ]  # fmt: skip
    shutil.move(tmp_path / "away", tmp_path / "documents")
    report = assistant.sync()
    assert sorted(report.unchanged) == ["a.txt", "b.txt", "more/a.txt"] and not report.changed and not report.moved
    shutil.rmtree(tmp_path / "documents")
    assistant.unfollow(tmp_path / "documents")
    assert ids(assistant) == ["a.txt"] and "Coal" in assistant.index.document("a.txt").text  # the name is free again


def test_what_was_removed_stays_away_from_a_folder_around_its_own(assistant, tmp_path):
    assistant.remove(["a.txt"])
    write(tmp_path, "x.txt", "Coal burns.")
    assert assistant.follow(tmp_path).added == ["x.txt"] and ids(assistant) == ["b.txt", "x.txt"]  # and not the index


def test_a_stopped_sync_keeps_what_was_read_and_goes_on_later(assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 1)
    for n in range(5):
        write(tmp_path / "documents", f"{n}.txt", f"Stone number {n} is grey.")
    synced = assistant.index.status().synced
    assistant.index.store.put("synced", "before")
    report = assistant.sync(stop=after(3))
    assert report.added == ["0.txt"] and report.unread == ["1.txt", "2.txt", "3.txt", "4.txt"]
    assert ids(assistant) == ["0.txt", "a.txt", "b.txt"] and assistant.index.status().synced == "before"
    assert "Stone number 0" in assistant.index.search("stone number 0")[0].passage.text
    report = assistant.sync(stop=lambda: False)
    assert report.added == ["1.txt", "2.txt", "3.txt", "4.txt"] and report.unread == [] and synced


def test_a_stopped_sync_takes_back_what_it_had_not_written(assistant, tmp_path):
    archive = tmp_path / "documents" / "z.zip"
    for members in ({"m.txt": "Marble.", "n.txt": "Nickel."}, {"m.txt": "Marble shines."}):
        with zipfile.ZipFile(archive, "w") as box:
            for name, text in members.items():
                box.writestr(name, text)
        if len(members) == 2:
            assistant.sync()
    report = assistant.sync(stop=after(1))  # read, and not yet embedded
    assert report.unread == ["z.zip"] and report.changed == report.removed == report.added == []
    assert ids(assistant)[2:] == ["z.zip/m.txt", "z.zip/n.txt"]
    report = assistant.sync()
    assert (report.changed, report.removed) == (["z.zip/m.txt"], ["z.zip/n.txt"])


def test_the_library_follows_more_over_a_restart(library, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_HOME", str(tmp_path))
    sync([shipped()], library_index(), library.index.encoder)
    made = Assistant(Index(library_index(), library.index.encoder), QuoteReader())
    made.follow(write(tmp_path / "more", "c.txt", "Coal burns in Skerra.").parent)
    made.add([write(tmp_path / "u", "m.txt", "Marble.")])
    made.index.store.close()
    again = Assistant.library()
    assert {"c.txt", "m.txt"} < set(ids(again)) and len(ids(again)) == len(list(shipped().iterdir())) + 2
    assert [(f.path, f.ships) for f in again.folders()] == [(shipped(), True), (tmp_path / "more", False)]
    with pytest.raises(StoreError, match="always belongs"):
        again.unfollow(shipped())
    shutil.move(tmp_path / "more", tmp_path / "away")
    again.index.store.close()
    third = Assistant.library()
    assert "c.txt" in ids(third)
    third.index.store.close()


# --- facts for a list


def test_a_line_of_the_list_tells_where_a_document_is_from_and_what_is_missing(assistant, tmp_path):
    import pdfs

    begun = datetime.now(UTC).replace(microsecond=0)
    note = write(tmp_path / "u", "n.txt", "")
    note.write_bytes(("café " * 30 + "x").encode()[:-1] + b"\xe9 end")
    scan = tmp_path / "u" / "s.pdf"
    scan.write_bytes(pdfs.flowing(["The keeper wrote down the tide."]))
    assistant.add([note, scan], names=["in/n.txt", "s.pdf"])
    a, _, n, s = assistant.index.documents()
    assert (a.id, a.root, a.size, a.problems) == ("a.txt", tmp_path / "documents", 23, ())
    folder = assistant.index.directory / "uploads"
    assert (n.id, n.root, n.size) == ("in/n.txt", folder, note.stat().st_size) and "character" in n.problems[0]
    assert (s.pages, s.size, s.root) == (1, scan.stat().st_size, folder)
    for info in (a, n, s):
        read_at = datetime.fromisoformat(info.read_at)
        assert read_at.utcoffset().total_seconds() == 0 and abs((read_at - begun).total_seconds()) < 600
    assert assistant.index.only(["s.pdf"]).documents() == [s]


def test_an_index_of_version_2_is_renewed_in_place(assistant, tmp_path):
    import sqlite3

    assistant.add([write(tmp_path / "u", "m.txt", "Marble is hard limestone.")])
    generation, place = assistant.index.store.generation, assistant.index.directory
    assistant.index.store.close()
    with sqlite3.connect(place / FILE) as db:
        db.executescript("DROP VIEW shown; DROP TABLE hidden; ALTER TABLE documents DROP COLUMN read_at;")
        absolute = os.fsencode(place) + b"/"
        for table in ("roots", "files"):
            db.execute(f"UPDATE {table} SET path = CAST(? || path AS BLOB) WHERE path LIKE 'uploads%'", (absolute,))
        db.execute("PRAGMA user_version = 2")
    db.close()
    place.rename(tmp_path / "moved")
    (tmp_path / "moved").rename(place)
    made = Assistant(Index(place, HashEncoder()), QuoteReader())
    assert made.index.store._version() == VERSION and made.index.store.generation == generation
    assert [(d.id, d.read_at) for d in made.index.documents()] == [("a.txt", ""), ("b.txt", ""), ("m.txt", "")]
    made.index.store.close()
    place.rename(tmp_path / "elsewhere")  # uploads go with their index
    made = Assistant(Index(tmp_path / "elsewhere", HashEncoder()), QuoteReader())
    report = made.sync()
    assert report.unchanged == ["a.txt", "b.txt", "m.txt"] and report.added == report.removed == []
    made.hide(["m.txt"])
    assert json.loads(json.dumps(made.index.hidden())) == ["m.txt"] and made.finish() == ["m.txt"]
    made.index.store.close()
