"""One answer that a sound wallet may give: what the request was to the wallet, and the book that it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Amount, Bet, GetBalance, Movement, Payout, Rollback, Situation, Unsettle
from harness.oracle.book import Book, Entry, Fate, Key, change_of, key_of, particulars, undone_by
from harness.oracle.terms import Terms

Readings = tuple[tuple[str, str], ...]
"""Policies, each with the reading that an answer rests on."""


@dataclass(frozen=True, slots=True)
class Possible:
    """One answer that a sound wallet may give. `balances` are those it may show, None where any would do."""

    situation: Situation
    accepted: bool
    book: Book
    balances: tuple[Amount, ...] | None = None
    readings: Readings = ()
    spontaneous: bool = False
    """The refusal rests on contention alone."""
    between: tuple[Amount, Amount] | None = None
    """Where `balances` is None: the lowest and the highest balance that may be shown."""
    first: Key | None = None
    """The transaction whose first answer this is. A replay may repeat the balance that it shows."""

    def may_show(self, balance: Amount) -> bool:
        """Whether the answer may hold this balance, requests whose answers were lost left aside."""
        if self.balances is not None:
            return balance in self.balances
        return self.between is None or self.between[0] <= balance <= self.between[1]


def applied(book: Book, item: Movement, situation: Situation, terms: Terms) -> Possible:
    """The movement moves the money, and the answer shows the balance after it."""
    change = change_of(item)
    after = book.record(key_of(item), entry_of(item, terms, Fate.APPLIED, book.balance + change), moved=change)
    if isinstance(item, Bet):
        after = after.accept_bet(item.id, item.bet)
    elif isinstance(item, Payout):
        after = after.settle(item.bet)
    return Possible(situation, True, after, (after.balance,), first=key_of(item))


def reversed_by(book: Book, item: Rollback, refund: Amount, fate: Fate, situation: Situation, terms: Terms) -> Possible:
    """The rollback is answered with success, and the transaction that it names is not worked any more."""
    undone = book.entries.get(undone_by(item))
    entry = Entry(terms.operation, refund, item.original, fate, book.balance + refund)
    after = book.record(key_of(item), entry, moved=refund)
    if not terms.foreign_bet:
        after = after.roll_back(item.original, item.bet, undone.bet if undone else "")
    return Possible(situation, True, after, (after.balance,), first=key_of(item))


def refused(book: Book, item: Movement | Rollback | GetBalance, terms: Terms) -> Book:
    """The book after a refusal. It remembers the refusal of an id that was unknown, and nothing else."""
    if isinstance(item, GetBalance) or key_of(item) in book.entries:
        return book
    if isinstance(item, Rollback):
        return book.record(key_of(item), Entry(terms.operation, 0, item.original, Fate.REFUSED))
    return book.record(key_of(item), entry_of(item, terms, Fate.REFUSED))


def entry_of(item: Movement, terms: Terms, fate: Fate, shown: Amount | None = None) -> Entry:
    """What a book holds of a movement."""
    return Entry(terms.operation, change_of(item), item.bet, fate, shown, particulars(item))


# --------------------------------------------------------------------------------------------------------------------
# What a movement is to the wallet

CONFLICTS = frozenset({Situation.CONFLICT, Situation.CONFLICT_WITH_ZERO})


def situation_of_new(book: Book, item: Movement, terms: Terms) -> Situation:
    """What a movement is called whose id the wallet has not applied."""
    if terms.duplicate_in_batch:
        return Situation.DUPLICATE_IN_BATCH
    if not item.amount:
        return Situation.ZERO
    if not isinstance(item, Bet | Unsettle) or item.amount < book.balance:
        return Situation.NEW
    return Situation.EXACT if item.amount == book.balance else Situation.UNCOVERED


def situation_of_known(entry: Entry, item: Movement, terms: Terms) -> Situation:
    """What a movement is called whose id the wallet knows."""
    if entry.change != change_of(item):
        return Situation.CONFLICT if entry.change else Situation.CONFLICT_WITH_ZERO
    if not entry.agrees_with(item):
        return Situation.REUSED_ID
    return replay(entry, terms)


def replay(entry: Entry, terms: Terms) -> Situation:
    """What the same transaction is called when it is sent again: in a batch, or through which operation."""
    if terms.duplicate_in_batch:
        return Situation.DUPLICATE_IN_BATCH
    if not entry.is_done:
        return Situation.REPLAY_OF_REFUSED
    return Situation.REPLAY if entry.operation == terms.operation else Situation.CROSS_REPLAY
