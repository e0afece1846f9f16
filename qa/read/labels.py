"""What a list is labelled, and whether a question asks for it by that label, or for what is good or bad.

"Against:" answers "What are the arguments against the dam?", "Values" "What company values are named?", and "Not so
well" "What went badly?", though no entry below says so itself.
"""

import re

from index.words import terms, words

_WORDS = 3  # of a label
_GOOD = (
    r"strengths?|strong|advantages?|pros|benefits?|plus(?:es)?|upsides?|merits?|(?<!as )well|good|positives?|"
    r"achievements?|success(?:es)?"
)
_BAD = (
    r"weak(?:ness(?:es)?)?|disadvantages?|cons|drawbacks?|minus(?:es)?|downsides?|shortcomings?|limitations?|badly|bad|"
    r"wrong|poorly|negatives?|fail(?:s|ed|ures?)?|(?:fall|falls|fell) short"
)
_SIDES = re.compile(
    rf"(?P<not>(?:\bnot|n['’]t|\bless)(?: \w+){{0,2}} )?\b(?:(?P<good>{_GOOD})|(?P<bad>{_BAD}))\b", re.IGNORECASE
)
_ASKED = re.compile(  # "What went badly?", "Where does it fall short?", "What is good about it?"
    r"\bwhat (?:\w+ ){0,2}?(?:go|goes|going|gone|went) |\b(?:fall|falls|fell) short\b|"
    r"\bwhat(?:['’]s| is| was) (?:so )?(?:good|bad|wrong) (?:about|with)\b",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Return whether a line only labels what follows.

    >>> is_label("Against:"), is_label("VALUES"), is_label("It has two aims:"), is_label("Open.")
    (True, True, False, False)
    """
    line = text.strip()
    return 0 < len(line.split()) <= _WORDS and (line.endswith(":") or line[-1].isalpha())


def wanted(question: str, thing: str) -> int:
    """Return the side that a question asks for, by the thing that it wants several of, or without one; 0 for none.

    >>> wanted("What are its strong points?", "points"), wanted("What went badly?", ""), wanted("Who is good?", "")
    (1, -1, 0)
    """
    if not thing:
        return side(question) if _ASKED.search(question) else 0
    match = re.search(rf"(?:[\w'’-]+ )?\b{re.escape(thing)}\b", question, re.IGNORECASE)
    return side(match.group()) if match else 0


def side(text: str) -> int:
    """Return 1 where a text asks for or labels what is good, -1 for what is bad, 0 for neither or both.

    >>> side("Not So Well"), side("What went well?"), side("Where does it fall short?"), side("Pros and cons")
    (-1, 1, -1, 0)
    """
    found = {(1 if m["good"] else -1) * (-1 if m["not"] else 1) for m in _SIDES.finditer(text)}
    return found.pop() if len(found) == 1 else 0


def names(label: str, question: str, thing: str) -> bool:
    """Return whether a question that asks for several of a thing names a label, which tells that thing.

    >>> names("VALUES", "What company values are named?", "values"), names("Key values", "Which values?", "values")
    (True, False)
    """
    told = set(terms(label))
    return bool(told) and set(words(label)) <= {*words(question)} and set(terms(thing)) <= told
