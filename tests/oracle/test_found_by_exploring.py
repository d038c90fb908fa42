"""Histories by hand in which generated scenarios have found the oracle wrong. A sound wallet may answer each so."""

from __future__ import annotations

import pytest
from oracle_account import Account, event, refusal
from oracle_requests import READ, bet, pay, rollback

from harness.model import Payout, Situation, Wrong
from harness.oracle import Event, reasons_of_refusal
from harness.oracle.judge import SMALL_BATCH


@pytest.mark.parametrize("why", [Situation.FORGED, Situation.MALFORMED, Situation.WRONG_CURRENCY])
def test_in_a_race_a_request_that_must_be_refused_is_no_sending_of_the_good_one(why: Situation) -> None:
    good, spoilt = refusal(bet("a", 30)), refusal(bet("a", 30), disbelieved=why)
    account = Account(100)
    account.race(good, spoilt)
    account.holds(100)
    finding = Account(100).cannot_race(good, good, spoilt)
    assert finding.wrong is Wrong.REFUSED, "one of two sendings must be accepted"


def test_the_reason_of_a_refusal_may_depend_on_a_lost_answer() -> None:
    account = Account(100)
    account.loses(rollback("r", "a", "b"))
    assert reasons_of_refusal(account.beliefs, refusal(bet("a", 110, "b"))) == {Situation.LATE, Situation.UNCOVERED}
    assert reasons_of_refusal(account.beliefs, refusal(bet("c", 110))) == {Situation.UNCOVERED}


def _after_a_lost_batch(size: int) -> tuple[Account, list[Payout]]:
    """A batch of credits of 1 whose answer was lost on 100, and a read that shows that it was applied."""
    account, items = Account(100), [pay(f"p{number}", 1) for number in range(size)]
    for each in items:
        account.loses(each, operation="settlement", batch=True)
    account.answers(READ, 100 + size)
    return account, items


def test_a_large_batch_that_is_sent_again_shows_the_balances_of_the_first_time() -> None:
    size = SMALL_BATCH + 1
    account, items = _after_a_lost_batch(size)
    account.batch(*(event(each, 101 + place, operation="settlement", batch=True) for place, each in enumerate(items)))
    account.holds(100 + size)
    other, _ = _after_a_lost_batch(size)
    low = (event(each, 99, operation="settlement", batch=True) for each in items)
    assert other.cannot_batch(*low).wrong is Wrong.BALANCE


def test_a_lost_credit_that_is_decided_may_have_come_at_any_time_before() -> None:
    account = Account(100)
    account.loses(pay("p", 30))
    account.loses(pay("q", 10))
    account.answers(bet("a", 10), 130)
    account.answers(pay("p", 30), 130)
    account.loses(bet("c", 10))
    account.answers(pay("q", 10), 140)
    assert account.cannot_answer(pay("q", 10), 151).wrong is Wrong.BALANCE


@pytest.mark.parametrize("came", [0, 30])
def test_a_large_batch_after_the_lost_answer_of_another_request_is_judged(came: int) -> None:
    """The lost credit may have come at any place of the batch, and no order of 600 items need be tried for that."""

    def after_a_loss() -> Account:
        account = Account(100, bets=frozenset({"b"}))
        account.loses(pay("lost", 30))
        return account

    def batch(start: int, last: int | None = None) -> list[Event]:
        shown = [start + place for place in range(1, 601)]
        shown[-1] = last or shown[-1]
        return [event(pay(f"p{n}", 1), each, operation="settlement", batch=True) for n, each in enumerate(shown)]

    account = after_a_loss()
    account.batch(*batch(100 + came))
    account.answers(READ, 700 + came)
    account.answers(pay("next", 1), 701 + came)
    unlike = batch(100 + came, last=732)
    assert after_a_loss().cannot_batch(*unlike).event is unlike[-1]
    refused = [*batch(100)[:-1], refusal(pay("p", 1, "b"), operation="settlement", batch=True)]
    assert after_a_loss().cannot_batch(*refused).wrong is Wrong.REFUSED
    short = after_a_loss()
    short.batch(*batch(100 + came))
    assert short.cannot_answer(READ, 699).wrong is Wrong.BALANCE
