"""The Model Context Protocol, spoken by the real client over HTTP and over standard input and output."""

import sys
from pathlib import Path

import anyio
import httpx
import pytest
from fakes import Library
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from serving import running

import qa.web.mcp
from corpus.errors import DoorError
from qa.web.accounts import Accounts
from qa.web.doors import Doors

ROOT = Path(__file__).resolve().parent.parent
TEXT = "# Rocks\n\nBasalt cools from lava. Granite cools deep below ground."
QUESTION = "Which kind of rock cools from lava?"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("rocks"), encoder, rocks_md=TEXT)


def speak(server, talk, **options):
    """Connect the client to a server and have it talk."""

    async def run():
        async with Client(server, **options) as client:
            return await talk(client)

    return anyio.run(run)


async def everything(client):
    """List the tools and use each; returns what came back."""
    tools = (await client.list_tools()).tools
    asked = await client.call_tool("ask", {"question": QUESTION, "history": [["What is soup?", "A dish."]]})
    found = await client.call_tool("search", {"question": QUESTION, "k": 1})
    listed = await client.call_tool("documents", {})
    wrong = await client.call_tool("ask", {"question": " "})
    return tools, asked, found, listed, wrong


def check(tools, asked, found, listed, wrong):
    assert [tool.name for tool in tools] == ["ask", "search", "documents"]
    for tool in tools:
        assert tool.annotations.read_only_hint and not tool.annotations.destructive_hint
        assert tool.description and tool.output_schema["type"] == "object"
        assert "context" not in tool.input_schema["properties"]
    assert set(tools[0].input_schema["properties"]) == {"question", "history", "documents", "strictness"}
    assert tools[0].input_schema["required"] == ["question"]
    assert {"text", "abstained", "claims"} <= set(tools[0].output_schema["properties"])
    claim = asked.structured_content["claims"][0]
    [quote] = claim["citations"]
    assert quote["quote"] == "Basalt cools from lava."
    assert asked.structured_content["abstained"] is False
    assert asked.content[0].text.startswith("Basalt cools from lava. [1]")
    assert "[1] Rocks (rocks.md): “Basalt cools from lava.”" in asked.content[0].text
    [passage] = found.structured_content["result"]
    assert passage["doc_id"] == "rocks.md" and "Basalt" in passage["text"] and passage["score"] > 0
    assert [document["title"] for document in listed.structured_content["result"]] == ["Rocks"]
    assert wrong.is_error and "at least one word" in wrong.content[0].text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(shelf, mode):
    with running(Doors(shelf.assistant(), mcp=True).app()) as address:
        check(*speak(f"{address}/mcp", everything, mode=mode))
        assert httpx.post(f"{address}/mcp", json={}, headers={"origin": "http://evil.example"}).status_code == 403


def test_over_standard_input_and_output(shelf, tmp_path):
    arguments = ["-m", "qa", "mcp", "--index", str(shelf.directory)]
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT)
    check(*speak(server, everything))


def test_over_http_with_accounts(tmp_path):
    shelf = Library(tmp_path, rocks_md=TEXT)
    accounts = Accounts(shelf.directory)
    accounts.add("ann", "correct horse")
    key = accounts.new_key("ann")
    with running(Doors(shelf.assistant(), accounts=True, mcp=True, rate=1).app()) as address:
        assert httpx.post(f"{address}/mcp", json={}).status_code == 401

        async def run():
            async with (
                httpx_client({"authorization": f"Bearer {key}"}) as http,
                Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
            ):
                first = await client.call_tool("ask", {"question": QUESTION})
                return first, await client.call_tool("ask", {"question": QUESTION})

        first, second = anyio.run(run)
        assert not first.is_error
        assert second.is_error and "at most 1 questions" in second.content[0].text


def httpx_client(headers):
    import httpx2

    return httpx2.AsyncClient(headers=headers, timeout=30)


def test_without_its_package_the_remedy_is_told(monkeypatch, shelf):
    monkeypatch.setattr(qa.web.mcp, "find_spec", lambda name: None)
    with pytest.raises(DoorError, match=r"pip install 'grounded-qa\[mcp\]'"):
        Doors(shelf.assistant(), mcp=True)
