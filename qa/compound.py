"""Compound questions: the parts that are searched and weighed one by one, because no one sentence answers them all.

"Who founded it, and when?" has two clauses; "What do Mao and Wong advise?" has two names, of which each is asked alone.
"""

import re
from collections.abc import Iterable

from qa.question import clauses

MOST = 4  # parts that are searched
# A name as a question writes it: capitalised words and numbers, with what leads up to them ("the entry SU7")
_NAME = r"(?:(?:the|an?) (?:[a-z]+ )?)?[A-Z0-9][\w&.-]*(?: [A-Z0-9][\w&.-]*)*(?:['’]s(?: [a-z]+)?)?"
_NAMES = re.compile(
    rf"(?:\b(?:both|between) )?\b({_NAME}(?:, {_NAME})*),? and "
    rf"(?:(?:by|of|in|for|from|with|at|on) )?({_NAME})\b(?: each\b)?"
)
# "the fans and the founder": two things, each with an article of its own
_THINGS = re.compile(
    r"\b(?:both )?(the [a-z][\w-]+) and (the [a-z][\w-]+)\b(?= (?:each|both|do|did|have|had|say|give|differ)\b)"
)
# "in cars and which in phones": a later clause that gives only another place, time or kind for the first one's
_ELLIPSIS = re.compile(
    r"(?:what|which|who|when|where|how (?:many|much))(?: ones?)?,? "
    r"(?P<word>by|of|in|for|from|with|at|on|to) (?P<rest>[^?]+)\??",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|has|have|had|will|would|"
    r"should|compare|name|list|give|tell)\b",
    re.IGNORECASE,
)


def parts(question: str, texts: Iterable[str] = ()) -> list[str]:
    """Return the questions that a question is made of, in order; a simple one alone.

    Names that stand joined in one of ``texts`` are one name ("Johnson and Johnson").

    >>> parts("What do Mao and Wong advise?")
    ['What do Mao advise?', 'What do Wong advise?']
    >>> parts("Who founded it, and when was that?")
    ['Who founded it', 'when was that?']
    """
    found = clauses(question)
    if len(found) > 1:
        return [found[0], *(_completed(found[0], part) for part in found[1:MOST])]
    texts = list(texts)
    named = [m for m in _NAMES.finditer(question) if not _OPENS.match(m[1]) and not any(_joined(m) in t for t in texts)]
    match = next(iter(named), None) or _THINGS.search(question)
    if match is None:
        return found
    each = [*match[1].split(", "), match[2]]
    return [f"{question[: match.start()]}{one}{question[match.end() :]}" for one in each][:MOST]


def _completed(first: str, later: str) -> str:
    """Return a later clause that only varies the first one's last preposition as a whole question.

    >>> _completed("Which rivals does it have in cars", "which in phones?")
    'Which rivals does it have in phones?'
    """
    match = _ELLIPSIS.fullmatch(later)
    found = list(re.finditer(rf"\b{match['word']} ", first, re.IGNORECASE)) if match else []
    return f"{first[: found[-1].end()]}{match['rest']}?" if match and found else later


def _joined(match: re.Match[str]) -> str:
    """Return the joined names without the words before the first."""
    return re.sub(r"^(?:[a-z]+ )+", "", f"{match[1]} and {match[2]}")
