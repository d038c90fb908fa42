"""The connection to the wallet: sends requests, notes lost answers, and decides what the platform knows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.client import Call, Client
from harness.contracts.shared.day import Sending, SendTogether, TransactionState
from harness.model import Batch, Exchange, FailureKind, Loss, Operation, Outcome, Single, id_of
from harness.play.recovery import Ask, Recovery
from harness.play.runner import PREPARATION, Capabilities
from harness.play.sending import SHORTEST_SECONDS
from harness.play.slow_answers import SlowAnswers

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)
_WAYS = (Loss.AFTER_SENDING, Loss.HALF_ANSWER, Loss.HALF_REQUEST)
MOST_UNANSWERED = 20
"""The day ends after this many requests in a row that the wallet did not answer, or connections that it refused."""
LONGEST_DAY_SECONDS = 1800.0
"""How long the days may take, unless the operator has set another time."""


class WentSilent(Exception):
    """The day cannot go on: the wallet does not answer any more, or the time for it is over. The text says which."""


@dataclass(frozen=True, slots=True)
class ConnectionQuality:
    """The quality of the connection: `lost_percent` of all answers are lost on purpose."""

    lost_percent: int = 5


@dataclass(slots=True)
class Line:
    """Sends operations to the wallet and records every exchange.

    A wallet that has stopped answering is waited for, because somebody may restart it.
    """

    client: Client
    capabilities: Capabilities
    connection: ConnectionQuality
    chance: random.Random
    recovery: Recovery = field(default_factory=lambda: Recovery(0))
    ask: Ask | None = None
    """Sends a harmless request. Without it a wallet that refuses a connection is not waited for."""
    seconds: float = LONGEST_DAY_SECONDS
    """How long the days may take, in seconds of `now`."""
    now: Callable[[], float] = time.monotonic
    away: list[float] = field(default_factory=list)
    """How long the wallet was away, each time, in seconds."""
    waits: SlowAnswers = field(default_factory=SlowAnswers)
    exchanges: list[Exchange] = field(default_factory=list)
    lost: int = 0
    repeated: int = 0
    _unanswered: int = 0
    _refused: int = 0
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the time of the days."""
        self._end = self.now() + self.seconds

    def has(self, name: str) -> bool:
        """True unless an answer has shown that the wallet lacks the operation."""
        return self.capabilities.has(self.client.contract, name)

    def send(self, operation: Operation, *, certainly: bool = False, step: int = PREPARATION) -> Exchange:
        """Send once. The answer may be lost on purpose, unless it is to arrive `certainly`. Raises WentSilent."""
        self._in_time()
        lost = not certainly and self.chance.randrange(100) < self.connection.lost_percent
        loss = self.chance.choice(_WAYS) if lost else None
        exchange = self.client.call(Call(operation=operation, loss=loss, step=step), at_most_seconds=self._left)
        self._cut_off([exchange])
        self._note(exchange)
        return exchange

    def send_until_answered(self, operation: Operation, times: int) -> Exchange:
        """Send, and send the same body again while no answer comes, at most `times` in all. Raises WentSilent."""
        exchange = self.send(operation)
        for _ in range(times - 1):
            if exchange.reply is not None or exchange.absent:
                break
            self.repeated += 1
            exchange = self.send(operation)
        return exchange

    def send_together(self, operations: Sequence[Operation]) -> tuple[Exchange, ...]:
        """Send all operations at once, each on a connection of its own. Raises WentSilent."""
        self._in_time()
        calls = [Call(operation=each, step=PREPARATION) for each in operations]
        exchanges = self.client.race(calls, at_most_seconds=self._left)
        self._cut_off(exchanges)
        for exchange in exchanges:
            self._note(exchange)
        return exchanges

    def carry(self, wish: Sending | SendTogether) -> tuple[TransactionState, ...]:
        """Send a message of a course and return the fate of each transaction. Raises WentSilent."""
        if isinstance(wish, SendTogether):
            return tuple(fate(exchange) for exchange in self.send_together(wish.operations))
        exchange = self.send_until_answered(wish.operation, wish.times)
        items = wish.operation.items if isinstance(wish.operation, Batch) else None
        return (fate(exchange),) if items is None else tuple(fates(exchange, items))

    def _note(self, exchange: Exchange) -> None:
        if exchange.absent:
            self.capabilities.absent.add(exchange.name)
            return
        self.exchanges.append(exchange)
        self.lost += exchange.loss is not None
        failure = exchange.transmission.failure
        silent = failure is not None and failure.kind in _GAVE_UP
        self._unanswered = self._unanswered + 1 if silent else 0
        if failure is None or not silent:
            return
        if self._unanswered >= MOST_UNANSWERED:
            raise WentSilent(failure.detail)
        if failure.never_sent:
            self._wait_for_wallet(failure.detail)
            # The wallet never had this request, so there is nothing to judge.
            self.exchanges.pop()

    def _wait_for_wallet(self, detail: str) -> None:
        """Wait until the wallet answers again. Raises WentSilent if it stays away."""
        self._refused += 1
        gives_up = self.ask is None or self._refused >= MOST_UNANSWERED
        waited = None if gives_up or self.ask is None else self.recovery.wait(self.ask, until=self._end)
        if waited is None:
            raise WentSilent(detail)
        self.away += [waited] if waited else []

    @property
    def _left(self) -> float:
        """How many seconds the days may still last, at least `SHORTEST_SECONDS`."""
        return max(SHORTEST_SECONDS, self._end - self.now())

    def _cut_off(self, exchanges: Sequence[Exchange]) -> None:
        """Raise WentSilent if the end of the days has cut off the wait for an answer.

        The wallet had no time for the answer.
        """
        self.waits.note(exchanges)
        failures = [each.transmission.failure for each in exchanges]
        if any(each is not None and each.kind is FailureKind.TIME_OUT for each in failures):
            self._in_time()

    def _in_time(self) -> None:
        """Raise WentSilent if the time for the days is over."""
        if self.now() >= self._end:
            longest = self.waits.longest()
            raise WentSilent(
                f"broken off after {self.seconds:g} seconds, because the wallet answers too slowly or not at all: "
                f"{f'{longest}; ' if longest else ''}allow more with limits.run_seconds, or play fewer rounds"
            )


def fate(exchange: Exchange) -> TransactionState:
    """The fate of a single operation."""
    reply = exchange.reply
    if reply is None:
        return TransactionState.REFUSED if exchange.absent else TransactionState.UNKNOWN
    outcome = reply.items[0].outcome if reply.items else reply.outcome
    return TransactionState.ACCEPTED if outcome is Outcome.OK else TransactionState.REFUSED


def fates(exchange: Exchange, items: Sequence[Single]) -> list[TransactionState]:
    """The fate of each item of a batch. An item that the answer leaves out is unknown."""
    reply = exchange.reply
    if reply is None:
        return [TransactionState.REFUSED if exchange.absent else TransactionState.UNKNOWN] * len(items)
    outcomes = {each.id: each.outcome for each in reply.items}
    whole = None if reply.items or reply.accepted else reply.outcome
    found = [outcomes.get(id_of(item), whole) for item in items]
    return [
        TransactionState.UNKNOWN
        if each is None
        else TransactionState.ACCEPTED
        if each is Outcome.OK
        else TransactionState.REFUSED
        for each in found
    ]
