"""Ways through the page in a real browser: suggestions, conflicts, what was left out, archives, keys, wide screens."""

import re
import zipfile
from itertools import pairwise

import pytest
from browser import CAFE, FERRY, answered, ask, opened, quoted, said, served, shot, slow_model, view

from index.sync import sync

GUIDE = "# Guide to the port of Selm\n\nUpdated: 2022\n\nThe port of Selm handles 4.2 million tonnes of cargo a year.\n"
NEWS = "# News\n\nDate: 2024-05-02\n\nEach year 5.1 million tonnes of cargo pass through the port of Selm.\n"
INVENTED = "Its founder sold it to a bank in Lisbon in 1999."
DRAFT = f"The Harbour Cafe opened in March 1987. {INVENTED}"
LONG = "The {name} stands {n} metres above the harbour of Skerra, and its keeper counts the gulls on it each morning. "
LINE = 900  # pixels; a longer line of text is hard to follow

# Widths of the lines of text in an element, in pixels.
WIDTHS = """root => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), range = document.createRange(), widths = [];
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    for (const line of range.getClientRects()) widths.push(line.width);
  }
  return widths;
}"""
# What has the keyboard: its words or its label, and the style of the outline around it.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.getAttribute('aria-label') || one.innerText || one.tagName, style.outlineStyle, style.outlineWidth];
}"""

SCROLLED = "document.querySelector('#documents').scrollTop"


@pytest.fixture(scope="module")
def inventing():
    """The address of a model that says a sentence of the documents, and one of its own."""
    with slow_model((DRAFT,), 0) as address:
        yield address


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    """A folder of four documents, two of which disagree, and their index."""
    root = tmp_path_factory.mktemp("paths")
    (root / "documents").mkdir()
    for name, text in {"cafe.md": CAFE, "ferry.txt": FERRY, "guide.md": GUIDE, "news.md": NEWS}.items():
        (root / "documents" / name).write_text(text, "utf-8")
    sync([root / "documents"], root / "index", encoder)
    return root


@pytest.fixture(scope="module")
def address(place, inventing):
    """A page on which quotes answer, or a model that invents."""
    with served(place / "index", place, "--reader", "quote", "--reader", inventing) as address:
        yield address


def test_a_suggestion_is_asked_by_a_click_and_answered_from_the_documents(page):
    page.locator(".welcome .ask").first.click()
    first = answered(page, 0)
    assert first.locator(".cite").count() > 0
    shot(page, "suggestions")
    offered = first.locator(".asks .ask").first
    wanted = offered.inner_text()
    offered.click()
    second = answered(page, 1)
    assert page.locator(".question").nth(1).inner_text() == wanted
    assert second.locator(".cite").count() > 0
    assert first.locator(".asks").count() == 0


def test_sources_that_disagree_stand_side_by_side(page):
    answer = ask(page, "How many tonnes of cargo does the port of Selm handle in a year?")
    sides = answer.locator(".conflict li")
    assert answer.get_by_role("heading", name="The sources disagree").is_visible()
    told = sorted(sides.all_inner_texts(), key=lambda text: "5.1" in text)
    assert "4.2 million tonnes" in told[0] and "Guide to the port of Selm" in told[0] and "2022" in told[0]
    assert "5.1 million tonnes" in told[1] and "News" in told[1] and "2024" in told[1]
    left, right = (sides.nth(n).bounding_box() for n in (0, 1))
    assert left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
    shot(page, "conflict")
    for n in (0, 1):
        marker = sides.nth(n).locator(".cite")
        marker.click()
        page.locator("#quote").get_by_text(marker.get_attribute("data-quote")).wait_for()


def test_what_a_model_invents_is_left_out_and_can_be_looked_at(page):
    view(page, "Settings")
    page.get_by_label("The model").check()
    page.wait_for_timeout(300)
    view(page, "Chat")
    answer = ask(page, "When did the Harbour Cafe open?")
    assert "1987" in said(answer) and "Lisbon" not in said(answer)
    invented = answer.get_by_text(INVENTED)
    assert not invented.is_visible()
    answer.get_by_text("1 sentence removed: not supported").click()
    invented.wait_for()
    shot(page, "removed-sentence")


# -- files


def test_the_documents_of_an_archive_are_asked_about(page, tmp_path):
    with zipfile.ZipFile(tmp_path / "mills.zip", "w") as archive:
        archive.writestr("rye.md", "# Rye\n\nThe rye mill of Skerra has 3 wheels.\n")
        archive.writestr("old/oat.md", "# Oats\n\nThe oat mill of Skerra has 5 wheels.\n")
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(tmp_path / "mills.zip")
    page.get_by_text("Added mills.zip. You can ask about it now.").wait_for()
    shot(page, "archive")
    view(page, "Chat")
    answer = ask(page, "How many wheels does the oat mill of Skerra have?")
    assert "5 wheels" in said(answer)
    assert "oat.md" in answer.locator(".sources").inner_text()


def test_what_was_sent_before_a_cancel_is_read_and_the_rest_is_named(page, tmp_path):
    for name in ("anchor", "buoy", "chain"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} of Skerra weighs 7{len(name)} kilograms.\n", "utf-8")
    begun = []

    def hold(route):
        """Let the first file through, and leave the second on its way."""
        begun.append(route)
        if len(begun) == 1:
            route.continue_()

    page.route("**/upload", hold)
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(
        [tmp_path / f"{name}.txt" for name in ("anchor", "buoy", "chain")]
    )
    transfer = page.locator(".transfer")
    transfer.get_by_text("Sending 2 of 3: buoy.txt").wait_for()
    shot(page, "sending")
    transfer.get_by_role("button", name="Cancel").click()
    page.get_by_text("Added anchor.txt. You can ask about it now.").wait_for()
    told = transfer.inner_text()
    assert "buoy.txt" in told and "chain.txt" in told and "anchor.txt" not in told
    shot(page, "sending-cancelled")
    assert len(begun) == 2
    page.unroute("**/upload")
    view(page, "Chat")
    assert "76 kilograms" in said(ask(page, "How much does the anchor of Skerra weigh?"))
    assert "74 kilograms" not in ask(page, "How much does the buoy of Skerra weigh?").inner_text()
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(tmp_path / "buoy.txt")  # what was cut off can be sent again
    page.get_by_text("Added buoy.txt.").wait_for()
    transfer.wait_for(state="hidden")


def test_what_was_read_before_a_cancel_stays_and_the_rest_is_named(page, tmp_path):
    names = [f"{name}.txt" for name in ("gable", "vault", "chapel")]
    for n, name in enumerate(names):
        text = "\n\n".join(LONG.format(name=name[:-4], n=100 * n + line) * 4 for line in range(100))
        (tmp_path / name).write_text(text, "utf-8")
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files([tmp_path / name for name in names])
    page.locator("#report").get_by_text("Reading gable.txt: file 2 of 3").wait_for()  # chapel.txt is in the index
    shot(page, "reading")
    page.locator("#report").get_by_role("button", name="Cancel").click()
    page.get_by_text("vault.txt was not read: you stopped before it.").wait_for()
    told = page.locator("#report").inner_text()
    assert re.search(r"Added (?:gable\.txt, )?chapel\.txt", told)  # gable.txt may be read by the time of the click
    shot(page, "reading-cancelled")
    listed = " ".join(page.locator(".found li").all_inner_texts())
    left = [name for name in names if f"{name} was not read" in told]
    assert sorted(name for name in names if name in listed) == sorted(set(names) - set(left))
    view(page, "Chat")
    assert "chapel" in said(ask(page, "How many metres does the chapel stand above the harbour?"))
    assert "vault" not in " ".join(quoted(ask(page, "How many metres does the vault stand above the harbour?")))


def test_a_file_over_the_limit_is_refused_with_its_reason(page, tmp_path):
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(100 * 1024**2 + 1)
    (tmp_path / "lamp.txt").write_text("The lamp of Skerra was lit in 1855.\n", "utf-8")
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files([tmp_path / "huge.txt", tmp_path / "lamp.txt"])
    page.get_by_text("Added lamp.txt.").wait_for()
    assert page.locator(".transfer").inner_text() == "huge.txt was not sent: files of at most 100 MB are taken"
    shot(page, "too-large")


# -- keys


def focused(page):
    """What has the keyboard; fails where that cannot be seen."""
    name, style, width = page.evaluate(FOCUS)
    assert style != "none" and width != "0px", f"nothing shows that the keyboard is at {name!r}"
    return name


def tab_to(page, locator, key="Tab"):
    """Press Tab until an element has the keyboard, which has to be seen at each stop."""
    element = locator.element_handle()
    for _ in range(60):
        page.keyboard.press(key)
        focused(page)
        if element.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"no key leads to {locator}")


def test_everything_is_done_with_the_keyboard_alone(page):
    box = page.get_by_label("Your question")
    tab_to(page, page.get_by_role("button", name="Menu"), "Shift+Tab")
    tab_to(page, box)
    page.keyboard.type("What does coffee cost at the Harbour Cafe, and how long does the ferry crossing take?")
    page.keyboard.press("Enter")
    answer = answered(page, 0)
    tab_to(page, answer.locator(".cite").first, "Shift+Tab")
    page.keyboard.press("Enter")
    source = page.locator("#panel .source")
    source.get_by_text("1 of").wait_for()
    assert page.locator("#panel").evaluate("panel => getComputedStyle(panel).boxShadow") != "none"
    page.keyboard.press("n")
    source.get_by_text("2 of").wait_for()
    page.keyboard.press("p")
    source.get_by_text("1 of").wait_for()
    shot(page, "keys-source")
    page.keyboard.press("Escape")
    source.wait_for(state="hidden")
    assert focused(page).startswith("Source 1")
    side = page.locator("#side")
    tab_to(page, side.get_by_role("button", name="Settings", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    usual = page.get_by_label("Usual", exact=True)
    tab_to(page, usual)
    shot(page, "keys-settings")
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Strict").is_checked() and focused(page)
    tab_to(page, side.get_by_role("button", name="Documents", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Choose The Harbour Cafe"))
    page.keyboard.press("Space")
    shot(page, "keys-documents")
    tab_to(page, page.get_by_role("button", name="Ask only the ticked ones"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_text("This conversation asks 1 of").wait_for()
    title = page.get_by_role("button", name="The Harbour Cafe", exact=True)
    for _ in range(2):  # at the second time nothing is drawn anew
        tab_to(page, title)
        page.keyboard.press("Enter")
        page.locator(".leaf").get_by_text("Ines Valente").wait_for()
        page.keyboard.press("Tab")
        assert focused(page) == "‹ Documents"
        page.keyboard.press("Escape")
        page.locator(".leaf").wait_for(state="hidden")
        assert focused(page) == "The Harbour Cafe"
        page.keyboard.press("Shift+Tab")
    tab_to(page, side.locator("summary").first, "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, side.get_by_role("textbox", name="Name"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Breakfast")
    page.keyboard.press("Tab")
    assert focused(page) == "Rename"
    page.keyboard.press("Enter")
    side.get_by_role("button", name="Breakfast", exact=True).wait_for()
    shot(page, "keys-renamed")


def test_each_part_of_a_document_is_read_from_its_beginning(page, tmp_path):
    (tmp_path / "log.txt").write_text(
        "Log\n\n" + "The pilot boat of Skerra went out and came back.\n\n" * 1300, "utf-8"
    )
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(tmp_path / "log.txt")
    page.get_by_text("Added log.txt.").wait_for()
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_role("button", name="Next part").last.click()
    page.get_by_text("Part 2 of 2").first.wait_for()
    assert page.evaluate(SCROLLED) == 0
    shot(page, "second-part")


def test_a_document_is_read_from_its_beginning_and_left_where_the_list_was(page):
    page.set_viewport_size({"width": 800, "height": 260})
    view(page, "Documents")
    title = page.get_by_role("button", name="The Dunmore ferry", exact=True)
    title.scroll_into_view_if_needed()
    before = page.evaluate(SCROLLED)
    title.click()
    page.locator(".leaf").get_by_text("The crossing takes 45 minutes").wait_for()
    assert before > 0 and page.evaluate(SCROLLED) == 0
    assert page.locator(".leaf").evaluate("leaf => leaf === document.activeElement")
    page.keyboard.press("Escape")
    page.locator(".leaf").wait_for(state="hidden")
    assert page.evaluate(SCROLLED) == before


# -- a wide screen


def test_lines_stay_readable_on_a_wide_screen(browser, address, outside):
    page = opened(browser, address, outside, width=1920, height=1080)
    shot(page, "wide-first")
    answer = ask(page, "What does the Harbour Cafe say about its prices, breakfast and its founder?")
    ask(page, "How many tonnes of cargo does the port of Selm handle in a year?")
    answer.locator(".cite").first.click()
    page.locator("#quote").wait_for()
    shot(page, "wide-source")
    columns = [page.locator(name).bounding_box() for name in ("#side", "#chat", "#panel")]
    for left, right in pairwise(columns):
        assert left["x"] + left["width"] <= right["x"] + 1
    log, box = page.locator("#log").bounding_box(), page.locator("#box").bounding_box()
    assert log["y"] + log["height"] <= box["y"] + 1
    for name in ("#log", "#panel"):
        assert max(page.locator(name).evaluate(WIDTHS)) <= LINE
    for name in ("Documents", "Settings"):
        view(page, name)
        shot(page, f"wide-{name.lower()}")
        assert max(page.locator(f"#{name.lower()}").evaluate(WIDTHS)) <= LINE
    page.get_by_role("button", name="Documents", exact=True).click()
    page.get_by_role("button", name="The Harbour Cafe", exact=True).click()
    page.locator(".leaf").wait_for()
    shot(page, "wide-document")
    assert max(page.locator(".leaf").evaluate(WIDTHS)) <= LINE
    page.close()
