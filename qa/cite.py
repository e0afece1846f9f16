"""Citing: which source sentences carry a drafted sentence. Chosen by the program, never by the model.

For each draft the evidence sentence that shares most of its terms is taken, and a second one where it
covers a good part of what the first leaves open, so a sentence fused from two halves cites both.
"""

from collections.abc import Sequence

from index.words import terms
from qa.answer import Citation
from qa.evidence import Evidence
from qa.read.draft import Draft

POOL = 12  # evidence sentences that are searched for support
_ADDS = 0.2  # share of the draft's terms that a further citation must add


def cite(draft: Draft, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Return the spans that carry a draft, best first: its own if it copied them, else up to two found by terms."""
    if draft.citations:
        return draft.citations
    wanted = set(terms(draft.text))
    if not wanted:
        return ()
    pool = [(e.citation, set(terms(e.citation.quote))) for e in evidence[:POOL]]
    chosen: list[Citation] = []
    open_terms = set(wanted)
    while pool and len(chosen) < 2:
        citation, found = max(pool, key=lambda pair: len(open_terms & pair[1]))
        gain = len(open_terms & found) / len(wanted)
        if gain == 0 or (chosen and gain < _ADDS):
            break
        chosen.append(citation)
        open_terms -= found
        pool = [pair for pair in pool if pair[0] is not citation]
    return tuple(chosen)
