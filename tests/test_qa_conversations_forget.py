"""What is deleted, from conversations or from the index beneath them, leaves their file and every answer."""

from dataclasses import replace

from conversing import QUESTIONS, answered, bytes_of
from fakes import Library

from corpus.document import Passage
from index.retrieve import Index
from index.sync import remove
from qa.answer import Answer
from qa.recall import FORGOTTEN, still
from qa.web.conversations import Conversations, beside, forget


def test_a_deleted_conversation_leaves_the_bytes_of_the_file(shelf, kept):
    """Many of mixed length, because SQLite leaves parts of rows behind where it balances its pages."""
    filler = " ".join(f"gravel{n}" for n in range(400))
    made = {}
    for n in range(120):
        conversation = kept.create("").id
        turn = kept.ask("", conversation, f"secret{n:03}q {filler[: 17 * (n * 7 % 300)]}")
        kept.rate("", turn.id, "bad", f"note{n:03}z")
        made[n] = conversation
    for n in range(0, 120, 3):
        kept.delete("", made.pop(n))
    data = bytes_of(shelf.directory)
    for n in range(120):
        assert (f"secret{n:03}q".encode() in data) == (f"note{n:03}z".encode() in data) == (n in made)


def test_nothing_deleted_answers(shelf, kept):
    ferry, turn = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    museum, _ = answered(kept, shelf, "At what hour does the Ottoline museum open?")
    kept.rate("", turn, "good")
    stored = [kept._file.run("SELECT answer FROM turns WHERE pk = ?", (turn,))[0][0]]
    before = kept.turns("", museum)[0].answer
    assert kept.forget() == 0 and b"quillback ferry sails at noon" in bytes_of(shelf.directory)
    shelf.assistant().remove(["harbour.md"])
    # asked of the file alone, before anything is read from it
    data = bytes_of(shelf.directory)
    assert b"sails at noon" not in data and not any(one[8:40] in data for one in stored)
    (gone,), (stays,) = kept.turns("", ferry), kept.turns("", museum)
    assert gone.answer == Answer(gone.question, (), message=FORGOTTEN) and gone.feedback.kind == "good"
    assert "ten" in stays.answer.text and stays.answer.claims == before.claims
    assert {hit.passage.doc_id for hit in stays.answer.hits} == {"museum.md"}  # what was only retrieved goes too
    assert [line.id for line in kept.listed("", "noon")] == []


def test_a_changed_document_is_forgotten_and_another_stays(shelf, kept):
    ferry, _ = answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    shelf.write(harbour_md="# Harbour\n\nThe Quillback ferry sails at dusk.\n", pier_md="# Pier\n\nIt is long.\n")
    shelf.sync()
    assert forget(shelf.directory) == 1 and b"noon" not in bytes_of(shelf.directory)
    assert forget(shelf.directory) == 0
    answered(kept, shelf, "At what hour does the Quillback ferry sail?", conversation=ferry)
    old, new = kept.turns("", ferry)
    assert old.answer.message == FORGOTTEN and new.answer.message != FORGOTTEN and new.answer.hits


def test_a_list_of_documents_goes_with_any_of_them(shelf, kept):
    listed, _ = answered(kept, shelf, "Which documents do you have?")
    thanks, _ = answered(kept, shelf, "Thanks!")
    assert b"harbour.md" in bytes_of(shelf.directory)
    shelf.write(pier_md="# Pier\n\nIt is long.\n")
    shelf.sync()
    assert kept.forget() == 0 and "harbour.md" in kept.turns("", listed)[0].answer.text
    remove(["harbour.md"], shelf.directory)
    assert kept.forget() == 1 and b"harbour.md" not in bytes_of(shelf.directory)
    assert kept.turns("", listed)[0].answer.message == FORGOTTEN
    assert "welcome" in kept.turns("", thanks)[0].answer.text


def test_an_answer_that_comes_after_the_removal_is_not_kept(shelf, kept):
    question = "At what hour does the Quillback ferry sail?"
    answer, listing = shelf.assistant().ask(question), shelf.assistant().ask("Which documents do you have?")
    conversation = kept.create("").id
    turn, other = kept.ask("", conversation, question), kept.ask("", conversation, listing.question)
    half = Answer(question, answer.claims)
    assert kept.answered("", turn.id, half) == half
    remove(["harbour.md"], shelf.directory)
    assert kept.answered("", turn.id, half).message == FORGOTTEN
    assert kept.answered("", turn.id, answer, "done").message == FORGOTTEN
    assert kept.answered("", other.id, listing, "done").message == FORGOTTEN
    assert b"sails at noon" not in bytes_of(shelf.directory) and b"harbour.md" not in bytes_of(shelf.directory)


def test_what_stood_in_a_turn_before_leaves_the_file_too(shelf, kept):
    """The first sentence quotes one document, the whole answer another: the first one's words are still in the log."""
    ferry, museum = (shelf.assistant().ask(q) for q in QUESTIONS)
    conversation = kept.create("").id
    turn = kept.ask("", conversation, "When?")
    kept.answered("", turn.id, Answer("When?", ferry.claims))
    kept.answered("", turn.id, Answer("When?", museum.claims), "done")
    assert b"sails at noon" in bytes_of(shelf.directory)
    remove(["harbour.md"], shelf.directory)
    assert kept.forget() == 0 and b"sails at noon" not in bytes_of(shelf.directory)
    assert "ten" in kept.turns("", conversation)[0].answer.text


def test_an_index_made_anew_forgets_what_it_no_longer_holds(shelf, kept, tmp_path):
    answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    answered(kept, shelf, "Which documents do you have?")
    kept.close()
    shelf.index.store.close()
    for path in shelf.directory.glob("store*"):
        path.unlink()
    shelf.path("harbour_md").unlink()
    shelf.write(hangar_md="# Hangar\n\nThe airship leaves at six.\n")  # so that numbers of documents come again
    shelf.sync()
    shelf.index = Index(shelf.directory, shelf.encoder)
    assert forget(shelf.directory) == 2 and b"noon" not in bytes_of(shelf.directory)


def test_a_document_that_is_cut_anew_or_grows_elsewhere_is_no_reason_to_forget(tmp_path):
    text = " ".join(f"The Quillback ferry number {n} sails at noon." for n in range(60))
    shelf = Library(tmp_path, harbour_md=f"# Harbour\n\n{text}\n")
    kept = Conversations(beside(shelf.directory), shelf.index.store)
    conversation, _ = answered(kept, shelf, "When does ferry number 7 sail?")
    before = kept.turns("", conversation)[0].answer
    assert before.claims or before.nearest
    shelf.write(harbour_md=f"# Harbour\n\n{text} One more sails at dusk.\n")
    shelf.sync()
    (after,) = kept.turns("", conversation)
    assert (after.answer.claims, after.answer.nearest) == (before.claims, before.nearest)
    places = [Passage("harbour.md", n, n + 90, shelf.index.document("harbour.md").text[n : n + 90], None, (), ())
              for n in (11, 500, 1500, 2500)]  # fmt: skip
    assert all(shelf.index.holds(place) for place in places)
    assert not any(shelf.index.holds(replace(place, start=place.start + 1, end=place.end + 1)) for place in places)
    assert not shelf.index.holds(replace(places[0], start=0, end=90))
    kept.close()
    shelf.index.store.close()


def test_still_leaves_out_what_was_only_retrieved(shelf):
    answer = shelf.assistant().ask("At what hour does the Ottoline museum open?")
    assert {hit.passage.doc_id for hit in answer.hits} == {"harbour.md", "museum.md"}
    remove(["harbour.md"], shelf.directory)
    kept = still(answer, shelf.index.store)
    assert kept.claims == answer.claims and {hit.passage.doc_id for hit in kept.hits} == {"museum.md"}


def test_a_second_look_costs_nothing_while_the_index_is_as_it_was(shelf, kept):
    answered(kept, shelf, "At what hour does the Quillback ferry sail?")
    kept.forget()
    asked = []
    kept._file._db.set_trace_callback(asked.append)
    kept.forget()
    kept._file._db.set_trace_callback(None)
    assert len(asked) == 1
