"""What every request must pass, before the page and the doors for programs.

- The host it names is one this server has, so that no foreign name can be pointed at it (DNS rebinding).
- It comes from no other web page: a page elsewhere must not ask in the name of whoever looks at it.
- It names no address of another machine in its path: nothing is fetched from there.
- To a door for programs it carries JSON of a bounded length and, where there are accounts, a user's key.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.accounts import Accounts
from qa.web.login import ADDRESS
from qa.web.seen import Asker

DOORS = ("/v1", "/mcp")
LONGEST = 1_000_000  # bytes of a request to a door for programs
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which a server may be spoken to; ``names`` of None is any, ``addresses`` whether any IP address.

    ``origins`` are further places, as host or host:port, where the page is shown: those of a reverse proxy.
    """

    names: frozenset[str] | None = LOCAL
    addresses: bool = False
    origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, host: str, exposed: bool, accounts: bool, root: str = "") -> "Hosts":
        """Return the names of a server on ``host``; ``root`` is the address, or only the path, at a reverse proxy.

        With accounts any name will do: a session's cookie belongs to the name it was made under.
        """
        proxy = urlsplit(root) if "://" in root else None
        origins = frozenset({proxy.netloc.lower()}) if proxy else frozenset[str]()
        names = LOCAL | {host.strip("[]").lower()} | ({proxy.hostname or ""} if proxy else set())
        if exposed:
            own = socket.gethostname().lower()
            names |= {own, own.partition(".")[0], f"{own.partition('.')[0]}.local"}
        return cls(None if accounts else names, exposed, origins)

    def holds(self, host: str) -> bool:
        """Return whether a Host header names this server."""
        name = _name(host)
        if self.names is None or name in self.names:
            return bool(name)
        return self.addresses and _is_address(name)

    def own(self, origin: str, host: str) -> bool:
        """Return whether an Origin header is of the page that this server shows under ``host``."""
        place = urlsplit(origin).netloc.lower()
        return bool(place) and (place == host.lower() or place in self.origins)


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # an IPv6 address in half a bracket
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def refused(status: int, message: str, code: str, wait: float = 0.0) -> JSONResponse:
    """Return an error in the form of OpenAI's API; ``wait`` in seconds until it is worth trying again."""
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    error = {"message": message, "type": kind if status < 500 else "api_error", "param": None, "code": code}
    headers = {"retry-after": str(round(wait + 0.5))} if wait else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse({"error": error}, status, headers)


class Guard:
    """ASGI middleware; what passes finds who asks in ``scope["state"]["asker"]``."""

    def __init__(self, app: ASGIApp, hosts: Hosts, accounts: Accounts | None = None) -> None:
        self._app, self._hosts, self._accounts = app, hosts, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers, address = Headers(scope=scope), (scope.get("client") or ("",))[0]
        ADDRESS.set(address)
        refusal = self._foreign(scope, headers)
        if refusal is None and scope["path"].startswith(DOORS):
            asker = self._asker(headers, address)
            body = await _body(receive) if scope.get("method") == "POST" else b""
            refusal = self._door(scope, headers, asker, body)
            if refusal is None and asker is not None and body is not None:
                scope.setdefault("state", {})["asker"] = asker
                receive = _again(body, receive) if scope.get("method") == "POST" else receive
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _foreign(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        """Refuse a host that is not this server, a page of another one, and to fetch one."""
        if "://" in scope["path"]:  # gradio's /file= fetches such an address and hands its page out as one of ours
            return refused(403, "nothing is fetched from other machines here; ask for a path of this one", "address")
        host = headers.get("host", "")
        if not self._hosts.holds(host):
            return refused(
                421, f"this server is not called {host!r}; behind a reverse proxy start it with --root-path URL", "host"
            )
        origin = headers.get("origin")
        foreign = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"
        if foreign or (origin is not None and not self._hosts.own(origin, host)):
            message = f"a web page of {origin or 'another site'} may not ask here; ask from this one or a program"
            return refused(403, message, "origin")
        return None

    def _asker(self, headers: Headers, address: str) -> Asker | None:
        """Return whose request it is, or None where there are accounts and it is nobody's."""
        if self._accounts is None:
            return Asker(None, address)
        kind, _, key = headers.get("authorization", "").partition(" ")
        user = self._accounts.holder(key.strip()) if kind.lower() == "bearer" else None
        return Asker(user, address) if user else None

    def _door(self, scope: Scope, headers: Headers, asker: Asker | None, body: bytes | None) -> JSONResponse | None:
        """Refuse what a door for programs does not take."""
        if asker is None:
            return refused(401, "a key is needed: Authorization: Bearer KEY (qa user key NAME)", "invalid_api_key")
        if body is None:
            return refused(413, f"a request has at most {LONGEST:,} bytes; send less history", "too_large")
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope.get("method") == "POST" and media != "application/json":
            return refused(415, f"a request is application/json; got {media or 'no content type'!r}", "content_type")
        return None


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request, or None where it is too long."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > LONGEST:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives the body once more and then what comes after it."""
    first: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        for message in first:
            return message
        return await receive()

    return again
