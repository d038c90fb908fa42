"""An RSA signature over the body: the platform has the private key, the wallet the public one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness.contracts import CredentialField, Credentials, Recipe, by_name, forgery
from harness.model import Request

REQUIRED = ("arcade-operator", "arcade-signature")
SIGNATURES = ("arcade-signature",)


def new_key(text: str = "") -> str:
    """A new private key as PEM text. `text` is ignored, because an RSA key cannot be derived from a text."""
    del text
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


CREDENTIALS = (
    CredentialField(name="operator", variable="ARCADE_OPERATOR", secret=False),
    CredentialField(name="private_key", variable="ARCADE_PRIVATE_KEY", pem=True, made=new_key),
)

RECIPE = Recipe(
    lambda headers, body: (
        ("RSA with SHA-256 and PKCS #1 v1.5 over the body, in base64", headers["arcade-signature"]),
    ),
    ('SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -sign "$ARCADE_PRIVATE_KEY" | base64 | tr -d \'\\n\')',),
    {"arcade-operator": "$ARCADE_OPERATOR", "arcade-signature": "$SIGNATURE"},
)


@cache
def private(pem: str) -> rsa.RSAPrivateKey:
    """The key of a PEM text."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def signature(body: bytes, pem: str, digest: hashes.HashAlgorithm | None = None) -> str:
    """The signature of a body in base64."""
    return base64.b64encode(private(pem).sign(body, padding.PKCS1v15(), digest or hashes.SHA256())).decode()


def is_signed(body: bytes, given: str, public: rsa.RSAPublicKey) -> bool:
    """True if the holder of the private key has signed the body."""
    try:
        public.verify(base64.b64decode(given, validate=True), body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(body: bytes, credentials: Credentials, now_ms: int) -> tuple[tuple[str, str], ...]:
    """The headers of a request. The signature does not cover the time."""
    del now_ms
    return (
        ("content-type", "application/json"),
        ("arcade-operator", credentials["operator"]),
        ("arcade-signature", signature(body, credentials["private_key"])),
    )


def verify(headers: Mapping[str, str], body: bytes, credentials: Credentials, now_ms: int) -> str:
    """The reason why a request is not authentic, or an empty string."""
    del now_ms
    if headers.get("arcade-operator") != credentials["operator"]:
        return "the operator is unknown"
    public = private(credentials["private_key"]).public_key()
    return "" if is_signed(body, headers.get("arcade-signature", ""), public) else "the signature is wrong"


def _signed(request: Request, value: str) -> Request:
    headers = tuple((name, value if name == "arcade-signature" else old) for name, old in request.headers)
    return replace(request, headers=headers)


@forgery("a signature of another body is believed", "verify the signature over the body that was received")
def signature_of_another_body(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right key has signed another body."""
    del now_ms
    return _signed(request, signature(b"{}", credentials["private_key"]))


@forgery("a signature by another key is believed", "verify with the one public key of the operator")
def other_key(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """Another key has signed the body."""
    del credentials, now_ms
    return _signed(request, signature(request.body, _other()))


@forgery("the signature is verified with SHA-1", "verify with SHA-256", mistake="signatures by SHA-1")
def sha1_signature(request: Request, credentials: Credentials, now_ms: int) -> Request:
    """The right key has signed the body, with an old digest."""
    del now_ms
    return _signed(request, signature(request.body, credentials["private_key"], hashes.SHA1()))


@cache
def _other() -> str:
    return new_key()


FORGERIES = by_name(signature_of_another_body, other_key, sha1_signature)
