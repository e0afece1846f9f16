"""What a reader yields, and the protocol of a reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.answer import Citation, Turn
from qa.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted sentence, not yet verified.

    ``citations`` are the spans a quoting reader copied from; a model's draft has none, and the program
    finds them. ``item`` marks an entry of a list; ``label`` is put before the sentence once it is verified, e.g. the
    side of a comparison; ``context`` a sentence that only says what the next one is about.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    item: bool = False
    label: str = ""
    context: bool = False


class Reader(Protocol):
    """Drafts an answer, sentence by sentence; closing the iterator stops the work at once."""

    name: str

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[Draft]:
        """Yield draft sentences for ``question`` from ``evidence`` (best first)."""
        ...
