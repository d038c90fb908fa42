"""Every item of a batch stands alone, and each is answered."""

from __future__ import annotations

import pytest
from wallet_at_hand import AtHand

from harness.model import BetBatch, Outcome, Retry, Settle


def test_each_item_is_answered_in_its_place_with_its_own_balance() -> None:
    at = AtHand()
    at.open("bob", 5)
    reply = at.ask(at.settle(at.payout(10, id="1"), at.payout(20, id="2", player="bob"), at.payout(30, id="3")))
    assert reply.accepted
    assert [(item.id, item.balance) for item in reply.items] == [("1", 1010), ("2", 25), ("3", 1040)]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_invalid_item_is_refused_alone(position: int) -> None:
    at = AtHand()
    items = [at.payout(10), at.payout(20)]
    items.insert(position, at.payout(5, player="nobody"))
    outcomes = [item.outcome for item in at.ask(Settle(items=tuple(items))).items]
    expected = [Outcome.OK, Outcome.OK]
    expected.insert(position, Outcome.UNKNOWN_PLAYER)
    assert (outcomes, at.holds()) == (expected, 1030)


def test_a_duplicate_inside_is_answered_twice_and_credited_once() -> None:
    at = AtHand()
    twin = at.payout(10)
    reply = at.ask(at.settle(twin, at.payout(5), twin))
    assert [item.outcome for item in reply.items] == [Outcome.OK] * 3
    assert at.holds() == 1015


def test_an_id_with_two_amounts_inside_is_credited_once() -> None:
    at = AtHand()
    reply = at.ask(at.settle(at.payout(10, id="x"), at.payout(20, id="x")))
    assert [item.outcome for item in reply.items] == [Outcome.OK, Outcome.CONFLICT]
    assert at.holds() == 1010


def test_a_whole_batch_sent_again_credits_nothing() -> None:
    at = AtHand()
    batch = at.settle(*(at.payout(7) for _ in range(100)))
    first = at.ask(batch)
    assert at.holds() == 1700
    assert at.ask(batch) == first
    assert at.holds() == 1700


def test_old_and_new_items_mix() -> None:
    at = AtHand()
    old = at.payout(10)
    at.ask(old)
    at.ask(at.settle(at.payout(1), old, at.payout(2)))
    assert at.holds() == 1013


def test_bets_are_debited_while_the_balance_covers_them() -> None:
    at = AtHand(balance=100)
    reply = at.ask(BetBatch(items=(at.bet(60), at.bet(50), at.bet(40))))
    assert [item.outcome for item in reply.items] == [Outcome.OK, Outcome.INSUFFICIENT_FUNDS, Outcome.OK]
    assert at.holds() == 0


@pytest.mark.parametrize("batch", [Settle(items=()), Retry(items=()), BetBatch(items=())])
def test_an_empty_batch_is_success_without_items(batch: Settle) -> None:
    reply = AtHand().ask(batch)
    assert (reply.outcome, reply.items) == (Outcome.OK, ())


def test_a_batch_of_a_thousand_is_complete_and_exact() -> None:
    at = AtHand(balance=0)
    reply = at.ask(at.settle(*(at.payout(amount) for amount in range(1000))))
    assert len(reply.items) == 1000
    assert at.holds() == sum(range(1000)) == reply.items[-1].balance
