"""A book: one possible state of a player's account, as frozen data.

Transactions whose answer was lost stay *open*: they may be in the books or not, and may still arrive. They are
factored, never enumerated: all open transactions with the same change of balance form one class, and a book only counts how many
of a class its balance already contains. So a lost batch of a thousand items is one book, not two to the thousandth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from harness.model import Amount, Bet, Movement, Payout, Reward, Unsettle

LARGEST_UNFOLDING = 20_000
"""How many combinations of open transactions are tried before the oracle admits that it does not know."""

MOST_CLASSES = 64
"""Different amounts among open transactions: more are not worth a search."""


class BudgetExceeded(Exception):
    """The question is too large to be decided: the verdict is unknown, never pass."""


class Family(StrEnum):
    """Whose ids are certainly one space: within a family, an id is one transaction."""

    BET = "bet"
    CREDIT = "credit"
    """Casino payout, retry and settlement share it; the sportsbook's settlement."""
    REWARD = "reward"
    UNSETTLEMENT = "unsettlement"
    ROLLBACK = "rollback"


class Fate(StrEnum):
    """What became of a transaction."""

    APPLIED = "applied"
    REFUSED = "refused"
    WITHOUT_EFFECT = "without_effect"
    """Answered with success and known to move nothing: a late bet, a rollback of nothing."""
    OPEN = "open"
    """Its answer was lost."""


Key = tuple[Family, str]
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a book knows of one transaction. `change` is signed; `shown` is the balance that its answer showed or,
    while it is open, the one that it would have shown at once.
    """

    operation: str
    change: Amount
    bet: str
    fate: Fate
    shown: Amount | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One possible state of an account. `balance` is in hundred-thousandths and includes `taken` open transactions."""

    balance: Amount
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    rolled_back: frozenset[str] = frozenset()
    """Transaction ids of bets that were rolled back, known to the wallet or not."""
    bets: frozenset[str] = frozenset()
    """References by which credits may name an accepted bet."""
    settled: frozenset[str] = frozenset()
    """Bet references that have had a credit."""
    open: Mapping[Amount, frozenset[Key]] = field(default_factory=dict)
    taken: Mapping[Amount, int] = field(default_factory=dict)
    digest: int = 0
    """Of the entries, kept up to date entry by entry, so that comparing books does not read them all."""

    def key(self) -> object:
        """What makes two books the same: equal keys behave alike for ever."""
        return (
            self.balance,
            self.digest,
            self.rolled_back,
            frozenset(self.taken.items()),
        )

    def known_as(self, transaction_id: str) -> Entry | None:
        """The entry of an id in whichever family."""
        return next((entry for (_, known), entry in self.entries.items() if known == transaction_id), None)

    def record(self, key: Key, entry: Entry, *, moved: Amount = 0) -> Book:
        """The book after one transaction has found its fate and moved the balance by `moved`."""
        return replace(
            self,
            balance=self.balance + moved,
            entries={**self.entries, key: entry},
            digest=self._digest_with(key, entry),
        )

    def _digest_with(self, key: Key, entry: Entry) -> int:
        before = self.entries.get(key)
        removed = 0 if before is None else hash((key, before))
        return self.digest ^ removed ^ hash((key, entry))

    def accept_bet(self, bet: Bet) -> Book:
        """Remember the references by which an accepted bet may be named later."""
        return replace(self, bets=self.bets | {bet.id, bet.bet})

    def leave_open(self, key: Key, entry: Entry) -> Book:
        """The book after a new transaction's answer was lost."""
        members = self.open.get(entry.change, frozenset()) | {key}
        return replace(
            self,
            entries={**self.entries, key: entry},
            digest=self._digest_with(key, entry),
            open={**self.open, entry.change: members},
        )

    def close(self, key: Key, entry: Entry, *, was_taken: bool, moved: Amount = 0) -> Book:
        """The book after an open transaction has found its fate."""
        change = self.entries[key].change
        members = self.open[change] - {key}
        taken = self.taken.get(change, 0) - int(was_taken)
        return replace(
            self,
            balance=self.balance + moved,
            entries={**self.entries, key: entry},
            digest=self._digest_with(key, entry),
            open={**self.open, change: members} if members else _less(self.open, change),
            taken={**self.taken, change: taken} if taken else _less(self.taken, change),
        )

    def spare(self, change: Amount) -> int:
        """How many open transactions of a class are not yet in the balance."""
        return len(self.open.get(change, ())) - self.taken.get(change, 0)

    def span(self) -> tuple[Amount, Amount]:
        """The lowest and the highest balance that open transactions could still bring about."""
        low = high = self.balance
        for change in self.open:
            low, high = low + min(change, 0) * self.spare(change), high + max(change, 0) * self.spare(change)
        return max(low, 0), high

    def unfold(self, target: Amount | None = None) -> Iterator[Book]:
        """Every book in which some more open transactions have arrived; with a target, only those of that balance.

        Raises BudgetExceeded when there are too many combinations to look at.
        """
        classes = [change for change in self.open if change and self.spare(change)]
        if len(classes) > MOST_CLASSES:
            raise BudgetExceeded
        budget = [LARGEST_UNFOLDING]
        for counts in _combinations(self, classes, None if target is None else target - self.balance, budget):
            moved = sum(change * count for change, count in zip(classes, counts, strict=True))
            if self.balance + moved >= 0 or moved == 0:
                taken = {**self.taken}
                for change, count in zip(classes, counts, strict=True):
                    if count:
                        taken[change] = taken.get(change, 0) + count
                yield replace(self, balance=self.balance + moved, taken=taken) if moved else self


def _less(mapping: Mapping[Amount, _Value], key: Amount) -> dict[Amount, _Value]:
    return {other: value for other, value in mapping.items() if other != key}


def _combinations(
    book: Book, classes: list[Amount], target: Amount | None, budget: list[int]
) -> Iterator[tuple[int, ...]]:
    """Counts per class that sum up to the target; large credits first make the pruning bite."""
    order = sorted(range(len(classes)), key=lambda index: Fraction(classes[index]), reverse=True)
    ordered = [classes[index] for index in order]
    for counts in _counts(book, ordered, target, budget):
        by_class = dict(zip(order, counts, strict=True))
        yield tuple(by_class[index] for index in range(len(classes)))


def _counts(book: Book, classes: list[Amount], target: Amount | None, budget: list[int]) -> Iterator[tuple[int, ...]]:
    budget[0] -= 1
    if budget[0] < 0:
        raise BudgetExceeded
    if not classes:
        if not target:
            yield ()
        return
    change, rest = classes[0], classes[1:]
    if target is not None and not rest:
        count, remainder = divmod(target, change)
        if not remainder and 0 <= count <= book.spare(change):
            yield (int(count),)
        return
    if target is not None and not _reachable(book, classes, target):
        return
    for count in range(book.spare(change) + 1):
        left = None if target is None else target - change * count
        for counts in _counts(book, rest, left, budget):
            yield (count, *counts)


def _reachable(book: Book, classes: list[Amount], target: Amount) -> bool:
    low = sum(min(change, 0) * book.spare(change) for change in classes)
    high = sum(max(change, 0) * book.spare(change) for change in classes)
    return low <= target <= high


def family(item: Movement) -> Family:
    """The id space of a movement."""
    match item:
        case Bet():
            return Family.BET
        case Reward():
            return Family.REWARD
        case Unsettle():
            return Family.UNSETTLEMENT
        case Payout():
            return Family.CREDIT
    raise TypeError(f"not a movement: {item!r}")


def change_of(item: Movement) -> Amount:
    """What an applied movement adds to the balance: negative for a debit."""
    return -item.amount if isinstance(item, Bet | Unsettle) else item.amount
