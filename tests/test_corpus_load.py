"""Loading: every format from a real file, and every file that cannot be read, with the message a person sees."""

import io
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from corpus import LoadError, load
from corpus.load import html, markdown, readable, text
from corpus.load.content import normalise
from corpus.load.limits import Limits
from corpus.load.sniff import TEXTS


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def pdf_bytes(pages: list[list[str]], title: str = "", password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    locked = StandardEncryption(password, ownerPassword="owner") if password is not None else None
    canvas = Canvas(buffer, invariant=1, encrypt=locked)
    canvas.setTitle(title)
    for page in pages:
        for i, line in enumerate(page):
            canvas.drawString(72, 740 - 15 * i, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def heading_words(content) -> list[tuple[int, str]]:
    return [(one.level, content.text[one.start : one.end]) for one in content.headings]


# --- plain text


def test_plain_text_keeps_every_character_but_line_ends_marks_and_controls(tmp_path):
    data = b"\xef\xbb\xbfTides\r\n\r\n  two  blanks,\ta tab\x00".replace(b"\x00", b"") + "\re\u0301 ﬁ\f\x07x".encode()
    document = load(written(tmp_path, "a.txt", data))
    assert document.text == "Tides\n\n  two  blanks,\ta tab\ne\u0301 ﬁ\f x"
    assert document.sha256 == sha256(data).hexdigest()
    assert (document.id, document.title, document.media_type) == ("a.txt", "Tides", "text/plain")
    assert document.page_starts == ()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_normalising_twice_changes_nothing_and_lengths_stay(source):
    once = normalise(source)
    assert normalise(once).removeprefix("\ufeff") == once.removeprefix("\ufeff")
    assert len(once) == len(source.removeprefix("\ufeff").replace("\r\n", "\n"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(str.strip))
def test_any_text_in_utf8_is_read_back(tmp_path, source):
    document = load(written(tmp_path, "a.log", source))
    if document.media_type == "text/plain":
        assert document.text == source.removeprefix("\ufeff")
    assert document.title == document.title.strip() != ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252"])
def test_encodings_are_recognised(encoding):
    source = "Der Hafen von Örebrö ist groß. Die Flut kommt früh, und die Möwen schreien über dem Kai.\n" * 3
    assert text.read(source.encode(encoding), Limits()).text == source


def test_the_id_may_be_given_and_the_title_falls_back_to_the_stem(tmp_path):
    document = load(written(tmp_path, "notes of may.txt", "word " * 60), doc_id="folder/notes.txt")
    assert (document.id, document.title) == ("folder/notes.txt", "notes of may")


def test_a_name_that_is_not_utf8_becomes_a_title_and_an_id_that_can_be_encoded(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.html")
    path.write_bytes(b"<p>The cafe opens at seven.</p>")
    document = load(path)
    assert (document.id, document.title) == ("caf?.html", "caf?")
    assert load(path, doc_id="cafes/1.html").title.encode() == b"caf?"


# --- Markdown

MARKDOWN = """\
---
title: "The Kettle Book"
author: Ann Lee
date: 2020-05-01
tags:
  - tea
  - water
---
# Kettles & *Pots*

A kettle
boils **water**. See [the manual](http://kettles.example/m) for `List<String>`.

- First item
  goes on
- Second
  1. Nested one
  2. Nested two
- Third

| Model | Price |
|-------|------:|
| A1    |    30 |
| B2    |       |

```python
def boil():

    return 1
```

![A blue kettle](kettle.png)

## Use of ~~old~~ pots
> Quoted words.

<div align="center"><b>Bold</b> in HTML</div>
<!-- a secret -->
"""


def test_markdown_becomes_plain_blocks(tmp_path):
    document = load(written(tmp_path, "a.md", MARKDOWN))
    assert document.title == "The Kettle Book"
    assert document.media_type == "text/markdown"
    assert document.text == (
        "Title: The Kettle Book\nAuthor: Ann Lee\nDate: 2020-05-01\nTags: tea, water\n\n"
        "Kettles & Pots\n\nA kettle boils water. See the manual for List<String>.\n\n"
        "- First item goes on\n- Second\n  1. Nested one\n  2. Nested two\n- Third\n\n"
        "Model: A1; Price: 30\nModel: B2\n\ndef boil():\n\n    return 1\n\nA blue kettle\n\n"
        "Use of old pots\n\nQuoted words.\n\nBold in HTML"
    )
    assert heading_words(document) == [(1, "Kettles & Pots"), (2, "Use of old pots")]


def test_markdown_keeps_lines_of_keys_apart():
    content = markdown.read(b"Present: A, B\nApologies: C\n**Place:** online\n\nNote: a line\nthat goes on.", Limits())
    assert content.text.splitlines() == [
        "Present: A, B",
        "Apologies: C",
        "Place: online",
        "",
        "Note: a line that goes on.",
    ]


def test_markdown_without_front_matter_takes_its_first_heading_as_title():
    content = markdown.read(b"Intro.\n\n## Pots\n\nText.\n\n---\n\nMore.", Limits())
    assert content.title == "Pots"
    assert content.text == "Intro.\n\nPots\n\nText.\n\nMore."


def test_markdown_keeps_words_that_only_look_like_tags():
    assert (
        markdown.read(b"Use Map<Key, Value> and <name> here.", Limits()).text == "Use Map<Key, Value> and <name> here."
    )
    assert markdown.read(b"<config>\nvalue\n</config>", Limits()).text.startswith("<config>")


def test_markdown_of_an_unclosed_front_matter_is_text():
    assert "title: x" in markdown.read(b"---\ntitle: x\n\nText.", Limits()).text


# --- HTML

PAGE = """\
<!doctype html><html><head><meta charset="utf-8"><title>Tea &mdash; Kettles</title>
<meta name="author" content="Bob Ray"><meta name="description" content="On tea."><style>b{}</style></head>
<body><header><nav><a>Home</a></nav>Logo</header><div role="navigation">Menu</div><main><article>
<header><h1>Tea &amp; Milk</h1><p>By Bob</p></header>
Loose <b>bold</b> words.<p>Line one<br>line two</p>
<ul><li>One<ul><li>Sub</li></ul></li><li><p>Two</p><p>More</p></li></ul><ol start=3><li>Three</ol>
<h2>Prices</h2>
<table><caption>In crowns</caption><thead><tr><th>Year<th colspan=2>Tea<th></thead>
<tr><td rowspan=2>2020<td>1<td>2<td>x<tr><td>3<td>4<td></table>
<table><tr><td>Key</td><td>Val</td></tr></table>
<dl><dt>Term<dd>Meaning</dl>
<pre>code
  indented</pre><aside>Note: hot.</aside></article></main>
<p hidden>Hidden</p><footer>(c)</footer><script>bad()</script><noscript>no</noscript></body></html>
"""


def test_html_becomes_plain_blocks_without_its_furniture(tmp_path):
    document = load(written(tmp_path, "a.html", PAGE))
    assert document.title == "Tea — Kettles"
    assert document.text == (
        "Tea — Kettles\n\nAuthor: Bob Ray\nDescription: On tea.\n\nTea & Milk\n\nBy Bob\n\nLoose bold words.\n\n"
        "Line one\nline two\n\n- One\n  - Sub\n- Two\n  More\n\n3. Three\n\nPrices\n\nIn crowns\n\n"
        "Year: 2020 | Tea: 1 | Tea: 2 | x\nYear: 2020; Tea: 3; Tea: 4\n\nKey: Val\n\nTerm: Meaning\n\n"
        "code\n  indented\n\nNote: hot."
    )
    assert heading_words(document) == [(1, "Tea — Kettles"), (1, "Tea & Milk"), (2, "Prices")]


def test_a_heading_that_repeats_the_title_is_written_once():
    content = html.convert("<title>Tea</title><h1>Tea</h1><p>Hot.</p>")
    assert content.text == "Tea\n\nHot."


def test_without_a_title_the_first_heading_is_it():
    assert html.convert("<h1>Tea</h1><p>Hot.</p>").title == "Tea"
    assert html.convert("<p>Hot.</p>").title is None


def test_a_page_that_is_all_furniture_keeps_its_words():
    assert "Only words" in html.convert("<body><footer><p>Only words</p></footer></body>").text


def test_a_form_around_the_whole_page_is_read():
    assert html.convert("<form><h1>Tea</h1><p>Hot.</p><input value=x><button>Go</button></form>").text == "Tea\n\nHot."


def test_layout_tables_are_walked_as_blocks():
    source = "<table><tr><td><h2>Tea</h2><p>Hot.</p><table><tr><th>A<th>B<tr><td>1<td>2</table></td></tr></table>"
    assert html.convert(source).text == "Tea\n\nHot.\n\nA: 1; B: 2"


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("<tr><th>A<th>B", "A | B"),
        ("<tr><td>1<td>2<td>3", "1 | 2 | 3"),
        ("<tr><th>A<th>B<tr><th>a<th>b<tr><td>1<td>2", "A a: 1; B b: 2"),
        ("<tr><th><th>B<tr><th>Ann<td>2", "Ann | B: 2"),
        ("<tr><th>Born<td>1931", "Born: 1931"),
        ("<tr><td><td>", ""),
        ("", ""),
    ],
)
def test_rows_of_tables_read_alone(table, lines):
    assert html.convert(f"<table>{table}</table>").text == lines


def test_a_page_nested_thousands_deep_is_read():
    assert html.convert("<div>" * 5000 + "deep").text == "deep"
    assert "deep" in html.convert("<ul><li>" * 500 + "deep").text


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="iso-8859-1"><p>früh</p>'.encode("latin-1"),
        "<p>früh, über, schön, groß, Möwe</p>".encode(),
        "<p>früh</p>".encode("utf-16"),
        "\ufeff<p>früh</p>".encode(),
        '<meta charset="no-such"><p>früh</p>'.encode(),
    ],
)
def test_the_charset_of_a_page_is_found(data):
    assert "früh" in html.read(data, Limits()).text


@given(st.text(st.sampled_from("<>/=\"' abtdrhlp1!-&;\n"), max_size=120))
def test_any_tangle_of_tags_is_read_without_an_error(source):
    content = html.convert(f"<table><tr><td>{source}")
    assert all(content.text[one.start : one.end].strip() for one in content.headings)


# --- PDF


def test_pages_of_a_pdf_begin_where_it_says(tmp_path):
    data = pdf_bytes([["Tides of Norvik", "The tide rose."], ["Fog came in."], ["The end."]], "On Tides")
    document = load(written(tmp_path, "a.pdf", data))
    assert document.text == "Tides of Norvik\nThe tide rose.\n\nFog came in.\n\nThe end."
    assert [document.text[start:][:3] for start in document.page_starts] == ["Tid", "Fog", "The"]
    assert [document.page_at(document.text.index(word)) for word in ("Tides", "Fog", "end")] == [1, 2, 3]
    assert (document.title, document.media_type) == ("On Tides", "application/pdf")


@pytest.mark.parametrize("title", ["", "Microsoft Word - tides", "tides_final.docx", "untitled", "--"])
def test_a_useless_title_gives_way_to_the_first_line(tmp_path, title):
    assert load(written(tmp_path, "a.pdf", pdf_bytes([["Tides", "They rise."]], title))).title == "Tides"


def test_an_empty_page_between_two_keeps_its_number(tmp_path):
    document = load(written(tmp_path, "a.pdf", pdf_bytes([["One."], [], ["Three."]])))
    assert document.page_at(document.text.index("Three")) == 3


def test_running_headers_that_say_something_stay_once_and_page_numbers_never(tmp_path):
    pages = [
        [f"Harbour Studies {n}", f"The tide of year {n + 40} rose", "The men went home.", f"{n + 600}"]
        for n in (1, 2, 3)
    ]
    document = load(written(tmp_path, "a.pdf", pdf_bytes(pages)))
    assert document.title == "The tide of year 41 rose"
    assert document.text == (
        "Harbour Studies 1\nThe tide of year 41 rose\nThe men went home.\n\n"
        "The tide of year 42 rose\nThe men went home.\n\nThe tide of year 43 rose\nThe men went home."
    )
    assert [document.text[start:][:3] for start in document.page_starts] == ["Har", "The", "The"]


def test_a_sentence_goes_on_past_a_footer(tmp_path):
    pages = [
        ["The keeper wrote down every", "Norvik", "1"],
        ["ship that passed.", "Norvik", "2"],
        ["End.", "Norvik", "3"],
    ]
    document = load(written(tmp_path, "a.pdf", pdf_bytes(pages[1:] + pages)))
    assert "every\n\nship that passed." in document.text


def test_forms_that_differ_in_a_number_lose_nothing(tmp_path):
    pages = [["Invoice", f"Total {total} crowns"] for total in (310, 45, 92)]
    document = load(written(tmp_path, "a.pdf", pdf_bytes(pages)))
    assert all(f"Total {total} crowns" in document.text for total in (310, 45, 92))


def test_pages_that_hold_nothing_but_their_number_keep_it(tmp_path):
    assert load(written(tmp_path, "a.pdf", pdf_bytes([["1"], ["2"], ["3"]]))).text == "1\n\n2\n\n3"


def test_a_pdf_is_known_by_its_content_and_a_text_about_pdfs_is_not_one(tmp_path):
    assert load(written(tmp_path, "a.txt", pdf_bytes([["Tides."]]))).media_type == "application/pdf"
    assert load(written(tmp_path, "b.txt", "A PDF begins with %PDF-1.7.")).media_type == "text/plain"
    assert load(written(tmp_path, "c.txt", "<!DOCTYPE html><p>Tides.</p>")).media_type == "text/html"


def test_a_metadata_title_whose_bytes_are_no_characters_gives_way(tmp_path, monkeypatch):
    def undecodable(document, key):
        return b"\x00\xd8".decode("utf-16-le")

    monkeypatch.setattr(pypdfium2.PdfDocument, "get_metadata_value", undecodable)
    assert load(written(tmp_path, "a.pdf", pdf_bytes([["Tides", "They rise."]], "On Tides"))).title == "Tides"


# --- control characters

CONTROLS = [chr(code) for code in (*range(32), *range(127, 160))]
DIRTY = st.lists(st.sampled_from([*CONTROLS, "tide", "fog", " "]), min_size=1, max_size=8).map("".join)


def entities(words: str) -> str:
    return "".join(f"&#{ord(char)};" if char in CONTROLS else char for char in words)


def assert_clean(document):
    for words in (document.text, document.title):
        assert [char for char in words if char in CONTROLS and char not in "\n\t\f"] == []
    assert all(document.text[one.start : one.end].strip() for one in document.headings)


def in_html(words: str) -> str:
    words = entities(words)
    return (
        f'<html><title>T{words}</title><meta name="author" content="{words}"><h1>T{words}</h1><h2>H{words}</h2>'
        f'<p>P{words}<img alt="{words}"></p><ul><li>{words}</ul><pre>{words}\n{words}</pre><dl><dt>{words}<dd>D</dl>'
        f"<table><tr><th>{words}<th>B<tr><td>1<td>{words}</table></html>"
    )


def in_markdown(words: str) -> str:
    told = entities(words)
    return (
        f"---\ntitle: T{told}{words}\n---\n# H{told}\n\nP{told} `{told}` ![{told}](a.png) {words}\n\n- {told}\n\n"
        f"<b>{told}</b>\n\n<div>{told}<img alt='{told}'></div>\n\n| {told} | B |\n|--|--|\n| 1 | {told} |\n"
        + "The tide rose. "
        * 30
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DIRTY.map(lambda words: words.replace("\0", "")))
def test_no_control_character_reaches_a_text_or_title(tmp_path, words):
    long = "The tide rose and the fog came in over the quay. " * 20
    for name, source in {
        "a.txt": f"{words}\n\n{long}",
        "b.html": in_html(words),
        "c.html": f"<h1>{entities(words)}</h1><p>P",
        "d.md": in_markdown(words),
        "e.md": f"<h1>{entities(words)}</h1>\n\nP",
    }.items():
        assert_clean(load(written(tmp_path, name, source)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DIRTY)
def test_no_control_character_reaches_the_text_or_title_of_a_pdf(tmp_path, words):
    assert_clean(load(written(tmp_path, "a.pdf", pdf_bytes([["Tides", f"They rise {words}."]], f"On {words} Tides"))))


def test_a_control_character_becomes_one_blank(tmp_path):
    page = load(written(tmp_path, "a.html", "<title>A&#27;B</title><p>C&#7;D<pre>E&#27;&#13;F"))
    assert (page.title, page.text) == ("A B", "A B\n\nC D\n\nE  F")
    assert load(written(tmp_path, "a.pdf", pdf_bytes([["Tides."]], "On\x07Tides"))).title == "On Tides"
    assert load(written(tmp_path, "a\x1bb.html", "<p>Tides.")).title == "a b"


# --- what cannot be read


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "0 bytes"),
        ("a.txt", b" \n\t ", "only blanks"),
        ("a.txt", "\u3000\u00a0\n".encode(), "none"),
        ("a.txt", b"\x7fELF\x00\x01\x02", "binary"),
        ("a.txt", bytes(range(1, 32)) * 9, "binary"),
        ("a.txt", b"\xff\xfea", "utf-16"),
        ("a.md", b"PNG\x00", "binary"),
        ("a.md", b"<!-- nothing -->", "has none"),
        ("a.html", b"<html>\x00</html>", "binary"),
        ("a.html", b"<html><script>x</script></html>", "has none"),
        ("a.pdf", b"just words", "damaged or misnamed"),
        ("a.pdf", b"%PDF-1.7 and nothing else", "damaged"),
        ("a.pdf", pdf_bytes([["x"]])[:400], "damaged"),
        ("a.pdf", pdf_bytes([["Tides."]], password="secret"), "password"),
        ("a.pdf", pdf_bytes([[], []]), "2 pages"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_with_its_name(tmp_path, name, data, words):
    path = written(tmp_path, name, data)
    with pytest.raises(LoadError) as caught:
        load(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert "\n" not in message


def test_a_missing_path_and_a_folder_are_refused(tmp_path):
    with pytest.raises(LoadError, match="nothing is there"):
        load(tmp_path / "none.txt")
    with pytest.raises(LoadError, match="folder"):
        load(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(LoadError, match="ordinary file"):
        load(tmp_path / "a.txt")


def test_a_file_without_permission_is_refused(tmp_path):
    path = written(tmp_path, "a.txt", "Tides.")
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read every file; nobody may not
        os.seteuid(65534)
    try:
        with pytest.raises(LoadError, match="permi"):
            load(path)
    finally:
        os.seteuid(user)


def test_damaged_utf8_is_read_but_for_its_damaged_places():
    source = "小米成立于2010年。The ferry sails. Größe über alles."
    data = source.encode().replace(b"ferry", b"fe\xffrry")
    content = text.read(data, Limits())
    assert content.text == source.replace("ferry", "fe\ufffdrry")
    assert content.notes == ("1 damaged characters of it were read as “\ufffd”",)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("a.md", True),
        ("A.PDF", True),
        ("README", True),
        ("a.html", True),
        ("a.png", False),
        (".env", False),
        ("~$a.txt", False),
    ],
)
def test_candidates_are_told_by_name(name, answer):
    assert readable(Path(name)) is answer
    assert ".txt" in TEXTS


def test_importing_the_corpus_loads_no_format_library():
    heavy = "{'pypdfium2', 'resiliparse', 'markdown_it', 'charset_normalizer', 'sentencex', 'semantic_text_splitter'}"
    code = f"import sys, corpus; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
