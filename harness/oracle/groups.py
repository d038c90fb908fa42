"""Which events of a race depend on each other, and the part of a book that a group of events is about.

Events of one group share a transaction id, or a bet where the law then asks for its fate. Between groups nothing is
shared but the balance: the law looks in a book only for the names that a request carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.model import Amount, Bet, GetBalance, Rollback, Single, Unsettle
from harness.oracle.book import FAMILIES, Book, Entry, Key
from harness.oracle.events import Event

_ASK_FOR_THE_BET = (
    ("unknown_bet", "refused"),
    ("returned_bet", "refused"),
    ("unsettlement_beyond_payout", "refused"),
    ("deduction", "unsupported"),
)
"""Readings that make credits and deductions depend on their bet, where a policy accepts nothing else."""


def asks_for_its_bet(event: Event) -> bool:
    """Whether a policy that accepts one reading only makes credits and deductions depend on their bet."""
    terms = event.terms
    if not terms.policy:
        return False
    # A loop, because a generator would double the time, and books with many lost requests ask for each of them.
    for policy, reading in _ASK_FOR_THE_BET:  # noqa: SIM110
        if terms.only(policy, reading):
            return True
    return False


def ids_of(item: Single) -> tuple[str, ...]:
    """The transaction ids that a request names: its own, and for a rollback that of what it undoes."""
    match item:
        case GetBalance():
            return ()
        case Rollback():
            return (item.id, item.original)
    return (item.id,)


def references_of(item: Single, book: Book) -> set[str]:
    """All names of a request: ids, its bet, and the bets of what the book knows under its ids."""
    if isinstance(item, GetBalance):
        return set()
    ids = ids_of(item)
    known = {entry.bet for name in ids for _, entry in _entries_of(book, name)}
    return {item.bet, *ids, *known} - {""}


def _entries_of(book: Book, transaction_id: str) -> Iterator[tuple[Key, Entry]]:
    for each in FAMILIES if book.entries else ():
        entry = book.entries.get((each, transaction_id))
        if entry is not None:
            yield (each, transaction_id), entry


# --------------------------------------------------------------------------------------------------------------------
# Groups


def groups_of(events: Sequence[Event], book: Book) -> Iterator[list[int]]:
    """The indices of the events that depend on each other, group by group. A read is a group of its own."""
    counting = _counting_references(events, book)
    named: dict[tuple[str, str], list[int]] = defaultdict(list)
    names_of: list[list[tuple[str, str]]] = []
    for index, event in enumerate(events):
        names = [("id", each) for each in ids_of(event.item)]
        names += [("bet", each) for each in references_of(event.item, book) & counting] if counting else []
        names_of.append(names)
        for name in names:
            named[name].append(index)
    met: set[int] = set()
    for index in range(len(events)):
        group = [] if index in met else [index]
        for member in group:  # It grows on the way.
            met.add(member)
            for name in names_of[member]:
                group += [each for each in named.pop(name, ()) if each != member]
        if group:
            yield sorted(set(group))


def _counting_references(events: Sequence[Event], book: Book) -> set[str]:
    """The references whose bet matters to more than one event.

    They are those of bets that are rolled back. A policy may ask for the bet. Then a bet that stands matters only if
    an event of the race can change that, or can use up what it was paid.
    """
    undone = {event.item.original for event in events if isinstance(event.item, Rollback) and not event.item.of_win}
    changing: set[str] = set()
    for event in events:
        if isinstance(event.item, Bet | Rollback | Unsettle):
            changing |= references_of(event.item, book)
    counting: set[str] = set()
    for event in events:
        references = references_of(event.item, book)
        if not undone.isdisjoint(ids_of(event.item)):
            counting |= references
        elif asks_for_its_bet(event):
            counting |= {
                each for each in references if each in changing or each not in book.bets or each in book.returned
            }
    return counting


# --------------------------------------------------------------------------------------------------------------------
# Parts of a book


def cut_out(book: Book, events: Collection[Event]) -> Book:
    """The part of a book that events ask for, with the balance of the book."""
    names = {name for event in events for name in references_of(event.item, book)}
    entries = {key: entry for name in names for key, entry in _entries_of(book, name)}
    if any(isinstance(event.item, Unsettle) for event in events):
        entries |= {key: entry for key, entry in book.entries.items() if entry.bet in names}
    return Book(
        book.balance,
        rolled_back=book.rolled_back & names,
        bets=book.bets & names,
        returned=book.returned & names,
        settled=book.settled & names,
    ).record_all(entries)


def change_between(before: Book, after: Book, shown: Mapping[Key, Amount | None]) -> Book:
    """What one part of a book has that an earlier state of it has not, with balance 0.

    `shown` has the balance that a new transaction's first answer showed; without one it is not known.
    """
    entries = {
        key: replace(entry, shown=shown.get(key))
        for key, entry in after.entries.items()
        if entry is not before.entries.get(key) and entry != before.entries.get(key)
    }
    return Book(0, {}, after.rolled_back, after.bets, after.returned, after.settled).record_all(entries)


def united(book: Book, parts: Sequence[Book], moved: Amount = 0) -> Book:
    """A book with the changes of several parts. Money is moved by as much as `moved`."""
    entries: dict[Key, Entry] = {}
    for part in parts:
        entries.update(part.entries)
    return replace(
        book.record_all(entries, moved=moved),
        rolled_back=book.rolled_back.union(*(part.rolled_back for part in parts)),
        bets=book.bets.union(*(part.bets for part in parts)),
        returned=book.returned.union(*(part.returned for part in parts)),
        settled=book.settled.union(*(part.settled for part in parts)),
    )
