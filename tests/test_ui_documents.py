"""Documents on the page, in a real browser: added, dropped, followed, read, chosen, taken out."""

import shutil
import subprocess
import sys

from browser import LIGHTHOUSE, ROOT, ask, barriers, environment, opened, quoted, said, served, shot, view

from index.sync import sync


def test_an_uploaded_file_can_be_asked_about(page, place):
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files([place / "lighthouse.txt", place / "empty.txt"])
    page.get_by_text("Added lighthouse.txt. You can ask about it now.").wait_for()
    assert "0 bytes" in page.get_by_text("empty.txt was not added").inner_text()
    page.get_by_text("Ask 3 documents.").wait_for()
    view(page, "Chat")
    answer = ask(page, "Who built the lighthouse of Skerra?")
    assert "Thomas Bell" in said(answer)
    assert "Thomas Bell" in quoted(answer)[0]
    assert quoted(answer)[0] in LIGHTHOUSE


def test_files_and_folders_are_dropped(page, tmp_path):
    (tmp_path / "mills" / "old").mkdir(parents=True)
    (tmp_path / "mills" / "rye.md").write_text("# Rye\n\nThe rye mill of Skerra has 3 wheels.\n", "utf-8")
    (tmp_path / "mills" / "old" / "oat.md").write_text("# Oats\n\nThe oat mill of Skerra has 5 wheels.\n", "utf-8")
    (tmp_path / "quay.txt").write_text("The quay of Dunmore is 220 metres long.\n", "utf-8")
    view(page, "Documents")
    area = page.locator(".drop").bounding_box()
    data = {"items": [], "files": [str(tmp_path / "mills"), str(tmp_path / "quay.txt")], "dragOperationsMask": 1}
    chromium = page.context.new_cdp_session(page)
    for event in ("dragEnter", "dragOver", "drop"):  # as the system sends them: script cannot make an event with files
        place = {"x": area["x"] + 20, "y": area["y"] + 20}
        chromium.send("Input.dispatchDragEvent", {"type": event, "data": data, **place})
        if event == "dragOver":
            page.locator(".drop.over").wait_for()
            shot(page, "dropping")
    page.get_by_text("You can ask about it now.").wait_for()
    view(page, "Chat")
    assert "5 wheels" in said(ask(page, "How many wheels does the oat mill have?"))
    assert "220 metres" in said(ask(page, "How long is the quay of Dunmore?"))
    view(page, "Documents")
    for title in ("Rye", "Oats", "The quay of Dunmore"):
        page.get_by_role("button", name=f"Remove {title}").click()
        page.get_by_role("button", name="Delete for good").click()
        page.get_by_role("button", name="Delete for good").wait_for(state="detached")
    page.get_by_role("button", name="The quay of Dunmore", exact=False).wait_for(state="detached")


def test_a_page_that_lies_open_loses_what_another_process_removes(page, place):
    view(page, "Documents")
    page.locator(".drop input[multiple]").set_input_files(place / "lighthouse.txt")
    page.get_by_text("Ask 3 documents.").wait_for()
    view(page, "Chat")
    answer = ask(page, "Who built the lighthouse of Skerra?")
    assert "Thomas Bell" in said(answer)
    command = [sys.executable, "-m", "qa", "remove", "lighthouse.txt", "--index", str(place / "index")]
    subprocess.run(command, cwd=ROOT, env=environment(place), check=True, capture_output=True)
    page.get_by_text("was removed or changed since").wait_for(timeout=20_000)
    assert "Thomas Bell" not in page.content()
    page.get_by_text("Ask 2 documents.").wait_for()


def test_documents_are_read_taken_out_brought_back_and_chosen(page, place):
    (place / "reports").mkdir(exist_ok=True)
    (place / "reports" / "mill.md").write_text("# The mill\n\nThe mill of Skerra grinds rye since 1702.\n", "utf-8")
    view(page, "Documents")
    shot(page, "documents")
    page.locator(".folders summary").click()
    page.get_by_label("Folder to follow").fill(str(place / "reports"))
    page.get_by_role("button", name="Follow", exact=True).click()
    page.get_by_role("button", name="The mill", exact=True).click()
    page.locator(".leaf").get_by_text("grinds rye since 1702").wait_for()
    assert barriers(page) == []
    shot(page, "document")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove The mill").click()
    page.get_by_text("no answer uses these").wait_for()
    assert page.locator(".folders[open]").count() == 1
    assert barriers(page) == []
    shot(page, "removed")
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Choose The mill").check()
    page.get_by_role("button", name="Ask only the ticked ones").click()
    page.get_by_text("This conversation asks 1 of").wait_for()
    view(page, "Chat")
    assert "no answer" in ask(page, "How long does the ferry crossing take?").inner_text()
    shot(page, "chosen")
    page.locator("#told").get_by_role("button", name="Ask all").click()
    page.get_by_text("Asking only").wait_for(state="detached")
    assert "45 minutes" in ask(page, "How long does the ferry crossing take?").inner_text()
    view(page, "Documents")
    page.locator(".folders li").get_by_text("reports").locator("..").get_by_role("button").click()
    page.get_by_text("1 removed").wait_for()


def test_a_click_reaches_a_button_that_is_drawn_anew_under_it(page, place):
    (place / "reports").mkdir(exist_ok=True)
    (place / "reports" / "mill.md").write_text("# The mill\n\nThe mill of Skerra grinds rye since 1702.\n", "utf-8")
    view(page, "Documents")
    page.locator(".folders summary").click()
    page.get_by_label("Folder to follow").fill(str(place / "reports"))
    page.get_by_role("button", name="Follow", exact=True).click()
    page.get_by_role("button", name="The mill", exact=True).wait_for()
    page.locator(".folders li").get_by_text("reports").locator("..").get_by_role("button").hover()
    page.mouse.down()
    page.evaluate("() => { const list = document.querySelector('.folders ul'); list.innerHTML = list.innerHTML; }")
    page.mouse.up()
    page.get_by_text("1 removed").wait_for()
    page.get_by_role("button", name="The mill", exact=True).wait_for(state="detached")


def test_a_quote_is_marked_on_the_page_of_its_pdf(browser, tmp_path, encoder, outside):
    folder = tmp_path / "documents"
    folder.mkdir()
    shutil.copy(ROOT / "corpus" / "library" / "founder-marketing.pdf", folder)
    for n in range(200):
        (folder / f"note-{n:03}.md").write_text(f"# Note {n:03}\n\nShelf {n} holds {n + 7} books.\n", "utf-8")
    sync([folder], tmp_path / "index", encoder)
    with served(tmp_path / "index", tmp_path) as address:
        page = opened(browser, address, outside)
        answer = ask(page, "How many followers does Lei Jun have on Douyin?")
        answer.locator(".cite").first.click()
        page.locator(".sheet .area").first.wait_for()
        assert page.locator(".sheet img").evaluate("image => image.naturalWidth") == 1000
        page.wait_for_timeout(300)
        shot(page, "page-of-a-pdf")
        assert barriers(page) == []
        view(page, "Documents")
        assert page.locator(".found li").count() == 201
        page.get_by_label("Search documents").fill("note 11")
        assert page.locator(".found li:visible").count() == 11
        shot(page, "many-documents")
        page.close()
