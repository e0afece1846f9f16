"""The composition root: opens an index, chooses a reader, and puts the parts together.

``ask`` is the whole product as one function; :class:`Assistant` is the same kept open for many questions.
"""

import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from corpus.errors import ReaderError, StoreError
from index.retrieve import Index, exists
from index.sync import Progress, SyncReport, sync
from qa.answer import Answer, Claim, Turn
from qa.evidence import Scorer
from qa.home import default_index
from qa.pipeline import stream
from qa.read.draft import Reader
from qa.read.quote import QuoteReader
from qa.verify import LexicalVerifier

UPLOADS = "uploads"
History = Sequence[tuple[str, str]] | Sequence[Turn]


def library() -> Path:
    """Return the folder of the documents that ship."""
    return Path(str(resources.files("corpus"))) / "library"


def make_reader(name: str | None) -> Reader:
    """Return a reader: ``"quote"`` (or None), an OpenAI-compatible base URL, or a local model's name or path.

    Raises:
        ReaderError: the model is not on this machine.
    """
    if name is None or name == "quote":
        return QuoteReader()
    if not name.strip():
        raise ReaderError('a reader is "quote", a model or a URL; got an empty name; leave it out for "quote"')
    if name.startswith(("http://", "https://")):
        from qa.read.remote import RemoteReader

        return RemoteReader(name)
    from qa.read.local import LocalReader

    return LocalReader() if name == "local" else LocalReader(name)


class Assistant:
    """An index, a reader and a verifier, loaded once; several threads may ask."""

    def __init__(self, index: Index, reader: Reader) -> None:
        self.index = index
        self.reader = reader
        self._scorer = Scorer(index)
        self._verifier = LexicalVerifier(index.encoder)

    @classmethod
    def open(
        cls, index: Path | str | None = None, reader: str | None = None, progress: Progress | None = None
    ) -> "Assistant":
        """Open an index directory (default: the default index, made of the shipped library on first use).

        Raises:
            StoreError: there is no index at ``index``.
            ReaderError: the reader's model is not on this machine.
        """
        chosen = make_reader(reader)
        directory = Path(index) if index is not None else default_index()
        if index is None and not (exists(directory) and Index(directory).documents()):
            sync([library()], directory, progress=progress)
        return cls(Index(directory), chosen)

    def warm(self) -> None:
        """Load what the first question would otherwise wait for: the encoder and the searchable indexes."""
        self.index.search("warm up", 1)

    def stream(self, question: str, history: History = ()) -> Iterator[Claim | Answer]:
        """Yield each claim once it is verified, and last the whole answer.

        Raises:
            QuestionError: the question is empty or too long.
            ReaderError: the reader's model cannot be used.
        """
        turns = [t if isinstance(t, Turn) else Turn(*t) for t in history]
        yield from stream(
            question, turns, index=self.index, scorer=self._scorer, reader=self.reader, verifier=self._verifier
        )

    def ask(self, question: str, history: History = ()) -> Answer:
        """Return the answer to one question; raises what :meth:`stream` raises."""
        for last in self.stream(question, history):
            if isinstance(last, Answer):
                return last
        raise StoreError("the answer broke off; run `qa status` to check the index")

    def add(self, paths: Sequence[Path], progress: Progress | None = None) -> SyncReport:
        """Copy files into the index's own ``uploads`` folder and index them; the rest stays as it is."""
        folder = self.index.directory / UPLOADS
        folder.mkdir(exist_ok=True)
        for path in paths:
            shutil.copyfile(path, folder / path.name)
        roots = [r for r in self.index.store.roots if r != folder]
        return sync([*roots, folder], self.index.directory, self.index.encoder, progress)


@lru_cache(maxsize=4)
def _opened(index: str | None, reader: str | None) -> Assistant:
    return Assistant.open(index, reader)


def ask(question: str, *, index: Path | str | None = None, history: History = (), reader: str | None = None) -> Answer:
    """Ask the documents a question.

    Args:
        question: 1 to 2,000 characters.
        index: an index directory made by ``qa index``; default: the shipped library's, built on first use.
        history: earlier (question, answer) pairs, oldest first.
        reader: ``"quote"``, a model name or path, or the base URL of an OpenAI-compatible server.

    Raises:
        GroundedError: the question, the index or the reader cannot be used; the message says what to do.

    >>> ask("When was Xiaomi founded?").text  # doctest: +SKIP
    'Xiaomi was founded in April 2010. [1]'
    """
    return _opened(None if index is None else str(Path(index).absolute()), reader).ask(question, history)
