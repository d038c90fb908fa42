"""How long the wallet took for the answers of pre-flight."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Exchange


def median_ns(exchanges: Sequence[Exchange]) -> int:
    """The median time of an answered call in nanoseconds, from its beginning to its end. 0 without any."""
    sent = (each.transmission for each in exchanges if each.transmission.received is not None)
    times = sorted(each.finished_ns - each.started_ns for each in sent)
    return times[len(times) // 2] if times else 0
