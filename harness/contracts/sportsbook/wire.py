"""Requests and answers of the sportsbook contract, in both directions. Money is a decimal in main units.

Source: the Sportsmodity Wallet Integration; see `schemas/sportsbook/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from harness import money
from harness.contracts import Decoded
from harness.contracts.shared import answer, fields
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.schema import bundled, shown, violations
from harness.contracts.sportsbook.words import CLASSES, ERRORS, FIELDS, KINDS, NAMES, OPTIONAL, WRITTEN
from harness.inert import clipped
from harness.model import (
    Amount,
    Authenticate,
    Bet,
    Fault,
    ItemReply,
    Message,
    Movement,
    Operation,
    Outcome,
    Problem,
    Reply,
    Request,
    Session,
)

SCHEMAS = bundled("schemas") / "sportsbook"

# --------------------------------------------------------------------------------------------------------------------
# The platform's side: requests


def name_of(operation: Operation) -> str:
    """The operation name. Raises ValueError for an operation that the contract does not have."""
    try:
        return NAMES[type(operation)]
    except KeyError:
        raise ValueError(f"the sportsbook contract has no {type(operation).__name__}") from None


def encode(operation: Operation, request_id: str) -> dict[str, object]:
    """The request's JSON object. Money is a `Decimal` in main units, with the currency's number of decimals."""
    encoded = {wire: getattr(operation, attribute) for wire, attribute in FIELDS[name_of(operation)].items()}
    if isinstance(operation, Movement):
        encoded["amount"] = money.to_decimal(operation.amount, operation.currency)
    if isinstance(operation, Bet) and operation.odds:
        encoded["odds"] = Decimal(operation.odds)
    return {wire: value for wire, value in encoded.items() if value != "" or wire not in OPTIONAL}


# --------------------------------------------------------------------------------------------------------------------
# The platform's side: answers


_SCHEMAS_OF_ANSWERS = {name: SCHEMAS / f"{name}.response.json" for name in (*FIELDS, "error")}


def decode(operation: Operation, message: Message, request: Request) -> Decoded:
    """The meaning of an answer. Never raises."""
    name = name_of(operation)
    body = answer.read(message, _has_shape)
    if isinstance(body, Decoded):
        return _decode_bare_401() if message.status == 401 else body
    if _text(body.value, "errorCode") is not None:
        return _decode_error(body)
    return _decode_success(name, operation, body)


def _has_shape(status: int, value: dict[str, object]) -> bool:
    code = value.get("errorCode")
    return isinstance(code, str) or (code is None and (200 <= status < 300 or "balance" in value))


def _decode_bare_401() -> Decoded:
    """The meaning of HTTP 401 without a body of the contract's shape: a refusal (SPB-AUT-02).

    Many servers check Basic credentials before any code of the wallet runs.
    """
    detail = "HTTP 401 without a JSON error; its code should be AUTHENTICATION_FAILED"
    item = ItemReply(outcome=Outcome.UNAUTHENTICATED)
    problem = Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code")
    return Decoded(Reply(outcome=item.outcome, items=(item,)), (problem,))


def _decode_error(body: answer.Body) -> Decoded:
    code = str(body.value["errorCode"])
    if body.status < 400:
        return Decoded(None, (answer.contradiction(body.status, f"the error {clipped(code, 80)!r}"),))
    problems = (*body.problems, *violations(_SCHEMAS_OF_ANSWERS["error"], body.value))
    outcome = ERRORS.get((body.status, code), Outcome.REFUSED)
    if body.status == 401 and outcome is Outcome.REFUSED:
        outcome = Outcome.UNAUTHENTICATED
        detail = f"the code should be AUTHENTICATION_FAILED, is {clipped(code, 80)!r}"
        problems += (Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code"),)
    description = _text(body.value, "description") or ""
    item = ItemReply(outcome=outcome, code=code, description=description, places={"code": "/errorCode"})
    return Decoded(Reply(outcome=outcome, items=(item,), code=code), problems)


def _decode_success(name: str, operation: Operation, body: answer.Body) -> Decoded:
    value = body.value
    if not 200 <= body.status < 300:
        return Decoded(None, (answer.contradiction(body.status, "a success, which is always 200"),))
    problems = [*body.problems, *violations(_SCHEMAS_OF_ANSWERS[name], value)]
    if body.status != 200:
        problems.append(answer.contradiction(body.status, "a success, which is always 200"))
    currency = _text(value, "currency")
    if isinstance(operation, Movement) and currency is not None and currency != operation.currency:
        detail = f"{clipped(currency, 80)!r} for a player who was accepted in {operation.currency!r}"
        problems.append(Problem(Fault.WRONG_FORMAT, "/currency", detail))
    item = ItemReply(
        outcome=Outcome.OK,
        balance=_decode_balance(value.get("balance")),
        currency=currency,
        reference=_text(value, "walletTransactionId"),
        places={"balance": "/balance", "reference": "/walletTransactionId"},
    )
    session = _decode_session(value) if isinstance(operation, Authenticate) else None
    return Decoded(Reply(outcome=Outcome.OK, items=(item,), session=session), tuple(problems))


def _text(value: dict[str, object], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) else None


def _decode_balance(value: object) -> Amount | None:
    return money.from_decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _decode_session(value: dict[str, object]) -> Session:
    return Session(
        player=_text(value, "playerId"),
        session=_text(value, "sessionId"),
        brand=_text(value, "brandCode"),
        display_name=_text(value, "displayName"),
        country=_text(value, "country"),
    )


# --------------------------------------------------------------------------------------------------------------------
# The wallet's side


def read_request(name: str, data: bytes) -> Operation:
    """The operation of a request body. Raises BadRequest."""
    content = fields.body(data)
    found: dict[str, Any] = {
        attribute: fields.required(content, wire, _reader(name, wire))
        for wire, attribute in FIELDS[name].items()
        if wire in content or wire not in OPTIONAL
    }
    if "amount" in found:
        found["amount"] = _exact(found["amount"], found["currency"])
    operation: Operation = CLASSES[name](**found)
    return operation


def _reader(name: str, wire: str) -> fields.Reader:
    if wire in {"type", "betType"}:
        return fields.one_of(KINDS[name])
    return {"amount": _number, "odds": _odds, "sessionId": fields.text}.get(wire, fields.identifier)


def _number(name: str, value: object) -> int | Decimal:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise fields.malformed(f"`{name}` must be a decimal number, is {shown(value)}")
    return value


def _odds(name: str, value: object) -> str:
    return value if isinstance(value, str) else format(Decimal(_number(name, value)), "f")


def _exact(number: int | Decimal, currency: str) -> int:
    amount = fields.amount("amount", money.from_decimal(number))
    if amount % money.smallest_unit(currency):
        raise fields.malformed(f"`amount` has more than the {money.exponent(currency)} decimals of {currency[:20]}")
    return amount


def write_reply(operation: Operation | None, reply: Reply, request: Request) -> tuple[int, bytes]:
    """HTTP status and body of an answer. A success shows its balance in the decimals of the item's currency."""
    item = reply.items[0] if reply.items else ItemReply(outcome=reply.outcome, code=reply.code)
    if item.outcome is not Outcome.OK:
        status, code = WRITTEN[item.outcome]
        description = item.description or item.outcome.replace("_", " ")
        return status, stringify({"errorCode": item.code or code, "description": description})
    written: dict[str, object] = {} if reply.session is None else _write_session(reply.session)
    currency = item.currency or ""
    if item.balance is not None:
        written["balance"] = money.to_decimal(item.balance, currency)
    written["currency"] = currency
    if item.reference is not None:
        written["walletTransactionId"] = item.reference
    if reply.session is not None and reply.session.country is not None:
        written["country"] = reply.session.country
    return 200, stringify(written)


def _write_session(session: Session) -> dict[str, object]:
    shown_fields = {
        "playerId": session.player,
        "brandCode": session.brand,
        "sessionId": session.session,
        "displayName": session.display_name,
    }
    return {wire: value for wire, value in shown_fields.items() if value is not None}
