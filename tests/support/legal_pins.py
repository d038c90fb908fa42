"""The readings to which a profile can pin the bundled wallet and the legal wallets: what they do."""

from __future__ import annotations

import legal_batches
import legal_wallets as legal
from legal_identities import EveryRefusalBurnsItsId, RollbackOfAnotherTransactionIsRefused

from harness.contracts import BUNDLED
from mock_server.wallet import Wallet

Pins = dict[str, str]
"""The reading of each policy. An empty reading pins nothing."""


def in_both(pins: Pins) -> dict[str, Pins]:
    return dict.fromkeys(BUNDLED, pins)


REFERENCE: dict[str, Pins] = {
    "casino": {
        "replay_balance": "original",
        "replay_of_refused": "afresh",
        "mended_after_refusal": "applied",
        "conflict": "refused",
        "unknown_bet": "applied",
        "batch_balance": "after_item",
        "zero_bet": "accepted",
        "ended_session_bet": "refused",
        "ended_session_credit": "accepted",
        "ended_session_read": "refused",
        "win_against_amount": "accepted",
        "unknown_game": "accepted",
        "batch_with_no_valid_item": "answered",
        "empty_batch": "ok",
    },
    "sportsbook": {
        "replay_balance": "original",
        "replay_of_refused": "afresh",
        "mended_after_refusal": "applied",
        "conflict": "refused",
        "unknown_bet": "applied",
        "late_bet": "refused",
        "returned_bet": "refused",
        "rollback_of_unknown": "ok",
        "rollback_again": "ok",
        "rollback_of_refused": "ok",
        "rollback_of_settled": "refused",
        "rollback_of_foreign": "refused",
        "rollback_of_other_transaction": "ok",
        "deduction": "supported",
        "unsettlement_beyond_payout": "deducted",
        "zero_bet": "accepted",
        "ended_session_bet": "refused",
        "ended_session_rollback": "ok",
        "ended_session_read": "refused",
    },
}
"""What the bundled wallet does. `reused_id` is missing: it depends on what the id was used for."""

OTHERWISE: dict[type[Wallet], dict[str, Pins]] = {
    legal.ReplaysShowTheCurrentBalance: in_both({"replay_balance": "current"}),
    legal.ConflictsGetTheFirstResult: in_both({"conflict": "first_result"}),
    legal.RefusalsAreRemembered: in_both({"replay_of_refused": "refused"}),
    EveryRefusalBurnsItsId: in_both({"mended_after_refusal": "refused", "replay_of_refused": "refused"}),
    legal.UnknownBetsAreRefused: in_both({"unknown_bet": "refused"}),
    legal.ReturnedBetsArePaid: {"sportsbook": {"returned_bet": "applied"}},
    legal.BetsOfNothingAreRefused: in_both({"zero_bet": "refused"}),
    legal.BetsOfEndedSessionsAreTaken: in_both({"ended_session_bet": "accepted", "ended_session_read": "ok"}),
    legal.EndedSessionsCreditNothing: {
        "casino": {"ended_session_credit": "refused"},
        "sportsbook": {"ended_session_rollback": "refused"},
    },
    legal.OneIdIsOneTransaction: in_both({"conflict": "first_result"}),
    legal.IdsBelongToPlayers: {"casino": {"reused_id": "new"}},
    legal_batches.BatchShowsItsEnd: {"casino": {"batch_balance": "after_batch", "replay_balance": ""}},
    legal_batches.BatchesWithNothingValidAreRefused: {
        "casino": {"batch_with_no_valid_item": "refused", "empty_batch": "refused"}
    },
    legal.WinsAgainstTheirAmountAreRefused: {"casino": {"win_against_amount": "refused"}},
    legal.UnknownGamesAreRefused: {"casino": {"unknown_game": "refused"}},
    legal.LateBetsSucceedWithoutEffect: {"sportsbook": {"late_bet": "ok_without_effect"}},
    legal.RollbackAgainIsRefused: {"sportsbook": {"rollback_again": "refused"}},
    legal.RollbackOfRefusedIsRefused: {
        "sportsbook": {"rollback_of_refused": "refused", "replay_of_refused": "refused"}
    },
    legal.RollbackOfSettledIsRefunded: {"sportsbook": {"rollback_of_settled": "refunded"}},
    legal.RollbackOfSettledIsKept: {"sportsbook": {"rollback_of_settled": "kept"}},
    RollbackOfAnotherTransactionIsRefused: {"sportsbook": {"rollback_of_other_transaction": "refused"}},
    legal.RollbackOfForeignIsOk: {"sportsbook": {"rollback_of_foreign": "ok_without_effect"}},
    legal.DeductsNoMoreThanWasPaid: {"sportsbook": {"unsettlement_beyond_payout": "refused"}},
    legal.NeverDeducts: {"sportsbook": {"deduction": "unsupported"}},
}
"""What legal wallets do otherwise."""


def pins_of(wallet_type: type[Wallet], contract: str) -> Pins:
    """What a wallet does, in the words of a profile."""
    return {**REFERENCE[contract], **OTHERWISE.get(wallet_type, {}).get(contract, {})}
