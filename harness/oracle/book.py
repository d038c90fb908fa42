"""A book: one definite state of a player's account, as frozen data. A request whose answer was lost is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from harness.model import Amount, Bet, Movement, Payout, Reward, Rollback, Unsettle


class Family(StrEnum):
    """A space of transaction ids. Within one family, an id is one transaction."""

    BET = "bet"
    CREDIT = "credit"
    """All credits for a bet share it, through whichever operation they come."""
    REWARD = "reward"
    UNSETTLEMENT = "unsettlement"
    ROLLBACK = "rollback"

    __hash__ = str.__hash__  # Enum's own is Python code, and books are asked for a key all the time.


FAMILIES = tuple(Family)


class EntryState(StrEnum):
    """What became of a transaction."""

    APPLIED = "applied"
    REFUSED = "refused"
    WITHOUT_EFFECT = "without_effect"
    """Answered with success, and known to move nothing: a late bet, a rollback of nothing."""

    __hash__ = str.__hash__


Key = tuple[Family, str]
"""Where a book keeps a transaction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a book knows of one transaction. `change` is signed, in hundred-thousandths.

    `bet` is the bet that the transaction belongs to. For a rollback, it is the id of the transaction that it undoes.
    """

    operation: str
    change: Amount
    bet: str
    fate: EntryState
    shown: Amount | None = None
    """The balance that its first answer showed, None where that is not known."""
    particulars: tuple[str, ...] = ()
    """Round, game and kind."""

    @property
    def is_done(self) -> bool:
        """Whether the wallet has answered it with success, so that it never moves money again."""
        return self.fate is not EntryState.REFUSED

    def agrees_with(self, item: Movement) -> bool:
        """Whether a known id comes with the bet, round, game and kind of its first sending; an absent one fits all."""
        pairs = zip((self.bet, *self.particulars), (item.bet, *particulars(item)), strict=False)
        return all(not mine or not its or mine == its for mine, its in pairs)


@dataclass(frozen=True, slots=True)
class Book:
    """One definite state of an account. `balance` is in hundred-thousandths."""

    balance: Amount
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    rolled_back: frozenset[str] = frozenset()
    """Ids of transactions that were rolled back, known to the wallet or not."""
    bets: frozenset[str] = frozenset()
    """References by which credits may name an accepted bet."""
    returned: frozenset[str] = frozenset()
    """References of bets that were rolled back. A credit that names one may be refused."""
    settled: frozenset[str] = frozenset()
    """References of bets that have had a credit."""
    digest: int = 0
    """A hash of the entries, kept up to date entry by entry: comparing two books does not read them all."""

    def key(self) -> object:
        """What makes two books the same. Equal keys behave alike for ever."""
        return self.balance, self.digest, self.rolled_back, self.bets, self.returned, self.settled

    def known_as(self, transaction_id: str, but: Family | None = None) -> Entry | None:
        """The entry of an id in any family, or in any but one. An applied entry comes before all others."""
        found: Entry | None = None
        for each in FAMILIES:
            entry = self.entries.get((each, transaction_id))
            if entry is None or each is but:
                continue
            if entry.fate is EntryState.APPLIED:
                return entry
            found = found or entry
        return found

    def record(self, key: Key, entry: Entry, *, moved: Amount = 0) -> Book:
        """The book after a transaction has had an answer and moved the balance by `moved`."""
        known = self.entries.get(key)
        digest = self.digest ^ _mark(key, known) ^ _mark(key, entry)
        return self._with({**self.entries, key: entry}, digest, moved)

    def record_all(self, entries: Mapping[Key, Entry], *, moved: Amount = 0) -> Book:
        """The book after several transactions have had answers and moved the balance by `moved` together."""
        digest = self.digest
        for key, entry in entries.items():
            digest ^= _mark(key, self.entries.get(key)) ^ _mark(key, entry)
        return self._with({**self.entries, **entries}, digest, moved)

    def _with(self, entries: Mapping[Key, Entry], digest: int, moved: Amount) -> Book:
        balance = self.balance + moved
        return Book(balance, entries, self.rolled_back, self.bets, self.returned, self.settled, digest)

    def showing(self, key: Key, balance: Amount | None) -> Book:
        """The book in which the first answer to a transaction showed `balance`."""
        known = self.entries[key]
        return self if known.shown == balance else self.record(key, replace(known, shown=balance))

    def accept_bet(self, *references: str) -> Book:
        """Remember the references by which an accepted bet may be named later."""
        bets = self.bets | {*references} - {""}
        return Book(self.balance, self.entries, self.rolled_back, bets, self.returned, self.settled, self.digest)

    def settle(self, reference: str) -> Book:
        """Remember that a bet has had a credit."""
        if not reference or reference in self.settled:
            return self
        settled = self.settled | {reference}
        return Book(self.balance, self.entries, self.rolled_back, self.bets, self.returned, settled, self.digest)

    def roll_back(self, transaction_id: str, *references: str) -> Book:
        """Remember that a transaction was rolled back: a bet is not debited any more."""
        gone = {transaction_id, *references} - {""}
        return replace(self, rolled_back=self.rolled_back | {transaction_id}, returned=self.returned | gone)


def _mark(key: Key, entry: Entry | None) -> int:
    # Python gives -1 and -2 the same hash, and a bet of the smallest unit is not one of two units.
    return 0 if entry is None else hash((key, entry, entry.change < -1))


def family(item: Movement) -> Family:
    """The id space of a movement. Raises TypeError for a movement of no known kind."""
    return key_of(item)[0]


def key_of(item: Movement | Rollback) -> Key:
    """Where a book keeps a transaction. Raises TypeError for a movement of no known kind."""
    found = _FAMILY_OF.get(type(item))
    if found is None:
        raise TypeError(f"not a movement: {item!r}")
    return found, item.id


_FAMILY_OF: Mapping[type, Family] = {
    Bet: Family.BET,
    Payout: Family.CREDIT,
    Reward: Family.REWARD,
    Unsettle: Family.UNSETTLEMENT,
    Rollback: Family.ROLLBACK,
}


def undone_by(item: Rollback) -> Key:
    """Where a book keeps the transaction that a rollback undoes."""
    return (Family.CREDIT if item.of_win else Family.BET, item.original)


def change_of(item: Movement) -> Amount:
    """What an applied movement adds to the balance: negative for a debit."""
    return -item.amount if isinstance(item, Bet | Unsettle) else item.amount


def particulars(item: Movement) -> tuple[str, ...]:
    """What else makes a transaction the same when it is sent again: round, game and kind."""
    kind = item.kind if isinstance(item, Bet | Payout | Reward | Unsettle) else ""
    return (item.round, item.game, kind)
