"""PDFs as people have them, each by a real writer: columns, tables, running heads, scans, turned pages."""

import io
import os
import shutil
import subprocess
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=12, spaceAfter=6)
JUSTIFIED = ParagraphStyle("justified", parent=BODY, alignment=4)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=13, leading=16, spaceBefore=8)
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=20, leading=24, spaceAfter=10)


def canvas_pdf(draw, pages=1, size=A4, **metadata):
    """Return the bytes of a PDF whose pages ``draw(canvas, number)`` draws."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    canvas.setTitle(metadata.get("title", ""))
    for number in range(1, pages + 1):
        draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def flowing(parts, columns=1, running=None, gap=18, size=A4):
    """Return a PDF of paragraphs, headings and tables flowing through columns; ``running(canvas, number)`` draws more.

    Each part is a text, ``("heading", text)``, ``("title", text)`` or a list of rows.
    """
    buffer = io.BytesIO()
    width = (size[0] - 120 - gap * (columns - 1)) / columns
    frames = [Frame(60 + n * (width + gap), 60, width, size[1] - 130, 0, 0, 0, 0) for n in range(columns)]
    document = BaseDocTemplate(buffer, pagesize=size, invariant=1, title="")

    def on_page(canvas, template):
        if running:
            running(canvas, template.page)

    document.addPageTemplates(PageTemplate("page", frames, onPage=on_page))
    document.build([_flowable(part, columns) for part in parts])
    return buffer.getvalue()


def _flowable(part, columns):
    if isinstance(part, str):
        return Paragraph(part, JUSTIFIED if columns > 1 else BODY)
    if isinstance(part, tuple):
        return Paragraph(part[1], TITLE if part[0] == "title" else HEADING)
    if isinstance(part, list):
        return ruled(part)
    return Spacer(1, part)


def ruled(rows):
    """Return a table with lines around its cells; long cells wrap."""
    cells = [[Paragraph(cell, BODY) if len(cell) > 30 else cell for cell in row] for row in rows]
    widths = [150 if any(len(row[n]) > 30 for row in rows) else None for n in range(len(rows[0]))]
    return Table(cells, colWidths=widths, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])


def draw_table(canvas, rows, left=72, top=700, widths=(120, 80, 80), leading=16, by_column=False):
    """Draw the words of a table without lines, row by row or column by column."""
    places = [(r, c) for r in range(len(rows)) for c in range(len(rows[0]))]
    for r, c in sorted(places, key=lambda place: place[::-1]) if by_column else places:
        canvas.drawString(left + sum(widths[:c]), top - r * leading, rows[r][c])


def facts():
    """Return a PDF with the facts of ``formats`` in the scripts that its fonts hold, in columns, with a table."""
    from formats import FACTS, TABLE
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def running(canvas, number):
        canvas.drawString(60, 810, "Harbour report")
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(60, 40, FACTS[1])
        canvas.line(60, 800, 500, 800)

    return flowing([("title", "Harbour report"), *[FACTS[0]] * 9, TABLE, ("heading", "Boats")], 2, running)


def scanned(data, dots=150):
    """Return a PDF of the same pages as pictures, as a scanner makes it."""
    import pypdfium2

    pages = [page.render(scale=dots / 72).to_pil() for page in pypdfium2.PdfDocument(data)]

    def draw(canvas, number):
        canvas.drawImage(ImageReader(pages[number - 1]), 0, 0, *A4)

    return canvas_pdf(draw, len(pages))


def merged(*files):
    """Return the pages of several PDFs as one."""
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for data in files:
        whole.import_pages(pypdfium2.PdfDocument(data))
    buffer = io.BytesIO()
    whole.save(buffer)
    return buffer.getvalue()


def changed(data, change):
    """Return a PDF after ``change(page)`` on each page: turned, cropped."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        change(page)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def converted(path: Path, kind: str) -> Path:
    """Return what LibreOffice makes of a file; a machine without it fails the test, as nobody would notice a skip."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "the tests need LibreOffice: apt install libreoffice-writer libreoffice-calc libreoffice-impress"
    home = path.parent / "office"
    command = [office, f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", kind, path.name]
    subprocess.run(command, cwd=path.parent, env=dict(os.environ), capture_output=True, check=True, timeout=180)
    return path.with_suffix("." + kind.split(":")[0])
