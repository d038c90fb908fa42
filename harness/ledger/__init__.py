"""The oracle: which states could a sound wallet be in? Pure, and it shares no code with any wallet.

It holds, for one player, every book that the answers so far allow. `judge` filters them by the next event, or by
several that overlapped in time; no book left means that no sound wallet could have said this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.ledger.book import Book, BudgetExceeded, Entry, Family, Fate, change_of, family
from harness.ledger.rules import READINGS, Possible, Terms, allowed, lose
from harness.ledger.search import MONEY_ONLY, STRICT, TIERS, Event, Found, Leniency, Search, matches
from harness.model import Amount, Situation, Wrong

__all__ = [
    "READINGS",
    "STRICT",
    "Book",
    "BudgetExceeded",
    "Entry",
    "Event",
    "Family",
    "Fate",
    "Finding",
    "Judgement",
    "Leniency",
    "Possible",
    "Terms",
    "allowed",
    "change_of",
    "family",
    "judge",
    "lost",
]

MOST_ALTERNATIVES = 256
"""Books held at once for one player; a history that leaves more possible is not known."""

SMALL_BATCH = 8
"""Up to this many items, a resent batch is searched item by item."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why no sound wallet could have answered so: the event, what it was to the wallet, and what could have been said."""

    event: Event
    situation: Situation
    wrong: Wrong
    possible: tuple[Possible, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of the books. Without a finding, `books` is not empty; `undecided` means that the budget ran out."""

    books: tuple[Book, ...]
    readings: frozenset[tuple[str, str]] = frozenset()
    leniency: Leniency = STRICT
    finding: Finding | None = None
    undecided: bool = False
    situations: tuple[Situation, ...] = ()
    """What each event was to the wallet, in the order given; only for the most ordinary book."""


def lost(books: Iterable[Book], event_item: Event) -> tuple[Book, ...]:
    """Every book that may be once the answer to an event was lost. Raises BudgetExceeded."""
    return _distinct(after for book in books for after in lose(book, event_item.item, event_item.terms))


def judge(books: Sequence[Book], events: Sequence[Event], *, racing: bool = False) -> Judgement:
    """Filter the books by events that were answered: one, the items of a batch, or a race (`racing`).

    Several events that do not race are the items of one batch. Money is judged first of all; what only the balances of
    concurrent answers, or refusals under contention, speak against is reported as `leniency`.
    """
    situations = tuple(_situation(books[0], event) for event in events)
    judgement = _undisturbed(books, events) if not racing else _race(books, events)
    return replace(judgement, situations=situations)


def _undisturbed(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    if len(events) > SMALL_BATCH and any(_is_open(book, event) for book in books for event in events):
        return _resent_batch(books, events)
    found = _search(books, events, STRICT)
    if found is None:
        return Judgement((), undecided=True)
    if found.books:
        return Judgement(found.books, found.readings)
    if len(events) > 1 and (whole := _after_whole_batch(books, events)) is not None:
        return whole
    return Judgement((), finding=_finding(found, events))


def _is_open(book: Book, event: Event) -> bool:
    known = book.known_as(getattr(event.item, "id", ""))
    return known is not None and known.fate is Fate.OPEN


def _resent_batch(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    """A large batch whose first answer was lost: all that is accepted is in the books now, whenever it got there.

    Which item was applied when is not worth a search: each balance shown must lie between the books before and after,
    and the next balance that anybody reads is known exactly.
    """
    found = _search(books, events, MONEY_ONLY)
    if found is None:
        return Judgement((), undecided=True)
    if not found.books:
        return Judgement((), finding=_finding(found, events))
    ends = [edge for book in (*books, *found.books) for edge in (*book.span(), book.balance)]
    for event in events:
        if event.accepted and event.balance is not None and not min(ends) <= event.balance <= max(ends):
            possible = tuple(allowed(found.books[0], event.item, event.terms))
            return Judgement((), finding=Finding(event, Situation.REPLAY, Wrong.BALANCE, possible))
    return Judgement(found.books, found.readings)


def _after_whole_batch(books: Sequence[Book], events: Sequence[Event]) -> Judgement | None:
    """The reading in which every item shows the balance after the whole batch, or the one it showed the first time."""
    if not events[0].terms.reads("batch_balance", "after_batch"):
        return None
    found = _search(books, events, MONEY_ONLY)
    if found is None:
        return None
    fitting = tuple(book for book in found.books if all(_shows_the_end(book, event) for event in events))
    if not fitting:
        return None
    return Judgement(fitting, found.readings | {("batch_balance", "after_batch")})


def _shows_the_end(book: Book, event: Event) -> bool:
    if not event.accepted or event.balance is None or event.balance == book.balance:
        return True
    known = book.known_as(getattr(event.item, "id", ""))
    return known is not None and event.balance == known.shown


def _race(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    found: Found | None = None
    for tier in TIERS:
        found = _search(books, _contested(events) if tier.refusals else events, tier)
        if found is not None and found.books:
            used = replace(tier, refusals=("contention", "refused") in found.readings)
            return Judgement(found.books, found.readings - {("contention", "refused")}, used)
    if found is None:
        return Judgement((), undecided=True)
    return Judgement((), finding=_finding(found, events))


def _contested(events: Sequence[Event]) -> tuple[Event, ...]:
    """Of identical requests at least one must succeed: only where one did may the others be refused for contention."""
    ids = [getattr(event.item, "id", "") for event in events]
    won = {each for each, event in zip(ids, events, strict=True) if event.accepted}
    return tuple(
        replace(event, terms=replace(event.terms, contested=each in won or ids.count(each) == 1))
        for each, event in zip(ids, events, strict=True)
    )


def _search(books: Sequence[Book], events: Sequence[Event], leniency: Leniency) -> Found | None:
    """All that some order from some book leaves; None when the budget ran out before that was known."""
    ends: list[Book] = []
    readings: frozenset[tuple[str, str]] | None = None
    nearest: Found | None = None
    try:
        for book in books:
            found = Search(events, leniency).run(book)
            if found.books:
                ends.extend(found.books)
                readings = found.readings if readings is None else readings & found.readings
            elif nearest is None or len(found.pending) < len(nearest.pending):
                nearest = found
        if ends:
            return Found(_distinct(ends), readings or frozenset())
    except BudgetExceeded:
        return None
    return nearest


def _distinct(books: Iterable[Book]) -> tuple[Book, ...]:
    distinct = {book.key(): book for book in books}
    if len(distinct) > MOST_ALTERNATIVES:
        raise BudgetExceeded
    return tuple(distinct.values())


def _finding(found: Found, events: Sequence[Event]) -> Finding:
    """The event that speaks most clearly: one that could not be answered so at all, before one with a wrong balance."""
    book = found.stuck or Book(0)
    pending = [events[index] for index in found.pending]
    candidates = [(event, tuple(allowed(book, event.item, event.terms))) for event in pending]
    for event, possible in candidates:
        if not any(each.accepted is event.accepted for each in possible):
            wrong = Wrong.ACCEPTED if event.accepted else Wrong.REFUSED
            return Finding(event, possible[0].situation, wrong, possible)
    for event, possible in candidates:
        if not any(True for each in possible for _ in matches(each, event, overlook_balance=False)):
            return Finding(event, possible[0].situation, Wrong.BALANCE, possible)
    event, possible = candidates[0]
    return Finding(event, possible[0].situation, Wrong.BALANCE, possible)


def _situation(book: Book, event: Event) -> Situation:
    return next(iter(allowed(book, event.item, event.terms))).situation


def balances(books: Iterable[Book]) -> tuple[Amount, ...]:
    """The balances that the books show, without repetition, lowest first."""
    return tuple(sorted({book.balance for book in books}))
