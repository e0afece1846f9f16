"""A pytest plug-in: a test suite of your own asserts that answers from your own index are grounded.

::

    def test_refunds(grounded):
        answer = grounded.ask("How long may a product be returned?")
        grounded.assert_grounded(answer, "30 days", doc="policy.md")
        grounded.assert_refuses("What is the boss's home address?")

The index is named by ``--grounded-index DIR``, by ``grounded_index`` in pytest's configuration file, or by the
marker ``@pytest.mark.grounded(index=..., reader=...)``. Nothing but pytest is loaded until a test asks.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eval.record import Results
    from qa.answer import Answer
    from qa.system import Assistant

History = Sequence[tuple[str, str]]
_OPENED = pytest.StashKey["dict[tuple[str, str | None], Assistant]"]()


class Grounded:
    """An index that a test asks and asserts on; the checks are those of ``eval.metrics`` and ``eval.grounding``."""

    def __init__(self, assistant: "Assistant") -> None:
        self.assistant = assistant

    def ask(self, question: str, history: History = ()) -> "Answer":
        """Return the answer to one question; ``history`` holds earlier (question, answer) turns."""
        return self.assistant.ask(question, history)

    def assert_grounded(
        self, answer: "Answer | str", *facts: str | Sequence[str], doc: str | None = None, quote: str | None = None
    ) -> "Answer":
        """Fail unless the index answers, every sentence rests on the exact words it cites, and it says the facts.

        Each of ``facts`` must stand in the answer, in any case; a list of them means any one. ``doc`` must be among
        the cited documents, and ``quote`` within one citation (of ``doc``, where it is given). A question may be
        given in place of an answer.
        """
        __tracebackhide__ = True
        given = self.ask(answer) if isinstance(answer, str) else answer
        if problem := self._problem(given, [[f] if isinstance(f, str) else f for f in facts], doc, quote):
            pytest.fail(f"{problem}\n{_shown(given)}", pytrace=False)
        return given

    def assert_refuses(self, question: "Answer | str", history: History = ()) -> "Answer":
        """Fail unless the index declines to answer: its documents do not hold it."""
        __tracebackhide__ = True
        given = self.ask(question, history) if isinstance(question, str) else question
        if not given.abstained:
            pytest.fail(f"it was to refuse, and answered\n{_shown(given)}", pytrace=False)
        return given

    def measure(self, questions: Path | str) -> "Results":
        """Ask a question file (``eval/README.md``) and return its figures, such as ``.metric("right").value``."""
        from eval.examples import read
        from eval.run import evaluate

        return evaluate(self.assistant, read(Path(questions)))

    def _problem(
        self, answer: "Answer", facts: Sequence[Sequence[str]], doc: str | None, quote: str | None
    ) -> str | None:
        """Return the first rule that the answer breaks, in words, or None."""
        from eval.grounding import unsupported
        from eval.metrics import Span, holds, intact, right

        if answer.abstained:
            return "it was to answer, and refused"
        documents = {c.passage.doc_id for c in answer.citations}
        texts = {name: self.assistant.index.document(name).text for name in documents}
        for claim in answer.claims:
            spans = [Span(c.passage.doc_id, c.start, c.end, c.quote) for c in claim.citations]
            if not spans:
                return f"each sentence has a citation, and this has none: {claim.text}"
            if wrong := [span for span in spans if not intact(span, texts[span.doc])]:
                return f"a quote equals the words at its place in {wrong[0].doc}, and this does not: {wrong[0].quote}"
            if unsupported(claim.text, spans, texts):
                return f"each sentence rests on what it cites, and this does not: {claim.text}"
        said = " ".join(claim.text for claim in answer.claims)
        for group in facts:
            if not right(said, [group]):
                return f"the answer lacks {' or '.join(map(repr, group))}"
        if doc is not None and doc not in documents:
            return f"{doc} is not among the documents cited: {', '.join(sorted(documents))}"
        cited = [c.quote for c in answer.citations if doc in (None, c.passage.doc_id)]
        if quote is not None and not any(holds(words, quote) for words in cited):
            return f"no citation holds {quote!r}"
        return None


def _shown(answer: "Answer") -> str:
    lines = [f"asked: {answer.question}", f"said:  {answer.text}"]
    lines += [f"cited: {c.passage.doc_id} {c.start}-{c.end}: {c.quote}" for c in answer.citations]
    return "\n".join(lines)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name the index and the reader."""
    group = parser.getgroup("grounded", "grounding of answers from an index")
    for name, told in (
        ("index", "index that the fixture `grounded` asks, made by `qa index`"),
        ("reader", "its reader: quote (default), a model, or the URL of a server"),
    ):
        group.addoption(f"--grounded-{name}", metavar=name.upper(), default=None, help=told)
        parser.addini(f"grounded_{name}", told, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "grounded(index, reader): the index and reader that `grounded` asks")
    config.stash[_OPENED] = {}


@pytest.fixture
def grounded(request: pytest.FixtureRequest) -> Grounded:
    """Give the index to ask, opened once for all tests; in a configuration file its path is relative to that file."""
    config = request.config
    marker = request.node.get_closest_marker("grounded")
    named = marker.kwargs if marker else {}
    index = named.get("index") or config.getoption("--grounded-index")
    place = Path(index) if index else None
    if place is None and (configured := config.getini("grounded_index")):
        place = config.rootpath / str(configured)
    if place is None:
        raise pytest.UsageError(
            "the fixture `grounded` asks an index, and none is named; give --grounded-index DIR, or grounded_index in "
            "pytest's configuration file, or @pytest.mark.grounded(index=...)"
        )
    reader = named.get("reader") or config.getoption("--grounded-reader") or config.getini("grounded_reader") or None
    from qa.system import Assistant  # here, so that pytest starts as fast as without this plug-in

    opened, key = config.stash[_OPENED], (str(place), reader)
    if key not in opened:
        opened[key] = Assistant.open(place, reader)
    return Grounded(opened[key])
