"""Every format: the facts are read, in their place; offsets, pages and windows hold; hostile files are told."""

import io
import struct
import zipfile

import formats
import pytest

from corpus.document import Failure
from corpus.errors import LoadError, UnknownType
from corpus.load import load, load_all
from corpus.load.limits import Limits
from corpus.split import split
from eval.bench import fuzz


def read(folder, name, data, **limits):
    path = folder / name
    path.write_bytes(data)
    return load(path, limits=Limits(**limits))


def loaded(folder, name):
    return read(folder, name, formats.FILES[name]())


@pytest.mark.parametrize("name", formats.FILES)
def test_every_format_keeps_its_words_and_every_invariant(tmp_path, encoder, name):
    document = loaded(tmp_path, name)
    for fact in formats.FACTS:
        assert fact in document.text
    assert load(tmp_path / name) == document
    text, passages = document.text, split(document, encoder.count_tokens, limit=196)
    last = 0
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert not text[last : passage.start].strip()
        assert passage.page == document.page_at(passage.start)
        last = passage.end
    assert not text[last:].strip()
    assert max(encoder.count_tokens([passage.text for passage in passages])) <= 196
    assert list(document.page_starts) == sorted(document.page_starts)
    assert all(text[one.start : one.end].strip() for one in document.headings)


def headings(document):
    return [document.text[one.start : one.end] for one in document.headings]


def test_word(tmp_path):
    document = loaded(tmp_path, "a.docx")
    assert headings(document) == ["Harbour report", "Lamps", "Boats"] and document.title == "Harbour report"
    assert "- First rope\n- Second rope" in document.text
    assert "Model: Boat A; Price: 300; Since: 1987\nModel: Boat B; Price: 450; Since: 1991" in document.text
    assert "Running header" not in document.text


def test_open_documents_and_rich_text(tmp_path):
    document = loaded(tmp_path, "a.odt")
    assert headings(document) == ["Harbour report", "Lamps"] and document.title == "Harbour report"
    assert "- First rope\n- Second rope" in document.text
    assert "Model: Boat A; Price: 300; Since: 1987\nModel: Boat B; Price: 450; Since: 1991" in document.text
    assert "A b" in document.text and "Hidden remark" not in document.text
    assert "Model: Boat A; Price: 300; Since: 1987\nModel: Boat B" in loaded(tmp_path, "a.rtf").text


ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODT = f"""<office:document-content xmlns:office="{ODF}office:1.0" xmlns:text="{ODF}text:1.0"><office:automatic-styles>
<text:list-style text:style-name="L1"><text:list-level-style-number text:level="1"/></text:list-style>
</office:automatic-styles><office:body><office:text>
<text:p>The tide<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>At noon.</text:p>
</text:note-body></text:note> rose in the night.</text:p>
<text:list text:style-name="L1"><text:list-item text:start-value="5"><text:p>ropes</text:p></text:list-item>
<text:list-item><text:p>lamps</text:p></text:list-item></text:list><text:p>And then:</text:p>
<text:list text:style-name="L1" text:continue-numbering="true"><text:list-item><text:p>bells</text:p></text:list-item>
</text:list></office:text></office:body></office:document-content>"""


def test_notes_of_an_open_document_stand_after_their_paragraph_and_lists_keep_their_numbers(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", ODT)
    text = read(tmp_path, "a.odt", buffer.getvalue()).text
    assert text == "The tide rose in the night.\n\nAt noon.\n\n5. ropes\n6. lamps\n\nAnd then:\n\n7. bells"


def test_rich_text_keeps_cells_and_tells_what_it_does_not_read(tmp_path):
    source = (
        r"{\rtf1 First line.\par 5.\tab fifth item\par "
        r"\trowd\cellx100\cellx200 \intbl Boat A\par of oak\cell 300\cell\row "
        r"\pard The tide{\footnote At noon.} rose.\par}"
    )
    document = read(tmp_path, "a.rtf", source.encode())
    assert "\n5. fifth item\n" in document.text and "Boat A of oak" in document.text and "300" in document.text
    assert document.notes == ("its footnotes were not read; save it as DOCX",)


def test_slides_are_pages(tmp_path):
    document = loaded(tmp_path, "a.pptx")
    assert headings(document) == ["Lamps", "Boats"]
    assert document.page_at(document.text.index("31 kilometres")) == 1
    assert document.page_at(document.text.index("Model: Boat B; Price: 450")) == 2
    assert "- First rope\n- Second rope" in document.text and "Notes: Mention the ferry." in document.text


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.125, "0.0%", "12.5%"),
        (12.5, '0.0"%"', "12.5%"),
        (12.5, r"0.0\%", "12.5%"),
        (300, "[$€-407]#,##0.00", "€300"),
        (300, "[$-10409]#,##0.00", "300"),
        (300, r"_-* #,##0.00\ _€_-;-* #,##0.00\ _€_-", "300"),
        (300, '_-* #,##0.00\\ "€"_-', "300 €"),
        (-3, "$#,##0_);[Red]($#,##0)", "-$3"),
        (5300000, '"€"#,##0.0,,"M"', "€5.3 M"),
        (45000, '#,##0,"k"', "45 k"),
        (5, "0.00E+00", "5"),
        (1234.5, "#,##0", "1234.5"),
    ],
)
def test_numbers_of_a_sheet_read_as_they_are_shown(tmp_path, value, number_format, shown):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["Model", "Price", "Since"])
    sheet.append(["Boat A", value, 1987])
    sheet["B2"].number_format = number_format
    assert read(tmp_path, "p.xlsx", formats.saved(book)).text.endswith(f"Model: Boat A; Price: {shown}; Since: 1987")


def test_sheets_are_pages_and_rows_read_alone(tmp_path):
    document = loaded(tmp_path, "a.xlsx")
    assert headings(document) == ["Boats", "Facts"]
    assert "Boats of the harbour" in document.text and "Model: Boat A; Price: 300; Since: 1987" in document.text
    assert f"Fact: {formats.FACTS[1]}; Noted on: 2024-03-01" in document.text
    assert document.page_at(document.text.index("Noted on")) == 2


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_tables_of_any_delimiter(tmp_path, mark):
    rows = [["Name", "Size, in m", "Note"], ["Boat; A", "1,5", "two\nlines"], ["Boat B", "2,5", ""]]
    out = io.StringIO()
    import csv

    csv.writer(out, delimiter=mark).writerows(rows)
    document = read(tmp_path, "t.csv", out.getvalue().encode())
    assert document.text == "Name: Boat; A | Size, in m: 1,5 | Note: two lines\nName: Boat B; Size, in m: 2,5"
    assert read(tmp_path, "u.tsv", b"apples\tred\npears\tgreen").text == "apples | red\npears | green"


def test_a_book_has_chapters_for_pages(tmp_path):
    document = loaded(tmp_path, "a.epub")
    assert document.title == "Harbour book" and headings(document) == ["Lamps", "Boats"]
    assert document.page_at(document.text.index("A rope.")) == 2


def test_records(tmp_path):
    assert f"fact: {formats.FACTS[0]}; in.year: 2010" in loaded(tmp_path, "a.jsonl").text
    source = (
        '{"name": "Dunmore", "big": 12345678901234567890.50, "boats": [{"a": 1, "b": {"c": true}}], "tags": ["x", "y"]}'
    )
    document = read(tmp_path, "b.json", source.encode())
    assert (
        document.text == "name: Dunmore\nbig: 12345678901234567890.50\n\nboats\n\na: 1; b.c: true\n\ntags\n\n- x\n- y"
    )
    notes = read(tmp_path, "c.jsonl", b'{"a": 1}\n{"b": 2}\nnone').notes
    assert notes == ("1 lines are no JSON and were left out: 3",)
    with pytest.raises(LoadError, match="nested deeper"):
        read(tmp_path, "d.json", b"[" * 100_000)


def test_restructured_text_keeps_the_words_it_cannot_place(tmp_path):
    document = loaded(tmp_path, "a.rst")
    assert document.title == "Harbour report"
    assert "See the boats." in document.text and "words kept" in document.text
    secret = tmp_path / "secret.txt"
    secret.write_text("zanzibarquux")
    with_include = read(
        tmp_path, "i.rst", f"Words.\n\n.. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n".encode()
    )
    assert "zanzibarquux" not in with_include.text


def test_code_and_notebooks(tmp_path):
    code = loaded(tmp_path, "a.py")
    assert headings(code) == ["class Lamp", "def reach"] and [one.level for one in code.headings] == [1, 2]
    notebook = loaded(tmp_path, "a.ipynb")
    assert notebook.title == "Harbour report"
    assert "lamps = 31\nprint(lamps)" in notebook.text and "31 lamps" in notebook.text


def members(folder, name, data, **limits):
    path = folder / name
    path.write_bytes(data)
    return {one.doc_id if isinstance(one, Failure) else one.id: one for one in load_all(path, limits=Limits(**limits))}


def test_members_of_archives_and_attachments_are_documents(tmp_path):
    found = members(tmp_path, "a.zip", formats.archive())
    assert list(found) == ["a.zip/notes/facts.md", "a.zip/boats.csv"]
    assert found["a.zip/boats.csv"].text.startswith("Model: Boat A; Price: 300")
    assert list(members(tmp_path, "a.eml", formats.mail())) == ["a.eml", "a.eml/boats.csv"]
    with pytest.raises(LoadError, match="holds many"):
        load(tmp_path / "a.zip")


def test_names_in_archives_lead_nowhere(tmp_path):
    names = ["../../etc/cron.txt", "/abs.txt", "C:\\win\\x.txt", "a\nb.txt", "dup.txt", "dup.txt", ".hidden/x.txt"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = formats.archive(*names)
    assert list(members(tmp_path, "z.zip", data)) == [
        *("z.zip/etc/cron.txt", "z.zip/abs.txt", "z.zip/C_/win/x.txt", "z.zip/a b.txt"),
        *("z.zip/dup.txt", "z.zip/dup-2.txt"),
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["z.zip"]


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def test_bombs_are_bounded(tmp_path):
    bomb = zipped(a_txt=b"a" * 3_000_000, b_txt=b"b" * 3_000_000)
    with pytest.raises(LoadError, match="unpacked bytes"):
        members(tmp_path, "b.zip", bomb, unpacked_bytes=4_000_000)
    found = members(tmp_path, "c.zip", bomb, file_bytes=2_000_000)
    assert all("file bytes" in one.reason for one in found.values()) and len(found) == 2
    nested = zipped(x_txt=b"words")
    for _ in range(5):
        nested = zipped(inner_zip=nested)
    (failure,) = members(tmp_path, "n.zip", nested).values()
    assert "at most 3 depth" in failure.reason
    with pytest.raises(LoadError, match="at most 2 members"):
        members(tmp_path, "m.zip", zipped(a_txt="a", b_txt="b", c_txt="c"), members=2)
    with pytest.raises(LoadError, match="columns"):
        read(tmp_path, "w.csv", b"a," * 100_000)
    with pytest.raises(LoadError, match="file bytes"):
        read(tmp_path, "big.txt", b"words " * 100, file_bytes=100)
    with pytest.raises(LoadError, match="characters"):
        read(tmp_path, "long.txt", b"words " * 100, characters=100)


def test_entity_bombs_are_refused(tmp_path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "bomb">{entities}]><b>&e9;</b>'
    parts = {
        "a.docx": "word/document.xml", "a.epub": "EPUB/content.opf", "a.pptx": "ppt/presentation.xml",
        "a.xlsx": "xl/worksheets/sheet1.xml", "a.odt": "content.xml",
    }  # fmt: skip
    for name, part in parts.items():
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(formats.FILES[name]())) as old,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for info in old.infolist():
                new.writestr(info.filename, bomb if info.filename == part else old.read(info))
        with pytest.raises(LoadError):
            read(tmp_path, name, buffer.getvalue())


def test_the_type_is_told_by_content(tmp_path):
    assert read(tmp_path, "x.txt", formats.docx()).media_type == load(tmp_path / "x.txt").media_type
    assert "31 kilometres" in read(tmp_path, "y.bin2", formats.xlsx()).text
    with pytest.raises(UnknownType, match="another binary"):
        read(tmp_path, "z.xyz", bytes(range(256)))
    with pytest.raises(LoadError, match=r"save it as \.docx"):
        read(tmp_path, "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


@pytest.mark.parametrize("name", [*formats.FILES, "a.zip", "a.pdf"])
def test_no_mutation_lets_out_an_error_that_is_not_ours(tmp_path, name):
    path = tmp_path / name
    path.write_bytes((formats.FILES | {"a.zip": formats.archive, "a.pdf": formats.pdf})[name]())
    refused, longest = fuzz.run(path, 40)
    assert 0 <= refused <= 40 and 0 < longest < fuzz.SECONDS_MAX


def test_a_library_that_gives_up_costs_its_file_alone(tmp_path, capfd):
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = bytearray(512)  # of a compound file, as XLS is, whose directory ends in the middle of an entry
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", head, 40, 0, 1, 1, 0, 4096, last, 0, last, 0)
    struct.pack_into("<109I", head, 76, 0, *[free] * 108)
    name = "Root Entry".encode("utf-16le")
    entry = (name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, 5, 1)).ljust(128, b"\0")
    (tmp_path / "cut.xls").write_bytes(bytes(head) + struct.pack("<128I", table, last, *[free] * 126) + entry[:113])
    with pytest.raises(LoadError, match="gave up on the file"):
        load(tmp_path / "cut.xls")
