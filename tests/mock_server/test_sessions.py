"""Bets need a live session of the player; what the player has won does not. A token opens one session, once."""

from __future__ import annotations

import pytest
from wallet_at_hand import AtHand

from harness.model import Authenticate, BetBatch, Outcome, Retry, Settle

BAD_SESSIONS = ["ann-expired", "bob-live", "unknown", ""]


@pytest.fixture
def at() -> AtHand:
    at = AtHand("sportsbook", balance=10_000)
    at.open("bob", 5000)
    return at


@pytest.mark.parametrize("session", BAD_SESSIONS)
def test_a_bet_needs_a_live_session_of_its_player(at: AtHand, session: str) -> None:
    bet = at.bet(1000, session=session)
    assert at.item(bet).outcome is Outcome.INVALID_SESSION
    assert at.item(BetBatch(items=(bet,))).outcome is Outcome.INVALID_SESSION
    assert (at.holds(), at.holds("bob")) == (10_000, 5000)


@pytest.mark.parametrize("session", BAD_SESSIONS)
def test_a_credit_and_an_unsettlement_need_none(at: AtHand, session: str) -> None:
    payouts = [at.payout(1000, session=session) for _ in range(3)]
    for operation in (payouts[0], Settle(items=(payouts[1],)), Retry(items=(payouts[2],))):
        assert at.item(operation).outcome is Outcome.OK
    assert at.item(at.reward(1000, session=session)).outcome is Outcome.OK
    assert at.item(at.unsettle(1000, session=session)).outcome is Outcome.OK
    assert at.holds() == 13_000


@pytest.mark.parametrize("session", BAD_SESSIONS)
def test_a_balance_is_shown_to_a_live_session_only(at: AtHand, session: str) -> None:
    assert at.item(at.read()).balance == 10_000
    assert at.item(at.read(session=session)).outcome is Outcome.INVALID_SESSION


def test_a_balance_of_an_unknown_player_is_refused(at: AtHand) -> None:
    assert at.item(at.read(player="nobody")).outcome is Outcome.UNKNOWN_PLAYER


def test_a_read_moves_nothing_and_shows_the_currency(at: AtHand) -> None:
    items = [at.item(at.read()) for _ in range(3)]
    assert {(item.balance, item.currency) for item in items} == {(10_000, "EUR")}
    assert at.holds() == 10_000


def test_a_token_becomes_a_session_that_works(at: AtHand) -> None:
    reply = at.ask(at.token())
    assert reply.session is not None
    assert (reply.session.player, reply.session.display_name) == ("ann", "Name of ann")
    assert (reply.session.brand, reply.session.country) == ("BRAND", "MT")
    assert (reply.items[0].balance, reply.items[0].currency) == (10_000, "EUR")
    assert at.item(at.bet(1000, session=reply.session.session)).balance == 9000


def test_a_new_session_leaves_the_old_one_live(at: AtHand) -> None:
    at.ask(at.token())
    assert at.item(at.bet(1000)).balance == 9000


def test_a_token_works_once(at: AtHand) -> None:
    at.ask(at.token())
    assert at.item(at.token()).outcome is Outcome.INVALID_TOKEN
    assert at.ask(at.token()).session is None


def test_an_unknown_token_is_refused(at: AtHand) -> None:
    assert at.item(Authenticate(token="unknown")).outcome is Outcome.INVALID_TOKEN
