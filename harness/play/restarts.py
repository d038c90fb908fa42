"""Restarts the wallet by a command of the operator, and measures how late a repetition within a scenario is."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from harness.inert import clipped_before
from harness.model import Lateness, Movement, Operation, Rollback, transactions

LATE_AFTER = 500
"""From this many other transactions on, a repetition within a scenario counts as late.

The scenarios about ordinary repetitions have a few dozen in between, and the one about late repetitions a thousand.
"""
LONGEST_COMMAND_SECONDS = 120.0
"""How long the command may take. A container needs seconds, and a JVM up to a minute."""
PAUSE_SECONDS = 0.1
_MOST_SHOWN = 300


class RestartFailed(Exception):
    """The wallet could not be restarted. The text names the command, the reason and the remedy."""


@dataclass(slots=True)
class Restarts:
    """Restarts the wallet and counts how often. Without a function it does nothing."""

    by: Callable[[], None] | None = None
    """Restarts the wallet and returns when it answers. Raises RestartFailed."""
    count: int = 0
    seconds: float = 0.0
    """How long the restarts took in all, those that failed among them."""
    now: Callable[[], float] = time.monotonic

    def restart(self) -> bool:
        """Restart the wallet. False if there is no way to do so. Raises RestartFailed."""
        if self.by is None:
            return False
        begun = self.now()
        try:
            self.by()
        finally:
            self.seconds += self.now() - begun
        self.count += 1
        return True


@dataclass(slots=True)
class Repetitions:
    """How late each repetition within one scenario is."""

    now_ms: Callable[[], int]
    """The clock, in Unix milliseconds."""
    restarts: int = 0
    _sent: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By transaction id: the number of ids sent before, the number of restarts, and the time, at its first sending."""

    def note(self, operation: Operation) -> None:
        """Remember what is sent."""
        for id in _ids(operation):
            self._sent.setdefault(id, (len(self._sent), self.restarts, self.now_ms()))

    def late(self, operation: Operation) -> Lateness | None:
        """How late it is to send the operation again. None if that is not late."""
        first = [self._sent[id] for id in _ids(operation) if id in self._sent]
        if not first:
            return None
        number, restarts, at_ms = min(first)
        others, since = len(self._sent) - number - len(first), self.restarts - restarts
        if not since and others < LATE_AFTER:
            return None
        return Lateness(milliseconds=self.now_ms() - at_ms, transactions=others, restarts=since)


def _ids(operation: Operation) -> Iterable[str]:
    return {each.id for each in transactions(operation) if isinstance(each, Movement | Rollback)}


def by_command(command: str, answers: Callable[[], bool], seconds: float) -> Callable[[], None]:
    """A function that runs the command and waits until the wallet answers again, for at most that many seconds."""

    def restart() -> None:
        _run(command)
        until_it_answers(answers, seconds)

    return restart


def until_it_answers(answers: Callable[[], bool], seconds: float) -> None:
    """Wait until the wallet answers again. Raises RestartFailed if it does not within that many seconds."""
    deadline = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > deadline:
            raise RestartFailed(
                f"the wallet has not answered for {seconds:g} s after hooks.restart: look into its log, let the "
                "command end only when the wallet has been started, or raise limits.recovery_seconds"
            )
        time.sleep(PAUSE_SECONDS)


def _run(command: str) -> None:
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=LONGEST_COMMAND_SECONDS,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise RestartFailed(f"hooks.restart cannot be run: {error}: correct the command ({command})") from None
    except subprocess.TimeoutExpired:
        raise RestartFailed(
            f"hooks.restart has not ended after {LONGEST_COMMAND_SECONDS:g} s: it must start the wallet in the "
            f"background and end ({command})"
        ) from None
    if done.returncode:
        said = clipped_before(" ".join(done.stderr.split()), _MOST_SHOWN)
        raise RestartFailed(
            f"hooks.restart ended with status {done.returncode}{f' and said {said!r}' if said else ''}: run it by hand "
            f"({command})"
        )
