"""The wallet's clock. The wallet reads the time from the clock that it was given and from nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns Unix time in milliseconds."""


def system_clock() -> int:
    """The time of this machine as Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def elapsed_seconds() -> float:
    """Seconds since a fixed moment, to limit how long something is waited for. No rule of the wallet depends on it."""
    return time.monotonic()


class MovedClock:
    """A clock that moves only when its owner moves it, so that a test of ten seconds needs no waiting."""

    def __init__(self, now_ms: int) -> None:
        """`now_ms` is the first time that it shows: Unix time in milliseconds."""
        self._now_ms = now_ms

    def __call__(self) -> int:
        """The present time of this clock: Unix time in milliseconds."""
        return self._now_ms

    def move(self, milliseconds: int) -> None:
        """Move the clock on by this many milliseconds, or back if the number is negative."""
        self._now_ms += milliseconds


def elapsed_ns() -> int:
    """Nanoseconds since some moment in the past, for durations. No rule and no defect reads it."""
    return time.perf_counter_ns()
