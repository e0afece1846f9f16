"""What a file is: by its first bytes and, for archives, its members; by its suffix where bytes do not tell.

Nothing is guessed about binary files of other types: they are passed over.
"""

import io
import re
import zipfile
from pathlib import PurePosixPath

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
PPTX = f"{_OFFICE}.presentationml.presentation"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
_OPEN = "application/vnd.oasis.opendocument"
ODT, ODP, ODS = f"{_OPEN}.text", f"{_OPEN}.presentation", f"{_OPEN}.spreadsheet"
RTF = "application/rtf"
XLS = "application/vnd.ms-excel"
EPUB, ZIP, PDF = "application/epub+zip", "application/zip", "application/pdf"
MAIL, NOTEBOOK = "message/rfc822", "application/x-ipynb+json"
OLE = "application/x-ole-storage"

TEXTS = {
    ".md": "text/markdown", ".markdown": "text/markdown", ".html": "text/html", ".htm": "text/html",
    ".xhtml": "text/html", ".txt": "text/plain", ".text": "text/plain", ".log": "text/plain", "": "text/plain",
    ".rst": "text/x-rst", ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json",
    ".jsonl": "application/jsonl", ".ndjson": "application/jsonl", ".eml": MAIL, ".ipynb": NOTEBOOK,
}  # fmt: skip
_NAMES = {
    PDF: "PDF", DOCX: "Word", ODT: "Document", RTF: "Document", PPTX: "Slides", ODP: "Slides", XLSX: "Spreadsheet",
    XLS: "Spreadsheet", ODS: "Spreadsheet", EPUB: "E-book", MAIL: "E-mail", NOTEBOOK: "Notebook", "text/html": "HTML",
    "text/markdown": "Markdown", "text/plain": "Text", "text/x-rst": "Text", "text/csv": "Table",
    "text/tab-separated-values": "Table", "application/json": "Records", "application/jsonl": "Records",
}  # fmt: skip
_CODE = """
py pyi js mjs ts tsx jsx java c h cc cpp hpp cs go rs rb php pl pm lua r jl scala kt swift sh bash zsh ps1 bat sql css
scss yaml yml toml ini cfg conf xml svg tex el clj hs ml ex exs erl dart vue gradle cmake mk proto diff patch
"""
CODE = {f".{name}": f"text/x-{name}" for name in _CODE.split()}
_BINARY = """
png jpg jpeg gif bmp webp ico tif tiff psd heic mp3 wav ogg flac m4a aac mp4 m4v mov avi mkv webm wmv exe dll so dylib
o a obj lib class jar pyc pyo whl deb rpm iso img dmg bin dat db sqlite sqlite3 ttf otf woff woff2 eot gz bz2 xz zst 7z
rar tar tgz npy npz pkl pt pth onnx gguf safetensors faiss parquet swp lock
"""
BINARY = frozenset(f".{name}" for name in _BINARY.split())
_HTML = re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype html|<html)", re.I | re.S)


def kind(media_type: str) -> str:
    """Return what a person calls a media type.

    >>> kind("application/pdf"), kind("text/x-py")
    ('PDF', 'Source code')
    """
    return _NAMES.get(media_type) or ("Source code" if media_type.startswith("text/x-") else media_type)


def readable(name: str) -> bool:
    """Tell whether a file is a candidate by its name alone: not hidden, no lock file, no suffix of other binaries."""
    return not name.startswith((".", "~$")) and PurePosixPath(name).suffix.lower() not in BINARY


def media_type(name: str, data: bytes) -> str | None:
    """Return what a file is, or None for a binary of no type that is read."""
    suffix = PurePosixPath(name).suffix.lower()
    if data.lstrip()[:5] == b"%PDF-" or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        return PDF  # readers accept some bytes before the mark
    if data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data)):
        return _container(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return XLS if suffix in (".xls", ".xlt") else OLE
    if data.startswith(b"{\\rtf"):
        return RTF
    if suffix == ".pdf":
        return PDF  # its loader says what is wrong
    known = TEXTS.get(suffix) or CODE.get(suffix)
    if known in (None, "text/plain") and _HTML.match(data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")):
        return "text/html"
    if known is None or (suffix == "" and b"\0" in data[:4096]):
        return "text/plain" if _is_text(data) else None
    return known


def _is_text(data: bytes) -> bool:
    """Whether the first bytes look like text: a byte order mark, or no NUL and few control characters."""
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    return b"\0" not in head and sum(byte < 32 and byte not in b"\t\n\r\f\x1b\x08" for byte in head) * 50 <= len(head)


def _container(data: bytes) -> str:
    """Tell a ZIP archive from the formats that are kept in one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                for folder, kind in (("word/", DOCX), ("ppt/", PPTX), ("xl/", XLSX)):
                    if any(name.startswith(folder) for name in names):
                        return kind
            if names[:1] == ["mimetype"] or "mimetype" in names:
                with archive.open("mimetype") as file:
                    kind = file.read(100).decode("ascii", "replace").strip()
                kind = kind.removesuffix("-template")
                return kind if kind in (EPUB, ODT, ODP, ODS) else ZIP
            if "META-INF/container.xml" in names:
                return EPUB
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        pass  # damaged: the archive's loader says how
    return ZIP
