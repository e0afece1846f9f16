"""The constants of a logistic regression: read from the package, and refused where they are of other signals."""

import json
import math
from pathlib import Path

import pytest

from qa import abstain
from qa.logistic import Logistic
from qa.read import lists

SHIPPED = [
    (abstain.REFUSAL, abstain.SIGNALS, "python -m eval.fit_refusal"),
    (lists.LISTS, lists.SIGNALS, "python -m eval.fit_lists"),
]


@pytest.mark.parametrize(("path", "signals", "command"), SHIPPED)
def test_what_ships_has_a_number_for_each_signal(path: Path, signals: tuple[str, ...], command: str) -> None:
    model = Logistic.load(path, signals, command)
    assert model.chance(model.mean) == pytest.approx(1 / (1 + math.exp(-model.intercept)))
    assert len(model.mean) == len(model.scale) == len(model.weights) == len(signals)


@pytest.mark.parametrize(("path", "signals", "command"), SHIPPED)
def test_constants_of_other_signals_are_refused(
    path: Path, signals: tuple[str, ...], command: str, tmp_path: Path
) -> None:
    other = tmp_path / path.name
    other.write_text(json.dumps({"signals": ["x"], "mean": [0], "scale": [1], "weights": [1, 0]}), "utf-8")
    with pytest.raises(ValueError, match=command):
        Logistic.load(other, signals, command)


def test_signals_are_standardised_and_weighed() -> None:
    model = Logistic.of({"mean": [1, 0], "scale": [2, 1], "weights": [3, -1, 0.5]})
    assert model.logit([5, 2]) == pytest.approx(0.5 + 3 * 2 - 2)
    assert model.chance([1, 0.5]) == pytest.approx(0.5)
