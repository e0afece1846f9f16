"""What every request must pass: the host's name, the page it comes from, JSON, and a key where there are accounts."""

import httpx
import openai
import pytest
from fakes import Library
from serving import running

from corpus.errors import AccountError
from qa.web.accounts import Accounts
from qa.web.completions import MODEL
from qa.web.doors import PRIVATE, Doors
from qa.web.guard import Hosts
from qa.web.shares import make_share

BODY = {"model": MODEL, "messages": [{"role": "user", "content": "What cools from lava?"}]}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return Library(tmp_path_factory.mktemp("rocks"), rocks_md="# Rocks\n\nBasalt cools from lava.")


@pytest.fixture(scope="module")
def address(shelf):
    with running(Doors(shelf.assistant(), rate=0).app()) as address:
        yield address


def post(address, **headers):
    return httpx.post(f"{address}/v1/chat/completions", json=BODY, headers=headers)


def test_a_foreign_name_pointed_at_this_server_is_refused(address):
    port = address.rpartition(":")[2]
    for host in ("127.0.0.1", f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert post(address, host=host).status_code == 200
    for host in (f"evil.example:{port}", "localhost.evil.example", "192.168.1.7", "", "["):
        got = post(address, host=host)
        assert (got.status_code, got.json()["error"]["code"]) == (421, "host")
        assert httpx.get(f"{address}/", headers={"host": host}).status_code == 421


def test_a_web_page_elsewhere_cannot_ask(address):
    assert post(address, origin=address).status_code == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"{address}.evil.example", "file://"):
        got = post(address, origin=origin)
        assert (got.status_code, got.json()["error"]["code"]) == (403, "origin")
    assert post(address, **{"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}).status_code == 403
    asked_before = httpx.options(
        f"{address}/v1/chat/completions",
        headers={"origin": "http://evil.example", "access-control-request-method": "POST"},
    )
    assert asked_before.status_code == 403
    assert "access-control-allow-origin" not in asked_before.headers


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_a_web_page_is_no_request(address, media):
    got = httpx.post(f"{address}/v1/chat/completions", content=b"{}", headers={"content-type": media})
    assert (got.status_code, got.json()["error"]["code"]) == (415, "content_type")


def test_a_link_from_elsewhere_to_the_page_is_no_danger(address):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert httpx.get(f"{address}/v1/models", headers=headers).status_code == 200


def test_the_names_of_a_server_depend_on_who_reaches_it():
    local = Hosts.of("127.0.0.1", False, False)
    assert local.holds("localhost:7860") and not local.holds("192.168.1.7:7860")
    everywhere = Hosts.of("0.0.0.0", True, False)
    assert (
        everywhere.holds("192.168.1.7:7860") and everywhere.holds("[fe80::1]") and not everywhere.holds("evil.example")
    )
    behind = Hosts.of("127.0.0.1", False, False, "https://docs.example/qa")
    assert behind.holds("docs.example") and behind.own("https://docs.example", "127.0.0.1:7860")
    assert not behind.own("https://evil.example", "docs.example")
    accounts = Hosts.of("0.0.0.0", True, True)
    assert accounts.holds("any.example") and not accounts.holds("")
    assert accounts.own("http://any.example", "any.example") and not accounts.own("http://evil.example", "any.example")
    assert Hosts.of("127.0.0.1", False, False, "/qa").origins == frozenset()


def test_with_accounts_a_program_needs_a_key_and_sees_what_its_user_sees(tmp_path):
    shelf = Library(tmp_path, rocks_md="# Rocks\n\nBasalt cools from lava.", pay_md="# Pay\n\nThe director earns much.")
    accounts = Accounts(shelf.directory)
    for name in ("ann", "bob"):
        accounts.add(name, "correct horse")
    keys = {name: accounts.new_key(name) for name in ("ann", "bob")}
    with running(Doors(shelf.assistant(), accounts=True, rate=0).app()) as address:
        for header in ("", "Bearer", "Bearer wrong", f"Basic {keys['ann']}", keys["ann"]):
            got = post(address, authorization=header)
            assert (got.status_code, got.json()["error"]["code"]) == (401, "invalid_api_key")
            assert got.headers["www-authenticate"] == "Bearer"
        assert httpx.get(f"{address}/v1/models").status_code == 401
        with (
            openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0) as client,
            pytest.raises(openai.AuthenticationError, match="a key is needed"),
        ):
            client.models.list()
        assert post(address, authorization=f"Bearer {keys['bob']}").status_code == 200
        accounts.share(make_share("pay.md", ("ann",), shelf.index))
        assert post(address, authorization=f"Bearer {keys['ann']}").status_code == 200
        accounts.remove("bob")
        assert post(address, authorization=f"Bearer {keys['bob']}").status_code == 401


def test_a_server_that_would_show_what_it_must_not_does_not_start(shelf, tmp_path):
    with pytest.raises(AccountError, match="qa user add NAME"):
        Doors(shelf.assistant(), accounts=True)
    other = Library(tmp_path, pay_md="The director earns much.")
    accounts = Accounts(other.directory)
    accounts.add("ann", "correct horse")
    accounts.share(make_share("pay.md", ("ann",), other.index))
    with pytest.raises(AccountError, match="--auth"):
        Doors(other.assistant(), "0.0.0.0", exposed=True)
    assert Doors(other.assistant()).privacy == PRIVATE
    assert Doors(other.assistant(), "0.0.0.0", exposed=True, accounts=True).privacy == (("accounts only", {}),)
    remote = Doors(shelf.assistant(), "0.0.0.0", exposed=True, remote=["models.example"])
    assert remote.privacy == (("sent", {"machine": "models.example"}), ("open", {}))


@pytest.mark.parametrize("path", ["file=https://evil.example/a.png", "file/http%3A//evil.example/a.png"])
def test_nothing_is_fetched_from_another_machine(address, path):
    got = httpx.get(f"{address}/gradio_api/{path}")
    assert (got.status_code, got.json()["error"]["code"]) == (403, "address")
