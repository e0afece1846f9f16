"""Real files of every format, by the formats' own writers; each tells the same facts in four scripts.

``python tests/formats.py FOLDER`` writes one of each, for `python -m eval.bench.fuzz FOLDER`.
"""

import io
import json
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

FACTS = [
    "The lamp of Dunmore reaches 31 kilometres.",
    "小米成立于2010年。",
    "تأسست الشركة في عام 2010.",
    "Fans 🎉👩‍🚀 cheer.",
]
TABLE = [["Model", "Price", "Since"], ["Boat A", "300", "1987"], ["Boat B", "450", "1991"]]


def docx():
    from docx import Document

    document = Document()
    document.core_properties.title = ""
    document.add_heading("Harbour report", 0)
    document.add_heading("Lamps", 1)
    for fact in FACTS:
        document.add_paragraph(fact)
    document.add_paragraph("First rope", style="List Bullet")
    document.add_paragraph("Second rope", style="List Bullet")
    document.add_heading("Boats", 1)
    table = document.add_table(len(TABLE), 3)
    for row, cells in zip(table.rows, TABLE, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.sections[0].header.paragraphs[0].text = "Running header"
    return saved(document)


def pptx():
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    for title, lines in (("Lamps", FACTS), ("Boats", ["First rope", "Second rope"])):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
    table = slide.shapes.add_table(len(TABLE), 3, Inches(1), Inches(5), Inches(6), Inches(1)).table
    for row, cells in enumerate(TABLE):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = "Mention the ferry."
    return saved(show)


def xlsx():
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Boats"
    sheet.append(["Boats of the harbour"])
    sheet.append([])
    for row in TABLE:
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    other = book.create_sheet("Facts")
    other.append(["Fact", "Noted on"])
    for fact in FACTS:
        other.append([fact, datetime(2024, 3, 1)])
    return saved(book)


def epub():
    from ebooklib import epub as writer

    book = writer.EpubBook()
    book.set_identifier("id")
    book.set_title("Harbour book")
    book.set_language("en")
    chapters = []
    for n, (title, words) in enumerate((("Lamps", "".join(f"<p>{f}</p>" for f in FACTS)), ("Boats", "<p>A rope.</p>"))):
        chapter = writer.EpubHtml(title=title, file_name=f"c{n}.xhtml")
        chapter.content = f"<h1>{title}</h1>{words}"
        book.add_item(chapter)
        chapters.append(chapter)
    book.add_item(writer.EpubNcx())
    book.spine = chapters
    buffer = io.BytesIO()
    writer.write_epub(buffer, book)
    return buffer.getvalue()


def mail():
    message = EmailMessage()
    message["Subject"] = "Harbour report"
    message["From"], message["To"] = "ann@example.org", "bo@example.org"
    message.set_content("\n\n".join(FACTS))
    message.add_attachment(csv(), maintype="text", subtype="csv", filename="boats.csv")
    message.add_attachment(b"\x89PNG\r\n\x1a\n\0\0", maintype="image", subtype="png", filename="logo.png")
    return message.as_bytes()


def csv():
    return "\n".join([",".join(row) for row in TABLE] + [f'"{fact}",1,2' for fact in FACTS]).encode()


def notebook():
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Harbour report\n", "\n", *[f"{f}\n\n" for f in FACTS]]},
        {
            "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "lamps = 31\nprint(lamps)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["31 lamps\n"]}],
        },
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def rst():
    head = "Harbour report\n==============\n\nLamps\n-----\n\n" + "\n\n".join(FACTS)
    return (
        f"{head}\n\nSee :ref:`the boats <boats>`.\n\n.. strange:: words kept\n\n- First rope\n- Second rope\n".encode()
    )


def archive(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names or ("notes/facts.md", "boats.csv", "logo.png"):
            file.writestr(name, {"csv": csv(), "png": b"\x89PNG\0"}.get(name[-3:], "\n\n".join(FACTS)))
    return buffer.getvalue()


def odt():
    """An OpenDocument text, put together by hand; LibreOffice's own are read in tests/test_corpus_office.py."""
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table")
    )
    rows = "".join(
        "<table:table-row>" + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>" for row in TABLE
    )  # fmt: skip
    items = "".join(f"<text:list-item><text:p>{one} rope</text:p></text:list-item>" for one in ("First", "Second"))
    body = (
        '<text:h text:outline-level="1">Harbour report</text:h><text:h text:outline-level="2">Lamps</text:h>'
        + "".join(f"<text:p>{fact}</text:p>" for fact in FACTS)
        + f"<text:list>{items}</text:list><table:table>{rows}</table:table>"
        + "<text:p>A<text:s text:c='3'/>b<office:annotation><text:p>Hidden remark</text:p></office:annotation></text:p>"
    )
    content = f"<office:document-content {namespaces}><office:body><office:text>{body}</office:text></office:body>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        file.writestr("content.xml", content + "</office:document-content>")
    return buffer.getvalue()


def rtf():
    def escaped(text):
        units = [int.from_bytes(text.encode("utf-16-le")[n : n + 2], "little", signed=True)
                 for n in range(0, len(text.encode("utf-16-le")), 2)]  # fmt: skip
        return "".join(chr(unit) if 31 < unit < 127 else f"\\u{unit}?" for unit in units)

    rows = "".join(
        r"\trowd\cellx1000\cellx2000\cellx3000 " + "".join(rf"\intbl {cell}\cell " for cell in row) + r"\row "
        for row in TABLE
    )
    return (r"{\rtf1\ansi\uc1 " + "".join(rf"{escaped(fact)}\par " for fact in FACTS) + rows + "}").encode()


def pdf():
    """A PDF whose fonts hold the first two facts; the other scripts are read in tests/test_corpus_office.py."""
    import pdfs

    return pdfs.facts()


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


FILES = {
    "a.docx": docx, "a.odt": odt, "a.rtf": rtf, "a.pptx": pptx,
    "a.xlsx": xlsx, "a.epub": epub, "a.eml": mail, "a.csv": csv, "a.ipynb": notebook,
    "a.rst": rst, "a.md": lambda: ("# Harbour report\n\n" + "\n\n".join(FACTS)).encode(),
    "a.txt": lambda: "\n\n".join(FACTS).encode("utf-16"),
    "a.html": lambda: ("<title>Harbour</title>" + "".join(f"<p>{f}" for f in FACTS)).encode(),
    "a.json": lambda: json.dumps([{"fact": f, "n": 1.50} for f in FACTS], ensure_ascii=False).encode(),
    "a.jsonl": lambda: "\n".join(json.dumps({"fact": f, "in": {"year": 2010}}) for f in FACTS).encode(),
    "a.py": lambda: ("class Lamp:\n    def reach(self):\n" + "".join(f"        # {f}\n" for f in FACTS)).encode(),
    "a.unknown": lambda: "\n".join(FACTS).encode(),
}  # fmt: skip

if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    for file, data in (FILES | {"a.zip": archive, "a.pdf": pdf}).items():
        Path(sys.argv[1], file).write_bytes(data())
