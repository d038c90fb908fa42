"""The random ids that a wallet makes: of sessions, tokens, players, and its own references of transactions."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

FreshId = Callable[[int], str]
"""Returns a new id of so many random octets, as hexadecimal digits."""


def random_id(octets: int) -> str:
    """An id from the randomness of this machine."""
    return os.urandom(octets).hex()


class SeededIds:
    """A source of ids that repeats itself: the same name begins the same sequence."""

    def __init__(self, name: str = "") -> None:
        """`name` is the seed of the first sequence."""
        self._random = random.Random(name)

    def __call__(self, octets: int) -> str:
        """The next id of the sequence."""
        return self._random.randbytes(octets).hex()

    def begin(self, name: str) -> None:
        """Begin the sequence of a name."""
        self._random = random.Random(name)
