"""The process that reads files for ``corpus.load.isolated``: requests on standard input, documents on standard output.

A frame is four bytes of length and JSON. Memory is bounded by the operating system where it can be (RLIMIT_AS).
"""

import json
import os
import signal
import struct
import sys
import traceback
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, astuple
from pathlib import Path
from typing import IO, Any

from corpus.document import Document, Failure, Heading
from corpus.errors import LoadError, UnknownType
from corpus.load.limits import Limits, tell_of_allowances

_GRACE = 60.0  # seconds beyond the limit after which a child that nobody waits for ends by itself


def send(stream: IO[bytes], frame: dict[str, Any]) -> None:
    """Write one frame."""
    data = json.dumps(frame).encode()
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any] | None:
    """Read one frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    data = stream.read(length)
    return None if len(data) < length else dict(json.loads(data))


def main(limits: str) -> None:
    """Answer requests until standard input ends."""
    bounds = Limits(**json.loads(limits))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints must not end up among the frames
    _bound(bounds)
    left = 0.0

    def told(seconds: float) -> None:
        nonlocal left
        left += seconds
        send(answers, {"allow": seconds})
        _alarm(bounds, left)

    tell_of_allowances(told)
    try:
        while (request := receive(requests)) is not None:
            left = 0.0
            _alarm(bounds)
            _answer(answers, request, bounds)
    except BrokenPipeError:  # the parent has gone
        os._exit(1)


def _answer(answers: IO[bytes], request: dict[str, Any], limits: Limits) -> None:
    path = Path(os.fsdecode(request["path"].encode("latin-1")))
    try:
        for frame in _found(path, request, limits):
            _no_alarm()  # the caller may take its time with what it has
            send(answers, frame)
            _alarm(limits)
    except LoadError as error:
        send(answers, {"error": str(error), "unknown": isinstance(error, UnknownType)})
    except BrokenPipeError:
        raise
    except MemoryError:
        told = (
            f"{path}: reading a file takes at most {limits.memory_bytes:,} bytes of memory, and this one needs more; "
        )
        send(answers, {"error": told + "split it, or raise Limits.memory_bytes", "unknown": False})
    except Exception as error:  # noqa: BLE001 - the boundary: whatever a library lets out costs its file alone
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
        told = f"{path}: the file cannot be read ({what}, {Path(place.filename).name}:{place.lineno}); save it again"
        send(answers, {"error": told, "unknown": False})
    else:
        send(answers, {"end": True})


def _found(path: Path, request: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield what a file holds; or where a span of a document that was read from it stands, or an image of its page."""
    from corpus.load import load_all
    from corpus.locate import areas
    from corpus.picture import picture

    where = request["where"]
    if where and "page" in where:
        made = picture(path, document_of(where["document"]), where["page"], where["width"])
        yield {"picture": asdict(made) | {"data": b64encode(made.data).decode()}}
        return
    if where:
        found = areas(path, document_of(where["document"]), where["start"], where["end"], limits)
        yield {"areas": [astuple(one) for one in found]}
        return
    for one in load_all(path, request["id"], limits):
        yield {"failure": _failure(one)} if isinstance(one, Failure) else {"document": fields(one)}


def fields(document: Document, *, whole: bool = True) -> dict[str, Any]:
    """Return a document as JSON can hold it; if not ``whole``, without its words."""
    names = ("id", "title", "text", "page_starts", "media_type", "sha256", "notes")
    headings = [(one.start, one.end, one.level) for one in document.headings]
    found = {name: getattr(document, name) for name in names} | {"headings": headings}
    return found if whole else found | {"text": "", "headings": []}


def document_of(fields: dict[str, Any]) -> Document:
    """Return the document that :func:`fields` gave."""
    headings = tuple(Heading(*one) for one in fields.pop("headings"))
    pages, notes = tuple(fields.pop("page_starts")), tuple(fields.pop("notes"))
    return Document(headings=headings, page_starts=pages, notes=notes, **fields)


def _failure(failure: Failure) -> dict[str, str]:
    return {"doc_id": failure.doc_id, "reason": failure.reason}


def _bound(limits: Limits) -> None:
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = limits.memory_bytes if most == resource.RLIM_INFINITY else min(limits.memory_bytes, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _alarm(limits: Limits, more: float = 0.0) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + more + _GRACE)


def _no_alarm() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
