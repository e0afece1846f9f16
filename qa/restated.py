"""Questions that a document asks itself: an FAQ's, or a heading that says what is asked; what follows answers them.

"No, not at present." shares no word with "Do you deliver to islands?"; the question before it shares all of them.
"""

from collections.abc import Sequence

from qa.answer import Citation
from qa.polarity import denial
from qa.synonyms import content

COVERED = 0.8  # share of the question's terms that the document's question holds
OWN = 0.75  # share of the document's question that is the question's, where neither denies; else the denial tells much
OWN_DENIED = 0.6
FOLLOW = 3  # sentences of a passage that answer it


def alike(question: str, text: str) -> bool:
    """Return whether a heading or question of a document asks the same, by its words and its denial.

    >>> alike("Do you deliver to islands?", "Do you also deliver to islands?")
    True
    >>> alike("When must I not give Fevralin?", "How to give Fevralin")
    False
    """
    asked, told = content(question), content(text)
    denied = bool(denial(question))
    if denied != bool(denial(text)):
        return False
    both = len(asked & told) + denied
    return both >= 2 and both >= COVERED * len(asked) and both >= (OWN_DENIED if denied else OWN) * len(told)


def answering(question: str, citations: Sequence[Citation]) -> list[bool]:
    """Return of each sentence whether it answers a question that its document asks, and that is the one asked."""
    headings = {c.passage.heading for c in citations if c.passage.heading}
    same = {heading for heading in headings if alike(question, heading[-1])}
    follow: set[tuple[str, int, int]] = set()
    for passage in {c.passage for c in citations}:
        left = 0
        for start, end in passage.sentences:
            text = " ".join(passage.slice(start, end).split())
            if text.endswith(("?", "？")):
                left = FOLLOW if alike(question, text) else 0
            elif left:
                follow.add((passage.doc_id, start, end))
                left -= 1
    return [c.passage.heading in same or c.key in follow for c in citations]
