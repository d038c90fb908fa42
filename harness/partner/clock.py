"""The platform's own time: nothing waits for it, and what is due happens in its order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.contracts.shared.day import Course, Fate, Sending, SendTogether, Wait

Carry = Callable[[Sending | SendTogether], tuple[Fate, ...]]
"""Sends what a course wishes to send, and says what became of each transaction."""


@dataclass(slots=True)
class Clock:
    """Minutes since the midnight, UTC, at which the first day begins."""

    now: int = 0
    _agenda: list[tuple[int, int, Course]] = field(default_factory=list)
    _noted: int = 0

    def at(self, minute: int, course: Course) -> None:
        """Begin or resume a course at that minute, or now when it is over. One minute keeps the order of asking."""
        heapq.heappush(self._agenda, (max(minute, self.now), self._noted, course))
        self._noted += 1

    def run(self, carry: Carry) -> None:
        """Do what is due until nothing is left; a course that waits is resumed later."""
        while self._agenda:
            self.now, _, course = heapq.heappop(self._agenda)
            self._go_on(course, carry)

    def _go_on(self, course: Course, carry: Carry) -> None:
        wish = next(course, None)
        while wish is not None:
            if isinstance(wish, Wait):
                self.at(self.now + wish.minutes, course)
                return
            try:
                wish = course.send(carry(wish))
            except StopIteration:
                return
