"""Which documents there are, which mention something, and which one a person means by a name or by "this document"."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from index.documents import DocumentInfo
from index.retrieve import Index
from index.words import has_cjk, terms
from qa.answer import Citation, Turn
from qa.evidence import candidates
from qa.read.quote import plain
from qa.texts import documents as counted
from qa.texts import entries, say

CANDIDATES = 20  # passages whose documents' first lines are looked at for a name, such as the author's
_WORDS_FOR_ONE = frozenset(
    terms("document file report paper article text page study pdf publication source book one essay presentation")
)  # fmt: skip
_POINTING = re.compile(r"(?:(?:it|this|that|these|them)(?: one)?|the (?:same|last) one|)", re.IGNORECASE)
_FOR_ONE_ZH = re.compile(
    r"你|它|上面|(?:这|那|该|本|此)?(?:一)?(?:份|篇|个|本)?(?:文件|文档|报告|文章|论文|资料|材料|文|书)?(?:的)?"
)
_FILE_NAME = re.compile(r"\S+\.[A-Za-z]{2,5}")
_MARKS = re.compile(r"\s*(?:\[\d{1,3}\])+\s*")
_WHOLE = 0.7  # share of the words of a name that a title must hold
_HALF = 0.5  # share of a title that a strict name must hold
_LEAD = 1.2  # by how much the best title must be ahead of the next to be the one that is meant
_SHORTEST = 12  # characters from which on a sentence found in an answer is taken as quoted there


def listing(question: str, infos: Sequence[DocumentInfo]) -> str:
    """Return the list of documents, cut after twenty, with their number."""
    lines = [line(info) for info in infos]
    return say(
        question, "list", are="is" if len(infos) == 1 else "are", documents=counted(question, len(infos)),
        entries=entries(question, lines),
    )  # fmt: skip


def line(info: DocumentInfo) -> str:
    """Return one entry of a list: title and id, or the id alone where it is the title too."""
    name = PurePath(info.id).name
    return f"{info.title} ({info.id})" if info.title not in (info.id, name, PurePath(info.id).stem) else info.id


def mentioning(question: str, subject: str, index: Index) -> str:
    """Return which documents hold the words of ``subject``, or the nearest by meaning where none does."""
    infos = {info.id: info for info in index.documents()}
    found = sorted(index.mentioning(subject))
    if not found:
        near = list(dict.fromkeys(hit.passage.doc_id for hit in index.search(subject, 5)))[:3]
        lines = entries(question, [line(infos[doc_id]) for doc_id in near if doc_id in infos])
        return say(question, "near", documents=counted(question, len(infos)), subject=subject, entries=lines)
    return say(
        question, "mentioning", documents=counted(question, len(infos)), count=len(found),
        mention="mentions" if len(found) == 1 else "mention", subject=subject,
        entries=entries(question, [line(infos[doc_id]) for doc_id in found if doc_id in infos]),
    )  # fmt: skip


def is_unnamed(subject: str) -> bool:
    """Return whether a document is pointed at without a name: "this", "the report", 这份文件.

    >>> is_unnamed("this document"), is_unnamed("the SWOT report")
    (True, False)
    """
    if has_cjk(subject):
        return _FOR_ONE_ZH.fullmatch(subject) is not None
    return _POINTING.fullmatch(subject.strip()) is not None or not set(terms(subject)) - _WORDS_FOR_ONE


def is_for_one(subject: str) -> bool:
    """Return whether a name says that it is a document's: "the pricing report"."""
    return bool(set(terms(subject)) & _WORDS_FOR_ONE)


def named(subject: str, index: Index, *, strict: bool = False) -> list[DocumentInfo]:
    """Return the documents that a name fits, best first: several where it does not say which, or none.

    A file name or whole title decides; else the words of the name must stand in the title or file name, or else in a
    document's first lines, which name its author. With ``strict`` the name must be half of a title at least.
    """
    infos = index.documents()
    wanted = _folded(subject)
    exact = [
        i for i in infos if wanted in {_folded(n) for n in (i.id, PurePath(i.id).name, PurePath(i.id).stem, i.title)}
    ]
    exact = exact or [i for i in infos if PurePath(i.id).name.lower() in subject.lower().split()]
    if exact or _FILE_NAME.fullmatch(subject):
        return exact
    asked = set(terms(subject)) - _WORDS_FOR_ONE
    if not asked:
        return []
    scores = {i: _fit(asked, set(terms(f"{i.title} {PurePath(i.id).stem.replace('_', ' ')}"))) for i in infos}
    if strict:
        scores = {i: score for i, score in scores.items() if score >= _HALF}
    elif not max(scores.values(), default=0.0):
        near = {hit.passage.doc_id for hit in index.search(subject, CANDIDATES)}
        scores = {i: _fit(asked, set(terms(_head(i.id, index)))) for i in infos if i.id in near}
    best = max(scores.values(), default=0.0)
    return sorted((i for i, score in scores.items() if score and score * _LEAD > best), key=lambda i: -scores[i])


def _fit(asked: set[str], held: set[str]) -> float:
    """Return how well a title fits the words of a name, in [0, 1]: 0 where it lacks too many of them."""
    shared = len(asked & held)
    return shared / len(asked | held) if shared >= (_WHOLE if len(asked) > 2 else 1) * len(asked) else 0.0


def _folded(name: str) -> str:
    return " ".join(name.lower().split()).strip("\"“”'‘’《》 ")


def _head(doc_id: str, index: Index) -> str:
    """Return a document's first lines."""
    return index.document(doc_id).text[:600]


def quoted(answer: str, index: Index) -> list[Citation]:
    """Return the sentences of the documents that an earlier answer quotes, in its order.

    A turn keeps an answer's words only, so they are searched again: what was removed since is not found.
    """
    told = " ".join(answer.split())
    found: dict[tuple[str, int, int], Citation] = {}
    for piece in [p for p in _MARKS.split(told) if len(p) >= _SHORTEST][:8]:
        for hit in index.search(piece, 5):
            for citation, candidate in candidates(hit, 1):
                sentence = plain(candidate.text)
                if len(sentence) >= _SHORTEST and sentence in told and sentence != citation.title:
                    found.setdefault(citation.key, citation)
    once = {plain(c.quote): c for c in reversed(found.values())}  # one place for each sentence
    return sorted(once.values(), key=lambda c: told.index(plain(c.quote)))


def last_cited(history: Sequence[Turn], index: Index) -> str | None:
    """Return the id of the document that the conversation was last about, or None where no answer cites one."""
    for turn in reversed(history[-4:]):
        if places := quoted(turn.answer, index):
            ids = [c.passage.doc_id for c in places]
            return max(dict.fromkeys(ids), key=ids.count)
        titled = [i.id for i in index.documents() if f"“{i.title}”" in turn.answer or f"《{i.title}》" in turn.answer]
        if len(titled) == 1:
            return titled[0]
    return None
