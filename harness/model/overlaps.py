"""Refusals of a transaction whose first sending may still have run, because its answer was lost.

The wallet may lock the transaction until it has processed the first sending. Whether the first sending took effect is
known once the transaction is sent again after the refusal.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from harness.model.operations import Bet, Movement, Rollback, Single, id_of, transactions
from harness.model.wire import Alteration, Exchange, FailureKind, Loss
from harness.model.words import Outcome

_OF_A_GATEWAY = frozenset({502, 504})
"""Statuses with which a gateway answers while the wallet behind it may still process the request."""
_ANSWERED_BADLY = frozenset({FailureKind.GARBAGE, FailureKind.HTTP_2, FailureKind.MALFORMED, FailureKind.TOO_LARGE})
"""Failures after which the wallet had answered: it does not process the request any more."""


class Overlaps:
    """The transactions of a history whose answers were lost, and the refusals that may overlap them.

    The first refusal after the loss overlaps if the next sending of the transaction was accepted. So do refusals of
    sendings that the runner has added. Requests of a race, and requests with a deliberate mistake, do not count.

    A rollback overlaps the bet that it undoes while nothing shows the fate of that bet.
    """

    def __init__(self) -> None:
        """No exchange is known yet."""
        self.refusals: set[tuple[int, str]] = set()
        """The refusals that overlap: the index of the exchange, and the transaction id."""
        self.refused_last = False
        """True if the last exchange refused a transaction whose answer was lost, and the first sending may still run.

        Another sending shows the fate of the transaction.
        """
        self._refused_at: dict[Hashable, tuple[int, ...]] = {}
        """By sending: the indices of the exchanges that refused it after its answer was lost."""
        self._running: set[tuple[str, str]] = set()
        """The players and ids of bets whose fate no answer has shown."""

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
        items = transactions(exchange.operation)
        is_lost = is_unanswered(exchange)
        if is_lost and not _may_act(exchange):
            return
        if not is_lost and not self._refused_at:
            return
        accepted = _accepted(exchange, items)
        for item in items:
            by_gateway = exchange.loss is None and exchange.transmission.received is not None
            if is_lost and not (by_gateway and _sending(item) in self._refused_at):
                self._lose(item)
            else:
                self._answer(index, exchange, item, is_accepted=id_of(item) in accepted)

    def _lose(self, item: Single) -> None:
        """Take a transaction without an answer."""
        sending = _sending(item)
        if sending is not None:
            self._refused_at.setdefault(sending, ())
        if isinstance(item, Bet):
            self._running.add((item.player, item.id))

    def _answer(self, index: int, exchange: Exchange, item: Single, *, is_accepted: bool) -> None:
        """Take the answer to one transaction."""
        sending = _sending(item)
        if isinstance(item, Rollback) and (item.player, item.original) in self._running:
            self._refused_at.setdefault(sending, ())
        if sending not in self._refused_at:
            return
        refused_at = self._refused_at[sending]
        if index in refused_at:
            return  # The batch has this transaction twice.
        if exchange.race is None and not is_accepted and (not refused_at or not exchange.line):
            self._refused_at[sending] = (*refused_at, index)
            self.refused_last = True
            return
        del self._refused_at[sending]
        self._running -= _bets_of(item)
        if exchange.race is None and is_accepted:
            self.refusals.update((each, id_of(item)) for each in refused_at)


def _bets_of(item: Single) -> frozenset[tuple[str, str]]:
    """The player and the id of the bet whose fate an answer to this transaction shows."""
    match item:
        case Bet():
            return frozenset({(item.player, item.id)})
        case Rollback():
            return frozenset({(item.player, item.original)})
    return frozenset()


def is_unanswered(exchange: Exchange) -> bool:
    """True if there is no answer to the request, so that the wallet may still process it."""
    failure, received = exchange.transmission.failure, exchange.transmission.received
    if exchange.loss is not None or exchange.repeated:
        return True
    if received is not None and received.status in _OF_A_GATEWAY:
        return exchange.reply is None
    return received is None and (failure is None or failure.kind not in _ANSWERED_BADLY)


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


def _accepted(exchange: Exchange, items: Sequence[Single]) -> frozenset[str]:
    """The ids of the transactions of which every answer is a success."""
    reply = exchange.reply
    if reply is None:
        return frozenset()
    if len(items) == 1:
        return frozenset({id_of(items[0])} if exchange.succeeded else ())
    refused = {each.id for each in reply.items if each.outcome is not Outcome.OK}
    return frozenset(each.id for each in reply.items if each.id is not None) - refused
