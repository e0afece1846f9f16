"""Whether the evidence holds an answer, and how a refusal is worded.

Decided from the evidence, before reading: the fitted chance that the best sentences answer, held to a
higher bar when a name or number of the question stands nowhere near them, and refused outright when a
quantity or person is asked for and none is there. Cosine alone cannot tell: unanswerable questions of the
same domain score as high as answerable ones.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from index.words import STOP, has_cjk, terms, words
from qa import chinese
from qa.answer import Citation, Strictness
from qa.conversation import Asked
from qa.demanded import beside, demanded
from qa.evidence import Evidence, Judged
from qa.features import NUMBER_WORDS, holds
from qa.polarity import denial, poles
from qa.question import kind, names
from qa.rows import is_row, record, values
from qa.synonyms import content, same
from qa.texts import options, say

# Below this chance nothing is shown; chosen on development questions (eval/LOG.md), refuses 1-3 % of the answerable
# questions of the public sets, held out.
FLOOR = 0.25
# The bar when a name of the question is missing around all of the best sentences (measured in eval/LOG.md).
FLOOR_NAME_MISSING = 0.70
BARS: dict[Strictness, float] = {"lenient": 0.5, "usual": 1.0, "strict": 2.4}  # what the bars are multiplied by
SUREST = 0.97  # no bar is higher
STANDS_OUT = 0.6  # chance of the best sentence among all from which it stands out
BEST = 3  # sentences that are looked at
UNFIT = 0.2  # what a sentence counts that does not hold the kind of thing asked for, where another of the best does
_RIVAL = 0.25  # share of the best one's chance from which another counts as a possible answer
_ASKS_COUNT = re.compile(r"\bhow many (?!(?:percent|per cent)\b)(?:(?:more|other|different|new|of the|of its) )?(\w+)")
_COUNT = re.compile(r"\d(?![\d.,]*(?:\s?%|\s?percent|th\b|st\b|nd\b|rd\b))")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
_COUNT_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)}|one)\b")
_CLOSE = 30  # characters between a number in words and what it counts
_VAGUE = 0.5  # chance of an answer below which a word of the question beside its names must stand near it
_KIND = "cost costs price worth number amount year date time day now currently today latest present"
_KIND_WORDS = frozenset(terms(_KIND))  # the kind of an answer is checked by itself
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
_REFERS = re.compile(r"(?:It|They|He|She|This|These)\b")
_CONDITION = re.compile(r"^(?:and )?when (?:may|can|could|must|should|do|am|are) (?:i|we|you|one|they)\b")
_DENIES = re.compile(r"\b(?:not(?! only| just| merely)|no|never|none|nothing|neither|without|excluded?|cannot)\b|n't\b")
_TOKEN = re.compile(r"%|°?[a-z]+(?:-[a-z]+)*|(?<=\d)[a-z]+")
_WHEN = re.compile(
    r"\d{1,2}[:.]\d\d|\d{1,2} ?[ap]m\b|\b(?:after|before|during|until|till|since|soon|later|earlier|once|every|each|"
    r"daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|spring|summer|autumn|winter|weekend|morning|noon|evening|night|"
    r"year|month|week|day|quarter|(?:first|second) half|immediately|at once|now|currently|when|while|from .+ on)s?\b"
)
_ALIKE = 0.8  # two words count as one name from this share of matching letters on


def missing_names(question: str, evidence: Sequence[Evidence], common: frozenset[str] = frozenset()) -> list[str]:
    """Return the question's names and numbers that stand nowhere around the sentences of ``evidence``, as written.

    Those that are ``common`` in all the documents need not be said again.
    """
    texts = [_around(e.citation) for e in evidence]
    seen = {t for text in texts for t in terms(text, stop=False)}
    return list(
        dict.fromkeys(
            word
            for term, word in names(question).items()
            if term not in common and not _known(term, seen) and not any(_spelled_out(word, text) for text in texts)
        )
    )


def _around(citation: Citation) -> str:
    """Return a sentence with its file's name, title, headings and what it may continue.

    That is the sentence before it, or the record that it is a line of.
    """
    passage = citation.passage
    if lines := record(citation):
        return " ".join((passage.doc_id, citation.title, *passage.heading, *lines))
    earlier = [start for start, _ in passage.sentences if start < citation.start]
    begin = earlier[-1] if earlier else citation.start
    return " ".join((passage.doc_id, citation.title, *passage.heading, passage.slice(begin, citation.end)))


def _spelled_out(word: str, text: str) -> bool:
    """Return whether a text holds an acronym's words in full: "EV" in "electric vehicles"."""
    letters = word.rstrip("s").lower()
    if not (2 <= len(letters) <= 6 and word.rstrip("s").isupper() and letters.isalpha()):
        return False
    initials = "".join(w[0] for w in words(text))
    return letters in initials


def _known(term: str, seen: set[str]) -> bool:
    """Return whether a term occurs, allowing a slip in spelling or an ending in words of five letters or more."""
    if term in seen or f"{term}s" in seen:
        return True
    if len(term) < 5 or any(c.isdigit() for c in term):
        return False
    return any(other[0] == term[0] and _alike(term, other) for other in seen if len(other) > 3)


def _alike(one: str, other: str) -> bool:
    """Return whether two words share a stem ("china", "chines") or differ by a slip ("xioami", "xiaomi")."""
    stem = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if stem >= 4 and stem >= _ALIKE * min(len(one), len(other)):
        return True
    return abs(len(one) - len(other)) <= 1 and SequenceMatcher(None, one, other).ratio() >= _ALIKE


def should_abstain(asked: Asked, judged: Judged, strictness: Strictness = "usual") -> bool:
    """Return whether the best evidence does not hold an answer; the stricter, the more often."""
    bar = BARS[strictness]
    looked_at = judged.evidence[: BEST if judged.parts == 1 else 2 * judged.parts]
    best = [e for e in looked_at if e.score >= _RIVAL * judged.evidence[0].score]
    if not best or _unlikely(asked, judged, best, bar):
        return True
    if not any(shares(asked, f"{_around(e.citation)} {e.citation.passage.text}") for e in best):
        return True
    able = [e for e in best if _could_answer(asked, e.citation.quote) and _tells_record(asked, e.citation)]
    if judged.confidence < _VAGUE and judged.parts == 1:
        able = [e for e in able if _speaks_of(asked, e.citation)]
    if (word := demanded(asked.question, judged.confidence)) and not any(_tells_of(word, asked, e) for e in able):
        return True
    if judged.parts == 1 and (told := beside(asked.question, judged.confidence)):
        denied = [e for e in able if _asks_yes(asked.question) and denial(e.citation.quote)]  # "e-mail is not enough"
        able = [e for e in able if e in denied or _stands(told, _around(e.citation))]
    unheld = judged.unheld and judged.confidence < SUREST and " or " not in asked.question
    if unheld and all(missing_names(asked.question, [e]) for e in able):
        return True
    sure = judged.confidence >= min(SUREST, FLOOR_NAME_MISSING * bar) and not _asks_yes(asked.question)
    if not able or sure:
        return not able
    if judged.parts > 1:
        return bool(missing_names(asked.question, able, judged.common))
    # one sentence must hold both name and answer
    return all(missing_names(asked.question, [e], judged.common) for e in able)


def _unlikely(asked: Asked, judged: Judged, best: Sequence[Evidence], bar: float) -> bool:
    """Return whether the chance of an answer is too low; of Chinese, whose words are covered, that is weighed too."""
    if has_cjk(asked.question):
        return chinese.unanswered(asked.question, [_around(e.citation) for e in best], judged.confidence, bar)
    return judged.confidence < FLOOR * bar and not (bar <= 1 and _unmistakable(asked, judged))


def _unmistakable(asked: Asked, judged: Judged) -> bool:
    """Return whether sentences that, with their surroundings, hold every content word of the question stand out.

    Words that only name the kind of answer ("cost", "year") need not be there, since the kind is checked. Trained
    on questions made to mislead, the chance of an answer is low even then.
    """
    wanted = set(terms(asked.full)) - _KIND_WORDS
    held = [e.score for e in judged.evidence[:BEST] if all(_known(t, set(terms(_around(e.citation)))) for t in wanted)]
    return bool(wanted) and sum(held) >= STANDS_OUT


def shares(asked: Asked, text: str) -> bool:
    """Return whether a text holds a content word of the question, or the question has none."""
    wanted, seen = terms(asked.full), set(terms(text))
    return not wanted or any(_known(t, seen) for t in wanted)


def _could_answer(asked: Asked, quote: str) -> bool:
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


def fitting_first(asked: Asked, judged: Judged) -> Judged:
    """Return the evidence with the sentences that hold the kind of thing asked for before those that do not.

    Nothing changes where none of the best holds it. Only for reading: whether there is an answer at all is decided
    from the evidence as it was weighed.
    """
    person = kind(asked.question) == "person"  # of which too many a name is missed for putting sentences behind
    if judged.parts > 1 or person or not any(_could_answer(asked, e.citation.quote) for e in _best(judged)):
        return judged
    weighed = [
        e if _could_answer(asked, e.citation.quote) else replace(e, score=e.score * UNFIT) for e in judged.evidence
    ]
    return replace(judged, evidence=tuple(sorted(weighed, key=lambda e: -e.score)))


def with_next(asked: Asked, judged: Judged) -> Judged:
    """Return the evidence with the sentence that goes on with the best one first, where only that holds what is asked.

    "The course starts in May. It costs 95 euros.": the second speaks of the course as well.
    """
    best = _best(judged)
    if judged.parts > 1 or not best or any(_could_answer(asked, e.citation.quote) for e in best):
        return judged
    first = best[0]
    spans = first.citation.passage.sentences
    after = next((span for span in spans if span[0] >= first.citation.end), None)
    for e in judged.evidence[1:]:
        own = e.citation
        goes_on = own.passage == first.citation.passage and (own.start, own.end) == after
        if goes_on and _REFERS.match(own.quote) and _could_answer(asked, own.quote):
            rest = (other for other in judged.evidence if other not in (e, first))
            return replace(judged, evidence=(replace(e, score=first.score), first, *rest))
    return judged


def _best(judged: Judged) -> list[Evidence]:
    """Return the first sentences, as far as each counts beside the first."""
    return [e for e in judged.evidence[:BEST] if e.score >= _RIVAL * judged.evidence[0].score]


def _asks_yes(question: str) -> bool:
    """Return whether a question takes yes or no, for which evidence must hold every name; not a choice of two."""
    return kind(question) == "yesno" and " or " not in question


def _speaks_of(asked: Asked, citation: Citation) -> bool:
    """Return whether a sentence, with its surroundings, holds a word of the question beside its names, if any."""
    needless = content(" ".join(names(asked.full))) | content(_KIND)
    wanted, seen = content(asked.full) - needless, content(_around(citation))
    return not wanted or any(_known(t, set(seen)) for t in wanted)


def _tells_record(asked: Asked, citation: Citation) -> bool:
    """Return whether the record of a line holds a word of the question beside its names; true of any other sentence.

    All lines of a record speak of whom it names, so that a name alone tells nothing of what is asked.
    """
    named = content(" ".join(names(asked.question)))
    wanted = frozenset(same(t) for t in terms(asked.question) if t not in _KIND_WORDS and not t.isdigit()) - named
    return not record(citation) or not wanted or _any_known(wanted, _around(citation))


def _any_known(wanted: frozenset[str], text: str) -> bool:
    seen = set(content(text))
    return any(_known(t, seen) or any(s.startswith(t) for s in seen if len(t) > 3) for t in wanted)


def _tells_of(word: str, asked: Asked, piece: Evidence) -> bool:
    """Return whether a sentence with its passage and surroundings holds a word, a synonym or another form of it.

    One that says that nothing is settled tells of any event.
    """
    if kind(asked.question) == "date" and _DENIES.search(piece.citation.quote.lower()):
        return True
    wanted = content(word)
    return not wanted or _any_known(wanted, f"{_around(piece.citation)} {piece.citation.passage.text}")


def _stands(told: str, text: str) -> bool:
    """Return whether a text holds words, their synonyms or opposites; such as "made", which say little, as they are."""
    if poles(told).keys() & poles(text).keys():  # "forbidden" tells whether it is allowed
        return True
    wanted, seen = content(told), set(content(text))
    if not wanted:
        wanted, seen = frozenset(terms(told, stop=False)), set(terms(text, stop=False))
    return all(_known(t, seen) for t in wanted)


def _counts(noun: str, text: str) -> bool:
    """Return whether a text counts: by figures, or by a number in words close to what is counted."""
    text = _CLOCK.sub(" ", text)
    near = (text[max(0, m.start() - _CLOSE) : m.end() + _CLOSE] for m in _COUNT_WORD.finditer(text))
    return _COUNT.search(text) is not None or any(content(noun) & content(words) for words in near)


def refusal(asked: Asked, judged: Judged, documents: int) -> str:
    """Return what a refusal says: what was searched, and what is missing, where that can be told."""
    q = asked.question
    searched = say(q, "all", count=documents) if documents != 1 else say(q, "one")
    text = say(q, "refusal", searched=searched)
    gone = missing_names(asked.question, judged.evidence[:1], judged.common)
    if gone:
        text += say(q, "unmentioned", words=options(q, gone[:3]))
    elif vague := _uncovered(asked.question, judged.evidence[:BEST]):
        text += say(q, "uncovered", words=options(q, vague))
    return text


def _uncovered(question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Return up to three content words of the question that the best passages do not hold."""
    seen = {t for e in evidence for t in terms(" ".join((e.citation.title, e.citation.passage.text)))}
    if has_cjk(question):
        return []
    plain = [w for w in words(question) if w not in STOP and len(w) > 3]
    return [w for w in dict.fromkeys(plain) if not any(_known(t, seen) for t in terms(w))][:3]
