"""Public question sets: a folder a set, gzipped JSON Lines, as eval/README.md describes.

``corpus.jsonl.gz``: ``{"id", "title", "text"}``; ``queries.jsonl.gz`` (and, where a set has it,
``queries_unanswerable.jsonl.gz``): ``{"id", "question", "answerable", "answers"?, "history"?, "gold"?, "passages"?}``,
where gold is a list of ``{"id", "quote"?, "quotes"?}`` and passages are documents of the question's own. A wrong line
is an error that names its place.
"""

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from eval.examples import EvalError, Example, Gold

CORPUS, QUERIES, UNANSWERABLE = "corpus.jsonl.gz", "queries.jsonl.gz", "queries_unanswerable.jsonl.gz"
CLAIMS = "claims.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question; ``gold`` holds the ids of the documents that answer it, none where it is unanswerable.

    ``history``: earlier (question, answer) turns, oldest first. ``answers`` are alternatives, ``quotes`` the words of
    documents of the set that support them. ``passages``: where the question comes with documents of its own, these.
    """

    id: str
    question: str
    gold: frozenset[str]
    history: tuple[tuple[str, str], ...] = ()
    answerable: bool = True
    answers: tuple[str, ...] = ()
    quotes: tuple[Gold, ...] = ()
    passages: tuple[Text, ...] = ()

    @property
    def conversation(self) -> str:
        """The question that opened the conversation."""
        return self.history[0][0] if self.history else self.question

    def example(self, below: str = "") -> Example:
        """Return the question as the evaluation asks it; its documents are files below the folder ``below``."""
        kind = ("followup" if self.history else "fact") if self.answerable else "unanswerable"
        answers = (self.answers,) if self.answers and self.answerable else ()
        gold = tuple(Gold(below + file_id(one.doc), one.quote) for one in self.quotes)
        return Example(self.id, kind, self.question, answers, gold, self.history)


def queries(folder: Path) -> list[Query]:
    """Return the questions of a set, in order; those of ``queries_unanswerable.jsonl.gz`` last.

    Raises:
        EvalError: there is no such file, or a line breaks a rule.
    """
    more = folder / UNANSWERABLE
    found = []
    for path in (folder / QUERIES, *([more] if more.is_file() else [])):
        for place, line in _lines(path):
            try:
                found.append(_query(line))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise EvalError(
                    f"{place}: a question has id, question and gold as eval/README.md says; {error!r}"
                ) from error
    if not found:
        raise EvalError(f"{folder / QUERIES}: a set has questions, and this one has none")
    return found


def _query(line: Mapping[str, Any]) -> Query:
    answerable = bool(line.get("answerable", True))
    golds = (line.get("gold") or ()) if answerable else ()
    pieces = [(str(one["id"]), one.get("quotes") or [one.get("quote")]) for one in golds]
    return Query(
        id=str(line["id"]),
        question=str(line["question"]),
        gold=frozenset(doc for doc, _ in pieces),
        history=tuple((str(asked), str(said)) for asked, said in line.get("history") or ()),
        answerable=answerable,
        answers=tuple(str(one) for one in line.get("answers") or ()),
        quotes=tuple(Gold(doc, str(piece)) for doc, found in pieces for piece in found if piece),
        passages=tuple(_text(one) for one in line.get("passages") or ()),
    )


def drawn(found: Sequence[Query], limit: int | None, seed: int = 0) -> list[Query]:
    """Return ``limit`` questions in their order, drawn by a fixed seed, as many of them unanswerable as in the whole.

    Of either kind that the set has, at least one is drawn where ``limit`` is 2 or more.
    """
    if limit is None or limit >= len(found):
        return list(found)
    kinds = [[n for n, query in enumerate(found) if query.answerable is kind] for kind in (True, False)]
    share = round(limit * len(kinds[1]) / len(found))
    if kinds[0] and kinds[1] and limit > 1:
        share = min(max(share, 1), limit - 1)
    chosen = random.Random(seed)
    picked = [*chosen.sample(kinds[0], limit - share), *chosen.sample(kinds[1], share)]
    return [found[n] for n in sorted(picked)]


def write_documents(folder: Path, into: Path) -> int:
    """Write each document of a set as a text file that :func:`doc_id` names again; returns how many there are.

    Files that hold the same already are left alone, others that are no document of the set are removed.

    Raises:
        EvalError: there is no such file, or a line breaks a rule.
    """
    return write_texts(_corpus(folder / CORPUS), into)


def write_texts(texts: Iterable[Text], into: Path) -> int:
    """Write documents as :func:`write_documents` does."""
    into.mkdir(parents=True, exist_ok=True)
    names = set()
    for one in texts:
        name = file_id(one.id)
        names.add(name)
        whole = f"Title: {one.title.replace('_', ' ')}\n\n{one.text}\n" if one.title else f"{one.text}\n"
        path = into / name
        if not path.is_file() or path.read_text("utf-8") != whole:
            path.write_text(whole, "utf-8")
    for path in into.iterdir():
        if path.name not in names:
            path.unlink()
    return len(names)


def _corpus(path: Path) -> Iterator[Text]:
    for place, line in _lines(path):
        try:
            yield _text(line)
        except (KeyError, AttributeError, TypeError) as error:
            raise EvalError(f"{place}: a document has id, title and text; {error!r}") from error


def _text(line: Mapping[str, Any]) -> Text:
    return Text(str(line["id"]), str(line.get("title") or ""), str(line["text"]))


def file_id(identity: str) -> str:
    """Return the name of the file of a document of a set."""
    return f"{quote(identity, safe='')}.txt"


def doc_id(file_id: str) -> str:
    """Return a document's id in its set from the id of its file in an index."""
    return unquote(file_id.removesuffix(".txt"))


def objects(path: Path) -> list[Any]:
    """Return the objects of a file of gzipped JSON Lines, in order.

    Raises:
        EvalError: there is no such file, or a line is no JSON object.
    """
    found = []
    for place, line in _lines(path):
        if not isinstance(line, dict):
            raise EvalError(f"{place}: a line is one JSON object; this one is a {type(line).__name__}")
        found.append(line)
    return found


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield each line's place and its object."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                place = f"{path}, line {number}"
                try:
                    yield place, json.loads(line)
                except json.JSONDecodeError as error:
                    raise EvalError(f"{place}: a line is one JSON object; {error}") from error
    except FileNotFoundError as error:
        raise EvalError(f"{path}: a set is a folder with {CORPUS} and {QUERIES}; nothing is there") from error
    except (OSError, EOFError) as error:
        raise EvalError(f"{path}: the file must be gzipped JSON Lines; {error}") from error
