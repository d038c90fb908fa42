"""Authentication that is too lax, or made in another way than the document says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Outcome
from harness.verdict.causes.case import Case, Diagnosis

_RAW = "verify HMAC_SHA256(secret, body + '|' + x-timestamp) over the raw body, before any JSON library reads it"

_MISTAKES: Mapping[str, tuple[str, str]] = {
    "without_timestamp": (
        "your wallet verifies the HMAC over the body alone, without '|' and the timestamp",
        "sign body, a vertical bar and the header x-timestamp",
    ),
    "without_separator": (
        "your wallet verifies the HMAC over body and timestamp with nothing between them",
        "put one '|' between body and timestamp",
    ),
    "timestamp_first": (
        "your wallet verifies the HMAC over timestamp, '|', body: the wrong way round",
        "sign the body first, then '|' and the timestamp",
    ),
    "signed_in_seconds": (
        "your wallet verifies the HMAC over a timestamp in seconds",
        "use the header x-timestamp as it is sent, in milliseconds",
    ),
    "timestamp_in_seconds": (
        "your wallet expects x-timestamp in seconds",
        "x-timestamp is Unix time in milliseconds",
    ),
    "signed_with_spaces": (
        "your wallet verifies the HMAC over the body with spaces after ':' and ',', as many JSON libraries write it",
        _RAW,
    ),
    "sorted_keys": ("your wallet verifies the HMAC over the body with its keys in alphabetical order", _RAW),
    "sorted_with_spaces": (
        "your wallet verifies the HMAC over the body with its keys in alphabetical order and with spaces",
        _RAW,
    ),
    "escaped_slashes": ("your wallet verifies the HMAC over the body with each '/' written as '\\/'", _RAW),
    "escaped_markup": ("your wallet verifies the HMAC over the body with <, > and & written as \\u escapes", _RAW),
    "transactions_alone": (
        "your wallet verifies the HMAC over what `transactions` holds, and not over the whole body",
        _RAW,
    ),
    "dot_for_bar": (
        "your wallet verifies the HMAC over body and timestamp with a dot between them",
        "put one '|' between body and timestamp",
    ),
    "sha1_digest": ("your wallet verifies an HMAC with SHA-1", "use HMAC-SHA256"),
    "sha512_digest": ("your wallet verifies an HMAC with SHA-512", "use HMAC-SHA256"),
    "secret_with_newline": (
        "your wallet's secret ends with a line break, which belongs to the file that it was read from",
        "strip what you read, or write the file without a line break at its end",
    ),
    "secret_appended": (
        "your wallet compares with a plain hash of body, timestamp and secret, which is no HMAC",
        "use HMAC-SHA256 with the secret as key: a plain hash can be continued by who does not know the secret",
    ),
    "ascii_escaped": ("your wallet verifies the HMAC over the body with non-ASCII text written as \\u escapes", _RAW),
    "floats_for_integers": (
        "your wallet verifies the HMAC over a body whose integers were written anew as floats (1 became 1.0)",
        _RAW,
    ),
    "base64_signature": (
        "your wallet expects the digest in base64",
        "x-signature is the digest in 64 lower-case hex digits",
    ),
    "upper_case_hex": (
        "your wallet compares with a digest in upper-case hex digits",
        "x-signature has lower-case digits; better, compare the decoded bytes, in constant time",
    ),
    "secret_as_hex": (
        "your wallet decodes the secret as hex before it uses it as key",
        "the key is the secret's text as UTF-8 bytes, as it was given to you",
    ),
    "secret_as_base64": (
        "your wallet decodes the secret as base64 before it uses it as key",
        "the key is the secret's text as UTF-8 bytes, as it was given to you",
    ),
    "key_and_message_swapped": (
        "your wallet passes the message where the HMAC function wants the key, and the secret as message",
        "the secret is the key: check the order of the arguments of your HMAC function",
    ),
    "plain_hash": (
        "your wallet takes a plain SHA-256 for the signature, which everybody can compute",
        "use HMAC-SHA256 with the shared secret",
    ),
    "key_as_secret": (
        "your wallet verifies with the API key instead of the secret",
        "use the secret; the API key is sent in the clear with every request",
    ),
    "zero_amount": (
        "an amount of 0 is refused as invalid",
        "take 0 as an amount: it says that a bet was lost, and is how a balance is asked for",
    ),
    "not_encoded": (
        "your wallet compares the header with user and password in the clear",
        "decode what follows `Basic ` from base64, and split it at the first colon",
    ),
    "encoded_twice": (
        "your wallet decodes the credentials from base64 twice",
        "decode what follows `Basic ` once; perhaps the web framework has done it already",
    ),
    "without_padding": (
        "your wallet expects base64 without the equals signs at its end",
        "take the standard base64 of RFC 4648, with padding",
    ),
    "url_safe_base64": (
        "your wallet expects the base64 alphabet of URLs, with - and _",
        "take the standard base64 alphabet of RFC 4648, with + and /",
    ),
    "latin1_text": (
        "your wallet reads user and password as Latin-1",
        "read them as UTF-8, as RFC 7617 recommends, or use credentials in ASCII",
    ),
    "not_basic": (
        "your wallet looks for another scheme than Basic",
        "take `Authorization: Basic base64(user:password)`",
    ),
}
"""Mistake in signing to what the wallet does then, and the remedy."""

_ACCEPTED: Mapping[str, tuple[str, str]] = {
    "truncated_signature": (
        "the signature is compared only as far as the shorter text reaches, or only by its beginning",
        "compare the whole digest, in constant time (hmac.compare_digest, MessageDigest.isEqual)",
    ),
    "other_secret": (
        "a signature that was made with another secret is believed",
        "verify with the one secret that belongs to the request's x-api-key",
    ),
    "signature_of_another_body": (
        "a signature that was made for another body is believed",
        "compute the digest over the body that was received, and over nothing that was stored",
    ),
    "empty_signature": ("an empty signature counts as none to verify", "refuse a request without a whole signature"),
    "empty_secret": (
        "a signature with an empty key is believed: the wallet runs without a secret somewhere",
        "refuse to start without a secret, and never fall back to an empty one",
    ),
    "unknown_key": ("the API key is not looked at", "compare x-api-key with the one that belongs to the secret"),
    "other_timestamp": (
        "the timestamp that is verified is not the one of the header",
        "put the received header x-timestamp into the signed text, and nothing else",
    ),
    "wrong_password": ("the password is not looked at", "compare user and password, both, in constant time"),
    "wrong_user": ("the user is not looked at", "compare user and password, both, in constant time"),
    "empty_password": ("an empty password is believed", "compare user and password, both, in constant time"),
    "truncated_password": (
        "the password is compared only by its beginning",
        "compare the whole password, in constant time",
    ),
    "other_case": (
        "user or password are compared without regard to case, as by a database with a case-insensitive collation",
        "compare bytes, in constant time",
    ),
    "malformed_basic": ("credentials that are no base64 are believed", "refuse what cannot be decoded"),
    "without_colon": ("credentials without a password are believed", "refuse what has no colon after the user"),
    "empty_authorization": ("an empty authorization is believed", "refuse a request without credentials"),
}

_SITUATIONS: Mapping[str, tuple[str, str]] = {
    "forged": (
        "the signature is not verified on this operation, or the booking comes before the verification",
        "verify in one place, in front of every operation, before anything is read or booked",
    ),
    "tampered": (
        "the body that is booked is not the body whose signature was verified",
        "verify the signature over the raw body that is then read",
    ),
    "missing_header": (
        "a request without one of the authentication headers is taken as one without anything to verify",
        "refuse a request in which any of the required headers is missing",
    ),
    "stale": (
        "the age of the timestamp is not looked at, so a recorded request can be sent again for ever",
        "refuse a timestamp that is more than five minutes away from the wallet's clock",
    ),
}

CONSEQUENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        _SITUATIONS["forged"][0],
        tuple(cause for cause, _ in (*_ACCEPTED.values(), *_MISTAKES.values(), *_SITUATIONS.values())),
    ),
)
"""A wallet that verifies nothing believes every forgery: one thing to repair."""


def of_mistake(name: str) -> Diagnosis | None:
    """What a wallet does that refuses a good call and believes one with this mistake; `zero_amount` is no mistake."""
    found = _MISTAKES.get(name)
    return Diagnosis(*found) if found is not None else None


def diagnoses(case: Case) -> Iterator[Diagnosis]:
    """Which part of the authentication is not verified."""
    if case.situation not in _SITUATIONS or case.verdict.wrong == "code":
        return
    if case.exchange is not None and case.exchange.reply is not None and case.outcome is not Outcome.OK:
        yield Diagnosis(
            "a request that was rejected for its credentials has moved money: it is booked before it is verified",
            "verify first, in front of every operation, before anything is read or booked",
        )
    if case.situation == "forged":
        forgery = case.narrowed or _forgery(case)
        if forgery in _ACCEPTED and not _believes_any(case, forgery):
            yield Diagnosis(*_ACCEPTED[forgery])
        elif forgery in _MISTAKES and not _believes_any(case, forgery):
            yield Diagnosis(*_MISTAKES[forgery])
    yield Diagnosis(*_SITUATIONS[case.situation])


def _forgery(case: Case) -> str:
    return case.exchange.alteration.forged if case.exchange is not None else ""


def _believes_any(case: Case, forgery: str) -> bool:
    """Whether another forgery was believed too: then nothing is verified at all."""
    return any(
        each.alteration.forged and each.alteration.forged != forgery and each.reply is not None and each.reply.accepted
        for each in case.history.exchanges
    )
