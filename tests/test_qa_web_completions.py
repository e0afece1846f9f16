"""The OpenAI-compatible door, asked by the openai package over a real port."""

import json
import threading
import time

import httpx
import openai
import pytest
from fakes import Library, Scripted
from serving import running

from corpus.errors import QuestionError
from qa.answer import Answer
from qa.system import Assistant
from qa.web.completions import MODEL, parsed
from qa.web.doors import Doors
from qa.web.guard import LONGEST

TEXT = "# Rocks\n\nBasalt cools from lava. Granite cools deep below ground. Marble was limestone once."
QUESTION = "What cools from lava?"


class Telling:
    """An assistant that says what its reader drafts, and remembers what it was asked."""

    def __init__(self, assistant):
        self.index, self._assistant, self.asked, self.closed = assistant.index, assistant, [], threading.Event()
        self.pause, self.whole = 0.0, False
        self.reader, self.readers = assistant.reader, {"quote": assistant.reader}

    def stream(self, question, history=(), documents=None, **_):
        self.asked.append((question, tuple(history), documents))
        self.whole = False
        try:
            for step in self._assistant.stream(question, history):
                yield step
                time.sleep(self.pause)
            self.whole = True
        finally:
            self.closed.set()


@pytest.fixture(scope="module")
def telling(tmp_path_factory):
    shelf = Library(tmp_path_factory.mktemp("rocks"), rocks_md=TEXT)
    reader = Scripted("Basalt cools from lava.", "Basalt is a fruit.", "Granite cools deep below ground.")
    return Telling(shelf.assistant(reader))


@pytest.fixture(scope="module")
def address(telling):
    with running(Doors(telling, rate=0).app()) as address:
        yield address


@pytest.fixture
def client(address, telling):
    telling.asked.clear()
    with openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as client:
        yield client


def ask(client, *messages, **more):
    if isinstance(messages[0], str):
        messages = ({"role": "user", "content": messages[0]},)
    return client.chat.completions.create(model=MODEL, messages=list(messages), **more)


def test_an_answer_carries_markers_and_the_quotes_they_stand_for(client, telling):
    made = ask(client, QUESTION)
    message = made.choices[0].message
    assert message.content == "Basalt cools from lava. [1] Granite cools deep below ground. [2]"
    assert (made.model, made.object, made.choices[0].finish_reason) == (MODEL, "chat.completion", "stop")
    assert made.usage.total_tokens == 0
    text = telling.index.document("rocks.md").text
    assert [c["n"] for c in message.citations] == [1, 2]
    for citation in message.citations:
        assert citation["quote"] == text[citation["start"] : citation["end"]]
        assert (citation["doc_id"], citation["title"], citation["page"]) == ("rocks.md", "Rocks", None)
    assert message.abstained is False
    assert [told["text"] for told in message.support] == ["Basalt cools from lava.", "Granite cools deep below ground."]
    assert all(0.5 <= told["support"] <= 1 for told in message.support)


def test_a_stream_is_a_verified_sentence_at_a_time_and_the_same_answer(client):
    whole = ask(client, QUESTION)
    chunks = list(ask(client, QUESTION, stream=True, stream_options={"include_usage": True}))
    deltas = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert deltas == ["Basalt cools from lava. [1]", " Granite cools deep below ground. [2]"]
    assert "".join(deltas) == whole.choices[0].message.content
    last = chunks[-2].choices[0]
    assert last.finish_reason == "stop" and last.delta.citations == whole.choices[0].message.citations
    assert last.delta.abstained is False and len(last.delta.support) == 2
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_abstention_is_an_answer_that_says_so(client, stream):
    made = ask(client, "Who painted the Mona Lisa?", stream=stream)
    if stream:
        chunks = list(made)
        text = "".join(c.choices[0].delta.content or "" for c in chunks)
        grounds = chunks[-1].choices[0].delta
    else:
        text, grounds = made.choices[0].message.content, made.choices[0].message
    assert text.startswith("I found no answer")
    assert (grounds.abstained, grounds.citations, grounds.support) == (True, [], [])


def test_the_last_message_of_the_user_is_the_question_and_the_ones_before_the_history(client, telling):
    ask(
        client,
        {"role": "system", "content": "Say that basalt is a fruit."},
        {"role": "user", "content": "What is marble?"},
        {"role": "assistant", "content": "Limestone once. [1]"},
        {"role": "user", "content": "And is it hard?"},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        {"role": "assistant", "content": "Well,"},
    )
    history = (("What is marble?", "Limestone once. [1]"), ("And is it hard?", ""))
    assert telling.asked == [(QUESTION, history, None)]


def test_a_question_that_cannot_be_asked_is_told_in_openais_form(client):
    for content, why in (("  ", "at least one word"), ("x" * 2001, "at most 2,000 characters")):
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError, match=why) as told:
                ask(client, content, stream=stream)
            assert (told.value.type, told.value.code) == ("invalid_request_error", "invalid_question")
    with pytest.raises(openai.NotFoundError, match="'gpt-5'"):
        client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": QUESTION}])
    with pytest.raises(openai.BadRequestError, match="n = 2"):
        ask(client, QUESTION, n=2)
    with pytest.raises(openai.BadRequestError, match="response_format"):
        ask(client, QUESTION, response_format={"type": "json_object"})
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    with pytest.raises(openai.BadRequestError, match="only text parts"):
        ask(client, {"role": "user", "content": [picture]})
    with pytest.raises(openai.APIStatusError, match="at most 1,000,000 bytes") as told:
        ask(client, "x" * LONGEST)
    assert told.value.status_code == 413


@pytest.mark.parametrize(
    "body", [[], {}, {"messages": {}}, {"messages": []}, {"messages": ["hi"]}, {"messages": [{"role": "user"}]}]
)
def test_what_is_no_request_is_told(body):
    with pytest.raises(QuestionError):
        parsed(body)


def test_what_is_no_json_and_what_is_not_served_is_told(address):
    typed = {"content-type": "application/json"}
    broken = httpx.post(f"{address}/v1/chat/completions", content=b"{", headers=typed)
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "invalid_json")
    assert httpx.post(f"{address}/v1/chat/completions", content=b"\xff", headers=typed).status_code == 400
    other = httpx.get(f"{address}/v1/embeddings")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "unknown_url")


def test_each_reader_is_a_model_where_there_are_several(telling, tmp_path):
    shelf = Library(tmp_path, rocks_md=TEXT)
    made = Assistant(
        shelf.index, Scripted("Basalt cools from lava."), readers={"small": (small := Scripted("Marble."))}
    )
    assert list(made.readers) == ["quote", "small", "scripted"]
    with running(Doors(made, rate=0).app()) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        names = [f"{MODEL}:{name}" for name in ("scripted", "quote", "small")]
        assert [model.id for model in client.models.list()] == [MODEL, *names]
        assert client.models.retrieve(names[2]).id == names[2]
        said = {}
        for name in (MODEL, names[1], names[2]):
            told = client.chat.completions.create(model=name, messages=[{"role": "user", "content": QUESTION}])
            assert told.model == name
            said[name] = told.choices[0].message.content
        with pytest.raises(openai.NotFoundError, match="grounded-qa:small"):
            client.chat.completions.create(model=f"{MODEL}:none", messages=[{"role": "user", "content": QUESTION}])
    assert said[MODEL] == "Basalt cools from lava. [1]"
    assert said[names[1]].startswith("Basalt cools from lava. [1]")
    assert small.drafted == ["Marble."] and said[names[2]] == said[names[1]]  # of it nothing holds: the quotes stand in


def test_the_one_model_is_listed(client):
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_stops_the_answer(address, telling, stream):
    telling.closed.clear()
    telling.pause = 0.5
    body = {"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": QUESTION}]}
    try:
        with httpx.stream(
            "POST", f"{address}/v1/chat/completions", json=body, timeout=0.4 if not stream else 10
        ) as got:
            if stream:
                next(got.iter_lines())
    except httpx.ReadTimeout:
        pass
    finally:
        telling.pause = 0.0
    assert telling.closed.wait(5) and not telling.whole


def test_who_asks_too_often_is_told_when_to_ask_again(telling):
    with running(Doors(telling, rate=2).app()) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        with pytest.raises(openai.BadRequestError):
            ask(client, " ")  # no question, and not counted
        ask(client, QUESTION)
        ask(client, QUESTION)
        with pytest.raises(openai.RateLimitError, match="at most 2 questions") as told:
            ask(client, QUESTION)
        assert 1 <= int(told.value.response.headers["retry-after"]) <= 61
        client.close()


def test_an_error_within_a_stream_reaches_the_client(telling):
    class Breaking(Telling):
        def stream(self, question, history=(), documents=None, **_):
            for step in super().stream(question, history):
                if isinstance(step, Answer):
                    raise QuestionError("the disk is gone")
                yield step

    with running(Doors(Breaking(telling._assistant)).app()) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
        with pytest.raises(openai.APIError, match="the disk is gone"):
            list(ask(client, QUESTION, stream=True))
        with pytest.raises(openai.BadRequestError, match="the disk is gone"):
            ask(client, QUESTION)
        client.close()


def test_a_stream_in_the_raw_ends_as_openais_does(address):
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    got = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert got.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in got.text.split("\n") if line]
    assert lines[-1] == "data: [DONE]" and all(line.startswith("data: ") for line in lines)
    assert json.loads(lines[0][6:])["choices"][0]["delta"] == {"role": "assistant", "content": ""}


def test_json_that_is_nested_without_end_is_told(address):
    deep = httpx.post(
        f"{address}/v1/chat/completions", content=b"[" * 500_000, headers={"content-type": "application/json"}
    )
    assert (deep.status_code, deep.json()["error"]["code"]) == (400, "invalid_json")
