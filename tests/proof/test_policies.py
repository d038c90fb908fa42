"""Every reading of every policy counts: what a wallet was said to do is judged so, and the contrary is noticed.

A legal wallet that is pinned to what it does fails nowhere. Pinned to what another one does, it fails in the scenario
that the table names. So no reading can be deleted from a contract, and no pin in a profile can be without effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import legal_batches
import legal_wallets as legal
import pytest
from legal_identities import EveryRefusalBurnsItsId, RollbackOfAnotherTransactionIsRefused
from legal_pins import REFERENCE, Pins, pins_of
from run_sizes import SIZES

from harness.contracts import BUNDLED, load
from harness.model import Limits, Scenario, Status
from harness.oracle import READINGS
from harness.proof.matrix import scenarios
from harness.proof.trials import LIMITS, examiner_of
from mock_server.wallet import Wallet


def failed(
    wallet_type: type[Wallet], contract: str, pins: Pins, chosen: Sequence[Scenario], limits: Limits = LIMITS
) -> list[str]:
    policies = {name: each for name, each in pins.items() if each}
    examiner = examiner_of(wallet_type, contract, policies=policies, limits=limits)
    results = [examiner.examine(each) for each in chosen if contract in each.requirements]
    examiner.close()
    assert results, "none of the scenarios is of this contract"
    return [each.scenario for each in results if each.status in {Status.FAIL, Status.UNKNOWN}]


@pytest.fixture(scope="module")
def suite() -> Sequence[Scenario]:
    return scenarios()


@pytest.mark.full
@SIZES
@pytest.mark.parametrize("contract", BUNDLED)
def test_the_bundled_wallet_pinned_to_what_it_does_fails_nowhere(
    contract: str, limits: Limits, suite: Sequence[Scenario]
) -> None:
    """The legal wallets are judged with their pins in `tests/examine/test_legal_wallets.py`."""
    assert failed(Wallet, contract, REFERENCE[contract], suite, limits) == []


NOTICED: dict[str, dict[str, tuple[type[Wallet], str]]] = {
    "casino": {
        "replay_balance current": (Wallet, "idempotency/replay_after_other_movements"),
        "replay_balance original": (legal.ReplaysShowTheCurrentBalance, "idempotency/replay_after_other_movements"),
        "replay_of_refused afresh": (legal.RefusalsAreRemembered, "insufficient_funds/refused_bet_is_funded_later"),
        "replay_of_refused refused": (Wallet, "insufficient_funds/refused_bet_is_funded_later"),
        "mended_after_refusal applied": (EveryRefusalBurnsItsId, "idempotency/refused_for_its_currency"),
        "mended_after_refusal refused": (Wallet, "idempotency/refused_for_its_currency"),
        "conflict first_result": (Wallet, "batch/conflict_beside_a_valid_item"),
        "conflict refused": (legal.ConflictsGetTheFirstResult, "batch/conflict_beside_a_valid_item"),
        "reused_id first_result": (Wallet, "idempotency/same_id_for_another_player"),
        "reused_id new": (Wallet, "idempotency/same_id_for_another_player"),
        "reused_id refused": (Wallet, "idempotency/same_id_for_bet_and_payout"),
        "unknown_bet applied": (legal.UnknownBetsAreRefused, "ordering/payout_for_a_refused_bet"),
        "unknown_bet refused": (Wallet, "ordering/payout_for_a_refused_bet"),
        "batch_balance after_batch": (Wallet, "batch/answers_of_other_batches"),
        "batch_balance after_item": (legal_batches.BatchShowsItsEnd, "batch/answers_of_other_batches"),
        "zero_bet accepted": (legal.BetsOfNothingAreRefused, "zero_amount/zero_bet"),
        "zero_bet refused": (Wallet, "zero_amount/zero_bet"),
        "ended_session_bet accepted": (Wallet, "session/bet_after_the_session"),
        "ended_session_bet refused": (legal.BetsOfEndedSessionsAreTaken, "session/bet_after_the_session"),
        "ended_session_credit accepted": (legal.EndedSessionsCreditNothing, "session/payout_after_the_session"),
        "ended_session_credit refused": (Wallet, "session/payout_after_the_session"),
        "ended_session_read ok": (Wallet, "session/balance_after_the_session"),
        "ended_session_read refused": (legal.BetsOfEndedSessionsAreTaken, "session/balance_after_the_session"),
        "win_against_amount accepted": (legal.WinsAgainstTheirAmountAreRefused, "zero_amount/win_without_money"),
        "win_against_amount refused": (Wallet, "zero_amount/win_without_money"),
        "unknown_game accepted": (legal.UnknownGamesAreRefused, "settlement/unknown_game"),
        "unknown_game refused": (Wallet, "settlement/unknown_game"),
        "batch_with_no_valid_item answered": (
            legal_batches.BatchesWithNothingValidAreRefused,
            "batch/nothing_but_invalid_items",
        ),
        "batch_with_no_valid_item refused": (Wallet, "batch/nothing_but_invalid_items"),
        "empty_batch ok": (legal_batches.BatchesWithNothingValidAreRefused, "batch/empty_batch"),
        "empty_batch refused": (Wallet, "batch/empty_batch"),
    },
    "sportsbook": {
        "replay_balance current": (Wallet, "idempotency/replayed_unsettlement_after_others"),
        "replay_balance original": (
            legal.ReplaysShowTheCurrentBalance,
            "idempotency/replayed_unsettlement_after_others",
        ),
        "replay_of_refused afresh": (legal.RefusalsAreRemembered, "insufficient_funds/refused_bet_is_funded_later"),
        "replay_of_refused refused": (Wallet, "insufficient_funds/refused_bet_is_funded_later"),
        "mended_after_refusal applied": (EveryRefusalBurnsItsId, "idempotency/refused_for_its_currency"),
        "mended_after_refusal refused": (Wallet, "idempotency/refused_for_its_currency"),
        "conflict first_result": (Wallet, "idempotency/amount_that_became_zero"),
        "conflict refused": (legal.ConflictsGetTheFirstResult, "idempotency/amount_that_became_zero"),
        "reused_id first_result": (Wallet, "idempotency/same_id_for_another_player"),
        "reused_id new": (Wallet, "idempotency/same_id_for_another_player"),
        "reused_id refused": (Wallet, "idempotency/same_id_for_bet_and_payout"),
        "unknown_bet applied": (legal.UnknownBetsAreRefused, "ordering/payout_for_a_refused_bet"),
        "unknown_bet refused": (Wallet, "ordering/payout_for_a_refused_bet"),
        "returned_bet applied": (Wallet, "rollback/settlement_after_the_rollback"),
        "returned_bet refused": (legal.ReturnedBetsArePaid, "rollback/settlement_after_the_rollback"),
        "late_bet ok_without_effect": (Wallet, "rollback/late_bet"),
        "late_bet refused": (legal.LateBetsSucceedWithoutEffect, "rollback/late_bet"),
        "rollback_again ok": (legal.RollbackAgainIsRefused, "rollback/again_with_a_new_id"),
        "rollback_again refused": (Wallet, "rollback/again_with_a_new_id"),
        "rollback_of_refused ok": (legal.RollbackOfRefusedIsRefused, "rollback/refused_bet"),
        "rollback_of_refused refused": (Wallet, "rollback/refused_bet"),
        "rollback_of_settled kept": (Wallet, "rollback/bet_settled_as_lost"),
        "rollback_of_settled refunded": (legal.RollbackOfSettledIsKept, "rollback/bet_settled_as_lost"),
        "rollback_of_settled refused": (legal.RollbackOfSettledIsRefunded, "rollback/bet_settled_as_lost"),
        "rollback_of_foreign ok_without_effect": (Wallet, "rollback/bet_of_another_player"),
        "rollback_of_foreign refused": (legal.RollbackOfForeignIsOk, "rollback/bet_of_another_player"),
        "rollback_of_other_transaction ok": (
            RollbackOfAnotherTransactionIsRefused,
            "rollback/unknown_transaction_of_a_known_bet",
        ),
        "rollback_of_other_transaction refused": (Wallet, "rollback/unknown_transaction_of_a_known_bet"),
        "deduction supported": (legal.NeverDeducts, "money/large_unsettlement"),
        "deduction unsupported": (Wallet, "unsettlement/deduction_of_a_settled_bet"),
        "unsettlement_beyond_payout deducted": (legal.DeductsNoMoreThanWasPaid, "unsettlement/more_than_was_paid"),
        "unsettlement_beyond_payout refused": (Wallet, "unsettlement/more_than_was_paid"),
        "zero_bet accepted": (legal.BetsOfNothingAreRefused, "zero_amount/zero_bet"),
        "zero_bet refused": (Wallet, "zero_amount/zero_bet"),
        "ended_session_bet accepted": (Wallet, "session/bet_after_the_session"),
        "ended_session_bet refused": (legal.BetsOfEndedSessionsAreTaken, "session/bet_after_the_session"),
        "ended_session_rollback ok": (legal.EndedSessionsCreditNothing, "session/rollback_after_the_session"),
        "ended_session_rollback refused": (Wallet, "session/rollback_after_the_session"),
        "ended_session_read ok": (Wallet, "session/balance_after_the_session"),
        "ended_session_read refused": (legal.BetsOfEndedSessionsAreTaken, "session/balance_after_the_session"),
    },
}
"""By policy and the reading that a wallet is pinned to: a wallet that has another one, and where that is noticed."""


@pytest.mark.parametrize("contract", BUNDLED)
def test_every_reading_is_known_to_the_oracle_and_has_a_wallet_without_it(contract: str) -> None:
    policies = load(contract).policy
    assert {name: sorted(set(readings) - set(READINGS[name])) for name, readings in policies.items()} == {
        name: [] for name in policies
    }
    several = {f"{name} {each}" for name, readings in policies.items() if len(readings) > 1 for each in readings}
    assert several == set(NOTICED[contract])


def test_the_page_of_the_profile_lists_every_policy_with_its_readings() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "PROFILE.md").read_text(encoding="utf-8")
    told: dict[str, dict[str, set[str]]] = {name: {} for name in BUNDLED}
    for line in page.partition("## What the documents leave open")[2].partition("\n## ")[0].splitlines():
        cells = [each.strip() for each in line.split("|")]
        if len(cells) == 6 and cells[1].startswith("`"):
            for contract, readings in zip(BUNDLED, cells[3:5], strict=True):
                if readings:
                    told[contract][cells[1].strip("`")] = {each.strip("`") for each in readings.split()}
    assert told == {name: {policy: set(each) for policy, each in load(name).policy.items()} for name in BUNDLED}


@pytest.mark.parametrize(
    ("contract", "pinned"),
    [pytest.param(name, each, id=f"{name}: {each}") for name in BUNDLED for each in NOTICED[name]],
)
def test_a_wallet_that_is_pinned_to_what_it_does_not_do_fails(
    contract: str, pinned: str, suite: Sequence[Scenario]
) -> None:
    policy, reading = pinned.split()
    wallet_type, scenario = NOTICED[contract][pinned]
    pins = {**pins_of(wallet_type, contract), policy: reading}
    chosen = [each for each in suite if each.id == scenario]
    assert failed(wallet_type, contract, pins, chosen) == [scenario]
