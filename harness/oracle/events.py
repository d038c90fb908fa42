"""What a race is judged from: events with their times, and beliefs about an account.

An event is one request with its answer. A lost event is a request whose answer was lost: it has a start and no end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.model import Amount, GetBalance, Movement, Single, id_of
from harness.oracle.book import Book, Entry, Key, change_of, key_of
from harness.oracle.terms import Terms

Floors = tuple[tuple[int, Amount], ...]
"""Pairs of a moment and an amount, in the order of time, both increasing.

The lost credits that had started by that moment, and have arrived, brought at least that amount.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One request of one player and its answer. Times are monotonic nanoseconds."""

    item: Single
    terms: Terms
    accepted: bool
    """Whether the answer is a success; without meaning for a lost event."""
    balance: Amount | None
    """The balance that was shown, None when none was."""
    start: int
    end: int | None
    """None when the answer was lost."""
    exchange: int
    """Index in the history."""

    @property
    def is_lost(self) -> bool:
        """Whether the answer was lost: the request was carried out, or will be, or never will."""
        return self.end is None

    @property
    def id(self) -> str:
        """The transaction id, empty for a read."""
        return id_of(self.item)

    @property
    def key(self) -> Key | None:
        """Where a book keeps the transaction, None for a read."""
        return None if isinstance(self.item, GetBalance) else key_of(self.item)

    @property
    def change(self) -> Amount:
        """What a movement adds to the balance when it is applied: negative for a debit, 0 for what is no movement."""
        return change_of(self.item) if isinstance(self.item, Movement) else 0

    def entry_in(self, book: Book) -> Entry | None:
        """What a book knows of the transaction. Nothing for a read."""
        return None if isinstance(self.item, GetBalance) else book.entries.get(key_of(self.item))


@dataclass(frozen=True, slots=True)
class Belief:
    """One possible state of an account, with what is still undecided in it.

    The balance of `book` holds nothing of the events in `lost`. It can be negative: then some of them have arrived.
    """

    book: Book
    lost: tuple[Event, ...] = ()
    """Lost events. Each may be carried out once, at any time after its start, or never."""
    floors: Floors = ()
    """What the lost credits must have brought so that earlier debits were covered."""
    arrived: Mapping[Amount, int] = field(default_factory=dict)
    """By change of balance: how many lost requests are in the book's balance. Which ones is not known."""
    stood: tuple[Amount, Amount] = (0, 0)
    """The lowest and highest balance since the oldest lost request was sent, lost requests left aside."""
    doubted: frozenset[Key] = frozenset()
    """Lost requests that the wallet may have refused when they were sent."""

    def key(self) -> object:
        """What makes two beliefs the same, `stood` left aside. Lost requests are the same if they are one object."""
        if self.is_definite and not self.arrived:
            return self.book.key()
        arrived = frozenset((change, number) for change, number in self.arrived.items() if number)
        return self.book.key(), frozenset(id(each) for each in self.lost), self.floors, arrived

    @property
    def is_definite(self) -> bool:
        """Whether nothing is undecided: no lost request, and no money that one must have moved."""
        return not self.lost and not self.floors and self.book.balance >= 0

    def showing(self, first: Key | None, balance: Amount | None) -> Belief:
        """The belief in which the first answer to a transaction, if there is one, showed `balance`."""
        book = self.book if first is None else self.book.showing(first, balance)
        if book is self.book:
            return self
        return Belief(book, self.lost, self.floors, self.arrived, self.stood, self.doubted)


def contended(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events of a race whose refusals need no reason, because something was accepted or something else was there.

    Of several sendings of one transaction one must be accepted. A request that had to be refused is no sending of it.
    """
    busy = any(event.accepted for event in events)
    return tuple(
        replace(event, terms=replace(event.terms, contested=busy or each))
        for event, each in zip(events, are_single(events), strict=True)
    )


def are_single(events: Sequence[Event]) -> list[bool]:
    """Of each event, whether no other one has its id. One that had to be refused is not counted."""
    sent = Counter(event.id for event in events if event.terms.disbelieved is None)
    return [sent[event.id] <= 1 for event in events]
