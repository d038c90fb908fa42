"""Further mistakes that a wallet's developer makes with the HMAC signature: the body written anew, the secret decoded.

Pre-flight sends them when a rightly signed call is refused. A wallet that believes one of them is wrong in just that
way. None of them is a forgery that a scenario sends: some sound wallets take upper-case digits, for instance.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from harness.contracts import Credentials
from harness.contracts.hmac_headers import FORGERIES, MISTAKES
from harness.model import Request

_INTEGER = re.compile(rb'("(?:[^"\\\\]|\\\\.)*")|(-?[0-9]+)(?![0-9.eE])')


def _header(request: Request, name: str) -> str:
    return next((value for key, value in request.headers if key == name), "")


def _with_signature(request: Request, signature: str) -> Request:
    headers = tuple((name, signature if name == "x-signature" else value) for name, value in request.headers)
    return replace(request, headers=headers)


def _over(request: Request, credentials: Credentials, body: bytes) -> Request:
    """A signature of another form of the body; where this body has no other form, one of nobody."""
    return _signed(request, credentials.secret.encode(), body) if body != request.body else _with_signature(request, "")


def _signed(request: Request, key: bytes, body: bytes) -> Request:
    message = b"|".join((body, _header(request, "x-timestamp").encode()))
    return _with_signature(request, hmac.new(key, message, hashlib.sha256).hexdigest())


def _rewritten(body: bytes, *, sort_keys: bool = False, ascii_only: bool = False) -> bytes:
    """The body as a JSON library would write it after reading it; a body that is no JSON stays as it is."""
    try:
        value = json.loads(body, parse_float=Decimal)
        text = json.dumps(value, sort_keys=sort_keys, ensure_ascii=ascii_only, separators=(",", ":"), default=str)
    except (ValueError, RecursionError):
        return body
    return text.encode("utf-8", "surrogatepass")


def _sorted_keys(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with its keys in alphabetical order."""
    return _over(request, credentials, _rewritten(request.body, sort_keys=True))


def _ascii_escaped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with every character beyond ASCII escaped."""
    return _over(request, credentials, _rewritten(request.body, ascii_only=True))


def _floats_for_integers(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with its integers written as floats."""
    body = _INTEGER.sub(lambda match: match[1] or match[2] + b".0", request.body)
    return _over(request, credentials, body)


def _upper_case_hex(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right digest in upper-case digits, where lower case is due."""
    return _with_signature(request, _header(request, "x-signature").upper())


def _secret_as_hex(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret read as hex digits; without a hex secret, a signature of nobody."""
    try:
        return _signed(request, bytes.fromhex(credentials.secret), request.body)
    except ValueError:
        return _with_signature(request, "")


def _secret_as_base64(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret read as base64; without a base64 secret, a signature of nobody."""
    try:
        return _signed(request, base64.b64decode(credentials.secret, validate=True), request.body)
    except (ValueError, binascii.Error):
        return _with_signature(request, "")


def _key_and_message_swapped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The message is the key of the HMAC, and the secret its message."""
    message = b"|".join((request.body, _header(request, "x-timestamp").encode()))
    return _with_signature(request, hmac.new(message, credentials.secret.encode(), hashlib.sha256).hexdigest())


REWRITTEN: Mapping[str, Callable[[Request, Credentials, int], Request]] = {
    "sorted_keys": _sorted_keys,
    "ascii_escaped": _ascii_escaped,
    "floats_for_integers": _floats_for_integers,
    "upper_case_hex": _upper_case_hex,
    "secret_as_hex": _secret_as_hex,
    "secret_as_base64": _secret_as_base64,
    "key_and_message_swapped": _key_and_message_swapped,
}

ALL_FORGERIES: Mapping[str, Callable[[Request, Credentials, int], Request]] = {**FORGERIES, **REWRITTEN}
ALL_MISTAKES = (*MISTAKES, *REWRITTEN)
"""In the order in which pre-flight tries them."""
