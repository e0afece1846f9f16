"""BM25 by tantivy over terms that we make ourselves (see ``index.words``); derived, never the truth."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from index.words import terms

_HEAP = 32_000_000  # bytes of writer memory; tantivy asks for at least 15 MB a thread


class Lexical:
    """A tantivy index in a directory; each entry is a passage key and its terms."""

    def __init__(self, directory: Path, *, fresh: bool) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("key", stored=True, indexed=True, fast=True)
        builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        directory.mkdir(parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK):  # tantivy makes a lock file to open an index
            self._copy = tempfile.TemporaryDirectory()
            directory = Path(shutil.copytree(directory, Path(self._copy.name) / "lexical"))
        if fresh:
            for file in directory.iterdir():
                file.unlink()
        self._index = tantivy.Index(self._schema, path=str(directory), reuse=not fresh)
        self._index.config_reader("Manual")  # no thread that watches the files: we say when to reload
        self._searcher = self._index.searcher()

    def add(self, entries: Iterable[tuple[int, str]]) -> None:
        """Add (passage key, text) entries and commit."""
        writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        for key, text in entries:
            document = self._tantivy.Document()
            document.add_integer("key", key)
            document.add_text("body", " ".join(terms(text)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, queries: Sequence[tuple[str, float]], k: int) -> list[tuple[int, float]]:
        """Return up to k (passage key, score), best first; a score is the sum of each query's BM25 by its weight."""
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
        hits = self._searcher.search(query_of.boolean_query(parts), k).hits
        return [(int(self._searcher.doc(address)["key"][0]), float(score)) for score, address in hits]

    def document_frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        return int(self._searcher.doc_freq("body", term))
