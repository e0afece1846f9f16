"""What each user may see: a share is matched with the documents by id, by place and by content.

Whatever any share that meets a document withholds from a user is withheld: of two shares the stricter counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import AccountError
from index.retrieve import Index
from qa.web.accounts import Accounts, Book, Share, folded


@dataclass(frozen=True, slots=True)
class Placed:
    """A document with the path of the file it is, or is in, and the SHA-256 of its bytes."""

    id: str
    path: Path
    sha256: str


def placed(index: Index) -> Iterator[Placed]:
    """Yield the documents of an index."""
    for file_id, file in index.store.files().items():
        for doc_id, sha256 in index.store.digests(file_id).items():
            yield Placed(doc_id, Path(file.path), sha256)


def meets(share: Share, document: Placed) -> bool:
    """Return whether a document is at a share's place, or has its content."""
    within = document.id == share.place or document.id.startswith(share.place.rstrip("/") + "/")
    place = Path(share.place)
    return within or (place.is_absolute() and document.path.is_relative_to(place)) or document.sha256 in share.sha256


def make_share(name: str, users: tuple[str, ...], index: Index) -> Share:
    """Return the share of what a person calls ``name``: a document's id, a folder of the index, or a path.

    Raises:
        AccountError: the index holds no document there.
    """
    documents = list(placed(index))
    for place in (name, str(Path(name).expanduser().absolute())):
        share = Share(place, users)
        if met := [document for document in documents if meets(share, document)]:
            return Share(place, users, tuple(sorted({document.sha256 for document in met})))
    raise AccountError(
        f"what is shared is a document or a folder of the index, and {name!r} is neither; `qa status` lists both"
    )


class Sight:
    """What the users of an index may see; what is withheld is worked out once for each state of index and accounts."""

    def __init__(self, accounts: Accounts, index: Index) -> None:
        self._accounts, self._index = accounts, index
        self._known: tuple[int, Book, dict[str, frozenset[str]]] | None = None

    def visible(self, user: str) -> frozenset[str] | None:
        """Return the ids of the documents that a user may see, or None for all that there are.

        Raises:
            AccountError: there is no such user, or none any more.
        """
        book = self._accounts.book()
        account = book.users.get(folded(user))
        if account is None:
            raise AccountError(f"no user {user!r} here any more; log in again, or ask for another key")
        if account.admin or not book.shares:
            return None
        shown = frozenset(
            info.id for info in self._index.documents()
        )  # first: what comes later is left out, not let in
        known, generation = self._known, self._index.store.generation
        if known is None or known[0] != generation or known[1] is not book:
            documents = list(placed(self._index))
            known = self._known = (generation, book, {name: _barred(name, book, documents) for name in book.users})
        barred = known[2][account.name]
        return shown - barred if barred else None


def _barred(name: str, book: Book, documents: Sequence[Placed]) -> frozenset[str]:
    """Return the ids of what the shares withhold from a user."""
    others = [share for share in book.shares.values() if name not in share.users]
    return frozenset(document.id for document in documents if any(meets(share, document) for share in others))
