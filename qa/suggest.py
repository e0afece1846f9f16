"""Questions to ask next, made of the documents' own sentences and headings; only such as are seen to be answered.

A candidate is a question that a sentence of a passage answers (``qa.phrase``), or one for what is said under a heading.
It is asked as a person would ask it, and kept only where the answer quotes that very sentence, or that section. So a
suggestion costs an answer; ``TRIES`` bounds how many.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Passage
from index.words import has_cjk, terms
from qa.answer import Answer, Citation
from qa.phrase import questions

COUNT = 3
TRIES = 6  # questions asked at most to find them
ALIKE = 0.6  # share of the words of the shorter of two questions from which on they ask for much the same
LONGEST = 16  # words of a question that is offered
_NUMBERED = re.compile(
    r"^(?:(?:\d+|[IVX]+|[A-Z])[.)、]\s*|\d+(?:\.\d+)*\.?\s+|第?[一二三四五六七八九十]+[章节、．.]\s*)+"
)
_PLAIN = re.compile(r"[\w’'-]+(?: [\w’'&,-]+){1,5}")  # a heading of two to six words
_EMPTY = frozenset(
    terms(
        "abstract introduction conclusion summary references contents background discussion notes appendix overview "
        "related research literature review method data results further work article"
    )
)
_ASKING = frozenset(terms("what is said about who when where how many much"))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A question with the passage it was made of: ``start`` and ``end`` of its sentence, or of the whole passage."""

    question: str
    passage: Passage
    start: int
    end: int
    heading: bool = False

    def carried_by(self, citation: Citation) -> bool:
        """Return whether a citation rests on the sentence, or on a passage under the heading."""
        cited = citation.passage
        if cited.doc_id != self.passage.doc_id:
            return False
        if self.heading:
            return cited.heading == self.passage.heading
        return citation.start < self.end and self.start < citation.end


def suggest(passages: Sequence[Passage], ask: Callable[[str], Answer], asked: Sequence[str] = ()) -> tuple[str, ...]:
    """Return up to three questions that the passages answer, none of them much like one that was ``asked`` before.

    Raises:
        GroundedError: what ``ask`` raises.
    """
    found: list[str] = []
    tries = 0
    for candidate in _candidates(passages):
        if len(found) == COUNT or tries == TRIES:
            break
        if any(_alike(candidate.question, other) for other in (*asked, *found)):
            continue
        tries += 1
        claims = [claim for claim in ask(candidate.question).claims if not claim.context]
        if claims and any(candidate.carried_by(citation) for citation in claims[0].citations):
            found.append(candidate.question)
    return tuple(found)


def _candidates(passages: Sequence[Passage]) -> Iterator[_Candidate]:
    """Yield the questions of sentences, each passage in turn and one of each, then those of headings."""
    for passage in passages:
        made = (
            _Candidate(one.question, passage, *span)
            for span in passage.sentences
            for one in questions(passage.slice(*span))
        )
        if fit := next((c for c in made if len(c.question.split()) <= LONGEST), None):
            yield fit
    for passage in passages:
        if question := _of_heading(passage):
            yield _Candidate(question, passage, passage.start, passage.end, heading=True)


def _of_heading(passage: Passage) -> str | None:
    """Return the question for what is said under a passage's heading, None where that says too little or too much."""
    heading = _NUMBERED.sub("", passage.heading[-1]).strip(" :：.。") if passage.heading else ""
    if has_cjk(heading):
        return f"关于“{heading}”，文件里说了什么？" if 2 < len(heading) <= 16 else None
    if not _PLAIN.fullmatch(heading) or not set(terms(heading)) - _EMPTY:
        return None
    return f"What is said about “{heading}”?"


def _alike(one: str, other: str) -> bool:
    """Return whether two questions ask for much the same, by their words."""
    a, b = set(terms(one)) - _ASKING, set(terms(other)) - _ASKING
    return len(a & b) >= ALIKE * max(1, min(len(a), len(b)))
