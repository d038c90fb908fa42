"""Reads the fields of a request on the wallet's side, and refuses every field that is not exactly right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from harness.contracts import BadRequest
from harness.contracts.shared.json_text import JsonError, parse
from harness.contracts.shared.schema import shown
from harness.model import Amount, Outcome

LARGEST_AMOUNT = 2**63 - 1
"""In hundred-thousandths: about 92 trillion main units. A 64-bit database column holds no more."""

Fields: TypeAlias = Mapping[str, object]
Reader: TypeAlias = Callable[[str, object], object]


def malformed(reason: str) -> BadRequest:
    """The refusal of a request that breaks the contract's format."""
    return BadRequest(Outcome.MALFORMED, reason)


def body(data: bytes) -> Fields:
    """The JSON object of a request. Raises BadRequest."""
    try:
        value = parse(data)
    except JsonError as error:
        raise malformed(f"the body is refused: {error}") from None
    if not isinstance(value, dict):
        raise malformed(f"the body must be an object, is {shown(value)}")
    return value


def required(fields: Fields, name: str, reader: Reader) -> object:
    """The value of a required field. Raises BadRequest."""
    if name not in fields:
        raise malformed(f"`{name}` is missing")
    return reader(name, fields[name])


def text(name: str, value: object) -> str:
    """A string, possibly empty. Raises BadRequest."""
    if not isinstance(value, str):
        raise malformed(f"`{name}` must be a string, is {shown(value)}")
    return value


def identifier(name: str, value: object) -> str:
    """A string that is not empty. Raises BadRequest."""
    if not text(name, value):
        raise malformed(f"`{name}` is empty")
    return str(value)


def boolean(name: str, value: object) -> bool:
    """`true` or `false`. Raises BadRequest."""
    if not isinstance(value, bool):
        raise malformed(f"`{name}` must be true or false, is {shown(value)}")
    return value


def one_of(words: tuple[str, ...]) -> Reader:
    """A reader that accepts only these words. The reader raises BadRequest."""

    def read(name: str, value: object) -> str:
        if text(name, value) not in words:
            raise malformed(f"`{name}` must be {' or '.join(words)}, is {shown(value)}")
        return str(value)

    return read


def amount(name: str, value: Amount) -> int:
    """An amount in hundred-thousandths that a wallet can move. Raises BadRequest."""
    if value < 0:
        raise malformed(f"`{name}` is negative")
    if value > LARGEST_AMOUNT:
        raise malformed(f"`{name}` is larger than any account")
    if not isinstance(value, int):
        raise malformed(f"`{name}` is finer than the smallest unit")
    return value
