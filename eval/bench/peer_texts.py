"""Documents, passages and questions for ``eval.bench.peers``, the same for every system.

The documents are text files, which the product reads and splits by itself. The peers are given the passages it makes
of them, in the very words that it gives its encoder (a passage under its title and headings), so all encode the same.
"""

import ast
import json
import shutil
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from corpus.errors import LoadError
from corpus.load import load
from eval.examples import EvalError
from eval.public import queries, write_documents
from index.encode import Encoder
from index.entry import entry, passages_of

SHORTEST = 1000  # characters of a module's docstrings, for them to be a document
WORDS = 8  # of a question drawn from a passage
_NO_PROSE = {"test", "tests", "site-packages", "dist-packages", "idlelib", "lib2to3"}


@dataclass(frozen=True, slots=True)
class Texts:
    """A folder with ``documents/``, ``passages.jsonl`` and ``questions.json``.

    ``tokens``: the length of each passage as the encoder reads it, special tokens included. ``drawn``: the questions
    are words of passages, so that one can see whether a system finds the passage.
    """

    folder: Path
    tokens: tuple[int, ...]
    questions: int
    drawn: bool


def prepare(folder: Path, encoder: Encoder, passages: int, questions: int, data: Path | None = None) -> Texts:
    """Write the texts for at least ``passages`` passages, whole documents of them, and up to ``questions`` questions.

    From the set in the folder ``data`` (see ``eval.public``), or from the docstrings of Python's library.

    Raises:
        EvalError: the source holds fewer passages, or ``data`` is no set.
    """
    shutil.rmtree(folder, ignore_errors=True)
    documents = folder / "documents"
    documents.mkdir(parents=True)
    entries: dict[str, str] = {}  # what is encoded of a passage, and the passage's own words
    for name, text in _docstrings() if data is None else _documents(data, folder / "set"):
        found = _passages(documents / name, text, encoder)
        if found and not found.keys() & entries.keys():
            entries |= found
        else:
            (documents / name).unlink(missing_ok=True)
        if len(entries) >= passages:
            break
    if len(entries) < passages:
        raise EvalError(
            f"the source must hold as many passages as are asked for, and it holds {len(entries)}, not {passages}; "
            "lower --passages, or give a larger set to --data"
        )
    asked = _drawn(list(entries.values()), questions) if data is None else [one.question for one in queries(data)]
    lines = (json.dumps(text, ensure_ascii=False) + "\n" for text in entries)
    (folder / "passages.jsonl").write_text("".join(lines), "utf-8")
    (folder / "questions.json").write_text(json.dumps(asked[:questions], ensure_ascii=False), "utf-8")
    tokens = tuple(min(count, encoder.window) for count in encoder.count_tokens(list(entries)))
    return Texts(folder, tokens, len(asked[:questions]), data is None)


def _passages(path: Path, text: str, encoder: Encoder) -> dict[str, str]:
    """Write one document, and return its passages as the product makes them.

    None where it cannot be read, or repeats a passage: the product would encode that once, the peers twice.
    """
    path.write_text(text, "utf-8")
    try:
        document = load(path)
    except LoadError:
        return {}
    parts = passages_of(document, encoder)
    found = {entry(part, document.title): part.text for part in parts}
    return found if len(found) == len(parts) else {}


def _docstrings() -> Iterator[tuple[str, str]]:
    """Yield (file name, text) of each module of Python's library, in a random order that is always the same."""
    root = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in root.rglob("*.py") if not _NO_PROSE & set(path.relative_to(root).parts))
    Random(0).shuffle(paths)
    for path in paths:
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError):
            continue
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
        text = "\n\n".join(dict.fromkeys(filter(None, texts)))
        if len(text) >= SHORTEST:
            yield f"{'.'.join(path.relative_to(root).with_suffix('').parts)}.txt", text


def _documents(data: Path, scratch: Path) -> Iterator[tuple[str, str]]:
    write_documents(data, scratch)
    for path in sorted(scratch.iterdir()):
        yield path.name, path.read_text("utf-8")


def _drawn(passages: Iterable[str], count: int) -> list[str]:
    """Return questions: a run of words of each of some passages, drawn at random, always the same."""
    random = Random(0)
    long = [words for words in map(str.split, passages) if len(words) >= WORDS]
    begun = [(words, random.randrange(len(words) - WORDS + 1)) for words in random.sample(long, min(count, len(long)))]
    return [" ".join(words[at : at + WORDS]) for words, at in begun]
