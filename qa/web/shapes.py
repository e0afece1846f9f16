"""What the doors for programs return, as types that become JSON schemas, and what makes them.

``typing_extensions``, because pydantic reads nested typed dictionaries of Python 3.11 only from there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from typing_extensions import TypedDict

from corpus.errors import GroundedError, QuestionError
from qa.abstain import BARS
from qa.answer import Answer, Options, Strictness
from qa.web.seen import Seen


class CitationShape(TypedDict):
    """A quote; ``start`` and ``end`` are character offsets in the document's text, ``n`` the number of its marker."""

    n: int
    doc_id: str
    title: str
    page: int | None
    heading: list[str]
    start: int
    end: int
    quote: str


class ClaimShape(TypedDict):
    """A sentence of an answer, what carries it, and how well, in [0, 1]."""

    text: str
    support: float
    citations: list[CitationShape]


class ConflictShape(TypedDict):
    """Values that differ between sources, one for each citation, with the sources' dates."""

    values: list[str]
    dates: list[str]
    citations: list[CitationShape]


class AnswerShape(TypedDict):
    """An answer, as ``qa ask --json`` prints it; ``text`` carries markers such as [1]."""

    question: str
    text: str
    abstained: bool
    confidence: float
    claims: list[ClaimShape]
    dropped: list[ClaimShape]
    nearest: list[CitationShape]
    conflicts: list[ConflictShape]
    reader: str
    timings_ms: dict[str, float]


class PassageShape(TypedDict):
    """A passage that a search found; a higher ``score`` is better within one search."""

    doc_id: str
    title: str
    score: float
    page: int | None
    heading: list[str]
    start: int
    end: int
    text: str


class DocumentShape(TypedDict):
    """A document of the index; ``pages`` is null where its format has none."""

    doc_id: str
    title: str
    media_type: str
    pages: int | None
    passages: int


def answer_shape(answer: Answer) -> AnswerShape:
    """Return an answer as its dictionary."""
    return cast(AnswerShape, answer.to_dict())


def passages(seen: Seen, question: str, k: int) -> list[PassageShape]:
    """Return up to ``k`` passages for a question, best first; raises what :meth:`Seen.search` raises."""
    return [
        PassageShape(
            doc_id=hit.passage.doc_id,
            title=hit.title,
            score=round(hit.score, 4),
            page=hit.passage.page,
            heading=list(hit.passage.heading),
            start=hit.passage.start,
            end=hit.passage.end,
            text=hit.passage.text,
        )
        for hit in seen.search(question, k)
    ]


def documents(seen: Seen) -> list[DocumentShape]:
    """Return the documents that an asker may see."""
    return [
        DocumentShape(doc_id=d.id, title=d.title, media_type=d.media_type, pages=d.pages, passages=d.passages)
        for d in seen.index.documents()
    ]


def history_pairs(history: object) -> list[tuple[str, str]]:
    """Return a conversation as (question, answer) pairs, oldest first.

    Raises:
        QuestionError: it is no list of pairs of strings.
    """
    rows = history or []
    if not isinstance(rows, list | tuple) or not all(
        isinstance(row, list | tuple) and len(row) == 2 and all(isinstance(text, str) for text in row) for row in rows
    ):
        raise QuestionError('a history is a list of pairs, [["question", "answer"], …], oldest first')
    return [(str(asked), str(told)) for asked, told in rows]


def way(strictness: object = "usual", reader: object = "") -> Options:
    """Return how a program wants a question answered.

    Raises:
        QuestionError: there is no such strictness.
    """
    if strictness not in BARS:
        raise QuestionError(f"strictness is one of {', '.join(BARS)}; got {strictness!r}")
    return Options(strictness, str(reader) if reader else None)


class Api:
    """The page's named endpoints; the types and descriptions of these methods are what their clients are shown.

    ``failure`` makes of an error's words the exception that carries them to the client.
    """

    def __init__(self, seen: Seen, failure: Callable[[str], Exception]) -> None:
        self._seen, self._failure = seen, failure

    def ask(
        self,
        question: str,
        history: list[list[str]] | None = None,
        documents: list[str] | None = None,
        strictness: Strictness = "usual",
        reader: str = "",
    ) -> AnswerShape:
        """Answer one question from the documents, each sentence cited and checked.

        Args:
            question: 1 to 2,000 characters.
            history: earlier [question, answer] pairs, oldest first.
            documents: ids of the documents to ask, as `documents` lists them; all by default.
            strictness: how sure the evidence has to be: "lenient", "usual" or "strict".
            reader: who writes the answer, as the server was started with; "" for its usual one.

        Returns:
            The dictionary that `qa ask --json` prints.
        """
        with self._told():
            how = way(strictness, reader)
            return answer_shape(self._seen.ask(question, history_pairs(history), documents, how))

    def search(self, question: str, k: int = 10) -> list[PassageShape]:
        """Find the passages of the documents that are nearest to a question.

        Args:
            question: 1 to 2,000 characters.
            k: how many passages, 1 to 50.

        Returns:
            Passages, best first, with score, document, page, headings and character offsets.
        """
        with self._told():
            return passages(self._seen, question, k)

    def documents(self) -> list[DocumentShape]:
        """List the documents that can be asked.

        Returns:
            Documents, ordered by id.
        """
        with self._told():
            return documents(self._seen)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except GroundedError as error:
            raise self._failure(str(error)) from error
