"""Which requests a fault affects: by count, or by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Strikes: TypeAlias = Callable[[], bool]
"""Called once for each request. Returns True if the fault affects it."""


def always() -> bool:
    """Affect every request."""
    return True


@dataclass
class Every:
    """Affect each `nth` request after the first `skip` requests, at most `most` times (0: without limit)."""

    nth: int = 1
    skip: int = 0
    most: int = 0
    _count: int = field(default=0, init=False)
    _struck: int = field(default=0, init=False)

    def __call__(self) -> bool:
        """Count this request and return whether it is affected."""
        self._count += 1
        turn = self._count > self.skip and (self._count - self.skip - 1) % self.nth == 0
        if not turn or (self.most and self._struck >= self.most):
            return False
        self._struck += 1
        return True


@dataclass
class Seeded:
    """Affect about `percent` of the requests after the first `skip` ones, at most `most` times (0: without limit).

    The same seed selects the same requests.
    """

    percent: int
    seed: int
    skip: int = 0
    most: int = 0
    _random: random.Random = field(init=False, repr=False)
    _count: int = field(default=0, init=False)
    _struck: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self) -> bool:
        """Draw the random number for this request."""
        self._count += 1
        drawn = self._random.randrange(100) < self.percent
        if not drawn or self._count <= self.skip or (self.most and self._struck >= self.most):
            return False
        self._struck += 1
        return True
