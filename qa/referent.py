"""What a follow-up's pronoun stands for: what the last answer told of, or what the questions before were about.

By rules over the words, no model.
"""

import re
from collections.abc import Callable, Sequence

from index.words import STOP
from qa.answer import Turn
from qa.context import telling_first
from qa.rows import cells
from qa.verbs import PAST

DEEPEST = 4  # turns that are looked back
ASKING = r"(?:what|which|who|whom|whose|when|where|why|how)"
WH = re.compile(rf"{ASKING}\b", re.IGNORECASE)
_WHAT_IS = re.compile(  # what a question for a thing's nature is about
    r"(?:what|who) (?:is|are|was|were) (?:the |an? )?(?P<thing>[\w-]+(?: [\w-]+){0,3}?)(?: (?:used|made|"
    r"called|about|like|for|"
    r"meant)\b.*)?[?]?",
    re.IGNORECASE,
)
ABOUT = re.compile(r"\b(?:about|of|on|with) (?P<thing>[a-z][\w-]+)[?]?$")
_IT = re.compile(r"\b(?!(?-i:IT)\b)(?:it|its|they|them|their|theirs|he|him|his|she|her|hers)\b", re.IGNORECASE)
_EMPTY = re.compile(  # an "it" that stands for nothing: "does it cost to hire the room", "is it possible to …"
    r"\bit (?:take|cost|mean)s? (?:\w+ ){0,3}?to [a-z]+ \w|\b(?:is|was) it (?:possible|allowed|necessary|ok(?:ay)?|"
    r"safe|worth|better|true|hard|easy|normal|common|legal) (?:to|that|if)\b",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(
    rf"(?:[,;?.!]|,? (?:and|or)) (?=(?:{ASKING}|is|are|was|were|do|does|did|can|could|has|have|will|would|should|must|"
    r"may|it|they|he|she)\b)|,? (?:but|because|since|so|while|when|if|though|although|once) ",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:according|in|for|at|on|after|before|during|since|by|under|from|with|as)\b", re.IGNORECASE)
_NEW_THING = re.compile(r"\b(?:an?|my|our|your|(?:about|of|with)) (?!it\b|the\b)[a-z]{3,}")
_PERSON = frozenset({"he", "him", "his", "she", "her", "hers"})
NAME = re.compile(
    r"(?:[A-Z0-9][\w&+%.-]*\w\+?|[A-Z])(?:(?: |-)(?:(?:of|et|and|the|de|van|x) )?(?:[A-Z0-9][\w&+-]*|al\b))*"
)
PHRASE = re.compile(
    r"\b(?:the|an?|its|their|his|her|[A-Z]\w*'s) (?:[\w'’&%-]+ ){0,4}?[\w'’&%-]+(?= (?:of|in|on|at|for|by|"
    r"with|to|from|according|is|are|"
    r"was|were|do|does|did|has|have|had|can|could|will|would|should|start|take|go|have|see|give|name|which|"
    r"that|like|against)\b|\?|$)"
)
_NUMBERED = re.compile(r"\b(?!in\b|of\b|to\b|than\b|for\b|at\b|by\b|or\b|and\b)[a-z]+ \d{1,3}\b")  # "room 4"
_BASES = frozenset(PAST.values())
_HELPED = re.compile(r"\b(?:do|does|did|can|could|will|would|should|must|may)\b", re.IGNORECASE)


def pronoun(text: str) -> re.Match[str] | None:
    """Return the first pronoun of a text that may stand for something said before.

    "IT" is one only where all is written in capitals; the "it" of "What does it cost to hire a boat?" is none.

    >>> pronoun("Is the IT course free?"), pronoun("WHAT DOES IT COST?").start(), pronoun("Its price?").group()
    (None, 10, 'Its')
    """
    text = text.lower() if text.isupper() else text
    empty = [match.span() for match in _EMPTY.finditer(text)]
    return next((m for m in _IT.finditer(text) if not any(a <= m.start() < b for a, b in empty)), None)


def subject(text: str, history: Sequence[Turn], stands: Callable[[Sequence[Turn]], str]) -> str | None:
    """Return what a pronoun stands for: who or what the last answer named, or what the questions before were about.

    ``stands`` tells the last question of some turns as it stands alone.
    """
    match, last = pronoun(text), history[-1]
    person = match is not None and match.group().lower() in _PERSON
    before = stands(history)
    asked = re.match(r"(?P<who>who\b)|which\b", before, re.IGNORECASE)
    row = "" if person or not re.match(r"(?:which|what)\b", before, re.IGNORECASE) else _row(last.answer)
    if row and row.split()[-1].lower() not in before.lower():  # "Which flat is the largest?"
        return row
    found = [name for name in names_in(telling_first(last.answer), person=person) if name not in last.question]
    if asked and found and (not asked["who"] or (person and not names_in(last.question, asked=True))):
        return found[0]
    for end in range(len(history), max(0, len(history) - DEEPEST), -1):
        if about := topic(stands(history[:end])):
            return about
    return None


def refers_within(text: str) -> bool:
    """Return whether the first pronoun of a question has its noun in an earlier clause of the same question.

    >>> refers_within("How does MIUI work and why should I use it?"), refers_within("Do Mao and Wong think it works?")
    (True, False)
    """
    match = pronoun(text)
    clause = next(reversed(list(_NEXT_CLAUSE.finditer(text, 0, match.start()))), None) if match else None
    if clause is None:
        return False
    earlier = text[: clause.start()]
    return not _ASIDE.match(earlier) and bool(names_in(earlier, asked=True) or _NEW_THING.search(earlier))


def _row(answer: str) -> str:
    """Return what the row of a table tells of that is an answer, "" where none is: "flat 301", "Alba"."""
    first, *_ = re.split(r"\s*\[\d+\]", answer.strip(), maxsplit=1)
    name, value = next(iter(cells(first).items()), ("", ""))
    return f"{name.lower()} {value}".strip() if value.isdigit() else value


def topic(before: str) -> str:
    """Return what a question is about: its first name, or the noun phrase that it asks about."""
    found = names_in(before, asked=True)
    if found:
        return found[0]
    if (match := _WHAT_IS.fullmatch(before)) or (match := ABOUT.search(before)):
        return match["thing"]
    numbered, phrases = _NUMBERED.search(before), PHRASE.findall(before)
    return numbered[0] if numbered else _without_verb(phrases[-1], before) if phrases else ""


def _without_verb(phrase: str, before: str) -> str:
    """Return a noun phrase without the verb that ends its question: "When does the laundry room close?"."""
    *rest, last = phrase.split()
    ends = len(rest) > 1 and before.rstrip("? ").endswith(phrase) and last in _BASES
    return " ".join(rest) if ends and _HELPED.search(before) else phrase


def _opens(word: str, rest: str) -> bool:
    """Return whether a capitalised word only opens a question: "Since when", "Roughly how many"."""
    if re.match(rf" (?:{ASKING}|many|much)\b", rest):
        return True
    return re.match(r",? [a-z]", rest) is not None and (word.lower() in STOP or word.endswith("ly"))


def names_in(text: str, *, person: bool = False, asked: bool = False) -> list[str]:
    """Return the names in a text, those that a preposition introduces last; no years or quarters.

    What only opens a question is none.
    """
    found: list[tuple[bool, str]] = []
    for match in NAME.finditer(text):
        if asked and match.start() == 0 and _opens(match.group(), text[match.end() :]):
            continue
        words = match.group().split()
        while words and words[0].lower() in STOP:
            words = words[1:]
        opens = match.start() == 0 and len(words) == 1 and not person
        if words and not all(re.fullmatch(r"Q\d|[\d.,%]+", w) for w in words) and not (opens and WH.match(words[0])):
            introduced = re.search(r"\b(?:on|at|in|for|from|by|to)(?: the)? $", text[: match.start()]) is not None
            found.append((introduced, " ".join(words)))
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def leader(answer: str) -> str:
    """Return the one person whom an answer's first sentence names, or "" where none or several are."""
    first = re.split(r"(?<=[.!?]) ", telling_first(answer))[0]
    named = names_in(first, person=True)
    return named[0] if len(named) == 1 and not cells(first) else ""
