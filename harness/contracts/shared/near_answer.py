"""Recognises an answer that is nearly one of the contract: it comes from a wallet with a mistake in its answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from harness.contracts import Contract
from harness.contracts.shared.schema import read
from harness.model import Exchange, Message

SUCCESS_WORDS = frozenset({"accepted", "completed", "done", "ok", "rsok", "success", "successful", "succeeded"})
"""Words for success that wallets write in place of the contract's own, in lower case and with letters only."""


def is_nearly_right(exchange: Exchange, contract: Contract) -> bool:
    """True if an answer that is no success of the contract has nearly its form: a wallet gave it, with a mistake."""
    received = exchange.transmission.received
    schema = contract.schemas / f"{exchange.name}.response.json"
    if received is None:
        return False
    if exchange.reply is None:
        return not exchange.absent and _nearly(schema, received)
    code = exchange.answer.code or exchange.reply.code
    return not exchange.succeeded and _says_success(code) and _whole(schema, received)


def _nearly(schema: Path, message: Message) -> bool:
    """True if the body has JSON with more than half of the fields that the schema file requires.

    Text around the JSON, numbers that are none, and keys that stand twice do not matter.
    """
    required = _required(schema)
    return 2 * len(required & set(_keys(_loose(message.body)))) > len(required)


def _whole(schema: Path, message: Message) -> bool:
    """True if the body has JSON with every field that the schema file requires."""
    return _required(schema) <= set(_keys(_loose(message.body)))


def _says_success(code: str) -> bool:
    """True if a code means success in everybody's words."""
    return "".join(filter(str.isalpha, code)).lower() in SUCCESS_WORDS


@cache
def _required(schema: Path) -> frozenset[str]:
    """The fields that a schema file requires, at any depth."""
    return frozenset(_required_in(read(schema)))


def _required_in(schema: Any) -> Iterator[str]:
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == "required" and isinstance(value, list):
            yield from value
        elif key != "if":
            yield from _required_in(value)
    for each in schema if isinstance(schema, list) else ():
        yield from _required_in(each)


def _loose(body: bytes) -> Any:
    """The JSON object between the first and the last brace, read leniently. None if there is none."""
    text = body.decode("utf-8", "replace")
    try:
        # Nothing here is money: only the names of fields are looked at, so numbers stay text.
        return json.loads(text[text.index("{") : text.rindex("}") + 1], parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _keys(each)
