"""The platform's own time: nothing waits for it, and what is due happens in its order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

HOUR = 60
DAY = 24 * HOUR

Action = Callable[[], None]


@dataclass(slots=True)
class Clock:
    """Minutes since the midnight, UTC, at which the first day begins."""

    now: int = 0
    _agenda: list[tuple[int, int, Action]] = field(default_factory=list)
    _noted: int = 0

    def at(self, minute: int, action: Action) -> None:
        """Have something done at that minute, or now when it is over; of one minute, in the order of asking."""
        heapq.heappush(self._agenda, (max(minute, self.now), self._noted, action))
        self._noted += 1

    def run(self) -> None:
        """Do what is due until nothing is left; what is done may ask for more."""
        while self._agenda:
            self.now, _, action = heapq.heappop(self._agenda)
            action()
