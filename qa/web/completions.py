"""OpenAI-compatible chat completions over an assistant: ``POST /v1/chat/completions`` and ``GET /v1/models``.

The last message of the user is the question; the messages of user and assistant before it are the history. Messages
of other roles (system, developer, tool) and settings of a model (temperature, max_tokens, tools) are ignored: an
answer is made of the documents' sentences. ``citations``, ``abstained`` and ``support`` (of each sentence, in [0, 1])
stand in the message, or in the last delta of a stream beside what OpenAI's API has. Usage is always 0: nothing is
metered, and the default reader has no tokens. A stream gives a verified sentence at a time.
"""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from corpus.errors import AccountError, GroundedError, QuestionError, TooMany
from qa.answer import Answer, Claim, Options
from qa.web.guard import refused
from qa.web.seen import Asker, Seen

MODEL = "grounded-qa"
ANSWERS = 4  # answers worked on at a time; further ones wait their turn
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
Open = Callable[[Asker], Seen]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the model, the question, the (question, answer) pairs before it, and how the answer is wanted."""

    model: object
    question: str
    history: tuple[tuple[str, str], ...]
    stream: bool
    usage: bool


def parsed(body: object) -> Asked:
    """Return what a request's JSON asks for.

    Raises:
        QuestionError: it is no such request, or has no question.
    """
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise QuestionError('a request is a JSON object with "model" and a list of "messages"; see the README')
    if body.get("n") not in (None, 1):
        raise QuestionError(f"one answer is given to a question; got n = {body['n']!r}; leave n out")
    form = body.get("response_format")
    if form is not None and not (isinstance(form, dict) and form.get("type") == "text"):
        raise QuestionError("an answer is plain text, in no other form; leave out response_format")
    turns = [turn for message in body["messages"] if (turn := _turn(message)) is not None]
    while turns and turns[-1][0] != "user":
        turns.pop()
    if not turns:
        raise QuestionError("a request has a message of the role user, which is the question; got none")
    options = body.get("stream_options")
    wants_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    return Asked(body.get("model"), turns[-1][1], tuple(_pairs(turns[:-1])), bool(body.get("stream")), wants_usage)


def _turn(message: object) -> tuple[str, str] | None:
    """Return role and text of a message of the conversation, None for one of another role."""
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(role, str):
        raise QuestionError(f'a message is an object with "role" and "content"; got {str(message)[:80]!r}')
    if role not in ("user", "assistant"):
        return None
    content = message.get("content")
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        if len(texts) < len(content):
            raise QuestionError("of a message only text parts are read; leave pictures, sound and files out")
        content = "\n".join(str(text) for text in texts)
    if role == "user" and not isinstance(content, str):
        raise QuestionError("the content of a message is a string or a list of text parts")
    return role, content or ""


def _pairs(turns: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the exchanges of a conversation; what was not answered has an empty answer."""
    pairs: list[tuple[str, str]] = []
    for role, text in turns:
        if role == "user":
            pairs.append((text, ""))
        elif pairs:
            asked, told = pairs[-1]
            pairs[-1] = (asked, f"{told}\n{text}".strip())
    return pairs


def grounds(answer: Answer) -> dict[str, Any]:
    """Return what an answer has beyond OpenAI's API: its citations, whether it abstained, each sentence's support."""
    told = answer.to_dict()
    cited = {c["n"]: c for claim in told["claims"] for c in claim["citations"]}
    support = [{"text": claim["text"], "support": claim["support"]} for claim in told["claims"]]
    return {"citations": [cited[n] for n in sorted(cited)], "abstained": told["abstained"], "support": support}


class Completions:
    """The routes; ``open_`` gives the assistant as an asker may use it."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._places = anyio.CapacityLimiter(ANSWERS)

    @property
    def routes(self) -> list[Route]:
        """What a server serves."""
        return [
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
            Route("/v1/models", self.models),
            Route("/v1/models/{name:path}", self.model),
            Route("/v1/{rest:path}", self.unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def models(self, request: Request) -> Response:
        """List the product as a model, and once more for each reader that can be chosen."""
        names = _names(self._open(request.state.asker))
        return JSONResponse({"object": "list", "data": [_model(name) for name in names]})

    async def model(self, request: Request) -> Response:
        """Describe a model."""
        name, names = request.path_params["name"], _names(self._open(request.state.asker))
        return JSONResponse(_model(name)) if name in names else _unknown(name, names)

    async def unknown(self, request: Request) -> Response:
        """Tell what is served under ``/v1``; else the page would answer."""
        return refused(404, "served are /v1/models and, by POST, /v1/chat/completions", "unknown_url")

    async def complete(self, request: Request) -> Response:
        """Answer a question, at once or sentence by sentence."""
        try:
            asked = parsed(await request.json())
        except (ValueError, RecursionError) as error:  # neither JSON nor text, or nested without end
            return refused(400, f"a request is JSON, and this is not: {error}", "invalid_json")
        except QuestionError as error:
            return failed(error)
        seen = self._open(request.state.asker)
        if asked.model not in (names := _names(seen)):
            return _unknown(asked.model, names)
        steps = self._steps(seen, asked)
        try:
            first = await anext(steps)  # before the first byte is sent, an error still has a status of its own
        except GroundedError as error:
            return failed(error)
        if asked.stream:
            return StreamingResponse(_events(first, steps, asked), media_type="text/event-stream")
        async with aclosing(steps):
            last = first
            try:
                while not isinstance(last, Answer):
                    if await request.is_disconnected():
                        return Response(status_code=499)  # nobody is there to read it
                    last = await anext(steps)
            except GroundedError as error:
                return failed(error)
        message = {"role": "assistant", "content": last.text, "refusal": None, **grounds(last)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return JSONResponse({**_head("chat.completion", asked), "choices": [choice], "usage": USAGE})

    async def _steps(self, seen: Seen, asked: Asked) -> AsyncGenerator[Claim | Answer, None]:
        """Yield the claims and the answer, each made in a thread; the answering stops when the reading does."""
        reader = str(asked.model).removeprefix(MODEL).removeprefix(":")
        made = seen.stream(asked.question, asked.history, options=Options(reader=reader or None))
        try:
            while True:
                step = await anyio.to_thread.run_sync(next, made, None, limiter=self._places)
                if step is None:
                    return
                yield step
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(made.close)


async def _events(
    step: Claim | Answer, steps: AsyncGenerator[Claim | Answer, None], asked: Asked
) -> AsyncIterator[str]:
    """Yield an answer as server-sent events: what each sentence adds to the text, then the grounds of all of it."""
    head = _head("chat.completion.chunk", asked)
    claims: tuple[Claim, ...] = ()
    told = ""
    async with aclosing(steps):
        yield _event(head, {"role": "assistant", "content": ""})
        try:
            while isinstance(step, Claim):
                claims = (*claims, step)
                text = Answer(asked.question, claims).text
                yield _event(head, {"content": text.removeprefix(told)})  # a text only grows, markers included
                told = text
                step = await anext(steps)
        except GroundedError as error:
            yield f"data: {bytes(failed(error).body).decode()}\n\n"
            return
    assert isinstance(step, Answer)
    if rest := step.text.removeprefix(told):
        yield _event(head, {"content": rest})
    yield _event(head, grounds(step), "stop")
    if asked.usage:
        yield f"data: {json.dumps({**head, 'choices': [], 'usage': USAGE})}\n\n"
    yield "data: [DONE]\n\n"


def failed(error: GroundedError) -> JSONResponse:
    """Return what went wrong, in the form of OpenAI's API."""
    match error:
        case QuestionError():
            return refused(400, str(error), "invalid_question")
        case TooMany():
            return refused(429, str(error), "rate_limit_exceeded", error.wait)
        case AccountError():
            return refused(403, str(error), "not_yours")
        case _:
            return refused(503, str(error), "unavailable")


def _names(seen: Seen) -> list[str]:
    """Return what can be named as a model: the product, and it with each of its readers where there are several."""
    readers = list(seen.readers)
    return [MODEL, *(f"{MODEL}:{reader}" for reader in readers if len(readers) > 1)]


def _unknown(model: object, names: Sequence[str]) -> JSONResponse:
    there = ", ".join(map(repr, names))
    return refused(404, f"the models here are {there}; got {model!r}; see GET /v1/models", "model_not_found")


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


def _head(kind: str, asked: Asked) -> dict[str, Any]:
    return {"id": f"chatcmpl-{token_hex(12)}", "object": kind, "created": int(time.time()), "model": asked.model}


def _event(head: dict[str, Any], delta: dict[str, Any], reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n"
