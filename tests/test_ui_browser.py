"""The page in a real browser: ask, read the sources, be refused, upload, ask again; no other machine is involved."""

import json
import socket
import subprocess
import sys
import urllib.request

import attacks
import pytest
from axe_playwright_python.sync_playwright import Axe
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
# How many elements there are that our HTML never makes, and attributes that run something.
FOREIGN = """() => ["script", "img", "iframe", "a", "b", "svg", "style", "form", "[onclick]", "[onerror]"].map(
  name => document.querySelectorAll(`#shell :is(#side, #log, #panel, #listed, #told) ${name}`).length)"""
SERIOUS = ("serious", "critical")
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
    return " ".join(answer.locator(":scope > p:not([class]), :scope > ul").all_inner_texts())


def quoted(answer):
    """The quotes that the markers of an answer show."""
    return [mark.get_attribute("data-quote") for mark in answer.locator(".cite").all()]


def view(page, name):
    page.locator("#side").get_by_role("button", name=name, exact=True).click()


def test_an_answer_is_cited_to_the_words_of_the_file(page):
    answer = ask(page, "When did the Harbour Cafe open?")
    assert "1987" in said(answer)
    marker = answer.get_by_role("button", name="Source 1: The Harbour Cafe").first
    marker.hover()
    card = page.get_by_role("tooltip")
    assert "The Harbour Cafe" in card.inner_text()
    assert card.locator(".quote").text_content() in CAFE
    marker.click()
    quote = page.locator("#panel #quote")
    quote.wait_for()
    assert quote.text_content() == marker.get_attribute("data-quote")
    assert "Ines Valente, a baker from Porto" in page.locator("#panel .passage").text_content()


def test_sources_are_read_with_the_keyboard_alone(page):
    answer = ask(page, "What does coffee cost at the Harbour Cafe, and how long does the ferry crossing take?")
    marker = answer.locator(".cite").first
    marker.focus()
    assert page.get_by_role("tooltip").is_visible()
    marker.press("Enter")
    open_ = page.locator("#panel .source")
    open_.get_by_text("1 of").wait_for()
    page.keyboard.press("n")
    open_.get_by_text("2 of").wait_for()
    page.keyboard.press("ArrowLeft")
    open_.get_by_text("1 of").wait_for()
    page.keyboard.press("Escape")
    open_.wait_for(state="hidden")
    assert marker.evaluate("marker => marker === document.activeElement")


def test_a_follow_up_keeps_the_sources_of_each_answer(page):
    first = ask(page, "Who founded the Harbour Cafe?")
    second = ask(page, "How long does the ferry crossing take?")
    assert "Valente" in quoted(first)[0]
    assert "45 minutes" in said(second)
    second.locator(".cite").first.click()
    page.locator("#quote").get_by_text("45 minutes").wait_for()
    first.locator(".cite").first.click()
    page.locator("#quote").get_by_text("Valente").wait_for()


def test_what_the_documents_do_not_hold_is_refused_with_the_nearest_passages(page):
    answer = ask(page, "How many followers does Ines Valente have on Instagram?")
    assert answer.get_by_text("Nearest passages").is_visible()
    assert answer.get_by_text("Sources").count() == 0
    assert "2 documents" in answer.inner_text()
    quotes = answer.locator("blockquote").all_text_contents()
    assert quotes
    for quote in quotes:
        assert quote in CAFE or quote in FERRY


def test_markup_in_a_document_and_in_a_question_stays_text(page):
    answer = ask(page, "What did the captain paint on the funnel in 2019? <b id=planted>bold</b>")
    assert "<b id=planted>bold</b>" in page.locator(".question").last.inner_text()
    assert "<script>window.pwned = 1</script>" in answer.inner_text()
    answer.locator(".cite").first.hover()
    assert "<script>window.pwned = 1</script>" in page.get_by_role("tooltip").inner_text()
    answer.locator(".cite").first.click()
    page.locator("#panel").get_by_text("<script>window.pwned = 1</script>").wait_for()
    assert page.locator("#planted, #chat script, #panel script, #card script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_a_question_is_edited_and_the_answer_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "Who founded the Harbour Cafe?")
    ask(page, "How long does the ferry crossing take?")
    page.get_by_role("button", name="Edit question 1").click()
    box = page.get_by_label("Your question")
    page.get_by_text("all after it, 2 in total").wait_for()
    assert box.input_value() == "Who founded the Harbour Cafe?"
    box.fill("When did the Harbour Cafe open?")
    box.press("Enter")
    page.locator(".question").nth(1).wait_for(state="detached")
    answer = answered(page, 0)
    assert "1987" in said(answer)
    answer.get_by_role("button", name="Copy answer with sources").click()
    page.get_by_text("Copied").wait_for()
    assert "[1] The Harbour Cafe (cafe.md" in page.evaluate("navigator.clipboard.readText()")


def test_feedback_is_kept_with_its_answer_until_it_is_asked_again(page):
    answer = ask(page, "Who founded the Harbour Cafe?")
    answer.get_by_text("Feedback").click()
    answer.get_by_label("Wrong citation").check()
    answer.get_by_label("Note (optional)").fill("It was her sister.")
    answer.get_by_role("button", name="Send").click()
    thanks = answer.get_by_text("Wrong citation: Thank you")
    thanks.wait_for()
    answer.get_by_role("button", name="Ask again").click()
    thanks.wait_for(state="detached")  # a new answer has no feedback yet
    answered(page, 0)
    assert page.locator(".question").count() == 1


def test_details_stay_open_while_the_next_answer_is_written(page):
    answer = ask(page, "Who founded the Harbour Cafe?")
    answer.get_by_text("Feedback").click()
    answer.get_by_label("Note (optional)").fill("half a note")
    ask(page, "How long does the ferry crossing take?")
    assert answer.get_by_label("Good").is_visible()
    assert answer.get_by_label("Note (optional)").input_value() == "half a note"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_barrier_is_found_by_axe(browser, address, outside, scheme):
    page = opened(browser, address, outside, color_scheme=scheme)

    def barriers():
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]

    assert barriers() == []
    answer = ask(page, "Who founded the Harbour Cafe?")
    answer.get_by_text("Feedback").click()
    ask(page, "How many followers does Ines Valente have on Instagram?")
    answer.locator(".cite").first.click()
    page.locator("#quote").wait_for()
    assert barriers() == []
    for name in ("Documents", "Settings"):
        view(page, name)
        assert barriers() == []
    page.close()


def test_the_page_speaks_chinese_to_a_chinese_browser_and_whatever_is_chosen(browser, address, outside):
    page = opened(browser, address, outside, locale="zh-CN")
    page.get_by_label("你的问题").fill("How long does the ferry crossing take?")
    page.get_by_role("button", name="提问", exact=True).click()
    page.get_by_text("已核对").wait_for()
    view(page, "设置")
    page.get_by_label("English").check()
    page.get_by_text("Checked: the sentence").wait_for(state="attached")
    page.reload()
    page.get_by_label("Your question").wait_for()
    page.close()


def test_documents_full_of_attacks_stay_text(browser, tmp_path, encoder, outside):
    folder = tmp_path / "documents"
    folder.mkdir()
    attacks.write(folder)
    sync([folder], tmp_path / "index", encoder)
    with served(tmp_path / "index", tmp_path) as address:
        page = opened(browser, address, outside)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        before = page.evaluate(FOREIGN)
        for question in (
            "What colour is the ferry of Skerra?",
            "What is the harbour password?",
            "What does a say order?",
        ):
            for marker in ask(page, question).locator(".sources .cite, .nearest .cite").all():
                marker.hover()
                marker.click()
                page.locator("#quote").get_by_text(marker.get_attribute("data-quote")[:20]).first.wait_for()
                assert page.evaluate(FOREIGN) == before
        view(page, "Documents")
        page.locator("#listed details").first.evaluate("one => { one.open = true; }")
        assert page.evaluate(FOREIGN) == before
        assert page.evaluate("window.pwned") is None
        page.close()


def test_only_ask_is_open_to_programs(address):
    with urllib.request.urlopen(f"{address}/gradio_api/info") as answer:
        assert list(json.load(answer)["named_endpoints"]) == ["/ask"]


def test_an_uploaded_file_can_be_asked_about(page, place):
    view(page, "Documents")
    page.locator("input[type=file]").set_input_files([place / "lighthouse.txt", place / "empty.txt"])
    page.get_by_text("Added lighthouse.txt. You can ask about it now.").wait_for()
    assert "empty" in page.get_by_text("empty.txt was not added").inner_text()
    page.get_by_text("Ask 3 documents.").wait_for()
    view(page, "Chat")
    answer = ask(page, "Who built the lighthouse of Skerra?")
    assert "Thomas Bell" in said(answer)
    assert "Thomas Bell" in quoted(answer)[0]
    assert quoted(answer)[0] in LIGHTHOUSE


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
    view(page, "Documents")
    page.locator("input[type=file]").set_input_files(place / "lighthouse.txt")
    page.get_by_text("lighthouse.txt").first.wait_for()
    view(page, "Chat")
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
            assert tab.locator(".answer .cite").count() >= turn + 1
    for tab in tabs:
        tab.close()


def test_a_narrow_screen_does_not_scroll_sideways(browser, address, outside):
    page = opened(browser, address, outside, width=390, height=844)
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.locator("#side").wait_for()
    view(page, "Chat")
    answer = ask(page, "What did the captain paint on the funnel in 2019?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer.locator(".cite").first.click()
    page.locator("#quote").wait_for()
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
