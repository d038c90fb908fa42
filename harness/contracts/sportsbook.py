"""The sportsbook contract: a sportsbook calls an operator's wallet, HTTP Basic, money as decimals in main units.

Source: the Sportsmodity Wallet Integration; see `schemas/sportsbook/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness import money
from harness.contracts import Contract, Decoded, ExpectedCode, OperationSpec, answer, basic_auth, fields
from harness.contracts.json_text import stringify
from harness.contracts.recipes import BASIC
from harness.contracts.requirements import Requirements
from harness.contracts.schema import bundled, shown, violations
from harness.model import (
    Amount,
    Authenticate,
    Bet,
    Fault,
    GetBalance,
    ItemReply,
    Level,
    Message,
    Movement,
    Operation,
    Outcome,
    Payout,
    Problem,
    Reply,
    Rollback,
    Session,
    Situation,
    Unsettle,
)

_SCHEMAS = bundled("schemas") / "sportsbook"

_SPECS = {
    spec.name: spec
    for spec in (
        OperationSpec(name="unsettlement", path="/unsettlement", core=True, retried=True),
        OperationSpec(name="authenticate", path="/authenticate"),
        OperationSpec(name="balance", path="/balance"),
        OperationSpec(name="placebet", path="/placebet"),
        OperationSpec(name="rollbackbet", path="/rollbackbet", retried=True),
        OperationSpec(name="settlement", path="/settlement", retried=True),
    )
}
_NAMES: Mapping[type[Any], str] = {
    Unsettle: "unsettlement",
    Authenticate: "authenticate",
    GetBalance: "balance",
    Bet: "placebet",
    Rollback: "rollbackbet",
    Payout: "settlement",
}
_CLASSES: Mapping[str, Any] = {name: kind for kind, name in _NAMES.items()}

_KINDS = {
    "settlement": ("BET_PAID", "CASHOUT", "VOIDED"),
    "unsettlement": ("BET_UNPAID",),
    "placebet": ("SINGLE", "MULTIPLE", "SYSTEM"),
}

_FIELDS: Mapping[str, Mapping[str, str]] = {
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
"""The wire fields of each operation in the order of the document's tables, and what they are called in the model."""

_OPTIONAL = frozenset({"odds"})

_ERRORS = {
    (401, "AUTHENTICATION_FAILED"): Outcome.UNAUTHENTICATED,
    (403, "INVALID_TOKEN"): Outcome.INVALID_TOKEN,
    (400, "INVALID_PLAYER"): Outcome.UNKNOWN_PLAYER,
    (400, "INVALID_SESSION_TOKEN"): Outcome.INVALID_SESSION,
    (400, "INVALID_CURRENCY"): Outcome.WRONG_CURRENCY,
    (400, "INVALID_BET"): Outcome.UNKNOWN_TRANSACTION,
    (402, "INSUFFICIENT_FUNDS"): Outcome.INSUFFICIENT_FUNDS,
}
"""The document's table of errors. A code with another status than its own is a refusal without a meaning of its own, so
that it is judged where the document demands the pair."""

_WRITTEN = {outcome: pair for pair, outcome in _ERRORS.items()} | {
    Outcome.CONFLICT: (400, "INVALID_BET"),
    Outcome.MALFORMED: (400, "INVALID_REQUEST"),
    Outcome.REFUSED: (400, "INVALID_BET"),
}
"""How our own wallet refuses. The code of a validation error is open in the document."""


# --------------------------------------------------------------------------------------------------------------------
# The platform's side: what is asked


def name_of(operation: Operation) -> str:
    """The operation name. Raises ValueError for an operation that a sportsbook does not have."""
    try:
        return _NAMES[type(operation)]
    except KeyError:
        raise ValueError(f"the sportsbook contract has no {type(operation).__name__}") from None


def encode(operation: Operation) -> dict[str, object]:
    """The request's JSON object; money is a `Decimal` with the currency's own number of decimals."""
    encoded = {wire: getattr(operation, attribute) for wire, attribute in _FIELDS[name_of(operation)].items()}
    if isinstance(operation, Movement):
        encoded["amount"] = money.to_decimal(operation.amount, operation.currency)
    if isinstance(operation, Bet) and operation.odds:
        encoded["odds"] = Decimal(operation.odds)
    return {wire: value for wire, value in encoded.items() if value != "" or wire not in _OPTIONAL}


# --------------------------------------------------------------------------------------------------------------------
# The platform's side: what was answered


def decode(operation: Operation, message: Message) -> Decoded:
    """What an answer says. Never raises."""
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
    """401 says enough by itself (SPB-AUT-02): many servers check Basic credentials before any code of the wallet."""
    detail = "HTTP 401 without a JSON error; its code should be AUTHENTICATION_FAILED"
    item = ItemReply(outcome=Outcome.UNAUTHENTICATED)
    problem = Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code")
    return Decoded(Reply(outcome=item.outcome, items=(item,)), (problem,))


def _decode_error(body: answer.Body) -> Decoded:
    code = str(body.value["errorCode"])
    if body.status < 400:
        return Decoded(None, (answer.contradiction(body.status, f"the error {code[:80]!r}"),))
    problems = (*body.problems, *violations(_SCHEMAS / "error.response.json", body.value))
    outcome = _ERRORS.get((body.status, code), Outcome.REFUSED)
    if body.status == 401 and outcome is Outcome.REFUSED:
        outcome = Outcome.UNAUTHENTICATED
        detail = f"the code should be AUTHENTICATION_FAILED, is {code[:80]!r}"
        problems += (Problem(Fault.POOR_FORMAT, "/errorCode", detail, "code"),)
    item = ItemReply(outcome=outcome, code=code, description=_text(body.value, "description") or "")
    return Decoded(Reply(outcome=outcome, items=(item,), code=code), problems)


def _decode_success(name: str, operation: Operation, body: answer.Body) -> Decoded:
    value = body.value
    if not 200 <= body.status < 300:
        return Decoded(None, (answer.contradiction(body.status, "a success, which is always 200"),))
    problems = [*body.problems, *violations(_SCHEMAS / f"{name}.response.json", value)]
    if body.status != 200:
        problems.append(answer.contradiction(body.status, "a success, which is always 200"))
    currency = _text(value, "currency")
    if isinstance(operation, Movement) and currency is not None and currency != operation.currency:
        detail = f"{currency[:80]!r} for a player who was accepted in {operation.currency!r}"
        problems.append(Problem(Fault.WRONG_FORMAT, "/currency", detail))
    item = ItemReply(
        outcome=Outcome.OK,
        balance=_decode_balance(value.get("balance")),
        currency=currency,
        reference=_text(value, "walletTransactionId"),
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
    """The operation that a body asks for. Raises BadRequest."""
    content = fields.body(data)
    found: dict[str, Any] = {
        attribute: fields.required(content, wire, _reader(name, wire))
        for wire, attribute in _FIELDS[name].items()
        if wire in content or wire not in _OPTIONAL
    }
    if "amount" in found:
        found["amount"] = _exact(found["amount"], found["currency"])
    operation: Operation = _CLASSES[name](**found)
    return operation


def _reader(name: str, wire: str) -> fields.Reader:
    if wire in {"type", "betType"}:
        return fields.one_of(_KINDS[name])
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


def write_reply(operation: Operation | None, reply: Reply) -> tuple[int, bytes]:
    """HTTP status and body of an answer. A success shows its balance in the decimals of the item's currency."""
    item = reply.items[0] if reply.items else ItemReply(outcome=reply.outcome, code=reply.code)
    if item.outcome is not Outcome.OK:
        status, code = _WRITTEN[item.outcome]
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


# --------------------------------------------------------------------------------------------------------------------
# The value


_REFUSALS = {
    Situation.UNCOVERED: (Level.MUST, {Outcome.INSUFFICIENT_FUNDS}),
    Situation.UNKNOWN_PLAYER: (Level.MUST, {Outcome.UNKNOWN_PLAYER}),
    Situation.WRONG_CURRENCY: (Level.MUST, {Outcome.WRONG_CURRENCY}),
    Situation.FORGED: (Level.MUST, {Outcome.UNAUTHENTICATED}),
    Situation.MISSING_HEADER: (Level.MUST, {Outcome.UNAUTHENTICATED}),
    Situation.SPENT_TOKEN: (Level.MUST, {Outcome.INVALID_TOKEN}),
    Situation.EXPIRED_SESSION: (Level.SHOULD, {Outcome.INVALID_SESSION}),
    Situation.UNKNOWN_SESSION: (Level.SHOULD, {Outcome.INVALID_SESSION}),
    Situation.UNKNOWN_BET: (Level.SHOULD, {Outcome.UNKNOWN_TRANSACTION, Outcome.INSUFFICIENT_FUNDS}),
}

_POLICY = {
    "replay_balance": frozenset({"original", "current"}),
    "replay_of_refused": frozenset({"refused", "afresh"}),
    "conflict": frozenset({"refused", "first_result"}),
    "reused_id": frozenset({"refused", "first_result", "new"}),
    "unknown_bet": frozenset({"applied", "refused"}),
    "returned_bet": frozenset({"applied", "refused"}),
    "late_bet": frozenset({"ok_without_effect", "refused"}),
    "rollback_of_unknown": frozenset({"ok"}),
    "rollback_again": frozenset({"ok", "refused"}),
    "rollback_of_refused": frozenset({"ok", "refused"}),
    "rollback_of_settled": frozenset({"refunded", "kept", "refused"}),
    "rollback_of_foreign": frozenset({"ok_without_effect", "refused"}),
    "deduction": frozenset({"supported", "unsupported"}),
    "unsettlement_beyond_payout": frozenset({"deducted", "refused"}),
    "zero_bet": frozenset({"accepted", "refused"}),
    "ended_session_bet": frozenset({"refused", "accepted"}),
    "ended_session_rollback": frozenset({"ok", "refused"}),
    "ended_session_read": frozenset({"ok", "refused"}),
}

CONTRACT = Contract(
    name="sportsbook",
    title="Seamless wallet of a sportsbook (Sportsmodity Wallet Integration)",
    prefix="SPB",
    specs=_SPECS,
    words={
        "settle": "settlement",
        "pay": "settlement",
        "bet": "placebet",
        "unsettle": "unsettlement",
        "rollback": "rollbackbet",
        "authenticate": "authenticate",
        "balance": "balance",
    },
    kinds=_KINDS,
    required_headers=basic_auth.REQUIRED,
    environment=("WALLET_USER", "WALLET_PASSWORD"),
    schemas=_SCHEMAS,
    requirements=Requirements(_SCHEMAS / "requirements.yaml", "SPB", tuple(_SPECS), tuple(basic_auth.FORGERIES)),
    policy=_POLICY,
    codes={each: ExpectedCode(level, frozenset(codes)) for each, (level, codes) in _REFUSALS.items()},
    wire_unit=money.smallest_unit,
    bet_reference=lambda transaction_id, bet_id: bet_id,
    name_of=name_of,
    encode=encode,
    stringify=stringify,
    sign=basic_auth.sign,
    forgeries=basic_auth.FORGERIES,
    mistakes=basic_auth.MISTAKES,
    slips=basic_auth.SLIPS,
    recipe=BASIC,
    security=basic_auth.SECURITY,
    decode=decode,
    verify=basic_auth.verify,
    read_request=read_request,
    write_reply=write_reply,
)
