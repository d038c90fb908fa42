"""Encodes and decodes the requests and answers of an arcade. Money is an integer in hundred-thousandths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.contracts import Decoded
from harness.contracts.shared import answer, fields
from harness.contracts.shared.json_text import JsonError, parse, stringify
from harness.contracts.shared.schema import violations
from harness.model import (
    Bet,
    Fault,
    GetBalance,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Problem,
    Reply,
    Request,
    Rollback,
)

SCHEMAS = Path(__file__).parent / "schemas"
NAMES: dict[type[Any], str] = {Bet: "bet", Payout: "win", Rollback: "rollback", GetBalance: "balance"}
CODES = {
    "OK": (200, Outcome.OK),
    "BAD_SIGNATURE": (401, Outcome.UNAUTHENTICATED),
    "BAD_REQUEST": (400, Outcome.MALFORMED),
    "NO_SUCH_USER": (400, Outcome.UNKNOWN_PLAYER),
    "OTHER_CURRENCY": (400, Outcome.WRONG_CURRENCY),
    "NOT_ENOUGH_MONEY": (400, Outcome.INSUFFICIENT_FUNDS),
    "TRANSACTION_DIFFERS": (400, Outcome.CONFLICT),
    "NO_SUCH_BET": (400, Outcome.UNKNOWN_TRANSACTION),
}


def name_of(operation: Operation) -> str:
    """The operation's name. Raises ValueError for one that an arcade does not have."""
    if type(operation) not in NAMES:
        raise ValueError(f"an arcade has no {type(operation).__name__}")
    return NAMES[type(operation)]


def encode(operation: Operation, request_id: str) -> dict[str, object]:
    """The request's JSON object, with an id that no other call has."""
    name_of(operation)
    request: dict[str, object] = {"request_id": request_id, "user": getattr(operation, "player", "")}
    match operation:
        case Bet() | Payout():
            request |= {"transaction": operation.id, "amount": operation.amount, "currency": operation.currency}
        case Rollback():
            request |= {"transaction": operation.id, "undoes": operation.original}
    return request | {"bet": operation.bet} if isinstance(operation, Payout) else request


def decode(operation: Operation, message: Message, request: Request) -> Decoded:
    """The content of an answer. It never raises, whatever a wallet sends."""
    body = answer.read(message, lambda status, value: isinstance(value.get("code"), str))
    if isinstance(body, Decoded):
        return body
    code, accepted = str(body.value["code"]), 200 <= body.status < 300
    if accepted != (code == "OK"):
        return Decoded(None, (answer.contradiction(body.status, f"the code {code[:40]!r}"),))
    balance = body.value.get("balance")
    outcome = CODES.get(code, (0, Outcome.REFUSED))[1]
    item = ItemReply(outcome=outcome, code=code, balance=balance if type(balance) is int else None)
    wrong = violations(
        SCHEMAS / (f"{name_of(operation)}.response.json" if accepted else "error.response.json"), body.value
    )
    reply = Reply(outcome=outcome, items=(item,), code=code)
    return Decoded(reply, (*body.problems, *wrong, *_echo(body.value, request)))


def _echo(value: dict[str, object], request: Request) -> tuple[Problem, ...]:
    """The problems of the request id in the answer. Empty for a request without an id."""
    sent, given = _request_id(request), value.get("request_id")
    if not sent or given == sent:
        return ()
    return (Problem(Fault.WRONG_FORMAT, "/request_id", f"repeated as {given!r}, was {sent!r}", "echo"),)


def _request_id(request: Request) -> str:
    try:
        body = parse(request.body)
    except JsonError:
        return ""
    found = body.get("request_id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


def read_request(name: str, data: bytes) -> Operation:
    """The operation that a body asks for. Raises BadRequest."""
    content = fields.body(data)

    def text(field: str) -> str:
        return str(fields.required(content, field, fields.identifier))

    def amount(field: str, value: object) -> int:
        if type(value) is not int:
            raise fields.malformed(f"`{field}` must be an integer x 100000")
        return fields.amount(field, value)

    user = text("user")
    if name == "balance":
        return GetBalance(player=user)
    if name == "rollback":
        return Rollback(id=text("transaction"), original=text("undoes"), bet="", player=user)
    common: dict[str, Any] = {"id": text("transaction"), "player": user, "currency": text("currency")}
    common["amount"] = fields.required(content, "amount", amount)
    return Bet(**common) if name == "bet" else Payout(bet=text("bet"), **common)


def write_reply(operation: Operation | None, reply: Reply, request: Request) -> tuple[int, bytes]:
    """Status and body of an answer, which repeats the id of the request."""
    codes = {outcome: (status, code) for code, (status, outcome) in CODES.items()}
    status, code = codes.get(reply.outcome, (400, "BAD_REQUEST"))
    balance = reply.items[0].balance if reply.items else None
    shown = {} if balance is None else {"balance": balance}
    return status, stringify({"code": code, "request_id": _request_id(request), **shown})
