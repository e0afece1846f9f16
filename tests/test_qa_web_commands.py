"""The command line of the doors: users, keys and shares; a password comes from standard input, never from arguments."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes import Library

from qa.web.accounts import Accounts
from qa.web.conversations import Conversations, beside

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse"


@pytest.fixture
def shelf(tmp_path):
    return Library(tmp_path, pay_txt="The director earns 9,000 euros.", menu_txt="Soup is served on Monday.")


def qa(shelf, *arguments, typed=""):
    command = [sys.executable, "-m", "qa", *arguments, "--index", str(shelf.directory)]
    done = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def test_users_are_added_listed_given_keys_and_removed(shelf):
    assert qa(shelf, "user", "add", "ann", typed=f"{PASSWORD}\n") == (0, "user ann added\n", "")
    assert qa(shelf, "user", "add", "root", "--admin", typed=PASSWORD)[0] == 0
    accounts = Accounts(shelf.directory)
    assert accounts.check("ann", PASSWORD) and accounts.check("root", PASSWORD)
    code, key, err = qa(shelf, "user", "key", "ann")
    assert (code, err) == (0, "") and accounts.holder(key.strip()) == "ann"
    assert qa(shelf, "user", "list") == (0, "ann  1 key\nroot  admin, 0 keys\n", "")
    assert qa(shelf, "user", "key", "ann", "--revoke")[1] == "1 key of ann revoked\n"
    assert qa(shelf, "user", "password", "ann", typed="another horse\n")[0] == 0
    assert accounts.check("ann", "another horse")
    assert qa(shelf, "user", "remove", "ann") == (0, "user ann removed\n", "")
    assert [user.name for user in accounts.users()] == ["root"]


def test_a_removed_user_leaves_no_conversation(shelf):
    accounts, owners = Accounts(shelf.directory), ("ann", "bob")
    with closing(Conversations(beside(shelf.directory), shelf.index.store)) as kept:
        for name in owners:
            accounts.add(name, PASSWORD)
            kept.create(name)
        assert qa(shelf, "user", "remove", "Ann")[0] == 0
        assert [len(kept.listed(name)) for name in owners] == [0, 1]


def test_documents_are_shared_and_listed(shelf):
    for name in ("ann", "bob"):
        Accounts(shelf.directory).add(name, PASSWORD)
    told = (0, "pay.txt  only ann, bob\n", "")
    assert qa(shelf, "share", "pay.txt", "--with", "ann", "--with", "bob") == told
    assert qa(shelf, "share") == told
    assert qa(shelf, "share", "pay.txt", "--everybody") == (0, "", "")
    code, _, err = qa(shelf, "share", "nothing.txt", "--with", "ann")
    assert code == 1 and err.startswith("error: what is shared is a document")
    assert qa(shelf, "share", "pay.txt", "--with", "eve")[0] == 1
    for wrong in (("pay.txt",), ("--with", "ann"), ("pay.txt", "--with", "ann", "--everybody")):
        assert qa(shelf, "share", *wrong)[0] == 2


def test_what_goes_wrong_is_one_line(shelf):
    for arguments, typed, why in (
        (("user", "add", "ann"), "short", "8 to 256 characters; got 5"),
        (("user", "remove", "eve"), "", "no user 'eve'"),
        (("user", "password", "eve"), PASSWORD, "no user 'eve'"),
    ):
        code, out, err = qa(shelf, *arguments, typed=typed)
        assert (code, out) == (1, "") and why in err and len(err.splitlines()) == 1
    assert qa(shelf, "user", "add", "ann", PASSWORD)[0] == 2
