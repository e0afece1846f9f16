"""A follow-up as the question it stands for: corrected, completed or with its pronoun filled in from the turns before.

Rules over the words, no model. A rule that does not apply leaves the question to be weighed beside the one before
it, as it is said; nothing is guessed that was not said.
"""

import re
from collections.abc import Sequence

from index.words import STOP, has_cjk, terms
from qa.answer import Turn
from qa.question import names
from qa.referent import ABOUT, ASKING, DEEPEST, NAME, PHRASE, WH, leader, pronoun, refers_within, subject, topic

_CORRECTION = re.compile(
    r"(?:(?:no|nope|sorry|oops|wait|actually|well|ah|hm+)\b[,.!;: ]*)*"
    r"(?:(?:i (?:mean|meant|want|wanted|was asking about|am asking about|was talking about)|make (?:that|it)|rather|"
    r"not (?P<wrong>[^,;.]+?)[,;.]? (?:but )?)\b[,: ]*)?(?P<right>.+)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"(?:(?:no|nope|sorry|oops|wait|actually)\b[,.!;: ]|i mean\b|i meant\b|not [^,;.]+[,;.])|不是?[，,]|不对|"
    r"我是说|我指的是",
    re.IGNORECASE,
)
_CORRECTION_ZH = re.compile(
    r"(?:不|不是|不对|错了|抱歉)*[，,。 ]*(?:我是说|我指的是|我说的是|我想问的是|应该是|是)?(?P<right>.+)"
)
_OPENING = re.compile(
    r"(?:(?:ok(?:ay)?|so|well|then)[, ]+)*(?:(?:(?:and|but|or|also),? )?(?:what about|how about|what of|same for|"
    r"the same for)|and|but|or|also)\b[, ]*(?P<rest>.+)",
    re.IGNORECASE,
)
_OPENING_ZH = re.compile(r"(?:那么?|还有|至于)(?P<rest>.+?)呢?|(?P<rest2>.+?)呢")
_BARE_WH = re.compile(
    rf"(?:(?:by|with|in|on|at|for|from|to|since) )?{ASKING}(?: (?:much|many|long|old|often|far))?\b[^a-z]*",
    re.IGNORECASE,
)
_LEAD = re.compile(  # the asking words of a question and its auxiliary
    rf"^(?:(?:by|with|in|on|at|for|from|to|since) )?{ASKING}(?: (?:much|many|long|old|often|far|year|day|"
    rf"date|place|city))?\b",
    re.IGNORECASE,
)
_BEING = re.compile(r"( (?:is|are|was|were)) (?:the|an?|its|their|our|my|your)\b")
_LASTING = re.compile(r"since when|(?:for )?how long", re.IGNORECASE)
_DOES = re.compile(r" (?:do|does|did|will|would|can|could|should|must|may|might|has|have|had|is|are|was|were)\b")
_WHICH_NOUN = re.compile(r"(?P<wh>which|what) (?P<noun>[a-z-]+)", re.IGNORECASE)
_ASKED_NOUN = re.compile(
    r"\b(?:which|what) (?:(?!does\b|is\b|was\b|has\b)[\w-]+ ){0,2}?(?P<noun>(?!does\b|is\b|was\b|has\b|"
    r"this\b)[a-z-]+s)\b",
    re.IGNORECASE,
)
_ONLY_POINTS = re.compile(
    r"(?:(?:and|or|but|what about|what|which|who|where|is|are|was|were)\b ?)*(?:the )?(?:(?:other|second|"
    r"third|next|last|former|latter|rest|"
    r"remaining|others|more|else)\b ?)(?:ones?|two|of them)?",
    re.IGNORECASE,
)
_SUCH_ONE = re.compile(r"(?:the )?(?P<which>[\w-]+) ones?", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"(?P<prep>in|on|at|for|with|from|by|to|during|under|against|of|about) (?P<object>.+)", re.IGNORECASE
)
_POSSESSIVE = frozenset({"its", "their", "theirs", "his", "hers"})
_POINT = re.compile(
    r"\b(?:this|that|these|those|there|then|the (?:other|second|first|last|next|latter|former)(?: one)?)\b",
    re.IGNORECASE,
)
_YEAR, _QUARTER = re.compile(r"\b(?:1[89]|20)\d\d\b"), re.compile(r"\bQ[1-4]\b")


def rewrite(question: str, history: Sequence[Turn]) -> str | None:
    """Return the question that a follow-up stands for, or None where no rule applies.

    >>> rewrite("And the MIUI Forum?", [Turn("How many users does the Xiaomi Community have?", "38.5 million.")])
    'How many users does the MIUI Forum have?'
    >>> rewrite("No, I meant 2023.", [Turn("How many cars were sold in 2022?", "Ten.")])
    'How many cars were sold in 2023?'
    """
    if not history:
        return None
    text = question.strip(" ?？.!！。")
    before = _before(history)
    if _CORRECTS.match(text):
        return _corrected(text, before)
    if history[-1].answer.rstrip().endswith(("?", "？")) and not history[-1].answer.count("[1]") and not WH.match(text):
        return _filled(before, text) or _replaced(before, text)
    if _ONLY_POINTS.fullmatch(text):
        return before  # asked again: what was told already comes last
    opened = _OPENING_ZH.fullmatch(text) if has_cjk(text) else _OPENING.fullmatch(text)
    if opened:
        rest = next(filter(None, opened.groups()))
        return _completed(rest, before, history)
    if _BARE_WH.fullmatch(f"{text} ") or re.fullmatch(rf"{ASKING}(?:, and .*)?", text, re.IGNORECASE):
        return _reworded(text, before, history[-1].answer)
    if pronoun(text):
        return _filled(text, subject(text, history, _before))
    return None


def _before(history: Sequence[Turn]) -> str:
    """Return the last question as it stands alone."""
    earlier = history[max(0, len(history) - DEEPEST) : -1]
    last = history[-1].question.strip()
    return rewrite(last, earlier) or last


def _corrected(text: str, before: str) -> str | None:
    """Return the question before with what was wrong in it put right, or the new question where it is a whole one."""
    match = (_CORRECTION_ZH if has_cjk(text) else _CORRECTION).fullmatch(text)
    if match is None:
        return None
    right, wrong = match["right"].strip(), match.groupdict().get("wrong")
    if WH.match(right):
        return right
    if wrong and wrong.lower() in before.lower():
        return re.sub(re.escape(wrong), lambda _: right, before, flags=re.IGNORECASE)
    if len(terms(right)) > 4:  # a whole new matter: "China's share of worldwide sales in 2023"
        return f"What is {right}?" if not has_cjk(right) else right
    return _replaced(before, right) or f"{before} {right}"


def _completed(rest: str, before: str, history: Sequence[Turn]) -> str | None:
    """Return what "and …" asks: the question before with a part exchanged, or a question of its own filled in."""
    if has_cjk(rest):
        return _replaced_zh(before, rest)
    noun = _WHICH_NOUN.fullmatch(rest)
    if noun and (old := _ASKED_NOUN.search(before)):
        return before[: old.start("noun")] + noun["noun"] + before[old.end("noun") :]
    if _BARE_WH.fullmatch(rest):
        return _reworded(rest, before, history[-1].answer)
    if WH.match(rest):
        if pronoun(rest):
            return _filled(rest, subject(rest, history, _before))
        return rest if names(rest) or ABOUT.search(rest) else f"{rest} {topic(before)}".strip()
    if place := _PREPOSITION.fullmatch(rest):
        return _moved(rest, place, before)
    if (first := pronoun(rest)) and first.start() == 0:
        rest = _filled(rest, subject(rest, history, _before)) or rest
    return _replaced(before, rest) or f"{before} {rest}"


def _moved(rest: str, place: re.Match[str], before: str) -> str:
    """Return the question before asked of another place, time or matter ("And in France?"), in place of its own."""
    when = _YEAR.search(rest) or _QUARTER.search(rest)
    named = rf"\b{place['prep']} (?:the )?(?:{NAME.pattern}|\d{{4}})"
    ended = rf"\b{place['prep']} (?:(?!{place['prep']}\b)[a-z][\w'’-]* ){{0,3}}[a-z][\w'’-]*(?=\?|$)"
    for make in (named, ended):
        for same in re.finditer(make, before):
            if bool(when) == bool(_YEAR.search(same.group()) or _QUARTER.search(same.group())):
                return before[: same.start()] + rest + before[same.end() :]
    return f"{before.rstrip('?')} {rest}?"


def _replaced(before: str, new: str) -> str | None:
    """Return a question with the part exchanged that is of the same make as ``new``: a year, a name, a noun phrase."""
    if has_cjk(new):
        return _replaced_zh(before, new)
    for make in (_YEAR, _QUARTER):
        if make.fullmatch(new):
            return make.sub(new, before) if make.search(before) else f"{before.rstrip('?')} in {new}?"
    if (one := _SUCH_ONE.fullmatch(new)) and (old := re.search(r"\bthe (?P<adjective>\w+) \w+", before)):
        return before[: old.start("adjective")] + one["which"] + before[old.end("adjective") :]
    if len(new.split()) > 3 and NAME.search(new):
        return f"What is {new}?"
    named = [
        m
        for m in NAME.finditer(before)
        if m.start() and m.group().lower() not in STOP and not _YEAR.fullmatch(m.group())
    ]
    if new.endswith("'s") and (old := re.search(r"\b[A-Z]\w*'s\b", before)):
        return before[: old.start()] + new + before[old.end() :]
    if named and (new[:1].isupper() or names(f"x {new}")):
        old = named[-1] if len(named) < 3 else named[0]
        article = re.search(r"\bthe $", before[: old.start()], re.IGNORECASE)
        start = article.start() if article and new.lower().startswith("the ") else old.start()
        return before[:start] + new + before[old.end() :]
    phrases = list(PHRASE.finditer(before))
    if not phrases:
        return None
    plural = [m for m in phrases if m.group().endswith("s") == new.endswith("s")]
    lower = [m for m in plural or phrases if not names(f"x {m.group()}")]
    old = (lower or plural or phrases)[0 if lower and new.endswith("s") else -1]
    return before[: old.start()] + new + before[old.end() :]


def _replaced_zh(before: str, new: str) -> str | None:
    """Return a Chinese question with the part before its verb or 的 exchanged for ``new``."""
    for make in (re.compile(r"\d{4}年?"), re.compile(r"[A-Za-z][\w+-]*")):
        if make.fullmatch(new) and make.search(before):
            return make.sub(new, before, count=1)
    match = re.match(r"(?P<old>[^的是有在，,？?]{1,12}?)(?=的|是|有|在|什么|多少|几)", before)
    return new + before[match.end() :] if match else f"{new}{before}"


def _reworded(text: str, before: str, answer: str) -> str | None:
    """Return the question before asked with other asking words: "Where?" after "When did it open?".

    "Since when?" after "Who leads it?" is asked of whom the answer names, where that is one.
    """
    lead = _LEAD.match(before)
    if lead is None:
        return None
    opening, rest = f"{text[:1].upper()}{text[1:]}", before[lead.end() :]
    told = leader(answer) if lead.group().lower() == "who" and _LASTING.match(text) else ""
    verb = _BEING.match(rest)
    if not told or (not verb and _DOES.match(rest)):
        return f"{opening}{rest}"
    return f"{opening}{verb[1]} {told}{rest[verb.end(1) :]}" if verb else f"{opening} {told}{rest}"


def _filled(text: str, subject: str | None) -> str | None:
    """Return a text with its first pronoun replaced by what it stands for, unless that is said in the text itself."""
    match = pronoun(text)
    if match is None or not subject or refers_within(text):
        return None
    word = match.group().lower()
    possessive = word in _POSSESSIVE or (word == "her" and re.match(r" \w", text[match.end() :]) is not None)
    return text[: match.start()] + subject + "'s" * possessive + text[match.end() :]
