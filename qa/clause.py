"""A sentence that stands alone, as subject, finite verb and rest, and the questions it can be turned into.

By rules, for plain English: a sentence that leans on others, or cannot be read with some safety, gives no clause.
"""

import re
from dataclasses import dataclass

from qa.verbs import AUXILIARIES, turned

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = (
    rf"(?:\d{{1,2}} {MONTH}(?: \d{{4}})?|{MONTH}(?: \d{{1,2}},)? \d{{4}}|"
    r"(?:the )?(?:first|second|third|fourth) quarter of \d{4}|(?:1\d|20)\d\d)"
)
_SMALL = frozenset(
    "in on at by for from with to of as into over under across among during through than about and or".split()
)
_FRAME = re.compile(
    r"^(?:According to [A-Z][^,]{1,60}, |(?:[A-Z][\w.'’-]*(?: (?:and|et al\.?|[A-Z][\w.'’-]*))*)(?: \(\d{4}[a-z]?\))? "
    r"(?:reports?|says?|writes?|notes?|adds?|states?|finds?|found|argues?|claims?|observes?|estimates?|shows?|explains?|"
    r"believes?|reported|said|wrote|noted|added|stated|argued|claimed|estimated|showed) that )(?=\S)"
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|them|this|these|those|such|here|above|below|former|latter|same|others?|another|one|ones|we|"
    r"our|you|your|i|my|both|respectively|following|e\.g|i\.e|et al)\b|\bthere (?:is|are|was|were)\b|"
    r"[“”\"«»:;()\[\]|=<>*_#/?]",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:Its|Their|His|Her|And|But|Or|So|Then|Thus|However|Moreover|Also|Finally|Therefore|Instead|Besides|Still|Yet|When|While|"
    r"If|As|After|Before|Because|Although|Since|To|For|With|By|From|Not|No|Even|How|What|Why|Who|Where|Which|Among|Unlike|"
    r"Later|Now|Today|Soon|Together|Outside|Inside|Only)\b"
)
_CLAUSE = re.compile(
    r",? (?:which|who|whose|where|while|because|although|though|so that|but|whereas|when|since|as well as|according to|"
    r"unless|if|that is|making|including)\b.*|, (?:and|so|as|after|before|with|or|making|up|down)\b.*"
)
_JOINED = re.compile(r" and (?:then |also |now |has |have |had |is |are |was |were )?([a-z]+)\b")
_NAMES = re.compile(r"[A-Z][\w.&'’-]*(?: (?:of |the |de |van |von )?[A-Z0-9][\w.&'’-]*)*")
_ADVERB = re.compile(r"(?:\w+ly|also|now|already|even|still|often|then)$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement as subject, finite verb and the rest, adverbs before the verb apart."""

    subject: str
    adverb: str
    verb: str
    rest: str

    def asked(self, rest: str, word: str) -> str | None:
        """Return a question that opens with ``word`` and keeps ``rest``, or None where the verb cannot be turned."""
        subject = lowered(self.subject)
        tail = re.split(r"\s*,\s", " ".join(rest.split()).strip(" ,"))[0]  # what is set off by a comma can go
        if self.verb in AUXILIARIES:
            have = self.verb in ("has", "have", "had") and not re.match(
                r"(?:\w+ly )?(?:\w+(?:ed|en|own|ut|one|ade))\b", tail
            )
            if not have:
                return sentence(word, self.verb, subject, self.adverb, tail)
            helper = {"has": "does", "have": "do", "had": "did"}[self.verb]
            return sentence(word, helper, subject, self.adverb, "have", tail)
        parts = turned(self.verb, plural(self.subject))
        return sentence(word, parts[0], subject, self.adverb, parts[1], tail) if parts else None


def read(text: str) -> Clause | None:
    """Return the main clause of a sentence that stands alone, or None."""
    if text.endswith((":", ";", ",", "?", "!", "…")) or not text[:1].isupper() or not 5 <= len(text.split()) <= 40:
        return None
    text = re.sub(
        r"^([A-Z][\w-]+)(?: et al\.| and [A-Z][\w-]+)? \(\d{4}\) (?=[a-z])", r"\1 \1 ", text.removesuffix(".")
    )
    text = _FRAME.sub("", re.sub(r" \([^()]*\)", "", re.sub(r"^[A-Z][\w -]{2,24}: (?=[A-Z])", "", text)))
    text = re.sub(r"^([A-Z]\w+(?: [A-Z]\w+)*), (?:the|an?|who|whom) [^,]+, (?=[a-z])", r"\1 ", text)
    text = text[:1].upper() + text[1:]
    if moved := re.match(rf"(In|On|Since|By|Until) ({DATE}), (?=\S)", text):
        text = f"{text[moved.end() :]} {moved[1].lower()} {moved[2]}"
    text = _CLAUSE.sub("", text)
    for joined in _JOINED.finditer(text):  # "was founded in 2010 and sells phones": what follows is another clause
        if turned(joined[1], False) or turned(joined[1], True) or joined[1] in AUXILIARIES:
            text = text[: joined.start()]
            break
    return None if leans(text) else _parsed(text)


def leans(text: str) -> bool:
    """Whether a sentence leans on others: it opens with a conjunction or the like, or holds a pronoun or brackets."""
    return bool(_OPENS.match(text) or _LEANS.search(text))


def _parsed(text: str) -> Clause | None:
    words = text.split()
    for n, word in enumerate(words[1:9], start=1):
        noun = words[n - 1].lower() in ("the", "a", "an")  # "The reports ..." is no verb yet
        if word in AUXILIARIES or (not noun and turned(word, plural(" ".join(words[:n])))):
            adverb = words[n - 1] if _ADVERB.fullmatch(words[n - 1]) and n > 1 else ""
            subject = " ".join(words[: n - bool(adverb)])
            rest = " ".join(words[n + 1 :])
            return Clause(subject, adverb, word, rest) if _stands(subject, word, rest) else None
    return None


def _stands(subject: str, verb: str, rest: str) -> bool:
    """Whether a subject names what it is about, and nothing shows that the verb was not the clause's own."""
    if (
        "," in subject
        or not rest
        or rest.startswith("not ")
        or subject.split()[0].lower() in _SMALL
        or subject.split()[-1].lower() in _SMALL
        or rest.split()[0] == "and"
    ):
        return False
    if re.search(r"\b(?:that|which|who|not|never|no|its|their|his|her)\b", subject):
        return False
    if (
        verb not in AUXILIARIES
        and rest.split()[0] in ("by", "as")
        and re.search(r"\b(?:is|are|was|were|has|have)\b", rest)
    ):
        return False  # "the study published by Mao was ...": a participle
    names = [m for m in _NAMES.finditer(subject) if m.start() > 0 or m.group() not in ("The", "A", "An", "In", "On")]
    named = len(subject.split()) > 5 or any(
        m.start() > 0 or len(m.group().split()) > 1 or subject == m.group() or m.group().isupper() for m in names
    )
    return named and not re.match(r"(?:The|A|An) [a-z]+$", subject) and rest.count(", ") <= 2


def plural(subject: str) -> bool:
    """Whether a subject takes a plural verb, as far as its last word and an "and" tell."""
    last = subject.split()[-1].lower()
    return (
        " and " in subject
        or (last.endswith("s") and not last.endswith(("ss", "us", "is", "'s", "’s")))
        or last == "people"
    )


def lowered(subject: str) -> str:
    """Return a subject as it stands within a sentence: articles, and nouns by their endings, in lower case."""
    opening = re.match(
        r"(?:The|A|An|Every|Each|All|Some|Most|Many|[A-Z][a-z]+(?:tion|sion|ment|ness|ance|ence)) ", subject
    )
    return subject[0].lower() + subject[1:] if opening else subject


def sentence(*parts: str) -> str:
    """Return the parts as one question, the empty ones left out."""
    return " ".join(" ".join(part for part in parts if part).split()).rstrip(" ,") + "?"
