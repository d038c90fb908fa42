"""The possible results of a race, by definition: every order of its events is tried with the true balance.

The rules are taken from `allowed`. Everything else is under test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.model import Amount, Bet, GetBalance, Payout, Reward, Rollback, Unsettle
from harness.oracle.book import Book
from harness.oracle.events import Belief, Event
from harness.oracle.rules import allowed


@dataclass(frozen=True)
class State:
    """A book, and the lost events that are not carried out."""

    book: Book
    lost: tuple[Event, ...]


def excused(events: Sequence[Event], *, contention: bool = True) -> list[Event]:
    """The events, each with whether its refusal needs no reason: rule 1 of the judgement of races."""
    ids = Counter("" if isinstance(each.item, GetBalance) else each.item.id for each in events)
    busy = any(each.accepted or each.end is None for each in events)

    def is_excused(event: Event) -> bool:
        if not contention:
            return busy and isinstance(event.item, Bet | Unsettle | Rollback)
        return busy or ids["" if isinstance(event.item, GetBalance) else event.item.id] == 1

    return [replace(each, terms=replace(each.terms, contested=is_excused(each))) for each in events]


def every_end(book: Book, lost: Sequence[Event], events: Sequence[Event], *, contention: bool = True) -> list[State]:
    """All states after some order of the events. A lost event may be accepted, refused or never worked."""
    given = [*lost, *events]
    told = excused(given, contention=contention)
    waiting = [(unseen(book), frozenset(range(len(given))))]
    met: set[object] = set()
    found: dict[object, State] = {}
    while waiting:
        book, left = waiting.pop()
        if (mark := (contents(book), left)) in met:
            continue
        met.add(mark)
        if all(told[i].end is None for i in left):
            found[mark] = State(book, tuple(given[i] for i in sorted(left)))
        for i in left:
            if any(told[j].end is not None and told[j].end < told[i].start for j in left - {i}):  # type: ignore[operator]
                continue
            answers = allowed(book, told[i].item, told[i].terms)
            fitting = (each for each in answers if told[i].end is None or each.accepted is told[i].accepted)
            waiting.extend((unseen(each.book), left - {i}) for each in fitting)
    return list(found.values())


def unseen(book: Book) -> Book:
    """The book without the balances that were shown."""
    shown = {key: replace(entry, shown=None) for key, entry in book.entries.items() if entry.shown is not None}
    return book.record_all(shown) if shown else book


def contents(book: Book) -> tuple[object, ...]:
    """The whole content of a book, the balance first."""
    entries = frozenset(unseen(book).entries.items())
    return (book.balance, entries, book.rolled_back, book.bets, book.returned, book.settled)


def may_come(states: Iterable[State]) -> set[tuple[object, ...]]:
    """The contents of all books that are possible after these states, once some lost events are carried out."""
    return {contents(end.book) for end in with_lost_ones(states)}


def with_lost_ones(states: Iterable[State]) -> list[State]:
    """The states that may follow without any answer, as lost events are carried out."""
    return [end for state in states for end in every_end(state.book, state.lost, ())]


def believed(beliefs: Iterable[Belief]) -> set[tuple[object, ...]]:
    """The contents of all books that the beliefs allow, once some lost events are carried out."""
    return {contents(state.book) for belief in beliefs for state in states_of(belief)}


def balances_left(beliefs: Iterable[Belief]) -> frozenset[Amount]:
    """The balances that the beliefs allow, once some lost events are carried out."""
    return frozenset(state.book.balance for belief in beliefs for state in states_of(belief))


def states_of(belief: Belief) -> Iterator[State]:
    """Every state that a belief allows. Lost events may have arrived in any order."""
    told = excused(belief.lost)
    waiting: list[_Step] = [(unseen(belief.book), frozenset(range(len(told))), ())]
    met: set[object] = set()
    while waiting:
        book, left, brought = waiting.pop()
        if (mark := (contents(book), left, brought)) in met:
            continue
        met.add(mark)
        if book.balance >= 0 and all(
            sum(amount for start, amount in brought if start <= moment) >= need for moment, need in belief.floors
        ):
            yield State(book, tuple(belief.lost[i] for i in sorted(left)))
        for i in left:
            for possible in allowed(book, told[i].item, told[i].terms):
                credit = possible.book.balance - book.balance if isinstance(told[i].item, Payout | Reward) else 0
                came = tuple(sorted((*brought, (told[i].start, credit)))) if credit else brought
                waiting.append((unseen(possible.book), left - {i}, came))


_Step = tuple[Book, frozenset[int], tuple[tuple[int, Amount], ...]]
"""A book, the remaining lost events, and the credits of the others, each with its start."""
