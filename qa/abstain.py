"""Whether the evidence holds an answer, and how a refusal is worded.

Decided from the evidence, before reading: the fitted chance that the best sentences answer, held to a
higher bar when a name or number of the question stands nowhere near them, and refused outright when a
quantity or person is asked for and none is there. Cosine alone cannot tell: unanswerable questions of the
same domain score as high as answerable ones.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.words import STOP, has_cjk, terms, words
from qa import chinese
from qa.answer import Strictness
from qa.conversation import Asked
from qa.demanded import beside, demanded
from qa.evidence import Evidence, Judged
from qa.polarity import denial
from qa.question import kind
from qa.said import KIND_WORDS, any_known, around, known, missing_names, shares, speaks_of, stands, tells_record
from qa.sought import DENIES, could_answer, uncited
from qa.synonyms import content
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
_VAGUE = 0.5  # chance of an answer below which a word of the question beside its names must stand near it
_REFERS = re.compile(r"(?:It|They|He|She|This|These)\b")


def should_abstain(asked: Asked, judged: Judged, strictness: Strictness = "usual") -> bool:
    """Return whether the best evidence does not hold an answer; the stricter, the more often."""
    bar = BARS[strictness]
    best = _best(judged)
    if not best or _unlikely(asked, judged, best, bar):
        return True
    if not any(shares(asked, f"{around(e.citation)} {e.citation.passage.text}") for e in best):
        return True
    able = [e for e in best if could_answer(asked, e.citation.quote) and tells_record(asked, e.citation)]
    if judged.confidence < _VAGUE and judged.parts == 1:
        able = [e for e in able if speaks_of(asked, e.citation)]
    if (word := demanded(asked.question, judged.confidence)) and not any(_tells_of(word, asked, e) for e in able):
        return True
    if judged.parts == 1 and (told := beside(asked.question, judged.confidence)):
        denied = [e for e in able if _asks_yes(asked.question) and denial(e.citation.quote)]  # "e-mail is not enough"
        able = [e for e in able if e in denied or stands(told, around(e.citation))]
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
        return chinese.unanswered(asked.question, [around(e.citation) for e in best], judged.confidence, bar)
    return judged.confidence < FLOOR * bar and not (bar <= 1 and _unmistakable(asked, judged))


def _unmistakable(asked: Asked, judged: Judged) -> bool:
    """Return whether sentences that, with their surroundings, hold every content word of the question stand out.

    Words that only name the kind of answer ("cost", "year") need not be there, since the kind is checked. Trained
    on questions made to mislead, the chance of an answer is low even then.
    """
    wanted = set(terms(asked.full)) - KIND_WORDS
    held = [e.score for e in judged.evidence[:BEST] if all(known(t, set(terms(around(e.citation)))) for t in wanted)]
    return bool(wanted) and sum(held) >= STANDS_OUT


def fitting_first(asked: Asked, judged: Judged) -> Judged:
    """Return the evidence with the sentences that hold the kind of thing asked for before those that do not.

    Nothing changes where none of the best holds it. Only for reading: whether there is an answer at all is decided
    from the evidence as it was weighed.
    """
    if judged.parts > 1 or kind(asked.question) == "person":  # too many a person's name is missed
        return judged
    fits = {e.citation.key for e in judged.evidence if could_answer(asked, uncited(e.citation.quote))}
    if not any(e.citation.key in fits for e in _best(judged)):
        return judged
    weighed = [e if e.citation.key in fits else replace(e, score=e.score * UNFIT) for e in judged.evidence]
    return replace(judged, evidence=tuple(sorted(weighed, key=lambda e: -e.score)))


def with_next(asked: Asked, judged: Judged) -> Judged:
    """Return the evidence with the sentence that goes on with the best one first, where only that holds what is asked.

    "The course starts in May. It costs 95 euros.": the second speaks of the course as well.
    """
    best = _best(judged)
    if judged.parts > 1 or not best or any(could_answer(asked, e.citation.quote) for e in best):
        return judged
    first = best[0]
    spans = first.citation.passage.sentences
    after = next((span for span in spans if span[0] >= first.citation.end), None)
    for e in judged.evidence[1:]:
        own = e.citation
        goes_on = own.passage == first.citation.passage and (own.start, own.end) == after
        if goes_on and _REFERS.match(own.quote) and could_answer(asked, own.quote):
            rest = (other for other in judged.evidence if other not in (e, first))
            return replace(judged, evidence=(replace(e, score=first.score), first, *rest))
    return judged


def _best(judged: Judged) -> list[Evidence]:
    """Return the first sentences, of several parts two each, as far as each counts beside the first."""
    first = judged.evidence[: BEST if judged.parts == 1 else 2 * judged.parts]
    return [e for e in first if e.score >= _RIVAL * judged.evidence[0].score]


def _asks_yes(question: str) -> bool:
    """Return whether a question takes yes or no, for which evidence must hold every name; not a choice of two."""
    return kind(question) == "yesno" and " or " not in question


def _tells_of(word: str, asked: Asked, piece: Evidence) -> bool:
    """Return whether a sentence with its passage and surroundings holds a word, a synonym or another form of it.

    One that says that nothing is settled tells of any event.
    """
    if kind(asked.question) == "date" and DENIES.search(piece.citation.quote.lower()):
        return True
    wanted = content(word)
    return not wanted or any_known(wanted, f"{around(piece.citation)} {piece.citation.passage.text}")


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
    return [w for w in dict.fromkeys(plain) if not any(known(t, seen) for t in terms(w))][:3]
