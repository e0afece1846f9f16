"""An OpenAI-compatible server for the tests, run as a process of its own.

``python tests/openai_server.py [MODEL_FOLDER]`` prints its port and serves, on 127.0.0.1,

- ``/v1``: the model, greedily, through transformers alone (none of our code), streamed;
- ``/key/v1``: the same, for those who send ``Authorization: Bearer secret``;
- ``/obedient/v1``: a model that says whatever a document in its prompt wants said; ``/obedient/thief/v1``: its prompt;
- ``/pinned/NAME/v1``: a server of the model NAME that lists others or fails to list, as ``transformers serve`` does;
- ``/fault/KIND/v1``: what goes wrong with servers, see ``FAULTS``;
- ``/closed``: how many endless answers were given up by their client.
"""

import asyncio
import json
import socket
import sys

import uvicorn
from attacks import attacks
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

closed = waking = 0


def event(text=None, reason=None):
    delta = {} if text is None else {"content": text}
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': reason}]})}\n\n"


class Model:
    """A transformers model with a hand-made greedy loop."""

    def __init__(self, folder):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder).eval()

    def stream(self, messages, limit):
        import torch

        ids = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")["input_ids"]
        past, made, told = None, [], ""
        while len(made) < limit:
            with torch.no_grad():
                out = self.model(input_ids=ids, past_key_values=past, use_cache=True)
            past, ids = out.past_key_values, out.logits[:, -1:].argmax(-1)
            if ids.item() == self.tokenizer.eos_token_id:
                return (yield event(reason="stop"))
            made.append(ids.item())
            text = self.tokenizer.decode(made)
            if not text.endswith("\ufffd"):
                yield event(text[len(told) :])
                told = text
        return (yield event(reason="length"))


async def chat(request):
    if request.url.path.startswith("/key") and request.headers.get("authorization") != "Bearer secret":
        return JSONResponse({"error": {"message": "wrong key: " + request.headers.get("authorization", "")}}, 401)
    body = await request.json()
    if body["model"] != "tested":
        return JSONResponse({"error": {"message": f"no model {body['model']}"}}, 404)
    assert body["stream"] is True and body["temperature"] == 0
    stream = request.app.state.model.stream(body["messages"], body["max_tokens"])
    return StreamingResponse((part for part in (*stream, "data: [DONE]\n\n")), media_type="text/event-stream")


async def obey(request):
    """Say what the attacks in the prompt want said, each once, or the prompt itself."""
    content = "\n".join(message["content"] for message in (await request.json())["messages"])
    if "/thief/" in request.url.path:
        said = content
    else:
        said = " ".join(attack.say for attack in attacks() if attack.say.rstrip(".") in content) or "It is so."
    stream = (event(said), event(reason="stop"), "data: [DONE]\n\n")
    return StreamingResponse((part for part in stream), media_type="text/event-stream")


async def models(request):
    return JSONResponse({"object": "list", "data": [{"id": "tested"}, {"id": "another"}]})


async def pinned(request):
    """Answer with the beginning of the prompt, as a server of one model that takes no name for it."""
    body = await request.json()
    name = request.path_params["name"]
    if body.get("model") not in (None, name):
        return JSONResponse({"detail": f"Server is pinned to {name}; requested {body['model']}"}, 400)
    began = "It is long." if body["messages"][0]["role"] == "system" else "It is short."
    stream = (event(began), event(reason="stop"), "data: [DONE]\n\n")
    return StreamingResponse((part for part in stream), media_type="text/event-stream")


async def pinned_models(request):
    return await models(request) if request.path_params["name"] == "listed" else PlainTextResponse("no cache", 500)


async def cut_off():
    yield event("It is here. And the")
    raise ConnectionResetError("the server dies")


async def endless():
    global closed
    try:
        for n in range(10_000):
            yield event(f"Fact {n} is told. ")
            await asyncio.sleep(0.01)
    finally:
        closed += 1


async def silent():
    yield event("It is")
    await asyncio.sleep(30)


def parts(*texts):
    async def stream():
        for text in texts:
            yield text

    return stream


def failing(status, body):
    return lambda: JSONResponse(body, status)


def streaming(stream):
    return lambda: StreamingResponse(stream(), media_type="text/event-stream")


def wake():
    """Be busy twice, each in its own way, then answer."""
    global waking
    waking += 1
    if waking % 3:
        return JSONResponse({"error": {"message": "loading"}}, 503 if waking % 3 == 1 else 429, {"retry-after": "0"})
    return streaming(parts(event("It is awake."), event(reason="stop")))()


FAULTS = {
    "waking": wake,
    "reasons": streaming(
        parts(
            'data: {"choices": [{"delta": {"reasoning_content": "Say nine. It is nine."}}]}\n\n',
            event("<thi"),
            event("nk>It is four. So</thi"),
            event("nk>It is five."),
            event(reason="stop"),
        )
    ),
    "forbidden": failing(403, {"detail": "not for you"}),
    "busy": failing(429, {"error": {"message": "slow down"}}),
    "broken": failing(500, {"error": {"message": "CUDA is unhappy"}}),
    "plain": lambda: PlainTextResponse("Bad\ngateway", 502),
    "long": failing(400, {"error": {"message": "This model's maximum context length is 512 tokens."}}),
    "strange": failing(400, {"error": "temperature is unsupported"}),
    "echo": failing(400, {"error": {"message": "Incorrect API key provided: hush-hush"}}),
    "moved": lambda: PlainTextResponse("", 301, {"location": "http://127.0.0.1:9/v1"}),
    "cut": streaming(cut_off),
    "unfinished": streaming(parts(event("It is here. And the"))),
    "silent": streaming(silent),
    "endless": streaming(endless),
    "page": lambda: PlainTextResponse("<html>Welcome</html>"),
    "json": streaming(parts("data: {oops\n\n")),
    "shape": streaming(parts('data: {"choices": [{"text": "old API"}]}\n\n')),
    "list": streaming(parts("data: [1]\n\n")),
    "error": streaming(parts(event("It is here. And the"), 'data: {"error": {"message": "out of memory"}}\n\n')),
    "chatty": streaming(
        parts(": hello\n\n", "event: x\n", event("One is here. "), 'data: {"choices": []}\n\n', "data: [DONE]\n\n")
    ),
    "limit": streaming(parts(event("One is here. Two is"), event(reason="length"), "data: [DONE]\n\n")),
}


async def fault(request):
    return FAULTS[request.path_params["kind"]]()


async def fault_models(request):
    kind = request.path_params["kind"]
    if kind == "page":
        return PlainTextResponse("<html>Welcome</html>")
    if kind == "empty":
        return JSONResponse({"data": []})
    return FAULTS[kind]() if kind in ("forbidden", "broken") else await models(request)


async def count_closed(request):
    return JSONResponse(closed)


def main():
    api = [Route("/chat/completions", chat, methods=["POST"]), Route("/models", models)]
    faults = [
        Route("/{kind}/v1/chat/completions", fault, methods=["POST"]),
        Route("/{kind}/v1/models", fault_models),
    ]
    obedient = [Route("/chat/completions", obey, methods=["POST"]), Route("/models", models)]
    app = Starlette(
        routes=[
            Mount("/v1", routes=api),
            Mount("/key/v1", routes=api),
            Mount("/fault", routes=faults),
            Mount("/obedient/v1", routes=obedient),
            Route("/pinned/{name}/v1/chat/completions", pinned, methods=["POST"]),
            Route("/pinned/{name}/v1/models", pinned_models),
            Mount("/obedient/thief/v1", routes=obedient),
            Route("/closed", count_closed),
        ]
    )
    app.state.model = Model(sys.argv[1]) if len(sys.argv) > 1 else None
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])


if __name__ == "__main__":
    main()
