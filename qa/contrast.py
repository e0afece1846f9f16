"""Whether two sentences are built alike to set different things side by side: rows, cases, product sheets.

"For private customers it lasts 24 months." and "For trade customers it lasts 18 months." differ in a second word
besides the value: they tell two cases, where a contradiction would tell one. So do two rows of a table with different
first cells, the sheets of two products, and sentences that qualify what is asked about differently.
"""

import re
from difflib import SequenceMatcher

from index.words import STOP, has_cjk, stem, terms, words
from qa.rows import cells
from qa.scope import Told
from qa.synonyms import same
from qa.units import UNITS, WORD_NUMBERS

_ALIKE = (
    0.5  # ratio of matching words from which sentences of one section count as built alike (Ratcliff and Obershelp)
)
_VALUE = "#"
_HAVING = frozenset(stem(w) for w in "counts contains comprises totals amounts reaches holds stands lies".split())
_WHOLE = frozenset(stem(w) for w in "total whole entire overall full new present current comprehensive".split())
_MEASURES = frozenset(
    stem(w)
    for w in """number total price cost share value size rate length height population average amount level range
    capacity speed weight part most all some half percent date year name title author founder capital""".split()
)
_LOWER = re.compile(r"[A-Za-z][\w'’-]*|[^\w\s]")


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
    plain = (w for w in tokens if w not in STOP and stem(w) not in _HAVING and not w[0].isdigit())
    return [same(stem(w)) if w != _VALUE else w for w in plain]


def _other_row(one: str, other: str) -> bool:
    """Return whether two sentences are rows of tables alike, with different first cells."""
    mine, theirs = next(iter(cells(one).items()), None), next(iter(cells(other).items()), None)
    return bool(mine and theirs and mine[0] == theirs[0] and mine[1].lower() != theirs[1].lower())


def _rival_titles(one: str, other: str) -> bool:
    """Return whether two titles that share words have a number each of its own, as models have; years do not count.

    >>> _rival_titles("TW-200, meter", "TW-300, meter"), _rival_titles("Report 2023", "Report 2024")
    (True, False)
    """
    mine, theirs = ({w for w in words(t) if not re.fullmatch(r"(?:19|20)\d\d", w)} for t in (one, other))
    return bool(mine & theirs) and all(
        any(re.search(r"\d", w) for w in only) for only in (mine - theirs, theirs - mine)
    )


def same_subject(one: str, other: str, question: str) -> bool:
    """Return whether what the question asks about is qualified alike in two sentences.

    Words that stand directly before a word of the question ("adult ticket", "urban population") and the word of which
    it is a part ("the summary of the report") may not differ; in Chinese, the characters before the longest run that
    a sentence shares with the question.
    """
    if has_cjk(question):
        mine, theirs = _chinese_modifier(one, question), _chinese_modifier(other, question)
        return not (mine and theirs and mine != theirs)
    asked = set(terms(question, stop=False))
    mine_by, theirs_by = _modifiers(one, asked), _modifiers(other, asked)
    for head in mine_by.keys() & theirs_by.keys():
        first, second = mine_by[head], theirs_by[head]
        if first != second and (first or second) and not {first, second} & _WHOLE:
            return False
    return _wholes(one, asked) == _wholes(other, asked)


def _modifiers(text: str, asked: set[str]) -> dict[str, str]:
    """Return for each noun of the question in a text the plain word directly before it, "" where there is none."""
    found: dict[str, str] = {}
    before = ""
    for token in _LOWER.findall(text):
        own = stem(token.lower())
        if (
            own in asked
            and token.lower() not in STOP
            and own not in found
            and not token.endswith("ed")
            and token.islower()
        ):
            plain = before.islower() and before not in STOP and before.isalpha() and stem(before) not in asked
            plain = plain and before not in WORD_NUMBERS
            found[own] = stem(before) if plain and not before.endswith(("s", "ed", "ly", "ing")) else ""
        before = token
    return found


def _wholes(text: str, asked: set[str]) -> frozenset[str]:
    """Return the words of which something asked about is only the owner: "summary" in "the summary of the report"."""
    found = set()
    for match in re.finditer(r"\b([a-z]+) of (?:the |its |a )?([A-Za-z][\w-]*)", text):
        part, whole = stem(match.group(1)), stem(match.group(2).lower())
        if whole in asked and part not in asked and part not in _MEASURES and match.group(1) not in {*STOP, *UNITS}:
            found.add(part)
    return frozenset(found)


def _chinese_modifier(text: str, question: str) -> str:
    """Return the up to two characters before the longest run that a text shares with the question."""
    runs = (question[a:b] for a in range(len(question)) for b in range(len(question), a + 1, -1))
    best = max((r for r in runs if r in text), key=len, default="")
    at = text.find(best)
    match = re.search(r"[\u3400-\u9fff]{1,2}$", text[:at]) if best else None
    return match.group() if match else ""
