"""Rollbacks as histories: a stake comes back once, and a bet that comes after its rollback is not debited."""

from __future__ import annotations

import pytest
from oracle_account import Account, event, refusal, situation
from oracle_requests import bet, pay, rollback

from harness.model import Situation, Wrong
from harness.oracle import balances


def _with_bet(policy: dict[str, frozenset[str]] | None = None) -> Account:
    """A bet of 30 on 100, under the bet id `b`."""
    account = Account(100, policy)
    account.answers(bet("a", 30, "b"), 70)
    return account


def test_a_rollback_gives_the_stake_back_once() -> None:
    account = _with_bet()
    finding = account.cannot_answer(rollback("r", "a", "b"), 70)
    assert (finding.situation, finding.wrong) == (Situation.ROLLBACK, Wrong.BALANCE)
    assert account.cannot_refuse(rollback("r", "a", "b")).wrong is Wrong.REFUSED
    assert situation(account.answers(rollback("r", "a", "b"), 100)) is Situation.ROLLBACK
    account.holds(100)


def test_a_rollback_that_is_sent_again_moves_nothing() -> None:
    account = _with_bet()
    account.answers(rollback("r", "a", "b"), 100)
    account.answers(bet("other", 10), 90)
    finding = account.cannot_answer(rollback("r", "a", "b"), 120)
    assert (finding.situation, finding.wrong) == (Situation.REPLAY, Wrong.BALANCE)
    assert account.cannot_refuse(rollback("r", "a", "b")).wrong is Wrong.REFUSED
    account.answers(rollback("r", "a", "b"), 100)
    account.answers(rollback("r", "a", "b"), 90)
    account.holds(90)


def test_a_second_rollback_of_the_same_bet_refunds_nothing() -> None:
    account = _with_bet()
    account.answers(rollback("r1", "a", "b"), 100)
    finding = account.cannot_answer(rollback("r2", "a", "b"), 130)
    assert (finding.situation, finding.wrong) == (Situation.ROLLBACK_AGAIN, Wrong.BALANCE)
    assert account.refuses(rollback("r2", "a", "b")).readings == {("rollback_again", "refused")}
    assert account.answers(rollback("r3", "a", "b"), 100).readings == {("rollback_again", "ok")}
    account.holds(100)


def test_a_rollback_of_an_unknown_bet_is_success_or_by_policy_a_refusal_and_moves_nothing() -> None:
    account = Account(100, {"rollback_of_unknown": frozenset({"ok"})})
    finding = account.cannot_refuse(rollback("r", "a", "b"))
    assert (finding.situation, finding.wrong) == (Situation.ROLLBACK_OF_UNKNOWN, Wrong.REFUSED)
    account.cannot_answer(rollback("r", "a", "b"), 130)
    account.answers(rollback("r", "a", "b"), 100)
    assert account.cannot_refuse(rollback("r", "a", "b")).situation is Situation.REPLAY
    assert Account(100).refuses(rollback("r", "a")).readings == {("rollback_of_unknown", "refused")}


def test_a_bet_after_its_rollback_is_never_debited_whatever_is_answered() -> None:
    account = Account(100)
    account.answers(rollback("r", "a", "b"), 100)
    finding = account.cannot_answer(bet("a", 30, "b"), 70)
    assert (finding.situation, finding.wrong) == (Situation.LATE, Wrong.BALANCE)
    assert account.refuses(bet("a", 30, "b")).readings == {("late_bet", "refused")}
    assert account.answers(bet("a", 30, "b"), 100).readings == {("late_bet", "ok_without_effect")}
    account.answers(bet("a", 30, "b"), 100)
    account.answers(rollback("r2", "a", "b"), 100)
    account.holds(100)


def test_a_bet_after_a_rollback_that_was_refused_is_an_ordinary_bet() -> None:
    account = Account(100)
    account.refuses(rollback("r", "a", "b"))
    account.cannot_answer(bet("a", 30, "b"), 100)
    account.answers(bet("a", 30, "b"), 70)


def test_a_bet_that_is_sent_again_after_its_rollback_is_repeated_or_refused() -> None:
    account = _with_bet()
    account.answers(rollback("r", "a", "b"), 100)
    assert account.cannot_answer(bet("a", 30, "b"), 40).wrong is Wrong.BALANCE
    assert ("late_bet", "refused") in account.refuses(bet("a", 30, "b")).readings
    account.answers(bet("a", 30, "b"), 70)
    account.answers(bet("a", 30, "b"), 100)
    account.holds(100)


def test_a_rollback_of_a_refused_bet_refunds_nothing_and_is_remembered() -> None:
    account = Account(20)
    account.refuses(bet("a", 30, "b"))
    finding = account.cannot_answer(rollback("r", "a", "b"), 50)
    assert (finding.situation, finding.wrong) == (Situation.ROLLBACK_OF_REFUSED, Wrong.BALANCE)
    account.refuses(rollback("r", "a", "b"))
    account.answers(rollback("r", "a", "b"), 20)
    account.answers(pay("p", 50), 70)
    account.cannot_answer(bet("a", 30, "b"), 40)
    account.refuses(bet("a", 30, "b"))


@pytest.mark.parametrize("reference", ["a", "b"])
def test_a_rollback_of_a_settled_bet_is_refunded_kept_or_refused(reference: str) -> None:
    def settled() -> Account:
        account = _with_bet()
        account.answers(pay("p", 50, reference), 120)
        return account

    assert settled().cannot_answer(rollback("r", "a", "b"), 130).situation is Situation.ROLLBACK_OF_SETTLED
    refunded, kept, refused = settled(), settled(), settled()
    assert refunded.answers(rollback("r", "a", "b"), 150).readings == {("rollback_of_settled", "refunded")}
    assert kept.answers(rollback("r", "a", "b"), 120).readings == {("rollback_of_settled", "kept")}
    assert refused.refuses(rollback("r", "a", "b")).readings == {("rollback_of_settled", "refused")}
    refunded.cannot_answer(rollback("r2", "a", "b"), 180)
    refused.holds(120)


def test_a_settlement_of_nothing_settles_the_bet_too() -> None:
    account = _with_bet()
    account.answers(pay("p", 0, "b"), 70)
    account.refuses(rollback("r", "a", "b"))


def test_a_credit_without_a_bet_settles_none() -> None:
    account = Account(100)
    account.answers(bet("a", 30), 70)
    account.answers(pay("p", 50), 120)
    assert account.cannot_refuse(rollback("r", "a")).situation is Situation.ROLLBACK


def test_a_credit_for_a_bet_that_was_rolled_back_is_paid_or_refused() -> None:
    account = _with_bet()
    account.answers(rollback("r", "a", "b"), 100)
    assert account.refuses(pay("p", 50, "b")).readings == {("returned_bet", "refused")}
    account.answers(pay("q", 50, "a"), 150)


def test_a_rollback_of_another_players_bet_moves_nothing_here_and_buries_no_bet_of_ours() -> None:
    account = Account(100)
    finding = account.cannot_answer(rollback("r", "a", "b"), 130, foreign_bet=True)
    assert (finding.situation, finding.wrong) == (Situation.ROLLBACK_OF_FOREIGN, Wrong.BALANCE)
    account.refuses(rollback("r", "a", "b"), foreign_bet=True)
    account.answers(rollback("r", "a", "b"), 100, foreign_bet=True)
    account.answers(bet("a", 30, "b"), 70)


def test_a_rollback_id_that_names_another_bet_the_second_time_refunds_nothing() -> None:
    account = _with_bet()
    account.answers(bet("a2", 10, "b2"), 60)
    account.answers(rollback("r", "a", "b"), 90)
    assert account.cannot_answer(rollback("r", "a2", "b2"), 100).situation is Situation.REUSED_ID
    account.refuses(rollback("r", "a2", "b2"))
    account.answers(rollback("r", "a2", "b2"), 90)
    account.holds(90)


def test_one_id_for_a_bet_and_its_rollback_is_new_refused_or_answered_as_the_bet() -> None:
    new, refused, first = _with_bet(), _with_bet(), _with_bet()
    assert situation(new.answers(rollback("a", "a", "b"), 100)) is Situation.REUSED_ID
    new.holds(100)
    assert refused.refuses(rollback("a", "a", "b")).readings == {("reused_id", "refused")}
    refused.holds(70)
    assert first.answers(rollback("a", "a", "b"), 70).readings == {("reused_id", "first_result")}
    first.holds(70)


def test_a_rollback_of_a_bet_of_zero_refunds_nothing() -> None:
    account = Account(100)
    account.answers(bet("a", 0, "b"), 100)
    account.answers(rollback("r", "a", "b"), 100)
    account.holds(100)


@pytest.mark.parametrize("shown", [70, 100, None])
def test_a_bet_against_its_rollback_nets_nothing_in_either_order(shown: int | None) -> None:
    account = Account(100)
    told = refusal(bet("a", 30, "b")) if shown is None else event(bet("a", 30, "b"), shown)
    account.race(told, event(rollback("r", "a", "b"), 100))
    account.holds(100)


def test_a_bet_against_its_rollback_never_keeps_the_stake() -> None:
    account = Account(100)
    account.race(event(bet("a", 30, "b"), 70), event(rollback("r", "a", "b"), 70))
    assert balances(account.beliefs) == (100,)


def test_two_rollbacks_at_once_with_different_ids_refund_once() -> None:
    account = _with_bet()
    judgement = account.race(event(rollback("r1", "a", "b"), 100), event(rollback("r2", "a", "b"), 130))
    assert judgement.leniency.balances
    account.holds(100)
