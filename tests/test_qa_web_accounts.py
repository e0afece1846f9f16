"""Accounts and shares: what is kept, who is let in, and that a restricted document stays so."""

import json
import shutil
import stat

import pytest
from argon2 import PasswordHasher, extract_parameters
from fakes import Library

from corpus.errors import AccountError
from qa.web.accounts import Accounts, Share, digest
from qa.web.shares import Sight, make_share

PASSWORD = "correct horse"


@pytest.fixture
def shelf(tmp_path):
    return Library(tmp_path, salaries_txt="The director earns 9,000 euros.", menu_txt="Soup is served on Monday.")


@pytest.fixture
def accounts(shelf):
    made = Accounts(shelf.directory)
    for name in ("ann", "bob"):
        made.add(name, PASSWORD)
    made.add("root", PASSWORD, admin=True)
    return made


def test_a_password_is_kept_as_a_hash_in_a_file_of_its_owner(accounts):
    assert stat.S_IMODE(accounts.file.stat().st_mode) == 0o600
    text = accounts.file.read_text()
    assert PASSWORD not in text and text.count("$argon2id$") == 3
    assert accounts.check("ann", PASSWORD) and accounts.check("Ann", PASSWORD)
    assert not accounts.check("ann", "wrong horse") and not accounts.check("eve", PASSWORD)


def test_a_name_that_is_not_there_takes_as_long_as_one_that_is(accounts, monkeypatch):
    worked = []

    class Hasher(PasswordHasher):
        def verify(self, hashed, password):
            try:
                return super().verify(hashed, password)
            finally:  # rounds, memory and length: what the time is spent on
                worked.append((extract_parameters(hashed), len(password)))

    monkeypatch.setattr("qa.web.accounts._HASHER", Hasher())
    assert not accounts.check("ann", "wrong horse") and not accounts.check("eve", "wrong horse")
    known, unknown = worked
    assert known == unknown


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("ANN", PASSWORD, "taken"),
        ("a b", PASSWORD, "letters"),
        ("", PASSWORD, "letters"),
        ("../x", PASSWORD, "letters"),
        ("eve", "short", "8 to 256"),
        ("eve", "x" * 257, "8 to 256"),
    ],
)
def test_what_breaks_a_rule_is_told_and_changes_nothing(accounts, name, password, why):
    before = accounts.file.read_bytes()
    with pytest.raises(AccountError, match=why):
        accounts.add(name, password)
    assert accounts.file.read_bytes() == before


def test_a_key_is_told_once_kept_hashed_and_ends(accounts):
    key = accounts.new_key("ann")
    assert accounts.holder(key) == "ann" and accounts.holder(key + "x") is None
    assert key not in accounts.file.read_text() and digest(key) in accounts.file.read_text()
    assert accounts.revoke("ann") == 1 and accounts.holder(key) is None
    key = accounts.new_key("bob")
    accounts.remove("bob")
    assert accounts.holder(key) is None and not accounts.check("bob", PASSWORD)


def test_another_process_sees_a_change_at_once(accounts):
    other = Accounts(accounts.directory)
    assert other.check("ann", PASSWORD)
    accounts.set_password("ann", "another horse")
    assert other.check("ann", "another horse") and not other.check("ann", PASSWORD)


def test_a_damaged_file_lets_nobody_in(accounts):
    accounts.file.write_text('{"version": 9, "users": {}, "shares": {}}')
    with pytest.raises(AccountError, match="version 9"):
        accounts.check("ann", PASSWORD)
    accounts.file.write_text("{")
    with pytest.raises(AccountError, match="cannot be read"):
        accounts.users()


def test_accounts_belong_to_an_index(tmp_path):
    with pytest.raises(AccountError, match="qa index"):
        Accounts(tmp_path).add("ann", PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_everybody_sees_everything_until_it_is_shared(accounts, shelf):
    sight = Sight(accounts, shelf.index)
    assert sight.visible("ann") is sight.visible("root") is None
    accounts.share(make_share("salaries.txt", ("ann",), shelf.index))
    assert sight.visible("ann") is sight.visible("root") is None
    assert sight.visible("bob") == {"menu.txt"}
    accounts.unshare("salaries.txt")
    assert sight.visible("bob") is None
    with pytest.raises(AccountError, match="no user 'eve'"):
        sight.visible("eve")


def test_what_is_added_later_is_everybodys(accounts, shelf):
    accounts.share(make_share("salaries.txt", ("ann",), shelf.index))
    sight = Sight(accounts, shelf.index)
    assert sight.visible("bob") == {"menu.txt"}
    shelf.write(news_txt="The cafe has moved.")
    shelf.sync()
    assert sight.visible("bob") == {"menu.txt", "news.txt"}


def test_a_shared_folder_holds_what_comes_into_it(accounts, shelf):
    (shelf.folder / "board").mkdir()
    (shelf.folder / "board" / "plan.txt").write_text("The board plans a merger.")
    shelf.sync()
    sight = Sight(accounts, shelf.index)
    for name in ("board", str(shelf.folder / "board")):
        accounts.share(make_share(name, ("ann",), shelf.index))
        (shelf.folder / "board" / f"{len(name)}.txt").write_text(f"The board met {len(name)} times.")
        shelf.sync()
        assert sight.visible("bob") == {"menu.txt", "salaries.txt"}
        accounts.unshare(name)
    with pytest.raises(AccountError, match="qa status"):
        make_share("boa", ("ann",), shelf.index)


def test_moving_or_copying_a_document_is_no_way_around_its_share(accounts, shelf):
    accounts.share(make_share("salaries.txt", ("ann",), shelf.index))
    shutil.copy(shelf.folder / "salaries.txt", shelf.folder / "copy.txt")
    (shelf.folder / "salaries.txt").rename(shelf.folder / "moved.txt")
    shelf.sync()
    assert Sight(accounts, shelf.index).visible("bob") == {"menu.txt"}


def test_of_two_shares_the_stricter_counts_and_nobody_left_hides_it(accounts, shelf):
    sight = Sight(accounts, shelf.index)
    accounts.share(make_share(str(shelf.folder), ("ann", "bob"), shelf.index))
    accounts.share(make_share("salaries.txt", ("ann",), shelf.index))
    assert sight.visible("bob") == {"menu.txt"} and sight.visible("ann") is None
    accounts.remove("ann")
    assert sight.visible("bob") == {"menu.txt"}
    assert json.loads(accounts.file.read_text())["shares"]["salaries.txt"]["users"] == []


def test_a_share_names_users_that_are_there(accounts):
    with pytest.raises(AccountError, match="no user 'eve'"):
        accounts.share(Share("salaries.txt", ("eve",)))
