"""Whether two sentences are built alike to set different things side by side: rows, cases, product sheets.

"For private customers it lasts 24 months." and "For trade customers it lasts 18 months." differ in a second word besides
the value: they tell two cases, where a contradiction would tell one. So do two rows of a table with different first
cells, and the sheets of two products.
"""

import re
from difflib import SequenceMatcher

from index.words import STOP, has_cjk, stem, words
from qa.scope import Told
from qa.synonyms import same

_ALIKE = (
    0.5  # ratio of matching words from which sentences of one section count as built alike (Ratcliff and Obershelp)
)
_CELL = re.compile(r"^([^:;]{1,60}): ([^;]+);")
_VALUE = "#"


def contrasted(one: Told, other: Told, heads: tuple[str, str], values: tuple[str, str]) -> bool:
    """Return whether two sentences that differ in ``values`` set two cases, rows or titles side by side.

    ``heads`` are the words of each as far as they bear on its value.
    One plain word in the place of another parts them; within one section, any word that only one of them has.
    """
    if _other_row(one.text, other.text) or _rival_titles(one.title, other.title):
        return True
    if has_cjk(one.text):
        return False  # its words are not told apart
    mine, theirs = _frame(heads[0], values[0]), _frame(heads[1], values[1])
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    together = (one.doc_id, one.heading) == (other.doc_id, other.heading) and matcher.ratio() >= _ALIKE
    for tag, a, b, c, d in matcher.get_opcodes():
        first, second = [w for w in mine[a:b] if w not in theirs], [w for w in theirs[c:d] if w not in mine]
        verb = mine[b : b + 1] == theirs[d : d + 1] == [_VALUE]  # "costs 5" and "is available for 5"
        one_for_one = tag == "replace" and len(first) == len(second) == 1 and not verb
        if one_for_one or (together and tag != "equal" and (first or second)):
            return True
    return False


def _frame(text: str, value: str) -> list[str]:
    """Return the words of a sentence in order, synonyms made one, the value a mark, other numbers left out."""
    before, found, after = text.partition(value)
    tokens = [*words(before), *([_VALUE] if found else []), *words(after)]
    return [same(stem(w)) if w != _VALUE else w for w in tokens if w not in STOP and not w[0].isdigit()]


def _other_row(one: str, other: str) -> bool:
    """Return whether two sentences are rows of tables alike, with different first cells."""
    mine, theirs = _CELL.match(one), _CELL.match(other)
    return bool(mine and theirs and mine[1] == theirs[1] and mine[2].lower() != theirs[2].lower())


def _rival_titles(one: str, other: str) -> bool:
    """Return whether two titles that share words have a number each of its own, as models have; years do not count.

    >>> _rival_titles("TW-200, meter", "TW-300, meter"), _rival_titles("Report 2023", "Report 2024")
    (True, False)
    """
    mine, theirs = ({w for w in words(t) if not re.fullmatch(r"(?:19|20)\d\d", w)} for t in (one, other))
    return bool(mine & theirs) and all(any(w[0].isdigit() for w in only) for only in (mine - theirs, theirs - mine))
