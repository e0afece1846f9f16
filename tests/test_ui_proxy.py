"""The page behind a reverse proxy that shows it below a path of its own, in a real browser."""

from contextlib import asynccontextmanager

import httpx
import pytest
from browser import PATIENCE, answered, ask, opened, said, served, shot, slow_model, view
from serving import running
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

PREFIX = "/qa"
HOPS = {"connection", "transfer-encoding", "keep-alive"}  # headers of one connection


class Proxy:
    """Hands what is asked below ``/qa`` to a server that knows no such path; notes all that is asked elsewhere."""

    def __init__(self):
        self.target = ""
        self.strays = []
        routes = [Route("/{path:path}", self.handed, methods=["GET", "POST", "HEAD", "PUT", "DELETE"])]
        self.app = Starlette(routes=routes, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _):
        async with httpx.AsyncClient(timeout=None) as self.client:
            yield

    async def handed(self, request):
        path = request.url.path
        if not path.startswith(f"{PREFIX}/"):
            self.strays.append(path)
            return PlainTextResponse("not here", 404)
        url = httpx.URL(self.target + path.removeprefix(PREFIX), query=request.url.query.encode())
        headers = [(name, value) for name, value in request.headers.raw if name.decode() not in HOPS]
        headers.append((b"x-forwarded-proto", b"http"))
        body = request.stream() if request.method == "POST" else None
        answer = await self.client.send(
            self.client.build_request(request.method, url, headers=headers, content=body), stream=True
        )
        kept = {name: value for name, value in answer.headers.items() if name not in HOPS}

        async def passed():
            try:
                async for part in answer.aiter_raw():
                    yield part
            finally:
                await answer.aclose()

        return StreamingResponse(passed(), answer.status_code, kept)


@pytest.fixture(scope="module")
def proxied(place):
    """The page's address at a proxy, and the proxy; a model that takes its time writes the answers."""
    proxy = Proxy()
    with running(proxy.app) as front, slow_model(pause=0.8) as reader:
        options = ("--reader", "quote", "--reader", reader, "--root-path", f"{front}{PREFIX}")
        with served(place / "index", place, *options) as proxy.target:
            yield f"{front}{PREFIX}", proxy


def test_the_page_is_used_below_the_path_of_a_proxy(browser, proxied, place, outside):
    address, proxy = proxied
    page = opened(browser, f"{address}/", outside)
    assert "45 minutes" in said(ask(page, "How long does the ferry crossing take?"))
    assert page.url.startswith(f"{address}/#")
    links = page.evaluate("[...document.querySelectorAll('link[href]')].map(link => link.href)")
    assert links and all(link.startswith(f"{address}/") for link in links)
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(place / "lighthouse.txt")
    page.get_by_text("Added lighthouse.txt. You can ask about it now.").wait_for()
    view(page, "Chat")
    assert "Thomas Bell" in said(ask(page, "Who built the lighthouse of Skerra?"))
    page.reload()
    answer = page.locator(".answer").nth(1)
    answer.get_by_text("Thomas Bell").first.wait_for()
    answer.locator(".cite").first.click()
    page.locator("#quote").get_by_text("Thomas Bell").wait_for()
    page.get_by_role("button", name="New chat").click()
    page.locator(".welcome").wait_for()
    assert page.url == f"{address}/"
    page.go_back()
    page.locator(".answer").nth(1).get_by_text("Thomas Bell").first.wait_for()
    shot(page, "behind-a-proxy")
    page.close()
    assert proxy.strays == []


def test_an_answer_is_streamed_through_a_proxy(browser, proxied, outside):
    address, proxy = proxied
    page = opened(browser, f"{address}/", outside)
    view(page, "Settings")
    page.get_by_label("The model").check()
    page.wait_for_timeout(300)
    view(page, "Chat")
    page.get_by_label("Your question").fill("When did the Harbour Cafe open, and what does a cup of coffee cost?")
    page.get_by_label("Your question").press("Enter")
    page.locator(".answer[aria-busy=true]").get_by_text("1987").wait_for()
    assert "3.20" in said(answered(page, 0))
    page.close()
    assert proxy.strays == []


def test_programs_ask_through_a_proxy(proxied):
    address, _ = proxied
    messages = [{"role": "user", "content": "How long does the ferry crossing take?"}]
    asked = {"model": "grounded-qa", "messages": messages}
    told = httpx.post(f"{address}/v1/chat/completions", json=asked, timeout=PATIENCE / 1000).json()
    assert "45 minutes" in told["choices"][0]["message"]["content"]
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=asked | {"stream": True}, timeout=60) as answer:
        lines = [line for line in answer.iter_lines() if line]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "45 minutes" in "".join(lines) and lines[-1] == "data: [DONE]"


def test_a_page_of_another_place_may_not_ask_through_a_proxy(proxied):
    address, _ = proxied
    got = httpx.post(f"{address}/gradio_api/queue/join", json={}, headers={"origin": "http://evil.example"})
    assert got.status_code == 403
