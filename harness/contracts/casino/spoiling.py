"""What the forgeries and the mistakes share: reading and replacing the headers of a signed request."""

from __future__ import annotations

import hmac
from dataclasses import replace

from harness.model import Request


def header(request: Request, name: str) -> str:
    """The value of a header by its lower-case name. Raises StopIteration if the request does not have it."""
    return next(value for key, value in request.headers if key == name)


def with_headers(request: Request, **headers: str) -> Request:
    """The request with some headers replaced. `x_signature` names `x-signature`."""
    new = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers=tuple((name, new.get(name, value)) for name, value in request.headers))


def signed_text(request: Request) -> bytes:
    """The text that the document signs: the body, a vertical bar and the timestamp."""
    return b"|".join((request.body, header(request, "x-timestamp").encode()))


def digested(request: Request, key: bytes, message: bytes, digest: str = "sha256") -> Request:
    """The request with the HMAC of `message` as its signature. `digest` is a name that `hashlib` knows."""
    return with_headers(request, x_signature=hmac.new(key, message, digest).hexdigest())
