"""E-mail (.eml) by the standard library: its head as lines, its plain text, else its HTML. Attachments are files."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from corpus.errors import LoadError
from corpus.load import html
from corpus.load.archive import safe_name
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits

_HEAD = ("From", "To", "Cc", "Date")
_PARTS_MAX = 1_000
_BROKEN = (
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    RecursionError,
)  # what broken heads make the library raise


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a message.

    Raises:
        LoadError: the bytes are no message.
    """
    message = _message(data)
    subject = _header(message, "Subject")
    blocks = Blocks()
    blocks.heading(subject, 1)
    for name in _HEAD:
        value = _header(message, name)
        blocks.line(f"{name}: {value}" if value else "", "row")
    if not blocks.length:
        raise LoadError("a message has a head with From, To or Subject, and this file has none; save it as text")
    blocks.end()
    try:
        body = message.get_body(("plain", "html"))
        words = str(body.get_content()) if body is not None else ""
        is_html = body is not None and body.get_content_subtype() == "html"
    except _BROKEN:
        words, is_html = data.partition(b"\n\n")[2].decode("utf-8", "replace"), False
    if is_html:
        words = html.convert(words).text
    for part in normalise(words).split("\n\n"):
        blocks.line(part, "paragraph")
    text, headings = blocks.finish()
    return Content(text, subject or None, headings)


def attachments(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each attached file, in order."""
    message = _message(data)
    try:
        parts = list(message.iter_attachments())
    except _BROKEN:
        return
    limits.check("members", len(parts), "the message")
    taken: set[str] = set()
    for n, part in enumerate(parts[:_PARTS_MAX], 1):
        try:
            name = safe_name(part.get_filename() or f"attachment-{n}.txt").replace("/", "_")
            content = part.get_payload(decode=True)
        except _BROKEN:
            continue
        name = f"{n}-{name}" if name in taken else name
        taken.add(name)
        if isinstance(content, bytes) and content:
            yield name, content


def _message(data: bytes) -> EmailMessage:
    try:
        return email.message_from_bytes(data, policy=email.policy.default)
    except _BROKEN as error:
        raise LoadError(f"a message must be whole, and this one is damaged ({error}); save it again") from error


def _header(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")).encode("utf-8", "replace").decode())
    except _BROKEN:
        return ""
