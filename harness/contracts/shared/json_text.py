"""Reads JSON text strictly, and writes it byte for byte as JavaScript does.

`parse` reads text and refuses it if two readers could understand it differently. Its rules are those of RFC 8259,
narrowed by RFC 7493 (I-JSON).

`stringify` writes the bytes of JavaScript's `JSON.stringify` (ECMA-262, 25.5.2), because the platform signs those
bytes.

No number becomes a binary float in either direction. Digits alone are `int`; a number with a fraction or an exponent
is `decimal.Decimal`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import NoReturn

from harness.inert import clipped
from harness.model import Flaw

MAX_DEPTH = 64
"""How deep arrays and objects may nest. Answers of wallets need fewer than 6 levels; validators fail near 255."""

MAX_VALUES = 250_000
"""The most values of a text. The answer to a batch of 10,000 transactions has less than 100,000.

Without a limit, a text of `[[],[],...]` takes forty times its size in memory."""

MAX_DIGITS = 400
"""The most characters of a number, and the largest exponent. JavaScript's own numbers end at 1e308.

Without a limit, `1e999999999` would need gigabytes as an exact number."""

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that JavaScript holds exactly."""

_SMALLEST_PLAIN = Decimal("0.000001")
"""The smallest number that JavaScript writes without an exponent."""

_EXACT_DIGITS = 15
"""Every decimal number with so many digits comes back from a binary float as it was written."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_ARRAY_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z", re.ASCII)
_LARGEST_ARRAY_INDEX = 2**32 - 2


class JsonError(ValueError):
    """The text is not valid JSON, or two readers could understand it differently. The message says where and why."""

    def __init__(self, message: str, flaw: Flaw | None = None) -> None:
        """`flaw` is the kind of mistake. It is None if it suggests no cause."""
        super().__init__(message)
        self.flaw = flaw


def parse(data: bytes) -> object:
    """The JSON value of some bytes. Raises JsonError."""
    if not data.strip(b" \t\r\n"):
        raise JsonError("the body is empty", Flaw.EMPTY)
    if len(data) > MAX_VALUES and sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise JsonError(f"more than {MAX_VALUES:,} values")
    text = _decode(data)
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        raise JsonError(f"not JSON: {what} at line {error.lineno}, column {error.colno}", Flaw.NOT_JSON) from None
    except RecursionError:
        raise JsonError(f"nested deeper than {MAX_DEPTH} levels") from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    if _SURROGATE_ESCAPE.search(data) is not None:
        _check_surrogates(value)
    return value


def stringify(value: object) -> bytes:
    """A JSON value as the UTF-8 bytes of JavaScript's `JSON.stringify`: no spaces, keys in order, text without escapes.

    A `Decimal` is written in plain digits with all its decimals: `Decimal("200.00")` becomes `200.00`. JavaScript
    itself would write 200. An `int` is written in full; JavaScript is exact only up to 2^53 - 1. Keys that look like
    array indices come first in ascending order, as in every JavaScript object. Raises TypeError for a float and for any
    other value that JSON does not have.
    """
    text = _write(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _escape_lone_surrogates(text).encode()


def is_canonical(data: bytes) -> bool:
    """Whether these are the bytes that `JSON.stringify` writes of their value.

    False for text that two readers could understand differently, and for a number that JavaScript writes otherwise.
    """
    try:
        return stringify(_as_javascript(parse(data))) == data
    except JsonError:
        return False


def _as_javascript(value: object) -> object:
    """The value with each number as JavaScript writes it in plain digits. Raises JsonError where it has none."""
    if isinstance(value, dict):
        return {key: _as_javascript(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_javascript(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    number = Decimal(value).normalize()
    if number.copy_abs() > MAX_SAFE_INTEGER or 0 < number.copy_abs() < _SMALLEST_PLAIN:
        raise JsonError(f"{value} is beyond the numbers that JavaScript writes exactly and in plain digits")
    if number == int(number):
        return int(number)
    if len(number.as_tuple().digits) > _EXACT_DIGITS:
        raise JsonError(f"{value} has more digits than JavaScript keeps")
    return number


def _decode(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise JsonError(f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}") from None
    if text.startswith("\ufeff"):
        raise JsonError("begins with a byte order mark, which JSON texts must not have")
    return text


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise JsonError(f"a number of {len(text)} characters, the limit is {MAX_DIGITS}")
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_DIGITS:
        raise JsonError(f"a number of {len(text)} characters, the limit is {MAX_DIGITS}")
    exponent = text.lower().partition("e")[2] or "0"
    if abs(int(exponent)) > MAX_DIGITS:
        raise JsonError(f"a number with the exponent {clipped(exponent, 20)}, the limit is {MAX_DIGITS}")
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise JsonError(f"{text} is not a JSON number", Flaw.NOT_A_NUMBER if text == "NaN" else None)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise JsonError(f"the key {clipped(twice, 60)!r} stands twice in one object", Flaw.KEY_TWICE)
    return found


# One decoder for all texts. `json.loads` would make one for each text, which takes longer than reading a short text.
_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_object
)


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node) if isinstance(child, (dict, list))]
        if not level:
            return
    raise JsonError(f"nested deeper than {MAX_DEPTH} levels")


def _check_surrogates(value: object) -> None:
    if isinstance(value, str) and _LONE_SURROGATE.search(value) is not None:
        raise JsonError("half of a surrogate pair stands alone in a string, which is no Unicode text")
    for child in _children(value):
        _check_surrogates(child)
    if isinstance(value, dict):
        for key in value:
            _check_surrogates(key)


def _write(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _write_decimal(value)
    if isinstance(value, Mapping):
        return _write_object(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join([_write(each) for each in value])}]"
    raise TypeError(f"{type(value).__name__} is not JSON: money is int or Decimal, never float")


def _write_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError(f"{value} is not a JSON number")
    return format(value, "f")


def _write_object(value: Mapping[str, object]) -> str:
    keys = _javascript_order(value) if value and min(value) < ":" else value
    members = [
        # Most values are text, which is written without a call of `_write`.
        f"{encode_basestring(key)}:{encode_basestring(each) if type(each := value[key]) is str else _write(each)}"
        for key in keys
    ]
    return "{" + ",".join(members) + "}"


def _javascript_order(keys: Iterable[str]) -> list[str]:
    def index(key: str) -> int | None:
        return int(key) if _ARRAY_INDEX.match(key) and int(key) <= _LARGEST_ARRAY_INDEX else None

    return sorted((key for key in keys if index(key) is not None), key=int) + [k for k in keys if index(k) is None]


def _escape_lone_surrogates(text: str) -> str:
    """The text with each pair of surrogates as one character, as in JavaScript, and each single one escaped."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", joined)
