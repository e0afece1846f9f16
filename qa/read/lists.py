"""Lists in sources: the entries that belong together, found around one sentence of the evidence.

A list is a run of bullets, numbered entries or table rows of one section, also where it goes on in the next passage;
or the sentences after one that announces how many points follow ("Wong draws four lessons.").
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from index.words import terms
from qa.answer import Citation
from qa.evidence import Evidence
from qa.features import NUMBER_WORDS
from qa.question import listed
from qa.rows import ROW, told

ITEMS = 8  # entries of a list
MOST, _WORDS = 20, 150  # entries of a list of short ones, and their words together
BEST = 3  # pieces of evidence around which a list is looked for
_NEAR = 5  # pieces of evidence of which two in one list mark it as what was asked for
_DEEP = 20  # pieces of evidence around which a list is looked for that answers as a whole
_SOME = 3  # entries that it has at least
_NEARLY_ALL, _ONE = 0.8, 0.6  # chance of its entries together at least, and of one sentence at most
_ALIKE = 0.5  # cosine of the question and its heading
_GAP = 4  # characters between two passages that follow each other
BULLET = re.compile(r"^(?:[•\-*–]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)]\s+")
_ASKS_HOW = re.compile(
    r"\bhow (?:do|does|can|could|should|must|would|to)\b|\bwhat (?:do|should|must|can) (?:i|we|you|one) do\b|"
    r"\b(?:steps|instructions|procedure)\b",
    re.IGNORECASE,
)
_COUNTS = dict(zip("two three four five six seven eight".split(), range(2, 9), strict=True))
_ANNOUNCES = re.compile(rf"\b({'|'.join(_COUNTS)}|[2-8]) (?:\w+ ){{0,2}}[a-z]+s\b")
_SHORT = 14  # words of a sentence that only announces

assert set(_COUNTS) <= NUMBER_WORDS


def entries(question: str, evidence: Sequence[Evidence]) -> list[Citation]:
    """Return the entries of the list that answers, in the order of the source; none where a list was not asked for.

    That is the steps of what is asked how to do; the list that the best sentence introduces; or, where the question
    asks for a plural, one whose heading or introduction names it or that holds two of the best sentences. Of a table
    from which the question leaves only some rows, these.
    """
    if not evidence:
        return []
    noun = set(terms(listed(question)))
    best = evidence[0].citation.quote
    one = bool(ROW.match(best)) or told(best) != best  # tells of one thing, beside which lists tell of others
    for rank, piece in enumerate(evidence[: 1 if one else BEST]):
        sentences = _section(piece.citation, evidence)
        place = _place(piece.citation, sentences)
        run = _run(sentences, place)
        if one and (some := _left(sentences, run, evidence)) is not None:
            return some if noun and len(some) > 1 else []
        if _ASKS_HOW.search(question) and _are_steps(question, sentences, run, evidence):
            return _readable([sentences[n] for n in run])
        introduced = bool(run) and run[0] > place and piece.citation.quote.rstrip().endswith((":", "："))
        if introduced and (rank == 0 or noun):
            return _readable([sentences[n] for n in run])
        if noun and not run:
            run = _announced(sentences, place)
            if run:
                return [sentences[n] for n in run]
        aside = rank > 0 and evidence[0].score > _ONE and not _among(evidence[0], sentences, run)
        if not noun or len(run) < 2 or aside or not _are_sentences(sentences, run):
            continue
        if _names(noun, sentences, run) or _holds_best(sentences, run, evidence):
            return _readable([sentences[n] for n in run])
    return _whole(evidence, noun)


def _whole(evidence: Sequence[Evidence], noun: set[str]) -> list[Citation]:
    """Return the list that as a whole answers: nearly all chance lies on its entries, or its heading is what was asked.

    The first holds where no plural was asked for too ("What threatens it?"), the second where one was.
    """
    for piece in evidence[:_DEEP]:
        sentences = _section(piece.citation, evidence)
        run = _run(sentences, _place(piece.citation, sentences))
        if len(run) < _SOME:
            continue
        shares = sorted((e.score for e in evidence if _among(e, sentences, run)), reverse=True)
        spread = sum(shares) >= _NEARLY_ALL and shares[0] <= _ONE
        alike = piece.heading >= _ALIKE and evidence[0].score <= _ONE and _are_sentences(sentences, run)
        if spread or (noun and alike):
            return _readable([sentences[n] for n in run])
    return []


def _are_sentences(sentences: Sequence[Citation], run: Sequence[int]) -> bool:
    """Return whether each entry is one sentence; paragraphs with a mark before them are no list to be told whole."""
    entries = [sentences[n] for n in run]
    return all((entry.start, entry.end) in entry.passage.sentences for entry in entries)


def _readable(run: list[Citation]) -> list[Citation]:
    """Return as many entries as a person reads: eight, and of short ones more, so that no procedure loses its end."""
    words = list(accumulate(len(entry.quote.split()) for entry in run))
    return [entry for n, entry in enumerate(run) if n < ITEMS or (n < MOST and words[n] <= _WORDS)]


def _left(sentences: Sequence[Citation], run: Sequence[int], evidence: Sequence[Evidence]) -> list[Citation] | None:
    """Return the rows of a table that are evidence, where the question left others of it out; else None."""
    keys = {e.citation.key for e in evidence}
    some = [sentences[n] for n in run if sentences[n].key in keys]
    return some if len(some) < len(run) else None


def _are_steps(question: str, sentences: Sequence[Citation], run: Sequence[int], evidence: Sequence[Evidence]) -> bool:
    """Return whether numbered entries are the steps to what is asked: their heading, title or lead says so."""
    if len(run) < 2 or not _NUMBERED.match(sentences[run[0]].quote):
        return False
    first = sentences[run[0]]
    wanted, title = set(terms(question)), set(terms(first.title))
    above = set(terms(" ".join(first.passage.heading[-1:])))
    lead = set(terms(sentences[run[0] - 1].quote)) if run[0] > 0 else set()
    said = wanted - title
    inside = sum(_among(e, sentences, run) for e in evidence[:_NEAR])
    return bool(said & above) or (bool(wanted) and (not said or said <= lead)) or inside >= _SOME


def _section(citation: Citation, evidence: Sequence[Evidence]) -> list[Citation]:
    """Return the sentences of a citation's passage and of those retrieved that adjoin it in its section, in order.

    What goes on behind an entry on the same line belongs to it.
    """
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
    found: list[Citation] = []
    for p in same[first : last + 1]:
        for n, (start, end) in enumerate(p.sentences):
            on = n > 0 and BULLET.match(found[-1].quote) and "\n" not in p.slice(found[-1].end, start)
            if on:
                found[-1] = replace(found[-1], end=end)
            else:
                found.append(Citation(p, start, end, citation.title))
    return found


def _place(citation: Citation, sentences: Sequence[Citation]) -> int:
    """Return the place of the sentence or entry that holds a citation."""
    return next(n for n, c in enumerate(sentences) if c.start <= citation.start and citation.end <= c.end)


def _among(piece: Evidence, sentences: Sequence[Citation], run: Sequence[int]) -> bool:
    """Return whether a piece of evidence lies in one of the entries of a list."""
    own = piece.citation
    return any(
        c.passage.doc_id == own.passage.doc_id and c.start <= own.start and own.end <= c.end
        for c in (sentences[n] for n in run)
    )


def _run(sentences: Sequence[Citation], place: int) -> list[int]:
    """Return the places of the entries that a sentence is one of, or that follow it at once; they are of one form."""
    for form in (BULLET, ROW):
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
    """Return whether at least two of the entries hold one of the best pieces of evidence."""
    return sum(any(_among(e, sentences, [n]) for e in evidence[:_NEAR]) for n in run) >= 2
