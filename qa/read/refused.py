"""Why an OpenAI-compatible server refused a request, in one line that says what to do. No key is ever part of it."""

import re
from typing import Any

import httpx

from corpus.errors import ReaderError

_TOO_LONG = re.compile(r"context|too long|maximum.{0,40}tokens|n_ctx|input length", re.IGNORECASE | re.DOTALL)


def refused(response: httpx.Response, server: str, model: str | None) -> ReaderError:
    """Return the error that explains a status other than 200.

    Args:
        response: read to its end.
        server: the address as it may be shown.
        model: the name that was asked for; None where none was, or where the list of models was.
    """
    status = response.status_code
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):  # its text may repeat half of the key: not shown
        return ReaderError(f"{server} wants a valid API key (HTTP {status}): set QA_API_KEY")
    said = _said(response)
    if status == httpx.codes.NOT_FOUND:
        what = f"model {model}" if model else "chat completions"
        return ReaderError(
            f"{server} has no {what} (HTTP 404: {said}): check the address, and the model's name in the server"
        )
    if too_long(response):
        return ReaderError(
            f"the prompt is longer than {model or 'the model'} at {server} reads ({said}): shorten the question, lower "
            "the reader's budget, or serve the model with a longer context"
        )
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ReaderError(f"{server} takes no more requests now (HTTP 429: {said}): wait, then ask again")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ReaderError(f"{server} failed (HTTP {status}: {said}): look at its log, then ask again")
    return ReaderError(
        f"{server} refused the request (HTTP {status}: {said}): check its address, and name its model as #NAME"
    )


def too_long(response: httpx.Response) -> bool:
    """Return whether the server says that the prompt does not fit the model."""
    return response.status_code in (400, 413, 422) and bool(_TOO_LONG.search(_said(response)))


def explanation(body: object) -> str:
    """Return the explanation inside an error body, in any of the shapes that servers use, at most 200 characters."""
    found: Any = body
    for key in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(key):
            found = found[key]
    return " ".join(str(found).split())[:200]


def _said(response: httpx.Response) -> str:
    """Return what the response says, without the key that the request carried."""
    try:
        said = explanation(response.json())
    except ValueError:
        said = " ".join(response.text.split())[:200] or "no explanation"
    key = response.request.headers.get("authorization", "").removeprefix("Bearer ")
    return said.replace(key, "…") if key else said
