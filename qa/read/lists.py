"""Lists in sources: the entries that belong together, found around one sentence of the evidence.

A list is a run of bullets, numbered entries or table rows of one section, also where it goes on in the next passage;
or the sentences after one that announces how many points follow ("Wong draws four lessons.").
"""

import re
from collections.abc import Sequence

from index.words import terms
from qa.answer import Citation
from qa.evidence import Evidence
from qa.features import NUMBER_WORDS
from qa.question import listed

ITEMS = 8  # entries of a list
BEST = 3  # pieces of evidence around which a list is looked for
_NEAR = 5  # pieces of evidence of which two in one list mark it as what was asked for
_DEEP = 20  # pieces of evidence around which a list is looked for that answers as a whole
_SOME = 3  # entries that it has at least
_NEARLY_ALL, _ONE = 0.8, 0.6  # chance of its entries together at least, and of one sentence at most
_ALIKE = 0.5  # cosine of the question and its heading
_GAP = 4  # characters between two passages that follow each other
BULLET = re.compile(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_ROW = re.compile(r"^[^:;]{1,60}: .*; [^:;]{1,60}: ")
_COUNTS = dict(zip("two three four five six seven eight".split(), range(2, 9), strict=True))
_ANNOUNCES = re.compile(rf"\b({'|'.join(_COUNTS)}|[2-8]) (?:\w+ ){{0,2}}[a-z]+s\b")
_SHORT = 14  # words of a sentence that only announces

assert set(_COUNTS) <= NUMBER_WORDS


def entries(question: str, evidence: Sequence[Evidence]) -> list[Citation]:
    """Return the entries of the list that answers, in the order of the source; none where a list was not asked for.

    That is the list that the best sentence introduces, or, where the question asks for a plural, one whose heading or
    introduction names it or that holds two of the best sentences.
    """
    if not evidence:
        return []
    noun = set(terms(listed(question)))
    for rank, piece in enumerate(evidence[:BEST]):
        sentences = _section(piece.citation, evidence)
        place = [c.key for c in sentences].index(piece.citation.key)
        run = _run(sentences, place)
        introduced = bool(run) and run[0] > place and piece.citation.quote.rstrip().endswith((":", "："))
        if introduced and (rank == 0 or noun):
            return [sentences[n] for n in run[:ITEMS]]
        if noun and not run:
            run = _announced(sentences, place)
            if run:
                return [sentences[n] for n in run]
        if noun and len(run) > 1 and (_names(noun, sentences, run) or _holds_best(sentences, run, evidence)):
            return [sentences[n] for n in run[:ITEMS]]
    return _whole(evidence, noun)


def _whole(evidence: Sequence[Evidence], noun: set[str]) -> list[Citation]:
    """Return the list that as a whole answers: nearly all chance lies on its entries, or its heading is what was asked.

    The first holds where no plural was asked for too ("What threatens it?"), the second where one was.
    """
    for piece in evidence[:_DEEP]:
        sentences = _section(piece.citation, evidence)
        run = _run(sentences, [c.key for c in sentences].index(piece.citation.key))
        if len(run) < _SOME:
            continue
        keys = {sentences[n].key for n in run}
        shares = sorted((e.score for e in evidence if e.citation.key in keys), reverse=True)
        spread = sum(shares) >= _NEARLY_ALL and shares[0] <= _ONE
        if spread or (noun and piece.heading >= _ALIKE and evidence[0].score <= _ONE):
            return [sentences[n] for n in run[:ITEMS]]
    return []


def _section(citation: Citation, evidence: Sequence[Evidence]) -> list[Citation]:
    """Return the sentences of a citation's passage and of those retrieved that adjoin it in its section, in order."""
    own = citation.passage
    others = {e.citation.passage for e in evidence}
    near = {p for p in others if p.doc_id == own.doc_id and p.heading == own.heading} | {own}
    same = sorted(near, key=lambda p: p.start)
    middle = same.index(own)
    first = last = middle
    while first > 0 and same[first].start - same[first - 1].end <= _GAP:
        first -= 1
    while last + 1 < len(same) and same[last + 1].start - same[last].end <= _GAP:
        last += 1
    return [Citation(p, start, end, citation.title) for p in same[first : last + 1] for start, end in p.sentences]


def _run(sentences: Sequence[Citation], place: int) -> list[int]:
    """Return the places of the entries that a sentence is one of, or that follow it at once; they are of one form."""
    for form in (BULLET, _ROW):
        marked = [form.match(c.quote) is not None for c in sentences]
        begin = place if marked[place] else place + 1
        if begin < len(marked) and marked[begin]:
            while marked[begin - 1] and begin > 0:
                begin -= 1
            end = begin
            while end < len(marked) and marked[end]:
                end += 1
            return list(range(begin, end))
    return []


def _announced(sentences: Sequence[Citation], place: int) -> list[int]:
    """Return a short sentence that announces a number of points, and as many sentences after it."""
    text = " ".join(sentences[place].quote.split())
    found = _ANNOUNCES.search(text)
    if not found or len(text.split()) > _SHORT:
        return []
    count = _COUNTS.get(found[1]) or int(found[1])
    run = list(range(place, place + count + 1))
    return run if run[-1] < len(sentences) else []


def _names(noun: set[str], sentences: Sequence[Citation], run: Sequence[int]) -> bool:
    """Return whether the section's heading or the sentence before the entries holds the noun that was asked for."""
    above = " ".join(sentences[run[0]].passage.heading[-1:])
    if run[0] > 0:
        above += " " + sentences[run[0] - 1].quote
    return bool(noun & set(terms(above)))


def _holds_best(sentences: Sequence[Citation], run: Sequence[int], evidence: Sequence[Evidence]) -> bool:
    """Return whether at least two of the best pieces of evidence are among the entries."""
    keys = {sentences[n].key for n in run}
    return sum(e.citation.key in keys for e in evidence[:_NEAR]) >= 2
