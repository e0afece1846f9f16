"""Puts the doors together and serves them: the routes for programs, the guard before all, and the page behind.

The page itself is mounted by whoever knows its library (``ui.py``): this module needs no gradio.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import typer
import uvicorn
from fastapi import FastAPI
from rich.progress import Progress

from corpus.errors import AccountError, DoorError
from qa.address import reachable
from qa.sources import library
from qa.system import Assistant
from qa.web.accounts import Accounts
from qa.web.completions import Completions
from qa.web.conversations import Conversations, beside
from qa.web.guard import Guard, Hosts
from qa.web.limits import Limit
from qa.web.login import Login, Sessions
from qa.web.mcp import make_server, mounted, needed
from qa.web.seen import Access, Asker, Seen
from qa.web.texts import Phrase, say

PRIVATE: tuple[Phrase, ...] = (("private", {}),)
A_MINUTE = 60.0
RATE = 30  # questions a minute that are answered to one asker
STOPPING = 15.0  # seconds that answers in the making are waited for: what is cut off in a model's code crashes
GRACE = 1  # seconds that a stopping server waits for what it is doing; open pages would hold it for ever


class Doors:
    """The doors of one assistant: what may pass, and the application that serves it.

    ``shipped`` says whether the library that ships is asked, ``privacy`` what leaves this machine and who gets in, as
    phrases of ``qa.web.texts``.
    """

    def __init__(
        self,
        assistant: Assistant,
        host: str = "127.0.0.1",
        port: int = 7860,
        *,
        exposed: bool = False,
        accounts: bool = False,
        rate: int = RATE,
        root: str = "",
        mcp: bool = False,
        remote: Sequence[str] = (),
    ) -> None:
        """Put the doors together.

        ``exposed``: other machines reach them. ``accounts`` demands a login on the page and a key of programs;
        ``rate`` is questions a minute for each asker, 0 for no limit; ``root`` the URL, or the path, at which a reverse
        proxy shows the page; ``mcp`` opens ``/mcp``; ``remote`` names the machine on which each reader's model runs, ""
        for this one; the first reader answers where no other is chosen.

        Raises:
            AccountError: accounts are demanded and there is no user, or documents are shared with some users only
                and other machines reach them without an account.
            DoorError: ``/mcp`` is to be opened and its package is missing.
        """
        self._assistant, self._host, self._port, self._root = assistant, host, port, root
        self._open_to_all = exposed and not accounts
        self.accounts = _accounts(assistant.index.directory, accounts, exposed)
        self.access = Access(assistant.index, self.accounts, Limit(rate, A_MINUTE), exposed)
        self.login = Login(self.accounts) if self.accounts else None
        self.sessions = Sessions(self.accounts) if self.accounts else None
        self._hosts = Hosts.of(host, exposed, accounts, root)
        self._mcp = make_server(self.seen) if mcp else None
        self.shipped = library() in assistant.index.store.roots
        told: list[Phrase] = [
            ("sent if chosen" if n else "sent", {"machine": machine})
            for n, machine in enumerate(remote)
            if machine and machine not in remote[:n]
        ]
        told += [("open", {})] * self._open_to_all + [("accounts only", {})] * accounts
        self.privacy = tuple(told) or PRIVATE

    @classmethod
    def open(
        cls,
        index: Path | None,
        reader: Sequence[str] | None,
        reranker: str | None,
        trace: Path | None,
        host: str,
        port: int,
        *,
        accounts: bool,
        rate: int,
        root: str,
        mcp: bool,
    ) -> "Doors":
        """Open an assistant, showing a bar while documents are read, and its doors.

        Raises:
            GroundedError: what :class:`Assistant` and the doors raise, or the address cannot be served on.
        """
        exposed = reachable(host, port)  # before a minute of indexing, not after
        if mcp:
            needed()
        with Progress() as bar:
            show = partial(bar.update, bar.add_task("Opening the documents", total=None))
            assistant = Assistant.open(
                index, reader, lambda s: show(completed=s.bytes_done, total=s.bytes), reranker, trace
            )
            show(description="Documents ready", completed=1, total=1)
        remote = [urlsplit(name).hostname or "" for name in reader or ()]
        options = {"exposed": exposed, "accounts": accounts, "mcp": mcp}
        return cls(assistant, host, port, **options, rate=rate, root=root, remote=remote)

    def seen(self, asker: Asker) -> Seen:
        """Return the assistant as an asker may use it."""
        return Seen(self._assistant, self.access, lambda: asker)

    def page(self, who: Callable[[], Asker]) -> Seen:
        """Return the assistant for a page, which tells at each call who asks."""
        return Seen(self._assistant, self.access, who)

    def conversations(self) -> Conversations:
        """Open what was asked and answered before.

        Raises:
            ConversationError: the file of conversations cannot be used.
        """
        return Conversations(beside(self._assistant.index.directory), self._assistant.index.store)

    def app(self) -> FastAPI:
        """Return the application with every route for programs; a page can be mounted behind them."""
        inner = mounted(self._mcp) if self._mcp else None

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                if inner is not None:  # a mounted application is not started by the one that mounts it
                    await stack.enter_async_context(inner.router.lifespan_context(inner))
                yield

        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
        app.router.routes.extend(Completions(self.seen).routes)
        if inner is not None:
            app.router.routes.extend(inner.routes)
        app.add_middleware(Guard, hosts=self._hosts, accounts=self.accounts)
        return app

    def serve(self, app: FastAPI) -> None:
        """Serve until Ctrl-C, telling once a browser can connect.

        Raises:
            DoorError: the server did not start.
        """
        config = uvicorn.Config(
            app,
            self._host,
            self._port,
            log_level="warning",
            proxy_headers=bool(self._root),  # else anybody could name the address that questions are counted for
            timeout_graceful_shutdown=GRACE,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, daemon=True)  # beside this thread, so that Ctrl-C is this one's to hear
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.02)
            if not server.started:
                raise DoorError(f"no page could be served on {self._host}, port {self._port}; the lines above say why")
            typer.echo(f"Grounded QA is ready: http://{self._host}:{self._port}  (Ctrl+C stops it)")
            if self._open_to_all:
                typer.echo(f"Warning: {say('en', 'open')}")
            Thread(target=self._assistant.warm).start()  # so that the first question does not wait for the encoder
            while thread.is_alive():
                thread.join(0.5)  # a join without end cannot be interrupted on every system
        except KeyboardInterrupt:
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it would tell of each page that is cut off
            server.should_exit = True
            thread.join(STOPPING)
            typer.echo("\nStopped.")


def _accounts(directory: Path, demanded: bool, exposed: bool) -> Accounts | None:
    """Return the accounts if a login is demanded."""
    accounts = Accounts(directory)
    if not demanded:
        if exposed and accounts.book().shares:
            raise AccountError(
                "some documents are shared with some users only, and a page without login shows them to everybody who "
                "reaches it; add --auth, or serve on 127.0.0.1"
            )
        return None
    if not accounts.users():
        raise AccountError(
            f"a page with login has users, and there are none yet; add one: qa user add NAME --index {directory}"
        )
    return accounts
