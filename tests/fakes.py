"""Small real implementations of the product's protocols: an encoder, a reader and a verifier, no torch, no chance."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.encode import Encoder, TokenVectors
from index.report import SyncReport
from index.retrieve import Index
from index.sync import sync
from index.words import terms
from qa.answer import Citation, Turn
from qa.evidence import Evidence
from qa.read.draft import Draft, Reader
from qa.read.quote import QuoteReader
from qa.system import Assistant

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+|[^\s]")


class HashEncoder:
    """An Encoder: a text's vector is the bag of its hashed stems, a token's vector that of its own.

    ``encoded`` lists every passage text it was given, so that a test can count what was encoded again.
    """

    def __init__(self, name: str = "hash-64", dim: int = 64) -> None:
        self.name = name
        self.encoded: list[str] = []
        self._dim = dim

    @property
    def window(self) -> int:
        return 256

    def _vector(self, text: str) -> NDArray[np.float32]:
        row = np.zeros(self._dim, np.float32)
        for term in terms(text) or terms(text, stop=False) or [text.strip()]:
            code = crc32(term.encode())
            row[code % self._dim] += 1.0 if code & 0x10000 else -1.0
        norm = float(np.linalg.norm(row))
        if norm == 0:  # opposite terms may meet in one place
            row[0] = norm = 1.0
        return row / np.float32(norm)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(t) for t in texts], np.float32).reshape(len(texts), self._dim)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return self.encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = []
        for text in texts:
            matches = list(_TOKEN.finditer(text))
            tokens = self.encode_queries([m.group() for m in matches])
            found.append(TokenVectors(self._vector(text), tokens, tuple(m.span() for m in matches)))
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) + 2 for text in texts]


class Scripted:
    """A Reader that drafts what it was told to, and notes that it was closed."""

    name = "scripted"

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences
        self.drafted: list[str] = []
        self.closed = 0

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        try:
            for sentence in self._sentences:
                self.drafted.append(sentence)
                yield Draft(sentence)
        finally:
            self.closed += 1


class Library:
    """A folder of documents and its index, by a HashEncoder if no other is given."""

    def __init__(self, place: Path, encoder: Encoder | None = None, **files: str) -> None:
        self.folder = place / "documents"
        self.directory = place / "index"
        self.encoder = encoder or HashEncoder()
        self.folder.mkdir(parents=True)
        self.write(**files)
        self.sync()
        self.index = Index(self.directory, self.encoder)

    def write(self, **files: str) -> None:
        """Write files; ``notes_md="..."`` makes ``notes.md``."""
        for name, text in files.items():
            self.path(name).write_text(text, encoding="utf-8")

    def path(self, name: str) -> Path:
        return self.folder / ".".join(name.rsplit("_", 1))

    def sync(self) -> SyncReport:
        return sync([self.folder], self.directory, self.encoder)

    def assistant(self, reader: Reader | None = None) -> Assistant:
        return Assistant(self.index, reader or QuoteReader())


def verbatim(citation: Citation, index: Index) -> bool:
    """Return whether a citation lies in its passage and quotes exactly what the index holds there."""
    passage, text = citation.passage, index.document(citation.passage.doc_id).text
    inside = passage.start <= citation.start <= citation.end <= passage.end
    return inside and citation.quote == text[citation.start : citation.end] and bool(citation.quote)


def everything(directory: Path) -> bytes:
    """Return the bytes of every file below a directory, one after another."""
    return b"\n".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())
