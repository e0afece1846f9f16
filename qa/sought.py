"""Whether a sentence holds the kind of thing that is asked for: a count, money, an age, a unit, a date, a person."""

import re

from qa.answer import Citation
from qa.conversation import Asked
from qa.features import COUNTS, NUMBER_WORDS, holds
from qa.question import kind
from qa.rows import is_row, values
from qa.synonyms import content

_ASKS_COUNT = re.compile(r"\bhow many (?!(?:percent|per cent)\b)(?:(?:more|other|different|new|of the|of its) )?(\w+)")
_COUNT = re.compile(r"\d(?![\d.,]*(?:\s?%|\s?percent|th\b|st\b|nd\b|rd\b))")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
_COUNT_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)}|one)\b")
_CLOSE = 30  # characters between a number in words and what it counts
_ASKS_AGE = re.compile(r"\bhow old\b")
_AGE = re.compile(r"\b(?:born|aged \d|age of|years?[ -]old|\d+ years of age)\b")
_ASKS_MONEY = re.compile(
    r"\bhow much (?:\w+ ){1,4}?(?:pay|paid|cost|spend|spent|earn|charge|invest|worth)\b|\bat what price\b|"
    r"\b(?:does|do|did|would|will) .{1,60} cost\b|\b(?:price|cost|salary|fee|revenue)s? of\b"
)
_MONEY = re.compile(
    r"[$€£¥₹]|\b(?:usd|eur|gbp|cny|rmb|yuan|dollars?|euros?|pounds?|rupees?|yen|cents?|francs?)\b|\d\s?(?:k|mn|bn)\b"
)
_CELL_AMOUNT = re.compile(r": \d[\d.,]*(?:;| \||$)")  # tables name the currency nowhere, or in a column's name
_IN_UNIT = re.compile(r"\bin (?:(?:square|cubic|full|whole|working|calendar) )?(?P<unit>[a-z]+(?:-[a-z]+)?)\b")
_UNITS = (  # words that name units of one kind; a question that asks for one is answered in one of these
    "kilometre kilometres kilometer kilometers km metre metres meter meters m miles mile mi feet foot ft cm mm",
    "kilogram kilograms kg gram grams g tonne tonnes ton tons pounds lb",
    "kilowatt-hours kilowatt-hour kwh wh mwh gwh kilowatt kilowatts kw mw horsepower hp ps",
    "litre litres liter liters l ml", "percent per-cent %", "degrees celsius fahrenheit °c °f",
    "hours hour h minutes minute min seconds second s days day weeks week months month years year",
)  # fmt: skip
_UNIT_OF = {word: frozenset(family.split()) for family in _UNITS for word in family.split() if len(word) > 2}
_AGENT = re.compile(  # who does it where it is done by someone without a name: "granted by the head teacher"
    r"(?:ed|en|wn|nt|ld|ut|ne|pt) (?:by|to) (?:the|an?|your|their|his|her|our) (?!(?:end|time|way|day|date|year|month|"
    r"week|hour|beginning|start|same|following|first|last|next|use|sea|river|rest)\b)[a-z]{3}"
)
_CITED = re.compile(r"(?<=[A-Za-z.]) \((?:[^()\d]*, )?\d{4}[a-z]?\)")  # "Shih et al. (2014)": when it was published
_CONDITION = re.compile(r"^(?:and )?when (?:may|can|could|must|should|do|am|are) (?:i|we|you|one|they)\b")
_DENIES = re.compile(r"\b(?:not(?! only| just| merely)|no|never|none|nothing|neither|without|excluded?|cannot)\b|n't\b")
_ASKS_NAMES = re.compile(  # "which three brands", "what are the names of the five towns"
    rf"\b(?:which|who|what|name|list)\b(?: (?:are|were|the|of|all|names?|titles?|subjects?|topics?))* "
    rf"(?P<count>{'|'.join(COUNTS)}|[2-9]|10) (?!times\b|percent\b|%|per\b|million\b|billion\b)[a-z]"
)
_ASKS_NAME = re.compile(  # "which bank bought it?", "the name of the vicar who …"; no amount or date
    r"\bwhich (?P<noun>(?!price|cost|fee|sum|amount|share|rate|range|size|age|score|number|year|month|week|day|date|"
    r"time)[a-z-]{3,})\b|\bname of the (?:[a-z-]+ )??(?P<named>[a-z-]{3,})(?= who| that| which| with| in|\W*$)"
)
_NUMBER = re.compile(rf"\b(?:{'|'.join(COUNTS)}|[2-9]|10)\b", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[A-Z]\w")
_JOINED = re.compile(r"[,;&/]|\band\b")
_GOES_ON = re.compile(r"\s*(?:[-•*|\d(]|(?:the )?(?:first|one|former)\b|these\b|they\b)", re.IGNORECASE)
_SHORT = 10  # words of a sentence that announces what those after it tell
_ENTRY = re.compile(r"\s*[-•*–|]")
_TOKEN = re.compile(r"%|°?[a-z]+(?:-[a-z]+)*|(?<=\d)[a-z]+")
_WHEN = re.compile(
    r"\d{1,2}[:.]\d\d|\d{1,2} ?[ap]m\b|\b(?:after|before|during|until|till|since|soon|later|earlier|once|every|each|"
    r"daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|spring|summer|autumn|winter|weekend|morning|noon|evening|night|"
    r"year|month|week|day|quarter|(?:first|second) half|immediately|at once|now|currently|when|while|from .+ on)s?\b"
)


def could_answer(asked: Asked, quote: str) -> bool:
    """Return whether a sentence holds the kind of thing asked for: a count, an amount of money, a number, a person."""
    question, text = asked.question.lower(), quote.lower()
    if _DENIES.search(text):  # "no date is set" answers "when"
        return True
    if _ASKS_MONEY.search(question):
        return _MONEY.search(text) is not None or (is_row(quote) and _CELL_AMOUNT.search(text) is not None)
    if _ASKS_AGE.search(question):
        return _AGE.search(text) is not None
    if (counted := _ASKS_COUNT.search(question)) and not _counts(counted[1], text):
        return False
    if (unit := _IN_UNIT.search(question)) and unit["unit"] in _UNIT_OF:
        return any(word in _UNIT_OF[unit["unit"]] for word in _TOKEN.findall(text))
    expected = kind(asked.question)
    if expected == "date" and _CONDITION.match(question):  # "when may I": on what condition
        return True
    if expected == "date" and not holds("date", quote, asked.full):
        return _WHEN.search(text) is not None
    if expected == "person" and _AGENT.search(text):
        return True
    return expected not in ("number", "person") or holds(expected, values(quote), asked.full)


def unnamed(question: str, citation: Citation) -> bool:
    """Return whether a sentence only mentions, or counts, what it is asked to name.

    "Which bank bought it?" is not answered by "it was bought by a bank", nor "which three brands are partners?" by
    "partnerships with 3 leading brands": as many things have one comma or "and" less between them, unless a list or
    as many sentences follow.
    """
    asked, text = question.lower(), citation.line
    if match := _ASKS_NAMES.search(asked):
        return _only_counts(COUNTS.get(match["count"]) or int(match["count"]), text, citation)
    if match := _ASKS_NAME.search(asked):
        noun = re.escape(match["noun"] or match["named"])
        some = re.search(rf"\b(?:an?|another|one|some) (?:[a-z-]+ ){{0,3}}{noun}\b(?!-)", text)
        return some is not None and not holds("person", text, question)  # a name of any kind
    return False


def _only_counts(count: int, text: str, citation: Citation) -> bool:
    """Return whether a sentence tells a number, and neither names as many things nor announces them."""
    told = next((m for m in _NUMBER.finditer(text) if (COUNTS.get(m[0].lower()) or int(m[0])) == count), None)
    if told is None:
        return False
    before, rest = re.split("[;:]", text[: told.start()])[-1], text[told.end() :]  # of a row the own cell
    if len(_JOINED.findall(rest)) >= count - 1 or ":" in rest:
        return False
    if len(_CAPITAL.findall(before)) >= count and len(_JOINED.findall(before)) >= count - 1:
        return False
    after = citation.passage.slice(citation.end, citation.passage.end)
    next_entry = _ENTRY.match(text) and _ENTRY.match(after)
    sentences = sum(start >= citation.end for start, _ in citation.passage.sentences)
    announces = len(text.split()) <= _SHORT and sentences >= count
    return not announces and (not _GOES_ON.match(after) or next_entry is not None)


def uncited(quote: str) -> str:
    """Return a sentence without the years of works that it refers to.

    >>> uncited("Shih et al. (2014) studied fans.")
    'Shih et al. studied fans.'
    """
    return _CITED.sub("", quote)


def _counts(noun: str, text: str) -> bool:
    """Return whether a text counts: by figures, or by a number in words close to what is counted."""
    text = _CLOCK.sub(" ", text)
    near = (text[max(0, m.start() - _CLOSE) : m.end() + _CLOSE] for m in _COUNT_WORD.finditer(text))
    return _COUNT.search(text) is not None or any(content(noun) & content(words) for words in near)
