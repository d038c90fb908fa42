"""Random histories of one player: single requests, batches, races and reads, with lost answers; and what is true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from race_definition import State, contents, unseen
from random_races import KINDS, Kind, event

from harness.model import GetBalance, Policy, Single
from harness.oracle.book import Book, key_of
from harness.oracle.events import Event
from harness.oracle.rules import allowed

READ = GetBalance(player="anna")


@dataclass(frozen=True)
class Window:
    """What was in flight at the same time: one request, the items of a batch, or a race."""

    events: tuple[Event, ...]
    is_race: bool = False


@dataclass(frozen=True)
class Past:
    """A history of one player. Only reads show balances."""

    book: Book
    windows: tuple[Window, ...]


def past(random: Random, name: str) -> Past:
    """A history as a sound wallet answers it, with the requests of a class of races. One in two is then spoilt."""
    teller = _Teller(random, KINDS[name])
    start = teller.book
    windows = [teller.window(number) for number in range(random.randrange(2, 6))]
    windows.append(teller.read(len(windows)))
    if random.random() < 0.5:
        spoil(random, windows)
    return Past(start, tuple(windows))


class _Teller:
    def __init__(self, random: Random, kind: Kind) -> None:
        self._random = random
        self._kind = kind
        self._policy: Policy = random.choice(kind.policies)
        self._sent: list[Single] = []
        self._flying: list[Event] = []
        self.book = Book(random.choice([0, 10, 20, 40]))

    def window(self, number: int) -> Window:
        if self._random.random() < 0.2:
            return self.read(number)
        size = self._random.choice([1, 1, 2, 3])
        is_race = size > 1 and self._random.random() < 0.7
        events = []
        for place in range(size):
            moment = 100 * number + 10 + 3 * place
            at = (
                (moment - self._random.choice([0, 4, 10]), moment + self._random.choice([0, 4, 10]))
                if is_race
                else None
            )
            events.append(self._one(at or (100 * number, 100 * number + 20), is_race=is_race, is_batch=size > 1))
        self._random.shuffle(events)
        return Window(tuple(events), is_race)

    def read(self, number: int) -> Window:
        self._land()
        read = event(READ, (100 * number, 100 * number + 20), policy=self._policy)
        return Window((replace(read, balance=self.book.balance),))

    def _one(self, at: tuple[int, int], *, is_race: bool, is_batch: bool) -> Event:
        self._land()
        random = self._random
        again = self._sent and random.random() < 0.35
        item = random.choice(self._sent) if again else self._kind.items(random)
        self._sent.append(item)
        told = event(item, at, policy=self._policy, **random.choice(self._kind.terms))
        losses = 0.15 if is_race else 0 if is_batch else 0.25
        if random.random() < losses:
            told = replace(told, end=None, accepted=False)
            self._flying.append(told)
            self._land()
            return told
        accepted = self._work(told, contested=is_race and random.random() < 0.3)
        return replace(told, accepted=accepted)

    def _work(self, told: Event, *, contested: bool) -> bool:
        answers = list(allowed(self.book, told.item, replace(told.terms, contested=contested)))
        possible = self._random.choice(answers)
        self.book = possible.book
        return possible.accepted

    def _land(self) -> None:
        while self._flying and self._random.random() < 0.4:
            self._work(self._flying.pop(), contested=False)


def spoil(random: Random, windows: list[Window]) -> None:
    """Change one answer, or the balance of one read."""
    number = random.randrange(len(windows))
    events = list(windows[number].events)
    index = random.randrange(len(events))
    victim = events[index]
    if isinstance(victim.item, GetBalance):
        events[index] = replace(victim, balance=(victim.balance or 0) + random.choice([10, 20, -10]))
    elif victim.end is not None:
        events[index] = replace(victim, accepted=not victim.accepted)
    windows[number] = replace(windows[number], events=tuple(events))


# ----------------------------------------------------------------------------------------------------------------------
# What is true


def first_impossible(given: Past) -> int | None:
    """The first window after which no order of all requests explains what was answered; None if there is none."""
    states: list[State] = [State(given.book, ())]
    for number, window in enumerate(given.windows):
        found: dict[object, State] = {}
        for state in states:
            for end in _ends(state, window):
                found[contents(end.book), frozenset(map(id, end.lost))] = end
        states = list(found.values())
        if not states:
            return number
    return None


def _ends(state: State, window: Window) -> Iterator[State]:
    """The states after a window. A lost replay of what is done already excuses no refusal: it is left out."""
    given = [each for each in (*state.lost, *window.events) if each.end is not None or not _is_done(state.book, each)]
    busy = any(each.accepted or each.end is None for each in given)
    ids = [getattr(each.item, "id", "") for each in given]
    told = [
        replace(each, terms=replace(each.terms, contested=window.is_race and (busy or ids.count(name) == 1)))
        for each, name in zip(given, ids, strict=True)
    ]
    waiting = [(unseen(state.book), frozenset(range(len(given))))]
    met: set[object] = set()
    while waiting:
        book, left = waiting.pop()
        if (mark := (contents(book), left)) in met:
            continue
        met.add(mark)
        if all(told[i].end is None for i in left):
            yield State(book, tuple(given[i] for i in sorted(left) if not _is_done(book, given[i])))
        for i in left:
            end = min((told[j].end or 0 for j in left - {i} if told[j].end is not None), default=told[i].start)
            if end >= told[i].start:
                waiting += [(after, left - {i}) for after in _after(book, told[i])]


def _is_done(book: Book, lost: Event) -> bool:
    entry = None if isinstance(lost.item, GetBalance) else book.entries.get(key_of(lost.item))
    return isinstance(lost.item, GetBalance) or (entry is not None and entry.is_done)


def _after(book: Book, told: Event) -> Iterator[Book]:
    for possible in allowed(book, told.item, told.terms):
        is_shown = told.balance is None or possible.may_show(told.balance)
        if told.end is None or (possible.accepted is told.accepted and is_shown):
            yield unseen(possible.book)


def classes() -> Sequence[str]:
    """The classes of requests that histories are made of."""
    return [name for name, kind in KINDS.items() if kind.contention]


__all__ = ["Past", "Window", "classes", "first_impossible", "past"]
