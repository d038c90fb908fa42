"""Turns an operation into the request: encodes it, alters it, signs it, and alters it again if the step requires it.

The functions have no side effects.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from harness import money
from harness.contracts import Contract, Credentials
from harness.model import Alteration, Batch, BetBatch, Movement, Operation, Request, Retry, Settle

_PLACEHOLDER = "raw-value-{index}-of-this-body"


def prepare(
    contract: Contract,
    operation: Operation,
    alteration: Alteration,
    credentials: Credentials,
    now_ms: int,
    path: str,
    request_id: str,
    accepted: Request | None = None,
) -> Request:
    """The exact request. `alteration` has some changes before signing, which are signed, and some after it.

    `accepted` is the last request that the wallet has accepted. Some forgeries use its credentials again.
    """
    body = _body(contract, operation, alteration, request_id)
    signed_at_ms = now_ms - alteration.stale_seconds * 1000
    request = Request(path, contract.sign(body, credentials, signed_at_ms), body)
    if alteration.content_type:
        request = _with_header(request, "content-type", alteration.content_type)
    if alteration.forged:
        forgery = contract.forgeries[alteration.forged]
        if forgery.reuse is None or accepted is None:
            request = forgery.spoil(request, credentials, signed_at_ms)
        else:
            request = forgery.reuse(request, accepted)
    if alteration.tampered:
        altered = _tampered(contract, operation, alteration, request_id)
        request = replace(request, body=altered)
    if alteration.missing_header:
        kept = tuple(pair for pair in request.headers if pair[0].lower() != alteration.missing_header)
        request = replace(request, headers=kept)
    return request


def _body(contract: Contract, operation: Operation, alteration: Alteration, request_id: str) -> bytes:
    if alteration.body is not None:
        return alteration.body
    return _stringified(contract, contract.encode(operation, request_id), alteration.raw, alteration.without)


def _stringified(
    contract: Contract,
    value: dict[str, object],
    raw: tuple[tuple[int | None, str, str], ...],
    without: tuple[tuple[int | None, str], ...],
) -> bytes:
    """The bytes of the body without the fields of `without`, and with the JSON text of `raw` in place of values."""
    for item, name in without:
        _object_at(value, item).pop(name, None)
    texts: dict[bytes, bytes] = {}
    for index, (item, name, text) in enumerate(raw):
        placeholder = _PLACEHOLDER.format(index=index)
        _object_at(value, item)[name] = placeholder
        texts[contract.stringify(placeholder)] = text.encode("utf-8", "surrogatepass")
    body = contract.stringify(value)
    for placeholder_bytes, text_bytes in texts.items():
        body = body.replace(placeholder_bytes, text_bytes)
    return body


def _object_at(value: dict[str, object], item: int | None) -> dict[str, object]:
    """The batch item with that index. Without an index, or outside a batch, the outermost object."""
    if item is None:
        return value
    items = next((each for each in value.values() if isinstance(each, list)), None)
    return items[item] if items is not None and item < len(items) else value


def _tampered(contract: Contract, operation: Operation, alteration: Alteration, request_id: str) -> bytes:
    changed = operation
    fields: list[tuple[int | None, str, str]] = []
    first = 0 if isinstance(operation, Batch) and operation.items else None
    for name, text in alteration.tampered:
        if name == "amount":
            changed = _with_amount(changed, money.parse(text))
        else:
            fields.append((first, name, _as_json(text)))
    return _stringified(contract, contract.encode(changed, request_id), tuple(fields), ())


def _as_json(text: str) -> str:
    """JSON text unchanged, any other text as a JSON string. So `playerId: abc` needs no second quotes."""
    try:
        json.loads(text, parse_float=Decimal)
    except ValueError:
        return json.dumps(text)
    return text


def _with_amount(operation: Operation, amount: int) -> Operation:
    match operation:
        case Movement():
            return replace(operation, amount=amount)
        case Settle(items=items) if items:
            return Settle(items=(replace(items[0], amount=amount), *items[1:]))
        case Retry(items=items) if items:
            return Retry(items=(replace(items[0], amount=amount), *items[1:]))
        case BetBatch(items=bets) if bets:
            return BetBatch(items=(replace(bets[0], amount=amount), *bets[1:]))
    return operation


def _with_header(request: Request, name: str, value: str) -> Request:
    kept = tuple(pair for pair in request.headers if pair[0].lower() != name)
    return replace(request, headers=(*kept, (name, value)))
