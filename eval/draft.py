"""Drafts of questions from the documents of an index, for a person to accept or edit; no model.

Answerable ones are made of sentences that stand alone, turned round (``qa.phrase``) or, where too few can be, with a
gap (``eval.cloze``). Unanswerable ones are such questions with a
name, number or date exchanged for another of its kind, kept only where no stretch of any document holds the new one
together with most of the question's other words. Every draft is marked ``"reviewed": false``, and ``python -m eval``
asks none that is: a draft shares its words with the text, so that a set of drafts alone flatters every system.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.sentences import sentences
from eval.cloze import cloze
from eval.examples import EvalError, Example, Gold
from index.words import terms
from qa.phrase import PLACES, Phrased, questions

COUNT = 30
SHARE = 0.25  # of the drafts that are unanswerable
HELD = 0.6  # share of a question's other words from which, beside the new name, it may be answered after all
AROUND = 3  # sentences that are looked at together
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAMED = re.compile(r"\b[A-Z][\w-]*(?: [A-Z0-9][\w-]*)*")
_PRODUCT = re.compile(r"(?:[A-Z][a-z]+ )?[A-Z]{2,}\d+|[A-Z][a-z]+ \d{1,2}")
_DATED = re.compile(
    r"\b(?:Q\d|19\d\d|20\d\d|(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber)\b"
)
_OPENING = re.compile(r"(?:How (?:many|much)|What|Who|Whom|When|Where|Which|By|At|For|In|On|Since|Until)\b")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that a person has yet to accept; ``note`` says what it was made of and what to look at.

    ``reviewed``: a person has accepted it, by what they said of an answer (``eval.feedback``).
    """

    example: Example
    note: str
    reviewed: bool = False

    def line(self) -> str:
        """Return the draft as a line of a question file, marked as not reviewed unless it is."""
        example = self.example
        fields = {
            "id": example.id,
            "type": example.type,
            "question": example.question,
            **({"history": example.history} if example.history else {}),
            "answers": example.answers,
            "gold": [{"doc": gold.doc, "quote": gold.quote} for gold in example.gold],
            **({"tags": example.tags} if example.tags else {}),
            "reviewed": self.reviewed,
            "note": self.note,
        }
        return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A question with the sentence that answers it."""

    phrased: Phrased
    doc: str
    quote: str


def drafts(documents: Sequence[Document], count: int = COUNT) -> list[Draft]:
    """Return up to ``count`` drafts, a quarter of them unanswerable, spread over documents and kinds of question.

    Raises:
        EvalError: no sentence of the documents gives a question.
    """
    texts = {document.id: statements(document) for document in documents}
    found = [
        Source(phrased, name, quote) for name, quotes in texts.items() for quote in quotes for phrased in asked(quote)
    ]
    if not found:
        raise EvalError(
            f"a question is drafted from a sentence that stands alone and names what it is about, and the {len(texts)} "
            "documents of this index hold none that can be read so; write the questions yourself (eval/README.md)"
        )
    gaps = [source for source in found if source.phrased.asks == "gap"]
    ordered = spread([source for source in found if source.phrased.asks != "gap"]) + spread(gaps)
    wrong = _unanswerable(ordered, texts, round(count * SHARE))
    right = ordered[: count - len(wrong)]
    made = [_answerable(source, n) for n, source in enumerate(right, start=1)]
    return made + [_draft(f"draft-{n:03}", *one) for n, one in enumerate(wrong, start=len(made) + 1)]


def asked(statement: str) -> list[Phrased]:
    """Return the questions that a sentence answers; one that cannot be turned round is asked with a gap."""
    return [*questions(statement)] or [Phrased("gap", *gap) for gap in cloze(statement)]


def statements(document: Document) -> list[str]:
    """Return the sentences and list entries of a document, without headings and rows of tables."""
    units = sentences(document.text, document.headings, document.page_starts)
    return [document.text[u.start : u.end] for u in units if u.kind not in ("heading", "row")]


def spread(found: Sequence[Source]) -> list[Source]:
    """Return the sources so that documents take turns, kinds of question within each, and one of a sentence first."""
    ranks: dict[tuple[str, ...], int] = {}

    def turn(*key: str) -> int:
        ranks[key] = ranks.get(key, -1) + 1
        return ranks[key]

    keyed = [(turn("q", s.doc, s.quote), turn("k", s.doc, s.phrased.asks), n, s) for n, s in enumerate(found)]
    ordered = [s for *_, s in sorted(keyed, key=lambda one: one[:3])]
    ranks.clear()
    return sorted(ordered, key=lambda s: turn("d", s.doc))


def write(made: Sequence[Draft], path: Path) -> None:
    """Write drafts as a question file; an existing file is not replaced, since a person may have worked on it.

    Raises:
        EvalError: the file exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("".join(f"{draft.line()}\n" for draft in made))
    except FileExistsError as error:
        raise EvalError(f"{path}: is there already and may hold your edits; give another file to --out") from error
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror}); give a file in a folder that exists") from error


def _answerable(source: Source, number: int) -> Draft:
    phrased = source.phrased
    asked = set(terms(phrased.question))
    shared = len(asked & set(terms(source.quote))) / max(1, len(asked))
    note = f"asks {phrased.asks}; {shared:.0%} of its words are the evidence's: reword it as one would ask"
    gold = (Gold(source.doc, source.quote),)
    return Draft(Example(f"draft-{number:03}", "fact", phrased.question, ((phrased.answer,),), gold), note)


def _draft(name: str, question: str, note: str) -> Draft:
    return Draft(Example(name, "unanswerable", question), note)


def _unanswerable(ordered: Sequence[Source], texts: dict[str, list[str]], count: int) -> list[tuple[str, str]]:
    """Return up to ``count`` questions with something exchanged, and what: each from another sentence, asked once."""
    windows = [
        set(terms(" ".join(quotes[n : n + AROUND]))) for quotes in texts.values() for n in range(max(1, len(quotes)))
    ]
    every = {quote for quotes in texts.values() for quote in quotes}
    kinds = _names(every)
    made: dict[str, tuple[str, str]] = {}
    for source in ordered:
        if len(made) == count:
            break
        for old, new in _exchanges(source.phrased.question, kinds):
            question = source.phrased.question.replace(old, new)
            if source.quote not in made and not _held(question, new, windows):
                note = f"{old} was exchanged for {new}: make sure that no document answers it ({source.doc})"
                made[source.quote] = (question, note)
    return list(made.values())


def _exchanges(question: str, kinds: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield (old, new): a place, person or product for another of the documents, or a year for its neighbours."""
    opening = _OPENING.match(question)
    for match in _NAMED.finditer(question, opening.end() if opening else 0):
        old = match.group()
        for kind in (kind for kind, names in kinds.items() if old in names):
            at = kinds[kind].index(old)
            yield from (
                (old, new)
                for new in (*kinds[kind][at + 1 :], *kinds[kind][:at])
                if not set(new.split()) & set(old.split())
            )
    for year in _YEAR.findall(question):
        yield from ((year, str(int(year) + step)) for step in (-2, 2, -3, 3))


def _names(statements_: set[str]) -> dict[str, list[str]]:
    """Return names by kind, as far as their form tells: places, persons by what they do, products by their digits."""
    text = sorted(statements_)
    persons = {
        s.phrased.answer for s in (Source(p, "", q) for q in text for p in questions(q)) if s.phrased.asks == "who"
    }
    persons = {name for name in persons if " " in name}
    named = {m.group() for quote in text for m in _NAMED.finditer(quote)}
    products = {name for name in named if _PRODUCT.fullmatch(name) and not _DATED.search(name)}
    kinds = {"place": named & PLACES, "person": persons, "product": products}
    if len(kinds["place"]) == 1:
        kinds["place"] |= {"Brazil", "Norway"}
    return {kind: sorted(names) for kind, names in kinds.items()}


def _held(question: str, new: str, windows: Sequence[set[str]]) -> bool:
    """Whether some stretch of text holds the new name and most of the question's other words."""
    name = set(terms(new, stop=False))
    others = set(terms(question)) - name
    return any(name <= window and len(others & window) >= HELD * len(others) for window in windows)
