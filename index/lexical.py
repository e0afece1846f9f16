"""BM25 by tantivy over terms that we make ourselves (see ``index.words``); derived, never the truth."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import segments
from index.choice import Choice
from index.segments import Entry
from index.words import terms

if TYPE_CHECKING:
    import tantivy

_FEW = 5000  # passages up to which tantivy is told which may be found (2.5 ms; it takes long for many)
_TIES = 64  # how many times as many hits as asked for are looked at while the last ones tie


class Lexical:
    """A tantivy index in a directory, opened for searching; each entry is a passage key and its terms."""

    def __init__(self, directory: Path) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        self._schema = segments.schema()
        if not os.access(directory, os.W_OK):  # tantivy makes a lock file to open an index
            self._copy = tempfile.TemporaryDirectory()
            directory = Path(shutil.copytree(directory, Path(self._copy.name) / "lexical"))
        self._directory = directory
        self._index = tantivy.Index(self._schema, path=str(directory), reuse=True)
        self._index.config_reader("Manual")  # no thread that watches the files: a folder never changes
        self._searcher = self._index.searcher()

    @classmethod
    def build(cls, directory: Path, entries: Iterable[Entry], count: int) -> "Lexical":
        """Write (passage key, text) entries, about ``count``, to a directory of their own, and open it."""
        segments.write(directory, entries, segments.most(count))
        return cls(directory)

    def updated(
        self,
        directory: Path,
        added: Sequence[int],
        removed: Sequence[int],
        entries_of: Callable[[Sequence[int]], Iterable[Entry]],
    ) -> "Lexical":
        """Write what this holds, less the keys removed and with the entries of those added, to another directory.

        ``entries_of`` returns the entries of keys. No file of the new directory holds a word of what was removed.

        Raises:
            UnknownLayout: that cannot be done with this version of tantivy.
        """
        segments.update(directory, self._directory, added, removed, self._keys, self._place, entries_of)
        return Lexical(directory)

    def _keys(self, place: int, count: int) -> list[int]:
        """Return the keys of a segment of that number and size."""
        addresses = [self._tantivy.DocAddress(place, i) for i in range(count)]
        keys: list[Any] = self._searcher.fast_field_values("key", addresses)
        return keys

    def _place(self, key: int) -> int:
        """Return the number of the segment that holds a key."""
        hits = self._searcher.search(self._tantivy.Query.term_query(self._schema, "key", key), 1).hits
        if not hits:
            raise segments.UnknownLayout(f"passage {key} is in no segment")
        return int(hits[0][1].segment_ord)

    def keys(self) -> NDArray[np.int64]:
        """Return the passage keys that it holds, ascending, shape (n,).

        Raises:
            UnknownLayout: they cannot be listed with this version of tantivy.
        """
        held = [self._keys(n, int(one["max_doc"])) for n, one in enumerate(segments.listed(self._directory))]
        return np.sort(np.array([key for some in held for key in some], np.int64))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, queries: Sequence[tuple[str, float]], k: int, choice: Choice | None = None
    ) -> list[tuple[int, float]]:
        """Return up to k (passage key, score), best first; a score is the sum of each query's BM25 by its weight.

        BM25 counts all passages, also where a choice allows only some.
        """
        weights: dict[str, float] = {}
        for query, weight in queries:
            for term in dict.fromkeys(terms(query)):
                weights[term] = weights.get(term, 0.0) + weight
        if not weights or not len(self):
            return []
        query_of = self._tantivy.Query
        parts = [
            (
                self._tantivy.Occur.Should,
                query_of.boost_query(query_of.term_query(self._schema, "body", term, "freq"), weight),
            )
            for term, weight in weights.items()
        ]
        asked, count = self._among(query_of.boolean_query(parts), choice), k
        while True:
            hits = self._searcher.search(asked, count).hits
            found = self._allowed(hits, choice)
            if len(hits) < count:
                break
            if len(found) >= k and (hits[-1][0] < found[k - 1][1] or count >= _TIES * k):
                break
            count *= 4  # which of equal scores come first depends on the segments: all are seen before some are cut
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _among(self, query: "tantivy.Query", choice: Choice | None) -> "tantivy.Query":
        """Return a query that finds only what a choice of few, or all but few, allows; others as they are."""
        if choice is None or len(choice.keys) > _FEW:
            return query
        from tantivy import Occur, Query

        keys = Query.term_set_query(self._schema, "key", choice.keys.tolist())
        if choice.but:
            return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, keys)])
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(keys, 0.0))])

    def _allowed(self, hits: Sequence[tuple[float, Any]], choice: Choice | None) -> list[tuple[int, float]]:
        """Return (passage key, score) of those hits that a choice allows, in their order."""
        if not hits:
            return []
        keys = np.array(self._searcher.fast_field_values("key", [address for _, address in hits]), np.int64)
        found = zip(keys.tolist(), (float(score) for score, _ in hits), strict=True)
        if choice is None:
            return list(found)
        return [hit for hit, allowed in zip(found, choice.allows(keys).tolist(), strict=True) if allowed]

    def document_frequency(self, term: str, choice: Choice | None = None) -> int:
        """Return in how many passages, of those that a choice allows, a term occurs."""
        if choice is None or not len(self):
            return int(self._searcher.doc_freq("body", term))
        query = self._tantivy.Query.term_query(self._schema, "body", term, "freq")
        if len(choice.keys) <= _FEW:
            found: Any = self._searcher.search(self._among(query, choice), 1)
            return int(found.count or 0)  # which tantivy's types leave out
        return len(self._allowed(self._searcher.search(query, len(self)).hits, choice))
