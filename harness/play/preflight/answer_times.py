"""How long the wallet took for the answers of pre-flight, and whether it keeps connections."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Exchange
from harness.play.preflight.findings import StageLog

ANSWERS = "answers"
FEWEST = 4
"""From so many answers on it is clear whether connections are kept."""


def median_ns(exchanges: Sequence[Exchange]) -> int:
    """The median time of an answered call in nanoseconds, from its beginning to its end. 0 without any."""
    sent = (each.transmission for each in exchanges if each.transmission.received is not None)
    times = sorted(each.finished_ns - each.started_ns for each in sent)
    return times[len(times) // 2] if times else 0


def look_at_answers(exchanges: Sequence[Exchange], stages: StageLog) -> None:
    """Record how quickly answers came. A server that keeps no connection is warned of, once."""
    answered = [each for each in exchanges if each.transmission.received is not None]
    microseconds = median_ns(exchanges) // 1_000
    shown = f"{microseconds // 1_000}.{microseconds // 100 % 10} ms"
    warnings = []
    if len(answered) >= FEWEST and not any(each.transmission.reused for each in answered):
        warnings.append(
            "the server keeps no connection: every request opens a new one, which costs time and ports; a platform "
            "keeps its connections, so let the server and each proxy keep theirs"
        )
    stages.passed(ANSWERS, f"an ordinary one takes {shown}", *warnings)
