"""Waits for what may come right by itself: a balance that looks wrong, or a refusal while a first sending still runs.

A wallet may show a booking only some time after its answer, and may process a request whose answer was lost. What
looks wrong is decided by a function of the caller. This module only waits and asks again.
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
class Waits:
    """Sends a refused request again until it is accepted, at most `seconds` later. 0 waits for none."""

    seconds: float = 0
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    in_vain: int = field(default=0, init=False)
    """How many times no later sending was accepted, although nothing but the first sending could be the reason."""

    def until(self, is_refused: Callable[[], bool], send: Callable[[], bool]) -> None:
        """Send until nothing is refused any more.

        `send` returns true if the refusal has another reason than a first sending. That wait is not counted.
        """
        begun, has_reason = self.now(), False
        for moment in moments(self.seconds) if self.in_vain < MOST_IN_VAIN else ():
            if not is_refused():
                return
            self.wait(max(0.0, begun + moment - self.now()))
            has_reason = send()
        self.in_vain += bool(self.seconds) and is_refused() and not has_reason


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
