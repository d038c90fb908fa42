"""`judge`: the books that are left after some events, or the reason why none is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType

from harness.ledger.answers import Possible
from harness.ledger.book import Book, Entry, Family, Fate, family
from harness.ledger.events import MONEY_ONLY, STRICT, TIERS, Event, Leniency, contested, id_of
from harness.ledger.hopeless import PROOFS, PROOFS_OF_RACES, Hopeless
from harness.ledger.rules import allowed, lose
from harness.ledger.search import Found, Search, budget_for
from harness.ledger.unfolding import BudgetExceeded
from harness.model import Amount, Movement, Situation, Unsettle, Wrong

MOST_ALTERNATIVES = 256
"""Books held at once for one player; a history that leaves more possible is not known."""
SMALL_BATCH = 8
"""Up to this many items, a resent batch is searched item by item."""
MOST_TOLD = 16
"""Possible answers that a finding lists."""

_AFTER_BATCH = ("batch_balance", "after_batch")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why no sound wallet could have answered so: the event, what it was to the wallet, what could have been said.

    `event` is one of those that were given to `judge`, the very object.
    """

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
    """What had to be overlooked: each part of it is a SHOULD."""
    finding: Finding | None = None
    undecided: bool = False
    situations: tuple[Situation, ...] = ()
    """What each event was to the wallet, in the order given; only for the most ordinary book."""
    unsure: bool = False
    """A stricter judgement ran out of budget: the money is right, and `leniency` may be more than was needed."""


def lost(books: Iterable[Book], event: Event) -> tuple[Book, ...]:
    """Every book that may be once the answer to an event was lost. Raises BudgetExceeded.

    Of concurrent events, those whose answers were lost come first: they may land anywhere among the others.
    """
    return _distinct(lose(book, event.item, event.terms) for book in books)


def balances(books: Iterable[Book]) -> tuple[Amount, ...]:
    """The balances that the books show, without repetition, lowest first."""
    return tuple(sorted({book.balance for book in books}))


def judge(books: Sequence[Book], events: Sequence[Event], *, racing: bool = False) -> Judgement:
    """Filter the books by events that were answered: one, the items of a batch, or a race (`racing`).

    Several events that do not race are the items of one batch. Money is judged first of all; what only the balances of
    concurrent answers, or refusals under contention, speak against is reported as `leniency`.
    """
    told = _knowing_of_deductions(books, events)
    if racing:
        told = tuple(replace(event, terms=replace(event.terms, racing=True)) for event in told)
    try:
        judgement = _race(books, told) if racing else _undisturbed(books, told)
        situations = tuple(_situation(books[0], event) for event in told)
    except BudgetExceeded:
        return Judgement((), undecided=True, situations=(Situation.NEW,) * len(events))
    finding = judgement.finding
    if finding is not None:
        index = next(index for index, own in enumerate(told) if own is finding.event)
        finding = replace(finding, event=events[index])
    return replace(judgement, finding=finding, situations=situations)


def _knowing_of_deductions(books: Sequence[Book], events: Sequence[Event]) -> tuple[Event, ...]:
    """A wallet that has deducted once supports deductions: it may then refuse one only for a better reason."""
    if not any(isinstance(event.item, Unsettle) for event in events) or not all(_has_deducted(book) for book in books):
        return tuple(events)
    return tuple(
        replace(event, terms=replace(event.terms, policy={**event.terms.policy, "deduction": frozenset({"supported"})}))
        for event in events
    )


def _has_deducted(book: Book) -> bool:
    return any(
        kind is Family.UNSETTLEMENT and entry.change and entry.fate is Fate.APPLIED
        for (kind, _), entry in book.entries.items()
    )


# --------------------------------------------------------------------------------------------------------------------
# One event, or the items of one batch


def _undisturbed(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    if len(events) > SMALL_BATCH and any(_is_open(book, event) for book in books for event in events):
        return _resent_batch(books, events)
    found = _search(books, events, STRICT)
    if found is not None and found.books:
        return _item_by_item(books, events, found)
    if len(events) > 1 and (whole := _after_whole_batch(books, events)) is not None:
        return whole
    if found is None:
        return Judgement((), undecided=True)
    return Judgement((), finding=_finding(books, found, events, events))


def _item_by_item(books: Sequence[Book], events: Sequence[Event], found: Found) -> Judgement:
    """Every balance is the one after its own item: nothing else was asked, or one balance after the batch was."""
    if len(events) == 1 or events[0].terms.reads("batch_balance", "after_item"):
        return Judgement(found.books, found.readings)
    if (whole := _after_whole_batch(books, events)) is not None:
        return whole
    end = found.books[0]
    pairs = list(product(books, found.books))
    event = next((each for each in events if not any(_shows_the_end(*pair, each) for pair in pairs)), None)
    if event is None:
        return Judgement(found.books, found.readings)
    possible = (Possible(Situation.NEW, True, end, (end.balance,), (_AFTER_BATCH,)),)
    return Judgement((), finding=Finding(event, Situation.NEW, Wrong.BALANCE, possible))


def _entry(book: Book, event: Event) -> Entry | None:
    item = event.item
    return book.entries.get((family(item), item.id)) if isinstance(item, Movement) else None


def _is_open(book: Book, event: Event) -> bool:
    entry = _entry(book, event)
    return entry is not None and entry.fate is Fate.OPEN


def _resent_batch(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    """A large batch whose first answer was lost: all that is accepted is in the books now, whenever it got there.

    Which item was applied when is not worth a search: each balance shown must lie between the books before and after,
    and the next balance that anybody reads is known exactly.
    """
    found = _search(books, events, MONEY_ONLY)
    if found is None:
        return Judgement((), undecided=True)
    if not found.books:
        return Judgement((), finding=_finding(books, found, events, events))
    ends = [edge for book in (*books, *found.books) for edge in book.span()]
    for event in events:
        if event.accepted and event.balance is not None and not min(ends) <= event.balance <= max(ends):
            possible = tuple(allowed(found.books[0], event.item, event.terms))
            return Judgement((), finding=Finding(event, Situation.REPLAY, Wrong.BALANCE, possible))
    return Judgement(found.books, found.readings)


def _after_whole_batch(books: Sequence[Book], events: Sequence[Event]) -> Judgement | None:
    """The reading in which every item shows the balance after the whole batch, or the one it showed the first time."""
    if not events[0].terms.reads(*_AFTER_BATCH):
        return None
    fitting: list[Book] = []
    readings: list[frozenset[tuple[str, str]]] = []
    for book in books:
        found = _search((book,), events, MONEY_ONLY)
        if found is None:
            return Judgement((), undecided=True)
        if ends := [end for end in found.books if all(_shows_the_end(book, end, event) for event in events)]:
            fitting += ends
            readings.append(found.readings)
    return Judgement(_distinct(fitting), frozenset.intersection(*readings) | {_AFTER_BATCH}) if fitting else None


def _shows_the_end(before: Book, after: Book, event: Event) -> bool:
    if not event.accepted or event.balance is None or event.balance == after.balance:
        return True
    known = _entry(before, event)
    if known is None or not isinstance(event.item, Movement) or known.fate is Fate.REFUSED:
        return False
    if known.fate is Fate.OPEN:
        low, high = before.stood_between((family(event.item), event.item.id))
        return low <= event.balance - known.change <= high
    return known.shown in {None, event.balance}


# --------------------------------------------------------------------------------------------------------------------
# A race


def _race(books: Sequence[Book], events: Sequence[Event]) -> Judgement:
    unsure = False
    found: Found | None = None
    for view in _views(events):
        found = _search(books, view.told, view.tier, PROOFS_OF_RACES, view.ends)
        if found is not None and found.books:
            unsure = unsure and view.tier != STRICT
            return Judgement(found.books, found.readings | view.readings, view.tier, unsure=unsure)
        unsure = unsure or found is None
    if found is None:
        return Judgement((), undecided=True)
    return Judgement((), finding=_finding(books, found, contested(events), events))


@dataclass(frozen=True, slots=True)
class _View:
    """One way to look at a race. `ends` are batches that are taken to be worked in one go, and the balance after."""

    tier: Leniency
    told: tuple[Event, ...]
    readings: frozenset[tuple[str, str]] = frozenset()
    ends: Mapping[int, Amount] = field(default_factory=dict)


def _views(events: Sequence[Event]) -> Iterator[_View]:
    """Every way to look at a race, from the strictest on: as told, then with less and less of what was said."""
    ends = _ends_of_batches(events)
    if not ends or all(event.terms.reads("batch_balance", "after_item") for event in events):
        yield _View(STRICT, tuple(events))
    whole = tuple(
        replace(event, balance=None) if event.terms.batch and event.exchange in ends else event for event in events
    )
    after_batch = frozenset({_AFTER_BATCH}) if ends else frozenset()
    if ends:
        yield _View(STRICT, whole, after_batch, ends)
        yield _View(STRICT, whole, after_batch)
    for tier in TIERS[1:]:
        told = contested(whole) if tier.refusals else whole
        if tier.balances:
            told = at_odds_unheard(told)
        if ends and not tier.balances:
            yield _View(tier, told, after_batch, ends)
        yield _View(tier, told, frozenset() if tier.balances else after_batch)


def at_odds_unheard(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events without the balances of transactions whose answers disagree: none of them is what was remembered.

    Identical requests are then the same to the search, which need not try all their orders.
    """
    shown: dict[str, set[Amount | None]] = {}
    for event in events:
        if event.accepted and isinstance(event.item, Movement):
            shown.setdefault(event.item.id, set()).add(event.balance)
    return tuple(
        replace(event, balance=None) if len(shown.get(id_of(event.item), ())) > 1 else event for event in events
    )


def _ends_of_batches(events: Sequence[Event]) -> dict[int, Amount]:
    """The batches that show one and the same balance at every item, which is then the one after the whole batch."""
    shown: dict[int, list[Amount | None]] = {}
    for event in events:
        if event.terms.batch and event.accepted and event.terms.reads(*_AFTER_BATCH):
            shown.setdefault(event.exchange, []).append(event.balance)
    ends = {each: first for each, (first, *others) in shown.items() if set(others) == {first}}
    return {each: end for each, end in ends.items() if end is not None}


# --------------------------------------------------------------------------------------------------------------------
# Searching from every book, and what is told when nothing is found

_Proofs = Sequence[Callable[[Book, Sequence[Event], Leniency], Hopeless | None]]


def _search(
    books: Sequence[Book],
    events: Sequence[Event],
    leniency: Leniency,
    proofs: _Proofs = PROOFS,
    ends: Mapping[int, Amount] = MappingProxyType({}),
) -> Found | None:
    """All that some order from some book leaves; None when the budget ran out before that was known."""
    left: list[Book] = []
    readings: frozenset[tuple[str, str]] | None = None
    nearest: Found | None = None
    budget = budget_for(events)
    try:
        for book in books:
            found = _hopeless(book, events, leniency, proofs) or Search(events, leniency, book, budget, ends).run()
            if found.books:
                left.extend(found.books)
                readings = found.readings if readings is None else readings & found.readings
            elif nearest is None or len(found.pending) < len(nearest.pending):
                nearest = found
        return Found(_distinct(left), readings or frozenset()) if left else nearest
    except BudgetExceeded:
        return None


def _hopeless(book: Book, events: Sequence[Event], leniency: Leniency, proofs: _Proofs) -> Found | None:
    """What a cheap proof finds, before any order is tried; one event needs none."""
    for proof in proofs if len(events) > 1 else ():
        if (hopeless := proof(book, events, leniency)) is not None:
            return Found((), stuck=hopeless.stuck, pending=hopeless.pending)
    return None


def _distinct(books: Iterable[Book]) -> tuple[Book, ...]:
    distinct = {book.key(): book for book in books}
    if len(distinct) > MOST_ALTERNATIVES:
        raise BudgetExceeded
    return tuple(distinct.values())


def _finding(books: Sequence[Book], found: Found, told: Sequence[Event], given: Sequence[Event]) -> Finding:
    """The event that speaks most clearly: one that could not be answered so at all, before one with a wrong balance.

    Money that was given away comes before money that was refused. `told` are the events as the last judge saw them.
    """
    stuck = found.stuck or books[0]
    pending = sorted(found.pending, key=lambda index: not told[index].accepted)
    candidates = [(index, tuple(allowed(stuck, told[index].item, told[index].terms))) for index in pending]
    for index, possible in candidates:
        accepted = told[index].accepted
        if not any(each.accepted is accepted for each in possible):
            wrong = Wrong.ACCEPTED if accepted else Wrong.REFUSED
            return Finding(given[index], possible[0].situation, wrong, possible[:MOST_TOLD])
    index, possible = candidates[0]
    situation = next(each.situation for each in possible if each.accepted is told[index].accepted)
    return Finding(given[index], situation, Wrong.BALANCE, possible[:MOST_TOLD])


def _situation(book: Book, event: Event) -> Situation:
    """What an event was to the wallet: as what it could be answered so, else as what it could be answered at all."""
    situation: Situation | None = None
    for possible in allowed(book, event.item, event.terms):
        if possible.accepted is event.accepted:
            return possible.situation
        situation = situation or possible.situation
    return situation or Situation.NEW
