"""Cloze questions: a sentence that stands alone with its number, date or name left out; no model.

W. L. Taylor, "Cloze procedure", Journalism Quarterly 30 (1953). "Most visitors, about 40 a day, came by ferry." gives
"Fill the gap: Most visitors, about ____ a day, came by ferry." with the answer "40". They are asked of sentences that
``qa.phrase`` cannot turn round, since a question in one's own order of words reads better.
"""

import re
from collections.abc import Iterator

from qa.clause import DATE, leans

GAP = "____"
SHORTEST, LONGEST = 7, 30  # words of a sentence
_ENGLISH = (
    re.compile(rf"\b{DATE}\b"),
    re.compile(
        r"(?<![\w.,])(?:[$€£¥] ?)?\d[\d,]*(?:\.\d+)?(?: ?%| (?:hundred|thousand|million|billion|trillion))?(?![\w%])"
    ),
    re.compile(r"(?<=[a-z,] )[A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*)+"),  # two capitalised words or more, not the first
)
_CHINESE = (re.compile(r"\d{4}年(?:\d{1,2}月)?"), re.compile(r"\d[\d,.]*(?:[万亿千]+|[%％])?"))
_CHINESE_LEANS = re.compile(r"[他她它这那其此]|因此|但|而|所以|同时|此外|然后|其中")


def cloze(statement: str) -> Iterator[tuple[str, str]]:
    """Yield a sentence with a gap and what was left out: one gap of each kind, only where its words stand once."""
    text = re.sub(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+", "", " ".join(statement.split()))
    if text.endswith("。"):
        if 10 <= len(text) <= 80 and not _CHINESE_LEANS.match(text):
            yield from _gaps("填空：", text, _CHINESE)
    elif text.endswith(".") and SHORTEST <= len(text.split()) <= LONGEST and not leans(text):
        yield from _gaps("Fill the gap: ", text, _ENGLISH)


def _gaps(opening: str, text: str, kinds: tuple[re.Pattern[str], ...]) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for kind in kinds:
        found = [match for match in kind.finditer(text) if text.count(match.group()) == 1]
        for match in found[:1]:
            if not any(match.group() in other for other in taken):
                taken.add(match.group())
                yield f"{opening}{text[: match.start()]}{GAP}{text[match.end() :]}", match.group()
