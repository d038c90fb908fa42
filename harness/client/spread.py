"""How close together released requests really were, read from the record alone."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Transmission


def spread_us(transmissions: Sequence[Transmission]) -> float:
    """The time from the first to the last request of a release, in microseconds; 0 for fewer than two.

    It counts from hand to kernel. Whether a proxy on the way holds requests back shows in `answered_before_the_last`.
    """
    times = [each.released_ns for each in transmissions if each.released_ns]
    return (max(times) - min(times)) / 1000 if times else 0.0


def answered_before_the_last(transmissions: Sequence[Transmission]) -> int:
    """How many requests were being answered before the last one had even left: 0 when all were in flight together."""
    last_ns = max((each.released_ns for each in transmissions), default=0)
    return sum(1 for each in transmissions if 0 < each.first_byte_ns < last_ns)


def answer_spread_us(transmissions: Sequence[Transmission]) -> float:
    """The time from the first byte of the first answer to that of the last, in microseconds.

    A wallet or a proxy that takes requests one at a time shows here, however close together they were released.
    """
    times = [each.first_byte_ns for each in transmissions if each.first_byte_ns]
    return (max(times) - min(times)) / 1000 if times else 0.0
