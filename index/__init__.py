"""The index: documents kept in one SQLite file, and two searchable forms derived from it.

- ``hit``: the type ``Hit``
- ``encode``: text to unit vectors; ``minilm``: the default encoder, without torch; ``graph``: its arithmetic
- ``words``: words, stems and character bigrams
- ``database``, ``schema``: SQLite and its tables; ``blank``: overwrites what rows that moved left behind
- ``store``: the truth: files, documents, passages, vectors, roots; ``documents``, ``passages``: how they are read
- ``dense``: faiss over the vectors (derived); ``inverted``: which form they take, and its recall
- ``lexical``: BM25 by tantivy over words and stems (derived); ``segments``: writes its files
- ``derive``: brings the derived forms up to the store, stamped with its generation; ``live``: follows them
- ``fuse``: one score from the two rankings
- ``retrieve``: ``Index``, the door for readers: search, documents; ``choice``: which passages may be found;
  ``rerank``: a cross-encoder over the hits; ``status``: what the index holds; ``pages``: images of pages of PDFs
- ``scan``, ``plan``, ``ingest``: what is on disk, what has to be done, and the doing; ``sight``: a file meanwhile
- ``sync``: makes an index equal to a set of files and folders; takes out and hides documents; ``report``: what it tells
- ``watch``: follows folders; ``verify``: checks every invariant; ``transfer``: to one file and back
- ``entry``: what is searched of a passage; ``lock``: one writer an index

Depends on ``corpus`` only. Importing it loads no torch and no faiss.
"""

from index.hit import Hit
from index.report import SyncReport
from index.retrieve import Index
from index.sync import remove, sync

__all__ = ["Hit", "Index", "SyncReport", "remove", "sync"]
