"""Keep to the number of requests per second that a shared test wallet allows."""

from __future__ import annotations

import threading
import time


class Pace:
    """Spaces requests evenly. Without a limit it costs nothing."""

    def __init__(self, requests_per_second: float | None) -> None:
        """Allow that many requests per second, or any number."""
        self._gap = 1 / requests_per_second if requests_per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, requests: int = 1) -> None:
        """Wait for the turn of this many requests, which may then go together."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap * requests
        if turn > now:
            time.sleep(turn - now)
