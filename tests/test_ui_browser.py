"""The page in a real browser: ask, read the sources, be refused, upload, ask again; no other machine is involved."""

import socket
import subprocess
import sys

import pytest
from browser import ROOT, answered, ask, chromium, environment, free_port, opened, served

from index.sync import sync

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


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    """A folder of two documents, their index, and a home of their own."""
    root = tmp_path_factory.mktemp("page")
    (root / "documents").mkdir()
    (root / "documents" / "cafe.md").write_text(CAFE, encoding="utf-8")
    (root / "documents" / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (root / "lighthouse.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (root / "empty.txt").write_bytes(b"")
    sync([root / "documents"], root / "index", encoder)
    return root


@pytest.fixture(scope="module")
def address(place):
    with served(place / "index", place) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def outside():
    """Requests to other machines; there must be none."""
    urls = []
    yield urls
    assert urls == []


@pytest.fixture
def page(browser, address, outside):
    page = opened(browser, address, outside)
    yield page
    page.close()


def said(answer):
    """The sentences of an answer, without its sources."""
    return " ".join(answer.locator(":scope > p, :scope > ul").all_inner_texts())


def quoted(answer):
    return " ".join(answer.locator("mark").all_text_contents())


def test_an_answer_is_cited_to_the_words_of_the_file(page):
    answer = ask(page, "When did the Harbour Cafe open?")
    assert "1987" in said(answer)
    marker = answer.get_by_role("link", name="[1]").first
    quote = page.locator(f'mark[id="{marker.get_attribute("href").lstrip("#")}"]')
    assert quote.text_content() in CAFE
    assert "1987" in quoted(answer)
    card = answer.locator(".sources > li").first
    assert "The Harbour Cafe" in card.inner_text()
    assert quote.text_content() in card.locator("blockquote").first.text_content()
    marker.click()
    assert quote.evaluate("mark => mark.matches(':target')")


def test_a_follow_up_keeps_the_sources_of_each_answer(page):
    first = ask(page, "Who founded the Harbour Cafe?")
    second = ask(page, "How long does the ferry crossing take?")
    assert "Valente" in quoted(first)
    assert "45 minutes" in said(second)
    ids = page.locator(".answer mark[id]").evaluate_all("marks => marks.map(mark => mark.id)")
    assert len(ids) == len(set(ids)) >= 2


def test_what_the_documents_do_not_hold_is_refused_with_the_nearest_passages(page):
    answer = ask(page, "How many followers does Ines Valente have on Instagram?")
    assert answer.get_by_role("link").count() == 0
    assert answer.get_by_text("Nearest passages").is_visible()
    assert "2 documents" in answer.inner_text()
    for quote in answer.locator("mark").all_text_contents():
        assert quote in CAFE or quote in FERRY


def test_markup_in_a_document_and_in_a_question_stays_text(page):
    answer = ask(page, "What did the captain paint on the funnel in 2019? <b id=planted>bold</b>")
    assert "<b id=planted>bold</b>" in page.locator(".question").last.inner_text()
    assert "<script>window.pwned = 1</script>" in answer.inner_text()
    assert page.locator("#planted, #chat script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_an_uploaded_file_can_be_asked_about(page, place):
    page.locator("input[type=file]").set_input_files([place / "lighthouse.txt", place / "empty.txt"])
    page.get_by_text("Added lighthouse.txt. You can ask about it now.").wait_for()
    assert "empty" in page.get_by_text("empty.txt was not added").inner_text()
    page.get_by_text("Ask 3 documents.").wait_for()
    answer = ask(page, "Who built the lighthouse of Skerra?")
    assert "Thomas Bell" in said(answer)
    assert "Thomas Bell" in quoted(answer)
    assert answer.locator("mark").first.text_content() in LIGHTHOUSE


def test_a_question_that_breaks_a_rule_stays_in_its_box(page):
    box = page.get_by_label("Your question")
    box.press("Enter")
    page.get_by_role("alert").get_by_text("Type a question first.").wait_for()
    box.fill("why " * 25_000)
    box.press("Enter")
    page.get_by_role("alert").get_by_text("character").wait_for()
    assert len(box.input_value()) == 100_000
    assert page.locator(".question").count() == 0
    assert "45 minutes" in ask(page, "How long does the ferry crossing take?").inner_text()
    assert page.get_by_role("alert").count() == 0


def test_a_page_that_lies_open_loses_what_another_process_removes(page, place):
    page.locator("input[type=file]").set_input_files(place / "lighthouse.txt")
    page.get_by_text("lighthouse.txt").first.wait_for()
    answer = ask(page, "Who built the lighthouse of Skerra?")
    assert "Thomas Bell" in said(answer)
    command = [sys.executable, "-m", "qa", "remove", "lighthouse.txt", "--index", str(place / "index")]
    subprocess.run(command, cwd=ROOT, env=environment(place), check=True, capture_output=True)
    page.get_by_text("was removed or changed since").wait_for(timeout=20_000)
    assert "Thomas Bell" not in page.content()
    page.get_by_text("Ask 2 documents.").wait_for()


def test_a_new_chat_is_empty(page):
    ask(page, "How long does the ferry crossing take?")
    page.get_by_role("button", name="New chat").click()
    page.locator(".question").first.wait_for(state="detached")
    assert page.locator(".answer").count() == 0


def test_two_tabs_that_ask_at_once_are_both_answered(browser, address, outside):
    tabs = [opened(browser, address, outside) for _ in range(2)]
    for turn in range(4):
        for tab in tabs:
            tab.get_by_label("Your question").fill("What does the Harbour Cafe say about breakfast and the ferry?")
            tab.get_by_label("Your question").press("Enter")
        for tab in tabs:
            answered(tab, turn)
            assert tab.get_by_role("alert").count() == 0
            assert tab.locator(".answer a").count() >= turn + 1
    for tab in tabs:
        tab.close()


def test_a_narrow_screen_does_not_scroll_sideways(browser, address, outside):
    page = opened(browser, address, outside, width=390, height=844)
    ask(page, "What did the captain paint on the funnel in 2019?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_a_taken_port_is_told_in_one_line(place):
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "ui.py", "--index", str(place / "index"), "--port", str(port)]
        ended = subprocess.run(command, cwd=ROOT, env=environment(place), capture_output=True, text=True)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"Port {port}" in ended.stderr
    assert "--port" in ended.stderr
