"""The Model Context Protocol: tools with which an assistant of another program asks, searches and lists the documents.

Served over streamable HTTP at ``/mcp``, or on standard input and output, the form that desktop programs start.
Needs the package ``mcp`` (extra ``mcp``), which only :func:`make_server` loads.
"""

from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from starlette.applications import Starlette

from corpus.errors import DoorError, GroundedError
from qa.answer import Answer, Strictness
from qa.system import Assistant
from qa.web import shapes
from qa.web.seen import MOST, Access, Asker, Seen
from qa.web.shapes import AnswerShape, DocumentShape, PassageShape, answer_shape, history_pairs, passages, way

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

ANSWERS = 4  # tools at work at a time; further ones wait their turn
INSTRUCTIONS = (
    "Answers questions from a person's own documents. Every sentence of an answer is cited to the exact words of a "
    "source and was checked against them. Where `abstained` is true the documents do not hold the answer: say so."
)
QUESTION = "A question in plain words, 1 to 2,000 characters."
HISTORY = 'Earlier exchanges of the conversation, [["question", "answer"], …], oldest first.'
CHOSEN = "Ids of the documents to ask, as the tool `documents` lists them; all by default."
STRICTNESS = "How sure the evidence has to be; the stricter, the more is refused."
K = f"How many passages to return, 1 to {MOST}."


def needed() -> None:
    """Raise where the package ``mcp`` is not installed.

    Raises:
        DoorError: it is missing; the message says how to get it.
    """
    if find_spec("mcp") is None:
        raise DoorError("the Model Context Protocol needs the package mcp; run `pip install 'grounded-qa[mcp]'`")


def make_server(open_: Callable[[Asker], Seen]) -> "MCPServer":
    """Return a server with the tools ``ask``, ``search`` and ``documents``, all of which only read.

    ``open_`` gives the assistant as an asker may use it.

    Raises:
        DoorError: the package ``mcp`` is missing.
    """
    needed()
    from mcp.server.mcpserver import Context, MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import CallToolResult, TextContent, ToolAnnotations
    from pydantic import Field

    server = MCPServer(
        "grounded-qa",
        title="Grounded QA",
        instructions=INSTRUCTIONS,
        version=version("grounded-qa"),
        log_level="WARNING",
        subscriptions=False,
    )
    places = anyio.CapacityLimiter(ANSWERS)
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    async def read(context: Context, make: Callable[[Seen], Any]) -> Any:  # noqa: ANN401
        """Return what ``make`` makes of the assistant as the caller may use it; runs in a thread."""
        request = context.request_context.request  # None on standard input: whoever starts a program there owns it
        asker = Asker() if request is None else request.state.asker
        try:
            return await anyio.to_thread.run_sync(make, open_(asker), limiter=places)
        except GroundedError as error:
            raise ToolError(str(error)) from error

    async def ask(
        question: Annotated[str, Field(description=QUESTION)],
        context: Context,
        history: Annotated[list[list[str]] | None, Field(description=HISTORY)] = None,
        documents: Annotated[list[str] | None, Field(description=CHOSEN)] = None,
        strictness: Annotated[Strictness, Field(description=STRICTNESS)] = "usual",
    ) -> Annotated[CallToolResult, AnswerShape]:
        """Answer a question from the documents; each sentence has markers [n] of the quotes that carry it."""
        answer: Answer = await read(
            context, lambda seen: seen.ask(question, history_pairs(history), documents, way(strictness))
        )
        shape = dict(answer_shape(answer))
        return CallToolResult(content=[TextContent(type="text", text=readable(answer))], structured_content=shape)

    async def search(
        question: Annotated[str, Field(description=QUESTION)],
        context: Context,
        k: Annotated[int, Field(description=K, ge=1, le=MOST)] = 5,
    ) -> list[PassageShape]:
        """Find the passages of the documents that are nearest to a question, best first."""
        found: list[PassageShape] = await read(context, lambda seen: passages(seen, question, k))
        return found

    async def list_documents(context: Context) -> list[DocumentShape]:
        """List the documents that can be asked."""
        listed: list[DocumentShape] = await read(context, shapes.documents)
        return listed

    server.add_tool(ask, title="Ask the documents", annotations=reads, structured_output=True)
    server.add_tool(search, title="Search the documents", annotations=reads, structured_output=True)
    server.add_tool(list_documents, "documents", title="List the documents", annotations=reads, structured_output=True)
    return server


def readable(answer: Answer) -> str:
    """Return an answer with its quotes, or with the nearest passages where it abstained, for a model to read."""
    cited = answer.numbered
    head = "Sources" if answer.citations else "Nearest passages, which do not answer it"
    lines = [answer.text, *([f"\n{head}:"] if cited else [])]
    for n, citation in enumerate(cited, start=1):
        page = f", p. {citation.passage.page}" if citation.passage.page else ""
        lines.append(f"[{n}] {citation.title} ({citation.passage.doc_id}{page}): “{' '.join(citation.quote.split())}”")
    return "\n".join(lines)


def mounted(server: "MCPServer") -> Starlette:
    """Return the server as an application that serves ``/mcp``; hosts and origins are the guard's to check."""
    from mcp.server.transport_security import TransportSecuritySettings

    settings = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(stateless_http=True, json_response=True, transport_security=settings)


def serve_stdio(assistant: Assistant) -> None:
    """Serve the tools on standard input and output until the input ends."""
    access = Access(assistant.index)
    server = make_server(lambda asker: Seen(assistant, access, lambda: asker))
    anyio.run(server.run_stdio_async)
