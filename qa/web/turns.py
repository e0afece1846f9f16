"""What a conversation is made of, and an answer as bytes that are read back as an equal answer.

Passages repeat within an answer (what is cited was also retrieved), so each is written once and named by its number.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from corpus.document import Passage
from corpus.errors import ConversationError
from index.hit import Hit
from qa.answer import Answer, Citation, Claim, Conflict, Timings

State = Literal["running", "done", "stopped", "failed"]
Kind = Literal["good", "bad", "wrong citation", "should have refused"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORM = 1  # of an answer's bytes


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader says of an answer; ``note`` in their own words, "" for none; ``given`` in UTC."""

    kind: Kind
    note: str
    given: datetime


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question with what has been answered so far; ``asked`` in UTC.

    ``state``: ``running`` while it is being answered, ``stopped`` where that was ended early, by hand or by the end of
    the program, ``failed`` where an error ended it.
    """

    id: int
    answer: Answer
    state: State
    asked: datetime
    feedback: Feedback | None = None

    @property
    def question(self) -> str:
        """What was asked."""
        return self.answer.question


@dataclass(frozen=True, slots=True)
class Conversation:
    """One line of the list of conversations; times in UTC.

    ``title`` is the first question until it is renamed. ``documents`` are the ids that may answer, None for all.
    """

    id: str
    owner: str
    title: str
    created: datetime
    updated: datetime
    documents: tuple[str, ...] | None = None


def clean(text: str) -> str:
    """Return text that can be stored: a lone half of a character, which broken input may hold, becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def to_bytes(answer: Answer) -> bytes:
    """Return an answer as bytes, nothing left out."""
    places: dict[Passage, int] = {}

    def place(passage: Passage) -> int:
        return places.setdefault(passage, len(places))

    def cite(citations: Sequence[Citation]) -> list[Any]:
        return [[place(c.passage), c.start, c.end, c.title] for c in citations]

    def claims(some: Sequence[Claim]) -> list[Any]:
        return [[c.text, cite(c.citations), float(c.support), c.item, c.context] for c in some]

    value = {
        "form": FORM,
        "question": answer.question,
        "claims": claims(answer.claims),
        "dropped": claims(answer.dropped),
        "hits": [[place(h.passage), float(h.score), h.legs, h.title, h.scores] for h in answer.hits],
        "conflicts": [[c.values, cite(c.citations), c.dates, c.newest_first] for c in answer.conflicts],
        "nearest": cite(answer.nearest),
        "message": answer.message,
        "confidence": float(answer.confidence),
        "reader": answer.reader,
        "timings": asdict(answer.timings),
        "passages": [],
    }
    value["passages"] = [astuple(passage) for passage in places]
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"))  # half a character of a broken question is kept too


def from_bytes(data: bytes) -> Answer:
    """Return the answer that :func:`to_bytes` wrote.

    Raises:
        ConversationError: the bytes are damaged, or of a newer version.
    """
    try:
        value = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
        if value["form"] == FORM:
            return _answer(value)
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise ConversationError(
            f"a kept answer is read back whole, and one is damaged ({error}); delete its conversation"
        ) from error
    raise ConversationError(
        f"this program reads kept answers of form {FORM}, and this one has form {value['form']}; update the program"
    )


def _answer(value: dict[str, Any]) -> Answer:
    passages = [
        Passage(doc, start, end, text, page, tuple(heading), tuple((s, e) for s, e in sentences))
        for doc, start, end, text, page, heading, sentences in value["passages"]
    ]

    def cite(rows: Sequence[Any]) -> tuple[Citation, ...]:
        return tuple(Citation(passages[n], start, end, title) for n, start, end, title in rows)

    def claims(rows: Sequence[Any]) -> tuple[Claim, ...]:
        return tuple(Claim(text, cite(cited), support, *marks) for text, cited, support, *marks in rows)

    return Answer(
        value["question"],
        claims(value["claims"]),
        claims(value["dropped"]),
        tuple(
            Hit(passages[n], score, _pairs(legs), title, _pairs(scores))
            for n, score, legs, title, scores in value["hits"]
        ),
        tuple(Conflict(tuple(v), cite(c), tuple(dates), newest) for v, c, dates, newest in value["conflicts"]),
        cite(value["nearest"]),
        value["message"],
        value["confidence"],
        value["reader"],
        Timings(**value["timings"]),
    )


def _pairs(rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in rows)
