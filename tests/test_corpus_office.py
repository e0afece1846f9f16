"""Files as LibreOffice and Chromium write them: other programs' ways of saying the same."""

import subprocess

import formats
import pdfs
import pytest
from browser import ARGS, CHROMIUM

from corpus import LoadError, load
from corpus.locate import areas

ARABIC = (
    "تأسست الشركة في عام 2010. وهي تبيع الهواتف والسيارات في أكثر من 100 بلد حول العالم، "
    "ولها متاجر كثيرة في المدن الكبيرة والصغيرة وتعمل مع شركاء محليين."
)
ARABIC_2 = "بلغت مبيعاتها 1,234 وحدة (حسب Reuters) في السنة الأولى بعد إطلاق سيارة SU7 في مارس 2024."
PAGE = f"""<html><meta charset=utf-8><title>Harbour report</title><style>body {{ font: 12pt 'DejaVu Sans' }}</style>
<body><h1>Harbour report</h1><h2>Lamps</h2>{"".join(f"<p>{fact}</p>" for fact in formats.FACTS)}
<p dir=rtl>{ARABIC}</p><ul><li>First rope<li>Second rope</ul><ol><li>Light the lamp<li>Ring the bell</ol><h2>Boats</h2>
<table border=1>{"".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in formats.TABLE)}</table>
</body></html>"""
ROWS = "Model: Boat A; Price: 300; Since: 1987\nModel: Boat B; Price: 450; Since: 1991"
SLIDES = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>{}
</office:presentation></office:body></office:document>"""
SLIDE = """<draw:page><draw:frame svg:width="20cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"><draw:text-box>
<text:p>{}</text:p></draw:text-box></draw:frame></draw:page>"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder with one document, one table and one presentation, in every format that LibreOffice writes."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "page.html").write_text(PAGE)
    text = pdfs.converted(folder / "page.html", "odt")
    for kind in ("docx", "epub", "rtf", "doc", "pdf"):
        pdfs.converted(text, kind)
    (folder / "boats.csv").write_bytes(formats.csv())
    for kind in ("ods", "xls", "xlsx"):
        pdfs.converted(folder / "boats.csv", kind)
    (folder / "show.fodp").write_text(SLIDES.format("".join(SLIDE.format(fact) for fact in formats.FACTS[:2])))
    for kind in ("odp", "pptx", "ppt", "pdf"):
        pdfs.converted(folder / "show.fodp", kind)
    return folder


@pytest.mark.parametrize("kind", ["odt", "docx", "epub", "rtf"])
def test_a_text_reads_the_same_in_every_format(office, kind):
    document = load(office / f"page.{kind}")
    for words in (*formats.FACTS, ARABIC, "First rope", "Ring the bell"):
        assert words in document.text
    if kind != "epub":  # LibreOffice's e-books have neither lists nor heads of tables
        assert ROWS in document.text and "- First rope\n- Second rope" in document.text
    found = [document.text[one.start : one.end] for one in document.headings]
    assert {"Lamps", "Boats"} <= set(found) or kind == "epub"


def test_a_pdf_of_libreoffice_keeps_scripts_lists_and_tables(office):
    document = load(office / "page.pdf")
    for words in (
        *formats.FACTS[:3],
        ARABIC,
        "• First rope\n• Second rope",
        "1. Light the lamp\n2. Ring the bell",
        ROWS,
    ):
        assert words in document.text
    start = document.text.index(ARABIC)
    found = areas(office / "page.pdf", document, start, start + len(ARABIC))
    assert 2 <= len(found) <= 8 and len({one.page for one in found}) == 1


@pytest.mark.parametrize("kind", ["ods", "xls", "xlsx"])
def test_a_sheet_reads_the_same_in_every_format(office, kind):
    document = load(office / f"boats.{kind}")
    assert ROWS in document.text and document.page_starts == (0,)


@pytest.mark.parametrize("kind", ["odp", "pptx", "pdf"])
def test_slides_are_pages_in_every_format(office, kind):
    document = load(office / f"show.{kind}")
    assert [document.page_at(document.text.index(fact)) for fact in formats.FACTS[:2]] == [1, 2]


@pytest.mark.parametrize("name", ["page.doc", "show.ppt"])
def test_files_of_the_last_century_are_told(office, name):
    with pytest.raises(LoadError, match=r"save it as \.docx or \.pptx"):
        load(office / name)


def test_a_page_printed_by_chromium_reads_from_right_to_left_in_columns(tmp_path):
    source = tmp_path / "page.html"
    source.write_text(
        "<html lang=ar><meta charset=utf-8><style>body { font: 12pt 'DejaVu Sans' } p { text-align: justify }</style>"
        f"<div dir=rtl style='columns: 2'><p>{ARABIC}</p><p>{ARABIC_2}</p></div></html>"
    )
    command = [CHROMIUM, "--headless", *ARGS, "--no-pdf-header-footer", f"--user-data-dir={tmp_path / 'chromium'}"]
    subprocess.run([*command, f"--print-to-pdf={tmp_path / 'a.pdf'}", str(source)], capture_output=True, check=True)
    document = load(tmp_path / "a.pdf")
    assert document.text.split("\n\n") == [ARABIC, ARABIC_2]
