"""Two users of one server, each in a browser of their own: what one asks and may read is not the other's."""

import pytest
from browser import answered, ask, barriers, said, served, shot, view
from fakes import Library

from qa.web.accounts import Accounts
from qa.web.shares import make_share

CAFE = "# Cafe\n\nThe Harbour Cafe opened in March 1987 in Dunmore."
PAY = "# Pay\n\nThe director of the Harbour Cafe earns 9,000 euros."
PASSWORDS = {"ann": "correct horse", "bob": "battery staple"}
EARNS = "What does the director of the Harbour Cafe earn?"


@pytest.fixture
def address(tmp_path, encoder):
    shelf = Library(tmp_path, encoder, cafe_md=CAFE, pay_md=PAY)
    accounts = Accounts(shelf.directory)
    for name, password in PASSWORDS.items():
        accounts.add(name, password)
    accounts.share(make_share("pay.md", ("ann",), shelf.index))
    with served(shelf.directory, tmp_path, "--auth", "--rate", "0") as address:
        yield address


@pytest.fixture
def logged_in(browser, address):
    """Two users, each on the page in a browser context of their own."""
    pages = {}
    for name, password in PASSWORDS.items():
        page = pages[name] = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        page.get_by_label("username").fill(name)
        page.get_by_label("password").fill(password)
        shot(page, f"login-{name}")
        page.get_by_role("button", name="Login").click()
        page.locator(".welcome").wait_for()
    yield pages
    for page in pages.values():
        page.context.close()


def test_two_users_have_their_own_conversations_and_documents(logged_in, address):
    ann, bob = logged_in.values()
    for page in (ann, bob):  # both at once
        page.get_by_label("Your question").fill(EARNS)
        page.get_by_label("Your question").press("Enter")
    assert "9,000 euros" in said(answered(ann, 0))
    assert "9,000" not in answered(bob, 0).inner_text()
    assert "1987" in said(ask(bob, "When did the Harbour Cafe open?"))
    for page, turns in ((ann, 1), (bob, 2)):
        page.reload()
        page.locator(".question").nth(turns - 1).wait_for()
        assert page.locator(".talk").all_inner_texts() == [EARNS]
        assert page.locator(".question").count() == turns
    bob.goto(ann.url)
    bob.get_by_text("may have been deleted").wait_for()
    assert "9,000" not in bob.content()
    view(bob, "Documents")
    assert bob.locator(".found li").count() == 1
    assert "Pay" not in bob.locator("#documents").inner_text()
    shot(bob, "documents-of-bob")
    assert barriers(bob) == []
    view(ann, "Documents")
    assert ann.locator(".found li").count() == 2
