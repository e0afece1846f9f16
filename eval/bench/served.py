"""Serves the page, or any script that serves on a port, in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eval.examples import EvalError

START_SECONDS = 120.0  # for the server to open its index


@contextmanager
def served(command: Sequence[str], ready: str, home: Path) -> Iterator[tuple[str, int]]:
    """Run Python with ``command`` and ``--port N``; yields address and process id once it has printed ``ready``.

    ``home`` is where the product keeps what it makes.

    Raises:
        EvalError: the server did not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, *command, "--port", str(port)],
            stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "QA_HOME": str(home)},
        )  # fmt: skip
        try:
            end = time.monotonic() + START_SECONDS
            while ready not in (told := Path(log.name).read_text()):
                if server.poll() is not None or time.monotonic() > end:
                    raise EvalError(
                        f"a page is served within {START_SECONDS:.0f} s; mend what this one told: {told[-300:]}"
                    )
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait(30)
