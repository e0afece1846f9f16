"""What a sentence says with what stands around it: names, numbers and words of the question."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from index.words import terms, words
from qa.answer import Citation
from qa.bands import within
from qa.conversation import Asked
from qa.evidence import Evidence
from qa.question import names
from qa.rows import cells, record

_JOINED = re.compile(r"([A-Z])&([A-Z])")
_ALIKE = 0.8  # two words count as one name from this share of matching letters on


def missing_names(question: str, evidence: Sequence[Evidence], common: frozenset[str] = frozenset()) -> list[str]:
    """Return the question's names and numbers that stand nowhere around the sentences of ``evidence``, as written.

    Those that are ``common`` in all the documents need not be said again, nor numbers that a row's band holds.
    """
    texts = [around(e.citation) for e in evidence]
    seen = {t for text in texts for t in terms(text, stop=False)}
    gone = {
        term: word
        for term, word in names(question).items()
        if term not in common and not known(term, seen) and not any(_spelled_out(word, text) for text in texts)
    }
    if any(map(str.isdigit, gone)) and any(within(question, cells(e.citation.line)) for e in evidence):
        gone = {term: word for term, word in gone.items() if not term.isdigit()}
    return list(dict.fromkeys(gone.values()))


def around(citation: Citation) -> str:
    """Return a sentence with its file's name, title, headings and what it may continue.

    That is the sentence before it, or the record that it is a line of.
    """
    passage = citation.passage
    if lines := record(citation):
        return " ".join((passage.doc_id, citation.title, *passage.heading, *lines))
    earlier = [start for start, _ in passage.sentences if start < citation.start]
    begin = earlier[-1] if earlier else citation.start
    return " ".join((passage.doc_id, citation.title, *passage.heading, passage.slice(begin, citation.end)))


def _spelled_out(word: str, text: str) -> bool:
    """Return whether a text holds an acronym's words in full: "EV" in "electric vehicles", "R&D"."""
    if joined := _JOINED.fullmatch(word):
        return re.search(rf"\b{joined[1]}\w+ (?:and|&) {joined[2]}\w", text, re.IGNORECASE) is not None
    letters = word.rstrip("s").lower()
    if not (2 <= len(letters) <= 6 and word.rstrip("s").isupper() and letters.isalpha()):
        return False
    initials = "".join(w[0] for w in words(text))
    return letters in initials


def known(term: str, seen: set[str]) -> bool:
    """Return whether a term occurs, allowing a slip in spelling or an ending in words of five letters or more."""
    if term in seen or f"{term}s" in seen:
        return True
    if len(term) < 5 or any(c.isdigit() for c in term):
        return False
    return any(other[0] == term[0] and _alike(term, other) for other in seen if len(other) > 3)


def _alike(one: str, other: str) -> bool:
    """Return whether two words share a stem ("china", "chines") or differ by a slip ("xioami", "xiaomi")."""
    stem = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if stem >= 4 and stem >= _ALIKE * min(len(one), len(other)):
        return True
    return abs(len(one) - len(other)) <= 1 and SequenceMatcher(None, one, other).ratio() >= _ALIKE


def shares(asked: Asked, text: str) -> bool:
    """Return whether a text holds a content word of the question, or the question has none."""
    wanted, seen = terms(asked.full), set(terms(text))
    return not wanted or any(known(t, seen) for t in wanted)
