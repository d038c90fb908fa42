"""Finds causes for money that is wrong after a race, by the direction and the size of the difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.model import Amount, Bet, Outcome, Payout, Rollback, Single, transactions
from harness.verdict.causes.case import Case, Cause, answered, signed
from harness.verdict.checks import Standing

OVERWRITTEN = Cause(
    "overwrites_balances",
    "transactions that arrive together overwrite each other's balance: it is read, changed, and written back",
    "lock the player's row (SELECT ... FOR UPDATE) before the balance is read, or update it relatively in one "
    "statement",
)
PASSING = Cause(
    "bet_and_rollback_pass",
    "a bet and its rollback, or two rollbacks of one bet, that arrive together pass each other: each looks at the bet "
    "before the other has booked",
    "lock the bet (by its betId, also while it is unknown) from the look to the booking",
)
_BOOKED_AGAIN = Cause(
    "booked_again_in_a_race",
    "transactions that arrive together move more money than all of them: one that meets another is booked twice",
    "undo the first attempt before a transaction is tried again after a conflict, and keep its id in the same "
    "database transaction",
)
_ON_ANOTHER_PLAYER = Cause(
    "booked_on_another_player",
    "of requests that arrive together, the money of one player is booked on another player's account",
    "keep the player of a request with the request: in no field, cache or connection that other requests share",
)


EXACT = frozenset({_BOOKED_AGAIN.id, _ON_ANOTHER_PLAYER.id})
"""The ids of the causes here in which the amounts leave no other reason."""


@dataclass(frozen=True)
class _Raced:
    """What a race may have moved of a player's money, in hundred-thousandths."""

    given: Amount
    taken: Amount
    items: Sequence[Single]


def in_a_race(case: Case) -> Iterator[Cause]:
    """The causes for a race whose money is wrong. A lost update loses movements, and never books one twice."""
    number = case.exchange.race if case.exchange is not None else None
    if number is None:
        yield OVERWRITTEN
        return
    raced = _raced(case, number)
    if _meets_its_rollback(raced.items):
        yield PASSING
    away = _away(case.shown, case.expected)
    if away and all(each > raced.taken or each < -raced.given for each in away):
        yield _BOOKED_AGAIN
    yield OVERWRITTEN


def between_players(case: Case) -> Iterator[Cause]:
    """The cause if a player has another one's money after a race, or two balances are wrong in opposite directions."""
    if case.situation in {"race", "race_of_one"} and (_another_has_it(case) or _has_anothers(case)):
        yield _ON_ANOTHER_PLAYER


def _raced(case: Case, number: int) -> _Raced:
    exchanges = [each for each in case.history.exchanges if each.race == number]
    items = [each for exchange in exchanges for each in transactions(exchange.operation)]
    mine = [each for each in items if each.player == case.verdict.player]
    stakes = {each.id: each.amount for each in _bets(case)}
    refunds = sum(stakes.get(each.original, 0) for each in mine if isinstance(each, Rollback))
    moved = [signed(each) for each in mine]
    given = sum(each for each in moved if each > 0) + refunds
    return _Raced(given, -sum(each for each in moved if each < 0), items)


def _bets(case: Case) -> Iterator[Bet]:
    for exchange in case.history.exchanges:
        for item, answer in answered(exchange):
            if isinstance(item, Bet) and (answer is None or answer.outcome is Outcome.OK):
                yield item


def _meets_its_rollback(items: Sequence[Single]) -> bool:
    """True if a rollback meets its bet, another rollback or a settlement of that bet."""
    undone = [each for each in items if isinstance(each, Rollback)]
    bets = {each.id for each in items if isinstance(each, Bet)}
    settled = {each.bet for each in items if isinstance(each, Payout)}
    twice = len({each.original for each in undone}) < len(undone)
    return twice or any(each.original in bets or {each.bet, each.original} & settled for each in undone)


def _away(shown: Amount | None, expected: Sequence[Amount]) -> list[Amount]:
    """The differences between a shown balance and each balance that was possible; empty if it was one of them."""
    return [] if shown is None or shown in expected else [shown - each for each in expected]


def _has_anothers(case: Case) -> bool:
    """True if the balance is wrong by exactly a raced transaction of another player."""
    number = case.exchange.race if case.exchange is not None else None
    raced = [each for each in case.history.exchanges if number is not None and each.race == number]
    items = [item for each in raced for item in transactions(each.operation)]
    own = {signed(each) for each in items if each.player == case.verdict.player}
    others = {signed(each) for each in items if each.player != case.verdict.player}
    possible = {*(others - own - {-each for each in own})} - {0}
    return bool(possible & {*_away(case.shown, case.expected)})


def _another_has_it(case: Case) -> bool:
    """True if another player's balance is wrong by the same amount in the other direction."""
    missing = {-each for each in _away(case.shown, case.expected)}
    last: dict[str, Standing] = {}
    for each in case.course:
        if each.player != case.verdict.player and each.shown is not None and each.expected:
            last[each.player] = each
    return any(missing & {*_away(each.shown, each.expected)} for each in last.values())
