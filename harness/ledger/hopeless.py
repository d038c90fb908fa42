"""Cheap proofs that no order of some events can be right, so that none needs to be tried.

Each is exact arithmetic over all the events, and each gives up rather than guess where an event's part in the sum is
not certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.ledger.book import Book, Family, Fate, change_of, family
from harness.ledger.events import Event, Leniency, id_of, is_debit
from harness.model import Amount, Bet, Movement, Rollback

MOST_REACHED = 4_096
"""Balances beyond which it is cheaper to search: twelve movements of different amounts have so many sums."""


@dataclass(frozen=True, slots=True)
class Hopeless:
    """Why no order is right: from the book `stuck`, none of the `pending` events can follow."""

    stuck: Book
    pending: tuple[int, ...]


def overspent(book: Book, events: Sequence[Event], leniency: Leniency) -> Hopeless | None:
    """More was accepted than could ever be there, in whatever order."""
    del leniency
    moves = _moves(book, events)
    if moves is None or book.balance + sum(moves.changes.values()) >= 0:
        return None
    left = book.balance + sum(max(change, 0) for change in moves.changes.values())
    uncovered = []
    for index in sorted((i for i, change in moves.changes.items() if change < 0), key=lambda i: events[i].end):
        if left + moves.changes[index] >= 0:
            left += moves.changes[index]
        else:
            uncovered.append(index)
    return Hopeless(replace(book, balance=left), tuple(uncovered))


def never_short(book: Book, events: Sequence[Event], leniency: Leniency) -> Hopeless | None:
    """A bet was refused although, whatever came before it, the balance covered it."""
    thirsty = [index for index, event in enumerate(events) if is_thirsty(event, leniency)]
    moves = _moves(book, events) if thirsty else None
    if moves is None:
        return None
    poorest = replace(book, balance=book.balance + sum(min(change, 0) for change in moves.changes.values()))
    covered = tuple(
        index
        for index in thirsty
        if isinstance(bet := events[index].item, Bet)
        and moves.sent[bet.id] == 1
        and bet.id not in book.rolled_back
        and book.known_as(bet.id) is None
        and bet.amount <= poorest.balance
    )
    return Hopeless(poorest, covered) if covered else None


def untraceable(book: Book, events: Sequence[Event], leniency: Leniency) -> Hopeless | None:
    """The balances that were shown form no walk from the first to the last one.

    Each movement leads from one balance to another, and each is walked once: so as many lead out of a balance as into
    it, but for the first and the last (Euler). A movement that is not known to have shown its balance may mend one gap.
    """
    moves = None if leniency.balances else _moves(book, events)
    if moves is None:
        return None
    surplus: Counter[Amount] = Counter({book.balance: -1})
    surplus[book.balance + sum(moves.changes.values())] += 1
    unknown = 0
    for index, change in moves.changes.items():
        shown = events[index].balance
        if shown is None or moves.sent[id_of(events[index].item)] > 1:
            unknown += 1
        else:
            surplus[shown - change] += 1
            surplus[shown] -= 1
    gaps = sum(each for each in surplus.values() if each > 0)
    return Hopeless(book, tuple(moves.changes)) if gaps > unknown else None


def unreachable(book: Book, events: Sequence[Event], leniency: Leniency) -> Hopeless | None:
    """A balance was shown that no selection of the movements leads to: identical requests move money once together."""
    moves = None if leniency.balances else _moves(book, events)
    if moves is None:
        return None
    reached = {book.balance}
    for change in moves.changes.values():
        reached |= {each + change for each in reached}
        if len(reached) > MOST_REACHED:
            return None
    wrong = tuple(
        index
        for index, event in enumerate(events)
        if event.accepted and event.balance is not None and event.balance not in reached and _shows_now(book, event)
    )
    return Hopeless(book, wrong) if wrong else None


def _shows_now(book: Book, event: Event) -> bool:
    """Whether its answer can only show a balance of this moment: that of an older transaction may be a memory."""
    known = isinstance(event.item, Movement) and book.known_as(event.item.id) is not None
    return not known and not event.terms.disbelieved


PROOFS: tuple[Callable[[Book, Sequence[Event], Leniency], Hopeless | None], ...] = (overspent, never_short)
PROOFS_OF_RACES = (*PROOFS, untraceable, unreachable)
"""Of a batch, the first wrong balance tells more than the sum of all."""


def is_thirsty(event: Event, leniency: Leniency) -> bool:
    """Whether a refusal must rest on lack of money, on what became of the id, or on a reading of the rules."""
    terms = event.terms
    excused = terms.disbelieved or terms.doubtful or terms.refusable_by
    return is_debit(event) and not event.accepted and not excused and not (leniency.refusals and terms.contested)


@dataclass(frozen=True, slots=True)
class _Moves:
    """What accepted events certainly move, by index, one for each id; and how often each id was sent."""

    changes: Mapping[int, Amount]
    sent: Mapping[str, int]


def _moves(book: Book, events: Sequence[Event]) -> _Moves | None:
    """What the events move in whatever order; None when that depends on the order, or is not known."""
    if book.open or book.in_flight:
        return None
    changes: dict[int, Amount] = {}
    meant: dict[str, tuple[Family, Amount]] = {}
    counted: set[str] = set()
    for index, event in enumerate(events):
        item = event.item
        if isinstance(item, Rollback) or event.terms.known_elsewhere:
            return None
        if not isinstance(item, Movement) or event.terms.disbelieved:
            continue
        key = (family(item), item.id)
        if meant.setdefault(item.id, (family(item), change_of(item))) != (family(item), change_of(item)):
            return None
        entry = book.entries.get(key)
        if book.known_as(item.id, but=family(item)) is not None:
            return None
        is_late = isinstance(item, Bet) and item.id in book.rolled_back
        is_replay = is_late or (entry is not None and entry.fate is not Fate.REFUSED)
        if event.accepted and not is_replay and item.id not in counted:
            counted.add(item.id)
            changes[index] = change_of(item)
    return _Moves(changes, Counter(id_of(event.item) for event in events))
