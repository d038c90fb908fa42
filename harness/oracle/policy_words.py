"""What each policy asks, and what a wallet of each reading does, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A policy in words: its question, and by reading what a wallet of that reading does."""

    question: str
    readings: Mapping[str, str]


_PAYS_OR_NOT = {
    "applied": "it is booked as any other",
    "refused": "it is refused, and moves nothing",
}
_ENDED = {"accepted": "it is booked as in a live session", "refused": "it is refused, and moves nothing"}
_ENDED_OK = {"ok": "it is answered as in a live session", "refused": "it is refused"}
_ROLLED_BACK = {
    "ok": "it is answered with success, and moves nothing",
    "refused": "it is refused, and moves nothing",
}

POLICY_WORDS: Mapping[str, PolicyWords] = {
    "replay_balance": PolicyWords(
        "the balance in the answer to a repeat: of then, or of now",
        {
            "original": "the repeat shows the balance that the first answer showed",
            "current": "the repeat shows the balance as it is now",
        },
    ),
    "replay_of_refused": PolicyWords(
        "a refused transaction that comes again",
        {
            "refused": "the refusal is remembered, and the repeat is refused whatever the balance is now",
            "afresh": "the repeat is looked at as if it were new, so it is booked if it can be booked now",
        },
    ),
    "mended_after_refusal": PolicyWords(
        "a transaction that was refused for its currency or player, with the right one under the same id",
        {
            "applied": "the mended transaction is booked under the id",
            "refused": "the id stays refused",
        },
    ),
    "conflict": PolicyWords(
        "a known id with another amount",
        {
            "refused": "it is refused, and moves nothing",
            "first_result": "it is answered as the first one was, and moves nothing",
        },
    ),
    "reused_id": PolicyWords(
        "an id of another operation, or another player's",
        {
            "refused": "it is refused, and moves nothing",
            "first_result": "it is answered as a repeat of the first one, and moves nothing",
            "new": "it is booked as a transaction of its own",
        },
    ),
    "unknown_bet": PolicyWords("a credit or a deduction for a bet that never came", _PAYS_OR_NOT),
    "returned_bet": PolicyWords("the same for a bet that was rolled back", _PAYS_OR_NOT),
    "late_bet": PolicyWords(
        "a bet that comes after its rollback",
        {
            "ok_without_effect": "it is answered with success, and debits nothing",
            "refused": "it is refused, and debits nothing",
        },
    ),
    "rollback_of_unknown": PolicyWords("a rollback of a bet that never came", _ROLLED_BACK),
    "rollback_again": PolicyWords("a second rollback of a bet, with another id", _ROLLED_BACK),
    "rollback_of_refused": PolicyWords("a rollback of a bet that was refused", _ROLLED_BACK),
    "rollback_of_settled": PolicyWords(
        "a rollback of a settled bet",
        {
            "refunded": "the stake is returned",
            "kept": "it is answered with success, and the stake is kept",
            "refused": "it is refused, and the stake is kept",
        },
    ),
    "rollback_of_other_transaction": PolicyWords(
        "a rollback with the bet id of a known bet and a transaction that is not known", _ROLLED_BACK
    ),
    "rollback_of_foreign": PolicyWords(
        "a rollback of another player's bet",
        {
            "ok_without_effect": "it is answered with success, and moves nothing",
            "refused": "it is refused, and moves nothing",
        },
    ),
    "batch_balance": PolicyWords(
        "the balance of an item: after itself, or after its batch",
        {
            "after_item": "each item shows the balance after itself",
            "after_batch": "each item shows the balance after the whole batch",
        },
    ),
    "batch_with_no_valid_item": PolicyWords(
        "a batch with nothing to accept: item by item, or as a whole",
        {
            "answered": "each item gets its own refusal",
            "refused": "the batch is refused as a whole",
        },
    ),
    "empty_batch": PolicyWords(
        "a batch of no transactions",
        {"ok": "it is answered with success and no items", "refused": "it is refused"},
    ),
    "deduction": PolicyWords(
        "whether an unsettlement ever takes money",
        {
            "supported": "money is deducted if the balance covers it",
            "unsupported": "each deduction of money is refused",
        },
    ),
    "unsettlement_beyond_payout": PolicyWords(
        "an unsettlement of more than the bet was paid",
        {"deducted": "it is deducted if the balance covers it", "refused": "it is refused, and moves nothing"},
    ),
    "zero_bet": PolicyWords("a bet of 0", {"accepted": "it is booked, and moves nothing", "refused": "it is refused"}),
    "win_against_amount": PolicyWords(
        "a win of 0, a loss with money",
        {
            "accepted": "the amount counts, and not the win",
            "refused": "it is refused, and moves nothing",
        },
    ),
    "unknown_game": PolicyWords(
        "a game that the wallet does not know",
        {"accepted": "it is booked as of any other game", "refused": "it is refused, and moves nothing"},
    ),
    "ended_session_bet": PolicyWords("a bet of a session that has ended", _ENDED),
    "ended_session_credit": PolicyWords("a live payout or a reward to such a session", _ENDED),
    "ended_session_rollback": PolicyWords("a rollback in such a session", _ENDED_OK),
    "ended_session_read": PolicyWords("a balance that such a session asks for", _ENDED_OK),
}
"""By policy; the keys of the readings are those of `READINGS`."""
