"""Makes and checks the HMAC headers of the casino contract.

* `x-signature` is the lower-case hex of `HMAC_SHA256(secret, body + "|" + timestamp)`.
* `x-timestamp` is the Unix time in milliseconds.
* `x-api-key` names the integration.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

from harness.contracts.shared.authentication import CredentialField, Credentials, Remedy

SIGNATURE_LIFE_MS = 5 * 60 * 1000
"""How long a signature is valid before and after its timestamp, because clocks differ.

The wallet document gives no time. The vendor's other API (operator to platform) gives 5 minutes."""

REQUIRED = ("x-api-key", "x-timestamp", "x-signature")
"""The headers that the document calls required, apart from `content-type`."""

CREDENTIALS = (
    CredentialField(name="api_key", variable="WALLET_API_KEY", secret=False),
    CredentialField(name="secret", variable="WALLET_SECRET"),
)

SIGNATURES = ("x-signature",)

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
"""The three headers as OpenAPI security schemes. OpenAPI has no scheme for signatures, so each is an `apiKey`."""

RAW = "verify HMAC_SHA256(secret, body + '|' + x-timestamp) over the raw body, before any JSON library reads it"
"""The fix for a wallet that parses and writes the body again before it verifies the signature."""

_MARKUP = re.compile(r"[<>&/]")
_MILLISECONDS = re.compile(r"[0-9]{1,15}\Z", re.ASCII)


def signature(body: bytes, secret: str, timestamp: str) -> str:
    """The signature of a body's exact bytes; the timestamp is in Unix milliseconds."""
    return hmac.digest(secret.encode(), b"|".join((body, timestamp.encode())), "sha256").hex()


def sign(body: bytes, credentials: Credentials, now_ms: int) -> tuple[tuple[str, str], ...]:
    """The four required headers of a body at a Unix time in milliseconds."""
    return (
        ("content-type", "application/json"),
        ("x-api-key", credentials["api_key"]),
        ("x-signature", signature(body, credentials["secret"], str(now_ms))),
        ("x-timestamp", str(now_ms)),
    )


def verify(headers: Mapping[str, str], body: bytes, credentials: Credentials, now_ms: int) -> str:
    """The reason why a request is not authentic, or an empty string. Compares in constant time, over the raw body."""
    for name in REQUIRED:
        if not headers.get(name):
            return f"the header {name} is missing"
    if not _same(headers["x-api-key"], credentials["api_key"]):
        return "the API key is unknown"
    timestamp = headers["x-timestamp"]
    if _MILLISECONDS.match(timestamp) is None:
        return "the timestamp is no Unix time in milliseconds"
    if not _same(headers["x-signature"], signature(body, credentials["secret"], timestamp)):
        return "the signature is wrong"
    if abs(now_ms - int(timestamp)) > SIGNATURE_LIFE_MS:
        return "the signature was made more than 5 minutes away from now"
    return ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


_LARGE_BYTES = 4096
"""A body that servers read in several pieces."""


def unbelieved(body: bytes) -> Remedy:
    """What is probably wrong with a wallet that refuses the right signature of this body."""
    text = body.decode("utf-8", "replace")
    if not text.isascii() and len(body) > _LARGE_BYTES:
        return Remedy(
            "your wallet decodes a large body piece by piece as it is read, which destroys a character across two "
            "pieces, or it verifies the HMAC over a body that it wrote anew",
            f"collect the bytes of the body first, and decode them once; {RAW}",
        )
    if not text.isascii():
        return Remedy(
            "your wallet verifies the HMAC over a body that it wrote anew: text beyond ASCII came out as \\u escapes, "
            "or in another encoding",
            RAW,
        )
    if _MARKUP.search(text):
        return Remedy(
            "your wallet verifies the HMAC over a body that it wrote anew: <, >, & or / came out escaped, as some JSON "
            "libraries do",
            RAW,
        )
    return Remedy("a request that is signed as documented is not believed", RAW)
