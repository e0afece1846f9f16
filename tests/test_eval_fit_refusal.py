"""The constants that decide on refusing: fitted so that signals tell, judged without a question's own collection."""

import numpy as np

from eval.fit_refusal import Measured, collect, cross_validated, fit, score
from eval.practice_data import unseen
from qa.abstain import SIGNALS


def drawn(count: int = 160) -> list[Measured]:
    """Questions of eight collections whose first signal tells and whose others do not."""
    draw = np.random.default_rng(0)
    made = []
    for n in range(count):
        row = draw.normal(size=len(SIGNALS))
        row[0] += 2.0 if n % 2 else -2.0
        made.append(Measured(f"c{n % 8}", "asked" if n % 3 else "changed", row, bool(n % 2)))
    return made


def test_what_tells_gets_the_weight_and_what_does_not_gets_little() -> None:
    weights = np.array(fit(drawn())["weights"][:-1])
    assert weights[0] > 1
    assert np.abs(weights[1:]).max() < weights[0] / 3


def test_each_question_is_judged_by_constants_of_other_collections() -> None:
    asked = drawn()
    found = cross_validated(asked)
    assert sum(map(len, found.values())) == len(asked)
    assert np.median(found["answerable"]) > 1 > -1 > np.median(found["unanswerable"])
    everyone = fit(asked)
    assert sorted(round(score(everyone, one), 6) for one in asked if one.answerable) != sorted(
        round(value, 6) for value in found["answerable"]
    )


def test_practice_is_asked_as_typed_and_changed() -> None:
    one = unseen()[0]
    small = type(one)(one.name, one.documents, one.questions[:6])
    asked = collect([small], lambda line: None)
    assert [a.answerable for a in asked if a.kind == "asked"] == [e.answerable for e in small.questions]
    assert not any(a.answerable for a in asked if a.kind == "changed")
    assert all(a.row.shape == (len(SIGNALS),) and np.isfinite(a.row).all() for a in asked)
