"""The possible refusals of an operation, and how the contract writes each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts import Contract
from harness.contracts.shared.json_text import parse
from harness.model import (
    OPERATION_OF,
    Authenticate,
    Bet,
    GetBalance,
    ItemReply,
    Outcome,
    Payout,
    Reply,
    Request,
    Reward,
    Rollback,
    Unsettle,
    item_of,
)

_DEBITS = frozenset({Bet, Unsettle})
_CREDITS = frozenset({Payout, Reward})
_KINDS: Mapping[Outcome, frozenset[type]] = {
    Outcome.INSUFFICIENT_FUNDS: _DEBITS,
    Outcome.CONFLICT: _DEBITS | _CREDITS | {Rollback},
    Outcome.UNKNOWN_TRANSACTION: _CREDITS | {Unsettle},
    Outcome.UNKNOWN_PLAYER: _DEBITS | _CREDITS | {Rollback, GetBalance},
    Outcome.WRONG_CURRENCY: _DEBITS | _CREDITS,
    Outcome.INVALID_SESSION: frozenset({Bet, GetBalance}),
    Outcome.INVALID_TOKEN: frozenset({Authenticate}),
}
"""The operations that can have such a refusal. All operations can have every other refusal."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: its name in this project, its HTTP status and its body."""

    name: str
    status: int
    example: Mapping[str, Any]
    """An OpenAPI example object."""


def refusals(contract: Contract, operation: str) -> tuple[Refusal, ...]:
    """The refusals of an operation. Outcomes that the contract writes alike are one refusal, named for the first."""
    kinds = {item_of(word) for word, name in contract.words.items() if name == operation and word in OPERATION_OF}
    found: dict[tuple[int, bytes], Refusal] = {}
    for outcome in Outcome:
        if outcome is Outcome.OK or not kinds & _KINDS.get(outcome, kinds):
            continue
        reply = Reply(outcome=outcome, items=(ItemReply(outcome=outcome),))
        status, body = contract.write_reply(None, reply, Request(contract.specs[operation].path, (), b""))
        example = {"summary": outcome.replace("_", " "), "value": parse(body)}
        found.setdefault((status, body), Refusal(str(outcome), status, example))
    return tuple(found.values())
