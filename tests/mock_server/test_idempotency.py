"""A transaction is applied once, whichever way and however often it comes."""

from __future__ import annotations

import pytest
from wallet_at_hand import AtHand

from harness.model import BetBatch, Outcome, Retry, Settle
from mock_server.order import Order, Refusal
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet

MOVEMENTS = [AtHand.payout, AtHand.bet, AtHand.unsettle, AtHand.reward]


@pytest.mark.parametrize("make", MOVEMENTS)
def test_a_replay_gets_the_first_answer_again(make: type) -> None:
    at = AtHand()
    movement = make(at, 10)
    first = at.item(movement)
    at.ask(at.payout(500))
    held = at.holds()
    assert [at.item(movement) for _ in range(5)] == [first] * 5
    assert at.holds() == held


@pytest.mark.parametrize("make", MOVEMENTS)
@pytest.mark.parametrize(("first", "second"), [(10, 11), (0, 10), (10, 0)])
def test_a_known_id_with_another_amount_moves_nothing(make: type, first: int, second: int) -> None:
    at = AtHand()
    at.ask(make(at, first, id="x"))
    held = at.holds()
    assert at.item(make(at, second, id="x")).outcome is Outcome.CONFLICT
    assert at.holds() == held


@pytest.mark.parametrize("make", MOVEMENTS)
def test_a_known_id_of_another_player_moves_nothing(make: type) -> None:
    at = AtHand()
    at.open("bob", 700)
    at.ask(make(at, 10, id="x"))
    assert at.item(make(at, 10, id="x", player="bob")).outcome is Outcome.CONFLICT
    assert at.holds("bob") == 700


def test_one_payout_comes_by_payout_retry_and_settlement() -> None:
    at = AtHand()
    payout = at.payout(10)
    balances = {at.item(each).balance for each in (payout, Retry(items=(payout,)), Settle(items=(payout,)))}
    assert (balances, at.holds()) == ({1010}, 1010)


def test_one_bet_comes_alone_and_in_a_batch() -> None:
    at = AtHand()
    bet = at.bet(10)
    assert at.item(BetBatch(items=(bet,))) == at.item(bet)
    assert at.holds() == 990


def test_a_retry_is_the_same_payout_although_it_names_no_bet() -> None:
    at = AtHand()
    at.ask(at.payout(10, id="x", bet="b", round="r"))
    assert at.item(Retry(items=(at.payout(10, id="x"),))).outcome is Outcome.OK
    assert at.holds() == 1010


def test_each_kind_of_operation_has_ids_of_its_own() -> None:
    """The sportsbook's published examples use one id for all of them."""
    at = AtHand("sportsbook", balance=10_000)
    assert at.item(at.bet(1000, id="x", bet="b")).balance == 9000
    assert at.item(at.payout(3000, id="x", bet="b")).balance == 12_000
    assert at.item(at.unsettle(3000, id="x", bet="b")).balance == 9000
    assert at.item(at.rollback("unknown", id="x")).balance == 9000


def test_contracts_have_ids_of_their_own() -> None:
    at = AtHand("casino")
    at.open("ann", 1000, contract="sportsbook")
    at.ask(at.payout(1000, id="x"))
    at.contract = "sportsbook"
    assert at.item(at.payout(2000, id="x")).balance == 3000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abc", "ABC"),
        ("abc", "abc "),
        ("abc", " abc"),
        ("abc", "abc\x00"),
        ("caf\u00e9", "cafe\u0301"),
        ("\ud800", "\ufffd"),
        ("1", "01"),
        ("1", "1.0"),
        ("a" * 36 + "1", "a" * 36 + "2"),
        ("a" * 10_000 + "1", "a" * 10_000 + "2"),
        ("\u017f", "s"),
        ("x'; DROP TABLE entry; --", "x"),
    ],
)
def test_ids_that_differ_in_one_byte_are_two(one: str, other: str) -> None:
    at = AtHand("sportsbook", balance=10_000)
    for id in (one, other, one, other):
        assert at.item(at.payout(1000, id=id)).id == id
        at.ask(at.bet(1000, id=id, bet=id))
    assert at.holds() == 10_000
    assert [at.item(at.rollback(id)).balance for id in (one, other, one)] == [11_000, 12_000, 12_000]


def test_players_that_differ_in_one_byte_are_two() -> None:
    at = AtHand()
    at.open("ann ", 5)
    at.open("ANN", 6)
    at.ask(at.payout(10))
    assert (at.holds("ann"), at.holds("ann "), at.holds("ANN")) == (1010, 5, 6)


@pytest.mark.parametrize("make", [AtHand.bet, AtHand.unsettle])
def test_a_refused_debit_is_judged_afresh_and_then_applied_once(make: type) -> None:
    at = AtHand()
    debit = make(at, 1500)
    assert at.item(debit).outcome is Outcome.INSUFFICIENT_FUNDS
    at.ask(at.payout(1000))
    assert [at.item(debit).balance for _ in range(2)] == [500, 500]
    assert at.holds() == 500


def test_a_refused_transaction_leaves_its_id_free_for_what_is_right() -> None:
    at = AtHand()
    assert at.item(at.payout(10, id="x", currency="USD")).outcome is Outcome.WRONG_CURRENCY
    assert at.item(at.payout(11, id="x")).balance == 1011


def test_a_replay_after_the_session_ended_is_answered() -> None:
    at = AtHand()
    first = at.item(at.bet(10, id="x"))
    assert at.item(at.bet(10, id="x", session="ann-expired")) == first


class RemembersRefusals(Wallet):
    """The other legal reading: a refusal is an answer, and is repeated."""

    def remember_refusal(self, order: Order, account: Account, refusal: Refusal) -> None:  # type: ignore[type-arg]
        """Write the refusal down."""
        entry = Entry(account.number, int(order.item.amount), 0, 0, "", refusal.outcome, "", self.now_ms())
        if self.store.entry(self.memory_key(order, account)) is None:
            self.store.put_entry(self.memory_key(order, account), entry)


def test_a_wallet_that_remembers_refusals_is_one_rule_away() -> None:
    at = AtHand(wallet_type=RemembersRefusals)
    bet = at.bet(1500)
    at.ask(bet)
    at.ask(at.payout(1000))
    assert at.item(bet).outcome is Outcome.INSUFFICIENT_FUNDS
    assert at.holds() == 2000
