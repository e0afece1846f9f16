"""PDF: read in the order in which people read it, whole paragraphs, rows that read alone, pictures read as words."""

import re

import pdfs
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import LoadError, load
from corpus.load import ocr
from corpus.load.limits import Limits
from corpus.split import split

TIDE = (
    "The keeper wrote down the height of the tide every morning before the boats went out, and he never missed a day."
)
FOG = (
    "When fog came in from the sea the bell was rung by hand, once a minute, until the last of the boats had come home."
)
LAMP = "The lamp burned oil until the year of the great storm; since then it has been lit by a cable from the mainland."
ROPE = (
    "A rope of hemp lasts three winters on deck, and one of steel lasts twenty if it is greased in spring and autumn."
)
PROSE = [TIDE, FOG, LAMP, ROPE]


def read(folder, data, name="a.pdf", **limits):
    path = folder / name
    path.write_bytes(data)
    return load(path, limits=Limits(**limits))


def headings(document):
    return [(one.level, document.text[one.start : one.end]) for one in document.headings]


# --- paragraphs and columns


def test_a_wrapped_paragraph_reads_as_one_line_and_headings_are_told_by_their_hand(tmp_path):
    parts = [("title", "Harbour report"), TIDE, ("heading", "Fog"), FOG, LAMP, ("heading", "Ropes"), ROPE]
    document = read(tmp_path, pdfs.flowing(parts))
    assert document.text == "\n\n".join(part if isinstance(part, str) else part[1] for part in parts)
    assert headings(document) == [(1, "Harbour report"), (2, "Fog"), (2, "Ropes")]
    assert document.title == "Harbour report"


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_one_after_the_other(tmp_path, columns):
    parts = [text for n in range(6) for text in (("heading", f"Part {n}"), *PROSE)]
    document = read(tmp_path, pdfs.flowing(parts, columns))
    assert [line for line in document.text.split("\n\n") if line in PROSE] == PROSE * 6


def test_columns_that_the_file_draws_line_by_line_across_are_still_read_one_after_the_other(tmp_path):
    left = [
        "The keeper wrote down the height", "of the tide every morning before", "the boats went out, and he never",
        "missed a day in thirty years of", "service on the rock, which is a", "record on this coast.",
    ]  # fmt: skip
    right = [
        "When fog came in from the sea the", "bell was rung by hand, once every", "minute, until the last of all",
        "boats had come home and the men", "had been counted at the pier by", "the wife of the keeper.",
    ]  # fmt: skip

    def draw(canvas, number):
        canvas.drawString(
            72, 740, "Notes of the keeper of Dunmore rock, written in the winter of that year, kept at the pier"
        )
        for n, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(72, 700 - 14 * n, one)
            canvas.drawString(320, 700 - 14 * n, other)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert text.index("Notes of the keeper") < text.index(" ".join(left)) < text.index(" ".join(right))


def test_a_sentence_goes_on_from_column_to_column_and_from_page_to_page(tmp_path):
    parts = [" ".join(PROSE * 3)] * 12
    document = read(tmp_path, pdfs.flowing(parts, 2))
    assert len(document.page_starts) > 1
    assert re.sub(r"\s+", " ", document.text) == " ".join(parts)
    for start in document.page_starts[1:]:
        assert document.text[start - 2 : start] == "\n\n"


def test_a_table_at_the_head_of_a_column_does_not_tear_the_sentence_around_it(tmp_path):
    left = [
        "The keeper wrote down the height", "of the tide every morning before", "the boats went out, and he never",
        "missed a day, although the wind",
    ]  # fmt: skip
    right = [
        "often blew so hard that he had to", "crawl along the wall to the gauge", "and hold the lamp in his teeth",
        "all the way there and back again.",
    ]  # fmt: skip

    def draw(canvas, number):
        canvas.setFont("Times-Roman", 12)
        for n, line in enumerate(left):
            canvas.drawString(72, 700 - 14 * n, line)
        canvas.setFont("Times-Roman", 9)
        pdfs.draw_table(canvas, [["Model", "Price"], ["Boat A", "300"], ["Boat B", "450"]], 330, 760, (80, 60), 12)
        canvas.setFont("Times-Roman", 12)
        for n, line in enumerate(right):
            canvas.drawString(320, 700 - 14 * n, line)

    document = read(tmp_path, pdfs.canvas_pdf(draw))
    assert " ".join(left + right) in document.text
    assert "Model: Boat A; Price: 300\nModel: Boat B; Price: 450" in document.text


def test_lists_keep_their_items(tmp_path):
    lines = [
        "What the boats need:", "• a rope of hemp that is long enough to reach from the bow to",
        "  the pier at low water", "• two lamps", "1. First light the lamp", "2. Then ring the bell",
    ]  # fmt: skip

    def draw(canvas, number):
        for n, line in enumerate(lines):
            canvas.drawString(72 + 3 * (len(line) - len(line.lstrip())), 700 - 14 * n, line.strip())

    assert read(tmp_path, pdfs.canvas_pdf(draw)).text.endswith(
        "• a rope of hemp that is long enough to reach from the bow to the pier at low water\n• two lamps\n"
        "1. First light the lamp\n2. Then ring the bell"
    )


# --- words parted at the end of a line


def lines_pdf(*lines):
    def draw(canvas, number):
        canvas.setFont("Times-Roman", 11)
        for n, line in enumerate(lines):
            canvas.drawString(72, 740 - 13 * n, line)

    return pdfs.canvas_pdf(draw)


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["The keeper was care-", "ful with every log-", "book."], "The keeper was careful with every logbook."),
        (
            ["A well-known keeper is a well-", "known man in every harbour of the coast."],
            "A well-known keeper is a well-known man in every harbour of the coast.",
        ),
        (
            ["The lamp is a real thing, the storm a real one, the time a long time, in real-", "time as they say."],
            "The lamp is a real thing, the storm a real one, the time a long time, in real-time as they say.",
        ),
        (["The Anglo-", "Saxon boats, 2010-", "2015, came in."], "The Anglo-Saxon boats, 2010-2015, came in."),
    ],
)
def test_a_word_parted_at_the_end_of_a_line_is_put_together(tmp_path, lines, whole):
    assert read(tmp_path, lines_pdf(*lines)).text == whole


# --- tables

PRICES = [["Model", "Price", "Since"], ["Boat A", "300", "1987"], ["Boat B", "1,450", "1991"], ["Boat C", "80", "2003"]]
ROWS = "\n".join(f"Model: {a}; Price: {b}; Since: {c}" for a, b, c in PRICES[1:])


@pytest.mark.parametrize("by_column", [False, True])
def test_a_table_without_lines_reads_row_by_row(tmp_path, by_column):
    def draw(canvas, number):
        canvas.drawString(72, 740, "The prices of the boats that the harbour of Dunmore had for sale in the autumn:")
        pdfs.draw_table(canvas, PRICES, by_column=by_column)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert text.endswith(ROWS)


def test_a_table_with_lines_reads_row_by_row_and_its_cells_stay_whole(tmp_path):
    rows = [*PRICES, ["Boat D", "95", "a long note on the boat that wraps over several lines of its narrow cell"]]
    document = read(tmp_path, pdfs.flowing([TIDE, rows, FOG]))
    assert document.text == f"{TIDE}\n\n{ROWS}\nModel: Boat D; Price: 95; Since: {rows[-1][2]}\n\n{FOG}"


def test_cells_that_span_columns_and_rows(tmp_path):
    from reportlab.lib import colors
    from reportlab.platypus import Table

    cells = [["Model", "Price", ""], ["", "Summer", "Winter"], ["Boat A", "300", "200"], ["Boat B", "450", "400"]]
    style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1))]
    style.append(("FONTNAME", (0, 0), (-1, 1), "Helvetica-Bold"))

    def draw(canvas, number):
        table = Table(cells, style=style)
        table.wrapOn(canvas, 400, 400)
        table.drawOn(canvas, 72, 600)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert (
        text
        == "Model: Boat A; Price Summer: 300; Price Winter: 200\nModel: Boat B; Price Summer: 450; Price Winter: 400"
    )


def test_a_form_reads_label_and_value(tmp_path):
    labels, values = ["Invoice number:", "Date of issue:", "Total amount:"], ["4711", "2024-03-01", "310.00"]

    def draw(canvas, number):
        for side, words in ((72, labels), (250, values)):  # a program that fills in a form draws the values last
            for n, word in enumerate(words):
                canvas.drawString(side, 700 - 16 * n, word)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert text == "Invoice number: 4711\nDate of issue: 2024-03-01\nTotal amount: 310.00"


def test_a_plot_is_no_table(tmp_path):
    def draw(canvas, number):
        for n in range(8):
            canvas.line(100 + 50 * n, 400, 100 + 50 * n, 600)
            canvas.line(100, 400 + 28.5 * n, 450, 400 + 28.5 * n)
        canvas.drawString(110, 505, "The height of the tide at Dunmore in the year of the great storm")

    assert (
        read(tmp_path, pdfs.canvas_pdf(draw)).text == "The height of the tide at Dunmore in the year of the great storm"
    )


def test_wide_blanks_in_justified_lines_are_no_columns(tmp_path):
    halves = [("The keeper wrote", "down"), ("of the tide every", "dawn"), ("the boats all went", "out")]

    def draw(canvas, number):
        for n, ((left, right), place) in enumerate(zip(halves, (178, 183, 187.5), strict=True)):
            canvas.drawString(72, 700 - 14 * n, left)
            canvas.drawString(place, 700 - 14 * n, right)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert text.split() == " ".join(" ".join(half) for half in halves).split()


# --- what stands on every page


def test_running_heads_feet_and_page_numbers_are_no_text(tmp_path):
    def running(canvas, number):
        canvas.drawString(60, 810, "Harbour Studies")
        canvas.drawRightString(530, 810, f"The Pier {number + 11}")
        canvas.drawCentredString(297, 30, f"Page {number} of 5")

    parts = [("title", "The Pier of Harbour Studies"), *[" ".join(PROSE * 3)] * 20]
    document = read(tmp_path, pdfs.flowing(parts, running=running))
    assert len(document.page_starts) == 5
    assert "Harbour Studies The Pier" not in document.text and " of 5" not in document.text
    assert document.title == "The Pier of Harbour Studies"


def test_a_running_head_that_says_something_new_stays_once(tmp_path):
    def draw(canvas, number):
        canvas.drawString(72, 800, "Contract 4711 between Dunmore and Norvik")
        canvas.drawString(72, 700, f"Clause {number}: the boat is delivered in week {number + 20} of this year.")
        canvas.drawString(72, 30, f"{number}/3")

    document = read(tmp_path, pdfs.canvas_pdf(draw, 3))
    assert document.text.count("Contract 4711") == 1 and "/3" not in document.text
    assert all(f"week {n} of" in document.text for n in (21, 22, 23))


def test_numbers_of_lines_in_the_margin_are_no_text(tmp_path):
    lines = [
        f"{words} of the long report on the tides" for words in ("The first part", "the second one", "a third") * 4
    ]

    def draw(canvas, number):
        for n, line in enumerate(lines):
            canvas.drawString(72, 740 - 14 * n, line)
            canvas.drawRightString(55, 740 - 14 * n, str(n + 171))

    assert "171" not in read(tmp_path, pdfs.canvas_pdf(draw)).text


# --- odd pages


def test_turned_cropped_and_sideways_pages_are_read_as_people_see_them(tmp_path):
    whole = pdfs.flowing([("title", "Harbour report"), *PROSE, PRICES])
    plain = read(tmp_path, whole).text
    for turn in (90, 180, 270):
        assert read(tmp_path, pdfs.changed(whole, lambda page, turn=turn: page.set_rotation(turn))).text

    def draw(canvas, number):
        canvas.translate(500, 100)
        canvas.rotate(90)
        for n, line in enumerate(["A table set sideways on its page", "reads from its own left to its right"]):
            canvas.drawString(0, -14 * n, line)

    assert (
        read(tmp_path, pdfs.canvas_pdf(draw)).text
        == "A table set sideways on its page reads from its own left to its right"
    )
    cropped = pdfs.changed(whole, lambda page: page.set_cropbox(0, 700, 595, 842))
    text = read(tmp_path, cropped).text
    assert "Harbour report" in text and len(text) < len(plain)


def test_accents_that_are_drawn_over_letters_become_part_of_them(tmp_path):
    def draw(canvas, number):
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(72, 700, "art")
        at = 72 + canvas.stringWidth("art", "Times-Roman", 12)
        canvas.drawString(at, 700, "\u00b4")
        canvas.drawString(at, 700, "iculo")

    assert read(tmp_path, pdfs.canvas_pdf(draw)).text == "artículo"


def test_chinese_lines_are_joined_without_blanks(tmp_path):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lines = [
        "小米成立于二〇一〇年四月，由雷军在北京创办，最初只做手机系统，",
        "后来才开始生产手机、电视和汽车，并在二〇一八年在香港上市，",
    ]

    def draw(canvas, number):
        canvas.setFont("STSong-Light", 12)
        for n, line in enumerate([*lines, "成为当时最年轻的公司之一。"]):
            canvas.drawString(72, 700 - 18 * n, line)

    assert read(tmp_path, pdfs.canvas_pdf(draw)).text == "".join(lines) + "成为当时最年轻的公司之一。"


WORD = st.from_regex(r"[a-z]{2,9}", fullmatch=True)


@given(st.lists(st.lists(WORD, min_size=8, max_size=60), min_size=1, max_size=6), st.sampled_from([1, 2]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_paragraphs_are_found_whole_and_every_invariant_holds(tmp_path, encoder, words, columns):
    parts = [" ".join(one).capitalize() + "." for one in words]
    document = read(tmp_path, pdfs.flowing(parts, columns))
    assert re.sub(r"\s+", " ", document.text) == " ".join(parts)
    assert load(tmp_path / "a.pdf") == document
    passages = split(document, encoder.count_tokens, limit=196)
    last = 0
    for passage in passages:
        assert passage.text == document.text[passage.start : passage.end]
        assert not document.text[last : passage.start].strip()
        assert passage.page == document.page_at(passage.start)
        last = passage.end
    assert not document.text[last:].strip()


# --- pages that are pictures


def test_a_scanned_page_is_read_in_its_place(tmp_path):
    text = pdfs.flowing([("title", "Harbour report"), TIDE, FOG])
    scan = pdfs.scanned(pdfs.flowing([("title", "Ropes"), ROPE, LAMP], 2))
    document = read(tmp_path, pdfs.merged(text, scan))
    assert document.notes == () and len(document.page_starts) == 2
    assert document.text.startswith(f"Harbour report\n\n{TIDE}")
    assert document.page_at(document.text.index(ROPE)) == 2 and LAMP in document.text
    assert (1, "Ropes") in headings(document) or (2, "Ropes") in headings(document)
    assert load(tmp_path / "a.pdf") == document


def test_without_character_recognition_pictures_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    scan = pdfs.scanned(pdfs.flowing([ROPE]), 50)
    with pytest.raises(LoadError, match=r"they are pictures\); install character recognition \(pip install"):
        read(tmp_path, scan)
    document = read(tmp_path, pdfs.merged(pdfs.flowing([TIDE]), scan))
    assert document.text.strip() == TIDE and len(document.page_starts) == 2
    assert document.notes == (
        "1 of 2 pages are pictures and were not read: 2; to read them install character recognition "
        '(pip install "grounded-qa[ocr]")',
    )


def test_so_many_pictures_are_read_and_no_more(tmp_path):
    scan = pdfs.scanned(pdfs.flowing([ROPE]), 60)
    document = read(tmp_path, pdfs.merged(pdfs.flowing([TIDE]), scan), ocr_pages=0)
    assert "at most 0" in document.notes[0] and "2" in document.notes[0]


def test_a_page_that_cannot_be_read_is_told_in_one_line(tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.flowing([TIDE]))
    for owner, method in (("PdfDocument", "get_page"), ("PdfPage", "get_textpage"), ("PdfPage", "get_objects")):
        for failure in (pypdfium2.PdfiumError("Failed to load."), AssertionError("Buffer too small")):

            def fail(*_, failure=failure, **__):
                raise failure

            monkeypatch.setattr(getattr(pypdfium2, owner), method, fail)
            with pytest.raises(LoadError, match=r"page 1 is damaged \(.*\); save or download it again$"):
                load(path)
            monkeypatch.undo()
    assert load(path).text == TIDE
