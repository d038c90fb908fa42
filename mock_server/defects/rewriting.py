"""Changes the body of a request, for wallets that misread it."""

from __future__ import annotations

from collections.abc import Callable

from harness.contracts.shared.json_text import JsonError, parse, stringify


def rewritten(body: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """The body with each transaction changed in place, or the same body if it is no JSON object."""
    try:
        value = parse(body)
    except JsonError:
        return body
    if not isinstance(value, dict):
        return body
    items = value.get("transactions")
    for fields in items if isinstance(items, list) else [value]:
        if isinstance(fields, dict):
            change(fields)
    return stringify(value)
