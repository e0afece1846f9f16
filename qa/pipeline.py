"""The product in one screen: from a question to a cited and checked answer.

understand, retrieve, judge the evidence; then abstain, or read, cite and verify sentence by sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from index.hit import Hit
from index.rerank import Reranked, Reranker
from index.retrieve import Index, Retriever
from qa import abstain
from qa.answer import Answer, Claim, Strictness, Timings, Turn
from qa.attribution import attributed
from qa.cite import cite
from qa.compound import parts
from qa.conflict import conflicts
from qa.conversation import LEANING, Asked, asked_before, leans, readings, understand
from qa.dating import dated, newer_first, replaced
from qa.evidence import DEPTH, Evidence, Judged, Scorer, merge
from qa.extreme import extreme_first
from qa.points import completed
from qa.question import check, names
from qa.read.draft import Draft, Reader
from qa.read.quote import QuoteReader, plain
from qa.respond import respond
from qa.said import shares
from qa.spelling import as_written
from qa.texts import LABELLED, language, options, say
from qa.trace import Steps
from qa.verify import SHOWN, Verifier

HITS = DEPTH  # passages retrieved, whose sentences are weighed
AGAIN = 0.5  # what a sentence counts that the last answer told already
RIVALS = 16  # sentences of the evidence that are compared with the chosen ones for a conflict
NEAREST = 3  # passages offered with a refusal


def stream(
    question: str,
    history: Sequence[Turn],
    *,
    index: Index,
    scorer: Scorer,
    reader: Reader,
    verifier: Verifier,
    reranker: Reranker | None = None,
    k: int = HITS,
    steps: Steps | None = None,
    strictness: Strictness = "usual",
) -> Iterator[Claim | Answer]:
    """Yield each claim once it is verified, and last the whole answer.

    ``k`` passages are retrieved; what leads to the answer is noted in ``steps``; ``strictness`` says how sure the
    evidence has to be.

    Raises:
        QuestionError: the question is empty or too long.
        ReaderError: the reader's or the reranker's model cannot be used.
    """
    clock = [perf_counter()]
    question = check(question)
    answer = Answer(question, (), reader=reader.name)
    if said := respond(question, history, index, scorer):
        told = tuple(c for d in said.drafts if (c := checked(d, (), verifier)).support >= SHOWN)
        yield from told
        took = Timings(total=1e3 * (perf_counter() - clock[0]))
        yield replace(answer, claims=told, message=said.message, confidence=float(bool(told)), timings=took)
        return
    looked = [find(question, past, index, scorer, reranker, k) for past in readings(question, history)]
    clock.append(perf_counter())
    weighed = [(one, weigh(*one, reranker)) for one in looked]
    (asked, hits, index, scorer), judged = max(weighed, key=lambda pair: _worth(pair[0][0], pair[1], question, history))
    judged = unsaid(judged, question, history)
    steps = steps or Steps()
    steps.asked, steps.judged = asked, judged
    answer = replace(answer, hits=hits, confidence=abstain.chance(asked, judged))
    claims: list[Claim] = []
    dropped: list[Claim] = []
    verifying = 0.0
    quotes = () if isinstance(reader, QuoteReader) else (QuoteReader(),)
    readers = () if abstain.should_abstain(asked, judged, strictness) else (reader, *quotes)
    fitting = newer_first(abstain.fitting_first(asked, judged), asked.question, index)
    fitting = extreme_first(fitting, asked.question, index)
    read = completed(asked.question, fitting, index).evidence
    for used in readers:  # where nothing that a model wrote holds, the quotes stand in
        for draft in used.read(asked.question, read, history):
            begun = perf_counter()
            claim = checked(draft, judged.evidence, verifier)
            verifying += perf_counter() - begun
            kept = claim.support >= SHOWN and bool(claim.citations)
            if kept and not isinstance(used, QuoteReader):  # a model may write, verifiably, of something else
                kept = shares(asked, " ".join((claim.text, *(c.quote for c in claim.citations))))
            (claims if kept else dropped).append(claim)
            steps.drafts.append((used.name, claim, kept))
            if kept:
                yield claim
        if claims:
            notes = [] if used is reader else [say(question, "stand_in", reader=reader.name)]
            if judged.unanswered:
                notes.append(say(question, "unanswered", parts=options(question, judged.unanswered)))
            answer = replace(answer, reader=used.name, message=" ".join(notes))
            break
    if not claims:
        message = abstain.refusal(asked, judged, index.counts()[0])
        nearest = tuple(e.citation for e in judged.evidence[:NEAREST])
        answer = replace(answer, message=message, nearest=nearest, dropped=tuple(dropped))
        yield replace(answer, timings=_timings(clock, verifying))
        return
    shown = {c.key for claim in claims for c in claim.citations}
    cited = [c for claim in claims if not claim.context for c in claim.citations]
    rivals = [e.citation for e in judged.evidence[:RIVALS]]
    found = dated(conflicts(cited, asked.full, rivals, judged.common), asked.full, index)
    found = found or replaced(cited, asked.full, index)
    for citation in dict.fromkeys(c for conflict in found for c in conflict.citations if c.key not in shown):
        claims.append(Claim(plain(citation.quote), (citation,), 1.0))  # the other side, in its own words
        yield claims[-1]
    yield replace(
        answer, claims=tuple(claims), dropped=tuple(dropped), conflicts=found, timings=_timings(clock, verifying)
    )


def find(
    question: str,
    history: Sequence[Turn],
    index: Index,
    scorer: Scorer,
    reranker: Reranker | None = None,
    k: int = HITS,
) -> tuple[Asked, tuple[Hit, ...], Index, Scorer]:
    """Return what is asked and the passages found, with the index, and its scorer, that may answer.

    Where one author's words are asked for, that is what the author wrote.
    """
    asked = understand(question, history)
    said, theirs = attributed(asked, index)
    alone = (attributed(Asked(part, part, (part,), (1.0,)), index)[1] for part in parts(asked.question))
    if theirs and len(set(filter(None, alone))) < 2:  # several authors' are found part by part
        asked, index = said, index.only(sorted(theirs))
        scorer = scorer.over(index)
    hits = tuple(ranked(index, reranker).retrieve(asked.forms, k, asked.weights))
    written = partial(as_written, texts=[hit.passage.text for hit in hits], index=index)
    return replace(asked, question=written(asked.question), full=written(asked.full)), hits, index, scorer


def weigh(asked: Asked, hits: Sequence[Hit], index: Index, scorer: Scorer, reranker: Reranker | None = None) -> Judged:
    """Return the evidence in the passages found, best first, and the chance that it answers."""
    return abstain.with_next(asked, judge(asked, hits, index, scorer, reranker))


def ranked(index: Index, reranker: Reranker | None) -> Retriever:
    """Return what searches an index."""
    return Reranked(index, reranker) if reranker else index


def judge(asked: Asked, hits: Sequence[Hit], index: Index, scorer: Scorer, reranker: Reranker | None = None) -> Judged:
    """Weigh the evidence; each part of a compound question is searched and weighed, and the best of each kept.

    A part that is hardly answered where another is brings nothing in, and is noted.
    A part that asks for an author's words is searched in what that author wrote.
    """
    whole = scorer.judge(asked, hits[:DEPTH])
    asked_one_by_one = parts(asked.question, [hit.passage.text for hit in hits])
    if len(asked_one_by_one) == 1:
        return whole
    depth = min(DEPTH, len(hits))
    weighed: list[tuple[str, bool, Judged, Judged]] = []  # with its evidence as it is read
    alone = asked.full == asked.question
    authors: set[str] = set()  # need not stand beside what they wrote
    for part in asked_one_by_one:
        # "and when was that?" is weighed with what it leans on, "how long does it take?" also with the whole's names
        around = asked.full if leans(part) or not alone else " ".join(dict.fromkeys(names(asked.full).values()))
        forms = [f"{around} {part}".strip()] if not alone or leans(part) or not names(part) else []
        forms += [part] if alone and not leans(part) and part not in forms else []
        looked = []
        for full in forms:
            asked_part, theirs = attributed(Asked(part, full, (part, asked.full), LEANING), index)
            place = index.only(sorted(theirs)) if theirs else index
            found = ranked(place, reranker).retrieve(asked_part.forms, depth, asked_part.weights)
            looked.append((asked_part, theirs, scorer.over(place).judge(asked_part, found)))
        asked_part, theirs, judged = max(looked, key=lambda one: abstain.chance(one[0], one[2]))
        weighed.append((part, abstain.hardly(asked_part, judged), judged, abstain.fitting_first(asked_part, judged)))
        authors |= set(names(part)) - set(names(asked_part.question)) if theirs else set()
    answered = [(part, judged, fitting) for part, hardly, judged, fitting in weighed if not hardly]
    gone = tuple(part for part, hardly, *_ in weighed if hardly) if answered else ()
    asked_for = {name for part, *_ in answered for name in names(part)}
    # a clause that is told missing refuses nothing more; joined names ("the EV and AI divisions") may be one thing
    spared = {name for part in gone if part in asked.question for name in names(part)} - asked_for
    of_parts = answered or [(part, judged, fitting) for part, _, judged, fitting in weighed]
    merged = merge(whole, [judged for _, judged, _ in of_parts])
    reading = merge(whole, [fitting for *_, fitting in of_parts]).evidence
    common, unheld = merged.common | authors | spared, merged.unheld - spared
    return replace(merged, parts=len(weighed), common=common, unheld=unheld, unanswered=gone, reading=reading)


def _worth(asked: Asked, judged: Judged, question: str, history: Sequence[Turn]) -> tuple[bool, float]:
    """Return how well a reading of a question is answered, first whether with something that was not told just now.

    Read after "What is the deposit?", "What does the policy cover?" finds the deposit once more.
    """
    chance = abstain.chance(asked, judged)
    again = bool(judged.evidence) and plain(judged.evidence[0].citation.quote) in _told(question, history)
    return chance >= abstain.BARS["usual"] and not again, chance


def unsaid(judged: Judged, question: str, history: Sequence[Turn]) -> Judged:
    """Return the evidence of a follow-up with what the last answer told already behind what it did not tell."""
    if not (told := _told(question, history)):
        return judged
    weighed = [replace(e, score=e.score * (AGAIN if plain(e.citation.quote) in told else 1)) for e in judged.evidence]
    return replace(judged, evidence=tuple(sorted(weighed, key=lambda e: -e.score)), reading=())


def _told(question: str, history: Sequence[Turn]) -> str:
    """Return the last answer on one line, if it was given to another question, else nothing."""
    return "" if not history or asked_before(question, history) else " ".join(history[-1].answer.split())


def checked(draft: Draft, evidence: Sequence[Evidence], verifier: Verifier) -> Claim:
    """Return a draft as a claim with its citations and how well they carry it."""
    citations = cite(draft, evidence)
    told = " ".join(c.line for c in citations)
    support = float(verifier.support([(draft.text, told)])[0]) if citations else 0.0
    label = f"{draft.label}{LABELLED[language(draft.label)]}" if draft.label else ""
    return Claim(f"{label}{draft.text}", citations, support, draft.item, draft.context)


def _timings(clock: Sequence[float], verifying: float) -> Timings:
    """Return milliseconds by stage from the start, the end of retrieval, and the seconds spent verifying."""
    now = perf_counter()
    retrieve, total = clock[1] - clock[0], now - clock[0]
    return Timings(1e3 * retrieve, 1e3 * (total - retrieve - verifying), 1e3 * verifying, 1e3 * total)
