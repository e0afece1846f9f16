"""Is a question set fit to measure with? Each rule names the questions that break it; a person decides.

- **quote**: every gold quote stands in its document, whitespace and typographic quotation marks aside.
- **answer**: each group of a fact or list question is met inside its gold quotes, so that whoever quotes them is right.
- **twice**: no two questions are the same, nor nearly: their stems have a Jaccard index of ``NEAR`` or more, and they
  want the same answers. A question about another year or product may be as near as it likes: its answer differs.
- **leak**: no alternative of an answer stands in the question as whole words, and no ``RUN`` words in a row of the
  question stand in a gold quote. Numbers and the names of things are what one copies without meaning to.

Also measured, by type: how many of a question's words its evidence has, which is how easy word matching has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from corpus.load import load
from eval.examples import Example
from eval.metrics import locate, percentile, right, squash
from index.retrieve import Index
from index.words import STOP, stem, words

NEAR = 0.8  # of Jaccard's index (1912): shared stems over all stems of both
RUN = 7  # words in a row


@dataclass(frozen=True, slots=True)
class Finding:
    """A question that breaks a rule; ``told`` says what was seen and what to do."""

    id: str
    rule: str
    told: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares in [0, 1] of questions' words that stand in their evidence: mean and quartiles over ``n`` questions."""

    n: int
    mean: float
    lower: float
    median: float
    upper: float


def validate(examples: Sequence[Example], texts: Mapping[str, str]) -> list[Finding]:
    """Return what breaks a rule, in the order of the questions; ``texts`` maps document ids to their texts."""
    place = {example.id: n for n, example in enumerate(examples)}
    found = [*_twice(examples)]
    for example in examples:
        found += [*_quotes(example, texts), *_answers(example), *_leaks(example)]
    return sorted(found, key=lambda finding: place[finding.id])


def overlap(example: Example) -> float | None:
    """Return the share of the question's stems that its evidence has; None without evidence or without stems.

    |Q ∩ E| / |Q|, the lexical overlap of question and context of Shinoda, Sugawara and Aizawa (2021), with the gold
    quotes as the context, on stems without function words; a follow-up is taken in its stand-alone form.
    """
    asked = _stems(example.standalone or example.question)
    evidence = _stems(" ".join(gold.quote for gold in example.gold))
    return len(asked & evidence) / len(asked) if asked and example.gold else None


def overlaps(examples: Sequence[Example]) -> dict[str, Overlap]:
    """Return the overlap of question and evidence by type, in order of appearance, and over all under "all"."""
    shares: dict[str, list[float]] = {}
    for example in examples:
        share = overlap(example)
        if share is not None:
            shares.setdefault(example.type, []).append(share)
    groups = {**shares, "all": [share for group in shares.values() for share in group]}
    return {
        kind: Overlap(len(group), fmean(group), *(percentile(group, q) for q in (25, 50, 75)))
        for kind, group in groups.items()
        if group
    }


def folder_texts(folder: Path, examples: Sequence[Example]) -> dict[str, str]:
    """Return the texts of the documents that the gold entries name, read from the folder; those absent are left out.

    Raises:
        LoadError: a document cannot be read.
    """
    return {doc: load(folder / doc, doc).text for doc in _named(examples) if (folder / doc).is_file()}


def index_texts(directory: Path, examples: Sequence[Example]) -> dict[str, str]:
    """Return the same from an index.

    Raises:
        StoreError: there is no index at ``directory``.
    """
    index = Index(directory)
    try:
        held = {info.id for info in index.documents()}
        return {doc: index.document(doc).text for doc in _named(examples) if doc in held}
    finally:
        index.store.close()


def report(examples: Sequence[Example], found: Sequence[Finding]) -> str:
    """Return the check as lines of text: the findings, then the overlaps, then one line of summary."""
    lines = [f"{finding.id}  {finding.rule}: {finding.told}" for finding in found]
    lines += ["", "share of a question's words that stand in its evidence"]
    lines += [f"{'type':<14}{'n':>5}{'mean':>7}{'25 %':>7}{'50 %':>7}{'75 %':>7}"]
    for kind, one in overlaps(examples).items():
        lines.append(f"{kind:<14}{one.n:>5}{one.mean:>7.2f}{one.lower:>7.2f}{one.median:>7.2f}{one.upper:>7.2f}")
    broken = len({finding.id for finding in found})
    told = f"{broken} of them break a rule" if broken else "none breaks a rule"
    return "\n".join([*lines, "", f"{len(examples)} questions, {told}"]).strip("\n") + "\n"


def _named(examples: Sequence[Example]) -> list[str]:
    return sorted({gold.doc for example in examples for gold in example.gold})


def _quotes(example: Example, texts: Mapping[str, str]) -> Iterator[Finding]:
    for gold in example.gold:
        if gold.doc not in texts:
            yield Finding(example.id, "quote", f"there is no document {gold.doc!r}; an id is a path below its folder")
        elif not locate(gold.quote, texts[gold.doc]):
            yield Finding(
                example.id, "quote", f"{gold.quote!r} is not in {gold.doc!r}; copy the words from the document"
            )


def _answers(example: Example) -> Iterator[Finding]:
    """Yield the groups of a fact or list question that quoting all its evidence would not meet."""
    if example.type not in ("fact", "list"):
        return
    evidence = " ".join(gold.quote for gold in example.gold)
    for group in example.answers:
        if not right(evidence, [group]):
            remedy = "add an alternative in the document's words, or the quote that holds it"
            yield Finding(example.id, "answer", f"none of {' | '.join(group)} is in its gold quotes; {remedy}")


def _twice(examples: Sequence[Example]) -> Iterator[Finding]:
    stems = [_stems(example.standalone or example.question) for example in examples]
    for n, example in enumerate(examples):
        for m, other in enumerate(examples[:n]):
            if example.answers != other.answers:
                continue
            both = len(stems[n] | stems[m])
            if both and len(stems[n] & stems[m]) / both >= NEAR:
                yield Finding(example.id, "twice", f"asks what {other.id} asks ({other.question!r}); keep one of them")


def _leaks(example: Example) -> Iterator[Finding]:
    asked = [form for form in (example.question, example.standalone, *example.paraphrases) if form]
    quotes = [_runs(gold.quote) for gold in example.gold]
    for form in dict.fromkeys(asked):
        folded = squash(form).lower()
        for option in (option for group in example.answers for option in group):
            if re.search(rf"(?<!\w){re.escape(squash(option).lower())}(?!\w)", folded):
                remedy = "word the question without it, or ask for more than it"
                yield Finding(example.id, "leak", f"the answer {option!r} stands in {form!r}; {remedy}")
        copied = next((run for run in _runs(form) if any(run in quote for quote in quotes)), None)
        if copied:
            told = f"{' '.join(copied)!r} is copied from a gold quote; ask in words of your own"
            yield Finding(example.id, "leak", told)


def _runs(text: str) -> list[tuple[str, ...]]:
    """Return every ``RUN`` words in a row."""
    row = words(text)
    return [tuple(row[n : n + RUN]) for n in range(len(row) - RUN + 1)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in STOP)
