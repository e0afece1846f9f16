"""Public question sets: a folder a set, gzipped JSON Lines, as eval/README.md describes.

``corpus.jsonl.gz``: ``{"id", "title", "text"}``; ``queries.jsonl.gz``: ``{"id", "question", "answerable", "answers"?,
"history"?, "gold"?}``, where gold is a list of ``{"id", "quote"?, "quotes"?}``. A wrong line is an error that names
its place.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from eval.examples import EvalError

CORPUS, QUERIES, CLAIMS = "corpus.jsonl.gz", "queries.jsonl.gz", "claims.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Query:
    """One question; ``gold`` holds the ids of the documents that answer it, none where it is unanswerable.

    ``history``: earlier (question, answer) turns, oldest first.
    """

    id: str
    question: str
    gold: frozenset[str]
    history: tuple[tuple[str, str], ...] = ()

    @property
    def conversation(self) -> str:
        """The question that opened the conversation."""
        return self.history[0][0] if self.history else self.question


def queries(folder: Path) -> list[Query]:
    """Return the questions of a set, in order.

    Raises:
        EvalError: there is no such file, or a line breaks a rule.
    """
    found = []
    for place, line in _lines(folder / QUERIES):
        try:
            gold = frozenset(str(one["id"]) for one in line.get("gold") or ()) if line.get("answerable", True) else ()
            turns = tuple((str(asked), str(said)) for asked, said in line.get("history") or ())
            found.append(Query(str(line["id"]), str(line["question"]), frozenset(gold), turns))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EvalError(
                f"{place}: a question has id, question and gold as eval/README.md says; {error!r}"
            ) from error
    if not found:
        raise EvalError(f"{folder / QUERIES}: a set has questions, and this one has none")
    return found


def write_documents(folder: Path, into: Path) -> int:
    """Write each document of a set as a text file that :func:`doc_id` names again; returns how many there are.

    Files that hold the same already are left alone, others that are no document of the set are removed.

    Raises:
        EvalError: there is no such file, or a line breaks a rule.
    """
    into.mkdir(parents=True, exist_ok=True)
    names = set()
    for place, line in _lines(folder / CORPUS):
        try:
            title, text, name = (
                str(line.get("title") or ""),
                str(line["text"]),
                f"{quote(str(line['id']), safe='')}.txt",
            )
        except (KeyError, AttributeError) as error:
            raise EvalError(f"{place}: a document has id, title and text; {error!r}") from error
        names.add(name)
        whole = f"Title: {title.replace('_', ' ')}\n\n{text}\n" if title else f"{text}\n"
        path = into / name
        if not path.is_file() or path.read_text("utf-8") != whole:
            path.write_text(whole, "utf-8")
    for path in into.iterdir():
        if path.name not in names:
            path.unlink()
    return len(names)


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
