"""The tables of the sportsbook contract: its operations, its wire fields, its error codes.

Source: the Sportsmodity Wallet Integration; see `schemas/sportsbook/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.contracts import OperationSpec
from harness.model import Authenticate, Bet, GetBalance, Outcome, Payout, Rollback, Unsettle

SPECS = {
    spec.name: spec
    for spec in (
        OperationSpec(name="unsettlement", path="/unsettlement", core=True, retried=True, after_session=True),
        OperationSpec(name="authenticate", path="/authenticate"),
        OperationSpec(name="balance", path="/balance"),
        OperationSpec(name="placebet", path="/placebet"),
        OperationSpec(name="rollbackbet", path="/rollbackbet", retried=True),
        OperationSpec(name="settlement", path="/settlement", retried=True),
    )
}
NAMES: Mapping[type[Any], str] = {
    Unsettle: "unsettlement",
    Authenticate: "authenticate",
    GetBalance: "balance",
    Bet: "placebet",
    Rollback: "rollbackbet",
    Payout: "settlement",
}
CLASSES: Mapping[str, Any] = {name: kind for kind, name in NAMES.items()}

NARROWED_FIELDS = {"type": "unknown_type", "amount": "wrong_type"}
KINDS = {
    "settlement": ("BET_PAID", "CASHOUT", "VOIDED"),
    "unsettlement": ("BET_UNPAID",),
    "placebet": ("SINGLE", "MULTIPLE", "SYSTEM"),
}

FIELDS: Mapping[str, Mapping[str, str]] = {
    "unsettlement": {
        "transactionId": "id",
        "betId": "bet",
        "playerId": "player",
        "amount": "amount",
        "currency": "currency",
        "type": "kind",
    },
    "authenticate": {"authToken": "token"},
    "balance": {"playerId": "player", "sessionId": "session"},
    "placebet": {
        "transactionId": "id",
        "betId": "bet",
        "playerId": "player",
        "sessionId": "session",
        "amount": "amount",
        "currency": "currency",
        "odds": "odds",
        "betType": "kind",
    },
    "rollbackbet": {
        "transactionId": "id",
        "originalTransactionId": "original",
        "betId": "bet",
        "playerId": "player",
        "sessionId": "session",
    },
    "settlement": {
        "transactionId": "id",
        "betId": "bet",
        "playerId": "player",
        "amount": "amount",
        "currency": "currency",
        "type": "kind",
    },
}
"""The wire fields of each operation in the order of the document's tables, with their names in the model."""

OPTIONAL = frozenset({"odds"})

ERRORS = {
    (401, "AUTHENTICATION_FAILED"): Outcome.UNAUTHENTICATED,
    (403, "INVALID_TOKEN"): Outcome.INVALID_TOKEN,
    (400, "INVALID_PLAYER"): Outcome.UNKNOWN_PLAYER,
    (400, "INVALID_SESSION_TOKEN"): Outcome.INVALID_SESSION,
    (400, "INVALID_CURRENCY"): Outcome.WRONG_CURRENCY,
    (400, "INVALID_BET"): Outcome.UNKNOWN_TRANSACTION,
    (402, "INSUFFICIENT_FUNDS"): Outcome.INSUFFICIENT_FUNDS,
}
"""The document's table of errors. A code with another status is a refusal without a meaning of its own.

Such an answer is wrong where the document demands the pair of status and code."""

WRITTEN = {outcome: pair for pair, outcome in ERRORS.items()} | {
    Outcome.CONFLICT: (400, "INVALID_BET"),
    Outcome.MALFORMED: (400, "INVALID_REQUEST"),
    Outcome.REFUSED: (400, "INVALID_BET"),
}
"""The refusals of the reference wallet. The document does not define the code of a validation error."""
