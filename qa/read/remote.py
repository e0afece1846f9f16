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
from urllib.parse import unquote, urlsplit

import httpx

from corpus.errors import ReaderError
from qa.answer import Turn
from qa.evidence import Evidence
from qa.prompt import LARGE, LARGE_BUDGET, SMALL_BUDGET, messages
from qa.read.draft import Draft
from qa.read.refused import explanation, refused, too_long
from qa.read.stream import Piece, drafts

CONNECT_SECONDS = 10.0  # a server that is there answers the connection at once

WAITS = (0.5, 1.0, 2.0)  # seconds before a request is made again
LONGEST_WAIT = 10.0  # seconds that a server may ask for; nobody waits longer for a first word
PASSING = frozenset({429, 502, 503, 504})  # a 500 comes again with the same prompt
NO_LIST = frozenset({404, 405, 500, 501})  # `transformers serve` fails to list where it has no cache
NO_SUCH_MODEL = frozenset({400, 404, 422})

# The number of weights in a model's name: SmolLM2-135M-Instruct, qwen3:0.6b. No call of the API tells it.
_WEIGHTS = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([mb])(?![a-z0-9])", re.IGNORECASE)


class RemoteReader:
    """Drafts answers with a model behind an OpenAI-compatible server; a :class:`qa.read.draft.Reader`."""

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        whole_passages: bool | None = None,
        budget: int | None = None,
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
                one (the best sentences); ``None`` does so unless the model's name tells fewer than a billion weights.
            budget: most tokens of sources in a prompt, estimated (see ``qa.prompt.tokens``); ``None`` is 500 for
                sentences and 3,000 for passages.
            max_tokens: longest draft in tokens, thoughts included.
            timeout: most seconds of silence before a reading is given up.

        Raises:
            ReaderError: the address is not an ``http(s)://`` URL.
        """
        try:
            url = httpx.URL(base_url.strip())
            urlsplit(base_url)  # refuses what httpx only stumbles over when it connects: "http://[x"
        except (httpx.InvalidURL, ValueError) as error:
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
        yield from drafts(self._stream(question, evidence, history))

    def _stream(
        self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> Generator[Piece, None, None]:
        """Yield the model's text in the pieces that the server sends.

        A server that serves one model may list others that lie beside it (``transformers serve``) or none: where
        nobody named a model and the first one is refused, the server is asked for the one it serves, by no name.
        """
        with self._named_errors(), self._client() as client:
            names: list[str | None] = [self._model] if self._model else [*self._models(client)[:1], None]
            for name in names:
                with self._answering(client, self._body(name, question, evidence, history)) as response:
                    if response.status_code == httpx.codes.OK:
                        yield from self._pieces(response)
                        return
                    if name == names[-1] or response.status_code not in NO_SUCH_MODEL or too_long(response):
                        raise refused(response, self._shown, name)

    def _body(
        self, model: str | None, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> dict[str, Any]:
        """Return the request that asks a model; the one that the server serves where the name is None."""
        weights = _WEIGHTS.search(model or "")
        small = weights is not None and float(weights[1]) * (1e6 if weights[2] in "mM" else 1e9) < LARGE
        whole = not small if self._whole is None else self._whole
        budget = self._budget or (LARGE_BUDGET if whole else SMALL_BUDGET)
        prompt = messages(question, evidence, history, whole_passages=whole, budget=budget)
        named = {"model": model} if model else {}
        return {**named, "messages": prompt, "stream": True, "temperature": 0, "max_tokens": self._max_tokens}

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
        """Return the names of the models that the server offers, at least one; none where it cannot list them."""
        response = client.get("models")
        if response.status_code in NO_LIST:
            return []
        if response.status_code != httpx.codes.OK:
            raise refused(response, self._shown, None)
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
                raise ReaderError(f"{self._shown} failed while answering ({explanation(event)}): look at its log")
            choices = event["choices"]
            if not choices:  # a last event that counts tokens
                return "", None
            return choices[0]["delta"].get("content") or "", choices[0].get("finish_reason")
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ReaderError(
                f"{self._shown} must stream chat.completion.chunk events, got {data.strip()[:80]!r}: "
                "check that it is an OpenAI-compatible server"
            ) from error

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


def _on_this_machine(host: str) -> bool:
    """Return whether ``host`` names this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
