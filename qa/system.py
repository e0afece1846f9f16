"""The composition root: opens an index, chooses a reader, and puts the parts together.

``ask`` is the whole product as one function; :class:`Assistant` is the same kept open for many questions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from corpus.errors import ReaderError, StoreError
from index.encode import Encoder
from index.live import exists, identity
from index.report import Progress
from index.rerank import CrossEncoderReranker, Reranker
from index.retrieve import Index
from index.sync import sync
from qa.answer import USUAL, Answer, Claim, Options, Turn
from qa.cross_encoder import CrossEncoder
from qa.evidence import Scorer
from qa.home import default_index, library_index
from qa.models import resolve
from qa.pipeline import HITS, stream
from qa.read.draft import Reader
from qa.read.quote import QuoteReader
from qa.recall import still
from qa.sources import Sources, known, library
from qa.trace import Steps, Trace, without_password
from qa.verify import LexicalVerifier, Verifier
from qa.web.conversations import forget

History = Sequence[tuple[str, str]] | Sequence[Turn]


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


def make_readers(names: str | Sequence[str] | None) -> dict[str, Reader]:
    """Return one reader or several by their names, the first the one that answers unless another is wanted.

    A server's address loses its password as a name.

    Raises:
        ReaderError: a model is not on this machine.
    """
    made = [(name, make_reader(name)) for name in ([names] if isinstance(names, str) else names or ["quote"])]
    return {without_password(name): reader for name, reader in made}


def make_reranker(name: str | None) -> Reranker | None:
    """Return a cross-encoder by its folder or the name it was pulled by, None for no name.

    Raises:
        ReaderError: the model is not on this machine, or no cross-encoder.
    """
    return None if name is None else CrossEncoderReranker(resolve(name))


def make_verifier(name: str | None, encoder: Encoder) -> Verifier:
    """Return the default verifier, or a Hugging Face checker by name or path (see ``qa.verify_model``)."""
    if name is None:
        return LexicalVerifier(encoder)
    from qa.verify_model import ModelVerifier

    return ModelVerifier(name)


class Assistant(Sources):
    """An index, a reader and a verifier, and a reranker if wanted, loaded once; several threads may ask.

    ``readers`` are those that a question may choose by name, beside "quote"; ``k`` passages are retrieved.
    """

    def __init__(
        self,
        index: Index,
        reader: Reader,
        reranker: Reranker | None = None,
        k: int = HITS,
        trace: Trace | None = None,
        verifier: str | None = None,
        readers: Mapping[str, Reader] | None = None,
    ) -> None:
        _count(k)
        super().__init__(index)
        self.k = k
        self.reader = reader
        self.readers: dict[str, Reader] = {"quote": QuoteReader(), **(readers or {})}
        if not any(one is reader for one in self.readers.values()):
            self.readers[reader.name] = reader
        self.reranker = reranker
        self._trace = trace
        self._scorer = Scorer(index)
        self._verifier = make_verifier(verifier, index.encoder)

    @classmethod
    def open(
        cls,
        index: Path | str | None = None,
        reader: str | Sequence[str] | None = None,
        progress: Progress | None = None,
        reranker: str | None = None,
        trace: Path | str | None = None,
        verifier: str | None = None,
    ) -> "Assistant":
        """Open an index directory; by default the default index, or the shipped library's while there is none.

        Every answer is added to the file ``trace`` as one line of JSON (``qa.trace``). ``verifier`` names a Hugging
        Face checker that takes the default one's place.

        Raises:
            GroundedError: ``trace`` cannot be written.
            StoreError: there is no index at ``index``.
            ReaderError: the reader's or the reranker's model is not on this machine.
        """
        directory = Path(index) if index is not None else standing_index()
        if index is None and directory == library_index():
            return cls.library(reader, progress, reranker, trace, verifier)
        return cls._of(reader, reranker, trace, verifier)(Index(directory))

    @classmethod
    def library(
        cls,
        reader: str | Sequence[str] | None = None,
        progress: Progress | None = None,
        reranker: str | None = None,
        trace: Path | str | None = None,
        verifier: str | None = None,
    ) -> "Assistant":
        """Open the index of the library that ships, and of what was uploaded to it; builds or completes it first."""
        make = cls._of(reader, reranker, trace, verifier)  # what cannot be had is told before a minute of indexing
        directory = library_index()
        there, gone = known(directory, library())
        sync(there, directory, progress=progress, keep=gone, wait=300)
        forget(directory)
        return make(Index(directory))

    @classmethod
    def _of(
        cls,
        reader: str | Sequence[str] | None,
        reranker: str | None,
        trace: Path | str | None,
        verifier: str | None,
    ) -> "Callable[[Index], Assistant]":
        """Return what makes an assistant of an index with the parts that these name."""
        readers = make_readers(reader)
        name, first = next(iter(readers.items()))
        return partial(
            cls,
            reader=first,
            reranker=make_reranker(reranker),
            trace=None if trace is None else Trace(trace, name, reranker, verifier),
            verifier=verifier,
            readers=readers,
        )

    def warm(self) -> None:
        """Load what the first question would otherwise wait for: encoder, cross-encoder and searchable indexes."""
        CrossEncoder.load().score("warm up", self.index.search("warm up", 1))

    def stream(
        self,
        question: str,
        history: History = (),
        documents: Sequence[str] | None = None,
        options: Options = USUAL,
        traced: bool = True,
    ) -> Iterator[Claim | Answer]:
        """Yield each claim once it is verified, and last the whole answer.

        Only ``documents``, by their ids, are searched, quoted and named; by default all. Where there is a trace, the
        answer is added to it, unless it is not to be ``traced``.

        Raises:
            QuestionError: the question is empty or too long.
            StoreError: ``documents`` is empty, or names one that the index does not show.
            ReaderError: the reader's model cannot be used, or ``options`` names none of the readers.
            ValueError: less than one passage is to be retrieved.
        """
        turns = [t if isinstance(t, Turn) else Turn(*t) for t in history]
        steps = Steps()
        index, scorer = self.index, self._scorer
        reader = self.reader if options.reader is None else self.readers.get(options.reader)
        if reader is None:
            there = ", ".join(self.readers)
            raise ReaderError(f"a reader is one of {there}; got {options.reader!r}; open the assistant with it")
        k = _count(self.k if options.k is None else options.k)
        if documents is not None:
            index = index.only(documents)
            scorer = scorer.over(index)
        pieces = stream(
            question,
            turns,
            index=index,
            scorer=scorer,
            reader=reader,
            verifier=self._verifier,
            reranker=self.reranker,
            k=k,
            steps=steps,
            strictness=options.strictness,
        )
        for piece in pieces:
            if self._trace is not None and traced and isinstance(piece, Answer):
                self._trace.add(piece, steps, turns, index, replace(options, k=k))
            yield piece

    def ask(
        self,
        question: str,
        history: History = (),
        documents: Sequence[str] | None = None,
        options: Options = USUAL,
    ) -> Answer:
        """Return the answer to one question; takes and raises what :meth:`stream` does."""
        for last in self.stream(question, history, documents, options):
            if isinstance(last, Answer):
                return last
        raise StoreError("the answer broke off; run `qa status` to check the index")

    def still(self, answer: Answer) -> Answer:
        """Return an earlier answer, or one that says why it is gone: a passage it quotes is no longer in the index.

        What is deleted must not be told again from memory.
        """
        return still(answer, self.index.store)


def _count(k: int) -> int:
    """Return a number of passages that can be retrieved."""
    if k < 1:
        raise ValueError(f"the number of passages retrieved is 1 or more; got {k}")
    return k


def standing_index() -> Path:
    """Return the index that is asked when none is named: the default index, or the library's while there is none."""
    return default_index() if exists(default_index()) else library_index()


@lru_cache(maxsize=4)
def _opened(
    directory: Path, reader: str | None, reranker: str | None, verifier: str | None, file: tuple[int, int] | None
) -> Assistant:
    if directory == library_index():
        return Assistant.library(reader, reranker=reranker, verifier=verifier)
    return Assistant.open(directory, reader, reranker=reranker, verifier=verifier)


def ask(
    question: str,
    *,
    index: Path | str | None = None,
    history: History = (),
    reader: str | None = None,
    reranker: str | None = None,
    verifier: str | None = None,
    documents: Sequence[str] | None = None,
) -> Answer:
    """Ask the documents a question.

    Args:
        question: 1 to 2,000 characters.
        index: an index directory made by ``qa index``; default: the default index, or the shipped library's
            (built on first use) while there is none.
        history: earlier (question, answer) pairs, oldest first.
        reader: ``"quote"``, a model name or path, or the base URL of an OpenAI-compatible server.
        reranker: the name or path of a cross-encoder that orders the passages found; none by default.
        verifier: a Hugging Face checker by name or path in place of the default one.
        documents: the ids of the documents to ask; default: all.

    Raises:
        GroundedError: the question, the index or a model cannot be used; the message says what to do.

    >>> ask("When was Xiaomi founded?").text  # doctest: +SKIP
    'Xiaomi was founded in April 2010. [1]'
    """
    directory = Path(index).absolute() if index is not None else standing_index()
    return _opened(directory, reader, reranker, verifier, identity(directory)).ask(question, history, documents)
