"""What the events of one group can have done: a small search over their orders, with money enough for everything.

The search is that of Wing and Gong with Lowe's memory. What a group can do is a list of outcomes. Each is a sequence of
moves of money, and the change that it leaves in the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.model import Amount, Bet, GetBalance, Movement, Rollback, Single
from harness.oracle.book import Book, Entry, Key, key_of, particulars
from harness.oracle.events import Event
from harness.oracle.groups import asks_for_its_bet, change_between, ids_of
from harness.oracle.possible import Possible
from harness.oracle.rules import allowed

MOST_STEPS = 20_000
"""Questions put to the law for one group. Past them the group is not known."""

ENDLESS = 1 << 200
"""A moment after all others: a lost request has no end."""


class TooLarge(Exception):
    """A group has more orders than are worth a search."""


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of money, at some moment from `release` to `due`. A debit has a negative change."""

    change: Amount
    release: int
    due: int
    event: int = field(compare=False)
    """Index of the event that moves it."""


Moves = tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """One way in which a group may have gone."""

    moves: Moves
    """In the order in which they happened."""
    part: Book
    """The change in the book, with balance 0."""
    open: frozenset[int] = frozenset()
    """Lost events that have not been carried out, and may be later."""
    base: Moves | None = None
    """Set if lost events were carried out after the last answer: the moves before them. They may come later as well."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where a group can go no further: the event that no sound wallet answers so, and what happened before it."""

    event: int
    moves: Moves
    part: Book
    """The change in the book, with balance 0."""


@dataclass(frozen=True, slots=True)
class Effects:
    """All outcomes of a group; without any, `stuck` says why.

    `loose` is the move of a lost request that nothing else depends on: it may come at any time, or never.
    """

    outcomes: tuple[GroupOutcome, ...]
    loose: Move | None = None
    stuck: Stuck | None = None


# --------------------------------------------------------------------------------------------------------------------
# One transaction that nothing else depends on


def plain(events: Mapping[int, Event], book: Book) -> Effects | None:
    """The effects of one new transaction, sent once or several times, if all refusals are excused.

    A credit can be given as soon as a sending started that was not refused. A debit can wait until the first success.
    None if the group takes a search.
    """
    if not _is_plain(events, book):
        return None
    lost = [index for index, event in events.items() if event.is_lost]
    accepted = [index for index, event in events.items() if event.accepted and not event.is_lost]
    index, event = next(iter(events.items()))
    change = event.change
    book = Book(max(change, -change))
    done = next((each.book for each in allowed(book, event.item, event.terms) if each.accepted), None)
    if done is None:
        return None
    release = min((events[each].start for each in (*accepted, *lost)), default=0)
    due = min((events[each].end or 0 for each in accepted), default=ENDLESS)
    moves = (Move(change, release, due, accepted[0] if accepted else index),) if change else ()
    if accepted:
        return Effects((GroupOutcome(moves, change_between(book, done, shown_by(events))),))
    part = Book(0)
    if len(lost) < len(events):
        terms = replace(event.terms, contested=True)
        refused = next(each.book for each in allowed(book, event.item, terms) if not each.accepted)
        part = change_between(book, refused, {})
    return Effects((GroupOutcome((), part, frozenset(lost)),), moves[0] if lost and moves else None)


def _is_plain(events: Mapping[int, Event], book: Book) -> bool:
    """Whether all events are one new transaction, whose sendings may come in any order."""
    first, *others = events.values()
    item, terms = first.item, first.terms
    if not isinstance(item, Movement) or terms.known_elsewhere or terms.must_refuse:
        return False
    if book.known_as(item.id) is not None or item.id in book.rolled_back:
        return False
    if terms.policy and not isinstance(item, Bet) and asks_for_its_bet(first):
        return False
    if not item.amount and terms.only("zero_bet", "refused"):
        return False
    if any(_content(each) != _content(first) for each in others):
        return False
    answers = {each.is_lost or each.accepted for each in events.values()}
    return len(answers) < 2 or terms.reads("replay_of_refused", "afresh")


def _content(event: Event) -> tuple[object, ...]:
    """What makes two events sendings of one transaction with the same content."""
    item, terms = event.item, event.terms
    facts = (terms.policy, terms.disbelieved, terms.doubtful, terms.refusable, terms.known_elsewhere)
    if not isinstance(item, Movement):
        return (item, *facts)
    return (key_of(item), event.change, item.bet, particulars(item), *facts)


def shown_by(events: Mapping[int, Event]) -> dict[Key, Amount | None]:
    """The balance that the first answer to each transaction showed, where all answers agree and none was lost."""
    shown: dict[Key, set[Amount | None]] = {}
    for event in events.values():
        if not isinstance(event.item, GetBalance) and (event.accepted or event.is_lost):
            shown.setdefault(key_of(event.item), set()).add(None if event.is_lost else event.balance)
    return {key: next(iter(balances)) for key, balances in shown.items() if len(balances) == 1}


# --------------------------------------------------------------------------------------------------------------------
# The search


@dataclass(frozen=True, slots=True)
class _State:
    left: int
    """A bit for each event that is not taken yet."""
    part: Book
    latest: int
    """The latest start of the events taken."""
    moves: Moves
    base: Moves | None = None


class Search:
    """The outcomes of one group from one state of its part of the book."""

    def __init__(self, events: Mapping[int, Event], part: Book) -> None:
        """Prepare the search. The balance of `part` covers all debits, or is the true one if nothing can move."""
        self._shown = shown_by(events)
        self._start = part
        self._names = list(events)
        self._events = list(events.values())
        self._answered = sum(1 << i for i, event in enumerate(self._events) if not event.is_lost)
        self._earlier = [self._earlier_twins(i) for i in range(len(self._events))]
        self._is_alone = [self._is_nowhere_else(i) for i in range(len(self._events))]
        self._bets_of = [self._bets_named_with(event.item) for event in self._events]
        self._done: dict[tuple[int, Entry | None], Mapping[Key, Entry] | None] = {}
        self._met: dict[object, list[_State]] = {}
        self._stuck: tuple[int, _State, int] | None = None
        self.steps = 0

    def run(self) -> Effects:
        """All outcomes. Raises TooLarge past the number of steps."""
        found: dict[tuple[object, frozenset[int]], list[GroupOutcome]] = {}
        first = self._settled(_State((1 << len(self._events)) - 1, self._start, 0, ()))
        waiting = [] if first is None else [first]
        while waiting:
            state = waiting.pop()
            if self._is_met(state):
                continue
            if not state.left & self._answered:
                outcome = self._outcome(state)
                found.setdefault((outcome.part.key(), outcome.open), []).append(outcome)
                if state.base is None:
                    state = replace(state, base=state.moves)
            following = list(self._following(state))
            waiting += following
            if not following:
                self._get_stuck(state)
        outcomes = tuple(each for same in found.values() for each in _best(same))
        return Effects(outcomes) if outcomes else Effects((), stuck=self._accused())

    def _following(self, state: _State) -> Iterator[_State]:
        due = self._due(state.left)
        for i, event in enumerate(self._events):
            if not state.left >> i & 1 or event.start > due or self._earlier[i] & state.left:
                continue
            latest = max(state.latest, event.start)
            for part, change in self._answers(state.part, event):
                moves = state.moves
                if change:
                    moves = (*moves, Move(change, latest, due, self._names[i]))
                after = replace(state, left=state.left & ~(1 << i), part=part, latest=latest, moves=moves)
                if (settled := self._settled(after)) is not None:
                    yield settled

    def _answers(self, part: Book, event: Event) -> list[tuple[Book, Amount]]:
        """The parts of the book after an event, each with the money moved. A lost one must have done something."""
        answers: dict[object, tuple[Book, Amount]] = {}
        for possible in self._ask(part, event):
            if event.is_lost or possible.accepted is event.accepted:
                change = possible.book.balance - part.balance
                after = self._ready(part, possible)
                if not event.is_lost or change or after is not part:
                    answers[after.key(), change] = (after, change)
        return list(answers.values())

    def _ask(self, part: Book, event: Event) -> Iterator[Possible]:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLarge
        return allowed(part, event.item, event.terms)

    def _ready(self, part: Book, possible: Possible) -> Book:
        """The part of the book for the next event: the balance covers everything again, and was not seen."""
        after = possible.book
        if after is part:
            return part
        if possible.first is not None:
            after = after.showing(possible.first, None)
        return replace(after, balance=part.balance)

    def _due(self, left: int) -> int:
        ends = (event.end for i, event in enumerate(self._events) if left >> i & 1)
        return min((end for end in ends if end is not None), default=ENDLESS)

    def _earlier_twins(self, index: int) -> int:
        """A bit for each identical event that started and ended no later: it may always be taken first."""
        this = self._events[index]
        others = ((i, each) for i, each in enumerate(self._events) if i != index and _kind(each) == _kind(this))
        return sum(1 << i for i, each in others if _comes_first(each, this, is_listed_first=i < index))

    # ------------------------------------------------------------------------------------------------------------
    # Reductions, each exact

    def _settled(self, state: _State) -> _State | None:
        """The state after all events that move no money any more and change nothing for others, whenever they come.

        None if one of their answers is impossible now, and therefore for ever.
        """
        for i, event in enumerate(self._events):
            if not state.left >> i & 1 or not self._is_settled(state.part, i):
                continue
            state = replace(state, left=state.left & ~(1 << i))
            if event.is_lost:
                continue
            if (done := self._done_by(state.part, i)) is None:
                self._get_stuck(state, i)
                return None
            state = replace(state, part=state.part.record_all(done))
        return state

    def _is_settled(self, part: Book, index: int) -> bool:
        """Whether an event is a replay of what is done, a refusal, or a rollback of what is rolled back already."""
        event, item = self._events[index], self._events[index].item
        if isinstance(item, GetBalance) or not (event.is_lost or event.accepted or event.terms.contested):
            return False
        entry = event.entry_in(part)
        if entry is not None or event.is_lost or not self._is_alone[index]:
            return entry is not None and entry.is_done
        if not event.accepted:
            return True
        return (
            isinstance(item, Rollback) and item.original in part.rolled_back and self._bets_of[index] <= part.returned
        )

    def _done_by(self, part: Book, index: int) -> Mapping[Key, Entry] | None:
        """The entry that a settled event leaves; None if it cannot be answered so."""
        event = self._events[index]
        key = key_of(event.item)  # type: ignore[arg-type]
        mark = (index, part.entries.get(key))
        if mark not in self._done:
            answers = self._answers(part, event)
            self._done[mark] = {key: answers[0][0].entries[key]} if answers else None
        return self._done[mark]

    def _is_nowhere_else(self, index: int) -> bool:
        """Whether an event has an id that means nothing to the wallet, and that no other event names."""
        event = self._events[index]
        ids = ids_of(event.item)
        if not ids or event.terms.known_elsewhere or self._start.known_as(ids[0]) is not None or ids[0] in ids[1:]:
            return False
        return not any(ids[0] in ids_of(other.item) for i, other in enumerate(self._events) if i != index)

    def _bets_named_with(self, item: Single) -> frozenset[str]:
        """All names under which the transaction that a rollback undoes is known, or may be known later."""
        if not isinstance(item, Rollback) or item.of_win:
            return frozenset(ids_of(item)[1:])
        known = self._start.known_as(item.original)
        later = {
            each.item.bet for each in self._events if not isinstance(each.item, GetBalance) and each.id == item.original
        }
        return frozenset({item.original, item.bet, known.bet if known is not None else "", *later} - {""})

    def _is_met(self, state: _State) -> bool:
        """Whether a state was reached before, with windows as wide as these."""
        changes = tuple(move.change for move in state.moves)
        mark = (state.left, state.part.key(), changes, state.base is None)
        met = self._met.setdefault(mark, [])
        if any(each.latest <= state.latest and _is_as_wide(each.moves, state.moves) for each in met):
            return True
        met.append(state)
        return False

    # ------------------------------------------------------------------------------------------------------------
    # Results

    def _outcome(self, state: _State) -> GroupOutcome:
        still_open = frozenset(name for i, name in enumerate(self._names) if state.left >> i & 1)
        change = change_between(self._start, state.part, self._shown)
        base = state.base
        if base is not None and _may_need_cover(state.moves[len(base) :]):
            base = None
        return GroupOutcome(state.moves, change, still_open, base)

    def _get_stuck(self, state: _State, accused: int | None = None) -> None:
        """Remember where the search came furthest, and the event that could not be answered so."""
        count = (state.left & self._answered).bit_count()
        if self._stuck is not None and self._stuck[0] <= count:
            return
        due = self._due(state.left)
        left = [i for i in range(len(self._events)) if (state.left & self._answered) >> i & 1]
        left.sort(key=lambda i: (self._events[i].start > due, not self._events[i].accepted))
        if accused is not None or left:
            self._stuck = (count, state, left[0] if accused is None else accused)

    def _accused(self) -> Stuck | None:
        if self._stuck is None:
            return None
        _, state, index = self._stuck
        return Stuck(self._names[index], state.moves, change_between(self._start, state.part, {}))


def _kind(event: Event) -> tuple[object, ...]:
    return (event.item, event.accepted, event.is_lost, event.terms)


def _comes_first(one: Event, two: Event, *, is_listed_first: bool) -> bool:
    first, second = ((each.start, each.end or ENDLESS) for each in (one, two))
    return first[0] <= second[0] and first[1] <= second[1] and (is_listed_first or first != second)


def _is_as_wide(moves: Moves, others: Moves) -> bool:
    return all(one.release <= two.release and one.due >= two.due for one, two in zip(moves, others, strict=True))


def _best(outcomes: Sequence[GroupOutcome]) -> list[GroupOutcome]:
    """Of outcomes that leave the same, those that are not narrower than another one."""
    kept: list[GroupOutcome] = []
    for each in sorted(outcomes, key=lambda one: one.base is not None):
        changes = [move.change for move in each.moves]
        same = [one for one in kept if [move.change for move in one.moves] == changes]
        if not any(_is_as_wide(one.moves, each.moves) for one in same):
            kept.append(each)
    return kept


def _may_need_cover(moves: Moves) -> bool:
    """Whether a credit follows a debit: they may have to come while there is money for the debit."""
    debits = [index for index, move in enumerate(moves) if move.change < 0]
    return bool(debits) and any(move.change > 0 for move in moves[debits[0] :])
