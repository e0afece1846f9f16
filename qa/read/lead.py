"""The sentence that a quoted one leans on: "It was sold in 1921." says little without the one before it.

It stands in the same paragraph. Entries of lists and rows of tables stand alone.
"""

import re

from qa.answer import Citation
from qa.context import leans, points_back
from qa.evidence import is_particulars
from qa.question import names
from qa.read.listing import BULLET
from qa.rows import is_row, record

_APART = re.compile(r"\n\s*\n|\f")
_ENDS = re.compile(r"[.!。！…][\"”’」』)\]]*$")
_SHORTEST = 4  # words of a sentence that says what another one is about


def lead(citation: Citation) -> Citation | None:
    """Return the sentence that says what a quoted one is about, or None where it stands alone or nothing does."""
    passage, text = citation.passage, citation.quote.strip()
    if not points_back(text) or record(citation):
        return None
    before = [span for span in passage.sentences if span[1] <= citation.start]
    if not before:
        return None
    found = Citation(passage, *before[-1], citation.title)
    told, between = found.quote.strip(), passage.slice(found.end, citation.start)
    broken = "\n" in between and "\n" not in found.quote and "\n" not in citation.quote  # lines that are paragraphs
    if broken or _APART.search(between) or ("\n" in between and BULLET.match(told)):
        return None
    whole = _ENDS.search(told) and (len(told.split()) >= _SHORTEST or not told.isascii())
    says_who = not leans(told) or any(not name.isdigit() for name in names(told))  # "She sold it to Carl Hall."
    alone = is_row(told) or record(found) or is_particulars(found)
    return found if whole and says_who and not alone else None
