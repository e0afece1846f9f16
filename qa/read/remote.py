"""The remote reader: an OpenAI-compatible server (vLLM, llama.cpp, Ollama, OpenAI) drafts the sentences.

Speaks ``GET /v1/models`` and ``POST /v1/chat/completions`` with server-sent events, as documented at
https://platform.openai.com/docs/api-reference/chat. The question and its evidence leave this machine when
the server is elsewhere; nothing else does. The key is read from the environment, sent in the header
only, and part of no message.
"""

import json
import os
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from ipaddress import ip_address
from time import sleep
from typing import Any
from urllib.parse import unquote

import httpx

from corpus.errors import ReaderError
from qa.answer import Turn
from qa.evidence import Evidence
from qa.prompt import messages
from qa.read.draft import Draft
from qa.read.stream import Piece, drafts

CONNECT_SECONDS = 10.0  # a server that is there answers the connection at once

WAITS = (0.5, 1.0, 2.0)  # seconds before a request is made again
LONGEST_WAIT = 10.0  # seconds that a server may ask for; nobody waits longer for a first word
PASSING = frozenset({429, 502, 503, 504})  # a 500 comes again with the same prompt

_TOO_LONG = re.compile(r"context|too long|maximum.{0,40}tokens|n_ctx|input length", re.IGNORECASE | re.DOTALL)


class RemoteReader:
    """Drafts answers with a model behind an OpenAI-compatible server; a :class:`qa.read.draft.Reader`."""

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        whole_passages: bool = True,
        budget: int = 12_000,
        max_tokens: int = 400,
        timeout: float = 120.0,
    ) -> None:
        """Remember where the server is; the first :meth:`read` is the first to talk to it.

        The key is ``QA_API_KEY``; for the host ``api.openai.com`` alone it may also be ``OPENAI_API_KEY``,
        so that a key for OpenAI never travels to another server.

        Args:
            base_url: ``http(s)://host[:port]``, with or without ``/v1``; ``#name`` at its end names the model.
            model: the name the server knows it by; ``None`` is the address's, or the first that the server lists.
            whole_passages: prompt for a large model (rules, and whole passages) rather than for a small
                one (the best sentences).
            budget: most characters of sources in a prompt (12,000 are about 3,000 tokens).
            max_tokens: longest draft in tokens, thoughts included.
            timeout: most seconds of silence before a reading is given up.

        Raises:
            ReaderError: the address is not an ``http(s)://`` URL.
        """
        try:
            url = httpx.URL(base_url.strip())
        except httpx.InvalidURL as error:
            raise ReaderError(f"a server's address reads http://host:port, got {base_url!r}: {error}") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise ReaderError(f"a server's address begins with http:// or https:// and a host, got {base_url!r}")
        path = url.path.rstrip("/")
        self._url = url.copy_with(path=path if path.endswith("/v1") else f"{path}/v1", query=None, fragment=None)
        self._shown = str(self._url.copy_with(userinfo=b""))
        model = model or unquote(url.fragment) or None
        self._model = model
        self.name = f"{model} at {self._shown}" if model else self._shown
        self._whole = whole_passages
        self._budget = budget
        self._max_tokens = max_tokens
        self._timeout = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        """Yield draft sentences as they arrive; no evidence, or the model's refusal, yields none.

        Closing the iterator closes the connection, which is how a server learns to stop.

        Raises:
            ReaderError: the server cannot be reached, refuses, knows no such model, falls silent, or
                answers something that is not a stream of chat completions.
        """
        if not evidence:
            return
        prompt = messages(question, evidence, history, whole_passages=self._whole, budget=self._budget)
        yield from drafts(self._stream(prompt))

    def _stream(self, prompt: list[dict[str, str]]) -> Generator[Piece, None, None]:
        """Yield the model's text in the pieces that the server sends."""
        with self._named_errors(), self._client() as client:
            model = self._model or self._models(client)[0]
            body = {
                "model": model,
                "messages": prompt,
                "stream": True,
                "temperature": 0,
                "max_tokens": self._max_tokens,
            }
            with self._answering(client, body) as response:
                if response.status_code != httpx.codes.OK:
                    raise self._refused(response, model)
                yield from self._pieces(response)

    @contextmanager
    def _answering(self, client: httpx.Client, body: dict[str, Any]) -> Iterator[httpx.Response]:
        """Ask, and ask again where the server is busy or breaks the connection before a word of its answer.

        A ``Retry-After`` of the server up to :data:`LONGEST_WAIT` is kept to.
        """
        for wait in (*WAITS, None):
            try:
                request = client.build_request("POST", "chat/completions", json=body)
                response = client.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if wait is None:
                    raise
                sleep(wait)
                continue
            with closing(response):
                if response.status_code != httpx.codes.OK:
                    response.read()
                if wait is None or response.status_code not in PASSING:
                    yield response
                    return
            asked = response.headers.get("retry-after", "")
            sleep(min(float(asked), LONGEST_WAIT) if asked.isdecimal() else wait)

    def _client(self) -> httpx.Client:
        """Return a client for this server; proxies of the environment are for servers elsewhere only."""
        key = os.environ.get("QA_API_KEY")
        if not key and self._url.host == "api.openai.com":
            key = os.environ.get("OPENAI_API_KEY")
        key = (key or "").strip()
        if not (key.isascii() and key.isprintable()):  # httpx would say so with the key in its message
            raise ReaderError(
                "an API key is printable ASCII, and the one in the environment is not: set QA_API_KEY anew"
            )
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(
            base_url=self._url, headers=headers, timeout=self._timeout, trust_env=not _on_this_machine(self._url.host)
        )

    def _models(self, client: httpx.Client) -> list[str]:
        """Return the names of the models that the server offers, at least one."""
        response = client.get("models")
        if response.status_code != httpx.codes.OK:
            raise self._refused(response, None)
        try:
            names = [str(entry["id"]) for entry in response.json()["data"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ReaderError(
                f"{self._shown}/models must list models as OpenAI's API does, got {response.text[:80]!r}: "
                "check that the address is that of an OpenAI-compatible server"
            ) from error
        if not names:
            raise ReaderError(f"{self._shown} offers no model: load one in the server first")
        return names

    def _pieces(self, response: httpx.Response) -> Generator[Piece, None, None]:
        """Yield the text of each server-sent event until the server says that it has finished."""
        for line in response.iter_lines():
            field, _, data = line.partition(":")
            if field != "data":
                continue  # blank lines, comments (":"), event names
            if data.strip() == "[DONE]":
                return
            text, reason = self._delta(data)
            if text or reason:
                yield Piece(text, cut=reason == "length")
            if reason:
                return
        raise ReaderError(f"{self._shown} broke off before its answer was finished: ask again, or look at its log")

    def _delta(self, data: str) -> tuple[str, str | None]:
        """Return the new text of one event, and why the model stopped if it did."""
        try:
            event: dict[str, Any] = json.loads(data)
            if event.get("error"):
                raise ReaderError(f"{self._shown} failed while answering ({_said(event)}): look at its log")
            choices = event["choices"]
            if not choices:  # a last event that counts tokens
                return "", None
            return choices[0]["delta"].get("content") or "", choices[0].get("finish_reason")
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ReaderError(
                f"{self._shown} must stream chat.completion.chunk events, got {data.strip()[:80]!r}: "
                "check that it is an OpenAI-compatible server"
            ) from error

    def _refused(self, response: httpx.Response, model: str | None) -> ReaderError:
        """Return the error that explains a status other than 200."""
        status = response.status_code
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):  # its text may repeat the key: not shown
            return ReaderError(f"{self._shown} wants a valid API key (HTTP {status}): set QA_API_KEY")
        try:
            said = _said(response.json())
        except ValueError:
            said = " ".join(response.text.split())[:200] or "no explanation"
        if status == httpx.codes.NOT_FOUND:
            what = f"model {model}" if model else "list of models"
            return ReaderError(
                f"{self._shown} has no {what} (HTTP 404: {said}): check the address, and the model's name in the server"
            )
        if status in (400, 413, 422) and _TOO_LONG.search(said):
            return ReaderError(
                f"the prompt is longer than {model} at {self._shown} reads ({said}): shorten the question, lower the "
                "reader's budget, or serve the model with a longer context"
            )
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return ReaderError(f"{self._shown} takes no more requests now (HTTP 429: {said}): wait, then ask again")
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return ReaderError(f"{self._shown} failed (HTTP {status}: {said}): look at its log, then ask again")
        return ReaderError(f"{self._shown} refused the request (HTTP {status}: {said}): check its address and model")

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turn httpx's network errors into :class:`ReaderError`."""
        try:
            yield
        except httpx.ConnectTimeout as error:
            raise ReaderError(f"{self._shown} does not answer the connection: check the address") from error
        except httpx.TimeoutException as error:
            seconds = self._timeout.read
            raise ReaderError(
                f"{self._shown} was silent for {seconds:g} s: give the reader a longer timeout or a smaller budget"
            ) from error
        except httpx.ConnectError as error:
            raise ReaderError(
                f"{self._shown} cannot be reached ({error}): start the server, or correct the address"
            ) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise ReaderError(
                f"{self._shown} broke the connection ({error}): ask again, or look at the server's log"
            ) from error


def _said(body: object) -> str:
    """Return the explanation inside an error body, in any of the shapes that servers use."""
    found: Any = body
    for key in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(key):
            found = found[key]
    return " ".join(str(found).split())[:200]


def _on_this_machine(host: str) -> bool:
    """Return whether ``host`` names this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
