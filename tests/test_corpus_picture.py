"""A page as an image: of what was indexed and nothing else, as large as asked; no page can crash or hang its reader."""

import io
import os
import time
import zipfile
from hashlib import sha256

import numpy as np
import pdfs
import pytest
from fakes import HashEncoder
from PIL import Image
from reportlab.lib.colors import red

from corpus import LoadError
from corpus.document import Document
from corpus.load.isolated import FileReader
from corpus.load.limits import Limits
from corpus.picture import picture
from index.pages import PageImages
from index.retrieve import Index
from index.sync import sync

RED = "The bell tower rang at noon."


def drawn(canvas, number):
    canvas.setFont("Times-Roman", 14)
    canvas.drawString(60, 700, f"Page {number} speaks of ferries and of nothing else at all.")
    canvas.setFillColor(red)
    canvas.drawString(60, 500 - 50 * number, RED)


def bare(box, content=b"", extra=()):
    """Return a PDF of one page with a media box as written, a content stream and further objects from number 5 on."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</XObject<</F0 5 0 R>>>>>>" % box.encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        *extra,
    ]
    return (
        b"%PDF-1.7\n"
        + b"".join(b"%d 0 obj%s endobj\n" % pair for pair in enumerate(objects, 1))
        + b"trailer<</Root 1 0 R>>"
    )


def bomb(depth=9, times=30):
    """Return forms of which each draws the next ones many times over: far more than can ever be drawn."""
    forms = []
    for n in range(depth):
        last = n == depth - 1
        drawing = b"0 0 500 500 re f " * times if last else b"/F0 Do " * times
        inner = b"" if last else b"/Resources<</XObject<</F0 %d 0 R>>>>" % (n + 6)
        forms.append(
            b"<</Type/XObject/Subtype/Form/BBox[0 0 600 600]%s/Length %d>>stream\n%s\nendstream"
            % (inner, len(drawing), drawing)
        )
    return bare("0 0 600 600", b"/F0 Do", forms)


def known(data, pages=1):
    """Return a document as if it had been read from these bytes."""
    return Document("a.pdf", "A", "x", (0,) * pages, (), "application/pdf", sha256(data).hexdigest())


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    data = pdfs.canvas_pdf(drawn, 3)
    (folder / "a.pdf").write_bytes(data)
    (folder / "a.txt").write_text("Ferries sail.")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("c.pdf", data)
    sync([folder], tmp_path / "index", HashEncoder())
    index = Index(tmp_path / "index", HashEncoder())
    yield index, folder
    index.store.close()


def pixels(made):
    return np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")).astype(int)


@pytest.mark.parametrize("width", [300, 1000])
def test_the_areas_of_a_quote_lie_on_its_ink(shelf, width):
    index, _ = shelf
    text = index.document("a.pdf").text
    start = text.rindex(RED)  # on the third page
    (area,) = index.areas("a.pdf", start, start + len(RED))
    made = index.page_image("a.pdf", area.page, width)
    assert (made.width, made.media_type) == (width, "image/webp") and made.height - width * 841.89 / 595.28 < 1
    shown = pixels(made)
    assert shown.shape == (made.height, made.width, 3)
    ink = (shown[:, :, 0] - shown[:, :, 1]) > 60
    top, bottom = int(area.top * made.height) - 2, int(area.bottom * made.height) + 3
    left, right = int(area.left * made.width) - 2, int(area.right * made.width) + 3
    assert ink[top:bottom, left:right].sum() == ink.sum() > 20


def test_what_cannot_be_shown_is_told(shelf):
    index, folder = shelf
    for doc_id, page, told in (
        ("a.pdf", 0, "one of 1 to 3, and 0"), ("a.pdf", 4, "one of 1 to 3, and 4"),
        ("a.txt", 1, "pages are shown of PDFs"), ("b.zip/c.pdf", 1, "a part of one"),
    ):  # fmt: skip
        with pytest.raises(LoadError, match=told):
            index.page_image(doc_id, page, 400)
    for width in (0, 15, 4001):
        with pytest.raises(ValueError, match="16 to 4,000 pixels wide"):
            index.page_image("a.pdf", 1, width)
    (folder / "a.pdf").rename(folder / "z.pdf")
    with pytest.raises(LoadError, match="cannot be read"):
        index.page_image("a.pdf", 1, 400)


def test_an_image_is_made_once_while_its_file_is_the_same(shelf, monkeypatch):
    index, folder = shelf
    first = index.page_image("a.pdf", 1, 200)
    with monkeypatch.context() as patch:
        patch.setattr(FileReader, "picture", None)  # nothing is drawn again
        assert index.page_image("a.pdf", 1, 200) is first
        assert index.only(["a.pdf"]).page_image("a.pdf", 1, 200) is first
    os.utime(folder / "a.pdf")  # other times, the same bytes
    assert index.page_image("a.pdf", 1, 200) == first
    (folder / "a.pdf").write_bytes(pdfs.canvas_pdf(drawn, 2))
    with pytest.raises(LoadError, match="changed since it was read"):
        index.page_image("a.pdf", 1, 200)


def test_no_more_images_are_kept_than_fit(shelf):
    index, _ = shelf
    document, file = index.document("a.pdf"), index.store.file("a.pdf")
    sizes = [len(index.page_image("a.pdf", page, 200).data) for page in (1, 2, 3)]
    images = PageImages(kept=sum(sizes) - 1)
    for page in (1, 2, 1, 3):
        images.image(document, file, page, 200)
    assert [key[1] for key in images._images] == [1, 3]
    assert images._size == sizes[0] + sizes[2]


@pytest.mark.parametrize(
    "box", ["0 0 10 200000", "0 0 200000 10", "0 0 1000000 1000000", "0 0 0 0", "0 0 1e38 1e38", "5 5 -900 -900"]
)
def test_a_page_of_any_size_is_bounded(tmp_path, box):
    path = tmp_path / "a.pdf"
    path.write_bytes(bare(box, b"0 0 100 100 re f"))
    with FileReader(Limits(seconds=60)) as reader:
        try:
            made = reader.picture(path, known(path.read_bytes()), 1, 4000)
        except LoadError as error:
            assert "cannot be shown" in str(error)
        else:
            assert 1 <= made.width <= 4000 and made.height <= 16_000 and made.width * made.height <= 20_100_000
            assert pixels(made).shape == (made.height, made.width, 3)


def test_a_page_that_takes_too_long_costs_itself_alone(tmp_path):
    path, fine = tmp_path / "a.pdf", tmp_path / "b.pdf"
    path.write_bytes(bomb())
    fine.write_bytes(bare("0 0 200 100"))
    begun = time.monotonic()
    with FileReader(Limits(seconds=2)) as reader:
        with pytest.raises(LoadError, match="at most 2 seconds"):
            reader.picture(path, known(path.read_bytes()), 1, 1000)
        assert time.monotonic() - begun < 30
        made = reader.picture(fine, known(fine.read_bytes()), 1, 400)
        assert (made.width, made.height) == (400, 200)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", bare("0 0 9 9")[:60], b"\0" * 500])
def test_a_damaged_file_is_an_error(tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(LoadError, match=r"damaged|cannot be shown"):
        picture(path, known(data), 1, 400)


def test_a_file_with_fewer_pages_than_were_read_is_an_error(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(data := bare("0 0 9 9"))
    with pytest.raises(LoadError, match="page 2 of a PDF cannot be shown"):
        picture(path, known(data, 2), 2, 400)
