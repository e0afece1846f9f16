"""What a kept answer was made from, so that it goes when that goes.

An answer with citations hangs on the documents it quotes or retrieved. A message without any, such as a list of the
documents or a question back, may name any of them: it hangs on all that there were when it was asked.
"""

from index.store import Store
from qa.answer import Answer
from qa.recall import FORGOTTEN, forgotten, quoted, still
from qa.texts import TEXTS
from qa.web.turns import State

ALL = ""  # in place of a document's id: every document there was when the turn was asked
_FIXED = frozenset(text for pair in TEXTS.values() for text in pair if "{" not in text) | {FORGOTTEN}


def checked(answer: Answer, state: State, since: str, index: Store) -> tuple[Answer, dict[str, str]]:
    """Return what may be kept of an answer now, and the version of each document it is made from, by id.

    ``since`` is the census of the documents when it was asked (``index.store``), "" where it no longer matters. While
    the answer is being written that stays among its sources: what it will be made from is not known yet.
    """
    names = _names(answer)
    if state == "running":
        versions = {ALL: since}
    elif state == "done" and not names and answer.message and answer.message not in _FIXED and since:
        whole = index.census(int(since.split(":")[0])) == since
        return (answer, {ALL: since}) if whole else (forgotten(answer), {})
    else:
        versions = {}
    found = index.versions(names)  # before the passages are looked at: a change in between is then seen next time
    kept = still(answer, index)
    return kept, versions | {name: found.get(name, "") for name in _names(kept)}


def changed(sources: list[tuple[str, str]], index: Store) -> list[tuple[str, str]]:
    """Return those of some (document id, version) that the index no longer holds."""
    now = index.versions({name for name, _ in sources if name != ALL})
    gone = [(name, version) for name, version in sources if name != ALL and now.get(name) != version]
    every = [(name, version) for name, version in sources if name == ALL]
    return gone + [(name, since) for name, since in every if index.census(int(since.split(":")[0])) != since]


def mark(index: Store) -> str:
    """Return what differs whenever the documents of an index do, also where it was made anew or put back."""
    return f"{index.generation}:{index.get('derived') or ''}"


def _names(answer: Answer) -> set[str]:
    return {p.doc_id for p in quoted(answer)} | {hit.passage.doc_id for hit in answer.hits}
