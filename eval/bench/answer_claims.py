"""What a system said as an answer of the product's kind, so that one scorer (``eval.score``) judges all alike.

The rules, the same for all:

- An answer is a refusal where it is empty, where the system says so in its own way (the product abstains, paper-qa
  writes "I cannot answer", LlamaIndex "Empty Response"), or where its first sentence matches :data:`REFUSALS`.
- The product tells its sentences; any other answer is cut into sentences, and ``[2]`` belongs to the sentence that it
  stands in or follows.
- A source that tells its offsets is cited from there to there. One that tells only its text is looked for in its
  document, blanks aside, and each sentence of that text is cited: a system that cites a chunk cites all of it.
- *By its marks*, a sentence cites the sources it marks, and one without a mark cites nothing. *By its sources*, every
  sentence cites all that the answer was written from; that is the most that can be said for a system.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.document import Passage
from corpus.sentences import sentences
from eval.metrics import locate
from qa.answer import Answer, Citation, Claim

REFUSALS = re.compile(
    r"\bI (?:do not|don't|don’t) know\b"
    r"|\b(?:cannot|can not|can't|could not|couldn't|unable to|not able to|not possible to) "
    r"(?:be )?(?:answer|find|determine|provide|tell)"
    r"|\b(?:no|not enough|insufficient|not sufficient) (?:relevant )?(?:information|evidence|context|mention|data)\b"
    r"|\b(?:sources?|documents?|context|texts?|passages?|excerpts?|information|answer)\b[^.]{0,40}?"
    r"\b(?:do|does|did|is|are|was)(?: not|n't|n’t) "
    r"(?:\w+ )?(?:say|state|mention|provide|contain|include|specif|answer|give|list|tell|available|helpful|disclose)"
    r"|\bnone of the (?:sources|documents|passages|excerpts)\b"
    r"|\bnot (?:mentioned|stated|specified|provided|given|available|disclosed) in the\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
_MARKS = rf"(?:[ \t]*\(?(?:{_MARK.pattern.replace('(', '(?:', 1)}[ \t,;]*)+\)?)"
_AFTER = re.compile(rf"([.!?。！？])({_MARKS})(?=\s|\Z)")  # a mark behind the full stop is moved before it


@dataclass(frozen=True, slots=True)
class Read:
    """An answer by its marks, the same by its sources, and how many of its sources were not found in their document."""

    marked: Answer
    sourced: Answer
    lost: int


def read(question: str, said: Mapping[str, Any], texts: Mapping[str, str]) -> Read:
    """Return what a system said (a line of ``eval.bench.answer_systems``) as answers; ``texts`` are the documents'."""
    told = [(text, numbers) for text, numbers in said["claims"] or _sentences(said["text"])]
    if said["sentinel"] or not told or (said["claims"] is None and REFUSALS.search(told[0][0])):
        empty = Answer(question, (), message=said["text"])
        return Read(empty, empty, 0)
    sources = [_cited(source, texts) for source in said["sources"]]
    every = tuple(citation for cited in sources for citation in cited)

    def of(numbers: list[int]) -> tuple[Citation, ...]:
        return tuple(c for n in dict.fromkeys(numbers) if 1 <= n <= len(sources) for c in sources[n - 1])

    marked = tuple(Claim(text, of(numbers), 1.0) for text, numbers in told)
    sourced = marked if said["claims"] is not None else tuple(Claim(text, every, 1.0) for text, _ in told)
    return Read(Answer(question, marked), Answer(question, sourced), sources.count(()))


def _sentences(text: str) -> list[tuple[str, list[int]]]:
    """Return the sentences of an answer without their marks, each with the numbers that it marks."""
    placed = _AFTER.sub(r"\2\1", text)
    found = []
    for unit in sentences(placed):
        piece = placed[unit.start : unit.end]
        numbers = [int(number) for mark in _MARK.finditer(piece) for number in mark[1].split(",")]
        plain = " ".join(re.sub(_MARKS, "", piece).split())
        if any(c.isalnum() for c in plain):
            found.append((plain, numbers))
        elif found:  # a line of marks alone
            found[-1][1].extend(numbers)
    return found


def _cited(source: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[Citation, ...]:
    """Return the spans of a source: its own, or the sentences of its text where that stands in its document."""
    text = texts.get(source["doc"], "")
    if "start" in source:
        start, end = source["start"], source["end"]
        spans = [(start, end)]
    else:
        places = locate(source["text"], text)
        if not places:
            return ()
        start, end = places[0]
        spans = [(start + unit.start, start + unit.end) for unit in sentences(text[start:end])]
    passage = Passage(source["doc"], start, end, text[start:end], None, (), tuple(spans))
    return tuple(Citation(passage, a, b, "") for a, b in spans)
