"""Two small contracts for the tests of the scenario language. They have only what a loader reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.contracts import Contract, CredentialField, Credentials, Forgery, OperationSpec, by_name
from harness.model import (
    Authenticate,
    Bet,
    BetBatch,
    GetBalance,
    Level,
    Operation,
    Payout,
    Request,
    Requirement,
    Retry,
    Reward,
    Rollback,
    Settle,
    Unsettle,
)


def _spoil(request: Request, _credentials: Credentials, _now_ms: int) -> Request:
    return request


def _unused(*_arguments: Any) -> Any:
    raise AssertionError("a scenario is loaded without talking to a wallet")


def _casino_body(operation: Operation, request_id: str) -> dict[str, object]:
    match operation:
        case Settle(items=items) | Retry(items=items) | BetBatch(items=items):
            return {"transactions": [_casino_body(item, request_id) for item in items]}
        case Bet(id=id_, player=player, session=session, amount=amount, currency=currency, round=round_, game=game):
            return {
                "transactionId": id_,
                "playerId": player,
                "sessionId": session,
                "amount": amount,
                "currency": currency,
                "roundId": round_,
                "gameId": game,
            }
        case Payout(id=id_, player=player, session=session, amount=amount, currency=currency, win=win, bet=bet):
            return {
                "transactionId": id_,
                "playerId": player,
                "sessionId": session,
                "amount": amount,
                "currency": currency,
                "refTransactionId": bet,
                "roundId": operation.round,
                "gameId": operation.game,
                "isWin": win,
            }
        case Reward(id=id_, player=player, kind=kind, amount=amount):
            return {"transactionId": id_, "playerId": player, "type": kind, "amount": amount}
        case GetBalance(player=player, session=session):
            return {"playerId": player, "sessionId": session}
        case _:
            raise ValueError(f"casino has no {type(operation).__name__}")


def _sportsbook_body(operation: Operation, request_id: str) -> dict[str, object]:
    match operation:
        case Bet() | Payout() | Unsettle():
            body: dict[str, object] = {
                "transactionId": operation.id,
                "betId": operation.bet,
                "playerId": operation.player,
                "amount": operation.amount,
                "currency": operation.currency,
                "type": operation.kind,
            }
            return body | {"sessionId": operation.session} if isinstance(operation, Bet) else body
        case Rollback(id=id_, original=original, bet=bet, player=player, session=session):
            return {
                "transactionId": id_,
                "originalTransactionId": original,
                "betId": bet,
                "playerId": player,
                "sessionId": session,
            }
        case Authenticate(token=token):
            return {"authToken": token}
        case GetBalance(player=player, session=session):
            return {"playerId": player, "sessionId": session}
        case _:
            raise ValueError(f"sportsbook has no {type(operation).__name__}")


def _bytes(value: object) -> bytes:
    return json.dumps(value, default=str).encode()


def _contract(name: str, prefix: str, batches: tuple[str, ...], words: dict[str, str], **parts: Any) -> Contract:
    specs = {each: OperationSpec(name=each, path=f"/{each}", batch=each in batches) for each in words.values()}
    requirements = {
        id_: Requirement(id=id_, level=Level.MUST, text="a requirement", clause="a clause")
        for id_ in (f"{prefix}-CON-01", f"{prefix}-IDM-01")
    }
    return Contract(
        name=name,
        title=name,
        prefix=prefix,
        specs=specs,
        words=words,
        credentials=(CredentialField(name="key", variable="KEY"), CredentialField(name="secret", variable="SECRET")),
        schemas=Path(),
        requirements=requirements,
        policy={},
        codes={},
        bet_reference=_unused,
        name_of=_unused,
        stringify=_bytes,
        decode=_unused,
        verify=_unused,
        read_request=_unused,
        write_reply=_unused,
        **parts,
    )


CASINO = _contract(
    "casino",
    "CAS",
    ("settlement", "retry", "bet_batch"),
    {
        "bet": "bet",
        "pay": "payout",
        "settle": "settlement",
        "retry": "retry",
        "reward": "reward",
        "bet_batch": "bet_batch",
        "balance": "balance",
    },
    kinds={"reward": ("bonus", "jackpot")},
    required_headers=("x-api-key", "x-signature", "x-timestamp"),
    wire_unit=lambda _currency: 1,
    encode=_casino_body,
    sign=lambda body, _credentials, now_ms: (("x-timestamp", str(now_ms)), ("x-signature", body.hex())),
    clock_tolerance_seconds=300,
    forgeries=by_name(Forgery(name="other_secret", spoil=_spoil), Forgery(name="wrong_signature", spoil=_spoil)),
)
SPORTSBOOK = _contract(
    "sportsbook",
    "SPB",
    (),
    {
        "bet": "placebet",
        "pay": "settlement",
        "settle": "settlement",
        "unsettle": "unsettlement",
        "rollback": "rollbackbet",
        "authenticate": "authenticate",
        "balance": "balance",
    },
    kinds={
        "placebet": ("SINGLE", "MULTIPLE", "SYSTEM"),
        "settlement": ("BET_PAID", "CASHOUT", "VOIDED"),
        "unsettlement": ("BET_UNPAID",),
    },
    required_headers=("authorization",),
    wire_unit=lambda currency: 100_000 if currency == "JPY" else 1_000,
    encode=_sportsbook_body,
    sign=lambda _body, _credentials, _now_ms: (("authorization", "Basic x"),),
    forgeries=by_name(Forgery(name="wrong_password", spoil=_spoil)),
)
CONTRACTS = {"casino": CASINO, "sportsbook": SPORTSBOOK}
