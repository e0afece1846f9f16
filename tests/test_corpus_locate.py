"""A quote on its page: the rectangles hold its ink, and nothing of the lines around it."""

import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pdfs
import pypdfium2
import pytest
from reportlab.lib.colors import Color

from corpus import LoadError, load
from corpus.locate import areas

WORDS = "the keeper wrote down how high the tide rose every morning before the boats went out to sea again".split()


def sentence(n):
    words = [WORDS[(n * 7 + i * 3) % len(WORDS)] for i in range(12)]
    return f"Sentence {n} says that {' '.join(words)}."


def colour(n):
    return (40 + 23 * n % 160, 40 + 57 * n % 160, 40 + 91 * n % 160)


def painted(columns, pages=1, running=False):
    """Return a PDF in which each sentence has a colour of its own, and the sentences."""
    from reportlab.lib.utils import simpleSplit

    said = []

    def draw(canvas, number):
        if running:
            canvas.drawString(60, 820, f"Harbour Studies {number}")
            canvas.drawString(290, 20, str(number))
        for column in range(columns):
            top = 780
            for row in range(6):
                n = len(said)
                said.append(sentence(n))
                canvas.setFillColor(Color(*(part / 255 for part in colour(n))))
                canvas.setFont("Times-Roman", 11)
                for line in simpleSplit(said[-1], "Times-Roman", 11, 210 if columns > 1 else 400):
                    canvas.drawString(60 + column * 250, top, line)
                    top -= 14
                top -= 10 * (row % 2)
        canvas.setFillColor(Color(0, 0, 0))

    return pdfs.canvas_pdf(draw, pages), said


@lru_cache(maxsize=2)
def image(path: Path, page: int):
    """Return a page as an image (height, width, 3) without soft edges."""
    shown = pypdfium2.PdfDocument(path)[page - 1].render(scale=2.0, rev_byteorder=True, no_smoothtext=True)
    return shown.to_numpy()[:, :, :3].astype(np.int16)


@lru_cache(maxsize=32)
def ink(path: Path, page: int, tint):
    """Return a mask (height, width) of the pixels of a colour."""
    return np.abs(image(path, page) - np.array(tint, np.int16)).max(axis=2) < 6


def covered(mask, found):
    """Return a mask of what rectangles cover, a pixel's margin included."""
    height, width = mask.shape
    out = np.zeros_like(mask)
    for one in found:
        top, bottom = int(one.top * height) - 1, int(one.bottom * height) + 2
        out[max(0, top) : bottom, max(0, int(one.left * width) - 1) : int(one.right * width) + 2] = True
    return out


def change_nothing(page):
    pass


@pytest.mark.parametrize(
    "change",
    [
        change_nothing,
        lambda page: page.set_rotation(90),
        lambda page: page.set_rotation(270),
        lambda page: page.set_cropbox(20, 30, 580, 830),
        lambda page: (page.set_mediabox(-40, -60, 700, 900), page.set_rotation(180)),
    ],
    ids=["plain", "turned", "turned back", "cropped", "shifted and upside down"],
)
def test_the_rectangles_of_a_sentence_hold_its_ink_and_no_other(tmp_path, change):
    data, said = painted(columns=2)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.changed(data, change))
    document = load(path)
    for n, text in enumerate(said):
        start = document.text.index(text)
        found = areas(path, document, start, start + len(text))
        assert found and {one.page for one in found} == {1}
        own = ink(path, 1, colour(n))
        cover = covered(own, found)
        assert own.sum() > 50 and (own & ~cover).sum() == 0
        for other in set(range(len(said))) - {n}:
            others = ink(path, 1, colour(other))
            assert (others & cover).sum() < 0.05 * others.sum() + 5


def test_running_heads_and_pages_are_minded(tmp_path):
    data, said = painted(columns=1, pages=4, running=True)
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    document = load(path)
    assert document.text.count("Harbour Studies") <= 1
    for n in (0, 7, 14, 23):
        start = document.text.index(said[n])
        found = areas(path, document, start, start + len(said[n]))
        page = n // 6 + 1
        assert {one.page for one in found} == {page} == {document.page_at(start)}
        own = ink(path, page, colour(n))
        assert own.sum() > 50 and (own & ~covered(own, found)).sum() == 0


def test_a_quote_over_two_pages_has_rectangles_on_both(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.flowing([" ".join(sentence(n) for n in range(90))]))
    document = load(path)
    turn = document.page_starts[1]
    found = areas(path, document, turn - 60, turn + 60)
    assert [one.page for one in found][:1] == [1] and {one.page for one in found} == {1, 2}
    assert all(0 <= one.left < one.right <= 1 and 0 <= one.top < one.bottom <= 1 for one in found)


def words_in(path: Path, found):
    """Return the words that PDFium finds in the rectangles."""
    out = []
    for one in found:
        page = pypdfium2.PdfDocument(path)[one.page - 1]
        width, height = page.get_size()
        box = (one.left * width, height - one.bottom * height, one.right * width, height - one.top * height)
        out.append(page.get_textpage().get_text_bounded(*box).strip())
    return out


def test_the_row_of_a_table_is_found_cell_by_cell(tmp_path):
    rows = [["Model", "Price", "Since"], ["Boat A", "300", "1987"], ["Boat B", "450", "1991"]]
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.flowing([sentence(1), rows, sentence(2)]))
    document = load(path)
    line = "Model: Boat B; Price: 450; Since: 1991"
    start = document.text.index(line)
    assert words_in(path, areas(path, document, start, start + len(line))) == ["Boat B", "450", "1991"]
    price = start + line.index("450")
    assert words_in(path, areas(path, document, price, price + 3)) == ["450"]


def test_a_word_parted_at_the_end_of_a_line_has_two_rectangles(tmp_path):
    def draw(canvas, number):
        canvas.drawString(72, 700, "The keeper was very care-")
        canvas.drawString(72, 686, "ful with every logbook.")

    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.canvas_pdf(draw))
    document = load(path)
    start = document.text.index("careful")
    assert words_in(path, areas(path, document, start, start + 7)) == ["care", "ful"]


def test_what_a_picture_shows_is_found_in_it(tmp_path):
    data, said = painted(columns=1)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.scanned(data, 150))
    document = load(path)
    start = document.text.index(said[2])
    found = areas(path, document, start, start + len(said[2]))
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(data)
    own = ink(plain, 1, colour(2))
    assert (own & covered(own, found)).sum() > 0.9 * own.sum()


def test_a_file_that_changed_is_told_and_other_formats_have_no_pages(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.flowing([sentence(1)]))
    document = load(path)
    with pytest.raises(ValueError, match="0 <= start <= end"):
        areas(path, document, 5, 10_000)
    path.write_bytes(pdfs.flowing([sentence(2)]))
    with pytest.raises(LoadError, match="changed since it was read"):
        areas(path, document, 0, 5)
    path.unlink()
    with pytest.raises(LoadError, match="cannot be read"):
        areas(path, document, 0, 5)
    text = tmp_path / "a.txt"
    text.write_text("The tide rose.")
    assert areas(text, load(text), 0, 3) == ()


def test_an_index_locates_quotes_of_its_own_files(tmp_path):
    from fakes import HashEncoder

    from index.retrieve import Index
    from index.sync import sync

    folder = tmp_path / "documents"
    folder.mkdir()
    data = pdfs.flowing([sentence(1), sentence(2)])
    (folder / "a.pdf").write_bytes(data)
    (folder / "a.txt").write_text(sentence(3))
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("c.pdf", data)
        archive.writestr("d.txt", ("café " * 30 + "x").encode()[:-1] + b"\xe9 end")
    sync([folder], tmp_path / "index", HashEncoder())
    index = Index(tmp_path / "index", HashEncoder())
    text = index.document("a.pdf").text
    start = text.index(sentence(2))
    assert [one.page for one in index.areas("a.pdf", start, start + 20)] == [1]
    assert index.areas("a.txt", 0, 5) == index.areas("b.zip/c.pdf", 0, 5) == ()
    assert index.store.noted() == {"b.zip"}
    index.store.close()
