"""A book is one possible state of an account: what it remembers, what is open, and when two books are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ledger_account import PLAYER, bet, event, pay, reward, rollback, unsettle

from harness.ledger import Book, BudgetExceeded, Entry, Family, Fate, family
from harness.ledger.book import MOST_IN_FLIGHT, InFlight, Key, key_of
from harness.model import Amount, Movement, Rollback

A, B, C = (Family.BET, "a"), (Family.BET, "b"), (Family.BET, "c")
P, Q = (Family.CREDIT, "p"), (Family.CREDIT, "q")


def entry(change: Amount, fate: Fate = Fate.APPLIED, bet: str = "", **known: Any) -> Entry:
    return Entry("bet" if change < 0 else "payout", change, bet, fate, **known)


def flying(item: Movement | Rollback) -> InFlight:
    return InFlight(key_of(item), item, event(item).terms)  # type: ignore[arg-type]


def opened(balance: Amount, *transactions: tuple[Key, Amount]) -> Book:
    """A book with open transactions."""
    book = Book(balance)
    for key, change in transactions:
        book = book.leave_open(key, entry(change, Fate.OPEN))
    return book


def closed(book: Book, key: Key, *, was_taken: bool, moved: Amount = 0, fate: Fate = Fate.APPLIED) -> Book:
    """The book after an open transaction has found its fate."""
    return book.close(key, replace(book.entries[key], fate=fate), was_taken=was_taken, moved=moved)


def at(book: Book, balance: Amount) -> Book:
    """The only book of a balance in which more has arrived."""
    (only,) = book.unfold(balance)
    assert only.balance == balance
    return only


# ----------------------------------------------------------------------------------------------------------------------
# Transactions


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (bet("x", 1), Family.BET),
        (pay("x", 1), Family.CREDIT),
        (reward("x", 1), Family.REWARD),
        (unsettle("x", 1), Family.UNSETTLEMENT),
    ],
)
def test_each_kind_of_movement_has_ids_of_its_own(item: Movement, kind: Family) -> None:
    assert family(item) is kind
    assert key_of(item) == (kind, "x")
    assert key_of(rollback("x", "y")) == (Family.ROLLBACK, "x")


def test_what_is_no_movement_of_a_known_kind_has_no_family() -> None:
    unknown = Movement(id="x", player=PLAYER, currency="EUR", amount=1)
    with pytest.raises(TypeError) as caught:
        family(unknown)
    assert str(caught.value) == f"not a movement: {unknown!r}"


def test_an_id_is_known_by_its_transaction_in_any_family_and_first_by_one_that_was_applied() -> None:
    refused, applied = entry(-5, Fate.REFUSED), entry(7)
    book = Book(100).record((Family.BET, "x"), refused).record((Family.CREDIT, "x"), applied, moved=7)
    assert book.known_as("x") is applied
    assert book.known_as("x", but=Family.BET) is applied
    assert book.known_as("x", but=Family.CREDIT) is refused
    assert book.known_as("y") is None
    assert Book(100).record((Family.ROLLBACK, "x"), refused).known_as("x", but=Family.ROLLBACK) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"bet": "b2"}, False),
        ({"round": "r2"}, False),
        ({"game": "g2"}, False),
        ({"kind": "CASHOUT"}, False),
        ({"bet": ""}, True),
        ({"round": "", "game": "", "kind": ""}, True),
    ],
)
def test_a_transaction_is_the_same_when_all_that_both_say_is_the_same(other: dict[str, str], *, same: bool) -> None:
    first = Entry("payout", 5, "b1", Fate.APPLIED, particulars=("r1", "g1", "BET_PAID"))
    item = pay("p", 5, **{"bet": "b1", "round": "r1", "game": "g1", **other})
    assert first.agrees_with(item) is same
    assert Entry("payout", 5, "", Fate.APPLIED, particulars=("", "", "")).agrees_with(item)


def test_a_record_moves_the_balance_and_is_kept() -> None:
    book = Book(100).record(A, entry(-30), moved=-30).record(B, entry(-200, Fate.REFUSED))
    assert book.balance == 70
    assert book.entries == {A: entry(-30), B: entry(-200, Fate.REFUSED)}


def test_a_book_is_another_one_when_the_first_answer_showed_another_balance() -> None:
    book = Book(100).record(A, entry(-30, shown=70), moved=-30)
    other = book.showing(A, 75)
    assert other.entries[A] == entry(-30, shown=75)
    assert other.key() == Book(100).record(A, entry(-30, shown=75), moved=-30).key() != book.key()
    assert other.showing(A, 70).key() == book.key()
    assert book.showing(A, 70) is book


# ----------------------------------------------------------------------------------------------------------------------
# Bets and the names that they go by


def test_an_accepted_bet_stands_under_each_of_its_names_until_it_is_rolled_back() -> None:
    book = Book(100).accept_bet("a", "b", "").accept_bet("c")
    assert [each for each in ("a", "b", "c", "", "d") if book.stands(each)] == ["a", "b", "c"]
    gone = book.roll_back("a", "b", "")
    assert [each for each in ("a", "b", "c", "") if gone.stands(each)] == ["c"]
    assert gone.rolled_back == {"a"}
    assert gone.returned == {"a", "b"}
    again = gone.roll_back("c")
    assert again.rolled_back == {"a", "c"}
    assert again.returned == {"a", "b", "c"}
    assert not Book(100).roll_back("a").stands("a")


def test_a_bet_that_was_paid_is_settled_under_the_name_that_was_paid_and_no_name_is_none() -> None:
    assert Book(100).settle("a").settle("").settle("b").settled == {"a", "b"}


@pytest.mark.parametrize("reference", ["a", "x"])
def test_a_bet_may_have_been_taken_when_it_was_accepted_or_its_answer_was_lost_or_it_may_still_come(
    reference: str,
) -> None:
    accepted = Book(100).accept_bet("a", "x").roll_back("a", "x")
    lost = Book(100).leave_open(A, entry(-5, Fate.OPEN, bet="x"))
    coming = Book(100).send(flying(bet("a", 5, "x")))
    assert all(each.may_have_taken(reference) for each in (accepted, lost, coming))
    assert not any(each.may_have_taken("other") for each in (accepted, lost, coming))
    credit = Book(100).leave_open(P, entry(5, Fate.OPEN, bet="x")).send(flying(pay("a", 5, "x")))
    assert not credit.may_have_taken(reference)


# ----------------------------------------------------------------------------------------------------------------------
# Requests in flight


def test_a_request_is_in_flight_once_and_until_its_transaction_has_found_its_fate() -> None:
    one, two = flying(bet("a", 5)), flying(bet("b", 5))
    book = Book(100).send(one).send(two)
    assert book.in_flight == (one, two)
    assert book.send(one) is book
    assert book.without(one).in_flight == (two,)
    assert book.record(A, entry(-5), moved=-5).in_flight == (two,)
    assert book.record(A, entry(0, Fate.WITHOUT_EFFECT)).in_flight == (two,)
    assert book.record(A, entry(-5, Fate.REFUSED)).in_flight == (one, two)
    assert book.record(C, entry(-5), moved=-5).in_flight == (one, two)


def test_there_may_be_so_many_requests_in_flight_and_no_more() -> None:
    book = Book(100)
    for number in range(MOST_IN_FLIGHT):
        book = book.send(flying(bet(f"b{number}", 1)))
    assert len(book.in_flight) == MOST_IN_FLIGHT == 8
    with pytest.raises(BudgetExceeded):
        book.send(flying(bet("one more", 1)))
    assert book.send(flying(bet("b0", 1))) is book


# ----------------------------------------------------------------------------------------------------------------------
# Open transactions


def test_nothing_open_leaves_no_choice() -> None:
    book = Book(100).record(A, entry(-30), moved=-30)
    assert book.span() == (70, 70)
    assert [each.balance for each in book.unfold()] == [70]
    assert book.trail == frozenset()
    assert book.spare(-30) == 0


@pytest.mark.parametrize(
    ("transactions", "span", "balances"),
    [
        ([(A, -30)], (70, 100), {70, 100}),
        ([(P, 30)], (100, 130), {100, 130}),
        ([(A, 0)], (100, 100), {100}),
        ([(A, -30), (B, -30)], (40, 100), {40, 70, 100}),
        ([(A, -30), (P, 5)], (70, 105), {70, 75, 100, 105}),
        ([(A, -80), (B, -80)], (0, 100), {20, 100}),
        ([(A, -100), (P, 1)], (0, 101), {0, 1, 100, 101}),
        ([(A, -101), (P, 1)], (0, 101), {0, 100, 101}),
    ],
)
def test_open_transactions_are_in_the_balance_or_not_and_it_is_never_below_zero(
    transactions: list[tuple[Key, Amount]], span: tuple[Amount, Amount], balances: set[Amount]
) -> None:
    book = opened(100, *transactions)
    assert book.balance == 100
    assert book.span() == span
    assert {each.balance for each in book.unfold()} == balances
    assert {each.balance for balance in range(-10, 140) for each in book.unfold(balance)} == balances


def test_what_has_arrived_does_not_arrive_again() -> None:
    book = opened(100, (A, -30), (B, -30), (P, 5))
    assert (book.spare(-30), book.spare(5), book.spare(7)) == (2, 1, 0)
    once = at(book, 70)
    assert (once.spare(-30), once.spare(5)) == (1, 1)
    assert once.span() == (40, 75)
    both = at(once, 45)
    assert (both.spare(-30), both.spare(5)) == (0, 0)
    assert both.span() == (45, 45)
    assert at(once, 40).taken == {-30: 2}
    assert at(book, 45).taken == {-30: 2, 5: 1}
    assert at(book, 45).key() == both.key()


def test_an_open_transaction_that_was_in_the_balance_is_closed_without_moving_it() -> None:
    book = closed(at(opened(100, (A, -30), (B, -30)), 70), A, was_taken=True)
    assert (book.balance, book.span(), book.spare(-30)) == (70, (40, 70), 1)
    assert book.taken == {}
    assert book.entries == {A: entry(-30), B: entry(-30, Fate.OPEN)}


def test_an_open_transaction_that_was_not_in_the_balance_is_closed_by_moving_it_or_for_good() -> None:
    book = at(opened(100, (A, -30), (B, -30)), 70)
    moved = closed(book, A, was_taken=False, moved=-30)
    assert (moved.balance, moved.span(), moved.taken) == (40, (40, 40), {-30: 1})
    dropped = closed(book, A, was_taken=False, fate=Fate.REFUSED)
    assert (dropped.balance, dropped.span(), dropped.taken) == (70, (70, 70), {-30: 1})
    assert dropped.entries[A].fate is Fate.REFUSED


def test_when_the_last_one_is_closed_nothing_is_left_of_it() -> None:
    never = Book(70).record(A, entry(-30))
    for book in (
        closed(at(opened(100, (A, -30)), 70), A, was_taken=True),
        closed(opened(100, (A, -30)), A, was_taken=False, moved=-30),
        closed(opened(70, (A, -30)), A, was_taken=False),
        closed(opened(70, (A, -30)).blur(-5, 5), A, was_taken=False),
    ):
        assert book == never


def test_a_doubt_is_about_one_open_transaction() -> None:
    book = opened(100, (A, -30), (B, -30))
    doubted = book.doubt(A)
    assert doubted.entries == {A: entry(-30, Fate.OPEN, doubted=True), B: entry(-30, Fate.OPEN)}
    assert doubted.key() == Book(100).leave_open(A, doubted.entries[A]).leave_open(B, entry(-30, Fate.OPEN)).key()
    assert doubted.key() != book.key()


# ----------------------------------------------------------------------------------------------------------------------
# Between which balances an open transaction came


def test_it_came_at_the_balance_of_then_or_of_any_time_since() -> None:
    book = opened(100, (A, -30))
    assert book.stood_between(A) == (100, 100)
    book = book.record(P, entry(50), moved=50)
    assert book.stood_between(A) == (100, 150)
    book = book.record(B, entry(-90), moved=-90)
    assert book.stood_between(A) == (60, 150)
    assert book.record(C, entry(0, Fate.REFUSED)).stood_between(A) == (60, 150)
    assert book.trail == {100, 150, 60}


def test_another_that_is_lost_later_takes_nothing_from_what_is_known_of_the_first() -> None:
    book = opened(100, (A, -30)).record(P, entry(50), moved=50).leave_open(B, entry(-5, Fate.OPEN))
    assert book.trail == {100, 150}
    assert book.stood_between(A) == (95, 150)


def test_what_happened_before_does_not_count() -> None:
    book = Book(100).record(P, entry(50), moved=50).leave_open(A, entry(-30, Fate.OPEN))
    assert book.stood_between(A) == (150, 150)


def test_its_own_arrival_does_not_count_and_that_of_others_does() -> None:
    book = opened(100, (A, -30), (P, 50))
    assert book.stood_between(A) == (100, 150)
    assert book.stood_between(P) == (70, 100)
    assert at(book, 120).stood_between(A) == (100, 150)
    later = at(book, 70).record(B, entry(-5), moved=-5)
    assert later.trail == {100, 95}
    assert later.stood_between(A) == (95, 150)


def test_it_never_came_at_less_than_nothing() -> None:
    assert opened(20, (A, -30), (B, -30)).stood_between(A) == (0, 20)


def test_one_that_is_closed_leaves_its_trace_for_the_others() -> None:
    book = opened(100, (A, -30), (P, 50))
    came = closed(at(book, 70), A, was_taken=True)
    assert came.stood_between(P) == (70, 100)
    moved = closed(book, A, was_taken=False, moved=-30)
    assert moved.stood_between(P) == (70, 100)
    dropped = closed(book, A, was_taken=False, fate=Fate.REFUSED)
    assert dropped.stood_between(P) == (100, 100)
    assert came.record(B, entry(-5), moved=-5).stood_between(P) == (65, 100)


def test_concurrent_events_hide_the_balances_between_and_leave_the_edges() -> None:
    book = opened(100, (A, -30)).record(P, entry(50), moved=50).blur(-20, 5)
    assert book.blurred
    assert book.trail == {80, 155}
    assert book.stood_between(A) == (80, 155)
    within = book.record(B, entry(-40), moved=-40)
    assert within.trail == {80, 155}
    beyond = book.record(B, entry(-90), moved=-90)
    assert beyond.trail == {60, 155}
    assert Book(100).blur(-20, 5) == Book(100)


def test_a_blur_lasts_as_long_as_anything_is_open() -> None:
    book = opened(100, (A, -30), (P, 50)).blur(-20, 5)
    assert closed(book, A, was_taken=False).blurred
    assert not closed(closed(book, A, was_taken=False), P, was_taken=False).blurred


# ----------------------------------------------------------------------------------------------------------------------
# When two books are the same

_START = Book(100).record(A, entry(-30, bet="x"), moved=-30).leave_open(B, entry(-5, Fate.OPEN))


@pytest.mark.parametrize(
    "change",
    [
        lambda book: replace(book, balance=book.balance + 1),
        lambda book: book.record(C, entry(0, Fate.REFUSED)),
        lambda book: book.record(A, entry(-30, bet="y")),
        lambda book: book.record(A, entry(-30, Fate.WITHOUT_EFFECT, bet="x")),
        lambda book: book.showing(A, 70),
        lambda book: book.doubt(B),
        lambda book: book.roll_back("a"),
        lambda book: book.leave_open(C, entry(-5, Fate.OPEN)),
        lambda book: replace(at(book, 65), balance=70),
        lambda book: replace(book, trail=frozenset({70, 71})),
        lambda book: book.blur(0, 0),
        lambda book: book.send(flying(bet("a", 5))),
    ],
)
def test_a_book_is_another_one_when_anything_that_matters_later_differs(change: Callable[[Book], Book]) -> None:
    assert change(_START).key() != _START.key()


def test_a_book_is_the_same_whichever_way_it_was_reached() -> None:
    first, second = entry(-30, bet="x"), entry(7)
    assert (
        Book(100).record(A, first, moved=-30).record(P, second, moved=7).key()
        == Book(100).record(P, second, moved=7).record(A, first, moved=-30).key()
        == Book(77).record(A, entry(-30, Fate.REFUSED)).record(P, second).record(A, first).key()
        != Book(77).key()
    )
    one, two = flying(bet("a", 5)), flying(bet("b", 5))
    assert Book(100).send(one).send(two).key() == Book(100).send(two).send(one).key() != Book(100).send(one).key()
    assert opened(100, (A, -30), (P, 5)).key() == opened(100, (P, 5), (A, -30)).key()
