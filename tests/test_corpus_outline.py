"""Headings of plain text: what is one, what is not, and how they nest."""

import pytest

from corpus import outline

BODY = "The harbour lies at the end of a narrow fjord, and large ships cannot turn there without a pilot on board."


def found(text: str) -> list[tuple[int, str]]:
    return [(one.level, " ".join(text[one.start : one.end].split())) for one in outline.headings(text)]


def test_numbered_headings_take_their_level_from_their_depth():
    text = f"1.Tides\n\n1.1.Spring tides\n\n{BODY}\n\n1.2.Neap tides\n\n{BODY}\n\n2.Fog\n\n{BODY}"
    assert found(text) == [(1, "1.Tides"), (2, "1.1.Spring tides"), (2, "1.2.Neap tides"), (1, "2.Fog")]


def test_a_numbered_heading_may_hold_a_colon_and_unnumbered_ones_nest_in_it():
    text = f"1. Low Cost: Boats for All\nThe Yard\n{BODY}\nThe Crew\n{BODY}\n2. Good Ropes: Hemp\nThe Rope Walk\n{BODY}"
    assert found(text) == [
        (1, "1. Low Cost: Boats for All"),
        (2, "The Yard"),
        (2, "The Crew"),
        (1, "2. Good Ropes: Hemp"),
        (2, "The Rope Walk"),
    ]


def test_a_numbered_list_is_no_outline():
    assert found(f"{BODY}\n\n1. Untie the rope\n2. Push off\n3. Row to the quay\n\n{BODY}") == []


def test_capitals_wrapped_over_lines_are_one_heading():
    text = (
        "3 TIDES AND THEIR\nMEANING FOR THE\nHARBOUR\nThe harbour lies at the end of a narrow\nfjord, and ships "
        "cannot turn there.\n4 FOG\nFog comes in from the sea on most days of\nthe autumn and stays."
    )
    text = text.replace("3 ", "1 ").replace("4 ", "2 ")
    assert found(text) == [(1, "1 TIDES AND THEIR MEANING FOR THE HARBOUR"), (1, "2 FOG")]


def test_labels_of_lists_nest_in_the_heading_of_their_section():
    part = "Strong Points\n\n  • Deep water\n  • Two cranes\n\nWeak Points\n\n  • Fog\n  • No railway\n\n"
    text = f"Harbour Review\n\n{BODY}\n\n{part}Shipyard Review\n\n{BODY}\n\n{part}"
    assert found(text) == [
        (1, "Harbour Review"),
        (2, "Strong Points"),
        (2, "Weak Points"),
        (1, "Shipyard Review"),
        (2, "Strong Points"),
        (2, "Weak Points"),
    ]


def test_headings_of_prose_stand_side_by_side():
    text = f"Life at Sea\n\n{BODY}\n\nLife on Land\n\n{BODY}\n\nReferences\n\nBerg, A. 2001. Tides. Sea 4."
    assert found(text) == [(1, "Life at Sea"), (1, "Life on Land"), (1, "References")]


def test_numbered_headings_are_found_where_no_blank_line_stands_before_them():
    body = "The harbour lies at the end of a narrow fjord, and\nlarge ships cannot turn there without a pilot.\n"
    text = f"Tides of Norvik\n1 First Findings\n{body}{body}- Rope\n- Tar\n2 Outlook\n{body}"
    assert (1, "1 First Findings") in found(text)
    assert (1, "2 Outlook") in found(text)


def test_chapters_stand_over_the_names_in_capitals_below_them():
    text = f"CHAPTER I.\n\nTHE QUAY\n\n{BODY}\n\nCHAPTER II.\n\nTHE FOG\n\n{BODY}"
    assert found(text) == [(1, "CHAPTER I."), (2, "THE QUAY"), (1, "CHAPTER II."), (2, "THE FOG")]


def test_roman_numbers_stand_over_letters():
    text = f"I. INTRODUCTION\n{BODY}\nII. RELATED WORK\nA. Boats\n{BODY}\nB. Nets\n{BODY}\nIII. RESULTS\n{BODY}"
    assert found(text) == [
        (1, "I. INTRODUCTION"),
        (1, "II. RELATED WORK"),
        (2, "A. Boats"),
        (2, "B. Nets"),
        (1, "III. RESULTS"),
    ]


def test_a_table_may_follow_its_heading():
    assert found(f"{BODY}\n1. Boats\nName\tYear\nIda\t1931") == [(1, "1. Boats")]


def test_chinese_headings_are_found_and_wrapped_chinese_prose_is_none():
    body = (
        "港口位于峡湾尽头，船舶无法在此掉头。自1962年以来，\n海岸服务局的领航员一直倒着把船引进港内，这让人\n十分好奇。"
    )
    assert found(f"挪威港口简介\n\n{body}\n\n历史\n\n{body}") == [(1, "挪威港口简介"), (1, "历史")]


@pytest.mark.parametrize(
    "line",
    [
        "Anna Berg 1*",
        "1 Norvik College, School of Nets, Norvik, Norway",
        "https://norvik.no/harbour",
        "a.berg@norvik.no",
        "612",
        "Page 3 of 9",
        "12 June 2020",
        "Updated: 3 October 2020",
        "Berg, A., & Lund, B. 2001",
        "[4] Lund, B. Fog",
        "Download the chart",
        "and the pilots went home",
        "|",
        "Nothing moved. Mr. Berg, of the Sund",
        "Ida | 1931 | 9 m",
    ],
)
def test_lines_that_are_no_headings(line):
    assert found(f"{BODY}\n\n{line}\n\n{BODY}") == []


def test_a_piece_of_a_wrapped_paragraph_is_no_heading():
    text = (
        "The harbour lies at the end of a narrow fjord.\nThe Coastal Service of Norvik brings\nships in backwards, "
        "which visitors find a\ncurious sight to see from the quay.\n"
    )
    assert found(text * 3) == []


def test_running_headers_are_no_headings():
    page = f"{BODY}\n\nHarbour Studies of Norvik\n{{}}\n\n"
    assert found("".join(page.format(number) for number in range(11, 15))) == []


def test_a_line_that_only_stands_before_headings_is_no_heading():
    text = "".join(f"Norvik Logo\n\n{name}\n\n{BODY}\n\n" for name in ("The Harbour", "The Shipyard", "The Lighthouse"))
    assert [name for _, name in found(text)] == ["The Harbour", "The Shipyard", "The Lighthouse"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Anna Berg\nTitle: Tides of Norvik\n\nText.", "Tides of Norvik"),
        ("Tides of Norvik\n\nText.", "Tides of Norvik"),
        (BODY * 3, None),
        ("\n\n  Fog\nand more", "Fog"),
        (
            "Tides of the Northern\nFjords\nAnna Berg\n\nTides of the Northern Fjords\n12",
            "Tides of the Northern Fjords",
        ),
        ("To: Crew\nSubject: The crossing\n\nHi", "The crossing"),
        ("***", None),
        ("", None),
    ],
)
def test_the_title_is_the_title_line_or_the_first_line(text, title):
    assert outline.title(text) == title


def test_headings_of_blank_text_are_none():
    assert outline.headings("") == outline.headings(" \n\f\n") == ()


def test_numbered_sections_of_a_contract_leaflet_and_regulation_are_headings():
    contract = (
        "1. Start\n1.1 The employment begins in May.\n1.2 The place of work is Hull.\n\n"
        "2. Probation\n2.1 The first six months are a probationary period.\n"
    )
    leaflet = (
        "1. What it is and what it is used for\nIt treats fever and mild pain in children.\n\n"
        "2. How to store it\nKeep it out of the sight of children.\n"
    )
    rules = "§ 1 School day\n(1) Lessons begin at 8:05.\n\n§ 2 Absence\n(1) Parents report it by 8:00.\n"
    found = [[text[h.start : h.end] for h in outline.headings(text)] for text in (contract, leaflet, rules)]
    assert found == [
        ["1. Start", "2. Probation"],
        ["1. What it is and what it is used for", "2. How to store it"],
        ["§ 1 School day", "§ 2 Absence"],
    ]


MESSAGE = "From: {who}\nDate: 3 May 2025\nSubject: Re: Roof\n\nThe roof leaks again, and nobody has called anyone.\n\n"


def test_the_messages_of_a_thread_stand_under_who_wrote_them():
    people = ("Ada Birch", "Tom Lee <tom@lee.example>", "Ada Birch", "Ada Birch")
    thread = "".join(MESSAGE.format(who=who) for who in people)
    assert found(thread) == [(1, f"From: {who}") for who in people]
    assert found(MESSAGE.format(who="Ada Birch")) == []
    above = MESSAGE.format(who="Ada Birch").replace(
        "From: Ada Birch\nDate: 3 May 2025", "Date: 3 May 2025\nFrom: Ada Birch"
    )
    assert found(2 * above.replace("Subject", "Cc: Tom Lee\nSubject")) == []
    transfer = "From: Lisbon\nTo: Porto\nDate: 3 May 2025\n\nTwelve copies of the book were sent there.\n\n"
    assert found(2 * transfer) == []
    assert found("From: Lisbon\nTo: Porto\n\nFrom: Porto\nTo: Braga\n\nThe train is late every day.\n") == []
