"""Keep to the number of requests per second that a shared test wallet allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Spaces requests evenly. Without a limit it costs nothing."""

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

    def wait(self, requests: int = 1) -> None:
        """Wait for the turn of this many requests, which may then go together."""
        if not self._gap:
            return
        with self._lock:
            now = self._now()
            turn = max(now, self._next)
            self._next = turn + self._gap * requests
        if turn > now:
            self._sleep(turn - now)
