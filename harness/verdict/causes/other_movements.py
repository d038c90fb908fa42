"""Finds causes in which a balance is wrong by another known amount: a stake, an earlier win, or a refused debit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.model import Amount, Bet, GetBalance, ItemReply, Movement, Outcome, Payout, Rollback, Single, id_of
from harness.verdict.causes.by_situation import NO_REFUND, STALE_READ
from harness.verdict.causes.case import Case, Cause, answered, signed
from harness.verdict.causes.wrong_balances import BINARY_FLOATS, NOISE, adds_exactly_in_floats

_PLAIN = frozenset({"new", "exact", "zero", "read", "race", "unknown_bet", ""})

LESS_THE_STAKE = Cause(
    "less_the_stake",
    "a win is booked less the stake of its bet",
    "credit the amount of the request as it is: the stake was deducted when the bet was placed, and only then",
)
LESS_WHAT_WAS_PAID = Cause(
    "less_what_was_paid",
    "a credit is booked less what its bet was paid before",
    "credit the amount of the request as it is: the platform has reckoned what was paid before",
)
LESS_BY_THE_STAKE_OR_ROUNDING = Cause(
    "less_by_stake_or_rounding",
    "a win is booked less by a very small amount, which is the stake of its bet: money is counted in binary floating "
    "point, or the stake is taken off",
    "credit the amount of the request as it is, and count money in integers of the smallest unit or in a decimal type",
)
REFUSED_AND_BOOKED_LATER = Cause(
    "refused_and_booked_later",
    "a debit that was refused is booked later, when the balance covers it",
    "end a refused debit with its answer: no queue, no reservation and no retry of the wallet's own",
)
BALANCE_RESTORED = Cause(
    "balance_restored",
    "a rollback writes the balance from before the bet, and loses what has moved since",
    "add the stake of the bet to the balance of now, in one statement",
)

EXACT = frozenset(each.id for each in (LESS_THE_STAKE, LESS_WHAT_WAS_PAID, REFUSED_AND_BOOKED_LATER, BALANCE_RESTORED))
"""The ids of the causes here in which the amounts leave no other reason."""

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    LESS_THE_STAKE.id: frozenset({LESS_BY_THE_STAKE_OR_ROUNDING.id}),
    BINARY_FLOATS.id: frozenset({LESS_BY_THE_STAKE_OR_ROUNDING.id}),
    REFUSED_AND_BOOKED_LATER.id: frozenset({STALE_READ.id}),
    BALANCE_RESTORED.id: frozenset({NO_REFUND.id}),
}
"""By the id of a cause: the ids of the causes that it explains."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """The causes if the difference of the balance is another amount of the same history."""
    if not case.wrong_balance or case.shown is None:
        return
    yield from _refused_before(case, case.shown)
    if case.verdict.accused is None and case.before is not None and not _is_read(case):
        yield from _netted(case, case.shown - case.before)
        yield from _restored(case, case.shown, case.before)


def _is_read(case: Case) -> bool:
    return case.exchange is not None and isinstance(case.exchange.operation, GetBalance)


def _refused_before(case: Case, shown: Amount) -> Iterator[Cause]:
    """The balance lacks exactly a debit that was refused, and a credit came after it.

    An accepted transaction of the same amount leaves it open whether that one was lost, or booked twice.
    """
    if case.situation not in _PLAIN:
        return
    refused: dict[str, Amount] = {}
    funded: set[Amount] = set()
    accepted: set[Amount] = set()
    for item, answer in _until(case, (case.verdict.exchange or 0) + 1):
        change = signed(item)
        if answer is None or answer.outcome is Outcome.OK:
            accepted |= {change, -change}
        if change < 0 and answer is not None and answer.outcome is Outcome.INSUFFICIENT_FUNDS:
            refused[id_of(item)] = change
        elif change < 0:
            refused.pop(id_of(item), None)
        elif change > 0:
            funded |= set(refused.values())
    if any(shown - each in funded - accepted for each in case.expected):
        yield REFUSED_AND_BOOKED_LATER


def _until(case: Case, index: int) -> Iterator[tuple[Single, ItemReply | None]]:
    """The player's transactions in the exchanges before an index, each with its answer."""
    for each in case.history.exchanges[:index]:
        yield from ((item, answer) for item, answer in answered(each) if item.player == case.verdict.player)


def _netted(case: Case, moved: Amount) -> Iterator[Cause]:
    """The credit lacks exactly the stakes of its bets, or what they were paid before."""
    payouts = [each for each in case.items if isinstance(each, Payout)]
    lacking = case.change - moved
    if len(payouts) != len(case.items) or case.situation not in _PLAIN or not 0 < lacking < case.change:
        return
    bets = {each.bet for each in payouts}
    stakes = sum(_amounts(case, Bet, bets))
    if lacking == stakes and (stakes >= NOISE or adds_exactly_in_floats(case)):
        yield LESS_THE_STAKE
    elif lacking == stakes:
        yield LESS_BY_THE_STAKE_OR_ROUNDING
    elif lacking == sum(_amounts(case, Payout, bets)):
        yield LESS_WHAT_WAS_PAID


def _amounts(case: Case, kind: type[Movement], bets: set[str]) -> Iterator[Amount]:
    """The amounts of the player's earlier accepted transactions of a kind that belong to these bets."""
    for item, answer in _until(case, case.index or 0):
        if isinstance(item, kind) and answer is not None and answer.outcome is Outcome.OK:
            own = case.contract.bet_reference(item.id, item.bet) if isinstance(item, Bet) else item.bet
            if own in bets:
                yield item.amount


def _restored(case: Case, shown: Amount, before: Amount) -> Iterator[Cause]:
    asked = case.exchange.operation if case.exchange is not None else None
    if case.situation != "rollback" or not isinstance(asked, Rollback) or shown == before:
        return
    places = [at for at, each in enumerate(case.history.exchanges) if asked.original in _ids(answered(each))]
    if places and shown == _balance_before(case, places[0]):
        yield BALANCE_RESTORED


def _ids(answers: Sequence[tuple[Single, ItemReply | None]]) -> set[str]:
    return {id_of(item) for item, _ in answers if isinstance(item, Bet)}


def _balance_before(case: Case, index: int) -> Amount | None:
    """The player's balance before an exchange; None if several are possible."""
    earlier = [each for each in case.course if each.player == case.verdict.player and each.exchange < index]
    if earlier:
        return earlier[-1].expected[0] if len(earlier[-1].expected) == 1 else None
    return next((each.balance for each in case.history.players if each.id == case.verdict.player), None)
