import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from chat_models import FACTS, evidence, smollm2

from corpus.errors import ReaderError
from qa.read.local import LocalReader
from qa.read.remote import RemoteReader

QUESTION = "When did Xiaomi enter the new energy vehicle market?"


@contextmanager
def serving(*arguments):
    command = [sys.executable, str(Path(__file__).with_name("openai_server.py")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip()
            assert port, "the test server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def real():
    """Serve the real SmolLM2."""
    with serving(str(smollm2())) as address:
        yield address


@pytest.fixture(scope="module")
def faulty():
    """Serve faults only; starts without torch."""
    with serving() as address:
        yield address


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    monkeypatch.setattr("qa.read.remote.WAITS", (0.01, 0.02))
    monkeypatch.delenv("QA_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def read(reader):
    return [draft.text for draft in reader.read(QUESTION, evidence(*FACTS), ())]


def test_a_real_server_drafts_what_the_model_drafts_here(real):
    options = {"whole_passages": False, "budget": 500}
    here = read(LocalReader(smollm2(), max_new_tokens=60, dtype="float32", **options))
    assert here
    assert read(RemoteReader(real, max_tokens=60, **options)) == here


def test_the_address_may_end_in_v1_and_the_model_may_be_named(real):
    options = {"whole_passages": False, "max_tokens": 4}
    assert RemoteReader(f"{real}/v1/", "tested", **options).name == f"tested at {real}/v1"
    for reader in (RemoteReader(f"{real}/v1/", "tested", **options), RemoteReader(f"{real}/", **options)):
        assert read(reader) == []  # four tokens are no sentence: the limit cut it


def test_an_unknown_model_is_named(real):
    with pytest.raises(ReaderError, match=r"has no model gpt-99 .*no model gpt-99.*model's name"):
        read(RemoteReader(real, "gpt-99"))


def test_a_key_is_sent_and_never_shown(real, monkeypatch):
    reader = RemoteReader(f"{real}/key", whole_passages=False, max_tokens=4)
    monkeypatch.setenv("OPENAI_API_KEY", "secret")  # is OpenAI's: it stays here
    with pytest.raises(ReaderError, match=r"HTTP 401.*QA_API_KEY") as refused:
        read(reader)
    assert "secret" not in str(refused.value)
    monkeypatch.setenv("QA_API_KEY", "guessed")
    with pytest.raises(ReaderError, match=r"HTTP 401") as refused:
        read(reader)
    assert "guessed" not in str(refused.value)
    monkeypatch.setenv("QA_API_KEY", " secret\n")
    assert read(reader) == []
    monkeypatch.setenv("QA_API_KEY", "sec\nret")
    with pytest.raises(ReaderError, match="printable ASCII") as refused:
        read(reader)
    assert "ret" not in str(refused.value).replace("printable", "")


@pytest.mark.parametrize("name", ["listed", "cacheless"])
def test_a_server_of_one_model_is_asked_for_it_by_no_name(faulty, name):
    assert read(RemoteReader(f"{faulty}/pinned/{name}")) == ["It is long."]
    with pytest.raises(ReaderError, match=r"pinned to \w+; requested other\): .*name its model as #NAME"):
        read(RemoteReader(f"{faulty}/pinned/{name}#other"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SmolLM2-135M-Instruct", "It is short."),
        ("qwen3:0.6b", "It is short."),
        ("Qwen3-4B", "It is long."),
        ("gpt-4.1", "It is long."),
        ("llama3.2:1b", "It is long."),
    ],
)
def test_a_model_whose_name_tells_that_it_is_small_gets_the_small_prompt(faulty, name, said):
    assert read(RemoteReader(f"{faulty}/pinned/{name}", name)) == [said]


def test_a_key_that_a_server_repeats_is_left_out(faulty, monkeypatch):
    monkeypatch.setenv("QA_API_KEY", "hush-hush")
    with pytest.raises(ReaderError, match="Incorrect API key provided: …") as raised:
        read(RemoteReader(f"{faulty}/fault/echo", "tested"))
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("forbidden", r"valid API key \(HTTP 403\)"),
        ("busy", r"HTTP 429: slow down\): wait"),
        ("broken", r"failed \(HTTP 500: CUDA is unhappy\)"),
        ("plain", r"failed \(HTTP 502: Bad gateway\)"),
        ("long", r"longer than tested .* reads .*512 tokens.*lower the reader's budget"),
        ("strange", r"refused the request \(HTTP 400: temperature is unsupported\)"),
        ("moved", r"refused the request \(HTTP 301"),
        ("page", r"must stream|broke off"),
        ("json", r"must stream chat.completion.chunk events, got '\{oops'"),
        ("shape", r"must stream chat.completion.chunk events"),
        ("list", r"must stream chat.completion.chunk events"),
    ],
)
def test_faults_name_their_remedy(faulty, kind, message):
    with pytest.raises(ReaderError, match=message) as raised:
        read(RemoteReader(f"{faulty}/fault/{kind}", "tested"))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("cut", "broke the connection"),
        ("unfinished", "broke off"),
        ("error", r"failed while answering \(out of memory\)"),
    ],
)
def test_what_came_before_the_fault_is_kept(faulty, kind, message):
    drafts = RemoteReader(f"{faulty}/fault/{kind}", "tested").read(QUESTION, evidence(*FACTS))
    assert next(drafts).text == "It is here."
    with pytest.raises(ReaderError, match=message):
        next(drafts)


def test_a_silent_server_is_given_up(faulty):
    with pytest.raises(ReaderError, match=r"silent for 0\.3 s: .*longer timeout"):
        read(RemoteReader(f"{faulty}/fault/silent", "tested", timeout=0.3))


def test_comments_other_fields_and_counts_are_passed_over(faulty):
    assert read(RemoteReader(f"{faulty}/fault/chatty", "tested")) == ["One is here."]


def test_a_sentence_cut_by_the_server_is_dropped(faulty):
    assert read(RemoteReader(f"{faulty}/fault/limit", "tested")) == ["One is here."]


@pytest.mark.parametrize(
    ("kind", "message"),
    [("page", "must list models"), ("empty", "offers no model"), ("forbidden", "HTTP 403"), ("broken", "HTTP 500")],
)
def test_a_server_that_lists_no_models(faulty, kind, message):
    with pytest.raises(ReaderError, match=message):
        read(RemoteReader(f"{faulty}/fault/{kind}"))


def test_an_address_that_is_no_api(faulty):
    with pytest.raises(ReaderError, match="HTTP 404"):
        read(RemoteReader(f"{faulty}/nothing"))


def test_a_busy_server_is_asked_again(faulty):
    assert read(RemoteReader(f"{faulty}/fault/waking", "tested")) == ["It is awake."]


def test_the_address_may_name_the_model(real):
    options = {"whole_passages": False, "max_tokens": 4}
    assert RemoteReader(f"{real}/v1#a/b", **options).name == f"a/b at {real}/v1"
    assert read(RemoteReader(f"{real}#tested", **options)) == []
    with pytest.raises(ReaderError, match="has no model gpt-99"):
        read(RemoteReader(f"{real}#gpt-99", **options))


def test_what_is_said_beside_the_answer_is_a_thought(faulty):
    assert read(RemoteReader(f"{faulty}/fault/reasons", "tested")) == ["It is five."]


def test_nobody_is_there():
    with pytest.raises(ReaderError, match=r"http://127.0.0.1:9/v1 cannot be reached .*start the server"):
        read(RemoteReader("http://127.0.0.1:9"))


@pytest.mark.parametrize("address", ["", "localhost:8000", "ftp://host", "http://", "http://[::1", "http://host:port"])
def test_no_address(address):
    with pytest.raises(ReaderError, match="a server's address"):
        RemoteReader(address)


def test_a_password_in_the_address_is_not_shown():
    reader = RemoteReader("http://me:hush@127.0.0.1:9")
    assert "hush" not in reader.name
    with pytest.raises(ReaderError) as raised:
        read(reader)
    assert "hush" not in str(raised.value)


def test_closing_the_drafts_closes_the_connection(faulty):
    def closed():
        return httpx.get(f"{faulty}/closed", trust_env=False).json()

    before = closed()
    drafts = RemoteReader(f"{faulty}/fault/endless", "tested").read(QUESTION, evidence(*FACTS))
    assert next(drafts).text == "Fact 0 is told."
    assert closed() == before
    drafts.close()
    deadline = time.monotonic() + 10
    while closed() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert closed() == before + 1


def test_no_evidence_asks_nobody():
    assert list(RemoteReader("http://127.0.0.1:9").read(QUESTION, [])) == []
