"""How much work a race takes: questions to the law, or combinations, are counted, and never seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest
from race_definition import balances_left
from random_races import bet, event, pay, rollback

from harness.model import Amount, Single
from harness.oracle import effects, race
from harness.oracle.book import Book
from harness.oracle.events import Belief, Event
from harness.oracle.possible import Possible
from harness.oracle.race import Money, money
from harness.oracle.rules import allowed
from harness.oracle.terms import Terms

WIDE = (0, 100)


class Questions:
    """Counts what the law is asked."""

    def __init__(self) -> None:
        self.count = 0

    def allowed(self, book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
        self.count += 1
        return allowed(book, item, terms)


def judged(book: Book, events: Sequence[Event], lost: Sequence[Event] = ()) -> tuple[Money, int]:
    questions = Questions()
    with patch.object(effects, "allowed", questions.allowed):
        judgement = money(Belief(book, tuple(lost)), events)
    return judgement, questions.count


def placed(balance: Amount, item: Single) -> Book:
    book = next(each.book for each in allowed(Book(1_000), item, event(item, WIDE).terms) if each.accepted)
    return replace(book, balance=balance)


@pytest.mark.parametrize("size", [20, 50, 200])
def test_identical_rollbacks_take_a_question_each(size: int) -> None:
    events = [event(rollback("r", "b"), (i % 7, 100 + i % 3)) for i in range(size)]
    judgement, questions = judged(placed(0, bet("b", 10)), events)
    assert balances_left(judgement.beliefs) == frozenset({10})
    assert len(judgement.beliefs) == 1
    assert questions <= 2 * size


@pytest.mark.parametrize("size", [20, 50, 200])
def test_many_rollbacks_of_one_bet_refund_once_and_each_may_be_the_one(size: int) -> None:
    events = [event(rollback(f"r{i}", "b"), (i % 7, 100 + i % 3)) for i in range(size)]
    judgement, questions = judged(placed(0, bet("b", 10)), events)
    assert balances_left(judgement.beliefs) == frozenset({10})
    assert len(judgement.beliefs) == size
    assert questions <= 3 * size


def test_many_rollbacks_of_one_win_take_it_back_once() -> None:
    events = [event(rollback(f"r{i}", "p", of_win=True), WIDE) for i in range(50)]
    judgement, questions = judged(placed(15, pay("p", 10)), events)
    assert balances_left(judgement.beliefs) == frozenset({5})
    assert questions <= 150


def test_many_sendings_of_a_bet_and_many_rollbacks_of_it() -> None:
    events = [event(bet("b", 10), WIDE)] * 5 + [event(rollback(f"r{i}", "b"), WIDE) for i in range(20)]
    judgement, questions = judged(Book(10), events)
    assert balances_left(judgement.beliefs) == frozenset({10})
    assert questions <= 100


def test_new_transactions_take_one_question_each_and_leave_one_book() -> None:
    events = [event(pay(f"p{i}", 10) if i % 2 else bet(f"b{i}", 10), (i % 9, 100)) for i in range(50)]
    judgement, questions = judged(Book(500), events)
    assert balances_left(judgement.beliefs) == frozenset({500})
    assert len(judgement.beliefs) == 1
    assert questions <= 50


def test_a_batch_of_ten_thousand_lost_items_that_is_sent_again_takes_one_question_each() -> None:
    items = [pay(f"p{i}", 10) if i % 2 else bet(f"b{i}", 10) for i in range(10_000)]
    lost = [event(item, (0, None)) for item in items]
    judgement, questions = judged(Book(100_000), [event(item, (1, 2)) for item in items], lost)
    assert balances_left(judgement.beliefs) == frozenset({100_000})
    assert [len(each.lost) for each in judgement.beliefs] == [0]
    assert questions <= 10_000


def test_lost_credits_are_counted_and_not_enumerated() -> None:
    lost = [event(pay(f"p{i}", 10), (0, None)) for i in range(1_000)]
    judgement, questions = judged(Book(0), [*lost, event(bet("b", 100), (1, 2))])
    (belief,) = judgement.beliefs
    assert (belief.book.balance, len(belief.lost), belief.floors) == (-100, 1_000, ((0, 100),))
    assert questions <= 1_001


def test_eight_bets_with_their_rollbacks_are_all_known() -> None:
    events = [event(item, WIDE) for i in range(8) for item in (bet(f"b{i}", 10), rollback(f"r{i}", f"b{i}"))]
    judgement, _ = judged(Book(10), events)
    assert balances_left(judgement.beliefs) == frozenset({10})
    assert len(judgement.beliefs) == race.MOST_BELIEFS


def two_amounts(pairs: int, *, at: tuple[int, int]) -> list[Event]:
    return [event(bet(f"b{i}", amount), at) for i in range(pairs) for amount in (10, 20)]


def test_past_the_cap_the_books_are_not_known() -> None:
    judgement, _ = judged(Book(1_000), two_amounts(20, at=WIDE))
    assert (judgement.possible, judgement.known, judgement.beliefs) == (True, False, ())


def test_past_the_cap_only_what_no_combination_explains_is_impossible() -> None:
    judgement, _ = judged(Book(199), [*two_amounts(20, at=(0, 9)), event(pay("p", 50), (10, 12))])
    assert (judgement.possible, judgement.accused is not None) == (False, True)
    judgement, _ = judged(Book(200), two_amounts(20, at=(0, 9)))
    assert (judgement.possible, judgement.known) == (True, False)


def mixed(change: Callable[[int], Amount], count: int) -> list[Event]:
    items: list[Single] = [pay(f"s{i}", change(i), "R") for i in range(count)]
    items += [rollback(f"r{i}", "b") for i in range(count)]
    return [event(item, WIDE) for item in items]


FEWER_STEPS = patch.object(effects, "MOST_STEPS", 1_000)


@FEWER_STEPS
def test_a_group_with_too_many_orders_is_not_known() -> None:
    judgement, questions = judged(placed(0, bet("b", 10, "R")), mixed(lambda number: 10 + number, 9))
    assert (judgement.possible, judgement.known) == (True, False)
    assert questions <= 1_000
    judgement, _ = judged(placed(0, bet("b", 10, "R")), mixed(lambda number: 10, 4))
    assert balances_left(judgement.beliefs) == frozenset({40, 50})


@FEWER_STEPS
def test_an_impossible_group_is_found_beside_one_that_is_not_known() -> None:
    events = mixed(lambda number: 10 + number, 9)
    wrong = event(bet("x", 10), WIDE, policy={"zero_bet": frozenset({"refused"})}, refusable=("zero_bet",))
    judgement, _ = judged(placed(0, bet("b", 10, "R")), [*events, wrong])
    assert (judgement.possible, judgement.accused) == (False, len(events))
