"""The search against the definition of what it searches for: try every order, with nothing clever.

The exhaustive judge below takes the rules (`allowed`) as given and permutes. Whatever it finds possible the search must
find possible with the same balances, and whatever it finds impossible the search must find impossible; then nothing
follows from where the search says that it is stuck.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ledger_account import READ, bet, event, pay, reward, rollback, unsettle

from harness.ledger import MONEY_ONLY, STRICT, Book, Event, Leniency, Possible, allowed, judge, lost
from harness.ledger.events import TIERS, contested
from harness.ledger.hopeless import PROOFS_OF_RACES
from harness.ledger.judging import at_odds_unheard
from harness.ledger.rules import landings
from harness.ledger.search import FEW, MOST_COMPARED, Search, matches
from harness.model import Amount, GetBalance, Rollback, Single, Situation

QUICK = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


Readings = frozenset[tuple[str, str]]
Ends = Mapping[int, Amount]
NOTHING: Ends = {}


def orders(events: Sequence[Event], left: frozenset[int], ends: Ends = NOTHING) -> Iterator[int]:
    """The events that may come next: nobody who is left had ended before they began.

    A batch that is worked in one go has its items in the order in which they stand, and nothing in between.
    """
    parts = {each: {i for i, event in enumerate(events) if event.exchange == each} for each in ends}
    running = [part & left for part in parts.values() if part & left and part - left]
    for i in left:
        mine = parts.get(events[i].exchange, {i}) & left
        others = [part for part in running if i not in part]
        if i == min(mine) and not others and not any(events[j].end < events[i].start for j in left - {i}):
            yield i


def steps(
    book: Book, index: int, events: Sequence[Event], leniency: Leniency, left: frozenset[int], ends: Ends = NOTHING
) -> Iterator[tuple[Book, Readings]]:
    """The books after one event that comes next, and the readings that its answer rests on."""
    told = events[index]
    is_last = all(events[i].exchange != told.exchange for i in left - {index})
    for possible in allowed(book, told.item, told.terms):
        for after in matches(possible, told, overlook_balance=leniency.balances):
            if not is_last or ends.get(told.exchange, after.balance) == after.balance:
                yield remembering(after, possible, told, events, leniency), frozenset(possible.readings)


def every_end(
    book: Book, events: Sequence[Event], leniency: Leniency, ends: Ends = NOTHING
) -> Iterator[tuple[Book, Readings]]:
    """The books that any order at all leaves, with the readings that it rests on."""
    waiting: list[tuple[Book, frozenset[int], Readings]] = [(book, frozenset(range(len(events))), frozenset())]
    met: set[object] = set()
    while waiting:
        book, left, read = waiting.pop()
        if (mark := (everything_in(book), left, read)) in met:
            continue
        met.add(mark)
        if not left:
            yield book, read
            continue
        for index in orders(events, left, ends):
            for after, readings in steps(book, index, events, leniency, left, ends):
                waiting.append((after, left - {index}, read | readings))
        waiting += [(after, left, read) for after in landings(book)]


def everything_in(book: Book) -> object:
    """All that a book holds: two with the same may be told apart by nothing."""
    flying = frozenset((each.key, each.item) for each in book.in_flight)
    mappings = [frozenset(each.items()) for each in (book.entries, book.open, book.taken)]
    names = (book.rolled_back, book.bets, book.returned, book.settled)
    return (book.balance, *mappings, *names, book.trail, book.blurred, flying)


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
PLAIN: dict[str, Any] = {}
TERMS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *[PLAIN] * 6,
        {"known_elsewhere": True},
        {"disbelieved": Situation.FORGED},
        {"doubtful": Situation.TAMPERED},
        {"refusable": ("unknown_game",)},
        {"duplicate_in_batch": True},
        {"foreign_bet": True},
    ]
)
"""What else there is to say of some requests."""
EVENTS = st.builds(
    lambda item, shown, accepted, at, terms: event(
        item, shown if accepted else None, accepted=accepted, at=at, **terms
    ),
    ITEMS,
    SHOWN,
    st.booleans(),
    INTERVALS,
    TERMS,
)


def requested(draw: st.DrawFn, sent: list[Single]) -> Single:
    """A request, new or sent before."""
    sent.append(draw(st.one_of(ITEMS, st.sampled_from(sent)) if sent else ITEMS))
    return sent[-1]


def arrived(draw: st.DrawFn, book: Book) -> Book:
    """The book once some of what was lost has arrived, or nothing."""
    return draw(st.sampled_from([book, *book.unfold(), *landings(book)]))


def beginning(draw: st.DrawFn, sent: list[Single]) -> Book:
    """A book with a little past: something applied, something refused, something lost."""
    book = Book(draw(st.sampled_from([0, 10, 30, 40])))
    for _ in range(draw(st.integers(0, 3))):
        item = requested(draw, sent)
        if draw(st.booleans()):
            (book,) = lost((book,), event(item))
        else:
            book = draw(st.sampled_from(list(allowed(book, item, event(item).terms)))).book
        book = arrived(draw, book)
    return book


def answer(
    draw: st.DrawFn, book: Book, sent: list[Single], *, spoilt: bool = True, **fields: Any
) -> tuple[Event, Book]:
    """An answer that is possible now, with a balance that may be withheld or spoilt, and the book after it."""
    item, terms, book = requested(draw, sent), {**draw(TERMS), **fields}, arrived(draw, book)
    possible = draw(st.sampled_from(list(allowed(book, item, event(item, **terms).terms))))
    shown = draw(st.sampled_from(possible.balances)) if possible.accepted and possible.balances else None
    shown = draw(st.sampled_from([shown, shown, shown, None, 20] if spoilt else [shown])) if possible.accepted else None
    return event(item, shown, accepted=possible.accepted, **terms), possible.book


@st.composite
def batches(draw: st.DrawFn) -> tuple[Book, list[Event], Amount]:
    """A batch that is worked in one go while other requests are, as told, and the balance after it, or another one."""
    sent: list[Single] = []
    book = start = beginning(draw, sent)
    singles, items = [], []
    size, before = draw(st.integers(2, 3)), draw(st.integers(0, 2))
    end = book.balance
    for number in range(size + 2):
        if before <= number < before + size:
            each, book = answer(draw, book, sent, spoilt=False, exchange=1, batch=True)
            items.append(replace(each, balance=None))
            end = book.balance
        else:
            each, book = answer(draw, book, sent, at=draw(INTERVALS))
            singles.append(each)
    at = draw(st.integers(0, len(singles)))
    return start, [*singles[:at], *items, *singles[at:]], draw(st.sampled_from([end, end, end, 20]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Book, list[Event]]:
    """Events that some order explains, more or less: answers are taken from a walk, and one of them may be spoilt.

    Or any answers to any requests.
    """
    sent: list[Single] = []
    book = start = beginning(draw, sent)
    if not draw(st.integers(0, 2)):
        return start, draw(st.lists(EVENTS, min_size=2, max_size=5))
    told = []
    for _ in range(draw(st.integers(2, 5))):
        each, book = answer(draw, book, sent, at=draw(INTERVALS))
        told.append(each)
    return start, draw(st.permutations(told))


def racing(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events as `judge` sees those of a race."""
    return tuple(replace(each, terms=replace(each.terms, racing=True)) for each in events)


def compare(book: Book, events: Sequence[Event], leniency: Leniency, ends: Ends = NOTHING) -> None:
    every = list(every_end(Search(events, leniency, book)._start, events, leniency, ends))
    expected = may_come(each for each, _ in every)
    for few, compared in ((FEW, MOST_COMPARED), (0, 1)):  # As if there were many events, too.
        with patch("harness.ledger.search.FEW", few), patch("harness.ledger.search.MOST_COMPARED", compared):
            found = Search(events, leniency, book, ends=ends).run()
        assert may_come(found.books) == expected
    if every:
        assert found.readings >= frozenset.intersection(*(readings for _, readings in every))
        assert found.readings <= frozenset.union(*(readings for _, readings in every))
    else:
        assert found.stuck is not None
        left = frozenset(found.pending)
        assert left
        following = orders(events, left, ends)
        assert not [i for i in following if any(steps(found.stuck, i, events, leniency, left, ends))]
    for proof in PROOFS_OF_RACES:
        hopeless = proof(book, events, leniency)
        assert hopeless is None or not expected or is_half_silent(events)


def is_half_silent(events: Sequence[Event]) -> bool:
    """Whether of several answers to one id some show a balance: to the search, the other ones may have shown any.

    A proof may know better, and say that none of them can have shown that.
    """
    shown: dict[str, set[bool]] = {}
    for each in events:
        for name in names(each.item) if each.accepted else ():
            shown.setdefault(name, set()).add(each.balance is None)
    return any(len(kinds) > 1 for kinds in shown.values())


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
@given(batches(), st.sampled_from(TIERS[:2]))
def test_a_batch_that_is_worked_in_one_go_lets_nothing_in_between_and_ends_with_its_balance(
    case: tuple[Book, list[Event], Amount], tier: Leniency
) -> None:
    book, events, end = case
    told = racing(events)
    compare(book, contested(told) if tier.refusals else told, tier, {1: end})


@QUICK
@given(cases())
def test_a_race_is_judged_by_the_strictest_tier_that_explains_it(case: tuple[Book, list[Event]]) -> None:
    book, events = case[0], racing(case[1])
    assume(not is_half_silent(events))
    judgement = judge([book], events, racing=True)
    for tier in TIERS:
        told = contested(events) if tier.refusals else events
        told = at_odds_unheard(told) if tier.balances else told
        ends = may_come(each for each, _ in every_end(Search(told, tier, book)._start, told, tier))
        if ends:
            assert judgement.leniency == tier
            assert may_come(judgement.books) == ends
            return
    assert judgement.finding is not None
    assert any(judgement.finding.event is each for each in events)


def ways(events: Sequence[Event], end: Amount) -> Iterator[tuple[Leniency, Sequence[Event], Ends]]:
    """Every way to look at a race with a batch whose items all show one balance, the strictest first.

    That balance may be the one after each item, after a batch that was worked in one go, or after all of the batch.
    """
    heard = [i for i, each in enumerate(events) if each.exchange == 1 and each.accepted]
    is_after_all = len(heard) > 1
    whole = [replace(each, balance=None) if is_after_all and i in heard else each for i, each in enumerate(events)]
    yield STRICT, events, NOTHING
    for tier in TIERS:
        told: Sequence[Event] = contested(whole) if tier.refusals else whole
        if is_after_all and not tier.balances:
            yield tier, told, {1: end}
        yield tier, at_odds_unheard(told) if tier.balances else told, NOTHING


@QUICK
@given(batches())
def test_a_race_with_a_batch_is_judged_by_the_strictest_way_to_look_at_it(
    case: tuple[Book, list[Event], Amount],
) -> None:
    book, answers, end = case
    shown = [replace(each, balance=end) if each.exchange == 1 and each.accepted else each for each in answers]
    events = racing(shown)
    assume(not is_half_silent(events))
    judgement = judge([book], events, racing=True)
    for tier, told, ends in ways(events, end):
        start = Search(told, tier, book)._start
        found = may_come(each for each, _ in every_end(start, told, tier, ends))
        if found:
            assert judgement.leniency == tier
            assert may_come(judgement.books) == found
            is_after_batch = (
                told is not events and not tier.balances and sum(e.accepted for e in events if e.exchange) > 1
            )
            assert (("batch_balance", "after_batch") in judgement.readings) is is_after_batch
            return
    assert judgement.finding is not None


@QUICK
@given(cases())
def test_a_batch_is_judged_strictly_or_by_the_balance_after_it(case: tuple[Book, list[Event]]) -> None:
    book, events = case
    judgement = judge([book], events)
    start = Search(events, STRICT, book)._start
    strict = may_come(each for each, _ in every_end(start, events, STRICT))
    money = may_come(each for each, _ in every_end(start, events, MONEY_ONLY))
    assert may_come(judgement.books) == strict if strict else _balances(may_come(judgement.books)) <= _balances(money)


def _balances(futures: set[tuple[object, ...]]) -> set[object]:
    return {balance for balance, *_ in futures}
