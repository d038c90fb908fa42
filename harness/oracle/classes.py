"""Classes of lost movements with equal changes: a balance says how many of a class have arrived, and not which ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from harness.model import Amount, Bet, Movement
from harness.oracle.book import Book, key_of
from harness.oracle.events import Belief, Event
from harness.oracle.groups import asks_for_its_bet
from harness.oracle.rules import allowed

_MOST_REMEMBERED = 4
"""Beliefs whose classes are remembered. Judging one answer asks several times for the classes of the same belief."""


class _Lost:
    """A book and the lost requests beside it. Two are equal if book and requests are the same objects."""

    def __init__(self, book: Book, events: tuple[Event, ...]) -> None:
        self.book, self.events = book, events

    def __hash__(self) -> int:
        return hash((id(self.book), id(self.events)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Lost) and other.book is self.book and other.events is self.events


def classes_of(belief: Belief) -> Mapping[Amount, Sequence[Event]]:
    """The lost movements whose effect is their own amount and nothing else, by their change of balance."""
    return _classes(_Lost(belief.book, belief.lost)) if belief.lost else {}


@lru_cache(_MOST_REMEMBERED)
def _classes(lost: _Lost) -> Mapping[Amount, Sequence[Event]]:
    ids = Counter(event.id for event in lost.events)
    classes: dict[Amount, list[Event]] = {}
    for event in lost.events:
        item = event.item
        if isinstance(item, Movement) and ids[item.id] == 1 and _is_plain(lost.book, item, event):
            classes.setdefault(event.change, []).append(event)
    return classes


def _is_plain(book: Book, item: Movement, event: Event) -> bool:
    key, terms = key_of(item), event.terms
    entry = book.entries.get(key)
    is_late = isinstance(item, Bet) and item.id in book.rolled_back
    is_new = entry is None or (not entry.is_done and entry.change == event.change)
    if not is_new or is_late or terms.known_elsewhere or book.known_as(item.id, but=key[0]) is not None:
        return False
    return not (terms.must_refuse or asks_for_its_bet(event)) or may_move(book, event)


def may_move(book: Book, event: Event) -> bool:
    """Whether a lost request can move money now, if the balance covers it."""
    rich = replace(book, balance=max(book.balance, -event.change)) if event.change else book
    return any(each.book.balance != rich.balance for each in allowed(rich, event.item, event.terms))
