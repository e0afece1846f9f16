"""Documents: what a file says, normalised once, and the passages it is cut into.

- ``document``: the types ``Document``, ``Heading``, ``Passage``
- ``load``: one loader a format, chosen by content; ``locate``: where on a PDF's page a quote stands; ``picture``: that
  page as an image
- ``lines``, ``headings``, ``outline``: what the lines of a plain text are, and its title and headings
- ``sentences``: paragraphs, list items and sentences with their offsets
- ``split``: sentences packed into passages that fit the encoder
- ``library``: the documents that ship
- ``errors``: the tree of errors

Knows nothing of indexes or answers.
"""

from corpus.document import Document, Heading, Passage
from corpus.errors import GroundedError, LoadError
from corpus.load import load
from corpus.split import split

__all__ = ["Document", "GroundedError", "Heading", "LoadError", "Passage", "load", "split"]
