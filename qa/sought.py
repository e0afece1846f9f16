"""Whether a sentence holds the kind of thing that is asked for: a count, money, an age, a unit, a date, a person."""

import re

from qa.conversation import Asked
from qa.features import NUMBER_WORDS, holds
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
_CELL_AMOUNT = re.compile(r": \d[\d.,]*(?:;|$)")  # tables name the currency nowhere, or in a column's name
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
