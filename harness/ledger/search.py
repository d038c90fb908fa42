"""Is there an order in which a sound wallet would have given these answers?

A search for a linearization: events that overlap in time may have happened in any order, events that do not may not.
It prunes on the balances that were shown, takes events that commute with all others at once, treats like events as
interchangeable, and remembers where it has been. Past its budget the answer is "not known", never "yes".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from types import MappingProxyType

from harness.ledger.answers import Possible
from harness.ledger.book import Book, Family, Fate, change_of, family, key_of
from harness.ledger.events import Event, Leniency, id_of, interference, owed, predecessors, reach, signatures
from harness.ledger.hopeless import is_thirsty
from harness.ledger.rules import allowed, landings
from harness.ledger.unfolding import BudgetExceeded
from harness.model import Amount, Bet, GetBalance, Movement, Payout, Reward, Rollback

LARGEST_SEARCH = 6_000
"""Questions put to `allowed` before a search gives up: well under a tenth of a second, and a race is up to eight."""
QUESTIONS_PER_EVENT = 20
"""More than `LARGEST_SEARCH` for very large batches."""
MOST_BOOKS = 64
"""Different final books that are kept; a history that leaves more open than this is not known."""
MOST_COMPARED = 64
"""Up to this many events are looked at for one that commutes, before any order is tried."""
FEW = 8
"""Up to this many events, finding the ones that fit a balance is not worth an index."""


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
    book, shown = possible.book, event.balance
    if not possible.accepted or overlook_balance or shown is None or possible.may_show(shown):
        yield book
    elif book.open and possible.balances is not None and book.balance in possible.balances:
        yield from book.unfold(shown)


def _essential(ends: Mapping[object, Book]) -> tuple[Book, ...]:
    """The books without those that follow from another one, when what it has in flight lands."""
    waiting = [book for book in ends.values() if book.in_flight]
    reached: set[object] = set()
    while waiting:
        for after in landings(waiting.pop()):
            if after.key() not in reached:
                reached.add(after.key())
                waiting.append(after)
    left = tuple(book for key, book in ends.items() if key not in reached)
    if len(left) > MOST_BOOKS:
        raise BudgetExceeded
    return left


class Budget:
    """How many questions may still be asked."""

    def __init__(self, questions: int) -> None:
        """Allow so many."""
        self.left = questions

    def spend(self) -> None:
        """Ask one. Raises BudgetExceeded."""
        self.left -= 1
        if self.left < 0:
            raise BudgetExceeded


def budget_for(events: Sequence[Event]) -> Budget:
    """What one judgement of these events may cost, however many books there are to start from."""
    return Budget(max(LARGEST_SEARCH, QUESTIONS_PER_EVENT * len(events)))


_Readings = frozenset[tuple[str, str]]
_State = tuple[int, Book, _Readings]


class Search:
    """One search over the events of one player, from one book."""

    def __init__(
        self,
        events: Sequence[Event],
        leniency: Leniency,
        book: Book,
        budget: Budget | None = None,
        ends: Mapping[int, Amount] = MappingProxyType({}),
    ) -> None:
        """Prepare what holds in every order: who must precede whom, who is like whom, who is independent.

        `ends` names batches, by their index in the history, that are worked in one go, and the balance after each.
        """
        self._events = events
        self._leniency = leniency
        self._start = book.blur(*reach(book, events)) if len(events) > 1 else book
        self._is_settled = not book.open and not book.in_flight
        self._budget = budget or budget_for(events)
        self._before = predecessors(events)
        self._same_id, self._sharing = interference(book, events)
        self._blind = not ends and (leniency.balances or all(event.balance is None for event in events))
        self._amounts = [getattr(event.item, "amount", 0) for event in events]
        self._thirsty = sum(1 << i for i, event in enumerate(events) if is_thirsty(event, leniency))
        self._alike = list(signatures(events, self._is_nameless, with_balances=not leniency.balances))
        self._ends = ends
        self._block = [self._block_of(event) for event in events]
        self._alike = [-1 - i if self._block[i] else number for i, number in enumerate(self._alike)]
        self._dry = self._short_of_money()
        self._pinned, self._loose = self._by_balance()
        self._resolved = self._resolved_classes()

    def run(self) -> Found:
        """Every book that some order of the events leaves. Raises BudgetExceeded."""
        everything = (1 << len(self._events)) - 1
        stack: list[Iterator[_State]] = [iter([(0, self._start, frozenset())])]
        seen: set[object] = set()
        ends: dict[object, Book] = {}
        readings: _Readings | None = None
        deepest = (-1, 0, self._start)
        while stack:
            state = next(stack[-1], None)
            if state is None:
                stack.pop()
                continue
            done, book, noted = state
            mark = (done, book.key())
            if mark in seen:
                continue
            seen.add(mark)
            if done == everything:
                ends[book.key()] = book
                readings = noted if readings is None else readings & noted
                continue
            if done.bit_count() > deepest[0]:
                deepest = (done.bit_count(), done, book)
            stack.append(self._successors(done, book, noted))
        if ends:
            return Found(_essential(ends), readings or frozenset())
        left = tuple(i for i in range(len(self._events)) if not deepest[1] >> i & 1)
        return Found((), stuck=deepest[2], pending=left)

    # ----------------------------------------------------------------------------------------------------------------
    # From one state to the next

    def _successors(self, done: int, book: Book, noted: _Readings) -> Iterator[_State]:
        held: list[_State] = []
        for count, index in enumerate(self._candidates(done, book)):
            steps = self._steps(index, done, book, noted)
            if steps and self._is_free(index, done, book, steps):
                yield from steps
                return
            held += steps
            if count >= MOST_COMPARED:
                yield from held
                held = []
        yield from held
        for after in landings(book):
            yield done, after, noted

    def _candidates(self, done: int, book: Book) -> Iterator[int]:
        tried: set[int] = set()
        running = next((block for block in self._block if block & done and block & ~done), 0)
        dry = takewhile(lambda index: self._amounts[index] > book.balance, self._dry)
        for index in chain(self._pinned.get(book.balance, ()), self._loose, dry):
            if done >> index & 1 or self._before[index] & ~done or self._alike[index] in tried:
                continue
            block = self._block[index]
            if running & ~block or block & ~done & ((1 << index) - 1):
                continue
            tried.add(self._alike[index])
            yield index

    def _steps(self, index: int, done: int, book: Book, noted: _Readings) -> list[_State]:
        event = self._events[index]
        steps: dict[object, _State] = {}
        self._budget.spend()
        for possible in allowed(book, event.item, event.terms):
            for after in matches(possible, event, overlook_balance=self._leniency.balances):
                told = self._told(index, possible, after)
                if not self._ends_wrongly(index, done, told):
                    steps.setdefault(told.key(), (done | 1 << index, told, noted | frozenset(possible.readings)))
        found = list(steps.values())
        return found[:1] if found and self._resolves(event, book) else found

    def _ends_wrongly(self, index: int, done: int, book: Book) -> bool:
        """Whether this is the last of a batch that is worked in one go, and the balance after it is another one."""
        block = self._block[index]
        return (
            bool(block)
            and not block & ~(done | 1 << index)
            and book.balance != self._ends[self._events[index].exchange]
        )

    def _told(self, index: int, possible: Possible, after: Book) -> Book:
        """The book that remembers what this first answer showed. Of several to one id it may be any of them."""
        event = self._events[index]
        if possible.first is None or (event.balance is None and len(self._events) == 1):
            return after
        is_known = not self._leniency.balances or not self._same_id[index]
        return after.showing(possible.first, event.balance if is_known else None)

    def _is_free(self, index: int, done: int, book: Book, steps: list[_State]) -> bool:
        """Whether nothing is lost by taking this event now: it commutes with every event that is still to come."""
        if self._block[index]:
            return False
        sharing = self._sharing if self._events[index].accepted else self._same_id
        if sharing[index] & ~done or book.in_flight or len(steps) != 1:
            return False
        if book.open and not self._blind:
            return False
        after = steps[0][1]
        if after.taken != book.taken and not self._is_open(index, book):
            return False
        if after.balance == book.balance:
            return not self._events[index].accepted or self._never_moves(self._events[index], book)
        if not self._blind:
            return False
        if after.balance > book.balance:
            return not self._thirsty & ~done
        return sum(owed(self._events[i]) for i in range(len(self._events)) if not done >> i & 1) <= book.span()[0]

    def _is_open(self, index: int, book: Book) -> bool:
        item = self._events[index].item
        entry = None if isinstance(item, GetBalance) else book.entries.get(key_of(item))
        return entry is not None and entry.fate is Fate.OPEN

    def _never_moves(self, event: Event, book: Book) -> bool:
        """Whether an event that moved nothing here would move nothing anywhere else, or would not fit there."""
        if isinstance(event.item, GetBalance):
            return True
        entry = book.entries.get(key_of(event.item))
        if entry is not None and entry.fate is Fate.OPEN:
            return self._resolves(event, book) or not book.spare(entry.change)
        if entry is not None:
            return entry.fate in {Fate.APPLIED, Fate.WITHOUT_EFFECT}
        bet = book.entries.get((Family.BET, event.item.original)) if isinstance(event.item, Rollback) else None
        if bet is not None and bet.fate is Fate.OPEN:
            return False
        return not event.terms.known_elsewhere and book.known_as(event.item.id) is None

    # ----------------------------------------------------------------------------------------------------------------
    # What holds in every order

    def _is_new(self, event: Event) -> bool:
        """Whether an event's id means nothing to the wallet before these events."""
        item, book = event.item, self._start
        known = id_of(item) in book.rolled_back or book.known_as(id_of(item)) is not None
        return isinstance(item, Movement) and not known and not event.terms.known_elsewhere

    def _is_nameless(self, index: int) -> bool:
        """Whether another event with another id, and otherwise like it, would do as well."""
        event = self._events[index]
        is_named = self._same_id[index] or (event.accepted and isinstance(event.item, Bet) and self._sharing[index])
        return not is_named and not self._start.in_flight and self._is_new(event)

    def _block_of(self, event: Event) -> int:
        """The mask of the batch that an event is worked with in one go, 0 for none."""
        if not event.terms.batch or event.exchange not in self._ends:
            return 0
        return sum(1 << i for i, each in enumerate(self._events) if each.exchange == event.exchange)

    def _short_of_money(self) -> tuple[int, ...]:
        """Refused bets that fit only where the balance does not cover them, the largest first."""
        if not self._is_settled:
            return ()
        thirsty = (i for i in range(len(self._events)) if self._thirsty >> i & 1 and not self._block[i])
        dry = (i for i in thirsty if isinstance(self._events[i].item, Bet))
        return tuple(sorted((i for i in dry if self._is_nameless(i)), key=lambda i: (-self._amounts[i], i)))

    def _by_balance(self) -> tuple[dict[Amount, list[int]], tuple[int, ...]]:
        """The events that fit only where a certain balance stands, and those that may fit anywhere, accepted first."""
        pinned: dict[Amount, list[int]] = {}
        loose = []
        is_indexed = len(self._events) > FEW and self._is_settled and not self._leniency.balances
        for index in sorted(set(range(len(self._events))) - set(self._dry), key=lambda i: not self._events[i].accepted):
            places = self._places(index) if is_indexed else None
            if places is None:
                loose.append(index)
            for balance in places or ():
                pinned.setdefault(balance, []).append(index)
        return pinned, tuple(loose)

    def _places(self, index: int) -> set[Amount] | None:
        """The balances before which an event can come, None for any."""
        event = self._events[index]
        if not event.accepted or event.balance is None or isinstance(event.item, Rollback):
            return None
        if isinstance(event.item, GetBalance):
            return {event.balance}
        applied = event.balance - change_of(event.item)
        if self._is_new(event) and not self._same_id[index]:
            return {applied}
        own = self._start.entries.get((family(event.item), event.item.id))
        is_certain = own.shown not in {None, event.balance} if own is not None else self._repeats_what_it_showed(index)
        return {applied, event.balance} if is_certain else None

    def _repeats_what_it_showed(self, index: int) -> bool:
        """Whether identical requests must all fit where one of them is applied, or where its balance still stands."""
        event = self._events[index]
        twins = [each for i, each in enumerate(self._events) if self._same_id[index] >> i & 1]
        alike = all(
            isinstance(each.item, type(event.item)) and (each.balance is not None or not each.accepted)
            for each in twins
        )
        is_new = not event.terms.known_elsewhere and self._start.known_as(id_of(event.item)) is None
        return alike and is_new and not any(self._before)

    def _resolved_classes(self) -> frozenset[Amount]:
        """Classes of open credits that are all answered here: which of them had arrived before makes no difference."""
        if not self._blind or not all(self._is_plain_credit(index) for index in range(len(self._events))):
            return frozenset()
        sent = {
            (key_of(event.item), change_of(event.item)) for event in self._events if isinstance(event.item, Movement)
        }
        classes = self._start.open.items()
        return frozenset(change for change, members in classes if all((key, change) in sent for key in members))

    def _is_plain_credit(self, index: int) -> bool:
        """Whether an event is an accepted credit whose id is nobody else's."""
        event = self._events[index]
        if not event.accepted or not isinstance(event.item, Payout | Reward) or self._same_id[index]:
            return False
        return not event.terms.known_elsewhere and self._start.known_as(event.item.id, but=family(event.item)) is None

    def _resolves(self, event: Event, book: Book) -> bool:
        if not isinstance(event.item, Movement):
            return False
        entry = book.entries.get((family(event.item), event.item.id))
        return entry is not None and entry.fate is Fate.OPEN and entry.change in self._resolved
