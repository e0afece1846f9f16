"""No fact of a page is lost or made false: years, figures in heads, values of forms, groups of tables, scripts."""

import re

import pdfs
import pytest
from test_corpus_pdf import FOG, PRICES, ROWS, TIDE, headings, read


def drawn(folder, *texts, pages=1, font=("Helvetica", 11)):
    """Return the text of a PDF with each (x, y, words) drawn by itself; y counts from the top."""

    def draw(canvas, number):
        for x, y, words, *hand in texts:
            canvas.setFont(*(hand[0] if hand else font))
            canvas.drawString(x, 800 - y, words.format(n=number))

    return read(folder, pdfs.canvas_pdf(draw, pages))


def column(words, left=72, top=100, step=16):
    return [(left, top + step * n, word) for n, word in enumerate(words)]


# --- figures that look like something else


def test_the_years_of_a_history_are_no_numbers_of_lines(tmp_path):
    events = [f"The yard of Dunmore launched the boat that is known as number {n}." for n in range(10)]
    document = drawn(tmp_path, *column(list(map(str, range(2010, 2020)))), *column(events, left=120))
    assert [document.text.index(f"{2010 + n}") < document.text.index(event) for n, event in enumerate(events)]
    for n, event in enumerate(events):
        assert f"{2010 + n}" in document.text[: document.text.index(event)].rsplit("\n", 1)[-1]


def test_a_running_head_keeps_its_figures_once(tmp_path):
    document = drawn(
        tmp_path,
        (72, 20, "Invoice 4711-88   12/03/2024"),
        (72, 100, "Order {n}x " + TIDE[:60]),
        (72, 300, "Page {n}"),
        pages=3,
    )
    assert document.text.count("4711-88") == 1 and document.text.count("12/03/2024") == 1


def test_a_head_with_a_year_runs_like_any_other(tmp_path):
    document = drawn(
        tmp_path, (72, 20, "Annual Report 2024"), *column(["Part {n}x " + TIDE[:70], "Note {n}x " + FOG[:70]]), pages=6
    )
    assert document.text.count("Annual Report 2024") == 1


def test_marks_of_notes_and_powers_are_no_part_of_a_number(tmp_path):
    small = ("Helvetica", 7)
    document = drawn(tmp_path, (72, 100, "The yard sold 300"), (157, 96, "1", small), (165, 100, "boats in all."))
    assert document.text == "The yard sold 300¹ boats in all."


# --- tables


YEARS = [["EUR m", "2022", "2023", "2024"], ["Sales", "300", "310", "320"], ["Costs", "200", "210", "230"]]


@pytest.mark.parametrize("corner", ["EUR m", ""])
@pytest.mark.parametrize("ruled", [False, True])
def test_years_are_the_names_of_columns(tmp_path, corner, ruled):
    rows = [[corner, *YEARS[0][1:]], *YEARS[1:], ["Profit", "100", "100", "90"]]
    if ruled:
        text = read(tmp_path, pdfs.flowing([rows])).text
    else:
        text = read(
            tmp_path, pdfs.canvas_pdf(lambda canvas, n: pdfs.draw_table(canvas, rows, widths=(90, 60, 60, 60)))
        ).text
    assert re.search("Sales[ |;]+2022: 300[ |;]+2023: 310[ |;]+2024: 320", text) and text.count("2022: ") == 3


def test_rows_of_a_group_stay_apart(tmp_path):
    rows = [
        ["Region", "Year", "Boats"],
        ["North", "2021", "12"],
        ["", "2022", "15"],
        ["South", "2021", "8"],
        ["", "2022", "9"],
    ]
    text = read(tmp_path, pdfs.canvas_pdf(lambda canvas, n: pdfs.draw_table(canvas, rows))).text
    assert "Year: 2022; Boats: 15" in text and "Year: 2022; Boats: 9" in text and "2021 2022" not in text


def test_a_table_below_another_has_its_own_names(tmp_path):
    def draw(canvas, number):
        pdfs.draw_table(canvas, PRICES, top=700)
        pdfs.draw_table(canvas, [row[:3] for row in YEARS], top=600)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert ROWS in text and "2022: 300; 2023: 310" in text and "Model: EUR" not in text


def test_equal_cells_are_all_kept(tmp_path):
    rows = [["Boat", "3", "3", "6"], ["Rope", "4", "4", "8"], ["Lamp", "1", "1", "2"]]
    text = read(
        tmp_path, pdfs.canvas_pdf(lambda canvas, n: pdfs.draw_table(canvas, rows, widths=(90, 60, 60, 60)))
    ).text
    assert text == "Boat | 3 | 3 | 6\nRope | 4 | 4 | 8\nLamp | 1 | 1 | 2"


def test_names_go_on_over_pages(tmp_path):
    def draw(canvas, number):
        canvas.drawString(72, 780, "Bank of Dunmore")
        rows = [PRICES[0], *([f"Boat {number}{n}", str(100 + n), str(1990 + n)] for n in range(9))]
        pdfs.draw_table(canvas, rows)

    text = read(tmp_path, pdfs.canvas_pdf(draw, 4)).text
    assert all(
        f"Model: Boat {page}{n}; Price: {100 + n}; Since: {1990 + n}" in text for page in (1, 2, 3, 4) for n in range(9)
    )
    assert text.count("Model: ") == 36


def test_a_heading_among_the_rows_of_a_table_is_a_heading(tmp_path):
    bold = ("Helvetica-Bold", 13)
    ropes, lamps = (
        [(x, top + 16 * n, f"{word} {n}") for n in range(4) for x, word in ((72, kind), (250, "Euro"))]
        for kind, top in (("Rope", 130), ("Lamp", 230))
    )
    document = drawn(tmp_path, (72, 100, "Ropes", bold), *ropes, (72, 208, "Lamps", bold), *lamps)
    assert [words for _, words in headings(document)] == ["Ropes", "Lamps"]
    assert "Rope 3: Euro 3" in document.text and "Lamp 0: Euro 0" in document.text


def test_wrapped_words_of_the_last_row_stay_in_it(tmp_path):
    rows = [["Part", "Price"], ["Rope", "30.00"], ["Anchor and", "120.00"]]
    texts = [(x, 100 + 24 * n, cell) for n, row in enumerate(rows) for x, cell in zip((72, 250), row, strict=True)]
    assert "Part: Anchor and chain; Price: 120.00" in drawn(tmp_path, *texts, (72, 161, "chain")).text


def test_rules_drawn_as_one_path_are_seen(tmp_path):
    cells = [["Item", "Description"], ["Rope", "A rope of hemp"], ["Lamp", "A lamp of brass"], ["Bell", "A bell"]]

    def draw(canvas, number):
        canvas.grid([72, 170, 400], [700 - 40 * n for n in range(5)])
        for n, (name, words) in enumerate(cells):
            canvas.drawString(80, 686 - 40 * n, name)
            canvas.drawString(180, 686 - 40 * n, words)
            if n == 1:
                canvas.drawString(180, 672 - 40 * n, "for the pier")

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert "Rope: A rope of hemp for the pier\nLamp: A lamp" in text


def test_contents_stay_lines(tmp_path):
    names = ["Preface", "1 Introduction", "1.1 The harbour", "2 Boats", "2.1 Ropes", "3 Lamps", "4 Bells", "A Tables"]
    pages = ["iii", "1", "2", "9", "14", "20", "31", "41"]
    document = drawn(tmp_path, *column(names), *column(pages, left=400))
    assert all(f"{name} {page}" in " ".join(document.text.split()) for name, page in zip(names, pages, strict=True))
    assert ":" not in document.text


def test_a_table_set_sideways_is_a_table(tmp_path):
    def draw(canvas, number):
        canvas.drawString(72, 780, TIDE[:80])
        canvas.translate(300, 200)
        canvas.rotate(90)
        pdfs.draw_table(canvas, PRICES, left=0, top=0)

    assert ROWS in read(tmp_path, pdfs.canvas_pdf(draw)).text


# --- forms, pictures, listings, scripts


def test_values_of_a_form_are_read(tmp_path):
    def draw(canvas, number):
        for n, (name, value) in enumerate([("Name", "Maria Svensson"), ("Boat", "Sea Otter II")]):
            canvas.drawString(72, 700 - 40 * n, f"{name}:")
            canvas.acroForm.textfield(name=name, value=value, x=150, y=694 - 40 * n, width=200, height=20)

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert "Name: Maria Svensson" in text and "Boat: Sea Otter II" in text


def test_a_picture_in_strips_and_one_below_a_stamp_are_read(tmp_path):
    import io

    import pypdfium2
    from reportlab.lib.utils import ImageReader

    page = pypdfium2.PdfDocument(pdfs.flowing([TIDE, FOG]))[0].render(scale=2).to_pil()

    def draw(canvas, number):
        high = page.height / 6
        for n in range(6):
            strip = io.BytesIO()
            page.crop((0, int(high * n), page.width, int(high * (n + 1)))).save(strip, "PNG")
            canvas.drawImage(ImageReader(strip), 0, 842 - 842 / 6 * (n + 1), 595, 842 / 6)
        canvas.drawString(72, 20, "Downloaded from archive.example.org on 1 March 2024")

    text = read(tmp_path, pdfs.canvas_pdf(draw)).text
    assert "height of the tide every morning" in text and "archive.example.org" in text


def test_a_picture_of_any_size_is_bounded(tmp_path):
    def draw(canvas, number):
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(Image.new("RGB", (20, 20), "white")), 0, 0, 14400, 14400)

    whole = pdfs.merged(pdfs.canvas_pdf(draw, size=(14400, 14400)), pdfs.flowing([TIDE]))
    assert read(tmp_path, whole).text.strip() == TIDE


def test_lines_of_a_listing_keep_their_lines_and_indents(tmp_path):
    code = [
        "import sys",
        "for hour in hours:",
        "    if hour > 12:",
        "        total += offset",
        "    else:",
        "        total = 0",
    ]
    listing = [(72, 150 + 13 * n, line, ("Courier", 9)) for n, line in enumerate(code)]
    assert "\n".join(code) in drawn(tmp_path, (72, 100, TIDE[:70]), *listing, (72, 260, FOG[:70])).text


def test_items_of_every_mark_stay_apart(tmp_path):
    items = ["2.1 the rope of the boat", "2.2 the lamp of the boat", "o the bell of the boat", "o the oar of the boat"]
    texts = [
        (72 + 30 * bool(part), 100 + 14 * n, word)
        for n, item in enumerate(items)
        for part, word in enumerate(item.split(" ", 1))
    ]
    assert drawn(tmp_path, *texts).text == "\n".join(items)


def test_scripts_of_both_directions_on_one_line(tmp_path):
    from corpus.load.layout.glyph import Glyph
    from corpus.load.layout.leftward import in_reading_order

    def told(shown):
        """Return the words of a line that a page shows so, drawn from left to right."""
        glyphs, after = [], ""
        for n, char in enumerate(shown):
            if char == " ":
                after = " "
                continue
            glyphs.append(Glyph(char, 6.0 * n, 0.0, 6.0 * n + 6, 10.0, 10.0, after=after))
            after = ""
        found, order = in_reading_order(glyphs, range(len(glyphs)))
        return "".join(found[i].after.replace("\n", "") + found[i].text for i in order)

    assert told("signed by האב הניפס (the buyer) now") == "signed by ספינה באה (the buyer) now"
    assert told("5% ריחמ") == "מחיר 5%"
    assert told("ba@example.com לא תבותכב ובתכ ובתכ") == "כתבו כתבו בכתובת אל ba@example.com"
    assert told("AT&T לא ובתכ") == "כתבו אל AT&T"
