"""A book: one possible state of a player's account, as frozen data.

Transactions whose answer was lost stay *open*: they may be in the books or not, and may still arrive. They are
factored, never enumerated: all open transactions with the same change of balance form one class, and a book only counts
how many of a class its balance already contains. So a lost batch of a thousand items is one book, not two to the
thousandth. Lost requests of any other kind (a rollback, a refused bet sent again) are few: each is *in flight*, and
lands in some later book or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from harness.ledger.terms import Terms
from harness.ledger.unfolding import BudgetExceeded, combinations
from harness.model import Amount, Bet, Movement, Payout, Reward, Rollback, Unsettle

MOST_IN_FLIGHT = 8
"""Requests in flight at once, each of which may land or not before anything else."""


class Family(StrEnum):
    """Whose ids are certainly one space: within a family, an id is one transaction."""

    BET = "bet"
    CREDIT = "credit"
    """Payouts share it, whichever operation carries them."""
    REWARD = "reward"
    UNSETTLEMENT = "unsettlement"
    ROLLBACK = "rollback"

    __hash__ = str.__hash__  # Enum's own is Python code, and books are asked for a key all the time.


class Fate(StrEnum):
    """What became of a transaction."""

    APPLIED = "applied"
    REFUSED = "refused"
    WITHOUT_EFFECT = "without_effect"
    """Answered with success and known to move nothing: a late bet, a rollback of nothing."""
    OPEN = "open"
    """Its answer was lost."""

    __hash__ = str.__hash__


Key = tuple[Family, str]
_Name = TypeVar("_Name")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a book knows of one transaction. `change` is signed; `bet` is the bet that it belongs to, for a rollback the
    bet's transaction id.
    """

    operation: str
    change: Amount
    bet: str
    fate: Fate
    shown: Amount | None = None
    """The balance that its first answer showed, None where that is not known."""
    particulars: tuple[str, ...] = ()
    """Round, game and kind."""
    doubted: bool = False
    """While it is open: it may have been refused, and the wallet may refuse it again."""

    def agrees_with(self, item: Movement) -> bool:
        """Whether a known id comes with the bet, round, game and kind that it came with first; absent fits all."""
        pairs = zip((self.bet, *self.particulars), (item.bet, *particulars(item)), strict=False)
        return all(not mine or not its or mine == its for mine, its in pairs)


@dataclass(frozen=True, slots=True)
class InFlight:
    """A request whose answer was lost and which may still be acted on."""

    key: Key
    item: Bet | Payout | Reward | Unsettle | Rollback
    terms: Terms


@dataclass(frozen=True, slots=True)
class Book:
    """One possible state of an account. `balance` is in hundred-thousandths and includes `taken` open transactions."""

    balance: Amount
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    rolled_back: frozenset[str] = frozenset()
    """Transaction ids of bets that were rolled back, known to the wallet or not."""
    bets: frozenset[str] = frozenset()
    """References by which credits may name an accepted bet."""
    returned: frozenset[str] = frozenset()
    """References of bets that were rolled back: a credit that names one may be refused."""
    settled: frozenset[str] = frozenset()
    """Bet references that have had a credit."""
    open: Mapping[Amount, frozenset[Key]] = field(default_factory=dict)
    taken: Mapping[Amount, int] = field(default_factory=dict)
    slack: tuple[Amount, Amount] = (0, 0)
    """The sum of all open debits, and of all open credits, taken or not."""
    arrived: Amount = 0
    """What the taken open transactions have added to the balance."""
    trail: frozenset[Amount] = frozenset()
    """The balances, less what has arrived, since the oldest open transaction was sent; of blurred ones the edges."""
    blurred: bool = False
    """Whether concurrent events hide which balances stood in between."""
    in_flight: tuple[InFlight, ...] = ()
    digest: int = 0
    """Of the entries, kept up to date entry by entry, so that comparing books does not read them all."""

    def key(self) -> object:
        """What makes two books the same: equal keys behave alike for ever."""
        flying = frozenset((each.key, each.item) for each in self.in_flight)
        return (
            self.balance,
            self.digest,
            self.rolled_back,
            frozenset(self.taken.items()),
            self.trail,
            self.blurred,
            flying,
        )

    def known_as(self, transaction_id: str, but: Family | None = None) -> Entry | None:
        """The entry of an id in whichever family, or in whichever other one; first of all one that was applied."""
        found = [self.entries.get((each, transaction_id)) for each in Family if each is not but]
        known = [entry for entry in found if entry is not None]
        return min(known, key=lambda entry: entry.fate is not Fate.APPLIED, default=None)

    def record(self, key: Key, entry: Entry, *, moved: Amount = 0) -> Book:
        """The book after one transaction has found its fate and moved the balance by `moved`."""
        landed = self.in_flight and entry.fate is not Fate.REFUSED
        return replace(
            self,
            balance=self.balance + moved,
            entries=_with(self.entries, key, entry),
            digest=self._digest_with(key, entry),
            trail=self._trail_with(moved),
            in_flight=tuple(each for each in self.in_flight if each.key != key) if landed else self.in_flight,
        )

    def showing(self, key: Key, balance: Amount | None) -> Book:
        """The book in which the first answer to a transaction showed `balance`."""
        known = self.entries[key]
        if known.shown == balance:
            return self
        entry = replace(known, shown=balance)
        return replace(self, entries=_with(self.entries, key, entry), digest=self._digest_with(key, entry))

    def _digest_with(self, key: Key, entry: Entry) -> int:
        before = self.entries.get(key)
        removed = 0 if before is None else hash((key, before))
        return self.digest ^ removed ^ hash((key, entry))

    def accept_bet(self, *references: str) -> Book:
        """Remember the references by which an accepted bet may be named later."""
        return replace(self, bets=self.bets | {*references} - {""})

    def settle(self, bet: str) -> Book:
        """Remember that a bet has had a credit."""
        return replace(self, settled=self.settled | {bet}) if bet else self

    def roll_back(self, bet: str, *references: str) -> Book:
        """Bury a bet: it is not debited any more, and a credit that names it may be refused."""
        gone = {bet, *references} - {""}
        return replace(self, rolled_back=self.rolled_back | {bet}, returned=self.returned | gone)

    def stands(self, reference: str) -> bool:
        """Whether a reference certainly names a bet that was accepted and not rolled back."""
        return reference in self.bets and reference not in self.returned

    def may_have_taken(self, reference: str) -> bool:
        """Whether a reference may name a bet that was accepted once, or whose answer was lost."""
        unheard = [(key, self.entries[key].bet) for members in self.open.values() for key in members]
        unheard += [(flying.key, flying.item.bet) for flying in self.in_flight]
        return reference in self.bets or any(
            kind is Family.BET and reference in {bet, transaction_id} for (kind, transaction_id), bet in unheard
        )

    def send(self, flying: InFlight) -> Book:
        """The book while a request is under way whose answer was lost. Raises BudgetExceeded past a number."""
        if flying in self.in_flight:
            return self
        if len(self.in_flight) >= MOST_IN_FLIGHT:
            raise BudgetExceeded
        return replace(self, in_flight=(*self.in_flight, flying))

    def without(self, flying: InFlight) -> Book:
        """The book at the moment in which a request in flight lands."""
        return replace(self, in_flight=tuple(each for each in self.in_flight if each is not flying))

    # ----------------------------------------------------------------------------------------------------------------
    # Open transactions

    def leave_open(self, key: Key, entry: Entry) -> Book:
        """The book after a new transaction's answer was lost."""
        members = self.open.get(entry.change, frozenset()) | {key}
        return replace(
            self,
            entries=_with(self.entries, key, entry),
            digest=self._digest_with(key, entry),
            open=_with(self.open, entry.change, members),
            slack=self._slack_with(entry.change, 1),
            trail=self.trail if self.open else frozenset({self.balance}),
        )

    def doubt(self, key: Key) -> Book:
        """The book in which an open transaction may have been refused."""
        entry = replace(self.entries[key], doubted=True)
        return replace(self, entries=_with(self.entries, key, entry), digest=self._digest_with(key, entry))

    def close(self, key: Key, entry: Entry, *, was_taken: bool, moved: Amount = 0) -> Book:
        """The book after an open transaction has found its fate."""
        change = self.entries[key].change
        members = self.open[change] - {key}
        taken = self.taken.get(change, 0) - int(was_taken)
        still_open = _with(self.open, change, members) if members else _less(self.open, change)
        return replace(
            self,
            balance=self.balance + moved,
            entries=_with(self.entries, key, entry),
            digest=self._digest_with(key, entry),
            open=still_open,
            slack=self._slack_with(change, -1),
            taken=_with(self.taken, change, taken) if taken else _less(self.taken, change),
            arrived=self.arrived - (change if was_taken else 0),
            trail=self._trail_with(moved + (change if was_taken else 0)) if still_open else frozenset(),
            blurred=self.blurred and bool(still_open),
        )

    def blur(self, low: Amount, high: Amount) -> Book:
        """The book before concurrent events that may change the balance by anything from `low` to `high`."""
        if not self.open:
            return self
        return replace(self, trail=frozenset({min(self.trail) + low, max(self.trail) + high}), blurred=True)

    def _trail_with(self, moved: Amount) -> frozenset[Amount]:
        if not self.open or not moved:
            return self.trail
        trail = self.trail | {self.balance - self.arrived + moved}
        return frozenset({min(trail), max(trail)}) if self.blurred else trail

    def spare(self, change: Amount) -> int:
        """How many open transactions of a class are not yet in the balance."""
        return len(self.open.get(change, ())) - self.taken.get(change, 0)

    def span(self) -> tuple[Amount, Amount]:
        """The lowest and the highest balance that open transactions could still bring about."""
        if not self.open:
            return self.balance, self.balance
        low: Amount = 0
        high: Amount = 0
        for change in self.open:
            low, high = low + min(change, 0) * self.spare(change), high + max(change, 0) * self.spare(change)
        return max(self.balance + low, 0), self.balance + high

    def stood_between(self, key: Key) -> tuple[Amount, Amount]:
        """Between which balances the account can have stood when an open transaction came."""
        low, high = self._slack_with(self.entries[key].change, -1)
        return max(min(self.trail) + low, 0), max(self.trail) + high

    def _slack_with(self, change: Amount, sign: int) -> tuple[Amount, Amount]:
        return self.slack[0] + sign * min(change, 0), self.slack[1] + sign * max(change, 0)

    def unfold(self, target: Amount | None = None) -> Iterator[Book]:
        """Every book in which some more open transactions have arrived; with a target, only those of that balance.

        Raises BudgetExceeded when there are too many combinations to look at.
        """
        classes = [(change, self.spare(change)) for change in self.open if change and self.spare(change)]
        for counts in combinations(classes, None if target is None else target - self.balance):
            moved = sum(change * count for change, count in counts.items())
            if not counts:
                yield self
            elif self.balance + moved >= 0:
                taken = {change: self.taken.get(change, 0) + count for change, count in counts.items()}
                arrived = self.arrived + moved
                yield replace(self, balance=self.balance + moved, taken={**self.taken, **taken}, arrived=arrived)


def _with(mapping: Mapping[_Name, _Value], key: _Name, value: _Value) -> dict[_Name, _Value]:
    copy = dict(mapping)
    copy[key] = value
    return copy


def _less(mapping: Mapping[_Name, _Value], key: _Name) -> dict[_Name, _Value]:
    copy = dict(mapping)
    copy.pop(key, None)
    return copy


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


def key_of(item: Movement | Rollback) -> Key:
    """Where a book keeps a transaction."""
    return (Family.ROLLBACK if isinstance(item, Rollback) else family(item), item.id)


def change_of(item: Movement) -> Amount:
    """What an applied movement adds to the balance: negative for a debit."""
    return -item.amount if isinstance(item, Bet | Unsettle) else item.amount


def particulars(item: Movement) -> tuple[str, ...]:
    """What else makes a transaction the same when it is sent again: round, game and kind."""
    kind = item.kind if isinstance(item, Bet | Payout | Reward | Unsettle) else ""
    return (item.round, item.game, kind)
