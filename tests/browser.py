"""Serves the real page in a process of its own and opens it in Chromium, noting what it asks of other machines."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from serving import running
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
ARGS += ("--disable-component-update", "--disable-sync")
CAFE = """# The Harbour Cafe

The Harbour Cafe opened in March 1987 on the east quay of Dunmore. Its founder was Ines Valente, a baker from Porto.

## Prices

A cup of coffee costs 3.20 euros. Breakfast is served until 11 o'clock and costs 12 euros.
"""
FERRY = """The Dunmore ferry

The ferry between Dunmore and Skerra sails four times a day. The crossing takes 45 minutes.

The captain of the ferry painted </mark><script>window.pwned = 1</script> on the funnel in 2019.
"""
LIGHTHOUSE = "The lighthouse of Skerra was built in 1854 by Thomas Bell, an engineer. Its lamp reaches 31 kilometres.\n"
SERIOUS = ("serious", "critical")

PATIENCE = 120_000  # milliseconds; the first question loads the models


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def environment(home: Path) -> dict[str, str]:
    """The environment of a process that keeps everything under ``home`` and may not look anything up."""
    return {**os.environ, "QA_HOME": str(home), "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}


@contextmanager
def served(index: Path, home: Path, *options: str) -> Iterator[str]:
    """Start ``ui.py`` on a free port; yields the page's address."""
    port = free_port()
    command = [sys.executable, "ui.py", "--index", str(index), "--port", str(port), *options]
    log = home / "ui.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=out, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            await_line(process, log, f"Grounded QA is ready: {address}")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def await_line(process: subprocess.Popen, log: Path, line: str) -> None:
    for _ in range(1200):
        if line in log.read_text():
            return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"ui.py did not say {line!r}; it said:\n{log.read_text()}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open Chromium; a machine without it fails the test, because nobody would notice a skipped one."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"no Chromium at {CHROMIUM!r}: install it (apt-get install chromium) or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


def opened(
    browser: Browser,
    address: str,
    outside: list[str],
    width: int = 1280,
    height: int = 900,
    home: str = "",
    **options: str,
) -> Page:
    """Open the page; whatever it asks of another machine is refused and noted in ``outside``.

    ``home`` is the server's address where ``address`` names a conversation.
    """
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.set_default_timeout(PATIENCE)

    def guard(route):
        if route.request.url.startswith((home or address, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", guard)
    page.goto(address)
    page.locator("#top h1").wait_for()
    page.locator(".turns" if home else ".welcome").wait_for()
    return page


def ask(page: Page, question: str) -> Locator:
    """Ask a question and wait for the whole answer; returns its element."""
    turn = page.locator(".question").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    return answered(page, turn)


def answered(page: Page, turn: int) -> Locator:
    """Wait until the answer to a chat's question number ``turn``, from 0, is whole; returns its element."""
    page.locator(".question").nth(turn).wait_for()
    page.locator(".answer[aria-busy=false]").nth(turn).wait_for()
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    return page.locator(".answer").nth(turn)


def said(answer):
    """The sentences of an answer, without its sources."""
    return " ".join(answer.locator(":scope > p:not([class]), :scope > ul").all_inner_texts())


def quoted(answer):
    """The quotes that the markers of an answer show."""
    return [mark.get_attribute("data-quote") for mark in answer.locator(".cite").all()]


def shot(page, name):
    """Keep a picture of a state, for a person to look at, in the folder that SCREENSHOTS names, if it does."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def view(page, name):
    page.locator("#side").get_by_role("button", name=name, exact=True).click()


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds that bars people from the page as it stands: the rule, and the elements that break it."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]


PAUSE = 2.5  # seconds between the sentences of the slow model
SENTENCES = ("The Harbour Cafe opened in March 1987.", " A cup of coffee costs 3.20 euros.", " ")


@contextmanager
def slow_model(sentences: Sequence[str] = SENTENCES, pause: float = PAUSE) -> Iterator[str]:
    """Serve a model that says two sentences, slowly, whatever it is asked; yields its address."""

    async def said():
        for sentence in sentences:
            yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': sentence}}]})}\n\n"
            await asyncio.sleep(pause)
        yield "data: [DONE]\n\n"

    async def chat(_):
        return StreamingResponse(said(), media_type="text/event-stream")

    async def models(_):
        return JSONResponse({"object": "list", "data": [{"id": "slow"}]})

    routes = [Route("/v1/chat/completions", chat, methods=["POST"]), Route("/v1/models", models)]
    with running(Starlette(routes=routes)) as address:
        yield address
