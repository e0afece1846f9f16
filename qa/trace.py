"""A trace: every answer as one JSON line, with all that led to it, for people and for ``python -m eval replay``.

A line holds what was asked and of what, the texts searched with, the hits with their scores by leg, the weighed
evidence, each draft with its support, and the answer. It repeats words of the documents, so keep it where they may
be read. An answer that was broken off leaves no line.
"""

import json
import platform
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import Any

from corpus.errors import GroundedError
from index.hit import Hit
from index.retrieve import Index
from qa.answer import USUAL, Answer, Citation, Claim, Options, Turn
from qa.conversation import Asked
from qa.evidence import Judged

FORM = 1  # of a line; a reader of traces refuses others
EVIDENCE = 20  # sentences of the weighed evidence that are kept, best first
PACKAGES = ("grounded-qa", "faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers")


@dataclass(slots=True)
class Steps:
    """What one answer went through, noted by ``qa.pipeline`` on the way.

    ``drafts`` are (name of the reader, claim, whether it was kept), in the order drafted.
    """

    asked: Asked | None = None
    judged: Judged | None = None
    drafts: list[tuple[str, Claim, bool]] = field(default_factory=list)


class Trace:
    """A file to which answers are added, a line each; several threads may add."""

    def __init__(
        self, path: Path | str, reader: str | None = None, reranker: str | None = None, verifier: str | None = None
    ) -> None:
        """Open a file for adding; the names are those that chose reader, reranker and verifier, as in ``--reader``.

        Raises:
            GroundedError: the file cannot be written.
        """
        self.path = Path(path)
        self.reader = without_password(reader or "quote")
        self.reranker = reranker
        self.verifier = verifier
        self._lock = Lock()
        self._add("")

    def add(
        self, answer: Answer, steps: Steps, history: Sequence[Turn], index: Index, options: Options = USUAL
    ) -> None:
        """Add one answer; ``options`` are those it was given with, ``k`` as many passages as were asked for.

        Raises:
            GroundedError: the file cannot be written.
        """
        line = self.line(answer, steps, history, index, options)
        self._add(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")

    def line(
        self, answer: Answer, steps: Steps, history: Sequence[Turn], index: Index, options: Options = USUAL
    ) -> dict[str, Any]:
        """Return what is written of one answer as plain JSON-able values."""
        asked, evidence = steps.asked, steps.judged.evidence if steps.judged else ()
        return {
            "form": FORM,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "question": answer.question,
            "history": [[turn.question, turn.answer] for turn in history],
            "index": str(index.directory.absolute()),
            "documents": index.chosen,
            "generation": index.store.generation,
            "encoder": index.encoder.name,
            "reader": options.reader or self.reader,
            "reranker": self.reranker,
            "verifier": self.verifier,
            "strictness": options.strictness,
            "k": options.k,
            "versions": versions(),
            "full": asked.full if asked else "",
            "searched": [[t, w] for t, w in zip(asked.forms, asked.weights, strict=True)] if asked else [],
            "hits": [_hit(hit) for hit in answer.hits],
            "evidence": [{**_place(e.citation), "score": round(e.score, 6)} for e in evidence[:EVIDENCE]],
            "drafts": [
                {
                    "reader": reader,
                    "text": claim.text,
                    "support": round(claim.support, 4),
                    "kept": kept,
                    "citations": [_place(citation) for citation in claim.citations],
                }
                for reader, claim, kept in steps.drafts
            ],
            "answer": answer.to_dict(),
        }

    def _add(self, text: str) -> None:
        try:
            with self._lock, self.path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            remedy = "give a file in a folder that exists and can be written"
            raise GroundedError(f"{self.path}: no trace can be written ({error.strerror}); {remedy}") from error


@cache
def versions() -> dict[str, str]:
    """Return the versions of what answers: Python, this product, and the libraries that decide a ranking.

    A package that is not installed, as this product in a bare checkout, is left out.
    """
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _hit(hit: Hit) -> dict[str, Any]:
    passage, ranks, scores = hit.passage, dict(hit.legs), dict(hit.scores)
    return {
        "doc_id": passage.doc_id,
        "title": hit.title,
        "heading": list(passage.heading),
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 6),
        "legs": {leg: {"rank": ranks.get(leg), "score": round(score, 6)} for leg, score in scores.items()},
    }


def _place(citation: Citation) -> dict[str, Any]:
    doc_id, start, end = citation.key
    return {"doc_id": doc_id, "start": start, "end": end, "quote": citation.quote}


def without_password(reader: str) -> str:
    """Return a server's address without the name and password that it may hold; anything else as it is."""
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", reader)
