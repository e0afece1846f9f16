"""One OpenAI-compatible server with one model, for all systems that ``eval.bench.answers`` compares."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO
from urllib.parse import unquote
from urllib.request import ProxyHandler, build_opener

from eval.bench.peer_venvs import System, install, reason
from eval.examples import EvalError

SERVER = System("server", ("transformers[serving]==5.23.0",))
START = 300.0  # seconds that a server may take to load its model


def at(server: str) -> tuple[str, str]:
    """Return the address and the model's name of ``http://host:port/v1#MODEL``.

    Raises:
        EvalError: one of the two is missing.
    """
    url, _, model = server.partition("#")
    if not url.startswith(("http://", "https://")) or not url.endswith("/v1") or not model:
        raise EvalError(f"--server takes an address with its model, http://host:port/v1#MODEL, and got {url!r}")
    return url, unquote(model)


@contextmanager
def serving(model: Path, work: Path, dtype: str) -> Iterator[tuple[str, str]]:
    """Serve a model with ``transformers serve`` in an environment of its own; yield what :func:`at` returns.

    Args:
        model: a folder in the transformers format; its path is the model's name in the server.
        work: where the environment is kept.
        dtype: number format that it computes in, e.g. ``"bfloat16"``.

    Raises:
        EvalError: the server cannot be installed or does not start.
    """
    python = install(SERVER, work).python
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", dtype]
    command = [str(python.with_name("transformers")), "serve", str(model), *options]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(work / "hub"), "CUDA_VISIBLE_DEVICES": ""}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=work, env=environment) as run,
    ):
        try:
            _wait(run, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1", str(model)
        finally:
            run.terminate()


def _wait(run: "subprocess.Popen[bytes]", health: str, log: IO[str]) -> None:
    """Return as soon as the server says that it is well."""
    end, direct = monotonic() + START, build_opener(ProxyHandler({}))
    while monotonic() < end and run.poll() is None:
        try:
            with direct.open(health, timeout=10):
                return
        except OSError:
            sleep(0.5)
    log.seek(0)
    raise EvalError(f"`transformers serve` did not start: {reason(log.read())}")
