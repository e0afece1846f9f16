"""The local reader: a transformers chat model on this machine drafts the sentences.

Importing this module is light; torch and transformers are imported, and the weights loaded, by the first
question. Nothing is ever downloaded here: see :func:`qa.models.pull`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from corpus.errors import ReaderError
from qa.answer import Turn
from qa.evidence import Evidence
from qa.models import SMOLLM2, needed, resolve
from qa.prompt import LARGE, LARGE_BUDGET, SMALL_BUDGET, messages
from qa.read.draft import Draft
from qa.read.stream import drafts

if TYPE_CHECKING:
    from qa.read.generate import Chat


class LocalReader:
    """Drafts answers with a causal language model that runs here; a :class:`qa.read.draft.Reader`.

    Greedy, so the same evidence gives the same drafts. Several threads may read at once.
    """

    def __init__(
        self,
        model: str | Path = SMOLLM2,
        *,
        whole_passages: bool | None = None,
        budget: int | None = None,
        max_new_tokens: int = 120,
        dtype: str | None = None,
    ) -> None:
        """Find the model; its weights are loaded by the first :meth:`read`.

        Args:
            model: the name of a pulled model, a folder in the transformers format, or a ``.gguf`` file.
            whole_passages: prompt for a large model (rules, and whole passages) rather than for a small
                one (the best sentences); ``None`` does so from a billion weights on.
            budget: most tokens of sources in a prompt, by the model's own tokenizer; ``None`` is 500 for sentences
                and 3,000 for passages. Less where the model's context has less room beside question and answer.
            max_new_tokens: longest draft in tokens, at least 1; three sentences need about 90.
            dtype: number format of the weights, e.g. ``"float32"``; ``None`` is what suits the machine.

        Raises:
            ReaderError: the model is not on this machine, or a limit is below 1.
        """
        if max_new_tokens < 1 or (budget is not None and budget < 1):
            raise ReaderError(f"budget and max_new_tokens are at least 1, got {budget} and {max_new_tokens}")
        needed()
        self._path = resolve(model)
        self.name = self._path.name
        self._whole = whole_passages
        self._budget = budget
        self._max_new_tokens = max_new_tokens
        self._dtype = dtype
        self._chat: Chat | None = None
        self._loading = Lock()

    def read(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn] = ()) -> Iterator[Draft]:
        """Yield draft sentences as they are written; no evidence, or the model's refusal, yields none.

        Closing the iterator stops the generation within one token and ends its thread.

        Raises:
            ReaderError: the model cannot be loaded, or the prompt does not fit it.
        """
        if not evidence:
            return
        chat = self._loaded()
        whole = chat.parameters >= LARGE if self._whole is None else self._whole
        budget = self._budget or (LARGE_BUDGET if whole else SMALL_BUDGET)
        room = chat.room(messages(question, (), history, whole_passages=whole), self._max_new_tokens)
        prompt = messages(question, evidence, history, whole_passages=whole, budget=min(budget, room), count=chat.count)
        yield from drafts(chat.stream(prompt, self._max_new_tokens))

    def _loaded(self) -> "Chat":
        """Return the model, loading it once even when several threads ask first."""
        with self._loading:
            if self._chat is None:
                from qa.read.generate import Chat  # torch and transformers take seconds to import

                self._chat = Chat(self._path, self._dtype)
            return self._chat
