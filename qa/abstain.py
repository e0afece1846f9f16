"""Whether the evidence holds an answer, and how a refusal is worded.

Decided from the evidence, before reading, by a logistic regression over signals: the chance that ``qa.evidence``
estimates, whether no document holds a name of the question or what qualifies the term it asks for, whether a name or
number of it stands nowhere near the best sentences, and whether the best one only mentions what it is asked to name.
Its constants are fitted by ``python -m eval.fit_refusal`` and kept in ``refusal.json``. Cosine alone cannot tell:
unanswerable questions of the same domain score as high as answerable ones.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.words import STOP, has_cjk, terms, words
from qa import chinese
from qa.answer import Strictness
from qa.conversation import Asked
from qa.define import introduces
from qa.evidence import Evidence, Judged
from qa.logistic import Logistic
from qa.question import concept, kind, names, qualifiers
from qa.said import around, known, missing_names
from qa.sought import could_answer, uncited, unnamed
from qa.texts import options, say

REFUSAL = Path(__file__).with_name("refusal.json")
# Below this chance nothing is shown (measured in eval/LOG.md)
BARS: dict[Strictness, float] = {"lenient": 0.15, "usual": 0.38, "strict": 0.55}
INTRODUCED = 0.6  # chance, at least, where the best sentence introduces the term asked for (eval/LOG.md)
HARDLY = 0.21  # chance below which a part of a question is told to be unanswered (eval/LOG.md)
BEST = 3  # sentences that are looked at
UNFIT = 0.2  # what a sentence counts that does not hold the kind of thing asked for, where another of the best does
_RIVAL = 0.25  # share of the best one's chance from which another counts as a possible answer
_REFERS = re.compile(r"(?:It|They|He|She|This|These)\b")
_ASKING = frozenset("explain describe tell give show shows list name mean means happen happens happened said".split())
SIGNALS = ("logit", "unheld", "names", "unnamed")


def should_abstain(asked: Asked, judged: Judged, strictness: Strictness = "usual") -> bool:
    """Return whether the best evidence does not hold an answer; the stricter, the more often."""
    bar, best = BARS[strictness], _best(judged)
    if has_cjk(asked.question):  # whose words are covered is weighed, too
        place = [around(e.citation) for e in best]
        return not best or chinese.unanswered(asked.question, place, judged.confidence, bar / BARS["usual"])
    return chance(asked, judged) < bar


def chance(asked: Asked, judged: Judged) -> float:
    """Return the estimated chance in [0, 1] that the evidence holds an answer."""
    if not judged.evidence or has_cjk(asked.question):
        return judged.confidence
    told = _weighed(asked, judged)
    return max(told, INTRODUCED) if _introduced(asked, judged) else told


def _weighed(asked: Asked, judged: Judged) -> float:
    return Logistic.load(REFUSAL, SIGNALS, "python -m eval.fit_refusal").chance(signals(asked, judged))


def _introduced(asked: Asked, judged: Judged) -> bool:
    """Return whether the best sentence introduces what is asked for, and no name of the question is missing by it."""
    return _introduces(asked, judged.evidence[0]) and not missing_names(asked.question, judged.evidence[:1])


def _introduces(asked: Asked, evidence: Evidence) -> bool:
    return introduces(asked.question, evidence.citation.line)


def hardly(asked: Asked, judged: Judged) -> bool:
    """Return whether a part of a question is told to be unanswered: one with a name that stands nowhere sooner."""
    bar = BARS["usual"] if judged.unheld & set(names(asked.question)) else HARDLY
    return not has_cjk(asked.question) and chance(asked, judged) < bar


def signals(asked: Asked, judged: Judged) -> tuple[float, ...]:
    """Return what tells an answered question from an unanswered one, in the order of ``SIGNALS``."""
    best, q = _best(judged), asked.question
    odds = min(max(judged.confidence, 1e-4), 1 - 1e-4)
    lacking = _of_another(q, judged) or all(missing_names(q, [e]) for e in best)
    unheld = bool(judged.unheld) and " or " not in q and lacking
    beside = [best] if judged.parts > 1 else [[e] for e in best]  # of several parts no one sentence holds every name
    absent = all(missing_names(q, each, judged.common) for each in beside)
    nameless = judged.parts == 1 and bool(best) and unnamed(q, best[0].citation)
    return (math.log(odds / (1 - odds)), float(unheld), float(absent), float(nameless))


def _of_another(question: str, judged: Judged) -> bool:
    """Return whether a best sentence speaks of what is asked for without what qualifies it, which stands nowhere.

    "Guerrilla marketing is …" tells nothing of hunger marketing.
    """
    gone, term = judged.unheld & qualifiers(question), terms(concept(question))
    if not gone or not any(term[-1] in terms(e.citation.quote) for e in _best(judged)):
        return False
    seen = {t for e in _best(judged) for t in terms(around(e.citation))}
    return not any(known(t, seen) for t in gone)


def fitting_first(asked: Asked, judged: Judged) -> Judged:
    """Return the evidence with the sentences that hold the kind of thing asked for before those that do not.

    Nothing changes where none of the best holds it. Of what is only introduced beside its name nothing else is likely
    to tell, and nothing else is kept. Only for reading: whether there is an answer at all is decided
    from the evidence as it was weighed.
    """
    if judged.evidence and _introduced(asked, judged) and _weighed(asked, judged) < BARS["usual"]:
        return replace(judged, evidence=tuple(e for e in judged.evidence if _introduces(asked, e)))
    if judged.parts > 1:
        return replace(judged, evidence=judged.reading or judged.evidence)
    if kind(asked.question) == "person":  # too many a person's name is missed
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


def refusal(asked: Asked, judged: Judged, documents: int) -> str:
    """Return what a refusal says: what was searched, and what is missing, where that can be told."""
    q = asked.question
    searched = say(q, "all", count=documents) if documents != 1 else say(q, "one")
    text = say(q, "refusal", searched=searched)
    gone = missing_names(asked.question, judged.evidence[: judged.parts], judged.common)
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
    plain = [w for w in words(question) if w not in STOP and w not in _ASKING and len(w) > 3]
    return [w for w in dict.fromkeys(plain) if not any(known(t, seen) for t in terms(w))][:3]
