"""An assistant through the mishaps of files and folders: interrupted builds, uploads, roots and indexes that vanish."""

import shutil

import pytest
from fakes import HashEncoder

from corpus.errors import StoreError
from index.retrieve import Index
from index.store import Store
from index.sync import sync
from index.transfer import UPLOADS
from qa import ask
from qa.home import library_index
from qa.read.quote import QuoteReader
from qa.sources import library as shipped
from qa.system import Assistant, standing_index


def write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def assistant(tmp_path):
    """An assistant over one folder with one document, without torch."""
    write(tmp_path / "documents", "a.txt", "Basalt cools from lava.")
    encoder = HashEncoder()
    sync([tmp_path / "documents"], tmp_path / "index", encoder)
    return Assistant(Index(tmp_path / "index", encoder), QuoteReader())


def ids(assistant):
    return [d.id for d in assistant.index.documents()]


def test_an_interrupted_first_build_of_the_library_is_finished(library, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_HOME", str(tmp_path))

    def stop(step):
        if Store(library_index()).counts()[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync([shipped()], library_index(), library.index.encoder, stop)
    assert 0 < Store(library_index()).counts()[0] < len(list(shipped().iterdir()))
    made = Assistant.open()
    assert len(made.index.documents()) == len(list(shipped().iterdir()))


def test_an_empty_default_index_stays_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    sync([tmp_path / "mine"], tmp_path / "index", HashEncoder("all-MiniLM-L6-v2"))
    assert standing_index() == tmp_path / "index"
    made = Assistant.open()
    assert made.index.documents() == [] and made.index.store.roots == [tmp_path / "mine"]
    assert "no documents" in made.ask("hello").text


def test_an_upload_of_the_same_name_is_a_new_version(assistant, tmp_path):
    assistant.add([write(tmp_path / "one", "m.txt", "Granite holds quartz.")])
    report = assistant.add([write(tmp_path / "two", "m.txt", "Marble was limestone.")])
    assert report.changed == ["m.txt"] and ids(assistant) == ["a.txt", "m.txt"]
    assert assistant.index.document("m.txt").text.strip() == "Marble was limestone."
    kept = assistant.index.directory / UPLOADS / "m.txt"
    again = assistant.add([kept])
    assert again.added == again.changed == again.failed == []
    assert [p.name for p in kept.parent.iterdir()] == ["m.txt"]


def test_an_upload_that_cannot_be_read_is_not_kept(assistant, tmp_path):
    assistant.add([write(tmp_path / "one", "m.txt", "Granite holds quartz.")])
    report = assistant.add([write(tmp_path / "two", "m.txt", ""), tmp_path / "nowhere.txt", tmp_path])
    assert [f.doc_id for f in report.failed] == ["m.txt", "nowhere.txt", tmp_path.name]
    assert "0 bytes" in report.failed[0].reason
    assert ids(assistant) == ["a.txt", "m.txt"]
    assert [p.name for p in (assistant.index.directory / UPLOADS).iterdir()] == ["m.txt"]


def test_a_folder_that_is_gone_neither_blocks_an_upload_nor_loses_its_documents(assistant, tmp_path):
    shutil.move(tmp_path / "documents", tmp_path / "elsewhere")
    report = assistant.add([write(tmp_path / "one", "m.txt", "Granite holds quartz.")])
    assert report.added == ["m.txt"] and report.removed == []
    assert ids(assistant) == ["a.txt", "m.txt"]
    assert tmp_path / "documents" in assistant.index.store.roots


def test_a_deleted_index_does_not_go_on_answering(assistant):
    assert assistant.ask("What cools from lava?").claims
    shutil.rmtree(assistant.index.directory)
    with pytest.raises(StoreError, match="deleted or replaced"):
        assistant.ask("What cools from lava?")


def test_a_rebuilt_index_answers_anew(encoder, tmp_path):
    write(tmp_path / "d", "a.txt", "Zorvex Ltd was founded in 1993 in Leeds.")
    sync([tmp_path / "d"], tmp_path / "index", encoder)
    assert "1993" in ask("When was Zorvex Ltd founded?", index=tmp_path / "index").text
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(StoreError, match="qa index"):
        ask("When was Zorvex Ltd founded?", index=tmp_path / "index")
    write(tmp_path / "d", "a.txt", "Pumice floats on water.")
    sync([tmp_path / "d"], tmp_path / "index", encoder)
    assert "1993" not in ask("When was Zorvex Ltd founded?", index=tmp_path / "index").text


def test_a_folder_that_may_not_be_listed_keeps_its_documents(tmp_path, monkeypatch):
    import os

    write(tmp_path / "d" / "shut", "b.txt", "Slate splits into sheets.")
    encoder = HashEncoder()
    sync([tmp_path / "d"], tmp_path / "index", encoder)
    listing = os.scandir

    def refuse(path="."):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may list every folder, so the system's refusal is played
    report = sync([tmp_path / "d"], tmp_path / "index", encoder)
    assert report.removed == [] and "may not be listed" in report.failed[0].reason
    assert [d.id for d in Index(tmp_path / "index", encoder).documents()] == ["shut/b.txt"]


def test_an_upload_that_is_removed_is_deleted_and_may_come_back(assistant, tmp_path):
    path = write(tmp_path / "mine", "m.txt", "Marble is hard limestone.")
    assistant.add([path])
    kept = assistant.index.directory / "uploads" / "m.txt"
    assert kept.exists()
    assistant.remove(["m.txt"])
    assert not kept.exists() and ids(assistant) == ["a.txt"]
    assert assistant.add([path]).added == ["m.txt"]
    assistant.remove(["a.txt"])
    assert (tmp_path / "documents" / "a.txt").exists() and ids(assistant) == ["m.txt"]


def test_an_archive_is_uploaded_whole_if_one_of_its_documents_can_be_read(assistant, tmp_path):
    import zipfile

    for name, text in (("good.zip", "Marble is hard limestone."), ("bad.zip", "")):
        with zipfile.ZipFile(tmp_path / name, "w") as box:
            box.writestr("m.txt", text)
    report = assistant.add([tmp_path / "good.zip", tmp_path / "bad.zip"])
    assert report.added == ["good.zip/m.txt"]
    assert [one.doc_id for one in report.failed] == ["bad.zip"]
