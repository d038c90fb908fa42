"""How long the wallet took for the answers of pre-flight, what was sent again, and whether connections are kept."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Exchange
from harness.play.preflight.findings import StageLog
from harness.play.sent_again import sent_again

ANSWERS = "answers"
FEWEST = 4
"""From so many answers on it is clear whether connections are kept."""


def median_ns(exchanges: Sequence[Exchange]) -> int:
    """The median time of an answered call in nanoseconds, from its beginning to its end. 0 without any."""
    sent = (each.transmission for each in _answered(exchanges))
    times = sorted(each.finished_ns - each.started_ns for each in sent)
    return times[len(times) // 2] if times else 0


def _answered(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The calls with an answer that asks for no later call."""
    return [each for each in exchanges if each.transmission.received is not None and not each.repeated]


def look_at_answers(exchanges: Sequence[Exchange], waited_ms: int, stages: StageLog) -> None:
    """Record how quickly answers came. A server that keeps no connection is warned of, once.

    `waited_ms` is how many milliseconds the calls have waited because the wallet asked for that.
    """
    answered = _answered(exchanges)
    microseconds = median_ns(exchanges) // 1_000
    shown = f"{microseconds // 1_000}.{microseconds // 100 % 10} ms"
    warnings = []
    if len(answered) >= FEWEST and not any(each.transmission.reused for each in answered):
        warnings.append(
            "the server keeps no connection: every request opens a new one, which costs time and ports; a platform "
            "keeps its connections, so let the server and each proxy keep theirs"
        )
    if again := sum(each.repeated for each in exchanges):
        warnings.append(f"in pre-flight, {sent_again(again, waited_ms)}")
    stages.passed(ANSWERS, f"an ordinary one takes {shown}", *warnings)
