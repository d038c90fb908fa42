"""What can be said of concurrent events before any order is tried: who came first, who minds whom, who is like whom."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ledger_account import READ, Account, bet, event, pay, refusal, reward, rollback, unsettle

from harness.ledger import Book, Event
from harness.ledger.events import contested, interference, is_debit, owed, predecessors, reach, signatures
from harness.model import Amount, Single, Situation


def told(*items: Single) -> list[Event]:
    """Concurrent events, answered with success."""
    return [event(item) for item in items]


def members(mask: int) -> set[int]:
    """The events in a bit mask."""
    return {index for index in range(mask.bit_length()) if mask >> index & 1}


def after(*steps: tuple[Single, bool]) -> Book:
    """The book of 100 after some answers, or losses where the flag is false."""
    account = Account(100)
    for item, answered in steps:
        (account.answers if answered else account.loses)(item)
    (book,) = account.books
    return book


# ----------------------------------------------------------------------------------------------------------------------
# Refusals under contention, and what debits take


def test_a_refusal_has_an_excuse_where_something_was_accepted_or_its_request_was_sent_once() -> None:
    def excused(*events: Event) -> list[bool]:
        return [each.terms.contested for each in contested(events)]

    won, lost, other = event(bet("a", 5)), refusal(bet("a", 5)), refusal(bet("b", 5))
    assert excused(won, lost, other) == [True, True, True]
    assert excused(lost, lost, other) == [False, False, True]
    assert excused(lost) == [True]
    assert excused(lost, lost, event(READ)) == [True, True, True]
    assert [each.item for each in contested([won, other])] == [won.item, other.item]


@pytest.mark.parametrize(
    ("told", "debit", "taken"),
    [
        (event(bet("a", 5)), True, 5),
        (event(unsettle("a", 5)), True, 5),
        (refusal(bet("a", 5)), True, 0),
        (event(bet("a", 1)), True, 1),
        (event(bet("a", 0)), False, 0),
        (event(pay("a", 5)), False, 0),
        (refusal(pay("a", 5)), False, 0),
        (event(rollback("r", "a")), False, 0),
        (event(READ), False, 0),
    ],
)
def test_a_debit_takes_its_amount_when_it_was_accepted(told: Event, *, debit: bool, taken: Amount) -> None:
    assert is_debit(told) is debit
    assert owed(told) == taken


# ----------------------------------------------------------------------------------------------------------------------
# How far the balance can go

LOST, PLACED = [(bet("a", 30), False)], [(bet("a", 30), True)]


@pytest.mark.parametrize(
    ("steps", "items", "expected"),
    [
        ([], [], (0, 0)),
        ([], [READ], (0, 0)),
        ([], [bet("x", 5), unsettle("u", 3), pay("p", 20), reward("w", 1)], (-8, 21)),
        ([], [bet("x", 5), bet("x", 5)], (-5, 0)),
        ([], [bet("x", 5), bet("x", 7)], (-12, 0)),
        (PLACED, [rollback("r", "a")], (0, 30)),
        (PLACED, [rollback("r", "a"), rollback("s", "a")], (0, 60)),
        ([], [bet("x", 5), rollback("r", "x")], (-5, 5)),
        ([], [rollback("r", "never placed")], (0, 0)),
        (LOST, [bet("a", 30)], (0, 0)),
        (LOST, [bet("a", 40)], (-40, 0)),
        (LOST, [bet("x", 5)], (-5, 0)),
        (LOST, [rollback("r", "a")], (0, 30)),
        (PLACED, [bet("a", 30)], (-30, 0)),
        ([*PLACED, (rollback("r", "a"), False)], [pay("p", 1)], (0, 31)),
    ],
)
def test_events_and_what_is_in_flight_take_the_balance_so_far_down_and_up(
    steps: list[tuple[Single, bool]], items: list[Single], expected: tuple[Amount, Amount]
) -> None:
    assert reach(after(*steps), told(*items)) == expected


# ----------------------------------------------------------------------------------------------------------------------
# Who came before whom


@pytest.mark.parametrize(
    ("times", "before"),
    [
        ([], []),
        ([(0, 10)], [set()]),
        ([(0, 10), (11, 20)], [set(), {0}]),
        ([(11, 20), (0, 10)], [{1}, set()]),
        ([(0, 10), (10, 20)], [set(), set()]),
        ([(0, 10), (5, 20), (11, 30)], [set(), set(), {0}]),
        ([(0, 9), (0, 5), (7, 20), (10, 30)], [set(), set(), {1}, {0, 1}]),
        ([(0, 1), (2, 3), (4, 5), (6, 7)], [set(), {0}, {0, 1}, {0, 1, 2}]),
        ([(6, 7), (4, 5), (2, 3), (0, 1)], [{1, 2, 3}, {2, 3}, {3}, set()]),
    ],
)
def test_an_event_comes_after_those_that_had_ended_before_it_began(
    times: Sequence[tuple[int, int]], before: list[set[int]]
) -> None:
    events = [event(READ, at=at) for at in times]
    assert [members(each) for each in predecessors(events)] == before


# ----------------------------------------------------------------------------------------------------------------------
# Whose order matters beyond money


@pytest.mark.parametrize(
    ("items", "same_id", "sharing"),
    [
        ([bet("a", 5), bet("b", 5)], [], []),
        ([READ, READ], [], []),
        ([bet("a", 5), pay("a", 5)], [{0, 1}], [{0, 1}]),
        ([bet("a", 5), bet("a", 5), bet("b", 5), bet("a", 7)], [{0, 1, 3}], [{0, 1, 3}]),
        ([rollback("r", "a"), bet("r", 5)], [{0, 1}], [{0, 1}]),
        ([rollback("r", "a"), bet("a", 5)], [{0, 1}], [{0, 1}]),
        ([rollback("r", "a"), rollback("s", "a")], [{0, 1}], [{0, 1}]),
        ([rollback("r", "a"), bet("r", 5), bet("a", 5)], [{0, 1}, {0, 2}], [{0, 1}, {0, 2}]),
        ([rollback("r", "never placed"), rollback("s", "nor this")], [], []),
        ([bet("a", 5, "x"), bet("b", 5, "x")], [], []),
        ([pay("p", 5, "x"), pay("q", 5, "x")], [], []),
        ([unsettle("u", 5, "x"), unsettle("v", 5, "x")], [], [{0, 1}]),
        ([bet("a", 5, "x"), pay("p", 5, "x")], [], [{0, 1}]),
        ([bet("a", 5, "x"), pay("p", 5, "a")], [], [{0, 1}]),
        ([pay("p", 5, "x"), unsettle("u", 5, "x")], [], [{0, 1}]),
        ([pay("p", 5), unsettle("u", 5)], [], []),
        ([reward("v", 5), reward("w", 5)], [], []),
        ([rollback("r", "a", "x"), pay("p", 5, "x")], [], [{0, 1}]),
        ([rollback("r", "a"), pay("p", 5, "a")], [], [{0, 1}]),
        ([rollback("r", "a"), pay("p", 5, "x"), bet("a", 5, "x")], [{0, 2}], [{0, 1, 2}]),
        ([rollback("r", "a"), pay("p", 5, "y")], [], []),
        ([rollback("r", "old"), pay("p", 5, "of old")], [], [{0, 1}]),
        ([rollback("r", "paid"), pay("p", 5, "of paid")], [], []),
    ],
)
def test_events_of_one_id_mind_each_other_and_so_do_those_of_one_bet_unless_all_are_bets_or_all_are_credits(
    items: list[Single], same_id: list[set[int]], sharing: list[set[int]]
) -> None:
    def others(groups: list[set[int]]) -> list[set[int]]:
        return [{each for group in groups if index in group for each in group - {index}} for index in range(len(items))]

    book = after((bet("old", 1, "of old"), True), (pay("paid", 1, "of paid"), True))
    ids, minds = interference(book, told(*items))
    assert [members(each) for each in ids] == others(same_id)
    assert [members(each) for each in minds] == others(sharing)


# ----------------------------------------------------------------------------------------------------------------------
# Who is like whom

_BET = event(bet("a", 5, "x"), 70)


def alike(one: Event, two: Event, *, nameless: bool, with_balances: bool = True) -> bool:
    """Whether two events are interchangeable."""
    first, second = signatures([one, two], lambda _: nameless, with_balances=with_balances)
    return first == second


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (_BET, event(bet("b", 5, "y"), 70), True),
        (_BET, event(bet("b", 6, "x"), 70), False),
        (_BET, event(unsettle("b", 5, "x"), 70, operation="bet"), False),
        (event(pay("p", 5, "x"), 70), event(pay("q", 5, "x"), 70), True),
        (event(pay("p", 5, "x"), 70), event(pay("q", 5, "y"), 70), False),
        (event(pay("p", 5, ""), 70), event(reward("q", 5), 70, operation="payout"), False),
        (event(reward("v", 5), 70), event(reward("w", 5), 70), True),
        (_BET, event(bet("b", 5, "x"), 71), False),
        (_BET, refusal(bet("b", 5, "x")), False),
        (_BET, event(bet("b", 5, "x"), 70, operation="betBatch"), False),
        (_BET, event(bet("b", 5, "x"), 70, disbelieved=Situation.FORGED), False),
        (_BET, event(bet("b", 5, "x"), 70, doubtful=Situation.MALFORMED), False),
        (_BET, event(bet("b", 5, "x"), 70, refusable=("unknown_game",)), False),
        (_BET, event(bet("b", 5, "x"), 70, batch=True), False),
        (_BET, event(bet("b", 5, "x"), 70, duplicate_in_batch=True), False),
        (_BET, event(bet("b", 5, "x"), 70, known_elsewhere=True), False),
        (_BET, event(bet("b", 5, "x"), 70, foreign_bet=True), False),
        (_BET, event(bet("b", 5, "x"), 70, contested=True), False),
        (_BET, event(bet("b", 5, "x"), 70, exchange=7), True),
        (event(READ, 70), event(READ, 70), True),
        (event(rollback("r", "a"), 70), event(rollback("s", "a"), 70), False),
    ],
)
def test_events_whose_ids_are_nobody_elses_are_alike_when_all_but_their_names_is_the_same(
    one: Event, two: Event, *, same: bool
) -> None:
    assert alike(one, two, nameless=True) is same


@pytest.mark.parametrize("with_balances", [True, False])
@pytest.mark.parametrize(
    ("two", "same"),
    [(_BET, True), (event(bet("b", 5, "x"), 70), False), (event(bet("a", 5, "x"), 71), False)],
)
def test_events_whose_ids_matter_are_alike_only_when_they_are_the_same_and_show_the_same(
    two: Event, *, same: bool, with_balances: bool
) -> None:
    assert alike(_BET, two, nameless=False, with_balances=with_balances) is same


def test_where_no_balance_counts_those_that_show_others_are_alike() -> None:
    assert alike(_BET, event(bet("b", 5, "x"), 71), nameless=True, with_balances=False)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(0, 10), (0, 12), (9, 14)], [0, 0, 0]),
        ([(0, 8), (0, 7), (9, 14)], [0, 1, 2]),
        ([(0, 9), (0, 9), (9, 14)], [0, 0, 0]),
        ([(0, 5), (6, 12), (6, 13)], [0, 1, 1]),
        ([(0, 5), (6, 12), (4, 13)], [0, 1, 2]),
    ],
)
def test_events_are_alike_when_the_same_came_before_and_nothing_began_after_either(
    times: list[tuple[int, int]], expected: list[int]
) -> None:
    events = [event(bet(f"b{number}", 5), 70, at=at) for number, at in enumerate(times)]
    assert signatures(events, lambda _: True, with_balances=True) == tuple(expected)


def test_nothing_is_like_nothing() -> None:
    assert signatures([], lambda _: True, with_balances=True) == ()
