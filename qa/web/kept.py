"""The rows behind the verbs of ``qa.web.conversations``; whoever calls these holds the transaction."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import ConversationNotFound
from index.store import Store
from qa.answer import Answer
from qa.recall import FORGOTTEN
from qa.web import sources
from qa.web.database import Database
from qa.web.presence import Presence, is_gone
from qa.web.turns import Feedback, State, StoredTurn, clean, from_bytes, to_bytes

TITLE = 80  # characters of a question that become the title
_TURN = (
    "SELECT t.pk, t.answer, t.state, t.asked, f.kind, f.note, f.given, t.writer FROM turns t"
    " LEFT JOIN feedback f ON f.turn = t.pk"
)


class Kept:
    """An open file of conversations about one index."""

    def __init__(self, path: Path, index: Store) -> None:
        """Open the file at ``path``, and make it where there is none. ``index`` is the store that the answers quote.

        Turns that a program which ended left unfinished become ``stopped``, with what was verified of them.

        Raises:
            ConversationError: the file cannot be opened or written, is damaged, or of a newer version.
        """
        self._file = Database(path)
        self._index = index
        self._presence: Presence | None = None
        try:
            self._stop_abandoned()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; turns that are still being answered become ``stopped``."""
        if self._presence is not None:
            with self._file.transaction():
                self._stop(self._presence.token)
            self._presence.end()
            self._presence = None
        self._file.close()

    def forget(self) -> int:
        """Take out what the index no longer holds, from the bytes of the file too; return how many turns changed.

        Does nothing while the index is as it was; else only turns made from what changed are looked at.

        Raises:
            ConversationError: another process keeps the file, or the disk is full; it is tried again at the next call.
        """
        now = sources.mark(self._index)
        if self._file.get("index") == now:
            return 0
        rewritten = 0
        with self._file.transaction():
            held = [(str(r[0]), str(r[1])) for r in self._file.run("SELECT DISTINCT doc_id, version FROM sources")]
            touched: set[int] = set()
            for source in sources.changed(held, self._index):
                rows = self._file.run("SELECT turn FROM sources WHERE doc_id = ? AND version = ?", source)
                touched.update(row[0] for row in rows)
            for turn in sorted(touched):
                ((data, state),) = self._file.run("SELECT answer, state FROM turns WHERE pk = ?", (turn,))
                answer = from_bytes(data)
                rewritten += self._write(turn, answer, state, anew=True) != answer
        if self._file.owes():
            self._file.erase()
        self._file.put("index", now)
        return rewritten

    # -- turns -------------------------------------------------------------------------------------

    def _turns(self, key: int, last: int | None = None) -> list[StoredTurn]:
        """Return the turns of a conversation up to ``last``, oldest first."""
        select = f"{_TURN} WHERE t.conversation = ?1 AND (?2 IS NULL OR t.pk <= ?2) ORDER BY t.pk"
        rows = self._file.run(select, (key, last))
        own = self._presence and self._presence.token
        if any(row[7] not in (None, own) for row in rows) and self._stop_abandoned():
            rows = self._file.run(select, (key, last))
        return [_turn(row) for row in rows]

    def _found(self, owner: str, turn: int) -> tuple[int, State]:
        """Return the key of a turn's conversation, and the turn's state."""
        rows = self._file.run(
            "SELECT c.pk, t.state FROM turns t JOIN conversations c ON c.pk = t.conversation"
            " WHERE t.pk = ? AND c.owner = ?",
            (turn, clean(owner)),
        )
        if not rows:
            raise not_found("turn", turn)
        return rows[0][0], rows[0][1]

    def _begin(self, key: int, question: str, since: str) -> StoredTurn:
        """Add a turn that this process answers; ``since`` is the census of the documents before it was asked."""
        now, answer = time_of_day(), Answer(question, ())
        ((turn,),) = self._file.run(
            "INSERT INTO turns(conversation, answer, folded, state, asked, writer) VALUES (?,?,?,'running',?,?)"
            " RETURNING pk",
            (key, to_bytes(answer), fold(question), now, self._token()),
        )
        self._file.run("INSERT INTO sources VALUES (?,?,?)", (turn, sources.ALL, since))
        self._file.run("UPDATE conversations SET updated = ? WHERE pk = ?", (now, key))
        self._entitle(key)
        return StoredTurn(turn, answer, "running", datetime.fromisoformat(now))

    def _write(self, turn: int, answer: Answer, state: State, *, anew: bool = False) -> Answer:
        """Write an answer, as far as the index still holds what it is made from, and return it as it is kept.

        Sources of what stood there before stay noted, because the file may still hold words of theirs: until it is
        rewritten, as it is after this with ``anew``, and where something of the answer is left out.
        """
        rows = self._file.run("SELECT version FROM sources WHERE turn = ? AND doc_id = ?", (turn, sources.ALL))
        kept, made_from = sources.checked(answer, state, rows[0][0] if rows else "", self._index)
        anew = anew or kept != answer
        text = "" if kept.message == FORGOTTEN else kept.text
        values = (to_bytes(kept), fold(f"{kept.question} {text}"), state, turn)
        self._file.run("UPDATE turns SET answer = ?, folded = ?, state = ? WHERE pk = ?", values)
        if anew or sources.ALL not in made_from:
            self._file.run("DELETE FROM sources WHERE turn = ?1 AND (?2 OR doc_id = ?3)", (turn, anew, sources.ALL))
        for source in made_from.items():
            self._file.run("INSERT OR REPLACE INTO sources VALUES (?,?,?)", (turn, *source))
        if anew:
            self._file.owe()
        return kept

    def _drop(self, owner: str, turn: int) -> int:
        """Delete a turn and all that came after it; return the key of its conversation."""
        key, _ = self._found(owner, turn)
        self._file.run("DELETE FROM turns WHERE conversation = ? AND pk >= ?", (key, turn))
        self._file.owe()
        return key

    def _entitle(self, key: int) -> None:
        """Call a conversation by its first question, unless a person named it."""
        rows = self._file.run("SELECT answer FROM turns WHERE conversation = ? ORDER BY pk LIMIT 1", (key,))
        title = shortened(from_bytes(rows[0][0]).question) if rows else ""
        values = (title, fold(title), key)
        self._file.run("UPDATE conversations SET title = ?, folded = ? WHERE pk = ? AND NOT renamed", values)

    # -- who is writing ----------------------------------------------------------------------------

    def _token(self) -> str:
        """Return the token of this writer, drawn and written down at its first turn."""
        if self._presence is None:
            self._presence = Presence(self._file.path)
        self._file.run("INSERT OR IGNORE INTO writers VALUES (?)", (self._presence.token,))
        return self._presence.token

    def _stop_abandoned(self) -> bool:
        """Stop the turns of writers that have ended; return whether there was such a writer."""
        own = self._presence and self._presence.token
        tokens = [row[0] for row in self._file.run("SELECT token FROM writers") if row[0] != own]
        ended = [token for token in tokens if is_gone(self._file.path, token)]
        if ended:
            with self._file.transaction():
                for token in ended:
                    self._stop(token)
        return bool(ended)

    def _stop(self, token: str) -> None:
        self._file.run("UPDATE turns SET state = 'stopped' WHERE writer = ? AND state = 'running'", (token,))
        self._file.run("UPDATE turns SET writer = NULL WHERE writer = ?", (token,))
        self._file.run("DELETE FROM writers WHERE token = ?", (token,))


def not_found(noun: str, name: object) -> ConversationNotFound:
    """Return the error for what is not there, and for what is another's: it must not tell one from the other."""
    return ConversationNotFound(
        f"there is no {noun} {name!r} here; it may have been deleted; open another from the list"
    )


def fold(text: str) -> str:
    """Return text as it is searched: one case, one form of each character, one blank between words.

    >>> fold("Ｘiaomi  SU7")
    'xiaomi su7'
    """
    return " ".join(unicodedata.normalize("NFKC", clean(text)).casefold().split())


def shortened(text: str) -> str:
    """Return a question as a title: on one line, cut after ``TITLE`` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1].rstrip()}…"


def time_of_day() -> str:
    """Return the time in UTC, in a form that sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _turn(row: Sequence[Any]) -> StoredTurn:
    key, data, state, asked, kind, note, given, _ = row
    feedback = Feedback(kind, note, datetime.fromisoformat(given)) if kind else None
    return StoredTurn(key, from_bytes(data), state, datetime.fromisoformat(asked), feedback)
