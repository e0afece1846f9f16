"""Asking back: a question that cannot be understood without something that was never said gets a short one in return.

The options come from the documents: what the best evidence names, its headings, or the documents' titles.
"""

import re
from collections.abc import Sequence

from index.retrieve import Index
from index.words import STOP, has_cjk, terms
from qa.answer import Turn
from qa.conversation import Asked
from qa.documents import is_unnamed
from qa.evidence import DEPTH, Evidence, Scorer, is_particulars
from qa.features import holds
from qa.question import kind, names
from qa.referent import pronoun
from qa.texts import options, say

OPTIONS = 4
WEIGHED = 20  # sentences whose names can become options
MOST = 2  # content words up to which a pronoun leaves a question without its subject; more of them often say it
MOST_ZH = 10  # characters, likewise
_POINTER = re.compile(
    r"\b(?:the|that|this) (?:(?:former|latter|other)(?= (?:is|was|does|did|has|costs?)\b|\W*$)|others|one|"
    r"(?:other|second|first|last|third|same) one)\b",
    re.IGNORECASE,
)
_PRONOUN_ZH = re.compile(r"(它们?|他们?|她们?|其|前者|后者|另一个|第二个)")
_NO_BACK = re.compile(  # an "it" that stands for nothing said before
    r"\b(?:is|was) it (?:(?:\w+ )?\w+ (?:to|that|for|if|when|how)|called|that)\b|\bthat it\b|\bif it\b|"
    r"\bwhen it comes\b|\bit (?:is|was|seems?|means?|happens?|rains?|snows?)\b|"
    r"\bit (?:take|cost|mean)s? (?:\w+ )?(?:to|for) \w+",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:the|this|that) (?:report|document|file|paper|article|text|study|author|authors)\b", re.IGNORECASE
)
_ABOUT_ONE = frozenset(  # words that ask about a document without saying which
    terms(
        "report document file paper article text study author write wrote written publish publication date title say "
        "conclude conclusion main point topic find result recommend name year time mention tell claim purpose goal"
    )
)
_ASKING = frozenset(  # words before a pronoun that only ask, as in "in which year did it …"
    terms("year day date month price cost number time place city country people person old long big large far often")
)
_ASKS_OF = re.compile(  # "how many users does it have": the noun before is what is asked, not what is meant
    r"(?:how (?:many|much)|what|which|whose) (?:(?!and ).)*\b(?:do|does|did|is|are|was|were|has|have|had|can|"
    r"could|will|would) ",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(r"(?:and|or|but|so|what about|how about)\b\s*(?P<rest>.*)", re.IGNORECASE)
_BARE = re.compile(
    r"(?:why|when|where|who|how|which(?: one)?|how (?:much|many|long|old))(?: (?:is|was|not|then))?", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z0-9][\w&+-]*(?: (?:of |de |van )?[A-Z0-9][\w&+-]*){0,4}")
_OPENS = re.compile(r"(?:^|[.!?:;|•\n-])\s*$")  # what stands before a word whose capital says nothing
_REPORTING = re.compile(  # after a name it makes that name an author's, not the thing asked about
    r"(?:'s)? (?:et al|\(|\w+ed that|says?|writes?|reports?|finds?|argues?|warns?|concludes?|cites?|recommends?|adds?|"
    r"sees?|believes?|and [A-Z]\w+ \()|, \("
)
_CALENDAR = frozenset(
    "January February March April May June July August September October November December Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday Q1 Q2 Q3 Q4 CEO".split()
)
_PEOPLE = frozenset({"he", "him", "his", "she", "her", "hers", "他", "她"})


def question_back(question: str, history: Sequence[Turn], index: Index, scorer: Scorer) -> str | None:
    """Return a question back with up to four options, or None where the question can be understood."""
    if history or index.counts()[0] < 2:
        return None
    if _DOCUMENT.search(question) and not set(terms(question)) - _ABOUT_ONE and not names(question):
        return which_document(question, index)
    gap = missing(question)
    if gap is None:
        return None
    found = _options(question, gap, index, scorer)
    if not found:
        return None
    return say(question, "which_thing" if gap else "which_topic", word=gap, options=options(question, found))


def missing(question: str) -> str | None:
    """Return the word that points at nothing said, "" where the whole question does, None where nothing is missing.

    >>> missing("How much does it cost?"), missing("And then?"), missing("When was Xiaomi founded?")
    ('it', '', None)
    """
    text = question.strip(" ?？.!！。")
    if has_cjk(text):
        match = _PRONOUN_ZH.search(text)
        alone = match and not names(question) and len(terms(text[: match.start()])) < 2
        return match.group(1) if match and alone and len(text) <= MOST_ZH else None
    if _BARE.fullmatch(text):
        return ""
    if names(question) or len(set(terms(text))) > MOST:
        return None
    if _POINTER.search(text):
        return ""
    if (match := _WHAT_ABOUT.match(text)) and len(terms(match["rest"])) <= 1:
        return ""
    match = pronoun(text)
    if match is None or _NO_BACK.search(text):
        return None
    if match.group().lower() == "they" and len(set(terms(text))) == MOST:
        return None  # whoever the documents are of: "Why did they choose asphalt?"
    before = text[: match.start()]
    return match.group() if _ASKS_OF.fullmatch(before) or set(terms(before)) <= _ASKING else None


def which_document(question: str, index: Index, ids: Sequence[str] = (), subject: str = "") -> str:
    """Return the question which document is meant, with the titles of those given, or of the nearest ones."""
    near = [index.title(doc_id) or doc_id for doc_id in ids] or [hit.title for hit in index.search(question, 30)]
    titles = list(dict.fromkeys(near))[:OPTIONS]
    key = "which_document" if ids or not subject or is_unnamed(subject) else "no_document"
    return say(question, key, subject=subject, options=options(question, titles))


def _options(question: str, gap: str, index: Index, scorer: Scorer) -> list[str]:
    """Return what the best evidence names: things that can stand in the question's gap, else headings and titles."""
    asked = Asked(question, question, (question,), (1.0,))
    judged = scorer.judge(asked, index.retrieve([question], DEPTH))
    able = [e for e in judged.evidence if not is_particulars(e.citation)]
    expected = kind(question)
    able = ([e for e in able if holds(expected, e.citation.quote, question)] or able)[:WEIGHED]
    found = _named(able, people=gap.lower() in _PEOPLE) if gap else []
    if len(found) < 2:
        found += [e.citation.passage.heading[-1] for e in able if e.citation.passage.heading]
        found += [e.citation.title for e in able]
    return list(dict.fromkeys(found))[:OPTIONS]


def _named(evidence: Sequence[Evidence], *, people: bool) -> list[str]:
    """Return the names in some sentences by the chances of the sentences that hold them; authors only as people."""
    found = [(e, m) for e in evidence for m in _NAME.finditer(e.citation.quote)]
    sure = {m.group() for e, m in found if not _OPENS.search(e.citation.quote[: m.start()])}
    worth: dict[str, float] = {}
    for piece, match in found:
        words = match.group().split()
        while words and (words[0].lower() in STOP or words[0].isdigit()):
            words = words[1:]
        name = " ".join(words)
        if (
            len(name) < 3
            or name in _CALENDAR
            or not re.search(r"[A-Z]", name)
            or (len(words) == 1 and name not in sure)
        ):
            continue
        if people or not _REPORTING.match(piece.citation.quote[match.end() :]):
            worth[name] = worth.get(name, 0.0) + piece.score + 0.01
    return sorted(worth, key=lambda name: -worth[name])
