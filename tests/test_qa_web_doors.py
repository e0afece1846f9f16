"""How the doors open: what the header and the terminal say of who gets in, and that a server that fails says so."""

import time

import pytest
import uvicorn
from browser import free_port
from fakes import Library

from corpus.errors import DoorError
from qa.system import Assistant
from qa.web.doors import PRIVATE, Doors
from qa.web.texts import say


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    made = Library(tmp_path, rocks_txt="Basalt cools from lava.")
    monkeypatch.setattr(Assistant, "open", lambda *_: made.assistant())
    return made


def opened(host, reader=None):
    nothing = {"accounts": False, "rate": 0, "root": "", "mcp": False}
    return Doors.open(None, [reader] if reader else None, None, None, host, free_port(), **nothing)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_only_the_page_says_so(shelf, monkeypatch, capsys, host):
    doors = opened(host)
    assert doors.privacy == PRIVATE and not doors.shipped
    assert "arning" not in told(doors, monkeypatch, capsys)


@pytest.mark.parametrize("reader", [None, "http://models.example:8000"])
def test_open_to_the_network_the_page_and_the_terminal_say_so(shelf, monkeypatch, capsys, reader):
    doors = opened("0.0.0.0", reader)
    sent = [("sent", {"machine": "models.example"})] if reader else []
    assert doors.privacy == (*sent, ("open", {}))
    assert told(doors, monkeypatch, capsys).splitlines()[-1] == f"Warning: {say('en', 'open')}"


def test_a_server_that_does_not_start_is_told(shelf, monkeypatch):
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: None)
    doors = opened("127.0.0.1")
    with pytest.raises(DoorError, match="no page could be served"):
        doors.serve(doors.app())


def told(doors, monkeypatch, capsys):
    """Return what the terminal is told by a server that starts and ends."""

    def run(server):
        server.started = True
        time.sleep(0.2)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    doors.serve(doors.app())
    return capsys.readouterr().out
