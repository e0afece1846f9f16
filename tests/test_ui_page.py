"""An answer as HTML: everything foreign is text, every quote is its slice; and what the page's events do to a chat."""

import socket
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import ui
from corpus.document import Failure, Passage
from corpus.errors import QuestionError
from index.report import SyncReport
from qa.answer import Answer, Citation, Claim, Conflict

OURS = {"a", "blockquote", "details", "div", "h2", "li", "mark", "ol", "p", "span", "strong", "summary", "sup", "ul"}
HOSTILE = "</mark></div><script>alert(1)</script> \"double\" 'single' & <img src=x onerror=alert(1)> `a`\n\n# $$x$$\t."


class Seen(HTMLParser):
    """What a browser would see of our HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags, self.ids, self.links, self.marks, self.text, self.titles = set(), [], [], [], "", []
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == [], "every tag is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._open.append(tag)
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        self.titles += [values["title"]] if "title" in values else []
        self.marks += [""] if tag == "mark" else []

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self._open:
            self.marks[-1] += data


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


def shown(answer, state="done", turn=1):
    markup = ui.answer_html(ui.Exchange(answer, state), turn)
    seen = Seen(markup)
    assert "\n" not in markup
    assert seen.tags <= OURS
    return seen


FACTS = passage(
    "Xiaomi was founded in 2010.", "The SU7 costs 215,900 yuan.", "It sold well.", page=3, heading=("Cars", "Price")
)


def test_a_card_shows_title_page_headings_and_the_quote_within_its_passage():
    seen = shown(Answer("?", (claim("It costs 215,900 yuan.", cited(FACTS, "The SU7 costs 215,900 yuan.")),)))
    assert "It costs 215,900 yuan.[1]" in seen.text
    assert "[1] Notes · p. 3 · Cars › Price" in seen.text
    assert FACTS.text in seen.text
    assert seen.marks == ["The SU7 costs 215,900 yuan."]


def test_hostile_text_is_text_everywhere():
    where = passage(HOSTILE, doc_id=HOSTILE, heading=(HOSTILE,))
    whole = cited(where, HOSTILE, title=HOSTILE)
    answer = Answer(
        HOSTILE,
        (claim(HOSTILE, whole),),
        dropped=(claim(HOSTILE),),
        conflicts=(Conflict((HOSTILE, "other"), (whole, cited(where, "alert", title=HOSTILE))),),
        message=HOSTILE,
    )
    seen = shown(answer)
    assert seen.marks[0] == HOSTILE
    assert seen.text.count(HOSTILE) >= 6
    assert seen.titles[0] == f"Source 1: {HOSTILE}"
    question = ui.messages([ui.Exchange(answer)])[0]["content"]
    assert Seen(question).text == HOSTILE
    assert Seen(ui.notice_html(HOSTILE)).text == HOSTILE


@given(st.text(min_size=1), st.text(), st.text())
def test_a_highlighted_quote_is_its_slice(quote, before, after):
    where = Passage("a", 7, 7 + len(before + quote + after), before + quote + after, None, (), ())
    citation = Citation(where, 7 + len(before), 7 + len(before) + len(quote), "A")
    assert shown(Answer("?", (claim("Yes.", citation),))).marks == [citation.quote]


def test_every_marker_leads_to_its_own_answers_quote():
    answer = Answer(
        "?", (claim("Two.", cited(FACTS, "sold"), cited(FACTS, "2010")), claim("One.", cited(FACTS, "sold")))
    )
    for turn in (1, 2):
        seen = shown(answer, turn=turn)
        assert seen.links == [f"#s{turn}-1", f"#s{turn}-2", f"#s{turn}-1"]
        assert sorted(seen.ids) == [f"s{turn}-1", f"s{turn}-2"]


def test_quotes_of_one_passage_share_a_card_unless_they_overlap():
    apart = shown(Answer("?", (claim("A.", cited(FACTS, "2010"), cited(FACTS, "sold well")),)))
    assert "[1] [2] Notes" in apart.text
    assert apart.text.count("It sold well.".replace("sold", "2 sold")) == 1
    crossing = shown(Answer("?", (claim("A.", cited(FACTS, "The SU7 costs"), cited(FACTS, "costs 215,900")),)))
    assert crossing.marks == ["The SU7 costs", "costs 215,900"]


def test_a_long_passage_is_shown_around_its_quote_and_whole_on_demand():
    sentences = [f"Sentence number {n} says little but says it at some length." for n in range(20)]
    seen = shown(Answer("?", (claim("A.", cited(passage(*sentences), sentences[10])),)))
    around, whole = seen.text.split("Whole passage")
    assert "… " + " ".join(sentences[9:12]) + " …" in around
    assert sentences[8] not in around
    assert whole == " ".join(sentences)
    assert seen.marks == [sentences[10]] * 2
    assert len(seen.ids) == 1


def test_an_abstention_is_its_message_and_the_nearest_passages():
    seen = shown(Answer("?", (), message="The documents do not say.", nearest=(cited(FACTS, "It sold well."),)))
    assert seen.text.startswith("The documents do not say.Nearest passages[1] Notes")
    assert seen.marks == ["It sold well."]


def test_a_greeting_is_its_message_only():
    assert shown(Answer("Hello", (), message="Hello.")).text == "Hello."


def test_weak_support_conflicts_and_removed_sentences_are_said_in_words():
    old, new = cited(FACTS, "2010"), cited(passage("Founded in 2011.", doc_id="b"), "2011", title="Other")
    seen = shown(
        Answer(
            "?",
            (claim("Founded in 2010.", old, support=0.49), claim("A phone.", old, support=0.5, item=True)),
            dropped=(claim("False."), claim("Wrong.")),
            conflicts=(Conflict(("2010", "2011"), (old, new)),),
        )
    )
    assert seen.text.count("weak support") == 1
    assert "The sources disagree2010 – Notes[1]2011 – Other[2]" in seen.text
    assert seen.marks == ["2010", "2011"]
    assert "2 sentences removed: not supportedFalse.Wrong." in seen.text


def test_an_unfinished_answer_says_so():
    one = Answer("?", (claim("Yes.", cited(FACTS, "2010")),))
    assert "Searching the documents…" in shown(Answer("?", ()), "running").text
    assert "Checking the next sentence…" in shown(one, "running").text
    assert "Stopped here." in shown(one, "stopped").text


def test_an_upload_is_told_file_by_file():
    report = SyncReport(
        added=["uploads/a<b>.pdf", "elsewhere.md"],
        unchanged=["old.md", "library.md"],
        failed=[Failure("uploads/c.txt", "it is empty"), Failure("earlier.txt", "it is locked")],
    )
    told = Seen(ui.report_html(report, ["a<b>.pdf", "c.txt", "old.md", "d.png"])).text
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
        assert Seen(ui.report_html(report, ["n.txt"])).text == "n.txt was not added: it is empty"


def test_an_upload_that_is_new_is_not_told_as_already_here():
    report = SyncReport(changed=["uploads/n.txt"], moved=["m.txt"], unchanged=["n.txt", "m.txt"])
    told = Seen(ui.report_html(report, ["n.txt", "m.txt"])).text
    assert told == "Added n.txt, m.txt. You can ask about it now."


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize(("host", "why"), [("203.0.113.9", "assign requested address"), ("a..b", "not known")])
def test_an_address_that_cannot_be_served_is_told_with_the_systems_reason(capsys, host, why):
    with pytest.raises(typer.Exit):
        ui.main(host=host, port=7860)
    [line] = capsys.readouterr().err.splitlines()
    assert host in line
    assert why in line
    assert "not free" not in line
    assert "--port" not in line


def test_only_a_taken_port_is_answered_with_another_one(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(typer.Exit):
        port = taken.getsockname()[1]
        ui.main(port=port)
    [line] = capsys.readouterr().err.splitlines()
    assert f"Port {port} on 127.0.0.1 is not free (Address already in use)." in line
    assert "--port" in line


def test_the_help_says_which_index_is_the_default():
    app = typer.Typer(rich_markup_mode=None)
    app.command()(ui.main)
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert "the index that `qa index` fills by default, or the library that ships while there is none" in shown


class Scripted:
    """An assistant that says what it was given, and remembers what it was asked."""

    def __init__(self, *steps):
        self.steps, self.asked = steps, []

    def still(self, answer):
        return answer

    def stream(self, question, history=()):
        self.asked.append((question, tuple(history)))
        for step in self.steps:
            if isinstance(step, QuestionError):
                raise step
            yield step


FIRST, SECOND = claim("Founded in 2010.", cited(FACTS, "2010")), claim("It sold well.", cited(FACTS, "sold well"))
WHOLE = Answer("When?", (FIRST, SECOND))


def test_an_answer_grows_by_verified_sentences_and_becomes_history():
    assistant, chat = Scripted(FIRST, SECOND, WHOLE), []
    views = list(ui.Page(assistant, "").reply("When?", chat))
    answers = [Seen(view[0][1]["content"]).text for view in views]
    assert "Searching" in answers[0]
    assert "It sold well." not in answers[1].split("Sources")[0]
    assert "It sold well." in answers[2].split("Sources")[0]
    assert "Checking" not in answers[3]
    list(ui.Page(assistant, "").reply("And then?", chat))
    assert assistant.asked == [("When?", ()), ("And then?", (("When?", WHOLE.text),))]


def test_an_error_gives_the_question_back_and_leaves_the_chat_as_it_was():
    chat = [ui.Exchange(WHOLE, "done")]
    views = list(ui.Page(Scripted(FIRST, QuestionError("too <long>")), "").reply("Why?", chat))
    shown_messages, box, notice = views[-2]
    assert len(chat) == 1
    assert len(shown_messages) == 2
    assert box.value == "Why?"
    assert Seen(notice).text == "too <long>"
    assert views[-1] == ui.UNCHANGED


def test_an_empty_question_asks_nothing():
    assistant, chat = Scripted(WHOLE), []
    [view] = ui.Page(assistant, "").reply(" \n", chat)
    assert "Type a question first." in view[2]
    assert (assistant.asked, chat) == ([], [])


def test_a_second_question_waits_for_the_first():
    assistant, chat = Scripted(WHOLE), [ui.Exchange(Answer("When?", ()))]
    [view] = ui.Page(assistant, "").reply("Why?", chat)
    assert "Wait for the answer" in view[2]
    assert assistant.asked == []


@pytest.mark.parametrize("checked", [0, 1])
def test_stop_keeps_what_was_checked_or_gives_the_question_back(checked):
    page, chat = ui.Page(Scripted(FIRST, SECOND, WHOLE), ""), []
    views = page.reply("When?", chat)
    for _ in range(1 + checked):
        next(views)
    shown_messages, box, _ = page.stop(chat)
    assert len(shown_messages) == 2 * checked
    assert box.value == (None if checked else "When?")
    assert list(views) == [ui.UNCHANGED]
    assert [exchange.answer.claims for exchange in chat] == [(FIRST,)] * checked


def test_importing_the_page_loads_no_model_library():
    code = "import sys, ui; print([m for m in ('torch', 'faiss', 'transformers') if m in sys.modules])"
    root = Path(ui.__file__).parent
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
