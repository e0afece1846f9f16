"""Questions that a statement answers, by rules: when, where, who, how many, how much, what; no model.

"Xiaomi entered India in 2014." gives "When did Xiaomi enter India?" with the answer "2014". A sentence that leans on
others, or that the rules cannot read with some safety, gives none: a person is to accept most of what is drafted.
Chinese asks in place: "小米成立于2010年。" gives "小米成立于哪一年？".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from eval.verbs import AUXILIARIES, BE, turned

Asks = Literal["when", "where", "who", "how many", "how much", "what share", "what"]
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = (
    rf"(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH}(?: \d{{1,2}},)? \d{{4}}|"
    r"(?:the )?(?:first|second|third|fourth) quarter of \d{4}|(?:19|20)\d\d)"
)
_WHEN = re.compile(rf"\b(in|on|since|until|by) ({_DATE})\b(?![-–%])", re.IGNORECASE)
_ANY_DATE = re.compile(rf"\b{_DATE}\b")
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
_SMALL = frozenset(
    "in on at by for from with to of as into over under across among during through than about and or".split()
)
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
_FRAME = re.compile(
    r"^(?:According to [A-Z][^,]{1,60}, |(?:[A-Z][\w.'’-]*(?: (?:and|et al\.?|[A-Z][\w.'’-]*))*)(?: \(\d{4}[a-z]?\))? "
    r"(?:reports?|says?|writes?|notes?|adds?|states?|finds?|found|argues?|claims?|observes?|estimates?|shows?|explains?|"
    r"believes?|reported|said|wrote|noted|added|stated|argued|claimed|estimated|showed) that )(?=\S)"
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|them|this|these|those|such|here|above|below|former|latter|same|others?|another|one|ones|we|"
    r"our|you|your|i|my|both|respectively|following|e\.g|i\.e|et al)\b|\bthere (?:is|are|was|were)\b|"
    r"[“”\"«»:;()\[\]|=<>*_#/?]",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:Its|Their|His|Her|And|But|Or|So|Then|Thus|However|Moreover|Also|Finally|Therefore|Instead|Besides|Still|Yet|When|While|"
    r"If|As|After|Before|Because|Although|Since|To|For|With|By|From|Not|No|Even|How|What|Why|Who|Where|Which|Among|Unlike|Later|Now|Today|Soon|Together|Outside|Inside|Only)\b"
)
_CLAUSE = re.compile(
    r",? (?:which|who|whose|where|while|because|although|though|so that|but|whereas|when|since|as well as|according to|"
    r"unless|if|that is|making|including)\b.*|, (?:and|so|as|after|before|with|or|making|up|down)\b.*"
)
_JOINED = re.compile(r" and (?:then |also |now |has |have |had |is |are |was |were )?([a-z]+)\b")
_NAMES = re.compile(r"[A-Z][\w.&'’-]*(?: (?:of |the |de |van |von )?[A-Z0-9][\w.&'’-]*)*")
_ADVERB = re.compile(r"(?:\w+ly|also|now|already|even|still|often|then)$")
_PERSONAL = frozenset(
    "announced answered argued asked became began believed born came claimed criticised decided described "
    "designed directed discovered explained founded invented joined led married met painted praised predicted "
    "promised published replied resigned retired said sang signed sold spoke studied suggested taught thought "
    "told visited warned won wore worked wrote".split()
)
_ORGANISATION = re.compile(
    r"\b(?:Group|Inc|Corp|Auto|Company|University|Ltd|LLC|Technology|Bank|Agency|Ministry|Institute|Home|Studio|Store|"
    r"Board|Council|Committee|Press|Times|Festival|Community|Forum|Motors?|Electronics|Association)\b"
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


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement as subject, finite verb and the rest, adverbs before the verb apart."""

    subject: str
    adverb: str
    verb: str
    rest: str

    def asked(self, rest: str, word: str) -> str | None:
        """Return a question that opens with ``word`` and keeps ``rest``, or None where the verb cannot be turned."""
        subject = re.sub(r"^(?:The|A|An|In|On|Every|Each|All|Some|Most)\b", lambda m: m.group().lower(), self.subject)
        tail = re.split(r"\s*,\s", " ".join(rest.split()).strip(" ,"))[0]  # what is set off by a comma can go
        if self.verb in AUXILIARIES:
            have = self.verb in ("has", "have", "had") and not re.match(
                r"(?:\w+ly )?(?:\w+(?:ed|en|own|ut|one|ade))\b", tail
            )
            if not have:
                return _sentence(word, self.verb, subject, self.adverb, tail)
            helper = {"has": "does", "have": "do", "had": "did"}[self.verb]
            return _sentence(word, helper, subject, self.adverb, "have", tail)
        parts = turned(self.verb, _plural(self.subject))
        return _sentence(word, parts[0], subject, self.adverb, parts[1], tail) if parts else None


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
    ways = (_cited,) if cited else (_when, _where, _quantity, _who, _what)
    for found in (one for way in ways for one in way(clause)):
        if (
            found.answer.lower() not in found.question.lower()
            and len(found.question.split()) > 4
            and found.question not in seen
        ):
            seen.add(found.question)
            yield found


def read(text: str) -> Clause | None:
    """Return the main clause of a sentence that stands alone, or None."""
    if text.endswith((":", ";", ",", "?", "!", "…")) or not text[:1].isupper() or not 5 <= len(text.split()) <= 40:
        return None
    text = re.sub(
        r"^([A-Z][\w-]+)(?: et al\.| and [A-Z][\w-]+)? \(\d{4}\) (?=[a-z])", r"\1 \1 ", text.removesuffix(".")
    )
    text = _FRAME.sub("", re.sub(r" \([^()]*\)", "", re.sub(r"^[A-Z][\w -]{2,24}: (?=[A-Z])", "", text)))
    text = re.sub(r"^([A-Z]\w+(?: [A-Z]\w+)*), (?:the|an?|who|whom) [^,]+, (?=[a-z])", r"\1 ", text)
    text = text[:1].upper() + text[1:]
    if moved := re.match(rf"(In|On|Since|By|Until) ({_DATE}), (?=\S)", text):
        text = f"{text[moved.end() :]} {moved[1].lower()} {moved[2]}"
    text = _CLAUSE.sub("", text)
    for joined in _JOINED.finditer(text):  # "was founded in 2010 and sells phones": what follows is another clause
        if turned(joined[1], False) or turned(joined[1], True) or joined[1] in AUXILIARIES:
            text = text[: joined.start()]
            break
    if _OPENS.match(text) or _LEANS.search(text):
        return None
    return _parsed(text)


def _parsed(text: str) -> Clause | None:
    words = text.split()
    for n, word in enumerate(words[1:9], start=1):
        noun = words[n - 1].lower() in ("the", "a", "an")  # "The reports ..." is no verb yet
        if word in AUXILIARIES or (not noun and turned(word, _plural(" ".join(words[:n])))):
            adverb = words[n - 1] if _ADVERB.fullmatch(words[n - 1]) and n > 1 else ""
            subject = " ".join(words[: n - bool(adverb)])
            rest = " ".join(words[n + 1 :])
            return Clause(subject, adverb, word, rest) if _stands(subject, word, rest) else None
    return None


def _stands(subject: str, verb: str, rest: str) -> bool:
    """Whether a subject names what it is about, and nothing shows that the verb was not the clause's own."""
    if "," in subject or not rest or subject.split()[-1].lower() in _SMALL or rest.split()[0] == "and":
        return False
    if re.search(r"\b(?:that|which|who|not|never|no|its|their|his|her)\b", subject):
        return False
    if (
        verb not in AUXILIARIES
        and rest.split()[0] in ("by", "as")
        and re.search(r"\b(?:is|are|was|were|has|have)\b", rest)
    ):
        return False  # "the study published by Mao was ...": a participle
    names = [m for m in _NAMES.finditer(subject) if m.start() > 0 or m.group() not in ("The", "A", "An", "In", "On")]
    named = len(subject.split()) > 5 or any(
        m.start() > 0 or len(m.group().split()) > 1 or subject == m.group() or m.group().isupper() for m in names
    )
    return named and not re.match(r"(?:The|A|An) [a-z]+$", subject) and rest.count(", ") <= 2


def _when(clause: Clause) -> Iterator[Phrased]:
    found = list(_WHEN.finditer(clause.rest))
    if len(found) != 1 or len(_ANY_DATE.findall(clause.rest)) != 1:
        return
    one = found[0]
    rest = f"{clause.rest[: one.start()]} {clause.rest[one.end() :]}"
    word = {"since": "Since when", "until": "Until when", "by": "By when"}.get(one[1].lower(), "When")
    if clause.verb in BE and not rest.strip():
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
    person = re.fullmatch(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}", subject) and not _ORGANISATION.search(subject)
    if person and clause.verb in _PERSONAL:
        yield Phrased("who", _sentence("Who", clause.adverb, clause.verb, clause.rest), subject)
    by = re.search(r" by ([A-Z][a-z]+(?: [A-Z][a-z]+){1,2})$", clause.rest)
    if by and clause.verb in BE and not _ORGANISATION.search(by[1]):
        yield from _asked(clause, clause.rest[: by.start()], "By whom", "who", by[1])


def _cited(clause: Clause) -> Iterator[Phrased]:
    """Ask whose study it is."""
    if clause.verb not in AUXILIARIES and len(clause.rest.split()) > 4:
        yield Phrased("who", _sentence("Who", clause.adverb, clause.verb, clause.rest), clause.subject.split()[0])


def _what(clause: Clause) -> Iterator[Phrased]:
    """Ask what something is, where a short noun phrase or a number says it."""
    value = re.fullmatch(rf"{_ABOUT}({_NUMBER}(?: ?%| percent)?|\d[\d.]* ?%)", clause.rest)
    if value and clause.verb in ("is", "was") and len(clause.subject.split()) > 2:
        yield Phrased("what", _sentence("What", clause.verb, _lowered(clause.subject)), value[1])
    said = re.fullmatch(r"(?:an?|the) ((?:[\w-]+ ){0,4}[\w-]+)", clause.rest)
    if clause.verb in ("is", "was") and said and not clause.adverb and re.search(r"[A-Z]", clause.subject):
        yield Phrased("what", _sentence("What", clause.verb, _lowered(clause.subject)), said[1])


def _chinese(text: str) -> Iterator[Phrased]:
    """Put the question word in the answer's place; a sentence that opens with a pronoun leans on another."""
    if not text.endswith("。") or len(text) > 60 or re.match(r"[他她它这那其此]|因此|但|而|所以", text):
        return
    for pattern, word, asks in _CHINESE:
        found = list(pattern.finditer(text))
        if len(found) == 1 and len(re.findall(r"\d+", text)) == 1:
            yield Phrased(asks, f"{pattern.sub(word, text.removesuffix('。'))}？", found[0][1])  # type: ignore[arg-type]


def _plural(subject: str) -> bool:
    """Whether a subject takes a plural verb, as far as its last word and an "and" tell."""
    last = subject.split()[-1].lower()
    return (
        " and " in subject
        or (last.endswith("s") and not last.endswith(("ss", "us", "is", "'s", "’s")))
        or last == "people"
    )


def _lowered(subject: str) -> str:
    return re.sub(r"^(?:The|A|An)\b", lambda m: m.group().lower(), subject)


def _sentence(*parts: str) -> str:
    return " ".join(" ".join(part for part in parts if part).split()).rstrip(" ,") + "?"
