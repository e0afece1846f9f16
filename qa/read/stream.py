"""From a model's stream of text to draft sentences, one by one, as each is complete.

What a model writes around its sentences is taken off: its thoughts (``<think>…</think>``), source marks
(``[2]``, ``Source 1:``), list bullets, bold. A sentence that the token limit cut, a sentence that was
already said, a question, a text that runs in circles and the agreed refusal are never drafts.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

from corpus.sentences import sentences
from qa.prompt import REFUSAL, SYSTEM
from qa.read.draft import Draft

MOST_SENTENCES = 3  # the prompt asks for one to three; a small model rambles on
MOST_ITEMS = 12  # entries of a list
MOST_CHARACTERS = 20_000  # with its thoughts; a server that never ends is cut off here

THOUGHT_MARKS = frozenset(
    ("<think>", "</think>", "[THINK]", "[/THINK]", "<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>")
)
"""What tells a model's thoughts from its answer: of Qwen, DeepSeek and others; of Mistral's; of gpt-oss (Harmony)."""

_THOUGHT = re.compile(
    r"<(think|thinking|thought)>.*?(?:</\1>|\Z)"
    r"|\[THINK\].*?(?:\[/THINK\]|\Z)"
    r"|<\|channel\|>(?!final).*?(?:<\|end\|>|\Z)",
    re.DOTALL,
)
_THOUGHT_BEFORE = re.compile(r"\A.*(?:</think>|\[/THINK\])", re.DOTALL)  # opened by the template, closed by the model
_FRAME = re.compile(
    r"(?:<\|start\|>(?:assistant)?)?(?:<\|channel\|>final)?<\|message\|>|<\|(?:start|end|return)\|>(?:assistant)?"
)
_OPENINGS = ("<think>", "<thinking>", "<thought>", "[THINK]", "<|start|>assistant", "<|channel|>final<|message|>")
_ITEM = re.compile(r"\s*(?:(?:[-*•–]|\d{1,2}[.)])\s+)+(?=\S)")
_BEGUN = re.compile(r"\S+\s|[\u3040-\u9fff]{2}")  # a whole word, or two characters where words are not spaced
_MARK = re.compile(
    r"\s*(?:[\[【](?:(?:source|sentence)s?\s*)?\d+(?:\s*[,;–-]\s*\d+)*[\]】]|\((?:source|sentence)s?\s*\d+\))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:a|answer|response|(?:source|sentence)s?\s*\d+)\s*:\s*"
    r"|(?:according to|based on|as (?:stated|mentioned) in)\s+"
    r"(?:the\s+)?(?:\w+\s+)?(?:source|sentence)s?(?:\s*\d+)?\s*,\s*",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:the|these|none of the)\s+(?:\w+\s+)?(?:sources?|sentences?|passages?|documents?|texts?|context)\s+"
    r"(?:do|does|did)\s*(?:n[o']t|not)\s+(?:say|mention|state|specify|provide|contain|answer|give|include)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a model's text; ``cut`` on the last one says that a limit, not the model, ended the text."""

    text: str
    cut: bool = False


def drafts(pieces: Generator[Piece, None, None]) -> Iterator[Draft]:
    """Yield each draft sentence as soon as the next has begun, the last one at the end of ``pieces``.

    Closing this iterator closes ``pieces``, whatever they come from; so does enough having been said.
    """
    said: set[str] = set()
    items = 0
    with closing(complete(pieces)) as told:
        for text, item in told:
            key = _key(text)
            if (
                not key or key in _PROMPT or text.endswith(("?", "？"))
            ):  # a question, often the person's own, is no answer
                continue
            if key in said or key.startswith(_key(REFUSAL)) or _DENIAL.match(text):
                return
            said.add(key)
            items += item
            yield Draft(text, item=item)
            if items == MOST_ITEMS or len(said) - items == MOST_SENTENCES:
                return


def complete(pieces: Generator[Piece, None, None]) -> Generator[tuple[str, bool], None, None]:
    """Yield every complete sentence, cleaned, each with whether it is an entry of a list; closes ``pieces``.

    What was yielded is never cut anew, so whatever the segmenter makes of later text, nothing is said
    twice and nothing is lost.
    """
    raw, told, cut = "", 0, False  # told: how many visible characters were yielded
    with closing(pieces):
        for piece in pieces:
            raw += piece.text
            cut = piece.cut
            if len(raw) > MOST_CHARACTERS or circles(raw):
                cut = True
                break
            shown = _visible(raw)
            told = told if told <= len(shown) else 0  # a lone </think> takes back what was shown
            ready, used = _ready(shown[told:])
            told += used
            yield from ((_clean(line), item) for line, item in ready)
        rest = _of_lines(_visible(raw)[told:])
        yield from ((_clean(line), item) for line, item in rest[: len(rest) - cut])


def _visible(raw: str) -> str:
    """Return the text without its thoughts, and without the first letters of a mark of thoughts still to come."""
    shown = _FRAME.sub("", _THOUGHT_BEFORE.sub("", _THOUGHT.sub("", raw)))
    start = max(shown.rfind("<"), shown.rfind("["))
    if start >= 0 and any(opening.startswith(shown[start:]) for opening in _OPENINGS):
        return shown[:start]
    return shown


def _ready(text: str) -> tuple[list[tuple[str, bool]], int]:
    """Return the sentences that text still to come hardly changes, and how many characters they take.

    Those of whole lines, and in the last line those after which a whole word of the next one is there,
    and in which no quotation or bracket is open (the segmenter joins what is inside one once it closes).
    """
    used = text.rfind("\n") + 1
    found, last = _of_lines(text[:used]), text[used:]
    if _ITEM.match(last):  # one entry, and still growing
        return found, used
    begin = used
    for unit, following in pairwise(sentences(last)):
        sentence = last[unit.start : unit.end]
        if _open(sentence) or not _BEGUN.match(last, following.start):
            break
        found.append((sentence, False))
        used = begin + following.start
    return found, used


def _of_lines(text: str) -> list[tuple[str, bool]]:
    """Return the sentences of ``text``, each with whether it is an entry of a list: that is a line of its own."""
    found: list[tuple[str, bool]] = []
    for line in text.split("\n"):
        bullet = _ITEM.match(line)
        if bullet:
            found.append((line[bullet.end() :], True))
        else:
            found += [(line[unit.start : unit.end], False) for unit in sentences(line)]
    return found


def _open(sentence: str) -> bool:
    """Return whether a quotation or a bracket begins in ``sentence`` and does not end there."""
    pairs = ("()", "[]", "“”", "«»", "「」", "『』", "（）", "《》", "【】")
    return sentence.count('"') % 2 == 1 or any(sentence.count(pair[0]) > sentence.count(pair[1]) for pair in pairs)


def _clean(sentence: str) -> str:
    """Return the sentence without source marks, lead-in and bold, on one line."""
    plain = _MARK.sub("", " ".join(sentence.replace("**", "").split())).strip()
    lead = _LEAD.match(plain)
    if lead:
        plain = plain[lead.end() :]
        plain = plain[:1].upper() + plain[1:]
    return plain


def _key(sentence: str) -> str:
    """Return the letters and digits alone, to see that two sentences say the same."""
    return "".join(c for c in sentence.casefold() if c.isalnum())


_PROMPT = frozenset(_key(SYSTEM[unit.start : unit.end]) for unit in sentences(SYSTEM))  # told to nobody


def circles(text: str) -> bool:
    """Return whether ``text`` ends with the same 12 to 200 characters three times over."""
    return any(text[-n:] == text[-2 * n : -n] == text[-3 * n : -2 * n] for n in range(12, min(200, len(text) // 3) + 1))
