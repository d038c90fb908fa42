"""Is there an order of events in which every balance that was shown is right, and every refusal has its reason?

A plain search (Wing and Gong, Lowe): events that overlap in time may have happened in any order, others may not. It
remembers where it has been. Past its budget the answer is "not known".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from harness.model import Amount, Bet, GetBalance, Movement, Payout, Reward
from harness.oracle.book import Book, Key
from harness.oracle.events import Belief, Event
from harness.oracle.groups import ids_of, references_of
from harness.oracle.lost import distinct, step
from harness.oracle.sums import BudgetExceeded

LARGEST_SEARCH = 6_000
"""Events that are tried before a search gives up: well under a tenth of a second."""
STEPS_PER_EVENT = 20
"""More than `LARGEST_SEARCH` for very large batches."""


def is_beyond_budget(count: int) -> bool:
    """True if so many events are too many for a search that tries each of them in every place, as after a loss."""
    return count * (count + 1) // 2 > max(LARGEST_SEARCH, STEPS_PER_EVENT * count)


Readings = frozenset[tuple[str, str]]
_State = tuple[int, Belief, Readings, object]
"""The events done, the belief that they leave with the readings that it rests on, and its key."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. Without beliefs no order is right.

    Then `stuck` is the belief from which none of the `pending` events, given by their indices, can follow.
    """

    beliefs: tuple[Belief, ...]
    readings: Readings = frozenset()
    stuck: Belief | None = None
    pending: tuple[int, ...] = ()


class OrderSearch:
    """One search over the events of one player, from one belief. The set of events done is a bit mask."""

    def __init__(
        self,
        belief: Belief,
        events: Sequence[Event],
        *,
        overlook_balances: bool = False,
        racing: bool = False,
        ends: Mapping[int, Amount] = MappingProxyType({}),
    ) -> None:
        """`ends` has batches that are worked in one go, by their index in the history, and the balance after each."""
        self._belief = belief
        self._events = events
        self._overlooks = overlook_balances
        self._is_race = racing
        self._ends = ends
        self._is_blind = not ends and (overlook_balances or all(event.balance is None for event in events))
        self._left = max(LARGEST_SEARCH, STEPS_PER_EVENT * len(events))
        self._before = predecessors(events)
        self._block = [self._block_of(event) for event in events]
        self._others = _others(belief, events)
        self._alike = self._signatures()
        self._places = self._by_balance()
        self._ended = [_end(event) for event in events]
        self._uncovered = [self._refused_stake(index) for index in range(len(events))]

    def run(self, *, all_ends: bool = True) -> Found:
        """The beliefs that some order leaves: all of them, or those of the first order found.

        Raises BudgetExceeded.
        """
        everything = (1 << len(self._events)) - 1
        deepest: _State = (0, self._belief, frozenset(), self._belief.key())
        stack: list[Iterator[_State]] = [iter([deepest])]
        seen: set[object] = set()
        ends: list[Belief] = []
        readings: Readings | None = None
        while stack and (all_ends or not ends):
            state = next(stack[-1], None)
            if state is None:
                stack.pop()
                continue
            done, belief, noted, mark = state
            if (done, mark) in seen:
                continue
            seen.add((done, mark))
            if done == everything:
                ends.append(belief)
                readings = noted if readings is None else readings & noted
                continue
            if done.bit_count() > deepest[0].bit_count():
                deepest = state
            stack.append(self._successors(state))
        if ends:
            return Found(distinct(ends), readings or frozenset())
        pending = tuple(i for i in range(len(self._events)) if not deepest[0] >> i & 1)
        return Found((), stuck=deepest[1], pending=pending)

    # ----------------------------------------------------------------------------------------------------------------
    # From one state to the next

    def _successors(self, state: _State) -> Iterator[_State]:
        held: list[_State] = []
        for index in self._candidates(state[0], state[1]):
            steps = self._steps(index, state)
            if len(steps) == 1 and self._is_free(index, state, steps[0]):
                yield steps[0]
                return
            held += steps
        yield from held

    def _candidates(self, done: int, belief: Belief) -> Iterator[int]:
        """The events that may come next. Of several that are alike it is the one that ended first."""
        pinned, loose = self._places
        blocks = self._block if self._ends else ()
        running = next((block for block in blocks if block & done and block & ~done), 0)
        first: dict[int, int] = {}
        balance, remaining = belief.book.balance, ~done
        for index in (*pinned.get(balance, ()), *loose):
            if done >> index & 1 or self._before[index] & remaining or 0 < self._uncovered[index] <= balance:
                continue
            block = self._block[index]
            if running & ~block or block & remaining & ((1 << index) - 1):
                continue
            other = first.setdefault(self._alike[index], index)
            if self._ended[index] < self._ended[other]:
                first[self._alike[index]] = index
        return iter(first.values())

    def _steps(self, index: int, state: _State) -> list[_State]:
        event, (done, belief, noted, _) = self._events[index], state
        self._left -= 1
        if self._left < 0:
            raise BudgetExceeded
        found: dict[object, _State] = {}
        for possible, after in step(belief, event, overlook_balance=self._overlooks, racing=self._is_race):
            shown = self._with_shown(index, possible.first, after)
            if self._ends_wrongly(index, done, shown):
                continue
            mark = shown.key()
            found.setdefault(mark, (done | 1 << index, shown, noted.union(possible.readings), mark))
        return list(found.values())

    def _with_shown(self, index: int, first: Key | None, after: Belief) -> Belief:
        """The belief that remembers the balance that a first answer showed. Of several to one id it may be any."""
        return after.showing(first, None if self._overlooks and self._others[index] else self._events[index].balance)

    def _ends_wrongly(self, index: int, done: int, belief: Belief) -> bool:
        """Whether a batch that is worked in one go ends here with another balance than it shows."""
        block = self._block[index]
        is_last = bool(block) and not block & ~(done | 1 << index)
        return is_last and belief.book.balance != self._ends[self._events[index].exchange]

    def _is_free(self, index: int, state: _State, next_: _State) -> bool:
        """Whether nothing is lost by taking this event now: what is still to come does not depend on it."""
        event, (_, before, _, mark), (done, after, _, next_mark) = self._events[index], state, next_
        remaining = ~done
        if self._block[index] or before.lost:
            return False
        if mark == next_mark:
            return not event.accepted or self._never_moves(event, before.book)
        moved = after.book.balance - before.book.balance
        if self._others[index] & remaining:
            return False
        if not moved:
            return not event.accepted or self._never_moves(event, before.book)
        if not self._is_blind:
            return False
        debits = [(event.accepted, -min(event.change, 0)) for i, event in enumerate(self._events) if remaining >> i & 1]
        if moved > 0:
            return all(accepted for accepted, stake in debits if stake)
        return sum(stake for accepted, stake in debits if accepted) <= after.book.balance

    def _never_moves(self, event: Event, book: Book) -> bool:
        """Whether an event that moved nothing here would move nothing later either."""
        if isinstance(event.item, GetBalance):
            return True
        entry = event.entry_in(book)
        if entry is not None:
            return entry.is_done
        return isinstance(event.item, Movement) and not event.item.amount and self._is_new(event)

    # ----------------------------------------------------------------------------------------------------------------
    # What holds in every order

    def _is_new(self, event: Event) -> bool:
        """Whether the wallet knows nothing of an event's id before these events."""
        item, book = event.item, self._belief.book
        known = event.id in book.rolled_back or book.known_as(event.id) is not None
        return isinstance(item, Movement) and not known and not event.terms.known_elsewhere

    def _block_of(self, event: Event) -> int:
        """The mask of the batch that an event is worked with in one go, 0 for none."""
        if not event.terms.batch or event.exchange not in self._ends:
            return 0
        return sum(1 << i for i, each in enumerate(self._events) if each.exchange == event.exchange)

    def _signatures(self) -> list[int]:
        """Equal numbers for events that are interchangeable, but for their times."""
        numbers: dict[object, int] = {}
        return [numbers.setdefault(self._signature(i), i) for i in range(len(self._events))]

    def _signature(self, index: int) -> object:
        event = self._events[index]
        if self._block[index] or self._belief.lost:
            return index
        return (event.item, facts(event), event.accepted, None if self._overlooks else event.balance)

    def _by_balance(self) -> tuple[dict[Amount, list[int]], tuple[int, ...]]:
        """The events that can only come where a certain balance stands, and all others, accepted ones first."""
        pinned: dict[Amount, list[int]] = {}
        loose = []
        for index in sorted(range(len(self._events)), key=lambda i: not self._events[i].accepted):
            place = None if self._overlooks or self._belief.lost else self._place(index)
            if place is None:
                loose.append(index)
            else:
                pinned.setdefault(place, []).append(index)
        return pinned, tuple(loose)

    def _refused_stake(self, index: int) -> Amount:
        """The stake of a bet that can only have been refused because the balance did not cover it; otherwise 0."""
        event, terms = self._events[index], self._events[index].terms
        is_excused = terms.disbelieved or terms.doubtful or terms.refusable_by or terms.contested
        if event.accepted or is_excused or self._others[index] or self._belief.lost or not self._is_new(event):
            return 0
        return event.item.amount if isinstance(event.item, Bet) else 0

    def _place(self, index: int) -> Amount | None:
        """The only balance before which an event can come, None for any."""
        event = self._events[index]
        if not event.accepted or event.balance is None:
            return None
        if isinstance(event.item, GetBalance):
            return event.balance
        if not isinstance(event.item, Movement) or self._others[index]:
            return None
        if self._is_new(event):
            return event.balance - event.change
        entry = event.entry_in(self._belief.book)
        is_replay = entry is not None and entry.is_done and entry.shown not in {None, event.balance}
        return event.balance if is_replay else None


def facts(event: Event) -> tuple[object, ...]:
    """What is known of a request besides its content, without its policy."""
    terms = event.terms
    return (
        *(terms.operation, terms.disbelieved, terms.doubtful, terms.refusable, terms.batch, terms.duplicate_in_batch),
        *(terms.known_elsewhere, terms.foreign_bet, terms.contested),
    )


def predecessors(events: Sequence[Event]) -> tuple[int, ...]:
    """For each event the mask of those that had ended before it began."""
    by_end = sorted(range(len(events)), key=lambda i: _end(events[i]))
    by_start = sorted(range(len(events)), key=lambda i: events[i].start)
    masks = [0] * len(events)
    mask, ended = 0, 0
    for index in by_start:
        while ended < len(by_end) and _end(events[by_end[ended]]) < events[index].start:
            mask |= 1 << by_end[ended]
            ended += 1
        masks[index] = mask
    return tuple(masks)


def _end(event: Event) -> float:
    return event.start if event.end is None else event.end


def _others(belief: Belief, events: Sequence[Event]) -> list[int]:
    """For each event the mask of the others whose order with it counts beyond the balance: one id, or one bet.

    Two credits of one bet, or two bets under one reference, do not depend on each other.
    """
    bets = {event.id: event.item.bet for event in events if isinstance(event.item, Bet)}
    by_name: dict[tuple[str, str], list[int]] = {}
    for index, event in enumerate(events):
        ids = ids_of(event.item)
        references = set(ids) if isinstance(event.item, Reward) else references_of(event.item, belief.book)
        references |= {bets.get(each, "") for each in ids}
        for name in (*(("id", each) for each in ids), *(("bet", each) for each in references - {""})):
            by_name.setdefault(name, []).append(index)
    masks = [0] * len(events)
    for (what, _), members in by_name.items():
        if what == "id" or {type(events[index].item) for index in members} not in ({Bet}, {Payout}):
            together = sum(1 << index for index in members)
            for index in members:
                masks[index] |= together & ~(1 << index)
    return masks
