"""The facts about one violation that the rules of diagnosis need. Amounts are in hundred-thousandths."""

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
    ItemReply,
    Movement,
    Outcome,
    Problem,
    Single,
    Unsettle,
    Verdict,
    id_of,
    transactions,
)
from harness.verdict.checks import Standing


@dataclass(frozen=True, slots=True)
class Cause:
    """A probable cause in the wallet: its id, a sentence for the reader, and the fix.

    Code compares causes by `id`. Their sentences may differ, because they may name numbers or fields of the case.
    """

    id: str
    sentence: str
    fix: str


@dataclass(frozen=True)
class Case:
    """A verdict with its history and the balances from exchange to exchange."""

    verdict: Verdict
    history: History
    course: tuple[Standing, ...]
    contract: Contract

    @property
    def situation(self) -> str:
        """The situation of the blamed step, without the narrowing word."""
        return self.verdict.situation.partition(".")[0]

    @property
    def narrowed(self) -> str:
        """The narrowing word, such as a forgery's name."""
        return self.verdict.situation.partition(".")[2]

    @cached_property
    def exchange(self) -> Exchange | None:
        """The blamed exchange."""
        index = self.index
        return self.history.exchanges[index] if index is not None else None

    @property
    def problem(self) -> Problem | None:
        """The error in the form of the answer, if the verdict is about one."""
        place = self.verdict.problem
        return None if place is None or self.exchange is None else self.exchange.problems[place]

    @property
    def index(self) -> int | None:
        """The index of the blamed exchange."""
        return self.verdict.accused if self.verdict.accused is not None else self.verdict.exchange

    @cached_property
    def items(self) -> tuple[Single, ...]:
        """The player's transactions in the blamed exchange."""
        if self.exchange is None:
            return ()
        return tuple(each for each in transactions(self.exchange.operation) if each.player == self.verdict.player)

    @cached_property
    def outcome(self) -> Outcome | None:
        """The outcome of the blamed transaction, or of its batch if that was refused as a whole."""
        reply = self.exchange.reply if self.exchange is not None else None
        if reply is None:
            return None
        ids = {id_of(each) for each in self.items}
        single = reply.items[0].outcome if len(reply.items) == 1 else None
        return next((each.outcome for each in reply.items if each.id in ids), single or reply.outcome)

    @property
    def knows_part_of_the_batch(self) -> bool:
        """True if the blamed batch has a transaction that was sent before."""
        index = self.index or 0
        before = {each for exchange in self.history.exchanges[:index] for each in _ids(exchange)}
        return self.exchange is not None and bool(before & _ids(self.exchange))

    @cached_property
    def here(self) -> Standing | None:
        """The standing with the wrong balance."""
        mine = [each for each in self.course if each.player == self.verdict.player]
        at = [each for each in mine if each.exchange == self.verdict.exchange]
        wrong = [each for each in at if each.shown is not None and each.expected and each.shown not in each.expected]
        return next(iter(wrong or at), None)

    @property
    def shown(self) -> Amount | None:
        """The balance that the answer shows."""
        return self.here.shown if self.here is not None else None

    @property
    def expected(self) -> tuple[Amount, ...]:
        """The balances that a sound wallet could have shown."""
        return self.here.expected if self.here is not None else ()

    @property
    def wrong_balance(self) -> bool:
        """True if the answer shows an impossible balance."""
        return self.shown is not None and bool(self.expected) and self.shown not in self.expected

    @cached_property
    def before(self) -> Amount | None:
        """The player's balance before the blamed step; None if several are possible."""
        index = self.index
        earlier = [each for each in self.course if each.player == self.verdict.player and each.exchange < (index or 0)]
        if earlier:
            last = earlier[-1].expected
            return last[0] if len(last) == 1 else None
        return next((each.balance for each in self.history.players if each.id == self.verdict.player), None)

    @cached_property
    def change(self) -> Amount:
        """The amount by which the blamed step changes the balance if it is booked once. Credits are positive."""
        return sum((signed(each) for each in self.items), 0)

    @cached_property
    def sent_before(self) -> tuple[int, ...]:
        """The indices of earlier exchanges with a transaction of the same id, of any player."""
        return self.sent_until(self.index or 0)

    def sent_until(self, index: int) -> tuple[int, ...]:
        """The indices of the exchanges before `index` that have a transaction of the same id."""
        ids = {id_of(each) for each in self.items} - {""}
        return tuple(at for at, each in enumerate(self.history.exchanges[:index]) if ids & _ids(each))

    @property
    def comes_again(self) -> bool:
        """True if a later request of the history has a transaction of the same id."""
        index = (self.index or 0) + 1
        return len(self.sent_until(len(self.history.exchanges))) > len(self.sent_until(index))

    @cached_property
    def has_the_reference_of_another(self) -> bool:
        """True if the answer has the wallet's reference of an earlier transaction with another id."""
        own = _references(self.exchange) if self.exchange is not None else set()
        earlier = (each for each in self.history.exchanges[: self.index or 0] if self._is_of_another_id(each))
        return any(own & _references(each) for each in earlier)

    def _is_of_another_id(self, exchange: Exchange) -> bool:
        return not _ids(exchange) & ({id_of(each) for each in self.items} - {""})

    def took_part(self, player: str) -> bool:
        """True if a request named this player before or with the wrong balance."""
        asked = self.history.exchanges[: (self.verdict.exchange or 0) + 1]
        operations = [item for each in asked for item in transactions(each.operation)]
        return any(each.player == player for each in operations)

    @cached_property
    def lacking(self) -> Amount:
        """How much of the player's last transaction the balance lacks, though that answer showed it; 0 if nothing.

        A reading may be stale. So it counts only if the answer to a later transaction lacks the money, too.
        """
        at = self.verdict.exchange or 0
        earlier = [each for each in self.course if each.player == self.verdict.player and each.exchange < at]
        if not earlier or self.shown is None or len(self.expected) != 1:
            return 0
        last, moved = earlier[-1], self._moved_by(earlier[-1].exchange)
        if last.shown not in last.expected or self.shown != self.expected[0] - moved:
            return 0
        if self._moved_by(at):
            # The balance before this transaction says that this one is missing, and not the one before.
            lacks = len(transactions(self.history.exchanges[at].operation)) == 1 and self.shown != self.before
        else:
            lacks = any(further and each.balance == self.shown + further for each, further in self._answers_after(at))
        return max(moved, -moved) if lacks else 0

    def _moved_by(self, index: int) -> Amount:
        """The amount by which an exchange changes the player's balance if it is booked once."""
        items = transactions(self.history.exchanges[index].operation)
        return sum((signed(each) for each in items if each.player == self.verdict.player), 0)

    def moved_later(self, before: Amount) -> bool | None:
        """True if the player's next answer shows that the blamed step was booked; None if none decides."""
        for answer, further in self._answers_after(self.verdict.exchange or 0):
            booked = answer.balance in {before + self.change, before + self.change + further}
            missing = answer.balance in {before, before + further}
            return booked if booked is not missing else None
        return None

    def _answers_after(self, index: int) -> Iterator[tuple[ItemReply, Amount]]:
        """The later answers of success to the player's requests, each with the amount that its request moves."""
        for each in self.history.exchanges[index + 1 :]:
            items = transactions(each.operation)
            mine = [item for item in items if item.player == self.verdict.player]
            if mine and each.reply is not None and each.reply.items and len(items) == 1:
                answer = each.reply.items[0]
                if answer.outcome is Outcome.OK and answer.balance is not None:
                    yield answer, signed(mine[0])


def answered(exchange: Exchange) -> tuple[tuple[Single, ItemReply | None], ...]:
    """The transactions of an exchange, each with its answer, or None if it has none."""
    items = transactions(exchange.operation)
    replies = exchange.reply.items if exchange.reply is not None else ()
    if len(items) == 1 and len(replies) == 1:
        return ((items[0], replies[0]),)
    by_id = {each.id: each for each in replies}
    return tuple((item, by_id.get(id_of(item))) for item in items)


def signed(item: object) -> Amount:
    """The amount that a transaction adds to the balance; 0 for a rollback, which names no amount."""
    if isinstance(item, Bet | Unsettle):
        return -item.amount
    return item.amount if isinstance(item, Movement) else 0


def _ids(exchange: Exchange) -> set[str]:
    return {id_of(each) for each in transactions(exchange.operation)} - {""}


def _references(exchange: Exchange) -> set[str]:
    items = exchange.reply.items if exchange.reply is not None else ()
    return {each.reference for each in items if each.reference and each.outcome is Outcome.OK}


def accepted(exchange: Exchange) -> bool:
    """True if the answer and all of its items are a success."""
    reply = exchange.reply
    return reply is not None and reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)
