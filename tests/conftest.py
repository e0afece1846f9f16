"""The environment of every test, and what is made once for all of them."""

import atexit
import os
import shutil
import tempfile

# Before anything of ours is imported: no network, and no place on this machine but a temporary one.
_HOME = tempfile.mkdtemp(prefix="qa-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "QA_HOME": _HOME, "NO_COLOR": "1"}
os.environ.pop("FORCE_COLOR", None)

from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import browser as chrome  # noqa: E402
import conversing  # noqa: E402
import pytest  # noqa: E402
from fakes import HashEncoder, Library  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from index.encode import Encoder, make_encoder  # noqa: E402
from index.retrieve import Index  # noqa: E402
from index.sync import sync  # noqa: E402
from qa.system import Assistant  # noqa: E402
from qa.web.conversations import Conversations, beside  # noqa: E402

# The same examples on every run, and no time limits: the machine may be busy.
settings.register_profile(
    "tests", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real default encoder; its weights are loaded once."""
    return make_encoder()


@pytest.fixture(scope="session")
def library(encoder: Encoder) -> Iterator[Assistant]:
    """An assistant over the default index, which its first use makes of the library that ships. Read only."""
    made = Assistant.open()
    made.index.store.close()
    index = Index(made.index.directory, encoder)
    yield Assistant(index, made.reader)
    index.store.close()


@pytest.fixture
def hashes() -> HashEncoder:
    """A tiny deterministic encoder without torch, which notes what it was given."""
    return HashEncoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for documents."""
    path = tmp_path / "documents"
    path.mkdir()
    return path


@pytest.fixture
def shelf(tmp_path):
    """An index of two small documents."""
    made = Library(tmp_path, **conversing.TEXTS)
    yield made
    made.index.store.close()


@pytest.fixture
def kept(shelf):
    """The conversations beside it."""
    made = Conversations(beside(shelf.directory), shelf.index.store)
    yield made
    made.close()


# -- the page in a real browser


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    """A folder of two documents, their index, and a home of their own."""
    root = tmp_path_factory.mktemp("page")
    (root / "documents").mkdir()
    (root / "documents" / "cafe.md").write_text(chrome.CAFE, encoding="utf-8")
    (root / "documents" / "ferry.txt").write_text(chrome.FERRY, encoding="utf-8")
    (root / "lighthouse.txt").write_text(chrome.LIGHTHOUSE, encoding="utf-8")
    (root / "empty.txt").write_bytes(b"")
    sync([root / "documents"], root / "index", encoder)
    return root


@pytest.fixture(scope="module")
def address(place):
    with chrome.served(place / "index", place) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chrome.chromium() as browser:
        yield browser


@pytest.fixture
def outside():
    """Requests to other machines; there must be none."""
    urls = []
    yield urls
    assert urls == []


@pytest.fixture
def page(browser, address, outside):
    page = chrome.opened(browser, address, outside)
    yield page
    page.close()
