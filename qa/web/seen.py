"""The assistant as one asker may use it: only the documents that are theirs to see, and so many questions a minute.

Every door goes through :class:`Seen`. What it does not restrict itself is passed on to the assistant while every
document is everybody's, and refused as soon as one is not: a new verb of the assistant cannot leak by being forgotten.
"""

import unicodedata
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.document import Document, Failure, Passage
from corpus.errors import AccountError, LoadError, QuestionError, StoreError, TooMany
from corpus.locate import Area
from corpus.picture import Picture
from index.documents import DocumentInfo
from index.hit import Hit
from index.report import Progress, Stop, SyncReport
from index.retrieve import Index
from index.transfer import UPLOADS
from qa.answer import USUAL, Answer, Claim, Options
from qa.question import check
from qa.recall import forgotten, quoted
from qa.sources import Folder
from qa.system import Assistant, History
from qa.uploads import inside
from qa.web.accounts import Accounts
from qa.web.limits import Limit
from qa.web.shares import Sight, placed

MANAGED = frozenset({"hide", "restore", "finish", "remove", "follow", "unfollow", "sync"})
MOST = 50  # passages that one search returns at most


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a user where there are accounts, and the address the request came from ("" for this process)."""

    user: str | None = None
    address: str = ""

    @property
    def key(self) -> str:
        """The name under which this asker's questions are counted."""
        return f"user {self.user}" if self.user else f"address {self.address}"


class Access:
    """Who may see what, and ask how often; ``accounts`` is None where everybody may see everything.

    ``exposed``: other machines reach it.
    """

    def __init__(
        self, index: Index, accounts: Accounts | None = None, limit: Limit | None = None, exposed: bool = False
    ) -> None:
        self._accounts, self._exposed = accounts, exposed
        self._sight = Sight(accounts, index) if accounts is not None else None
        self._limit = limit

    def visible(self, asker: Asker) -> frozenset[str] | None:
        """Return the ids of the documents that an asker may see, or None for all.

        Raises:
            AccountError: there are accounts, and the asker has none.
        """
        if self._sight is None:
            return None
        if asker.user is None:
            raise AccountError("only those with an account may ask here; log in, or send a key of yours")
        return self._sight.visible(asker.user)

    def manages(self, asker: Asker) -> bool:
        """Return whether an asker may remove documents and name folders of this machine: an admin, or its only user."""
        if self._accounts is None:
            return not self._exposed
        return asker.user is not None and self._accounts.user(asker.user).admin

    def admit(self, asker: Asker) -> None:
        """Count a question.

        Raises:
            TooMany: the asker has asked as often as is allowed for now.
        """
        if self._limit is not None and (wait := self._limit.take(asker.key)):
            raise TooMany(
                f"at most {self._limit.times} questions in {self._limit.seconds:.0f} seconds are answered to one asker "
                f"(--rate sets it); ask again in {wait:.0f} seconds",
                wait,
            )


class Seen:
    """An :class:`Assistant` for the asker that ``who`` names at each call."""

    def __init__(self, assistant: Assistant, access: Access, who: Callable[[], Asker]) -> None:
        self._assistant, self._access, self._who = assistant, access, who
        self.index = SeenIndex(assistant.index, access, who)

    def stream(
        self,
        question: str,
        history: History = (),
        documents: Collection[str] | None = None,
        options: Options = USUAL,
        counted: bool = True,
    ) -> Generator[Claim | Answer, None, None]:
        """Yield what :meth:`Assistant.stream` does, from ``documents`` as far as the asker may see them.

        ``counted``: it is one of the questions that are limited and traced, and not one that the page asks by itself.

        Raises:
            TooMany: the asker has asked too often.
            AccountError: the asker has no account.
            QuestionError: it is no question, or none of ``documents`` is there for the asker.
        """
        asker = self._who()
        theirs = self._access.visible(asker)
        check(question)  # what is no question is not counted
        if counted:
            self._access.admit(asker)
        if theirs is not None and documents is not None:
            theirs = theirs.intersection(documents)
        chosen = theirs if theirs is not None else documents
        if chosen is not None and not chosen:  # never to be mistaken for "all of them"
            raise QuestionError("an answer is looked for in one document or more; none of those named is here for you")
        only = None if chosen is None else sorted(chosen)
        yield from self._assistant.stream(question, history, only, options=options, traced=counted)

    def ask(
        self,
        question: str,
        history: History = (),
        documents: Collection[str] | None = None,
        options: Options = USUAL,
        counted: bool = True,
    ) -> Answer:
        """Return the answer to one question; takes and raises what :meth:`stream` does."""
        for last in self.stream(question, history, documents, options=options, counted=counted):
            if isinstance(last, Answer):
                return last
        raise StoreError("the answer broke off; run `qa status` to check the index")

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """Return up to ``k`` passages, 1 to ``MOST``, best first; raises what :meth:`stream` raises."""
        question = check(question)
        if not 1 <= k <= MOST:
            raise QuestionError(f"a search returns 1 to {MOST} passages; got k = {k}; choose a number between")
        asker = self._who()
        self._access.visible(asker)
        self._access.admit(asker)
        return self.index.search(question, k)

    def still(self, answer: Answer) -> Answer:
        """Return an earlier answer as :meth:`Assistant.still` does; one that quotes what was withdrawn is gone too."""
        theirs = self._access.visible(self._who())
        if theirs is not None:
            if any(passage.doc_id not in theirs for passage in quoted(answer)):
                return forgotten(answer)
            held = tuple(hit for hit in answer.hits if hit.passage.doc_id in theirs)
            answer = answer if len(held) == len(answer.hits) else replace(answer, hits=held, dropped=())
        return self._assistant.still(answer)

    def add(
        self,
        paths: Sequence[Path],
        progress: Progress | None = None,
        stop: Stop | None = None,
        names: Sequence[str] | None = None,
    ) -> SyncReport:
        """Add files for all to see; takes what :meth:`Assistant.add` does.

        Raises:
            AccountError: the asker has no account, or would replace a file that is not theirs to see.
        """
        theirs = self._access.visible(self._who())
        if theirs is not None:
            uploads = self._assistant.index.directory / UPLOADS
            others = [d for d in placed(self._assistant.index) if d.id not in theirs]
            hidden = {_place(d.path.relative_to(uploads).as_posix()) for d in others if d.path.is_relative_to(uploads)}
            for name in [path.name for path in paths] if names is None else names:
                if _place(name) in hidden:
                    raise AccountError(f"a file {name!r} is here that you may not replace; give yours another name")
        return self._assistant.add(paths, progress, stop, names)

    @property
    def user(self) -> str | None:
        """The user who asks, None where there are no accounts."""
        return self._who().user

    @property
    def whole(self) -> bool:
        """Whether every document is the asker's to see."""
        return self._access.visible(self._who()) is None

    @property
    def manages(self) -> bool:
        """Whether the asker may take documents out and follow folders of this machine."""
        return self._access.manages(self._who())

    def folders(self) -> list[Folder]:
        """Return the folders that the index follows, to whoever may change them; others see none."""
        return self._assistant.folders() if self.manages else []

    def hidden(self) -> list[str]:
        """Return the ids of documents that were taken out and can be brought back, to whoever may do that."""
        return self._assistant.index.hidden() if self.manages else []

    @property
    def readers(self) -> dict[str, str]:
        """What each reader that can be chosen calls itself, by the name it is chosen by; the usual one comes first."""
        names = {name: reader.name for name, reader in self._assistant.readers.items()}
        usual = next(name for name, reader in self._assistant.readers.items() if reader is self._assistant.reader)
        return {usual: names.pop(usual), **names}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name in MANAGED and not self.manages:
            raise AccountError(f"only an admin, or whoever sits at this machine, may {name} documents here; ask one")
        return _passed_on(self._assistant, name, self._access, self._who)


class SeenIndex:
    """An :class:`Index` as far as an asker may see it."""

    def __init__(self, index: Index, access: Access, who: Callable[[], Asker]) -> None:
        self._index, self._access, self._who = index, access, who
        self.store = SeenStore(index, access, who)

    @property
    def revision(self) -> tuple[int, int]:
        """Changes whenever what is shown does (``index.retrieve``)."""
        return self._index.revision

    def documents(self) -> list[DocumentInfo]:
        """Return one line for each document that the asker may see, ordered by id."""
        theirs = self._access.visible(self._who())
        return [info for info in self._index.documents() if theirs is None or info.id in theirs]

    def document(self, doc_id: str) -> Document:
        """Return a document.

        Raises:
            StoreError: the index holds no such document, or the asker may not see it.
        """
        self._check(doc_id)
        return self._index.document(doc_id)

    def title(self, doc_id: str) -> str | None:
        """Return a document's title, or None where the index holds no such document, or the asker may not see it."""
        theirs = self._access.visible(self._who())
        return self._index.title(doc_id) if theirs is None or doc_id in theirs else None

    def areas(self, doc_id: str, start: int, end: int) -> tuple[Area, ...]:
        """Return where a span of a document stands on its pages; raises what :meth:`document` and the index raise."""
        self._check(doc_id)
        return self._index.areas(doc_id, start, end)

    def page_image(self, doc_id: str, page: int, width: int) -> Picture:
        """Return a page of a PDF as an image; raises what :meth:`document` and the index raise."""
        self._check(doc_id)
        return self._index.page_image(doc_id, page, width)

    def holds(self, passage: Passage) -> bool:
        """Return whether the index still holds a passage, and the asker may see it."""
        theirs = self._access.visible(self._who())
        return (theirs is None or passage.doc_id in theirs) and self._index.holds(passage)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Return up to ``k`` passages of documents that the asker may see, best first."""
        theirs = self._access.visible(self._who())
        if theirs is None:
            return self._index.search(query, k)
        return self._index.only(sorted(theirs)).search(query, k) if theirs else []

    def _check(self, doc_id: str) -> None:
        theirs = self._access.visible(self._who())
        if theirs is not None and doc_id not in theirs:
            raise StoreError(f"no document {doc_id!r} in this index; the list of documents names those that are")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return _passed_on(self._index, name, self._access, self._who)


class SeenStore:
    """Of the store what a page tells of it; the rest as in :class:`Seen`."""

    def __init__(self, index: Index, access: Access, who: Callable[[], Asker]) -> None:
        self._index, self._access, self._who = index, access, who

    def failures(self) -> list[Failure]:
        """Return what could not be read; nothing where some documents are withheld: its name may say too much."""
        return self._index.store.failures() if self._access.visible(self._who()) is None else []

    def sample(self, count: int) -> list[Passage]:
        """Return up to ``count`` passages, spread over the documents that the asker may see."""
        theirs = self._access.visible(self._who())
        more = count if theirs is None else 10 * count
        return [p for p in self._index.store.sample(more) if theirs is None or p.doc_id in theirs][:count]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return _passed_on(self._index.store, name, self._access, self._who)


def _place(name: str) -> str:
    """Return one form for all names under which an upload lies at the same place, on any system; "" for none."""
    try:
        return unicodedata.normalize("NFC", inside(name)).casefold()
    except LoadError:  # nothing is kept under it
        return ""


def _passed_on(whole: object, name: str, access: Access, who: Callable[[], Asker]) -> Any:  # noqa: ANN401
    """Return an attribute that nothing restricts, if the asker may see everything."""
    if name.startswith("_"):
        raise AttributeError(name)
    if access.visible(who()) is not None:
        raise AccountError(f"a part of the documents is not yours to see, and {name!r} cannot leave it out")
    return getattr(whole, name)
