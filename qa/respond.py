"""What is said to a message that is no question to the documents' words, or to one that cannot be understood yet.

Greetings, lists of documents, summaries, comparisons, sources of the last answer, and questions back. Whatever
claims something comes as drafts with citations, which are verified like any other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from corpus.document import Document
from index.retrieve import Index
from qa import compare, documents
from qa.answer import Citation, Turn
from qa.attribution import HEAD, byline
from qa.clarify import question_back, which_document
from qa.evidence import Scorer
from qa.read.draft import Draft
from qa.read.quote import plain
from qa.requests import Request, parse
from qa.smalltalk import reply
from qa.summary import summarise
from qa.texts import documents as counted
from qa.texts import language, say

OF_EACH = 3  # sentences of each of two documents that are compared
_AUTHOR = re.compile(
    r"^[ \t>*]*(?:source[ _])?authors?:[ \t]*(?P<name>[^\n;|]{2,80}?)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_WHO_WROTE = re.compile(r"who (?:wrote|authored|(?:is|are|was|were) the authors? of) (?:the )?(?P<what>[^?]+)\??", re.I)
_ASKED_OUTRIGHT = re.compile(
    r"\b(?:summari[sz]e|sum up|recap|overview|summary|gist)\b|总结|概括|概述|归纳|摘要|概要|简述", re.IGNORECASE
)
_LOOKS_LIKE_FILE = re.compile(r"\S+\.[A-Za-z]{2,5}$")


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say: drafts that are verified and cited, and a message beside them or alone."""

    message: str = ""
    drafts: tuple[Draft, ...] = ()


def respond(question: str, history: Sequence[Turn], index: Index, scorer: Scorer) -> Reply | None:
    """Return what to say, or None for a question that evidence should answer."""
    request = parse(question)
    if request is None or not index.counts()[0]:
        if written := _written(question, index):
            return written
        if message := reply(question, index) or question_back(question, history, index, scorer):
            return Reply(message)
        return None
    if request.kind == "list":
        return Reply(documents.listing(question, index.documents()))
    if request.kind == "count":
        count = index.counts()[0]
        return Reply(say(question, "count", are="is" if count == 1 else "are", documents=counted(question, count)))
    if request.kind == "mention":
        return Reply(documents.mentioning(question, request.subject, index))
    if request.kind == "compare":
        if papers := _papers(request, index):
            return Reply("", papers)
        found = compare.compare(question, request, index, scorer)
        return Reply(compare.told(question, found), found.drafts) if found.drafts else None
    if request.kind == "summary":
        return _summary(question, request, history, index)
    return _sources(question, request, history, index)


def _summary(question: str, request: Request, history: Sequence[Turn], index: Index) -> Reply | None:
    """Return the summary of the document that is meant, the question which one, or None where none is meant."""
    subject, infos = request.subject, index.documents()
    if documents.is_unnamed(subject):
        last = infos[0].id if len(infos) == 1 else documents.last_cited(history, index)
        found = [info for info in infos if info.id == last]
        if not found:
            return Reply(which_document(question, index))
    else:
        outright = _ASKED_OUTRIGHT.search(question) or documents.is_for_one(subject)
        found = documents.named(subject, index, strict=not outright)
        if len(found) > 1 and outright:
            return Reply(which_document(question, index, [info.id for info in found]))
        if not found and _LOOKS_LIKE_FILE.search(subject):
            return Reply(which_document(question, index, subject=subject))
    if len(found) != 1:
        return None  # "What is STP about?": a question to the documents' words
    title, name = found[0].title, PurePath(found[0].id).name
    told = summarise(found[0].id, index)
    key = "summary" if told else "no_summary"
    drafts = tuple(Draft(plain(c.quote), (c,), item=True, label=heading) for heading, c in told)
    return Reply(say(question, key, title=title, name=name), drafts)


def _papers(request: Request, index: Index) -> tuple[Draft, ...]:
    """Return what two documents tell, side by side, where a comparison names two documents and no respect."""
    sides = (request.subject, request.other)
    if (
        request.aspect
        or "," in "".join(sides)
        or not any(documents.is_for_one(side) or _LOOKS_LIKE_FILE.search(side) for side in sides)
    ):
        return ()
    found = [documents.named(side, index, strict=not documents.is_for_one(side)) for side in sides]
    if any(len(infos) != 1 for infos in found) or found[0] == found[1]:
        return ()
    told = [
        (side, c) for side, (info,) in zip(sides, found, strict=True) for _, c in summarise(info.id, index)[:OF_EACH]
    ]
    return tuple(Draft(plain(c.quote), (c,), item=True, label=side) for side, c in told)


def _written(question: str, index: Index) -> Reply | None:
    """Return who wrote the one document that is meant, in its own words; None where none is, or it does not say."""
    asked = _WHO_WROTE.fullmatch(question)
    subject = asked["what"] if asked else ""
    if documents.is_unnamed(subject) or not documents.is_for_one(subject):
        return None
    found = documents.named(subject, index)
    author = _author(found[0].id, index) if len(found) == 1 else None
    if author is None:
        return None
    title, name = found[0].title, PurePath(found[0].id).name
    drafts = (Draft(plain(author[1].quote), (author[1],)),)
    return Reply(say(question, "author", title=title, name=name), drafts)


def _sources(question: str, request: Request, history: Sequence[Turn], index: Index) -> Reply:
    """Return the quotes of the last answer, each with its document, author and place."""
    if not history:
        return Reply(say(question, "no_claim"))
    found = documents.quoted(history[-1].answer, index)
    if not found:
        claimed = re.search(r"\[\d{1,3}\]", history[-1].answer)
        return Reply(say(question, "no_source" if claimed else "no_claim"))
    drafts = tuple(_sourced(question, citation, index) for citation in found)
    return Reply(say(question, "sure") if request.kind == "sure" else "", drafts)


def _sourced(question: str, citation: Citation, index: Index) -> Draft:
    """Return a quote under the name of its source; where the document names its author, that line is cited too."""
    passage = citation.passage
    author = _author(passage.doc_id, index)
    by = say(question, "by", author=author[0]) if author else ""
    headings = [h for h in passage.heading if h != citation.title]
    places = [PurePath(passage.doc_id).name]
    places += [say(question, "page", page=passage.page)] if passage.page else []
    places += [say(question, "section", section=" › ".join(headings))] if headings else []
    joint = "，" if language(question) == "zh" else ", "
    label = say(question, "source", title=citation.title, by=by, places=joint.join(places))
    return Draft(plain(citation.quote), (citation, *([author[1]] if author else [])), item=True, label=label)


def _author(doc_id: str, index: Index) -> tuple[str, Citation] | None:
    """Return the author that a document's first lines name, with the place, or None."""
    document = index.document(doc_id)
    span = _signed(document)
    for passage, _ in index.pieces(doc_id) if span else ():
        if span and passage.start <= span[0] and span[1] <= passage.end:
            return document.text[slice(*span)], Citation(passage, *span, document.title)
    return None


def _signed(document: Document) -> tuple[int, int] | None:
    """Return where a document names its author: in a field of its own, or on a line of names at its start or end."""
    text = document.text
    if match := _AUTHOR.search(text[:HEAD]):
        return match.span("name")
    return byline(document)
