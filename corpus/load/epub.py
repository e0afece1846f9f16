"""EPUB: the documents of the spine in order, a page each, read like web pages."""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from corpus.errors import LoadError
from corpus.load import html
from corpus.load.blocks import Blocks
from corpus.load.content import Content, normalise, one_line
from corpus.load.limits import Limits
from corpus.load.package import opened, unpacked
from corpus.load.walk import Walker

if TYPE_CHECKING:
    import zipfile
    from xml.etree.ElementTree import Element

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of an e-book.

    Raises:
        LoadError: the file is damaged, protected, or larger than the limits.
    """
    from resiliparse.parse.html import HTMLTree

    blocks = Blocks()
    with opened(data, limits) as archive:
        if "META-INF/rights.xml" in archive.namelist():
            raise LoadError("an e-book must be open, and this one is protected (DRM); use a copy without protection")
        rootfile = next(_parsed(archive, "META-INF/container.xml", limits).iter(_CONTAINER), None)
        path = "" if rootfile is None else rootfile.get("full-path") or ""
        package = _parsed(archive, path, limits)
        title = one_line(package.findtext(f".//{_DC}title") or "")
        for name in _spine(package, posixpath.dirname(path)):
            blocks.page()
            try:
                source = html.decode(unpacked(archive, name, limits))
            except KeyError:
                continue  # the spine names what is not there: an empty page
            walker = Walker(blocks)
            walker.walk(HTMLTree.parse(normalise(source)).body, everything=True)
            limits.check("characters", blocks.length, "the book")
    text, headings, pages = blocks.finish_pages()
    limits.check("pages", len(pages), "the book")
    return Content(text, title or None, headings, pages)


def _parsed(archive: "zipfile.ZipFile", name: str, limits: Limits) -> "Element":
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(unpacked(archive, name, limits))
    except (LookupError, ParseError, DefusedXmlException, ValueError) as error:  # also of an unknown encoding
        what = one_line(str(error))[:100]
        raise LoadError(f"an e-book names its parts, and {name!r} cannot be read ({what}); save it again") from error
    return root


def _spine(package: "Element", folder: str) -> Iterator[str]:
    """Yield the names of the documents in reading order."""
    items = {item.get("id"): item.get("href") or "" for item in package.iter(f"{_OPF}item")}
    for reference in package.iter(f"{_OPF}itemref"):
        href = items.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(folder, unquote(href).split("#", 1)[0]))
