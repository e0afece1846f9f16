"""A question's words as the documents write them: names with their capitals, slips of the keyboard put right.

Only what was found tells how a word is written, so that nothing is put in its place that the documents do not hold.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from index.retrieve import Index
from index.words import terms

_LETTERS = re.compile(r"[^\W\d_]\w*")
_INSIDE = re.compile(r"(?<=[\w,;] )[^\W\d_]\w*")
_OBJECT = re.compile(r"\b((?:on|in|at|for|from|with|by|of|to) )([^\W\d_]{3,})(?=[?.!]*$)")  # of the last preposition
# The object of a preposition that narrows what is asked: "for adults", "during pregnancy", "with paracetamol"
_NARROWS = re.compile(
    r"\b((?:for|with|without|during) )"
    r"(?!(?:free|example|instance|sure|now|short|long|good|ever|real|nothing|anything|everyone|others)\b)"
    r"([^\W\d_]{4,})"
    r"(?=(?: (?:costs?|open|close|last|start|begin|end|work|included|allowed|available|possible))?[?.!]*$)"
)
_NEARLY_ALWAYS = 0.8  # share of a word's places at which it has a capital
_SHORT = 5  # letters below which a word is not put right
_WHOLE = 3  # tokens of a word of the vocabulary, with the two marks


def as_written(question: str, texts: Sequence[str], index: Index) -> str:
    """Return a question with its words as the texts found for it write them.

    A word is taken for a slip that stands in no document and that the encoder's vocabulary, some 30,000 words, lacks.
    """

    def known(word: str) -> bool:
        return _held(index, word) or index.encoder.count_tokens([word])[0] <= _WHOLE

    written = truecased(corrected(question, texts, known), texts)
    typed_small = question.islower() or written.islower()
    return (_OBJECT if typed_small else _NARROWS).sub(partial(_as_name, index), written)


def _as_name(index: Index, match: re.Match[str]) -> str:
    """Return a preposition with its object, written as a name where no document holds it ("on tiktok")."""
    return match.group() if _held(index, match[2]) else f"{match[1]}{match[2].capitalize()}"


def _held(index: Index, word: str) -> bool:
    return any(index.document_frequency(term) for term in terms(word, stop=False))


def corrected(question: str, texts: Sequence[str], known: Callable[[str], bool]) -> str:
    """Return a question in which words that are not known are replaced by ones of the texts that differ by a slip.

    >>> corrected("Who founded Xioami?", ["Lei Jun founded Xiaomi."], lambda word: word != "Xioami")
    'Who founded Xiaomi?'
    """
    slips = {word for word in _LETTERS.findall(question) if len(word) >= _SHORT and not known(word)}
    if not slips:
        return question
    written = Counter(word for text in texts for word in _LETTERS.findall(text) if len(word) >= _SHORT)

    def right(match: re.Match[str]) -> str:
        word = match.group()
        if word not in slips:
            return word
        near = [other for other in written if _slipped(word.lower(), other.lower())]
        return max(near, key=lambda other: written[other], default=word)

    return _LETTERS.sub(right, question)


def _slipped(word: str, other: str) -> bool:
    """Return whether two words differ by one letter, or by two neighbours that changed places (Damerau 1964)."""
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    one, two = word[at:], other[at:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[1::-1] == two[:2] and one[2:] == two[2:])


def truecased(question: str, texts: Sequence[str]) -> str:
    """Return a question typed in one case throughout with its names written as in the texts, where they are names.

    A word is a name where the texts write it with a capital inside their sentences, nearly always (Lita et al. 2003).

    >>> truecased("when did lei jun found it?", ["In 2010 the engineer Lei Jun founded it."])
    'when did Lei Jun found it?'
    """
    if not (question.islower() or question.isupper()):
        return question
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for match in _INSIDE.finditer(text):
            written.setdefault(match.group().lower(), Counter())[match.group()] += 1

    def named(match: re.Match[str]) -> str:
        found = written.get(match.group().lower(), Counter())
        capitals = sum(count for form, count in found.items() if form[0].isupper())
        best = max((form for form in found if form[0].isupper()), key=lambda form: found[form], default="")
        return best if best and capitals >= _NEARLY_ALWAYS * sum(found.values()) else match.group().lower()

    return _LETTERS.sub(named, question)
