"""Measures from the record how close together released requests were sent."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Transmission


def spread_us(transmissions: Sequence[Transmission]) -> float:
    """The time from the first to the last request of a release, in microseconds. 0 for fewer than two requests.

    The time is that at which the kernel took the request. A proxy on the way may hold requests back, which
    `answered_before_the_last` shows.
    """
    times = [each.released_ns for each in transmissions if each.released_ns]
    return (max(times) - min(times)) / 1000 if times else 0.0


def answered_before_the_last(transmissions: Sequence[Transmission]) -> int:
    """How many requests received an answer before the last one was sent. 0 means that all were in flight together."""
    last_ns = max((each.released_ns for each in transmissions), default=0)
    return sum(1 for each in transmissions if 0 < each.first_byte_ns < last_ns)


def answer_spread_us(transmissions: Sequence[Transmission]) -> float:
    """The time from the first byte of the first answer to the first byte of the last one, in microseconds.

    A large value shows a wallet or a proxy that processes requests one at a time.
    """
    times = [each.first_byte_ns for each in transmissions if each.first_byte_ns]
    return (max(times) - min(times)) / 1000 if times else 0.0
