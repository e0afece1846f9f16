"""Words as the lexical index and the checks see them: folded, stemmed, Chinese and Japanese in bigrams.

Chinese and Japanese put no blanks between words; overlapping pairs of characters are the standard unit
there (Nie, Gao, Zhang and Zhou 2000; Lucene's CJKAnalyzer). Other words are lower-cased, compatibility-
folded (NFKC), stripped of accents and reduced to Snowball stems (Porter 2001).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# a number with its separators ("215,900", "14.1"), a run of Chinese or Japanese, or a word with inner ' or &
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[{_CJK}]+|[^\W\d_{_CJK}][^\W_{_CJK}]*(?:['’&][^\W_{_CJK}]+)*|[^\W_{_CJK}]+")
_RAISED = re.compile("(?<=[0-9])[⁰¹²³⁴-⁹₀-₉]+")
_HAS_CJK = re.compile(rf"[{_CJK}]")

# Function words of English questions and statements (after the SMART and Snowball lists, shortened).
STOP = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down during
    each else ever few for from further get gets give given gives got had hadn't has hasn't have haven't having he
    her here hers him his how however i if in into is isn't it it's its itself just let like made make makes many
    may me might more most much must my no nor not of off on once only or other our ours out over own please same
    say says shall she should so some such tell than that that's the their theirs them then there there's these
    they this those through to too under until up upon us use used very via was wasn't way we were weren't what
    what's when where which while who who's whom whose why will with within without won't would wouldn't you your
    yours
    """.split()
)


def has_cjk(text: str) -> bool:
    """Return whether the text holds Chinese or Japanese characters."""
    return _HAS_CJK.search(text) is not None


def words(text: str) -> list[str]:
    """Return folded surface words in order, numbers without group separators, CJK runs whole.

    >>> words("Xiaomi's SU7 costs 215,900 yuan.")
    ['xiaomi', 'su7', 'costs', '215900', 'yuan']
    """
    plain = text.lower() if text.isascii() else _folded(text)
    found = []
    for word in _TOKEN.findall(plain):
        if word[0].isdigit() and not word.isdigit() and not any(c.isalpha() for c in word):
            word = re.sub(r",(?=\d{3}(?:\D|$))", "", word)
        found.append(word.removesuffix("'s"))
    return found


def _folded(text: str) -> str:
    """Return text in lower case, without accents, compatibility forms as their plain characters.

    >>> _folded("Größe: 300¹ km²")
    'große: 300 1 km2'
    """
    text = _RAISED.sub(lambda run: " " + run[0], text)  # a note's mark or a power is no part of the number before it
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).replace("’", "'")).lower()
    return unicodedata.normalize("NFC", "".join(c for c in folded if not ("\u0300" <= c <= "\u036f")))


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem_word: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem_word


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Snowball stem of one folded word; numbers and short words stay as they are.

    People and languages fall together with their country where only an "n" parts them.

    >>> stem("companies"), stem("indian"), stem("india")
    ('compani', 'india', 'india')
    """
    if len(word) < 4 or word[0].isdigit():
        return word
    found = _stemmer()(word)
    return found[:-1] if len(found) > 5 and found.endswith("ian") else found


def terms(text: str, *, stop: bool = True) -> list[str]:
    """Return index terms in order: stems, and character bigrams for Chinese and Japanese; stop words left out.

    >>> terms("The companies' prices are 4.5% lower")
    ['compani', 'price', '4.5', 'lower']
    """
    found: list[str] = []
    for word in words(text):
        if has_cjk(word):
            found.extend([word] if len(word) == 1 else [word[i : i + 2] for i in range(len(word) - 1)])
        elif not (stop and word in STOP):
            found.append(stem(word))
    return found
