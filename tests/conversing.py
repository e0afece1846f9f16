"""A small index with conversations beside it, and what several tests do to them."""

from pathlib import Path

from qa.answer import Answer

TEXTS = {
    "harbour_md": "# Harbour\n\nThe Quillback ferry sails at noon. The fare is nine crowns.\n",
    "museum_md": "# Museum\n\nThe Ottoline museum opens at ten. Entry is free on Sundays.\n",
}
FERRY = "At what hour does the Quillback ferry sail?"
MUSEUM = "At what hour does the Ottoline museum open?"
QUESTIONS = (FERRY, MUSEUM)


def bytes_of(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.glob("conversations*"))


def answered(kept, shelf, question, owner="", conversation=None):
    """Ask the library and keep the answer, sentence by sentence, as the page does."""
    conversation = conversation or kept.create(owner).id
    turn = kept.ask(owner, conversation, question)
    answer = turn.answer
    for step in shelf.assistant().stream(question):
        answer = step if isinstance(step, Answer) else Answer(question, (*answer.claims, step))
        kept.answered(owner, turn.id, answer, "done" if isinstance(step, Answer) else "running")
    return conversation, turn.id
