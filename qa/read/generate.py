"""Loading a transformers chat model and streaming from it. Imports torch; :mod:`qa.read.local` imports this late.

Generation runs on a thread of its own while the caller reads pieces of text from a queue. The thread asks
after every token whether it should stop, and it has ended when the iterator is closed.
"""

import json
import os
import re
import struct
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, redirect_stderr
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import torch
from jinja2 import TemplateError
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
)
from transformers.utils import logging

from corpus.errors import ReaderError
from qa.read.stream import THOUGHT_MARKS, Piece

# What transformers raises for a folder that is damaged, of an unknown architecture, or too large for the memory.
_LOAD_ERRORS = (OSError, ValueError, LookupError, ImportError, RuntimeError, struct.error, SafetensorError)

LEAST_ROOM = 64  # tokens of sources without which it is no use to ask
MARKS = 48  # tokens of the numbers and line ends between the sources


class Chat:
    """A loaded chat model; several threads may stream from it at once.

    Attributes:
        parameters: number of weights, by which a reader tells a small model from a large one.
    """

    def __init__(self, path: Path, dtype: str | None = None) -> None:
        """Load from a folder or a ``.gguf`` file, on the accelerator if there is one. Downloads nothing.

        Args:
            path: the folder or file.
            dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``; ``None`` is what suits the machine (:func:`suited`).

        Raises:
            ReaderError: the files are damaged, of an unsupported kind, or not a chat model.
        """
        self._path = path
        model, self._tokenizer = _load(path, torch.accelerator.is_available(), dtype)
        self._model: Any = model  # transformers types what a model does by mix-ins that mypy does not see
        if not self._tokenizer.chat_template:
            raise ReaderError(f"a chat model has a chat template, and {path.name} has none: choose an instruct model")
        self.parameters: int = self._model.num_parameters()
        self._ends = _end_tokens(self._model, self._tokenizer)
        self._window = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        special = {token.content for token in self._tokenizer.added_tokens_decoder.values() if token.special}
        # special tokens are left out of the text, but not where the model's thoughts could not be told from it then
        self._hidden = sorted(special - THOUGHT_MARKS) if special & THOUGHT_MARKS else []
        # Greedy, so that one question has one answer. It replaces the model's own sampling settings, and no
        # repetition penalty is set: transformers applies it to the prompt too, where it forbids quoting.
        pad = self._tokenizer.pad_token_id
        self._model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False,
            bos_token_id=self._model.generation_config.bos_token_id,
            eos_token_id=self._ends,
            pad_token_id=self._ends[0] if pad is None else pad,
        )

    def stream(self, messages: Sequence[dict[str, str]], max_new_tokens: int) -> Generator[Piece, None, None]:
        """Yield the model's answer in pieces of about a word; closing stops the generation and joins its thread.

        Raises:
            ReaderError: the prompt does not fit the model's context, or the memory does not suffice.
        """
        prompt, opening = self._prompt(messages, max_new_tokens)
        if opening:
            yield Piece(opening)
        stop = _Stop()
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=not self._hidden)
        with ThreadPoolExecutor(1, thread_name_prefix="qa-generate") as executor:
            work = executor.submit(self._generate, prompt, max_new_tokens, streamer, stop)
            try:
                yield from (Piece(self._told(text)) for text in streamer if text)
            finally:
                stop.event.set()  # leaving the block then waits for the thread: at most one token's time
            try:
                cut = work.result()
            except torch.OutOfMemoryError as error:
                raise ReaderError(
                    f"{self._path.name} ran out of memory: choose a smaller model or a smaller budget"
                ) from error
        yield Piece("", cut=cut)

    def _told(self, text: str) -> str:
        """Return text without the control tokens that the streamer had to leave in."""
        for name in self._hidden:
            text = text.replace(name, "")
        return text

    def count(self, text: str) -> int:
        """Return the number of tokens of a text, before any template."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def room(self, messages: Sequence[dict[str, str]], max_new_tokens: int) -> int:
        """Return how many tokens of sources the model's context holds beside these messages and an answer.

        Raises:
            ReaderError: it holds hardly any.
        """
        text, _ = self._written(messages)
        return self._left(self.count(text), max_new_tokens, LEAST_ROOM) - MARKS

    def _left(self, length: int, max_new_tokens: int, least: int) -> int:
        """Return the tokens that the context holds beside a prompt of ``length`` and an answer, at least ``least``."""
        left = sys.maxsize if self._window is None else self._window - length - max_new_tokens
        if left < least:
            raise ReaderError(
                f"prompt and answer must fit the {self._window} tokens that {self._path.name} reads, got {length} + "
                f"{max_new_tokens}: shorten the question, lower the budget, or choose a model with a longer context"
            )
        return left

    def _generate(
        self, prompt: dict[str, torch.Tensor], max_new_tokens: int, streamer: TextIteratorStreamer, stop: "_Stop"
    ) -> bool:
        """Generate into ``streamer``; return whether the token limit, not the model, ended the text."""
        try:
            tokens = self._model.generate(
                **prompt,
                max_new_tokens=max_new_tokens,
                streamer=streamer,
                stopping_criteria=StoppingCriteriaList([stop]),
            )
        finally:
            streamer.on_finalized_text("", stream_end=True)  # also after an error: the caller waits on this
        return int(tokens[0, -1]) not in self._ends

    def _prompt(self, messages: Sequence[dict[str, str]], max_new_tokens: int) -> tuple[dict[str, torch.Tensor], str]:
        """Return the token tensors of shape (1, n_tokens), and ``<think>`` where the template has opened one."""
        text, opening = self._written(messages)
        encoded = self._tokenizer(text, add_special_tokens=False, return_tensors="pt")
        ids = encoded["input_ids"].to(self._model.device)  # (1, n_tokens)
        self._left(ids.shape[1], max_new_tokens, 0)
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, opening

    def _written(self, messages: Sequence[dict[str, str]]) -> tuple[str, str]:
        """Return the chat as the model reads it, and ``<think>`` where the template has opened one."""
        chat = [{**message, "content": self._plain(message["content"])} for message in messages]
        try:
            text = self._render(chat)
        except TemplateError:  # templates of some models (Gemma 2) know no system role
            first, second, *rest = chat
            joined = {"role": second["role"], "content": f"{first['content']}\n\n{second['content']}"}
            text = self._render([joined, *rest])
        return text, "<think>" if text.rstrip().endswith("<think>") else ""

    def _render(self, chat: list[dict[str, str]]) -> str:
        """Return the chat as one text; ``enable_thinking`` is read by the templates that know it, e.g. Qwen3's."""
        text = self._tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return str(text)

    def _plain(self, text: str) -> str:
        """Return ``text`` with this model's control tokens broken by a space, so that they read as ordinary text."""
        for token in self._tokenizer.added_tokens_decoder.values():
            name = token.content
            if name.strip() and name in text and (token.special or name[0] in "<["):
                text = text.replace(name, f"{name[0]} {name[1:]}")
        return text


class _Stop(StoppingCriteria):
    """Stops the generation after the token at which ``event`` was found set."""

    def __init__(self) -> None:
        self.event = Event()

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self.event.is_set(), dtype=torch.bool, device=input_ids.device)


def convert(gguf: Path, folder: Path) -> None:
    """Unpack a GGUF file into ``folder`` in the transformers format, in float32.

    float32 because that is what the 4-bit weights unpack to exactly and what every CPU computes; it costs 540 MB of
    disk instead of 270.

    Raises:
        ReaderError: the file is damaged or of an architecture that transformers does not unpack.
    """
    model, tokenizer = _load(gguf, accelerate=False, dtype="float32")
    with _quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def suited(path: Path, accelerate: bool, bfloat16: bool, memory: int | None) -> str:
    """Return the number format that a model is loaded in, ``"auto"`` for the one it is stored in.

    On an accelerator and for quantised weights the stored one. On a CPU that multiplies in bfloat16, that: against
    float32 it reads a prompt 2.3 times as fast and writes 1.4 times as fast (SmolLM2-135M, two cores with avx512_bf16;
    one without wrote at 0.75). Other CPUs are fastest in float32, where the model fits. Dynamic int8 wrote faster
    still, but nonsense (eval/LOG.md).

    Args:
        path: a folder in the transformers format, or a ``.gguf`` file.
        accelerate: whether the model goes to an accelerator.
        bfloat16: whether the CPU multiplies in it.
        memory: bytes of the machine's memory, ``None`` where they are not known.
    """
    config = {} if path.suffix == ".gguf" else json.loads((path / "config.json").read_text("utf-8"))
    if accelerate or "quantization_config" in config:
        return "auto"
    if bfloat16:
        return "bfloat16"
    stored = str(config.get("dtype") or config.get("torch_dtype"))
    size = sum(file.stat().st_size for file in ([path] if path.suffix == ".gguf" else path.glob("*.safetensors")))
    grown = size * (8 if path.suffix == ".gguf" else 1 if stored == "float32" else 2)  # four bits become 32
    if memory is None or grown <= memory / 2:
        return "float32"
    return "bfloat16" if path.suffix == ".gguf" else "auto"


def _memory() -> int | None:
    """Return the bytes of this machine's memory; ``None`` on Windows, which tells them another way."""
    if sys.platform == "win32":
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _load(path: Path, accelerate: bool, dtype: str | None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model and the tokenizer at ``path``, a folder or a ``.gguf`` file."""
    place = path.parent if path.suffix == ".gguf" else path
    native = any(held and name.endswith("_bf16") for name, held in torch.cpu.get_capabilities().items())
    options: dict[str, Any] = {"local_files_only": True}
    weights: dict[str, Any] = {
        "dtype": dtype or suited(path, accelerate, native, _memory()),
        "device_map": "auto" if accelerate else None,
    }
    if path.suffix == ".gguf":
        from transformers import GgufConfig  # without it the model cannot be saved again

        options["gguf_file"] = path.name
        weights["quantization_config"] = GgufConfig(gguf_file=path.name, dequantize=True)
    silent = redirect_stderr(StringIO()) if path.suffix == ".gguf" else nullcontext()  # its bar knows no other switch
    try:
        with _quiet(), silent:
            tokenizer = AutoTokenizer.from_pretrained(place, **options)
            model = AutoModelForCausalLM.from_pretrained(place, **options, **weights)
    except _LOAD_ERRORS as error:
        said = re.sub(r"\s+", " ", str(error)).strip()[:200]
        raise ReaderError(
            f"{path} cannot be loaded as a chat model ({type(error).__name__}: {said}): pull it again or choose another"
        ) from error
    model.eval()  # type: ignore[no-untyped-call]
    return model, tokenizer


def _end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the tokens that end an answer: the model's own list and the tokenizer's."""
    own = model.generation_config.eos_token_id
    found = [*(own if isinstance(own, list) else [own]), tokenizer.eos_token_id]
    ends = sorted({token for token in found if token is not None})
    if not ends:
        raise ReaderError("a chat model has an end-of-text token, and this one has none: choose an instruct model")
    return ends


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' progress bars and advice off the terminal, for the time of a load."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
