"""What the documents' view does by itself: followed folders are looked at again; how far a reading has come."""

import time

import pytest
from fakes import Library
from seen import Seen as Shown

from index.report import Step
from qa.web import arrivals
from qa.web.papers import Desk
from qa.web.reading import Stage
from qa.web.seen import Access, Asker, Seen
from qa.web.tab import Tab

PIER = "# Pier\n\nThe pier of Skerra is 90 metres long.\n"


@pytest.fixture
def desk(tmp_path, encoder):
    """Makes a desk whose followed folder is looked at again after so many seconds."""
    made = Library(tmp_path, encoder, quay_md="# Quay\n\nThe quay of Dunmore is 220 metres long.\n")
    desks = []

    def make(again):
        assistant = made.assistant()
        access = Access(made.index)
        desks.append(Desk(Seen(assistant, access, Asker), lambda: tmp_path, (), again))
        return desks[-1], made.folder

    yield make
    for one in desks:
        one.reading.close()
    made.index.store.close()


def asked(desk, question):
    return desk.assistant.ask(question).text


def test_a_file_that_appears_in_a_followed_folder_is_asked_about(desk):
    made, folder = desk(0.05)
    (folder / "pier.md").write_text(PIER, "utf-8")
    question, end = "How long is the pier of Skerra?", time.monotonic() + 30
    assert "90 metres" not in asked(made, question)
    while "90 metres" not in asked(made, question) and time.monotonic() < end:
        made.refresh(Tab())
        time.sleep(0.1)
    assert "90 metres" in asked(made, question)
    (folder / "pier.md").unlink()
    while "90 metres" in asked(made, question) and time.monotonic() < end:
        made.refresh(Tab())
        time.sleep(0.1)
    assert "90 metres" not in asked(made, question)


def test_a_followed_folder_is_not_looked_at_before_its_time(desk):
    made, folder = desk(3600)
    (folder / "pier.md").write_text(PIER, "utf-8")
    made.refresh(Tab())
    made.reading.close()  # waits for what was begun
    assert "90 metres" not in asked(made, "How long is the pier of Skerra?")


def test_the_end_of_a_reading_names_no_file():
    step = Step("quay.md", 1, 2, 500, 1000, 3, 1.0)
    shown = Shown(str(arrivals.stage(Stage(1, ("quay.md",), running=True, step=step), "en"))).text
    assert "Reading quay.md: file 2 of 2, 500 B of 1.0 KB done." in shown
    last = Step("", 2, 2, 1000, 1000, 6, 2.0)
    shown = Shown(str(arrivals.stage(Stage(1, ("quay.md",), running=True, step=last), "en"))).text
    assert "Writing what was read" in shown and "Reading" not in shown
