"""Logging in: guesses are slowed down by name and by address, and a session ends with what it rests on."""

import anyio
import pytest
from fakes import Library

from qa.web.accounts import Accounts
from qa.web.limits import Limit
from qa.web.login import ADDRESS, LASTS, WINDOW, WRONG_BY_ADDRESS, WRONG_BY_NAME, Login, Sessions

PASSWORD = "correct horse"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def accounts(tmp_path):
    made = Accounts(Library(tmp_path, a_txt="Basalt cools from lava.").directory)
    for name in ("ann", "bob"):
        made.add(name, PASSWORD)
    return made


def check(login, name, password, address="10.0.0.1"):
    async def run():
        ADDRESS.set(address)
        return await login.check(name, password)

    return anyio.run(run)


def test_a_limit_is_a_sliding_window_for_each_name():
    clock = Clock()
    limit = Limit(2, 10.0, clock)
    assert [limit.take("a"), limit.take("a"), limit.take("b")] == [0, 0, 0]
    clock.now += 4
    assert limit.take("a") == 6.0
    clock.now += 6
    assert limit.take("a") == 0
    assert Limit(0, 10.0).take("a") == 0


def test_after_too_many_guesses_at_a_name_even_the_right_one_waits(accounts):
    clock = Clock()
    login = Login(accounts, clock)
    assert check(login, "ann", PASSWORD)
    for n in range(WRONG_BY_NAME):
        assert not check(login, "ann", "wrong horse", f"10.0.0.{n}")
    assert not check(login, "ANN", PASSWORD)
    assert check(login, "bob", PASSWORD)
    clock.now += WINDOW
    assert check(login, "ann", PASSWORD)


def test_guesses_from_one_address_at_many_names_are_slowed_down(accounts):
    login = Login(accounts, Clock())
    for n in range(WRONG_BY_ADDRESS):
        assert not check(login, f"user{n}", "wrong horse")
    assert not check(login, "ann", PASSWORD)
    assert check(login, "ann", PASSWORD, "10.0.0.2")


def test_a_session_ends_with_its_time_its_password_and_its_user(accounts):
    clock = Clock()
    sessions = Sessions(accounts, clock)
    for token, name in (("t1", "Ann"), ("t2", "bob"), ("t3", "bob")):
        sessions[token] = name
    assert (sessions.get("t1"), sessions.get("no"), sessions.get(None)) == ("ann", None, None)
    del sessions["t3"]
    assert list(sessions) == ["t1", "t2"] and len(sessions) == 2
    accounts.set_password("ann", "another horse")
    accounts.remove("bob")
    assert dict(sessions) == {}
    sessions["t4"] = "ann"
    clock.now += LASTS
    assert sessions.get("t4") is None
