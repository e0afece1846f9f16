"""The page with its doors, as a process of its own: its named endpoints, its login, and how it starts and stops."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
from browser import PATIENCE, ROOT, ask, await_line, chromium, environment, free_port
from fakes import Library
from gradio_client import Client
from gradio_client.exceptions import AppError

from qa.web.accounts import Accounts
from qa.web.shares import make_share

CAFE = "# Cafe\n\nThe Harbour Cafe opened in March 1987 in Dunmore."
PAY = "# Pay\n\nThe director of the Harbour Cafe earns 9,000 euros."
QUESTION = "When did the Harbour Cafe open?"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, encoder):
    return Library(tmp_path_factory.mktemp("cafe"), encoder, cafe_md=CAFE, pay_md=PAY)


@contextmanager
def started(shelf, *options):
    """Start ``ui.py``; yields the address, the process and the file it writes to."""
    port, log = free_port(), shelf.folder.parent / "ui.log"
    command = [sys.executable, "ui.py", "--index", str(shelf.directory), "--port", str(port), *options]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(shelf.folder.parent),
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # jobs in the background ignore it
        )
        try:
            await_line(process, log, f"Grounded QA is ready: http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", process, log
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def open_page(shelf):
    with started(shelf, "--rate", "0", "--mcp") as (address, _, _):
        yield address


@pytest.fixture(scope="module")
def page(open_page):
    return Client(open_page, verbose=False)


def test_the_named_endpoints_and_no_others_are_shown_with_their_types(page):
    shown = page.view_api(return_format="dict", print_info=False)
    assert shown["unnamed_endpoints"] == {}
    assert set(shown["named_endpoints"]) == {"/ask", "/search", "/documents"}
    ask, search = shown["named_endpoints"]["/ask"], shown["named_endpoints"]["/search"]
    given = ["question", "history", "documents", "strictness", "reader"]
    assert [p["parameter_name"] for p in ask["parameters"]] == given
    assert [p["parameter_has_default"] for p in ask["parameters"]] == [False, True, True, True, True]
    assert ask["parameters"][0]["type"] == {"type": "string"}
    assert {"text", "claims", "abstained"} <= set(ask["returns"][0]["type"]["properties"])
    assert [p["parameter_name"] for p in search["parameters"]] == ["question", "k"]
    assert search["parameters"][1]["type"] == {"type": "integer"}
    passage = search["returns"][0]["type"]["items"]["properties"]
    assert set(passage) == {"doc_id", "title", "score", "page", "heading", "start", "end", "text"}
    assert passage["start"] == {"type": "integer"} and passage["score"] == {"type": "number"}


def test_the_named_endpoints_answer(page):
    told = page.predict(QUESTION, api_name="/ask")
    assert told["claims"][0]["citations"][0]["doc_id"] == "cafe.md" and "1987" in told["text"]
    followed = page.predict("And where?", [[QUESTION, told["text"]]], api_name="/ask")
    assert "Dunmore" in followed["text"]
    other = page.predict(QUESTION, documents=["pay.md"], strictness="strict", api_name="/ask")
    assert other["abstained"] and all(c["doc_id"] == "pay.md" for c in other["nearest"])
    [passage] = page.predict(QUESTION, 1, api_name="/search")
    assert passage["doc_id"] == "cafe.md" and "1987" in passage["text"]
    assert [document["doc_id"] for document in page.predict(api_name="/documents")] == ["cafe.md", "pay.md"]


@pytest.mark.parametrize(
    ("given", "name", "why"),
    [
        ((" ",), "/ask", "at least one word"),
        ((QUESTION, "no list"), "/ask", "list of pairs"),
        ((QUESTION, 0), "/search", "1 to 50 passages"),
        ((QUESTION, [], ["none.md"]), "/ask", "no document 'none.md'"),
        ((QUESTION, [], None, "usual", "local"), "/ask", "one of quote; got 'local'"),
    ],
)
def test_an_error_reaches_the_client_in_its_own_words(page, given, name, why):
    with pytest.raises(AppError, match=why):
        page.predict(*given, api_name=name)


def test_page_and_doors_share_one_port_and_nothing_else_is_open(open_page):
    assert httpx.get(open_page).status_code == 200
    assert httpx.get(f"{open_page}/v1/models").json()["data"][0]["id"] == "grounded-qa"
    assert httpx.post(f"{open_page}/mcp", json={}).status_code == 400
    for path in ("/docs", "/openapi.json", "/monitoring", "/gradio_api/mcp/sse"):
        got = httpx.get(open_page + path)
        assert got.status_code in (403, 404) or "<html" in got.text, path
    assert httpx.get(open_page, headers={"host": "evil.example"}).status_code == 421
    joined = httpx.post(f"{open_page}/gradio_api/queue/join", json={}, headers={"origin": "http://evil.example"})
    assert joined.status_code == 403
    config = httpx.get(f"{open_page}/config").json()
    assert config["analytics_enabled"] is False and config["enable_queue"]


def test_a_login_is_demanded_and_decides_what_is_seen(shelf):
    refused = subprocess.run(
        [sys.executable, "ui.py", "--index", str(shelf.directory), "--port", str(free_port()), "--auth"],
        cwd=ROOT, env=environment(shelf.folder.parent), capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 1 and "qa user add NAME" in refused.stderr.splitlines()[-1]
    accounts = Accounts(shelf.directory)
    for name in ("ann", "bob"):
        accounts.add(name, PASSWORD)
    accounts.share(make_share("pay.md", ("ann",), shelf.index))
    with started(shelf, "--auth") as (address, _, _):
        assert httpx.get(f"{address}/config").status_code == 401
        assert httpx.post(f"{address}/gradio_api/queue/join", json={}).status_code == 401
        for name, password in (("bob", "wrong horse"), ("eve", PASSWORD), ("bob", "")):
            assert httpx.post(f"{address}/login", data={"username": name, "password": password}).status_code != 200
        anns, bobs = (Client(address, auth=(name, PASSWORD), verbose=False) for name in ("ann", "bob"))
        assert [document["doc_id"] for document in anns.predict(api_name="/documents")] == ["cafe.md", "pay.md"]
        assert [document["doc_id"] for document in bobs.predict(api_name="/documents")] == ["cafe.md"]
        found = bobs.predict("What does the director earn?", 5, api_name="/search")
        assert {passage["doc_id"] for passage in found} == {"cafe.md"}
        assert "9,000" in anns.predict("What does the director of the Harbour Cafe earn?", api_name="/ask")["text"]
        with chromium() as browser:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            page.get_by_label("username").fill("Ann")
            page.get_by_label("password").fill(PASSWORD)
            page.get_by_role("button", name="Login").click()
            page.get_by_label("Your question").wait_for()
            assert "9,000" in ask(page, "What does the director of the Harbour Cafe earn?").inner_text()
        accounts.remove("bob")
        with pytest.raises((AppError, httpx.HTTPStatusError, ValueError)):
            bobs.predict(api_name="/documents")
    accounts.file.unlink()


def test_ctrl_c_ends_it_cleanly_also_under_an_open_page(shelf):
    with started(shelf) as (address, process, log), httpx.stream("GET", f"{address}/gradio_api/heartbeat/abc"):
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in (0, 130)
        assert "Traceback" not in log.read_text() and log.read_text().endswith("Stopped.\n")


def test_a_claude_configuration_of_the_readme_is_json():
    text = (ROOT / "README.md").read_text("utf-8")
    [block] = [part.split("```")[0] for part in text.split("```json\n")[1:] if "mcpServers" in part]
    [server] = json.loads(block)["mcpServers"].values()
    assert server["command"] == "qa" and server["args"][0] == "mcp"
