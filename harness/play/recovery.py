"""Waits for a wallet that has stopped answering, because a supervisor may restart it."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.model import Exchange

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
LONGEST_ASKING_SECONDS = 5.0
"""How long one question waits for its answer. A wallet that hangs is asked several times."""
GATEWAY_STATUSES = frozenset({502, 503, 504})
"""With one of these something in front of the wallet answers, and not the wallet."""

Ask = Callable[[float], Exchange]
"""A function that sends one harmless request and waits for its answer for at most that many seconds."""


class Recovery:
    """Asks a wallet again and again until it answers, or until the time is over."""

    def __init__(
        self,
        seconds: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Wait for at most that many seconds. 0 asks once. `now` and `sleep` are the clock, in seconds."""
        self.seconds = seconds
        self._now = now
        self._sleep = sleep

    def wait(self, ask: Ask, *, until: float | None = None) -> float | None:
        """How many seconds passed until the wallet answered. 0 if it answered the first question, None if it never did.

        `until` is a further end of the waiting, as a time of the clock.
        """
        started = self._now()
        end = started + self.seconds
        if until is not None:
            end = min(end, until)
        pause = FIRST_PAUSE_SECONDS
        first = True
        while True:
            left = end - self._now()
            if answers(ask(min(LONGEST_ASKING_SECONDS, max(left, FIRST_PAUSE_SECONDS)))):
                return 0.0 if first else self._now() - started
            first = False
            if self._now() + pause >= end:
                return None
            self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def answers(exchange: Exchange) -> bool:
    """True if the wallet itself has answered, whatever it said."""
    received = exchange.transmission.received
    return received is not None and received.status not in GATEWAY_STATUSES
