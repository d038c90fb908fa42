"""Limits the requests per second to the number that a wallet's operator allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Spaces requests evenly. Without a limit it does nothing.

    Idle time does not allow more requests later, so a wallet that counts by the second never receives a burst. Requests
    that are released together do not wait here, because they must arrive together.
    """

    def __init__(
        self,
        requests_per_second: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Allow that many requests per second, or any number if it is None.

        `now` and `sleep` are the clock, in seconds.
        """
        self._now = now
        self._sleep = sleep
        self._gap = 1 / requests_per_second if requests_per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait until the next request may be sent."""
        if not self._gap:
            return
        with self._lock:
            now = self._now()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
