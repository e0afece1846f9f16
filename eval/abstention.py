"""Knowing when not to answer: risk against coverage, from each question's confidence; each with its source."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eval.metrics import Array

COVERAGE = 0.9  # share of the answerable questions that stay answered, for rejected_at


def risk_coverage(confidence: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Array, Array]:
    """Return coverage and risk, each of shape (n,), as more and more questions are answered, the surest first.

    ``confidence`` and ``right`` (0 or 1) have shape (n,). Coverage is the share of the questions answered, risk the
    share of those that are wrong (El-Yaniv and Wiener, 2010; Geifman and El-Yaniv, 2017; of questions: Kamath et
    al., 2020). Questions of equal confidence come in no order, so each counts with their mean.
    """
    sure, correct = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    _, inverse, counts = np.unique(-sure, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, weights=correct) / counts
    expected = np.repeat(means, counts)  # (n,) surest first, ties evened out
    answered = np.arange(1, len(sure) + 1)
    return answered / len(sure), 1 - np.cumsum(expected) / answered


def aurc(confidence: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Area under the risk-coverage curve: the mean of its risks, in [0, 1] (Geifman, Uziel and El-Yaniv, 2019).

    0 only where all is right: with w of n questions wrong, as the unanswerable ones always are, the best order leaves
    the mean of i / (n - w + i) over i from 1 to w, times w / n.
    """
    return float(risk_coverage(confidence, right)[1].mean())


def excess_aurc(confidence: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """E-AURC: :func:`aurc` less that of the best order of the same answers, all right ones before all wrong ones.

    0 at best, however many are wrong (Geifman, Uziel and El-Yaniv, 2019, section 3). It tells the order alone: a system
    that is always wrong has 0 too.
    """
    return aurc(confidence, right) - aurc(right, right)


def rejected_at(answerable: Sequence[float] | Array, unanswerable: Sequence[float] | Array) -> float:
    """Share of the unanswerable questions less sure than the bar that 90 % of the answerable ones reach; nan if empty.

    The bar is the highest confidence that at least 90 % of the answerable questions have or exceed. Coverage at a
    fixed level as in Kamath et al., 2020, section 3.
    """
    kept, others = np.sort(np.asarray(answerable, dtype=float))[::-1], np.asarray(unanswerable, dtype=float)
    if not kept.size or not others.size:
        return float("nan")
    bar = kept[int(np.ceil(COVERAGE * kept.size)) - 1]
    return float((others < bar).mean())
