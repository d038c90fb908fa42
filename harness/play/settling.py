"""Reads balances again that look wrong, because a wallet may show a booking only some time after its answer.

Which balance looks wrong is decided by a function of the caller. This module only waits and reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from harness.model import History

FIRST_SECONDS = (0.05, 0.2)
MOST_IN_VAIN = 3
"""After so many balances that no later reading corrected, none is read again in this run."""


def moments(seconds: float) -> tuple[float, ...]:
    """When a balance is read again, in seconds after it was found wrong. The last one is `seconds`; none if it is 0."""
    return (*(each for each in FIRST_SECONDS if each < seconds), seconds) if seconds else ()


@dataclass(slots=True)
class Settling:
    """Reads balances again until they come right, at most `seconds` later. 0 reads none again.

    `doubted` returns the ids of the players whose balance looks wrong in a history.
    """

    doubted: Callable[[History], Collection[str]]
    seconds: float
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    in_vain: int = field(default=0, init=False)
    """How many times no later reading was right."""

    def settle(self, history: Callable[[], History], read: Callable[[Collection[str]], None]) -> History:
        """The history with all further readings. `history` returns it as it is, and `read` appends to it."""
        found = history()
        if self.in_vain >= MOST_IN_VAIN or found.stopped or found.skipped:
            return found
        begun = self.now()
        for moment in moments(self.seconds):
            if not (players := self.doubted(found)):
                return found
            self.wait(max(0.0, begun + moment - self.now()))
            read(players)
            found = history()
            if found.stopped:
                return found
        if self.seconds:
            self.in_vain += bool(self.doubted(found))
        return found
