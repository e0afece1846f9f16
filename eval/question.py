"""One question of a set, and the rules that its fields keep, whatever file they come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.errors import GroundedError
from eval import cells

TYPES = ("fact", "list", "multi", "conflict", "unanswerable", "followup")
FIELDS = (
    "id", "type", "question", "standalone", "paraphrases", "answers", "gold", "history", "tags",
    "reviewed",  # false in a draft that nobody has accepted yet
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
    question is that already. ``paraphrases``: the same question in other words. ``tags``: what makes it hard.
    """

    id: str
    type: str
    question: str
    answers: tuple[tuple[str, ...], ...] = ()
    gold: tuple[Gold, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    standalone: str = ""
    paraphrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents hold the answer."""
        return self.type != "unanswerable"


class Line:
    """The fields of one question being checked; knows where they stand, so that every error can say so."""

    def __init__(self, place: str, fields: dict[str, object], noun: str = "field") -> None:
        self.place = place
        self.fields = fields
        self.noun = noun  # what errors call a field

    def example(self) -> Example:
        """Return the checked question."""
        for name in self.fields:
            if name not in FIELDS:
                raise self.error(name, f"is not known; the fields are {', '.join(FIELDS)}")
        kind = self.words("type")
        if kind not in TYPES:
            raise self.error("type", f"{kind!r} is not a type; use one of {', '.join(TYPES)}")
        example = Example(
            id=self.words("id"),
            type=kind,
            question=self.words("question"),
            answers=self.answers(),
            gold=self.golds(kind),
            history=self.history(),
            standalone=self.words("standalone") if "standalone" in self.fields else "",
            paraphrases=self.strings(
                "paraphrases", 'must be a list of questions, e.g. ["In what year?", "Since when?"]'
            ),
            tags=self.strings("tags", 'must be a list of words, e.g. ["table", "negation"]'),
        )
        if self.fields.get("reviewed", True) not in (True, "true"):  # a cell of a CSV file is text
            remedy = 'read it, mend it, then set "reviewed" to true or take the field out'
            raise self.error(
                "reviewed", f"{example.id!r} is a draft, and only what a person accepted is asked; {remedy}"
            )
        self.check(example)  # after that: a draft may be there to be completed
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

    def strings(self, name: str, form: str) -> tuple[str, ...]:
        """Return an optional list of non-empty strings, each once."""
        values = self.entries(name, form) if name in self.fields else []
        if not all(map(_filled, values)):
            raise self.error(name, form)
        found = tuple(map(str, values))
        for n, value in enumerate(found):
            if value in found[:n]:
                raise self.error(name, f"{value!r} stands there twice; keep one of them")
        return found

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
        form = cells.FORMS.get(name, rule) if self.noun == "column" and rule.startswith("must be a list") else rule
        return EvalError(f"{self.place}, {self.noun} {name!r}: {form}")


def _filled(value: object) -> bool:
    """Whether the value is a string with something in it."""
    return isinstance(value, str) and bool(value.strip())


def _items(value: object) -> list[object]:
    """Return a list's items; nothing for what is no list."""
    return value if isinstance(value, list) else []
