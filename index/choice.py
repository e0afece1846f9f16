"""Which passages a search may find: only some, or all but some.

A person chooses documents to ask, or hides documents that are about to be removed. Each leg of a search leaves out the
rest before it ranks, so that what may be found is found however far behind the rest it would stand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Choice:
    """The passages of ``keys``, ascending, shape (n,), or with ``but`` all others."""

    keys: NDArray[np.int64]
    but: bool = False

    def allows(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return of each key whether it may be found."""
        return np.isin(keys, self.keys, invert=self.but)

    def count(self, passages: int) -> int:
        """Return how many of ``passages`` may be found."""
        return max(0, passages - len(self.keys)) if self.but else len(self.keys)
