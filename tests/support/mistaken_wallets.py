"""Casino wallets with one mistake each that pre-flight must find."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from decimal import Decimal

from credentials_at_hand import public_of, secret_of
from preflight_at_hand import CREDENTIALS

from harness.contracts import Contract
from mock_server.wallet import Wallet

Signature = Callable[[str, bytes, str], str]
"""A function from the secret, the body and the timestamp to the signature."""


def hmac_sha256(key: str | bytes, message: bytes) -> str:
    return hmac.new(key.encode() if isinstance(key, str) else key, message, hashlib.sha256).hexdigest()


def over(body: bytes, timestamp: str) -> bytes:
    return body + b"|" + timestamp.encode()


def written(body: bytes, **options: object) -> bytes:
    """The body after reading and writing it again."""
    return json.dumps(json.loads(body, parse_float=Decimal), **options).encode()  # type: ignore[arg-type]


def as_floats(body: bytes) -> bytes:
    return body.replace(b'"amount":0,', b'"amount":0.0,')


SIGNATURES: Mapping[str, Signature] = {
    "without_timestamp": lambda secret, body, time: hmac_sha256(secret, body),
    "without_separator": lambda secret, body, time: hmac_sha256(secret, body + time.encode()),
    "timestamp_first": lambda secret, body, time: hmac_sha256(secret, time.encode() + b"|" + body),
    "signed_in_seconds": lambda secret, body, time: hmac_sha256(secret, over(body, time[:-3])),
    "signed_with_spaces": lambda secret, body, time: hmac_sha256(secret, over(written(body, ensure_ascii=False), time)),
    "sorted_keys": lambda secret, body, time: hmac_sha256(
        secret, over(written(body, sort_keys=True, separators=(",", ":")), time)
    ),
    "sorted_with_spaces": lambda secret, body, time: hmac_sha256(secret, over(written(body, sort_keys=True), time)),
    "ascii_escaped": lambda secret, body, time: hmac_sha256(secret, over(written(body, separators=(",", ":")), time)),
    "escaped_slashes": lambda secret, body, time: hmac_sha256(secret, over(body.replace(b"/", rb"\/"), time)),
    "escaped_markup": lambda secret, body, time: hmac_sha256(
        secret,
        over(body.replace(b"&", rb"\u0026").replace(b"<", rb"\u003c").replace(b">", rb"\u003e"), time),
    ),
    "transactions_alone": lambda secret, body, time: hmac_sha256(
        secret,
        over(json.dumps(json.loads(body, parse_float=Decimal)["transactions"], separators=(",", ":")).encode(), time),
    ),
    "floats_for_integers": lambda secret, body, time: hmac_sha256(secret, over(as_floats(body), time)),
    "dot_for_bar": lambda secret, body, time: hmac_sha256(secret, body + b"." + time.encode()),
    "sha1_digest": lambda secret, body, time: hmac.new(secret.encode(), over(body, time), hashlib.sha1).hexdigest(),
    "sha512_digest": lambda secret, body, time: hmac.new(secret.encode(), over(body, time), hashlib.sha512).hexdigest(),
    "base64_signature": lambda secret, body, time: base64.b64encode(
        bytes.fromhex(hmac_sha256(secret, over(body, time)))
    ).decode(),
    "upper_case_hex": lambda secret, body, time: hmac_sha256(secret, over(body, time)).upper(),
    "secret_as_hex": lambda secret, body, time: hmac_sha256(bytes.fromhex(secret), over(body, time)),
    "secret_as_base64": lambda secret, body, time: hmac_sha256(base64.b64decode(secret), over(body, time)),
    "secret_with_newline": lambda secret, body, time: hmac_sha256(secret + "\n", over(body, time)),
    "secret_appended": lambda secret, body, time: hashlib.sha256(over(body, time) + b"|" + secret.encode()).hexdigest(),
    "key_and_message_swapped": lambda secret, body, time: hmac_sha256(over(body, time), secret.encode()),
    "key_as_secret": lambda secret, body, time: hmac_sha256(public_of(CREDENTIALS["casino"]), over(body, time)),
    "plain_hash": lambda secret, body, time: hashlib.sha256(over(body, time)).hexdigest(),
}


def wallet_signing(signature: Signature) -> type[Wallet]:
    class Mistaken(Wallet):
        def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
            secret = secret_of(self.credentials[contract.name])
            right = signature(secret, body, headers.get("x-timestamp", ""))
            return "" if headers.get("x-signature") == right else "the signature is wrong"

    return Mistaken


class WantsSeconds(Wallet):
    """Signs as the document says, but takes the timestamp for seconds."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        time = headers.get("x-timestamp", "")
        if not time.isdigit() or abs(int(time) - self.now_ms() // 1000) > 300:
            return "the timestamp is far away"
        right = hmac_sha256(secret_of(self.credentials[contract.name]), over(body, time))
        return "" if headers.get("x-signature") == right else "the signature is wrong"


CASINO_WALLETS: Mapping[str, type[Wallet]] = {
    **{name: wallet_signing(each) for name, each in SIGNATURES.items()},
    "timestamp_in_seconds": WantsSeconds,
}
