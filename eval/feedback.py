"""Questions from what readers said of answers (``qa.web.conversations``), for a question file of one's own.

- good: the answer's sentences are what a right answer says, their quotes the evidence; a refusal that was good makes an
  unanswerable question.
- should have refused: an unanswerable question.
- bad, wrong citation: what is right nobody has said, so it is a draft (``eval.draft``) with the question alone, which
  ``python -m eval`` refuses until a person has completed it.

Where a question was rated several times after the same turns, the last word counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.draft import Draft
from eval.question import EvalError, Example, Gold
from index.store import Store
from qa.answer import Answer, Claim
from qa.read.quote import plain
from qa.recall import FORGOTTEN
from qa.web.conversations import Conversations
from qa.web.database import Database
from qa.web.turns import StoredTurn, clean

TAG = "feedback"


@dataclass(frozen=True, slots=True)
class Questions:
    """``made``: the questions, drafts among them; ``left_out``: ratings of which none can be made, with the reason."""

    made: tuple[Draft, ...]
    left_out: tuple[str, ...]


def read(file: Path, directory: Path) -> Questions:
    """Return the questions of a file of conversations about the index at ``directory``; the file stays as it is.

    Raises:
        EvalError: there is no such file.
        ConversationError: it cannot be read.
        StoreError: there is no index at ``directory``.
    """
    if not file.is_file():
        raise EvalError(f"{file}: there are no conversations; name their file with --conversations")
    store = Store(directory)
    try:
        with TemporaryDirectory() as folder:  # of a copy: asked of another index, it would forget all it holds
            opened = Database(file)
            opened.copy(copy := Path(folder) / file.name)
            opened.close()
            kept = Conversations(copy, store)
            try:
                return questions(kept.rated())
            finally:
                kept.close()
    finally:
        store.close()


def questions(rated: Sequence[Sequence[StoredTurn]]) -> Questions:
    """Return the questions of rated turns, each the last of a list after the turns before it, oldest rating first."""
    last = {_asked(turns): turns for turns in rated}
    made: list[Draft] = []
    left_out: list[str] = []
    for turns in last.values():
        why = _useless(turns[-1])
        if why:
            left_out.append(f"{turns[-1].question!r}: {why}")
        else:
            made.append(_question(turns, f"feedback-{len(made) + 1:03}"))
    return Questions(tuple(made), tuple(left_out))


def _asked(turns: Sequence[StoredTurn]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return what was asked after what."""
    return _history(turns), clean(turns[-1].question)


def _history(turns: Sequence[StoredTurn]) -> tuple[tuple[str, str], ...]:
    told = [turn for turn in turns[:-1] if turn.state != "failed" and turn.answer.message != FORGOTTEN]
    return tuple((clean(turn.question), clean(turn.answer.text)) for turn in told)


def _useless(turn: StoredTurn) -> str:
    """Return why a rating gives no question, "" where it does."""
    assert turn.feedback is not None
    if turn.feedback.kind != "good":
        return ""
    if turn.answer.message == FORGOTTEN:
        return "what it quotes was removed or changed since"
    if turn.state != "done":
        return f"the answer was not whole ({turn.state})"
    if not turn.answer.claims and not turn.answer.hits:
        return "it said nothing of what the documents say"
    return ""


def _question(turns: Sequence[StoredTurn], name: str) -> Draft:
    turn, history = turns[-1], _history(turns)
    assert turn.feedback is not None
    answer, kind = turn.answer, turn.feedback.kind
    said = f"{kind}{f': {turn.feedback.note}' if turn.feedback.note else ''}"
    example = Example(name, "followup" if history else "fact", clean(turn.question), history=history, tags=(TAG,))
    if kind == "should have refused" or (kind == "good" and answer.abstained):
        return Draft(replace(example, type="unanswerable"), f"rated {said}", reviewed=True)
    if kind == "good":
        answers = tuple(_alternatives(claim) for claim in answer.claims)
        gold = tuple(Gold(c.passage.doc_id, c.quote) for c in answer.citations)
        kept = replace(example, type=_type(answer, history), answers=answers, gold=gold)
        return Draft(kept, f"rated {said}", reviewed=True)
    cited = "; ".join(f"{c.passage.doc_id} {plain(c.quote)!r}" for c in answer.citations) or "nothing"
    todo = "write the right answers and their quotes, or make its type unanswerable and take both out"
    return Draft(example, clean(f"rated {said}. It said {answer.text!r}, citing {cited}. Now {todo}."))


def _alternatives(claim: Claim) -> tuple[str, ...]:
    """Return how a sentence may be said again: as it was, or as any of its quotes."""
    return tuple(dict.fromkeys((claim.text, *(" ".join(c.quote.split()) for c in claim.citations))))


def _type(answer: Answer, history: Sequence[tuple[str, str]]) -> str:
    if history:
        return "followup"
    if answer.conflicts:
        return "conflict"
    if len({c.passage.doc_id for c in answer.citations}) > 1:
        return "multi"
    return "list" if len(answer.claims) > 1 else "fact"
