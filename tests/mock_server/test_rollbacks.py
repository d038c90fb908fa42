"""The stake comes back once, and a bet that comes after its rollback is not taken."""

from __future__ import annotations

import pytest
from wallet_at_hand import AtHand

from harness.model import Outcome


@pytest.fixture
def at() -> AtHand:
    at = AtHand("sportsbook", balance=10_000)
    at.open("bob", 5000)
    return at


def test_a_rollback_returns_the_stake(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b"))
    item = at.item(at.rollback("b"))
    assert (item.outcome, item.balance, item.currency, at.holds()) == (Outcome.OK, 10_000, "EUR", 10_000)
    assert item.reference


def test_the_same_rollback_again_gets_the_first_answer(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b"))
    rollback = at.rollback("b")
    first = at.item(rollback)
    at.ask(at.payout(1000))
    assert at.item(rollback) == first
    assert at.holds() == 11_000


def test_another_rollback_of_the_same_bet_is_success_without_effect(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b"))
    assert [at.item(at.rollback("b")).balance for _ in range(3)] == [10_000] * 3


def test_a_known_rollback_id_for_another_bet_is_refused(at: AtHand) -> None:
    at.ask(at.bet(1000, id="b1"))
    at.ask(at.bet(2000, id="b2"))
    at.ask(at.rollback("b1", id="r"))
    assert at.item(at.rollback("b2", id="r")).outcome is Outcome.CONFLICT
    assert at.holds() == 8000


def test_a_rollback_of_an_unknown_bet_is_success_without_effect(at: AtHand) -> None:
    item = at.item(at.rollback("never came"))
    assert (item.outcome, item.balance, at.holds()) == (Outcome.OK, 10_000, 10_000)


def test_a_bet_after_its_own_rollback_is_refused(at: AtHand) -> None:
    at.ask(at.rollback("b"))
    assert at.item(at.bet(3000, id="b")).outcome is Outcome.UNKNOWN_TRANSACTION
    assert at.holds() == 10_000


def test_a_rollback_of_another_player_does_not_keep_a_bet_from_coming(at: AtHand) -> None:
    at.ask(at.rollback("b", player="bob"))
    assert at.item(at.bet(3000, id="b")).balance == 7000


def test_a_refused_bet_is_not_paid_back(at: AtHand) -> None:
    at.ask(at.bet(11_000, id="b"))
    assert at.item(at.rollback("b")).outcome is Outcome.OK
    assert at.holds() == 10_000
    at.ask(at.payout(5000))
    assert at.item(at.bet(11_000, id="b")).outcome is Outcome.UNKNOWN_TRANSACTION


def test_another_players_bet_is_not_undone(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b"))
    assert at.item(at.rollback("b", player="bob")).outcome is Outcome.UNKNOWN_TRANSACTION
    assert (at.holds(), at.holds("bob")) == (7000, 5000)
    assert at.item(at.rollback("b")).balance == 10_000


@pytest.mark.parametrize("win", [0, 9000])
def test_a_settled_bet_keeps_its_payout_and_gets_no_stake_back(at: AtHand, win: int) -> None:
    at.ask(at.bet(3000, id="b", bet="B"))
    at.ask(at.payout(win, bet="B"))
    assert at.item(at.rollback("b", bet="B")).outcome is Outcome.UNKNOWN_TRANSACTION
    assert at.holds() == 7000 + win


def test_a_returned_bet_is_not_settled_any_more(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b", bet="B"))
    at.ask(at.rollback("b", bet="B"))
    assert at.item(at.payout(9000, bet="B")).outcome is Outcome.UNKNOWN_TRANSACTION
    assert at.holds() == 10_000


def test_one_of_two_bets_is_rolled_back_and_the_other_settled(at: AtHand) -> None:
    at.ask(at.bet(1000, id="b1", bet="B"))
    at.ask(at.bet(2000, id="b2", bet="B"))
    at.ask(at.rollback("b1", bet="B"))
    assert at.item(at.payout(4000, bet="B")).balance == 12_000


def test_a_rollback_needs_no_live_session(at: AtHand) -> None:
    at.ask(at.bet(3000, id="b"))
    assert at.item(at.rollback("b", session="ann-expired")).balance == 10_000
    at.ask(at.bet(3000, id="c"))
    assert at.item(at.rollback("c", session="nonsense")).balance == 10_000


def test_a_rollback_of_an_unknown_player_is_refused(at: AtHand) -> None:
    assert at.item(at.rollback("b", player="nobody")).outcome is Outcome.UNKNOWN_PLAYER


def test_a_bet_that_is_sent_again_after_its_rollback_is_not_debited(at: AtHand) -> None:
    bet = at.bet(3000, id="b")
    at.ask(bet)
    at.ask(at.rollback("b"))
    at.ask(bet)
    assert at.holds() == 10_000


def test_a_bet_of_nothing_is_rolled_back(at: AtHand) -> None:
    at.ask(at.bet(0, id="b"))
    assert at.item(at.rollback("b")).balance == 10_000
