"""A player's account for the tests of the oracle: what a wallet answers, and what no sound wallet can answer.

Amounts are small whole numbers, so that a reader can add them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oracle_requests import READ, terms

from harness.model import Amount, Policy, Single, Situation
from harness.oracle import Belief, Book, Event, Finding, Judgement, judge, lost


def event(item: Single, balance: Amount | None = None, *, accepted: bool = True, **facts: Any) -> Event:
    """An answered request. In a race all events have the same interval unless `at` says otherwise."""
    start, end = facts.pop("at", (0, 10))
    exchange = facts.pop("exchange", 0)
    return Event(
        item=item,
        terms=terms(item, **facts),
        accepted=accepted,
        balance=balance,
        start=start,
        end=end,
        exchange=exchange,
    )


def refusal(item: Single, **facts: Any) -> Event:
    return event(item, accepted=False, **facts)


def believed(balance: Amount, **book: Any) -> Belief:
    """The belief about an account with this book when no answer was lost."""
    return Belief(Book(balance, **book))


class Account:
    """The belief about one player's account, step by step as a wallet answers."""

    def __init__(self, balance: Amount, policy: Policy | None = None, **book: Any) -> None:
        self.beliefs: tuple[Belief, ...] = (believed(balance, **book),)
        self.policy = policy or {}

    def _judge(self, events: Sequence[Event], *, racing: bool) -> Judgement:
        judgement = judge(self.beliefs, events, racing=racing)
        assert not judgement.undecided
        return judgement

    def _one(self, item: Single, balance: Amount | None, *, accepted: bool, **facts: Any) -> Judgement:
        answer = event(item, balance, accepted=accepted, **{"policy": self.policy, **facts})
        return self._judge([answer], racing=False)

    def _take(self, judgement: Judgement) -> Judgement:
        assert judgement.finding is None, judgement.finding
        assert judgement.beliefs
        self.beliefs = judgement.beliefs
        return judgement

    def answers(self, item: Single, balance: Amount | None = None, **facts: Any) -> Judgement:
        """The wallet answers with success and this balance, which a sound wallet may do."""
        return self._take(self._one(item, balance, accepted=True, **facts))

    def refuses(self, item: Single, **facts: Any) -> Judgement:
        """The wallet refuses, which a sound wallet may do."""
        return self._take(self._one(item, None, accepted=False, **facts))

    def loses(self, item: Single, **facts: Any) -> None:
        """The answer is lost. The wallet may have acted, may not have acted, or may act later."""
        self.beliefs = lost(self.beliefs, event(item, **{"policy": self.policy, **facts}))

    def cannot_answer(self, item: Single, balance: Amount | None = None, **facts: Any) -> Finding:
        """No sound wallet could answer with success and this balance."""
        finding = self._one(item, balance, accepted=True, **facts).finding
        assert finding is not None
        return finding

    def cannot_refuse(self, item: Single, **facts: Any) -> Finding:
        """No sound wallet could refuse."""
        finding = self._one(item, None, accepted=False, **facts).finding
        assert finding is not None
        return finding

    def holds(self, balance: Amount) -> None:
        """A read shows this balance, and could show no other near it."""
        for other in (balance - 1, balance + 1):
            self.cannot_answer(READ, other)
        self.answers(READ, balance)

    def may_hold(self) -> set[Amount]:
        """The balances that a read may show now, of those below 200."""
        return {each for each in range(200) if judge(self.beliefs, [event(READ, each)]).finding is None}

    def batch(self, *events: Event) -> Judgement:
        """The wallet answers the items of one batch, as a sound wallet may do."""
        return self._take(self._judge(events, racing=False))

    def cannot_batch(self, *events: Event) -> Finding:
        finding = self._judge(events, racing=False).finding
        assert finding is not None
        return finding

    def race(self, *events: Event) -> Judgement:
        """The wallet answers concurrent events, as a sound wallet may do."""
        return self._take(self._judge(events, racing=True))

    def cannot_race(self, *events: Event) -> Finding:
        finding = self._judge(events, racing=True).finding
        assert finding is not None
        return finding


def situation(judgement: Judgement) -> Situation:
    """The situation of the only event."""
    (only,) = judgement.situations
    return only
