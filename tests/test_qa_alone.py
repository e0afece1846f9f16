"""Questions that stand alone are answered after a question on another matter as they are alone."""

from pathlib import Path

import pytest

from eval.practice import read
from eval.practice_data import indexed
from qa.read.quote import QuoteReader
from qa.system import Assistant

TYPICAL = Path(__file__).parents[1] / "eval" / "datasets" / "typical"


@pytest.mark.parametrize(
    ("name", "turns", "question"),
    [
        ("tenancy_papers", ["Who is the landlord?", "What is the deposit?"], "What does the policy cover?"),
        ("tenancy_papers", ["How much is paid for a stolen bike?"], "Which day is the paper bin collected?"),
        ("reference_articles", ["On which days is the museum open?"], "Who paid for the study on the fish eggs?"),
        ("reference_articles", ["How tall is the Brodnik Dam?"], "Who steered the last timber raft?"),
        ("staff_handbook", ["When are the sessions on expenses?"], "Does the company pay speeding tickets?"),
    ],
)
def test_other_questions_before_change_nothing(tmp_path, name, turns, question):
    assistant = Assistant(indexed(read(TYPICAL / f"{name}.txt"), tmp_path), QuoteReader())
    history: list[tuple[str, str]] = []
    for turn in turns:
        history.append((turn, assistant.ask(turn, history).text))
    alone, after = assistant.ask(question), assistant.ask(question, history)
    assert [c.key for c in after.citations[:1]] == [c.key for c in alone.citations[:1]]
