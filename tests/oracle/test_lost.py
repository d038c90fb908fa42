"""Lost answers as histories: the wallet has acted, or not, or will, and never twice."""

from __future__ import annotations

import pytest
from oracle_account import Account, event, refusal, situation
from oracle_requests import READ, bet, pay, reward, rollback, unsettle

from harness.model import Situation, Wrong
from harness.oracle import STRICT, Event, balances


def _lost(policy: dict[str, frozenset[str]] | None = None) -> Account:
    """The answer to a bet of 30 on 100 was lost."""
    account = Account(100, policy)
    account.loses(bet("a", 30, "b"))
    return account


@pytest.mark.parametrize("balance", [70, 100])
def test_after_a_lost_bet_the_money_is_there_or_gone(balance: int) -> None:
    account = _lost()
    assert account.cannot_answer(READ, 85).wrong is Wrong.BALANCE
    assert account.cannot_answer(READ, 40).wrong is Wrong.BALANCE
    account.answers(READ, balance)


def test_a_lost_bet_may_still_arrive_after_a_read_but_cannot_go_back() -> None:
    account = _lost()
    account.answers(READ, 100)
    account.answers(READ, 70)
    account.cannot_answer(READ, 100)


def test_a_lost_bet_that_is_sent_again_is_debited_once() -> None:
    account = _lost()
    finding = account.cannot_answer(bet("a", 30, "b"), 40)
    assert (finding.situation, finding.wrong) == (Situation.REPLAY, Wrong.BALANCE)
    assert account.cannot_answer(bet("a", 30, "b"), 100).wrong is Wrong.BALANCE
    assert account.cannot_refuse(bet("a", 30, "b")).wrong is Wrong.REFUSED
    assert situation(account.answers(bet("a", 30, "b"), 70)) is Situation.REPLAY
    account.holds(70)


def test_a_lost_credit_that_is_sent_again_through_another_operation_is_paid_once() -> None:
    account = Account(100, bets=frozenset({"b"}))
    account.loses(pay("p", 30, "b"), operation="payout")
    finding = account.cannot_answer(pay("p", 30, "b"), 160, operation="settlement")
    assert finding.situation is Situation.CROSS_REPLAY
    account.answers(pay("p", 30, "b"), 130, operation="settlement")
    account.holds(130)


def test_a_resend_of_a_lost_bet_shows_the_lost_answer_or_the_current_balance() -> None:
    for shown in (70, 65, 95 - 30):
        account = _lost()
        account.answers(bet("x", 5), 65)
        account.answers(bet("a", 30, "b"), shown)
        account.holds(65)


def test_the_lost_answer_may_have_come_late_and_shows_the_balance_of_its_own_moment() -> None:
    account = _lost()
    account.answers(bet("x", 5), 95)
    account.answers(READ, 65)
    account.answers(bet("y", 5), 60)
    account.cannot_answer(bet("a", 30, "b"), 75)
    account.answers(bet("a", 30, "b"), 65)
    account.holds(60)


def test_a_replay_of_what_happened_beside_a_lost_bet_repeats_what_it_showed() -> None:
    account = _lost()
    account.answers(bet("x", 5), 65)
    account.answers(pay("p", 50), 115)
    account.cannot_answer(bet("x", 5), 95)
    account.answers(bet("x", 5), 65)


def test_of_two_lost_bets_any_may_have_been_taken() -> None:
    account = _lost()
    account.loses(bet("c", 7))
    for balance in (100, 93, 70, 63):
        twin = Account(0)
        twin.beliefs = account.beliefs
        twin.answers(READ, balance)
    account.cannot_answer(READ, 86)
    account.answers(READ, 63)
    account.answers(bet("a", 30, "b"), 70)
    account.answers(bet("c", 7), 63)
    account.holds(63)


def test_two_lost_bets_are_not_debited_twice_on_resending() -> None:
    account = _lost()
    account.loses(bet("c", 7))
    account.cannot_answer(bet("a", 30, "b"), 33)
    account.answers(bet("a", 30, "b"), 63)


def test_a_lost_bet_with_another_amount_moves_one_of_the_two() -> None:
    refused, first, second = _lost(), _lost(), _lost()
    refused.refuses(bet("a", 40, "b"))
    refused.answers(READ, 70)
    assert ("conflict", "first_result") in first.answers(bet("a", 40, "b"), 70).readings
    first.cannot_answer(READ, 30)
    first.answers(READ, 70)
    second.answers(bet("a", 40, "b"), 60)
    second.holds(60)
    second.cannot_answer(bet("a", 30, "b"), 30)


def test_a_lost_bet_that_was_not_covered_may_be_refused_again_when_there_is_money() -> None:
    account = Account(20)
    account.loses(bet("a", 30))
    account.answers(pay("p", 50), 70)
    account.refuses(bet("a", 30))
    account.holds(70)


def test_a_lost_bet_that_was_covered_all_the_time_cannot_be_refused() -> None:
    account = _lost()
    account.answers(pay("p", 50), 150)
    account.cannot_refuse(bet("a", 30, "b"))


@pytest.mark.parametrize("amount", [51, 100])
def test_what_a_lost_bet_has_taken_itself_is_no_reason_to_refuse_it(amount: int) -> None:
    account = Account(100)
    account.loses(bet("a", amount))
    assert account.cannot_refuse(bet("a", amount)).wrong is Wrong.REFUSED
    account.loses(bet("other", 100 - amount + 1))
    account.refuses(bet("a", amount))


def test_what_a_lost_deduction_has_taken_back_itself_is_no_reason_to_refuse_it() -> None:
    account = Account(100, {"deduction": frozenset({"supported"})})
    account.answers(bet("a", 30, "b"), 70)
    account.answers(pay("p", 50, "b"), 120)
    account.loses(unsettle("u", 50, "b"))
    assert account.cannot_refuse(unsettle("u", 50, "b")).wrong is Wrong.REFUSED
    account.loses(unsettle("v", 1, "b"))
    account.refuses(unsettle("u", 50, "b"))


def test_a_lost_bet_may_find_no_money_when_it_is_sent_again() -> None:
    account = _lost()
    account.answers(bet("x", 80), 20)
    account.refuses(bet("a", 30, "b"))
    account.holds(20)


def test_a_bet_that_only_a_lost_credit_covers_shows_that_the_credit_came() -> None:
    account = Account(20)
    account.loses(pay("p", 30))
    account.answers(bet("a", 40), 10)
    account.holds(10)
    account.answers(pay("p", 30), 50)
    account.holds(10)


def test_a_bet_of_all_that_a_lost_credit_can_have_brought_may_be_covered_and_not_a_larger_one() -> None:
    account = Account(20)
    account.loses(pay("p", 30))
    assert account.cannot_answer(bet("a", 51)).wrong is Wrong.ACCEPTED
    account.answers(bet("a", 50), 0)
    account.holds(0)


def test_a_lost_answer_showed_no_balance_below_zero() -> None:
    account = Account(100)
    account.loses(bet("a", 120))
    account.answers(pay("p", 50), 150)
    assert account.cannot_answer(bet("a", 120), -20).wrong is Wrong.BALANCE
    account.answers(bet("a", 120), 30)


def test_a_bet_that_a_lost_bet_may_have_made_too_large_may_be_refused_and_then_the_money_is_gone() -> None:
    account = _lost()
    account.refuses(bet("x", 80))
    account.holds(70)


def test_a_lost_bet_cannot_have_taken_what_was_not_there() -> None:
    account = Account(20)
    account.loses(bet("a", 30))
    account.cannot_answer(READ, -10)
    account.answers(READ, 20)


def test_a_lost_zero_is_remembered() -> None:
    account = Account(100)
    account.loses(pay("p", 0))
    account.answers(READ, 100)
    account.answers(pay("p", 0), 100)
    account.cannot_answer(pay("p", 5), 105)


def test_a_lost_request_that_may_be_refused_may_be_refused_when_it_is_sent_again() -> None:
    account = Account(100)
    account.loses(pay("p", 30, "unknown"))
    account.refuses(pay("p", 30, "unknown"))
    account.holds(100)


def test_a_lost_unsettlement_is_deducted_once() -> None:
    account = Account(100, {"deduction": frozenset({"supported"})}, bets=frozenset({"b"}))
    account.answers(pay("p", 30, "b"), 130)
    account.loses(unsettle("u", 30, "b"))
    account.cannot_answer(unsettle("u", 30, "b"), 70)
    account.answers(unsettle("u", 30, "b"), 100)
    account.holds(100)


# ----------------------------------------------------------------------------------------------------------------------
# Lost answers and rollbacks


def test_a_lost_bet_that_is_rolled_back_leaves_the_balance_as_it_was() -> None:
    account = _lost()
    account.cannot_answer(rollback("r", "a", "b"), 70)
    account.cannot_answer(rollback("r", "a", "b"), 130)
    assert situation(account.answers(rollback("r", "a", "b"), 100)) is Situation.ROLLBACK
    account.holds(100)
    account.refuses(bet("a", 30, "b"))
    account.answers(bet("a", 30, "b"), 70)
    account.holds(100)


def test_a_rollback_of_a_lost_bet_is_refused_only_where_an_unknown_bet_may_be() -> None:
    account = _lost({"rollback_of_unknown": frozenset({"ok"})})
    account.cannot_refuse(rollback("r", "a", "b"))
    account = _lost()
    account.refuses(rollback("r", "a", "b"))
    account.answers(READ, 70)


def test_a_lost_rollback_may_arrive_after_a_read() -> None:
    account = Account(100)
    account.answers(bet("a", 30, "b"), 70)
    account.loses(rollback("r", "a", "b"))
    account.cannot_answer(READ, 130)
    account.answers(READ, 70)
    account.answers(READ, 100)
    account.cannot_answer(READ, 70)
    account.answers(rollback("r", "a", "b"), 100)
    account.holds(100)


def test_a_lost_rollback_that_is_sent_again_refunds_once() -> None:
    account = Account(100)
    account.answers(bet("a", 30, "b"), 70)
    account.loses(rollback("r", "a", "b"))
    account.answers(rollback("r", "a", "b"), 100)
    account.holds(100)
    account.answers(rollback("r2", "a", "b"), 100)


def test_a_lost_rollback_of_an_unknown_bet_may_have_buried_it() -> None:
    buried, alive = Account(100), Account(100)
    for account in (buried, alive):
        account.loses(rollback("r", "a", "b"))
    buried.answers(bet("a", 30, "b"), 100)
    buried.holds(100)
    alive.answers(bet("a", 30, "b"), 70)
    alive.answers(READ, 70)
    alive.answers(READ, 100)


def test_a_lost_bet_and_a_lost_rollback_net_nothing_once_the_rollback_is_answered() -> None:
    account = _lost()
    account.loses(rollback("r", "a", "b"))
    account.answers(READ, 70)
    account.answers(rollback("r", "a", "b"), 100)
    account.holds(100)


def test_after_a_lost_credit_the_bet_may_count_as_settled() -> None:
    account = Account(100)
    account.answers(bet("a", 30, "b"), 70)
    account.loses(pay("p", 50, "b"))
    account.refuses(rollback("r", "a", "b"))
    account.answers(READ, 120)


def test_a_lost_bet_that_was_paid_and_then_rolled_back_without_a_refund_may_be_refused_when_it_comes_again() -> None:
    account = _lost()
    account.answers(pay("p", 50, "b"), 120)
    account.answers(rollback("r", "a", "b"), 120)
    account.refuses(bet("a", 30, "b"))
    account.holds(120)


def test_one_id_with_two_bets_of_which_one_answer_is_lost_stands_for_the_one_that_came_first() -> None:
    for first, second in (("b", "c"), ("c", "b")):
        account = _lost()
        account.race(event(bet("a", 30, first), 70), refusal(bet("a", 30, second)))
        account.holds(70)


def test_a_refused_bet_whose_resend_is_lost_may_be_applied_later() -> None:
    account = Account(20)
    account.refuses(bet("a", 30))
    account.answers(pay("p", 50), 70)
    account.loses(bet("a", 30))
    account.answers(READ, 70)
    account.answers(READ, 40)
    account.answers(bet("a", 30), 40)
    account.holds(40)


def test_a_replay_whose_answer_is_lost_moves_nothing() -> None:
    account = Account(100)
    account.answers(bet("a", 30), 70)
    account.loses(bet("a", 30))
    account.holds(70)


def test_a_lost_read_says_nothing() -> None:
    account = Account(100)
    account.loses(READ)
    account.holds(100)


# ----------------------------------------------------------------------------------------------------------------------
# Lost answers in a race


def test_a_lost_bet_among_concurrent_ones_lands_anywhere() -> None:
    account = _lost()
    account.race(event(bet("x", 10), 90), event(bet("y", 10), 50), refusal(bet("z", 60)))
    account.holds(50)
    account.answers(bet("a", 30, "b"), 60)
    account.holds(50)


def test_of_identical_requests_some_of_which_were_lost_one_is_applied() -> None:
    account = _lost()
    account.race(event(bet("a", 30, "b"), 70), event(bet("a", 30, "b"), 70))
    account.holds(70)


def test_money_that_nothing_lost_explains_is_found() -> None:
    account = _lost()
    account.answers(reward("w", 5))
    assert balances(account.beliefs) == (105,)
    for wrong in (100, 70, 45, 110):
        account.cannot_answer(READ, wrong)


P, Q, W = (event(pay(name, 10)) for name in "pqw")


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        pytest.param([P, Q, W], (30,), id="all of them"),
        pytest.param([P, Q], (20, 30), id="not the one that had arrived, or that one, too"),
        pytest.param([P, P, Q, W], (30,), id="one of them twice"),
        pytest.param([P, Q, refusal(pay("w", 10))], (20, 30), id="one is refused, and may arrive after that"),
        pytest.param([P, Q, event(bet("x", 20))], (0, 10), id="a bet takes what is certain"),
        pytest.param([P, Q, W, event(unsettle("u", 10))], (20,), id="beside a deduction"),
        pytest.param([P, event(pay("q", 20)), W], (30, 40), id="with another amount: one of the two is paid"),
        pytest.param([P, event(reward("q", 10)), W], (20, 30, 40), id="as a reward: either is paid, or both"),
        pytest.param([P, event(pay("q", 10), known_elsewhere=True), W], (20, 30), id="one may be another player's"),
    ],
)
def test_of_three_lost_credits_one_had_arrived_and_they_are_sent_again_at_once(
    sent: list[Event], left: tuple[int, ...]
) -> None:
    account = Account(0)
    for each in (P, Q, W):
        account.loses(each.item)
    account.answers(READ, 10)
    account.race(*sent)
    assert account.may_hold() == set(left)


def test_a_lost_credit_with_the_id_of_a_reward_may_be_answered_as_that() -> None:
    account = Account(0)
    account.answers(reward("p", 0), 0)
    account.loses(P.item)
    account.loses(Q.item)
    account.answers(READ, 10)
    account.race(P, Q)
    assert account.may_hold() == {10, 20}


def test_a_lost_bet_that_is_rolled_back_at_once_with_others_may_have_been_in_their_way() -> None:
    account = Account(10)
    account.loses(bet("a", 10))
    judgement = account.race(event(rollback("r", "a")), refusal(bet("c", 10)))
    assert judgement.leniency == STRICT
    account.holds(10)
    account = Account(11)
    account.loses(bet("a", 1))
    assert account.race(event(rollback("r", "a")), refusal(bet("c", 10))).leniency != STRICT
