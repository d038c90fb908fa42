"""The tables of the casino contract: its operations, its wire fields, its status codes.

Source: the OppiGames Wallet API; see `schemas/casino/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.contracts import OperationSpec
from harness.model import Bet, BetBatch, GetBalance, Outcome, Payout, Retry, Reward, Settle

SUCCESS = "RS_OK"
SPECS = {
    spec.name: spec
    for spec in (
        OperationSpec(
            name="settlement", path="/transaction/settlement", core=True, batch=True, retried=True, after_session=True
        ),
        OperationSpec(name="balance", path="/user/balance"),
        OperationSpec(name="bet", path="/transaction/bet"),
        OperationSpec(name="payout", path="/transaction/payout", retried=True),
        OperationSpec(name="reward", path="/transaction/reward", path_inferred=True),
        OperationSpec(name="bet_batch", path="/transaction/bet-batch", batch=True),
        OperationSpec(name="retry", path="/transaction/retry", batch=True, retried=True),
    )
}
NAMES: Mapping[type[Any], str] = {
    Settle: "settlement",
    GetBalance: "balance",
    Bet: "bet",
    Payout: "payout",
    Reward: "reward",
    BetBatch: "bet_batch",
    Retry: "retry",
}
CLASSES: Mapping[str, Any] = {name: kind for kind, name in NAMES.items()}
ITEM_CLASSES: Mapping[str, Any] = {"settlement": Payout, "bet_batch": Bet, "retry": Payout}

FIELDS = {
    name: tuple(words.split())
    for name, words in {
        "settlement": "transactionId refTransactionId sessionId roundId playerId gameId currency amount isWin",
        "balance": "sessionId playerId",
        "bet": "transactionId sessionId playerId gameId currency amount roundId",
        "payout": "transactionId refTransactionId sessionId playerId gameId currency amount isWin",
        "reward": "transactionId refTransactionId sessionId type playerId gameId amount",
        "bet_batch": "transactionId sessionId roundId playerId gameId currency amount autoWithDrawal",
        "retry": "transactionId sessionId roundId playerId gameId currency amount",
    }.items()
}
"""The wire fields of one transaction, in the order in which the platform writes them."""

OPTIONAL = frozenset({("bet", "roundId")})

ATTRIBUTES = {
    "transactionId": "id",
    "refTransactionId": "bet",
    "sessionId": "session",
    "roundId": "round",
    "playerId": "player",
    "gameId": "game",
    "currency": "currency",
    "amount": "amount",
    "isWin": "win",
    "type": "kind",
    "autoWithDrawal": "auto_withdrawal",
}

_BATCH_ECHO = ("sessionId", "roundId", "playerId", "currency")
ECHOED: Mapping[str, tuple[str, ...]] = {
    "settlement": ("refTransactionId", *_BATCH_ECHO),
    "balance": ("sessionId",),
    "bet_batch": _BATCH_ECHO,
    "retry": _BATCH_ECHO,
}
"""The request's fields that the answer repeats, besides `transactionId`."""

OUTCOMES = {
    SUCCESS: Outcome.OK,
    "RS_ERROR_NOT_ENOUGH_MONEY": Outcome.INSUFFICIENT_FUNDS,
    "RS_ERROR_DUPLICATE_TRANSACTION": Outcome.CONFLICT,
    "RS_ERROR_TRANSACTION_DOES_NOT_EXIST": Outcome.UNKNOWN_TRANSACTION,
    "RS_ERROR_USER_DISABLED": Outcome.UNKNOWN_PLAYER,
    "RS_ERROR_WRONG_CURRENCY": Outcome.WRONG_CURRENCY,
    "RS_ERROR_TOKEN_EXPIRED": Outcome.INVALID_SESSION,
    "RS_ERROR_INVALID_TOKEN": Outcome.INVALID_SESSION,
    "RS_ERROR_INVALID_SIGNATURE": Outcome.UNAUTHENTICATED,
    "RS_ERROR_MISSING_HEADERS": Outcome.UNAUTHENTICATED,
    "RS_ERROR_WRONG_SYNTAX": Outcome.MALFORMED,
    "RS_ERROR_WRONG_TYPES": Outcome.MALFORMED,
}
"""The vendor's codes, and codes of related APIs. Every other code is a refusal without a meaning of its own.

There is no code for an unknown player. The nearest one is that of a player who may not play."""

CODES = {outcome: code for code, outcome in reversed(OUTCOMES.items())} | {
    Outcome.INVALID_TOKEN: "RS_ERROR_INVALID_TOKEN",
    Outcome.REFUSED: "RS_ERROR",
}
NARROWED_FIELDS = {"type": "unknown_type", "amount": "wrong_type", "transactions": "wrong_type"}
ESSENTIAL = frozenset({"transactions", "transactionId", "playerId", "amount"})
"""The fields that the requirements call essential. Without another required field a wallet should refuse."""
GAMES = ("G1720761376617",)
"""The game id of the published example."""
KINDS = {"reward": ("bonus", "jackpot")}
STATUSES = {Outcome.UNAUTHENTICATED: 401, Outcome.MALFORMED: 400}
"""The HTTP status of the reference wallet's refusals; 200 for the others. The document gives none: 200 and 4xx are
right."""
