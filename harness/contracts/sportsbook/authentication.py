"""HTTP Basic authorization (RFC 7617), as the sportsbook contract has it: made, checked, and spoiled in named ways.

Users and passwords are encoded as UTF-8, the encoding that RFC 7617 recommends and that servers can announce.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.contracts import Credentials
from harness.model import Request

REQUIRED = ("authorization",)

SECURITY: Mapping[str, Mapping[str, str]] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "RFC 7617: the word Basic, a space, and base64 of user, colon, password as UTF-8 text.",
    },
}
"""The same as OpenAPI security schemes."""


def sign(body: bytes, credentials: Credentials, now_ms: int) -> tuple[tuple[str, str], ...]:
    """The headers of a request; Basic authorization depends on neither the body nor the time."""
    return (("content-type", "application/json"), ("authorization", _basic(f"{credentials.key}:{credentials.secret}")))


def verify(headers: Mapping[str, str], body: bytes, credentials: Credentials, now_ms: int) -> str:
    """Why a request is not to be believed, or an empty string; compared in constant time."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "the header authorization is missing or not Basic"
    try:
        given = base64.b64decode(encoded.strip().encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return "the Basic credentials are not base64"
    user, colon, password = given.partition(b":")
    right_user = hmac.compare_digest(user, credentials.key.encode())
    right_password = hmac.compare_digest(password, credentials.secret.encode())
    return "" if colon and right_user and right_password else "the user or the password is wrong"


def _basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def _authorized(request: Request, value: str) -> Request:
    return replace(request, headers=tuple((k, value if k == "authorization" else v) for k, v in request.headers))


def _wrong_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, _basic(f"{credentials.key}:{credentials.secret}-wrong"))


def _wrong_user(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, _basic(f"{credentials.key}-wrong:{credentials.secret}"))


def _empty_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, _basic(f"{credentials.key}:"))


def _truncated_password(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Without its last character: a wallet that compares as far as the shorter text reaches is deceived."""
    return _authorized(request, _basic(f"{credentials.key}:{credentials.secret[:-1]}"))


def _other_case(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Letters in the other case, which some databases compare as equal; a password without letters gets one."""
    swapped = credentials.secret.swapcase()
    return _authorized(
        request, _basic(f"{credentials.key}:{swapped if swapped != credentials.secret else swapped + 'a'}")
    )


def _not_basic(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right credentials under another scheme."""
    return _authorized(request, _basic(f"{credentials.key}:{credentials.secret}").replace("Basic", "Bearer", 1))


def _malformed_basic(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The user in the clear, with characters that base64 does not have."""
    return _authorized(request, f"Basic {credentials.key.encode('ascii', 'ignore').decode()}:%%%")


def _user_and_password_swapped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, _basic(f"{credentials.secret}:{credentials.key}"))


def _trimmed(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Without white space around user and password; where there is none, nothing is proved."""
    trimmed = f"{credentials.key.strip()}:{credentials.secret.strip()}"
    return _authorized(request, _basic(trimmed if trimmed != f"{credentials.key}:{credentials.secret}" else ":"))


def _not_encoded(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """User and password in the clear; text that no header can carry stays encoded, and proves nothing then."""
    text = f"{credentials.key}:{credentials.secret}"
    return _authorized(request, f"Basic {text}" if text.isascii() and text.isprintable() else "Basic :")


def _encoded_twice(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, _basic(_basic(f"{credentials.key}:{credentials.secret}").removeprefix("Basic ")))


def _without_padding(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Without the equals signs at the end, as the base64 of URLs has it; credentials that need none prove nothing."""
    whole = _basic(f"{credentials.key}:{credentials.secret}")
    return _authorized(request, whole.rstrip("=") if whole.endswith("=") else "Basic :")


def _url_safe_base64(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """With the base64 alphabet of URLs; credentials that look the same in both prove nothing."""
    whole = _basic(f"{credentials.key}:{credentials.secret}")
    safe = whole.replace("+", "-").replace("/", "_")
    return _authorized(request, safe if safe != whole else "Basic :")


def _latin1_text(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Encoded as Latin-1, which older clients do; credentials that look the same in both prove nothing."""
    text = f"{credentials.key}:{credentials.secret}"
    encoded = b":" if text.isascii() else text.encode("latin-1", "replace")
    return _authorized(request, f"Basic {base64.b64encode(encoded).decode()}")


def _without_colon(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Only the user, without the colon that ends it."""
    return _authorized(request, _basic(credentials.key))


def _empty_authorization(request: Request, credentials: Credentials, now_ms: int) -> Request:
    return _authorized(request, "")


FORGERIES: Mapping[str, Callable[[Request, Credentials, int], Request]] = {
    "wrong_password": _wrong_password,
    "wrong_user": _wrong_user,
    "empty_password": _empty_password,
    "truncated_password": _truncated_password,
    "other_case": _other_case,
    "not_basic": _not_basic,
    "malformed_basic": _malformed_basic,
    "user_and_password_swapped": _user_and_password_swapped,
    "trimmed": _trimmed,
    "not_encoded": _not_encoded,
    "encoded_twice": _encoded_twice,
    "without_padding": _without_padding,
    "url_safe_base64": _url_safe_base64,
    "latin1_text": _latin1_text,
    "without_colon": _without_colon,
    "empty_authorization": _empty_authorization,
}
"""Named ways to spoil a rightly authorized request."""

MISTAKES = (
    "not_basic",
    "not_encoded",
    "encoded_twice",
    "without_padding",
    "url_safe_base64",
    "latin1_text",
)
"""What a wallet's developer may have taken the authorization to be: a wallet that believes it is wrong itself."""

SLIPS: Mapping[str, str] = {
    "user_and_password_swapped": "user and password are the other way round",
    "trimmed": "there is a space or a line break around the user or the password",
}
