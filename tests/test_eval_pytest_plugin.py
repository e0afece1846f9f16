"""The pytest plug-in, in a test suite of its own: what holds passes, what does not fails with what was said."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import Library

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]
POLICY = "Products may be returned within 30 days. Refunds are paid to the same card within a week."


@pytest.fixture(scope="module")
def index(tmp_path_factory, encoder):
    """A small real index, made before ``pytester`` notes which modules are loaded: it unloads later ones."""
    shelf = Library(tmp_path_factory.mktemp("shelf"), encoder, policy_md=POLICY)
    shelf.index.store.close()
    return shelf.directory


@pytest.fixture
def suite(index, pytester, monkeypatch):
    """Runs a test file in a process of its own against the index, with the plug-in loaded by name."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(code, *options, named=True):
        pytester.makepyfile(code)
        chosen = ["--grounded-index", str(index)] if named else []
        return pytester.runpytest_subprocess("-p", "eval.pytest_plugin", *chosen, *options)

    run.index = index
    return run


def documented():
    """The example of eval/README.md."""
    section = (ROOT / "eval" / "README.md").read_text("utf-8").split("## In your own test suite")[1]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL).group(1)


def test_the_documented_example_works(suite):
    suite(documented()).assert_outcomes(passed=2)


def test_what_does_not_hold_fails_and_shows_the_answer(suite):
    found = suite(
        """
        RETURNS = "Within how many days may products be returned?"

        def test_fact(grounded):
            grounded.assert_grounded(RETURNS, "60 days")

        def test_alternatives(grounded):
            grounded.assert_grounded(RETURNS, ["thirty days", "30 days"], quote="returned within 30 days")

        def test_document(grounded):
            grounded.assert_grounded(RETURNS, "30 days", doc="prices.md")

        def test_quote(grounded):
            grounded.assert_grounded(RETURNS, quote="paid to the moon")

        def test_refusal(grounded):
            grounded.assert_refuses(RETURNS)

        def test_answer(grounded):
            grounded.assert_grounded("Who painted the Mona Lisa?")
        """
    )
    found.assert_outcomes(passed=1, failed=5)
    found.stdout.fnmatch_lines_random(
        [
            "the answer lacks '60 days'",
            "prices.md is not among the documents cited: policy.md",
            "no citation holds 'paid to the moon'",
            "it was to refuse, and answered",
            "it was to answer, and refused",
            "cited: policy.md 0-40: Products may be returned within 30 days.",
        ]
    )


def test_a_broken_citation_and_an_unsupported_sentence_fail(suite):
    found = suite(
        """
        from dataclasses import replace

        RETURNS = "Within how many days may products be returned?"

        def changed(answer, **parts):
            return replace(answer, claims=(replace(answer.claims[0], **parts),))

        def test_invented(grounded):
            grounded.assert_grounded(changed(grounded.ask(RETURNS), text="Products may be returned within 90 days."))

        def test_uncited(grounded):
            grounded.assert_grounded(changed(grounded.ask(RETURNS), citations=()))

        def test_shifted(grounded):
            answer = grounded.ask(RETURNS)
            citation = answer.citations[0]
            passage = replace(citation.passage, text=citation.passage.text.replace("30", "90"))
            grounded.assert_grounded(changed(answer, citations=(replace(citation, passage=passage),)))
        """
    )
    found.assert_outcomes(failed=3)
    found.stdout.fnmatch_lines_random(
        [
            "each sentence rests on *",
            "each sentence has a citation*",
            "a quote equals the words at its place in policy.md*",
        ]
    )


def test_the_index_is_named_by_file_or_marker_and_its_absence_told(suite, pytester):
    asks = "def test_it(grounded):\n    grounded.assert_refuses('Who painted the Mona Lisa?')\n"
    missing = suite(asks, named=False)
    missing.assert_outcomes(errors=1)
    missing.stdout.fnmatch_lines(["*give --grounded-index DIR*"])
    marked = f"import pytest\n\n@pytest.mark.grounded(index={str(suite.index)!r})\n{asks}"
    suite(marked, "--strict-markers", named=False).assert_outcomes(passed=1)
    pytester.makeini(f"[pytest]\ngrounded_index = {suite.index}\n")
    suite(asks, named=False).assert_outcomes(passed=1)


def test_a_question_file_is_measured(suite, pytester):
    pytester.makefile(
        ".jsonl",
        mine='{"id": "a", "type": "fact", "question": "Within how many days may products be returned?", '
        '"answers": [["30 days"]], "gold": [{"doc": "policy.md", "quote": "returned within 30 days"}]}',
    )
    suite(
        """
        def test_the_set(grounded):
            assert grounded.measure("mine.jsonl").metric("right_and_cited").value == 1.0
        """
    ).assert_outcomes(passed=1)


def test_loading_the_plug_in_loads_nothing_of_the_product():
    code = "import eval.pytest_plugin, sys; print(*sorted(m.split('.')[0] for m in sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout.split()
    assert not {"numpy", "qa", "index", "corpus", "typer", "rich", "tokenizers"} & set(loaded)
