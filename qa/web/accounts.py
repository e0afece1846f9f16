"""Who may use a served index: users, their passwords and keys, and which documents are whose.

All of it is one file, ``accounts.json``, in the index directory, readable by its owner alone. Passwords are kept as
argon2id hashes. Keys for programs hold 256 random bits and are kept as their SHA-256: nothing is gained by making
the guess of such a number slow. A document is everybody's who has an account, until it is shared with some of them.
"""

import hashlib
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from corpus.errors import AccountError
from index.live import exists
from index.lock import alone

FILE = "accounts.json"
VERSION = 1
SHORTEST, LONGEST = 8, 256  # characters of a password; the bound above keeps a stranger from making us hash a novel
KEY = "gqa-"  # what a key begins with, so that one that leaked can be searched for
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # checked for names that are not there: as slow as for those that are


@dataclass(frozen=True, slots=True)
class User:
    """One account; ``password`` is a hash, and so is each of ``keys``. An admin sees every document."""

    name: str
    password: str
    admin: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What is only for ``users``: a document, or those of a folder or an archive.

    ``place`` is a document's id or the beginning of several, or the path of a file or a folder. ``sha256`` are the
    digests of the documents when it was made, so that a copy or a moved file is no way around it.
    """

    place: str
    users: tuple[str, ...]
    sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the file holds, by name and by place."""

    users: dict[str, User] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)


def folded(name: str) -> str:
    """Return the form of a user's name under which it is kept: ``Ann`` and ``ann`` are one."""
    return unicodedata.normalize("NFKC", name).casefold()


def digest(key: str) -> str:
    """Return the form in which a key is kept."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


class Accounts:
    """The accounts of one index directory; every call sees what another process has changed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / FILE
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._book = Book()

    def book(self) -> Book:
        """Return what the file holds now; an empty book where there is none.

        Raises:
            AccountError: the file cannot be read.
        """
        with self._lock:
            try:
                stat = self.file.stat()
                seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
                if seen != self._seen:
                    self._book, self._seen = _parsed(self.file.read_bytes()), seen
            except FileNotFoundError:
                self._book, self._seen = Book(), None
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise AccountError(
                    f"the accounts in {str(self.file)!r} cannot be read ({error}); nobody is let in; restore the file, "
                    "or delete it and add the users anew"
                ) from error
            return self._book

    def user(self, name: str) -> User:
        """Return one account.

        Raises:
            AccountError: there is none of this name.
        """
        found = self.book().users.get(folded(name))
        if found is None:
            raise AccountError(f"no user {name!r} here; `qa user list` names them, `qa user add` adds one")
        return found

    def users(self) -> list[User]:
        """Return the accounts, by name."""
        return [user for _, user in sorted(self.book().users.items())]

    def add(self, name: str, password: str, admin: bool = False) -> None:
        """Add a user.

        Raises:
            AccountError: the name or the password breaks a rule, or the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise AccountError(f"a name has 1 to 64 letters, digits or any of . _ - @; got {name!r}; choose another")
        with self._changing() as book:
            if folded(name) in book.users:
                raise AccountError(
                    f"a name is one user's, and {name!r} is taken; choose another, or see `qa user password`"
                )
            book.users[folded(name)] = User(folded(name), _hashed(password), admin)

    def remove(self, name: str) -> None:
        """Remove a user with all keys and shares; a document shared with nobody else stays hidden from all others."""
        with self._changing() as book:
            gone = self.user(name).name
            del book.users[gone]
            for place, share in book.shares.items():
                book.shares[place] = replace(share, users=tuple(user for user in share.users if user != gone))

    def set_password(self, name: str, password: str) -> None:
        """Give a user another password; who is logged in with the old one is not any more."""
        with self._changing() as book:
            book.users[folded(name)] = replace(self.user(name), password=_hashed(password))

    def check(self, name: str, password: str) -> bool:
        """Return whether the password is the user's; takes as long for a name that is not there."""
        user = self.book().users.get(folded(name))
        try:
            _HASHER.verify(user.password if user else _NOBODY, password[: LONGEST + 1])
        except (VerifyMismatchError, InvalidHashError):
            return False
        return user is not None and len(password) <= LONGEST

    def new_key(self, name: str) -> str:
        """Return a new key of a user's for programs; it is told this once, and kept as a hash."""
        key = KEY + secrets.token_urlsafe(32)
        with self._changing() as book:
            user = self.user(name)
            book.users[user.name] = replace(user, keys=(*user.keys, digest(key)))
        return key

    def revoke(self, name: str) -> int:
        """Take all keys from a user and return how many there were."""
        with self._changing() as book:
            user = self.user(name)
            book.users[user.name] = replace(user, keys=())
        return len(user.keys)

    def holder(self, key: str) -> str | None:
        """Return the name of the user whose key this is, or None."""
        kept = digest(key)
        return next((user.name for user in self.book().users.values() if kept in user.keys), None)

    def share(self, share: Share) -> None:
        """Make a place the named users' only, in place of what was said of it before.

        Raises:
            AccountError: there is no user of one of the names.
        """
        with self._changing() as book:
            names = tuple(sorted({self.user(name).name for name in share.users}))
            book.shares[share.place] = replace(share, users=names)

    def unshare(self, place: str) -> None:
        """Make a place everybody's again.

        Raises:
            AccountError: it is already.
        """
        with self._changing() as book:
            if book.shares.pop(place, None) is None:
                raise AccountError(f"{place!r} is everybody's already; `qa share` lists what is not")

    @contextmanager
    def _changing(self) -> Iterator[Book]:
        """Give the book to change, and replace the file by it, whole or not at all; only its owner may read it."""
        if not exists(self.directory):
            raise AccountError(
                f"accounts belong to an index, and {str(self.directory)!r} is none; run `qa index PATH...` first, or "
                "`python ui.py` once for the library that ships"
            )
        part = self.file.with_name(f".{FILE}.part")
        with alone(self.file):
            book = self.book()
            changed = Book(dict(book.users), dict(book.shares))
            yield changed
            part.unlink(missing_ok=True)
            text = json.dumps({"version": VERSION, **asdict(changed)}, ensure_ascii=False, indent=1)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.file)


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(
            f"a password has {SHORTEST} to {LONGEST} characters; got {len(password)}; choose another one"
        )
    return _HASHER.hash(password)


def _parsed(data: bytes) -> Book:
    found: dict[str, Any] = json.loads(data)
    if found["version"] != VERSION:
        raise ValueError(f"version {found['version']}, and this program reads {VERSION}")
    users = {
        n: User(u["name"], u["password"], bool(u["admin"]), _strings(u["keys"])) for n, u in found["users"].items()
    }
    shares = {p: Share(s["place"], _strings(s["users"]), _strings(s["sha256"])) for p, s in found["shares"].items()}
    return Book(users, shares)


def _strings(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
