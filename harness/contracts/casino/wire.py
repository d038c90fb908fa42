"""Requests and answers of the casino contract, in both directions. Money is an integer x 100000.

Source: the OppiGames Wallet API; see `schemas/casino/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from harness.contracts import BadRequest, Decoded
from harness.contracts.casino.words import (
    ATTRIBUTES,
    CLASSES,
    CODES,
    ECHOED,
    FIELDS,
    ITEM_CLASSES,
    KINDS,
    NAMES,
    OPTIONAL,
    OUTCOMES,
    SPECS,
    STATUSES,
    SUCCESS,
)
from harness.contracts.shared import answer, fields
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.schema import MOST_PROBLEMS, bundled, shown, violations
from harness.model import (
    BadItem,
    BetBatch,
    Fault,
    Flaw,
    ItemReply,
    Message,
    Movement,
    Operation,
    Outcome,
    Problem,
    Reply,
    Request,
    Retry,
    Settle,
)

SCHEMAS = bundled("schemas") / "casino"


# --------------------------------------------------------------------------------------------------------------------
# The platform's side: requests


def name_of(operation: Operation) -> str:
    """The operation name. Raises ValueError for an operation that the contract does not have."""
    try:
        return NAMES[type(operation)]
    except KeyError:
        raise ValueError(f"the casino contract has no {type(operation).__name__}") from None


def encode(operation: Operation, request_id: str) -> dict[str, object]:
    """The request's JSON object. Raises ValueError for an amount that is not a whole number of hundred-thousandths."""
    name = name_of(operation)
    if isinstance(operation, Settle | Retry | BetBatch):
        return {"transactions": [_encode_fields(name, item) for item in operation.items]}
    return _encode_fields(name, operation)


def _encode_fields(name: str, source: Operation) -> dict[str, object]:
    encoded = {wire: getattr(source, ATTRIBUTES[wire]) for wire in FIELDS[name]}
    if encoded.get("amount", 0) % 1:
        raise ValueError(f"an amount of {encoded['amount']} hundred-thousandths is no whole number")
    return {wire: value for wire, value in encoded.items() if value != "" or (name, wire) not in OPTIONAL}


# --------------------------------------------------------------------------------------------------------------------
# The platform's side: answers


_SCHEMAS_OF_ANSWERS = {name: SCHEMAS / f"{name}.response.json" for name in (*SPECS, "error")}


def decode(operation: Operation, message: Message, request: Request) -> Decoded:
    """The meaning of an answer. Never raises."""
    name = name_of(operation)
    body = answer.read(message, _has_shape)
    if isinstance(body, Decoded):
        return body
    code = str(body.value["status"])
    items, problems = _decode_items(name, body.value)
    if not 200 <= body.status < 300 and (code == SUCCESS or any(item.outcome is Outcome.OK for item in items)):
        return Decoded(None, (answer.contradiction(body.status, SUCCESS),))
    itemised = code == SUCCESS or isinstance(body.value.get("data"), list)
    schema = _SCHEMAS_OF_ANSWERS[name if itemised else "error"]
    echoes = _repeated(name, operation, items)
    reply = Reply(outcome=_outcome(code), items=items, code=code)
    return Decoded(reply, (*body.problems, *violations(schema, body.value), *problems, *echoes))


def _has_shape(status: int, value: dict[str, object]) -> bool:
    return isinstance(value.get("status"), str)


def _outcome(code: str) -> Outcome:
    return OUTCOMES.get(code, Outcome.REFUSED)


def _decode_items(name: str, value: dict[str, object]) -> tuple[tuple[ItemReply, ...], tuple[Problem, ...]]:
    """The items of an answer that can be read, and the problems of their balances."""
    if not SPECS[name].batch:
        item, problems = _decode_item(name, value, "")
        return (item,), problems
    data = value.get("data")
    answered = [
        _decode_item(name, each, f"/data/{index}")
        for index, each in enumerate(data if isinstance(data, list) else ())
        if isinstance(each, dict) and isinstance(each.get("status"), str)
    ]
    problems = tuple(each for _, found in answered for each in found)
    return tuple(item for item, _ in answered), problems[:MOST_PROBLEMS]


def _decode_item(name: str, value: dict[str, object], where: str) -> tuple[ItemReply, tuple[Problem, ...]]:
    code = str(value["status"])
    balance, problems = _decode_balance(value.get("balance"), where)
    currency, transaction = value.get("currency"), value.get("transactionId")
    item = ItemReply(
        outcome=_outcome(code),
        code=code,
        id=transaction if isinstance(transaction, str) else None,
        balance=balance,
        currency=currency if isinstance(currency, str) else None,
        echo={wire: text for wire in ECHOED.get(name, ()) if isinstance(text := value.get(wire), str)},
        places={"code": f"{where}/status", "balance": f"{where}/balance"},
    )
    return item, problems


def _decode_balance(value: object, where: str) -> tuple[int | None, tuple[Problem, ...]]:
    if isinstance(value, int) and not isinstance(value, bool):
        return value, ()
    if isinstance(value, Decimal) and value == value.to_integral_value():
        detail = f"{shown(value)} is written with a fraction or an exponent; money is an integer x 100000"
        return int(value), (Problem(Fault.POOR_FORMAT, f"{where}/balance", detail, flaw=Flaw.FRACTION),)
    return None, ()


def _repeated(name: str, operation: Operation, items: Iterable[ItemReply]) -> tuple[Problem, ...]:
    """Where accepted items do not repeat the fields of the request. An id that was sent twice is not compared."""
    accepted = [item for item in items if item.outcome is Outcome.OK]
    if isinstance(operation, Settle | Retry | BetBatch):
        times = Counter(each.id for each in operation.items)
        asked = {each.id: _echo(name, each) for each in operation.items if times[each.id] == 1}
        return answer.echo_problems([(asked[item.id], item.echo) for item in accepted if item.id in asked])
    problems = answer.echo_problems([(_echo(name, operation), item.echo) for item in accepted])
    if not isinstance(operation, Movement) or not accepted or accepted[0].id in {None, operation.id}:
        return problems
    detail = f"answers {shown(accepted[0].id)} for {shown(operation.id)}"
    return (*problems, Problem(Fault.WRONG_FORMAT, "/transactionId", detail))


def _echo(name: str, source: Operation | Movement) -> dict[str, str]:
    return {wire: getattr(source, ATTRIBUTES[wire]) for wire in ECHOED.get(name, ())}


# --------------------------------------------------------------------------------------------------------------------
# The wallet's side


def read_request(name: str, data: bytes) -> Operation:
    """The operation of a request body. Raises BadRequest.

    An item of a batch that cannot be read becomes `unreadable`. The wallet refuses it alone.
    """
    content = fields.body(data)
    operation: Operation
    if not SPECS[name].batch:
        operation = CLASSES[name](**_read_fields(name, content))
        return operation
    sent = content.get("transactions")
    if not isinstance(sent, list):
        raise fields.malformed("`transactions` is missing or no array")
    items, bad = [], []
    for position, each in enumerate(sent):
        try:
            items.append(_read_item(name, each))
        except BadRequest as error:
            bad.append(BadItem(position=position, id=_readable_id(each), outcome=error.outcome, reason=str(error)))
    operation = CLASSES[name](items=tuple(items), unreadable=tuple(bad))
    return operation


def _read_item(name: str, value: object) -> Movement:
    if not isinstance(value, dict):
        raise fields.malformed(f"a transaction must be an object, is {shown(value)}")
    item: Movement = ITEM_CLASSES[name](**_read_fields(name, value))
    return item


def _readable_id(value: object) -> str | None:
    found = value.get("transactionId") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _read_fields(name: str, content: fields.Fields) -> dict[str, Any]:
    wanted = [wire for wire in FIELDS[name] if wire in content or (name, wire) not in OPTIONAL]
    found = {ATTRIBUTES[wire]: fields.required(content, wire, _READERS.get(wire, fields.text)) for wire in wanted}
    return {"currency": "", **found} if name == "reward" else found


def _read_amount(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise fields.malformed(f"`{name}` must be an integer x 100000, is {shown(value)}")
    return fields.amount(name, value)


_READERS: Mapping[str, fields.Reader] = {
    "transactionId": fields.identifier,
    "playerId": fields.identifier,
    "amount": _read_amount,
    "isWin": fields.boolean,
    "autoWithDrawal": fields.boolean,
    "type": fields.one_of(KINDS["reward"]),
}


def write_reply(operation: Operation | None, reply: Reply, request: Request) -> tuple[int, bytes]:
    """HTTP status and body of an answer. Unreadable items of a batch are refused at their own positions."""
    status = STATUSES.get(reply.outcome, 200)
    code = reply.code or CODES[reply.outcome]
    if not isinstance(operation, Settle | Retry | BetBatch):
        item = reply.items[0] if reply.items else ItemReply(outcome=reply.outcome, code=code)
        return status, stringify(_write_item("" if operation is None else name_of(operation), operation, item))
    if not reply.accepted and not reply.items:
        return status, stringify({"status": code})
    return status, stringify({"status": code, "data": _write_items(operation, reply.items)})


def _write_items(operation: Settle | Retry | BetBatch, items: tuple[ItemReply, ...]) -> list[dict[str, object]]:
    name = name_of(operation)
    by_id: dict[str | None, Movement] = {each.id: each for each in operation.items}
    in_order = operation.items if len(operation.items) == len(items) else ()
    written = [
        _write_item(name, like if like is not None and like.id == item.id else by_id.get(item.id), item)
        for like, item in zip_longest(in_order, items)
    ]
    for bad in operation.unreadable:
        written.insert(bad.position, _write_item(name, None, ItemReply(outcome=bad.outcome, id=bad.id)))
    return written


def _write_item(name: str, source: Operation | Movement | None, item: ItemReply) -> dict[str, object]:
    transaction = item.id if item.id is not None else (source.id if isinstance(source, Movement) else None)
    return {
        "status": item.code or CODES[item.outcome],
        **({} if transaction is None else {"transactionId": transaction}),
        **({} if source is None else _echo(name, source)),
        **item.echo,
        **({} if item.balance is None else {"balance": item.balance}),
    }
