"""What was asked and answered, kept beside an index in one file, so that a reload, a crash or a restart loses nothing.

Every verb takes the owner ("" where there are no accounts), and another owner's conversation is as if it were not
there. A turn is written when it is asked and after each verified sentence. No answer stays whose documents are gone:
each is checked against the index in the transaction that writes it, and again, before anything is read, whenever the
index has changed. So a removal that is followed by :meth:`Conversations.forget` leaves no word of what was removed.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.errors import ConversationError
from index.store import Store
from qa.answer import Answer
from qa.web.database import FILE
from qa.web.kept import Kept, fold, not_found, shortened, time_of_day
from qa.web.turns import KINDS, Conversation, Kind, State, StoredTurn, clean

_LINE = "SELECT c.id, c.owner, c.title, c.created, c.updated, c.documents FROM conversations c"


class Conversations(Kept):
    """The conversations about one index; several threads and several processes may use the file at once."""

    def create(self, owner: str, documents: Sequence[str] | None = None) -> Conversation:
        """Begin a conversation; ``documents`` are the ids that may answer, None for all."""
        conversation, now = secrets.token_hex(8), time_of_day()
        with self._file.transaction():
            self._file.run(
                "INSERT INTO conversations(id, owner, title, folded, created, updated, documents)"
                " VALUES (?,?,'','',?,?,?)",
                (conversation, clean(owner), now, now, _ids(documents)),
            )
        return self.get(owner, conversation)

    def get(self, owner: str, conversation: str) -> Conversation:
        """Return one conversation.

        Raises:
            ConversationNotFound: this owner has no such conversation; so all verbs below, also for turns.
        """
        rows = self._file.run(f"{_LINE} WHERE c.id = ? AND c.owner = ?", (clean(conversation), clean(owner)))
        if not rows:
            raise not_found("conversation", conversation)
        return _line(rows[0])

    def listed(self, owner: str, search: str = "") -> list[Conversation]:
        """Return an owner's conversations, the last used first; with ``search`` those that hold each of its words.

        Words are looked for in the title, the questions and the answers, also inside of words, whatever their case.
        """
        self.forget()
        where, values = "WHERE c.owner = ?", [clean(owner)]
        for word in fold(search).split():
            held = "SELECT 1 FROM turns t WHERE t.conversation = c.pk AND instr(t.folded, ?)"
            where += f" AND (instr(c.folded, ?) OR EXISTS ({held}))"
            values += [word, word]
        return [_line(row) for row in self._file.run(f"{_LINE} {where} ORDER BY c.updated DESC, c.pk DESC", values)]

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give a conversation a title; with a blank one it is called by its first question again."""
        given = shortened(title)
        with self._file.transaction():
            key = self._key(owner, conversation)
            values = (given, fold(given), bool(given), key)
            self._file.run("UPDATE conversations SET title = ?, folded = ?, renamed = ? WHERE pk = ?", values)
            self._entitle(key)

    def choose(self, owner: str, conversation: str, documents: Sequence[str] | None) -> None:
        """Set which documents may answer, by id; None for all."""
        with self._file.transaction():
            values = (_ids(documents), self._key(owner, conversation))
            self._file.run("UPDATE conversations SET documents = ? WHERE pk = ?", values)

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation with its turns and feedback, from the bytes of the file too."""
        with self._file.transaction():
            self._file.run("DELETE FROM conversations WHERE pk = ?", (self._key(owner, conversation),))
            self._file.owe()

    def delete_all(self, owner: str) -> None:
        """Delete every conversation of an owner, from the bytes of the file too."""
        with self._file.transaction():
            self._file.run("DELETE FROM conversations WHERE owner = ?", (clean(owner),))
            self._file.owe()

    # -- turns -------------------------------------------------------------------------------------

    def turns(self, owner: str, conversation: str) -> list[StoredTurn]:
        """Return the turns of a conversation, oldest first."""
        self.forget()
        return self._turns(self._key(owner, conversation))

    def ask(self, owner: str, conversation: str, question: str) -> StoredTurn:
        """Begin a turn, ``running``."""
        since = self._index.census()
        with self._file.transaction():
            return self._begin(self._key(owner, conversation), question, since)

    def ask_again(self, owner: str, turn: int, question: str) -> StoredTurn:
        """Put a new question, ``running``, in the place of a turn and of all that came after it."""
        since = self._index.census()
        with self._file.transaction():
            return self._begin(self._drop(owner, turn), question, since)

    def answered(self, owner: str, turn: int, answer: Answer, state: State = "running") -> Answer | None:
        """Write what has been answered so far, and return it as it is kept; None where the turn has ended already.

        What quotes a passage that the index no longer holds is not kept (``qa.recall``).

        Raises:
            ConversationNotFound: the turn was deleted meanwhile, or is another owner's.
        """
        with self._file.transaction():
            key, found = self._found(owner, turn)
            if found != "running":
                return None
            kept = self._write(turn, answer, state)
            if state != "running":
                self._file.run("UPDATE turns SET writer = NULL WHERE pk = ?", (turn,))
            self._file.run("UPDATE conversations SET updated = ? WHERE pk = ?", (time_of_day(), key))
            return kept

    def drop(self, owner: str, turn: int) -> None:
        """Delete a turn and all that came after it, from the bytes of the file too."""
        with self._file.transaction():
            self._entitle(self._drop(owner, turn))

    # -- feedback ----------------------------------------------------------------------------------

    def rate(self, owner: str, turn: int, kind: Kind, note: str = "") -> None:
        """Keep what a reader says of an answer, in place of what they said before.

        Raises:
            ConversationError: ``kind`` is none of ``qa.web.turns.KINDS``.
        """
        if kind not in KINDS:
            raise ConversationError(f"feedback is one of {', '.join(KINDS)}, and this is {kind!r}; choose one of them")
        with self._file.transaction():
            self._unrate(owner, turn)
            self._file.run("INSERT INTO feedback VALUES (?,?,?,?)", (turn, kind, clean(note).strip(), time_of_day()))

    def unrate(self, owner: str, turn: int) -> None:
        """Delete what a reader said of an answer, from the bytes of the file too."""
        with self._file.transaction():
            self._unrate(owner, turn)

    def rated(self) -> list[list[StoredTurn]]:
        """Return each turn that has feedback, last in a list after those before it; of all owners, oldest first."""
        self.forget()
        rows = self._file.run(
            "SELECT t.conversation, t.pk FROM feedback f JOIN turns t ON t.pk = f.turn ORDER BY f.given, t.pk"
        )
        return [self._turns(key, turn) for key, turn in rows]

    def _unrate(self, owner: str, turn: int) -> None:
        self._found(owner, turn)
        if self._file.run("DELETE FROM feedback WHERE turn = ? RETURNING note <> ''", (turn,)) == [(1,)]:
            self._file.owe()

    def _key(self, owner: str, conversation: str) -> int:
        rows = self._file.run(
            "SELECT pk FROM conversations WHERE id = ? AND owner = ?", (clean(conversation), clean(owner))
        )
        if not rows:
            raise not_found("conversation", conversation)
        return int(rows[0][0])


def beside(directory: Path) -> Path:
    """Return where the conversations about an index are kept: in its directory."""
    return directory / FILE


def forget(directory: Path) -> int:
    """Take what an index no longer holds out of the conversations beside it; return how many turns changed.

    Where there are none, nothing is made.

    Raises:
        StoreError: there is no index at ``directory``.
        ConversationError: the file of conversations cannot be used.
    """
    if not beside(directory).is_file():
        return 0
    store = Store(directory)
    try:
        conversations = Conversations(beside(directory), store)
        try:
            return conversations.forget()
        finally:
            conversations.close()
    finally:
        store.close()


def _ids(documents: Sequence[str] | None) -> str | None:
    return None if documents is None else json.dumps(list(documents))


def _line(row: Sequence[Any]) -> Conversation:
    key, owner, title, created, updated, documents = row
    chosen = None if documents is None else tuple(json.loads(documents))
    return Conversation(key, owner, title, datetime.fromisoformat(created), datetime.fromisoformat(updated), chosen)
