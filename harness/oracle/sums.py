"""Which lost requests are in a balance: sums over classes of equal changes, within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from harness.model import Amount

LARGEST_SUM = 20_000
"""How many combinations of lost requests are tried before the answer is "not known"."""

MOST_CLASSES = 64
"""Different changes among lost requests. More are not worth a search."""


class BudgetExceeded(Exception):
    """The question is too large to be decided. The verdict is unknown, never pass."""


def combinations(classes: Sequence[tuple[Amount, int]], target: Amount | None) -> Iterator[dict[Amount, int]]:
    """How many to take of each class, given as change and number, so that the changes sum up to `target`.

    Without a target every combination, the empty one first. Raises BudgetExceeded when there are too many to look at.
    """
    if len(classes) > MOST_CLASSES:
        raise BudgetExceeded
    # Large amounts first make the bounds bite.
    yield from _Counting(sorted(classes, key=lambda each: abs(Fraction(each[0])), reverse=True)).count(0, target)


class _Counting:
    """One walk over the classes; remembers from where a remainder cannot be reached."""

    def __init__(self, classes: Sequence[tuple[Amount, int]]) -> None:
        self._classes = classes
        self._budget = LARGEST_SUM
        self._dead: set[tuple[int, Amount]] = set()
        self._low: list[Amount] = [0]
        self._high: list[Amount] = [0]
        for change, number in reversed(classes):
            self._low.append(self._low[-1] + min(change, 0) * number)
            self._high.append(self._high[-1] + max(change, 0) * number)
        self._low.reverse()
        self._high.reverse()

    def count(self, start: int, target: Amount | None) -> Iterator[dict[Amount, int]]:
        self._budget -= 1
        if self._budget < 0:
            raise BudgetExceeded
        if start == len(self._classes):
            if not target:
                yield {}
            return
        if target is None:
            yield from self._deeper(start, None)
        elif (start, target) not in self._dead and self._low[start] <= target <= self._high[start]:
            found = False
            for counts in self._deeper(start, target):
                found = True
                yield counts
            if not found:
                self._dead.add((start, target))

    def _deeper(self, start: int, target: Amount | None) -> Iterator[dict[Amount, int]]:
        change, number = self._classes[start]
        if target is not None and start + 1 == len(self._classes):
            count, remainder = divmod(target, change)
            if not remainder and 0 <= count <= number:
                yield {change: int(count)} if count else {}
            return
        for count in range(number + 1):
            left = None if target is None else target - change * count
            for counts in self.count(start + 1, left):
                yield {change: count, **counts} if count else counts
