"""The facts of one violation, as the rules of diagnosis ask for them. Amounts are in hundred-thousandths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from harness.contracts import Contract
from harness.model import (
    Amount,
    Bet,
    Exchange,
    History,
    Movement,
    Outcome,
    Problem,
    Rollback,
    Single,
    Unsettle,
    Verdict,
    transactions,
)
from harness.verdict.checks import Standing


@dataclass(frozen=True, slots=True)
class Cause:
    """A probable cause in the wallet. Code decides on its `id`; `sentence` says it, and `fix` says what to change.

    A sentence may name numbers or fields of the case: causes with one id are the same mistake.
    """

    id: str
    sentence: str
    fix: str


@dataclass(frozen=True)
class Case:
    """A verdict with the history and the course of balances behind it."""

    verdict: Verdict
    history: History
    course: tuple[Standing, ...]
    contract: Contract

    @property
    def situation(self) -> str:
        """What the blamed step was, without the narrowing word."""
        return self.verdict.situation.partition(".")[0]

    @property
    def narrowed(self) -> str:
        """The narrowing word, such as a forgery's name."""
        return self.verdict.situation.partition(".")[2]

    @cached_property
    def exchange(self) -> Exchange | None:
        """The exchange that is blamed."""
        index = self.index
        return self.history.exchanges[index] if index is not None else None

    @property
    def problem(self) -> Problem | None:
        """What is wrong with the form of the answer, where the verdict is about that."""
        place = self.verdict.problem
        return None if place is None or self.exchange is None else self.exchange.problems[place]

    @property
    def index(self) -> int | None:
        """Of the exchange that is blamed."""
        return self.verdict.accused if self.verdict.accused is not None else self.verdict.exchange

    @cached_property
    def items(self) -> tuple[Single, ...]:
        """The transactions of the blamed exchange that belong to the player."""
        if self.exchange is None:
            return ()
        return tuple(each for each in transactions(self.exchange.operation) if each.player == self.verdict.player)

    @cached_property
    def outcome(self) -> Outcome | None:
        """What was answered to the blamed transaction; of a batch that was refused as a whole, to the batch."""
        reply = self.exchange.reply if self.exchange is not None else None
        if reply is None:
            return None
        ids = {getattr(each, "id", None) for each in self.items}
        single = reply.items[0].outcome if len(reply.items) == 1 else None
        return next((each.outcome for each in reply.items if each.id in ids), single or reply.outcome)

    @property
    def knows_part_of_the_batch(self) -> bool:
        """Whether the blamed batch holds a transaction that was sent before."""
        index = self.index or 0
        before = {each for exchange in self.history.exchanges[:index] for each in _ids(exchange)}
        return self.exchange is not None and bool(before & set(_ids(self.exchange)))

    @cached_property
    def here(self) -> Standing | None:
        """Where the wrong balance was seen."""
        mine = [each for each in self.course if each.player == self.verdict.player]
        at = [each for each in mine if each.exchange == self.verdict.exchange]
        wrong = [each for each in at if each.shown is not None and each.expected and each.shown not in each.expected]
        return next(iter(wrong or at), None)

    @property
    def shown(self) -> Amount | None:
        """The balance that was shown there."""
        return self.here.shown if self.here is not None else None

    @property
    def expected(self) -> tuple[Amount, ...]:
        """The balances that could have been shown there."""
        return self.here.expected if self.here is not None else ()

    @property
    def wrong_balance(self) -> bool:
        """Whether a balance was shown that cannot be."""
        return self.shown is not None and bool(self.expected) and self.shown not in self.expected

    @cached_property
    def before(self) -> Amount | None:
        """The one balance that the player had before the blamed step; None when it is not certain."""
        index = self.index
        earlier = [each for each in self.course if each.player == self.verdict.player and each.exchange < (index or 0)]
        if earlier:
            last = earlier[-1].expected
            return last[0] if len(last) == 1 else None
        return next((each.balance for each in self.history.players if each.id == self.verdict.player), None)

    @cached_property
    def change(self) -> Amount:
        """By how much the blamed step moves the balance if it is booked once: credits positive."""
        return sum((signed(each) for each in self.items), 0)

    @cached_property
    def sent_before(self) -> tuple[int, ...]:
        """Indices of earlier exchanges with a transaction of the same id, for whichever player."""
        return self.sent_until(self.index or 0)

    def sent_until(self, index: int) -> tuple[int, ...]:
        """Indices of the exchanges before that one which have a transaction of the same id."""
        ids = {getattr(each, "id", None) for each in self.items} - {None}
        return tuple(at for at, each in enumerate(self.history.exchanges[:index]) if ids & set(_ids(each)))

    def took_part(self, player: str) -> bool:
        """Whether the wallet was asked anything about a player before the wrong balance was seen."""
        asked = self.history.exchanges[: (self.verdict.exchange or 0) + 1]
        operations = [item for each in asked for item in transactions(each.operation)]
        return any(each.player == player for each in operations)

    def moved_later(self, before: Amount) -> bool | None:
        """Whether the player's next answer shows that the blamed step was booked; None when it does not say."""
        for each in self.history.exchanges[(self.verdict.exchange or 0) + 1 :]:
            items = transactions(each.operation)
            mine = [item for item in items if item.player == self.verdict.player]
            if mine and each.reply is not None and each.reply.items and len(items) == 1:
                answer, further = each.reply.items[0], signed(mine[0])
                if answer.outcome is not Outcome.OK or answer.balance is None:
                    return None
                if answer.balance in {before + self.change, before + self.change + further}:
                    return True
                return False if answer.balance in {before, before + further} else None
        return None


def signed(item: object) -> Amount:
    """What a transaction adds to the balance; of a rollback that is not known from itself, and told as 0."""
    if isinstance(item, Bet | Unsettle):
        return -item.amount
    return item.amount if isinstance(item, Movement) else 0


def _ids(exchange: Exchange) -> Iterator[str]:
    for each in transactions(exchange.operation):
        if isinstance(each, Movement | Rollback):
            yield each.id


def accepted(exchange: Exchange) -> bool:
    """Whether everything in it was answered with success."""
    reply = exchange.reply
    return reply is not None and reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)
