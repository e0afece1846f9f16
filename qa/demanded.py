"""The word of a question that evidence should hold: what is counted, done or happens.

Near misses share everything else with the question: "How many visitors does the museum have?" beside "The museum opened
in 2003.", "How do I cancel my subscription?" beside how to pause it.
"""

import re

from index.words import terms
from qa.question import names
from qa.synonyms import content

_COUNTED = re.compile(
    r"\bhow many (?!(?:percent|per cent|times|people|things|kinds|ways|parts)\b)(?:more |other |different |new )?"
    r"(?:(?:[\w-]+ ){0,2}?(?P<before>[\w-]+)(?= (?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|may|"
    r"must|should|per|of)\b)|(?P<first>[\w-]+))"
)
_DEED = re.compile(r"^(?:and )?how (?:(?:do|can|could|should|must|would|may) (?:i|you|we|one)|to) ([a-z]+)")
_WHO_DID = re.compile(r"^(?:and )?who ([a-z]{2,}(?:ed|wn|ght|ote|uilt|ade))\b")
_WHEN_DID = re.compile(r"^(?:and )?when (?:did|does|do|will) .*?([a-z]+)\W*$")
_ANY = frozenset(
    "use make get do work know find start handle deal go fix solve prevent avoid improve see tell say reach contact "
    "call prepare set put proceed react respond learn become need".split()
)  # what stands for many deeds, which the documents name otherwise


_OF_THE_TALK = "an?|the|its?|his|her|their|there|that|this|your|my|our|going|wrong|new|left"  # no word to explain
_BESIDE = tuple(  # what is to be told of, the deed of a passive, what people do, what something is said to be
    re.compile(pattern)
    for pattern in (
        rf"^(?:what (?:is|are)|what's|define|explain)(?: meant by)? (?:an? )?((?!(?:{_OF_THE_TALK})\b)"
        r"[a-z-]{3,}(?: [a-z-]{3,})?)\W*$",
        r"^(?:and )?where (?:is|are|was|were) .*?([a-z]+(?:ed|wn|ght|ade|uilt|old|eld|ept|und|orn))\W*$",
        r"\bhow many people (?:(?:are|were|have) )?(?!(?:are|were|have|has|do|does|did|is|was|can|will|in|on|at|of)\b)"
        r"([a-z]{3,})\b",
        r"^(?:is|are|was|were) (?!.* or ).+ ([a-z-]{3,})\W*$",
    )
)


def beside(question: str) -> str:
    """Return words that should stand in the sentence that answers or right around it, or nothing.

    >>> beside("What is a flash sale?"), beside("Where are the lamps made?"), beside("Is it free?")
    ('flash sale', 'made', 'free')
    >>> beside("What is the price?")
    ''
    """
    found = (pattern.search(question.lower()) for pattern in _BESIDE)
    word = next((match[1] for match in found if match), "")
    return "" if names(question).keys() & set(terms(word)) else word  # names are looked for by themselves


def demanded(question: str) -> str:
    """Return the word that the evidence should hold, or nothing.

    >>> demanded("How many visitors does it have?"), demanded("How do I cancel my subscription?")
    ('visitors', 'cancel')
    >>> demanded("When did Ashdown die?")
    'die'
    """
    q = question.lower()
    if match := _COUNTED.search(q):
        return match["before"] or match["first"]
    match = _DEED.match(q) or _WHO_DID.match(q) or _WHEN_DID.match(q)
    return match[1] if match and match[1] not in _ANY and content(match[1]) else ""
