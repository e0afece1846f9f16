"""What the page's events do to a tab: ask, stop, ask again, edit, rate, open a source; and how it is served."""

import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from fakes import Library
from fakes import Scripted as Drafting
from seen import Seen
from typer.testing import CliRunner

import ui
from corpus.errors import ConversationNotFound, QuestionError
from qa.answer import Answer, Citation, Claim, Options
from qa.system import Assistant
from qa.trace import Trace
from qa.web.chat import UNCHANGED, Chat
from qa.web.conversations import Conversations
from qa.web.seen import Access, Asker
from qa.web.seen import Seen as PageSeen
from qa.web.shelf import Shelf
from qa.web.tab import Exchange, Tab

TEXT = "Xiaomi was founded in 2010. It sold well."


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
    """An assistant that says what it was given, and remembers what it was asked; the rest is a real one's."""

    def __init__(self, index, steps):
        self.steps, self.asked, self.index = steps, [], index
        self.go = threading.Semaphore(0)  # lets one more step be said, where the test holds it back
        self.held = False

    def still(self, answer):
        return answer

    def stream(self, question, history=(), documents=None, **how):
        self.asked.append((question, tuple(history)))
        self.how = {"documents": documents, **how}
        for step in self.steps:
            if self.held and not self.go.acquire(timeout=10):
                raise AssertionError("the test lets each step be said")
            if isinstance(step, Exception):
                raise step
            yield replace(step, question=question) if isinstance(step, Answer) else step


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    made = Library(tmp_path_factory.mktemp("page"), notes_md=TEXT)
    yield made
    made.index.store.close()


@pytest.fixture
def page(library, tmp_path):
    """Makes a page whose assistant says the steps given; its conversations are kept in a file of their own."""
    opened = []

    def make(*steps, held=False):
        kept = Conversations(tmp_path / f"kept-{len(opened)}.db", library.index.store)
        made = Chat(Scripted(library.index, steps), Shelf(kept, lambda: made.owner, lambda answer: answer))
        made.owner = ""
        made.assistant.held = held
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.assistant.go.release(9)
        made.shelf.asking.close()
        made.shelf.kept.close()


@pytest.fixture(scope="module")
def facts(library):
    return library.index.search("Xiaomi", 1)[0].passage


@pytest.fixture
def first(facts):
    return claim(facts, "Founded in 2010.", "2010")


@pytest.fixture
def second(facts):
    return claim(facts, "It sold well.", "sold well")


@pytest.fixture
def whole(first, second):
    return Answer("When?", (first, second))


def claim(passage, text, quote):
    start = passage.start + passage.text.index(quote)
    return Claim(text, (Citation(passage, start, start + len(quote), "Notes"),), 0.9)


def event(**data):
    return data


def asked(made, tab, *questions):
    for question in questions:
        list(made.reply(question, tab))
    return tab


def questions(tab):
    return [turn.answer.question for turn in tab.turns]


def kept(made, tab):
    """The questions and states of the open conversation as the file has them."""
    return [(turn.question, turn.state) for turn in made.shelf.kept.turns("", tab.conversation)]


def test_an_answer_grows_by_verified_sentences_and_becomes_history(page, first, second, whole):
    made, tab = page(first, second, whole, held=True), Tab()
    views = made.reply("When?", tab)
    assert "Sources" not in Seen(next(views).log).text
    for sentences in (1, 2):
        made.assistant.go.release()
        shown = next(view for view in views if f"[{sentences}]" in (view.log or "")).log
        assert ("It sold well." in Seen(shown).text.split("Sources")[0]) == (sentences == 2)
        assert kept(made, tab) == [("When?", "running")]
    made.assistant.go.release()
    assert "Checked: all 2" in Seen([view for view in views if view != UNCHANGED][-1].log).text
    made.assistant.held = False
    list(made.reply("And then?", tab))
    assert made.assistant.asked == [("When?", ()), ("And then?", (("When?", whole.text),))]
    assert kept(made, tab) == [("When?", "done"), ("And then?", "done")]


def test_what_is_no_question_stays_in_its_box(page):
    made, tab = page(), Tab()
    [view] = made.reply("why " * 9999, tab)
    assert (view.text, view.running) == ("why " * 9999, False)
    assert "characters" in Seen(view.told).text
    assert (tab.turns, made.shelf.kept.listed("")) == ([], [])


def test_an_error_is_told_in_the_place_of_the_answer_and_kept(page, first):
    made, tab = page(first, QuestionError("too <long>")), Tab()
    views = list(made.reply("Why?", tab))
    assert "too <long>" in Seen(views[-2].log).text
    assert kept(made, tab) == [("Why?", "failed")]
    assert [turn.answer.claims for turn in tab.turns] == [(first,)]


def test_what_nobody_foresaw_leaves_a_failed_turn_and_no_running_one(page, caplog):
    made, tab = page(ZeroDivisionError()), Tab()
    list(made.reply("Why?", tab))
    assert kept(made, tab) == [("Why?", "failed")]
    made.shelf.asking.close()
    assert "an answer broke off" in caplog.text


def test_an_empty_question_asks_nothing(page, whole):
    made, tab = page(whole), Tab()
    [view] = made.reply(" \n", tab)
    assert "Type a question first." in view.told
    assert (made.assistant.asked, tab.turns) == ([], [])


def test_a_second_question_waits_for_the_first(page, whole):
    made, tab = page(whole), Tab([Exchange(Answer("When?", ()))])
    [view] = made.reply("Why?", tab)
    assert "Wait for the answer" in view.told
    assert list(made.again(tab, {})) == []
    assert made.revise(tab, event(turn="1")) == UNCHANGED
    assert made.assistant.asked == []


@pytest.mark.parametrize("checked", [0, 1])
def test_stop_keeps_what_was_checked_or_gives_the_question_back(page, first, second, whole, checked):
    made, tab = page(first, second, whole, held=True), Tab()
    views = made.reply("When?", tab)
    next(views)
    if checked:
        made.assistant.go.release()
        next(view for view in views if "[1]" in (view.log or ""))
    assert made.stop(tab).text == (None if checked else "When?")
    assert list(views)[-1] == UNCHANGED
    made.assistant.go.release(3)
    assert [turn.answer.claims for turn in tab.turns] == [(first,)] * checked
    assert [kept(made, tab) for _ in range(checked)] == [[("When?", "stopped")]] * checked
    assert len(made.shelf.kept.listed("")) == checked


def test_an_answer_goes_on_without_its_page_and_is_watched_when_it_is_opened_again(page, first, second, whole):
    made, tab, later = page(first, second, whole, held=True), Tab(), Tab()
    views = made.reply("When?", tab)
    next(views)
    made.assistant.go.release()
    next(view for view in views if "[1]" in (view.log or ""))
    conversation = tab.conversation
    views.close()
    made.fresh(tab)
    assert (tab.turns, tab.conversation) == ([], "")
    again = made.open(later, event(id=conversation))
    assert "Founded in 2010." in next(again).log
    made.assistant.go.release(2)
    assert "Checked: all 2" in [view for view in again if view != UNCHANGED][-1].log
    assert kept(made, later) == [("When?", "done")]


def test_the_last_question_is_asked_again_in_its_own_place(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "Who?", "When?")
    list(made.again(tab, {}))
    assert questions(tab) == ["Who?", "When?"]
    assert made.assistant.asked[-1] == ("When?", (("Who?", whole.text),))
    assert kept(made, tab) == [("Who?", "done"), ("When?", "done")]


def test_an_edited_question_replaces_what_came_after_only_once_it_is_asked(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "Who?", "Where?", "Why?")
    view = made.revise(tab, event(turn="2"))
    assert view.text == "Where?"
    assert "2 in total" in view.told
    made.keep(tab, {})
    assert (tab.editing, questions(tab)) == (0, ["Who?", "Where?", "Why?"])
    made.revise(tab, event(turn="2"))
    list(made.reply("When?", tab))
    assert (tab.editing, questions(tab)) == (0, ["Who?", "When?"])
    assert [question for question, _ in kept(made, tab)] == ["Who?", "When?"]


def test_an_edited_question_that_fails_takes_nothing_away(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "Who?", "Where?", "Why?")
    made.assistant.steps, tab.editing = [QuestionError("the server is gone")], 2
    views = list(made.reply("Where else?", tab))
    assert (views[-2].text, Seen(views[-2].told).text) == ("Where else?", "the server is gone")
    assert questions(tab) == ["Who?", "Where?", "Why?"]
    assert [question for question, _ in kept(made, tab)] == ["Who?", "Where?", "Why?"]


def test_a_picked_question_is_asked_and_what_is_being_typed_stays(page, whole):
    made, tab = page(whole), Tab()
    first, *_ = made.pick(tab, event(text="When?"))
    assert first.text is None
    assert made.assistant.asked == [("When?", ())]


def test_a_source_opens_at_its_quote(page, whole):
    tab = Tab([Exchange(whole, "done")])
    seen = Seen(page().cite(tab, event(turn="1", n=2)))
    assert seen.marks == ["2010", "sold well"]
    assert "2 of 2" in seen.text


@pytest.mark.parametrize("wanted", [{"turn": "2", "n": "1"}, {"turn": "0", "n": "1"}, {"turn": "1", "n": "3"}])
def test_a_source_that_is_not_there_is_told(page, whole, wanted):
    assert "removed or changed" in page().cite(Tab([Exchange(whole, "done")]), event(**wanted))


def test_a_source_that_was_removed_is_not_shown(page, facts):
    moved = replace(facts, text=facts.text.replace("sold", "fell"))
    gone = Answer("When?", (claim(moved, "Founded in 2010.", "2010"),))
    shown = page().cite(Tab([Exchange(gone, "done")]), event(turn="1", n="1"))
    assert "removed or changed" in shown
    assert "2010" not in shown


def test_feedback_is_kept_taken_back_and_only_known_verdicts_count(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "Who?", "When?")
    made.rate(tab, event(turn="1", verdict="wrong citation", note="p. 4 says so"))
    made.rate(tab, event(turn="2", verdict="<b>"))
    said = [turn.feedback for turn in made.shelf.kept.turns("", tab.conversation)]
    assert [one and (one.kind, one.note) for one in said] == [("wrong citation", "p. 4 says so"), None]
    made.rate(tab, event(turn="1"))
    assert [turn.feedback for turn in made.shelf.kept.turns("", tab.conversation)] == [None, None]


def test_conversations_are_listed_named_searched_saved_and_deleted(page, whole):
    made, tab = page(whole), Tab()
    asked(made, tab, "Who?")
    who = tab.conversation
    made.fresh(tab)
    asked(made, tab, "When?")
    assert Seen(tab.past).every("data-id")[::7] == [tab.conversation, who]  # the last used first
    made.rename(tab, event(id=who, text="Its <founder>"))
    assert "Its <founder>" in Seen(tab.past).text
    made.shelf.find(tab, event(text="FOUNDER"))
    assert Seen(tab.past).every("data-id")[0] == who
    assert Seen(made.shelf.export(tab, event(id=who, form="HTML"))).every("data-name") == ["Its--founder.html"]
    [page_text] = Seen(made.shelf.export(tab, event(id=who, form="Markdown"))).every("data-text")
    assert "Founded in 2010." in page_text
    made.erase(tab, event(id=tab.conversation))
    assert (tab.turns, tab.conversation, len(made.shelf.kept.listed(""))) == ([], "", 1)


def test_another_users_conversation_is_as_if_it_were_not_there(page, whole):
    made, tab = page(whole), Tab()
    made.owner = "ann"
    asked(made, tab, "Who?")
    conversation = tab.conversation
    made.owner = "bob"
    other = Tab()
    [view] = made.open(other, event(id=conversation))
    assert "there is no conversation" in Seen(view.told).text
    made.rename(other, event(id=conversation, text="mine"))
    made.erase(other, event(id=conversation))
    with pytest.raises(ConversationNotFound):
        made.shelf.export(Tab(), event(id=conversation, form="JSON"))
    assert "Who?" not in other.past
    assert [one.title for one in made.shelf.kept.listed("ann")] == ["Who?"]


def test_a_page_that_lies_open_follows_what_another_tab_adds(page, whole):
    made, tab, other = page(whole), Tab(), Tab()
    asked(made, tab, "Who?")
    list(made.open(other, event(id=tab.conversation)))
    asked(made, tab, "When?")
    made.refresh(other)
    assert questions(other) == ["Who?", "When?"]
    made.erase(tab, event(id=other.conversation))
    made.refresh(other)
    assert (other.turns, other.conversation) == ([], "")


def test_a_page_that_is_refreshed_before_it_saw_the_end_of_its_answer_offers_to_ask_again(page, whole):
    made, tab = page(whole), Tab()
    made.assistant.held = True
    views = made.reply("Who?", tab)
    first = next(views)
    made.assistant.go.release(len(made.assistant.steps))
    made.shelf.asking.close()
    made.refresh(tab)  # reads the conversation again, since it was written to
    assert (first.running, [view.running for view in views]) == (True, [False, None])


def test_what_is_taken_out_leaves_answers_that_lie_open_and_comes_back(tmp_path, encoder):
    made = Library(tmp_path, encoder, notes_md=TEXT)
    assistant = made.assistant()
    kept = Conversations(tmp_path / "kept.db", made.index.store)
    chat = Chat(PageSeen(assistant, Access(made.index), Asker), Shelf(kept, str, assistant.still))
    tab = asked(chat, Tab(), "When was Xiaomi founded?")
    chat.refresh(tab)
    assert "2010" in chat.view(tab).log and chat.refresh(tab).log is None
    assistant.hide(["notes.md"])
    assert "2010" not in chat.refresh(tab).log and "removed or changed since" in chat.view(tab).log
    assistant.restore(["notes.md"])
    assert "2010" in asked(chat, tab, "In which year was Xiaomi founded?").turns[-1].answer.text
    chat.shelf.asking.close()
    kept.close()


def test_importing_the_page_loads_no_model_library():
    code = "import sys, ui; print([m for m in ('torch', 'faiss', 'transformers') if m in sys.modules])"
    root = Path(ui.__file__).parent
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_follow_ups_go_with_the_generation(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "Who?")
    generation, hidden = made.assistant.index.revision
    tab.turns[0].follow_ups, tab.turns[0].revision = ("When was it?",), (generation, hidden)
    assert "When was it?" in made.view(tab).log
    tab.turns[0].revision = (generation - 1, hidden)
    assert "When was it?" not in made.view(tab).log


def test_what_the_page_suggests_is_asked_as_the_tab_asks_but_of_no_model_and_leaves_no_trace(tmp_path):
    shelf = Library(tmp_path, notes_md=TEXT, other_md="# Paper\n\nThe mill of Skerra was founded in 1702.")
    model = Drafting("Xiaomi was founded in 2010.")
    made = Assistant(shelf.index, model, trace=Trace(tmp_path / "trace.jsonl", "far"), readers={"far": model})
    seen = PageSeen(made, Access(shelf.index), Asker)
    kept = Conversations(tmp_path / "kept.db", shelf.index.store)
    chat = Chat(seen, Shelf(kept, lambda: "", seen.still))
    tab = Tab(documents=("notes.md",))
    tab.decide("quote", 5, "strict", seen.readers)
    assert tab.options == Options("strict", "quote", 5)
    asked(chat, tab, "When was Xiaomi founded?")
    assert tab.turns[0].answer.reader == "quote"
    chat.follow(tab)
    assert chat.follow(Tab()) is not None  # a first visit's questions
    assert model.drafted == []
    assert len((tmp_path / "trace.jsonl").read_text("utf-8").splitlines()) == 1
    tab.decide("none", 7, "sure", seen.readers)
    assert tab.options == Options()
    chat.shelf.asking.close()
    kept.close()


def test_a_question_that_cannot_be_asked_again_is_not_replaced_by_the_next(page, whole):
    made = page(whole)
    tab = asked(made, Tab(), "When?")
    tab.documents = ("gone.md",)
    [view] = made.again(tab, event())
    assert view.told and not tab.editing
    tab.documents = None
    asked(made, tab, "And then?")
    assert [turn.answer.question for turn in tab.turns] == ["When?", "And then?"]
