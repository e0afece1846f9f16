"""Values that a sentence gives: quantities with their unit, dates, times of day, and identifying numbers.

A value is an interval in the base unit of its dimension, as wide as its words allow: "about 40,000", "3.5 million"
and "more than 60%" leave room, 1,240 does not. Two values agree where their intervals meet. Numeric mismatch is one of
the classes of contradiction of de Marneffe, Rafferty and Manning (2008), "Finding contradictions in text".
"""

import math
import re
from dataclasses import dataclass

from index.words import stem
from qa.units import ADJECTIVES, LARGE, NUMBER, PEOPLE, UNITS, WORD_NUMBERS, number

_REACH = 0.2  # how far from a limit ("more than 60%", "up to 15") the value may lie, as a share of it
_ROOM = 0.1  # by how much two lower or two upper limits may differ
_ABOUT = r"about|around|roughly|approximately|approx\.?|some|nearly|almost|circa|ca\.|close to|约|大约|近|将近|左右|~|≈"
_LEAST = (
    r"(?:more|greater|higher) than|over|above|at least|no (?:less|fewer|younger|shorter|earlier|smaller) than|"
    r"a minimum of|超过|至少|不少于|>"
)
_MOST = (
    r"(?:less|fewer|lower) than|under|below|at most|up to|no (?:more|older|longer|later|larger|higher) than|"
    r"a maximum of|不超过|至多|最多|<"
)
_SIGN = r"US\$|HK\$|[$€£¥₹]|USD|EUR|GBP|CNY|RMB|HKD"
_TIMES = r"thousand|million|billion|trillion|mn|bn|k|m|万亿|千万|百万|万|亿"
_QUANTITY = re.compile(
    rf"(?:(?P<about>\b(?:{_ABOUT})|[约近~≈])\s*)?(?:(?P<least>{_LEAST})\s*)?(?:(?P<most>{_MOST})\s*)?"
    rf"(?:(?P<about2>\b(?:{_ABOUT}))\s*)?(?P<sign>{_SIGN})?\s?"
    rf"(?<![A-Za-z0-9_.,-])(?P<number>{NUMBER})(?:\s?(?:-|–|to|and|至|到)\s?(?P<sign2>{_SIGN})?\s?(?P<upper>{NUMBER}))?(?![\d-])"
    rf"(?:\s?(?P<times>(?:{_TIMES})(?![a-z])))?(?P<rest>[+]?\s?[^\n]{{0,40}})",
    re.IGNORECASE,
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join([*_MONTHS, *(m[:3] + r"\.?" for m in _MONTHS), "sept"])
_YEAR = r"(?P<year{0}>(?:1[0-9]|20)\d\d)"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>(?:1\d|20)\d\d)\s?年(?:\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?[日号])?)?",
        r"(?<![\d-])(?P<year>(?:1\d|20)\d\d)-(?P<month>0\d|1[0-2])(?:-(?P<day>[0-3]\d))?(?![\d-])",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<name>{_MONTH})\b(?:,? (?P<year>(?:1\d|20)\d\d))?",
        rf"\b(?P<name>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<year>(?:1\d|20)\d\d))?",
        rf"\b(?P<name>{_MONTH}),? (?:of )?(?P<year>(?:1\d|20)\d\d)\b",
        r"(?<![\w.,-])(?P<year>(?:1[0-9]|20)\d\d)(?![\w-]|[.,]\d|\s?(?:%|percent|km|kg|million))",
    )
)
_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-4])(?:(?::|\.)(?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?|o'clock\b)"
    r"|\b(?P<hour2>[01]?\d|2[0-4]):(?P<minute2>[0-5]\d)\b|(?P<part>上午|下午|晚上)?(?P<hour3>\d{1,2})点(?P<minute3>半)?",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(?<![\w-])(?=[\w-]*\d[\w-]*\d)[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})+(?![\w-])")
_DIFFERENCE = re.compile(
    r"\W*(?:\w+\W+)?(?:lower|below|above|higher|less|more|cheaper|dearer|fewer|under|over|longer|ago|later|earlier)\b"
)
_RATE = re.compile(
    r"\W*(?:\w+\W+){0,2}?(?:per|an?|each|every) (?P<per>hour|day|night|week|month|quarter|year|person|km|kilometre|"
    r"square metre|square meter|employee|user|unit)\b|\W*(?:\w+\W+){0,2}?/(?P<per2>h|day|month|year|km|m2)\b|"
    r"\W*(?:\w+\W+)?(?P<ly>hourly|daily|weekly|monthly|quarterly|yearly|annually)\b",
    re.IGNORECASE,
)
_LY = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annually": "year",
}  # fmt: skip
_NOUN = re.compile(r"\W*(?:of (?:the |its |all )?)?([^\W\d_][\w-]*)(?:[ -]([^\W\d_][\w-]*))?")
_NAMED = re.compile(
    r"(?:\b[A-Z][A-Za-z]+|\b(?:version|section|chapter|page|table|figure|phase|no\.|item|article|step)) $"
)
_NO_NOUN = frozenset(
    "a an and or in on at for from by to as is was are were the that which who per with of than".split()
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a sentence: ``text[start:end]``.

    ``dimension`` tells what can be compared ("length", "money eur", "%", "count", "date", "clock", "id");
    ``low`` and ``high`` bound it in the dimension's base unit. ``nouns`` are stems of what a count counts,
    ``aspect`` the measured side ("long", "wide"), ``per`` what a rate is of.
    """

    dimension: str
    low: float
    high: float
    text: str
    start: int
    end: int
    nouns: frozenset[str] = frozenset()
    aspect: str = ""
    per: str = ""

    def agrees(self, other: "Value") -> bool:
        """Return whether both may be the same value, as precisely as each is told."""
        if self.dimension == "id":
            return self.text.lower() == other.text.lower()
        if self.open and other.open:  # two limits: a range where they face each other
            one, two = sorted(v.low if math.isinf(v.high) else v.high for v in (self, other))
            return math.isinf(self.low) != math.isinf(other.low) or two - one <= _ROOM * abs(one)
        (low, high), (least, most) = self.reach, other.reach
        return low <= most and least <= high

    @property
    def open(self) -> bool:
        """Whether only a lower or only an upper limit is told."""
        return math.isinf(self.low) or math.isinf(self.high)

    @property
    def reach(self) -> tuple[float, float]:
        """The limits of what is meant; a limit is told where the value lies near it (Grice 1975)."""
        if math.isinf(self.high):
            return self.low, self.low + _REACH * abs(self.low)
        if math.isinf(self.low):
            return self.high - _REACH * abs(self.high), self.high
        return self.low, self.high

    def comparable(self, other: "Value") -> bool:
        """Return whether both measure the same: dimension, side, rate, and what is counted where both say it."""
        if self.dimension != other.dimension or (self.aspect and other.aspect and self.aspect != other.aspect):
            return False
        if self.per != other.per and self.per and other.per:
            return False
        return self.dimension != "count" or not self.nouns or not other.nouns or bool(self.nouns & other.nouns)


def dates(text: str) -> list[Value]:
    """Return the dates of a text as intervals of day numbers; a date without a year has the dimension "day".

    A coarser date agrees with every finer one inside it.

    >>> [(v.text, v.agrees(dates("14 May 1932")[0])) for v in dates("in May 1932, not 1933")]
    [('May 1932', True), ('1933', False)]
    """
    found: list[Value] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(match.start() < v.end and v.start < match.end() for v in found):
                continue
            parts = match.groupdict()
            year = int(parts["year"]) if parts.get("year") else None
            month = int(parts["month"]) if parts.get("month") else _month(parts.get("name"))
            day = int(parts["day"]) if parts.get("day") else None
            low, high = _span(year, month, day)
            found.append(Value("date" if year else "day", low, high, match.group(), *match.span()))
    return sorted(found, key=lambda v: v.start)


def _month(name: str | None) -> int | None:
    return next((n for n, m in enumerate(_MONTHS, start=1) if name and m.startswith(name.lower()[:3])), None)


def _span(year: int | None, month: int | None, day: int | None) -> tuple[float, float]:
    """Return the days that a date may mean, on a calendar of 12 months of 31 days."""
    start = 372 * (year or 0) + 31 * ((month or 1) - 1) + (day or 1)
    return start, start + (0 if day else 30 if month else 371)


def clocks(text: str) -> list[Value]:
    """Return the times of day in minutes from midnight.

    >>> [(v.text, v.low) for v in clocks("from 9 am to 17:30")]
    [('9 am', 540), ('17:30', 1050)]
    """
    found = []
    for match in _CLOCK.finditer(text):
        parts = match.groupdict()
        hour = int(parts["hour"] or parts["hour2"] or parts["hour3"])
        minute = 30 if parts["minute3"] else int(parts["minute"] or parts["minute2"] or 0)
        late = (parts["half"] or "").lower().startswith("p") or parts["part"] in ("下午", "晚上")
        total = 60 * (hour % 12 + 12 if late else hour) + minute
        found.append(Value("clock", total, total, match.group().strip(" ."), *match.span()))
    return found


def identifiers(text: str) -> list[Value]:
    """Return identifying numbers with hyphens: ISSN, telephone, model and serial numbers."""
    return [Value("id", 0.0, 0.0, m.group(), *m.span()) for m in _IDENTIFIER.finditer(text)]


def quantities(text: str) -> list[Value]:
    """Return the quantities of a text; dates, times of day, identifiers and differences ("50 euros less") are none.

    >>> [(v.text, v.dimension, v.low) for v in quantities("It weighs 0.6 kg and has twelve keys.")]
    [('0.6 kg', 'mass', 570.0), ('twelve', 'count', 12.0)]
    """
    taken = [(v.start, v.end) for v in (*dates(text), *clocks(text), *identifiers(text))]
    found: list[Value] = []
    position = 0
    while match := _QUANTITY.search(text, position):
        position = max(match.end("times") if match["times"] else match.end("number"), match.start() + 1)
        if any(a < match.end("number") and match.start("number") < b for a, b in taken):
            continue
        if _NAMED.search(text[: match.start("number")]) and not match["times"]:
            continue  # "Model 3", "Phase 2"
        if value := _quantity(text, match):
            found.append(value)
            position = max(position, value.end)
    return found


def _quantity(text: str, match: re.Match[str]) -> Value | None:
    """Return the value of one match, or None where it is a difference or a bare "one"."""
    low = number(match["number"])
    word = (match["times"] or "").lower()
    after = match.start("rest")
    if word in ("k", "m") and not match["sign"]:  # "44 m" are metres
        word, after = "", match.end("number") if not match["upper"] else match.end("upper")
    times = LARGE.get(word, 1.0)
    high = number(match["upper"]) if match["upper"] else low
    if match["upper"] and not (high > low):  # "Q1 and 2", "5 to 3" is no range
        high, times, after = low, 1.0, match.end("number")
    unit, dimension, factor, shift, end = _unit(text, after, match["sign"])
    if _DIFFERENCE.match(text[end:]) or (dimension == "count" and match["number"].lower() == "one"):
        return None
    if match["number"].lower() == "half" and dimension == "count":
        low, high, dimension, end = 50.0, 50.0, "%", after
    about = bool(match["about"] or match["about2"]) or text[end:].startswith("左右")
    slack = 0.0 if match["upper"] else _slack(match["number"], times, about)
    low, high = (low * times - slack - shift) * factor, (high * times + slack - shift) * factor
    if match["least"] or text[after : after + 1] == "+":
        high = math.inf
    if match["most"]:
        low = -math.inf
    nouns = frozenset() if dimension != "count" else _nouns(text[after:], unit)
    rate = _RATE.match(text[end:])
    per = next((g.lower() for g in rate.groups() if g), "") if rate else ""
    aspect = ADJECTIVES.get(text[end:].split()[0].strip(",.;").lower(), "") if text[end:].split() else ""
    start = min(s for s in (match.start("number"), match.start("sign")) if s >= 0)
    shown = " ".join(text[start:end].split())
    return Value(dimension, low, high, shown, start, end, nouns, aspect, _LY.get(per, per))


def _unit(text: str, after: int, sign: str | None) -> tuple[str, str, float, float, int]:
    """Return (unit as written, dimension, factor and shift to the base unit, end of the value)."""
    if sign:
        return sign, UNITS[sign.lower()][0], 1.0, 0.0, after
    blank = re.match(r"[\s-]?", text[after:])
    start = after + (blank.end() if blank else 0)
    for unit in sorted(UNITS, key=len, reverse=True):
        piece = text[start : start + len(unit)]
        ends = not unit[-1].isascii() or not unit[-1].isalnum() or not text[start + len(unit) :][:1].isalnum()
        same = piece == unit if len(unit) == 1 else piece.lower() == unit
        if same and ends:
            return unit, *UNITS[unit], start + len(unit)
    return "", "count", 1.0, 0.0, after


def _nouns(rest: str, unit: str) -> frozenset[str]:
    """Return the stems of the words that name what is counted; all words for people are one."""
    match = _NOUN.match(rest)
    if not match or unit:
        return frozenset()
    found = []
    for word in (w for w in match.groups() if w):
        if word.lower() in _NO_NOUN:
            break
        found.append("people" if word.lower() in PEOPLE or word[0] in "人名位" else stem(word.lower()))
    return frozenset(found)


def _slack(written: str, times: float, about: bool) -> float:
    """Return by how much a number may differ from what it is told as.

    Half of its last written digit, where that digit is a rounded one: decimals, multiples ("3.5 million"), three zeros
    at the end or more (two digits count). With a word like "about" the last digit that is no zero counts. At most
    5 % of the number, 10 % with such a word.
    """
    value = abs(number(written)) * times
    if value == 0:
        return 0.0
    plain = written.replace(",", "")
    decimals = len(plain.partition(".")[2]) if plain.replace(".", "").isdigit() else 0
    digits = plain.replace(".", "").lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0")) if digits.isdigit() and not decimals else 0
    if not about and zeros < 3:
        zeros = 0
    elif not about:
        zeros = min(zeros, len(digits) - 2)
    unit = times * 10.0 ** (zeros - decimals)
    exact = not about and not decimals and not zeros and times == 1
    if exact and written.lower() in WORD_NUMBERS:
        return 0.0
    if about:
        return min(max(unit / 2, 0.025 * value), 0.1 * value)
    return min(unit / 2 * (0.99 if exact else 1), 0.05 * value)
