"""One answer that a sound wallet may give, with the book that it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Amount, Bet, GetBalance, Movement, Payout, Rollback, Situation
from harness.oracle.book import Book, Entry, EntryState, Key, change_of, key_of, particulars, undone_by
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
    after = book.record(key_of(item), entry_of(item, terms, EntryState.APPLIED, book.balance + change), moved=change)
    if isinstance(item, Bet):
        after = after.accept_bet(item.id, item.bet)
    elif isinstance(item, Payout):
        after = after.settle(item.bet)
    return Possible(situation, True, after, (after.balance,), first=key_of(item))


def reversed_by(
    book: Book, item: Rollback, refund: Amount, fate: EntryState, situation: Situation, terms: Terms
) -> Possible:
    """The rollback is answered with success, and the transaction that it names is not worked any more."""
    undone = book.entries.get(undone_by(item))
    entry = Entry(terms.operation, refund, item.original, fate, book.balance + refund)
    after = book.record(key_of(item), entry, moved=refund)
    if not terms.foreign_bet:
        references = () if item.of_win else (item.bet, undone.bet if undone else "")
        after = after.roll_back(item.original, *references)
    return Possible(situation, True, after, (after.balance,), first=key_of(item))


def refused(book: Book, item: Movement | Rollback | GetBalance, terms: Terms) -> Book:
    """The book after a refusal. It remembers the refusal of an id that was unknown, and nothing else."""
    if isinstance(item, GetBalance) or key_of(item) in book.entries:
        return book
    if isinstance(item, Rollback):
        return book.record(key_of(item), Entry(terms.operation, 0, item.original, EntryState.REFUSED))
    return book.record(key_of(item), entry_of(item, terms, EntryState.REFUSED))


def entry_of(item: Movement, terms: Terms, fate: EntryState, shown: Amount | None = None) -> Entry:
    """What a book holds of a movement."""
    return Entry(terms.operation, change_of(item), item.bet, fate, shown, particulars(item))
