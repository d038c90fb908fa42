"""Authentication by HMAC headers, as the casino contract has it: made, checked, and spoiled in named ways.

`x-signature` is the lower-case hex of `HMAC_SHA256(secret, body + "|" + timestamp)`, `x-timestamp` the Unix time in
milliseconds, `x-api-key` names the integration.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.contracts import Credentials
from harness.model import Request

SIGNATURE_LIFE_MS = 5 * 60 * 1000
"""How long a signature is believed, either way, because clocks differ. The wallet document does not say; the sibling
API of the same vendor (operator to platform) says 5 minutes."""

REQUIRED = ("x-api-key", "x-timestamp", "x-signature")
"""The headers that the document calls required, apart from `content-type`."""

SECURITY: Mapping[str, Mapping[str, str]] = {
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "Names the integration; no secret.",
    },
    "timestamp": {
        "type": "apiKey",
        "in": "header",
        "name": "x-timestamp",
        "description": "Unix time in milliseconds, in decimal digits; the signature covers the same digits.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "x-signature",
        "description": "Lower-case hex of HMAC-SHA256, keyed with the shared secret, over the body's bytes as they "
        "arrive, a vertical bar, and the timestamp.",
    },
}
"""The three headers as OpenAPI security schemes: it has none for signatures, so each is a key in a header."""

_MILLISECONDS = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_MINUTE_MS = 60_000
_TOKEN = re.compile(rb'("(?:[^"\\]|\\.)*")|([:,])')
"""A JSON string, or one of the characters between JSON values."""


def signature(body: bytes, secret: str, timestamp: str) -> str:
    """The signature of the bytes that `JSON.stringify` wrote, sent at a time in milliseconds."""
    return hmac.new(secret.encode(), b"|".join((body, timestamp.encode())), hashlib.sha256).hexdigest()


def sign(body: bytes, credentials: Credentials, now_ms: int) -> tuple[tuple[str, str], ...]:
    """The four required headers of a body at a Unix time in milliseconds."""
    return (
        ("content-type", "application/json"),
        ("x-api-key", credentials.key),
        ("x-signature", signature(body, credentials.secret, str(now_ms))),
        ("x-timestamp", str(now_ms)),
    )


def verify(headers: Mapping[str, str], body: bytes, credentials: Credentials, now_ms: int) -> str:
    """Why a request is not to be believed, or an empty string; over the raw body and in constant time."""
    for name in REQUIRED:
        if not headers.get(name):
            return f"the header {name} is missing"
    if not _same(headers["x-api-key"], credentials.key):
        return "the API key is unknown"
    timestamp = headers["x-timestamp"]
    if _MILLISECONDS.match(timestamp) is None:
        return "the timestamp is no Unix time in milliseconds"
    if not _same(headers["x-signature"], signature(body, credentials.secret, timestamp)):
        return "the signature is wrong"
    if abs(now_ms - int(timestamp)) > SIGNATURE_LIFE_MS:
        return "the signature was made more than 5 minutes away from now"
    return ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


# --------------------------------------------------------------------------------------------------------------------
# Forgeries


def _with(request: Request, **headers: str) -> Request:
    """The request with some headers replaced; `x_signature` names `x-signature`."""
    new = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers=tuple((name, new.get(name, value)) for name, value in request.headers))


def _header(request: Request, name: str) -> str:
    return next(value for key, value in request.headers if key == name)


def _signed_by(secret: str, timestamp: str, request: Request) -> Request:
    return _with(request, x_signature=signature(request.body, secret, timestamp), x_timestamp=timestamp)


def _signing(message: bytes, request: Request, credentials: Credentials) -> Request:
    """The request with a signature of these bytes, whatever they are."""
    return _with(request, x_signature=hmac.new(credentials.secret.encode(), message, hashlib.sha256).hexdigest())


def _wrong_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Right in form, but its first digit differs."""
    good = _header(request, "x-signature")
    return _with(request, x_signature=("1" if good.startswith("0") else "0") + good[1:])


def _truncated_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Only the first half: a wallet that compares as far as the shorter text reaches is deceived."""
    return _with(request, x_signature=_header(request, "x-signature")[:32])


def _empty_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _with(request, x_signature="")


def _other_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _signed_by(f"{credentials.secret}-of-somebody-else", _header(request, "x-timestamp"), request)


def _empty_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """What a wallet without a configured secret would compute."""
    return _signed_by("", _header(request, "x-timestamp"), request)


def _key_as_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Signed with the API key, which is no secret."""
    return _signed_by(credentials.key, _header(request, "x-timestamp"), request)


def _unknown_key(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, in the name of an integration that does not exist."""
    return _with(request, x_api_key=f"{credentials.key}-unknown")


def _other_timestamp(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """An old signature beside a fresh timestamp."""
    old = str(int(_header(request, "x-timestamp")) - _MINUTE_MS)
    return _with(request, x_signature=signature(request.body, credentials.secret, old))


def _signature_of_another_body(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _with(request, x_signature=signature(b"{}", credentials.secret, _header(request, "x-timestamp")))


def _without_timestamp(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body alone."""
    return _signing(request.body, request, credentials)


def _without_separator(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers body and timestamp with nothing between them."""
    return _signing(request.body + _header(request, "x-timestamp").encode(), request, credentials)


def _timestamp_first(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the timestamp before the body."""
    return _signing(b"|".join((_header(request, "x-timestamp").encode(), request.body)), request, credentials)


def _signed_in_seconds(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the timestamp in seconds, the header has it in milliseconds."""
    seconds = str(int(_header(request, "x-timestamp")) // 1000)
    return _with(request, x_signature=signature(request.body, credentials.secret, seconds))


def _signed_with_spaces(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body as other languages write it, with a space after each colon and comma."""
    text = _TOKEN.sub(lambda match: match[1] or match[2] + b" ", request.body)
    return _with(request, x_signature=signature(text, credentials.secret, _header(request, "x-timestamp")))


def _base64_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right digest, in base64 where hex is due."""
    digest = bytes.fromhex(_header(request, "x-signature"))
    return _with(request, x_signature=base64.b64encode(digest).decode())


def _plain_hash(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """SHA-256 without any key: everybody could make it."""
    signed = b"|".join((request.body, _header(request, "x-timestamp").encode()))
    return _with(request, x_signature=hashlib.sha256(signed).hexdigest())


def _timestamp_in_seconds(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, but seconds where milliseconds are due: 1970 to a wallet that looks."""
    return _signed_by(credentials.secret, str(int(_header(request, "x-timestamp")) // 1000), request)


def _timestamp_not_a_number(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed over a timestamp that is a word."""
    return _signed_by(credentials.secret, "now", request)


FORGERIES: Mapping[str, Callable[[Request, Credentials, int], Request]] = {
    "wrong_signature": _wrong_signature,
    "truncated_signature": _truncated_signature,
    "empty_signature": _empty_signature,
    "other_secret": _other_secret,
    "empty_secret": _empty_secret,
    "key_as_secret": _key_as_secret,
    "unknown_key": _unknown_key,
    "other_timestamp": _other_timestamp,
    "signature_of_another_body": _signature_of_another_body,
    "without_timestamp": _without_timestamp,
    "without_separator": _without_separator,
    "timestamp_first": _timestamp_first,
    "signed_in_seconds": _signed_in_seconds,
    "signed_with_spaces": _signed_with_spaces,
    "base64_signature": _base64_signature,
    "plain_hash": _plain_hash,
    "timestamp_in_seconds": _timestamp_in_seconds,
    "timestamp_not_a_number": _timestamp_not_a_number,
}
"""Named ways to spoil a well-signed request; only the last two are signed as the document says."""

MISTAKES = (
    "without_timestamp",
    "without_separator",
    "timestamp_first",
    "signed_in_seconds",
    "timestamp_in_seconds",
    "signed_with_spaces",
    "base64_signature",
    "plain_hash",
    "key_as_secret",
)
"""What a wallet's developer may have taken the signature to be: a wallet that believes one of these is wrong itself."""
