"""What the rules over English words cannot see in Chinese: the kind of a question, values in a sentence, coverage.

Chinese puts no blanks between words, so names cannot be told by their writing; overlapping pairs of characters
(Nie, Gao, Zhang and Zhou, 2000) stand in for words.
"""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.words import terms

if TYPE_CHECKING:
    from qa.question import Kind

# A question counts as answered where the share of its pairs of characters that a sentence and its surroundings hold,
# and a twentieth of the log-odds of an answer, reach this; measured on XQuAD-zh, with and without its passages
REACHED, ODDS = 0.4, 0.05
_KINDS: "tuple[tuple[Kind, re.Pattern[str]], ...]" = (
    ("reason", re.compile(r"为什么|为何|为啥|怎么会|什么原因|原因是|何以")),
    ("date", re.compile(r"什么时候|何时|几时|哪一?年|哪一?天|哪个?月|几月|几号|几点|什么时间|多久(?:前|以前)|哪一?日")),
    (
        "number",
        re.compile(r"多少|几[个人名次天年米公元块种家岁本位层条只台辆]|多[大高长远重久宽深快]|价格是|几成|百分之几"),
    ),
    ("person", re.compile(r"谁|哪位|哪个人|什么人|何人")),
    ("place", re.compile(r"哪里|哪儿|何处|何地|什么地方|哪个(?:城市|国家|省|地方|区|县)|在哪")),
    ("list", re.compile(r"哪些|哪几[个种项]|有什么|列出|包括什么")),
    ("yesno", re.compile(r"[吗么]$|是否|是不是|有没有|能不能|可不可以|会不会")),
)
_ASKING = re.compile(  # what only asks; the longest first
    r"什么时候|什么时间|什么地方|什么原因|什么人|多少钱|为什么|为何|何时|哪一?[年天个位里儿些]|哪几[个种项]|"
    r"几[个人名次天年月号点种家岁]|多少|多[大高长远重久]|"
    r"什么|怎么样?|如何|谁|哪|吗|呢|么|请问|请|告诉我|一共|总共|是否|是不是|有没有|能不能|可以|需要|分别|"
    r"主要|[的了是在有和与把被对为从到由于也都就而及其这那]"
)
_VALUES: "dict[Kind, re.Pattern[str]]" = {
    "number": re.compile(
        r"\d|[零一二两三四五六七八九十百千万亿半][个人名次天年米元块种家岁本位层条只台辆成倍折吨克度分小万亿千百公平多余几]"
    ),
    "date": re.compile(
        r"\d{1,4} ?[年月日号点时:：]|[零〇一二三四五六七八九十]+[年月日号点]|星期|周[一二三四五六日末]|春节|"
        r"世纪|[早晚]上|每天|当天"
    ),
    "reason": re.compile(r"因为|由于|因此|所以|为了|导致|以便|原因|以免|使得?|从而"),
}


def kind(question: str) -> "Kind":
    """Return the kind of answer a Chinese question expects.

    >>> kind("谁创办了小米？"), kind("门票多少钱？"), kind("图书馆几点开门？")
    ('person', 'number', 'date')
    """
    text = question.strip(" ?？.!！。")
    return next((name for name, pattern in _KINDS if pattern.search(text)), "other")


def holds(expected: "Kind", text: str) -> bool:
    """Return whether a Chinese sentence holds a value of a kind; people and places cannot be told by their writing."""
    pattern = _VALUES.get(expected)
    return pattern is None or pattern.search(text) is not None


def content(question: str) -> set[str]:
    """Return the index terms of a question without the words that only ask.

    >>> sorted(content("图书馆几点开门？"))
    ['书馆', '图书', '开门']
    """
    return set(terms(_ASKING.sub(" ", question)))


def covered(question: str, text: str) -> float:
    """Return the share of a Chinese question's pairs of characters, in [0, 1], that a text holds."""
    wanted = content(question)
    return len(wanted & set(terms(text))) / len(wanted) if wanted else 1.0


def unanswered(question: str, around: Sequence[str], chance: float, bar: float = 1.0) -> bool:
    """Return whether none of some sentences with their surroundings answers a Chinese question.

    ``chance`` in [0, 1] is that of an answer as the fitted model sees it, which was fitted on English;
    ``bar`` above 1 demands more of both together, below 1 less.
    """
    odds = math.log(max(chance, 1e-3) / max(1 - chance, 1e-3))
    return max((covered(question, text) for text in around), default=0.0) + ODDS * odds < REACHED * bar
