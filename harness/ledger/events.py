"""Events, and what can be said of several of them before any order is tried.

Who ended before whom began, who interferes with whom, who is like whom: all of it as bit masks over the events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.ledger.book import Book, Family, Fate, change_of, family
from harness.ledger.terms import Terms
from harness.model import Amount, Bet, GetBalance, Movement, Payout, Reward, Rollback, Single, Unsettle


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
TIERS = (STRICT, Leniency(refusals=True), MONEY_ONLY, Leniency(balances=True, refusals=True))
"""Every judgement of a race, from the strictest on."""


def contested(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events as a lenient judge sees them: a refusal may rest on contention alone.

    A wallet that was busy with something has accepted something: where nothing at all was accepted, identical requests
    have no such excuse, because at least one of them must succeed.
    """
    ids = Counter(id_of(event.item) for event in events)
    busy = any(event.accepted for event in events)
    return tuple(
        replace(event, terms=replace(event.terms, contested=busy or ids[id_of(event.item)] == 1)) for event in events
    )


def id_of(item: Single) -> str:
    """The transaction id, empty for a read."""
    return "" if isinstance(item, GetBalance) else item.id


def is_debit(event: Event) -> bool:
    """Whether an event takes money when it is applied."""
    return isinstance(event.item, Bet | Unsettle) and event.item.amount > 0


def owed(event: Event) -> Amount:
    """What an accepted debit takes."""
    return event.item.amount if event.accepted and isinstance(event.item, Bet | Unsettle) else 0


def reach(book: Book, events: Sequence[Event]) -> tuple[Amount, Amount]:
    """How far events and requests in flight can take the balance down and up, open transactions left aside."""
    low: Amount = 0
    high: Amount = 0
    stakes = {event.item.id: event.item.amount for event in events if isinstance(event.item, Bet)}
    for item in {*(event.item for event in events), *(flying.item for flying in book.in_flight)}:
        if isinstance(item, Rollback):
            bet = book.entries.get((Family.BET, item.original))
            high += -bet.change if bet is not None else stakes.get(item.original, 0)
        elif isinstance(item, Movement) and not _is_open(book, item):
            low, high = low + min(change_of(item), 0), high + max(change_of(item), 0)
    return low, high


def _is_open(book: Book, item: Movement) -> bool:
    entry = book.entries.get((family(item), item.id))
    return entry is not None and entry.fate is Fate.OPEN and entry.change == change_of(item)


def predecessors(events: Sequence[Event]) -> tuple[int, ...]:
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


def interference(book: Book, events: Sequence[Event]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each event the mask of the others that share its id, and of those whose order with it matters beyond money:
    one id, or one bet. Two credits of one bet, or two bets under one bet id, do not interfere.
    """
    bets = {id_: entry.bet for (kind, id_), entry in book.entries.items() if kind is Family.BET}
    placed = bets | {event.item.id: event.item.bet for event in events if isinstance(event.item, Bet)}
    same_id, sharing = [0] * len(events), [0] * len(events)
    for members in _groups(_ids(event.item) for event in events):
        _connect(members, same_id, sharing)
    for members in _groups(_bets(event.item, placed) for event in events):
        if {type(events[index].item) for index in members} not in ({Bet}, {Payout}):
            _connect(members, sharing)
    return tuple(same_id), tuple(sharing)


def _connect(members: Sequence[int], *masks: list[int]) -> None:
    everybody = sum(1 << index for index in members)
    for each in masks:
        for index in members:
            each[index] |= everybody & ~(1 << index)


def _groups(names: Iterable[set[str]]) -> Iterator[list[int]]:
    by_name: dict[str, list[int]] = {}
    for index, each in enumerate(names):
        for name in each - {""}:
            by_name.setdefault(name, []).append(index)
    return (members for members in by_name.values() if len(members) > 1)


def _ids(item: Single) -> set[str]:
    match item:
        case GetBalance():
            return set()
        case Rollback():
            return {item.id, item.original}
    return {item.id}


def _bets(item: Single, placed: Mapping[str, str]) -> set[str]:
    match item:
        case GetBalance() | Reward():
            return set()
        case Rollback():
            return {item.original, item.bet, placed.get(item.original, "")}
        case Bet():
            return {item.id, item.bet}
    return {item.bet}


def signatures(events: Sequence[Event], is_nameless: Callable[[int], bool], *, with_balances: bool) -> tuple[int, ...]:
    """Equal numbers for events that are interchangeable: like requests, like answers, like neighbours in time.

    Where an event is nameless (its id is new and nobody else's) two bets of one amount are alike. Otherwise only the
    very same request is.
    """
    numbers: dict[object, int] = {}
    befores = predecessors(events)
    latest = max((event.start for event in events), default=0)
    found = []
    for index, event in enumerate(events):
        nameless = isinstance(event.item, Movement) and is_nameless(index)
        request = _shape(event.item) if nameless and isinstance(event.item, Movement) else event.item
        shown = event.balance if with_balances or not nameless else None
        interval = (befores[index], event.end >= latest or index)
        mark = (request, _facts(event.terms), event.accepted, shown, interval)
        found.append(numbers.setdefault(mark, index))
    return tuple(found)


def _shape(item: Movement) -> tuple[object, ...]:
    return (family(item), change_of(item), "" if isinstance(item, Bet | Reward) else item.bet)


def _facts(terms: Terms) -> tuple[object, ...]:
    return (
        terms.operation,
        terms.disbelieved,
        terms.doubtful,
        terms.refusable,
        terms.batch,
        terms.duplicate_in_batch,
        terms.known_elsewhere,
        terms.foreign_bet,
        terms.contested,
    )
