"""Compound questions: the parts that are searched and weighed one by one, because no one sentence answers them all.

"Who founded it, and when?" has two clauses; "What do Mao and Wong advise?" has two names, "When did it open and close?"
two verbs, of which each is asked alone.
"""

import re
from collections.abc import Callable, Iterable

from index.words import terms
from qa.verbs import AUXILIARIES, PAST, THIRD

MOST = 4  # parts that are searched
_ASKED = 3  # words of what is counted, before the auxiliary: "how many single beds does …"
_PREPOSITION = (
    r"(?:about|after|against|as|at|before|by|during|for|from|in|of|on|over|since|to|under|until|up to|with|within|"
    r"without)"
)
_WH = r"(?:what|how|who|whom|when|where|why|which|whose)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|may|must|should)"
_SUBJECT = r"(?:it|they|he|she|there|one|I|we|you|the|an?|my|our|any|this|that|these|those|any(?:one|body)|[A-Z]\w+)"
_BETWEEN = re.compile(
    rf"[,;]?\s+and\s+(?=(?i:(?:{_PREPOSITION} )?{_WH}\b)|{_AUXILIARY} {_SUBJECT}\b)|\?\s+(?=\S)",
)
_BARE = re.compile(  # "At what time and where …": what is asked of it stands in the next clause
    rf"(?:{_PREPOSITION} )?(?:(?:what|which|whose|how)(?: [\w-]+)?|who|whom|when|where|why)", re.IGNORECASE
)
# A name as a question writes it: capitalised words and numbers, with what leads up to them ("the entry SU7")
_NAME = r"(?:(?:the|an?) (?:[a-z]+ )?)?[A-Z0-9][\w&.-]*(?: [A-Z0-9][\w&.-]*)*(?:['’]s(?: [a-z]+)?)?"
_NAMES = re.compile(
    rf"(?:\b(?:both|between) )?\b({_NAME}(?:, {_NAME})*),? and "
    rf"(?:(?:by|of|in|for|from|with|at|on) )?({_NAME})\b(?: each\b)?"
)
_SPAN = re.compile(  # "between 2015 and 2019", "between Monday and Friday": one time
    r"between (?:\d[\d.,:]*|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:(?:jan|febr)uary|march|april|may|june|july|"
    r"august|(?:septem|octo|novem|decem)ber)(?: \d+)?),? and ",
    re.IGNORECASE,
)
_UNLIKE = re.compile(r"\b(?:differ|compar|chang)", re.IGNORECASE)
_OWNED = re.compile(r"['’]s( [a-z]+)$")
# "the fans and the founder": two things, each with an article of its own
_THINGS = re.compile(
    r"\b(?:both )?(the [a-z][\w-]+) and (the [a-z][\w-]+)\b(?= (?:each|both|do|did|have|had|say|give|differ)\b)"
)
_AGAIN = re.compile(  # "in launches and in shaping the brand"
    rf"\b(?P<word>{_PREPOSITION}) (?P<first>[^,?]+?),? and (?P=word) (?P<second>[^,?]+?)(?=\?|$)"
)
_BOTH = re.compile(  # "How long are the course and the exam?", "What are the price and the weight of the lamp?"
    r"(?P<opens>(?:what|who|where|when|how [a-z]+) (?:are|were) )"
    r"(?P<first>the (?!difference)[\w’'-]+(?: [\w’'-]+)?) and (?P<second>the [\w’'-]+(?: [\w’'-]+)?)"
    r"(?P<of> (?:of|for|in|at) [^?]+)?\?",
    re.IGNORECASE,
)
_VERBS = re.compile(  # "did it start as a shop, enter the market and begin with cars?"
    r"(?P<opens>.*?\b(?:do|does|did|can|will|should|must|may|would|could) "
    r"(?:(?:the|an?|its|their|my|our) )?(?:[\w'’&-]+ ){1,3}?)"
    r"(?P<first>[a-z]+\b[^,?]*?)(?P<between>(?:, [a-z]+ [^,?]*?)*),? and (?P<last>[a-z]+\b[^,?]*)\?"
)
_ADDED = re.compile(  # "How much does the tea cost, and the cake?"
    rf"(?P<asks>(?:{_PREPOSITION} )?(?:how (?:much|many|long|often|far|old|big|high)|what|when|where|why|who|how)\b)"
    r"(?P<rest>[^?]+?), and (?P<added>(?:the|its|their|his|her|that of|those of|an?) [^,?]+)\?",
    re.IGNORECASE,
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
_PREPOSITIONS = frozenset(_PREPOSITION[3:-1].split("|")) | {"between"}
_BE = frozenset("is are was were".split())
_PLURAL = re.compile(r"\b(do|are|were|have) $")
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has"}
_AUXILIARY_WORDS = frozenset(_AUXILIARY[3:-1].split("|"))
_ONES = re.compile(r"(which|what) ones?\b", re.IGNORECASE)
_BASES = frozenset(PAST.values()) | {"have"}
_FINITE = AUXILIARIES | {"do", "does", "did"} | frozenset(PAST) | frozenset(THIRD) | _BASES


def parts(question: str, texts: Iterable[str] = ()) -> list[str]:
    """Return the questions that a question is made of, in order; a simple one alone.

    Names that stand joined in ``texts``, more often than alone, are one name ("Johnson and Johnson").

    >>> parts("What do Mao and Wong advise?")
    ['What does Mao advise?', 'What does Wong advise?']
    >>> parts("Who founded it, and when was that?")
    ['Who founded it', 'when was that?']
    """
    found = clauses(question)
    if len(found) > 1:
        return [found[0], *(_completed(found[0], part) for part in found[1:MOST])]
    forms: tuple[Callable[[str], list[str]], ...] = (_both, _prepositions, _verbs, _added)
    return _named(question, "\n".join(texts)) or next(filter(None, (form(question) for form in forms)), found)


def clauses(question: str) -> list[str]:
    """Return the clauses of a question that ask something each, in order; a simple one alone.

    >>> clauses("Who founded it, and by whom was it sold?")
    ['Who founded it', 'by whom was it sold?']
    """
    found = [p.strip() for p in _BETWEEN.split(question) if p and terms(p, stop=False)]
    return found if len(found) > 1 and not _BARE.fullmatch(found[0]) else [question]


def _named(question: str, text: str) -> list[str]:
    """Return the question about each of several names, or nouns with an article of their own, or nothing."""
    every = (m for m in _NAMES.finditer(question) if not _OPENS.match(m[1]))
    found = (m for m in every if not _SPAN.match(m[0]) or _UNLIKE.search(question))
    named = (m for m in found if not _is_one(m, text))
    match = next(named, None) or _THINGS.search(question)
    if match is None:
        return []
    owned = _OWNED.search(match[1])  # "Chen's view and Wong's"
    last = f"{match[2]}{owned[1]}" if owned and match[2].endswith(("'s", "’s")) else match[2]
    each = [*match[1].split(", "), last]
    after = question[match.end() :].removeprefix(" each")
    return [f"{_agreeing(question[: match.start()], one)}{one}{after}" for one in each][:MOST]


def _agreeing(before: str, subject: str) -> str:
    """Return the words before a subject with the auxiliary that they end with in the singular, where it is one thing.

    >>> _agreeing("What do ", "Mao"), _agreeing("What do ", "the fans")
    ('What does ', 'What do ')
    """
    match = _PLURAL.search(before)
    if match is None or (subject.endswith("s") and not subject[:1].isupper()):
        return before
    return f"{before[: match.start()]}{_SINGULAR[match[1]]} "


def _is_one(match: re.Match[str], text: str) -> bool:
    """Return whether joined names stand so in a text, and one of them not more often without the other."""
    first, second = re.sub(r"^(?:[a-z]+ )+", "", match[1]), match[2]
    joined = text.count(f"{first} and {second}")
    return joined > 0 and min(text.count(first), text.count(second)) <= 2 * joined


def _both(question: str) -> list[str]:
    match = _BOTH.fullmatch(question)
    if match is None or _PREPOSITIONS & {*match["first"].split(), *match["second"].split()}:
        return []
    each = match.group("first", "second")
    return [f"{_agreeing(match['opens'], one)}{one}{match['of'] or ''}?" for one in each]


def _prepositions(question: str) -> list[str]:
    match = _AGAIN.search(question)
    if match is None:
        return []
    return [f"{question[: match.start('first')]}{one}{question[match.end() :]}" for one in match.group(2, 3)]


def _verbs(question: str) -> list[str]:
    match = _VERBS.fullmatch(question)
    if match is None:
        return []
    told = [match["first"], *filter(None, match["between"].split(", ")), match["last"]]
    return [f"{match['opens']}{one}?" for one in told][:MOST] if all(t.split()[0] in _BASES for t in told) else []


def _added(question: str) -> list[str]:
    match = _ADDED.fullmatch(question)
    if match is None:
        return []
    return [f"{match['asks']}{match['rest']}?", f"{match['asks']}{_predicated(match['rest'], match['added'])}?"]


def _predicated(rest: str, subject: str) -> str:
    """Return what a question asks of its subject, asked of another one; that alone where no verb is found.

    >>> _predicated(" does the tea cost", "the cake"), _predicated(" is the fee of the hall meant to rise", "the rent")
    (' does the cake cost', ' is the rent meant to rise')
    """
    told = rest.split()
    first = next((n for n, word in enumerate(told[:_ASKED]) if word in _AUXILIARY_WORDS), len(told))
    verb = next((n for n, word in enumerate(told) if n > first + 2 and (word in PAST or word in _BASES)), len(told))
    if verb == len(told) and not (told[first : first + 1] and told[first] in _BE):
        return f" {subject}"
    return " ".join(("", *_agreeing(" ".join((*told[: first + 1], "")), subject).split(), subject, *told[verb:]))


def _completed(first: str, later: str) -> str:
    """Return a later clause as a whole question, where it only varies the first one, or says "ones" for its noun.

    >>> _completed("Which rivals does it have in cars", "which in phones?")
    'Which rivals does it have in phones?'
    >>> _completed("Which rivals sell phones", "which ones sell cars?")
    'which rivals sell cars?'
    """
    match = _ELLIPSIS.fullmatch(later)
    found = list(re.finditer(rf"\b{match['word']} ", first, re.IGNORECASE)) if match else []
    if match and found:
        return f"{first[: found[-1].end()]}{match['rest']}?"
    ones, noun = _ONES.match(later), _noun(first)
    return f"{ones[1]} {noun}{later[ones.end() :]}" if ones and noun else later


def _noun(clause: str) -> str:
    """Return what a clause asks for with "which" or "what", up to its verb, or nothing."""
    asks, *following = clause.split()
    verb = next((n for n, word in enumerate(following) if word in _FINITE), 0)
    return " ".join(following[:verb]) if asks.lower() in ("which", "what") else ""
