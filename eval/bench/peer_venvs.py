"""A virtual environment for each system that ``eval.bench.peers`` compares: what it takes, how large it is."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from eval.examples import EvalError
from index.minilm import PACKAGE

ROOT = Path(__file__).parents[2]
PRODUCT = "grounded-qa"
SOURCE = ("corpus", "index", "qa", "eval", "ui.py", "pyproject.toml", "README.md", "LICENSE", "constraints.txt")

# Of one version for all, that of constraints.txt, as they do the arithmetic; the rest of a peer's packages pip chooses.
SHARED = {"faiss-cpu", "numpy", "safetensors", "sentence-transformers", "tokenizers", "torch", "transformers"}


@dataclass(frozen=True, slots=True)
class System:
    """A system's name in ``peer_systems``, and what pip installs for it; nothing named means the product itself."""

    name: str
    packages: tuple[str, ...] = ()


SYSTEMS = (
    System(PRODUCT),
    System(
        "llamaindex",
        (
            "llama-index-core==0.14.25",
            "llama-index-embeddings-huggingface==0.8.0",
            "llama-index-vector-stores-faiss==0.7.0",
            "faiss-cpu",
        ),
    ),
    System("haystack", ("haystack-ai==3.4.1", "sentence-transformers-haystack==2.0.0")),
    System("txtai", ("txtai==9.14.0",)),
    System("chroma", ("chromadb==1.5.9", "sentence-transformers")),
    System(
        "langchain",
        ("langchain-community==0.4.2", "langchain-huggingface==1.2.3", "sentence-transformers", "faiss-cpu"),
    ),
)


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment's Python, the size of its packages in megabytes, and their names with versions."""

    python: Path
    megabytes: float
    packages: tuple[str, ...]


def chosen(names: list[str]) -> list[System]:
    """Return the systems of these names, all where none is named.

    Raises:
        EvalError: there is no system of a name.
    """
    known = [system.name for system in SYSTEMS]
    if wrong := [name for name in names if name not in known]:
        raise EvalError(f"a system to compare is one of {', '.join(known)}, and {wrong[0]!r} is none; mend --only")
    return [system for system in SYSTEMS if not names or system.name in names]


def install(system: System, work: Path) -> Installed:
    """Return a system's environment below ``work``, made anew unless it is there as it is wanted now.

    torch comes first, as the configured package index has it (on Linux, PyPI's own is the large one for GPUs).

    Raises:
        EvalError: there is no checkout to install from, or pip fails.
    """
    constraints = ROOT / "constraints.txt"
    if not constraints.is_file():
        raise EvalError(
            f"systems are installed from a checkout of the product, and {str(ROOT)!r} is none; run from one"
        )
    place, source, digest, pins = work / "venvs" / system.name, work / "source", "", constraints.read_text("utf-8")
    if system.packages:
        pins = "".join(line for line in pins.splitlines(keepends=True) if line.partition("==")[0] in SHARED)
        steps = [["torch"], ["torch", *system.packages]]
    else:
        steps, digest = [[str(source)]], _copy(source)
    steps.append(["--no-deps", PACKAGE])
    wanted = json.dumps([steps, pins, digest])
    python, stamp = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python"), place / "installed.json"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        venv.create(place, clear=True, symlinks=os.name != "nt")  # without pip: this interpreter's installs into it
        held = place / "constraints.txt"
        held.write_text(pins, "utf-8")
        for step in steps:
            pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-c", str(held)]
            _run([*pip, *step], f"pip install {' '.join(step)}")
        stamp.write_text(wanted, "utf-8")
    packages = Path(
        _run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], "python").strip()
    )
    names = sorted(path.name.removesuffix(".dist-info") for path in packages.glob("*.dist-info"))
    return Installed(python, megabytes(packages), tuple(names))


def _copy(into: Path) -> str:
    """Copy what the product is built from, since a build leaves files beside it; return the copy's digest."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name in SOURCE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, into / name)
    digest = hashlib.sha256()
    for path in sorted(path for path in into.rglob("*") if path.is_file()):
        digest.update(path.relative_to(into).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def megabytes(place: Path) -> float:
    """Return the size of all files below a folder, in millions of bytes."""
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def reason(errors: str, output: str = "") -> str:
    """Return the lines of a program's standard error that say most, at most 300 characters.

    pip's first error, with the conflict that its standard output tells of; else the last line.
    """
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    best = next((line for line in lines if line.startswith("ERROR:")), lines[-1] if lines else "no reason given")
    conflict = output.partition("The conflict is caused by:")[2].strip().partition("\n\n")[0]
    return " ".join(f"{best} {conflict}".split())[:300]


def _run(command: list[str], name: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EvalError(f"{name}: {reason(done.stderr, done.stdout)}")
    return done.stdout
