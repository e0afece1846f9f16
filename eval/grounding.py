"""Is a sentence carried by the words it cites? A check that shares no code, list or model with the product's verifier.

A sentence is supported when its quotes hold each of its numbers and names, deny where it denies, and hold enough of
its content words and of its runs of four characters. Words count as the same when their first six characters are
(fixed-prefix stemming, Can et al., 2008); character n-grams see what prefixes miss (chrF: Popović, 2015). Overlap of
words checks groundedness about as well as prompting a large model (RAGTruth: Niu et al., 2024). It cannot see a
sentence that turns the same words round.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from eval.metrics import Span, intact

# Mean of both overlaps from which on a sentence is supported; set on SciFact's rationales, where the whole check has a
# balanced accuracy of .61; .64 on WiCE's claims. Strict: the rate it gives is an upper bound.
ENOUGH = 0.5
_PREFIX = 6
_GRAM = 4
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]|[^\W\d_{_UNSPACED}](?:[^\W_{_UNSPACED}]|['’](?=\w))*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n{2,}")
_DENIAL = re.compile(
    r"\b(?:no|not|none|never|neither|nor|nobody|nothing|without|cannot|can't|\w+n['’]t|"
    r"fails? to|failed to|refused to)\b|[不没未无非]",
    re.IGNORECASE,
)
_COMMON = frozenset(
    """
    a an the this that these those it its he she they them his her their we our you your i me my us who whom which what
    of in on at by for from to into with as and or but so than then also is are was were be been being am has have had
    do does did will would can could may might shall should must there here such very more most some any all each both
    about 的 了 是 在 和 与 也 有 就 都 而 及 着 或 一 个
    """.split()
)
_SPELLED = {
    word: str(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}


def unsupported(sentence: str, citations: Sequence[Span], texts: Mapping[str, str]) -> bool:
    """Whether the words that a sentence cites do not carry it; ``texts`` maps document ids to texts.

    A citation whose quote is not what stands at its offsets carries nothing.
    """
    return not supported(sentence, [c.quote for c in citations if intact(c, texts.get(c.doc, ""))])


def supported(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether quotes, taken together, carry a sentence.

    >>> supported("It sold 40,000 cars in May.", ["Xiaomi sold 40,000 cars in May."])
    True
    >>> supported("It sold 50,000 cars in May.", ["Xiaomi sold 40,000 cars in May."])
    False
    """
    evidence = "\n\n".join(quotes)
    if not evidence.strip() or not _words(sentence):
        return False
    return not lacking(sentence, evidence) and overlap(sentence, evidence) >= ENOUGH


def lacking(sentence: str, evidence: str) -> list[str]:
    """Return the numbers and names of a sentence that the evidence lacks, and "not" where one of both denies.

    Numbers are digits, and words up to twenty in the evidence; names are capitalised within the sentence or hold a
    digit. Whether the evidence denies is asked of its one sentence that shares most.
    """
    held = set(_words(evidence))
    held = _stems(evidence) | {_SPELLED[word] for word in held if word in _SPELLED}
    missing = [word for word in dict.fromkeys((*_numbers(sentence), *_names(sentence))) if _stem(word) not in held]
    said = [part for part in _SENTENCE.split(evidence) if part.strip()]
    for one in filter(str.strip, _SENTENCE.split(sentence)):
        closest = max(said, key=lambda part: (_recall(one, part), -len(part)))
        if bool(_DENIAL.search(one)) != bool(_DENIAL.search(closest)):
            return [*missing, "not"]
    return missing


def overlap(sentence: str, evidence: str) -> float:
    """Return the mean of the shares of a sentence's content words and of its 4-grams that evidence holds, in [0, 1]."""
    grams = _grams(sentence)
    shared = len(grams & _grams(evidence)) / len(grams) if grams else _recall(sentence, evidence)
    return (_recall(sentence, evidence) + shared) / 2


def _fold(text: str) -> str:
    """Return text in lower case, compatibility forms as plain characters, numbers without group separators."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)


def _words(text: str) -> list[str]:
    return [word.removesuffix("'s") for word in _WORD.findall(_fold(text))]


def _stem(word: str) -> str:
    return word if word[0].isdigit() else word[:_PREFIX]


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _words(text)}


def _recall(sentence: str, evidence: str) -> float:
    content = {_stem(word) for word in _words(sentence) if word not in _COMMON} or _stems(sentence)
    return len(content & _stems(evidence)) / len(content) if content else 0.0


def _grams(text: str) -> set[str]:
    line = " ".join(_words(text))
    return {line[n : n + _GRAM] for n in range(len(line) - _GRAM + 1)}


def _numbers(sentence: str) -> list[str]:
    return [word for word in _words(sentence) if word[0].isdigit()]


def _names(sentence: str) -> list[str]:
    """Return the folded words that are capitalised within the sentence, or hold a digit after a letter."""
    found = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", sentence)):
        word, before = match.group(), sentence[: match.start()].rstrip(" \"'“‘(")
        inside = bool(before) and before[-1] not in ".!?:;。！？：；•-–—\n"
        if (word[0].isupper() and inside) or (word[0].isalpha() and any(c.isdigit() or c.isupper() for c in word[1:])):
            found += [name for name in _words(word) if name not in _COMMON]
    return found
