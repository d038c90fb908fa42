"""Is there an order in which a sound wallet would have given these answers?

A search for a linearization: events that overlap in time may have happened in any order, events that do not may not.
It prunes on the balances that were shown, takes events that commute with all others at once, treats identical requests
as interchangeable, and remembers where it has been. Past its budget the answer is "not known", never "yes".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.ledger.book import Book, BudgetExceeded, change_of, family
from harness.ledger.rules import Possible, Terms, allowed
from harness.model import Amount, Bet, GetBalance, Movement, Rollback, Single, Unsettle

LARGEST_SEARCH = 25_000
"""Questions put to `allowed` before a search gives up: about a quarter of a second."""
MOST_BOOKS = 64
"""Different final books that are kept; a history that leaves more open than this is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One answered operation of one player. Times are monotonic nanoseconds."""

    item: Single
    terms: Terms
    accepted: bool
    balance: Amount | None
    """The balance that was shown, None when none was."""
    start: int
    end: int
    exchange: int
    """Index in the history."""


@dataclass(frozen=True, slots=True)
class Leniency:
    """What a search overlooks: the balances shown by concurrent answers, and refusals under contention."""

    balances: bool = False
    refusals: bool = False


STRICT = Leniency()
MONEY_ONLY = Leniency(balances=True)
TIERS = (STRICT, Leniency(refusals=True), Leniency(balances=True, refusals=True))


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search. No books: impossible; then `stuck` is the book from which nothing more could follow, and
    `pending` the indices of the events that were left.
    """

    books: tuple[Book, ...]
    readings: frozenset[tuple[str, str]] = frozenset()
    stuck: Book | None = None
    pending: tuple[int, ...] = ()


def matches(possible: Possible, event: Event, *, overlook_balance: bool) -> Iterator[Book]:
    """The books after `possible`, if it is what the event shows: open transactions may explain a difference."""
    if possible.accepted is not event.accepted:
        return
    if overlook_balance or event.balance is None or possible.balances is None or event.balance in possible.balances:
        yield possible.book
    elif possible.book.open and possible.book.balance in possible.balances:
        yield from possible.book.unfold(event.balance)


_Readings = frozenset[tuple[str, str]]
_State = tuple[int, Book, _Readings]
_CONTENTION: _Readings = frozenset({("contention", "refused")})


class Search:
    """One search over the events of one player, from one book."""

    def __init__(self, events: Sequence[Event], leniency: Leniency) -> None:
        """Prepare what does not depend on the book: who must precede whom, who is like whom, who is independent."""
        self._events = events
        self._leniency = leniency
        self._before = _predecessors(events)
        self._alike = _signatures(events)
        self._sharing = _sharing(events)
        self._budget = LARGEST_SEARCH
        self._wanted = {} if leniency.balances else _wanted(events)
        self._everywhere: tuple[int, ...] = ()
        self._order = sorted(range(len(events)), key=lambda i: not events[i].accepted)
        self._has_refused_debit = any(not e.accepted and isinstance(e.item, Bet | Unsettle) for e in events)

    def run(self, book: Book) -> Found:
        """Every book that some order of the events leaves. Raises BudgetExceeded."""
        if self._overspent(book):
            return Found((), stuck=book, pending=tuple(range(len(self._events))))
        everything = (1 << len(self._events)) - 1
        self._everywhere = self._tried_everywhere(book)
        stack: list[_State] = [(0, book, frozenset())]
        seen: set[object] = set()
        ends: dict[object, Book] = {}
        readings: frozenset[tuple[str, str]] | None = None
        deepest = (-1, 0, book)
        while stack:
            done, state, noted = stack.pop()
            mark = (done, state.key()) if len(self._events) > 1 else None
            if mark is not None and mark in seen:
                continue
            seen.add(mark)
            if done == everything:
                ends[state.key()] = state
                readings = noted if readings is None else readings & noted
                if len(ends) > MOST_BOOKS:
                    raise BudgetExceeded
                continue
            depth = done.bit_count()
            if depth > deepest[0]:
                deepest = (depth, done, state)
            stack.extend(self._successors(done, state, noted))
        if ends:
            return Found(tuple(ends.values()), readings or frozenset())
        left = tuple(i for i in range(len(self._events)) if not deepest[1] >> i & 1)
        return Found((), stuck=deepest[2], pending=left)

    def _tried_everywhere(self, book: Book) -> tuple[int, ...]:
        """Events that are not pinned by the balance they show: refusals, reads, and ids that are seen more than once.

        An accepted movement that is new and shows its balance fits only where the balance is that less its own change.
        """
        known = {transaction_id for _, transaction_id in book.entries}
        return tuple(
            index
            for index, event in enumerate(self._events)
            if not event.accepted
            or event.balance is None
            or not isinstance(event.item, Movement)
            or event.item.id in known
            or self._sharing[index]
        )

    def _candidates(self, done: int, book: Book) -> Iterator[int]:
        pinned: Iterable[int] = self._order
        if self._wanted and not book.open and len(self._events) > 8:
            pinned = (*self._wanted.get(book.balance, ()), *self._everywhere)
        tried: set[int] = set()
        for index in pinned:
            if done >> index & 1 or self._before[index] & ~done:
                continue
            if self._alike[index] in tried:
                continue
            tried.add(self._alike[index])
            yield index

    def _successors(self, done: int, book: Book, noted: _Readings) -> list[_State]:
        found: list[_State] = []
        for index in self._candidates(done, book):
            steps = self._steps(index, done, book, noted)
            if steps and self._is_free(index, done, book, steps):
                return steps
            found.extend(steps)
        found.reverse()
        return found

    def _steps(self, index: int, done: int, book: Book, noted: _Readings) -> list[_State]:
        event = self._events[index]
        steps: dict[object, _State] = {}
        for possible in self._answers(book, event):
            for after in matches(possible, event, overlook_balance=self._leniency.balances):
                readings = noted | frozenset(possible.readings) | (_CONTENTION if possible.spontaneous else frozenset())
                steps.setdefault(after.key(), (done | 1 << index, after, readings))
        return list(steps.values())

    def _answers(self, book: Book, event: Event) -> Iterator[Possible]:
        self._budget -= 1
        if self._budget < 0:
            raise BudgetExceeded
        return allowed(book, event.item, event.terms)

    def _is_free(self, index: int, done: int, book: Book, steps: list[_State]) -> bool:
        """Whether nothing is lost by taking this event now: it commutes with every event that is still to come."""
        event = self._events[index]
        if any(not done >> other & 1 for other in self._sharing[index]):
            return False
        if len(steps) != 1 or (book.open and not self._leniency.balances):
            return False
        if steps[0][2] >= _CONTENTION and self._accepted_is_pending(done):
            return False
        after = steps[0][1]
        if after.balance == book.balance:
            return True
        if not (self._leniency.balances or event.balance is None):
            return False
        if after.balance > book.balance:
            return self._leniency.balances and (self._leniency.refusals or not self._has_refused_debit)
        return self._leniency.balances and self._covers_all_pending(done, book)

    def _accepted_is_pending(self, done: int) -> bool:
        return any(event.accepted and not done >> index & 1 for index, event in enumerate(self._events))

    def _overspent(self, book: Book) -> bool:
        """Whether more was accepted than could ever be there, in whatever order: then no order needs to be tried."""
        if book.open or any(isinstance(event.item, Rollback) for event in self._events):
            return False
        changes = {
            (family(event.item), event.item.id): change_of(event.item)
            for event in self._events
            if event.accepted and isinstance(event.item, Movement) and event.item.id not in book.rolled_back
        }
        return book.balance + sum(change for key, change in changes.items() if key not in book.entries) < 0

    def _covers_all_pending(self, done: int, book: Book) -> bool:
        pending = (event for i, event in enumerate(self._events) if not done >> i & 1)
        owed = sum(event.item.amount for event in pending if event.accepted and isinstance(event.item, Bet | Unsettle))
        return self._leniency.refusals and owed <= book.balance


def _names(item: Single) -> frozenset[str]:
    match item:
        case GetBalance():
            return frozenset()
        case Rollback():
            return frozenset({item.id, item.original, item.bet}) - {""}
    return frozenset({item.id, item.bet}) - {""}


def _sharing(events: Sequence[Event]) -> tuple[tuple[int, ...], ...]:
    """For each event, the others that name one of its transactions or bets."""
    by_name: dict[str, list[int]] = {}
    names = [_names(event.item) for event in events]
    for index, each in enumerate(names):
        for name in each:
            by_name.setdefault(name, []).append(index)
    return tuple(
        tuple({other for name in each for other in by_name[name] if other != index}) for index, each in enumerate(names)
    )


def _predecessors(events: Sequence[Event]) -> tuple[int, ...]:
    """For each event the mask of those that had ended before it began."""
    by_end = sorted(range(len(events)), key=lambda i: events[i].end)
    by_start = sorted(range(len(events)), key=lambda i: events[i].start)
    masks = [0] * len(events)
    mask, ended = 0, 0
    for index in by_start:
        while ended < len(by_end) and events[by_end[ended]].end < events[index].start:
            mask |= 1 << by_end[ended]
            ended += 1
        masks[index] = mask
    return tuple(masks)


def _signatures(events: Sequence[Event]) -> tuple[int, ...]:
    """Equal numbers for events that are interchangeable: same request, same answer, same neighbours in time."""
    numbers: dict[object, int] = {}
    befores = _predecessors(events)
    latest = max((event.start for event in events), default=0)
    return tuple(
        numbers.setdefault(
            (event.item, event.terms.operation, event.accepted, event.balance, befores[i], event.end >= latest or i), i
        )
        for i, event in enumerate(events)
    )


def _wanted(events: Sequence[Event]) -> dict[Amount, tuple[int, ...]]:
    """Pinned events by the balance that must stand before them."""
    wanted: dict[Amount, list[int]] = {}
    for index, event in enumerate(events):
        if event.accepted and event.balance is not None and isinstance(event.item, Movement):
            change = -event.item.amount if isinstance(event.item, Bet | Unsettle) else event.item.amount
            wanted.setdefault(event.balance - change, []).append(index)
    return {balance: tuple(indices) for balance, indices in wanted.items()}
