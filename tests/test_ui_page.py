"""What the page's events do to a tab: ask, stop, ask again, edit, rate, open a source; and how it is served."""

import socket
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
import typer
from seen import Seen
from typer.testing import CliRunner

import ui
from corpus.document import Document, Passage
from corpus.errors import QuestionError
from qa.answer import Answer, Citation, Claim
from qa.web.tab import Exchange, Tab

TEXT = "Xiaomi was founded in 2010. It sold well."
FACTS = Passage("notes.md", 0, len(TEXT), TEXT, 3, (), ())


def claim(text, quote):
    start = TEXT.index(quote)
    return Claim(text, (Citation(FACTS, start, start + len(quote), "Notes"),), 0.9)


class Served:
    """An assistant and its page that open and serve nothing; remembers what the header says."""

    def __init__(self, monkeypatch):
        self.index, self.roots, self.privacy, self.store = self, (), None, self
        monkeypatch.setattr(ui.Assistant, "open", lambda *_: self)
        monkeypatch.setattr(ui, "build", self.build)

    def build(self, assistant, examples, privacy):
        self.privacy = privacy
        return self

    def launch(self, **options):
        pass

    warm = block_thread = launch


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_only_the_page_says_so(monkeypatch, capsys, host):
    served = Served(monkeypatch)
    ui.main(host=host, port=free_port())
    assert served.privacy == ui.PRIVATE
    assert "arning" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("reader", [None, "http://models.example:8000"])
def test_open_to_the_network_the_page_and_the_terminal_say_so(monkeypatch, capsys, reader):
    served = Served(monkeypatch)
    ui.main(reader=reader, host="0.0.0.0", port=free_port())
    assert "stays on this machine" not in served.privacy
    assert "open to the network without a password" in served.privacy
    assert ("is sent to models.example" in served.privacy) == bool(reader)
    warning = capsys.readouterr().out.splitlines()[-1]
    assert warning.startswith("Warning: ")
    assert "open to the network without a password" in warning


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
    """An assistant that says what it was given, and remembers what it was asked; its own index holds ``FACTS``."""

    def __init__(self, *steps, holds=True):
        self.steps, self.asked, self.index, self.held = steps, [], self, holds
        self.store, self.generation = self, 7

    def holds(self, passage):
        return self.held

    def document(self, doc_id):
        return Document(doc_id, "Notes", TEXT, (), (), "text/plain", "")

    def documents(self):
        return []

    def still(self, answer):
        return answer

    def stream(self, question, history=()):
        self.asked.append((question, tuple(history)))
        for step in self.steps:
            if isinstance(step, QuestionError):
                raise step
            yield step


FIRST, SECOND = claim("Founded in 2010.", "2010"), claim("It sold well.", "sold well")
WHOLE = Answer("When?", (FIRST, SECOND))


@pytest.fixture
def made(tmp_path):
    """Makes a page over an assistant that says the steps given; its conversations are kept in a real file."""
    opened = []

    def page(*steps, **more):
        kept = Conversations(tmp_path / f"kept-{len(opened)}.db", Census())
        opened.append(kept)
        return ui.Page(Scripted(*steps, **more), kept)

    yield page
    for kept in opened:
        kept.close()


def event(**data):
    return gr.EventData(None, data)


def done(*questions):
    return Tab([Exchange(Answer(question, (FIRST,)), "done") for question in questions])


def questions(tab):
    return [turn.answer.question for turn in tab.turns]


def test_an_answer_grows_by_verified_sentences_and_becomes_history():
    made, tab = page(FIRST, SECOND, WHOLE), Tab()
    shown = [Seen(view[0]).text for view in made.reply("When?", tab)]
    assert "Searching" in shown[0]
    assert "It sold well." not in shown[1].split("Sources")[0]
    assert "It sold well." in shown[2].split("Sources")[0]
    assert "Checking" not in shown[3]
    list(made.reply("And then?", tab))
    assert made.assistant.asked == [("When?", ()), ("And then?", (("When?", WHOLE.text),))]


def test_an_error_gives_the_question_back_and_leaves_the_chat_as_it_was():
    tab = done("Who?")
    views = list(page(FIRST, QuestionError("too <long>")).reply("Why?", tab))
    shown, box, notice = views[-2]
    assert questions(tab) == ["Who?"]
    assert "Why?" not in Seen(shown).text
    assert box.value == "Why?"
    assert Seen(notice).text == "too <long>"
    assert views[-1] == ui.UNCHANGED


def test_an_empty_question_asks_nothing():
    made, tab = page(WHOLE), Tab()
    [view] = made.reply(" \n", tab)
    assert "Type a question first." in view[2]
    assert (made.assistant.asked, tab.turns) == ([], [])


def test_a_second_question_waits_for_the_first():
    made, tab = page(WHOLE), Tab([Exchange(Answer("When?", ()))])
    [view] = made.reply("Why?", tab)
    assert "Wait for the answer" in view[2]
    assert list(made.again(tab)) == []
    assert made.revise(tab, event(turn="1")) == ui.UNCHANGED
    assert made.assistant.asked == []


@pytest.mark.parametrize("checked", [0, 1])
def test_stop_keeps_what_was_checked_or_gives_the_question_back(checked):
    made, tab = page(FIRST, SECOND, WHOLE), Tab()
    views = made.reply("When?", tab)
    for _ in range(1 + checked):
        next(views)
    _, box, _ = made.stop(tab)
    assert box.value == (None if checked else "When?")
    assert list(views) == [ui.UNCHANGED]
    assert [turn.answer.claims for turn in tab.turns] == [(FIRST,)] * checked


def test_a_new_chat_leaves_the_running_answer_behind():
    made, tab = page(FIRST, SECOND, WHOLE), Tab()
    views = made.reply("When?", tab)
    next(views)
    next(views)
    made.fresh(tab)
    assert list(views) == [ui.UNCHANGED]
    assert tab.turns == []


def test_the_last_question_is_asked_again_in_its_own_place():
    made, tab = page(WHOLE), done("Who?", "When?")
    list(made.again(tab))
    assert questions(tab) == ["Who?", "When?"]
    assert made.assistant.asked == [("When?", (("Who?", "Founded in 2010. [1]"),))]


def test_an_edited_question_replaces_what_came_after_only_once_it_is_asked():
    made, tab = page(WHOLE), done("Who?", "Where?", "Why?")
    _, box, told = made.revise(tab, event(turn="2"))
    assert box.value == "Where?"
    assert "2 in total" in told
    assert questions(tab) == ["Who?", "Where?", "Why?"]
    made.keep(tab)
    assert (tab.editing, questions(tab)) == (0, ["Who?", "Where?", "Why?"])
    made.revise(tab, event(turn="2"))
    list(made.reply("When?", tab))
    assert (tab.editing, questions(tab)) == (0, ["Who?", "When?"])


def test_an_edited_question_that_fails_takes_nothing_away():
    tab = done("Who?", "Where?", "Why?")
    tab.editing = 2
    list(page(QuestionError("too long")).reply("Where? " * 999, tab))
    assert questions(tab) == ["Who?", "Where?", "Why?"]


def test_a_picked_question_is_asked_and_what_is_being_typed_stays():
    made, tab = page(WHOLE), Tab()
    first, *_ = made.pick(tab, event(text="When?"))
    assert first[1].value is None
    assert made.assistant.asked == [("When?", ())]


def test_a_source_opens_at_its_quote():
    tab = Tab([Exchange(WHOLE, "done")])
    seen = Seen(page().cite(tab, event(turn="1", n=2)))
    assert seen.marks == ["2010", "sold well"]
    assert "2 of 2" in seen.text


@pytest.mark.parametrize("asked", [{"turn": "2", "n": "1"}, {"turn": "0", "n": "1"}, {"turn": "1", "n": "3"}])
def test_a_source_that_is_not_there_is_told(asked):
    assert "removed or changed" in page().cite(Tab([Exchange(WHOLE, "done")]), event(**asked))


def test_a_source_that_was_removed_is_not_shown():
    shown = page(holds=False).cite(Tab([Exchange(WHOLE, "done")]), event(turn="1", n="1"))
    assert "removed or changed" in shown
    assert "2010" not in shown


def test_feedback_stays_with_its_answer_and_only_known_verdicts_count():
    tab = done("Who?", "When?")
    page().rate(tab, event(turn="1", verdict="wrong citation", note="p. 4 says so"))
    page().rate(tab, event(turn="2", verdict="<b>"))
    assert [(turn.verdict, turn.note) for turn in tab.turns] == [("wrong citation", "p. 4 says so"), (None, "")]


def test_importing_the_page_loads_no_model_library():
    code = "import sys, ui; print([m for m in ('torch', 'faiss', 'transformers') if m in sys.modules])"
    root = Path(ui.__file__).parent
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_follow_ups_wait_for_those_who_ask_and_go_with_the_generation():
    made, tab = page(WHOLE), done("Who?")
    made.answering.add(tab.turns[0])
    assert made.follow(tab)["__type__"] == "update"
    tab.turns[0].follow_ups, tab.turns[0].generation = ("When was it?",), 7
    assert "When was it?" in made.view(tab)[0]
    made.assistant.generation = 8
    assert "When was it?" not in made.view(tab)[0]
