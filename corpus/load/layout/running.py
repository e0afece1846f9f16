"""Running heads and feet, and page numbers: rows at the edge of a page that stand at the edge of its neighbours too."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from corpus.load.layout.page import Page

RUNNING_MAX = 100  # characters; a longer row is text
AROUND = 8  # pages before and after a page among which a row must recur: a chapter's head runs for a chapter

_SENTENCE = re.compile(r"[a-z,;].*[.!?]$|[,;-]$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_EMPTY = frozenset("page of seite von p pp pagina página side".split())  # words that say no more than a page's number


def without_running(pages: Iterable[Page], kept: set[str]) -> Iterator[tuple[Page, int, int]]:
    """Yield each page with the number of its first and last rows that run; those that stay are added to ``kept``.

    A row runs where it is among the outer two of a third of the pages around, two at least, the same but for the
    page's own number. Its first occurrence stays where the pages up to it do not hold all of its words elsewhere, so
    that nothing is lost; page numbers do not stay, except on a page of nothing else.
    """
    window: deque[tuple[Page, tuple[list[str], list[str]]]] = deque()
    keys: deque[set[str]] = deque()
    count: Counter[str] = Counter()
    said: set[str] = set(_EMPTY)
    number = 0

    def take(found: tuple[Page, tuple[list[str], list[str]]], own: int) -> tuple[Page, int, int]:
        page, ends = found
        least = max(2, -(-len(keys) // 3))
        edge = [line for end in ends for line in end if not (key := _key(line, own)) or count[key] < least]
        said.update(word.lower() for text in [*page.inner(), *edge] for word in _WORD.findall(text))
        top, foot = (_running(end, own, count, least, said, kept) for end in ends)
        return (page, top, foot) if top + foot < page.row_count else (page, 0, 0)

    for ahead, page in enumerate(pages, 1):
        edges = page.edges()
        window.append((page, edges))
        keys.append({_key(line, ahead) for end in edges for line in end})
        count.update(keys[-1])
        if len(window) > AROUND:
            number += 1
            yield take(window.popleft(), number)
        if len(keys) > 2 * AROUND:
            count.subtract(keys.popleft())
    while window:
        number += 1
        yield take(window.popleft(), number)


def _running(end: list[str], number: int, count: Counter[str], least: int, said: set[str], kept: set[str]) -> int:
    """Return how many rows of one end run, from the outer one inwards."""
    for n, line in enumerate(end):
        key = _key(line, number)
        if not key or count[key] < least:
            return n
        new = {word.lower() for word in _WORD.findall(line)} - said
        if new:
            said |= new
            kept.add(line)
            return n
    return len(end)


def _key(line: str, number: int) -> str:
    """Return a row with the page's own number as "#", another at its ends as its distance from it; "" for text."""
    words = " ".join(line.split())
    if len(words) > RUNNING_MAX or _SENTENCE.search(words):
        return ""
    alone = rf"(?<![\w:.,/–-]){number}(?![\w:.,/–-])"  # not in a date or a time
    shown = re.sub(rf"{alone}|(?<!\d){number}(?=/\d+$)|^[–-]{number}[–-]$|第{number}[页頁]", "#", words, count=1)
    if shown != words:
        return shown
    return re.sub(r"^\d{1,4}(?!\S)|(?<!\S)\d{1,4}$", lambda match: f"#{int(match[0]) - number}", words, count=1)
