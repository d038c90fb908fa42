"""Further mistakes of wallet developers with the HMAC signature, such as a body written again or a decoded secret.

Pre-flight sends them if the wallet refuses a rightly signed call. A wallet that accepts one of them makes that mistake.
Scenarios do not send them: some sound wallets accept upper-case digits, for instance.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal

from harness.contracts.casino.authentication import RAW
from harness.contracts.casino.spoiling import digested, header, signed_text, with_headers
from harness.contracts.shared.authentication import Credentials, forgery
from harness.model import Level, Request

_INTEGER = re.compile(rb'("(?:[^"\\]|\\.)*")|(?<![0-9.eE+-])(-?[0-9]+)(?![0-9.eE])')
"""A JSON string, or a number of digits alone."""

_TRANSACTIONS = re.compile(rb'\{"transactions":(.*)\}', re.DOTALL)


def _over(request: Request, credentials: Credentials, body: bytes) -> Request:
    """A signature of another form of the body, or an empty signature if the body has only one form."""
    if body == request.body:
        return with_headers(request, x_signature="")
    return _signed(request, credentials["secret"].encode(), body)


def _signed(request: Request, key: bytes, body: bytes) -> Request:
    return digested(request, key, signed_text(replace(request, body=body)))


def _rewritten(body: bytes, *, sort_keys: bool = False, ascii_only: bool = False, spaces: bool = False) -> bytes:
    """The body as a JSON library would write it after reading it.

    A body without JSON or with a fraction stays unchanged. Libraries differ in how they write fractions, and this
    contract's money has none.
    """
    separators = (", ", ": ") if spaces else (",", ":")
    try:
        value = json.loads(body, parse_float=Decimal)
        text = json.dumps(value, sort_keys=sort_keys, ensure_ascii=ascii_only, separators=separators)
    except (ValueError, TypeError, RecursionError):
        return body
    return text.encode("utf-8", "surrogatepass")


@forgery(
    "your wallet verifies the HMAC over the body with its keys in alphabetical order",
    RAW,
    mistake="signatures of the body with its keys in alphabetical order",
)
def sorted_keys(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with its keys in alphabetical order."""
    return _over(request, credentials, _rewritten(request.body, sort_keys=True))


@forgery(
    "your wallet verifies the HMAC over the body with its keys in alphabetical order and with spaces",
    RAW,
    mistake="signatures of the body with its keys in alphabetical order and with spaces",
)
def sorted_with_spaces(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with sorted keys, and with a space after each colon and comma."""
    return _over(request, credentials, _rewritten(request.body, sort_keys=True, spaces=True))


@forgery(
    "your wallet verifies the HMAC over the body with non-ASCII text written as \\u escapes",
    RAW,
    mistake="signatures of the body with non-ASCII text written as \\u escapes",
)
def ascii_escaped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with every character beyond ASCII escaped."""
    return _over(request, credentials, _rewritten(request.body, ascii_only=True))


@forgery(
    "your wallet verifies the HMAC over the body with each '/' written as '\\/'",
    RAW,
    mistake="signatures of the body with each '/' written as '\\/'",
)
def escaped_slashes(request: Request, credentials: Credentials, now_ms: int) -> Request:
    r"""The signature covers the body with each slash written as `\\/`: base64 in a session id has slashes."""
    return _over(request, credentials, request.body.replace(b"/", b"\\/"))


@forgery(
    "your wallet verifies the HMAC over the body with <, > and & written as \\u escapes",
    RAW,
    mistake="signatures of the body with <, > and & written as \\u escapes",
)
def escaped_markup(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with <, > and & escaped, as libraries do it for HTML."""
    body = request.body
    for character in b"<>&":
        body = body.replace(bytes([character]), b"\\u%04x" % character)
    return _over(request, credentials, body)


@forgery(
    "your wallet verifies the HMAC over what `transactions` holds, and not over the whole body",
    RAW,
    mistake="signatures of what `transactions` holds, and not of the whole body",
)
def transactions_alone(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers only the value of `transactions`; an empty signature if the body has none."""
    inner = _TRANSACTIONS.fullmatch(request.body)
    return _over(request, credentials, inner[1] if inner is not None else request.body)


@forgery(
    "your wallet verifies the HMAC over a body whose integers were written anew as floats (1 became 1.0)",
    RAW,
    mistake="signatures of the body with its integers written anew as floats",
)
def floats_for_integers(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers the body with its integers written as floats."""
    body = _INTEGER.sub(lambda match: match[1] or match[2] + b".0", request.body)
    return _over(request, credentials, body)


@forgery(
    slip="there is a space or a line break around the secret",
)
def trimmed_secret(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret without white space around it; an empty signature if there is none."""
    trimmed = credentials["secret"].strip()
    if trimmed == credentials["secret"]:
        return with_headers(request, x_signature="")
    return _signed(request, trimmed.encode(), request.body)


@forgery(
    "your wallet verifies the HMAC over body and timestamp with a dot between them",
    "put one '|' between body and timestamp",
    mistake="signatures of body and timestamp with a dot between them",
)
def dot_for_bar(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The signature covers body and timestamp with a dot between them."""
    message = b".".join((request.body, header(request, "x-timestamp").encode()))
    return digested(request, credentials["secret"].encode(), message)


@forgery(
    "your wallet verifies an HMAC with SHA-1",
    "use HMAC-SHA256",
    mistake="signatures by HMAC with SHA-1",
)
def sha1_digest(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """HMAC with SHA-1."""
    return digested(request, credentials["secret"].encode(), signed_text(request), "sha1")


@forgery(
    "your wallet verifies an HMAC with SHA-512",
    "use HMAC-SHA256",
    mistake="signatures by HMAC with SHA-512",
)
def sha512_digest(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """HMAC with SHA-512."""
    return digested(request, credentials["secret"].encode(), signed_text(request), "sha512")


@forgery(
    "your wallet compares with a plain hash of body, timestamp and secret, which is no HMAC",
    "use HMAC-SHA256 with the secret as key: a plain hash can be continued by who does not know the secret",
    mistake="a plain hash of body, timestamp and secret, which is no HMAC",
)
def secret_appended(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """A plain hash of body, timestamp and secret, one after the other."""
    message = b"|".join((signed_text(request), credentials["secret"].encode()))
    return with_headers(request, x_signature=hashlib.sha256(message).hexdigest())


@forgery(
    "your wallet's secret ends with a line break, which belongs to the file that it was read from",
    "strip what you read, or write the file without a line break at its end",
    mistake="signatures that are made with the secret and a line break",
)
def secret_with_newline(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret with the line break of the file that it was read from."""
    return digested(request, credentials["secret"].encode() + b"\n", signed_text(request))


@forgery(
    "your wallet compares with a digest in upper-case hex digits",
    "x-signature has lower-case digits; better, compare the decoded bytes, in constant time",
    mistake="digests in upper-case hex digits",
    level=Level.MAY,
)
def upper_case_hex(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right digest in upper-case instead of lower-case digits."""
    return with_headers(request, x_signature=header(request, "x-signature").upper())


@forgery(
    "your wallet decodes the secret as hex before it uses it as key",
    "the key is the secret's text as UTF-8 bytes, as it was given to you",
    mistake="signatures whose key is the secret decoded as hex",
)
def secret_as_hex(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret read as hex digits; an empty signature if the secret is not hex."""
    try:
        return _signed(request, bytes.fromhex(credentials["secret"]), request.body)
    except ValueError:
        return with_headers(request, x_signature="")


@forgery(
    "your wallet decodes the secret as base64 before it uses it as key",
    "the key is the secret's text as UTF-8 bytes, as it was given to you",
    mistake="signatures whose key is the secret decoded as base64",
)
def secret_as_base64(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The key is the secret read as base64; an empty signature if the secret is not base64."""
    try:
        return _signed(request, base64.b64decode(credentials["secret"], validate=True), request.body)
    except ValueError:
        return with_headers(request, x_signature="")


@forgery(
    "your wallet passes the message where the HMAC function wants the key, and the secret as message",
    "the secret is the key: check the order of the arguments of your HMAC function",
    mistake="signatures in which the message is the key, and the secret the message",
)
def key_and_message_swapped(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The message is the key of the HMAC, and the secret its message."""
    return digested(request, signed_text(request), credentials["secret"].encode())


REWRITTEN = (
    sorted_keys,
    sorted_with_spaces,
    ascii_escaped,
    escaped_slashes,
    escaped_markup,
    transactions_alone,
    floats_for_integers,
    upper_case_hex,
    secret_as_hex,
    secret_as_base64,
    secret_with_newline,
    secret_appended,
    dot_for_bar,
    sha1_digest,
    sha512_digest,
    key_and_message_swapped,
    trimmed_secret,
)
"""The mistakes in the order in which pre-flight tries them."""
