"""A player's account as the oracle's tests tell of it: what a wallet answers, and what no sound wallet can answer.

Amounts are small whole numbers, so that a reader can add them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.ledger import Book, Event, Finding, Judgement, Terms, judge, lost
from harness.model import (
    Amount,
    Bet,
    GetBalance,
    Payout,
    Policy,
    Reward,
    Rollback,
    Single,
    Situation,
    Unsettle,
)

PLAYER = "anna"
_OPERATIONS: dict[type, str] = {
    Bet: "bet",
    Payout: "payout",
    Reward: "reward",
    Unsettle: "unsettlement",
    Rollback: "rollbackbet",
    GetBalance: "balance",
}


def bet(id: str, amount: Amount, bet: str = "", **fields: str) -> Bet:
    return Bet(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet, **fields)  # type: ignore[arg-type]


def pay(id: str, amount: Amount, bet: str = "", **fields: str) -> Payout:
    return Payout(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet, **fields)  # type: ignore[arg-type]


def reward(id: str, amount: Amount) -> Reward:
    return Reward(id=id, player=PLAYER, currency="EUR", amount=amount)


def unsettle(id: str, amount: Amount, bet: str = "") -> Unsettle:
    return Unsettle(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet)


def rollback(id: str, original: str, bet: str = "") -> Rollback:
    return Rollback(id=id, original=original, bet=bet, player=PLAYER)


READ = GetBalance(player=PLAYER)


def event(item: Single, balance: Amount | None = None, *, accepted: bool = True, **terms: Any) -> Event:
    """An answered operation. In a race all events have the same interval unless `at` says otherwise."""
    start, end = terms.pop("at", (0, 10))
    exchange = terms.pop("exchange", 0)
    terms.setdefault("operation", _OPERATIONS[type(item)])
    terms.setdefault("policy", {})
    return Event(
        item=item,
        terms=Terms(**terms),
        accepted=accepted,
        balance=balance,
        start=start,
        end=end,
        exchange=exchange,
    )


def refusal(item: Single, **terms: Any) -> Event:
    return event(item, accepted=False, **terms)


class Account:
    """The books of one player while a wallet answers, step by step."""

    def __init__(self, balance: Amount, policy: Policy | None = None, **book: Any) -> None:
        self.books: tuple[Book, ...] = (Book(balance, **book),)
        self.policy = policy or {}

    def _judge(self, events: Sequence[Event], *, racing: bool) -> Judgement:
        judgement = judge(self.books, events, racing=racing)
        assert not judgement.undecided
        return judgement

    def _one(self, item: Single, balance: Amount | None, *, accepted: bool, **terms: Any) -> Judgement:
        told = event(item, balance, accepted=accepted, **{"policy": self.policy, **terms})
        return self._judge([told], racing=False)

    def _take(self, judgement: Judgement) -> Judgement:
        assert judgement.finding is None, judgement.finding
        assert judgement.books
        self.books = judgement.books
        return judgement

    def answers(self, item: Single, balance: Amount | None = None, **terms: Any) -> Judgement:
        """The wallet answers with success and this balance: a sound one may."""
        return self._take(self._one(item, balance, accepted=True, **terms))

    def refuses(self, item: Single, **terms: Any) -> Judgement:
        """The wallet refuses: a sound one may."""
        return self._take(self._one(item, None, accepted=False, **terms))

    def loses(self, item: Single, **terms: Any) -> None:
        """The answer is lost: the wallet has acted, or not, or will."""
        self.books = lost(self.books, event(item, **{"policy": self.policy, **terms}))

    def cannot_answer(self, item: Single, balance: Amount | None = None, **terms: Any) -> Finding:
        """No sound wallet could answer with success and this balance."""
        finding = self._one(item, balance, accepted=True, **terms).finding
        assert finding is not None
        return finding

    def cannot_refuse(self, item: Single, **terms: Any) -> Finding:
        """No sound wallet could refuse."""
        finding = self._one(item, None, accepted=False, **terms).finding
        assert finding is not None
        return finding

    def holds(self, balance: Amount) -> None:
        """A read shows this balance, and could show no other near it."""
        for other in (balance - 1, balance + 1):
            self.cannot_answer(READ, other)
        self.answers(READ, balance)

    def batch(self, *events: Event) -> Judgement:
        """The wallet answers the items of one batch: a sound one may."""
        return self._take(self._judge(events, racing=False))

    def cannot_batch(self, *events: Event) -> Finding:
        finding = self._judge(events, racing=False).finding
        assert finding is not None
        return finding

    def race(self, *events: Event) -> Judgement:
        """The wallet answers concurrent events: a sound one may."""
        return self._take(self._judge(events, racing=True))

    def cannot_race(self, *events: Event) -> Finding:
        finding = self._judge(events, racing=True).finding
        assert finding is not None
        return finding


def situation(judgement: Judgement) -> Situation:
    """What the only event was to the wallet."""
    (only,) = judgement.situations
    return only
