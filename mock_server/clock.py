"""What time it is: the wallet asks one clock, which is given to it, and nothing else here reads the time."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives Unix time in milliseconds."""


def system_clock() -> int:
    """The time of this machine: Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


class MovedClock:
    """A clock that stands still until its owner moves it on, so that ten seconds pass without waiting for them."""

    def __init__(self, now_ms: int) -> None:
        """`now_ms` is what it shows first: Unix time in milliseconds."""
        self._now_ms = now_ms

    def __call__(self) -> int:
        """What it shows: Unix time in milliseconds."""
        return self._now_ms

    def move(self, milliseconds: int) -> None:
        """Move it on by so many milliseconds, or back when the number is negative."""
        self._now_ms += milliseconds
