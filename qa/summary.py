"""A summary of one document in its own sentences: four to seven, spread over its sections, in its order.

Centrality is LexRank's (Erkan and Radev, 2004) over the vectors of the passages, which the index holds; of the most
central passages of each section the sentence is taken that is nearest to the whole document and its section and least
like those taken before (maximal marginal relevance, Carbonell and Goldstein, 1998). No sentence is rewritten.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage
from index.retrieve import Index
from qa.answer import Citation
from qa.context import leans
from qa.evidence import is_particulars
from qa.read.quote import plain

SECTIONS = 6  # sections told of at most, one sentence each
LEAST = 4  # sentences, where the document holds as many that can stand alone
PER_SECTION = 3  # most central passages of a section whose sentences are weighed
THRESHOLD = 0.1  # cosine from which two passages count as linked; Erkan and Radev's best on DUC 2003 and 2004
DAMPING = 0.85  # share of the walk that follows links
LARGEST = 1500  # passages up to which the links are counted; beyond, nearness to the document's mean stands in
OPENS_SECTION = 0.15  # added for the first sentence of a section, and for the first of the document again
REDUNDANCY = 0.4  # share of the likeness to a sentence taken before that is taken off
_GOES_ON = re.compile(  # from the sentence before, without a pronoun
    r"(?:such|but|and|or|however|also|then|thus|therefore|instead|moreover|furthermore|in addition|besides|later|"
    r"another|the same)\b|但|而|因此|所以|此外|另外|同时",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?。！？…][\"”’」』)\]]*$")
_SHORTEST, _LONGEST = 25, 420  # characters of a sentence of a summary (a Chinese character counts for three)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Section:
    """Passages under one heading, in order, as indices into the document's passages."""

    heading: str
    members: tuple[int, ...]


def summarise(doc_id: str, index: Index) -> list[tuple[str, Citation]]:
    """Return the sentences that stand for a document in its order, each with its section's heading ("" for none).

    Raises:
        StoreError: the index holds no such document.
    """
    title = index.title(doc_id) or doc_id
    pieces = index.pieces(doc_id)
    passages = [piece[0] for piece in pieces]
    told = [n for n, passage in enumerate(passages) if _sentences(passage, title)]
    if not told:
        return []
    vectors = np.stack([pieces[n][1] for n in told]).astype(np.float64)  # (n_told, dim)
    central = dict(zip(told, centrality(vectors), strict=True))
    chosen = _chosen(_sections(passages, told, title), central)
    weighed = _weigh(chosen, passages, central, title, index)
    taken = _take(weighed, vectors.mean(axis=0), told[0])
    return sorted(((w.heading, w.citation) for w in taken), key=lambda pair: pair[1].start)


def centrality(vectors: Matrix) -> Matrix:
    """Return how central each of some unit vectors (n, dim) is among them: LexRank, shape (n,), summing to 1."""
    n = len(vectors)
    if n > LARGEST:
        near = np.clip(vectors @ vectors.mean(axis=0), 1e-9, None)
        return np.asarray(near / near.sum())
    links = np.where((cosines := vectors @ vectors.T) > THRESHOLD, cosines, 0.0)
    np.fill_diagonal(links, 1.0)
    step = links / links.sum(axis=1, keepdims=True)
    rank = np.full(n, 1 / n)
    for _ in range(100):
        new = (1 - DAMPING) / n + DAMPING * rank @ step
        if np.abs(new - rank).sum() < 1e-6:
            break
        rank = new
    return np.asarray(rank)


@dataclass(frozen=True, slots=True, eq=False)
class _Weighed:
    """A sentence that may be taken: its section, place there, vector (dim,), and its section's mean vector (dim,)."""

    section: int
    heading: str
    citation: Citation
    opens: bool
    passage: int
    vector: Matrix
    mean: Matrix


def _sections(passages: Sequence[Passage], told: Sequence[int], title: str) -> list[Section]:
    """Return the document's sections: by its outermost headings that part it, else five runs of equal length."""
    paths = {n: [h for h in passages[n].heading if h != title] for n in told}
    for depth in (1, 2):
        groups = [
            Section(" › ".join(path), tuple(members))
            for path, members in ((p, list(m)) for p, m in groupby(told, key=lambda n: paths[n][:depth]))
        ]
        if len(groups) > 2:
            return groups
    edges = np.linspace(0, len(told), min(5, len(told)) + 1).astype(int)
    return [Section("", tuple(told[a:b])) for a, b in pairwise(edges) if b > a]


def _chosen(sections: Sequence[Section], central: dict[int, float]) -> list[Section]:
    """Return the first section and those that hold most of the document's centrality, in order."""
    if len(sections) <= SECTIONS:
        return list(sections)
    mass = [sum(central[n] for n in section.members) for section in sections]
    best = sorted(range(1, len(sections)), key=lambda n: -mass[n])[: SECTIONS - 1]
    return [sections[n] for n in sorted([0, *best])]


def _weigh(
    sections: Sequence[Section], passages: Sequence[Passage], central: dict[int, float], title: str, index: Index
) -> list[_Weighed]:
    """Return the sentences of each section's first and most central passages with their vectors."""
    found: list[tuple[int, Citation, bool, int]] = []
    for number, section in enumerate(sections):
        ranked = sorted(section.members[1:], key=lambda n: -central[n])[: PER_SECTION - 1]
        for n in sorted([section.members[0], *ranked]):
            for place, citation in enumerate(_sentences(passages[n], title)):
                found.append((number, citation, n == section.members[0] and place == 0, n))
    vectors = index.encoder.encode_passages([plain(c.quote) for _, c, _, _ in found]).astype(np.float64)
    means = {s: vectors[[k for k, f in enumerate(found) if f[0] == s]].mean(axis=0) for s in {f[0] for f in found}}
    return [
        _Weighed(s, sections[s].heading, citation, opens, n, vector, means[s])
        for (s, citation, opens, n), vector in zip(found, vectors, strict=True)
    ]


def _take(weighed: Sequence[_Weighed], whole: Matrix, first: int) -> list[_Weighed]:
    """Return one sentence of each section, and more of the largest while there are fewer than four."""
    taken: list[_Weighed] = []

    def worth(one: _Weighed) -> float:
        near = 0.6 * _cosine(one.vector, whole) + 0.4 * _cosine(one.vector, one.mean)
        alike = max((float(one.vector @ t.vector) for t in taken), default=0.0)
        return near + OPENS_SECTION * (one.opens + (one.opens and one.passage == first)) - REDUNDANCY * alike

    for section in sorted({w.section for w in weighed}):
        taken.append(max((w for w in weighed if w.section == section), key=worth))
    while len(taken) < LEAST and (rest := [w for w in weighed if w not in taken]):
        taken.append(max(rest, key=worth))
    return taken


def _cosine(vector: Matrix, mean: Matrix) -> float:
    return float(vector @ mean) / max(float(np.linalg.norm(mean)), 1e-9)


def _sentences(passage: Passage, title: str) -> list[Citation]:
    """Return the sentences of a passage that can stand alone: whole, neither short nor endless, not leaning back."""
    found = [Citation(passage, start, end, title) for start, end in passage.sentences]
    return [c for c in found if _stands(plain(c.quote)) and not is_particulars(c)]


def _stands(sentence: str) -> bool:
    length = sum(3 if "\u3400" <= char <= "\u9fff" else 1 for char in sentence)
    alone = not leans(sentence) and not _GOES_ON.match(sentence)
    return _SHORTEST <= length <= _LONGEST and bool(_ENDS.search(sentence)) and alone
