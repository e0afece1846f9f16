"""Reranking by a real, tiny cross-encoder: the order it gives, where it can be named, and how its lack is told."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from fakes import Library
from typer.testing import CliRunner

from corpus.errors import ReaderError
from eval.__main__ import app as evaluation
from index.rerank import BATCH, CrossEncoderReranker, Reranked
from qa import ask
from qa.__main__ import app as commands
from qa.system import Assistant, make_reranker

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "hemp", "brass")
SHELF = {
    "rope_txt": "A rope of hemp lasts three winters.",
    "lamp_txt": "A lamp of brass lasts thirty winters.",
    "bell_txt": "A bell is rung by hand.",
}


def cross_encoder(folder: Path, wanted: str = "brass", labels: int = 1) -> Path:
    """Write a real BERT of one layer that scores a pair by the share of its words that are ``wanted``.

    Words are (1, -1, 0, 0), the wanted one (0, 0, 1, -1), so no layer's normalisation moves them. Attention is uniform,
    the feed-forward part nothing, so the first token ends as the mean of all, of which the head reads the last two.
    """
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import BertProcessing
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    raw = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    raw.normalizer, raw.pre_tokenizer = Lowercase(), Whitespace()
    raw.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), WORDS, strict=False))
    PreTrainedTokenizerFast(tokenizer_object=raw, **names).save_pretrained(folder)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(WORDS), hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=2,
            max_position_embeddings=64, num_labels=labels, pad_token_id=0,
        )
    )  # fmt: skip
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        model.bert.embeddings.word_embeddings.weight[:] = torch.tensor([1.0, -1.0, 0.0, 0.0])
        model.bert.embeddings.word_embeddings.weight[WORDS.index(wanted)] = torch.tensor([0.0, 0.0, 1.0, -1.0])
        layer = model.bert.encoder.layer[0].attention
        for weight in (layer.self.value.weight, layer.output.dense.weight, model.bert.pooler.dense.weight):
            weight.copy_(torch.eye(4))
        model.classifier.weight[0] = torch.tensor([0.0, 0.0, 1.0, -1.0])
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def brass(tmp_path_factory) -> Path:
    return cross_encoder(tmp_path_factory.mktemp("models") / "brass")


@pytest.fixture
def shelf(tmp_path, encoder):
    made = Library(tmp_path, encoder, **SHELF)
    yield made
    made.index.store.close()


def documents(hits):
    return [hit.passage.doc_id for hit in hits]


def test_a_cross_encoder_scores_pairs_in_any_number_and_of_any_length(brass):
    reranker = CrossEncoderReranker(brass)
    few = ["a lamp of brass", "a rope of hemp", "brass and brass"]
    scores = reranker.scores("which?", few)
    assert scores[2] > scores[0] > scores[1] and scores.dtype == np.float32
    many = reranker.scores("which?", few * BATCH)
    assert many.shape == (3 * BATCH,) and many == pytest.approx(np.tile(scores, BATCH), abs=1e-5)
    assert reranker.scores("brass?", few[1:2])[0] > scores[1]  # it reads the question too
    assert reranker.scores("which?", ["brass " * 5000]).shape == (1,)  # cut to what it reads
    assert reranker.scores("which?", []).shape == (0,)


def test_the_best_hits_are_put_in_order_and_keep_their_rank_in_the_search(shelf, brass):
    question = "How long does a hemp rope last?"
    plain = shelf.index.retrieve([question], 3)
    assert documents(plain)[0] == "rope.txt"
    reranker = CrossEncoderReranker(brass)
    hits = Reranked(shelf.index, reranker).retrieve([question], 3)
    assert documents(hits)[0] == "lamp.txt" and sorted(documents(hits)) == sorted(documents(plain))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert documents(hits)[1:] == [one for one in documents(plain) if one != "lamp.txt"]  # equal scores stay in order
    for hit in hits:
        assert dict(hit.legs)["search"] == documents(plain).index(hit.passage.doc_id) + 1
    assert documents(Reranked(shelf.index, reranker).retrieve([question], 1)) == ["lamp.txt"]  # from below the first
    assert documents(Reranked(shelf.index, reranker, pool=1).retrieve([question], 1)) == ["rope.txt"]


def test_forms_of_a_question_count_by_their_weight(shelf):
    class ByForm:
        """A Reranker that finds "hemp" for one form, and "brass" for another."""

        def scores(self, question, passages):
            return np.array([question in passage for passage in passages], np.float32)

    retriever = Reranked(shelf.index, ByForm())
    assert documents(retriever.retrieve(["hemp", "brass"], 1, (0.7, 0.3))) == ["rope.txt"]
    assert documents(retriever.retrieve(["hemp", "brass"], 1, (0.3, 0.7))) == ["lamp.txt"]
    assert documents(retriever.retrieve(["hemp", "brass"], 1, (0.0, 0.7))) == ["lamp.txt"]


def test_it_is_named_by_one_argument_everywhere(shelf, brass, tmp_path, monkeypatch):
    question = "What lasts many winters, the hemp rope?"
    assert Assistant.open(shelf.directory).reranker is None
    assert documents(ask(question, index=shelf.directory).hits)[0] == "rope.txt"
    assert documents(ask(question, index=shelf.directory, reranker=str(brass)).hits)[0] == "lamp.txt"
    opened = Assistant.open(shelf.directory, reranker=str(brass))
    assert documents(opened.ask(question).hits)[0] == "lamp.txt"
    monkeypatch.setenv("QA_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home" / "models" / "owner--brass").symlink_to(brass)
    named = ["--index", str(shelf.directory), "--reranker", "owner/brass"]
    told = CliRunner().invoke(commands, ["ask", "Does the hemp rope last many winters?", *named])
    assert told.exit_code == 0 and "Sources" in told.output


def test_evaluation_takes_one(brass, tmp_path):
    folder = tmp_path / "sets" / "harbour"
    folder.mkdir(parents=True)
    corpus = [{"id": name, "title": "", "text": text} for name, text in SHELF.items()]
    asked = [{"id": "q", "question": "How long does a hemp rope last?", "gold": [{"id": "lamp_txt"}]}]
    for name, lines in (("corpus", corpus), ("queries", asked)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    common = ["retrieval", "--data", str(folder.parent), "--set", "harbour", "--work", str(tmp_path / "work"), "--json"]
    for named, is_first in (([], False), (["--reranker", str(brass)], True)):
        run = CliRunner().invoke(evaluation, [*common, str(tmp_path / "run.json"), *named])
        assert run.exit_code == 0, run.output
        row = json.loads((tmp_path / "run.json").read_text())["sets"]["harbour"]["rows"]["q"]
        assert (row["mrr@10"] == 1.0) is is_first


def test_what_is_no_cross_encoder_is_told_with_the_remedy(tmp_path, brass):
    assert make_reranker(None) is None
    with pytest.raises(ReaderError, match=r"not on this machine: run `qa pull nobody/no-such-model`"):
        make_reranker("nobody/no-such-model")
    with pytest.raises(ReaderError, match=r"holds none"):
        make_reranker(str(tmp_path))
    with pytest.raises(ReaderError, match=r"gives 3; fetch one with `qa pull"):
        CrossEncoderReranker(cross_encoder(tmp_path / "three", labels=3)).scores("a", ["b"])
    plain = tmp_path / "plain"
    plain.mkdir()
    for text, told in (
        ('{"architectures": ["BertModel"]}', "is a BertModel"),
        ("{}", "names its architecture"),
        ('{"architectures": []}', "names its architecture"),
        ("{", "names its architecture"),
    ):
        (plain / "config.json").write_text(text)
        with pytest.raises(ReaderError, match=told):
            CrossEncoderReranker(plain)
    (plain / "config.json").write_bytes((brass / "config.json").read_bytes())
    with pytest.raises(ReaderError, match=r"could not be loaded .* with `qa pull`"):
        CrossEncoderReranker(plain).scores("a", ["b"])
