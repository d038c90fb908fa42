"""Each diagnosis is proven by a wallet with that very bug: the report names it, in words that its developer knows."""

from __future__ import annotations

import pytest
from report_at_hand import results

from harness.contracts import load
from harness.diagnosis import of_mistake
from harness.model import Status
from mock_server.defects import named
from mock_server.order import Moved
from mock_server.wallet import Wallet

CAUSES = (
    ("forgets-every-transaction", "casino", "idempotency/resent_settlement", "does not look the transactionId up"),
    ("forgets-every-transaction", "sportsbook", "idempotency/resent_bet", "does not look the transactionId up"),
    ("forgets-every-transaction", "casino", "lost_replies/bet_sent_again", "its id was not kept"),
    ("remembers-per-operation", "casino", "idempotency/paid_live_then_settled", "remembered per operation"),
    ("remembers-the-last-five-ids", "casino", "idempotency/resent_after_others", "forgotten a transaction after 10"),
    ("remembers-id-and-amount", "casino", "idempotency/higher_amount", "another amount is booked as a new"),
    ("checks-funds-too-early", "casino", "races/bets_against_the_balance", "check and deduction are two steps"),
    ("shows-the-balance-before", "casino", "insufficient_funds/exact_stake", "the balance before the movement"),
    ("shows-the-balance-before", "sportsbook", "insufficient_funds/exact_stake", "the balance before the movement"),
    ("credits-twice", "casino", "settlement/exact_credit", "booked twice"),
    ("credits-nothing", "casino", "settlement/exact_credit", "never booked"),
    ("keeps-the-balance-in-a-double", "casino", "money/beyond_2_to_the_53", "floating point"),
    ("refuses-the-exact-balance", "casino", "insufficient_funds/exactly_the_balance", "less than or equal"),
    ("checks-no-funds", "sportsbook", "insufficient_funds/one_unit_too_much", "without looking whether"),
    ("signs-with-spaces", "casino", "signature/correct_signature", "over the body with spaces after ':'"),
    ("signs-without-the-timestamp", "casino", "signature/correct_signature", "over the body alone"),
)


def _cause(wallet_type: type[Wallet], contract: str, scenario: str) -> str:
    (result,) = results(wallet_type, contract, [scenario])
    red = [each for each in result.verdicts if each.status in {Status.FAIL, Status.UNKNOWN}]
    assert red, (result.status, result.reason)
    assert all(each.fix for each in red if each.probably)
    return " / ".join(each.probably for each in red)


@pytest.mark.parametrize(("defect", "contract", "scenario", "words"), CAUSES)
def test_the_cause_is_named(defect: str, contract: str, scenario: str, words: str) -> None:
    assert words in _cause(named(defect).wallet_type, contract, scenario)


@pytest.mark.parametrize("factor", [10, 100, 1000])
@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_a_scale_is_named_with_its_factor(factor: int, contract: str) -> None:
    class Scaled(Wallet):
        def shown_balance(self, moved: Moved) -> int:
            return super().shown_balance(moved) * factor

    told = _cause(Scaled, contract, "player/balance_after_a_settlement")
    assert f"{factor} times too large" in told


def test_the_balance_of_another_player_is_recognised() -> None:
    told = _cause(named("shows-one-balance-for-all").wallet_type, "casino", "batch/two_players")
    assert "another player" in told


def test_every_mistake_that_pre_flight_tries_has_a_cause_and_a_fix() -> None:
    for contract in (load("casino"), load("sportsbook")):
        for mistake in contract.mistakes:
            found = of_mistake(mistake)
            assert found is not None, mistake
            assert found.cause
            assert found.fix


def test_a_sound_wallet_is_told_nothing() -> None:
    (result,) = results(Wallet, "casino", ["idempotency/resent_settlement"])
    assert result.status is Status.PASS
    assert not [each.probably for each in result.verdicts if each.probably]
