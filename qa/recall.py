"""What may be told again of an earlier answer: nothing that quotes what the index no longer holds."""

from collections.abc import Iterator
from dataclasses import replace

from corpus.document import Passage
from index.store import Store
from qa.answer import Answer

FORGOTTEN = "A document that this answer quoted was removed or changed since. Ask again for what holds now."


def still(answer: Answer, index: Store) -> Answer:
    """Return an earlier answer, or one that says why it is gone: a passage it quotes is no longer in the index.

    Where only passages that were retrieved for it are gone, the answer stays without them, and without the sentences
    that were dropped: a model may have written those of any passage.
    """
    if not all(index.holds(passage) for passage in dict.fromkeys(quoted(answer))):
        return forgotten(answer)
    held = tuple(hit for hit in answer.hits if index.holds(hit.passage))
    return answer if len(held) == len(answer.hits) else replace(answer, hits=held, dropped=())


def forgotten(answer: Answer) -> Answer:
    """Return what is told in place of an answer whose sources are gone: nothing of it but its question."""
    return Answer(answer.question, (), message=FORGOTTEN)


def quoted(answer: Answer) -> Iterator[Passage]:
    """Yield the passages that an answer quotes: cited, nearest, behind dropped sentences, and conflicting."""
    for citation in (*answer.citations, *answer.nearest):
        yield citation.passage
    for claim in answer.dropped:
        yield from (citation.passage for citation in claim.citations)
    for conflict in answer.conflicts:
        yield from (citation.passage for citation in conflict.citations)
