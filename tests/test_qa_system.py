"""The whole product through its function, on the library that ships, with the real encoder."""

import pytest
from fakes import Scripted, verbatim

import qa
from corpus.errors import ReaderError, StoreError
from qa import ask
from qa.answer import Options
from qa.home import library_index
from qa.read.quote import QuoteReader
from qa.sources import library as shipped
from qa.system import Assistant, make_reader, make_readers
from ui import EXAMPLES

KNOWN = {
    "How big is Lei Jun's audience on Douyin?": "44 million",
    "When is the festival for Mi Fans held?": "6 April",
    "What portion of the world's EV sales did China account for in 2023?": "60%",
    "In what year and with which partner did Xiaomi go to India?": "Flipkart",
}
UNKNOWN = ("Who painted the Mona Lisa?", "How many followers does Lei Jun have on Instagram?")


def holds(answer, library):
    assert all(verbatim(c, library.index) for c in (*answer.citations, *answer.nearest))
    assert len(answer.claims) <= 8
    assert answer.reader == "quote" and answer.dropped == ()


@pytest.mark.parametrize(("question", "said"), KNOWN.items())
def test_a_known_fact_is_answered_and_cited(library, question, said):
    answer = ask(question)
    assert said in answer.text
    assert any(said in " ".join(c.quote.split()) for c in answer.citations)
    assert "[1]" in answer.text
    holds(answer, library)


@pytest.mark.parametrize("question", EXAMPLES)
def test_every_question_that_the_page_offers_is_answered_and_cited(library, question):
    answer = ask(question)
    assert not answer.abstained and answer.citations
    holds(answer, library)


@pytest.mark.parametrize("question", UNKNOWN)
def test_what_no_document_says_is_refused(library, question):
    answer = ask(question)
    assert answer.abstained and answer.nearest
    assert "documents searched" in answer.text
    holds(answer, library)


def test_a_follow_up_with_its_history(library):
    history = [("How many people use the MIUI Forum?", "The MIUI Forum has 78 million registered users.")]
    answer = ask("What about the Xiaomi Community?", history=history)
    assert "38.5 million" in answer.text
    holds(answer, library)


def test_an_answer_does_not_change_when_asked_again(library):
    question = next(iter(KNOWN))
    assert ask(question).text == ask(question, index=library_index(), reader="quote").text


def test_the_index_asked_by_default_holds_the_whole_library_that_ships(library):
    status = library.index.status()
    assert status.directory == library_index()
    assert status.roots == (shipped(),)
    assert status.failures == ()
    assert {d.id for d in library.index.documents()} == {p.name for p in shipped().iterdir() if p.suffix != ".py"}
    assert {d.media_type for d in library.index.documents()} == {
        "text/markdown", "text/html", "text/plain", "application/pdf",
    }  # fmt: skip


def test_readers_by_name():
    assert isinstance(make_reader(None), QuoteReader) and isinstance(make_reader("quote"), QuoteReader)
    for url in ("http://127.0.0.1:9/v1", "https://127.0.0.1:9"):
        assert type(make_reader(url)).__name__ == "RemoteReader"
    with pytest.raises(ReaderError, match=r"empty name; leave it out"):
        make_reader(" ")
    with pytest.raises(ReaderError, match=r"not on this machine: run `qa pull nobody/no-such-model`"):
        make_reader("nobody/no-such-model")


def test_a_question_chooses_among_the_readers_the_first_of_which_is_usual(shelf):
    readers = make_readers(["http://ann:secret@models.example:8000/v1#small", "quote"])
    assert list(readers) == ["http://models.example:8000/v1#small", "quote"]
    with pytest.raises(ReaderError, match="reads http://host:port"):
        make_readers("http://[x")
    assert list(make_readers(None)) == list(make_readers("quote")) == ["quote"]
    made = Assistant(shelf.index, Scripted("The Harbour Cafe opened in March 1987."))
    assert list(made.readers) == ["quote", "scripted"]
    with pytest.raises(ReaderError, match="one of quote, scripted; got 'local'"):
        made.ask("When did it open?", options=Options(reader="local"))
    with pytest.raises(ValueError, match="1 or more; got 0"):
        made.ask("When did it open?", options=Options(k=0))


def test_what_is_exported():
    assert set(qa.__all__) == {"Answer", "Assistant", "Citation", "Claim", "GroundedError", "Turn", "ask"}


def test_an_upload_is_added_and_the_rest_stays(tmp_path, hashes):
    from fakes import Library

    shelf = Library(tmp_path, cafe_txt="The Harbour Cafe opened in March 1987.")
    (tmp_path / "tower.txt").write_text("The tower of Dunmore is 31 metres high.")
    assistant = shelf.assistant()
    assert assistant.add([tmp_path / "tower.txt"]).added == ["tower.txt"]
    assert assistant.index.search("tower metres")[0].passage.doc_id == "tower.txt"
    (tmp_path / "tower.txt").write_text("The tower of Dunmore is 32 metres high.")
    assert assistant.add([tmp_path / "tower.txt"]).changed == ["tower.txt"]
    assert [d.id for d in assistant.index.documents()] == ["cafe.txt", "tower.txt"]
    shelf.index.store.close()


def test_an_index_that_is_named_must_exist(tmp_path):
    with pytest.raises(StoreError, match="made by `qa index`"):
        Assistant.open(tmp_path / "nowhere")
