"""Questions that a statement answers, by rules: when, where, who, how many, how much, what; no model.

"Xiaomi entered India in 2014." gives "When did Xiaomi enter India?" with the answer "2014". A sentence that leans on
others, or that the rules cannot read with some safety, gives none: a person is to accept most of what is drafted.
Chinese asks in place: "小米成立于2010年。" gives "小米成立于哪一年？".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.clause import DATE, Clause, lowered, read, sentence
from qa.verbs import AUXILIARIES, BE, turned

Asks = Literal["when", "where", "who", "how many", "how much", "what share", "what", "gap"]
_WHEN = re.compile(rf"\b(in|on|since|until|by) ({DATE})\b(?![-–%])", re.IGNORECASE)
_ANY_DATE = re.compile(rf"\b{DATE}\b")
_NUMBER = (
    r"(?:\d[\d,]*(?:\.\d+)?(?: (?:hundred|thousand|million|billion|trillion))?|"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|thousands?))"
)
_ABOUT = (
    r"(?:(?:more than|less than|fewer than|at least|at most|up to|about|around|over|under|almost|nearly|some|only|just|"
    r"roughly|approximately|a total of) )*"
)
_UNIT = r"(?:yuan|dollars?|euros?|pounds?|yen|rupees?|RMB|USD|EUR)"
_MONEY = re.compile(
    rf"^({_ABOUT})((?:(?:US|HK|A|C)?[$€£¥]|(?:CNY|RMB|USD|EUR|GBP|INR|JPY) ?) ?{_NUMBER}|{_NUMBER} {_UNIT})(?!\w)"
)
_SHARE = re.compile(rf"^({_ABOUT})(\d[\d.]* ?(?:%|per ?cent))( of .+)?$")
_COUNT = re.compile(
    rf"^({_ABOUT})({_NUMBER}) ((?:[a-z][\w-]* ){{0,3}}?(?:[a-z][\w-]*[a-rt-z]s|people|men|women|children))(?=[ ,]|$)"
)
_NOT_COUNTED = re.compile(
    r"(?:years?|per|percent|times?|or|to|and|in|of|on|at|by|for|from|as|is|was|were|are|points?)\b"
)
LONGEST = 24  # words of a question
PLACES = frozenset(
    """
    Africa Argentina Asia Australia Austria Bangladesh Beijing Belgium Berlin Brazil Britain Canada Chile China
    Chongqing Denmark Egypt England Europe Finland France Germany Greece Guangzhou Hangzhou India Indonesia Iran
    Ireland Israel Italy Japan Kenya Korea London Madrid Malaysia Mexico Moscow Nanjing Netherlands Nigeria
    Norway Pakistan Paris Peru Philippines Poland Portugal Russia Shanghai Shenzhen Singapore Spain Sweden
    Switzerland Taiwan Thailand Tokyo Turkey Ukraine Vietnam Wuhan
    """.split()
)  # fmt: skip
_PLACE = re.compile(
    r"\b(?:in|at) ((?:the )?(?:Hong Kong|New York|South Korea|South Africa|United States|United Kingdom|New Zealand"
    rf"|Sri Lanka|Saudi Arabia|Los Angeles|San Francisco|{'|'.join(sorted(PLACES))}))\b(?! [A-Z]|['’]| and\b|, [A-Z])"
)
_PERSONAL = frozenset(
    "announced answered argued asked became began believed born came claimed criticised decided described "
    "designed directed discovered explained founded invented joined led married met painted praised predicted "
    "promised published replied resigned retired said sang signed sold spoke studied suggested taught thought "
    "told visited warned won wore worked wrote".split()
)
_ORGANISATION = re.compile(
    r"\b(?:Group|Inc|Corp|Auto|Company|University|Ltd|LLC|Technology|Bank|Agency|Ministry|Institute|Home|Studio|Store|"
    r"Board|Council|Committee|Press|Times|Festival|Community|Forum|Motors?|Electronics|Association|Corporation)\b"
)
_OBJECT = re.compile(
    r"(?:an?|the) ((?:(?!of\b|and\b|or\b|to\b|in\b|at\b|on\b|for\b|from\b|by\b|as\b|with\b)[\w'’-]+ ?){1,5}?)"
    r"(?=$| (?:in|at|on|for|from|with|as|to) )"
)
_CHINESE = (
    (re.compile(r"(\d{4}年)(?!\d)"), "哪一年", "when"),
    (re.compile(r"(\d[\d.]*[%％])"), "百分之多少", "what share"),
    (re.compile(r"(\d[\d,.]*(?:万|亿|千)?)(?=元|人民币|美元)"), "多少", "how much"),
    (re.compile(r"(\d[\d,.]*(?:万|亿|千)?)(?=[人名家个辆台部座款])"), "多少", "how many"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrased:
    """A question with the words of the statement that answer it."""

    asks: Asks
    question: str
    answer: str


def questions(statement: str) -> Iterator[Phrased]:
    """Yield the questions that a sentence answers, each with its answer as it stands in the sentence."""
    text = re.sub(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+", "", " ".join(statement.split()))
    if text.endswith("。"):
        yield from _chinese(text)
        return
    clause = read(text)
    if clause is None:
        return
    seen: set[str] = set()
    cited = re.fullmatch(r"(\S+) \1", clause.subject)  # "Rong et al. (2017) compared", as :func:`read` leaves it
    ways = (_cited,) if cited else (_when, _where, _quantity, _who, _what, _object)
    for found in (one for way in ways for one in way(clause)):
        if (
            found.answer.lower() not in found.question.lower()
            and 4 < len(found.question.split()) <= LONGEST
            and found.question not in seen
        ):
            seen.add(found.question)
            yield found


def _when(clause: Clause) -> Iterator[Phrased]:
    found = list(_WHEN.finditer(clause.rest))
    if len(found) != 1 or len(_ANY_DATE.findall(clause.rest)) != 1:
        return
    one = found[0]
    rest = f"{clause.rest[: one.start()]} {clause.rest[one.end() :]}"
    word = {"since": "Since when", "until": "Until when", "by": "By when"}.get(one[1].lower(), "When")
    if clause.verb in BE and re.match(r"\s*(?:$|an? |the )", rest):
        return
    if not rest.lstrip().startswith("that ") and (question := clause.asked(rest, word)):
        yield Phrased("when", question, one[2])


def _where(clause: Clause) -> Iterator[Phrased]:
    found = list(_PLACE.finditer(clause.rest))
    if len(found) != 1 or re.match(r"(?:\w+ ){0,1}(?:in|at) the \w+ of", clause.rest[found[0].start() :]):
        return
    rest = f"{clause.rest[: found[0].start()]} {clause.rest[found[0].end() :]}"
    if (
        re.search(r"\b(?:that|most|largest|biggest|leading|first|number|markets?|makers?|sales|than)\b", rest)
        or not rest.strip()
        or (clause.verb in BE and re.match(r"\s*(?:an?|the) ", rest))
    ):
        return  # "the largest maker in China": the place belongs to the noun
    if question := clause.asked(rest, "Where"):
        yield Phrased("where", question, found[0][1])


def _quantity(clause: Clause) -> Iterator[Phrased]:
    rest, participle = clause.rest, ""
    if clause.verb in AUXILIARIES and (parted := re.match(r"(\w+) (?=.)", rest)) and turned(parted[1], False):
        participle, rest = parted[1], rest[parted.end() :]  # "has delivered 400,000 vehicles"
    price = re.match(r"(at|for) (?=\S)", rest)
    if price and not participle and (money := _MONEY.match(rest[price.end() :])):
        after = rest[price.end() + money.end() :]
        yield from _asked(clause, after, f"{price[1].capitalize()} what price", "how much", money[2])
    elif not participle and (money := _MONEY.match(rest)):
        word = (
            "How much"
            if clause.verb in ("costs", "cost", "spent", "earned", "pays", "paid", "raised", *BE)
            else "How much money"
        )
        yield from _asked(clause, rest[money.end() :], word, "how much", money[2])
    elif not participle and (share := _SHARE.match(rest)):
        if share[3] and "," not in share[3] and clause.verb not in BE:
            yield from _asked(clause, "", f"What percentage{share[3]}", "what share", share[2])
    elif (count := _COUNT.match(rest)) and not _NOT_COUNTED.match(count[3]) and not _ANY_DATE.fullmatch(count[2]):
        done = f"{participle} " if participle else ""
        if participle or clause.verb not in BE:
            yield from _asked(clause, f"{done}{rest[count.end() :]}", f"How many {count[3]}", "how many", count[2])


def _asked(clause: Clause, rest: str, word: str, asks: Asks, answer: str) -> Iterator[Phrased]:
    if (question := clause.asked(rest, word)) and not rest.lstrip().startswith(("and ", "or ", "to ", "-", ",")):
        yield Phrased(asks, question, answer)


def _who(clause: Clause) -> Iterator[Phrased]:
    """Ask for a person by the name: two or three capitalised words that do what people do, or by whom it was done."""
    subject = clause.subject
    person = re.fullmatch(
        r"(?!The |Some |Many |Most |All |An? )[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}", subject
    ) and not _ORGANISATION.search(subject)
    if person and clause.verb in _PERSONAL:
        yield Phrased("who", sentence("Who", clause.adverb, clause.verb, clause.rest), subject)
    by = re.search(r" by ([A-Z][a-z]+(?: [A-Z][a-z]+){1,2})$", clause.rest)
    done = re.match(r"(?:\w+ly )?\w*(?:ed|en|wn|ut|ad|ld|nt|lt)\b", clause.rest)
    if by and done and clause.verb in BE and not _ORGANISATION.search(by[1]):
        yield from _asked(clause, clause.rest[: by.start()], "By whom", "who", by[1])


def _cited(clause: Clause) -> Iterator[Phrased]:
    """Ask whose study it is."""
    if clause.verb not in AUXILIARIES and len(clause.rest.split()) > 4:
        yield Phrased("who", sentence("Who", clause.adverb, clause.verb, clause.rest), clause.subject.split()[0])


def _what(clause: Clause) -> Iterator[Phrased]:
    """Ask what something is, where a short noun phrase or a number says it."""
    value = re.fullmatch(rf"{_ABOUT}({_NUMBER}(?: ?%| percent)?|\d[\d.]* ?%)", clause.rest)
    if value and clause.verb in ("is", "was") and len(clause.subject.split()) > 2:
        yield Phrased("what", sentence("What", clause.verb, lowered(clause.subject)), value[1])
    said = re.fullmatch(r"(?:an?|the) ((?:[\w-]+ ){0,4}[\w-]+)", clause.rest)
    if clause.verb in ("is", "was") and said and not clause.adverb and re.search(r"[A-Z]", clause.subject):
        yield Phrased("what", sentence("What", clause.verb, lowered(clause.subject)), said[1])


def _object(clause: Clause) -> Iterator[Phrased]:
    """Ask for the thing done, a noun phrase of up to five words that a preposition or the end closes."""
    said = _OBJECT.match(clause.rest)
    if (
        said
        and " " in said[1]
        and clause.verb not in AUXILIARIES
        and not re.search(r"(?:ly|ed)$|^(?:year|month|day|time|way|number)s?$", said[1])
    ):
        rest = clause.rest[said.end() :]
        if not re.search(r",|\b(?:his|her|its|their)\b", rest) and len(clause.subject.split()) + len(rest.split()) > 3:
            yield from _asked(clause, rest, "What", "what", said[1])


def _chinese(text: str) -> Iterator[Phrased]:
    """Put the question word in the answer's place; a sentence that opens with a pronoun leans on another."""
    if not text.endswith("。") or len(text) > 60 or re.match(r"[他她它这那其此]|因此|但|而|所以", text):
        return
    for pattern, word, asks in _CHINESE:
        found = list(pattern.finditer(text))
        if len(found) == 1 and len(re.findall(r"\d+", text)) == 1:
            yield Phrased(asks, f"{pattern.sub(word, text.removesuffix('。'))}？", found[0][1])  # type: ignore[arg-type]
