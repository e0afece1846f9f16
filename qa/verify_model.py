"""Verifying by a model: any Hugging Face checker by name or path in place of the default verifier.

Three heads are known, told apart by the model's own configuration: natural language inference (a label "entailment"
or "supported"), a cross-encoder with one output (a logit of consistency), and a classifier of the claim's tokens
whose last label marks what is not supported (as LettuceDetect, Kovács and Recski 2025). The evidence is read whole up
to the model's window; of more, the sentences nearest to the claim are read. Needs the extra `models`.
"""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.errors import VerifierError
from qa.verify import copied, nearest

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

BATCH = 8
POSITIVE = ("entailment", "entailed", "supported", "support", "consistent", "grounded")
WINDOW = 512  # tokens read where the model's configuration does not tell


class ModelVerifier:
    """A Hugging Face model as a verifier; loaded at the first use. Nothing is downloaded where hub access is off."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()

    def support(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Return, for (claim, evidence) pairs, support in [0, 1], shape (n,); 1 where the claim is verbatim.

        Raises:
            VerifierError: the model cannot be loaded, or its head is none of those known.
        """
        found = np.array([float(copied(claim, evidence)) for claim, evidence in pairs], np.float64)
        rest = [n for n in range(len(pairs)) if not found[n]]
        for start in range(0, len(rest), BATCH):
            part = rest[start : start + BATCH]
            found[part] = self._score([pairs[n] for n in part])
        return found

    @cached_property
    def _loaded(self) -> "tuple[PreTrainedModel, PreTrainedTokenizerBase, int | None]":
        """Return model, tokenizer and the label that stands for support; None where tokens are labelled."""
        try:
            from transformers import (
                AutoConfig,
                AutoModelForSequenceClassification,
                AutoModelForTokenClassification,
                AutoTokenizer,
            )
        except ImportError as error:
            raise VerifierError(
                f"the verifier {self.name!r} needs transformers; run `pip install 'grounded-qa[models]'`, or leave the "
                "verifier out for the default one"
            ) from error
        try:
            config = AutoConfig.from_pretrained(self.name)
            tokens = any("TokenClassification" in one for one in config.architectures or ())
            head = AutoModelForTokenClassification if tokens else AutoModelForSequenceClassification
            model, tokenizer = head.from_pretrained(self.name), AutoTokenizer.from_pretrained(self.name)
        except (OSError, ValueError) as error:
            said = (str(error).strip().splitlines() or ["nothing said"])[0]
            raise VerifierError(
                f"a verifier is a Hugging Face model by name or path; {self.name!r} could not be loaded ({said}); give "
                "the folder of a downloaded model, or leave it out for the default one"
            ) from error
        model.eval()
        return model, tokenizer, None if tokens else self._positive(config)

    def _positive(self, config: "PretrainedConfig") -> int:
        """Return the label that stands for support: the one named so, the only one, or the last of two."""
        labels = {int(n): str(label).lower() for n, label in (config.id2label or {}).items()}
        for n, label in labels.items():
            if label.replace("_", " ").split()[-1] in POSITIVE and "not" not in label:
                return n
        if len(labels) <= 2:
            return len(labels) - 1
        raise VerifierError(
            f"a verifier has one output, two, or one named like {POSITIVE[0]!r}; {self.name!r} has "
            f"{sorted(labels.values())}; give another model"
        )

    def _score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import torch

        model, tokenizer, positive = self._loaded
        window = min(int(getattr(model.config, "max_position_embeddings", 0) or WINDOW), tokenizer.model_max_length)
        evidence = [self._fitting(claim, told, window) for claim, told in pairs]
        claims = [claim for claim, _ in pairs]
        with self._lock, torch.inference_mode():
            given = tokenizer(
                evidence, claims, truncation="only_first", max_length=window, padding=True, return_tensors="pt"
            )
            own = [[one == 1 for one in given.sequence_ids(n)] for n in range(len(pairs))]
            logits = model(**given).logits.float()
        if positive is None:
            return _least(torch.softmax(logits, dim=-1)[..., -1].numpy(), own)
        if logits.shape[-1] == 1:
            return np.asarray(torch.sigmoid(logits[:, 0]).numpy(), np.float64)
        return np.asarray(torch.softmax(logits, dim=-1)[:, positive].numpy(), np.float64)

    def _fitting(self, claim: str, evidence: str, window: int) -> str:
        """Return the evidence, or of a text beyond the window the sentences nearest to the claim."""
        tokenizer = self._loaded[1]
        if len(tokenizer(evidence, claim, truncation=False)["input_ids"]) <= window:
            return evidence
        return " ".join(nearest(claim, evidence))


def _least(unsupported: NDArray[np.float32], own: Sequence[Sequence[bool]]) -> NDArray[np.float64]:
    """Return how well the least supported token of each claim is supported, (n,), from (n, n_tokens)."""
    rows = [1 - row[np.asarray(mask)] for row, mask in zip(unsupported, own, strict=True)]
    return np.array([float(row.min()) if row.size else 0.0 for row in rows], np.float64)
