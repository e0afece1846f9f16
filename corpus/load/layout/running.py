"""Running heads and feet, and page numbers: rows at the edge of a page that stand at the edge of its neighbours too."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from corpus.load.layout.lines import Fragment
from corpus.load.layout.page import Page

RUNNING_MAX = 100  # characters; a longer row is text
AROUND = 8  # pages before and after a page among which a row must recur: a chapter's head runs for a chapter
BIGGER = 1.3  # times the size of the page's text: such a row is a heading, however many pages share it

_SENTENCE = re.compile(r"[a-z,;].*[.!?]$|[,;-]$")
_NEWS = re.compile(r"#n[+-]\d+|[^\W\d_]{2,}|\w*\d[\w.,/:-]*")  # words and figures; "#" marks a page's number
_EMPTY = frozenset("page of seite von p pp pagina página side".split())  # words that say no more than a page's number

Edges = tuple[list[Fragment], list[Fragment]]


def without_running(pages: Iterable[Page], kept: set[str]) -> Iterator[tuple[Page, int, int]]:
    """Yield each page with the number of its first and last rows that run; those that stay are added to ``kept``.

    A row runs where it is among the outer two of a third of the pages around, two at least, the same but for the
    page's own number, and in no bigger hand than the text. Its first occurrence stays where the pages up to it do not
    hold all of its words and figures elsewhere, so that nothing is lost; page numbers do not stay, except on a page
    of nothing else.
    """
    window: deque[tuple[Page, Edges]] = deque()
    keys: deque[set[str]] = deque()
    count: Counter[str] = Counter()
    said: set[str] = set(_EMPTY)
    number = 0

    def take(page: Page, ends: Edges, own: int) -> tuple[Page, int, int]:
        least = max(2, -(-len(keys) // 3))
        runs = [[_runs(line, page, own, count, least) for line in end] for end in ends]
        for end, found in zip(ends, runs, strict=True):
            said.update(word for line, key in zip(end, found, strict=True) if not key for word in _news(line.text.text))
        said.update(word for text in page.inner() for word in _news(text))
        top, foot = (_outer(end, found, said, kept) for end, found in zip(ends, runs, strict=True))
        rest = page.row_count - top - foot
        return (page, top, foot) if rest > 0 or (rest == 0 and page.has_table) else (page, 0, 0)

    for ahead, page in enumerate(pages, 1):
        edges = page.edges()
        window.append((page, edges))
        keys.append({key for end in edges for line in end for key in _keys(line.text.text, ahead)})
        count.update(keys[-1])
        if len(window) > AROUND:
            number += 1
            yield take(*window.popleft(), number)
        if len(keys) > 2 * AROUND:
            count.subtract(keys.popleft())
    while window:
        number += 1
        yield take(*window.popleft(), number)


def _runs(line: Fragment, page: Page, number: int, count: Counter[str], least: int) -> str:
    """Return what of a row recurs, its page's number marked, or "" where it does not run."""
    key = next((key for key in _keys(line.text.text, number) if count[key] >= least), "")
    says = any(word[0] != "#" and word not in _EMPTY for word in _news(key))
    return "" if says and line.size > BIGGER * page.size else key


def _outer(end: Sequence[Fragment], runs: Sequence[str], said: set[str], kept: set[str]) -> int:
    """Return how many rows of one end to leave out, from the outer one inwards."""
    for n, (line, key) in enumerate(zip(end, runs, strict=True)):
        new = {word for word in _news(key) if word[0] != "#"} - said
        if not key or new:
            if key:
                said |= new
                kept.add(line.text.text)
            return n
    return len(end)


def _news(text: str) -> list[str]:
    return [word.lower() for word in _NEWS.findall(text)]


def _keys(line: str, number: int) -> list[str]:
    """Return the forms in which a row may recur: with its page's number as "#", one at its ends as the distance.

    And as it stands, since a year at its end is no page's number. None where it is text.
    """
    words = " ".join(line.split())
    if len(words) > RUNNING_MAX or _SENTENCE.search(words):
        return []
    alone = rf"(?<![\w:.,/–-]){number}(?![\w:.,/–-])"  # not in a date or a time
    shown = re.sub(rf"{alone}|(?<!\d){number}(?=/\d+$)|^[–-]{number}[–-]$|第{number}[页頁]", "#", words, count=1)
    if shown == words:
        shown = re.sub(r"^\d{1,4}(?!\S)|(?<!\S)\d{1,4}$", lambda m: f"#n{int(m[0]) - number:+}", words, count=1)
    shown = re.sub(r"# ?(?:/|of|von|de|di|sur) ?\d+", "#", shown)  # of how many
    return list(dict.fromkeys((shown, words)))
