"""Races whose judgement is easy to get wrong: each refutes a simpler rule, or an earlier judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from race_definition import balances_left
from random_races import bet, event, pay, rollback

from harness.model import Amount, Policy, Single, Situation
from harness.oracle.book import Book
from harness.oracle.events import Belief, Event
from harness.oracle.race import Money, money
from harness.oracle.rules import allowed

IMPOSSIBLE: frozenset[Amount] = frozenset()


def pinned(**readings: str) -> Policy:
    return {policy: frozenset(each.split()) for policy, each in readings.items()}


def yes(item: Single, start: int, end: int) -> Event:
    return event(item, (start, end))


def no(item: Single, start: int, end: int) -> Event:
    return event(item, (start, end), accepted=False)


def lost(item: Single, start: int) -> Event:
    return event(item, (start, None))


def under(policy: Policy, events: Sequence[Event]) -> list[Event]:
    return [replace(each, terms=replace(each.terms, policy=policy)) for each in events]


def judged(balance: Amount, *events: Event, known: Sequence[Single] = (), policy: Policy | None = None) -> Money:
    book = Book(1_000)
    for item in known:
        book = next(each.book for each in allowed(book, item, event(item, (0, 0)).terms) if each.accepted)
    return money(Belief(replace(book, balance=balance)), under(policy or {}, events))


def ends(balance: Amount, *events: Event, known: Sequence[Single] = (), policy: Policy | None = None) -> object:
    """The balances that may be left, none if the race is impossible. The order of the events is of no account."""
    judgement = judged(balance, *events, known=known, policy=policy)
    assert judgement.known
    left = balances_left(judgement.beliefs)
    for turn in range(len(events)):
        other = judged(balance, *events[turn:], *events[:turn], known=known, policy=policy)
        assert (other.possible, balances_left(other.beliefs)) == (judgement.possible, left)
    assert judgement.possible is (left != IMPOSSIBLE)
    return left


def test_a_refused_sending_is_no_deadline_for_a_debit() -> None:
    assert ends(0, no(bet("b", 10), 0, 5), yes(pay("p", 10), 12, 14), yes(bet("b", 10), 20, 30)) == {0}


def test_a_refused_sending_brings_no_credit() -> None:
    assert ends(0, no(pay("p", 10), 0, 2), yes(bet("b", 10), 4, 8), yes(pay("p", 10), 22, 30)) == IMPOSSIBLE


def test_the_first_success_of_a_debit_is_its_deadline() -> None:
    assert ends(0, yes(bet("b", 10), 0, 3), yes(bet("b", 10), 0, 30), yes(pay("p", 10), 5, 9)) == IMPOSSIBLE


def test_requests_that_touch_at_one_moment_overlap() -> None:
    assert ends(0, yes(pay("p", 10), 5, 9), yes(bet("b", 10), 0, 5)) == {0}


def test_a_late_bet_needs_no_cover_unless_it_must_be_refused() -> None:
    race = (yes(bet("b", 10), 0, 9), yes(rollback("r", "b"), 0, 9))
    assert ends(0, *race) == {0}
    assert ends(0, *race, policy=pinned(late_bet="refused")) == IMPOSSIBLE


def test_a_bet_and_its_refund_need_cover_at_one_moment_and_change_nothing_for_others() -> None:
    policy = pinned(late_bet="refused")
    others = (yes(rollback("r", "b"), 0, 9), yes(pay("p", 10), 4, 5))
    assert ends(0, yes(bet("b", 10), 0, 9), *others, yes(bet("c", 10), 0, 6), policy=policy) == {0}
    assert ends(0, yes(bet("b", 10), 0, 3), *others, policy=policy) == IMPOSSIBLE


def test_a_refund_covers_nothing_that_ended_before_it() -> None:
    race = (yes(bet("b", 10), 0, 3), yes(rollback("r", "b"), 5, 9), yes(bet("c", 10), 4, 4))
    assert ends(10, *race) == IMPOSSIBLE


def test_two_rollbacks_of_one_bet_refund_once() -> None:
    race = (yes(rollback("r1", "b"), 0, 9), yes(rollback("r2", "b"), 0, 9))
    assert ends(0, *race, yes(bet("c", 20), 0, 9), known=[bet("b", 10)]) == IMPOSSIBLE
    assert ends(0, *race, known=[bet("b", 10)]) == {10}


def test_one_id_with_two_amounts_moves_either_of_them() -> None:
    assert ends(15, yes(bet("t", 10), 0, 9), yes(bet("t", 20), 0, 9)) == {5}
    assert ends(0, yes(pay("t", 10), 0, 9), yes(pay("t", 20), 0, 9)) == {10, 20}


def test_a_settled_bet_is_refunded_or_not_by_the_order_of_settlement_and_rollback() -> None:
    known = [bet("b", 10)]
    race = (yes(pay("s", 30, "b"), 0, 9), yes(rollback("r", "b"), 0, 9))
    assert ends(0, *race, known=known, policy=pinned(rollback_of_settled="refunded kept")) == {30, 40}
    race = (yes(pay("s", 30, "b"), 5, 9), yes(rollback("r", "b"), 0, 3))
    assert ends(0, *race, known=known, policy=pinned(rollback_of_settled="kept")) == {40}


def test_a_lost_credit_covers_only_what_ends_after_it_was_sent() -> None:
    """The earlier judge ignored the start of a lost request (its fault C)."""
    assert ends(0, lost(pay("l", 10), 0), yes(bet("b", 10), 3, 9)) == {0}
    assert ends(0, lost(pay("l", 10), 5), yes(bet("b", 10), 0, 3)) == IMPOSSIBLE


def test_a_lost_debit_that_is_sent_again_may_have_waited_for_money() -> None:
    race = (lost(bet("l", 10), 0), yes(bet("l", 10), 20, 30), yes(bet("c", 10), 0, 9), yes(pay("p", 10), 15, 18))
    assert ends(10, *race) == {0}


def test_a_refused_debit_does_not_prove_that_a_lost_one_arrived() -> None:
    """The earlier judge took it for a proof (its fault D)."""
    assert ends(20, lost(bet("l", 10), 2), no(bet("c", 20), 3, 5), yes(bet("d", 20), 19, 30)) == {0}


def test_identical_requests_are_all_refused_only_if_something_else_may_have_been_done() -> None:
    """To the earlier judge a lost request excused nothing (its fault F)."""
    race = (no(bet("n", 10), 0, 5), no(bet("n", 10), 3, 9))
    assert ends(30, *race) == IMPOSSIBLE
    assert ends(30, *race, yes(pay("p", 1), 0, 9)) == {31}
    assert ends(30, *race, lost(pay("p", 1), 0)) == {30, 31}
    assert ends(9, *race) == {9}


def test_a_win_that_must_find_its_bet_does_not_pay_for_it() -> None:
    policy = pinned(unknown_bet="refused")
    race = (yes(bet("b", 10), 0, 9), yes(pay("w", 30, "b"), 0, 9))
    assert ends(0, *race, policy=policy) == IMPOSSIBLE
    assert ends(10, *race, yes(bet("c", 20), 0, 9), yes(pay("x", 5, "c"), 0, 9), policy=policy) == {15}


def test_a_bet_and_a_smaller_win_may_have_to_come_before_another_bet() -> None:
    race = (yes(bet("b", 10), 0, 9), yes(pay("w", 5, "b"), 0, 9), yes(bet("c", 5), 0, 3))
    assert ends(10, *race, policy=pinned(unknown_bet="refused")) == {0}


def test_a_final_refusal_cannot_come_before_a_success() -> None:
    policy = pinned(replay_of_refused="refused")
    assert ends(20, no(bet("n", 10), 0, 5), yes(bet("n", 10), 6, 9), policy=policy) == IMPOSSIBLE
    assert ends(20, no(bet("n", 10), 0, 6), yes(bet("n", 10), 6, 9), policy=policy) == {10}


def test_one_id_for_a_bet_and_a_payout_is_one_transaction_or_two() -> None:
    race = (yes(bet("t", 10), 0, 9), yes(pay("t", 30), 0, 9))
    assert ends(40, *race) == {30, 60, 70}
    assert ends(0, *race, policy=pinned(reused_id="new")) == {20}


def test_the_order_in_which_events_are_listed_is_of_no_account() -> None:
    """The earlier judge took event number 1 for like any event that ends late (its fault A)."""
    race = (yes(bet("x", 20), 14, 29), yes(bet("y", 20), 18, 20), yes(pay("p", 10), 13, 13), yes(pay("q", 30), 23, 30))
    assert ends(10, *race) == {10}


def test_a_book_with_a_returned_bet_is_not_the_book_without() -> None:
    """The earlier judge took the two for the same one (its fault B)."""
    race = (
        no(bet("b", 20, "R"), 0, 1),
        yes(rollback("r", "b"), 0, 24),
        yes(pay("s", 10, "R"), 7, 10),
        yes(bet("b", 20, "R"), 16, 19),
    )
    assert ends(0, *race, policy=pinned(unknown_bet="refused")) == {10}


@pytest.mark.parametrize(
    ("settlement", "expected"),
    [
        (lost(pay("s", 30, "b"), 5), {10, 40}),
        (lost(pay("s", 30, "b"), 0), {10, 30, 40}),
    ],
)
def test_a_stake_is_kept_only_if_the_lost_settlement_came_first(settlement: Event, expected: set[Amount]) -> None:
    """The earlier judge let a rollback keep the stake before the settlement was sent (its fault E)."""
    race = (settlement, yes(rollback("r", "b"), 0, 3))
    assert ends(0, *race, known=[bet("b", 10)], policy=pinned(rollback_of_settled="kept")) == expected


def test_a_win_is_taken_back_once_and_only_if_the_balance_covers_it() -> None:
    known = [pay("p", 10)]
    race = (yes(rollback("r1", "p", of_win=True), 0, 9), yes(rollback("r2", "p", of_win=True), 0, 9))
    assert ends(15, *race, known=known) == {5}
    assert ends(5, *race, known=known) == IMPOSSIBLE
    assert ends(5, *race, yes(pay("q", 10), 9, 12), known=known) == {5}
    assert ends(15, *race, yes(bet("c", 10), 0, 3), known=known) == IMPOSSIBLE


def test_a_win_that_is_taken_back_in_the_same_race_need_not_have_come_first() -> None:
    race = (yes(pay("p", 10), 0, 9), yes(rollback("r", "p", of_win=True), 0, 9))
    assert ends(0, *race) == {0, 10}


# ----------------------------------------------------------------------------------------------------------------------
# Whom an impossible race accuses


def test_a_debit_that_nothing_covers_is_accused_with_the_balance_that_it_found() -> None:
    judgement = judged(15, yes(bet("a", 10), 0, 3), yes(bet("b", 10), 0, 9), yes(pay("p", 5), 10, 12))
    assert (judgement.possible, judgement.accused) == (False, 1)
    assert judgement.stuck is not None
    assert judgement.stuck.balance == 5


def test_an_answer_that_no_order_of_its_group_allows_is_accused() -> None:
    race = (yes(bet("n", 1), 0, 9), yes(rollback("r", "b"), 0, 9), yes(bet("b", 10), 0, 9))
    judgement = judged(100, *race, policy=pinned(late_bet="refused", rollback_of_unknown="ok"))
    assert judgement.possible
    judgement = judged(
        100, *race, policy=pinned(late_bet="refused", rollback_again="refused"), known=[rollback("q", "b")]
    )
    assert (judgement.possible, judgement.accused) == (False, 1)


def test_a_forged_request_that_is_accepted_is_accused() -> None:
    race = [yes(bet("a", 10), 0, 3), event(bet("b", 10), (0, 3), disbelieved=Situation.FORGED)]
    judgement = money(Belief(Book(100)), race)
    assert (judgement.possible, judgement.accused) == (False, 1)
