"""A logistic regression whose constants are kept in a file of the package."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Logistic:
    """Constants over standardised signals: ``mean``, ``scale`` and ``weights`` have one number a signal."""

    mean: Sequence[float]
    scale: Sequence[float]
    weights: Sequence[float]
    intercept: float

    @classmethod
    def of(cls, data: Mapping[str, Sequence[float]]) -> "Logistic":
        """Return the model of constants as they are written; the intercept is the last of their ``weights``."""
        return cls(data["mean"], data["scale"], data["weights"][:-1], data["weights"][-1])

    @classmethod
    @lru_cache(maxsize=4)
    def load(cls, path: Path, signals: tuple[str, ...], command: str) -> "Logistic":
        """Read the constants of a file, which ``command`` fits.

        Raises:
            ValueError: they were fitted for other signals.
        """
        data = json.loads(path.read_text("utf-8"))
        if tuple(data["signals"]) != signals:
            raise ValueError(f"{path.name} was fitted for other signals; run `{command}`")
        return cls.of(data)

    def logit(self, row: Sequence[float]) -> float:
        """Return the log-odds of a row of signals."""
        rows = zip(row, self.mean, self.scale, self.weights, strict=True)
        return self.intercept + sum(w * (value - m) / s for value, m, s, w in rows)

    def chance(self, row: Sequence[float]) -> float:
        """Return the chance in [0, 1] of a row of signals."""
        return 1 / (1 + math.exp(-self.logit(row)))
