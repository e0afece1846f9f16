"""Logging in on the page: passwords checked without telling who exists, guesses slowed down, sessions that end."""

import time
from collections.abc import Callable, Iterator, MutableMapping
from contextvars import ContextVar

import anyio

from qa.web.accounts import Accounts, folded
from qa.web.limits import Limit
from qa.web.texts import say

WRONG_BY_NAME, WRONG_BY_ADDRESS, WINDOW = 5, 20, 60.0  # failures within so many seconds
LASTS = 30 * 24 * 3600.0  # seconds for which a session lasts
MESSAGE = f"{say('en', 'login', n=WRONG_BY_NAME)} {say('zh', 'login', n=WRONG_BY_NAME)}"  # before a language is known
ADDRESS: ContextVar[str] = ContextVar("address", default="")  # of whoever sent the request that is being answered


class Login:
    """Checks names and passwords for a server."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._by_name = Limit(WRONG_BY_NAME, WINDOW, clock)
        self._by_address = Limit(WRONG_BY_ADDRESS, WINDOW, clock)

    async def check(self, name: str, password: str) -> bool:
        """Return whether a user is let in; after too many failures nobody is, whatever the password."""
        address, name = ADDRESS.get(), folded(name)
        if self._by_name.take(name) or self._by_address.take(address):  # counted before the hash, which takes a while
            return False
        right = await anyio.to_thread.run_sync(self._accounts.check, name, password)
        if right:
            self._by_name.forget(name)
        return right


class Sessions(MutableMapping[str, str]):
    """The open sessions: a token and whose it is, as gradio keeps them.

    A session ends after ``LASTS`` seconds, and with its user or password.
    """

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts, self._clock = accounts, clock
        self._open: dict[str, tuple[str, str, float]] = {}  # by token: user, hash of the password, end

    def __setitem__(self, token: str, name: str) -> None:
        self._open = {kept: session for kept, session in self._open.items() if self._valid(session)}
        user = self._accounts.user(name)
        self._open[token] = (user.name, user.password, self._clock() + LASTS)

    def __getitem__(self, token: str) -> str:
        session = self._open[token]
        if not self._valid(session):
            raise KeyError(token)
        return session[0]

    def __delitem__(self, token: str) -> None:
        del self._open[token]

    def __iter__(self) -> Iterator[str]:
        return iter([token for token, session in self._open.items() if self._valid(session)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _valid(self, session: tuple[str, str, float]) -> bool:
        name, password, end = session
        user = self._accounts.book().users.get(name)
        return user is not None and user.password == password and self._clock() < end
