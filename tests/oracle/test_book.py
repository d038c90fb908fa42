"""A book: what it remembers, and that equal keys mean equal books."""

from __future__ import annotations

from dataclasses import replace

import pytest
from oracle_requests import READ, bet, pay, reward, rollback, unsettle

from harness.model import Movement
from harness.oracle import Book, Entry, EntryState, Family, change_of, family
from harness.oracle.book import key_of, undone_by

KEY = (Family.BET, "a")
PLACED = Entry("bet", -30, "b", EntryState.APPLIED, 70, ("r", "g", "SINGLE"))
FULL = Book(
    70,
    rolled_back=frozenset({"x"}),
    bets=frozenset({"a", "b"}),
    returned=frozenset({"x"}),
    settled=frozenset({"b"}),
).record(KEY, PLACED)


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, balance=71),
        replace(FULL, rolled_back=frozenset()),
        replace(FULL, bets=frozenset({"a"})),
        replace(FULL, returned=frozenset()),
        replace(FULL, settled=frozenset()),
        FULL.record(KEY, replace(PLACED, operation="betBatch")),
        FULL.record(KEY, replace(PLACED, change=-31)),
        FULL.record(KEY, replace(PLACED, bet="c")),
        FULL.record(KEY, replace(PLACED, fate=EntryState.REFUSED)),
        FULL.record(KEY, replace(PLACED, shown=None)),
        FULL.record(KEY, replace(PLACED, particulars=("r", "g", "MULTI"))),
        FULL.record((Family.CREDIT, "a"), PLACED),
    ],
)
def test_whatever_differs_makes_another_book(other: Book) -> None:
    assert other.key() != FULL.key()


def test_a_bet_of_the_smallest_unit_is_not_one_of_two_units() -> None:
    one, two = (Book(5).record(KEY, Entry("bet", change, "", EntryState.WITHOUT_EFFECT)) for change in (-1, -2))
    assert one.key() != two.key()


def test_the_order_in_which_entries_came_makes_no_other_book() -> None:
    second = replace(PLACED, change=-10)
    one = Book(0).record(KEY, PLACED).record((Family.BET, "c"), second)
    other = Book(0).record((Family.BET, "c"), second).record(KEY, PLACED)
    assert one.key() == other.key() == Book(0).record_all({KEY: PLACED, (Family.BET, "c"): second}).key()


def test_an_entry_that_is_replaced_leaves_no_trace() -> None:
    refused = replace(PLACED, fate=EntryState.REFUSED)
    assert Book(0).record(KEY, refused).record(KEY, PLACED).key() == Book(0).record(KEY, PLACED).key()
    assert FULL.showing(KEY, 60).showing(KEY, 70).key() == FULL.key()
    assert FULL.showing(KEY, 70) is FULL


def test_a_transaction_moves_the_balance_with_its_entry() -> None:
    after = Book(100).record(KEY, PLACED, moved=-30)
    assert (after.balance, after.entries[KEY]) == (70, PLACED)


def test_an_id_is_known_first_of_all_by_what_was_applied() -> None:
    refused = Entry("payout", 5, "", EntryState.REFUSED)
    book = Book(0).record((Family.CREDIT, "a"), refused).record((Family.UNSETTLEMENT, "a"), PLACED)
    assert book.known_as("a") is PLACED
    assert book.known_as("a", but=Family.UNSETTLEMENT) is refused
    assert book.known_as("c") is None


def test_empty_references_are_not_remembered() -> None:
    assert Book(0).accept_bet("a", "").bets == {"a"}
    assert Book(0).settle("") == Book(0)
    rolled = Book(0).roll_back("a", "", "b")
    assert rolled.rolled_back == {"a"}
    assert rolled.returned == {"a", "b"}


@pytest.mark.parametrize(
    ("item", "kind", "change"),
    [
        (bet("a", 5), Family.BET, -5),
        (pay("a", 5), Family.CREDIT, 5),
        (reward("a", 5), Family.REWARD, 5),
        (unsettle("a", 5), Family.UNSETTLEMENT, -5),
    ],
)
def test_each_kind_of_movement_has_ids_of_its_own_and_a_direction(item: Movement, kind: Family, change: int) -> None:
    assert (family(item), key_of(item), change_of(item)) == (kind, (kind, "a"), change)


def test_a_rollback_has_an_id_and_names_the_bet_that_it_undoes() -> None:
    assert key_of(rollback("r", "a")) == (Family.ROLLBACK, "r")
    assert undone_by(rollback("r", "a")) == (Family.BET, "a")


def test_what_is_no_movement_has_no_family() -> None:
    with pytest.raises(TypeError):
        family(READ)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "agrees"),
    [
        (bet("a", 30, "b", round="r", game="g"), True),
        (bet("a", 30), True),
        (bet("a", 30, "c"), False),
        (bet("a", 30, "b", round="s"), False),
        (bet("a", 30, "b", game="h"), False),
        (bet("a", 30, "b", kind="MULTI"), False),
    ],
)
def test_an_entry_agrees_with_what_names_the_same_or_nothing(item: Movement, agrees: bool) -> None:
    assert PLACED.agrees_with(item) is agrees
