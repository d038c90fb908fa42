"""The possible states after lost answers, by definition: each lost request is carried out at any moment, or never.

One exception is a decision: the refusal of a request that is sent again shows that its first sending has no effect.

It takes the rules from `allowed` and keeps every definite book. It shares no search and no shortcut with the oracle.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from harness.model import Amount, GetBalance
from harness.oracle import Book, Event, allowed
from harness.oracle.resent import is_same_request

MOST_STATES = 20_000

State = tuple[Book, tuple[int, ...]]
"""A definite book, and the numbers of the lost requests that are not carried out yet."""
States = dict[object, State]


class TooMany(Exception):
    """The history is too large for the definition."""


class Definition:
    """Every state of an account that the answers so far allow."""

    def __init__(self, balance: Amount) -> None:
        self._lost: list[Event] = []
        self.states: States = {}
        _add(self.states, Book(balance), ())

    def lose(self, event: Event) -> None:
        """Add a request whose answer was lost."""
        if isinstance(event.item, GetBalance) or event.terms.disbelieved is not None:
            return
        self._lost.append(event)
        number, before = len(self._lost) - 1, list(self.states.values())
        self.states = {}
        for book, left in before:
            _add(self.states, book, (*left, number))

    def judge(self, events: Sequence[Event]) -> bool:
        """True if the answers are possible. The states are then those after them. A batch is worked in any order."""
        found: States = {}
        start = self.states
        for order in permutations(events):
            self.states = start
            for event in order:
                self.states = self._after(event)
            found |= self.states
        self.states = found or start
        return bool(found)

    def balances(self) -> set[Amount]:
        """Every balance that a read may show now."""
        return {book.balance for book, _ in self._carried_out()}

    def books(self) -> list[Book]:
        """Every definite book that is possible now."""
        return [book for book, _ in self._carried_out()]

    def _carried_out(self) -> Sequence[State]:
        """The states, and all states after carrying out some more lost requests."""
        found = dict(self.states)
        waiting = list(found.values())
        while waiting:
            book, left = waiting.pop()
            for number in left:
                event = self._lost[number]
                for possible in allowed(book, event.item, event.terms):
                    rest = tuple(each for each in left if each != number)
                    if _add(found, possible.book, rest):
                        waiting.append((possible.book, rest))
            if len(found) > MOST_STATES:
                raise TooMany
        return list(found.values())

    def _after(self, event: Event) -> States:
        found: States = {}
        for book, left in self._carried_out():
            for possible in allowed(book, event.item, event.terms):
                if possible.accepted is not event.accepted:
                    continue
                after = possible.book
                if not event.accepted:
                    same = [number for number in left if is_same_request(self._lost[number], event)]
                    _add(found, after, tuple(number for number in left if number not in same))
                    continue
                if event.balance is not None:
                    if not possible.may_show(event.balance):
                        continue
                    after = after.showing(possible.first, event.balance) if possible.first else after
                _add(found, after, left)
        return found


def _add(states: States, book: Book, left: tuple[int, ...]) -> bool:
    key = (book.key(), left)
    is_new = key not in states
    states.setdefault(key, (book, left))
    return is_new
