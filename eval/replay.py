"""Asks again what a trace holds, and tells what differs: the answer, the order of hits, the claims, what was dropped.

A trace is what ``qa ask --trace FILE`` writes (``qa.trace``). Scores and times are not compared: another processor's
arithmetic moves the last digits, and the clock never says the same.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, get_args

from corpus.errors import GroundedError
from eval.examples import EvalError
from qa.answer import USUAL, Answer, Options, Strictness
from qa.trace import FORM

REMEDY = "give a file that --trace wrote"
STRICTNESSES: tuple[Strictness, ...] = get_args(Strictness)


@dataclass(frozen=True, slots=True)
class Traced:
    """What is compared of an answer. ``hits`` are (document, start, end), best first; ``generation`` is the index's.

    ``documents`` are those that were chosen to be asked, None for all; ``reranker`` and ``verifier`` name what was
    chosen, None for the default.
    """

    question: str
    history: tuple[tuple[str, str], ...]
    text: str
    hits: tuple[tuple[str, int, int], ...]
    claims: tuple[str, ...]
    dropped: tuple[str, ...]
    index: str
    generation: int
    reader: str
    encoder: str
    documents: tuple[str, ...] | None = None
    options: Options = USUAL
    reranker: str | None = None
    verifier: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A part of an answer that differs, in words: ``part`` is "answer", "hits", "claims" or "dropped"."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A traced answer and what is different now; nothing where it is the same."""

    traced: Traced
    changes: tuple[Change, ...]


class Assistant(Protocol):
    """What is asked again: ``qa.system.Assistant``, or anything that answers as it does."""

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        documents: Sequence[str] | None = None,
        options: Options = USUAL,
    ) -> Answer:
        """Answer one question, from all documents or from those chosen, as it was answered before."""


def read(path: Path) -> list[Traced]:
    """Return the answers of a trace, in order; blank lines are passed over.

    Raises:
        EvalError: the file cannot be read, holds no answer, or a line is none.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path}: cannot be read ({error}); {REMEDY}") from error
    found = [_traced(line, f"{path}, line {n}") for n, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise EvalError(f"{path}: holds no answer; {REMEDY}")
    return found


def replay(traced: Sequence[Traced], opened: Callable[[Traced], Assistant]) -> Iterator[Replayed]:
    """Ask each again, in order; ``opened`` gives the assistant with the index and the parts that an answer names.

    Raises:
        EvalError: a question cannot be asked.
    """
    for before in traced:
        try:
            assistant = opened(before)
            answer = assistant.ask(before.question, before.history, before.documents, before.options)
        except GroundedError as error:
            raise EvalError(f"{before.question!r} could not be asked again: {error}") from error
        yield Replayed(before, tuple(differences(before, answer)))


def differences(before: Traced, answer: Answer) -> Iterator[Change]:
    """Yield what differs between a traced answer and one given now."""
    if before.text != answer.text:
        yield Change("answer", before.text, answer.text)
    hits = tuple((h.passage.doc_id, h.passage.start, h.passage.end) for h in answer.hits)
    if before.hits != hits:
        yield Change("hits", _order(before.hits, before.hits), _order(hits, before.hits))
    for part, old, new in (
        ("claims", before.claims, tuple(claim.text for claim in answer.claims)),
        ("dropped", before.dropped, tuple(claim.text for claim in answer.dropped)),
    ):
        if old != new:
            gone, come = [t for t in old if t not in new], [t for t in new if t not in old]
            same = not gone and not come
            yield Change(part, " | ".join(old if same else gone), " | ".join(new if same else come))


def _order(hits: Sequence[tuple[str, int, int]], before: Sequence[tuple[str, int, int]]) -> str:
    """Return hits by their earlier ranks, as "1 3 2"; one that was not there by its document and place."""
    ranks = {hit: str(rank) for rank, hit in enumerate(before, start=1)}
    return " ".join(ranks.get(hit, f"{hit[0]}:{hit[1]}-{hit[2]}") for hit in hits)


def _traced(line: str, place: str) -> Traced:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvalError(f"{place}: is not JSON ({error.msg}); {REMEDY}") from error
    if not isinstance(value, dict) or value.get("form") != FORM:
        form = value.get("form") if isinstance(value, dict) else None
        raise EvalError(
            f"{place}: a trace of form {FORM} is read, and this line says {form!r}; {REMEDY} of this version"
        )
    try:
        return _compared(value)
    except (KeyError, TypeError, ValueError, OverflowError) as error:  # the last of a number that is infinite
        raise EvalError(f"{place}: a part of the answer is missing or of another form ({error!r}); {REMEDY}") from error


def _compared(value: dict[str, Any]) -> Traced:
    answer = value["answer"]
    return Traced(
        str(value["question"]),
        tuple((str(question), str(said)) for question, said in value["history"]),
        str(answer["text"]),
        tuple((str(hit["doc_id"]), int(hit["start"]), int(hit["end"])) for hit in value["hits"]),
        tuple(str(claim["text"]) for claim in answer["claims"]),
        tuple(str(claim["text"]) for claim in answer["dropped"]),
        str(value["index"]),
        int(value["generation"]),
        str(value["reader"]),
        str(value["encoder"]),
        _documents(value.get("documents")),  # older lines lack it and what follows
        Options(_strictness(value.get("strictness", "usual")), None, _count(value.get("k"))),
        _name("reranker", value.get("reranker")),
        _name("verifier", value.get("verifier")),
    )


def _documents(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"documents is a list of ids, or null for all; got {value!r}")
    return tuple(map(str, value))


def _strictness(value: object) -> Strictness:
    for known in STRICTNESSES:
        if value == known:
            return known
    raise ValueError(f"strictness is one of {', '.join(STRICTNESSES)}; got {value!r}")


def _count(value: object) -> int | None:
    if value is None or (type(value) is int and value >= 1):
        return value
    raise ValueError(f"k is a whole number of 1 or more, or null; got {value!r}")


def _name(field: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{field} is a name, or null for the default; got {value!r}")
