"""The assistant as one asker may use it: nothing of a document that is not theirs, by any of its verbs."""

import threading

import pytest
from fakes import Library

from corpus.errors import AccountError, QuestionError, StoreError, TooMany
from index.report import Step, SyncReport
from qa.recall import FORGOTTEN
from qa.web.accounts import Accounts
from qa.web.limits import Limit
from qa.web.papers import Desk
from qa.web.seen import Access, Asker, Seen
from qa.web.shapes import Api
from qa.web.shares import make_share
from qa.web.tab import Tab

PAY = "The director of the cafe earns 9,000 euros."
MENU = "The cafe serves soup on Monday."


class Told(Exception):
    """What a client of the page's endpoints is told."""


class Restricting:
    """An assistant that can answer from a part of its documents; notes from which it was asked to."""

    def __init__(self, assistant):
        self.index, self._assistant, self.documents = assistant.index, assistant, []

    def stream(self, question, history=(), documents=None, **_):
        self.documents.append(documents)
        yield from self._assistant.stream(question, history)

    def still(self, answer):
        return self._assistant.still(answer)

    def add(self, *given):
        return self._assistant.add(*given)


@pytest.fixture
def shelf(tmp_path):
    made = Library(tmp_path, pay_txt=PAY, menu_txt=MENU)
    accounts = Accounts(made.directory)
    for name in ("ann", "bob"):
        accounts.add(name, "correct horse")
    accounts.share(make_share("pay.txt", ("ann",), made.index))
    return made


def seen(shelf, name, kind=Restricting, limit=None):
    access = Access(shelf.index, Accounts(shelf.directory), limit)
    assistant = kind(shelf.assistant())
    return Seen(assistant, access, lambda: Asker(name)), assistant


def test_only_what_is_theirs_is_searched(shelf):
    bobs, assistant = seen(shelf, "bob")
    bobs.ask("What does the cafe serve?")
    bobs.ask("What does the cafe serve?", documents=["pay.txt", "menu.txt"])
    assert assistant.documents == [["menu.txt"], ["menu.txt"]]
    with pytest.raises(QuestionError, match="none of those named"):
        bobs.ask("What does the cafe serve?", documents=["pay.txt"])
    anns, assistant = seen(shelf, "ann")
    anns.ask("What does the director earn?")
    anns.ask("What does the director earn?", documents=["pay.txt"])
    assert assistant.documents == [None, ["pay.txt"]]


def test_lists_searches_and_texts_leave_out_what_is_not_theirs(shelf):
    bobs, _ = seen(shelf, "bob")
    assert [info.id for info in bobs.index.documents()] == ["menu.txt"]
    assert {hit.passage.doc_id for hit in bobs.search("director earns euros", 1)} == {"menu.txt"}
    assert bobs.index.document("menu.txt").text == MENU
    assert bobs.index.title("menu.txt") and bobs.index.title("pay.txt") is None
    for asked in (bobs.index.document, lambda doc_id: bobs.index.areas(doc_id, 0, 1)):
        with pytest.raises(StoreError, match=r"no document 'pay\.txt'"):
            asked("pay.txt")
    anns, _ = seen(shelf, "ann")
    assert {hit.passage.doc_id for hit in anns.search("director earns euros", 2)} == {"menu.txt", "pay.txt"}


def test_an_answer_that_quotes_what_was_withdrawn_is_not_shown_again(shelf):
    anns, _ = seen(shelf, "ann")
    answer = anns.ask("What does the director of the cafe earn?")
    assert anns.still(answer) is answer
    bobs, _ = seen(shelf, "bob")
    assert bobs.still(answer).message == FORGOTTEN


def test_a_verb_that_is_not_restricted_is_refused_while_anything_is(shelf):
    bobs, _ = seen(shelf, "bob")
    for asked in (lambda: bobs.warm, lambda: bobs.index.status, lambda: bobs.index.store.files):
        with pytest.raises(AccountError, match="cannot leave it out"):
            asked()
    anns, _ = seen(shelf, "ann")
    assert anns.index.status().documents == 2
    assert bobs.index.revision == anns.index.revision


def test_of_what_could_not_be_read_only_theirs_is_told(shelf):
    (shelf.folder / "merger.txt").write_bytes(b"")
    shelf.sync()
    anns, bobs = seen(shelf, "ann")[0], seen(shelf, "bob")[0]
    assert [failure.doc_id for failure in anns.index.store.failures()] == ["merger.txt"]
    assert bobs.index.store.failures() == []
    [passage] = [hit.passage for hit in anns.search("director") if hit.passage.doc_id == "pay.txt"]
    assert anns.index.holds(passage) and not bobs.index.holds(passage)


def test_whoever_has_no_account_is_not_let_in(shelf):
    for name in (None, "eve"):
        strangers, _ = seen(shelf, name)
        for asked in (
            lambda of=strangers: of.ask("What does the cafe serve?"),
            lambda of=strangers: of.search("soup"),
            lambda of=strangers: of.index.documents(),
            lambda of=strangers: of.add([]),
        ):
            with pytest.raises(AccountError):
                asked()


def test_a_file_that_is_not_theirs_is_not_replaced(shelf, tmp_path):
    anns, _ = seen(shelf, "ann")
    (tmp_path / "plan.txt").write_text("The plan is a merger.")
    anns.add([tmp_path / "plan.txt"])
    Accounts(shelf.directory).share(make_share("plan.txt", ("ann",), shelf.index))
    bobs, _ = seen(shelf, "bob")
    (tmp_path / "plan.txt").write_text("There is no plan.")
    with pytest.raises(AccountError, match="another name"):
        bobs.add([tmp_path / "plan.txt"])
    assert "merger" in shelf.index.document("plan.txt").text
    (tmp_path / "plan.txt").rename(tmp_path / "mine.txt")
    assert bobs.add([tmp_path / "mine.txt"]).added == ["mine.txt"]


def test_questions_are_counted_for_each_asker(shelf):
    access = Access(shelf.index, None, Limit(1, 60.0))
    first, second = (Seen(shelf.assistant(), access, lambda at=at: Asker(None, at)) for at in ("10.0.0.1", "10.0.0.2"))
    with pytest.raises(QuestionError):
        first.ask(" ")
    with pytest.raises(QuestionError, match="k = 51"):
        first.search("soup", 51)
    first.ask("What does the cafe serve?")
    with pytest.raises(TooMany, match="at most 1 questions"):
        first.search("soup")
    assert second.search("soup")
    assert first.ask("What does the cafe serve?", counted=False).claims  # a question of the page's own


def test_the_pages_endpoints_return_what_their_types_say(shelf):
    anns, _ = seen(shelf, "ann")
    api = Api(anns, Told)
    told = api.ask("What does the director of the cafe earn?", [["What does it serve?", "Soup."]])
    assert told["claims"][0]["citations"][0]["quote"] == PAY
    [found] = api.search("director", 1)
    assert (found["doc_id"], found["text"], found["start"], found["end"]) == ("pay.txt", PAY, 0, len(PAY))
    assert [document["doc_id"] for document in api.documents()] == ["menu.txt", "pay.txt"]
    for wrong in ("x", [["only a question"]], [[1, 2]]):
        with pytest.raises(Told, match="list of pairs"):
            api.ask("What does the cafe serve?", wrong)
    with pytest.raises(Told, match="at least one word"):
        api.search("")
    with pytest.raises(Told, match="lenient, usual, strict; got 'sure'"):
        api.ask("What does the cafe serve?", strictness="sure")
    with pytest.raises(Told, match="none of those named"):
        Api(seen(shelf, "bob")[0], Told).ask("What does the cafe serve?", documents=["pay.txt"])


@pytest.mark.parametrize("name", ["./plan.txt", "sub/./plan.txt", "sub\\plan.txt", "sub//plan.txt", "SUB/Plan.txt"])
def test_a_file_that_is_not_theirs_is_not_replaced_under_another_spelling_of_its_name(shelf, tmp_path, name):
    anns, _ = seen(shelf, "ann")
    kept = "sub/plan.txt" if "sub" in name.lower() else "plan.txt"
    (tmp_path / "new.txt").write_text("The plan is a merger.")
    anns.add([tmp_path / "new.txt"], None, None, [kept])
    Accounts(shelf.directory).share(make_share(kept, ("ann",), shelf.index))
    bobs, _ = seen(shelf, "bob")
    (tmp_path / "new.txt").write_text("There is no plan.")
    with pytest.raises(AccountError, match="another name"):
        bobs.add([tmp_path / "new.txt"], None, None, [name])
    assert "merger" in shelf.index.document(kept).text


def test_a_change_of_the_documents_names_no_file_to_who_sees_only_some(shelf):
    asker = Asker("ann")
    access = Access(shelf.index, Accounts(shelf.directory))
    desk = Desk(Seen(shelf.assistant(), access, lambda: asker), lambda: shelf.folder, "")
    reached, go = threading.Event(), threading.Event()

    def work(progress, stop):
        progress(Step("pay.txt", 0, 1, 0, 1, 0, 0.0))
        reached.set()
        assert go.wait(10)
        assert not stop(), "nobody else ends it"
        return SyncReport(unread=["pay.txt"])

    watched = desk._change(Tab(), work, ("pay.txt",))
    next(watched)
    assert reached.wait(10)
    tab = Tab()
    assert "pay.txt" in desk.refresh(tab).told  # ann's own
    asker = Asker("bob")
    for papers in (desk.refresh(Tab()), desk.halt(Tab(), {})):
        assert "pay.txt" not in f"{papers.told}{papers.listed}"
    go.set()
    while (stage := desk.reading.stage).running:
        desk.reading.watch(stage)
    assert "pay.txt" not in desk.refresh(Tab(watching=True)).told
    asker = Asker("ann")
    assert "pay.txt" in [papers.told for papers in watched][-1]
    desk.reading.close()


def test_of_their_own_upload_who_sees_only_some_is_told_their_own_files_alone(shelf):
    access = Access(shelf.index, Accounts(shelf.directory))
    desk = Desk(Seen(shelf.assistant(), access, lambda: Asker("bob")), lambda: shelf.folder, "")
    told = []

    def work(progress, stop):
        for name in ("pay.txt", "mine.txt"):
            progress(Step(name, 0, 1, 0, 1, 0, 0.0))
            told.append(desk.refresh(Tab()).told)
        return SyncReport(added=["mine.txt"])

    list(desk._change(Tab(), work, ("mine.txt",)))
    desk.reading.close()
    assert ["mine.txt" in line for line in told] == [False, True] and "pay.txt" not in told[0]
