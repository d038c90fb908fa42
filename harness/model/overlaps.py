"""Refusals of a transaction whose first sending may still have run, because its answer was lost.

The wallet may lock the transaction until it has processed the first sending. Whether the first sending took effect is
known once the transaction is sent again after the refusal.
"""

from __future__ import annotations

from collections.abc import Hashable

from harness.model.operations import Movement, Rollback, Single, id_of, transactions
from harness.model.wire import Alteration, Exchange, FailureKind, Loss
from harness.model.words import Outcome

_ANSWERED_BADLY = frozenset({FailureKind.GARBAGE, FailureKind.HTTP_2, FailureKind.MALFORMED, FailureKind.TOO_LARGE})
"""Failures after which the wallet had answered: it does not process the request any more."""


class Overlaps:
    """The transactions of a history whose answers were lost, and the refusals that may overlap them.

    A refusal overlaps if it is the first one after the loss, and the next sending of the transaction was accepted.
    Requests of a race, and requests with a deliberate mistake, do not count.
    """

    def __init__(self) -> None:
        """No exchange is known yet."""
        self.refusals: set[tuple[int, str]] = set()
        """The refusals that overlap: the index of the exchange, and the transaction id."""
        self.refused_last = False
        """True if the last exchange refused a transaction whose answer was lost, for the first time.

        Another sending shows the fate of the transaction.
        """
        self._refused_at: dict[Hashable, int | None] = {}
        """By sending: the index of the exchange that refused it after its answer was lost, None without a refusal."""

    def has(self, index: int, transaction_id: str) -> bool:
        """True if the exchange with this index is an overlapping refusal of the transaction."""
        return (index, transaction_id) in self.refusals

    @property
    def exchanges(self) -> frozenset[int]:
        """The indices of the exchanges with an overlapping refusal."""
        return frozenset(index for index, _ in self.refusals)

    def add(self, index: int, exchange: Exchange) -> None:
        """Take the next exchange of the history, which has this index."""
        self.refused_last = False
        if exchange.absent or exchange.alteration != Alteration():
            return
        if is_unanswered(exchange):
            lost = [_sending(item) for item in transactions(exchange.operation)] if _may_act(exchange) else []
            for sending in lost:
                if sending is not None:
                    self._refused_at.setdefault(sending, None)
        elif self._refused_at:
            for item in transactions(exchange.operation):
                self._answer(index, exchange, item)

    def _answer(self, index: int, exchange: Exchange, item: Single) -> None:
        """Take the answer to one transaction."""
        sending = _sending(item)
        if sending not in self._refused_at:
            return
        refused_at = self._refused_at[sending]
        is_accepted = _accepts(exchange, item)
        if exchange.race is None and not is_accepted and refused_at is None:
            self._refused_at[sending] = index
            self.refused_last = True
        elif refused_at != index:  # Otherwise the batch has this transaction twice.
            del self._refused_at[sending]
            if exchange.race is None and is_accepted and refused_at is not None:
                self.refusals.add((refused_at, id_of(item)))


def is_unanswered(exchange: Exchange) -> bool:
    """True if there is no answer to the request, so that the wallet may still process it."""
    failure = exchange.transmission.failure
    if exchange.loss is not None or exchange.repeated:
        return True
    return exchange.transmission.received is None and (failure is None or failure.kind not in _ANSWERED_BADLY)


def _may_act(exchange: Exchange) -> bool:
    failure = exchange.transmission.failure
    return exchange.loss is not Loss.HALF_REQUEST and (failure is None or not failure.never_sent)


def _sending(item: Single) -> Hashable | None:
    """What makes two transactions sendings of one. None for a read."""
    match item:
        case Movement():
            return type(item).__name__, item.player, item.id, item.amount
        case Rollback():
            return "Rollback", item.player, item.id, item.original
    return None


def _accepts(exchange: Exchange, item: Single) -> bool:
    """True if every answer to this transaction is a success."""
    reply = exchange.reply
    if reply is None:
        return False
    if len(transactions(exchange.operation)) == 1:
        return exchange.succeeded
    answers = [each for each in reply.items if each.id == id_of(item)]
    return bool(answers) and all(each.outcome is Outcome.OK for each in answers)
