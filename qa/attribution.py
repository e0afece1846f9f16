"""Whose words are asked for: "According to Wong, …", "What does Mao say about …?", where the name is an author's.

A byline stands once in a document, far from what its author says there, so that the sentences do not hold the name. The
documents of that author are asked alone, and the question without the name.
"""

import re
from dataclasses import replace

from corpus.document import Document
from index.retrieve import Index
from qa.conversation import Asked

HEAD = 1500  # characters of a document in which its authors are looked for, twice that at its end
LOOKED_AT = 50  # passages with words of the name, in which a byline is looked for
_PERSON = (
    r"(?:(?:Dr|Prof|Professor|Mr|Ms|Mrs)\.? )?(?P<who>[A-Z][\w'’-]+(?: (?:[A-Z]\.|[A-Z][\w'’-]+)){0,2})"
    r"(?: et al\.?)?(?! (?:and|or) [A-Z])"
)
_SAYS = (  # verbs that only say that something is said
    "say|state|write|report|mention|tell|think|name|list|give|argue|claim|believe|describe|note|explain|find|hold|see|"
    "discuss|point out|talk|observe|identify|present|cite"
)
_LIVES = "work|live|teach|study|come|belong|graduate|join|lecture|look|have|earn|own|lead|found"  # of the person
_WORK = "article|paper|study|report|analysis|essay|text|account|view|opinion|words|findings?|argument|research|work"
_SAID = (
    "recommendations?|advice|conclusions?|criticisms?|suggestions?|limitations?|limits|methods?|methodology|results?|"
    "hypothes[ie]s|objectives?|warnings?|proposals?|predictions?|reasons?|examples?|main"
)
_OPENS = r"[Aa]ccording to|[Ii]n the (?:view|opinion|words) of"
_DO = r"\b(?:do|does|did|has|have|would)"
_FORMS = (
    (re.compile(rf"\b(?:{_OPENS}) {_PERSON}(?:['’]s (?:{_WORK}))?,? ?"), ""),
    (re.compile(rf",? (?:[Ii]n|[Ff]rom|[Bb]y) {_PERSON}['’]s? (?:{_WORK})\b"), ""),
    (re.compile(rf"{_DO} {_PERSON} (?:{_SAYS})s?\b"), ""),
    (re.compile(rf",? \b(?:that|which|as) {_PERSON} (?:{_SAYS})(?:e?s|d)?(?: it)?\b"), ""),
    (re.compile(rf"{_DO} {_PERSON} (?!(?:{_LIVES})\b)(?=[a-z]+)"), ""),
    (re.compile(rf"\b{_PERSON}['’]s (?={_WORK}|{_SAID})"), "the "),
)
_LINE = re.compile(r"[^\n]+")
_NAME = r"[A-Z][a-zà-ÿ'’][\w'’-]*(?: [A-Z]\.?)*(?: [A-Z][a-zà-ÿ'’][\w'’-]*){1,2}"
_LABEL = re.compile(  # words of a heading or label, which look like a name
    r"\b(?:Article|Paper|Report|Review|Access|Abstract|Summary|Introduction|Keywords|Volume|Cover|Contents|Chapter|Marketing|"
    r"University|College|Department|Institute|Limited|Company|Group|Press|Journal|Analysis|Strategy|Table|Figure|Page)\b"
)
_NAMES = rf"{_NAME}(?:(?:, and |, | and | & ){_NAME})*"
_BYLINE = re.compile(rf"(?:(?:[Ww]ritten )?[Bb]y |[Aa]uthors?: ?)?(?P<names>{_NAMES})[\s\d*†‡,]*")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATED = re.compile(  # "By Ada Brown, 3 May 2024", "Written by Ada Brown on May 3, 2024"
    rf"(?:[Ww]ritten )?[Bb]y (?P<names>{_NAMES})(?:\s*[,|·•–—-]\s*|\s+on )"
    rf"(?:\d{{4}}-\d\d-\d\d|(?:\d{{1,2}}(?:\.|st|nd|rd|th)? )?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?,? \d{{4}})\.?"
)


def attributed(asked: Asked, index: Index) -> tuple[Asked, frozenset[str]]:
    """Return the question without the author it names, and the ids of that author's documents, if any."""
    for pattern, instead in _FORMS:
        if (match := pattern.search(asked.question)) and (ids := written_by(match["who"], index)):
            plain = " ".join(f"{asked.question[: match.start()]}{instead}{asked.question[match.end() :]}".split())
            plain = re.sub(r"^[\s,]+|\s+(?=[?.!,])", "", plain)
            plain = plain[:1].upper() + plain[1:]
            if asked.full == asked.question:
                return Asked(plain, plain, (plain,), (1.0,)), ids
            return replace(asked, question=plain), ids
    return asked, frozenset()


def written_by(name: str, index: Index) -> frozenset[str]:
    """Return the ids of the documents that a person of this name, or surname, signs with a byline."""
    near = {passage.doc_id for passage in index.worded(name, LOOKED_AT) if _may_sign(name, passage.text)}
    return frozenset(doc_id for doc_id in near if _signs(name, index.document(doc_id)))


def _may_sign(name: str, text: str) -> bool:
    """Return whether a passage holds a byline with a name; whether it stands where one does, the document tells."""
    return any(name in line and is_byline(line) for line in text.splitlines())


def byline(document: Document) -> tuple[int, int] | None:
    """Return where a document names its authors: a line of names alone, at its start, or above some lines on a life.

    A heading is none, but at the end, where the lines below name the author again.
    """
    text = document.text
    heads = {text[h.start : h.end].strip() for h in document.headings} | {document.title}
    for begin, end in ((0, HEAD), (max(HEAD, len(text) - 2 * HEAD), len(text))):
        for line in _LINE.finditer(text, begin, end):
            heading = line.group() in heads
            if begin:
                heading &= re.search(rf"{re.escape(line.group())} [a-z]", text[line.end() :]) is None
            if not heading and is_byline(line.group()):
                marks = " " if _DATED.fullmatch(line.group().strip()) else " 0123456789*†‡,"
                return line.start(), line.start() + len(line.group().rstrip(marks))
    return None


def is_byline(line: str) -> bool:
    """Return whether a line holds names alone, as one does that says who wrote a text, or these and when.

    >>> is_byline("By Ada Brown and Carl Stone"), is_byline("By Ada Brown, 3 May 2024."), is_byline("Ada wrote it.")
    (True, True, False)
    """
    return _signed(line) is not None and not _LABEL.search(line)


def _signed(line: str) -> re.Match[str] | None:
    return _BYLINE.fullmatch(line.strip()) or _DATED.fullmatch(line.strip())


def _signs(name: str, document: Document) -> bool:
    span = byline(document)
    match = _signed(document.text[slice(*span)]) if span else None
    authors = re.split(r", and |, | and | & ", match["names"]) if match else []
    return any(author == name or author.endswith(f" {name}") for author in authors)
