"""How the generator chooses. It asks for whole numbers, so that any source of chance can answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Numbers = Callable[[int], int]
"""Returns a whole number from 0 to one less than its argument."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Chooses among values by a source of numbers."""

    number: Numbers

    def one(self, values: Sequence[T]) -> T:
        """One of several values, each as probable as any other."""
        return values[self.number(len(values))]

    def by_weight(self, weights: Mapping[T, int]) -> T:
        """One of the keys. Its probability is its share of all weights, which are whole numbers of at least 0."""
        left = self.number(sum(weights.values()))
        for value, weight in weights.items():
            left -= weight
            if left < 0:
                return value
        raise ValueError("no weight is above 0")

    def percent(self, share: int) -> bool:
        """True in `share` of 100 cases."""
        return self.number(100) >= 100 - share
