"""Claims with evidence, supported or not, to fit a verifier, set its threshold and measure it.

Made of question sets: a question and its answer become a statement, which its passage supports. The passage does not
support the same statement with another answer, the statement without the sentence that holds the answer, or a
statement made of an unanswerable question (after Demszky, Guu and Liang, 2018, who turn questions and answers into
statements). SciFact's claims and WiCE's come as they are. Nothing is labelled by a model.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.sentences import sentences
from eval.public import CLAIMS, CORPUS, QUERIES, objects
from qa.question import kind

SOURCES = ("qed", "squad2", "scifact")
_ASKS = r"(?:how (?:many|much|long|old|far)|whose|who|whom|when|where|why|how)"
_BE = r"(?:is|are|was|were)"
_DO = r"(?:did|does|do)"
_TEMPLATES = (  # the first that fits makes the statement; {a} is the answer
    (re.compile(rf"^(?:what|who|where) ({_BE}) (.+)$", re.IGNORECASE), r"\2 \1 {a}"),
    (re.compile(rf"^(.*?)\b(?:what|which)(?: [\w'-]+){{1,3}}? {_DO} (.+)$", re.IGNORECASE), r"\1 \2 {a}"),
    (re.compile(rf"^(.*?)\b(?:{_ASKS}|what|which) {_DO} (.+)$", re.IGNORECASE), r"\1 \2 {a}"),
    (re.compile(rf"^(?:when|where|why|how) ({_BE}) (\S+(?: \S+)*?) (\S+)$", re.IGNORECASE), r"\2 \1 \3 {a}"),
    (re.compile(rf"^(.*?)\b{_ASKS}\b(.*)$", re.IGNORECASE), r"\1{a}\2"),
    (re.compile(rf"^(.*?)\b(?:what|which)(?: [\w'-]+)?(?= {_BE}\b)(.*)$", re.IGNORECASE), r"\1{a}\2"),
    (re.compile(r"^(.*?)\b(?:what|which)\b(.*)$", re.IGNORECASE), r"\1{a}\2"),
)


@dataclass(frozen=True, slots=True)
class ClaimPair:
    """A claim, a text that may support it, and whether it does.

    ``source`` names the set, ``made`` how the pair was made; pairs of one ``group`` are about one passage, so that
    no passage lies on both sides of a split.
    """

    source: str
    made: str
    group: str
    claim: str
    evidence: str
    supported: bool


def statement(question: str, answer: str) -> str:
    """Return a question and its answer as one statement, as near to English as a few patterns come.

    >>> statement("Who got the first Nobel Prize in physics?", "Röntgen")
    'Röntgen got the first Nobel Prize in physics.'
    >>> statement("When did the shop open?", "in 1912")
    'the shop open in 1912.'
    """
    asked = " ".join(question.split()).rstrip(" ?.")
    for pattern, form in _TEMPLATES:
        if match := pattern.match(asked):
            told = match.expand(form.replace("{a}", "\0")).replace("\0", answer)
            return " ".join(told.split()) + "."
    return f"{asked}: {answer}."


def pairs(data: Path, source: str, questions: int = 600) -> list[ClaimPair]:
    """Return pairs of a question set, or of SciFact; a question gives up to three, and ``questions`` are drawn.

    Raises:
        EvalError: the set is not there, or a line breaks a rule.
    """
    if source == "scifact":
        return list(_scifact(data / source))
    texts = {str(one["id"]): str(one["text"]) for one in objects(data / source / CORPUS)}
    queries = objects(data / source / QUERIES)
    answers = defaultdict(list)  # of each passage, and of the whole set
    for query in queries:
        if query.get("answerable", True):
            answers[str(query["gold"][0]["id"])].append(str(query["answers"][0]))
    drawn = random.Random(0)
    queries = drawn.sample(queries, min(questions, len(queries)))
    return [pair for query in queries for pair in _of_question(source, query, texts, answers, drawn)]


def _of_question(
    source: str, query: Mapping[str, Any], texts: dict[str, str], answers: dict[str, list[str]], drawn: random.Random
) -> Iterator[ClaimPair]:
    """Yield the pairs that one question makes."""
    question = str(query["question"])
    if not query.get("answerable", True):
        place = str(query.get("asked_about", ""))
        if place in texts and (wrong := _wrong(question, "", place, texts, answers, drawn)):
            yield ClaimPair(source, "unanswerable", place, statement(question, wrong), texts[place], False)
        return
    place, quote, answer = str(query["gold"][0]["id"]), str(query["gold"][0]["quote"]), str(query["answers"][0])
    told = statement(question, answer)
    yield ClaimPair(source, "supported", place, told, texts[place], True)
    if wrong := _wrong(question, answer, place, texts, answers, drawn):
        yield ClaimPair(source, "another answer", place, statement(question, wrong), texts[place], False)
    rest = [one for one in spoken(texts[place]) if quote not in one and one not in quote and answer not in one]
    if rest:
        yield ClaimPair(source, "sentence removed", place, told, " ".join(rest), False)


def _wrong(
    question: str, right: str, place: str, texts: dict[str, str], answers: dict[str, list[str]], drawn: random.Random
) -> str:
    """Return another answer of the kind asked for: of the same passage, else of another one; "" where there is none."""
    wanted = kind(question)
    near = [one for one in answers[place] if _apart(one, right)]
    near += re.findall(r"\b[A-Z]\w+(?: [A-Z]\w+)*\b|\b\d[\d.,]*\d\b|\b\d\b", texts[place])
    alike = [one for one in near if _apart(one, right) and _sort(one) == _sort(right or _example(wanted))]
    return drawn.choice(alike) if alike else ""


def _apart(one: str, other: str) -> bool:
    return not other or (one.lower() not in other.lower() and other.lower() not in one.lower())


def _sort(answer: str) -> str:
    """Return what an answer looks like: a number, a name, or other words."""
    if any(char.isdigit() for char in answer):
        return "number"
    return "name" if answer[:1].isupper() else "words"


def _example(wanted: str) -> str:
    return {"number": "7", "date": "7"}.get(wanted, "Name")


def _scifact(folder: Path) -> Iterator[ClaimPair]:
    """Yield SciFact's claims with the abstracts they cite (Wadden et al., 2020)."""
    texts = {str(one["id"]): str(one["text"]) for one in objects(folder / CORPUS)}
    for query in objects(folder / QUERIES):
        for gold in query["gold"]:
            label, place = str(query["label"]), str(gold["id"])
            yield ClaimPair("scifact", label.lower(), place, str(query["question"]), texts[place], label == "SUPPORT")


def wice(folder: Path) -> list[ClaimPair]:
    """Return WiCE's claims (Kamoi et al., 2023) with all their evidence; supported stands against the rest.

    Raises:
        EvalError: there is no such file, or a line breaks a rule.
    """
    found = []
    for one in objects(folder / CLAIMS):
        evidence = "\n\n".join(str(sentence) for sentence in one["evidence"])
        label = str(one["label"])
        found.append(ClaimPair(folder.name, label, str(one["id"]), str(one["claim"]), evidence, label == "supported"))
    return found


def spoken(text: str) -> list[str]:
    """Return a text's sentences."""
    return [text[unit.start : unit.end] for unit in sentences(text)]


def halves(found: Sequence[ClaimPair]) -> tuple[list[ClaimPair], list[ClaimPair]]:
    """Return pairs in two halves by passage: one to fit on, one to set a threshold and check calibration on."""
    groups = sorted({(pair.source, pair.group) for pair in found})
    random.Random(0).shuffle(groups)
    first = set(groups[::2])
    return [p for p in found if (p.source, p.group) in first], [p for p in found if (p.source, p.group) not in first]
