"""The nouns of an answer: citation, claim, answer, turn.

An :class:`Answer` is a value: it knows nothing of models, indexes or pages that show it. Its
dictionary form (:meth:`Answer.to_dict`) is what ``qa ask --json`` prints and what the evaluation reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Literal

from corpus.document import Passage
from index.hit import Hit
from qa.texts import CONFLICTS, Language, language

Strictness = Literal["lenient", "usual", "strict"]  # how sure the evidence has to be, for an answer to be given


@dataclass(frozen=True, slots=True)
class Options:
    """How one question is answered, beside what is asked.

    ``reader`` names one of the assistant's readers, None its first; ``k`` passages are retrieved, 1 or more, None as
    many as the assistant always retrieves.
    """

    strictness: Strictness = "usual"
    reader: str | None = None
    k: int | None = None


USUAL = Options()


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a document that carries a claim; ``start`` and ``end`` are document offsets inside ``passage``.

    ``title`` is the document's title. ``quote`` is always the exact slice of the document's text.
    """

    passage: Passage
    start: int
    end: int
    title: str

    @property
    def quote(self) -> str:
        """The cited words, verbatim: ``document.text[start:end]``."""
        return self.passage.slice(self.start, self.end)

    @property
    def line(self) -> str:
        """The cited words on one line, with single blanks between them."""
        return " ".join(self.quote.split())

    @property
    def key(self) -> tuple[str, int, int]:
        """What makes two citations the same: document and span."""
        return (self.passage.doc_id, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with the spans that carry it and how well they do.

    ``support`` lies in [0, 1]. A claim that is shown has at least one citation. ``item`` marks an entry
    of a list, shown on a line of its own; ``context`` a sentence that only says what the next one is about.
    """

    text: str
    citations: tuple[Citation, ...]
    support: float
    item: bool = False
    context: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Citations that give different values for what seems the same thing.

    ``values`` holds the differing words, one for each citation, in the same order; so does ``dates`` the dates of the
    sources, "" where one has none. ``newest_first``: the question asks for now, and the sides stand by date. A sentence
    that itself reports a disagreement stands alone.
    """

    values: tuple[str, ...]
    citations: tuple[Citation, ...]
    dates: tuple[str, ...] = ()
    newest_first: bool = False

    def told(self, marks: Sequence[str] = (), language: Language = "en") -> str:
        """Return the conflict as one sentence, with ``marks`` such as " [1]" behind each side.

        E.g. "The sources disagree: 40,000 (A, 2023) against 45,000 (B, 2025)."
        """
        titles, words = [c.title for c in self.citations], CONFLICTS[language]
        if len(titles) == 1:
            place = words["comma"].join(filter(None, (*titles, *self.dates)))
            return words["told"].format(place=f"{place}{''.join(marks)}")
        if len(set(titles)) < len(titles):  # two places of one source
            titles = [" > ".join(dict.fromkeys((c.title, *c.passage.heading[-1:]))) for c in self.citations]
        parts = []
        sides = zip_longest(self.values, titles, self.dates, marks, fillvalue="")
        for value, title, date, mark in sides:
            place = words["comma"].join(filter(None, (title, date)))
            parts.append(words["side"].format(value=value, place=place, mark=mark))
        if self.newest_first:
            rest = words["comma"].join(parts[1:])
            return words["newest"].format(date=self.dates[0], first=parts[0], rest=rest)
        one = len({c.passage.doc_id for c in self.citations}) == 1
        return words["one" if one else "several"].format(sides=words["against"].join(parts))


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each stage of one answer."""

    retrieve: float = 0.0
    read: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product says to one question.

    ``claims`` were verified and are shown, in order. ``dropped`` failed verification and are kept for
    inspection. No claims means it abstained: then ``message`` says so in words and ``nearest`` offers
    the closest passages' best sentences. Where quotes stand in for a model's sentences, ``message`` says
    so beside the claims. ``confidence`` in [0, 1] is the estimated probability that the retrieved evidence
    holds the answer. ``reader`` names what drafted the sentences.
    """

    question: str
    claims: tuple[Claim, ...]
    dropped: tuple[Claim, ...] = ()
    hits: tuple[Hit, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    nearest: tuple[Citation, ...] = ()
    message: str = ""
    confidence: float = 0.0
    reader: str = "quote"
    timings: Timings = field(default_factory=Timings)

    @property
    def abstained(self) -> bool:
        """Whether nothing was claimed."""
        return not self.claims

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Distinct citations of the claims, in order of first use; marker ``[n]`` is the n-th of them."""
        return tuple({c.key: c for claim in self.claims for c in claim.citations}.values())

    @property
    def numbered(self) -> tuple[Citation, ...]:
        """The distinct citations in the order of their markers, conflicts' last; where there are none, the nearest."""
        conflicting = (c for conflict in self.conflicts for c in conflict.citations)
        shown = tuple({c.key: c for c in (*self.citations, *conflicting)}.values())
        return shown or self.nearest

    @property
    def text(self) -> str:
        """The answer with its markers, e.g. ``"Xiaomi was founded in 2010. [1]"``; the message if it abstained."""
        if not self.claims:
            return self.message
        numbers = {c.key: n for n, c in enumerate(self.citations, start=1)}
        lines: list[str] = []
        for claim in self.claims:
            marks = "".join(f"[{n}]" for n in sorted({numbers[c.key] for c in claim.citations}))
            sentence = f"{claim.text} {marks}"
            if claim.item:
                lines.append(f"- {sentence}")
            elif lines and not lines[-1].startswith("- "):
                lines[-1] += f" {sentence}"
            else:
                lines.append(sentence)
        for conflict in self.conflicts:
            behind = [f" [{numbers[c.key]}]" if c.key in numbers else "" for c in conflict.citations]
            lines.append(conflict.told(behind, language(self.question)))
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON-able values; the layout is documented in the README."""
        numbers = {c.key: n for n, c in enumerate(_distinct(self), start=1)}

        def cite(citation: Citation) -> dict[str, Any]:
            return {
                "n": numbers[citation.key],
                "doc_id": citation.passage.doc_id,
                "title": citation.title,
                "page": citation.passage.page,
                "heading": list(citation.passage.heading),
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }

        def state(claim: Claim) -> dict[str, Any]:
            return {
                "text": claim.text,
                "support": round(claim.support, 4),
                "citations": [cite(c) for c in claim.citations],
            }

        return {
            "question": self.question,
            "text": self.text,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "claims": [state(c) for c in self.claims],
            "dropped": [state(c) for c in self.dropped],
            "nearest": [cite(c) for c in self.nearest],
            "conflicts": [
                {"values": list(c.values), "dates": list(c.dates), "citations": [cite(x) for x in c.citations]}
                for c in self.conflicts
            ],
            "reader": self.reader,
            "timings_ms": {
                "retrieve": round(self.timings.retrieve, 1),
                "read": round(self.timings.read, 1),
                "verify": round(self.timings.verify, 1),
                "total": round(self.timings.total, 1),
            },
        }


def _distinct(answer: Answer) -> Iterator[Citation]:
    """Yield every citation once, those with markers first, so that numbers never clash."""
    seen: set[tuple[str, int, int]] = set()
    dropped = (c for claim in answer.dropped for c in claim.citations)
    for citation in (*answer.numbered, *answer.nearest, *dropped):
        if citation.key not in seen:
            seen.add(citation.key)
            yield citation
