"""The line to the wallet: what is said, whether an answer came, and what the platform makes of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.client import Call, Client
from harness.contracts.shared.day import Fate, Sending, SendTogether
from harness.model import Exchange, FailureKind, Loss, Operation, Outcome, Single
from harness.play.runner import PREPARATION, Capabilities

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)
_WAYS = (Loss.AFTER_SENDING, Loss.HALF_ANSWER, Loss.HALF_REQUEST)
MOST_UNANSWERED = 20
"""After so many requests in a row that the wallet did not answer by itself, the day is broken off."""


class WentSilent(Exception):
    """The wallet has stopped answering."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad the line is: `lost_percent` of all answers are lost on purpose."""

    lost_percent: int = 5


@dataclass(slots=True)
class Line:
    """Carries operations to the wallet and remembers every exchange."""

    client: Client
    capabilities: Capabilities
    weather: Weather
    chance: random.Random
    exchanges: list[Exchange] = field(default_factory=list)
    lost: int = 0
    repeated: int = 0
    _unanswered: int = 0

    def has(self, name: str) -> bool:
        """Whether the wallet has an operation, as far as was seen."""
        return self.capabilities.has(self.client.contract, name)

    def say(self, operation: Operation, *, certainly: bool = False, step: int = PREPARATION) -> Exchange:
        """Ask once; the weather may lose the answer, unless it is to arrive `certainly`. Raises WentSilent."""
        stormy = not certainly and self.chance.randrange(100) < self.weather.lost_percent
        loss = self.chance.choice(_WAYS) if stormy else None
        exchange = self.client.call(Call(operation=operation, loss=loss, step=step))
        self._note(exchange)
        return exchange

    def insist(self, operation: Operation, times: int) -> Exchange:
        """Ask, and ask again with the same body while no answer comes, `times` in all. Raises WentSilent."""
        exchange = self.say(operation)
        for _ in range(times - 1):
            if exchange.reply is not None or exchange.absent:
                break
            self.repeated += 1
            exchange = self.say(operation)
        return exchange

    def say_together(self, operations: Sequence[Operation]) -> tuple[Exchange, ...]:
        """Ask for all of them at once, each on a connection of its own. Raises WentSilent."""
        exchanges = self.client.race([Call(operation=each, step=PREPARATION) for each in operations])
        for exchange in exchanges:
            self._note(exchange)
        return exchanges

    def carry(self, wish: Sending | SendTogether) -> tuple[Fate, ...]:
        """Send what a day's course wishes to send, and say what became of each transaction. Raises WentSilent."""
        if isinstance(wish, SendTogether):
            return tuple(fate(exchange) for exchange in self.say_together(wish.operations))
        exchange = self.insist(wish.operation, wish.times)
        items = getattr(wish.operation, "items", None)
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


def fate(exchange: Exchange) -> Fate:
    """What became of a single operation."""
    reply = exchange.reply
    if reply is None:
        return Fate.REFUSED if exchange.absent else Fate.UNKNOWN
    outcome = reply.items[0].outcome if reply.items else reply.outcome
    return Fate.ACCEPTED if outcome is Outcome.OK else Fate.REFUSED


def fates(exchange: Exchange, items: Sequence[Single]) -> list[Fate]:
    """What became of each item of a batch; one that the answer leaves out is unknown."""
    reply = exchange.reply
    if reply is None:
        return [Fate.REFUSED if exchange.absent else Fate.UNKNOWN] * len(items)
    told = {each.id: each.outcome for each in reply.items}
    whole = None if reply.items or reply.accepted else reply.outcome
    found = [told.get(getattr(item, "id", None), whole) for item in items]
    return [Fate.UNKNOWN if each is None else Fate.ACCEPTED if each is Outcome.OK else Fate.REFUSED for each in found]
