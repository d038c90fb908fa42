"""Finds the requests of a judged history that may be sent again later: their transactions have been applied.

A bet whose rollback came first counts, too: it must not be debited when it comes again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.model import (
    Alteration,
    Bet,
    Exchange,
    History,
    Movement,
    Operation,
    Rollback,
    Single,
    id_of,
    transactions,
)
from harness.oracle import Belief, Book, Entry, EntryState, Key, change_of, key_of

MOST_ITEMS = 5
"""The most transactions of a batch that is sent again. A larger batch would show nothing more and cost more time."""
UNALTERED = Alteration()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """One request that may be sent again, and what the books of its players hold of it."""

    operation: Operation
    name: str
    """The contract's name of the operation."""
    late_bet: bool
    """True for a bet whose rollback came first."""
    players: frozenset[str]
    entries: Mapping[Key, Entry]
    rolled_back: frozenset[str]
    """The id of such a bet. Its answer may have been lost, so that nobody knows whether it came before."""

    @property
    def kind(self) -> tuple[str, bool]:
        """What a sample is taken of: each operation, and late bets besides."""
        return self.name, self.late_bet


def repeatable(
    history: History, beliefs: Mapping[str, Sequence[Belief]], *, but: Collection[tuple[str, bool]] = ()
) -> Iterator[Repeatable]:
    """The requests of a history that may be sent again, in the order of sending, without those of some kinds.

    `beliefs` has the players that are still judged. A request is left out if a belief differs from the others about it,
    and if another player has used its id.
    """
    owners: dict[str, set[str]] = {}
    for exchange in history.exchanges:
        for item in transactions(exchange.operation):
            owners.setdefault(id_of(item), set()).add(item.player)
    for exchange in history.exchanges:
        found = _found(exchange, beliefs)
        if found is not None and found.kind not in but:
            named = {item.original for item in transactions(exchange.operation) if isinstance(item, Rollback)}
            ids = {id for _, id in found.entries} | found.rolled_back | named
            if all(len(owners.get(id, ())) <= 1 for id in ids):
                yield found


def _found(exchange: Exchange, beliefs: Mapping[str, Sequence[Belief]]) -> Repeatable | None:
    items = transactions(exchange.operation)
    if exchange.alteration != UNALTERED or exchange.race is not None or not 0 < len(items) <= MOST_ITEMS:
        return None
    books = {item.player: [each.book for each in beliefs.get(item.player, ())] for item in items}
    if any(not each for each in books.values()) or any(each.lost for one in books for each in beliefs[one]):
        return None
    late = _late_bet(items, books)
    entries = _of_applied(exchange, books) if late is None else _of_late_bet(late, books[late.player])
    if entries is None:
        return None
    return Repeatable(
        operation=exchange.operation,
        name=exchange.name,
        late_bet=late is not None,
        players=frozenset(books),
        entries=entries,
        rolled_back=frozenset() if late is None else frozenset({late.id}),
    )


def _late_bet(items: Sequence[Single], books: Mapping[str, Sequence[Book]]) -> Bet | None:
    """The only transaction of a request, if it is a bet that was rolled back and never debited."""
    only = items[0]
    if isinstance(only, Bet) and len(items) == 1 and all(_is_late(book, only) for book in books[only.player]):
        return only
    return None


def _of_late_bet(bet: Bet, books: Sequence[Book]) -> Mapping[Key, Entry] | None:
    """What the books hold of a bet that came after its rollback. None if they do not agree."""
    known = {book.entries.get(key_of(bet)) for book in books}
    return {key_of(bet): each for each in known if each is not None} if len(known) == 1 else None


def _of_applied(exchange: Exchange, books: Mapping[str, Sequence[Book]]) -> Mapping[Key, Entry] | None:
    """What the books hold of the transactions of a request. None if one of them has moved no money, or may not have."""
    if not exchange.succeeded or exchange.loss is not None:
        return None
    items = transactions(exchange.operation)
    found = [_applied(books[item.player], item) for item in items]
    kept = {each[0]: each[1] for each in found if each is not None}
    return kept if len(kept) == len(items) else None


def _is_late(book: Book, bet: Bet) -> bool:
    """True if the bet was rolled back, and never debited."""
    entry = book.entries.get(key_of(bet))
    return bet.amount > 0 and bet.id in book.rolled_back and (entry is None or entry.fate is not EntryState.APPLIED)


def _applied(books: Sequence[Book], item: Single) -> tuple[Key, Entry] | None:
    """Where the books keep a transaction that has moved money, and what they hold of it. None if they do not agree."""
    if not isinstance(item, Movement | Rollback):
        return None
    key = key_of(item)
    found = {book.entries.get(key) for book in books}
    entry = found.pop()
    if found or entry is None or entry.fate is not EntryState.APPLIED or not entry.change:
        return None
    same = entry.bet == item.original if isinstance(item, Rollback) else entry.change == change_of(item)
    return (key, entry) if same else None
