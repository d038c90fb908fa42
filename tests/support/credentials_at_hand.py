"""Credentials of the bundled contracts for tests: the public part first, then the secret."""

from __future__ import annotations

from harness.contracts import Credentials


def of_casino(key: str, secret: str) -> Credentials:
    """API key and HMAC secret."""
    return Credentials(api_key=key, secret=secret)


def of_sportsbook(user: str, password: str) -> Credentials:
    """User and password."""
    return Credentials(user=user, password=password)


def public_of(credentials: Credentials) -> str:
    """The API key, or the user."""
    return next(iter(credentials.values()))


def secret_of(credentials: Credentials) -> str:
    """The secret, or the password."""
    return [*credentials.values()][-1]
