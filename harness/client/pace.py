"""Keep to the number of requests per second that a wallet's operator allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Spaces requests evenly. Without a limit it costs nothing.

    No request makes up for time in which none was sent: a wallet that counts by the second never sees a burst.
    Requests that are released together do not ask for their turn: it is their point to arrive together.
    """

    def __init__(
        self,
        requests_per_second: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Allow that many requests per second, or any number; `now` and `sleep` are the clock to go by, in seconds."""
        self._now = now
        self._sleep = sleep
        self._gap = 1 / requests_per_second if requests_per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for the turn of one request."""
        if not self._gap:
            return
        with self._lock:
            now = self._now()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
