"""The platform's own time. It passes without waiting, and due courses run in the order of their time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.contracts.shared.day import Course, Sending, SendTogether, TransactionState, Wait

Carry = Callable[[Sending | SendTogether], tuple[TransactionState, ...]]
"""Sends a message of a course and returns the fate of each transaction."""


@dataclass(slots=True)
class Clock:
    """Minutes since midnight (UTC) at the start of the first day."""

    now: int = 0
    _agenda: list[tuple[int, int, Course]] = field(default_factory=list)
    _noted: int = 0

    def at(self, minute: int, course: Course) -> None:
        """Begin or resume a course at that minute, or now if it has passed. Courses of one minute keep the order of
        calls.
        """
        heapq.heappush(self._agenda, (max(minute, self.now), self._noted, course))
        self._noted += 1

    def run(self, carry: Carry) -> None:
        """Run due courses until none is left. A course that waits is resumed later."""
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
