"""One loader a format, chosen by content first and by suffix second.

``load`` reads a file that is one document, ``load_all`` also archives and mails with attachments; ``readable`` tells
which files of a folder are worth trying. Libraries of formats are imported only when a file of theirs is read.

- ``sniff``: what a file is; ``limits``: what reading it may cost
- ``text``, ``markdown``, ``rst``, ``html``, ``pdf``, ``word``, ``odf``, ``rtf``, ``slides``, ``sheet``, ``table``,
  ``epub``, ``records``, ``mail``, ``notebook``, ``code``: the loaders
- ``archive``: the members of a ZIP archive; ``package``: its opening
- ``number_format``: how a sheet shows its numbers
- ``content``: what each loader returns, and the one normalisation
- ``tree``, ``walk``, ``blocks``: from a web page's tree to plain text, for all that becomes HTML
- ``pdfium``, ``pdfium_text``, ``pdfium_objects``: what a page draws; ``layout``: its text in reading order; ``ocr``:
  pages that are pictures
- ``isolated``, ``worker``: reading in a process of its own
"""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path, PurePosixPath

from corpus.document import Document, Failure
from corpus.errors import LoadError, UnknownType
from corpus.load import sniff
from corpus.load.content import Content, one_line, printable
from corpus.load.limits import Limits

__all__ = ["VERSION", "fingerprint", "load", "load_all", "readable"]

VERSION = 6  # raised when what a loader makes of a file changes; the index then reads its files again

_READERS = {  # media type to module; every one has ``read(data, limits)``
    sniff.PDF: "pdf", sniff.DOCX: "word", sniff.ODT: "odf", sniff.ODP: "odf", sniff.RTF: "rtf", sniff.PPTX: "slides",
    sniff.XLSX: "sheet", sniff.XLS: "sheet", sniff.ODS: "sheet", sniff.EPUB: "epub", sniff.MAIL: "mail",
    sniff.NOTEBOOK: "notebook", "text/html": "html", "text/markdown": "markdown", "text/x-rst": "rst",
    "text/csv": "table", "text/tab-separated-values": "table", "application/json": "records",
    "application/jsonl": "records",
}  # fmt: skip


def readable(path: Path) -> bool:
    """Tell whether ``path`` is a candidate by its name: not hidden, no picture or program. The file is not opened."""
    return sniff.readable(path.name)


def load(path: Path, doc_id: str | None = None, limits: Limits | None = None) -> Document:
    """Read one file to a document; ``doc_id`` defaults to the file's name, ``limits`` bound what it may cost.

    Raises:
        LoadError: the path is missing, a folder or not permitted; the file is empty, binary, locked, damaged or
            without text.

    """
    limits = limits or Limits()
    data = _bytes(path, limits)
    kind = _media_type(str(path), path.name, data)
    if kind == sniff.ZIP:
        raise LoadError(
            f"{path}: a file is read as one document, and this archive holds many; index it, or use load_all"
        )
    return _document(str(path), path.name, data, kind, doc_id or _utf8(path.name), limits)


def load_all(path: Path, doc_id: str | None = None, limits: Limits | None = None) -> Iterator[Document | Failure]:
    """Yield the documents that a file holds: one, or those of an archive's members and a failure for each bad one.

    Raises:
        LoadError: the file as a whole cannot be read.
    """
    limits = limits or Limits()
    data = _bytes(path, limits)
    yield from _members(str(path), path.name, data, doc_id or _utf8(path.name), limits, 0)


def _members(
    place: str, name: str, data: bytes, doc_id: str, limits: Limits, depth: int
) -> Iterator[Document | Failure]:
    """Yield the document of some bytes, or those of the archive that they are; ``depth`` counts archives around it."""
    kind = _media_type(place, name, data)
    inner: Iterator[tuple[str, bytes] | Failure] = iter(())
    if kind == sniff.ZIP:
        from corpus.load import archive

        limits.check("depth", depth + 1, f"{place}: an archive in archives")
        try:
            inner = archive.members(data, limits)
        except LoadError as error:
            raise LoadError(f"{place}: {error}") from error
    else:
        yield _document(place, name, data, kind, doc_id, limits)
    if kind == sniff.MAIL:
        from corpus.load import mail

        inner = mail.attachments(data, limits)
    for one in inner:
        if isinstance(one, Failure):
            yield Failure(f"{doc_id}/{one.doc_id}", one.reason)
            continue
        own = f"{doc_id}/{one[0]}"
        try:
            yield from _members(own, one[0], one[1], own, limits, depth + 1)
        except UnknownType:
            continue  # a picture in an archive is passed over like one in a folder
        except LoadError as error:
            yield Failure(own, str(error))


def fingerprint() -> str:
    """Return what changes when more files can be read than before: the version, and the optional readers."""
    from corpus.load import ocr

    return f"{VERSION}+ocr" if ocr.available() else str(VERSION)


def _utf8(name: str) -> str:
    """Return a file's name as text that can be encoded; bytes of it that are no UTF-8 become "?"."""
    return name.encode("utf-8", "replace").decode()


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise LoadError(f"{path}: an ordinary file is needed, and this is a pipe or device; name a file")
        if path.is_file():
            limits.check("file_bytes", path.stat().st_size, "the file")
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


def _media_type(place: str, name: str, data: bytes) -> str:
    kind = sniff.media_type(name, data)
    if kind is None:
        raise UnknownType(f"{place}: a document is text or of a type that the README lists, and this is another binary")
    if kind == sniff.OLE:
        raise LoadError(f"{place}: Word and PowerPoint files of before 2007 are not read; save it as .docx or .pptx")
    if kind == sniff.PDF and b"%PDF-" not in data[:1024]:
        raise LoadError(f"{place}: a PDF begins with %PDF-, and this file does not; it is damaged or misnamed")
    return kind


def _document(place: str, name: str, data: bytes, kind: str, doc_id: str, limits: Limits) -> Document:
    try:
        content = _content(data, kind, limits)
        limits.check("characters", len(content.text), "the document")
        limits.check("pages", len(content.page_starts), "the document")
    except LoadError as error:
        raise LoadError(f"{place}: {error}") from error
    if not content.text.strip():
        raise LoadError(f"{place}: a document needs text, and this {kind} file has none; remove it or add text")
    return Document(
        id=doc_id,
        title=one_line(content.title or "") or printable(_utf8(PurePosixPath(name).stem)),
        text=content.text,
        page_starts=content.page_starts,
        headings=content.headings,
        media_type=kind,
        sha256=sha256(data).hexdigest(),
        notes=content.notes,
    )


def _content(data: bytes, kind: str, limits: Limits) -> Content:
    """Read some bytes by the module of their type; each imports its library when it is called."""
    name = _READERS.get(kind) or ("code" if kind.startswith("text/x-") else "text")
    module = import_module(f"corpus.load.{name}")
    read: Callable[[bytes, Limits], Content] = module.read_lines if kind == "application/jsonl" else module.read
    try:
        return read(data, limits)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a library in Rust fails; pyo3 gives it no other name
            raise
        raise LoadError(
            f"the library that reads {kind} gave up on the file ({one_line(str(error))}); save it again"
        ) from error
