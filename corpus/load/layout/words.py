"""Words parted at the end of a line, put together by what the rest of the document says."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpus.load.layout.lines import SOFT, Traced
from corpus.load.layout.paragraphs import Block

_PARTED = re.compile(rf"([^\W\d_]+)([-\u2010]){SOFT}([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+[-\u2010][^\W\d_]+")

# First halves of words that are written together although both halves are words: "some-thing", "there-fore".
_CLOSED = frozenset(
    "some any every no there here where when how what who with under over out in on up for be to them him her it our"
    " your my one none never else al can not for after before through down back under".split()
)


def unhyphenated(pages: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """Return the blocks with parted words as one, or with their hyphen where it belongs to the word.

    It belongs to it where the document writes the word so elsewhere, and not without; or where both halves are words
    of the document and the whole is not.
    """
    words: Counter[str] = Counter()
    compounds: set[str] = set()
    for block in (one for page in pages for one in page):
        text = _PARTED.sub(" ", block.text.text).lower()
        words.update(_WORD.findall(text))
        compounds.update(_COMPOUND.findall(text))
    return [[_mended(block, words, compounds) for block in page] for page in pages]


def _mended(block: Block, words: Counter[str], compounds: set[str]) -> Block:
    if SOFT not in block.text.text:
        return block

    def put_together(match: re.Match[str]) -> str:
        left, hyphen, right = match.groups()
        a, b = left.lower(), right.lower()
        if a + b in words:
            return left + right
        known = words[a] > 1 or (left[0].isupper() and a in words)
        both = known and words[b] > 1 and len(a) > 1 and a not in _CLOSED
        return f"{left}{hyphen}{right}" if f"{a}{hyphen}{b}" in compounds or both else left + right

    text = _PARTED.sub(put_together, block.text.text)
    text = _PARTED.sub(put_together, text).replace(SOFT, "")  # a word may be parted twice
    return replace(block, text=Traced(text))
