"""The index: documents kept in one SQLite file, and two searchable forms derived from it.

- ``hit``: the type ``Hit``
- ``encode``: text to unit vectors
- ``words``: words, stems and character bigrams
- ``store``: SQLite, the truth: documents, passages, vectors, roots, failures
- ``dense``: faiss over the vectors (derived)
- ``lexical``: BM25 by tantivy over words and stems (derived)
- ``derive``: writes the derived forms, stamped with the store's generation
- ``fuse``: reciprocal rank fusion of the two rankings
- ``retrieve``: ``Index``, the door for readers: search, documents, status
- ``sync``: makes an index equal to a set of files and folders

Depends on ``corpus`` only. Importing it loads no torch and no faiss.
"""

from index.hit import Hit
from index.retrieve import Index
from index.sync import Failure, SyncReport, sync

__all__ = ["Failure", "Hit", "Index", "SyncReport", "sync"]
