"""What a question asks for: its expected kind of answer, its names, its parts, and whether it is a question at all.

Rules over the words, no model: the classes follow the coarse answer types of Li and Roth (2002).
"""

import re
from typing import Literal

from corpus.errors import QuestionError
from index.words import STOP, has_cjk, terms, words
from qa import chinese

Kind = Literal["number", "date", "person", "place", "reason", "yesno", "list", "other"]
MAX_CHARACTERS = 2000  # some 350 words; the encoder reads 256 word pieces of them

_NUMBER = re.compile(
    r"\bhow (?:many|much|old|far|fast|tall|high|low|large|big|deep|often|wide|heavy|long(?! ago))\b|"
    r"\bby how\b|"
    r"\b(?:what|which) (?:\S+ ){0,3}?(?:percentage|percent|number|share|amount|price|cost|rate|(?<=the )mean|average|"
    r"score|population|size|length|distance|total|ratio|margin|figure|proportion|fraction|revenue|fee|salary|limit|"
    r"speed|capacity|weight|height|width|temperature)\b|"
    r"\bwhat (?:do|does|did|will|would) .{1,60} (?:cost|earn|weigh|measure)\b|"
    r"\bwhat (?:is|are|was|were) .{1,60} worth\b|"
    r"\bin (?:square )?(?:kilomet|met(?:er|re)s|miles|km|kilogram|kg|grams|tons|tonnes|lit(?:er|re)s|kwh|kilowatt|"
    r"hours|minutes|seconds|days|weeks|months|percent|dollars|euros|pounds|yuan|degrees)"
)
_ASKING = (
    r"(?= (?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|must|may|might)\b|\W*$|,? and\b)"
)
_TOLD = r"\b(?:since|until|till|by|from|know|knows|me|us|say|says|said|out|and|or|to|with|of|for|whether|remember) "
_DATE = re.compile(
    rf"\bwhen{_ASKING}|{_TOLD}when\b|"
    r"\bhow long ago\b|\b(?:what|which) (?:\w+ ){0,2}?(?:year|date|month|day|century|decade|quarter|time)\b"
)
_PERSON = re.compile(
    r"(?<!people )(?<!those )(?<!someone )(?<!person )(?<!\ws )\b(?:who|whom|whose)\b|"  # not "buyers who"
    r"\b(?:what|which) (?:\w+ )?(?:person|author|actor|president|founder|scientist|singer|"
    r"executive|ceo|leader|player|man|woman|king|queen|researchers?|scholars?)(?:'s)?\b"
)
_PLACE = re.compile(
    rf"\bwhere{_ASKING}|{_TOLD}where\b|"
    r"\b(?:what|which) (?:\w+ )?(?:country|countries|city|cities|place|town|state|region|continent|"
    r"university|location|river)\b"
)
_REASON = re.compile(r"\bwhy\b|\bhow come\b|\b(?:what|which) (?:\w+ )?(?:reasons?|causes?)\b|\bwhat caused\b")
_YESNO = re.compile(r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|must|may)\b")
_PLURAL = r"(?!(?:this|its|always|less|us|business|process|series|basis|status|news|does|was|has)\b)[a-z-]+[^s\W]s"
_AUXILIARY = r"(?:are|were|do|did|does|have|has|had|can|could|should|will|would|might|must|is|was)"
_LIST = re.compile(
    rf"\b(?:what|which) (?:are|were) (?:\S+ ){{0,6}}?(?P<are>{_PLURAL})\b|"
    rf"\b(?:what|which) (?:\S+ ){{0,3}}?(?P<aux>{_PLURAL}) {_AUXILIARY}\b|"
    rf"\b(?:what|which) (?:\w+ )?(?P<kinds>types|kinds|sorts|forms|categories|classes|levels|varieties|options|models|"
    rf"versions|sizes|colou?rs) of (?:\S+ ){{1,3}}?{_AUXILIARY}\b|"
    rf"^(?:\w+ )?which (?:\S+ ){{0,2}}?(?P<which>{_PLURAL})\b|"
    rf"\b(?:what|which) (?:two|three|four|five|six|seven|eight|nine|ten) (?:\w+ ){{0,2}}?(?P<counted>{_PLURAL})\b|"
    rf"\b(?:list|name|give|count|mention|describe|present)(?:s|ed)? as (?:\S+ ){{0,2}}?(?P<as>{_PLURAL})\b|"
    rf"^(?:please )?(?:list|name|enumerate) (?:\S+ ){{0,6}}?(?P<named>{_PLURAL})\b"
)
_PARTICULARS = re.compile(
    r"\b(?:wr(?:ote|itten|iter)|authors?|published|publishe[rs]+|publication|source|title[ds]?|doi|issn|isbn|"
    r"journal|volume|"
    r"edit(?:or|ed)|article|paper|report|stud(?:y|ies)|documents?|cite[ds]?|references?|updated|dated|"
    r"licen[cs]e|keywords?|"
    r"conference|proceedings|series|e-?mail|affiliat\w+|works?)\b"
)
_LATIN = re.compile(r"\b(?:what|which|who|when|where|why|how|is|are|does|do|did)\b", re.IGNORECASE)
_TERM = r"(?:(?:an?|its|their|the|[\w-]+['’]s?) )?(?P<term>[a-z][a-z-]*(?: [a-z-]+){1,2})"
_DEFINES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:what(?: is| are|'s)|define)(?: an?)? (?P<term>[a-z][a-z-]*(?: [a-z-]+){1,2})\W*",
        rf"(?:explain|describe|tell me what) {_TERM}(?: (?:is|at|of|in|by|for|as) .*)?\W*",
        rf"how (?:does|do) {_TERM} works?(?: (?:at|in|for|with|on) .*)?\W*",
        rf"what (?:does|do) {_TERM} mean(?: (?:at|in|for|to) .*)?\W*",
    )
)
_PLAIN = frozenset(
    "main total basic overall new current standard annual whole general common usual normal good".split()
)
_NO_QUALIFIER = ("ing", "ed", "ly", "est", "ical")  # ends of participles, adverbs, superlatives and the like
_WORD = re.compile(r"\d{1,3}(?:,\d{3})+(?!\w)|[\w'’&.-]*\w")
_SELF = re.compile(r"I(?:['’](?:m|ll|ve|d))?|OK")  # capitals that are no names
_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|good (?:morning|afternoon|evening|day)|greetings|yo|ni hao|你好|您好|嗨|早上好|晚上好)"
    r"(?: there| everyone| all| bot)?[\s!.,?]*(?:how are you(?: doing)?(?: today)?|what'?s up)?[\s!.,?]*"
)
_THANKS = re.compile(
    r"(?:thanks?|thank you|thx|cheers|great|ok(?:ay)?|cool|bye|goodbye|谢谢你?|多谢|好的|再见)"
    r"(?:,? (?:you|a lot|so much|very much|everyone|then|all|again|bye|thanks|thank you|"
    r"for (?:your|the) help))*[\s!.,]*"
)
_ABOUT = re.compile(
    r"你是谁|你能做什么|你会什么|帮助|怎么用|(?:who|what) are you|what can (?:you|i) (?:do|ask)(?: (?:you|"
    r"here|about))*|help(?: me)?|"
    r"(?:please )?(?:write|compose|tell|sing|draw|generate|make up)(?: me| us)? (?:an? |some )?(?:\w+ ){0,2}"
    r"(?:poem|joke|story|song|essay|haiku|limerick|code|program|e-?mail|letter)\b.*|"
    r"how do(?:es)? (?:you|this) work|"
    r"(?:what|which) (?:documents?|files?|sources?) do you (?:have|know)|what do you know(?: about)?|test(?:ing)?"
)


def check(question: str) -> str:
    """Return the question without blanks around it.

    Raises:
        QuestionError: it is empty or longer than 2,000 characters.
    """
    text = " ".join(question.encode("utf-8", "replace").decode().split())  # a terminal may pass broken characters
    if not text:
        raise QuestionError("a question needs at least one word; got an empty one; type what you want to know")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(
            f"a question has at most {MAX_CHARACTERS:,} characters; got {len(text):,}; ask in fewer words, and index "
            "long texts as documents instead"
        )
    return text


def kind(question: str) -> Kind:
    """Return the kind of answer a question expects.

    >>> kind("How many users are there?"), kind("When was it founded?"), kind("What are its weaknesses?")
    ('number', 'date', 'list')
    >>> kind("What does the SU7 cost?"), kind("What is Xiaomi worth?")
    ('number', 'number')
    """
    if has_cjk(question) and not _LATIN.search(question):
        return chinese.kind(question)
    q = question.lower()
    rules: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("reason", _REASON), ("date", _DATE), ("number", _NUMBER), ("person", _PERSON), ("place", _PLACE),
        ("list", _LIST),
    )  # fmt: skip
    found: Kind = next((name for name, pattern in rules if pattern.search(q)), "other")
    return "yesno" if found in ("other", "list") and _YESNO.match(q) else found


def listed(question: str) -> str:
    """Return the plural noun that a list is asked of, or nothing.

    >>> listed("What are Xiaomi's marketing weaknesses?"), listed("What happens then?")
    ('weaknesses', '')
    """
    match = _LIST.search(question.lower())
    return next(filter(None, match.groups()), "") if match else ""


def names(question: str) -> dict[str, str]:
    """Return the index terms of names and numbers in a question, each with the word as written.

    A name is a capitalised word that does not open the question, or a word with a digit. Nothing can stand
    in for these: evidence about Douyin does not answer a question about Instagram.

    >>> names("How many followers does Lei Jun have on Instagram?")
    {'lei': 'Lei', 'jun': 'Jun', 'instagram': 'Instagram'}
    >>> names("Is it OK if I'm late, and what will I've to pay?"), names("Who signs 1,800 euros?")
    ({}, {'1800': '1,800'})
    """
    found: dict[str, str] = {}
    shouting = question.isupper()
    title = sum(w[:1].isupper() for w in question.split()) > 0.8 * len(question.split()) > 3
    plain = "".join(" " if has_cjk(char) else char for char in question)  # no blanks part "SU7" from Chinese words
    for match in _WORD.finditer(plain):
        word = re.sub(r"['’]s$", "", match.group())
        opens = match.start() == 0 or question[: match.start()].rstrip().endswith(("?", ".", "!"))
        capital = word[:1].isupper() and not _SELF.fullmatch(word) and not opens and not shouting and not title
        if (capital or any(c.isdigit() for c in word)) and word.lower() not in STOP:
            found |= dict.fromkeys(terms(word), word)
    return found


def concept(question: str) -> str:
    """Return the term of two or three words that a question asks to explain, or "" where it asks for something else.

    >>> concept("What is hunger marketing?"), concept("How does its hunger marketing work at home?"), concept("Why?")
    ('hunger marketing', 'hunger marketing', '')
    """
    match = next(filter(None, (form.fullmatch(question.strip()) for form in _DEFINES)), None)
    return match["term"].lower() if match else ""


def qualifiers(question: str) -> set[str]:
    """Return the index terms of what a term has in front, where a question only asks to explain it.

    Without them it is another thing: evidence about marketing does not tell what hunger marketing is. Participles,
    adverbs and superlatives are none ("What is causing delays?"), nor what may be spelled in one word ("e-mail").

    >>> qualifiers("What is hunger marketing?"), qualifiers("What is causing delays?")
    ({'hunger'}, set())
    """
    before = concept(question).split()[:-1]
    if set(before) & STOP:
        return set()
    return set(terms(" ".join(w for w in before if not ("-" in w or w in _PLAIN or w.endswith(_NO_QUALIFIER)))))


def asks_particulars(question: str) -> bool:
    """Return whether a question is about a document itself: its author, date, publisher, references.

    >>> asks_particulars("Who wrote the study?"), asks_particulars("When did sales begin?")
    (True, False)
    """
    return _PARTICULARS.search(question.lower()) is not None


def smalltalk(question: str) -> Literal["greeting", "thanks", "about"] | None:
    """Return what kind of chatter this is, or None for a question to the documents."""
    q = question.lower().strip(" ?!.")
    if _GREETING.fullmatch(q):
        return "greeting"
    if _THANKS.fullmatch(q):
        return "thanks"
    return "about" if _ABOUT.fullmatch(q) else None


def is_babble(question: str) -> bool:
    """Return whether there is no word in it at all (only signs or symbols)."""
    return not any(len(w) > 1 or w.isdigit() for w in words(question))
