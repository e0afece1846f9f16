"""The design, as far as a program can see it: who imports whom, and what lies where."""

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "qa": {"corpus", "index", "qa"},
    "ui": {"corpus", "index", "qa", "ui"},
    "eval": {"corpus", "index", "qa", "eval"},
}
ROOMS = sorted(MAY_IMPORT)
MODEL_CODE = ("qa/read/", "qa/verify_model.py", "eval/cross_fit.py", "eval/cross_pairs.py")
FENCES = {
    "faiss": ("index/dense.py", "eval/bench/peer_systems.py"),
    "tantivy": ("index/lexical.py", "index/segments.py"),
    "sqlite3": ("index/database.py", "index/blank.py", "qa/web/database.py"),
    "watchfiles": ("index/watch.py",),
    "filelock": ("index/lock.py", "qa/web/presence.py"),
    "sentence_transformers": ("index/encode.py", "index/rerank.py"),
    "onnxruntime": ("index/minilm.py", "qa/cross_encoder.py"),
    "onnx": ("index/graph.py",),
    "transformers": MODEL_CODE,
    "torch": MODEL_CODE,
    "gguf": MODEL_CODE,
    "httpx": ("qa/read/remote.py", "qa/read/refused.py"),
    "gradio": ("ui.py", "ui/"),
    "fastapi": ("qa/web/",),
    "starlette": ("qa/web/",),
    "uvicorn": ("qa/web/",),
    "argon2": ("qa/web/accounts.py",),
    "mcp": ("qa/web/mcp.py",),
    "snowballstemmer": ("index/words.py",),
    "sentencex": ("corpus/sentences.py",),
    "pypdfium2": ("corpus/load/pdfium",),
    "PIL": ("corpus/load/pdfium.py",),
    "rapidocr": ("corpus/load/ocr.py",),
    "markdown_it": ("corpus/load/markdown.py",),
    "charset_normalizer": ("corpus/load/text.py",),
    "resiliparse": ("corpus/load/",),
    "mammoth": ("corpus/load/word.py",),
    "pptx": ("corpus/load/slides.py",),
    "lxml": ("corpus/load/slides.py",),
    "python_calamine": ("corpus/load/sheet.py",),
    "openpyxl": ("corpus/load/sheet.py",),
    "striprtf": ("corpus/load/rtf.py",),
    "docutils": ("corpus/load/rst.py",),
    "defusedxml": ("corpus/load/epub.py", "corpus/load/odf.py", "corpus/load/sheet.py"),
}
TOP = {
    "corpus", "index", "qa", "eval", "ui.py", "ui", "tests", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE",
    "constraints.txt",
}  # fmt: skip
LONGEST = 320  # lines of a module
LONGEST_PAGE = 400  # lines of ui.py, from which on it becomes a package


def modules():
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")] + [ROOT / "ui.py"]
    return sorted(path for path in found if path.is_file())


def place(path):
    return path.relative_to(ROOT).as_posix()


def imported(path):
    """The absolute names of what a module imports, anywhere in it, also for its types only."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} imports relatively; name the package"
            yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("path", modules(), ids=place)
def test_imports_go_one_way_and_stay_inside_the_fences(path):
    room = place(path).split("/")[0].removesuffix(".py")
    for name in imported(path):
        package = name.split(".")[0]
        assert package not in ROOMS or package in MAY_IMPORT[room], f"{place(path)} imports {name}"
        homes = FENCES.get(package)
        assert homes is None or place(path).startswith(homes), f"{place(path)} imports {name}, which lives in {homes}"


@pytest.mark.parametrize("path", modules(), ids=place)
def test_modules_are_short_and_say_what_they_are(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{place(path)} has no docstring"
    assert len(text.splitlines()) <= (LONGEST_PAGE if path.name == "ui.py" else LONGEST)


@pytest.mark.parametrize("path", [p for p in modules() if p.name == "__init__.py"], ids=place)
def test_a_package_names_what_lives_in_it(path):
    names = [p.stem for p in path.parent.glob("*.py") if not p.stem.startswith("__")]
    names += [p.parent.name for p in path.parent.glob("*/__init__.py")]
    words = set(re.findall(r"\w+", ast.get_docstring(ast.parse(path.read_text("utf-8")))))
    assert sorted(set(names) - words) == []


def test_the_top_of_the_repository_holds_what_the_design_allows():
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    found = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")}
    assert {n for n in found - TOP if not any(fnmatch(n, pattern) for pattern in ignored)} == set()


def test_importing_the_product_loads_no_heavy_library():
    code = "import qa, index, corpus, sys; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    heavy = {
        "torch",
        "faiss",
        "onnxruntime",
        "gradio",
        "fastapi",
        "argon2",
        "mcp",
        "transformers",
        "sentence_transformers",
        "tantivy",
        "httpx",
        "pypdfium2",
        "pptx",
        "mammoth",
        "docutils",
    }
    assert heavy & set(run_python(code).split()) == set()


def test_a_reader_loads_its_model_library_late():
    code = "import qa.read.local, qa.read.remote, sys; print({'torch', 'transformers'} & set(sys.modules))"
    assert run_python(code).strip() == "set()"


@pytest.mark.parametrize("room", ["corpus", "index", "qa"])
def test_what_the_product_reads_is_in_its_package(room: str) -> None:
    held = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"][room]
    listed = subprocess.run(["git", "ls-files", room], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(name).relative_to(room) for name in listed.split("\n") if name and not name.endswith(".py")]
    packed = {path.relative_to(ROOT / room) for pattern in held for path in (ROOT / room).glob(pattern)}
    assert files
    assert sorted(set(files) - packed) == []
