"""What a single transaction does to a balance: credits, debits, zero, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from wallet_at_hand import AtHand

from harness.model import Movement, Outcome
from mock_server.store import LARGEST_BALANCE


@pytest.mark.parametrize("make", [AtHand.payout, AtHand.reward])
def test_a_credit_adds_exactly_its_amount(make: type) -> None:
    at = AtHand(balance=2**53 + 1)
    item = at.item(make(at, 1234567))
    assert (item.outcome, item.balance) == (Outcome.OK, 2**53 + 1 + 1234567)
    assert at.holds() == 2**53 + 1 + 1234567


@pytest.mark.parametrize("make", [AtHand.bet, AtHand.unsettle])
@pytest.mark.parametrize(("amount", "left"), [(1, 999), (1000, 0), (0, 1000)])
def test_a_covered_debit_takes_exactly_its_amount(make: type, amount: int, left: int) -> None:
    at = AtHand(balance=1000)
    item = at.item(make(at, amount))
    assert (item.outcome, item.balance, at.holds()) == (Outcome.OK, left, left)


@pytest.mark.parametrize("make", [AtHand.bet, AtHand.unsettle])
@pytest.mark.parametrize("amount", [1001, 2**63, 10**30])
def test_an_uncovered_debit_takes_nothing(make: type, amount: int) -> None:
    at = AtHand(balance=1000)
    item = at.item(make(at, amount))
    assert (item.outcome, item.balance, at.holds()) == (Outcome.INSUFFICIENT_FUNDS, None, 1000)


def test_the_answer_has_the_id_the_currency_and_a_reference() -> None:
    at = AtHand()
    item = at.item(at.payout(5, id="x"))
    assert (item.id, item.currency) == ("x", "EUR")
    assert item.reference
    assert item.reference != at.item(at.payout(5)).reference


@pytest.mark.parametrize("make", [AtHand.payout, AtHand.bet, AtHand.unsettle, AtHand.reward])
@pytest.mark.parametrize("amount", [-1, Fraction(1, 2)])
def test_an_impossible_amount_moves_nothing(make: type, amount: int) -> None:
    at = AtHand()
    assert at.item(make(at, amount)).outcome is Outcome.MALFORMED
    assert at.holds() == 1000


@pytest.mark.parametrize(
    ("currency", "amount", "outcome"),
    [
        ("USD", 1000, Outcome.OK),
        ("USD", 999, Outcome.MALFORMED),
        ("KWD", 100, Outcome.OK),
        ("KWD", 99, Outcome.MALFORMED),
        ("JPY", 100_000, Outcome.OK),
        ("JPY", 1000, Outcome.MALFORMED),
    ],
)
def test_the_sportsbook_moves_whole_units_of_the_currency(currency: str, amount: int, outcome: Outcome) -> None:
    at = AtHand("sportsbook", currency, balance=10**9)
    assert at.item(at.payout(amount)).outcome is outcome
    assert at.holds() == 10**9 + (amount if outcome is Outcome.OK else 0)


def test_the_casino_moves_hundred_thousandths_of_any_currency() -> None:
    at = AtHand("casino", "JPY")
    assert at.item(at.payout(1)).balance == 1001


def test_a_balance_that_the_books_cannot_hold_is_refused_and_not_cut() -> None:
    at = AtHand(balance=LARGEST_BALANCE - 5)
    assert at.item(at.payout(6)).outcome is Outcome.REFUSED
    assert at.item(at.payout(5)).balance == LARGEST_BALANCE
    assert at.holds() == LARGEST_BALANCE


@pytest.mark.parametrize("make", [AtHand.payout, AtHand.bet, AtHand.unsettle, AtHand.reward])
def test_an_unknown_player_is_refused(make: type) -> None:
    at = AtHand()
    assert at.item(make(at, 5, player="nobody")).outcome is Outcome.UNKNOWN_PLAYER


@pytest.mark.parametrize("make", [AtHand.payout, AtHand.bet, AtHand.unsettle, AtHand.reward])
@pytest.mark.parametrize("currency", ["USD", "eur", "EUR ", "XXX"])
def test_a_currency_that_is_not_the_players_is_refused(make: type, currency: str) -> None:
    at = AtHand()
    assert at.item(make(at, 5, currency=currency)).outcome is Outcome.WRONG_CURRENCY
    assert at.holds() == 1000


def test_a_missing_currency_is_for_rewards_only() -> None:
    at = AtHand()
    assert at.item(at.reward(5, currency="")).outcome is Outcome.OK
    assert at.item(at.payout(5, currency="")).outcome is Outcome.WRONG_CURRENCY


def test_the_wrong_currency_is_told_before_its_decimals() -> None:
    """An amount in cents is no whole yen, but that is not what is wrong with it."""
    at = AtHand("sportsbook", "JPY", balance=10**9)
    assert at.item(at.payout(1000, currency="USD")).outcome is Outcome.WRONG_CURRENCY


@pytest.mark.parametrize("make", [AtHand.payout, AtHand.bet, AtHand.unsettle, AtHand.reward])
def test_a_transaction_without_an_id_is_refused(make: type) -> None:
    at = AtHand()
    nameless: Movement = make(at, 5)
    object.__setattr__(nameless, "id", "")
    assert at.item(nameless).outcome is Outcome.MALFORMED  # type: ignore[arg-type]
    assert at.holds() == 1000


def test_a_credit_for_a_bet_that_nobody_placed_is_paid() -> None:
    """A wallet with the core operations alone never sees a bet."""
    at = AtHand()
    assert at.item(at.payout(5, bet="never placed")).outcome is Outcome.OK
    assert at.item(at.unsettle(5, bet="never placed")).outcome is Outcome.OK


def test_one_bet_may_be_settled_several_times() -> None:
    at = AtHand("sportsbook", balance=10_000)
    at.ask(at.bet(1000, bet="b"))
    assert [at.item(at.payout(2000, bet="b")).balance for _ in range(3)] == [11_000, 13_000, 15_000]


def test_settle_unsettle_settle_again() -> None:
    at = AtHand("sportsbook", balance=10_000)
    at.ask(at.bet(1000, bet="b"))
    at.ask(at.payout(5000, bet="b"))
    at.ask(at.unsettle(5000, bet="b"))
    assert at.item(at.payout(3000, bet="b")).balance == 12_000


def test_players_of_two_contracts_are_two_players() -> None:
    at = AtHand("casino", balance=1000)
    at.open("ann", 70, contract="sportsbook", currency="USD")
    at.ask(at.payout(5))
    assert at.holds() == 1005
    at.contract = "sportsbook"
    assert at.holds() == 70
