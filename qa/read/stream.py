"""From a model's stream of text to draft sentences, one by one, as each is complete.

What a model writes around its sentences is taken off: its thoughts (``<think>…</think>``), source marks
(``[2]``, ``Source 1:``), list bullets, bold. A sentence that the token limit cut, a sentence that was
already said, a text that runs in circles and the agreed refusal are never drafts.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

from corpus.sentences import sentences
from qa.prompt import REFUSAL
from qa.read.draft import Draft

MOST_SENTENCES = 3  # the prompt asks for one to three; a small model rambles on
MOST_ITEMS = 12  # entries of a list
MOST_CHARACTERS = 20_000  # with its thoughts; a server that never ends is cut off here

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+(?=\S)")
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
    with closing(_complete(pieces)) as told:
        for text, item in told:
            key = _key(text)
            if not key:
                continue
            if key in said or key.startswith(_key(REFUSAL)) or _DENIAL.match(text):
                return
            said.add(key)
            items += item
            yield Draft(text, item=item)
            if items == MOST_ITEMS or len(said) - items == MOST_SENTENCES:
                return


def _complete(pieces: Generator[Piece, None, None]) -> Generator[tuple[str, bool], None, None]:
    """Yield complete sentences, cleaned, each with whether it is an entry of a list."""
    raw, told, cut = "", 0, False
    with closing(pieces):
        for piece in pieces:
            raw += piece.text
            cut = piece.cut
            if len(raw) > MOST_CHARACTERS or circles(raw):
                cut = True
                break
            ready = _split(_visible(raw), ended=False)
            for line, item in ready[told:]:
                yield _clean(line), item
            told = len(ready)  # a lone </think> takes back what was shown, and it begins anew
        rest = _split(_visible(raw), ended=True)
        for line, item in rest[told : len(rest) - cut]:
            yield _clean(line), item


def _visible(raw: str) -> str:
    """Return the text without its thoughts, and without the first letters of a ``<think>`` still to come."""
    shown = _THOUGHT.sub("", raw).rpartition("</think>")[2]
    start = shown.rfind("<")
    return shown[:start] if start >= 0 and "<think>".startswith(shown[start:]) else shown


def _split(text: str, *, ended: bool) -> list[tuple[str, bool]]:
    """Return the sentences of ``text`` in order, each with whether it is an entry of a list.

    Unless the text has ended, only those that later text cannot change: a whole word of the next one is
    there, and no quotation or bracket is open (the segmenter joins what is inside one once it is closed).
    """
    whole, _, last = text.rpartition("\n")
    found = [sentence for line in whole.split("\n") for sentence in _of_line(line)]
    if ended:
        return found + _of_line(last)
    if not _ITEM.match(last):  # else it is one entry, and still growing
        for unit, following in pairwise(sentences(last)):
            sentence = last[unit.start : unit.end]
            if _open(sentence) or not _BEGUN.match(last, following.start):
                break
            found.append((sentence, False))
    return found


def _of_line(line: str) -> list[tuple[str, bool]]:
    """Return the sentences of one line; an entry of a list is one sentence."""
    bullet = _ITEM.match(line)
    if bullet:
        return [(line[bullet.end() :], True)]
    return [(line[unit.start : unit.end], False) for unit in sentences(line)]


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


def circles(text: str) -> bool:
    """Return whether ``text`` ends with the same 12 to 200 characters three times over."""
    return any(text[-n:] == text[-2 * n : -n] == text[-3 * n : -2 * n] for n in range(12, min(200, len(text) // 3) + 1))
