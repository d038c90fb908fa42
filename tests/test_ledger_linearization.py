"""The search against the definition of what it searches for: try every order, with nothing clever.

The exhaustive judge below takes the rules (`allowed`) as given and permutes. Whatever it finds possible the search must
find possible with the same balances, and whatever it finds impossible the search must find impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_account import READ, bet, event, pay, refusal, reward, rollback, unsettle

from harness.ledger import MONEY_ONLY, STRICT, Book, Event, Leniency, Possible, allowed, judge, lost
from harness.ledger.events import TIERS, contested
from harness.ledger.hopeless import PROOFS_OF_RACES
from harness.ledger.judging import at_odds_unheard
from harness.ledger.rules import landings
from harness.ledger.search import Search, matches
from harness.model import GetBalance, Rollback, Single

QUICK = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


def orders(events: Sequence[Event], left: frozenset[int]) -> Iterator[int]:
    """The events that may come next: nobody who is left had ended before they began."""
    return (i for i in left if not any(events[j].end < events[i].start for j in left - {i}))


def every_end(book: Book, events: Sequence[Event], leniency: Leniency, left: frozenset[int]) -> Iterator[Book]:
    """The books that any order at all leaves."""
    if not left:
        yield book
    for index in orders(events, left):
        told = events[index]
        for possible in allowed(book, told.item, told.terms):
            for after in matches(possible, told, overlook_balance=leniency.balances):
                yield from every_end(
                    remembering(after, possible, told, events, leniency), events, leniency, left - {index}
                )
    for after in landings(book) if left else ():
        yield from every_end(after, events, leniency, left)


def remembering(after: Book, possible: Possible, told: Event, events: Sequence[Event], leniency: Leniency) -> Book:
    """A replay repeats what was shown first; where balances are overlooked, that of any of several answers."""
    twins = [each for each in events if names(each.item) & names(told.item)]
    ambiguous = leniency.balances and len(twins) > 1
    return after if possible.first is None else after.showing(possible.first, None if ambiguous else told.balance)


def names(item: Single) -> set[str]:
    if isinstance(item, GetBalance):
        return set()
    return {item.id, item.original} if isinstance(item, Rollback) else {item.id}


def seen(book: Book) -> tuple[object, ...]:
    """What matters of a book: its balance, and what is known of each transaction. What is in flight may never land."""
    entries = frozenset((key, entry.fate, entry.change, entry.shown) for key, entry in book.entries.items())
    return (book.balance, entries, book.rolled_back, frozenset(book.taken.items()))


def may_come(books: Iterable[Book]) -> set[tuple[object, ...]]:
    """Everything that may be after the books, as what was lost arrives: a book stands for all of that."""
    found: set[tuple[object, ...]] = set()
    waiting, met = list(books), set[object]()
    while waiting:
        for book in waiting.pop().unfold():
            found.add(seen(book))
            if book.key() not in met:
                met.add(book.key())
                waiting += landings(book)
    return found


AMOUNTS = st.sampled_from([0, 10, 10, 20, 30])
BETS = st.sampled_from(["", "b1", "b2"])
IDS = st.sampled_from(["t1", "t2", "t3", "t4"])
ITEMS: st.SearchStrategy[Single] = st.one_of(
    st.builds(bet, IDS, AMOUNTS, BETS),
    st.builds(bet, IDS, AMOUNTS),
    st.builds(pay, IDS, AMOUNTS, BETS),
    st.builds(pay, IDS, AMOUNTS, IDS),
    st.builds(reward, IDS, AMOUNTS),
    st.builds(unsettle, IDS, AMOUNTS, BETS),
    st.builds(rollback, st.sampled_from(["r1", "r2", "t1"]), IDS, BETS),
    st.just(READ),
)
SHOWN = st.one_of(st.none(), st.sampled_from([0, 10, 20, 30, 40, 50, 60]))
INTERVALS = st.sampled_from([(0, 10), (0, 10), (0, 10), (0, 4), (5, 10)])
EVENTS = st.builds(
    lambda item, shown, accepted, at: event(item, shown, at=at) if accepted else refusal(item, at=at),
    ITEMS,
    SHOWN,
    st.booleans(),
    INTERVALS,
)


@st.composite
def beginnings(draw: st.DrawFn) -> Book:
    """A book with a little past: something applied, something refused, something lost."""
    books: tuple[Book, ...] = (Book(draw(st.sampled_from([0, 10, 30, 40]))),)
    for item in draw(st.lists(ITEMS, max_size=2)):
        if draw(st.booleans()):
            books = lost(books, event(item))
        else:
            possible = list(allowed(books[0], item, event(item).terms))
            books = (draw(st.sampled_from(possible)).book,)
    return books[0]


@st.composite
def answered(draw: st.DrawFn, book: Book) -> list[Event]:
    """Events that some order explains, more or less: answers are taken from a walk, and one of them may be spoilt."""
    told = []
    for _ in range(draw(st.integers(2, 5))):
        item = draw(ITEMS)
        possible = draw(st.sampled_from(list(allowed(book, item, event(item).terms))))
        shown = draw(st.sampled_from(possible.balances)) if possible.accepted and possible.balances else None
        shown = draw(st.sampled_from([shown, shown, shown, None, 20]))
        at = draw(INTERVALS)
        told.append(event(item, shown, at=at) if possible.accepted else refusal(item, at=at))
        book = possible.book
    return draw(st.permutations(told))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Book, list[Event]]:
    book = draw(beginnings())
    return book, draw(st.one_of(answered(book), st.lists(EVENTS, min_size=2, max_size=5)))


def racing(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events as `judge` sees those of a race."""
    return tuple(replace(each, terms=replace(each.terms, racing=True)) for each in events)


def compare(book: Book, events: Sequence[Event], leniency: Leniency) -> None:
    blurred = Search(events, leniency, book)._start
    everything = frozenset(range(len(events)))
    expected = may_come(every_end(blurred, events, leniency, everything))
    found = Search(events, leniency, book).run()
    assert may_come(found.books) == expected
    for proof in PROOFS_OF_RACES:
        hopeless = proof(book, events, leniency)
        assert hopeless is None or not expected


@QUICK
@given(cases())
def test_the_search_finds_what_some_order_explains_and_nothing_else(case: tuple[Book, list[Event]]) -> None:
    book, events = case
    compare(book, events, STRICT)


@QUICK
@given(cases(), st.sampled_from(TIERS[1:]))
def test_what_a_lenient_judge_overlooks_is_overlooked_in_every_order(
    case: tuple[Book, list[Event]], tier: Leniency
) -> None:
    book, events = case[0], racing(case[1])
    compare(book, contested(events) if tier.refusals else events, tier)


@QUICK
@given(cases())
def test_a_race_is_judged_by_the_strictest_tier_that_explains_it(case: tuple[Book, list[Event]]) -> None:
    book, events = case[0], racing(case[1])
    judgement = judge([book], events, racing=True)
    everything = frozenset(range(len(events)))
    for tier in TIERS:
        told = contested(events) if tier.refusals else events
        told = at_odds_unheard(told) if tier.balances else told
        ends = may_come(every_end(Search(told, tier, book)._start, told, tier, everything))
        if ends:
            assert judgement.leniency == tier
            assert may_come(judgement.books) == ends
            return
    assert judgement.finding is not None
    assert any(judgement.finding.event is each for each in events)


@QUICK
@given(cases())
def test_a_batch_is_judged_strictly_or_by_the_balance_after_it(case: tuple[Book, list[Event]]) -> None:
    book, events = case
    judgement = judge([book], events)
    everything = frozenset(range(len(events)))
    strict = may_come(every_end(Search(events, STRICT, book)._start, events, STRICT, everything))
    money = may_come(every_end(Search(events, MONEY_ONLY, book)._start, events, MONEY_ONLY, everything))
    assert may_come(judgement.books) == strict if strict else _balances(may_come(judgement.books)) <= _balances(money)


def _balances(futures: set[tuple[object, ...]]) -> set[object]:
    return {balance for balance, *_ in futures}
