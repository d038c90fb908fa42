"""Makes and checks the HTTP Basic authorization (RFC 7617) of the sportsbook contract.

Users and passwords are encoded as UTF-8, which RFC 7617 recommends.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from harness.contracts.shared.authentication import CredentialField, Credentials

REQUIRED = ("authorization",)

CREDENTIALS = (
    CredentialField(name="user", variable="WALLET_USER", secret=False),
    CredentialField(name="password", variable="WALLET_PASSWORD"),
)

SECURITY: Mapping[str, Mapping[str, str]] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "RFC 7617: the word Basic, a space, and base64 of user, colon, password as UTF-8 text.",
    },
}
"""The authorization as OpenAPI security schemes."""


def sign(body: bytes, credentials: Credentials, now_ms: int) -> tuple[tuple[str, str], ...]:
    """The headers of a request. Basic authorization depends on neither the body nor the time."""
    return (
        ("content-type", "application/json"),
        ("authorization", basic(f"{credentials['user']}:{credentials['password']}")),
    )


def verify(headers: Mapping[str, str], body: bytes, credentials: Credentials, now_ms: int) -> str:
    """The reason why a request is not authentic, or an empty string. Compares in constant time."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "the header authorization is missing or not Basic"
    try:
        given = base64.b64decode(encoded.strip().encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return "the Basic credentials are not base64"
    user, colon, password = given.partition(b":")
    right_user = hmac.compare_digest(user, credentials["user"].encode())
    right_password = hmac.compare_digest(password, credentials["password"].encode())
    return "" if colon and right_user and right_password else "the user or the password is wrong"


def basic(text: str) -> str:
    """The header value for a text. The right text is user, colon, password."""
    return f"Basic {base64.b64encode(text.encode()).decode()}"
