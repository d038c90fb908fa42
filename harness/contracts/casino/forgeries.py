"""Requests with spoilt HMAC headers, and the error of a wallet that accepts one of them."""

from __future__ import annotations

import base64
import hashlib
import re

from harness.contracts.casino.authentication import RAW, signature
from harness.contracts.casino.spoiling import digested, header, signed_text, with_headers
from harness.contracts.shared.authentication import Credentials, Remedy, Shell, forgery, in_another_case
from harness.model import Level, Request

_SECRET = '"$WALLET_SECRET"'
_SIGNED = """'%s|%s' "$BODY" "$TIMESTAMP" |"""
_CLOCK = "$(($(date +%s)*1000))"
_FORM = Remedy(
    "the form of the timestamp is not looked at",
    "refuse an x-timestamp that is not Unix time in milliseconds, close to the wallet's clock",
)
_UNKNOWN_KEY = (("x-api-key", "$WALLET_API_KEY-unknown"),)
_UNKNOWN_FIRST = "refuse an unknown x-api-key before any signature is computed, and refuse an empty secret"
_ACCEPTED_ONCE = "a signature that was accepted once is believed again without being computed"
_COMPUTE_AGAIN = "compute the digest for every request, over the body and the timestamp that were received"
_MINUTE_MS = 60_000
_TOKEN = re.compile(rb'("(?:[^"\\]|\\.)*")|([:,])')
"""A JSON string, or one of the characters between JSON values."""


def _signed_by(secret: str, timestamp: str, request: Request) -> Request:
    return with_headers(request, x_signature=signature(request.body, secret, timestamp), x_timestamp=timestamp)


def _signing(message: bytes, request: Request, credentials: Credentials) -> Request:
    """The request with a signature of these bytes in place of the documented text."""
    return digested(request, credentials["secret"].encode(), message)


@forgery(
    shell=Shell(added='SIGNATURE=$(printf %s "$SIGNATURE" | tr 0-9a-f 1-9a-f0)'),
)
def wrong_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right signature with another first digit."""
    good = header(request, "x-signature")
    return with_headers(request, x_signature=("1" if good.startswith("0") else "0") + good[1:])


@forgery(
    "the signature is compared only as far as the shorter text reaches, or only by its beginning",
    "compare the whole digest, in constant time (hmac.compare_digest, MessageDigest.isEqual)",
    shell=Shell(added='SIGNATURE=$(printf %.32s "$SIGNATURE")'),
)
def truncated_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Only the first half of the signature. A wallet that compares only a prefix accepts it."""
    return with_headers(request, x_signature=header(request, "x-signature")[:32])


@forgery(
    "an empty signature counts as none to verify",
    "refuse a request without a whole signature",
    shell=Shell(headers=(("x-signature", ""),)),
)
def empty_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The header with an empty value."""
    return with_headers(request, x_signature="")


@forgery(
    "a signature that was made with another secret is believed",
    "verify with the one secret that belongs to the request's x-api-key",
    shell=Shell(replaced=((_SECRET, '"$WALLET_SECRET-of-somebody-else"'),)),
)
def other_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Signed with another secret."""
    return _signed_by(f"{credentials['secret']}-of-somebody-else", header(request, "x-timestamp"), request)


@forgery(
    "a signature with an empty key is believed: the wallet runs without a secret somewhere",
    "refuse to start without a secret, and never fall back to an empty one",
    shell=Shell(replaced=((_SECRET, "''"),)),
)
def empty_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Signed with an empty secret, as a wallet without a configured secret would compute it."""
    return _signed_by("", header(request, "x-timestamp"), request)


@forgery(
    "your wallet verifies with the API key instead of the secret",
    "use the secret; the API key is sent in the clear with every request",
    mistake="signatures that are made with the API key instead of the secret",
    shell=Shell(replaced=((_SECRET, '"$WALLET_API_KEY"'),)),
)
def key_as_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Signed with the API key, which is no secret."""
    return _signed_by(credentials["api_key"], header(request, "x-timestamp"), request)


@forgery(
    "the API key is not looked at",
    "compare x-api-key with the one that belongs to the secret",
    shell=Shell(headers=(("x-api-key", "$WALLET_API_KEY-unknown"),)),
)
def unknown_key(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, with the API key of an integration that does not exist."""
    return with_headers(request, x_api_key=f"{credentials['api_key']}-unknown")


@forgery(
    "API keys are compared without regard to case, as by a database with a case-insensitive collation",
    "compare bytes, in constant time",
    shell=Shell(headers=(("x-api-key", "$(printf %s $WALLET_API_KEY | tr a-zA-Z A-Za-z)"),)),
    near="unknown_key",
)
def key_in_another_case(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, with the letters of the API key in the other case. A key without letters gets one more."""
    return with_headers(request, x_api_key=in_another_case(credentials["api_key"]))


@forgery(
    "the API key is compared only by its beginning",
    "compare the whole key, in constant time",
    shell=Shell(headers=(("x-api-key", "${WALLET_API_KEY%?}"),)),
    near="unknown_key",
)
def shortened_key(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, with the API key without its last character."""
    return with_headers(request, x_api_key=credentials["api_key"][:-1])


def _of_unknown_key(secret: str, request: Request, credentials: Credentials) -> Request:
    """The request with the API key of an integration that does not exist, and with that secret."""
    unknown = with_headers(request, x_api_key=f"{credentials['api_key']}-unknown")
    return _signed_by(secret, header(request, "x-timestamp"), unknown)


@forgery(
    "an unknown API key has an empty secret: nothing is found, and nothing is what the signature is verified with",
    _UNKNOWN_FIRST,
    shell=Shell(replaced=((_SECRET, "''"),), headers=_UNKNOWN_KEY),
)
def unknown_key_without_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The API key of an integration that does not exist, signed with an empty secret."""
    return _of_unknown_key("", request, credentials)


@forgery(
    "the secret of an unknown API key is the key itself",
    _UNKNOWN_FIRST,
    shell=Shell(replaced=((_SECRET, '"$WALLET_API_KEY-unknown"'),), headers=_UNKNOWN_KEY),
)
def unknown_key_as_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The API key of an integration that does not exist, signed with that key."""
    return _of_unknown_key(f"{credentials['api_key']}-unknown", request, credentials)


@forgery(
    "the secret of an unknown API key is the text `null`: a missing value was made into text",
    _UNKNOWN_FIRST,
    shell=Shell(replaced=((_SECRET, "null"),), headers=_UNKNOWN_KEY),
)
def unknown_key_signed_with_null(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The API key of an integration that does not exist, signed with the text `null`."""
    return _of_unknown_key("null", request, credentials)


@forgery(
    "the secret of an unknown API key is the text `undefined`: a missing value was made into text",
    _UNKNOWN_FIRST,
    shell=Shell(replaced=((_SECRET, "undefined"),), headers=_UNKNOWN_KEY),
)
def unknown_key_signed_with_undefined(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The API key of an integration that does not exist, signed with the text `undefined`."""
    return _of_unknown_key("undefined", request, credentials)


@forgery(
    "the timestamp that is verified is not the one of the header",
    "put the received header x-timestamp into the signed text, and nothing else",
    shell=Shell(replaced=((_SIGNED, """'%s|%s' "$BODY" "$((TIMESTAMP-60000))" |"""),)),
)
def other_timestamp(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """An old signature beside a fresh timestamp."""
    old = str(int(header(request, "x-timestamp")) - _MINUTE_MS)
    return with_headers(request, x_signature=signature(request.body, credentials["secret"], old))


@forgery(
    "a signature that was made for another body is believed",
    "compute the digest over the body that was received, and over nothing that was stored",
    shell=Shell(replaced=((_SIGNED, """'%s|%s' '{}' "$TIMESTAMP" |"""),)),
)
def signature_of_another_body(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right signature of an empty object."""
    return with_headers(request, x_signature=signature(b"{}", credentials["secret"], header(request, "x-timestamp")))


def _headers_of(request: Request, earlier: Request) -> Request:
    """The request with the signature and the timestamp of an earlier one, or with a later timestamp for its body."""
    if request.body == earlier.body:
        return _signature_of(request, earlier)
    old = {name: header(earlier, name) for name in ("x-signature", "x-timestamp")}
    return with_headers(request, x_signature=old["x-signature"], x_timestamp=old["x-timestamp"])


def _signature_of(request: Request, earlier: Request) -> Request:
    """The request with the signature of an earlier one, and with a later timestamp."""
    later = max(int(header(request, "x-timestamp")), int(header(earlier, "x-timestamp")) + 1)
    return with_headers(request, x_signature=header(earlier, "x-signature"), x_timestamp=str(later))


@forgery(_ACCEPTED_ONCE, _COMPUTE_AGAIN, reuse=_headers_of)
def accepted_signature_on_another_body(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Signature and timestamp of an earlier request that was accepted; without one, the signature of a list."""
    return with_headers(request, x_signature=signature(b"[]", credentials["secret"], header(request, "x-timestamp")))


@forgery(_ACCEPTED_ONCE, _COMPUTE_AGAIN, reuse=_signature_of)
def accepted_signature_at_another_time(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature of an earlier request that was accepted, with a later timestamp; without one, an old signature."""
    old = str(int(header(request, "x-timestamp")) - 2 * _MINUTE_MS)
    return with_headers(request, x_signature=signature(request.body, credentials["secret"], old))


@forgery(
    "your wallet verifies the HMAC over the body alone, without '|' and the timestamp",
    "sign body, a vertical bar and the header x-timestamp",
    mistake="signatures of the body alone, without '|' and the timestamp",
    shell=Shell(replaced=((_SIGNED, """'%s' "$BODY" |"""),)),
)
def without_timestamp(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body alone."""
    return _signing(request.body, request, credentials)


@forgery(
    "your wallet verifies the HMAC over body and timestamp with nothing between them",
    "put one '|' between body and timestamp",
    mistake="signatures of body and timestamp with nothing between them",
    shell=Shell(replaced=((_SIGNED, """'%s%s' "$BODY" "$TIMESTAMP" |"""),)),
)
def without_separator(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers body and timestamp with nothing between them."""
    return _signing(request.body + header(request, "x-timestamp").encode(), request, credentials)


@forgery(
    "your wallet verifies the HMAC over timestamp, '|', body: the wrong way round",
    "sign the body first, then '|' and the timestamp",
    mistake="signatures of timestamp, '|', body: the wrong way round",
    shell=Shell(replaced=((_SIGNED, """'%s|%s' "$TIMESTAMP" "$BODY" |"""),)),
)
def timestamp_first(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the timestamp before the body."""
    return _signing(b"|".join((header(request, "x-timestamp").encode(), request.body)), request, credentials)


@forgery(
    "your wallet verifies the HMAC over a timestamp in seconds",
    "use the header x-timestamp as it is sent, in milliseconds",
    mistake="signatures of a timestamp in seconds",
    shell=Shell(replaced=((_SIGNED, """'%s|%s' "$BODY" "$((TIMESTAMP/1000))" |"""),)),
)
def signed_in_seconds(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the timestamp in seconds. The header has it in milliseconds."""
    seconds = str(int(header(request, "x-timestamp")) // 1000)
    return with_headers(request, x_signature=signature(request.body, credentials["secret"], seconds))


@forgery(
    "your wallet verifies the HMAC over the body with spaces after ':' and ',', as many JSON libraries write it",
    RAW,
    mistake="signatures of the body with spaces after ':' and ','",
)
def signed_with_spaces(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body as other languages write it, with a space after each colon and comma."""
    text = _TOKEN.sub(lambda match: match[1] or match[2] + b" ", request.body)
    return with_headers(request, x_signature=signature(text, credentials["secret"], header(request, "x-timestamp")))


@forgery(
    "your wallet expects the digest in base64",
    "x-signature is the digest in 64 lower-case hex digits",
    mistake="digests in base64",
)
def base64_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right digest, in base64 instead of hex."""
    digest = bytes.fromhex(header(request, "x-signature"))
    return with_headers(request, x_signature=base64.b64encode(digest).decode())


@forgery(
    "your wallet takes a plain SHA-256 for the signature, which everybody can compute",
    "use HMAC-SHA256 with the shared secret",
    mistake="a plain SHA-256 for the signature, which everybody can compute",
)
def plain_hash(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """SHA-256 without a key, which everybody can compute."""
    return with_headers(request, x_signature=hashlib.sha256(signed_text(request)).hexdigest())


@forgery(
    "your wallet expects x-timestamp in seconds",
    "x-timestamp is Unix time in milliseconds",
    mistake="an x-timestamp in seconds",
    shell=Shell(replaced=((_CLOCK, "$(date +%s)"),)),
    level=Level.SHOULD,
    lenient=_FORM,
)
def timestamp_in_seconds(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed, with a timestamp in seconds. Read as milliseconds it is a time in 1970."""
    return _signed_by(credentials["secret"], str(int(header(request, "x-timestamp")) // 1000), request)


@forgery(
    shell=Shell(replaced=((_CLOCK, "now"),)),
    level=Level.SHOULD,
    lenient=_FORM,
)
def timestamp_not_a_number(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Rightly signed over a timestamp that is a word."""
    return _signed_by(credentials["secret"], "now", request)


FORGERIES = (
    wrong_signature,
    truncated_signature,
    empty_signature,
    other_secret,
    empty_secret,
    unknown_key,
    other_timestamp,
    signature_of_another_body,
    without_timestamp,
    without_separator,
    timestamp_first,
    signed_in_seconds,
    timestamp_in_seconds,
    signed_with_spaces,
    base64_signature,
    plain_hash,
    key_as_secret,
    timestamp_not_a_number,
    key_in_another_case,
    shortened_key,
    unknown_key_without_secret,
    unknown_key_as_secret,
    unknown_key_signed_with_null,
    unknown_key_signed_with_undefined,
    accepted_signature_on_another_body,
    accepted_signature_at_another_time,
)
"""The forgeries that scenarios send. Pre-flight tries the mistakes among them in this order."""
