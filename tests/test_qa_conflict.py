"""Conflicts: values, scopes and opposites, the shipped set, and both sides cited with their dates."""

from dataclasses import replace

import pytest
from disagreeing import CONFLICTS, DOCUMENTS, LOOK_ALIKES
from fakes import Library, verbatim
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Passage
from eval import conflicts as measure
from eval.examples import EvalError
from qa.answer import Answer, Citation, Claim, Conflict
from qa.conflict import asked_kind, conflicts, differing
from qa.dating import asks_now, document_date
from qa.polarity import denial, poles
from qa.read.quote import QuoteReader
from qa.scope import Told
from qa.values import clocks, dates, quantities


def only(text):
    (value,) = quantities(text)
    return value


def clash(question, one, other):
    return differing(Told(one, "", "A", "a.md"), Told(other, "", "B", "b.md"), question)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("about 40,000 people", "40,123 people"), ("80 km", "50 miles"), ("0.6 kg", "600 g"),
        ("twelve rooms", "12 rooms"),
        ("1.5 million euros", "€1,500,000"), ("more than 60%", "62.4 percent"),
        ("between 80 and 140 euros", "95 euros"),
        ("5 °C", "41 °F"), ("two and a half hours", "150 minutes"), ("约12万人", "118,600人"),
        ("half of it", "50 percent"),
    ],
)  # fmt: skip
def test_the_same_quantity_in_other_words(one, other):
    assert only(one).comparable(only(other))
    assert only(one).agrees(only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("1,240 staff", "1,241 staff"), ("about 40,000 people", "46,000 people"), ("5%", "7%"), ("more than 60%", "48%"),
     ("forty-two members", "60 members"), ("5.6万人", "8万人")],
)  # fmt: skip
def test_quantities_that_cannot_be_the_same(one, other):
    assert only(one).comparable(only(other))
    assert not only(one).agrees(only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("30 euros", "33 dollars"), ("75 kWh", "190 Ah"), ("34 km long", "9 m wide"),
     ("9 dollars a month", "90 dollars a year"),
     ("21 goals", "64 matches")],
)  # fmt: skip
def test_quantities_that_are_not_compared(one, other):
    assert not only(one).comparable(only(other))


def test_dates_and_times_of_day():
    assert [v.text for v in dates("from 9 July 2018 to 2019-01-02, 2020年5月, not Q1")] == [
        "9 July 2018",
        "2019-01-02",
        "2020年5月",
    ]
    assert dates("May 1932")[0].agrees(dates("on 14 May 1932")[0])
    assert not dates("April 2025")[0].agrees(dates("2024")[0])
    assert clocks("at 6 pm")[0].agrees(clocks("18:00")[0])
    assert quantities("on 9 July 2018 at 10:30") == []


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_read(text):
    for value in (*quantities(text), *dates(text), *clocks(text)):
        assert 0 <= value.start < value.end <= len(text)
        assert value.agrees(value)
    assert differing(Told(text, "", "A", "a"), Told(text, "", "B", "b"), "How many?") is None


def test_opposites_and_denials():
    assert poles("Sales rose.").keys() & poles("Sales fell.").keys()
    assert denial("Guests may not enter.") == "may not enter"
    assert denial("It is not only cheap.") == ""


def test_each_kind_of_conflict():
    assert clash("Who founded Ember?", "Ember was founded by Rita Sol.", "Ember was founded by Jan Vik.") == (
        "Rita Sol",
        "Jan Vik",
    )
    assert clash("When did the mill burn down?", "The mill burned down in 1911.", "In 1908 the mill burned down.") == (
        "1911",
        "1908",
    )
    assert clash("Did sales rise or fall?", "Sales rose.", "Sales fell.") == ("rose", "fell")
    assert clash("谁是创始人？", "创始人是王海涛。", "创始人是李明远。") == ("王海涛", "李明远")


def test_another_period_place_or_part_is_no_conflict():
    question = "How many beds does the hospital have?"
    one, other = "The hospital has 300 beds.", "The hospital has 180 beds."
    assert clash(question, one, other) == ("300", "180")
    assert clash(question, one, other.replace("has", "planned for")) is None
    assert clash(question, "In 2020 the hospital had 300 beds.", "In 2023 the hospital had 180 beds.") is None
    assert clash("How big is it?", one, other) is None


def test_values_of_two_things_that_one_sentence_tells_are_no_conflict():
    question, both = "How many members does it have?", "Dale counts 78 members at the quay and 38 at the mill."
    assert clash(question, "The society has 38 members.", both) is None
    assert clash(question, "The society has 41 members.", "The society has 78 members.") == ("41", "78")
    assert clash(question, both, "The society has 78 members.") is None


def test_the_set_that_ships():
    told = [measure.tell(case) for case in measure.read()]
    for split in measure.SPLITS:
        score = measure.score([t for t in told if t.case.split == split])
        assert score.found + score.missed >= 15 and score.look_alikes >= 30
        assert score.precision >= 0.9
        assert score.recall >= 0.8


def test_a_broken_line_of_the_set_is_named(tmp_path):
    (tmp_path / "set.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(EvalError, match="line 1: lacks 'split'"):
        measure.read(tmp_path / "set.jsonl")


@pytest.mark.parametrize(
    ("doc", "title", "text", "date"),
    [
        ("a.md", "Prices", "title: Prices\nsource_date: 2025-10-03", "2025-10-03"),
        ("a.md", "Prices 2024", "No date.", "2024"),
        ("notes/2023-05-11.txt", "Minutes", "Sales rose in 2020.", "2023-05-11"),
        ("a.md", "Study", "Published on 9 June 2025 in Oslo.", "9 June 2025"),
        ("a.md", "Study", "The firm was founded in 1998 and has grown since.", ""),
    ],
)  # fmt: skip
def test_the_date_of_a_document(doc, title, text, date):
    assert document_date(doc, title, text) == date


def test_both_sides_are_cited_with_their_dates(tmp_path):
    library = Library(
        tmp_path,
        old_md="---\ndate: 2023\n---\n# Old\n\nThe Harrow forum has 40,000 members in all.\n",
        new_md="---\ndate: 2025\n---\n# New\n\nThe Harrow forum counts 45,000 members in all.\n",
    )
    answer = library.assistant().ask("How many members does the Harrow forum have?")
    (conflict,) = answer.conflicts
    assert {*zip(conflict.values, conflict.dates, strict=True)} == {("40,000", "2023"), ("45,000", "2025")}
    assert set(conflict.citations) <= set(answer.citations)
    assert all(verbatim(citation, library.index) for citation in conflict.citations)
    assert "The sources disagree: " in answer.text and " against " in answer.text
    now = library.assistant().ask("How many members does the Harrow forum have now?")
    assert "As of 2025: 45,000 (New, 2025)" in now.text


def test_a_conflict_inside_one_document_names_its_sections():
    passages = [
        Passage("a.md", n, n + 3, "abc", None, ("A", place), ((n, n + 3),)) for n, place in ((0, "One"), (9, "Two"))
    ]
    cited = tuple(Citation(p, p.start, p.end, "A") for p in passages)
    said = Conflict(("1", "2"), cited, ("", "2024")).told([" [1]", ""])
    assert said == "The source disagrees with itself: 1 (A > One) [1] against 2 (A > Two, 2024)."


def test_a_conflict_is_told_in_the_language_of_its_question():
    passages = [Passage(name, 0, 3, "abc", None, (), ((0, 3),)) for name in ("a.md", "b.md")]
    cited = tuple(Citation(p, p.start, p.end, p.doc_id) for p in passages)
    conflict = Conflict(("三万", "四万"), cited, ("2023", "2025"))
    claim = Claim("三万。", cited[:1], 1.0)
    told = Answer("有多少员工？", (claim,), conflicts=(conflict,)).text
    assert "来源说法不一：三万（a.md，2023）" in told and "disagree" not in told
    assert "The sources disagree: 三万" in Answer("How many?", (claim,), conflicts=(conflict,)).text


def test_no_conflict_without_a_second_sentence():
    assert conflicts([]) == ()
    assert asked_kind("几点开门？") == "date"
    assert asks_now("What is the latest price?") and not asks_now("What was the price?")


@pytest.fixture(scope="module")
def disagreeing(tmp_path_factory):
    return Library(tmp_path_factory.mktemp("disagreeing") / "library", **DOCUMENTS).assistant()


@pytest.mark.parametrize("question", CONFLICTS)
def test_planted_conflicts_are_told_in_the_answer(disagreeing, question):
    answer = disagreeing.ask(question)
    sides = [c for c in answer.conflicts if all(any(v in told for told in c.values) for v in CONFLICTS[question])]
    assert sides, answer.text
    assert {x.key for c in sides for x in c.citations} <= {x.key for x in answer.citations}


@pytest.mark.parametrize("question", LOOK_ALIKES)
def test_look_alikes_are_left_alone(disagreeing, question):
    assert disagreeing.ask(question).conflicts == ()


def test_a_limit_reaches_only_so_far():
    assert only("up to fifteen days").agrees(only("14 days"))
    assert not only("up to fifteen days").agrees(only("about ten days"))
    assert not only("at most 25 kg").agrees(only("up to 20 kg"))
    assert only("at least 20 hours").agrees(only("at most 35 hours"))


def test_cases_rows_and_models_side_by_side_are_no_conflict():
    question = "How long does the warranty last?"
    trade = "For trade customers the warranty lasts 18 months."
    assert clash(question, trade, trade.replace("18", "24")) == ("18 months", "24 months")
    assert clash(question, trade, trade.replace("18", "24").replace("trade", "private")) is None
    rows = [Told(f"Course: {name}; Fee: {fee} euros", "", "Prices", "a.md") for name, fee in (("Yoga", 9), ("Judo", 8))]
    assert differing(*rows, "What is the fee of the course?") is None
    sheets = [Told(f"Property: Range; Value: {v} km", "", f"M{v}, bicycle", f"{v}.md") for v in (40, 60)]
    assert differing(*sheets, "What is the range?") is None


def test_a_sentence_that_reports_a_disagreement_stands_alone():
    text = "The first count of the nests found 312, while another version of the count gives 280."
    passage = Passage("a.md", 0, len(text), text, None, (), ((0, len(text)),))
    cited = Citation(passage, 0, len(text), "Nests")
    (conflict,) = conflicts([cited], "How many nests were found?")
    assert conflict.values == (text,)
    assert conflict.told([" [1]"]) == "The sources disagree, as told in Nests [1]."
    assert conflicts([cited], "Who feeds the young?") == ()


def test_a_question_that_only_names_somebody_has_no_rival_names():
    one, other = "Lin Bo spoke at Harbour Radio North.", "Ada Brown of Nordlink spoke of Lin Bo."
    assert clash("Who is Lin Bo?", one, other) is None
    assert clash(
        "Who is the head of Nordlink?", "The head of Nordlink is Ada Brown.", "The head of Nordlink is Carl Stone."
    )


@pytest.mark.parametrize("context", [False, True])
def test_a_sentence_that_only_leads_to_another_one_is_no_side_of_a_conflict(tmp_path, context):
    class Leading(QuoteReader):
        def read(self, *asked):
            return (replace(draft, context=context) for draft in super().read(*asked))

    library = Library(
        tmp_path,
        old_md="# Old\n\nThe Harrow forum has 40,000 members in all.\n",
        new_md="# New\n\nThe Harrow forum counts 45,000 members in all.\n",
    )
    answer = library.assistant(Leading()).ask("How many members does the Harrow forum have?")
    assert {claim.context for claim in answer.claims} == {context}
    assert bool(answer.conflicts) == (not context)


def test_neither_a_swap_nor_a_signature_is_a_disagreement(tmp_path, encoder):
    mail = (
        "From: Ada Brown\nTo: the crew\nDate: Mon, 16 June 2025\nSubject: watches from July\n\nHi all,\n"
        "Whoever swaps a watch tells me before Friday noon. Nobody is on watch more than one week in four.\nAda\n"
    )
    answer = Library(tmp_path, encoder, watches_txt=mail).assistant().ask("How often can I be on watch?")
    assert [claim.text for claim in answer.claims][:1] == ["Nobody is on watch more than one week in four."]
    assert answer.conflicts == () and "Ada" not in [claim.text for claim in answer.claims]


def test_a_report_of_a_disagreement_is_told_whichever_side_answers_best():
    announced = "Birch describes the price of the flour in two ways that do not fit together. "
    one, other = "In one place she calls it dear beside that of other mills.", "In another she says it undercuts them."
    text, first = f"{announced}{one} {other}", len(announced)
    spans = ((0, first - 1), (first, first + len(one)), (first + len(one) + 1, len(f"{announced}{one} {other}")))
    passage = Passage("mill.md", 0, len(text), text, None, ("The mill",), spans)
    told = [Citation(passage, *span, "The mill") for span in spans[1:]]
    for chosen in (told, told[::-1]):
        (found,) = conflicts(chosen, "Are the other mills dear or cheap beside it?")
        assert [c.quote for c in found.citations] == [one, other]
