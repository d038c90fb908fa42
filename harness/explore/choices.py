"""How the generator chooses. It asks for whole numbers, so that any source of chance can answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)

Numbers = Callable[[int], int]
"""Returns a whole number from 0 to one less than its argument."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Chooses among values by a source of numbers."""

    number: Numbers
    taken: dict[tuple[Hashable, ...], Counter[Hashable]] = field(default_factory=dict)
    """By the values of a choice in turn: how often each was taken. Several sources of chance may share it."""

    def one(self, values: Sequence[T]) -> T:
        """One of several values, each as probable as any other."""
        return values[self.number(len(values))]

    def in_turn(self, values: Sequence[H]) -> H:
        """One of several values that was taken no more often than the others, so that none waits for long."""
        counts = self.taken.setdefault(tuple(values), Counter())
        least = min(counts[each] for each in values)
        chosen = self.one([each for each in values if counts[each] == least])
        counts[chosen] += 1
        return chosen

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
