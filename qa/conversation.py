"""Follow-ups: what a question means after the turns before it, without a large model.

After other turns a question is searched in two forms, alone and after an earlier question, and the two become
one query (Rocchio's sum of vectors): either form alone gains on one kind of conversation and loses on another.
A question that leans on the conversation (a pronoun, an ellipsis, "and the …?") leans there as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.words import terms
from qa.answer import Turn
from qa.question import names, qualifiers, smalltalk
from qa.referent import pronoun, refers_within
from qa.requests import parse
from qa.rewrite import rewrite

_POINTER = re.compile(  # leans only where the question names nothing itself
    r"\b(?:this|that|these|those|there|ones?|the (?:others|"
    r"(?:former|latter|same|other|first|second|last)(?= (?:is|was|are|were|do|does|did|has|have|costs?)\b|\W*$)))\b"
)
_KNOWN = re.compile(r"\bthe (?:company|brand|campaign|event|car|product|author|paper|article|document|study)\b")
_NOT_BACK = re.compile(  # "is there a …", "said that …", "this year" point at nothing said before
    r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b|\bthis (?:year|month|week|quarter)\b|"
    r"\b(?:say|says|said|claims?|claimed|think|thinks|reports?|reported|shows?|means?|fact) that\b(?= \w)|"
    r"\bis it\b|\bit is\b",
    re.IGNORECASE,
)
LEANING, STANDING = (0.5, 0.5), (0.7, 0.3)  # weights of a question alone and after the one before
REWRITTEN = (0.3, 0.3, 0.4)  # the same where it is searched as what it stands for, too
_OPENING = re.compile(
    r"(?:and|but|or|so|then|also|what about|how about|why(?: not)?\??$|which ones?|what else|any others?|more)\b"
)
_REMARK = re.compile(  # what is said before the question itself
    r"(?:(?:ok(?:ay)?|thanks?|thank you|great|good|cool|right|alright|hi|hello|hey|by the way|btw)\b[,.!:;–—-]+\s*)+",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(  # says that what follows has nothing to do with what came before
    r"(?:(?:(?:an?|one|now for)\s+)?(?:different|another|new|next|other) (?:subject|topic|question|matter|thing)|"
    r"(?:now )?something (?:else|different))\s*[,.:;–—-]+\s*",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(r"what(?: is|'s) an? |what (?:does|do) .+ (?:mean|stand for)\b")  # a whole question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its conversation.

    ``question`` is as typed, or what it stands for where that can be told; ``full`` is what evidence is scored
    against: the question, preceded by the earlier question it leans on; ``forms`` are the texts to search with,
    ``weights`` what each counts.
    """

    question: str
    full: str
    forms: tuple[str, ...]
    weights: tuple[float, ...]


def understand(question: str, history: Sequence[Turn]) -> Asked:
    """Return the question with what it leans on, without what is only said before it ("OK. When is …")."""
    history = [
        replace(turn, question=_spoken(_REMARK, turn.question)) for turn in history if not _beside(turn.question)
    ]
    question = _spoken(_REMARK, question)
    if (rest := _spoken(_ELSEWHERE, question)) != question and not leans(rest):
        question, history = rest, ()
    if not history:
        return Asked(question, question, (question,), (1.0,))
    before = history[-1].question.strip()
    forms, weights = ((question, f"{before} {question}"), STANDING)
    full = question
    if leans(question):
        full = f"{_topic(history)} {question}"
        forms, weights = (question, full), LEANING
    if rewritten := rewrite(question, history):  # searched as typed, too, which finds more (eval/LOG.md)
        return Asked(rewritten, rewritten, (*forms, rewritten), REWRITTEN)
    return Asked(question, full, forms, weights)


def _beside(question: str) -> bool:
    """Return whether a message leaves what is spoken about as it was: thanks, or "Who says so?"."""
    request = parse(question)
    return smalltalk(question) is not None or (request is not None and request.kind in ("source", "sure"))


def _spoken(remark: re.Pattern[str], question: str) -> str:
    """Return a question without an opening remark, where two words or more follow it."""
    match = remark.match(question)
    rest = question[match.end() :] if match else ""
    return rest if len(rest.split()) > 1 else question


def asked_before(question: str, history: Sequence[Turn]) -> bool:
    """Return whether the last question is asked once more, in the same words: then the same is told again."""
    return set(terms(question)) == set(terms(history[-1].question))


def leans(question: str) -> bool:
    """Return whether a question cannot stand alone.

    >>> leans("What is the monthly average?"), leans("When was Xiaomi founded?"), leans("And in India?")
    (True, False, True)
    """
    return _leans_by_a_word(question) or _is_short(question)


def readings(question: str, history: Sequence[Turn]) -> list[Sequence[Turn]]:
    """Return the turns that a question may be read after: where it need not go on with what was said, also none.

    "What is the monthly average?" may, "When is the dinner?" need not; "the company" may be the one that was spoken of,
    and "they" whoever the documents are of.
    """
    spoken = _spoken(_REMARK, question)
    at_large = (found := pronoun(spoken)) is not None and found.group().lower() == "they"
    if _leans_back(spoken) and not at_large:
        return [history]
    stands = at_large or ((_is_short(spoken) or _points(spoken)) and not rewrite(spoken, history))
    return [history, ()] if history and stands else [history]


def _leans_by_a_word(question: str) -> bool:
    return _leans_back(question) or _points(question)


def _leans_back(question: str) -> bool:
    """Return whether a question opens as one that goes on, or has a pronoun or pointer whose noun is elsewhere."""
    told = _NOT_BACK.sub(" ", question)
    outside = pronoun(told) and not refers_within(question)
    pointed = _POINTER.search(told.lower()) and not names(question)
    return bool(_OPENING.match(question.lower()) or outside or pointed)


def _points(question: str) -> bool:
    """Return whether a question without a name speaks of something as known: "the company"."""
    return _KNOWN.search(question.lower()) is not None and not names(question)


def _is_short(question: str) -> bool:
    whole = _EXPLAIN.match(question.lower()) or qualifiers(question)  # "What is hunger marketing?"
    return len(set(terms(question))) <= 2 and not names(question) and not whole


def _topic(history: Sequence[Turn]) -> str:
    """Return the latest question that stands alone, followed by those after it that lean on it (two at most)."""
    chain: list[str] = []
    for turn in reversed(history[-4:]):
        chain.insert(0, turn.question.strip())
        if not leans(turn.question):
            break
    return " ".join([chain[0], *chain[1:][-1:]])
