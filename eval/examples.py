"""Question sets: JSON Lines, one question a line, read and checked before anything is asked.

A line looks like this; ``history`` only where the question leans on earlier turns::

    {"id": "q1", "type": "fact", "question": "When was Xiaomi founded?", "answers": [["2010"]],
     "gold": [{"doc": "history.md", "quote": "was founded in April 2010"}]}

``answers`` is a list of groups: every group must be met, by any one of its alternatives.
A wrong line is an error that names file, line, field, rule and remedy; nothing is skipped silently.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import GroundedError

TYPES = ("fact", "list", "multi", "conflict", "unanswerable", "followup")
FIELDS = (
    "id", "type", "question", "standalone", "paraphrases", "answers", "gold", "history",
    "note",  # for people; it is not read
)  # fmt: skip


class EvalError(GroundedError):
    """An evaluation cannot run or its input breaks a rule; the text names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Evidence: ``quote`` is copied verbatim from the document whose id is ``doc``."""

    doc: str
    quote: str


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what a right answer says and where its evidence stands.

    ``answers``: every group must be met, by any one of its alternatives. ``gold``: each entry is evidence.
    ``history``: earlier (question, answer) turns, oldest first. ``standalone``: the same question in full, "" where the
    question is that already. ``paraphrases``: the same question in other words.
    """

    id: str
    type: str
    question: str
    answers: tuple[tuple[str, ...], ...] = ()
    gold: tuple[Gold, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    standalone: str = ""
    paraphrases: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents hold the answer."""
        return self.type != "unanswerable"


def read(path: Path) -> list[Example]:
    """Return the questions of a JSON Lines file, in order; blank lines are passed over.

    Raises:
        EvalError: the file cannot be read, holds no question, or a line breaks a rule.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvalError(f"{path}: cannot be read ({error.strerror}); give a JSON Lines file of questions") from error
    except UnicodeDecodeError as error:
        raise EvalError(f"{path}: is not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    examples: list[Example] = []
    seen: dict[str, int] = {}
    # split("\n"), not splitlines(): U+2028 inside a JSON string does not end a line
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        example = _Line(f"{path}, line {number}", line).example()
        if example.id in seen:
            rule = f"is used on line {seen[example.id]} already; give each question its own id"
            raise EvalError(f"{path}, line {number}, field 'id': {example.id!r} {rule}")
        seen[example.id] = number
        examples.append(example)
    if not examples:
        raise EvalError(f"{path}: holds no question; write one JSON object a line (eval/README.md shows the form)")
    return examples


class _Line:
    """One line being checked; knows where it stands, so that every error can say so."""

    def __init__(self, place: str, line: str) -> None:
        self.place = place
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            remedy = "write one complete JSON object on each line"
            raise EvalError(f"{place}: is not JSON ({error.msg}, column {error.colno}); {remedy}") from error
        except RecursionError as error:
            raise EvalError(f"{place}: is nested too deeply; write one flat JSON object on each line") from error
        if not isinstance(value, dict):
            raise EvalError(f"{place}: is a JSON {type(value).__name__}, not an object; write {{...}} on each line")
        self.fields: dict[str, object] = value

    def example(self) -> Example:
        """Return the checked question."""
        for name in self.fields:
            if name not in FIELDS:
                raise self.error(name, f"is not known; the fields are {', '.join(FIELDS)}")
        kind = self.words("type")
        if kind not in TYPES:
            raise self.error("type", f"{kind!r} is not a type; use one of {', '.join(TYPES)}")
        example = Example(
            self.words("id"), kind, self.words("question"), self.answers(), self.golds(kind), self.history(),
            self.words("standalone") if "standalone" in self.fields else "", self.paraphrases(),
        )  # fmt: skip
        self.check(example)
        return example

    def check(self, example: Example) -> None:
        """Raise unless the fields agree with the question's type."""
        if example.answerable and not example.answers:
            raise self.error(
                "answers", 'an answerable question needs one, e.g. [["2010"]]; else its type is unanswerable'
            )
        if example.answerable and not example.gold:
            remedy = 'give the words that prove the answer, e.g. [{"doc": "a.txt", "quote": "founded in 2010"}]'
            raise self.error("gold", f"an answerable question needs evidence; {remedy}")
        if not example.answerable and (example.answers or example.gold):
            raise self.error("answers", "an unanswerable question has no answers and no gold; remove them")
        if example.type == "followup" and not example.history:
            raise self.error("history", 'a followup needs the earlier turns, e.g. [["question", "answer"]]')

    def answers(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of alternatives."""
        form = 'must be a list of non-empty lists of non-empty strings, e.g. [["2010"], ["lei jun", "jun lei"]]'
        groups = self.entries("answers", form)
        if not all(isinstance(group, list) and group and all(map(_filled, group)) for group in groups):
            raise self.error("answers", form)
        return tuple(tuple(str(alternative) for alternative in _items(group)) for group in groups)

    def golds(self, kind: str) -> tuple[Gold, ...]:
        """Return the evidence; it may be left out where there is none to give."""
        form = 'must be a list of objects with non-empty "doc" and "quote"'
        if kind == "unanswerable" and "gold" not in self.fields:
            return ()
        golds: list[Gold] = []
        for entry in self.entries("gold", form):
            if (
                not isinstance(entry, Mapping)
                or set(entry) != {"doc", "quote"}
                or not all(map(_filled, entry.values()))
            ):
                raise self.error("gold", form)
            golds.append(Gold(entry["doc"], entry["quote"]))
        return tuple(golds)

    def history(self) -> tuple[tuple[str, str], ...]:
        """Return the earlier turns, none where the field is left out."""
        form = 'must be a list of [question, answer] pairs of strings, e.g. [["Who leads Xiaomi?", "Lei Jun."]]'
        turns: list[tuple[str, str]] = []
        for turn in self.entries("history", form) if "history" in self.fields else ():
            pair = _items(turn)
            if len(pair) != 2 or not _filled(pair[0]) or not isinstance(pair[1], str):
                raise self.error("history", form)
            turns.append((str(pair[0]), pair[1]))
        return tuple(turns)

    def paraphrases(self) -> tuple[str, ...]:
        """Return the question's other wordings, none where the field is left out."""
        form = 'must be a list of questions, e.g. ["In what year?", "Since when?"]'
        found = self.entries("paraphrases", form) if "paraphrases" in self.fields else []
        if not all(map(_filled, found)):
            raise self.error("paraphrases", form)
        return tuple(map(str, found))

    def words(self, name: str) -> str:
        """Return a field that must be a non-empty string."""
        value = self.required(name)
        if not _filled(value):
            raise self.error(name, f"must be a non-empty string, is {json.dumps(value)}; write it out")
        return str(value)

    def entries(self, name: str, form: str) -> list[object]:
        """Return a field that must be a list; ``answers`` may be left out where there are none."""
        optional = name == "answers" and self.fields.get("type") == "unanswerable"
        value = self.fields.get(name, []) if optional else self.required(name)
        if not isinstance(value, list):
            raise self.error(name, form)
        return value

    def required(self, name: str) -> object:
        """Return a field's value."""
        if name not in self.fields:
            raise self.error(name, "is missing; add it (eval/README.md shows the form)")
        return self.fields[name]

    def error(self, name: str, rule: str) -> EvalError:
        """Return the error that says where, which field, and the rule with its remedy."""
        return EvalError(f"{self.place}, field {name!r}: {rule}")


def _filled(value: object) -> bool:
    """Whether the value is a string with something in it."""
    return isinstance(value, str) and bool(value.strip())


def _items(value: object) -> list[object]:
    """Return a list's items; nothing for what is no list."""
    return value if isinstance(value, list) else []
