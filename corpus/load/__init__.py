"""One loader a format, chosen by content first and by suffix second.

``load`` reads one file; ``readable`` tells which files of a folder are worth trying. Libraries of formats are
imported only when a file of theirs is read. Scanned pages are not read: there is no character recognition.

- ``text``, ``markdown``, ``html``, ``pdf``: the loaders
- ``content``: what each of them returns, and the one normalisation
- ``tree``, ``walk``, ``blocks``: from a web page's tree to plain text, for HTML and Markdown
"""

import os
from hashlib import sha256
from pathlib import Path

from corpus.document import Document
from corpus.errors import LoadError
from corpus.load.content import Content, one_line, printable

__all__ = ["SUFFIXES", "load", "readable"]

SUFFIXES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".rst": "text/plain",
    ".log": "text/plain",
    "": "text/plain",
}


def readable(path: Path) -> bool:
    """Tell whether ``path`` is a candidate by its name: a known suffix, and not hidden. The file is not opened."""
    return not path.name.startswith((".", "~$")) and path.suffix.lower() in SUFFIXES


def load(path: Path, doc_id: str | None = None) -> Document:
    """Read one file to a document; ``doc_id`` defaults to the file's name.

    Raises:
        LoadError: the path is missing, a folder or not permitted; the file is empty, binary, locked, damaged or
            without text.

    """
    data = _bytes(path)
    media_type = _media_type(path, data)
    content = _content(path, data, media_type)
    if not content.text.strip():
        raise LoadError(f"{path}: a document needs text, and this {media_type} file has none; remove it or add text")
    return Document(
        id=_utf8(path.name) if doc_id is None else doc_id,
        title=one_line(content.title or "") or printable(_utf8(path.stem)),
        text=content.text,
        page_starts=content.page_starts,
        headings=content.headings,
        media_type=media_type,
        sha256=sha256(data).hexdigest(),
    )


def _utf8(name: str) -> str:
    """Return a file's name as text that can be encoded; bytes of it that are no UTF-8 become "?"."""
    return name.encode("utf-8", "replace").decode()


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise LoadError(f"{path}: an ordinary file is needed, and this is a pipe or device; name a file")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise LoadError(f"{path}: a file is needed, and nothing is there; check the path") from error
    except IsADirectoryError as error:
        raise LoadError(f"{path}: a file is needed, and this is a folder; name a file in it") from error
    except PermissionError as error:
        folder = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where a parent is closed
        kind = "a folder" if folder else "not permitted to be read"  # Windows calls a folder a permission
        raise LoadError(f"{path}: a readable file is needed, and this is {kind}; change its permissions") from error
    except OSError as error:
        raise LoadError(f"{path}: the file cannot be read ({error.strerror}); check the path and the disk") from error
    if not data:
        raise LoadError(f"{path}: a document needs text, and this file has 0 bytes; remove it or save it again")
    if data.isspace():
        raise LoadError(f"{path}: a document needs text, and this file holds only blanks; remove it or add text")
    return data


def _media_type(path: Path, data: bytes) -> str:
    media_type = SUFFIXES.get(path.suffix.lower(), "text/plain")
    if data.lstrip()[:5] == b"%PDF-" or (media_type == "application/pdf" and b"%PDF-" in data[:1024]):
        return "application/pdf"  # readers accept some bytes before the mark
    if media_type == "application/pdf":
        raise LoadError(f"{path}: a PDF begins with %PDF-, and this file does not; it is damaged or misnamed")
    if media_type == "text/plain" and data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(
        (b"<!doctype html", b"<html")
    ):
        return "text/html"
    return media_type


def _content(path: Path, data: bytes, media_type: str) -> Content:
    from corpus.load import html, markdown, pdf, text  # the modules are small; each imports its library when called

    read = {"application/pdf": pdf.read, "text/html": html.read, "text/markdown": markdown.read}
    try:
        return read.get(media_type, text.read)(data)
    except LoadError as error:
        raise LoadError(f"{path}: {error}") from error
