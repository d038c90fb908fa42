"""The steps and the shell line that make the sportsbook contract's authorization by hand. Holds no secret."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contracts.shared.authentication import Credentials, Recipe


def _basic_steps(headers: Mapping[str, str], body: bytes) -> tuple[tuple[str, str], ...]:
    sent = "Basic (hidden)" if headers.get("authorization") else "(none was sent)"
    return (
        ("user, a colon, password, as UTF-8 text", "$WALLET_USER:$WALLET_PASSWORD"),
        ("base64 of that, after the word Basic and a space", "Basic (hidden)"),
        ("the header authorization that was sent; it covers neither the body nor the time", sent),
    )


def _encoded_text(headers: Mapping[str, str], body: bytes, credentials: Credentials) -> str:
    return f"{credentials['user']}:{credentials['password']}"


BASIC = Recipe(
    _basic_steps,
    ("AUTHORIZATION=$(printf '%s:%s' \"$WALLET_USER\" \"$WALLET_PASSWORD\" | base64 | tr -d '\\n')",),
    {"authorization": "Basic $AUTHORIZATION"},
    _encoded_text,
)
"""The recipe of the sportsbook contract's authorization."""
