"""The cause of requests that fail only because others are in flight and hold the same players."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.model import Aspect, Exchange, transactions
from harness.verdict.causes.case import Case, Cause

_DEADLOCK = Cause(
    "deadlock_between_batches",
    "two batches that name the same players in opposite order wait for each other: a deadlock",
    "lock the players of a batch in one order (sorted by id), and repeat what a deadlock has undone",
)
_SERVER_ERROR = 500


def diagnoses(case: Case) -> Iterator[Cause]:
    """The cause of a failure among batches over several players. Other failures give nothing."""
    exchange = case.exchange
    if exchange is None or exchange.race is None:
        return
    received = exchange.transmission.received
    failed = exchange.reply is None and received is not None and received.status >= _SERVER_ERROR
    if not failed and case.verdict.aspect is not Aspect.REFUSED_WITHOUT_NEED:
        return
    mine = _players(exchange)
    others = (each for each in case.history.exchanges if each.race == exchange.race and each is not exchange)
    if any(_in_opposite_order(mine, _players(other)) for other in others):
        yield _DEADLOCK


def _players(exchange: Exchange) -> Sequence[str]:
    """The players of a request, each where it stands first."""
    return tuple(dict.fromkeys(each.player for each in transactions(exchange.operation)))


def _in_opposite_order(one: Sequence[str], other: Sequence[str]) -> bool:
    common = [player for player in one if player in other]
    return common != [player for player in other if player in one]
