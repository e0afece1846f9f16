"""A comparison: what the documents say of both sides together, then of each side, side by side, in their own words.

A side must be named in the sentence, or in the heading, title or sentence right before it; a side of which nothing
is said is told as missing, and the other one still answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.retrieve import Index
from index.words import has_cjk, terms
from qa.abstain import should_abstain
from qa.answer import Citation
from qa.attribution import written_by
from qa.conversation import Asked
from qa.evidence import DEPTH, Judged, Scorer
from qa.read.draft import Draft
from qa.read.quote import plain
from qa.requests import Request
from qa.sought import could_answer
from qa.texts import language, say

TOGETHER = 3  # sentences that name both sides
EACH = 2  # sentences for one side
_WORTH = 0.1  # share of the best sentence's score below which a second one is left out
_ELSEWHERE = {"heading": 0.6, "before": 0.4, "title": 0.3}  # worth of a side's name outside the sentence itself
_ASPECTS = {  # what a comparative compares
    "cheap": "price", "cheaper": "price", "cheapest": "price", "expensive": "price", "dearer": "price", "dear": "price",
    "faster": "speed", "fastest": "speed", "bigger": "size", "larger": "size", "largest": "size", "older": "age",
    "younger": "age", "longer": "length", "heavier": "weight", "lighter": "weight", "taller": "height",
    "便宜": "价格", "贵": "价格", "快": "速度", "大": "大小", "重": "重量", "长": "长度", "高": "高度",
}  # fmt: skip
_LEADING = re.compile(r"^(?:more|less|most|least|better|the|their|its|his|her|更|比较|最)\s*")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Quotes side by side, and the sides of which nothing is said."""

    drafts: tuple[Draft, ...]
    missing: tuple[str, ...]


def compare(question: str, request: Request, index: Index, scorer: Scorer) -> Comparison:
    """Return what the documents say of two sides, in one respect or in any."""
    aspect = respect(request.aspect)
    sides = (request.subject, request.other)
    whole = _ask(question, index, scorer)
    both = [e.citation for e in whole.evidence[:6] if all(_named(side, e.citation.quote) for side in sides)]
    both = [c for c in both if not aspect or _holds(aspect, c)][:TOGETHER]
    drafts = [Draft(plain(c.quote), (c,), item=True) for c in both]
    used = {c.key for c in both}
    missing = []
    for side, rival in () if len(both) > 1 else (sides, sides[::-1]):
        found = [c for c in _side(question, side, rival, aspect, index, scorer) if c.key not in used]
        used |= {c.key for c in found}
        drafts += [Draft(plain(c.quote), (c,), item=True, label=side) for c in found]
        if not found and not both:
            missing.append(side)
    return Comparison(tuple(drafts) if len(missing) < len(sides) else (), tuple(missing))


def respect(aspect: str) -> str:
    """Return the noun for what is compared: "cheaper" compares the price.

    >>> respect("more expensive"), respect("service")
    ('price', 'service')
    """
    while (shorter := _LEADING.sub("", aspect)) != aspect:
        aspect = shorter
    return _ASPECTS.get(aspect.lower(), aspect)


def _side(question: str, side: str, rival: str, aspect: str, index: Index, scorer: Scorer) -> list[Citation]:
    """Return the best sentences on one side that are not about its rival."""
    if not aspect:
        asked = f"{side}是什么？" if language(question) == "zh" else f"What is {side}?"
    else:
        asked = f"{side}的{aspect}是多少？" if language(question) == "zh" else f"What is the {aspect} of {side}?"
    if aspect and (theirs := written_by(side, index)):  # the side is an author: what that author wrote
        own = index.only(sorted(theirs))
        asked = f"What about {aspect}?"
        judged = _ask(asked, own, scorer.over(own))
        best = () if should_abstain(Asked(asked, asked, (asked,), (1.0,)), judged) else judged.evidence[:EACH]
        return [e.citation for e in best if e.score >= _WORTH * judged.evidence[0].score]
    judged = _ask(asked, index, scorer)
    ranked = [replace(e, score=e.score * _presence(side, rival, e.citation)) for e in judged.evidence]
    ranked = sorted((e for e in ranked if e.score), key=lambda e: -e.score)
    if aspect:
        held = [e for e in ranked if _holds(aspect, e.citation)]
        whole = Asked(asked, asked, (asked,), (1.0,))
        first = ranked[0].citation.quote if ranked else ""
        told = _named(side, first) and could_answer(whole, first)  # "The Redmi 1 started at CNY 799": a price
        if not held and not told and should_abstain(whole, replace(judged, evidence=tuple(ranked))):
            return []
        ranked = held or ranked[:1]
    return [e.citation for e in ranked[:EACH] if e.score >= _WORTH * ranked[0].score]


def _ask(text: str, index: Index, scorer: Scorer) -> Judged:
    return scorer.judge(Asked(text, text, (text,), (1.0,)), index.retrieve([text], DEPTH))


def _presence(side: str, rival: str, citation: Citation) -> float:
    """Return how surely a sentence is about a side, in [0, 1]: 1 where it is named there, less above it."""
    passage = citation.passage
    if _named(side, citation.quote):
        return 1.0
    if _named(rival, citation.quote):
        return 0.0
    earlier = [span for span in passage.sentences if span[0] < citation.start][-1:]
    around = {
        "heading": " ".join(passage.heading), "before": "".join(passage.slice(*span) for span in earlier),
        "title": citation.title,
    }  # fmt: skip
    return max((worth for place, worth in _ELSEWHERE.items() if _named(side, around[place])), default=0.0)


def _named(side: str, text: str) -> bool:
    """Return whether a text holds every word of a side's name; Chinese names whole."""
    if has_cjk(side):
        return "".join(side.split()) in "".join(text.split())
    return _all(terms(side) or terms(side, stop=False), text)


def _holds(aspect: str, citation: Citation) -> bool:
    """Return whether a sentence or what stands above it holds a word of what is compared."""
    wanted = set(terms(aspect))
    return bool(wanted & set(terms(" ".join((citation.quote, *citation.passage.heading, citation.title)))))


def _all(wanted: Sequence[str], text: str) -> bool:
    held = set(terms(text, stop=False))
    return all(term in held for term in wanted)


def told(question: str, comparison: Comparison) -> str:
    """Return what is said beside the quotes: of which side nothing was found."""
    if not comparison.missing:
        return ""
    names = ("、" if language(question) == "zh" else " or ").join(f"“{side}”" for side in comparison.missing)
    return say(question, "one_side" if comparison.drafts else "no_side", missing=names)
