"""Practice: invented collections of documents with questions, to fit models and constants on, never to judge by.

A file of ``datasets/practice`` holds one collection: documents, each after a line ``=== doc NAME``, then a line
``=== questions``, then questions, each a line ``Q: …`` with a line ``G: DOCUMENT | QUOTE`` for every place that answers
it. A question without such a line is one that the collection does not answer.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from eval.question import EvalError, Example, Gold

_DOCUMENT, _QUESTIONS = "=== doc ", "=== questions"


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by file name, and what is asked of them."""

    name: str
    documents: dict[str, str]
    questions: tuple[Example, ...]

    def write(self, folder: Path) -> Path:
        """Write the documents below a folder and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.documents.items():
            (folder / name).write_text(text, "utf-8")
        return folder


def collections(folder: Path | None = None) -> list[Collection]:
    """Return the collections of a folder (default: the repository's own), in order of their names.

    Raises:
        EvalError: there are none, as in an installed package, or one breaks a rule.
    """
    place = folder or Path(str(files("eval"))) / "datasets" / "practice"
    if not (found := sorted(place.glob("*.txt"))):
        raise EvalError(f"{place}: holds no collections; they are in the repository only, work in a clone of it")
    return [read(path) for path in found]


def read(path: Path) -> Collection:
    """Return the collection of one file.

    Raises:
        EvalError: a line belongs to nothing, a quote is not in its document, or there is nothing to ask.
    """
    documents: dict[str, list[str]] = {}
    asked: list[tuple[str, list[Gold]]] = []
    name = ""
    for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
        place = f"{path}, line {number}"
        if line.startswith(_DOCUMENT) and not asked:
            name = line.removeprefix(_DOCUMENT).strip()
            documents[name] = []
        elif line.strip() == _QUESTIONS:
            name = ""
        elif name:
            documents[name].append(line)
        elif line.startswith("Q: "):
            asked.append((line[3:].strip(), []))
        elif line.startswith("G: ") and asked:
            asked[-1][1].append(_gold(place, line[3:], documents))
        elif line.strip():
            raise EvalError(f"{place}: {line[:40]!r} is neither document nor question; begin it with 'Q: ' or 'G: '")
    if not documents or not asked:
        raise EvalError(f"{path}: holds no {'questions' if documents else 'documents'}; write both")
    examples = [_example(f"{path.stem}-{n}", question, golds) for n, (question, golds) in enumerate(asked, start=1)]
    return Collection(path.stem, {k: "\n".join(v).strip() + "\n" for k, v in documents.items()}, tuple(examples))


def _gold(place: str, text: str, documents: dict[str, list[str]]) -> Gold:
    doc, _, quote = (part.strip() for part in text.partition("|"))
    if doc not in documents:
        raise EvalError(f"{place}: there is no document {doc!r}; name one of {', '.join(documents)}")
    if not quote or not any(quote in line for line in documents[doc]):
        raise EvalError(f"{place}: {quote!r} does not stand in {doc}; copy it from one of its lines")
    return Gold(doc, quote)


def _example(number: str, question: str, golds: list[Gold]) -> Example:
    return Example(number, "fact" if golds else "unanswerable", question, gold=tuple(golds))
