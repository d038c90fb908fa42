"""The connection to the wallet: sends requests, notes lost answers, and decides what the platform knows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.client import Call, Client
from harness.contracts.shared.day import Sending, SendTogether, TransactionState
from harness.model import Batch, Exchange, FailureKind, Loss, Operation, Outcome, Single, id_of
from harness.play.runner import PREPARATION, Capabilities

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)
_WAYS = (Loss.AFTER_SENDING, Loss.HALF_ANSWER, Loss.HALF_REQUEST)
MOST_UNANSWERED = 20
"""The day ends after this many requests in a row that the wallet did not answer."""


class WentSilent(Exception):
    """The wallet does not answer any more."""


@dataclass(frozen=True, slots=True)
class ConnectionQuality:
    """The quality of the connection: `lost_percent` of all answers are lost on purpose."""

    lost_percent: int = 5


@dataclass(slots=True)
class Line:
    """Sends operations to the wallet and records every exchange."""

    client: Client
    capabilities: Capabilities
    connection: ConnectionQuality
    chance: random.Random
    exchanges: list[Exchange] = field(default_factory=list)
    lost: int = 0
    repeated: int = 0
    _unanswered: int = 0

    def has(self, name: str) -> bool:
        """True unless an answer has shown that the wallet lacks the operation."""
        return self.capabilities.has(self.client.contract, name)

    def send(self, operation: Operation, *, certainly: bool = False, step: int = PREPARATION) -> Exchange:
        """Send once. The answer may be lost on purpose, unless it is to arrive `certainly`. Raises WentSilent."""
        lost = not certainly and self.chance.randrange(100) < self.connection.lost_percent
        loss = self.chance.choice(_WAYS) if lost else None
        exchange = self.client.call(Call(operation=operation, loss=loss, step=step))
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
        exchanges = self.client.race([Call(operation=each, step=PREPARATION) for each in operations])
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
        if failure is not None and silent and (failure.never_sent or self._unanswered >= MOST_UNANSWERED):
            raise WentSilent(failure.detail)


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
