"""Conflicts: are contradicting sentences told, and look-alikes left alone? ``eval/datasets/conflicts.jsonl``.

Each line holds a question, two or more short sources, and whether they contradict each other on it, with the
differing values. A conflict counts as found where one told conflict shows every value on a side; one told with other
values is an alarm as well as a miss. ``dev`` was used to write the rules; ``test`` was written before they were run.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from corpus.document import Passage
from corpus.sentences import sentences
from eval.examples import EvalError
from qa.answer import Citation
from qa.conflict import conflicts

SPLITS = ("dev", "test")
_FIELDS = ("id", "split", "kind", "question", "conflict", "sources")


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the sentences of its sources; ``values`` are the differing words, none for a look-alike."""

    id: str
    split: str
    kind: str
    question: str
    citations: tuple[Citation, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about one case: the pairs of values, and whether a planted conflict is among them."""

    case: Case
    pairs: tuple[tuple[str, ...], ...]

    @property
    def found(self) -> bool:
        """Whether the planted values stand on the two sides of one told conflict."""
        values = self.case.values
        return bool(values) and any(
            all(any(v.lower() in side.lower() for side in pair) for v in values) for pair in self.pairs
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one split; ``alarms`` are conflicts told where there is none, or with wrong values."""

    found: int
    missed: int
    alarms: int
    look_alikes: int

    @property
    def precision(self) -> float:
        """Share of what was told that is right; 1 where nothing was told."""
        return self.found / (self.found + self.alarms) if self.found + self.alarms else 1.0

    @property
    def recall(self) -> float:
        """Share of the conflicts that were told; 1 where there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


def read(path: Path | None = None) -> list[Case]:
    """Return the cases of a file, by default those that ship.

    Raises:
        EvalError: a line is not JSON or lacks a field.
    """
    place = path or Path(str(files("eval") / "datasets" / "conflicts.jsonl"))
    cases = []
    for number, line in enumerate(place.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise EvalError(f"{place}, line {number}: is not JSON ({error.msg}); write one object a line") from error
        if missing := [name for name in _FIELDS if name not in row]:
            raise EvalError(f"{place}, line {number}: lacks {missing[0]!r}; every case has {', '.join(_FIELDS)}")
        if row["split"] not in SPLITS or bool(row["conflict"]) != (len(row.get("values", ())) > 1):
            rule = "split is dev or test, and a conflict names two values or more in 'values', a look-alike none"
            raise EvalError(f"{place}, line {number}: {rule}; mend {row['id']!r}")
        values = tuple(row.get("values", ()))
        cases.append(Case(row["id"], row["split"], row["kind"], row["question"], _citations(row["sources"]), values))
    return cases


def _citations(sources: list[dict[str, object]]) -> tuple[Citation, ...]:
    """Return every sentence of the sources; two sources with one id are places of one document."""
    found, at = [], 0
    for source in sources:
        text, heading = str(source["text"]), source.get("heading", [])
        spans = tuple((at + unit.start, at + unit.end) for unit in sentences(text))
        path = tuple(map(str, heading)) if isinstance(heading, list) else ()
        passage = Passage(str(source["doc"]), at, at + len(text), text, None, path, spans)
        found += [Citation(passage, start, end, str(source.get("title", source["doc"]))) for start, end in spans]
        at += len(text) + 1
    return tuple(found)


def tell(case: Case) -> Told:
    """Return what the product tells about one case."""
    return Told(case, tuple(c.values for c in conflicts(case.citations, case.question)))


def score(told: list[Told]) -> Score:
    """Return the counts over some cases."""
    planted = [t for t in told if t.case.values]
    found = sum(t.found for t in planted)
    alarms = sum(bool(t.pairs) and not t.found for t in told)
    return Score(found, len(planted) - found, alarms, len(told) - len(planted))
