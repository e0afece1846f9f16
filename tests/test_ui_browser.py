"""The page in a real browser: ask, read the sources, be refused, upload, ask again; no other machine is involved."""

import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import attacks
import pytest
from browser import (
    CAFE,
    FERRY,
    ROOT,
    answered,
    ask,
    barriers,
    environment,
    free_port,
    opened,
    quoted,
    said,
    served,
    shot,
    slow_model,
    view,
)  # fmt: skip

from index.sync import sync

# How many elements there are that our HTML never makes, and attributes that run something.
FOREIGN = """() => ["script", "img", "iframe", "a", "b", "svg", "style", "form", "[onclick]", "[onerror]"].map(
  name => document.querySelectorAll(`:is(#side, #log, #panel, #listed, #leaf, #told) ${name}:not(.sheet *)`).length)"""


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
    told = next(n for n, quote in enumerate(quoted(first)) if "Valente" in quote)
    assert told <= 1  # "Its founder was …" comes after the sentence that it leans on
    assert "45 minutes" in said(second)
    second.locator(".cite").first.click()
    page.locator("#quote").get_by_text("45 minutes").wait_for()
    first.locator(".cite").nth(told).click()
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
    assert barriers(page) == []
    answer = ask(page, "Who founded the Harbour Cafe?")
    answer.get_by_text("Feedback").click()
    ask(page, "How many followers does Ines Valente have on Instagram?")
    answer.locator(".cite").first.click()
    page.locator("#quote").wait_for()
    assert barriers(page) == []
    for name in ("Documents", "Settings"):
        view(page, name)
        shot(page, f"{scheme}-{name.lower()}")
        assert barriers(page) == []
    page.close()


def test_the_page_speaks_chinese_to_a_chinese_browser_and_whatever_is_chosen(browser, address, outside):
    page = opened(browser, address, outside, locale="zh-CN")
    page.get_by_label("你的问题").fill("How long does the ferry crossing take?")
    page.get_by_role("button", name="提问", exact=True).click()
    page.get_by_text("已核对").wait_for()
    view(page, "设置")
    page.get_by_label("English").check()
    page.get_by_text("Checked: the sentence").wait_for(state="attached")
    assert page.evaluate("document.documentElement.lang") == "en"
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


def test_only_what_is_meant_for_programs_is_open_to_them(address):
    with urllib.request.urlopen(f"{address}/gradio_api/info") as answer:
        assert list(json.load(answer)["named_endpoints"]) == ["/ask", "/search", "/documents"]


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


def conversations(page):
    return page.locator(".talk").all_inner_texts()


def test_a_conversation_goes_on_after_a_reload_and_after_a_restart(browser, place, tmp_path, outside):
    shutil.copytree(place / "index", tmp_path / "index", ignore=shutil.ignore_patterns("conversations*"))
    with served(tmp_path / "index", tmp_path) as address:
        page = opened(browser, address, outside)
        ask(page, "Who founded the Harbour Cafe?")
        page.reload()
        page.locator(".answer").get_by_text("Valente").first.wait_for()
        ask(page, "How long does the ferry crossing take?")
        assert conversations(page) == ["Who founded the Harbour Cafe?"]
        kept = page.url
        page.close()
    with served(tmp_path / "index", tmp_path) as again:
        page = opened(browser, f"{again}/#{kept.partition('#')[2]}", outside, home=again)
        page.locator(".question").nth(1).wait_for()
        assert "45 minutes" in said(page.locator(".answer").nth(1))
        page.locator(".answer").nth(1).locator(".cite").first.click()
        page.locator("#quote").get_by_text("45 minutes").wait_for()
        page.close()


def test_conversations_are_found_named_saved_and_deleted(page):
    ask(page, "Who founded the Harbour Cafe?")
    page.get_by_role("button", name="New chat").click()
    page.locator(".question").first.wait_for(state="detached")
    ask(page, "How long does the ferry crossing take?")
    mine = page.locator("#past li").first
    mine.get_by_label("More about").click()
    mine.get_by_role("textbox", name="Name").fill("The <b>ferry</b>")
    mine.get_by_role("button", name="Rename").click()
    mine.get_by_role("button", name="The <b>ferry</b>", exact=True).wait_for()
    shot(page, "conversations")
    with page.expect_download() as saved:
        mine.get_by_role("button", name="HTML").click()
    assert "45 minutes" in Path(saved.value.path()).read_text("utf-8")
    page.get_by_label("Search conversations").fill("VALENTE baker")
    page.locator(".talk").get_by_text("The <b>ferry</b>").wait_for(state="detached")
    assert set(conversations(page)) == {"Who founded the Harbour Cafe?"}
    page.get_by_label("Search conversations").fill("")
    page.locator(".talk").get_by_text("The <b>ferry</b>").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    mine.get_by_role("button", name="Delete").click()
    page.locator(".question").first.wait_for(state="detached")
    assert "The <b>ferry</b>" not in conversations(page)


@pytest.fixture(scope="module")
def slow(place, tmp_path_factory):
    """A page whose reader is a server that takes its time: what happens while an answer is written can be seen."""
    root = tmp_path_factory.mktemp("slow")
    shutil.copytree(place / "index", root / "index", ignore=shutil.ignore_patterns("conversations*"))
    with slow_model() as reader, served(root / "index", root, "--reader", reader) as address:
        yield address


@pytest.fixture
def streaming(browser, slow, outside):
    """A page of that server on which an answer is being written, its first sentence shown."""
    page = opened(browser, slow, outside)
    page.get_by_label("Your question").fill("When did the Harbour Cafe open, and what does a cup of coffee cost?")
    page.get_by_label("Your question").press("Enter")
    page.locator(".answer[aria-busy=true]").get_by_text("1987").wait_for()
    yield page
    page.close()


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(streaming):
    streaming.reload()
    streaming.locator(".answer[aria-busy=true]").get_by_text("1987").wait_for()
    shot(streaming, "reloaded-mid-answer")
    streaming.locator(".answer[aria-busy=false]").get_by_text("3.20").first.wait_for()


def test_stop_keeps_what_was_checked(streaming):
    streaming.get_by_role("button", name="Stop", exact=True).click()
    streaming.get_by_text("Stopped here.").wait_for()
    assert "1987" in said(streaming.locator(".answer"))
    streaming.reload()
    streaming.get_by_text("Stopped here.").wait_for()


def test_files_are_added_while_an_answer_is_written(streaming, place):
    view(streaming, "Documents")
    streaming.locator(".drop input[multiple]").set_input_files(place / "lighthouse.txt")
    streaming.locator("#report [role=status]").get_by_text("lighthouse.txt").wait_for()
    view(streaming, "Chat")
    streaming.locator(".answer[aria-busy=false]").get_by_text("3.20").first.wait_for()


def test_settings_are_words_and_hold_for_the_tab(page):
    view(page, "Settings")
    page.get_by_label("Strict").check()
    shot(page, "settings")
    page.wait_for_timeout(300)
    view(page, "Chat")
    ask(page, "How long does the ferry crossing take?")
    view(page, "Settings")
    assert page.get_by_label("Strict").is_checked()
    assert page.get_by_text("Strict refuses more").is_visible()
    page.get_by_label("3", exact=True).check()
    page.wait_for_timeout(300)
    page.reload()
    page.locator("#top h1").wait_for()
    view(page, "Settings")
    page.wait_for_timeout(300)
    assert page.get_by_label("Strict").is_checked() and page.get_by_label("3", exact=True).is_checked()


def test_who_answers_and_from_how_much_is_chosen_on_the_page(browser, place, tmp_path, outside):
    shutil.copytree(place / "index", tmp_path / "index", ignore=shutil.ignore_patterns("conversations*"))
    with slow_model() as model, served(tmp_path / "index", tmp_path, "--reader", "quote", "--reader", model) as address:
        page = opened(browser, address, outside)
        assert "Where a model on 127.0.0.1 is chosen" in page.locator("#top").inner_text()
        assert "coffee" not in said(ask(page, "When did the Harbour Cafe open?"))
        view(page, "Settings")
        page.get_by_label("The model").check()
        page.get_by_label("3", exact=True).check()
        shot(page, "settings-of-two-readers")
        page.wait_for_timeout(300)
        view(page, "Chat")
        answer = said(ask(page, "When did the Harbour Cafe open, and what does a cup of coffee cost?"))
        assert "opened in March 1987" in answer and "A cup of coffee costs 3.20 euros." in answer
        page.close()


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
    page = opened(browser, address, outside, width=390, height=844, color_scheme="dark")
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.locator("#side").wait_for()
    view(page, "Chat")
    answer = ask(page, "What did the captain paint on the funnel in 2019?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer.locator(".cite").first.click()
    page.locator("#quote").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "narrow-source")
    page.keyboard.press("Escape")
    for name in ("Documents", "Settings"):
        page.get_by_role("button", name="Menu").click()
        shot(page, "narrow-menu")
        view(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        shot(page, f"narrow-{name.lower()}")
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
