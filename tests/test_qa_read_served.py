"""The remote reader against `transformers serve`, as a person starts it, offline from a folder."""

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest
from chat_models import FACTS, evidence, reciter

from corpus.errors import ReaderError
from qa.read.remote import RemoteReader

SCRIPT = "Xiaomi was founded in 2010. It sells phones and cars today. Lei Jun leads the firm now."
START = 120  # seconds; it imports torch


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("served")
    model = reciter(place / "tiny", SCRIPT)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", start, "serve", str(model), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(place / "hub")}
    with (
        (place / "log").open("w") as log,
        subprocess.Popen([*command, "--device", "cpu"], stdout=log, stderr=log, env=environment) as process,
    ):
        try:
            end = time.monotonic() + START
            while not _is_well(f"http://127.0.0.1:{port}/health"):
                assert process.poll() is None and time.monotonic() < end, (place / "log").read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", str(model)
        finally:
            process.kill()


def _is_well(address):
    try:
        return httpx.get(address, trust_env=False, timeout=10).is_success
    except httpx.TransportError:
        return False


def read(reader):
    return [draft.text for draft in reader.read("When was Xiaomi founded?", evidence(*FACTS))]


def test_it_drafts_whether_or_not_its_model_is_named(server):
    address, model = server
    sentences = ["Xiaomi was founded in 2010.", "It sells phones and cars today.", "Lei Jun leads the firm now."]
    assert read(RemoteReader(address)) == sentences
    assert read(RemoteReader(f"{address}/v1#{model}", whole_passages=False)) == sentences
    assert read(RemoteReader(address, max_tokens=8)) == sentences[:1]


def test_another_model_is_refused_in_one_line(server):
    with pytest.raises(ReaderError, match=r"HTTP 400: Server is pinned to .*name its model as #NAME"):
        read(RemoteReader(f"{server[0]}#another"))
