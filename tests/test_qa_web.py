"""What the page shows, as HTML: everything foreign is text, every quote is its slice; in two languages."""

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen import Seen

from corpus.document import Document, Failure, Passage
from index.documents import DocumentInfo
from index.report import Step, SyncReport
from qa.answer import Answer, Citation, Claim, Conflict
from qa.sources import Folder
from qa.web import answers, arrivals, catalogue, history, leaf, lists, panel
from qa.web.html import notice
from qa.web.reading import Stage
from qa.web.tab import Exchange, Tab
from qa.web.texts import KINDS_ZH, TEXTS, named, say, spoken
from qa.web.turns import Conversation

HOSTILE = "</mark></div><script>alert(1)</script> \"double\" 'single' & <img src=x onerror=alert(1)> `a` ${x} {{y}} {z}"


def passage(*sentences, doc_id="notes.md", start=40, page=None, heading=()):
    text, spans, at = " ".join(sentences), [], start
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return Passage(doc_id, start, start + len(text), text, page, heading, tuple(spans))


def cited(where, quote, title="Notes"):
    start = where.start + where.text.index(quote)
    return Citation(where, start, start + len(quote), title)


def claim(text, *citations, support=0.9, item=False):
    return Claim(text, citations, support, item)


def shown(answer, state="done", turn=1, language="en", **more):
    return Seen(answers.answer(Exchange(answer, state, **more), turn, language))


NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def held(infos, failures=(), hidden=(), folders=(), manages=True):
    return catalogue.Held(infos, failures, hidden, folders, manages)


def document(text, where):
    return Document(where.doc_id, "Notes", text, (), (), "text/plain", "")


FACTS = passage(
    "Xiaomi was founded in 2010.", "The SU7 costs 215,900 yuan.", "It sold well.", page=3, heading=("Cars", "Price")
)


def test_a_sentence_has_its_markers_and_a_source_one_line():
    seen = shown(Answer("?", (claim("It costs 215,900 yuan.", cited(FACTS, "The SU7 costs 215,900 yuan.")),)))
    assert seen.text.startswith("It costs 215,900 yuan.[1]Sources[1] Notes p. 3 · Cars › Price")
    assert seen.every("data-quote") == ["The SU7 costs 215,900 yuan."] * 2
    assert seen.every("data-place")[0] == "p. 3 · Cars › Price"
    assert seen.every("aria-label")[0] == "Source 1: Notes"


def test_hostile_text_is_text_everywhere():
    where = passage(HOSTILE, doc_id=HOSTILE, heading=(HOSTILE,))
    whole = cited(where, HOSTILE, title=HOSTILE)
    answer = Answer(
        HOSTILE,
        (claim(HOSTILE, whole),),
        dropped=(claim(HOSTILE),),
        conflicts=(Conflict((HOSTILE, "other"), (whole, cited(where, "alert", title=HOSTILE)), (HOSTILE, "")),),
        message=HOSTILE,
    )
    exchange = Exchange(answer, "done", note=HOSTILE, follow_ups=(HOSTILE,))
    seen = Seen(answers.log(Tab([exchange])))
    assert seen.text.count(HOSTILE) >= 9
    assert seen.every("data-quote")[0] == seen.every("data-title")[0] == seen.every("data-text")[0] == HOSTILE
    assert HOSTILE in seen.every("data-copy")[0]
    source = Seen(panel.source(document("x" * 40 + HOSTILE, where), [whole], 1, 1, "en"))
    assert source.marks == [HOSTILE]
    info = DocumentInfo(HOSTILE, HOSTILE, HOSTILE, None, 1)
    for drawn in (
        notice(HOSTILE),
        lists.welcome([info], [HOSTILE], "en"),
        catalogue.documents(held([info], failures=[Failure(HOSTILE, HOSTILE)], hidden=[HOSTILE]), {HOSTILE}, "zh"),
        history.past([Conversation("1", "", HOSTILE, NOON, NOON)], "", "en"),
        leaf.shown(Document(HOSTILE, HOSTILE, HOSTILE, (0,), (), "text/plain", ""), 0, "en"),
        panel.no_sheet(HOSTILE, "en"),
        lists.scope([HOSTILE], "en"),
        arrivals.stage(Stage(1, (), True, step=Step(HOSTILE, 1, 2, 3, 4, 5, 6.0)), "en"),
        arrivals.stage(Stage(1, error=HOSTILE), "en"),
        arrivals.report(SyncReport(added=[HOSTILE.replace("/", "|")]), [HOSTILE.replace("/", "|")], "en"),
        lists.top(1, HOSTILE, "en"),
    ):
        assert HOSTILE.replace("/", "|") in Seen(drawn).text.replace("/", "|")


@given(st.text(min_size=1), st.text(), st.text())
def test_a_marked_quote_is_its_slice_within_its_document(quote, before, after):
    text = before + quote + after
    where = Passage("a", 0, len(text), text, None, (), ())
    citation = Citation(where, len(before), len(before) + len(quote), "A")
    seen = Seen(panel.source(document(text, where), [citation], 1, 1, "en"))
    assert seen.marks == [citation.quote]
    assert text in seen.text
    assert shown(Answer("?", (claim("Yes.", citation),))).every("data-quote")[0] == citation.quote


def test_the_panel_shows_the_quote_within_its_surroundings_and_the_answers_other_quotes_faintly():
    text = "Far away.\n\n" + "x" * 2000 + "\n\nBefore it.\n\n" + FACTS.text + "\n\nAfter it.\n\n" + "y" * 2000
    start = text.index(FACTS.text)
    where = Passage("notes.md", start, start + len(FACTS.text), FACTS.text, 3, ("Cars",), ())
    both = [cited(where, "2010"), cited(where, "sold well")]
    seen = Seen(panel.source(document(text, where), both, 4, 2, "en"))
    assert seen.marks == ["2010", "sold well"]
    assert [a.get("id") for a in seen.attributes if a.get("id") or a.get("class") == "other"] == [None, "quote"]
    assert f"… Before it.\n\n{FACTS.text}\n\nAfter it. …" in seen.text
    assert "Far away" not in seen.text
    assert "2 of 2" in seen.text
    assert [a.get("data-do") for a in seen.attributes if "disabled" in a] == ["following"]


def test_overlapping_quotes_mark_the_chosen_one():
    both = [cited(FACTS, "The SU7 costs"), cited(FACTS, "costs 215,900")]
    seen = Seen(panel.source(document("x" * 40 + FACTS.text, FACTS), both, 1, 2, "en"))
    assert seen.marks == ["costs 215,900"]


def test_every_marker_names_its_own_answer():
    answer = Answer(
        "?", (claim("Two.", cited(FACTS, "sold"), cited(FACTS, "2010")), claim("One.", cited(FACTS, "sold")))
    )
    for turn in (1, 2):
        seen = shown(answer, turn=turn)
        marks = [(a["data-turn"], a["data-n"]) for a in seen.attributes if a.get("data-do") == "cite"]
        assert marks == [(str(turn), n) for n in "12112"]
    assert "[1][2] Notes p. 3" in seen.text, "one line for two quotes of one place"


def test_an_abstention_is_its_message_and_the_nearest_passages():
    seen = shown(Answer("?", (), message="The documents do not say.", nearest=(cited(FACTS, "It sold well."),)))
    assert seen.text.startswith("The documents do not say.Nearest passagesIt sold well.[1] Notes · p. 3")
    assert seen.every("data-quote") == ["It sold well."]
    assert "Checked" not in seen.text


def test_weak_support_conflicts_and_removed_sentences_are_said_in_words():
    old, new = cited(FACTS, "2010"), cited(passage("Founded in 2011.", doc_id="b"), "2011", title="Other")
    seen = shown(
        Answer(
            "?",
            (claim("Founded in 2010.", old, support=0.49), claim("A phone.", old, support=0.5, item=True)),
            dropped=(claim("False."), claim("Wrong.")),
            conflicts=(Conflict(("2010", "2011"), (old, new), ("2023", "")),),
        )
    )
    assert "2010.[1] weak supportA phone.[1]The" in seen.text
    assert "Checked: weak support for 1 of 2 sentences." in seen.text
    assert "The sources disagree2010Notes · p. 3 · Cars › Price · 2023[1]2011Other[2]" in seen.text
    told = shown(Answer("?", (claim("A.", old),), conflicts=(Conflict(("ten", "eleven"), (old, new), ("2023", "")),)))
    assert "tenNotes · p. 3 · Cars › Price · 2023[1]2010elevenOther[2]2011" in told.text
    versions = Conflict(("ten", "eleven"), (old, new), ("2025", "2023"), newest_first=True)
    dated = shown(Answer("?", (claim("A.", old),), conflicts=(versions,)))
    assert "As of 2025, and earlierten" in dated.text and "disagree" not in dated.text
    assert "2 sentences removed: not supportedFalse.Wrong." in seen.text


def test_two_documents_of_one_title_are_told_apart_by_their_files():
    one, other = (
        cited(passage("Six days.", doc_id="old/rules.md"), "Six days."),
        cited(passage("Five days.", doc_id="rules_2026.md"), "Five days."),
    )
    seen = shown(Answer("?", (claim("Six days.", one), claim("Five days.", other))))
    assert "[1] Notes rules.md" in seen.text and "[2] Notes rules_2026.md" in seen.text
    refused = shown(Answer("?", (), message="No.", nearest=(one, other)))
    assert "[1] Notes · rules.md" in refused.text and "[2] Notes · rules_2026.md" in refused.text


def test_a_supported_answer_says_so():
    one = claim("Founded in 2010.", cited(FACTS, "2010"))
    assert "Checked: the sentence is supported by its source." in shown(Answer("?", (one,))).text
    assert "Checked: all 2 sentences are supported" in shown(Answer("?", (one, one))).text


def test_an_unfinished_answer_says_so_and_offers_nothing():
    one = Answer("?", (claim("Yes.", cited(FACTS, "2010")),))
    assert "Searching the documents…" in shown(Answer("?", ()), "running").text
    seen = shown(one, "running")
    assert "Checking the next sentence…" in seen.text
    assert set(seen.every("data-do")) == {"cite"}
    stopped = shown(one, "stopped")
    assert "Stopped here." in stopped.text
    assert "again" in stopped.every("data-do")


def test_an_answer_is_copied_with_its_sources():
    answer = Answer("?", (claim("Founded in 2010.", cited(FACTS, "2010")),))
    [copy] = shown(answer).every("data-copy")
    assert copy == "Founded in 2010. [1]\n\nSources\n[1] Notes (notes.md, p. 3 · Cars › Price): “2010”"


def test_feedback_is_asked_once_and_only_the_last_answer_is_asked_again():
    done = Answer("?", (), message="Hello.")
    assert shown(done).every("value") == ["good", "bad", "wrong citation", "should have refused"]
    rated = shown(done, verdict="good")
    assert "Good: Thank you" in rated.text
    assert rated.every("value") == []
    seen = Seen(answers.log(Tab([Exchange(done, "done"), Exchange(done, "done")])))
    assert seen.every("data-do").count("again") == 1


def test_what_an_edited_question_replaces_is_dimmed_and_said():
    tab = Tab([Exchange(Answer(f"{n}?", ()), "done") for n in range(3)], editing=2)
    classes = [name for name in Seen(answers.log(tab)).every("class") if name.split()[0] == "turn"]
    assert classes == ["turn", "turn replaced", "turn replaced"]
    assert "all after it, 2 in total" in Seen(answers.editing(tab)).text
    tab.editing = 3
    assert "this question and its answer" in Seen(answers.editing(tab)).text


def test_a_turn_is_named_by_its_number_only():
    tab = Tab([Exchange(Answer("a?", ()), "done"), Exchange(Answer("b?", ()), "running")])
    assert tab.turn("1") is tab.turns[0]
    assert [tab.turn(bad) for bad in ("0", "2", "3", "-1", "x", None)] == [None] * 6


def test_a_first_visit_says_what_is_asked_and_how():
    infos = [DocumentInfo(f"{n}.pdf", f"Title {n}", "application/pdf", 2, 3) for n in range(5)]
    seen = Seen(lists.welcome(infos, ["When was it?"], "en"))
    assert "5 documents (PDF 5)" in seen.text
    assert "Title 3" in seen.text
    assert "Title 4" not in seen.text
    assert seen.every("data-text") == ["When was it?"]
    empty = Seen(lists.welcome([], [], "en"))
    assert "no documents" in empty.text
    assert empty.every("data-view") == ["documents"]


def test_the_documents_are_listed_with_what_could_not_be_read():
    infos = [
        DocumentInfo("a.pdf", "Alpha", "application/pdf", 2, 3, 1_500_000, "2026-11-27T09:00:00+00:00"),
        DocumentInfo("b.txt", "Beta", "text/plain", None, 1, problems=("half of it is a picture",)),
    ]
    seen = Seen(catalogue.documents(held(infos, failures=[Failure("c.doc", "it is locked")]), None, "en"))
    assert "AlphaPDF · 2 pages · 1.5 MB · a.pdf · read" in seen.text
    assert "BetaText · 1 passage · 0 B · b.txt" in seen.text
    assert "1 note on what could not be readb.txt half of it is a picture" in seen.text
    assert "1 file could not be readc.doc it is locked" in seen.text


def test_an_upload_is_told_file_by_file():
    report = SyncReport(
        added=["uploads/a<b>.pdf", "elsewhere.md"],
        unchanged=["old.md", "library.md"],
        failed=[Failure("c.txt", "c.txt: it is empty"), Failure("earlier.txt", "it is locked")],
    )
    told = Seen(arrivals.report(report, ["a<b>.pdf", "c.txt", "old.md", "d.png"], "en")).text
    assert told == (
        "Added a<b>.pdf. You can ask about it now."
        "old.md: already here, nothing changed."
        "c.txt was not added: it is empty"
        "d.png was not added: files of this kind cannot be read"
    )


def test_a_failed_upload_is_told_whatever_else_bears_its_name():
    failed = [Failure("n.txt", "it is empty")]
    for report in (
        SyncReport(added=["uploads/n.txt"], failed=failed),
        SyncReport(added=["n-2.txt"], failed=failed),
        SyncReport(unchanged=["n.txt"], failed=failed),
    ):
        assert Seen(arrivals.report(report, ["n.txt"], "en")).text == "n.txt was not added: it is empty"


def test_an_upload_that_is_new_is_not_told_as_already_here():
    report = SyncReport(changed=["uploads/n.txt"], moved=["m.txt"], unchanged=["n.txt", "m.txt"])
    told = Seen(arrivals.report(report, ["n.txt", "m.txt"], "en")).text
    assert told == "Added n.txt, m.txt. You can ask about it now."


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_same_places_in_both_languages(text):
    english, chinese = TEXTS[text]
    places = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (english, chinese)]
    assert places[1] <= places[0] | {"n"}
    assert re.search("[\u4e00-\u9fff]", chinese) or "{" in chinese


def test_the_page_speaks_the_browsers_language_and_words_of_documents_are_not_translated():
    assert spoken("fr,zh-TW;q=0.8,en;q=0.5") == "zh"
    seen = shown(Answer("?", (claim("Founded in 2010.", cited(FACTS, "2010")),)), language="zh")
    assert seen.text.startswith("Founded in 2010.[1]来源[1] Notes 第 3 页 · Cars › Price")
    assert say("zh", "have", n=1) == "1 份文件"
    assert named("zh", "Slides") == KINDS_ZH["Slides"]
    assert named("zh", "PDF") == "PDF"


def test_only_who_manages_the_documents_is_offered_to_take_them_out_and_to_follow_folders():
    infos = [DocumentInfo(f"{n}.txt", n, "text/plain", None, 1) for n in "ab"]
    folders = [Folder(Path("/reports"), 2, False), Folder(Path("/ships"), 1, True, ships=True)]
    for manages in (True, False):
        seen = Seen(
            catalogue.documents(held(infos, hidden=["c.txt"] * manages, folders=folders, manages=manages), None, "en")
        )
        deeds = seen.every("data-do")
        assert [deeds.count(do) for do in ("hide", "restore", "finish", "unfollow", "sync", "follow")] == (
            [2, 1, 1, 1, 1, 1] if manages else [0] * 6
        )
        assert deeds.count("read") == 2
        assert ("cannot be reached now" in seen.text) == manages


def test_what_a_conversation_asks_is_ticked_and_said():
    infos = [DocumentInfo(f"{n}.txt", n, "text/plain", None, 1) for n in "abc"]
    seen = Seen(catalogue.documents(held(infos), ["b.txt"], "en"))
    assert [one["data-id"] for one in seen.attributes if "checked" in one] == ["b.txt"]
    assert "This conversation asks 1 of 3 documents." in seen.text
    assert seen.every("data-chosen") == ["b.txt"]


def test_reading_says_how_far_it_is_and_can_be_cancelled_once():
    seen = Seen(
        arrivals.stage(Stage(1, ("a.txt",), True, step=Step("a.txt", 2, 8, 2_000_000, 8_000_000, 9, 3.0)), "en")
    )
    assert "Reading a.txt: file 3 of 8, 2.0 MB of 8.0 MB done. About 9 seconds left.Cancel" in seen.text
    assert seen.every("value") == ["0.25"]
    stopping = Seen(arrivals.stage(Stage(1, ("a.txt",), True, stopping=True), "en"))
    assert "disabled" in {name for one in stopping.attributes for name in one}
    stopped = Stage(1, ("a.txt", "b.txt"), report=SyncReport(added=["a.txt"], unread=["b.txt"]))
    assert "b.txt was not read: you stopped before it." in Seen(arrivals.stage(stopped, "en")).text
    synced = Stage(2, report=SyncReport(added=["a", "b"], removed=["c"]))
    assert Seen(arrivals.stage(synced, "en")).text == "2 added · 1 removed"


def test_a_long_document_is_read_in_parts_that_are_all_of_it():
    text = "".join(f"{n} line of the document\n" for n in range(9000))
    starts = (0, 50_000, 100_000, 150_000)
    whole, at = [], 0
    while at < len(text):
        seen = Seen(leaf.shown(Document("a.pdf", "A", text, starts, (), "application/pdf", ""), at, "en"))
        whole.append(seen)
        at += leaf.PART
    assert "Part 1 of" in whole[0].text
    assert [page for page in range(1, 5) if any(f"Page {page}" in part.text for part in whole)] == [1, 2, 3, 4]
    assert all(any(f"{n} line of the document" in part.text for part in whole) for n in range(0, 9000, 500))
