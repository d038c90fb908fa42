"""What a movement is to the wallet: the name of the situation, by its id and its amount."""

from __future__ import annotations

from harness.model import Bet, Movement, Situation, Unsettle
from harness.oracle.book import Book, Entry, change_of
from harness.oracle.terms import Terms

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
