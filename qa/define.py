"""Sentences that introduce what a question asks for: "Who is X?", "What is a Y?", "Who is the treasurer?".

Definitions often stand beside the name and not in a sentence of their own: as an apposition ("Eustace Mallory, a farmer
at Low Thrushby"), before it ("the Polish geographer Halina Wrotek"), under a heading of that name, in brackets after
what an abbreviation stands for (patterns after Hearst, 1992, and Schwartz and Hearst, 2003).
"""

import re
from collections.abc import Sequence

from index.words import STOP, words
from qa.answer import Citation
from qa.rows import cells

_ASKS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:(?:and|but|so|ok|okay|please)[ ,]+)?(?P<who>who|what) (?:exactly )?(?:is|are|was|were) (?:exactly )?"
        r"(?P<term>.+?)(?: exactly| again)?\W*",
        r"(?:(?:and|but|so|ok|okay|please)[ ,]+)?(?P<who>who|what)['’]s (?P<term>.+?)\W*",
        r"(?:please )?(?:tell me|explain|say|do you know|can you tell me) (?P<who>who|what) (?P<term>.+?) "
        r"(?:is|are|was|were)\W*",
        r"(?P<who>what) (?:does|do) (?P<term>.+?) (?:mean|stand for)\W*",
        r"(?:please )?define (?P<term>.+?)\W*",
    )
)
_ARTICLE = re.compile(r"(?:an?|the) ", re.IGNORECASE)
_LONGEST = 5  # words of a term
_APPOSITION = re.compile(r"['’\"”»)*]{0,2}(?: \([^()]{1,40}\))?(?:,| [–—-]| \() ?(?P<article>an?|the|one of|our|my|his|"
                         r"her|their|its|now|then|formerly|once|who) [\w'’-]+")  # fmt: skip
_NUMBERED = re.compile(  # "the Leaf Readers, 120 unpaid tasters who …"
    r"['’\"”»)*]{0,2}(?: \([^()]{1,40}\))?, (?:\d[\d,.]*\d|\d) (?:[a-z][\w'’-]* ){0,3}[a-z][\w-]*s (?:who|which)\b"
)
_OPENS_WITH = re.compile(r"\b(?:in|at|for|to|after|before|during|from|on|by|with|near|of)(?: the)? $", re.IGNORECASE)
_PROGRAM_PART = re.compile(
    r"\b(?:account|role|table|column|option|setting|function|parameter|argument|user|variable|program|file|field|flag|"
    r"command|script|view|module|package|service)s? $"
)
_GLOSS = re.compile(
    r"['’\"”»)*]{0,2}(?: \([^()]{1,40}\))?(?::| [–—-]) ?(?!see\b|ask\b|look\b|cf\b)(?:(?:an?|the) \S|(?:\S+ ){3}\S)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:(?<!so-)\bcalled|\b(?:nick)?named|\bknown (?:\w+ )?as|\bdubbed|\btermed|\bcalls?)"
    r"(?: (?:it|this|them|him|her))? (?:the |an? )?['‘“\"«]?$"
)
_NOUN_BEFORE = re.compile(
    r"\b(?:the|an?|our|my|his|her|their|its|by|[A-Z]\w+['’]s?) (?:[\w'’-]+ ){0,3}?"
    r"(?P<noun>[a-z][a-z-]{2,}(?:[^s\W]|ss)),? $"  # no plural
)
_TITLE = (
    r"(?:Manager|Director|Lead(?:er)?|Officer|Head|Chair(?:man|woman)?|President|Engineer|Editor|Secretary|Treasurer|"
    r"Partner|Professor|Minister|Mayor|Coordinator|Advis[eo]r|Analyst|Specialist|Founder|Principal|Curator|Registrar|"
    r"Superintendent|Architect|Captain|Chief|CEO|CFO|CTO|COO)"
)
_ROLE = (  # a noun for what a person does, many by their ends: "agronomist", "crime writer"
    r"(?:[a-z-]{2,}(?:er|or|ist|ian|ant|ent|man)|head|chair|lead|chief|poet|judge|dean|cook|coach|architect|nurse|widow|"
    rf"son|wife|vet|chef|clerk|secretary|trustee|executive|friend|colleague|husband|host|guide|{_TITLE})"
)
_ROLE_AFTER = re.compile(
    rf"(?:,| \() ?(?P<role>(?:[\w'’&-]+ ){{0,3}}?{_ROLE})"
    r"(?=[,.;:)]|$| (?:of|at|for|in|from|to|with|and|who|since|until)\b)"
)
_ROLE_BEFORE = re.compile(rf"(?:^|[ (\"“])(?P<role>{_ROLE}),? $")
_ROLE_LABEL = re.compile(rf"\W*(?:[\w-]+ )?(?:{_TITLE}|executive)(?: of [\w -]+)?(?::| \|) $", re.IGNORECASE)
_ROLE_IS = re.compile(
    rf"\b(?:the|our|my|his|her|their|its) (?:[\w'’-]+ ){{0,3}}?(?P<role>{_ROLE}) (?:is|was|will be) $", re.IGNORECASE
)
_POSITION = re.compile(r"(?:role|position|job|function|title|post|occupation|profession)s?", re.IGNORECASE)
_NO_NOUN = frozenset(
    "with from that when where said says under after before about than over into onto upon like until since while "
    "which whom whose against between among through without within because then also only even both told asked however "
    "never ever other rather either neither later earlier former number want went sent spent meant "
    "represent present absent different".split()
)
_MISTER = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? $")
_NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[A-Z][\w'’-]+(?: (?:van|von|de|del|di|da|der|la|le|al) )?(?: [A-Z][\w'’.-]*)+"
_NAME_AFTER = re.compile(rf"(?:(?:,|:| is| was| \() ?| ){_NAME}")
_COPULA = re.compile(r"['’\"”»)*]{0,2} (?:is|are|was|were) (?:an?|the|one of) [\w'’-]+")
_NAME_BEFORE = re.compile(rf"{_NAME}(?:,| \(| [–—-]) ?(?:the |our |their |its |as )?$")
_OF = re.compile(r" (?:of|at|for|in|on) .+")


def term(question: str) -> tuple[str, bool] | None:
    """Return what a question wants introduced, and whether as a person; None where it asks for something else.

    >>> term("Who was Halina Wrotek?"), term("what's a PIR"), term("What is it?")
    (('Halina Wrotek', True), ('PIR', False), None)
    """
    match = next((m for form in _ASKS if (m := form.fullmatch(question.strip()))), None)
    if match is None:
        return None
    found = _ARTICLE.sub("", match["term"], count=1) if _ARTICLE.match(match["term"]) else match["term"]
    if len(found.split()) > _LONGEST or all(word in STOP for word in words(found)):
        return None
    return found, (match.groupdict().get("who") or "").lower() == "who"


def introduces(question: str, text: str) -> bool:
    """Return whether a sentence says beside the name that is asked for who or what it is.

    >>> introduces("Who is Eustace Mallory?", "The bench buys from Eustace Mallory, a farmer who reaps by hand.")
    True
    >>> introduces("Who is Eustace Mallory?", "Eustace Mallory rang, the tenth to do so.")
    False
    """
    asked = term(question)
    return asked is not None and _introduces(*asked, text)


def _introduces(found: str, person: bool, text: str) -> bool:
    if any(_told(text, m, person) for m in _places(found, text)):
        return True
    role, of = found, _OF.search(found)  # "the skipper of the Good Intent": which ship, the text around may say
    if of:
        role, held = found[: of.start()], {*words(text)}
        person &= all(word in STOP or word in held for word in re.findall(r"\b[a-z]+\b", of[0]))
    return person and any(_filled(text, m) for m in _places(role, text))


def _places(found: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![\w-]){re.escape(found)}(?![\w-]|['’]s)", text, re.IGNORECASE))


def _told(text: str, match: re.Match[str], person: bool) -> bool:
    """Return whether what stands around a name says who or what that is."""
    before, own, after = text[: match.start()], match[0], text[match.end() :]
    named = own[0].isupper() and (bool(before.strip(" \"'*•-")) or " " in own)
    if (apposed := _APPOSITION.match(after)) and _stands_apart(before, after, named, apposed["article"]):
        return True
    if not before.strip(" \"'*•-–") and _GLOSS.match(after):
        return True
    if named and _NUMBERED.match(after) and not _OPENS_WITH.search(before):
        return True
    if "_" in own and _PROGRAM_PART.search(before) and not re.match(r" \w", after) and not text.endswith("?"):
        return True
    if _CALLED.search(before) and not (named and re.match(r" [A-Z]", after)):
        return True
    if person and named and " " in own and (_named_role(before, after) or _in_row(text, own)):
        return True
    return _stands_for(own, before, after)


def _named_role(before: str, after: str) -> bool:
    """Return whether a noun for what a person does, or any with an article, stands directly beside a person's name."""
    before = _MISTER.sub("", before)
    if (noun := _NOUN_BEFORE.search(before)) and noun["noun"] not in _NO_NOUN:
        return True
    if _ROLE_LABEL.fullmatch(before):
        return True
    near = (_ROLE_BEFORE.search(before), _ROLE_IS.search(before), _ROLE_AFTER.match(after))
    beside = [match["role"] for match in near if match]
    return any(not {*words(role)} & (_NO_NOUN | STOP) for role in beside)


def _in_row(text: str, name: str) -> bool:
    """Return whether a row tells a person's name and, in a column of its own, the position."""
    row = cells(text)
    return name in row.values() and any(_POSITION.fullmatch(column) for column in row)


def _stands_apart(before: str, after: str, named: bool, article: str) -> bool:
    """Return whether what follows a name is an apposition, and not the next thing of an enumeration."""
    if article == "who":
        return named
    if named:
        return True
    listed = re.search(r"(?:[,:;]|\band|\bor)(?: (?:the|an?))? $", before)
    return not listed and not re.match(r"\W+(?:[\w'’-]+ ){1,5}?[\w'’-]+(?:,| and) (?:the|an?|our) ", after)


def _stands_for(own: str, before: str, after: str) -> bool:
    """Return whether an abbreviation is beside the words that it stands for."""
    letters = own.lower()
    if not (2 <= len(own) <= 6 and own.isalpha() and own.isupper()):
        return False
    if before.endswith("(") and after.startswith(")"):
        return _initials(words(before)[-len(own) :]) == letters
    inside = re.match(r" \(([^()]+)\)", after)
    return inside is not None and _initials(words(inside[1])[: len(own)]) == letters


def _initials(found: Sequence[str]) -> str:
    return "".join(word[0] for word in found)


def _filled(text: str, match: re.Match[str]) -> bool:
    """Return whether a person's name stands beside a role: "the compliance officer, Walt Izumi"."""
    before, after = text[: match.start()], text[match.end() :]
    titled = " " in match[0] and all(word[0].isupper() for word in match[0].split())  # perhaps a person's name itself
    if titled and not (after.startswith(":") or re.search(r"\b(?:[Tt]he|[Oo]ur|[Ii]ts|[Tt]heir) $", before)):
        return False
    return bool(_NAME_AFTER.match(after) or (_NAME_BEFORE.search(before) and not re.match(r" [A-Z]", after)))


def introducing(question: str, citations: Sequence[Citation]) -> list[bool]:
    """Return of each sentence whether it introduces or defines what is asked for, or comes first under it.

    Under it is also behind it on the same line ("**Podzol.** An acid soil …").
    """
    asked = term(question)
    if asked is None:
        return [False] * len(citations)
    first: dict[tuple[str, str], int] = {}
    for c in citations:
        if c.passage.heading and words(c.passage.heading[-1]) == words(asked[0]):
            key = (c.passage.doc_id, c.passage.heading[-1])
            first[key] = min(first.get(key, c.start), c.start)
    under = {(doc, start) for (doc, _), start in first.items()} | _after_label(asked[0], citations)
    found = []
    for c in citations:
        quote = c.line
        whole = any(_COPULA.match(quote[m.end() :]) for m in _places(asked[0], quote))
        found.append(whole or _introduces(*asked, quote) or (c.passage.doc_id, c.start) in under)
    return found


def _after_label(found: str, citations: Sequence[Citation]) -> set[tuple[str, int]]:
    """Return document and start of the sentences that stand on one line behind a term that is a sentence of its own."""
    after = set()
    for c in citations:
        spans = [span for span in c.passage.sentences if span[1] <= c.start]
        if (
            spans
            and words(c.passage.slice(*spans[-1])) == words(found)
            and "\n" not in c.passage.slice(spans[-1][1], c.start)
        ):
            after.add((c.passage.doc_id, c.start))
    return after
