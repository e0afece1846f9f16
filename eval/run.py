"""Ask the product every question and score what comes back.

Each question is asked once, in order, with its history. The first is asked once more beforehand,
unscored, so that latency is that of a loaded product. A question with a stand-alone form is asked in that form too.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from corpus.document import Document
from corpus.errors import GroundedError
from eval.examples import EvalError, Example, Gold
from eval.figures import aggregate, latency
from eval.metrics import locate
from eval.record import Metric, Record, Results
from eval.score import score
from qa.answer import USUAL, Answer, Options

Progress = Callable[[int, int], None]


class Documents(Protocol):
    """What the evaluation asks of an index: a document by its id."""

    def document(self, doc_id: str) -> Document:
        """Return the document; KeyError or a GroundedError where there is none."""


class Assistant(Protocol):
    """What is evaluated: ``qa.system.Assistant``, or anything that answers as it does."""

    @property
    def index(self) -> Documents:
        """The index the answers come from."""

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer one question."""


class Adjustable(Assistant, Protocol):
    """An assistant that can be asked in another way than usual."""

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        documents: Sequence[str] | None = None,
        options: Options = USUAL,
    ) -> Answer:
        """Answer one question."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An assistant that is asked in another way than usual, e.g. to be stricter."""

    assistant: Adjustable
    options: Options

    @property
    def index(self) -> Documents:
        """The index that it asks."""
        return self.assistant.index

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer one question."""
        return self.assistant.ask(question, history, options=self.options)


def evaluate(assistant: Assistant, examples: Sequence[Example], progress: Progress | None = None) -> Results:
    """Ask every question and return records and metrics; ``progress`` is called with (asked, all).

    Raises:
        EvalError: there are no questions, the index holds none of the gold quotes, or a question fails.
    """
    if not examples:
        raise EvalError("there are no questions to ask; give a file with at least one, or a limit of 1 or more")
    texts = Texts(assistant.index)
    missing = _missing(examples, texts)
    ask(assistant, examples[0])
    records: list[Record] = []
    readers: set[str] = set()
    for done, example in enumerate(examples, start=1):
        start = time.perf_counter()
        answer = ask(assistant, example)
        elapsed = 1000 * (time.perf_counter() - start)
        alone = (
            ask(assistant, replace(example, question=example.standalone, history=())) if example.standalone else None
        )
        records.append(score(example, answer, texts, elapsed, alone))
        readers.add(answer.reader)
        if progress is not None:
            progress(done, len(examples))
    kinds = dict.fromkeys(example.type for example in examples)
    groups = ((kind, [record for record in records if record.example.type == kind]) for kind in kinds)
    by_type = tuple((kind, aggregate(group)) for kind, group in groups)
    timings = (*latency(records), *peak_memory())
    return Results(tuple(records), aggregate(records), timings, by_type, missing, ", ".join(sorted(readers)))


def peak_memory() -> tuple[Metric, ...]:
    """Return the largest memory that this process has taken so far, in megabytes; none where no clock of it is kept."""
    if sys.platform == "win32":
        return ()
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return (Metric("peak_memory_mb", most, most, most, 1),)


def ask(assistant: Assistant, example: Example) -> Answer:
    """Return the answer to a question with its history.

    Raises:
        EvalError: it could not be asked; the text names it.
    """
    try:
        return assistant.ask(example.question, example.history)
    except GroundedError as error:
        raise EvalError(f"question {example.id!r} could not be asked: {error}") from error


class Texts(Mapping[str, str]):
    """Texts of an index's documents by id, fetched once each; KeyError for an id it does not hold."""

    def __init__(self, index: Documents) -> None:
        self.index = index
        self.fetched: dict[str, str | None] = {}

    def __getitem__(self, doc_id: str) -> str:
        if doc_id not in self.fetched:
            try:
                self.fetched[doc_id] = self.index.document(doc_id).text
            except (KeyError, GroundedError):
                self.fetched[doc_id] = None
        text = self.fetched[doc_id]
        if text is None:
            raise KeyError(doc_id)
        return text

    def __iter__(self) -> Iterator[str]:
        return (doc_id for doc_id, text in self.fetched.items() if text is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _missing(examples: Sequence[Example], texts: Mapping[str, str]) -> tuple[tuple[str, Gold], ...]:
    """Return the gold quotes that the index does not hold.

    Raises:
        EvalError: it holds none of them, so the questions are about other documents.
    """
    golds = [(example.id, gold) for example in examples for gold in example.gold]
    missing = tuple((name, gold) for name, gold in golds if not locate(gold.quote, texts.get(gold.doc, "")))
    if golds and len(missing) == len(golds):
        first = missing[0][1]
        remedy = "give the index of these documents with --index; an id is the path below the folder that was indexed"
        raise EvalError(
            f"the index holds none of the {len(golds)} gold quotes (first: {first.quote!r} in {first.doc!r}); {remedy}"
        )
    return missing
