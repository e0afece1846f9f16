"""Answers against short references: exact match, token F1 and ROUGE-L, each with its source.

A reference is one of the alternatives of a question's only group of answers. Where a question asks for several
facts there is no one short reference, and ``metrics.right`` alone judges: these figures are None there.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

# Chinese and Japanese are written without blanks: each character is a token, as in MLQA (Lewis et al., 2020)
_CHARACTER = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation + "，。、；：？！“”‘’「」『』（）《》〈〉【】…—–·")


def tokens(text: str) -> list[str]:
    """Return the tokens of a text after SQuAD's normalisation (Rajpurkar et al., 2016).

    Lower case, then punctuation away, then English articles, then cut at whitespace; a Chinese or Japanese character
    is a token of its own.

    >>> tokens("The SU7 Max's price, in 元")
    ['su7', 'maxs', 'price', 'in', '元']
    """
    plain = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return _CHARACTER.sub(r" \g<0> ", _ARTICLE.sub(" ", plain)).split()


def exact_match(answer: str, reference: str) -> float:
    """1 if answer and reference are the same tokens, else 0 (Rajpurkar et al., 2016, section 6.1)."""
    return float(tokens(answer) == tokens(reference))


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of the precision and recall of the bags of tokens (Rajpurkar et al., 2016, section 6.1).

    Where either has no token, 1 if both have none, else 0 (Rajpurkar et al., 2018).
    """
    said, known = tokens(answer), tokens(reference)
    if not said or not known:
        return float(said == known)
    return _f1((Counter(said) & Counter(known)).total(), len(said), len(known))


def token_recall(answer: str, reference: str) -> float:
    """Share of the bag of the reference's tokens that the answer holds; 1 where the reference has no token.

    The recall of SQuAD's F1 (Rajpurkar et al., 2016): for answers in sentences, which exact match and F1 punish for
    their length. Report the length beside it.
    """
    said, known = tokens(answer), tokens(reference)
    return (Counter(said) & Counter(known)).total() / len(known) if known else 1.0


def rouge_l(answer: str, reference: str) -> float:
    """ROUGE-L's F with beta 1: of the longest common subsequence's share of both (Lin, 2004, section 3.1)."""
    said, known = tokens(answer), tokens(reference)
    return _f1(_common_subsequence(said, known), len(said), len(known))


def best(measure: Callable[[str, str], float], answer: str, groups: Sequence[Sequence[str]]) -> float | None:
    """Return the highest score of an answer over the alternatives of its only group; None unless there is just one.

    The maximum over references is SQuAD's.
    """
    return max(measure(answer, reference) for reference in groups[0]) if len(groups) == 1 else None


def _f1(shared: int, said: int, known: int) -> float:
    return 2 * shared / (said + known) if shared else 0.0


def _common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    lengths = [0] * (len(other) + 1)  # of the words of ``one`` so far against each beginning of ``other``
    for word in one:
        diagonal = 0
        for n, compared in enumerate(other, 1):
            above = lengths[n]
            lengths[n] = diagonal + 1 if word == compared else max(above, lengths[n - 1])
            diagonal = above
    return lengths[-1]
