"""The product in one screen: from a question to a cited and checked answer.

understand, retrieve, judge the evidence; then abstain, or read, cite and verify sentence by sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from index.hit import Hit
from index.retrieve import Index, Retriever
from qa import abstain
from qa.answer import Answer, Claim, Timings, Turn
from qa.cite import cite
from qa.conflict import conflicts
from qa.conversation import LEANING, Asked, understand
from qa.evidence import DEPTH, Evidence, Judged, Scorer, merge
from qa.question import check, clauses
from qa.read.draft import Draft, Reader
from qa.read.quote import QuoteReader
from qa.smalltalk import reply
from qa.verify import SHOWN, Verifier

HITS = 10  # passages retrieved; the sentences of the first DEPTH are weighed
STAND_IN = "Nothing that {} wrote is supported by the sources; these are their own sentences."
NEAREST = 3  # passages offered with a refusal


def stream(
    question: str,
    history: Sequence[Turn],
    *,
    index: Index,
    scorer: Scorer,
    reader: Reader,
    verifier: Verifier,
    k: int = HITS,
) -> Iterator[Claim | Answer]:
    """Yield each claim once it is verified, and last the whole answer; ``k`` passages are retrieved.

    Raises:
        QuestionError: the question is empty or too long.
        ReaderError: the reader's model cannot be used.
    """
    clock = [perf_counter()]
    question = check(question)
    answer = Answer(question, (), reader=reader.name)
    if message := reply(question, index):
        yield replace(answer, message=message)
        return
    asked = understand(question, history)
    hits = tuple(index.retrieve(asked.forms, k, asked.weights))
    clock.append(perf_counter())
    judged = judge(asked, hits, index, scorer)
    answer = replace(answer, hits=hits, confidence=judged.confidence)
    claims: list[Claim] = []
    dropped: list[Claim] = []
    verifying = 0.0
    quotes = () if isinstance(reader, QuoteReader) else (QuoteReader(),)
    readers = () if abstain.should_abstain(asked, judged) else (reader, *quotes)
    for used in readers:  # where nothing that a model wrote holds, the quotes stand in
        for draft in used.read(question, judged.evidence, history):
            begun = perf_counter()
            claim = checked(draft, judged.evidence, verifier)
            verifying += perf_counter() - begun
            kept = claim.support >= SHOWN and bool(claim.citations)
            (claims if kept else dropped).append(claim)
            if kept:
                yield claim
        if claims:
            told = "" if used is reader else STAND_IN.format(reader.name)
            answer = replace(answer, reader=used.name, message=told)
            break
    if not claims:
        message = abstain.refusal(asked, judged, index.store.counts()[0])
        nearest = tuple(e.citation for e in judged.evidence[:NEAREST])
        answer = replace(answer, message=message, nearest=nearest, dropped=tuple(dropped))
        yield replace(answer, timings=_timings(clock, verifying))
        return
    found = conflicts([c for claim in claims for c in claim.citations])
    yield replace(
        answer, claims=tuple(claims), dropped=tuple(dropped), conflicts=found, timings=_timings(clock, verifying)
    )


def judge(asked: Asked, hits: Sequence[Hit], index: Retriever, scorer: Scorer) -> Judged:
    """Weigh the evidence; each part of a compound question is searched and weighed, and the best of each kept."""
    whole = scorer.judge(asked, hits[:DEPTH])
    parts = clauses(asked.question)
    if len(parts) == 1:
        return whole
    judged, depth = [], min(DEPTH, len(hits))
    for part in parts:
        asked_part = Asked(part, f"{asked.full} {part}", (part, asked.full), LEANING)
        judged.append(scorer.judge(asked_part, index.retrieve(asked_part.forms, depth, asked_part.weights)))
    return merge(whole, judged)


def checked(draft: Draft, evidence: Sequence[Evidence], verifier: Verifier) -> Claim:
    """Return a draft as a claim with its citations and how well they carry it."""
    citations = cite(draft, evidence)
    told = " ".join(" ".join(c.quote.split()) for c in citations)
    support = float(verifier.support([(draft.text, told)])[0]) if citations else 0.0
    return Claim(draft.text, citations, support, draft.item)


def _timings(clock: Sequence[float], verifying: float) -> Timings:
    """Return milliseconds by stage from the start, the end of retrieval, and the seconds spent verifying."""
    now = perf_counter()
    retrieve, total = clock[1] - clock[0], now - clock[0]
    return Timings(1e3 * retrieve, 1e3 * (total - retrieve - verifying), 1e3 * verifying, 1e3 * total)
