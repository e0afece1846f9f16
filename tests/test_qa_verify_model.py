"""Checkers by name in the verifier's place: tiny models of each kind of head, made here and read from a folder."""

import numpy as np
import pytest
import torch
from fakes import Library
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
)

from corpus.errors import VerifierError
from qa.read.quote import QuoteReader
from qa.system import Assistant, make_verifier
from qa.verify import LexicalVerifier
from qa.verify_model import ModelVerifier

WORDS = "[PAD] [UNK] [CLS] [SEP] the rope lasts three winters lamp burned oil gold .".split()
SAID = "the rope lasts three winters ."
PAIRS = [("three winters lasts the rope .", SAID), ("the lamp burned gold .", SAID)]


def make(folder, head, labels, bias=None):
    """Save a tiny model with these labels; ``bias`` sets its classifier to constant logits."""
    raw = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    raw.pre_tokenizer = Whitespace()
    raw.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    read = ["input_ids", "token_type_ids", "attention_mask"]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=48, model_input_names=read, **named)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=48, id2label=dict(enumerate(labels)), label2id={one: n for n, one in enumerate(labels)},
    )  # fmt: skip
    model = head(config)
    if bias is not None:
        with torch.no_grad():
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor(bias))
    model.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("labels", "bias", "expected"),
    [
        (["contradiction", "neutral", "entailment"], [0.0, 1.0, 2.0], np.exp(2) / np.exp([0, 1, 2]).sum()),
        (["ENTAILMENT", "NOT_ENTAILMENT"], [1.0, 0.0], 1 / (1 + np.exp(-1))),
        (["LABEL_0", "LABEL_1"], [0.0, 1.0], 1 / (1 + np.exp(-1))),
        (["LABEL_0"], [1.0], 1 / (1 + np.exp(-1))),
    ],
)
def test_a_checker_of_pairs_says_how_well_a_claim_is_supported(tmp_path, labels, bias, expected):
    verifier = ModelVerifier(make(tmp_path, BertForSequenceClassification, labels, bias))
    assert verifier.support(PAIRS) == pytest.approx([expected] * 2, abs=1e-5)


def test_a_checker_of_tokens_counts_the_least_supported_of_the_claim_alone(tmp_path):
    folder = make(tmp_path, BertForTokenClassification, ["supported", "hallucinated"])
    model = BertForTokenClassification.from_pretrained(folder).eval()
    words = {word: n for n, word in enumerate(WORDS)}
    claim, told = PAIRS[1][0].split(), SAID.split()
    ids = [2, *(words[w] for w in told), 3, *(words[w] for w in claim), 3]
    types = [0] * (len(told) + 2) + [1] * (len(claim) + 1)
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types])).logits[0]
    wrong = torch.softmax(logits, -1)[len(told) + 2 : -1, 1]
    assert ModelVerifier(folder).support(PAIRS)[1] == pytest.approx(float(1 - wrong.max()), abs=1e-5)


def test_what_is_copied_is_supported_whatever_the_model_says(tmp_path):
    verifier = ModelVerifier(make(tmp_path, BertForSequenceClassification, ["LABEL_0"], [-9.0]))
    assert verifier.support([("The rope lasts three winters.", SAID), *PAIRS])[0] == 1
    assert ModelVerifier("none/such").support([("the rope", SAID)]).tolist() == [1.0]  # nothing is loaded for it
    assert verifier.support([]).shape == (0,)


def test_of_a_long_text_the_sentences_nearest_to_the_claim_are_read(tmp_path):
    verifier = ModelVerifier(make(tmp_path, BertForSequenceClassification, ["LABEL_0"]))
    long = " ".join(["The lamp burned oil."] * 40)
    near = "The rope lasts three winters. " + " ".join(["The lamp burned oil."] * 7)
    claim = "three winters lasts the rope"
    assert verifier.support([(claim, f"{long} The rope lasts three winters.")]) == pytest.approx(
        verifier.support([(claim, near)]), abs=1e-5
    )


def test_what_is_no_checker_is_told(tmp_path):
    three = make(tmp_path / "three", BertForSequenceClassification, ["red", "green", "blue"])
    for name, told in ((three, "red"), (str(tmp_path), "could not be loaded"), ("none/such", "could not be loaded")):
        with pytest.raises(VerifierError, match=told):
            ModelVerifier(name).support(PAIRS)


def test_it_takes_the_place_of_the_default_verifier(tmp_path):
    folder = make(tmp_path / "model", BertForSequenceClassification, ["LABEL_0"], [-9.0])
    library = Library(tmp_path / "library", rope_txt="The rope lasts three winters.")
    assert isinstance(make_verifier(None, library.encoder), LexicalVerifier)
    answer = Assistant(library.index, QuoteReader(), verifier=folder).ask("How long does the rope last?")
    assert answer.claims[0].support == 1  # quoted, so carried
