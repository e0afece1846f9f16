"""Units of a text: exact offsets over any text, and the rules for wrapping, lists, rows and abbreviations."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import outline
from corpus.document import Heading
from corpus.sentences import blocks, sentences

WORDS = st.sampled_from(
    [
        "The",
        "tide",
        "rose.",
        "e.g.",
        "Vol.",
        "3",
        "No.",
        "U.S.",
        "12.",
        "-",
        "•",
        "*",
        "1.",
        "2.",
        "(a)",
        "[3].",
        "Key:",
        "value;",
        "|",
        "\t",
        "\n",
        "\n\n",
        "\x0c",
        "\r",
        "潮が満ちた。",
        "海很大！",
        "مرحبا؟",
        "שלום",
        "😀",
        "👩\u200d👩\u200d👧",
        "𝒜",
        "é",
        "ﬁ",
        "ZÜRICH",
        "a-",
        "b",
        "co-\n",
        "\u2028",
        "\xa0",
        "\x1c",
        "...",
        "?!",
        "”",
        "«",
        "\xad",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join))


def lines_of(text: str, headings=()) -> list[str]:
    return [text[unit.start : unit.end] for unit in sentences(text, headings)]


def kinds_of(text: str, headings=()) -> list[str]:
    return [unit.kind for unit in sentences(text, headings)]


def assert_covers(text: str, spans) -> None:
    position = 0
    for span in spans:
        assert position <= span.start < span.end <= len(text)
        assert not text[position : span.start].strip()
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        position = span.end
    assert not text[position:].strip()


@given(TEXTS)
def test_units_and_blocks_are_trimmed_ordered_disjoint_and_cover_every_word(text):
    assert_covers(text, sentences(text))
    assert_covers(text, blocks(text))


@given(TEXTS)
def test_units_cover_also_with_the_headings_that_the_outline_finds(text):
    headings = outline.headings(text)
    assert all(a.end <= b.start for a, b in pairwise(headings))
    assert all(text[one.start : one.end].strip() for one in headings)
    assert_covers(text, sentences(text, headings))


@given(TEXTS, st.integers(0, 2**32))
def test_units_cover_with_any_disjoint_headings_and_pages(text, seed):
    cuts = sorted(random.Random(seed).sample(range(len(text) + 1), min(6, len(text) + 1)))
    headings = [Heading(a, b, 1) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    units = sentences(text, headings, cuts)
    assert_covers(text, units)
    assert sum(unit.kind == "heading" for unit in units) == sum(bool(text[h.start : h.end].strip()) for h in headings)


@given(TEXTS)
def test_every_unit_lies_inside_one_block_of_its_kind(text):
    found = blocks(text)
    for unit in sentences(text):
        assert any(b.start <= unit.start and unit.end <= b.end and b.kind == unit.kind for b in found)


WRAPPED = """\
The harbour of Norvik lies at the end of a narrow
fjord, and ships larger than two hundred metres
cannot turn there. Since 1962 the pilots of the
Coastal Service have brought them in backwards,
which visitors find a curious sight. A co-
operative of fishermen owns the eastern quay.
"""


def test_newlines_of_a_wrapped_paragraph_do_not_end_sentences():
    assert [line.replace("\n", " ") for line in lines_of(WRAPPED)] == [
        "The harbour of Norvik lies at the end of a narrow fjord, and ships larger than two hundred metres "
        "cannot turn there.",
        "Since 1962 the pilots of the Coastal Service have brought them in backwards, which visitors find a "
        "curious sight.",
        "A co- operative of fishermen owns the eastern quay.",
    ]


def test_a_sentence_goes_on_after_a_line_of_any_width():
    wide = f"We have three offers, of which the first {'and by far the dearest ' * 5}can start in March but"
    assert len(wide) > 130
    assert [line.replace("\n", " ") for line in lines_of(f"{wide}\nnot before.")] == [f"{wide} not before."]
    assert lines_of(f"{wide}.\nnot before.") == [f"{wide}.", "not before."]
    entry = f"abatement means the lowering of a rent {'that was agreed upon by both of the parties ' * 3}"
    glossary = [f"{entry}at a term", f"bailment {entry}in a shop", f"distress {entry}on a farm"]
    assert lines_of("\n".join(glossary)) == glossary  # lines that are paragraphs


def test_each_newline_ends_a_block_where_a_line_is_a_paragraph():
    first = "The mill was built by two brothers who had come from the north with a cart, a saw and nothing else " * 2
    text = f"{first.strip()}\nIt burned down twice and was rebuilt both times\nToday it is a museum"
    assert len(lines_of(text)) == 3


def test_short_lines_without_punctuation_stay_apart():
    assert lines_of("Research note\nOpen access\nHarbour Studies 12") == [
        "Research note",
        "Open access",
        "Harbour Studies 12",
    ]


def test_key_value_lines_stay_apart():
    text = "ISSN: 1111-2222\nEditor: Anna Berg\nConference date: 3 May 2020"
    assert lines_of(text) == text.split("\n")


@pytest.mark.parametrize("mark", ["-", "•", "*", "–", "  •", "    -"])
def test_marks_begin_items(mark):
    text = f"The boat needs:\n{mark} Rope of hemp\n{mark} A spare sail\n{mark} Tar"
    assert kinds_of(text) == ["sentence", "item", "item", "item"]
    assert lines_of(text)[1] == f"{mark.strip()} Rope of hemp"


def test_numbers_and_letters_begin_items():
    assert kinds_of("1. Untie the rope\n2. Push off\n3. Row") == ["item"] * 3
    assert kinds_of("(a) rope\n(b) sail") == ["item"] * 2


def test_a_number_at_the_start_of_a_wrapped_line_is_no_item():
    text = WRAPPED.replace("The harbour", "The old harbour").replace("Since 1962 the", "Since then some\n62. The")
    assert "item" not in kinds_of(text)


def test_the_sentences_of_an_item_are_items():
    assert lines_of("- Ropes: buy ten. Hemp is best.\n- Tar") == ["- Ropes: buy ten.", "Hemp is best.", "- Tar"]
    assert kinds_of("- Ropes: buy ten. Hemp is best.\n- Tar") == ["item"] * 3


def test_a_hanging_line_goes_on_with_its_item():
    assert lines_of("- Rope\n  Made of hemp\n- Tar") == ["- Rope\n  Made of hemp", "- Tar"]


@pytest.mark.parametrize("row", ["Boat: Ida; Built: 1931. In oak; Length: 9 m", "Ida | 1931 | 9 m", "Ida\t1931\t9 m"])
def test_a_table_row_is_one_unit(row):
    text = f"{row}\n{row}"
    assert lines_of(text) == [row, row]
    assert kinds_of(text) == ["row", "row"]


def test_blank_lines_form_feeds_and_headings_end_blocks():
    text = "the end of one\n\nbegin of two\fbegin of three"
    assert len(blocks(text)) == 3
    assert [block.kind for block in blocks("Tides\nthey rise", [Heading(0, 5, 1)])] == ["heading", "sentence"]


def test_a_sentence_goes_on_over_a_page_where_it_is_unfinished():
    text = "The keeper of the lighthouse wrote down every\n\nship that passed. He did so for years."
    start = text.index("ship")
    assert len(sentences(text)) == 3
    assert len(sentences(text, (), (0, start))) == 2


@pytest.mark.parametrize(
    "sentence",
    [
        "See e.g. Norvik or Sund for this.",
        "It is in Vol. 3 of the series.",
        "Berg et al. Found this first in Sund.",
        "The paper (No. 4) is by J. K. Berg and is short.",
        "The U.S. Navy visited twice.",
        "It cost approx. 40 crowns.",
        "Ask Dr. Berg about Fig. 3 and pp. 4-9.",
        "The app was made by eBay.com and others.",
    ],
)
def test_abbreviations_and_initials_do_not_end_sentences(sentence):
    assert lines_of(f"{sentence} The tide turned.") == [sentence, "The tide turned."]


def test_sentences_end_where_a_new_one_opens():
    assert lines_of("He took vitamin C. The crew did not. Was it scurvy? No. It was the cold.") == [
        "He took vitamin C.",
        "The crew did not.",
        "Was it scurvy?",
        "No.",
        "It was the cold.",
    ]


def test_chinese_and_japanese_sentences_are_parted():
    assert lines_of("潮水上涨了。船离开了港口！灯塔亮了吗？") == ["潮水上涨了。", "船离开了港口！", "灯塔亮了吗？"]
    assert lines_of("潮が満ちた。船は港を出た。") == ["潮が満ちた。", "船は港を出た。"]


def test_wrapped_chinese_lines_are_joined():
    text = "大型船舶无法在此掉头。自1962年以来海岸服务局的，\n领航员一直倒着把船引进港内。"
    assert lines_of(text)[1].count("\n") == 1


def test_offsets_are_code_points_beyond_the_basic_plane():
    assert lines_of("😀😀 The 𝒜 tide rose 🌊. 👩‍👩‍👧 left. End.") == [
        "😀😀 The 𝒜 tide rose 🌊.",
        "👩‍👩‍👧 left.",
        "End.",
    ]


def test_a_reference_is_one_unit():
    text = "[1]. Berg, A. (2001). On tides. Sea, 4, 5. https://x.no/1\n[2]. Lund, B. (2002). On fog. Sea, 5, 6."
    assert lines_of(text) == text.split("\n")
    text = (
        "Berg, A., & Lund, B. 2001. On the tides of the north and\nwhat they carry. Sea 4: 5–\n62.\nLund, B. 2002. Fog."
    )
    assert len(lines_of(text)) == 2


def test_running_headers_and_page_numbers_stay_out_of_sentences():
    page = "the pilots brought every ship in backwards and\nthe visitors of the town came down to the quay and\n"
    text = "".join(f"{page}Harbour Studies of the North\n{number}\n" for number in (11, 12, 13))
    assert lines_of(text).count("Harbour Studies of the North") == 3
    assert {"11", "12", "13"} <= set(lines_of(text))


def test_a_numbered_paragraph_is_parted_into_its_sentences():
    text = "(1) The building opens at 7:30. Lessons begin at 8:05."
    assert [text[u.start : u.end] for u in sentences(text)] == [
        "(1) The building opens at 7:30.",
        "Lessons begin at 8:05.",
    ]


def test_a_chinese_sentence_that_begins_with_a_number_is_one():
    text = "期间将停水。1号楼和2号楼不受影响。"
    assert [text[u.start : u.end] for u in sentences(text)] == ["期间将停水。", "1号楼和2号楼不受影响。"]
