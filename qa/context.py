"""Sentences that lean on the one before them: "It was sold in 1921." By rules, for English and Chinese."""

import re

_TIMES = "year|quarter|month|week|weekend|day|morning|evening|time|spring|summer|autumn|fall|winter|season"
_PAPERS = "policy|agreement|contract|document|manual|guide|paper|article|study|report|terms|section|chapter|page|notice"
_RULES = "statute|article|step|instruction|rule|condition"
_HERE = f"{_TIMES}|{_PAPERS}|who|whose|with|without|under|over|in|of|said"
_LEANS = re.compile(
    r"[\"'“‘(]*(?:"
    rf"(?:[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose)\b(?! (?:{_HERE})\b|’s)|"
    r"(?:[Ii]t|[Hh]e|[Ss]he|[Tt]hey|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir)\b(?! (?:Majesty|Highness)\b)|"
    r"[Tt]he (?:former|latter)\b|[Bb]oth (?=are|were|have|had|can|will|may|must|of (?:them|these|those)|[a-z]+ed\b)|"
    r"[这它她]|他(?![汀人乡国])|那(?![不曲么])|其(?![他它余中实次]))"
)
_BACK = re.compile(  # "Guests loved it for these gifts.", "To close these gaps, it hired.", "In this way it grew."
    r"(?:[\w'’-]+,? ){0,10}?(?:with|by|through|for|despite|beyond) (?:all )?"
    rf"these (?!(?:\w+ )?(?:{_TIMES}|{_PAPERS}|{_RULES})s?\b)(?:[\w-]+ ){{0,2}}?[\w-]+s\b|"
    r"To [a-z]+ these (?:[\w-]+ ){0,2}?[\w-]+s,|"
    r"(?:In|By|For|To|From|With|Despite) (?:this|that|such) (?:a )?"
    r"(?:way|reason|end|regard|respect|case|context|basis|purpose|means|approach|method|strategy)\b"
    r"(?! (?:study|menu)\b)"
)
_EXPLETIVE = re.compile(  # "It is forbidden to …", "It follows that …": the pronoun stands for what comes after it
    r"[Ii]t (?:(?:is|was|remains|became|has been|can be|should be|must be) (?:not |also |often |usually )?"
    r"(?:forbidden|allowed|permitted|possible|impossible|important|necessary|recommended|advisable|essential|vital|"
    r"best|better|wise|easy|hard|difficult|common|usual|clear|likely|unlikely|true|said|known|thought|believed|"
    r"shown|found|noted|expected|estimated|worth) (?:for [\w ]+ )?(?:to|that|whether|\w+ing)\b|"
    r"(?:follows|seems|appears|turns out|turned out) that\b|(?:rain|snow)(?:s|ed)\b)"
)
_MARKED = re.compile(r"(?:(?<=[.!?…\"”’)]) +|(?<=[。！？])) *(?:\[\d{1,3}\] *)*")


def leans(sentence: str) -> bool:
    """Return whether a sentence opens with a pronoun that stands for something said before it.

    >>> leans("It was sold in 1921."), leans("It is forbidden to climb."), leans("Those who pay may enter.")
    (True, False, False)
    """
    return _LEANS.match(sentence) is not None and _EXPLETIVE.match(sentence) is None


def points_back(sentence: str) -> bool:
    """Return whether a sentence leans on the one before it, or takes up with "these" what that one tells.

    >>> points_back("Ada won them over with these gifts."), points_back("Ada wins them over these days.")
    (True, False)
    """
    return leans(sentence) or _BACK.match(sentence) is not None


def telling_first(answer: str) -> str:
    """Return an answer's sentences without their numbers, those last that only say what the next one is about."""
    sentences = [part.strip() for part in _MARKED.split(answer) if part.strip()]
    leaders = {n for n, after in enumerate(sentences[1:]) if leans(after) and not leans(sentences[n])}
    return " ".join(sentences[n] for n in sorted(range(len(sentences)), key=lambda n: n in leaders))
