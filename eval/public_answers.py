"""Answers on public question sets, through the product's own sync, retrieval and pipeline.

A set with a corpus has one index, made below the folder of work and kept. Where each question comes with passages of
its own (NoMIRACL), each has an index of its own over these alone: what it may answer from is then what the set says,
and no other question's passages weigh in its words or vectors.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from corpus.errors import GroundedError
from eval import run
from eval.examples import EvalError, Example
from eval.public import Query, drawn, file_id, queries, write_documents, write_texts
from eval.record import Record
from eval.score import score
from index.encode import Encoder
from index.report import Progress
from index.retrieve import Index
from index.sync import sync
from qa.read.draft import Reader
from qa.system import Assistant

Asked = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A question of a set and what came of it; ``below`` is the folder that its documents' ids begin with."""

    query: Query
    record: Record
    below: str = ""

    @property
    def retrieved(self) -> bool:
        """Whether a passage with a gold quote was retrieved; where the set gives no quote, one of a gold document."""
        if self.record.example.gold:
            return self.record.rank is not None
        docs = {self.below + file_id(one) for one in self.query.gold}
        return any(passage.doc in docs for passage in self.record.passages)

    @property
    def cited_document(self) -> bool:
        """Whether a citation is of a gold document."""
        docs = {self.below + file_id(one) for one in self.query.gold}
        return any(span.doc in docs for span in self.record.citations)


def evaluate(
    folder: Path,
    work: Path,
    encoder: Encoder,
    reader: Reader,
    limit: int | None = None,
    indexing: Progress | None = None,
    asking: Asked | None = None,
) -> list[Told]:
    """Index a set below ``work`` (what is there already is kept), ask its questions and score the answers.

    ``limit`` draws so many of them by a fixed seed, see :func:`eval.public.drawn`.

    Raises:
        EvalError: the folder is no set, or a question cannot be asked.
    """
    asked = drawn(queries(folder), limit)
    place = work / folder.name
    apart = [bool(query.passages) for query in asked]
    if any(apart) != all(apart):
        bare = next(query.id for query in asked if not query.passages)
        raise EvalError(f"{folder}: either each question has passages or none has, and {bare!r} has none; add them")
    if all(apart):
        return list(_apart(asked, place, encoder, reader, asking))
    write_documents(folder, place / "documents")
    sync([place / "documents"], place / "index", encoder, indexing, wait=60)
    index = Index(place / "index", encoder)
    try:
        found = run.evaluate(Assistant(index, reader), [query.example() for query in asked], asking)
    finally:
        index.store.close()
    return [Told(query, record) for query, record in zip(asked, found.records, strict=True)]


def _apart(
    asked: Sequence[Query], place: Path, encoder: Encoder, reader: Reader, asking: Asked | None
) -> Iterator[Told]:
    """Ask each question of an index over its own passages."""
    for done, query in enumerate(asked, 1):
        below = f"{Path(file_id(query.id)).stem}/"
        shelf = place / below
        write_texts(query.passages, shelf / "documents" / below)
        sync([shelf / "documents"], shelf / "index", encoder, wait=60)
        index = Index(shelf / "index", encoder)
        try:
            yield Told(query, _record(Assistant(index, reader), query.example(below)), below)
        finally:
            index.store.close()
        if asking is not None:
            asking(done, len(asked))


def _record(assistant: Assistant, example: Example) -> Record:
    """Return the record of one question."""
    begun = perf_counter()
    try:
        answer = assistant.ask(example.question, example.history)
    except GroundedError as error:
        raise EvalError(f"question {example.id!r} could not be asked: {error}") from error
    elapsed = 1e3 * (perf_counter() - begun)
    texts = {hit.passage.doc_id: assistant.index.document(hit.passage.doc_id).text for hit in answer.hits}
    return score(example, answer, texts, elapsed)
