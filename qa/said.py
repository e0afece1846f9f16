"""What a sentence says with what stands around it: names, words of the question, their synonyms and opposites."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from index.words import terms, words
from qa.answer import Citation
from qa.conversation import Asked
from qa.evidence import Evidence
from qa.polarity import poles
from qa.question import names
from qa.rows import record
from qa.synonyms import content, same

_ALIKE = 0.8  # two words count as one name from this share of matching letters on
_KIND = "cost costs price worth number amount year date time day now currently today latest present"
KIND_WORDS = frozenset(terms(_KIND))  # the kind of an answer is checked by itself


def missing_names(question: str, evidence: Sequence[Evidence], common: frozenset[str] = frozenset()) -> list[str]:
    """Return the question's names and numbers that stand nowhere around the sentences of ``evidence``, as written.

    Those that are ``common`` in all the documents need not be said again.
    """
    texts = [around(e.citation) for e in evidence]
    seen = {t for text in texts for t in terms(text, stop=False)}
    return list(
        dict.fromkeys(
            word
            for term, word in names(question).items()
            if term not in common and not known(term, seen) and not any(_spelled_out(word, text) for text in texts)
        )
    )


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
    """Return whether a text holds an acronym's words in full: "EV" in "electric vehicles"."""
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


def speaks_of(asked: Asked, citation: Citation) -> bool:
    """Return whether a sentence, with its surroundings, holds a word of the question beside its names, if any."""
    needless = content(" ".join(names(asked.full))) | content(_KIND)
    wanted, seen = content(asked.full) - needless, content(around(citation))
    return not wanted or any(known(t, set(seen)) for t in wanted)


def tells_record(asked: Asked, citation: Citation) -> bool:
    """Return whether the record of a line holds a word of the question beside its names; true of any other sentence.

    All lines of a record speak of whom it names, so that a name alone tells nothing of what is asked.
    """
    named = content(" ".join(names(asked.question)))
    wanted = frozenset(same(t) for t in terms(asked.question) if t not in KIND_WORDS and not t.isdigit()) - named
    return not record(citation) or not wanted or any_known(wanted, around(citation))


def any_known(wanted: frozenset[str], text: str) -> bool:
    """Return whether a text holds one of some terms, a synonym, or a word that begins with it."""
    seen = set(content(text))
    return any(known(t, seen) or any(s.startswith(t) for s in seen if len(t) > 3) for t in wanted)


def stands(told: str, text: str) -> bool:
    """Return whether a text holds words, their synonyms or opposites; such as "made", which say little, as they are."""
    if poles(told).keys() & poles(text).keys():  # "forbidden" tells whether it is allowed
        return True
    wanted, seen = content(told), set(content(text))
    if not wanted:
        wanted, seen = frozenset(terms(told, stop=False)), set(terms(text, stop=False))
    return all(known(t, seen) for t in wanted)
